local counted = require "blotter.lang.counted"
local place = require "blotter.commands.place"
local reading = require "blotter.commands.reading_options"
local shared = require "blotter.commands.shared"

local export = { summary = "Write the rows of a table or a file as CSV, JSON lines, Parquet or Arrow." }

function export.options(command)
  command:argument("source", "A table as db.blt:table, or a file of rows."):argname "<source>"
  command:argument("file", "File to write, compressed by .gz or .zst; - is standard output."):argname "<file>"
  command:option("--as", "What to write, csv, jsonl, parquet or arrow (default: by the file's name)."):argname "<kind>"
    :choices { "csv", "jsonl", "parquet", "arrow" }
  shared.progress_option(command)
  reading.options(command)
end

function export.run(args)
  local progress = shared.progress(args)
  local source = setmetatable({ as = false }, { __index = args })
  local rows = place.rows(args.source, source)
  local count = place.write(rows, args.file, place.kind(args.file, args.as), progress)
  if args.file ~= "-" then shared.write(("%s: %s written\n"):format(args.file, counted(count, "row")), args) end
  return shared.DONE
end

return export
