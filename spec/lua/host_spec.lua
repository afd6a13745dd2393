--- Functions of the user's in expressions: lua($f, x).

local answer = require "answer"
local blotter = require "blotter"

local refusal = answer.refusal

describe("lua($f, x)", function()
  local t = blotter.table "g string, n int64, f float64, d date"
  t:append_rows { { "KR", 1, 0 / 0, "2012-01-01" }, { "JP", 2, 0 / 0, "2012-01-02" },
    { blotter.null, 3, 1.5, blotter.null }, { "KR", 4, 2.5, "2012-01-01" } }
  local threads = blotter.threads
  after_each(function() blotter.threads = threads end)

  it("stands in every verb, and is asked once for each value", function()
    local asked = {}
    local function low(s)
      asked[#asked + 1] = s
      return s:lower()
    end
    local params = { low = low, minus = function(n) return -n end, even = function(n) return n % 2 == 0 end }
    assert.same({ "kr", "jp", nil, "kr", n = 4 }, t:select("l = lua($low, g)", params):values(1))
    assert.same({ "KR", "JP" }, asked)
    assert.equal(6, t:where("lua($even, n, 'bool')", params):agg "s = sum(n)":value())
    assert.equal("l,s\nkr,-5\njp,-2\n,-3\n", t:by("l = lua($low, g)", params)
      :agg("s = sum(lua($minus, n))", params):csv())
    assert.equal(4, t:order("lua($minus, n)", params):first().n)
    assert.same({ -1, -2, -3, -5, n = 4 },
      t:window { by = "lua($low, g)", order = "n", derive = "r = cumsum(lua($minus, n))", params = params }:values "r")
    assert.equal(5, t:join(t, "lua($low, left.g) == lua($low, right.g)", { params = params }):count())
    assert.equal("KRx", t:select("x = upper(lua($low, g)) .. 'x'", params):first().x)
    assert.equal(10, t:limit(1):select("x = lua($twice, 5)", { twice = function(n) return 2 * n end }):value())
    assert.same({ true, true, nil, nil, n = 4 }, t:select("x = lua($f, f, 'bool')",
      { f = function(x) if x ~= x then return true end end }):values(1))
  end)

  it("gives any type that it names, null for nil", function()
    for kind, value in pairs { bool = true, int64 = 7, float64 = 0.5, string = "x", date = "2012-02-29",
      timestamp = "2012-02-29T01:02:03Z", ["decimal(9,2)"] = 1.25 } do
      local given = t:select(("x = lua($f, n, '%s')"):format(kind),
        { f = function(n) if n > 1 then return value end end })
      assert.equal(kind, given:columns()[1].type)
      assert.same({ nil, value, value, value, n = 4 }, given:values(1))
    end
  end)

  it("names the value and the row of an error", function()
    local function ask(f, what)
      return refusal(function() return t:select(what or "x = lua($f, n)", { f = f }):csv() end)
    end
    assert.matches("host_spec.lua:%d+: .*nil value.* %(lua of 3, row 3%)$",
      ask(function(n) return n < 3 and n or nil + n end))
    assert.matches("lua of 'KR', row 1: a string expected, got an integer",
      ask(function() return 1 end, "x = lua($f, g)"))
    assert.matches("lua of 2012%-01%-01, row 1: ", ask(function() return "soon" end, "x = lua($f, d)"))
    local thrown = {}
    assert.equal(thrown, ask(function() error(thrown) end))
    assert.matches("yield", ask(function() coroutine.yield() end))
    assert.matches("%^%^", refusal(function() t:select("x = lua(n)") end))
    assert.matches("a function expected", refusal(function() t:select("x = lua($f, n)", { f = 1 }) end))
    assert.matches("no type 'int'", refusal(function() t:select("x = lua($f, n, 'int')", { f = print }) end))
    assert.equal(4, t:count())
  end)

  it("may call blotter, and change nothing that is read", function()
    local seen = t:select("x = lua($f, n)", { f = function(n) return t:where("n >= $n", { n = n }):count() end })
    assert.same({ 4, 3, 2, 1, n = 4 }, seen:values(1))
    assert.matches("busy", refusal(function()
      return t:select("x = lua($f, n)", { f = function(n) assert(t:append("x", n, 1, nil)) return n end }):csv()
    end))
    assert.matches("busy", refusal(function()
      return t:select("x = lua($f, n)", { f = function(n) blotter.threads = 1 return n end }):csv()
    end))
    local changed = blotter.table "n int64"
    changed:append_rows { { 1 }, { 2 } }
    assert.equal(1, changed:update("lua($f, n, 'bool')", "n = lua($g, n)",
      { f = function(n) return n > 1 end, g = function(n) return n * 10 end }))
    assert.equal(1, changed:delete("lua($f, n, 'bool')", { f = function(n) return n < 5 end }))
    assert.equal("n\n20\n", changed:csv())
  end)

  it("is kept by its query, and forgets with each run", function()
    local factor = 1
    local q = t:select("x = lua($f, n)", { f = function(n) return n * factor end }):order "x desc"
    collectgarbage()
    collectgarbage()
    assert.equal(4, q:first().x)
    factor = 2
    assert.equal(8, q:first().x)
    assert.same({ 8, 6, 4, 2, n = 4 }, q:values(1))
  end)

  it("runs on the one thread that knows Lua", function()
    local big = blotter.table "n int64"
    local append = big:appender()
    for i = 1, 200000 do append(i % 5000) end
    blotter.threads = 4
    local main, calls = coroutine.running(), 0
    local rest = big:by("r = lua($f, n)", { f = function(n)
      assert(coroutine.running() == main)
      calls = calls + 1
      return n % 7
    end }):agg "c = count()"
    assert.equal(200000, rest:agg "sum(c)":value())
    assert.equal(5000, calls)
  end)
end)
