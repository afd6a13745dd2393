--- Reading Parquet and Arrow files into tables.

local arguments = require "blotter.errors.arguments"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local near_file = require "blotter.tables.near_file"
local progress = require "blotter.terminal.progress"
local several = require "blotter.tables.several"

local columnar = {}

local OPTIONS = { "columns", "flatten", "binary", "nanoseconds", "skip", "progress", "partitions" }
local PARQUET_OPTIONS = { "columns", "flatten", "binary", "nanoseconds", "skip", "progress", "partitions", "memory" }

--- All files of a path, a pattern, a folder, or a sequence of these.
local function files_of(from, kind, verb)
  if type(from) ~= "string" and type(from) ~= "table" then
    fail("%s: a path, a pattern such as \"*.%s\", a sequence of paths or a function expected, got %s", verb, kind,
      arguments.kind(from))
  end
  if from == "" or (type(from) == "string" and from:find("\0", 1, true)) then
    fail("%s: a path expected, got %q", verb, from)
  end
  return several.paths(from, kind) or { from }
end

--- A word of an option as a truth; nothing is false.
local function is_word(options, name, word, otherwise, verb)
  local given = options[name]
  if given == nil or given == otherwise then return false end
  if given ~= word then fail("%s: %s: %q expected, got %s", verb, name, word, tostring(given)) end
  return true
end

--- What the options say, in the engine's words.
local function words_of(given, verb, shown, schema_only)
  return {
    schema_only = schema_only,
    columns = given.columns, flatten = given.flatten, skip = given.skip, progress = shown.progress,
    binary = is_word(given, "binary", "string", "refuse", verb),
    cut = is_word(given, "nanoseconds", "cut", "refuse", verb), lazy = verb == "parquet" and not given.memory,
    apart = given.partitions == false,
  }
end

local run

--- Arrow files have their dictionaries each, so that they are read one by one and put together.
local function read_several(files, options, schema_only, db, name)
  if schema_only then files = { files[1] } end
  local rows, info, code = several.read(files, function(path, these)
    return run("arrow", path, these, "arrow", nil, nil, schema_only)
  end, options)
  if db then return several.into(db, name, rows, info, code) end
  return rows, info, code
end

function run(kind, from, options, verb, db, name, schema_only)
  local given = arguments.options(options, verb == "parquet" and PARQUET_OPTIONS or OPTIONS, verb)
  for _, option in ipairs { "memory", "partitions" } do
    if given[option] ~= nil and type(given[option]) ~= "boolean" then
      fail("%s: %s: true or false expected, got %s", verb, option, tostring(given[option]))
    end
  end
  if kind == "arrow" and type(from) == "userdata" and from ~= core.null then
    return core.arrow_import(from, false, words_of(given, verb, given), db, name)
  end
  local files = type(from) == "function" and from or files_of(from, kind, verb)
  if kind == "arrow" and type(files) == "table" and #files > 1 then
    return read_several(files, options or {}, schema_only, db, name)
  end
  local shown, line <close> = progress.shown(given, type(from) == "string" and from or "", 0) -- luacheck: ignore line
  return near_file.told(from, kind, core[kind](files, false, words_of(given, verb, shown, schema_only), db, name))
end

--- A table of Parquet files: of a path ("-" is standard input), all files that fit a pattern such as "sales/*.parquet",
-- a sequence of these as one table, or a function that returns pieces. Queries read files where they lie; what comes
-- from elsewhere is read at once. Returns the table and what is known of the
-- reading {rows, bytes, files, notes}; or nil, a message and a code. Options, with their defaults:
--   columns (all: a sequence of names; only these are read), flatten false (true: fields of structs are columns named
--   struct.field), binary "refuse" ("string": bytes that are not said to be text are read as they are), nanoseconds
--   "refuse" ("cut": to microseconds), skip false (true: columns that cannot be read are left out, and `notes` says
--   which), memory false (true: all is read at once, into memory), partitions true (folders called column=value are
--   columns of the files below them; false: they are not), progress as in read.csv
-- A path may be that of a folder: all Parquet files below it.
function columnar.parquet(from, options)
  return run("parquet", from, options, "parquet")
end

--- Reads Arrow IPC files (Feather) or streams from paths as above or a function, or takes the stream of another
-- library (the address of its ArrowArrayStream as light userdata, or what f:arrow_stream gives), with the
-- options and results of columnar.parquet.
function columnar.arrow(from, options)
  return run("arrow", from, options, "arrow")
end

--- A table without rows, which has the columns of a file, and what is known of reading these: as above. `kind` is
-- "parquet" or "arrow"; no row is read.
function columnar.schema(kind, from, options)
  return run(kind, from, options, kind, nil, nil, true)
end

--- Reads into a new table of a database; `kind` is "parquet" or "arrow".
function columnar.into(kind, db, name, from, options)
  return run(kind, from, options, "import", db, name)
end

return columnar
