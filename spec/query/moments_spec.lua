--- Sums and moments of doubles against exact arithmetic, where a rounding more or less would show: large numbers near
-- each other, sums that cancel, equal numbers, far from one. A failure prints its seed.
local blotter = require "blotter"
local dyadic = require "dyadic"
local random_query = require "random_query"

local ROWS, SEED = 400, tonumber(os.getenv "BLOTTER_SEED") or 5

--- Pairs of x and y, by kind.
local DATA = {
  near = function(g) return 1e15 + g:int(0, 7), -3e12 + g:int(0, 9) * 0.25 end,
  nearer = function(g) return 1e16 + 2 * g:int(0, 1), 1 + g:int(0, 3) * 2.0 ^ -51 end,
  equal = function(g) return 0.1, g:int(1, 9) / 7 end,
  cancelling = function(g) return g:pick { 1e17, -1e17, 1.0, 3.0 }, g:int(-1000, 1000) / 1000 end,
  mixed = function(g) return g:int(-10 ^ 6, 10 ^ 6) / 999, g:int(1, 10 ^ 9) * 10.0 ^ g:int(-12, 3) end,
  tiny = function(g) return g:int(1, 10 ^ 6) * 1e-150, g:int(1, 10 ^ 6) * 1e140 end,
}

local function draw(kind, n)
  local g, xs, ys, groups, flags = random_query.new(SEED), {}, {}, {}, {}
  for i = 1, n do
    xs[i], ys[i] = DATA[kind](g)
    groups[i], flags[i] = g:int(1, 3), g:int(0, 1)
  end
  return { x = xs, y = ys, g = groups, f = flags }
end

--- The exact sums of rows first to last that `keep` wants.
local function exact(data, first, last, keep)
  local n, sizes = 0, dyadic.of(0)
  local s = { x = dyadic.of(0), xx = dyadic.of(0), y = dyadic.of(0), yy = dyadic.of(0), xy = dyadic.of(0) }
  for i = first, last do
    if keep(i) then
      local x, y = dyadic.of(data.x[i]), dyadic.of(data.y[i])
      n, sizes = n + 1, sizes + x:abs()
      s.x, s.xx, s.y, s.yy, s.xy = s.x + x, s.xx + x * x, s.y + y, s.yy + y * y, s.xy + x * y
    end
  end
  return { n = n, sum = s.x, sizes = sizes, xx = s.xx * n - s.x * s.x, yy = s.yy * n - s.y * s.y,
    xy = s.xy * n - s.x * s.y }
end

--- Whether answer * divisor is `wanted` to so many bits of `scale`.
local function close(answer, divisor, wanted, scale, bits)
  return (dyadic.of(answer) * divisor - wanted):abs():shift(bits) <= scale
end

--- The same of a number whose scale is the root of a product.
local function close_to_root(answer, divisor, wanted, a, b, bits)
  local d = (dyadic.of(answer) * divisor - wanted):shift(bits)
  return d * d <= a * b
end

local checks = {
  s = function(v, m) return close(v, 1, m.sum, m.sizes, 50) end,
  m = function(v, m) return close(v, m.n, m.sum, m.sizes, 50) end,
  v = function(v, m) return close(v, m.n * (m.n - 1), m.xx, m.xx, 48) end,
  p = function(v, m) return close(v, m.n * m.n, m.xx, m.xx, 48) end,
  d = function(v, m) return close(dyadic.of(v) * v, m.n * (m.n - 1), m.xx, m.xx, 47) end,
  c = function(v, m) return close_to_root(v, m.n * (m.n - 1), m.xy, m.xx, m.yy, 46) end,
  b = function(v, m) return close_to_root(v, m.xx, m.xy, m.xx, m.yy, 46) end,
  r = function(v, m)
    local size = dyadic.of(v):abs()
    return size <= 1 and close(size * v, m.xx * m.yy, m.xy * m.xy:abs(), m.xx * m.yy, 45)
  end,
}
local TERMS = "s = sum%s(x%s), m = mean%s(x%s), v = variance%s(x%s), p = variance_pop%s(x%s), d = stddev%s(x%s), "
  .. "c = covar%s(x, y%s), b = regr_slope%s(y, x%s), r = corr%s(x, y%s)"
local ALL = TERMS:gsub("%%s", "")
local SOME = TERMS:gsub("%%s%(", "_if("):gsub("%%s%)", ", f == 1)")

local function check(row, moments, names, where)
  for name in names:gmatch "%a" do
    local undefined = moments.xx:is_zero() and (name == "b" or name == "r") or moments.yy:is_zero() and name == "r"
    if undefined then
      assert(row[name] == nil, where .. ": " .. name .. " should be null")
    elseif not checks[name](row[name], moments) then
      error(("%s, seed %d: %s = %.17g is not good enough"):format(where, SEED, name, row[name]))
    end
  end
end

describe("moments of doubles", function()
  for kind in pairs(DATA) do
    local data = draw(kind, ROWS)
    local t = blotter.table "x float64, y float64, g int64, f int64"
    t:append_columns(data)

    it("that are " .. kind .. " are right as a whole and by groups", function()
      local function every() return true end
      local function flagged(i) return data.f[i] == 1 end
      for terms, wanted in pairs { [ALL] = every, [SOME] = flagged } do
        check(t:agg(terms):first(), exact(data, 1, ROWS, wanted), "smvpdcbr", kind)
        for _, row in t:by "g":agg(terms):rows() do
          check(row, exact(data, 1, ROWS, function(i) return data.g[i] == row.g and wanted(i) end), "smvpdcbr",
            kind .. " by g")
        end
      end
    end)

    it("that are " .. kind .. " are right in frames", function()
      local all = function() return true end
      local running = t:window { derive = "s = cumsum(x), m = cummean(x)" }:collect()
      local terms = "s = sum(x), m = mean(x), v = variance(x), d = stddev(x)"
      local framed = t:window { rows = 50, derive = terms }:collect()
      for i = 2, ROWS, 37 do
        check(running:row(i), exact(data, 1, i, all), "sm", kind .. " running")
        check(framed:row(i), exact(data, math.max(1, i - 49), i, all), "smvd", kind .. " framed")
      end
    end)
  end
end)
