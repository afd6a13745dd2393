-- Statements that name no area, of subjects that have one: a national police force's own count is most of what is
-- known of its country, but may reach beyond it. A total of an area does not add it, and says whom it leaves out.

local select_ = require "blotter.ops.figures.select"

local placeless = {}

local function lies_in(model, area, wanted)
  for _, asked in ipairs(wanted) do
    if model:area_within(area, asked) then return true end
  end
  return false
end

-- Whether a figure is of all of some area that is asked for, and not of a part of it.
local function is_of_all(model, figure, wanted)
  for _, asked in ipairs(wanted) do
    if figure.area and model:area_within(asked, figure.area) then return true end
  end
  return false
end

-- The filter of a question without its area.
local function without_area(question)
  local filter = {period = question.period}
  for name, value in pairs(question.filter) do
    if name ~= "area" then filter[name] = value end
  end
  return filter
end

--- The names of the subjects of a question's area whose figures name none, in the order of the table, but for those of
-- which the row of a total has figures of all of the area, or may count some.
function placeless.subjects(question, row)
  local wanted, model, list, seen = question.values.area, question.model, {}, {}
  if not wanted then return list end
  for _, figure in ipairs(row.figures) do
    if is_of_all(model, figure, wanted) then seen[figure.subject] = true end
  end
  for id in pairs(question.uncertain or {}) do seen[id] = true end
  for _, figure in ipairs(select_.figures(model, without_area(question))) do
    local own = figure.subject_row
    if not figure.area and own.area and figure.rank ~= "deprecated" and not seen[own.id]
      and lies_in(model, own.area, wanted) then
      seen[own.id] = true
      list[#list + 1] = own.name
    end
  end
  return list
end

return placeless
