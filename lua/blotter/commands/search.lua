local place = require "blotter.commands.place"
local shared = require "blotter.commands.shared"

local search = {
  summary = "Search names, acronyms and ids of the dataset: subjects, areas, indicators and sources.",
  own_formats = place.formats,
}

function search.options(command)
  command:argument("words", "What is looked for, in any case."):argname "<words>":args "+"
  shared.delivery_options(command, { "jsonl", "parquet", "arrow" })
end

function search.run(args)
  place.deliver(shared.open_dataset(args):find(table.concat(args.words, " ")), args)
  return shared.DONE
end

return search
