local place = require "blotter.commands.place"
local shared = require "blotter.commands.shared"

local subjects = {
  summary = "List the subjects: what the figures are about.",
  own_formats = { csv = true, jsonl = true, parquet = true, arrow = true },
}

function subjects.options(command) shared.delivery_options(command, { "jsonl", "parquet", "arrow" }) end

function subjects.run(args)
  local ops = shared.open_dataset(args)
  if subjects.own_formats[args.format] then
    place.deliver(ops:table "subjects":select "id, type, name, acronym, lead":collect(), args)
    return shared.DONE
  end
  local rows = {}
  for i, subject in ipairs(ops.subjects) do
    rows[i] = { subject.id, subject.type, subject.name, subject.acronym, subject.lead }
  end
  local columns = {}
  for i, name in ipairs { "id", "type", "name", "acronym", "lead" } do columns[i] = { name = name, type = "string" } end
  shared.deliver({ blocks = { { kind = "table", columns = columns, rows = rows } } }, args)
  return shared.DONE
end

return subjects
