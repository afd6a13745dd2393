--- ClickHouse, which runs in process behind its HTTP interface (spec/support/chdb_server.js). Its answers to random
-- queries are compared in random.lua.

local answer = require "answer"
local blotter = require "blotter"
local chdb_process = require "chdb_process"
local core = require "blotter.core"

describe("ClickHouse", function()
  local chdb, url, db
  setup(function()
    chdb = chdb_process.open()
    if not chdb then return end
    url = chdb.url
    db = assert(blotter.connect(url))
  end)
  teardown(function()
    if not chdb then return end
    db:close()
    chdb.close()
  end)

  it("takes rows that are pushed whole, above or below others, or not at all", function()
    if not chdb then return pending "chdb is not installed" end
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

  it("takes no days that it would change, and replaces no view", function()
    if not chdb then return pending "chdb is not installed" end
    for _, day in ipairs { "1899-12-31", "2300-01-01" } do
      local t = blotter.table "d date, n int64"
      assert(t:append(day, 1))
      local message = answer.refusal(t.push, t, db, "days", { exists = "replace" })
      assert.is_truthy(message:find("column 'd'", 1, true) and message:find("from 1900-01-01 to 2299-12-31", 1, true))
    end
    local t = blotter.table "d date, z timestamp"
    for _, day in ipairs { "1900-01-01", "2299-12-31" } do assert(t:append(day, day .. "T23:59:59.999999Z")) end
    assert(t:push(db, "days", { exists = "replace" }))
    assert.equal(t:csv(), db:table "days":order "d":csv())
    assert(db.servers[1]:run "CREATE OR REPLACE VIEW seen AS SELECT * FROM days")
    local n, message = t:push(db, "seen", { exists = "replace" })
    assert.is_nil(n)
    assert.is_truthy(message:find("is a View, whose rows are elsewhere", 1, true), message)
    assert.equal(2, db:table "seen":count())
  end)

  it("does not find NaN among several values, which the server makes a list of", function()
    if not chdb then return pending "chdb is not installed" end
    local t = blotter.table "id int64, f float64"
    for i = 1, 60 do assert(t:append(i, i % 7 == 0 and 0 / 0 or i % 9)) end
    assert(t:push(db, "with_nan", { exists = "replace" }))
    local list, other = t:where "id in (6, 7, 8, 9, 10)":select "f", db:table "with_nan"
    for _, condition in ipairs { "f in $list", "f not in $list" } do
      assert.equal(t:where(condition, { list = list }):csv(), other:where(condition, { list = list }):order("id"):csv())
    end
  end)

  it("cuts moments before 1970 downwards", function()
    if not chdb then return pending "chdb is not installed" end
    local t = blotter.table "z timestamp"
    for _, text in ipairs { "1962-04-05T06:53:23.5Z", "1962-04-05T06:53:59.000001Z", "1969-12-31T23:59:59.999999Z",
      "1969-12-31T00:00:00Z", "1970-01-01T00:00:00.5Z", "2012-02-29T23:59:59.75Z" } do assert(t:append(text)) end
    assert(t:append { n = 1 })
    assert(t:push(db, "moments", { exists = "replace" }))
    local function cut(q)
      return q:order("z"):select([[s = trunc(z, 'second'), m = trunc(z, 'minute'), h = trunc(z, 'hour'),
        d = trunc(z, 'day'), y = trunc(z, 'month'), e = epoch(z)]]):csv()
    end
    assert.equal(cut(t), cut(db:table "moments"))
  end)

  it("is told from servers that are older, or something else", function()
    if not chdb then return pending "chdb is not installed" end
    for says, wanted in pairs { ["1.1.54394"] = "ClickHouse 1.1.54394 is too old: 18.16 or later",
      ["18.15.2"] = "too old", ["<h1>25.8</h1>"] = "is no ClickHouse", [""] = "is no ClickHouse" } do
      local pipe = io.popen(([[exec node -e "const s = require('http').createServer((q, r) => { q.resume();
        r.end('%s\n', () => s.close()) }).listen(0, '127.0.0.1', () => console.log(s.address().port))"]]):format(says))
      local _, message, code = blotter.connect(("clickhouse://me:geheim-7@127.0.0.1:%d"):format(pipe:read "n"))
      pipe:close()
      assert.is_truthy(message:find(wanted, 1, true), message)
      assert.is_nil(message:find("geheim", 1, true))
      assert.equal("io", code)
    end
  end)

  it("tells errors without a password, and goes on", function()
    if not chdb then return pending "chdb is not installed" end
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
