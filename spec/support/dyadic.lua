--- Exact numbers of the form integer * 2^exponent: every finite double is one, and so are sums, differences and
-- products of them. Integers of any length are sequences of 24 bits, lowest first.

local dyadic = {}

local BITS, BASE = 24, 1 << 24

local function trim(limbs)
  while limbs[#limbs] == 0 do limbs[#limbs] = nil end
  return limbs
end

local function compare_limbs(a, b)
  if #a ~= #b then return #a < #b and -1 or 1 end
  for i = #a, 1, -1 do
    if a[i] ~= b[i] then return a[i] < b[i] and -1 or 1 end
  end
  return 0
end

local function add_limbs(a, b)
  local sum, carry = {}, 0
  for i = 1, math.max(#a, #b) do
    local s = (a[i] or 0) + (b[i] or 0) + carry
    sum[i], carry = s % BASE, s // BASE
  end
  sum[#sum + 1] = carry
  return trim(sum)
end

--- a - b, where a is not the smaller one.
local function take_limbs(a, b)
  local difference, borrow = {}, 0
  for i = 1, #a do
    local d = a[i] - (b[i] or 0) - borrow
    difference[i], borrow = d % BASE, d < 0 and 1 or 0
  end
  return trim(difference)
end

local function multiply_limbs(a, b)
  local product = {}
  for i = 1, #a + #b do product[i] = 0 end
  for i = 1, #a do
    local carry = 0
    for j = 1, #b do
      local p = product[i + j - 1] + a[i] * b[j] + carry
      product[i + j - 1], carry = p % BASE, p // BASE
    end
    product[i + #b] = product[i + #b] + carry
  end
  return trim(product)
end

local function shift_limbs(a, bits)
  local shifted = {}
  for i = 1, bits // BITS do shifted[i] = 0 end
  local carry, by = 0, bits % BITS
  for i = 1, #a do
    local v = (a[i] << by) + carry
    shifted[#shifted + 1], carry = v % BASE, v // BASE
  end
  shifted[#shifted + 1] = carry
  return trim(shifted)
end

local meta = {}
meta.__index = meta

local function make(sign, limbs, exponent)
  return setmetatable({ sign = #limbs == 0 and 1 or sign, limbs = limbs, exponent = exponent }, meta)
end

--- A finite double or an integer below 2^53.
function dyadic.of(x)
  if getmetatable(x) == meta then return x end
  assert(x == x and x - x == 0, "a finite number expected")
  local mantissa, exponent = ("%a"):format(x):match "^%-?0x([%x.]+)p([+-]%d+)$"
  local whole, part = mantissa:match "^(%x)%.?(%x*)$"
  local digits, limbs = tonumber(whole .. part, 16), {}
  while digits > 0 do
    limbs[#limbs + 1], digits = digits % BASE, digits // BASE
  end
  return make(x < 0 and -1 or 1, limbs, tonumber(exponent) - 4 * #part)
end

--- The limbs of both at the smaller exponent.
local function align(a, b)
  local exponent = math.min(a.exponent, b.exponent)
  return shift_limbs(a.limbs, a.exponent - exponent), shift_limbs(b.limbs, b.exponent - exponent), exponent
end

function meta.__unm(a) return make(-a.sign, a.limbs, a.exponent) end

function meta.__add(a, b)
  a, b = dyadic.of(a), dyadic.of(b)
  local x, y, exponent = align(a, b)
  if a.sign == b.sign then return make(a.sign, add_limbs(x, y), exponent) end
  if compare_limbs(x, y) < 0 then return make(b.sign, take_limbs(y, x), exponent) end
  return make(a.sign, take_limbs(x, y), exponent)
end

function meta.__sub(a, b) return dyadic.of(a) + -dyadic.of(b) end

function meta.__mul(a, b)
  a, b = dyadic.of(a), dyadic.of(b)
  return make(a.sign * b.sign, multiply_limbs(a.limbs, b.limbs), a.exponent + b.exponent)
end

function meta.__lt(a, b)
  local difference = dyadic.of(a) - dyadic.of(b)
  return #difference.limbs > 0 and difference.sign < 0
end

function meta.__le(a, b)
  local less = dyadic.of(b) < dyadic.of(a)
  return not less
end

function meta:abs() return make(1, self.limbs, self.exponent) end

--- Times 2^bits.
function meta:shift(bits) return make(self.sign, self.limbs, self.exponent + bits) end

function meta:is_zero() return #self.limbs == 0 end

return dyadic
