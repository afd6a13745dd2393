-- What the figures of a row cover of what the row is about, and what they lack.
--
-- coverage.of(question, row) returns covers and lacks. covers has months {first, last, covered, asked} of the asked
-- period (or the figures' own), areas, categories and subjects: the names of those to which figures are confined, nil
-- where they are of all. lacks is a list of plain words, empty where nothing is known to be missing.

local confined = require "blotter.ops.totals.confined"
local months = require "blotter.ops.totals.months"
local phrase = require "blotter.ops.figures.phrase"

local coverage = {}

local function add_name(list, seen, name)
  if not seen[name] then
    seen[name] = true
    list[#list + 1] = name
  end
end

local function names(list)
  if #list > 4 then return ("%s, %s, %s and %d more"):format(list[1], list[2], list[3], #list - 3) end
  return phrase.list(list)
end

-- The names of the categories to which a figure is confined.
local function categories_of(question, figure, full)
  local list = {}
  for dimension in pairs(figure.dims) do
    local code = confined.category(question, figure, dimension, full)
    if code then list[#list + 1] = phrase.category(question.model, dimension, code) end
  end
  table.sort(list)
  return list
end

local function subjects_of(question, figure)
  return confined.is_below(question, figure) and {figure.subject_row.name} or {}
end

local function events_of(question, figure)
  return confined.is_event(question, figure) and {figure.subject_row.name} or {}
end

local function areas_of(question, figure, full)
  local area = confined.area(question, figure, full)
  return area and {question.model.tables.areas.index[area].name} or {}
end

-- What may confine figures, by its name in covers; events do so only where nothing else is counted.
local restrictions = {
  {"subjects", subjects_of}, {"subjects", events_of, needs_all = true}, {"areas", areas_of},
  {"categories", categories_of},
}

local function some_of(count, all)
  return ("%d of its %d figures %s only "):format(count, all, count == 1 and "covers" or "cover")
end

-- Whether categories say what is counted, field offices or police forces, and not which part of it.
local function is_what_is_counted(question, name)
  return name == "categories" and question.indicator.unit == "organisations"
end

-- To what the figures are confined: "only Texas" where all of them are, "1 of its 3 figures covers only Texas" where
-- some are.
local function confine(question, figures, full, lacks)
  local covers = {}
  for _, restriction in ipairs(restrictions) do
    local list, seen, count = {}, {}, 0
    for _, figure in ipairs(figures) do
      local found = restriction[2](question, figure, full)
      if #found > 0 then count = count + 1 end
      for _, name in ipairs(found) do add_name(list, seen, name) end
    end
    if count > 0 and (count == #figures or not restriction.needs_all) then
      covers[restriction[1]] = list
      if not is_what_is_counted(question, restriction[1]) then
        lacks[#lacks + 1] = (count == #figures and "only " or some_of(count, #figures)) .. names(list)
      end
    end
  end
  return covers
end

--- What a row covers and lacks; see the head of this file.
function coverage.of(question, row)
  local lacks = {}
  local covered = question.is_state and {} or months.of(question, row, lacks)
  local figures, full = confined.wholes(question.model, row.figures)
  local covers = confine(question, figures, full, lacks)
  covers.months = covered
  return covers, lacks
end

return coverage
