local counted = require "blotter.lang.counted"
local place = require "blotter.commands.place"
local shared = require "blotter.commands.shared"
local width = require "blotter.terminal.width"

local describe = {
  summary = "Say what a file or a table holds: columns, types, nulls, smallest and largest values.",
  own_formats = place.formats,
}

function describe.options(command)
  command:argument("source", "A table as db.blt:table, or a CSV, JSON lines or Parquet file (- is standard input).")
    :argname "<source>"
  place.options(command)
  shared.format_options(command, { "jsonl", "parquet", "arrow" })
end

function describe.run(args)
  place.check(args, { args.source })
  local rows = place.rows(args.source, args)
  local described = shared.blame_user(shared.REFUSED, "", function() return rows:describe() end)
  if args.format == "text" then
    local first = ("%s: %s\n"):format(width.printable(args.source), counted(#rows, "row"))
    shared.write(first .. described:show(#described) .. "\n", args)
  else
    place.deliver(described, args)
  end
  return shared.DONE
end

return describe
