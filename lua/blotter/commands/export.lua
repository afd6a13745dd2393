local place = require "blotter.commands.place"
local shared = require "blotter.commands.shared"

local export = { summary = "Write the rows of a table or a file as CSV or JSON lines." }

function export.options(command)
  command:argument("source", "A table as db.blt:table, or a CSV or JSON lines file."):argname "<source>"
  command:argument("file", "File to write, compressed by .gz or .zst; - is standard output."):argname "<file>"
  command:option("--as", "What to write, csv or jsonl (default: by the file's name)."):argname "<kind>"
    :choices { "csv", "jsonl" }
end

function export.run(args)
  local count = place.write(place.rows(args.source), args.file, place.kind(args.file, args.as))
  if args.file ~= "-" then shared.write(("%s: %d rows written\n"):format(args.file, count), args) end
  return shared.DONE
end

return export
