--- approx_distinct and approx_quantile of few groups are kept in sketches while rows are read: they say the same on any
--- number of threads, within their errors of the exact answer, with filters, conditions, nulls, NaN and negative zero.

local blotter = require "blotter"

local ROWS, THREADS = 400000, blotter.threads

describe("approximately", function()
  local t
  setup(function()
    local g, u, f, s = { n = ROWS }, { n = ROWS }, { n = ROWS }, { n = ROWS }
    for i = 1, ROWS do
      local x = i * 2654435761 % 4294967296
      g[i], u[i], f[i], s[i] = x % 5, x % 90001 - 40000, (x % 60013) / 8, "text " .. x % 30011
      if i % 7 == 0 then f[i] = i % 2 == 0 and 0 / 0 or -0.0 end
      if i % 11 == 0 then u[i], s[i] = nil, nil end
      if i % 13 == 0 then g[i] = nil end
    end
    t = assert(blotter.table "g int64, u int64, f float64, s string")
    assert(t:append_columns { g = g, u = u, f = f, s = s })
  end)
  teardown(function() blotter.threads = THREADS end)

  local function same_number(a, b) return a == b or a ~= a and b ~= b end

  local function check_distinct(got, want)
    assert.is_true(math.abs(got - want) <= 0.033 * want, ("%d, not %d"):format(got, want))
  end

  --- Both values that a quantile lies between may be wrong by 0.2 percent, and all of them are near others.
  local function check_quantile(got, want)
    local near = got and want and math.abs(got - want) <= 0.002 * math.abs(want) + 0.001
    assert.is_true(near or same_number(got, want), ("%s, not %s"):format(got, want))
  end

  local questions = { "%s(u)", "%s(f)", "%s(s)", "%s(u + 1)", "%s(g)", "%s_if(u, f > 1000)" }

  local function ask(keys, aggregate, filter)
    local q = filter and t:where(filter) or t
    q = keys and q:by(keys) or q
    return q:agg("x = " .. aggregate .. ", n = count()"):collect()
  end

  local shares = { "%s(u, 0.5)", "%s(f, 0.3)", "%s(f, 0.95)", "%s(f * 2 + u, 0.25)", "%s(u / 7, 0.999)", "%s(f, 0)",
    "%s(u + 0.5, 1)", "%s_if(sqrt(f), 0.5, f > 1000)" }
  local kinds = {
    { "approx_distinct", "count_distinct", questions, check_distinct },
    { "approx_quantile", "quantile", shares, check_quantile },
  }

  local function compare(kind, question, keys, filter)
    local exact, first = ask(keys, question:format(kind[2]), filter), nil
    for _, threads in ipairs { 1, 2, 5, 16 } do
      blotter.threads = threads
      local rough, values = ask(keys, question:format(kind[1]), filter), {}
      assert.equal(#exact, #rough)
      for i, row in rough:rows() do
        kind[4](row.x, exact:row(i).x)
        values[i] = ("%.17g"):format(row.x or 0)
      end
      first = first or values
      assert.same(first, values)
    end
  end

  for _, keys in ipairs { false, "g", "k = g % 2", "rollup(g)" } do
    for _, filter in ipairs { false, "u % 3 == 1", "u > 1000000" } do
      it(("is near what is exact by %s where %s"):format(keys or "nothing", filter or "true"), function()
        for _, kind in ipairs(kinds) do
          for _, question in ipairs(kind[3]) do compare(kind, question, keys, filter) end
        end
      end)
    end
  end

  it("asks for counts and quantiles of the same values at once, beside what is exact", function()
    local apart = t:agg "d = approx_distinct(f), a = approx_quantile(f, 0.5)":first()
    local both = t:agg [[d = approx_distinct(f), b = approx_quantile(f, 0.9), a = approx_quantile(f, 0.5),
      s = sum(u)]]:first()
    assert.equal(apart.d, both.d)
    assert.equal(apart.a, both.a)
    check_quantile(both.b, t:agg "b = quantile(f, 0.9)":first().b)
    check_quantile(t:agg "a = approx_quantile(f, 0.5), m = median(f)":first().a, apart.a)
  end)

  it("says in explain how values come together", function()
    local function way(keys, question) return (keys and t:by(keys) or t):agg(question):explain "run" end
    assert.matches("kept in sketches", way(nil, "x = approx_quantile(u, 0.5)"))
    assert.matches("kept in sketches", way("g", "x = approx_quantile(f * 2, 0.5)"))
    assert.matches("counted by bucket", way("g", "x = approx_quantile(u, 0.5)"))
    assert.matches("gathered by group", way("g", "x = quantile(f * 2, 0.5)"))
  end)

  it("gives quantiles of dates as they are, and of nothing null", function()
    local days = t:derive "day = date '2000-01-01' + u"
    for _, share in ipairs { "0", "0.25", "0.5", "1" } do
      assert.same(days:agg("x = quantile(day, " .. share .. ")"):first(),
        days:agg("x = approx_quantile(day, " .. share .. ")"):first())
    end
    assert.is_nil(t:agg "x = approx_quantile_if(f * 2, 0.5, u > 1000000)":first().x)
  end)
end)
