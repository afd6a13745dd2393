local counted = require "blotter.lang.counted"
local place = require "blotter.commands.place"
local shared = require "blotter.commands.shared"

local describe = { summary = "Say what a file or a table holds: columns, types, nulls, smallest and largest values." }

function describe.options(command)
  command:argument("source", "A table as db.blt:table, or a CSV, JSON lines or Parquet file (- is standard input).")
    :argname "<source>"
  place.options(command)
  shared.output_option(command)
end

function describe.run(args)
  local rows = place.rows(args.source, args)
  local text = shared.blame_user(shared.REFUSED, "", function()
    local described = rows:describe()
    return described:show(#described)
  end)
  shared.write(("%s: %s\n%s\n"):format(args.source, counted(#rows, "row"), text), args)
  return shared.DONE
end

return describe
