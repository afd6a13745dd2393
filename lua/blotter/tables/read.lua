--- Reading text into tables.

local arguments = require "blotter.errors.arguments"
local columnar = require "blotter.tables.columnar"
local core = require "blotter.core"
local doubts = require "blotter.tables.doubts"
local ending = require "blotter.tables.ending"
local fail = require "blotter.errors.fail"
local near_file = require "blotter.tables.near_file"
local progress = require "blotter.terminal.progress"
local sample = require "blotter.tables.guess.sample"
local schema = require "blotter.tables.schema"
local settle = require "blotter.tables.guess.settle"
local several = require "blotter.tables.several"
local sqlite = require "blotter.tables.sqlite"
local width = require "blotter.terminal.width"

-- What the option guess is when it is not given, and a function that is called with what is known of each reading.
local read = { guess = false, listener = nil }

local CSV_OPTIONS = { "delimiter", "quote", "escape", "comment", "decimal_mark", "thousands", "percent", "currency",
  "dates", "encoding", "header", "ragged", "utf8", "on_error", "skip", "skip_tail", "max_rejects", "chunk_bytes",
  "trim", "drop_blank", "infer", "decimals", "quoted_nulls", "line_column", "nulls", "names", "flags", "types",
  "guess", "into", "progress", "text", "partitions" }

local JSONL_OPTIONS = { "on_error", "max_rejects", "chunk_bytes", "infer", "decimals", "line_column", "types", "into",
  "encoding", "progress", "text", "partitions" }

--- The options that each reading takes.
read.options = { csv = CSV_OPTIONS, jsonl = JSONL_OPTIONS }

--- The options with a list where one text such as "n, m" was given. Texts that are null so stand beside the empty one.
local function listed(options)
  for _, name in ipairs { "nulls", "names", "flags" } do
    local text = options[name]
    if type(text) == "string" then
      local list = {}
      for word in (text .. ","):gmatch "%s*(.-)%s*," do list[#list + 1] = word end
      if name == "nulls" then list[#list + 1] = "" end
      options[name] = list
    end
  end
  return options
end

--- The types as the engine takes them: of a schema's text, or of a table; a wrong one is told as in a schema.
local function typed(options)
  local types = options.types
  if type(types) ~= "string" and type(types) ~= "table" then return options end
  local items = type(types) == "string" and types or {}
  for name, kind in pairs(type(types) == "table" and types or {}) do
    if type(name) ~= "string" or type(kind) ~= "string" then
      fail("types: a table such as {n = 'int64'} expected, or a text such as \"n int64, day date\"")
    end
    items[#items + 1] = { name = name, type = kind }
  end
  options.types = {}
  for _, column in ipairs(#items > 0 and schema.read(items) or {}) do options.types[column.name] = column.type end
  return options
end

local STRFTIME = { ["%d"] = "dd", ["%m"] = "mm", ["%Y"] = "yyyy", ["%y"] = "yy", ["%e"] = "d" }

--- The options, whose form of dates is none of other languages.
local function dated(options)
  local form = options.dates
  if type(form) == "string" and form:find "%%" then
    fail("dates: '%s' is no form of dates: write '%s'", form, (form:gsub("%%%a", STRFTIME)))
  end
  return options
end

--- Whether `from` is text to be read, and not a path or a function.
local function is_text(from, options, verb)
  local kind = type(from)
  if kind ~= "string" and kind ~= "function" then
    fail("%s: a path, a text or a function expected, got %s", verb, arguments.kind(from))
  end
  if from == "" and not options.text then
    fail("%s: a path expected, got an empty text (an empty text that is to be read: {text = true})", verb)
  end
  return kind == "string" and (options.text or from:find "[\r\n]" ~= nil)
end

--- What is known of a reading, as the prompt prints it.
local Info = { __name = "blotter.reading" }

local TAIL = 63 -- bytes that are kept of what was passed over

local function first_line(text)
  local whole = #text < TAIL and text or text:gsub("[\xC0-\xFF][\x80-\xBF]*$", "") -- the last character may be cut
  local line = whole:match "[^\r\n]+" or ""
  local cut = width.cut(width.printable(line), 40)
  return ("'%s'"):format(cut)
end

function Info.__tostring(info)
  local text = ("%d row%s from %d bytes"):format(info.rows, info.rows == 1 and "" or "s", info.bytes)
  if info.delimiter then text = ("%s, delimiter '%s'"):format(text, info.delimiter:gsub("\t", "\\t")) end
  if info.rejected > 0 then text = ("%s; %d rejected, which are in rejects"):format(text, info.rejected) end
  if info.tail and not info.guessed then
    text = ("%s; passed over at the end, from here on: %s"):format(text, first_line(info.tail))
  end
  return table.concat({ text, table.unpack(info.hints) }, "\n")
end

--- Whether a look at the rows was ended, or had no memory: that is no error of the reading.
local function is_ended(message)
  message = tostring(message)
  return message:find "interrupted" or message:find "memory" or message:find "timeout" or message:find "time limit"
end

--- Rows as the engine reads them, and what is known of the reading, with what may be meant otherwise of CSV; or nil, a
-- message and a code. `beginning` is the sample that tells where lines end, or nil.
local function rows_of(kind, from, text, options, beginning, db, name)
  local shown, line <close> = progress.shown(options, from, 0) -- luacheck: ignore line
  local rows, info, code = core[kind](from, text, shown, db, name)
  if not rows then return nil, info, code end
  info.hints = {}
  if kind == "csv" then
    local looked, hints, found, kept = pcall(doubts, rows, info, options, beginning)
    if not looked and not is_ended(hints) then error(hints, 0) end
    info.hints, info.found, info.kept = looked and hints or {}, looked and found or nil, looked and kept or nil
  end
  return rows, setmetatable(info, Info)
end

--- Options that are found out by reading: rows, what is known, the options, and what is said of them; or nil, the
-- message and the code where work was ended, and perhaps the options that come closest.
local function settled(from, text, options)
  local ended
  local function attempt(way, beginning)
    if ended then return nil end
    local done, rows, info, code = pcall(rows_of, "csv", from, text, way, beginning)
    if not done and is_ended(rows) then error(rows, 0) end
    if done and not rows and code ~= "format" then ended = { info, code } end
    if done then return rows, info end
  end
  local rows, info, found, said = settle.read(attempt, from, text, options)
  if rows then return rows, info, found, said end
  ended = ended or {}
  return nil, ended[1], ended[2], info
end

--- Rows read with options that are found out, and said; those for a table that is there, or for one of a database, are
-- read once more. Nil when none are found, with a message and a code where work was ended, and the options that come
-- closest.
local function guessed(from, text, options, db, name)
  local into = options.into
  options.into = nil
  local rows, info, found, said = settled(from, text, options)
  options.into = into
  if not rows then return nil, info, found, said end
  local hints = info.hints
  if said[1] then said[1] = "guessed: " .. said[1] end
  if db or into then
    rows:close()
    local code
    found.into = into
    rows, info, code = rows_of("csv", from, text, found, nil, db, name)
    if not rows then return nil, info, code end
  end
  info.guessed = said[1] ~= nil
  info.hints = table.move(hints, 1, #hints, #said + 1, said)
  return rows, info
end

--- The end of the message that a text was refused: the line that reads it; or nothing.
local function way_out(from, text, options)
  local rows, _, _, said = settled(from, text, options)
  if not rows then return "" end
  rows:close()
  return said[1] and "\nit is read by: " .. table.concat(said, "\n") or ""
end

--- Whether a text or a path can be read several times, as guessing does.
local function is_repeatable(from, text)
  return type(from) == "string" and (text or core.is_file(from)) or false
end

--- Whether options are to be found out, as the option or the setting says; the option is taken away.
local function wants_guess(kind, from, text, options)
  local guess = options.guess
  options.guess = nil
  if kind ~= "csv" then return false end
  if guess == nil then return read.guess and not options.into and is_repeatable(from, text) end
  if guess and type(from) == "function" then fail "csv: guess reads several times: a path or a text expected" end
  return guess
end

local function run_one(kind, from, text, options, db, name)
  if wants_guess(kind, from, text, options) then
    if from == "-" and not text then from, text = io.read "a", true end
    local rows, info, code, closest = guessed(from, text, options, db, name)
    if rows then return rows, info end
    if info and code ~= "io" and code ~= "format" then return nil, info, code end
    if closest then
      closest.into = options.into
      options = closest
    end
  end
  local is_again = kind == "csv" and is_repeatable(from, text) and not options.into
  local beginning = is_again and sample.of(from, text) or nil
  local rows, info, code = rows_of(kind, from, text, options, beginning, db, name)
  if rows then return rows, info end
  local message, why = select(2, near_file.told(not text and from, kind, nil, info, code))
  if is_again and code == "format" and message == info then message = message .. way_out(from, text, options) end
  return nil, message, why
end

--- Tells the listener of a reading; returns what it is given.
local function heard(rows, info, ...)
  if rows and read.listener then read.listener(info) end
  return rows, info, ...
end

--- The same for one file, or for several as one table.
local function read_some(kind, from, options)
  local paths = not options.text and several.paths(from, kind)
  if not paths then return run_one(kind, from, is_text(from, options, kind), options) end
  if options.into then fail("%s: into takes the rows of one file", kind) end
  local rows, info, code = several.read(paths, function(path, these) return run_one(kind, path, false, these) end,
    options, true)
  if not rows then return nil, info, code end
  return rows, setmetatable(info, Info)
end

local function read_all(kind, from, options)
  return heard(read_some(kind, from, options))
end

--- Reads CSV from a path ("-" is standard input), from a text (a string with a line end, or any with {text = true}),
-- from a function that returns pieces, or from several files as one table: all that fit a pattern such as "2024/*.csv",
-- that lie below a folder or that a sequence names. Returns the table and what is known of the reading {rows, rejected,
-- bytes, delimiter, rejects, files, hints (texts about what may be meant otherwise)}; or nil, a message and a code.
-- The options are those of csrc/io/csv/csv.h, with these defaults:
--   delimiter (found out), quote '"', escape (a doubled quote), comment (none), decimal_mark '.', thousands (none; with
--   decimal_mark ',' a point), percent false, currency false, dates (ISO, and what is recognised; "dd.mm.yyyy"),
--   encoding (UTF-8, or UTF-16 and UTF-32 by their mark), header true (or the number of its lines), skip_tail 0, flags
--   (none; the columns of numbers that flags follow),
--   ragged "refuse" ("fill", "cut"), utf8 "refuse" ("replace", "keep"), on_error "stop" ("reject"), max_rejects (any),
--   skip 0, trim false, drop_blank false (true: rows with nothing between their delimiters are passed over),
--   infer true (false: everything is string), decimals false (true: 12.50 is a decimal),
--   nulls {""}, quoted_nulls false, names (those of the header), types {column = "int64"} (found out), line_column
--   (none), into (a table to append to), progress (a function(bytes, total, rows) that stops by returning false; by
--   default a line on standard error when that is a terminal and the work takes over a second; false: neither),
--   partitions true (of several files: folders called column=value are columns)
function read.csv(from, options)
  return heard(read.own(from, options))
end

--- The same for blotter's own files, of which no listener is told.
function read.own(from, options)
  options = dated(typed(listed(arguments.options(options, CSV_OPTIONS, "csv"))))
  return read_some("csv", from, options)
end

--- Reads JSON lines, one object a line, from what read.csv reads from, with the same results.
function read.jsonl(from, options)
  options = typed(arguments.options(options, JSONL_OPTIONS, "jsonl"))
  return read_all("jsonl", from, options)
end

--- Reads into a new table of a database; the end of a path's name says what it holds: JSON lines (.jsonl, .ndjson),
-- Parquet (.parquet, .pq; or several in a table), Arrow (.arrow, .arrows, .feather, .ipc), a table of SQLite's
-- (.sqlite, .sqlite3, .db; the option `table` names it), CSV otherwise. Large files pass through the database's file as
-- they are read, not through memory.
function read.into(db, name, from, options)
  local first = type(from) == "table" and from[1] or from
  local kind = type(first) == "string" and ending.kind(first) or type(first) == "userdata" and "arrow" or "csv"
  if kind == "parquet" or kind == "arrow" then return columnar.into(kind, db, name, from, options) end
  if kind == "sqlite" then return sqlite.into(db, name, from, options) end
  options = typed(listed(arguments.options(options, kind == "jsonl" and JSONL_OPTIONS or CSV_OPTIONS, "import")))
  options = dated(options)
  if options.into then fail "import: it makes a new table; to append to one, use blotter.csv with into" end
  if not options.text and several.paths(from, kind) then
    return several.into(db, name, read_all(kind, from, options))
  end
  return heard(run_one(kind, from, is_text(from, options, "import"), options, db, name))
end

return read
