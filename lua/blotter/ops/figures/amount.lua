-- One number that grows by its words: "two hundred and fifty-five", "1.2 million", "3 crore 20 lakh", "1万2千".
--
-- An amount is a list of parts, each a decimal {n, d} (n divided by ten to the d) with the multiplier that made it
-- (scale, or nil). A word that does not fit behind the others is refused, so that two numbers are never read as one.

local amount = {}
local Amount = {}
Amount.__index = Amount

--- An amount without parts.
function amount.new() return setmetatable({}, Amount) end

local function as_number(part) return part.n / 10 ^ part.d end

-- a + b as a decimal.
local function plus(a, b)
  local d = math.max(a.d, b.d)
  return {n = a.n * math.tointeger(10 ^ (d - a.d)) + b.n * math.tointeger(10 ^ (d - b.d)), d = d}
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

-- Half, a quarter: behind "one and" a part of one, behind "a million and" a part of the million.
local function add_fraction(self, fraction, is_joined)
  local last = self[#self]
  if last.scale then
    local share = is_joined and times(fraction, last.scale)
    if not share or share.d > 0 then return false end
    share.scale, share.is_share = last.scale, true
    self[#self + 1] = share
    return true
  end
  if last.d > 0 then return false end
  self[#self] = plus(last, fraction)
  return true
end

--- Adds a decimal {n, d}. is_joined: a word such as "and" stands before it. Returns whether it fits.
function Amount:add(number, is_joined)
  local last = self[#self]
  if not last then
    self[1] = {n = number.n, d = number.d}
    return true
  end
  if last.is_share or number.n == 0 then return false end
  if number.d > 0 and number.n < 10 ^ number.d then return add_fraction(self, number, is_joined) end
  local is_unit_first = is_joined and last.d == 0 and not last.scale and last.n < 10 and number.d == 0
    and number.n % 10 == 0 and number.n >= 20 and number.n <= 90
  if number.d > 0 or not is_unit_first and number.n >= room(last) then return false end
  self[#self + 1] = {n = number.n, d = 0}
  return true
end

--- Multiplies what stands below the multiplier by it. Returns whether that makes sense.
function Amount:multiply(scale)
  local sum
  if #self == 1 and not self[1].scale then sum = table.remove(self) end
  while self[#self] and as_number(self[#self]) < scale and not self[#self].is_share do
    local part = table.remove(self)
    sum = sum and plus(part, sum) or {n = part.n, d = part.d}
  end
  if not sum and #self > 0 and scale >= 1000 then return false end
  local last, made = self[#self], times(sum or {n = 1, d = 0}, scale)
  if not made or last and as_number(made) >= room(last) then return false end
  made.scale = scale
  self[#self + 1] = made
  return true
end

--- The amount: its value (an integer where it is whole), and the multiplier of its last printed digit.
function Amount:value()
  local sum = {n = 0, d = 0}
  for _, part in ipairs(self) do sum = plus(sum, part) end
  local scale = self[#self].scale or 1
  if sum.d == 0 then return sum.n, scale end
  return sum.n / 10 ^ sum.d, scale
end

return amount
