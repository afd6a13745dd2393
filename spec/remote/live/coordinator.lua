--- One server whose tables consist of tables of three, by postgres_fdw: groups are one statement in two phases.

local blotter = require "blotter"
local clusters = require "clusters"
local far_queries = require "far_queries"
local wide_query = require "wide_query"

describe("a coordinator", function()
  local list, shards, front, here
  setup(function()
    local urls = {}
    list = clusters.open(3)
    for i, cluster in ipairs(list) do urls[i] = cluster.url end
    shards = assert(blotter.connect(urls))
    here = blotter.table "id int64, s string, n int64"
    for i = 1, 3000 do here:append(i, "s" .. i % 10, i % 100) end
    assert(here:push(shards, "x", { exists = "replace" }))
    local columns = "number bigint, %s"
    local function sql(schema)
      return columns:format((schema:gsub("int64", "bigint"):gsub("float64", "double precision"):gsub("string", "text")
        :gsub("decimal", "numeric"):gsub("bool", "boolean")))
    end
    front = assert(blotter.connect(clusters.front(list, { x = "id bigint, s text, n bigint",
      t = sql(wide_query.T.schema), o = sql(wide_query.O.schema) })))
  end)
  teardown(function()
    shards:close()
    front:close()
    clusters.close(list)
  end)

  it("aggregates each table where it lies, and merges the parts", function()
    local function ask(q) return q:where "n > 5":by "s":agg "n = sum(n), c = count(), m = mean(id)":order "s" end
    local far = ask(front:table "x")
    assert.equal(ask(here):csv(), far:csv())
    local text = far:sql()
    assert.equal(3, select(2, text:gsub("UNION ALL", "")))
    assert.is_truthy(text:find('FROM ONLY x2 AS', 1, true), text)
    assert.is_truthy(far:explain():find("UNION ALL", 1, true))
    local session = assert(require("blotter.remote.session").open(list[1].url:gsub("/postgres$", "/front")))
    local plan = {}
    assert(session:send("EXPLAIN (VERBOSE) " .. front:table "x":by "s":agg "n = sum(n), c = count()":sql(), true))
    repeat
      local event, piece = session:next()
      plan[#plan + 1] = event == "data" and piece or nil
    until event ~= "data"
    session:drop()
    assert.equal(3, select(2, table.concat(plan):gsub("Relations: Aggregate on", ""))) -- the servers aggregate
  end)

  it("leaves what is not merged of parts to the server", function()
    local x = front:table "x"
    assert.is_nil(x:by "s":agg "m = median(n)":sql():find("UNION ALL", 1, true))
    assert.equal(here:by "s":agg "m = median(n), d = count_distinct(n)":order "s":csv(),
      x:by "s":agg "m = median(n), d = count_distinct(n)":order "s":csv())
    assert.equal(3000, x:count())
  end)

  it("answers random queries as here", function()
    local counts = far_queries.run("wide", { { label = "coordinator", put = function(name, t)
      assert(t:push(shards, name, { exists = "replace" }))
      return front:table(name)
    end } }, tonumber(os.getenv "BLOTTER_SEED") or 1, (tonumber(os.getenv "BLOTTER_QUERIES") or 600) // 6)
    assert.is_true(counts.answered.coordinator > counts.asked * 0.95)
  end)
end)
