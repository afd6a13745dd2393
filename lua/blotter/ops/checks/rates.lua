-- A rate against the count that it is a rate of: so many a day, times the days of the period, is the whole.
--
-- The rate's indicator ends in _per_day or _per_month; the count is of the same subject, area, categories and period. A
-- rate is a quotient that was rounded, whether or not a word says so, and whether the first and the last day (or month)
-- count is left open.

local bounds = require "blotter.ops.figures.bounds"
local dates = require "blotter.ops.figures.dates"
local doubt = require "blotter.ops.checks.doubt"
local facets = require "blotter.ops.figures.facets"
local phrase = require "blotter.ops.figures.phrase"
local rounding = require "blotter.ops.checks.rounding"

local rates = {}

-- The days or months that a period has, at least and at most: of days without its ends and with them; of months those
-- that it holds whole, and those that it touches.
local function units_of(figure, unit)
  local days = figure.last - figure.first + 1
  if unit == "day" then return math.max(1, days - 2), days end
  local year1, month1, day1 = dates.civil(figure.first)
  local year2, month2, day2 = dates.civil(figure.last)
  local touched = (year2 - year1) * 12 + month2 - month1 + 1
  local cut = (day1 > 1 and 1 or 0) + (day2 < dates.days_in_month(year2, month2) and 1 or 0)
  return math.max(1, touched - cut), touched
end

local round_share = 0.05

-- How far a quotient may be from its printed number: half a unit of the last digit, a twentieth where it ends in zeros.
local function slack(rate)
  local value = rate.value
  if value % 100 == 0 then return value * round_share end
  local decimals = tostring(rate.printed or ""):match "[.,](%d%d?)%f[%D]" or ""
  return value % 1 == 0 and 0.5 or 0.5 / 10 ^ #decimals
end

local function range_of(rate)
  local low, high = rate.low, rate.high
  if not rate.value then return low, high end
  local room = slack(rate)
  return low and math.min(low, rate.value - room), high and math.max(high, rate.value + room)
end

-- Figures by subject, indicator and area, without categories.
local function index_of(model)
  local index = {}
  for _, figure in ipairs(model.figures) do
    local is_whole = figure.dim_count == 0 and not figure.is_unnamed
    if is_whole and figure.first and figure.last and figure.rank ~= "deprecated" then
      local key = figure.subject .. "|" .. figure.indicator .. "|" .. (figure.area or "")
      index[key] = index[key] or {}
      table.insert(index[key], figure)
    end
  end
  return index
end

local function compare(found, rate, count, unit)
  local fewest, units = units_of(rate, unit)
  local rate_low, rate_high = range_of(rate)
  local low = rate_low and math.ceil(rate_low * fewest - 1e-9)
  local high = rate_high and math.floor(rate_high * units + 1e-9)
  local count_low, count_high = rounding.range(count)
  if bounds.meet(low, high, count_low, count_high) then return found:count("rates", "some") end
  local gap_low, gap_high = bounds.subtract(count.low, count.high, low, high)
  local class, verdict, ending = doubt.reading {rate, count}
  found:add {
    check = "rates", class = class, verdict = verdict,
    figures = {rate, count}, low = gap_low, high = gap_high,
    sentence = ("%s: %s, which over %d %ss is %s, but %s are counted%s"):format(phrase.about(found.model, rate),
      phrase.counted(rate), units, unit, bounds.describe(low, high), phrase.counted(count), ending),
  }
end

--- Runs the check over all rates whose count is known.
function rates.check(found)
  local index = index_of(found.model)
  for _, rate in ipairs(found.model.figures) do
    local base, unit = rate.indicator:match "^(.+)_per_(%a+)$"
    if (unit == "day" or unit == "month") and rate.first and rate.last and rate.dim_count == 0 then
      for _, name in ipairs {base, base .. "_received"} do
        for _, count in ipairs(index[rate.subject .. "|" .. name .. "|" .. (rate.area or "")] or {}) do
          if facets.same_period(rate, count) then compare(found, rate, count, unit) end
        end
      end
    end
  end
end

return rates
