-- Drift: one number under two names.
--
-- The same exact number of at least 100, for one subject, that one source gives to one thing (an indicator, a unit, an
-- area, a period) and another release to another thing. Numbers that long do not meet by chance: either one of the
-- labels is wrong, or the two mean the same. Round numbers and percentages are not looked at.

local facets = require "blotter.ops.facets"
local phrase = require "blotter.ops.phrase"

local drift = {}

local function is_distinct_number(figure)
  local value = figure.value
  return figure.qualifier == "exact" and math.type(value) == "integer" and value >= 100 and value % 10 ~= 0
    and figure.rank ~= "deprecated" and figure.unit ~= "percent"
end

-- What two figures of one number differ in, in words, or nil when they may well be the same statement.
local function difference(model, a, b)
  if a.indicator ~= b.indicator then
    if a.area ~= b.area or not facets.same_period(a, b) then return nil end
    return ("%s in one source and %s in another"):format(phrase.counted(a), phrase.counted(b))
  end
  if a.dim_count ~= 0 or b.dim_count ~= 0 then return nil end
  local apart = facets.separates(model, a, b)
  if apart == "area" then
    return ("%s in one source and of %s in another"):format(phrase.categories(model, a), phrase.categories(model, b))
  elseif apart == "period" and a.value >= 1000 then
    return ("of %s in one source and of %s in another"):format(phrase.period(a), phrase.period(b))
  end
  return nil
end

-- Whether one release gives the number to both things, or the two are tied to each other.
local function is_explained(model, a, b)
  if a.voice == b.voice or a.part_of == b.id or b.part_of == a.id then return true end
  for _, figure in ipairs(model.figures) do
    if (figure.source == a.source or figure.source == b.source) and figure.value == a.value then
      local other = figure.source == a.source and b or a
      if figure.indicator == other.indicator and figure.subject == other.subject then return true end
    end
  end
  return model:judgement(a, b) ~= nil
end

local function report(found, a, b)
  local words = difference(found.model, a, b)
  if not words or is_explained(found.model, a, b) then return end
  found:add {
    check = "drift", class = "drift", verdict = "some", figures = {a, b}, low = 0, high = 0,
    sentence = ("%s: the same number is %s"):format(phrase.about(found.model, {subject_row = a.subject_row,
      first = a.first, last = a.last, period_kind = a.period_kind, period_precision = a.period_precision}), words),
  }
end

--- Runs the check over all figures.
function drift.check(found)
  local seen = {}
  for _, figure in ipairs(found.model.figures) do
    if is_distinct_number(figure) then
      local key = figure.subject .. "|" .. figure.value
      seen[key] = seen[key] or {}
      for _, other in ipairs(seen[key]) do report(found, other, figure) end
      table.insert(seen[key], figure)
    end
  end
end

return drift
