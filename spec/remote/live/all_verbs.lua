--- Verbs that are made of others, functions and joins: answered here, by one server and by three as one another.

local answer = require "answer"
local blotter = require "blotter"
local clusters = require "clusters"

local SCHEMA = "id int64, s string, f float64, d decimal(9,2), z timestamp, b bool, t date"
local FLOATS = { 0 / 0, -0.0, 1 / 0, 1e15, 12345.678e-9 }

local function table_of_all_types()
  local t = blotter.table(SCHEMA)
  for i = 1, 300 do
    assert(t:append { n = 7, i, i % 7 ~= 0 and "s" .. i % 5 or nil, FLOATS[i % 6] or i / 4, ("%.2f"):format(i / 8),
      "2012-01-31T10:20:30.25Z", i % 3 == 0, "2012-02-29" })
  end
  return t
end

--- Each of a query and a small table beside it.
local QUESTIONS = {
  ["pivot"] = function(q)
    return q:pivot{rows="s", cols="b", value="sum(id)", totals=true}:order "s"
  end,
  ["unpivot"] = function(q)
    return q:select "id, a = id * 2, c = id + 1":unpivot{cols="a, c"}:order "id, name"
  end,
  ["fill"] = function(q)
    return q:by "m = id // 50":agg "n = count()":where "m ~= 2":fill{over="m", with=0}:order "m"
  end,
  ["describe"] = function(q)
    return q:describe():select "column, nulls, distinct, min, max"
  end,
  ["facets"] = function(q)
    return q:facets{cols = "b", top = 2}:order "column, value"
  end,
  ["string f"] = function(q)
    return q:order "id":select "id, x = string(f), y = s .. d"
  end,
  ["tail"] = function(q)
    return q:order "id":tail(3)
  end,
  ["distinct"] = function(q)
    return q:distinct "s, b":order "s, b"
  end,
  ["rollup"] = function(q)
    return q:by "rollup(s, b)":agg "n = count(), g = grouping(b)":order "s, b, g"
  end,
  ["top by"] = function(q)
    return q:top(2, "id", {by = "s"}):order "id"
  end,
  ["top f"] = function(q)
    return q:top(5, "f, id"):select"id, f"
  end,
  ["join repl"] = function(q, a)
    return q:left_join(a, "s == code"):by "area":agg "n = count(), m = mean(d)":order "area"
  end,
  ["semi"] = function(q, a)
    return q:semi_join(a, "s == code"):agg "n = count()"
  end,
  ["in q"] = function(q, a)
    return q:where("s in $q", {q = a:select "code"}):agg "n = count()"
  end,
  ["not in"] = function(q, a)
    return q:where("s not in $q", {q = a:select "code"}):agg "n = count()"
  end,
  ["self join"] = function(q)
    return q:join(q:select "id, k = id + 1", "id == k", {suffix="_x"}):agg "n = count(), s = sum(id)"
  end,
  ["self join id"] = function(q)
    return q:join(q:select "id, e = s", "id"):agg "n = count(), s = sum(id)"
  end,
  ["nulls of rows without partner"] = function(q)
    local half = q:where "id % 2 == 0":select "k = id, e = d"
    local function nulls(joined, key) return joined:by(key):agg "n = count()":where(key .. " == nil") end
    return nulls(q:left_join(half, "id == k"), "k"):union_all(nulls(half:right_join(q, "k == id"), "k"))
      :union_all(nulls(half:full_join(q, "k == id"), "k"))
  end,
  ["window"] = function(q)
    return q:window{by="s", order="id", derive=[[r = row_number(), c = cumsum(d),
      l = lag(id)]]}:order "id":select "id, r, c, l"
  end,
  ["window range"] = function(q)
    return q:window{order="z", derive="r = count()", range="1 day"}:order "id":select "id, r"
  end,
  ["median"] = function(q)
    return q:by "b":agg [[m = median(d), q = quantile(id, 0.9), mo = mode(s), st = stddev(d),
      va = variance_pop(id), p = approx_distinct(s)]]:order "b"
  end,
  ["corr"] = function(q)
    return q:agg [[c = round(1000000 * corr(id, d)), s = round(1000000 * regr_slope(id, d)),
      w = round(100 * weighted_mean(d, id))]]
  end,
  ["corr of a constant"] = function(q)
    return q:by "b":agg [[c = corr(id, 430.02), d = corr(430.02, id), s = regr_slope(id, 430.02),
      r = regr_r2(id, 430.02), o = regr_r2(430.02, id), i = regr_intercept(d, 0.1)]]:order "b"
  end,
  ["first"] = function(q)
    return q:order "id":by "b":agg "f = first(s), l = last(s), a = string_agg(s, '-')":order "b"
  end,
  ["min str"] = function(q)
    return q:agg "a = min(s), b = max(s), c = min(b), d = max(f), e = min(f), g = any(b), h = all(b)"
  end,
  ["union"] = function(q)
    return q:select "id, s":union(q:select "id = id + 1, s"):order "id, s"
  end,
  ["except"] = function(q)
    return q:select "s":except(q:where "id < 3":select "s"):order "s"
  end,
  ["cut"] = function(q)
    return q:by "c = cut(id, 10, 100)":agg "n = count()":order "c"
  end,
  ["skip"] = function(q)
    return q:order "id":skip(295)
  end,
  ["skiplimit"] = function(q)
    return q:order "d desc":skip(5):limit(3):select "id"
  end,
  ["limit0"] = function(q)
    return q:limit(0)
  end,
  ["global empty"] = function(q)
    return q:where "id < 0":agg [[n = count(), s = sum(id), m = mean(d), sd = stddev(id), mi = min(s),
      c = count_distinct(s), me = median(id)]]
  end,
  ["fiscal"] = function(q)
    return q:limit(1):select [[a = fiscal_year(t, 10), b = fiscal_quarter(t, 10), c = date_add(t, 1, 'year'),
      d = date_diff(t, z, 'month'), e = trunc(z, 'hour'), w = week(t)]]
  end,
  ["if"] = function(q)
    return q:order "id":limit(9):select [[x = if(b, id, f), y = coalesce(s, 'none'), z = nullif(id, 3),
      l = least(id, 5), g = greatest(d, 3)]]
  end,
  ["count"] = function(q)
    return q:where "b":count()
  end,
  ["params"] = function(q)
    return q:where("s == $s and id > $n", {s = "s1", n = 5}):count()
  end,
  ["zeros of both signs as keys"] = function(q)
    local z = q:select "id, z = if(id % 2 == 0, -1e0, 1e0) * 0, b"
    local zero = z:select "z"
    local function told(...)
      local all
      for _, part in ipairs { ... } do
        part = part:select "x = string(z)"
        all = all and all:union_all(part) or part
      end
      return all
    end
    local groups = z:where "id % 2 == 0":by "z, b":agg "n = count()"
    return told(zero:distinct(), zero:union(zero), zero:intersect(zero), zero:except(z:where "id < 0":select "z"),
      groups, z:by "rollup(z)":agg "n = count()"):by "x":agg "n = count()":order "x"
  end,
  ["zeros of both signs as sums"] = function(q)
    return q:where "id in (2, 4)":agg "z = sum(-0e0)":select "x = string(z)"
  end,
  ["ranges and what has no value"] = function(q)
    local z = q:select [[id, i = nullif(id % 5, 3), f = if(id % 11 == 0, 1e0 / 0, id % 7 == 0, 0e0 / 0, id % 4 * 1e0)]]
      :derive "f = if(id % 9 == 0, nil, f)"
    local all
    for _, order in ipairs { "i", "i desc", "i nulls first", "i desc nulls first", "f", "f desc", "f nulls first",
      "f desc nulls first" } do
      for _, frame in ipairs { { math.huge, 0 }, { 0, math.huge }, { 1, 1 }, { 0, 0 }, { 1, math.huge } } do
        local part = z:window { order = order, range = frame, derive = "s = sum(id), n = count()" }
          :select("of = $of, id, s, n", { of = ("%s %s %s"):format(order, frame[1], frame[2]) })
        all = all and all:union_all(part) or part
      end
    end
    return all:order "of, id"
  end,
  ["zeros of both signs as extremes"] = function(q)
    local z = q:select "id, g = id % 3, z = if(id % 2 == 0, -1e0, 1e0) * if(id % 7 == 0, nil, 0)"
    local groups = z:by "g":agg "a = min(z), b = max(z), c = min_if(z, id % 2 == 1), d = max_if(z, id % 2 == 0)"
    return groups:select "g, a = string(a), b = string(b), c = string(c), d = string(d)":order "g"
  end,
  ["zeros of both signs, running"] = function(q)
    return q:select "id, z = if(id % 3 == 0, -1e0, 1e0) * 0":where "id <= 40"
      :window { order = "id", derive = "a = cummin(z), b = cummax(z)" }
      :select "id, a = string(a), b = string(b), c = string(least(z, -z)), d = string(greatest(-z, z))":order "id"
  end,
  ["zeros of both signs, rounded"] = function(q)
    return q:order "id":limit(9):select "id, x = string(round((id - 5) / 8e0))"
  end,
  ["odd names"] = function(q)
    return q:select "`we\"ird ?name` = id, `select` = s, `ünï` = d":order "`we\"ird ?name`":limit(2)
  end,
  ["long name"] = function(q)
    local n = ("x"):rep(80)
    return q:select(("`%s1` = id, `%s2` = s"):format(n, n)):order(("`%s1`"):format(n)):limit(2)
  end,
}

describe("verbs on servers", function()
  local list, urls, here, areas, one, three
  setup(function()
    list, urls = clusters.open(3), {}
    for i, cluster in ipairs(list) do urls[i] = cluster.url end
    here, areas = table_of_all_types(), blotter.table "code string, area string"
    areas:append("s1", "one")
    areas:append("s2", "two")
    one = assert(blotter.connect(urls[1]))
    three = assert(blotter.connect { shard_by = { shared = "id" }, replicated = { "areas" }, move = 500,
      table.unpack(urls) })
    assert(here:push(one, "whole", { exists = "replace" }))
    assert(here:push(three, "shared", { exists = "replace", shard_by = "id" }))
    for _, url in ipairs(urls) do
      local db <close> = assert(blotter.connect(url))
      assert(areas:push(db, "areas", { exists = "replace" }))
    end
  end)
  teardown(function()
    one:close()
    three:close()
    clusters.close(list)
  end)

  for name, ask in pairs(QUESTIONS) do
    it("answer alike: " .. name, function()
      local own = ask(here, areas)
      local function text(x) return type(x) == "number" and tostring(x) or x:csv() end
      assert.equal(text(own), text(ask(one:table "whole", one:table "areas")))
      assert.equal(text(own), text(ask(three:table "shared", three:table "areas")))
    end)
  end

  it("take rows from here along, few in the statement and many as a table", function()
    for _, n in ipairs { 0, 1, 1000, 1001, 5000 } do
      local t = blotter.table "k int64, w string"
      for i = 1, n do t:append(i, "w'" .. i) end
      for _, far in ipairs { one:table "whole", three:table "shared" } do
        assert.equal(math.min(n, 300), far:join(t, "id == k"):where "w ~= ''":count())
        assert.equal(300 - math.min(n, 300), far:anti_join(t, "id == k"):count())
      end
    end
  end)

  it("say how many rows they would move, and how to allow it", function()
    local shared = three:table "shared"
    local twice = shared:union_all(shared)
    local message = answer.refusal(function() twice:by("b"):agg("m = median(d)"):collect() end)
    assert.is_truthy(message:find("600 rows of 3 servers would come here, more than the 500 that may", 1,
      true), message)
    assert.is_truthy(message:find("move = 600", 1, true), message)
    assert.equal(600, twice:count()) -- rows that are asked for come, however many
    assert.equal(600, #twice:pull())
    assert.is_truthy(twice:by("b"):agg("m = median(d)"):explain():find("on postgresql://", 1, true))
  end)

  it("keep groups and joins by the column of shards where they are", function()
    local shared = three:table "shared"
    local function there(q) return select(2, q:explain():gsub("\non ", "")) end
    assert.equal(0, there(shared:by("id"):agg("m = median(d)"))) -- one statement, the first line
    assert.equal(0, there(shared:join(shared:select "id, e = d", "id")))
    assert.equal(1, there(shared:join(shared:select "k = id + 1", "id == k")))
    assert.is_truthy(shared:by("id"):agg("m = median(d)"):explain():find("percentile_cont", 1, true))
  end)

  it("have both zeros on one server", function()
    local t = blotter.table "id int64, f float64"
    for i = 1, 40 do t:append(i, i % 2 == 0 and -0.0 or 0.0) end
    local db <close> = assert(blotter.connect { shard_by = { zeros = "f" }, table.unpack(urls) })
    assert(t:push(db, "zeros", { exists = "replace", shard_by = "f" }))
    local zeros = db:table "zeros"
    assert.equal("f,n\n0.0,40\n", zeros:by("f"):agg("n = count()"):csv())
    assert.equal(1600, zeros:join(zeros:select "f, k = id", "f"):count())
  end)

  it("read types that the server alone has as the user says", function()
    local session = assert(require("blotter.remote.session").open(urls[1]))
    assert(session:run [[DROP TABLE IF EXISTS odd; CREATE TABLE odd (i smallint, r real, c char(3), v varchar(5),
      n numeric, tz timestamptz, j jsonb, u uuid, a int[]); INSERT INTO odd VALUES (1, 0.5, 'ab', 'x', 12.5,
      '2012-01-31 10:00+09', '{"a": 1}', '00000000-0000-0000-0000-000000000001', '{1,2}')]])
    assert.is_truthy(answer.refusal(one.table, one, "odd"):find("column 'n' is numeric on", 1, true))
    assert.is_truthy(answer.refusal(one.table, one, "odd", { types = { n = "number" } }):find("unknown type", 1, true))
    local odd = one:table("odd", { types = { n = "decimal(9,2)", a = false } })
    assert.equal("i,r,c,v,n,tz,j,u\n1,0.5,ab,x,12.50,2012-01-31T01:00:00Z,\"{\"\"a\"\": 1}\","
      .. "00000000-0000-0000-0000-000000000001\n", odd:csv())
    session:drop()
  end)
end)
