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

  it("that are written twice are computed once", function()
    local t = blotter.table "g int64, x float64, y float64, s string"
    for i = 1, 500 do t:append(i % 5, i / 7, i % 11, "s" .. i % 90) end
    local function words(aggregates)
      return tonumber(t:by "g":agg(aggregates):explain "run":match "records of (%d+) word")
    end
    assert.equal(words "a = sum(x * y)", words "a = sum(x * y), b = mean(x * y), c = sum( x*y )")
    assert.equal(words "a = max(upper(s))", words "a = max(upper(s)), b = max(upper(s))")
    assert.equal(words "a = sum_if(x, y > 3)", words "a = sum_if(x, y > 3), b = sum_if(x, y > 3)")
    for _, pair in ipairs { "sum(x * y), b = sum(y * y)", "max(round(x, 1)), b = max(round(x, 2))",
      "max(x + 1.5e0), b = max(x + 2.5e0)", "max(upper(s)), b = max(lower(s))", "max(if(y in (1, 2), x, y)), " ..
      "b = max(if(y in (1, 3), x, y))", "max(date_add(date '2012-01-01', g, 'day')), " ..
      "b = max(date_add(date '2012-01-01', g, 'week'))" } do
      assert.is_true(words("a = " .. pair) > words("a = " .. pair:match "^(.-), b = "), pair)
    end
  end)
end)

describe("integers that are cut to multiples or remainders", function()
  it("are keys of few places", function()
    local t = blotter.table "n int64"
    local want = { {}, {}, {}, {} }
    for i = -2000, 2000 do
      local n = i % 13 ~= 0 and i * 37 or nil
      t:append(n)
      for k, x in ipairs { n and n % 10 or "none", n and n % -7 or "none", n and n // 1000 or "none",
        n and n // 250 * 250 or "none" } do want[k][x] = (want[k][x] or 0) + 1 end
    end
    for k, key in ipairs { "n % 10", "n % -7", "n // 1000", "bin(n, 250)" } do
      local q, got = t:by("k = " .. key):agg "c = count()", {}
      for _, row in q:rows() do got[row.k == nil and "none" or row.k] = row.c end
      assert.same(want[k], got)
      assert.matches("direct index", q:explain "run")
    end
  end)
end)
