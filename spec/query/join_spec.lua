local answer = require "answer"
local blotter = require "blotter"

local lines = answer.lines

local function tips()
  local t = blotter.table "country string, n int64, day date"
  t:append_rows { { "KR", 5, "2012-01-01" }, { "JP", 7, "2012-01-02" }, { "KR", 9, "2012-01-05" },
    { "US", 1, "2012-02-01" }, { blotter.null, 3, "2012-02-02" } }
  return t
end

local function areas()
  local t = blotter.table "code string, name string, n int64"
  t:append_rows { { "KR", "Korea", 1 }, { "JP", "Japan", 2 }, { "FR", "France", 3 } }
  return t
end

describe("joins", function()
  it("pair rows by a condition, and keep those without partner when told", function()
    local t, a = tips(), areas()
    assert.equal("n,name 5,Korea 7,Japan 9,Korea ", lines(t:join(a, "country == code"):select "n, name"))
    assert.equal("n,name 5,Korea 7,Japan 9,Korea 1, 3, ", lines(t:left_join(a, "code == country"):select "n, name"))
    assert.equal("n,name 5,Korea 9,Korea 7,Japan ,France ",
      lines(t:right_join(a, "country == code"):order "name desc nulls last":order "code desc":select "n, name"))
    assert.equal(6, t:full_join(a, "country == code"):count())
    assert.equal("n 5 7 9 ", lines(t:semi_join(a, "country == code"):select "n"))
    assert.equal("n 1 3 ", lines(t:anti_join(a, "country == code"):select "n"))
    assert.equal(15, t:cross_join(a):count())
  end)

  it("test further conditions for each pair", function()
    local t, a = tips(), areas()
    assert.equal("n,name 5, 7,Japan 9,Korea 1, 3, ",
      lines(t:left_join(a, "country == code and n > right.n + 4"):select "n, name"))
    assert.equal("n 5 1 3 ", lines(t:anti_join(a, "country == code and left.n > right.n + 4"):select "n"))
  end)

  it("by names that both have give these columns once", function()
    local t = tips()
    local q = t:full_join(t:by "country":agg "total = sum(n)", "country")
    assert.same({ "country", "n", "day", "total" },
      { q:columns()[1].name, q:columns()[2].name, q:columns()[3].name, q:columns()[4].name })
    assert.equal("country,n,total KR,5,14 JP,7,7 KR,9,14 US,1,1 ,3, ,,3 ", lines(q:select "country, n, total"))
  end)

  it("convert keys to the type that both sides have", function()
    local a, b = blotter.table "x int64", blotter.table "y float64, z decimal(9,2)"
    a:append(2) a:append(3)
    b:append(2.0, "3.00") b:append(2.5, "2.50")
    assert.equal(1, a:join(b, "x == y"):count())
    assert.equal("x 3 ", lines(a:join(b, "x == z"):select "x"))
  end)

  it("find the last row before", function()
    local prices = blotter.table "sym string, at int64, price float64"
    for i = 1, 10 do prices:append(i % 2 == 0 and "a" or "b", i * 10, i + 0.5) end
    local asked = blotter.table "sym string, t int64"
    asked:append("a", 45) asked:append("b", 50) asked:append("a", 5) asked:append("c", 50)
    assert.equal("t,price 45,4.5 50,5.5 5, 50, ",
      lines(asked:asof_join(prices, "sym == right.sym and t >= at"):select "t, price"))
    assert.equal("t,price 45,6.5 50,7.5 5,2.5 50, ",
      lines(asked:asof_join(prices, "sym == right.sym and t < at"):select "t, price"))
  end)

  it("take what a call of reading gives, its second result too", function()
    local t = blotter.csv "a\n1\n"
    assert.equal(2, t:union_all(blotter.csv "a\n2\n"):count())
    assert.equal(2, t:cross_join(blotter.csv "b\n2\n3\n"):count())
    assert.equal(0, t:except(blotter.csv "a\n1\n"):count())
  end)

  it("refuse what they were told to refuse, and say what is wrong", function()
    local t, a = tips(), areas()
    local function message(f) return select(2, pcall(f)) end
    assert.match("multiply rows: the key KR", message(function()
      return t:join(a:union_all(a), "country == code", { validate = "many-to-one" }):count()
    end))
    assert.match("2 rows of the left side have no partner: US; null", message(function()
      return t:join(a, "country == code", { unmatched = "error" }):count()
    end))
    local many = blotter.table "country string"
    for i = 1, 5000 do many:append(i % 2 == 0 and "X" or "Y") end
    assert.match("5000 rows of the left side have no partner: Y; X; …$", message(function()
      return many:join(a, "country == code", { unmatched = "error" }):count()
    end))
    many:append_rows { { "A" }, { "B" } }
    assert.match("partner: A; B; X; …$", message(function()
      return many:order "country":join(a, "country == code", { unmatched = "error" }):count()
    end))
    assert.match("4 rows of the left side have no partner: Y; X$", message(function()
      return many:limit(4):join(a, "country == code", { unmatched = "error" }):count()
    end))
    assert.match("1 row of the left side has no partner: US", message(function()
      return t:where "country ~= nil":join(a, "country == code", { unmatched = "error" }):count()
    end))
    assert.match("did you mean 'code'", message(function() return t:join(a, "country == kode") end))
    assert.match("both sides have a column 'n'", message(function() return t:join(a, "n + 1 > 0") end))
    assert.match("int64 is compared with string", message(function() return t:join(a, "left.n == code") end))
    assert.match("give another suffix", message(function()
      return t:derive "n_right = 1":join(a, "country == code")
    end))
    assert.match("only the condition of a join", message(function() return t:where "left.n == 1" end))
  end)
end)

describe("windows", function()
  it("compute from the rows beside", function()
    local q = tips():window { by = "country", order = "day",
      derive = "running = cumsum(n), prev = lag(n), share = n / sum(n), r = rank()" }
    assert.equal("n,running,prev,share,r 5,5,,0.35714285714285715,1 7,7,,1.0,1 9,14,5,0.6428571428571429,2 " ..
      "1,1,,1.0,1 3,3,,1.0,1 ", lines(q:select "n, running, prev, share, r"))
  end)

  it("have frames of rows and of values", function()
    local t = tips()
    assert.equal("m 5.0 6.0 8.0 5.0 2.0 ",
      lines(t:window { order = "day", rows = 2, derive = "m = mean(n)" }:select "m"))
    assert.equal("m 12 21 17 13 4 ",
      lines(t:window { order = "day", rows = { 1, 1 }, derive = "m = sum(n)" }:select "m"))
    assert.equal("m 5 12 21 10 13 ",
      lines(t:window { order = "day", range = "30 days", derive = "m = sum(n)" }:select "m"))
  end)

  it("say what is wrong", function()
    local t = tips()
    local function message(options) return select(2, pcall(t.window, t, options)) end
    assert.match("missing", message { order = "day" })
    assert.match("not computed over a frame", message { rows = 3, derive = "m = median(n)" })
    assert.match("a range such as", message { order = "day", range = "1 month", derive = "m = sum(n)" })
    assert.match("inside another", message { derive = "m = lag(sum(n))" })
  end)
end)

describe("sets of rows", function()
  it("are made by the names of columns", function()
    local t, a = tips():select "country, n", areas():select "n, country = code"
    assert.equal(8, t:union_all(a):count())
    assert.equal("country KR JP US  FR ", lines(t:select "country":union(a:select "country")))
    assert.equal("country US  ", lines(t:select "country":except(a:select "country")))
    assert.equal("country KR JP ", lines(t:select "country":intersect(a:select "country")))
    assert.has_error(function() return t:union(a:select "country") end)
  end)

  it("of whole blocks and parts of them stand one behind the other", function()
    local function numbers(from, n)
      local t = blotter.table "i int64, f float64, s string"
      for i = from, from + n - 1 do t:append(i, i % 3 == 0 and blotter.null or i / 4, "text " .. i % 7) end
      return t
    end
    local parts = { numbers(1, 65536 * 2), numbers(131073, 65536), numbers(196609, 10), numbers(196619, 70000) }
    local all = parts[1]:union_all(parts[2]):union_all(parts[3]):union_all(parts[4])
    local nested = parts[1]:union_all(parts[2]):union_all(parts[3]:union_all(parts[4]))
    for _, q in ipairs { all, nested, all:collect(), nested:order "i", all:where "i > 0" } do
      local good = 0
      for i, row in q:rows() do
        if row.i ~= i or row.f ~= (i % 3 ~= 0 and i / 4 or nil) or row.s ~= "text " .. i % 7 then break end
        good = i
      end
      assert.equal(266618, good)
    end
    assert.same({ n = 266618, i = 35542712271, f = 5923807596.75 },
      all:agg "n = count(), i = sum(i), f = sum(f)":first())
    assert.same({ s = "text 3", n = 38088 }, all:by "s":agg "n = count()":where "s == 'text 3'":first())
  end)
end)
