-- The words in which figures, periods and sources appear in findings and reports.

local bounds = require "blotter.ops.figures.bounds"
local dates = require "blotter.ops.figures.dates"
local model = require "blotter.ops.dataset.model"

local phrase = {}

local plain_words = {exact = true, rounded = true, round = true, record = true}

--- The value of a figure as its source has it: "435", "more than 10,000", "EUR 2,100,000", "dozens of".
function phrase.value(figure)
  if figure.value == nil then return figure.printed end
  local text = bounds.group_digits(figure.value)
  if figure.currency then text = figure.currency .. " " .. text end
  if figure.unit == "percent" then text = text .. " percent" end
  if plain_words[figure.qualifier] then return text end
  return figure.qualifier .. " " .. text
end

--- The name of what is counted inside a sentence: "reports received", "URLs confirmed".
function phrase.lower(name)
  return (name:gsub("^%u%f[%l]", string.lower))
end

--- The name of what is counted for one of it: "arrest", "country taking part".
function phrase.singular(name)
  local first, rest = name:match "^(%a+)(.*)$"
  if not first or not first:find "[^s]s$" then return name end
  return (first:find "ies$" and first ~= "series" and first:gsub("ies$", "y") or first:gsub("s$", "")) .. rest
end

-- Units that the name of an indicator does not put into words.
local measured = {terabytes = true, years = true, months = true, days = true}

--- The value with what is counted: "435 arrests", "29 terabytes (data seized)".
function phrase.counted(figure)
  local name = phrase.lower(figure.indicator_row.name)
  if figure.unit == "percent" or figure.unit == "currency" then
    return ("%s (%s)"):format(phrase.value(figure), name)
  end
  if measured[figure.unit] then
    return ("%s %s (%s)"):format(phrase.value(figure), figure.unit, (name:gsub(" in " .. figure.unit .. "$", "")))
  end
  if figure.value == 1 and figure.qualifier == "exact" then name = phrase.singular(name) end
  return phrase.value(figure) .. " " .. name
end

-- The name of an area as it stands after "of": "the Republic of Korea", "Japan".
local function with_article(name)
  for _, start in ipairs {"Republic", "United", "Russian Federation", "Netherlands", "Philippines"} do
    if name:find("^" .. start) then return "the " .. name end
  end
  return name
end

--- One category in words: "citizens of Japan", "age 10 to 19".
function phrase.category(whole, dimension, code)
  if dimension == "citizenship" then return "citizens of " .. with_article(whole.tables.areas.index[code].name) end
  return whole.tables.codes.index[code].label_preferred
end

--- The categories of a figure, preferred terms, without those that another one (its whole) has: "age 10 to 19".
function phrase.categories(whole, figure, besides)
  local words = {}
  for _, dimension in ipairs(model.dimensions) do
    local code = figure[dimension]
    if code and not (besides and besides[dimension] == code) then
      words[#words + 1] = phrase.category(whole, dimension, code)
    end
  end
  if figure.area and not (besides and besides.area == figure.area) then
    words[#words + 1] = whole.tables.areas.index[figure.area].name
  end
  return table.concat(words, ", ")
end

--- What a figure is about: subject, categories, area and period (but for the last, when it is said otherwise).
function phrase.about(whole, figure, without_period)
  local parts = {figure.subject_row.name}
  local categories = phrase.categories(whole, figure)
  if categories ~= "" then parts[#parts + 1] = categories end
  local period = not without_period and phrase.period(figure)
  if period then parts[#parts + 1] = period end
  return table.concat(parts, ", ")
end

--- A figure's subject and period alone, where several of its kind are spoken of.
function phrase.about_subject(figure)
  local period = phrase.period(figure)
  return figure.subject_row.name .. (period and ", " .. period or "")
end

-- Whether a day is the first, or as an end the last, of a month, and whether of a year.
local function is_edge(day, is_end)
  local year, month, number = dates.civil(day)
  local is_of_month = number == (is_end and dates.days_in_month(year, month) or 1)
  return is_of_month, is_of_month and month == (is_end and 12 or 1)
end

-- One end of a period as exactly as it is known: an edge of a month or a year stands for all of it where no more than
-- that is known.
local function end_of(day, precision, is_end)
  if not day then return nil end
  local year, month = dates.civil(day)
  local is_of_month, is_of_year = is_edge(day, is_end)
  if precision == "year" and is_of_year then return tostring(year) end
  if is_of_month and precision ~= "day" then
    return dates.describe(dates.day(year, month, 1), dates.day(year, month, dates.days_in_month(year, month)))
  end
  return dates.describe(day, day)
end

--- The ends of the period of a figure in words, each as exactly as it is known, nil where it is not.
function phrase.ends(figure)
  return end_of(figure.first, figure.period_precision, false), end_of(figure.last, figure.period_precision, true)
end

-- A range of days whose ends are not known to the day, one of them perhaps of a publication: "2007 to 16 Mar 2011".
local function rough(figure)
  local from, to = phrase.ends(figure)
  local y1, m1 = dates.civil(figure.first)
  local y2, m2 = dates.civil(figure.last)
  if from == to or figure.period_precision == "month" and y1 == y2 and m1 == m2 then return from end
  return ("%s to %s"):format(from, to)
end

--- The period of a figure in words, or nil when it is not stated.
function phrase.period(figure)
  if not figure.first and not figure.last then return nil end
  local is_rough = figure.period_precision == "year" or figure.period_precision == "month"
  if figure.period_kind == "as_of" then return "as of " .. end_of(figure.last, figure.period_precision, true) end
  if figure.period_kind == "since" then
    local first = figure.first and dates.describe(figure.first, nil) or "to date"
    if not figure.last then return first end
    local to = end_of(figure.last, figure.period_precision, true)
    return first == "to date" and "to " .. to or first .. ", to " .. to
  end
  if figure.period_kind == "fiscal" and figure.last then
    local year, month = dates.civil(figure.last)
    if month == 9 and figure.last - figure.first < 366 then return "fiscal year " .. year end
  end
  if is_rough and figure.first and figure.last then return rough(figure) end
  return dates.describe(figure.first, figure.last)
end

--- The time between the beginning of one figure and the end of another in words: days where these are known, whole
-- months and years else; nil for either is unknown.
function phrase.between(from, to)
  local first, last = from and phrase.ends(from), to and select(2, phrase.ends(to))
  local starts_month, ends_month = first and is_edge(from.first, false), last and is_edge(to.last, true)
  if not first then return last and "to " .. (ends_month and end_of(to.last, "month", true) or last) end
  if not last then return ("from %s on"):format(first) end
  if first == last then return first end
  if starts_month and ends_month then return dates.describe(from.first, to.last) end
  return ("%s to %s"):format(first, last)
end

--- When a source was published, as exactly as it is known, or nil.
function phrase.published(source)
  if not source.published then return nil end
  local year, month = dates.civil(source.published)
  if source.date_precision == "year" then return tostring(year) end
  if source.date_precision == "day" then return dates.describe(source.published, source.published) end
  return dates.describe(dates.day(year, month, 1), dates.day(year, month, dates.days_in_month(year, month)))
end

--- A source in short: "NationPress, 5 Apr 2025".
function phrase.source(source)
  local published = phrase.published(source)
  return published and source.publisher_row.name .. ", " .. published or source.publisher_row.name
end

--- The sources of figures, each once, in their order: "A, 2013; B, 5 Apr 2025".
function phrase.sources(figures)
  local seen, words = {}, {}
  for _, figure in ipairs(figures) do
    if not seen[figure.source] then
      seen[figure.source] = true
      words[#words + 1] = phrase.source(figure.source_row)
    end
  end
  if #words > 4 then
    local more = #words - 3
    words = {words[1], words[2], words[3], ("and %d more"):format(more)}
  end
  return table.concat(words, "; ")
end

--- Words as a list: "a, b and c".
function phrase.list(words)
  if #words < 2 then return words[1] or "" end
  return table.concat(words, ", ", 1, #words - 1) .. " and " .. words[#words]
end

return phrase
