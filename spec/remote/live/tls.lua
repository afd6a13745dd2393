--- Connections that are encrypted, to servers whose certificate nobody else signed.

local blotter = require "blotter"
local chdb_process = require "chdb_process"
local clusters = require "clusters"

describe("TLS", function()
  local list, pem, chdb
  setup(function()
    list = clusters.open(1)
    pem = clusters.secure(list[1])
    chdb = chdb_process.open(pem)
  end)
  teardown(function()
    if chdb then chdb.close() end
    os.remove(pem)
    clusters.close(list)
  end)

  it("to PostgreSQL is what libpq makes of sslmode", function()
    local url = list[1].url:gsub("127.0.0.1", "localhost")
    local function connected(options) return blotter.connect(url .. "?" .. options) end
    local t = blotter.table "n int64"
    t:append(7)
    for _, options in ipairs { "sslmode=require", "sslmode=verify-full&sslrootcert=" .. pem } do
      local db <close> = assert(connected(options))
      assert(t:push(db, "secret", { exists = "replace" }))
      assert.equal(7, db:table "secret":value())
      local session = assert(require("blotter.remote.session").open(url .. "?" .. options))
      assert(session:send("SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()", true))
      assert.equal("true\n", select(2, session:next()))
      session:drop()
    end
    local made, message = connected "sslmode=verify-full"
    assert.is_nil(made)
    assert.is_truthy(message:find("certificate", 1, true), message)
    made, message = blotter.connect(list[1].url .. "?sslmode=verify-full&sslrootcert=" .. pem)
    assert.is_nil(made)
    assert.is_truthy(message:find('does not match host name "127.0.0.1"', 1, true), message)
    assert.is_nil(message:find(clusters.PASSWORD, 1, true))
  end)

  it("to ClickHouse is HTTPS, whose certificates the system or cafile signs", function()
    if not chdb then return pending "chdb is not installed" end
    local db <close> = assert(blotter.connect(chdb.secure .. "&cafile=" .. pem))
    local t = blotter.table "n int64"
    t:append(7)
    assert(t:push(db, "secret", { exists = "replace" }))
    assert.equal(7, db:table "secret":value())
    local made, message = blotter.connect(chdb.secure)
    assert.is_nil(made)
    assert.is_truthy(message:find("certificate", 1, true), message)
    assert.is_nil(message:find("geheim", 1, true))
    assert.is_nil((blotter.connect(chdb.secure:gsub("localhost", "127.0.0.1") .. "&cafile=" .. pem)))
  end)
end)
