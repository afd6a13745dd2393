-- A duration against the dates of what it is the duration of.
--
-- Days, months or years that a source says something took, against the period of the figure or the beginning and end of
-- its subject, each as exactly as it is known; whether the first and the last day count is left open.

local bounds = require "blotter.ops.figures.bounds"
local dates = require "blotter.ops.figures.dates"
local phrase = require "blotter.ops.figures.phrase"

local durations = {}

local days_of = {days = {1, 1}, months = {28, 31}, years = {365, 366}}

local slack = {day = 0, month = 31, quarter = 92, year = 366}

-- The shortest and longest that dates allow, in days; nil where a side is not known.
local function span(first, last, precision)
  local room = slack[precision]
  if not first or not last or not room then return nil end
  local length = last - first + 1
  return math.max(1, length - 2 * room - 2), length
end

local function span_of(figure)
  local subject = figure.subject_row
  local first = subject.date_start and dates.parse(subject.date_start)
  local last = subject.date_end and dates.parse(subject.date_end)
  local low, high = span(first, last, subject.date_precision)
  if low then return low, high end
  if figure.period_kind ~= "range" then return nil end
  return span(figure.first, figure.last, figure.period_precision)
end

-- A round duration is a rounded one: a number of years may be half a year off, and of months half a month.
local function stated(figure)
  local unit = days_of[figure.unit]
  local low, high = figure.low, figure.high
  if low and low == high and figure.unit ~= "days" then low, high = low - 0.5, high + 0.5 end
  return low and math.floor(low * unit[1]), high and math.ceil(high * unit[2])
end

local function check(found, figure)
  local low, high = span_of(figure)
  if not low then return end
  local from, to = stated(figure)
  if bounds.meet(from, to, low, high) then return found:count("durations", "some") end
  local gap_low, gap_high = bounds.subtract(low, high, from, to)
  found:add {
    check = "durations", class = "drift", verdict = "some", figures = {figure}, low = gap_low, high = gap_high,
    unit = "days",
    sentence = ("%s: %s, but the dates make %s days"):format(phrase.about(found.model, figure, true),
      phrase.counted(figure), bounds.describe(low, high)),
  }
end

--- Runs the check over all durations.
function durations.check(found)
  for _, figure in ipairs(found.model.figures) do
    if figure.indicator:find "^duration_" and days_of[figure.unit] and figure.rank ~= "deprecated" then
      check(found, figure)
    end
  end
end

return durations
