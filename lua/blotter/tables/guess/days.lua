--- Columns of texts that are days in a form that is not recognised by itself: which form, as the option `dates`.

local days = {}

local MOST = 200 -- values

local function form_of(first, second, mark, year, day_first)
  local spelled = year == "%d%d" and "yy" or "yyyy"
  return table.concat(day_first and { first, second, spelled } or { second, first, spelled }, mark)
end

--- The form of days of three numbers, by the first and the second of them; nil when they may be of several.
local function numbered(values, n, year, european)
  local first, second, mark = 0, 0, nil
  for i = 1, n do
    local a, sign, b = (values[i] or ""):match("^(%d%d?)([./-])(%d%d?)%2" .. year .. "$")
    if values[i] and not a then return nil end
    if a then first, second, mark = math.max(first, tonumber(a)), math.max(second, tonumber(b)), mark or sign end
    if sign ~= mark and a then return nil end
  end
  if not mark or first > 31 or second > 31 or first > 12 and second > 12 then return nil end
  local day_first, month_first = form_of("dd", "mm", mark, year, true), form_of("dd", "mm", mark, year, false)
  if first > 12 or mark == "." or european and second <= 12 then return day_first end
  if second > 12 then return month_first end
  return nil, day_first, month_first
end

--- Forms with the name of a month: a pattern in which W is a word, and how it is written.
local NAMED = {
  { "^%d%d?%-%a%a%a%-%d%d%d%d$", "dd-mmm-yyyy" }, { "^%d%d? %a%a%a %d%d%d%d$", "dd mmm yyyy" },
  { "^%a%a%a %d%d?, %d%d%d%d$", "mmm d, yyyy" }, { "^%d%d? W%.? %d%d%d%d$", "d mmmm yyyy" },
  { "^W%.? %d%d?, %d%d%d%d$", "mmmm d, yyyy" }, { "^%d%d?%-%a%a%a%-%d%d$", "dd-mmm-yy" },
  { "^%d%d?%. W%.? %d%d%d%d$", "d. mmmm yyyy" }, { "^%d%d?%-W%.?%-%d%d%d%d$", "d-mmmm-yyyy" },
  { "^%d%d%d%d%. %d%d?%. %d%d?%.$", "yyyy. m. d." }, { "^%d%d%d%d年%d%d?月%d%d?日$", "yyyy年m月d日" },
  { "^W%.? %d%d%d%d$", "mmmm yyyy" }, { "^W%.?%-%d%d%d%d$", "mmmm-yyyy" }, { "^W%.?%-%d%d$", "mmm-yy" },
}

for _, form in ipairs(NAMED) do form[1] = form[1]:gsub("W", "[%%a\x80-\xFF][%%a\x80-\xFF][%%a\x80-\xFF]+") end

local function named(values, n)
  for _, form in ipairs(NAMED) do
    local all, any = true, false
    for i = 1, n do
      all = not values[i] or values[i]:find(form[1]) ~= nil
      if not all then break end
      any = any or values[i] ~= nil
    end
    if all and any then return form[2] end
  end
end

--- Months by their numbers: 2023-01. Years that follow each other are written alike: 2010-11.
local function months(values, n)
  local is_month, mark = false, nil
  for i = 1, n do
    local year, sign, month = (values[i] or ""):match "^([12]%d%d%d)([-/])(%d%d)$"
    local is = year and tonumber(month) >= 1 and tonumber(month) <= 12 and (not mark or sign == mark)
    if values[i] and not is then return nil end
    if year then mark, is_month = sign, is_month or (tonumber(year) + 1) % 100 ~= tonumber(month) end
  end
  return is_month and "yyyy" .. mark .. "mm" or nil
end

--- The form of a column's texts; nil when they are no days, or when they may be of two forms, which are given behind.
-- `european`: the text has commas before fractions, and so days before months.
function days.form(values, n, european)
  n = math.min(n, MOST)
  for _, year in ipairs { "%d%d%d%d", "%d%d" } do
    local form, day_first, month_first = numbered(values, n, year, european)
    if form or day_first then return form, day_first, month_first end
  end
  return named(values, n) or months(values, n)
end

--- The form that dates have elsewhere in the text, by what its records hold: that one of two which all other columns
-- of days with this mark are of; nil: none is.
function days.elsewhere(records, day_first, month_first)
  local mark, columns, found = day_first:match "[./-]", {}, {}
  for _, fields in ipairs(records) do
    for i, text in ipairs(fields) do
      local day = text:match "^%s*(%d%d?[./-]%d%d?[./-]%d%d%d?%d?)"
      columns[i] = columns[i] or {}
      if day and day:find(mark, 1, true) then table.insert(columns[i], day) end
    end
  end
  for _, values in pairs(columns) do
    local form = #values > 1 and days.form(values, #values, false)
    if form == day_first or form == month_first then found[form] = true end
  end
  if found[day_first] and found[month_first] then return nil end
  return found[day_first] and day_first or found[month_first] and month_first or nil
end

return days
