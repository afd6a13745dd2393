--- Queries by name with typed parameters, and queries of one value as parameters.

local answer = require "answer"
local blotter = require "blotter"

local refusal = answer.refusal

describe("a query by name", function()
  local db = blotter.memory()
  local t = db:create("tips", "day date, n int64, price decimal(9,2)")
  t:append_rows { { "2012-01-01", 5, "1.10" }, { "2012-01-02", 7, "2.20" }, { "2012-01-03", 9, "3.30" } }
  blotter.query { name = "busy", params = { { name = "least", type = "int64", default = 6 },
    { name = "since", type = "date" }, { name = "share", type = "float64", default = 1 } },
    build = function(from, params)
      return from:table "tips":where("n >= $least and ($since == nil or day >= $since) and $share > 0", params)
    end }
  blotter.query { name = "needy", params = { { name = "day", type = "date", required = true } },
    build = function(from, params) return from:table "tips":where("day == $day", params) end }
  blotter.query { name = "none", build = function() end }

  it("takes its parameters, or their defaults, and goes on", function()
    assert.equal(2, db:query "busy":count())
    assert.equal(9, db:query("busy", { since = "2012-01-03" }):select "n":value())
    assert.equal(3, #db:query("busy", { least = -1, share = 0.5 }))
    assert.equal(5, db:query("needy", { day = "2012-01-01" }):first().n)
  end)

  it("refuses what is no value of a parameter's type", function()
    for message, params in pairs { ["parameter 'since': .*2012%-02%-30"] = { since = "2012-02-30" },
      ["parameter 'least': "] = { least = "many" }, ["unknown option 'leats': did you mean 'least'"] = { leats = 5 },
      ["parameter 'share'"] = { share = "x" } } do
      assert.matches(message, refusal(function() return db:query("busy", params) end))
    end
    assert.matches("parameter 'least': ", refusal(function() return db:query("busy", { least = 1.5 }) end))
    assert.matches("needs the parameter 'day' %(date%)", refusal(function() return db:query "needy" end))
    assert.matches("unknown query 'bsy': did you mean 'busy'", refusal(function() return db:query "bsy" end))
    assert.matches("has no parameters", refusal(function() return db:query("none", { a = 1 }) end))
    assert.matches("gave a nil, no query", refusal(function() return db:query "none" end))
    assert.matches("no type 'int65'",
      refusal(blotter.query, { name = "x", params = { { name = "a", type = "int65" } }, build = print }))
    assert.matches("parameter 'a': ",
      refusal(blotter.query, { name = "x", params = { { name = "a", type = "date", default = "x" } }, build = print }))
  end)
end)

describe("a query of one value as a parameter", function()
  local t = blotter.table "n int64, price decimal(18,4), d date, m timestamp, s string, b bool, f float64"
  t:append_rows { { 1, "12345678901234.5678", "2012-01-01", "2012-01-01T10:00:00.000001Z", "a'b", true, 0.1 },
    { 5, "2.0", "2013-01-01", "2013-01-01", "c", false, 0.3 } }

  it("is exactly that value, of each type", function()
    for _, name in ipairs { "n", "price", "d", "m", "s", "b", "f" } do
      local first = t:limit(1):select(name)
      for _, source in ipairs { first, first:collect() } do
        assert.equal(1, t:where(name .. " == $v", { v = source }):count(), name)
        assert.equal(1, t:where(name .. " in $v", { v = source }):count(), name)
      end
    end
    assert.equal(1, t:where("m > $d and m < $d + 1", { d = t:select "d":limit(1) }):count())
    assert.same({ 0.25, 1.25, n = 2 }, t:select("x = n / $sum", { sum = t:agg "s = sum(n) - 2" }):values "x")
  end)

  it("is null when it has no row, and an error when it is no value", function()
    assert.equal(0, t:where("n > $v", { v = t:where "false":select "n" }):count())
    assert.equal(2, t:where("$v == nil", { v = t:where "false":select "n" }):count())
    assert.matches("%$v: a query of one row expected, got more\n  n > %$v\n      %^%^",
      refusal(function() return t:where("n > $v", { v = t:select "n" }) end))
    assert.matches("one column expected, got 7", refusal(function() return t:where("n > $v", { v = t }) end))
  end)

  it("updates rows", function()
    local changed = blotter.table "n int64, price decimal(9,2)"
    changed:append_rows { { 1, "1.50" }, { 2, "2.50" } }
    assert.equal(2, changed:update("true", "n = $top, price = $least",
      { top = changed:agg "m = max(n)", least = changed:agg "m = min(price)" }))
    assert.equal("n,price\n2,1.50\n2,1.50\n", changed:csv())
  end)
end)
