-- What the figures of a row cover of what the row is about, and what they lack.
--
-- coverage.of(question, row) returns covers and lacks. covers has months {first, last, covered, asked} of the asked
-- period (or the figures' own), areas, categories and subjects: the names of those to which figures are confined, nil
-- where they are of all. lacks is a list of plain words, empty where nothing is known to be missing.

local dates = require "blotter.ops.figures.dates"
local months = require "blotter.ops.totals.months"
local phrase = require "blotter.ops.figures.phrase"

local coverage = {}

-- Whether all parts of a split that its source calls complete are among the figures: then they are the whole.
local function is_complete_split(model, figure, present)
  if not figure.part_of or figure.coverage ~= "exhaustive" then return nil end
  local whole = model.by_id[figure.part_of]
  if not whole or whole.indicator ~= figure.indicator then return nil end
  for _, part in ipairs(whole.parts) do
    if part.split == figure.split and part.source == figure.source and part.rank ~= "deprecated"
      and not present[part.cell] then return nil end
  end
  return whole
end

-- The figures, with complete splits replaced by the whole of which they are the parts.
local function joined(model, figures)
  local present, list = {}, {}
  for _, figure in ipairs(figures) do present[figure.cell] = true end
  for _, figure in ipairs(figures) do
    local at, whole = figure, is_complete_split(model, figure, present)
    while whole do
      at = whole
      present[at.cell] = true
      whole = is_complete_split(model, at, present)
    end
    list[#list + 1] = at
  end
  return list
end

-- The area to which a figure is confined, or nil when it is of all that is asked.
local function confined_to(question, figure)
  local model, area, wanted = question.model, figure.area, question.values.area
  if not area or question.by.area then return nil end
  if wanted then
    for _, asked in ipairs(wanted) do
      if model:area_within(asked, area) then return nil end
    end
    return area
  end
  local own = figure.subject_row.area
  return (not own or not model:area_within(own, area)) and area or nil
end

-- The category of a dimension to which a figure is confined beyond what is asked, or nil.
local function category_of(question, figure, dimension)
  local code, wanted = figure.dims[dimension], question.values[dimension]
  if not code or question.by[dimension] then return nil end
  for _, asked in ipairs(wanted or {}) do
    if asked == code then return nil end
  end
  return code
end

local function is_below(question, figure)
  local wanted = question.values.subject
  if not wanted or question.by.subject then return false end
  for _, asked in ipairs(wanted) do
    if asked == figure.subject then return false end
  end
  return true
end

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
local function categories_of(question, figure)
  local list = {}
  for dimension in pairs(figure.dims) do
    local code = category_of(question, figure, dimension)
    if code then list[#list + 1] = phrase.category(question.model, dimension, code) end
  end
  table.sort(list)
  return list
end

local restrictions = {
  {"subjects", function(question, figure) return is_below(question, figure) and {figure.subject_row.name} or {} end},
  {"areas", function(question, figure)
    local area = confined_to(question, figure)
    return area and {question.model.tables.areas.index[area].name} or {}
  end},
  {"categories", categories_of},
}

-- To what the figures are confined: "only" where all of them are, "in part only" where some are.
local function confine(question, figures, lacks)
  local covers = {}
  for _, restriction in ipairs(restrictions) do
    local list, seen, confined = {}, {}, 0
    for _, figure in ipairs(figures) do
      local found = restriction[2](question, figure)
      if #found > 0 then confined = confined + 1 end
      for _, name in ipairs(found) do add_name(list, seen, name) end
    end
    if confined > 0 then
      covers[restriction[1]] = list
      lacks[#lacks + 1] = (confined == #figures and "only " or "in part only ") .. names(list)
    end
  end
  return covers
end

local function some_subjects(model, ids)
  local list = {}
  for id in pairs(ids) do list[#list + 1] = model.tables.subjects.index[id].name end
  return #list == 1 and list[1] or #list .. " subjects", #list
end

-- The subjects whose figures a row has, or which these hold.
local function subjects_of(model, row)
  local there = {}
  for _, figure in ipairs(row.figures) do
    for id in pairs(model:lineage(figure.subject)) do there[id] = true end
  end
  return there
end

-- The last day of the figures of a row in the families in which others reach further but could not be taken, in words.
local function beyond(question, row)
  local last
  for _, figure in ipairs(question.beyond or {}) do
    local reached
    for _, own in ipairs(row.figures) do
      if question.model:family(own.subject) == question.model:family(figure.subject) and own.last then
        reached = math.max(reached or own.last, own.last)
      end
    end
    if reached and figure.last > reached then last = math.min(last or reached, reached) end
  end
  return last and dates.describe(last, last)
end

--- Notes what a total may lack because it could not be taken: subjects that only have figures which reach outside the
-- period, and subjects that the ones taken may count, or may not.
function coverage.add_missing(question, row)
  local there, outside, uncertain = subjects_of(question.model, row), {}, {}
  for _, figure in ipairs(question.outside or {}) do
    if not there[figure.subject] then outside[figure.subject] = true end
  end
  for id in pairs(question.uncertain or {}) do
    if not there[id] then uncertain[id] = true end
  end
  local far = beyond(question, row)
  if far then row.lacks[#row.lacks + 1] = ("not after %s, where figures overlap those that are used"):format(far) end
  local who, count = some_subjects(question.model, outside)
  if count > 0 then row.lacks[#row.lacks + 1] = "not " .. who .. ", whose figures reach outside the period" end
  who, count = some_subjects(question.model, uncertain)
  if count > 0 then row.lacks[#row.lacks + 1] = "perhaps not all of " .. who .. ", which it may count in part" end
end

--- What a row covers and lacks; see the head of this file.
function coverage.of(question, row)
  local lacks = {}
  local covered = question.is_state and {} or months.of(question, row, lacks)
  local covers = confine(question, joined(question.model, row.figures), lacks)
  covers.months = covered
  return covers, lacks
end

return coverage
