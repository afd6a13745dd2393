--- Columns of texts that are days in a form that is not recognised by itself: which form, as the option `dates`.

local days = {}

local MOST = 200 -- values

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
  local spelled = year == "%d%d" and "yy" or "yyyy"
  local day_first = table.concat({ "dd", "mm", spelled }, mark)
  local month_first = table.concat({ "mm", "dd", spelled }, mark)
  if first > 12 or mark == "." or european and second <= 12 then return day_first end
  if second > 12 then return month_first end
  return nil, day_first, month_first
end

--- Forms with the name of a month: a pattern, and how it is written.
local NAMED = {
  { "^%d%d?%-%a%a%a%-%d%d%d%d$", "dd-mmm-yyyy" }, { "^%d%d? %a%a%a %d%d%d%d$", "dd mmm yyyy" },
  { "^%a%a%a %d%d?, %d%d%d%d$", "mmm d, yyyy" }, { "^%d%d? %a%a%a%a* %d%d%d%d$", "d mmmm yyyy" },
  { "^%a%a%a%a* %d%d?, %d%d%d%d$", "mmmm d, yyyy" }, { "^%d%d?%-%a%a%a%-%d%d$", "dd-mmm-yy" },
}

local function named(values, n)
  for _, form in ipairs(NAMED) do
    local all, any = true, false
    for i = 1, n do
      all = all and (not values[i] or values[i]:find(form[1]) ~= nil)
      any = any or values[i] ~= nil
    end
    if all and any then return form[2] end
  end
end

--- The form of a column's texts; nil when they are no days, or when they may be of two forms, which are given behind.
-- `european`: the text has commas before fractions, and so days before months.
function days.form(values, n, european)
  n = math.min(n, MOST)
  for _, year in ipairs { "%d%d%d%d", "%d%d" } do
    local form, day_first, month_first = numbered(values, n, year, european)
    if form or day_first then return form, day_first, month_first end
  end
  return named(values, n)
end

return days
