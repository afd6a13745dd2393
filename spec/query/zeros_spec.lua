--- Zeros of both signs are equal, but of extremes -0.0 lies below 0.0: whichever comes first, in whichever way a query
-- runs, on any number of threads.

local blotter = require "blotter"

--- Rows that hold both zeros in each group k of n, in this order, among nulls and larger sizes of the kind that `other`
-- says.
local function rows_of(n, first, second, other)
  local columns, size = { k = {}, x = {} }, 0
  for i = 1, n do
    for _, v in ipairs { first, second, other } do
      size = size + 1
      columns.k[size], columns.x[size] = i, v
    end
  end
  local t = blotter.table "k int64, x float64"
  assert(t:append_columns(columns))
  t:append(0, nil)
  return t
end

local function sign(v) return v == 0 and (1 / v < 0 and "-0" or "+0") or tostring(v) end

--- The signs of the columns a and b in all rows: one text each, which must be the same in every row.
local function signs(q)
  local seen = {}
  for _, row in q:rows() do seen[sign(row.a) .. " " .. sign(row.b)] = true end
  assert.is_nil(next(seen, (next(seen))))
  return (next(seen))
end

describe("of zeros of both signs", function()
  after_each(function() blotter.threads = 0 end)

  for _, order in ipairs { { -0.0, 0.0 }, { 0.0, -0.0 } } do
    for _, n in ipairs { 3, 30000 } do
      it(("the smallest and the largest, %s first, in %d groups"):format(sign(order[1]), n), function()
        for threads = 1, 3 do
          blotter.threads = threads
          local t = rows_of(n, order[1], order[2], order[1]):where "k > 0"
          for what, q in pairs { all = t, ["a filter"] = t:where "k < 1000", groups = t:by "k",
            ["large numbers as keys"] = t:by "c = k * 1000003", ["texts as keys"] = t:by "c = string(k)" } do
            assert.equal("-0 +0", signs(q:agg "a = min(x), b = max(x)"), what)
            assert.equal("-0 +0", signs(q:agg "a = quantile(x, 0.0), b = quantile(x, 1.0)"), what)
          end
          local last = t:window { by = "k", derive = "a = cummin(x), b = cummax(x), i = row_number()" }:where "i == 3"
          assert.equal("-0 +0", signs(last))
          assert.equal("-0 +0", signs(t:window { by = "k", derive = "a = min(x), b = max(x)" }))
          assert.equal("-0 +0", signs(t:window { by = "k", rows = { 1, 1 }, derive = "a = min(x), b = max(x)" }))
        end
      end)
    end
  end

  it("least and greatest", function()
    local t = rows_of(1, -0.0, 0.0)
    t:append(1, 0 / 0)
    for _, pair in ipairs { "x, 0e0, -0e0", "-0e0, x, 0e0", "0e0, -0e0, nil, x" } do
      local q = t:where "not is_nan(x)":select(("a = least(%s), b = greatest(%s)"):format(pair, pair))
      assert.equal("-0 +0", signs(q))
    end
    local nan = t:where "is_nan(x)":select "a = least(0e0, x, -0e0), b = least(x, 1e0)"
    assert.equal("-0 1.0", signs(nan))
  end)

  it("what a table's statistics tell has no sign", function()
    for _, order in ipairs { { -0.0, 0.0 }, { 0.0, -0.0 }, { -0.0, -0.0 } } do
      for _, column in ipairs(rows_of(30000, order[1], order[2], order[2]):stats().columns) do
        if column.name == "x" then assert.equal("+0 +0", sign(column.min) .. " " .. sign(column.max)) end
      end
    end
  end)
end)
