--- Writing answers: as text, CSV or JSON lines, or as Parquet or Arrow, to a file, a function, or a string.

local arguments = require "blotter.errors.arguments"
local core = require "blotter.core"
local ending = require "blotter.tables.ending"
local fail = require "blotter.errors.fail"
local progress = require "blotter.terminal.progress"

local write = {}

local CSV_OPTIONS = { "delimiter", "decimal_mark", "header", "quote_all", "crlf", "null", "progress" }
local JSONL_OPTIONS = { "nan_is_null", "progress" }
local PARQUET_OPTIONS = { "compression", "row_group", "partition_by", "progress" }
local ARROW_OPTIONS = { "compression", "stream", "dictionaries", "progress" }

-- Files that hold no text, and what writes them.
local OTHERS = { xlsx = "write f:xlsx \"%s\"", xls = "write f:xlsx with a name in .xlsx", ods = "write f:xlsx with a "
  .. "name in .xlsx", html = "write f:html \"%s\"", md = "write f:markdown \"%s\"", zip = "name it .csv.gz",
  parquet = "write f:parquet \"%s\"", pq = "write f:parquet \"%s\"",
  arrow = "write f:arrow \"%s\"", arrows = "write f:arrow \"%s\"", ipc = "write f:arrow \"%s\"",
  feather = "write f:arrow \"%s\"", sqlite = "write f:sqlite(\"%s\", \"table\")",
  sqlite3 = "write f:sqlite(\"%s\", \"table\")", db = "write f:sqlite(\"%s\", \"table\")", pdf = "name it .csv",
  blt = "create a table in a database with blotter.open \"%s\"" }

local TEXTS = { csv = true, tsv = true, tab = true, jsonl = true, ndjson = true }

local function refuse_other(verb, to)
  local last = type(to) == "string" and ending.of(to)
  if verb == "parquet" or verb == "arrow" then
    if TEXTS[last] then
      fail("%s writes no text, and a file called .%s is one: name it .%s", verb, last, verb)
    end
    return
  end
  if not OTHERS[last] then return end
  fail("%s writes text, and a file called .%s is another thing: %s", verb, last, OTHERS[last]:format(to))
end

local function run(frame, verb, to, options)
  refuse_other(verb, to)
  if to == "" then fail("%s: a path expected, got an empty text (no path at all gives the text)", verb) end
  local kind = type(to)
  if to ~= nil and kind ~= "string" and kind ~= "function" then
    fail("%s: a path, a function or nothing expected, got a %s", verb, kind)
  end
  local shown, line <close> = progress.shown(options, to, 1) -- luacheck: ignore line
  if to ~= nil then return core["write_" .. verb](frame.handle, #frame.names, to, shown) end
  local pieces = {}
  local done, message, code = core["write_" .. verb](frame.handle, #frame.names, function(piece)
    pieces[#pieces + 1] = piece
  end, shown)
  if not done then return nil, message, code end
  return table.concat(pieces)
end

--- Writes CSV to a path ("-" is standard output; .gz and .zst are compressed; the file appears when it is whole), to a
-- function that takes pieces of text, or returns it as a string. Returns the number of rows; or nil, a message and a
-- code. Options and their defaults: delimiter "," (a tab for a path that ends in .tsv or .tab; ";" where the mark is a
-- comma), decimal_mark ".", header true, quote_all false, crlf false, null "", progress as in
-- read.csv (the total is about what it will be).
function write.csv(frame, to, options)
  local given = arguments.options(options, CSV_OPTIONS, "csv")
  if given.delimiter == nil then
    local usual = type(to) == "string" and ending.delimiter(to) or ","
    given.delimiter = usual == "," and given.decimal_mark == "," and ";" or usual
  end
  return run(frame, "csv", to, given)
end

--- Writes JSON lines in the same way. Options: nan_is_null false (nan and inf, which JSON lacks, are refused),
-- progress.
function write.jsonl(frame, to, options)
  return run(frame, "jsonl", to, arguments.options(options, JSONL_OPTIONS, "jsonl"))
end

--- Writes Parquet in the same way. Options: compression "zstd" (snappy, gzip, brotli, lz4_raw, none), row_group 262144
-- (rows, rounded up to whole blocks of 65536), partition_by (none: names of columns; `to` is a folder that is new or
-- empty, and gets a file folder/column=value/part-0.parquet for each value; returns the rows and the files), progress.
function write.parquet(frame, to, options)
  local given = arguments.options(options, PARQUET_OPTIONS, "parquet")
  if given.partition_by == nil then return run(frame, "parquet", to, given) end
  local one = {}
  for name, value in pairs(given) do one[name] = name ~= "partition_by" and value or nil end
  return require("blotter.tables.partitions").write(frame, to, given.partition_by, function(rows, path)
    return run(rows, "parquet", path, one)
  end)
end

--- Writes Arrow in the same way: an IPC file (Feather) to a path, a stream to one in .arrows, to "-" and to a
-- function. Options: stream (as said), compression "none" ("lz4", "zstd"), dictionaries true (false: strings that
-- repeat are written out), progress.
function write.arrow(frame, to, options)
  local given = arguments.options(options, ARROW_OPTIONS, "arrow")
  for _, name in ipairs { "stream", "dictionaries" } do
    if given[name] ~= nil and type(given[name]) ~= "boolean" then
      fail("arrow: %s: true or false expected, got %s", name, tostring(given[name]))
    end
  end
  local stream = given.stream
  if stream == nil then stream = type(to) ~= "string" or to == "-" or ending.of(to) == "arrows" end
  return run(frame, "arrow", to, { compression = given.compression, progress = given.progress, stream = stream,
    plain = given.dictionaries == false })
end

--- Hands the rows to another library by Arrow's C stream interface: a stream whose stream:pointer() is the address of
-- an ArrowArrayStream, as light userdata, that whoever takes it releases. Options: dictionaries as for write.arrow,
-- into (such an address, of a structure of the other library's that is filled instead, and returned).
function write.arrow_stream(frame, options)
  local given = arguments.options(options, { "dictionaries", "into" }, "arrow_stream")
  if given.into ~= nil and (type(given.into) ~= "userdata" or given.into == core.null) then
    fail("arrow_stream: into: the address of a structure as light userdata expected, got %s", tostring(given.into))
  end
  return core.arrow_export(frame.handle, #frame.names, given.dictionaries == false, given.into)
end

return write
