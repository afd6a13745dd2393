local place = require "blotter.commands.place"
local shared = require "blotter.commands.shared"

local subjects = {
  summary = "List the subjects: what the figures are about.", options = shared.delivery_options,
  own_formats = { csv = true, jsonl = true },
}

function subjects.run(args)
  local ops = shared.open_dataset(args)
  if shared.writes_rows(args, subjects.own_formats) then
    local listed = ops:table "subjects":select "id, type, name, acronym, lead"
    place.write(listed, args.output or "-", args.format)
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
