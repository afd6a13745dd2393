-- Round numbers: "186,000" beside 186,819 is one number rounded, not two.
--
-- A number that is printed without a word of doubt, is at least 100 and ends in zeros may be rounded to its last digit
-- that is not zero, yet never by more than a tenth. A disagreement that this would repair is one of reading. A figure
-- whose bounds are wide already is not widened twice.

local bounds = require "blotter.ops.figures.bounds"

local rounding = {}

-- How far a figure may be from what it rounds.
local function slack(figure)
  local value = figure.value
  if math.type(value) ~= "integer" or value < 100 or figure.low ~= figure.high then return 0 end
  local unit = 1
  while value % (unit * 10) == 0 do unit = unit * 10 end
  if unit == 1 then return 0 end
  return math.min(unit, value // 10)
end

--- The ends of a figure if it is a rounded one.
function rounding.range(figure)
  local room = slack(figure)
  return figure.low and figure.low - room, figure.high and figure.high + room
end

-- The ends of a figure if it is a rounded one, or if its last digits were cut instead: 21.7 million for 21,751,085.
local function cut_range(figure)
  local low, high = rounding.range(figure)
  if figure.qualifier == "rounded" and figure.unit ~= "percent" and high and figure.value then
    high = high + (high - figure.value)
  end
  return low, high
end

--- The unit of a figure's last printed digit, as its bounds have it; 0 where it is no rounded number.
function rounding.unit(figure)
  if figure.qualifier ~= "rounded" or not figure.low or not figure.high then return 0 end
  return figure.high - figure.low
end

--- Whether a percentage agrees with a range if it is rounded to tens: "80 percent" for 83.7, as headlines have it.
function rounding.to_tens(figure, low, high)
  local is_ten = figure.unit == "percent" and figure.value and figure.value % 10 == 0 and rounding.unit(figure) == 1
  return is_ten and bounds.meet(figure.value - 5, figure.value + 5, low, high) or false
end

--- Whether two figures agree if the round one of them (or both) is rounded, or cut.
function rounding.repairs(a, b)
  local low1, high1 = cut_range(a)
  local low2, high2 = cut_range(b)
  return bounds.meet(low1, high1, low2, high2)
end

return rounding
