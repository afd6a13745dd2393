-- What a row of a total lacks because it could not be taken, each with its number.
--
-- missing.add(question, row, whole) adds to the row's lacks, in plain words: a time that overlaps what is used; what
-- may overlap it; what counts something narrower beside counts of all; and of a total, or a row of one subject,
-- subjects whose figures reach outside the period, may be held in what is used or not, or name no area. whole (or nil)
-- is the total of the row's question: a row that counts less of its time says so.

local dates = require "blotter.ops.figures.dates"
local facets = require "blotter.ops.figures.facets"
local groups = require "blotter.ops.figures.groups"
local phrase = require "blotter.ops.figures.phrase"
local placeless = require "blotter.ops.totals.placeless"
local key_of = require("blotter.ops.totals.question").key

local missing = {}

-- ---- figures as words ----

local function size(figure) return figure.low or figure.best or figure.high or 0 end

-- A figure's number with what it is of: "9 (Outside the country of the agency, Dec 2009)".
local function number_words(question, figure, besides)
  local about = {}
  local categories = phrase.categories(question.model, figure, besides)
  if categories ~= "" then about[1] = categories end
  about[#about + 1] = phrase.period(figure) or "of no stated period"
  return phrase.value(figure) .. (#about > 0 and (" (%s)"):format(table.concat(about, ", ")) or "")
end

local function is_larger(a, b)
  if size(a) ~= size(b) then return size(a) > size(b) end
  return a.id < b.id
end

-- The figures of one subject that are apart from each other, the largest first: retellings and parts tell nothing more.
local function apart(model, list)
  local kept = {}
  table.sort(list, is_larger)
  for _, figure in ipairs(list) do
    local is_apart = true
    for _, other in ipairs(kept) do is_apart = is_apart and facets.separates(model, figure, other) ~= nil end
    if is_apart then kept[#kept + 1] = figure end
  end
  return kept
end

-- Whether all that a row is about is one subject, whose name need not be said.
local function is_about(row, subject)
  for _, figure in ipairs(row.figures) do
    if figure.subject ~= subject then return false end
  end
  return row.subject == nil or row.subject == subject
end

-- What figures of one subject say that are apart: the largest, and how many there are besides.
local function subject_words(question, row, list)
  local largest = list[1]
  local words = number_words(question, largest, {area = question.values.area and question.values.area[1]})
  if #list > 1 then words = ("%s and %d more"):format(words, #list - 1) end
  return is_about(row, largest.subject) and words or ("%s: %s"):format(largest.subject_row.name, words)
end

-- Figures in words, those of each subject together, the largest first, and whether they begin with a number; nil where
-- there are none.
local function told(question, row, figures)
  if #figures == 0 then return nil end
  local lists, words = groups.by(figures, function(figure) return figure.subject end), {}
  for i, list in ipairs(lists) do lists[i] = apart(question.model, list) end
  table.sort(lists, function(a, b) return is_larger(a[1], b[1]) end)
  for i, list in ipairs(lists) do words[i] = subject_words(question, row, list) end
  if #words > 3 then words = {words[1], words[2], ("%d more subjects"):format(#words - 2)} end
  return phrase.list(words), is_about(row, lists[1][1].subject)
end

local function add(row, text) row.lacks[#row.lacks + 1] = text end

-- Adds what a row is without; "not more than 40" would be a number of its own.
local function add_told(question, row, start, figures, ending)
  local words, is_number = told(question, row, figures)
  if words then add(row, (is_number and start:gsub("not$", "without") or start) .. " " .. words .. ", " .. ending) end
end

-- ---- what belongs to a row ----

-- Whether a figure has the keys of a row.
local function belongs(question, figure, row)
  for _, name in ipairs(question.by) do
    if key_of(question, figure, name) ~= row[name] then return false end
  end
  return true
end

local function of_row(question, figures, row)
  return groups.where(figures or {}, function(figure) return belongs(question, figure, row) end)
end

-- The subjects whose figures a row has, or which these hold.
local function subjects_of(model, row)
  local there = {}
  for _, figure in ipairs(row.figures) do
    for id in pairs(model:lineage(figure.subject)) do there[id] = true end
  end
  return there
end

local function of_others(question, figures, row)
  local there = subjects_of(question.model, row)
  return groups.where(figures or {}, function(figure) return not there[figure.subject] end)
end

-- Whether a figure is a part of one that is used, or of one of which other parts are: then nothing of it is missing.
local function is_held(question, figure, used)
  local whole = figure.part_of and question.model.by_id[figure.part_of]
  while whole do
    if used[whole] then return true end
    for _, part in ipairs(whole.parts or {}) do
      if used[part] then return true end
    end
    whole = whole.part_of and question.model.by_id[whole.part_of]
  end
  return false
end

local function not_held(question, figures, row)
  local used = {}
  for _, figure in ipairs(row.figures) do used[figure] = true end
  return groups.where(figures, function(figure)
    return figure ~= row.exceeded_by and not is_held(question, figure, used)
  end)
end

-- ---- times ----

-- The last day of the figures of a row in the family of one that reaches further but could not be taken, or nil.
local function reached(question, row, figure)
  local model, last = question.model, nil
  for _, own in ipairs(row.figures) do
    local is_near = row.subject and own.subject == figure.subject
      or not row.subject and model:family(own.subject) == model:family(figure.subject)
    if is_near and own.last then last = math.max(last or own.last, own.last) end
  end
  return last and figure.last > last and last or nil
end

-- The first of these days, and the figures that reach further, in words.
local function beyond(question, row)
  local first, figures = nil, {}
  for _, figure in ipairs(question.beyond or {}) do
    local last = reached(question, row, figure)
    if last then
      first = math.min(first or last, last)
      figures[#figures + 1] = figure
    end
  end
  return first and ("%s, where what overlaps is left out: %s"):format(dates.describe(first, first),
    (told(question, row, figures)))
end

-- The first and last day of the figures of a subject, each as early or late as the readings of their dates allow.
local function extent(figures, subject)
  local own = {}
  for _, figure in ipairs(figures) do
    if figure.subject == subject and figure.first and figure.last then
      own.first, own.last = math.min(own.first or figure.first, figure.first), math.max(own.last or 0, figure.last)
      own.first_early = math.min(own.first_early or figure.first, figure.first_early or figure.first)
      own.first_late = math.min(own.first_late or figure.first, figure.first_late or figure.first)
      own.last_early = math.max(own.last_early or 0, figure.last_early or figure.last)
      own.last_late = math.max(own.last_late or 0, figure.last_late or figure.last)
    elseif figure.subject == subject then
      return nil
    end
  end
  return own.first and own
end

-- A month: the days at which two tellings of one time may differ.
local slack = 31

local function is_day(figure) return figure.period_kind == "day" end

-- What a row of a category or an area has of the time of which the total is, where it is less. A day of action is all
-- of its results.
local function shorter(row, whole)
  local seen = {}
  for _, figure in ipairs(row.figures) do
    local own = not seen[figure.subject] and not is_day(figure) and extent(row.figures, figure.subject)
    local all = own and extent(whole.figures, figure.subject)
    seen[figure.subject] = true
    local is_within = all and all.first <= own.first and all.last >= own.last
    if is_within and (all.last_early > own.last_late + slack or all.first_late < own.first_early - slack) then
      return ("only %s, where the total counts %s"):format(dates.describe(own.first, own.last),
        dates.describe(all.first, all.last))
    end
  end
  return nil
end

-- Adds what overlaps a figure that is used, or is narrower than all that is asked. A share is no part of another one.
local function add_lost(question, row)
  if next(question.indicator.adds_over) == nil then return end
  add_told(question, row, "perhaps not", not_held(question, of_row(question, question.unclear, row), row),
    "which may overlap what is counted")
  add_told(question, row, "not", of_row(question, question.unlike, row), "of some areas or categories only")
  local lost = of_row(question, question.sweeps, row)
  add_told(question, row, "not", lost, #lost > 1 and "sweeps against trafficking" or "a sweep against trafficking")
end

--- What a row lacks because it could not be taken; see the head of this file.
function missing.add(question, row, whole)
  local is_total = #question.by == 0
  local is_of_subject = #question.by == 1 and question.by.subject
  local is_comparable = not (question.by_year or question.by.subject or question.by.source or question.is_state)
  local less = whole and is_comparable and shorter(row, whole)
  if less then add(row, less) end
  local last = (is_total or is_of_subject) and beyond(question, row)
  if last then add(row, "not after " .. last) end
  add_lost(question, row)
  if is_total then
    add_told(question, row, "not", of_others(question, question.outside, row),
      "whose figures reach outside the period")
    add_told(question, row, "perhaps not all of", of_others(question, question.uncertain, row),
      "which it may count in part")
  end
  if is_total or is_of_subject then
    add_told(question, row, "not", placeless.figures(question, row), "whose figures name no area")
  end
end

return missing
