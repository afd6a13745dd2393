--- Random queries on ClickHouse, which runs in process behind its HTTP interface (spec/support/chdb_server.js).

local answer = require "answer"
local blotter = require "blotter"
local core = require "blotter.core"
local far_queries = require "far_queries"

local FIRST = tonumber(os.getenv "BLOTTER_SEED") or 1
local ROUNDS = tonumber(os.getenv "BLOTTER_ROUNDS") or 50
local MODULES = "build/remote/node_modules"

local function is_there()
  local file = io.open(MODULES .. "/chdb/package.json")
  if file then file:close() end
  return file ~= nil
end

describe("queries on ClickHouse", function()
  local pipe, url, db
  setup(function()
    if not is_there() then return end
    pipe = assert(io.popen("NODE_PATH=" .. MODULES .. " exec node spec/support/chdb_server.js"))
    url = ("clickhouse://default:geheim-7@127.0.0.1:%d"):format(assert(pipe:read "n"))
    db = assert(blotter.connect(url))
  end)
  teardown(function()
    if not pipe then return end
    db.servers[1]:run "SYSTEM SHUTDOWN"
    db:close()
    pipe:close()
  end)

  local function place()
    return { label = "ClickHouse", put = function(name, t)
      assert(t:push(db, name, { exists = "replace" }))
      return db:table(name)
    end }
  end

  --- Three databases, as if they were on three servers.
  local function three()
    local shards = assert(blotter.connect { url .. "/one", url .. "/two", url .. "/three" })
    return { label = "three of ClickHouse", put = function(name, t)
      assert(t:push(shards, name, { exists = "replace" }))
      return shards:table(name)
    end }
  end

  local function try(kind, rounds, least, where)
    if not pipe then return pending "chdb is not installed" end
    far_queries.refused = {}
    local asked, answered = far_queries[kind]((where or place)(), FIRST, rounds)
    io.write(("\n  %s on ClickHouse: %d queries, %d answered\n"):format(kind, asked, answered))
    for reason in pairs(far_queries.refused) do assert.is_truthy(reason:find("clickhouse: ", 1, true), reason) end
    assert.is_true(answered >= asked * least)
  end

  it("over all types are answered as here, or refused", function() try("types", ROUNDS // 2, 0.7) end)
  it("of several verbs are answered as here, or refused", function() try("composed", ROUNDS // 2, 0.6) end)

  it("over all types are answered by three as here, or refused", function()
    try("types", ROUNDS // 10, 0.7, three)
  end)
  it("of several verbs are answered by three as here, or refused", function()
    try("composed", ROUNDS // 10, 0.6, three)
  end)

  it("take rows that are pushed whole, above or below others, or not at all", function()
    if not pipe then return pending "chdb is not installed" end
    local t = blotter.table "id int64, s string, d date, z timestamp, f float64, m decimal(9,2), b bool"
    assert(t:append { n = 7, 1, "a'\\\n\t\"", "2012-01-31", "2012-01-31T10:20:30.25Z", 0 / 0, "1.50", true })
    assert(t:append { n = 7, 2, "", nil, nil, -1 / 0, "-0.25", nil })
    assert(t:append { n = 7 })
    assert.equal(3, t:push(db, "all types", { exists = "replace" }))
    assert.equal(t:csv(), db:table("all types"):order("id"):csv())
    assert.is_truthy(select(2, t:push(db, "all types")):find("already exists", 1, true))
    assert.equal(3, t:push(db, "all types", { exists = "append" }))
    assert.equal(6, db:table("all types"):count())
  end)

  it("tell errors without a password, and go on", function()
    if not pipe then return pending "chdb is not installed" end
    local _, message = blotter.connect((url:gsub("geheim%-7", "wrong-secret")))
    assert.is_truthy(message:find("Authentication failed", 1, true), message)
    assert.is_nil(message:find("wrong-secret", 1, true))
    local t = blotter.table "n int64"
    t:append(math.maxinteger)
    assert(t:push(db, "large", { exists = "replace" }))
    assert.is_truthy(answer.refusal(function() db:table("large"):select("x = n + 1"):collect() end):find "Int64")
    assert.equal(math.maxinteger, db:table("large"):agg("n = sum(n)"):value())
    local q = db:table "large"
    assert(db.servers[1]:run "ALTER TABLE large ADD COLUMN more String")
    assert.is_truthy(answer.refusal(function() q:collect() end):find("columns are others now", 1, true))
    local before = core.memory()
    for _ = 1, 20 do db:table("large"):select("n"):collect() end
    collectgarbage()
    collectgarbage()
    assert.is_true(core.memory() < before + (1 << 20))
    _, message = blotter.connect "clickhouse://127.0.0.1:1/x"
    assert.is_truthy(message:find("127.0.0.1", 1, true), message)
  end)
end)
