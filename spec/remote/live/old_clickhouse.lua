--- Two ClickHouse servers of 2018, which Debian has (18.16): one alone, both as servers that share rows, and a table
-- that is Distributed over both. Only where clickhouse-server is installed.

local answer = require "answer"
local blotter = require "blotter"
local clickhouse_nodes = require "clickhouse_nodes"
local core = require "blotter.core"
local far_queries = require "far_queries"
local refusals = require "refusals"

local SCHEMA = "id int64, s string, f float64, d decimal(9,2), b bool, t date, z timestamp"

local function rows()
  local t = blotter.table(SCHEMA)
  for i = 1, 300 do
    assert(t:append { n = 7, i, i % 7 ~= 0 and "s'\\" .. i % 5 or nil, i % 6 == 0 and 0 / 0 or i / 4,
      ("%.2f"):format(i / 8), i % 3 == 0, ("20%02d-02-%02d"):format(i % 90, i % 28 + 1), "2012-01-31T22:20:30Z" })
  end
  assert(t:append { n = 7, 301, "", -0.0, "-0.05", nil, "1970-01-01", "1970-01-01T00:00:00Z" })
  assert(t:append { n = 7, 302, nil, nil, nil, nil, nil, nil })
  return t
end

local QUESTIONS = {
  function(q) return q:order "id" end,
  function(q) return q:where "b and d > 3":by "s":agg "n = count(), i = sum(id), d = sum(d), x = max(t)":order "s" end,
  function(q) return q:by "y = year(t), h = hour(z)":agg "m = mean(id), k = count_distinct(s)":order "y, h" end,
  function(q) return q:agg "a = min(s), b = max(f), c = any(b), e = mean(id), g = count_distinct(d)" end,
  function(q) return q:where "id < 0":agg "n = count(), s = sum(id), k = count_distinct(s)" end,
  function(q) return q:order "d desc, id":skip(5):limit(3):select "id, x = id // -7, y = id % -7, w = string(b)" end,
  function(q, a) return q:left_join(a, "s == code"):by "area":agg "n = count(), m = sum(d)":order "area" end,
  function(q, a) return q:semi_join(a, "s == code"):agg "n = count()" end,
  function(q, a) return q:where("s not in $q", { q = a:select "code" }):agg "n = count()" end,
  function(q) return q:select "id, s":union_all(q:select "id = id + 1000, s"):order "id, s" end,
  function(q) return q:select "s, b":except(q:where "id < 4":select "s, b"):order "s, b" end,
  function(q) return q:distinct "s, b":order "s, b" end,
  function(q) return q:select "id, n = id + 1, id2 = id":where "n > 5 and id2 < 9":order "n" end,
}

describe("ClickHouse of Debian", function()
  local list, one, both, here, areas
  setup(function()
    list = clickhouse_nodes.open()
    if not list then return end
    one = assert(blotter.connect(list[1].url))
    both = assert(blotter.connect { list[1].url, list[2].url })
    here, areas = rows(), blotter.table "code string, area string"
    areas:append("s'\\1", "one")
    areas:append("s'\\2", "two")
    assert(here:push(one, "whole", { exists = "replace" }))
    assert(here:push(both, "part", { exists = "replace" }))
    assert(one.servers[1]:run "CREATE TABLE wide AS part ENGINE = Distributed(pair, default, part, rand())")
  end)
  teardown(function()
    if not list then return end
    one:close()
    both:close()
    clickhouse_nodes.close(list)
  end)

  local function try(name, body)
    it(name, function()
      if not list then return pending "clickhouse-server is not installed" end
      body()
    end)
  end

  try("answers as here: on one server, on two, and by a Distributed table", function()
    for i, ask in ipairs(QUESTIONS) do
      local own = ask(here, areas):csv()
      assert.equal(own, ask(one:table "whole", areas):csv(), "one, " .. i)
      assert.equal(own, ask(both:table "part", areas):csv(), "two, " .. i)
      assert.equal(own, ask(one:table "wide", areas):csv(), "Distributed, " .. i)
    end
    local spread = "v = variance(id), c = floor(1e6 * corr(id, d))"
    assert.equal(here:agg(spread):csv(), one:table "whole":agg(spread):csv())
    assert.equal(here:agg(spread):csv(), both:table "part":agg(spread):csv())
    local message = answer.refusal(function() one:table "wide":agg(spread):collect() end)
    assert.is_truthy(message:find("can not merge", 1, true), message)
    assert.equal(302, one:table "wide":count())
    assert.is_true(one:table "part":count() < 302)
  end)

  try("answers random queries as here, or refuses them with a reason that is on the list", function()
    local function put(db, prefix)
      return function(name, t)
        assert(t:push(db, prefix .. name, { exists = "replace" }))
        return db:table(prefix .. name)
      end
    end
    local places = { { label = "one", put = put(one, "") }, { label = "two", put = put(both, "own_") },
      { label = "Distributed", put = function(name)
        assert(one.servers[1]:run("DROP TABLE IF EXISTS all_" .. name))
        assert(one.servers[1]:run(("CREATE TABLE all_%s AS own_%s ENGINE = Distributed(pair, default, own_%s, rand())")
          :format(name, name, name)))
        return one:table("all_" .. name)
      end } }
    for kind, n in pairs { wide = 60, types = 80 } do
      local counts = far_queries.run(kind, places, tonumber(os.getenv "BLOTTER_SEED") or 1, n, nil, true)
      for _, place in ipairs(places) do
        for message in pairs(counts.refused[place.label]) do assert.is_true(refusals.knows(message), message) end
      end
      io.write(("\n  %s: %d queries, %d answered by one, %d by two, %d by a Distributed table\n"):format(kind,
        counts.asked, counts.answered.one, counts.answered.two, counts.answered.Distributed))
    end
  end)

  try("refuses before anything is sent, by name, what came later", function()
    local whole = one:table "whole"
    local function refused(q, word)
      local moved = one.servers[1].moved
      local message = answer.refusal(function() q:collect() end)
      assert.is_truthy(message:find(word, 1, true), message)
      assert.equal(moved, one.servers[1].moved)
    end
    refused(whole:window { order = "id", derive = "x = cumsum(id)" }, "cumsum does not translate: the server has no w")
    refused(whole:agg "m = median(id)", "median does not translate: the server has no such function, which came after")
    refused(whole:right_join(areas, "s == code"), "a right join does not translate")
    assert.is_truthy(whole:agg "x = sum(id)":sql():find("toDecimal128", 1, true))
  end)

  try("takes no times that it would change, and replaces no table whose rows are elsewhere", function()
    for _, bad in ipairs { { "t", "1969-12-31" }, { "t", "2106-01-01" }, { "z", "2012-01-31T10:20:30.5Z" } } do
      local t = blotter.table(("%s %s"):format(bad[1], bad[1] == "t" and "date" or "timestamp"))
      assert(t:append(bad[2]))
      assert.is_truthy(answer.refusal(t.push, t, one, "times"):find("from 1970-01-01 to 2105-12-31", 1, true))
    end
    local _, message, code = here:push(one, "wide", { exists = "replace" })
    assert.is_truthy(message:find("table `wide` is a Distributed, whose rows are elsewhere", 1, true), message)
    assert.equal("type", code)
    assert(here:push(one, "whole", { exists = "append" }))
    assert.equal(604, one:table "whole":count())
    assert(here:push(one, "whole", { exists = "replace" }))
    assert.equal(302, one:table "whole":count())
    assert(here:push(both, "into", { exists = "replace" }))
    assert(one.servers[1]:run "CREATE TABLE over AS into ENGINE = Distributed(pair, default, into, rand())")
    assert.equal(302, here:push(one, "over", { exists = "append" }))
    assert.equal(604, one:table "over":count())
    assert.equal(604, both:table "into":count())
  end)

  try("fails clearly: sums that do not fit, wrong passwords, limits of time, columns that changed", function()
    local t = blotter.table "n int64"
    t:append(math.maxinteger)
    t:append(1)
    assert(t:push(both, "large", { exists = "replace" }))
    assert.is_truthy(answer.refusal(function() both:table "large":agg "n = sum(n)":collect() end):find "too large")
    assert(one.servers[1]:run "CREATE TABLE larger AS large ENGINE = Distributed(pair, default, large)")
    assert.is_truthy(answer.refusal(function() one:table "larger":agg "n = sum(n)":collect() end):find "overflow")
    local _, message = blotter.connect((list[1].url:gsub("geheim%-7", "wrong-secret")))
    assert.is_truthy(message:find("Wrong password", 1, true), message)
    assert.is_nil(message:find("wrong-secret", 1, true))
    local numbers = one:table("system.numbers", { types = { number = "int64" } }):where "number < 0"
    blotter.timeout = 0.3
    local why = answer.refusal(numbers.count, numbers)
    blotter.timeout = 0
    assert.is_truthy(why:find("time limit", 1, true) or why:find("Timeout exceeded", 1, true), why)
    local q = one:table "larger"
    assert(one.servers[1]:run "ALTER TABLE larger ADD COLUMN more String")
    assert.is_truthy(answer.refusal(function() q:collect() end):find("columns are others now", 1, true))
  end)

  try("gives no part of an answer when a server of a Distributed table is gone, and all when it is back", function()
    local wide, part = one:table "wide", both:table "part"
    local before = core.memory()
    clickhouse_nodes.kill(list[2])
    local function names(q, node)
      local message = answer.refusal(function() q:agg "n = sum(id)":collect() end)
      assert.is_truthy(message:find(node.url:match "@(.*)$", 1, true), message)
      assert.is_nil(message:find("geheim", 1, true))
    end
    for _ = 1, 3 do
      names(wide, list[1])
      names(part, list[2])
    end
    local t = blotter.table "n int64"
    t:append(1)
    assert.is_nil((t:push(both, "half", { exists = "replace" })))
    assert.is_true(clickhouse_nodes.start(list[2]))
    assert.equal(302, wide:count())
    assert.equal(302, part:count())
    assert.is_truthy(answer.refusal(both.table, both, "half"):find("unknown table 'half'", 1, true))
    collectgarbage()
    collectgarbage()
    assert.is_true(core.memory() < before + (1 << 20))
  end)
end)
