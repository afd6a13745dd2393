local answer = require "answer"
local blotter = require "blotter"

local lines, refusal = answer.lines, answer.refusal
local oracle = require "oracle"
local parser = require "blotter.lang.parser"
local random_query = require "random_query"

local ROUNDS = os.getenv "BLOTTER_TORTURE" and 1500 or 40
local FIRST_SEED = tonumber(os.getenv "BLOTTER_SEED") or 1

local function tips()
  local t = blotter.table "received date, country string, channel string, n int64, price decimal(9,2)"
  t:append_rows { { "2012-01-05", "KR", "phone", 120, "1.00" }, { "2012-01-09", "JP", "web", 40, "2.50" },
    { "2012-04-02", "KR", "web", 300, "0.10" }, { "2013-02-11", "US", "phone", 75, "1.00" },
    { "2013-03-01", "JP", "phone", 60, "9.00" }, { "2013-03-02", blotter.null, "phone", 5, "1.00" } }
  return t
end

describe("pivot", function()
  it("makes a column of each value, in their order, and totals of the rows themselves", function()
    local t = tips()
    assert.equal("country,2012,2013 KR,420, JP,40,60 US,,75 ,,5 ",
      lines(t:pivot { rows = "country", cols = "year(received)", value = "sum(n)" }))
    assert.equal("country,2012,2013,total KR,210.0,0.0,210.0 JP,40.0,60.0,50.0 US,0.0,75.0,75.0 ,0.0,5.0,5.0 " ..
      "total,153.33333333333334,46.666666666666664,100.0 ",
      lines(t:pivot { rows = "country", cols = "year(received)", value = "mean(n)", totals = true, fill = 0 }))
    assert.equal("phone,web,total 260,340,600 ", lines(t:pivot { cols = "channel", value = "sum(n)", totals = true }))
    local odd = blotter.table "k string, n int64"
    odd:append_rows { { "", 1 }, { ("é"):rep(300), 2 }, { "empty", 3 } }
    local names = {}
    for i, column in ipairs(odd:pivot { cols = "k", value = "sum(n)" }:columns()) do names[i] = column.name end
    assert.same({ "empty", "empty_2", ("é"):rep(100) .. "…" }, names)
  end)

  it("names columns by all their values, and by each of several aggregates", function()
    local q = tips():pivot { rows = "country", cols = "channel, year(received)", value = "n = sum(n), k = count()" }
    local names = {}
    for i, column in ipairs(q:columns()) do names[i] = column.name end
    assert.equal("country phone_2012_n phone_2012_k phone_2013_n phone_2013_k web_2012_n web_2012_k",
      table.concat(names, " "))
    local odd = blotter.table "s string"
    odd:append_rows { { "null" }, { blotter.null }, { "s" } }
    assert.equal("null,s,null_2 1,1,1 ", lines(odd:pivot { cols = "s", value = "count()" }))
  end)

  it("fills where there is no row, and leaves nulls of the data", function()
    local t = blotter.table "a string, b string, n int64"
    t:append_rows { { "x", "p", blotter.null }, { "x", "q", 1 }, { "y", "q", 2 } }
    assert.equal("a,p,q,total x,,1,1 y,0,2,2 total,,3,3 ",
      lines(t:pivot { rows = "a", cols = "b", value = "sum(n)", fill = 0, totals = true }))
    assert.equal("a,p,q x,0,1 y,-1,2 ", lines(t:pivot { rows = "a", cols = "b", value = "coalesce(sum(n), 0)",
      fill = -1 }))
  end)

  it("says what is wrong", function()
    local t = tips()
    assert.match("did you mean 'country'", refusal(t.pivot, t, { rows = "contry", cols = "n", value = "sum(n)" }))
    assert.match("cols = .* is missing", refusal(t.pivot, t, { rows = "country", value = "sum(n)" }))
    assert.match("did you mean 'totals'", refusal(t.pivot, t, { total = true }))
  end)

  it("and unpivot are what the naive engine makes of random rows", function()
    for seed = FIRST_SEED, FIRST_SEED + ROUNDS - 1 do
      local g = random_query.new(seed)
      local t, rows = blotter.table "a string, b int64, n int64", {}
      for r = 1, g:pick { 0, 1, 7, 80 } do
        rows[r] = { a = g:chance(85) and g:pick { "x", "y", "z w", "" } or nil,
          b = g:chance(85) and g:int(-2, 3) or nil, n = g:chance(90) and g:int(-50, 50) or nil }
        t:append(rows[r].a, rows[r].b, rows[r].n)
      end
      local value = g:pick { "sum(n)", "count()", "max(n)", "first(n)", "count_distinct(n)" }
      local cells = oracle.aggregate(rows, parser.list "a, b", parser.list("v = " .. value))
      local keys, heads = oracle.aggregate(rows, parser.list "a", {}), oracle.aggregate(rows, parser.list "b", {})
      heads = oracle.order(heads, parser.order "b")
      local frame = t:pivot { rows = "a", cols = "b", value = value }:collect()
      assert.equal(#keys, #frame)
      for r, key in ipairs(keys) do
        assert.equal(key.a, frame:values("a")[r])
        for c, head in ipairs(heads) do
          local wanted
          for _, cell in ipairs(cells) do
            if cell.a == key.a and cell.b == head.b then wanted = cell.v end
          end
          assert.equal(wanted, frame:values(c + 1)[r], ("BLOTTER_SEED=%d %s"):format(seed, value))
        end
      end
      if #heads > 0 then
        local names = {}
        for i, head in ipairs(heads) do names[i] = "`" .. tostring(head.b or "null") .. "`" end
        local long = frame:unpivot { cols = table.concat(names, ", "), name = "b", value = "v" }
        assert.equal(#keys * #heads, long:count())
        assert.equal(lines(frame), lines(long:pivot { rows = "a", cols = "b = if(b == 'null', nil, int64(b))",
          value = "v = first(v)" }))
      end
    end
  end)
end)

describe("unpivot", function()
  it("keeps the other columns and converts to a common type", function()
    assert.equal("country,what,value KR,n,120.00 JP,n,40.00 KR,price,1.00 JP,price,2.50 ",
      lines(tips():limit(2):select "country, n, price":unpivot { cols = "n, price", name = "what" }))
    local t = tips()
    assert.match("column 'n' is int64, those before it are string",
      refusal(t.unpivot, t, { cols = "country, n" }))
    assert.match("two columns named 'channel'", refusal(t.unpivot, t, { cols = "n", name = "channel" }))
  end)
end)

describe("several groupings", function()
  it("stand one after the other", function()
    local t = tips()
    assert.equal("channel,country,n,g phone,KR,120,0 web,JP,40,0 web,KR,300,0 phone,US,75,0 phone,JP,60,0 " ..
      "phone,,5,0 phone,,260,1 web,,340,1 ,,600,1 ",
      lines(t:by "rollup(channel, country)":agg "n = sum(n), g = grouping(country)"))
    assert.equal("channel,y,n phone,,260 web,,340 ,2012,460 ,2013,140 ,,600 ",
      lines(t:derive "y = year(received)":by "grouping_sets(channel, set(y), set())":agg "n = sum(n)"))
    assert.equal("y,n,k 2012,460,0 2013,140,0 ,600,1 ",
      lines(t:by "rollup(y = year(received))":agg "n = sum(n), k = grouping(y)"))
    assert.equal("y,n ,600 2012,460 2013,140 ",
      lines(t:by "grouping_sets(set(), set(y = year(received)))":agg "n = sum(n)"))
    assert.match("needs a key", refusal(t.by, t, "rollup()"))
    assert.match("one key of this by", refusal(function() return t:by "cube(channel)":agg "g = grouping(n)" end))
  end)

  it("are those of separate queries", function()
    for seed = FIRST_SEED, FIRST_SEED + ROUNDS // 4 do
      local g = random_query.new(seed)
      local t = blotter.table "a string, b int64, c bool, n float64"
      for _ = 1, g:int(0, 90) do
        t:append(g:chance(80) and g:pick { "x", "y" } or nil, g:int(1, 3), g:pick { true, false, blotter.null },
          g:pick { g:int(-40, 40) / 4, 0.0, -0.0 })
      end
      local agg = g:pick { "s = sum(n), k = count(), m = mean(n)", "s = sum(n), k = count(n), i = count_if(n > 0)",
        "k = count(), least = min(n), most = max(a), any = any(c), all = all(n > 0)", "x = max(n) - min(n)",
        "s = sum_if(b, n > 3), share = sum(n) / count(), k = count(a)" }
      local after = g:pick { "true", "a == 'x'", "b == nil or b > 1", "isnull(c)" }
      local all, answers = t:by "cube(a, b, c)":agg(agg):where(after), {}
      for _, keys in ipairs { "a, b, c", "a, b", "a, c", "a", "b, c", "b", "c", "" } do
        local q = keys == "" and t:agg(agg) or t:by(keys):agg(agg)
        for _, name in ipairs { "a", "b", "c" } do
          if not keys:find(name) then
            q = q:derive(("%s = nullif(%s, %s)"):format(name, name == "a" and "''" or name == "b" and "0" or "false",
              name == "a" and "''" or name == "b" and "0" or "false"))
          end
        end
        for _, row in ipairs(q:where(after):totable()) do answers[#answers + 1] = row end
      end
      local got = all:totable()
      got.n = nil
      assert.same(answers, got)
    end
  end)

  it("read the rows once where aggregates can be merged, whatever is asked of the answer", function()
    local t = tips()
    local q = t:by "cube(country, channel)":agg "k = count(), n = sum(n), p = sum(price)"
    local function scans(of) return select(2, of:explain():gsub("scan", "")) end
    assert.equal(1, scans(q))
    assert.equal(4, scans(t:by "cube(country, channel)":agg "m = mean(n)"))
    assert.equal(4, scans(t:by "cube(country, channel)":agg "s = sum(n * grouping(country))"))
    assert.equal(2, scans(t:by "grouping_sets(country, channel)":agg "k = count()"))
    local told = q:where "channel == 'web' and k > 0":select "n, country":order "n desc":explain "run"
    assert.equal(1, select(2, told:gsub("scan", "")))
    assert.match("the answer that is there already", told)
    assert.equal("n,country 340, 300,KR 40,JP ",
      lines(q:where "channel == 'web' and k > 0":select "n, country":order "n desc"))
    local wide = t:limit(2):derive "a = 1, b = 1, c = 1, d = 1, e = 1, f = 1, g = 1"
    assert.equal(128 * 2 + 128, #wide:by "cube(a, b, c, d, e, f, g, n)":agg "k = count()")
  end)

  it("of sums that do not fit are refused with the name", function()
    local t = blotter.table "a string, n int64"
    t:append_rows { { "x", math.maxinteger }, { "y", 1 } }
    assert.equal(refusal(function() return t:agg "s = sum(n)":collect() end),
      refusal(function() return t:by "cube(a)":agg "s = sum(n)":collect() end))
  end)
end)

describe("fill", function()
  it("adds the periods that are missing, only between the first and the last", function()
    local t = tips():derive "m = trunc(received, 'month')":where "m < date '2013-01-01'"
    assert.equal("m,n 2012-01-01,160 2012-02-01,0 2012-03-01,0 2012-04-01,300 ",
      lines(t:by "m":agg "n = sum(n)":fill { over = "m", step = "month", with = 0 }))
    assert.equal("country,m,n,p KR,2012-01-01,120,1.00 KR,2012-02-01,,0.00 KR,2012-03-01,,0.00 " ..
      "KR,2012-04-01,300,0.10 JP,2012-01-01,40,2.50 JP,2012-02-01,,0.00 JP,2012-03-01,,0.00 JP,2012-04-01,,0.00 ",
      lines(t:by "country, m":agg "n = sum(n), p = sum(price)":fill { by = "country", over = "m", step = "month",
        with = { p = "0.00" } }))
  end)

  it("takes expressions, which become columns", function()
    local t = blotter.table "received date, country string, n int64"
    t:append_rows { { "2012-02-03", "KR", 5 }, { "2012-04-09", "JP", 7 } }
    assert.equal("country,month(received),n KR,2,5 KR,3,0 KR,4,0 JP,2,0 JP,3,0 JP,4,7 ",
      lines(t:by "country, month(received)":agg "n = sum(n)"
        :fill { by = "country", over = "month(received)", with = 0 }))
    assert.equal("received,n,m,c 2012-02-03,5,2012-02-01,K ,0,2012-03-01,K ,0,2012-04-01,K " ..
      ",0,2012-02-01,J ,0,2012-03-01,J 2012-04-09,7,2012-04-01,J ",
      lines(t:fill { by = "c = left(country, $k)", over = "m = trunc(received, 'month')", with = 0, params = { k = 1 } }
        :select "received, n, m, c"))
    assert.equal(3, t:fill { over = "trunc(received, 'month')" }:count())
    assert.match("unknown column 'regio'", refusal(function() return t:fill { over = "regio" } end))
  end)

  it("keeps rows without a period, rows between periods, and nulls that were there", function()
    local t = blotter.table "k int64, v int64"
    t:append_rows { { 1, 1 }, { 2, blotter.null }, { 5, 5 }, { blotter.null, 9 } }
    assert.equal("k,v 1,1 2, 3,0 4,0 5,5 ,9 ", lines(t:fill { over = "k", with = 0 }))
    assert.equal("k,v 1,1 3,0 5,5 2, ,9 ", lines(t:fill { over = "k", step = 2, with = 0 }))
    assert.equal("k,v ", lines(t:limit(0):fill { over = "k", with = 0 }))
    assert.match("step = .* is missing", refusal(function() return tips():fill { over = "received" } end))
    assert.match("not string", refusal(function() return tips():fill { over = "country" } end))
  end)
end)

describe("columns and rows by name and place", function()
  it("are renamed, dropped, and the first or last ones shown", function()
    local t = tips()
    assert.equal("place,m JP,60 ,5 ", lines(t:select "country, n":rename "place = country, m = n":tail(2)))
    assert.equal("country,n KR,120 ", lines(t:drop "received, channel, price":head(1)))
    assert.equal(6, t:tail(100):count())
    assert.match("did you mean 'country'", refusal(t.rename, t, "a = contry"))
    assert.match("two columns named 'n'", refusal(t.rename, t, "n = price"))
    assert.match("no column would be left", refusal(function() return t:select "n":drop "n" end))
  end)

  it("are described", function()
    local d = tips():describe()
    assert.equal("received,country,channel,n,price", table.concat(d:values "column", ","))
    assert.same({ 0, 1, 0, 0, 0, n = 5 }, d:values "nulls")
    assert.same({ 6, 3, 2, 6, 4, n = 5 }, d:values "distinct")
    assert.equal("2012-01-05 JP phone 5 0.10", table.concat(d:values "min", " "))
    assert.equal("2012-01-05 KR phone 120 1.00", table.concat(d:values "top", " "))
    assert.same({ 67.5, 100.0 }, { d:values "median"[4], d:values "mean"[4] })
    assert.equal("column,value,n channel,phone,4 channel,web,2 country,KR,2 ",
      lines(tips():facets { cols = "channel, country", top = 2 }:limit(3)))
  end)

  it("takes columns by how they are called", function()
    local t = blotter.csv "k,n_2018,n_2019,n_2019_flag\na,1,2,p\n"
    assert.equal("k,n_2019_flag,name,value/a,p,n_2018,1/a,p,n_2019,2/",
      (t:unpivot({ cols = "n_20*8, n_*9" }):csv():gsub("\n", "/")))
    assert.equal("k,n_2018,n_2019/a,1,2/", (t:drop("*_flag"):csv():gsub("\n", "/")))
    local ok, message = pcall(t.drop, t, "x*")
    assert.is_false(ok)
    assert.matches("drop: no column is called like x%*", message)
  end)
end)
