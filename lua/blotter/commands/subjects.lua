local shared = require "blotter.commands.shared"

local subjects = { summary = "List the subjects: what the figures are about.", options = shared.delivery_options }

function subjects.run(args)
  local rows = {}
  for i, subject in ipairs(shared.open_dataset(args).subjects) do
    rows[i] = { subject.id, subject.type, subject.name, subject.acronym, subject.lead }
  end
  local columns = {}
  for i, name in ipairs { "id", "type", "name", "acronym", "lead" } do columns[i] = { name = name, type = "string" } end
  shared.deliver({ blocks = { { kind = "table", columns = columns, rows = rows } } }, args)
  return shared.DONE
end

return subjects
