-- Statements that name no area, of subjects that have one: a national police force's own count is most of what is
-- known of its country, but may reach beyond it. A total of an area does not add it, and says whom it leaves out.

local facets = require "blotter.ops.figures.facets"
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

-- Whether a figure of all of the area counts at least what one without an area does, in a time that it shares.
local function is_counted(figure, used, model, wanted)
  for _, own in ipairs(used) do
    if own.subject == figure.subject and is_of_all(model, own, wanted) and not facets.periods_apart(own, figure)
      and (own.high or own.low or 0) >= (figure.low or 0) then return true end
  end
  return false
end

-- The statements of each indicator that name no area, of subjects that have one, by the dataset.
local known = setmetatable({}, {__mode = "k"})

local function unplaced(model, indicator)
  known[model] = known[model] or {}
  local list = known[model][indicator]
  if list then return list end
  list = {}
  for _, figure in ipairs(select_.figures(model, {indicator = indicator})) do
    if not figure.area and figure.subject_row.area and figure.rank ~= "deprecated" then list[#list + 1] = figure end
  end
  known[model][indicator] = list
  return list
end

-- Those of a question, in the order of the table. Most ask of an area alone, for which the list is kept.
local function candidates(question)
  local filter, count = without_area(question), 0
  for _ in pairs(filter) do count = count + 1 end
  if count == 1 then return unplaced(question.model, question.indicator.id) end
  return select_.figures(question.model, filter)
end

--- The statements without an area of subjects that lie in a question's area, in the order of the table: of one subject
-- in a row of it, else of all but those that the row may count in part. What figures of all of the area count is none.
function placeless.figures(question, row)
  local wanted, model, list = question.values.area, question.model, {}
  if not wanted then return list end
  local uncertain = {}
  for _, figure in ipairs(question.uncertain or {}) do uncertain[figure.subject] = true end
  for _, figure in ipairs(candidates(question)) do
    local area = figure.subject_row.area
    local is_asked = not row.subject and not uncertain[figure.subject] or row.subject == figure.subject
    if is_asked and not figure.area and area and figure.rank ~= "deprecated" and lies_in(model, area, wanted)
      and not is_counted(figure, row.figures, model, wanted) then
      list[#list + 1] = figure
    end
  end
  return list
end

return placeless
