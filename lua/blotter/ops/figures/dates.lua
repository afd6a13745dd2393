-- Calendar days as integers (days since 1970-01-01) and periods as closed ranges of such days.
--
-- A period is {first, last}; either side may be nil, which means open. Text is ISO 8601: "2013", "2013-03",
-- "2013-03-31", a fiscal year of the United States, "FY2013", which runs from 1 October 2012 to 30 September 2013, and
-- a range of two of them, "2012-10-01/2013-03-01" or "FY2010/FY2013" (either side may be ".."). A day that does not
-- exist is refused.

local dates = {}

local month_days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

local function is_leap(year)
  return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
end

--- The number of days of a month.
function dates.days_in_month(year, month)
  if month == 2 and is_leap(year) then return 29 end
  return month_days[month]
end

--- The day number of a date of the proleptic Gregorian calendar.
function dates.day(year, month, day)
  if month <= 2 then year = year - 1 end
  local era = year // 400
  local year_of_era = year - era * 400
  local day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
  return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719468
end

-- Year, month and day of a day number, computed.
local function civil_of(number)
  local shifted = number + 719468
  local era = shifted // 146097
  local day_of_era = shifted - era * 146097
  local year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
  local day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
  local shifted_month = (5 * day_of_year + 2) // 153
  local month = shifted_month < 10 and shifted_month + 3 or shifted_month - 9
  local year = year_of_era + era * 400
  return month <= 2 and year + 1 or year, month, day_of_year - (153 * shifted_month + 2) // 5 + 1
end

-- Year, month and day of the days that were asked for, each in one number.
local known_days = {}

--- Year, month and day of a day number.
function dates.civil(number)
  local known = known_days[number]
  if not known then
    local year, month, day = civil_of(number)
    if year < 1 then return year, month, day end
    known = year << 9 | month << 5 | day
    known_days[number] = known
  end
  return known >> 9, known >> 5 & 15, known & 31
end

local parsed_dates = {}

--- The day number of "YYYY-MM-DD", or nil when the text is no date or the day does not exist.
function dates.parse(text)
  local known = parsed_dates[text]
  if known then return known end
  local y, m, d = text:match "^(%d%d%d%d)%-(%d%d)%-(%d%d)$"
  if not y then return nil end
  local year, month, day = math.tointeger(y), math.tointeger(m), math.tointeger(d)
  if month < 1 or month > 12 or day < 1 or day > dates.days_in_month(year, month) then return nil end
  known = dates.day(year, month, day)
  parsed_dates[text] = known
  return known
end

--- "YYYY-MM-DD" of a day number.
function dates.format(number)
  return ("%04d-%02d-%02d"):format(dates.civil(number))
end

--- The last day of what a day is known to: its "year", "quarter" or "month", or the day itself.
function dates.latest(day, precision)
  local year, month = dates.civil(day)
  if precision == "year" then return dates.day(year, 12, 31) end
  if precision == "quarter" then month = (month + 2) // 3 * 3 end
  return precision == "day" and day or dates.day(year, month, dates.days_in_month(year, month))
end

-- First and last day of a date of any precision or of a fiscal year of the United States, or nil.
local function span(text)
  local fiscal = text:match "^[Ff][Yy]%s*(%d%d%d%d)$"
  if fiscal then
    local named = math.tointeger(fiscal)
    return dates.day(named - 1, 10, 1), dates.day(named, 9, 30)
  end
  local year = text:match "^(%d%d%d%d)$"
  if year then
    year = math.tointeger(year)
    return dates.day(year, 1, 1), dates.day(year, 12, 31)
  end
  local y, m = text:match "^(%d%d%d%d)%-(%d%d)$"
  if y then
    local month = math.tointeger(m)
    if month < 1 or month > 12 then return nil end
    year = math.tointeger(y)
    return dates.day(year, month, 1), dates.day(year, month, dates.days_in_month(year, month))
  end
  local day = dates.parse(text)
  return day, day
end

--- A period from text (see the head of this file). Returns {first, last}, or nil and what was expected.
function dates.period(text)
  text = tostring(text)
  local from, to = text:match "^(.-)/(.+)$"
  if not from then from, to = text, text end
  local first, last, ok = nil, nil, true
  if from ~= ".." then
    first = span(from)
    ok = first ~= nil
  end
  if to ~= ".." then
    local _, final = span(to)
    last = final
    ok = ok and last ~= nil
  end
  if not ok then
    return nil, ("'%s' is not a period: expected a year, a month, a day, FY and a year, or two of them with '/'")
      :format(text)
  end
  if first and last and first > last then return nil, ("the period '%s' ends before it begins"):format(text) end
  return {first, last}
end

-- The month in which the fiscal year of a country's government begins, and whether a single year names the one that
-- "ends" or "begins" in it. Countries that name it by both years only have no third.
local fiscal_years = {
  US = {10, "ends"}, TH = {10, "ends"},
  GB = {4, "ends"}, CA = {4, "ends"}, IN = {4, "ends"}, JP = {4, "begins"}, SG = {4, "begins"}, HK = {4}, ZA = {4},
  AU = {7, "ends"}, NZ = {7, "ends"}, PK = {7, "ends"}, BD = {7, "ends"}, KE = {7}, UG = {7}, TZ = {7}, EG = {7},
}

-- Countries whose fiscal year is the calendar's.
for country in ([[AE AR AT BE BG BR CH CL CN CO CY CZ DE DK EE ES FI FR GE GR HR HU ID IE IS IT KR LT LU LV MT MX MY NL
                  NO PE PH PL PT RO RS RU SA SE SI SK TR TW UA VN]]):gmatch "%u+" do
  fiscal_years[country] = {1, "begins"}
end

--- First and last day of the fiscal year that a country calls by a year, or, where `begins` is true, of the one that
-- begins in it. nil where the country's fiscal year is not known, and "both" where it is named by both of its years.
function dates.fiscal(year, country, begins)
  local rule = fiscal_years[country]
  if not rule then return nil end
  if not begins and not rule[2] then return nil, "both" end
  local start = not begins and rule[2] == "ends" and year - 1 or year
  return dates.day(start, rule[1], 1), dates.day(start + 1, rule[1], 1) - 1
end

--- The name of the fiscal year that runs from first to last: "FY2013" of the United States, "FY2009/10 from April".
function dates.fiscal_name(first, last)
  local year, month = dates.civil(first)
  local final = dates.civil(last)
  if month == 10 then return "FY" .. final end
  if year == final then return ("FY%d from %s"):format(year, dates.month_name(month)) end
  return ("FY%d/%02d from %s"):format(year, final % 100, dates.month_name(month))
end

--- First and last day of the fiscal year of a name that dates.fiscal_name gives, or nil.
function dates.fiscal_named(name)
  local year, month = name:match "^FY(%d%d%d%d)%S* from (%a+)$"
  if not year then
    local final = math.tointeger(name:match "^FY(%d%d%d%d)$")
    if not final then return nil end
    return dates.day(final - 1, 10, 1), dates.day(final, 9, 30)
  end
  year = math.tointeger(year)
  for number = 1, 12 do
    if dates.month_name(number) == month then return dates.day(year, number, 1), dates.day(year + 1, number, 1) - 1 end
  end
  return nil
end

--- Whether two periods share a day. An open side reaches everything.
function dates.overlap(a, b)
  return (not a[1] or not b[2] or a[1] <= b[2]) and (not b[1] or not a[2] or b[1] <= a[2])
end

--- Whether period a lies wholly inside period b.
function dates.inside(a, b)
  local starts = not b[1] or (a[1] and a[1] >= b[1])
  local ends = not b[2] or (a[2] and a[2] <= b[2])
  return starts and ends and true or false
end

local month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

local long_month_names = {"January", "February", "March", "April", "May", "June", "July", "August", "September",
  "October", "November", "December"}

--- The English name of a month.
function dates.month_name(month)
  return long_month_names[month]
end

local function long_date(number)
  local year, month, day = dates.civil(number)
  return ("%d %s %d"):format(day, month_names[month], year)
end

-- The shortest text of ISO 8601 for a closed range: "2012", "2013-03", or nil.
local function iso_whole(first, last)
  local y1, m1, d1 = dates.civil(first)
  local y2, m2, d2 = dates.civil(last)
  if d1 ~= 1 or d2 ~= dates.days_in_month(y2, m2) then return nil end
  if m1 == 1 and m2 == 12 then return y1 == y2 and tostring(y1) or ("%d/%d"):format(y1, y2) end
  return y1 == y2 and m1 == m2 and ("%d-%02d"):format(y1, m1) or nil
end

--- A period as text that sorts by its beginning: "2012", "2019/2021", "2013-03", "2025-02-01/2025-03-31",
-- "../2024-12-31".
function dates.iso(first, last)
  if not first and not last then return nil end
  if first and first == last then return dates.format(first) end
  local whole = first and last and iso_whole(first, last)
  return whole or ("%s/%s"):format(first and dates.format(first) or "..", last and dates.format(last) or "..")
end

--- A period as people write it: "2012", "FY2013", "Feb 2025 to Mar 2025", "since 2003, to 31 Mar 2013".
function dates.describe(first, last)
  if not first and not last then return "period not stated" end
  if not first then return "to " .. long_date(last) end
  local y1, m1, d1 = dates.civil(first)
  if not last then
    return "since " .. (m1 == 1 and d1 == 1 and tostring(y1) or ("%s %d"):format(month_names[m1], y1))
  end
  if first == last then return long_date(first) end
  local y2, m2, d2 = dates.civil(last)
  local whole_months = d1 == 1 and d2 == dates.days_in_month(y2, m2)
  if whole_months and m1 == 1 and m2 == 12 then
    return y1 == y2 and tostring(y1) or ("%d to %d"):format(y1, y2)
  end
  if whole_months and y1 == y2 and m1 == m2 then return ("%s %d"):format(month_names[m1], y1) end
  if whole_months then return ("%s %d to %s %d"):format(month_names[m1], y1, month_names[m2], y2) end
  return long_date(first) .. " to " .. long_date(last)
end

return dates
