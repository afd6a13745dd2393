local answer = require "answer"
local blotter = require "blotter"

local lines, refusal = answer.lines, answer.refusal

describe("x in $query", function()
  it("finds decimals and times exactly, wherever it stands", function()
    local t = blotter.table "d decimal(9,2), e decimal(18,2), t date, z timestamp"
    t:append("-23.16", "9999999999999999.99", "2012-01-31", "2012-01-31T10:00:00.5Z")
    t:append("12.30", "9999999999999999.98", nil, nil)
    for _, c in ipairs { "e", "t", "z", "round(d, 1)" } do
      local one = { q = t:limit(1):select("x = " .. c) }
      assert.equal(1, t:where(c .. " in $q", one):count(), c)
      assert.equal(1, t:where(c .. " in $q or 1 > 2", one):count(), c)
      assert.equal((c == "t" or c == "z") and 0 or 1, t:where(c .. " not in $q", one):count(), c)
    end
    assert.equal(1, t:where("d in (1.23e1, 5)"):count()) -- as d == 1.23e1
    assert.equal(1, t:where("d in $l", { l = { 12.3 } }):count())
  end)

  local t, codes
  before_each(function()
    t = blotter.table "country string, n int64, day date"
    t:append_rows { { "KR", 1, "2012-01-01" }, { "JP", 2, "2012-02-01" }, { blotter.null, 3, "2012-03-01" },
      { "US", 4, "2012-01-01" } }
    codes = blotter.table "code string, x float64"
    codes:append_rows { { "US", 1.0 }, { "KR", 4.0 }, { "KR", 2.5 }, { blotter.null, 0.0 } }
  end)

  it("is a join where it stands alone or beside and", function()
    local q = t:where("country in $codes and n > 1", { codes = codes:select "code" })
    assert.equal("n 4 ", lines(q:select "n"))
    assert.matches("join semi on country == code", q:explain())
    assert.equal("n 1 4 ", lines(t:where("n in $1", { codes:select "x" }):select "n"))
    assert.equal("n 1 2 3 4 ", lines(t:where("day in $d", { d = t:select "day" }):select "n"))
    assert.equal("n 1 4 ", lines(t:where("day in $d", { d = t:limit(1):select "day":collect() }):select "n"))
  end)

  it("is a list of values elsewhere, with nulls as in any list", function()
    local known = codes:where "code ~= nil":select "code"
    assert.equal("n 1 2 4 ", lines(t:where("n == 2 or country in $codes", { codes = codes:select "code" }):select "n"))
    assert.equal("n 2 ", lines(t:where("country not in $codes", { codes = known }):select "n"))
    assert.equal("n ", lines(t:where("country not in $codes", { codes = codes:select "code" }):select "n"))
    assert.equal("y true false  true ", lines(t:select("y = country in $codes", { codes = known })))
  end)

  it("is refused when it has more columns or another type", function()
    assert.matches("a query of one column", refusal(t.where, t, "country in $c", { c = codes }))
    assert.matches("a query of one column", refusal(t.select, t, "y = country in $c", { c = codes }))
    assert.matches("int64 is looked for among string: write string%(n%) in %$c",
      refusal(t.where, t, "n in $c", { c = codes:select "code" }))
  end)
end)

describe("calls that stand for others", function()
  it("are between, overlaps and cut", function()
    local t = blotter.table "n int64, f float64"
    t:append_rows { { 5, 0.5 }, { 10, 0 / 0 }, { 19, 1.5 }, { blotter.null, 2.5 } }
    assert.equal("n 10 19 ", lines(t:where "between(n, 10, 19)":select "n"))
    assert.equal("p < 10 10 to < 20 10 to < 20  ", lines(t:select "p = cut(n, 10, 20)"))
    assert.equal("p low  high high ", lines(t:select "p = cut(f, 1.5, 'low', 'high')"))
    assert.equal("n 19 ", lines(t:where "overlaps(n, n + 5, 19, 20) and n > 15":select "n"))
    assert.equal("`between(n, 1, 6)`", "`" .. t:select "between(n, 1, 6)":columns()[1].name .. "`")
    assert.equal("p low  high high ", lines(t:select "p = cut(f, {1.5}, {'low', 'high'})"))
    assert.matches("expected '}', found '%)'", refusal(t.select, t, "p = cut(f, {1.5)"))
    assert.matches("2 numbers make 3 parts", refusal(t.select, t, "p = cut(n, 1, 2, 'a')"))
    assert.matches("its numbers rise", refusal(t.select, t, "p = cut(n, 2, 1)"))
    assert.matches("takes 3 values", refusal(t.select, t, "p = between(n, 2)"))
    assert.matches("did you mean 'between'", refusal(t.select, t, "p = betwen(n, 2, 3)"))
  end)

  it("are try and its kin: null instead of an error of the data", function()
    local t = blotter.table "s string, n int64"
    t:append_rows { { "12", 1 }, { "x", math.maxinteger }, { blotter.null, 2 }, { "2012-02-30", 3 },
      { "2012-02-28", 4 } }
    assert.equal("a,b,c 12,,2 ,, ,,3 ,,4 ,2012-02-28,5 ",
      lines(t:select "a = try_int64(s), b = try_date(s), c = try(n + 1)"))
    assert.equal("n 9223372036854775807 3 4 ", lines(t:where "fails(int64(s))":select "n"))
    assert.equal("a,b,c ,,7 ", lines(t:limit(1):select("a = try_int64('12x'), b = try_date($d, 'dd.mm.yyyy'), " ..
      "c = coalesce(try(9223372036854775807 + 1), 7)", { d = "31.02.2012" })))
    assert.equal(5, t:where "try_int64('x') == nil":count())
    assert.equal("a,s 0,5 ", lines(t:by "a = coalesce(try_int64('x'), 0)":agg "s = count_if(fails(int64('y')))"))
    assert.equal(12, t:agg "n = sum(try_int64(s))":value())
    local many = blotter.table "s string, k int64"
    for i = 1, 5000 do many:append(i % 3 == 0 and "no" .. i or tostring(i), i) end
    assert.equal(5000 - 5000 // 3, many:agg "n = count(try_int64(s))":value())
    assert.equal(5000 // 3, many:where "fails(int64(s))":count())
    assert.equal(5000 // 3, many:where "fails(int64(concat(s, k)))":count())
    assert.matches("'no3' is no int64", refusal(function() return many:agg "n = sum(int64(s))":collect() end))
  end)
end)
