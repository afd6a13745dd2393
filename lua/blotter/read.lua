--- Reading text into tables, and writing answers as text.

local check_options = require "blotter.options"
local core = require "blotter.core"
local fail = require "blotter.fail"

local read = {}

local CSV_OPTIONS = { "delimiter", "quote", "escape", "comment", "decimal_mark", "header", "ragged", "utf8", "on_error",
  "skip", "max_rejects", "chunk_bytes", "trim", "infer", "decimals", "quoted_nulls", "line_column", "nulls", "names",
  "types", "into", "progress", "text" }

--- Reads CSV from a path ("-" is standard input), from a text (a string with a line end, or any with {text = true}) or
-- from a function that returns pieces. Returns the table and what is known of the reading {rows, rejected, bytes,
-- delimiter, rejects}; or nil, a message and a code. The options are those of csrc/io/csv.h, with these defaults:
--   delimiter (found out), quote '"', escape (a doubled quote), comment (none), decimal_mark '.', header true,
--   ragged "refuse" ("fill", "cut"), utf8 "refuse" ("replace", "keep"), on_error "stop" ("reject"), max_rejects (any),
--   skip 0, trim false, infer true (false: everything is string), decimals false (true: 12.50 is a decimal),
--   nulls {""}, quoted_nulls false, names (those of the header), types {column = "int64"} (found out), line_column
--   (none), into (a table to append to), progress (a function(bytes, total, rows) that stops by returning false)
function read.csv(from, options)
  options = check_options(options, CSV_OPTIONS, "csv")
  local kind = type(from)
  if kind ~= "string" and kind ~= "function" then
    fail("csv: a path, a text or a function expected, got a %s", kind)
  end
  local is_text = kind == "string" and (options.text or from:find "[\r\n]" ~= nil)
  return core.csv(from, is_text, options)
end

return read
