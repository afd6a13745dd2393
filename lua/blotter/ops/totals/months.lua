-- Which months of those asked for the figures of a row cover.

local dates = require "blotter.ops.figures.dates"
local facets = require "blotter.ops.figures.facets"
local groups = require "blotter.ops.figures.groups"
local period_of = require("blotter.ops.totals.question").period_of
local phrase = require "blotter.ops.figures.phrase"

local months = {}

local function both(a, b)
  local first = a[1] and b[1] and math.max(a[1], b[1]) or a[1] or b[1]
  local last = a[2] and b[2] and math.min(a[2], b[2]) or a[2] or b[2]
  return {first, last}
end

-- The year of a row: that of its key.
local function year_of(name, row)
  if type(row[name]) ~= "string" or not name:find "year$" then return period_of(name, row[name]) end
  local first, last = dates.fiscal_named(row[name])
  return first and {first, last}
end

-- The period that a row is about, as far as the question or its key says: {first, last}, either may be nil.
local function asked_period(question, row)
  local asked = question.period or {}
  for _, name in ipairs(question.by) do
    local own = year_of(name, row)
    if own then asked = both(asked, own) end
  end
  return asked
end

-- The part of the asked period in which a subject could count anything. Of what happened once and whose beginning or
-- end is not known, nothing more can be expected than what its figures cover.
local function expected(asked, head, figures)
  local subject = head.subject_row
  local first = subject.date_start and dates.parse(subject.date_start)
  local last = subject.date_end and dates.parse(subject.date_end)
  if facets.happens_once(head) then
    for _, figure in ipairs(figures) do
      if not first and figure.first then first = figure.first end
      if not last and figure.last then last = figure.last end
    end
  end
  return both(asked, {first, last})
end

local function month_number(day)
  local year, month = dates.civil(day)
  return year * 12 + month - 1
end

-- The first day of each month that was asked for.
local first_days = {}

local function first_day(number)
  local day = first_days[number]
  if not day then
    day = dates.day(number // 12, number % 12 + 1, 1)
    first_days[number] = day
  end
  return day
end

-- The stretches of days that the figures cover, in order, none touching another. A year of which the source does not
-- say whether it is calendar or fiscal counts as the one that it names.
local function stretches_of(figures)
  local spans, stretches = {}, {}
  for _, figure in ipairs(figures) do
    if figure.period_kind == "year" then
      spans[#spans + 1] = {figure.first, figure.last}
    elseif figure.last_early then
      spans[#spans + 1] = {figure.first_late or -math.huge, figure.last_early}
    end
  end
  table.sort(spans, function(a, b) return a[1] < b[1] end)
  for _, span in ipairs(spans) do
    local last = stretches[#stretches]
    if last and span[1] <= last[2] + 1 then
      last[2] = math.max(last[2], span[2])
    elseif span[1] <= span[2] then
      stretches[#stretches + 1] = span
    end
  end
  return stretches
end

local longest = 1200

-- The months of a span by their number: whether the figures cover each; first and last; how many are asked and covered.
local function tally_of(figures, span)
  local tally = {asked = 0, covered = 0}
  if not span[1] or not span[2] or span[1] > span[2] then return tally end
  tally.first, tally.last = month_number(span[1]), month_number(span[2])
  if tally.last - tally.first > longest then return {asked = 0, covered = 0} end
  local stretches, at, day = stretches_of(figures), 1, first_day(tally.first)
  for number = tally.first, tally.last do
    local after = first_day(number + 1)
    local from, to = math.max(day, span[1]), math.min(after - 1, span[2])
    day = after
    while stretches[at] and stretches[at][2] < to do at = at + 1 end
    tally[number] = stretches[at] ~= nil and stretches[at][1] <= from
    tally.asked = tally.asked + 1
    if tally[number] then tally.covered = tally.covered + 1 end
  end
  return tally
end

local function hull_of(figures)
  local first, last = math.huge, -math.huge
  for _, figure in ipairs(figures) do
    first = math.min(first, figure.first or math.huge)
    last = math.max(last, figure.last or -math.huge)
  end
  return first < math.huge and first or nil, last > -math.huge and last or nil
end

-- What is covered where no month is covered in full: the figures' own days.
local function days_words(figures)
  local first, last = hull_of(figures)
  return first and last and "only " .. dates.describe(first, last) or nil
end

local function missing_words(tally)
  local words, number = {}, tally.first
  while number and number <= tally.last do
    if not tally[number] then
      local from = number
      while tally[number + 1] == false do number = number + 1 end
      words[#words + 1] = dates.describe(first_day(from), first_day(number + 1) - 1)
    end
    number = number + 1
  end
  if #words > 3 then words = {words[1], words[2], ("%d more stretches"):format(#words - 2)} end
  return phrase.list(words)
end

local function has_day(figures)
  for _, figure in ipairs(figures) do
    if figure.period_kind == "day" then return true end
  end
  return false
end

-- The months of one subject's figures, against what is asked of it; of no asked period, against their own extent. None
-- are missing where a day of action is counted.
local function tally_subject(asked, head, figures)
  local from, to = hull_of(figures)
  if facets.happens_once(head) and has_day(figures) then return tally_of(figures, {}) end
  if not asked[1] and not asked[2] then return tally_of(figures, {from, to}) end
  local span = expected(asked, head, figures)
  return tally_of(figures, {span[1] or from, span[2] or to})
end

-- The figures by subject; those of a subject below another one that has figures are counted as that one's, whose months
-- they fill.
local function by_holder(question, figures)
  local there = {}
  for _, figure in ipairs(figures) do there[figure.subject] = question.model:count_holders(figure.subject) end
  return groups.by(figures, function(figure)
    local highest = figure.subject
    for above in pairs(question.model:lineage(figure.subject)) do
      if there[above] and there[above] < there[highest] then highest = above end
    end
    return highest
  end)
end

-- The figure of a list whose subject holds those of the others.
local function head_of(question, figures)
  local head = figures[1]
  for _, figure in ipairs(figures) do
    if question.model:lineage(head.subject)[figure.subject] then head = figure end
  end
  return head
end

--- The months that all subjects of a row have: {first, last, covered, asked, is_series, scattered}. is_series: all
-- figures are of one subject that goes on counting; scattered, a list of {name, figures, covered, asked}: subjects that
-- go on counting, of which several figures cover no more than half of their time. What subjects miss goes to lacks.
function months.of(question, row, lacks)
  local first, last = hull_of(row.figures)
  local covered = {first = first and dates.format(first), last = last and dates.format(last), covered = 0, asked = 0}
  local asked, gaps, seen = asked_period(question, row), {}, {}
  local by_subject = by_holder(question, row.figures)
  covered.scattered = {}
  for _, figures in ipairs(by_subject) do
    local head = head_of(question, figures)
    local tally = tally_subject(asked, head, figures)
    for number = tally.first or 1, tally.last or 0 do
      if seen[number] ~= false then seen[number] = tally[number] end
    end
    if #figures > 1 and tally.covered * 2 <= tally.asked and not facets.happens_once(head) then
      table.insert(covered.scattered, {name = #by_subject > 1 and head.subject_row.name, figures = figures,
        covered = tally.covered, asked = tally.asked})
    end
    if tally.covered < tally.asked then
      local name = #by_subject > 1 and head.subject_row.name .. ": " or ""
      gaps[#gaps + 1] = name .. (tally.covered == 0 and days_words(figures)
        or ("%d of %d months; not %s"):format(tally.covered, tally.asked, missing_words(tally)))
    end
  end
  for _, is_there in pairs(seen) do
    covered.asked = covered.asked + 1
    if is_there then covered.covered = covered.covered + 1 end
  end
  if #gaps > 2 then gaps = {gaps[1], ("gaps of %d more subjects"):format(#gaps - 1)} end
  table.move(gaps, 1, #gaps, #lacks + 1, lacks)
  covered.is_series = #by_subject == 1 and not facets.happens_once(by_subject[1][1]) or nil
  return covered
end

return months
