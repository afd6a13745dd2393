-- Exact arithmetic on ranges of integers whose ends may be open.
--
-- A range is a pair low, high of integers; nil means that the side is open. An operation whose exact result does
-- not fit 64 bits raises instead of wrapping. Non-integers (a share of 99.5 percent) are scaled by their caller.

local decimal = require "blotter.lang.decimal"

local bounds = {}

local function overflow(name)
  error(("%s does not fit a 64-bit integer"):format(name), 3)
end

--- The exact sum of two integers.
function bounds.plus(a, b)
  local c = a + b
  if (b >= 0) ~= (c >= a) then overflow "the sum" end
  return c
end

--- The exact product of two integers.
function bounds.times(a, b)
  if a == 0 or b == 0 then return 0 end
  local c = a * b
  if c // b ~= a or c % b ~= 0 or (a == -1 and b == math.mininteger) then overflow "the product" end
  return c
end

--- The range of x + y.
function bounds.add(low1, high1, low2, high2)
  return low1 and low2 and bounds.plus(low1, low2), high1 and high2 and bounds.plus(high1, high2)
end

--- The range of the sum of {low, high} ranges; of none it is 0.
function bounds.sum(ranges)
  local low, high = 0, 0
  for _, range in ipairs(ranges) do
    low = low and range.low and low + range.low
    high = high and range.high and high + range.high
  end
  return low or nil, high or nil
end

--- The range of x - y.
function bounds.subtract(low1, high1, low2, high2)
  return low1 and high2 and bounds.plus(low1, -high2), high1 and low2 and bounds.plus(high1, -low2)
end

--- The range of values that lie in both ranges; low > high means that there is none.
function bounds.intersect(low1, high1, low2, high2)
  local low = low1 and low2 and math.max(low1, low2) or low1 or low2
  local high = high1 and high2 and math.min(high1, high2) or high1 or high2
  return low, high
end

--- The smallest range that holds both.
function bounds.hull(low1, high1, low2, high2)
  return low1 and low2 and math.min(low1, low2), high1 and high2 and math.max(high1, high2)
end

--- Whether some value lies in both ranges.
function bounds.meet(low1, high1, low2, high2)
  return (not low1 or not high2 or low1 <= high2) and (not low2 or not high1 or low2 <= high1)
end

--- Whether every value of the first range lies in the second.
function bounds.within(low1, high1, low2, high2)
  local above = not low2 or (low1 and low1 >= low2)
  local below = not high2 or (high1 and high1 <= high2)
  return above and below and true or false
end

--- The verdict on "x equals y" for x and y in their ranges: "all", "some" or "none" of the readings.
function bounds.verdict_equal(low1, high1, low2, high2)
  if not bounds.meet(low1, high1, low2, high2) then return "none" end
  local fixed = low1 and low1 == high1 and low1 == low2 and low2 == high2
  return fixed and "all" or "some"
end

--- The verdict on "x is at most y".
function bounds.verdict_at_most(low1, high1, low2, high2)
  if low1 and high2 and low1 > high2 then return "none" end
  if high1 and low2 and high1 <= low2 then return "all" end
  return "some"
end

--- The integers n with n / whole inside [num_low, num_high] / den, for a whole in a range of non-negative numbers.
function bounds.share(num_low, num_high, den, low, high)
  local from = low and -(-bounds.times(low, num_low) // den)
  local to = high and bounds.times(high, num_high) // den
  return from, to
end

--- An integer with separators between groups of three digits.
function bounds.group_digits(n)
  if math.type(n) ~= "integer" then
    if n % 1 == 0 and math.abs(n) < 1e15 then n = math.tointeger(n) else return decimal("%.14g", n) end
  end
  local sign, digits = tostring(n):match "^(-?)(%d+)$"
  local lead = #digits % 3
  local out = digits:sub(lead + 1):gsub("(%d%d%d)", ",%1")
  out = digits:sub(1, lead) .. out
  return sign .. (lead == 0 and out:sub(2) or out)
end

--- A range as text: "19", "10,001 or more", "at most 1,999", "152,821 to 154,629", "unknown".
function bounds.describe(low, high)
  if low and high then
    if low == high then return bounds.group_digits(low) end
    return bounds.group_digits(low) .. " to " .. bounds.group_digits(high)
  end
  if low then return bounds.group_digits(low) .. " or more" end
  if high then return "at most " .. bounds.group_digits(high) end
  return "unknown"
end

return bounds
