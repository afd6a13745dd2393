local answer = require "answer"
local blotter = require "blotter"

local refusal = answer.refusal

local function tips()
  local t = blotter.table "received date, country string, channel string, n int64, price decimal(9,2)"
  assert(t:append_rows {
    { "2012-01-05", "KR", "phone", 120, "1.10" },
    { "2012-01-09", "JP", "web", 40, "2.20" },
    { "2012-10-02", "KR", "web", 300, nil, n = 5 },
    { "2013-02-11", "US", "phone", 75, "0.05" },
    { "2013-03-01", "JP", "phone", 60, "3.00" },
    { "2013-03-02", nil, "phone", 5, "4.00" },
  })
  return t
end

--- A query's rows as one text: values by tabs, rows by line ends.
local function text(q)
  local frame, lines = q:collect(), {}
  local columns = frame:texts()
  for row = 1, #frame do
    local cells = {}
    for i, column in ipairs(columns) do cells[i] = column.cells[row] end
    lines[row] = table.concat(cells, " ")
  end
  return table.concat(lines, "\n")
end

local function names(q)
  local list = {}
  for i, column in ipairs(q:columns()) do list[i] = column.name end
  return table.concat(list, " ")
end

describe("verbs", function()
  local t
  before_each(function() t = tips() end)

  it("filter, and keep only what is true", function()
    assert.equal("KR 120\nKR 300", text(t:where "country == 'KR'":select "country, n"))
    assert.equal(3, t:where "not (country == 'KR')":count())
    assert.equal(1, t:where "country == nil":count())
    assert.equal(2, t:where "n > 50":where "n < 100":count())
  end)

  it("leave the query that they come from as it was", function()
    local q = t:where "n > 50"
    local narrower = q:where "n > 100"
    assert.equal(4, #q)
    assert.equal(2, #narrower)
    assert.equal("received country channel n price", names(q:derive "m = n":limit(1) and q))
  end)

  it("name columns in the order of the text", function()
    assert.equal("n country twice", names(t:select "n, country, twice = n * 2"))
    assert.equal("price received country channel n", names(t:select "price, *"))
    assert.equal("received country channel n price m", names(t:derive "m = n + 1, n = 0"))
    assert.equal("channel b a", names(t:by "channel":agg "b = count(), a = sum(n)"))
  end)

  it("derive from the columns before, not from each other", function()
    assert.equal("121 240", text(t:derive "n = n + 1, m = n * 2":select "n, m":limit(1)))
    assert.equal("484", text(t:derive "n = n + 1":derive "n = n * 2":derive "n = n * 2":select "n":limit(1)))
  end)

  it("group, aggregate, filter groups and compute with them", function()
    assert.equal("KR 420 2\nJP 100 2\nUS 75 1\nnull 5 1",
      text(t:by "country":agg "n = sum(n), rows = count()":order "n desc"))
    assert.equal("KR 420", text(t:by "country":agg "n = sum(n)":where "n > 100"))
    assert.equal("KR 210.0\nJP 50.0", text(t:by "country":agg "m = sum(n) / count()":limit(2)))
    assert.equal("600 6", text(t:agg "n = sum(n), rows = count()"))
    assert.equal("260", text(t:agg "phone = sum_if(n, channel == 'phone')"))
    assert.equal("2012 460\n2013 140", text(t:by "y = year(received)":agg "n = sum(n)"))
    assert.equal("2", text(t:by "country":agg "n = sum(n)":where "n > 75":agg "k = count()"))
  end)

  it("keep aggregates of one column apart that look at its values in different orders", function()
    assert.equal("2 phone web", text(t:agg "d = count_distinct(channel), a = min(channel), b = max(channel)"))
    assert.equal("JP 2 web\nKR 2 web", text(t:where "n < 301":by "country":agg
      "d = count_distinct(channel), b = max(channel)":where "d > 1":order "country"))
  end)

  it("find the middle between values whose difference is infinite", function()
    local function middle(a, b)
      local pair = blotter.table "f float64"
      assert(pair:append_columns { f = { a, b } })
      return pair:agg "m = median(f)":value()
    end
    assert.equal(-math.huge, middle(-math.huge, 5))
    assert.equal(math.huge, middle(5, math.huge))
    assert.equal(0, middle(-1.5e308, 1.5e308))
    local none = middle(-math.huge, math.huge)
    assert.is_true(none ~= none)
  end)

  it("answer one row without groups, also over no rows", function()
    assert.equal("0 null", text(t:where "n > 1000":agg "rows = count(), n = sum(n)"))
    assert.equal("", text(t:where "n > 1000":by "country":agg "n = sum(n)"))
  end)

  it("order by several keys, nulls last unless told, equal rows as they were", function()
    assert.equal("JP 60\nJP 40\nKR 300\nKR 120\nUS 75\nnull 5", text(t:order "country, n desc":select "country, n"))
    assert.equal("null\nUS\nKR\nKR\nJP\nJP", text(t:order "country desc nulls first":select "country"))
    assert.equal("US\nKR\nKR\nJP\nJP\nnull", text(t:order "country desc":select "country"))
    assert.equal("40\n300\n5\n60\n75\n120", text(t:order "n":order "channel desc":select "n"))
  end)

  it("order by what is not shown", function()
    assert.equal("KR\nKR\nUS", text(t:order "n * -1":select "country":limit(3):skip(0)))
    assert.equal("country", names(t:order "n":select "country"))
  end)

  it("limit and skip what is left", function()
    assert.equal("40\n300", text(t:skip(1):limit(2):select "n"))
    assert.equal("300", text(t:limit(3):skip(2):select "n"))
    assert.equal("", text(t:limit(0)))
    assert.equal("", text(t:skip(100)))
    assert.equal("300", text(t:limit(3):where "n > 200":select "n"))
  end)

  it("find distinct rows in order of first appearance", function()
    assert.equal("phone\nweb", text(t:distinct "channel"))
    assert.equal(6, #t:distinct())
    assert.equal("JP\nKR", text(t:where "channel == 'web'":distinct "country":order "country"))
  end)

  it("find the top rows, overall and of each group", function()
    assert.equal("300\n120", text(t:top(2, "n"):select "n"))
    assert.equal("5", text(t:top(1, "n asc"):select "n"))
    assert.equal("4.00", text(t:top(1, "price"):select "price"))
    assert.equal("phone KR 120\nphone US 75\nweb KR 300\nweb JP 40",
      text(t:top(2, "n", { by = "channel" }):select "channel, country, n":order "channel, n desc"))
    assert.equal("phone 120\nweb 300", text(t:select "channel, n":top(1, "n", { by = "channel" }):order "channel"))
    assert.equal("60\n40", text(t:top(5, "n", { by = "country" }):where "country == 'JP'":select "n"))
  end)

  it("draw samples that a seed repeats", function()
    local many = blotter.table "n int64"
    for i = 1, 10000 do many:append(i) end
    local q = many:where "n % 2 == 0":sample(100, { seed = 7 })
    assert.equal(text(q), text(many:where "n % 2 == 0":sample(100, { seed = 7 })))
    assert.is_true(text(q) ~= text(many:where "n % 2 == 0":sample(100, { seed = 8 })))
    assert.equal(100, #q)
    assert.equal(0, q:where "n % 2 == 1":count())
    assert.equal(100, #q:distinct())
    assert.equal(text(q), text(q:order "n"))
    assert.equal(1000, #many:sample(0.1))
    assert.equal(10000, #many:sample(20000))
    local mean = many:sample(2000):agg "m = mean(n)":value()
    assert.is_true(mean > 4600 and mean < 5400)
  end)

  it("take values as parameters, by name and by number", function()
    assert.equal(1, t:where("country == $c and n > $1", { 200, c = "KR" }):count())
    assert.equal(3, t:where("country in $list", { list = { "JP", "US" } }):count())
    assert.equal(1, t:where("country == $c", { c = blotter.null }):count())
    assert.equal(0, t:where("country < $c", { c = blotter.null }):count())
    assert.equal(3, t:where("received >= $day", { day = "2013-01-01" }):count())
    assert.equal("240", text(t:select("m = n * $k", { k = 2 }):limit(1)))
    assert.equal(0, t:where("country == $c", { c = "' or true or '" }):count())
  end)

  it("read a string as a date beside a date", function()
    assert.equal(3, t:where "received >= '2013-01-01'":count())
    assert.equal(1, t:where "received in ('2012-01-05', '1999-01-01')":count())
    assert.matches("2013%-02%-30", refusal(function() return t:where "received == '2013-02-30'":collect() end))
  end)

  it("compute no value that a condition leaves out, also of a column that is constant", function()
    assert.equal("0", text(t:limit(1):select "b = 'none'":select "x = if(b == 'none', 0, int64(b))"))
    assert.matches("'none' is no int64", refusal(t.select, t, "x = int64('none')"))
  end)

  it("read SQL's case as if", function()
    local cases = blotter.table "case int64, n int64"
    cases:append_rows { { 1, 5 }, { 2, 50 }, { blotter.null, 500 } }
    local function of(expression) return answer.lines(cases:select("x = " .. expression)) end
    assert.equal("x a b c ", of "case when n < 10 then 'a' when n < 100 then 'b' else 'c' end")
    assert.equal("x one  none ", of "CASE `case` WHEN 1 THEN 'one' WHEN nil THEN 'none' END")
    assert.equal("x 2 1 ", answer.lines(cases:select "x = case + 0":where "x ~= nil":order "x desc"))
    assert.equal("x 2 3 ", answer.lines(cases:where "case ~= nil":order "case desc":select "x = 4 - case":order "x"))
    assert.equal("x 6 1 1 ", of "case(n < 10, n, 0) + case n when 5 then 1 else 1 end")
    assert.match("expected 'then', found '1'", refusal(function() return of "case when n > 5 1 end" end))
  end)

  it("take odd names in backticks", function()
    local odd = blotter.table { { name = "a b", type = "int64" }, { name = "and", type = "int64" } }
    odd:append(1, 2)
    assert.equal("3", text(odd:select "sum = `a b` + `and`"))
    assert.equal("1 1", text(odd:top(1, "a b" and "`a b`", { by = "`and`" }):select "`a b`, c = `a b`"))
  end)

  it("query frames again, and a frame keeps its rows", function()
    local frame = t:where "country == 'KR'":collect()
    t:append("2014-01-01", "KR", "web", 1, nil)
    assert.equal(2, #frame)
    assert.equal("420", text(frame:agg "n = sum(n)"))
    assert.equal("300", text(frame:order "n desc":select "n":limit(1)))
  end)

  it("compute derived columns that grow too large in stages of their own", function()
    local q = t:select "x = n"
    for _ = 1, 60 do q = q:derive "x = x + x - x" end
    assert.equal("120", text(q:limit(1)))
    for _ = 1, 1500 do q = q:derive "x = x + 1" end
    assert.equal("1620", text(q:limit(1)))
  end)
end)

describe("mistakes in verbs", function()
  local t
  before_each(function() t = tips() end)

  it("are raised at the caller's line with a caret and a suggestion", function()
    local message = refusal(function() t = t:where "contry == 'KR'" end)
    assert.matches("verbs_spec.lua:%d+: unknown column 'contry': did you mean 'country'%?\n", message)
    assert.equal("  contry == 'KR'\n  ^^^^^^", message:match "\n(.*)$")
    assert.matches("unknown function 'yeer': did you mean 'year'", refusal(t.where, t, "yeer(received) > 1"))
    assert.matches("unknown option", refusal(t.top, t, 1, "n", { bye = "x" }))
  end)

  it("point into the text for types too", function()
    local message = refusal(function() return t:where "n > 1 and country > 5":collect() end)
    assert.matches("verbs_spec.lua:%d+:", message)
    assert.matches("\n  n > 1 and country > 5\n +%^", message)
    assert.matches("\n  s = sum%(country%)\n +%^", refusal(function() return t:agg "s = sum(country)":collect() end))
  end)

  it("are told apart by verb", function()
    assert.matches("is an aggregate", refusal(t.where, t, "sum(n) > 5"))
    assert.matches("is no key", refusal(function() return t:by "country":agg "x = n + sum(n)" end))
    assert.matches("aggregate inside an aggregate", refusal(t.agg, t, "x = sum(max(n))"))
    assert.matches("waits for agg", refusal(function() return t:by "country":limit(1) end))
    assert.matches("waits for agg", refusal(function() return t:by "country":collect() end))
    assert.matches("two columns named", refusal(t.select, t, "n, n"))
    assert.matches("two columns named", refusal(function() return t:by "country":agg "country = sum(n)" end))
    assert.matches("no value for parameter %$c", refusal(function() return t:where "country == $c":collect() end))
    assert.matches("whole number", refusal(t.limit, t, 1.5))
    assert.matches("text such as", refusal(t.where, t, 5))
    assert.matches("distinct expects a text such as \"a, b\", got a number", refusal(t.distinct, t, 5))
    assert.matches("select expects .*, got nothing", refusal(t.select, t))
    assert.matches("where is called with a colon: t:where", refusal(t.where, "n > 5"))
    assert.matches("sequence expected", refusal(function()
      return t:where("country in $x", { x = "KR" }):collect()
    end))
  end)
end)
