--- Verbs that are made of others, functions and joins: answered here, by one server and by three as one another.

local answer = require "answer"
local blotter = require "blotter"
local clusters = require "clusters"
local far_questions = require "far_questions"

describe("verbs on servers", function()
  local list, urls, here, areas, one, three
  setup(function()
    list, urls = clusters.open(3), {}
    for i, cluster in ipairs(list) do urls[i] = cluster.url end
    here, areas = far_questions.table(), far_questions.areas()
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

  for name, ask in pairs(far_questions.ALL) do
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

  it("are given rows as the connection declares it of a table", function()
    local db <close> = assert(blotter.connect { shard_by = { placed = "b" }, replicated = { "whole_areas" },
      table.unpack(urls) })
    local function groups(q) return q:by "b":agg "n = count()":order "b":csv() end
    assert(here:push(db, "placed", { exists = "replace" }))
    assert.equal(groups(here), groups(db:table "placed"))
    assert(here:push(db, "placed", { exists = "append" }))
    assert.equal(groups(here:union_all(here)), groups(db:table "placed"))
    assert.is_truthy(answer.refusal(here.push, here, db, "placed", { exists = "replace", shard_by = "id" })
      :find("shard_by = 'id', but this connection declares 'b' of 'placed'", 1, true))
    assert.equal(areas:count(), areas:push(db, "whole_areas", { exists = "replace" }))
    assert.equal(areas:count(), db:table "whole_areas":count())
    local left, right = areas:columns()[1].name, "other"
    local function joined(t, u)
      return t:join(u:select(("%s = %s"):format(right, left)), ("%s == %s"):format(left, right)):count()
    end
    assert.equal(joined(areas, areas), joined(db:table "whole_areas", db:table "whole_areas"))
    assert.is_truthy(answer.refusal(areas.push, areas, db, "whole_areas", { exists = "replace", shard_by = left })
      :find("declares 'whole_areas' replicated", 1, true))
  end)

  it("are each named once", function()
    assert.is_truthy(answer.refusal(blotter.connect, { urls[1], urls[2], urls[1] })
      :find("address 3 is that of 1: its rows would count twice", 1, true))
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
