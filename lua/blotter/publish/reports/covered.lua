--- What time a sum of several figures covers, in words.

local cells = require "blotter.publish.formats.cell"

local covered = {}

-- How much of its time a sum of one subject that goes on counting covers, where that is not all: "231 of 240 months".
local function gap_of(row)
  local months = row.covers and row.covers.months
  if not months or not months.is_series or months.covered >= months.asked then return nil end
  return ("%d of %d months"):format(months.covered, months.asked)
end

-- One end of the time of a figure, to the month at most, to the year where no more is known of it or asked.
local function known(day, figure, is_year)
  return cells.date(day:sub(1, (is_year or figure.period_precision == "year") and 4 or 7))
end

-- From when to when some figures count: "2023 to 2024", "Oct 2019 to Dec 2024", "to Dec 2024" where one does not say
-- when it begins; nil where one does not say when it ends.
local function span_of(figures)
  local from, to, has_start = nil, nil, true
  for _, figure in ipairs(figures) do
    if not (figure.last and figure.period_end) then return nil end
    has_start = has_start and figure.first and figure.period_start
    if not to or figure.last > to.last then to = figure end
    if has_start and (not from or figure.first < from.first) then from = figure end
  end
  if not has_start then return to and "to " .. known(to.period_end, to) end
  if not from then return nil end
  local are_years = from.period_start:find "%-01%-01$" and to.period_end:find "%-12%-31$"
  local first, last = known(from.period_start, from, are_years), known(to.period_end, to, are_years)
  return first == last and first or ("%s to %s"):format(first, last)
end

--- "as of 3 Mar 2022", or "Oct 2019 to Dec 2024, 53 of 63 months", for a row of ops:total; nil where nothing is known.
function covered.words(row)
  if row.as_of then return "as of " .. cells.date(row.as_of) end
  local span, gap = span_of(row.figures), gap_of(row)
  return span and gap and span .. ", " .. gap or span or gap
end

return covered
