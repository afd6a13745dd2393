-- Drift of definition: one number under two names.
--
-- The same exact number of at least 100, for one subject, period and area, that one source counts as one thing and
-- another source as another thing of the same unit. Either a name is wrong or the two words mean one thing.

local phrase = require "blotter.ops.phrase"

local drift = {}

local function key_of(figure)
  if figure.qualifier ~= "exact" or not figure.value or figure.value < 100 or figure.dim_count > 0 then return nil end
  if not figure.first or figure.rank == "deprecated" or figure.unit == "percent" then return nil end
  return table.concat({figure.subject, figure.unit, figure.value, figure.first, figure.last or "", figure.area or ""},
    "|")
end

local function report(found, first, second)
  local judged = found.model:judgement(first, second)
  if judged then return end
  found:add {
    check = "drift", class = "drift", verdict = "some", figures = {first, second}, low = 0, high = 0,
    sentence = ("%s: the same number is %s in one source and %s in another"):format(phrase.about(found.model, first),
      phrase.counted(first), phrase.counted(second)),
  }
end

--- Runs the check over all figures.
function drift.check(found)
  local seen = {}
  for _, figure in ipairs(found.model.figures) do
    local key = key_of(figure)
    if key then
      local first = seen[key]
      if not first then
        seen[key] = figure
      elseif first.indicator ~= figure.indicator and first.voice ~= figure.voice then
        report(found, first, figure)
      end
    end
  end
end

return drift
