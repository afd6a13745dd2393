-- Drift: one number under two names.
--
-- The same exact number of at least 100, for one subject, that one source gives to one thing (an indicator, a unit, an
-- area, a period) and another source to another thing; and three numbers or more by category that two sources give to
-- two areas. Numbers do not meet so by chance: either one of the labels is wrong, or the two mean the same. Percentages
-- are not looked at, and round numbers only from 1,000 and of different units.

local facets = require "blotter.ops.figures.facets"
local phrase = require "blotter.ops.figures.phrase"

local drift = {}

local function is_distinct_number(figure)
  local value = figure.value
  return math.type(value) == "integer" and value >= 100 and figure.rank ~= "deprecated" and figure.unit ~= "percent"
end

local function is_round(figure)
  return figure.qualifier ~= "exact" or figure.value % 10 == 0
end

-- What two figures of one number differ in, in words, or nil when they may well be the same statement.
local function difference(model, a, b)
  if a.indicator ~= b.indicator then
    if a.area ~= b.area or not facets.same_period(a, b) then return nil end
    if (is_round(a) or is_round(b)) and (a.unit == b.unit or a.value < 1000) then return nil end
    return ("%s in one source and %s in another"):format(phrase.counted(a), phrase.counted(b))
  end
  if a.dim_count ~= 0 or b.dim_count ~= 0 or is_round(a) or is_round(b) then return nil end
  local apart = facets.separates(model, a, b)
  if apart == "area" then
    return ("%s in one source and of %s in another"):format(phrase.categories(model, a), phrase.categories(model, b))
  elseif apart == "period" and a.value >= 1000 then
    return ("of %s in one source and of %s in another"):format(phrase.period(a), phrase.period(b))
  end
  return nil
end

-- Whether one source gives the number to both things, or the two are tied to each other.
local function is_explained(model, a, b)
  if a.source == b.source or a.part_of == b.id or b.part_of == a.id then return true end
  for _, figure in ipairs(model.figures) do
    if (figure.source == a.source or figure.source == b.source) and figure.value == a.value then
      local other = figure.source == a.source and b or a
      if figure.indicator == other.indicator and figure.subject == other.subject then return true end
    end
  end
  return model:is_settled(a, b)
end

local function report(found, a, b)
  local words = difference(found.model, a, b)
  if not words or is_explained(found.model, a, b) then return end
  found:add {
    check = "drift", class = "drift", verdict = "some", figures = {a, b}, low = 0, high = 0,
    sentence = ("%s: the same number is %s"):format(phrase.about_subject(a), words),
  }
end

-- What one source says of one area: its numbers by category.
local function series_of(model)
  local index, order = {}, {}
  for _, figure in ipairs(model.figures) do
    if figure.dim_count > 0 and figure.value and figure.rank ~= "deprecated" and figure.unit ~= "percent" then
      local name = figure.subject .. "|" .. figure.indicator .. "|" .. figure.source .. "|" .. (figure.area or "")
      local series = index[name]
      if not series then
        series = {subject = figure.subject, indicator = figure.indicator, area = figure.area, source = figure.source,
          by_category = {}}
        index[name] = series
        order[#order + 1] = series
      end
      local code = {}
      for dimension, value in pairs(figure.dims) do code[#code + 1] = dimension .. "=" .. value end
      table.sort(code)
      series.by_category[table.concat(code, ",")] = figure
      series[#series + 1] = figure
    end
  end
  return order
end

-- The figures of one series that another has too, number for number.
local function shared(one, other)
  local figures, twins = {}, {}
  for category, figure in pairs(one.by_category) do
    local twin = other.by_category[category]
    if twin and twin.value == figure.value and figure.value > 0 then
      figures[#figures + 1] = figure
      twins[figure] = twin
    end
  end
  table.sort(figures, function(a, b)
    if a.value ~= b.value then return a.value > b.value end
    return a.id < b.id
  end)
  return figures, twins
end

local function report_series(found, figures, twins)
  local words, all = {}, {}
  for i, figure in ipairs(figures) do
    words[i] = phrase.value(figure)
    all[#all + 1] = figure
    all[#all + 1] = twins[figure]
  end
  local areas = found.model.tables.areas.index
  local function place(figure) return figure.area and areas[figure.area].name or "all areas together" end
  found:add {
    check = "drift", class = "contradiction", verdict = "none", figures = all, low = 0, high = 0,
    sentence = ("%s: the same %s, %s by category, are printed of %s (%s) and of %s (%s)"):format(
      figures[1].subject_row.name, figures[1].indicator_row.name:lower(),
      phrase.list(words), place(figures[1]), figures[1].source_row.publisher_row.name, place(twins[figures[1]]),
      twins[figures[1]].source_row.publisher_row.name),
  }
end

-- One series of numbers by category, given to two areas.
local function check_series(found)
  local order = series_of(found.model)
  for i, one in ipairs(order) do
    for j = i + 1, #order do
      local other = order[j]
      if #one > 2 and #other > 2 and one.subject == other.subject and one.indicator == other.indicator
        and one.area ~= other.area and one.source ~= other.source then
        local figures, twins = shared(one, other)
        if #figures > 2 then report_series(found, figures, twins) end
      end
    end
  end
end

--- Runs the check over all figures.
function drift.check(found)
  check_series(found)
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
