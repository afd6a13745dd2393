--- Scales: from a value to a place on a line, with round marks between the ends.

local decimal = require "blotter.lang.decimal"
local number = require("blotter.publish.formats.cell").number

local scale = {}

--- The smallest of 1, 2 and 5 times a power of ten that goes into `span` at most `count` times; `least` at the least.
function scale.step(span, count, least)
  local raw = math.max(span / count, 1e-300)
  local power = 10.0 ^ math.floor(math.log(raw, 10))
  local step = 10 * power
  for _, times in ipairs { 1, 2, 5 } do
    if times * power >= raw * (1 - 1e-9) then
      step = times * power
      break
    end
  end
  return math.max(step, least or 0)
end

local function whole(value)
  return math.tointeger(value) or value
end

--- A scale from 0 (or from below, when `low` is) to at least `high`: a function from a value to 0 … `length`, the
-- marks as {value, text}, and the two ends.
function scale.linear(low, high, length, count)
  low, high = math.min(0, low), math.max(0, high)
  if high - low <= 0 then high = 1 end
  local step = scale.step(high - low, count or 5)
  local first, last = math.floor(low / step), math.ceil(high / step - 1e-9)
  local marks = {}
  for i = first, last do
    local value = whole(i * step)
    if math.type(value) == "float" then value = tonumber(decimal("%.12g", value)) end
    marks[#marks + 1] = { value, scale.short(value) }
  end
  local from, span = first * step, (last - first) * step
  return function(value) return (value - from) / span * length end, marks, from, from + span
end

local UNITS = { { 1e9, "bn" }, { 1e6, "m" } }

--- A number as it stands beside a mark: 1.5m, 20,000.
function scale.short(value)
  for _, unit in ipairs(UNITS) do
    local size = math.abs(value)
    if size >= unit[1] and size < 1e15 then return decimal("%.12g", value / unit[1]) .. unit[2] end
  end
  return number(value, false)
end

--- The year of an ISO day, month or year as a number: 2014-07-02 is 2014.5. `is_end` gives the end of what is named.
function scale.year(text, is_end)
  local year, month, day = tostring(text):match "^(%-?%d+)%-?(%d*)%-?(%d*)"
  year = tonumber(year)
  if not year then return nil end
  month, day = tonumber(month), tonumber(day)
  if not month then return year + (is_end and 1 or 0) end
  if not day then return year + (month - (is_end and 0 or 1)) / 12 end
  return year + (month - 1) / 12 + (day - (is_end and 0 or 1)) / 372
end

--- A scale of years between two numbers: a function to 0 … `length`, and the marks.
function scale.years(low, high, length, count)
  local step = scale.step(math.max(high - low, 1), count or 8, 1)
  local first, last = math.floor(low / step) * step, math.ceil(high)
  if last - first < step then last = first + step end
  local marks = {}
  for value = first, last, step do marks[#marks + 1] = { value, tostring(math.floor(value)) } end
  return function(value) return (value - first) / (last - first) * length end, marks
end

return scale
