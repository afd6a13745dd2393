local place = require "blotter.commands.place"
local shared = require "blotter.commands.shared"

local search = {
  summary = "Search names, acronyms and ids of the dataset: subjects, areas, indicators and sources.",
  own_formats = { csv = true, jsonl = true, text = true },
}

function search.options(command)
  command:argument("words", "What is looked for, in any case."):argname "<words>":args "+"
  shared.delivery_options(command)
end

function search.run(args)
  local found = shared.open_dataset(args):find(table.concat(args.words, " "))
  if args.format == "csv" or args.format == "jsonl" then
    place.write(found, args.output or "-", args.format)
  elseif args.format == "text" then
    shared.write(found:show(#found) .. "\n", args)
  else
    shared.stop(shared.USAGE, "search writes text, csv or jsonl")
  end
  return shared.DONE
end

return search
