local counted = require "blotter.lang.counted"
local place = require "blotter.commands.place"
local reading = require "blotter.commands.reading_options"
local shared = require "blotter.commands.shared"

local export = {
  summary = "Write the rows of a table or a file in another format.",
  own_formats = place.formats, usual_format = "csv",
}

function export.options(command)
  command:argument("source", "A table as db.blt:table, or a file of rows."):argname "<source>"
  command:argument("output", "File to write, compressed by .gz or .zst; - is standard output."):argname "<file>"
  shared.format_option(command, { "jsonl", "parquet", "arrow" }, "csv", "--as")
  shared.progress_option(command)
  reading.options(command)
end

function export.run(args)
  local progress = shared.progress(args)
  place.check(args, { args.source })
  local rows = place.rows(args.source, args)
  local count = place.deliver(rows, args, progress)
  if args.output ~= "-" then shared.say(("%s: %s written\n"):format(args.output, counted(count, "row")), {}) end
  return shared.DONE
end

return export
