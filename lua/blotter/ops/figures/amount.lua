-- One number that grows by its words: "two hundred and fifty-five", "1.2 million", "3 crore 20 lakh", "1万2千".
--
-- An amount is a list of parts, each a decimal {n, d} (n divided by ten to the d) with the unit in which its last part
-- was said (scale, or nil): 100 times 10,000 for "3百万". grain is 2 where halves were said and 4 where quarters were:
-- "half a million" is said in halves of a million. unit is 100 where a word for hundreds was said ("cien"). A word that
-- does not fit behind the others is refused, so that two numbers are never read as one.

local amount = {}
local Amount = {}
Amount.__index = Amount

--- An amount without parts.
function amount.new() return setmetatable({}, Amount) end

local function as_number(part) return part.n / 10 ^ part.d end

-- a + b as a decimal.
local function plus(a, b)
  local d = math.max(a.d, b.d)
  return {n = a.n * math.tointeger(10 ^ (d - a.d)) + b.n * math.tointeger(10 ^ (d - b.d)), d = d,
    grain = b.grain or a.grain}
end

-- a times a whole number, or nil where it does not fit; decimals that become zeros are dropped.
local function times(a, factor)
  if a.n ~= 0 and factor > math.maxinteger // a.n then return nil end
  local n, d = a.n * factor, a.d
  while d > 0 and n % 10 == 0 do n, d = n // 10, d - 1 end
  return {n = n, d = d}
end

-- The power of ten of the zeros at the end of a whole part; 1 for a part with decimals.
local function room(part)
  if part.d > 0 or part.n == 0 then return 1 end
  local power = 1
  while part.n % (power * 10) == 0 do power = power * 10 end
  return power
end

-- The unit of a part that is said in halves or quarters of a multiplier.
local function in_grains(scale, grain) return grain and scale % grain == 0 and scale // grain or scale end

-- Half, a quarter: behind "one and" a part of one, behind "a million and" a part of the million, and "one half" is one
-- of them.
local function add_fraction(self, fraction, is_joined)
  local last = self[#self]
  if last.scale then
    local share = is_joined and times(fraction, last.scale)
    if not share or share.d > 0 then return false end
    share.scale, share.word, share.is_share = in_grains(last.scale, fraction.grain), last.word, true
    self[#self + 1] = share
    return true
  end
  if last.d > 0 or not is_joined and last.n ~= 1 then return false end
  self[#self] = plus(is_joined and last or {n = 0, d = 0}, fraction)
  return true
end

-- The part that a decimal is. A word for hundreds counts in hundreds, one for thousands or more in these.
local function part_of(number)
  local part = {n = number.n, d = number.d, grain = number.grain}
  if not number.is_word or number.d > 0 or number.n == 0 then return part end
  for _, scale in ipairs {1000000, 1000} do
    if number.n % scale == 0 then
      part.scale, part.word = scale, scale
      return part
    end
  end
  part.unit = number.n % 100 == 0 and 100 or nil
  return part
end

-- Whether a multiplier is smaller than that of the part before it: "40 thousand and 5 thousand" are two numbers.
local function falls(last, scale) return not scale or not last.word or scale < last.word end

--- Adds a decimal {n, d, grain, is_word}. is_joined: a word such as "and" stands before it. Returns whether it fits.
function Amount:add(number, is_joined)
  local last = self[#self]
  if not last then
    self[1] = part_of(number)
    return true
  end
  if last.is_share or number.n == 0 then return false end
  if number.d > 0 and number.n < 10 ^ number.d then return add_fraction(self, number, is_joined) end
  local is_unit_first = is_joined and last.d == 0 and not last.scale and last.n < 10 and number.d == 0
    and number.n % 10 == 0 and number.n >= 20 and number.n <= 90
  if number.d > 0 or not is_unit_first and number.n >= room(last) then return false end
  local part = part_of(number)
  if not falls(last, part.word) then return false end
  self[#self + 1] = part
  return true
end

--- Multiplies what stands below the multiplier by it, or adds one of it where it is its own number ("and a hundred").
-- Returns whether that makes sense.
function Amount:multiply(scale, is_own)
  local sum, unit
  if #self == 1 and not self[1].scale and not is_own then
    sum = table.remove(self)
    unit = sum.unit
  end
  while not is_own and self[#self] and as_number(self[#self]) < scale and not self[#self].is_share do
    local part = table.remove(self)
    unit = unit or not sum and (part.scale or part.unit)
    sum = sum and plus(part, sum) or {n = part.n, d = part.d, grain = part.grain}
  end
  if not sum and #self > 0 and scale >= 1000 and not is_own then return false end
  local last, made = self[#self], times(sum or {n = 1, d = 0}, scale)
  if not made or last and (as_number(made) >= room(last) or not falls(last, scale)) then return false end
  made.scale, made.word = in_grains(scale * (unit or 1), sum and sum.grain), scale
  self[#self + 1] = made
  return true
end

--- The amount: its value (an integer where it is whole), the unit of its last printed digit, and the last multiplier.
function Amount:value()
  local sum, last = {n = 0, d = 0}, self[#self]
  for _, part in ipairs(self) do sum = plus(sum, part) end
  local value = sum.d == 0 and sum.n or sum.n / 10 ^ sum.d
  return value, last.scale or 1, last.word or 1
end

return amount
