-- The period of a figure as a curator writes it: "2012", "2019/2021", "2025-02", "../2025-02", "FY2012-13",
-- "2025-Q1", "2025-H1", "March 2025", "since 2003", "since 2003/2025-03-31", "as of 2025-03-31".
--
-- spans.read(text, country) returns {first, last, kind, precision} with day numbers (nil is open), or nil and what was
-- expected. country is the one whose fiscal year is meant, or nil.

local dates = require "blotter.ops.figures.dates"

local spans = {}

local month_numbers = {}
for month = 1, 12 do
  local name = dates.month_name(month):lower()
  month_numbers[name], month_numbers[name:sub(1, 3)] = month, month
end
month_numbers.sept = 9

local function day_span(year, month, day)
  local number = dates.parse(("%04d-%02d-%02d"):format(year, month, day))
  if not number then return nil end
  return {first = number, last = number, precision = "day"}
end

local function month_span(year, month, count, precision)
  if month < 1 or month > 12 then return nil end
  local last = month + count - 1
  return {first = dates.day(year, month, 1), last = dates.day(year, last, dates.days_in_month(year, last)),
    precision = precision}
end

-- "3 March 2025", "March 3, 2025" or "March 2025".
local function named_span(text)
  local plain = text:lower():gsub("(%d)%a%a%f[%A]", "%1"):gsub("[.,]", " ")
  local day, name, year = plain:match "^%s*(%d%d?)%s+(%a+)%s+(%d%d%d%d)%s*$"
  if not day then name, day, year = plain:match "^%s*(%a+)%s+(%d%d?)%s+(%d%d%d%d)%s*$" end
  if not day then name, year = plain:match "^%s*(%a+)%s+(%d%d%d%d)%s*$" end
  local month = name and month_numbers[name]
  if not month then return nil end
  year = math.tointeger(tonumber(year))
  if day then return day_span(year, month, math.tointeger(tonumber(day))) end
  return month_span(year, month, 1, "month")
end

-- A date of any precision: a year, quarter, month or day.
local date_span

function date_span(text)
  local year = text:match "^(%d%d%d%d)$"
  if year then return month_span(math.tointeger(tonumber(year)), 1, 12, "year") end
  local y, m = text:match "^(%d%d%d%d)%-(%d%d)$"
  if y then return month_span(math.tointeger(tonumber(y)), math.tointeger(tonumber(m)), 1, "month") end
  local of, quarter = text:match "^(%d%d%d%d)%-?[Qq]([1-4])$"
  if of then
    return month_span(math.tointeger(tonumber(of)), math.tointeger(tonumber(quarter)) * 3 - 2, 3, "quarter")
  end
  local half = text:match "^%d%d%d%d%-?[Hh]([12])$" or text:match "^[Hh]([12])%s+%d%d%d%d$"
  if half then
    return month_span(math.tointeger(tonumber(text:match "%d%d%d%d")), half == "1" and 1 or 7, 6, "month")
  end
  local quarter_first, its_year = text:match "^[Qq]([1-4])%s+(%d%d%d%d)$"
  if its_year then return date_span(its_year .. "-Q" .. quarter_first) end
  local day = dates.parse(text)
  if day then return {first = day, last = day, precision = "day"} end
  return named_span(text)
end

-- The year in which a fiscal year begins, where its text names both ("FY2012-13"), or its one name.
local function fiscal_names(text)
  local from, to = text:match "^[Ff][Yy]%s*(%d%d%d%d)%s*[-/]%s*(%d%d+)$"
  if from then
    local first, last = math.tointeger(tonumber(from)), math.tointeger(tonumber(to))
    if #to == 2 then last = first // 100 * 100 + last end
    if #to == 2 and last < first then last = last + 100 end
    if last ~= first + 1 then return nil, nil, true end
    return first, nil
  end
  local named = text:match "^[Ff][Yy]%s*(%d%d%d%d)$"
  return nil, named and math.tointeger(tonumber(named))
end

-- The span of a fiscal year, or nil and what was expected; nil alone where the text is none. The fiscal year of one
-- country is never taken for that of another.
local function fiscal_span(text, country)
  local begins, named, is_wrong = fiscal_names(text)
  if is_wrong then return nil, ("'%s' is no fiscal year: expected two years in a row"):format(text) end
  if not begins and not named then return nil end
  if not country then return nil, ("'%s' is the fiscal year of which country? Expected an area, or a subject or "
    .. "publisher of a country, or days"):format(text) end
  local first, last = dates.fiscal(begins or named, country, begins ~= nil)
  if first then return {first = first, last = last, precision = "day", is_fiscal = true} end
  if last == "both" then return nil, ("'%s' may begin or end in that year: expected FY%d-%02d, FY%d-%02d, or days")
    :format(text, named - 1, named % 100, named, (named + 1) % 100) end
  return nil, ("'%s' is a fiscal year of '%s', which is not known here: expected its days, such as "
    .. "2022-07-01/2023-06-30"):format(text, country)
end

local earliest = dates.day(1900, 1, 1)

local function is_too_early(span) return (span.first or span.last) < earliest end

local expected = "'%s' is not a period: expected a year, a quarter, a month, a day, FY and a year, or two of them "
  .. "with '/'"

local function one(text, country)
  local span, problem = fiscal_span(text, country)
  if problem then return nil, problem end
  span = span or date_span(text)
  if not span and text:find "^%d%d%d%d/%d%d$" then
    return nil, ("'%s' may be a fiscal year or two years; expected FY%s-%s, or both years in full"):format(text,
      text:sub(1, 4), text:sub(6, 7))
  end
  if not span then return nil, expected:format(text) end
  if is_too_early(span) then return nil, ("'%s' is before 1900: expected the year in full"):format(text) end
  return span
end

local coarse = {day = 1, month = 2, quarter = 3, year = 4}

local function coarser(a, b)
  if not a or not b then return (a or b).precision end
  return coarse[a.precision] > coarse[b.precision] and a.precision or b.precision
end

local function kind_of(from, to)
  if not from then return "range" end
  if not to then return "since" end
  if from.is_fiscal and to.is_fiscal then return "fiscal" end
  if from.precision == "year" and to.precision == "year" then return "calendar" end
  if from.first == to.last then return "day" end
  return "range"
end

-- The two ends of a text with '/', or the text twice. A fiscal year of two names holds a '/' itself.
local function ends_of(text)
  if text:find "^[Ff][Yy]%s*%d%d%d%d%s*/%s*%d%d%d?%d?$" and not text:find "/%s*[Ff][Yy]" then return text, text end
  if text:find "^%d%d%d%d/%d%d$" then return text, text end
  local from, to = text:match "^%s*(.-)%s*/%s*(.-)%s*$"
  if from then return from, to end
  return text, text
end

local function read_range(text, country)
  local from_text, to_text = ends_of(text)
  if from_text == ".." and to_text == ".." then return nil, expected:format(text) end
  local from, to, problem
  if from_text ~= ".." then
    from, problem = one(from_text, country)
    if not from then return nil, problem end
  end
  if to_text ~= ".." then
    to, problem = one(to_text, country)
    if not to then return nil, problem end
  end
  local printed = coarser(from, to)
  local precision = printed
  if kind_of(from, to) == "calendar" and from.first == to.first then precision = "day" end
  return {first = from and from.first, last = to and to.last, kind = kind_of(from, to), precision = precision,
    printed = printed}
end

--- A period from text; see the head of this file.
function spans.read(text, country)
  text = tostring(text):gsub("^%s+", ""):gsub("%s+$", "")
  local state = text:match "^[Aa]s of (.+)$"
  local since = text:match "^[Ss]ince (.+)$"
  local since_both = since and (since:find "/" and since or since .. "/..")
  local span, problem = read_range(since_both or state or text, country)
  if not span then return nil, problem end
  if since then span.kind = "since" end
  if state then span.first, span.kind, span.precision = nil, "as_of", span.printed end
  if span.first and span.last and span.first > span.last then
    return nil, ("the period '%s' ends before it begins"):format(text)
  end
  return span
end

--- A day of publication from text, as exactly as it says: {first, precision}, or nil and what was expected.
function spans.published(text)
  local span = date_span(text)
  if span and not is_too_early(span) then return span end
  return nil, ("'%s' is not a day of publication: expected a day such as 2025-03-31, a month, a quarter or a year")
    :format(text)
end

return spans
