-- Drift: one number under two names.
--
-- Numbers do not meet by chance, if they are large or the things that they count are near each other: then either one
-- of the labels is wrong, or the two mean the same. Looked at are numbers of one subject: under two indicators, of two
-- areas or periods, of a place and of its citizens, of a whole and of a part, by two sources; large round numbers and
-- percentages that one source prints under two indicators; and three numbers or more by category that two sources give
-- to two areas.

local facets = require "blotter.ops.figures.facets"
local phrase = require "blotter.ops.figures.phrase"

local drift = {}

local least, least_near, least_round = 100, 20, 1000

local function usable(figure)
  return math.type(figure.value) == "integer" and figure.value >= 1 and figure.rank ~= "deprecated"
    and not figure.indicator:find "_age_m" and not figure.indicator:find "^duration_"
end

local function is_round(figure)
  return figure.qualifier ~= "exact" or figure.value % 10 == 0
end

local function same_dims(a, b, but)
  for dimension, code in pairs(a.dims) do
    if dimension ~= but and b.dims[dimension] ~= code then return false end
  end
  for dimension in pairs(b.dims) do
    if dimension ~= but and not a.dims[dimension] then return false end
  end
  return true
end

-- Whether two indicators count things of one kind: countries of one sort or another, victims identified or safeguarded.
local function are_near(a, b)
  return a.unit == b.unit and a.indicator:match "^%a+" == b.indicator:match "^%a+"
end

-- Agencies call one thing by either name.
local opened = {cases_initiated = true, investigations_conducted = true}

local function is_change(figure)
  return figure.unit == "percent" and figure.indicator:find "_change$" ~= nil
end

-- Two indicators in two sources: large numbers that are not round, round ones in different units, and smaller or hedged
-- ones of things of one kind.
local function indicators_differ(a, b)
  if a.unit == "percent" or b.unit == "percent" or a.area ~= b.area or not facets.same_period(a, b) then
    return false
  end
  if opened[a.indicator] and opened[b.indicator] then return false end
  local round = is_round(a) or is_round(b)
  if not round and a.value >= least then return true end
  if round and a.unit ~= b.unit and a.value >= least_round then return true end
  return a.value >= least_near and are_near(a, b) and same_dims(a, b) and (not round or a.qualifier == b.qualifier)
end

local million = 1000000

-- Two indicators in one source: the same percentage of change, or the same round number of a million or more.
local function source_doubles(a, b)
  if a.area ~= b.area or not facets.same_period(a, b) or not same_dims(a, b) then return false end
  if is_change(a) and is_change(b) then return true end
  return a.value >= million and a.unit ~= b.unit and a.unit ~= "percent" and is_round(a) and a.qualifier == b.qualifier
end

-- Of persons in a country in one source, of its citizens in another.
local function place_and_citizens(a, b)
  return a.area ~= nil and a.area == b.citizenship and not a.citizenship and not b.area and a.value >= least_near
    and not is_round(a) and same_dims(a, b, "citizenship")
end

-- Of a whole in one source, of a part of it (an area, a category) in another.
local function whole_and_part(model, whole, part)
  if whole.value < least or (is_round(whole) or is_round(part)) and whole.qualifier ~= part.qualifier
    and whole.qualifier ~= "at least" and part.qualifier ~= "at least" then return false end
  if part.area == part.subject_row.area and part.dim_count == whole.dim_count or whole.cell == part.cell
    or whole.is_unnamed or part.is_unnamed then return false end
  if facets.has_period(whole) and facets.has_period(part) and not facets.same_period(whole, part) then return false end
  return model:area_within(part.area, whole.area) and facets.dims_within(model, part, whole)
    and (whole.area == nil or whole.area == part.area)
end

-- What a figure is of, in words, for a reader who knows the subject.
local function of(model, figure)
  local words = phrase.categories(model, figure)
  return words ~= "" and words or "all"
end

-- How many figures there are of a subject and indicator.
local function count_of(model, figure)
  if not model.counts then
    model.counts = {}
    for _, one in ipairs(model.figures) do
      local key = one.subject .. "|" .. one.indicator
      model.counts[key] = (model.counts[key] or 0) + 1
    end
  end
  return model.counts[figure.subject .. "|" .. figure.indicator]
end

-- Whether two equal numbers may well meet by chance: among n numbers some n * n / 2 pairs are compared.
local function may_be_chance(model, figure)
  local count = count_of(model, figure)
  return count * count > 10 * figure.value
end

-- What two figures of one number differ in, in words, or nil when they may well be the same statement.
local function difference(model, a, b)
  if a.indicator ~= b.indicator then
    if a.source == b.source and source_doubles(a, b) then
      return ("%s and %s in one source"):format(phrase.counted(a), phrase.counted(b))
    elseif a.source ~= b.source and indicators_differ(a, b) then
      return ("%s in one source and %s in another"):format(phrase.counted(a), phrase.counted(b))
    end
    return nil
  end
  if a.source == b.source or a.unit == "percent" then return nil end
  local words = "of %s in one source and of %s in another"
  if place_and_citizens(a, b) or place_and_citizens(b, a) or whole_and_part(model, a, b)
    or whole_and_part(model, b, a) then
    return words:format(of(model, a), of(model, b))
  end
  if a.dim_count ~= 0 or b.dim_count ~= 0 or is_round(a) or is_round(b) or a.value < least then return nil end
  if may_be_chance(model, a) then return nil end
  local apart = facets.separates(model, a, b)
  if apart == "area" then
    return words:format(of(model, a), of(model, b))
  elseif apart == "period" and a.value >= least_round then
    return words:format(phrase.period(a), phrase.period(b))
  end
  return nil
end

-- What one source gives, by number, indicator and subject.
local function given_of(model)
  if not model.given then
    model.given = {}
    for _, figure in ipairs(model.figures) do
      if figure.value then
        local key = table.concat({figure.source, figure.subject, figure.value}, "|")
        model.given[key] = model.given[key] or {}
        table.insert(model.given[key], figure)
      end
    end
  end
  return model.given
end

-- Whether a source gives the number to what the other figure is of.
local function gives(model, source, other)
  for _, figure in ipairs(given_of(model)[table.concat({source, other.subject, other.value}, "|")] or {}) do
    if figure.indicator == other.indicator and figure.cell == other.cell then return true end
  end
  return false
end

-- Whether one of the sources gives the number to both things, or the two are tied to each other.
local function is_explained(model, a, b)
  if a.part_of == b.id or b.part_of == a.id or model:is_settled(a, b) then return true end
  if a.source == b.source then return false end
  return gives(model, a.source, b) or gives(model, b.source, a)
end

local function report(found, a, b)
  local words = difference(found.model, a, b)
  if not words or is_explained(found.model, a, b) then return false end
  if a.indicator ~= b.indicator and found:explains(a, b) then return false end
  local what = a.indicator == b.indicator and ", " .. phrase.counted(a) .. "," or ""
  found:add {
    check = "drift", class = "drift", verdict = "some", figures = {a, b}, low = 0, high = 0,
    sentence = ("%s: the same number%s is %s"):format(phrase.about_subject(a), what, words),
  }
  return true
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
      figures[1].subject_row.name, phrase.lower(figures[1].indicator_row.name),
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

-- Two figures are one conflict with all others that give one number to the same two things.
local function pair_key(a, b)
  local one = a.indicator .. "|" .. (a.area or "") .. "|" .. (a.citizenship or "")
  local two = b.indicator .. "|" .. (b.area or "") .. "|" .. (b.citizenship or "")
  if one > two then one, two = two, one end
  return a.subject .. "||" .. one .. "||" .. two
end

--- Runs the check over all figures.
function drift.check(found)
  check_series(found)
  local seen, told = {}, {}
  for _, figure in ipairs(found.model.figures) do
    if usable(figure) then
      local key = figure.subject .. "|" .. figure.value
      seen[key] = seen[key] or {}
      for _, other in ipairs(seen[key]) do
        local pair = pair_key(figure, other)
        if not told[pair] and report(found, other, figure) then told[pair] = true end
      end
      table.insert(seen[key], figure)
    end
  end
end

return drift
