local blotter = require "blotter"

describe("sums of linear expressions", function()
  local function values(g, n)
    local t, columns = blotter.table "g int64, x int64, y int64", { g = {}, x = {}, y = {} }
    for i = 1, n do
      columns.g[i], columns.x[i] = i % g, i * 7919 % 1000 - 300
      columns.y[i] = i % 7 == 0 and blotter.null or i % 50
    end
    t:append_columns(columns)
    return t
  end

  it("are those of the expressions, over groups, filters, nulls and conditions", function()
    local t = values(3, 70000)
    for _, q in ipairs { t, t:by "g", t:where "x > 0", t:where "x > 5000", t:by "y" } do
      local plain = q:agg "a = sum(x), n = count(), b = sum(y), m = count(y), p = sum_if(x, x > 9), k = count_if(x > 9)"
      local other = q:agg("a = sum(x + 5), b = sum(7 - x), c = sum(3 * x - 2), d = sum(y * 2 + 1), " ..
        "e = mean(y - 100), f = sum_if(2 * (x + 1), x > 9)")
      for i, row in plain:rows() do
        local got = other:row(i)
        assert.equal(row.a and row.a + 5 * row.n, got.a)
        assert.equal(row.a and 7 * row.n - row.a, got.b)
        assert.equal(row.a and 3 * row.a - 2 * row.n, got.c)
        assert.equal(row.b and 2 * row.b + row.m, got.d)
        assert.equal(row.b and (row.b - 100 * row.m) / row.m, got.e)
        assert.equal(row.p and 2 * (row.p + row.k), got.f)
      end
    end
  end)

  it("overflow where a row would", function()
    local t = blotter.table "x int64"
    t:append(math.maxinteger)
    assert.equal(math.maxinteger - 1, t:agg "a = sum(x - 1)":value())
    assert.has_error(function() return t:agg "a = sum(x + 1)":value() end)
    assert.has_error(function() return t:agg "a = sum(2 * x)":value() end)
  end)
end)
