-- What the figures of a row cover of what the row is about, and what they lack.
--
-- coverage.of(question, row) returns covers and lacks. covers has months {first, last, covered, asked} of the asked
-- period (or the figures' own), areas, categories and subjects: the names of those to which figures are confined, nil
-- where they are of all. lacks is a list of plain words, empty where nothing is known to be missing.

local dates = require "blotter.ops.figures.dates"
local facets = require "blotter.ops.figures.facets"
local months = require "blotter.ops.totals.months"
local phrase = require "blotter.ops.figures.phrase"
local placeless = require "blotter.ops.totals.placeless"
local questions = require "blotter.ops.totals.question"

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

-- Whether a figure is of some areas or categories only, where all of them are asked for. An offence is often what a
-- whole series is about.
local function is_confined(question, figure)
  if confined_to(question, figure) then return true end
  for dimension in pairs(figure.dims) do
    if dimension ~= "offence" and category_of(question, figure, dimension) then return true end
  end
  return false
end

-- The sum in which a figure of a question stands: its subject's, of a year where rows are years.
local function sum_of(question, figure)
  local parts = {figure.subject}
  for _, name in ipairs(question.by) do parts[#parts + 1] = tostring(questions.key(question, figure, name)) end
  return table.concat(parts, "|")
end

--- Of choices that a total has taken, those that make one sum: where a subject that goes on counting has figures of all
-- that is asked, those that are of some areas or categories only are no part of it. Returns what stays, and the others
-- as {choice, whole}.
function coverage.of_one_kind(question, choices)
  local figures, whole, kept, lost = {}, {}, {}, {}
  for i, choice in ipairs(choices) do figures[i] = choice.figure end
  local as_whole = joined(question.model, figures)
  for _, figure in ipairs(as_whole) do
    if not facets.happens_once(figure) and not is_confined(question, figure) then
      whole[sum_of(question, figure)] = figure
    end
  end
  for i, choice in ipairs(choices) do
    local instead = is_confined(question, as_whole[i]) and whole[sum_of(question, as_whole[i])]
    if instead then
      lost[#lost + 1] = {choice = choice, whole = instead}
    else
      kept[#kept + 1] = choice
    end
  end
  return kept, lost
end

-- The subjects whose figures are filed under others: by what holds them.
local function filed_under(model)
  if not model.filed then
    model.filed = {}
    for _, link in ipairs(model.tables.links.rows) do
      if link.role == "has_figures_of" then model.filed[link.from .. "|" .. link.to] = true end
    end
  end
  return model.filed
end

-- Whether a figure is of what belongs to an asked subject, and not of all of it.
local function is_below(question, figure)
  local wanted, filed = question.values.subject, filed_under(question.model)
  if not wanted or question.by.subject then return false end
  for _, asked in ipairs(wanted) do
    if asked == figure.subject or filed[figure.subject .. "|" .. asked] then return false end
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

local function some_of(confined, count)
  return ("%d of its %d figures %s only "):format(confined, count, confined == 1 and "covers" or "cover")
end

-- To what the figures are confined: "only Texas" where all of them are, "1 of its 3 figures covers only Texas" where
-- some are.
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
      lacks[#lacks + 1] = (confined == #figures and "only " or some_of(confined, #figures)) .. names(list)
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
      local is_near = row.subject and own.subject == figure.subject
        or not row.subject and question.model:family(own.subject) == question.model:family(figure.subject)
      if is_near and own.last then
        reached = math.max(reached or own.last, own.last)
      end
    end
    if reached and figure.last > reached then last = math.min(last or reached, reached) end
  end
  return last and dates.describe(last, last)
end

--- Notes what a total, or a row of one subject, may lack because it could not be taken: a time, and of a total subjects
-- that only have figures which reach outside the period, or that the ones taken may count, or may not.
function coverage.add_missing(question, row)
  if #question.by > 1 or #question.by == 1 and not question.by.subject then return end
  local far = beyond(question, row)
  if far then row.lacks[#row.lacks + 1] = ("not after %s, where figures overlap those that are used"):format(far) end
  if row.subject then return end
  local there, outside, uncertain = subjects_of(question.model, row), {}, {}
  for _, figure in ipairs(question.outside or {}) do
    if not there[figure.subject] then outside[figure.subject] = true end
  end
  for id in pairs(question.uncertain or {}) do
    if not there[id] then uncertain[id] = true end
  end
  local who, count = some_subjects(question.model, outside)
  if count > 0 then row.lacks[#row.lacks + 1] = "not " .. who .. ", whose figures reach outside the period" end
  who, count = some_subjects(question.model, uncertain)
  if count > 0 then row.lacks[#row.lacks + 1] = "perhaps not all of " .. who .. ", which it may count in part" end
  local unnamed = placeless.subjects(question, row)
  if #unnamed > 0 then row.lacks[#row.lacks + 1] = "not " .. names(unnamed) .. ", whose figures name no area" end
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
