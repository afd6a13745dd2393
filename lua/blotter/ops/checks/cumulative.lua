-- Cumulative figures that fall: what is counted since a beginning may only grow.
--
-- Figures of one cell with one beginning, in the order of the days up to which they count. A later one whose highest
-- reading is below the lowest reading of an earlier one is a contradiction; a bound that is open never is. A figure
-- that names no day up to which it counts stands at the day of its source, and what follows depends on that reading.
-- Stocks may fall, and are not looked at.

local bounds = require "blotter.ops.figures.bounds"
local dates = require "blotter.ops.figures.dates"
local doubt = require "blotter.ops.checks.doubt"
local phrase = require "blotter.ops.figures.phrase"
local rounding = require "blotter.ops.checks.rounding"

local cumulative = {}

local function is_cumulative(figure)
  if figure.rank == "deprecated" or figure.indicator_row.kind == "stock" or not figure.last_placed then return false end
  return figure.period_kind == "since" or figure.period_kind == "as_of" or figure.indicator_row.kind == "cumulative"
end

local function same_beginning(a, b)
  if a.first == b.first then return true end
  if not a.first or not b.first then return false end
  return dates.civil(a.first) == dates.civil(b.first)
end

local function comes_first(a, b)
  if a.last_placed ~= b.last_placed then return a.last_placed < b.last_placed end
  return a.id < b.id
end

local function series_of(cell)
  local list = {}
  for _, figure in ipairs(cell) do
    if is_cumulative(figure) then list[#list + 1] = figure end
  end
  table.sort(list, comes_first)
  return list
end

local function report(found, earlier, later)
  if found.model:is_settled(earlier, later) then return end
  local low, high = bounds.subtract(earlier.low, earlier.high, later.low, later.high)
  if rounding.repairs(earlier, later) then return end
  local class, verdict, ending = doubt.reading {earlier, later}
  if not earlier.last or not later.last then
    class, verdict, ending = "drift", "some", "; not both say up to which day they count"
  end
  found:add {
    check = "cumulative", class = class, verdict = verdict,
    figures = {earlier, later}, low = low, high = high,
    sentence = ("%s: a figure that can only grow falls from %s (%s) to %s (%s)%s"):format(
      phrase.about(found.model, earlier, true), phrase.counted(earlier),
      phrase.period(earlier), phrase.value(later), phrase.period(later), ending),
  }
end

-- The earlier figure that is farthest above a later one, or nil.
local function highest_before(list, place)
  local later, worst = list[place], nil
  if not later.high then return nil end
  for i = 1, place - 1 do
    local earlier = list[i]
    if earlier.low and earlier.low > later.high and earlier.last_placed < (later.last_sure or later.last_placed)
      and same_beginning(earlier, later) and (not worst or earlier.low > worst.low) then
      worst = earlier
    end
  end
  return worst
end

--- Runs the check over all cells.
function cumulative.check(found)
  for _, cell in ipairs(found.model.cells) do
    if #cell > 1 then
      local list = series_of(cell)
      for place = 2, #list do
        local worst = highest_before(list, place)
        if worst then report(found, worst, list[place]) else found:count("cumulative", "some") end
      end
    end
  end
end

return cumulative
