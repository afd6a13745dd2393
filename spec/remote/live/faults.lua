--- What goes wrong with servers: each is a clear error, never a part of an answer, and blotter lives on.

local answer = require "answer"
local blotter = require "blotter"
local clusters = require "clusters"
local core = require "blotter.core"

describe("servers that fail", function()
  local list, urls, rows
  setup(function()
    list = clusters.open(3)
    urls = {}
    for i, cluster in ipairs(list) do urls[i] = cluster.url end
    rows = blotter.table "id int64, s string, n int64"
    local columns = { id = {}, s = {}, n = {} }
    for i = 1, 30000 do columns.id[i], columns.s[i], columns.n[i] = i, "s" .. i % 10, i % 100 end
    assert(rows:append_columns(columns))
    local db <close> = assert(blotter.connect { table.unpack(urls) })
    assert(rows:push(db, "rows", { exists = "replace", shard_by = "id" }))
  end)
  teardown(function() clusters.close(list) end)
  after_each(function() blotter.timeout = 0 end)

  local function all() return assert(blotter.connect { table.unpack(urls) }) end

  local function as_user(cluster, user, password)
    return ("postgresql://%s:%s@127.0.0.1:%d/postgres"):format(user, password, cluster.port)
  end

  --- Without the password, wherever it could stand.
  local function discreet(message)
    assert.is_nil(tostring(message):find(clusters.PASSWORD, 1, true), message)
    return message
  end

  --- The first line of what a server says to a statement of another connection.
  local function told(cluster, sql)
    local pipe = io.popen(("PGPASSWORD=%s psql -h 127.0.0.1 -p %d -U postgres -Atc \"%s\""):format(clusters.PASSWORD,
      cluster.port, sql))
    local line = pipe:read "l"
    pipe:close()
    return line
  end

  --- How many statements over the slow table run on a server.
  local function busy(cluster)
    return tonumber(told(cluster, "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE "
      .. "'%slow%' AND pid <> pg_backend_pid()"))
  end

  --- The server closes all connections but this one.
  local function hang_up(cluster)
    told(cluster, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
      .. "backend_type = 'client backend'")
  end

  --- A table whose scan takes very long on that server.
  local function slow(cluster, seconds)
    local session = assert(require("blotter.remote.session").open(cluster.url))
    assert(session:run "DROP VIEW IF EXISTS slow")
    assert(session:run(("CREATE VIEW slow AS SELECT 1::bigint AS id, pg_sleep(%d)::text AS s"):format(seconds)))
    session:drop()
  end

  it("are told without a password", function()
    local made, message, code = blotter.connect(as_user(list[1], "postgres", "wrong-secret"))
    assert.is_nil(made)
    assert.equal("io", code)
    assert.is_truthy(message:find("password authentication failed", 1, true), message)
    assert.is_nil(message:find("wrong-secret", 1, true))
    for _, url in ipairs { "postgresql://u:geheim-7@127.0.0.1:1/x", "postgresql://u:geheim-7@[broken", "postgresql://"
      .. "127.0.0.1:1/x?user=u&password=geheim-7", "postgresql://u:geheim-7@127.0.0.1:1/x?nonesuch=1" } do
      local _, problem = blotter.connect(url)
      discreet(problem)
    end
    local db <close> = all()
    discreet(tostring(db))
    discreet(db:table("rows"):agg("n = sum(n)"):explain())
  end)

  it("are named where only one of them lacks a table, or has a column that is nothing here", function()
    local second = assert(require("blotter.remote.session").open(urls[2]))
    local db <close> = all()
    assert(rows:limit(9):push(db, "partly", { exists = "replace" }))
    for _, try in ipairs { { "DROP TABLE partly", "unknown table 'partly'" },
      { "CREATE TABLE partly (id bigint, s text, n point)", "column 'n' is point" } } do
      local sql, wanted = table.unpack(try)
      assert(second:run(sql))
      local message = discreet(answer.refusal(function() db:table "partly" end))
      assert.is_truthy(message:find(wanted, 1, true), message)
      assert.is_truthy(message:find(":" .. list[2].port, 1, true), message)
    end
    second:drop()
  end)

  it("before a query: the query fails, and works again when the server does", function()
    local db <close> = all()
    local q = db:table("rows"):by("s"):agg "n = sum(n), c = count()":order "s"
    local before = q:csv()
    clusters.kill(list[2])
    local message = discreet(answer.refusal(function() q:collect() end))
    assert.is_truthy(message:find(":" .. list[2].port, 1, true), message)
    clusters.start(list[2])
    assert.equal(before, q:csv())
  end)

  it("between queries are connected to again", function()
    local db <close> = all()
    local q = db:table("rows"):agg "c = count()"
    assert.equal(30000, q:value())
    clusters.kill(list[3])
    clusters.start(list[3])
    assert.equal(30000, q:value())
  end)

  it("close connections that wait: they are made again for whatever comes next", function()
    local db <close> = all()
    local few, many = blotter.table "k int64", db:table "rows"
    for k = 1, 2000 do few:append(k) end
    for what, ask in pairs { ["a query"] = function() return many:count() == 30000 end,
      ["names"] = function() return #db:tables() > 0 end,
      ["columns"] = function() return #db:table("rows"):columns() == 3 end,
      ["a plan"] = function() return many:explain():find "about [%d,]+ rows" end,
      ["rows that are lent"] = function() return many:semi_join(few, "id == k"):count() == 2000 end,
      ["rows that are pushed"] = function() return few:push(db, "few", { exists = "replace" }) == 2000 end } do
      hang_up(list[2])
      assert.is_truthy(ask(), what)
    end
  end)

  it("go away while rows are pushed: no server has any", function()
    local db <close> = all()
    local server, pieces = db.servers[2], 0
    function server:put(text)
      pieces = pieces + 1
      if pieces == 2 then hang_up(list[2]) end
      return getmetatable(self).__index.put(self, text)
    end
    local many = rows:cross_join(rows:limit(40):select "m = id")
    local n, message, code = many:push(db, "lost", { exists = "replace" })
    assert.is_nil(n)
    assert.equal("io", code)
    assert.is_truthy(discreet(message):find(":" .. list[2].port, 1, true), message)
    for _, cluster in ipairs(list) do assert.equal("t", told(cluster, "SELECT to_regclass('lost') IS NULL")) end
    assert.equal(30000, db:table("rows"):count())
  end)

  it("during a query: no part of an answer", function()
    for i = 1, 3 do slow(list[i], i == 2 and 30 or 0) end
    local db <close> = all()
    local q = db:table "slow"
    -- a child kills the second server as soon as the query runs there
    local killer = io.popen(("while ! PGPASSWORD=%s psql -h 127.0.0.1 -p %d -U postgres -Atc \"SELECT 1 FROM "
      .. "pg_stat_activity WHERE state = 'active' AND query LIKE '%%COPY%%slow%%' AND pid <> pg_backend_pid()\" | "
      .. "grep -q 1; do :; done; %s"):format(clusters.PASSWORD, list[2].port, clusters.kill_command(list[2])))
    local message = discreet(answer.refusal(function() q:collect() end))
    killer:close()
    assert.is_truthy(message:find(":" .. list[2].port, 1, true), message)
    clusters.start(list[2])
    assert.equal(30000, db:table("rows"):count())
  end)

  it("that are slow end at the time limit, there too", function()
    for i = 1, 3 do slow(list[i], i == 2 and 30 or 0) end
    local db <close> = all()
    local q = db:table "slow"
    blotter.timeout = 0.5
    local message = answer.refusal(function() q:collect() end)
    assert.is_truthy(message:find "timeout", message)
    blotter.timeout = 0
    assert.equal(0, busy(list[2]))
    assert.equal(30000, db:table("rows"):count())
  end)

  it("that do not even answer a request to cancel are left at the time limit", function()
    if not list[2].folder then return pending "clusters that others started" end
    local db <close> = all()
    local q = db:table "rows"
    blotter.timeout = 0.5
    clusters.signal(list[2], "STOP")
    local ok, message = pcall(q.count, q)
    clusters.signal(list[2], "CONT")
    assert.is_false(ok)
    assert.is_truthy(message:find("time limit passed", 1, true), message)
    blotter.timeout = 0
    assert.equal(30000, q:count())
  end)

  it("are told when a query is interrupted", function()
    slow(list[1], 30)
    local db <close> = assert(blotter.connect(urls[1]))
    local q = db:table "slow"
    local message = answer.refusal(function()
      debug.sethook(function() -- as Ctrl-C does, once the query runs there
        if busy(list[1]) == 0 then return end
        debug.sethook()
        error "interrupted!"
      end, "", 1000)
      q:collect()
    end)
    debug.sethook()
    assert.is_truthy(message:find("interrupted", 1, true), message)
    assert.equal(0, busy(list[1]))
    assert.equal(3, #db:table("rows"):columns())
  end)

  it("whose tables change are told to be asked again", function()
    local db <close> = assert(blotter.connect(urls[1]))
    local session = assert(require("blotter.remote.session").open(urls[1]))
    assert(rows:limit(10):push(db, "changing", { exists = "replace" }))
    local q = db:table "changing"
    assert.equal(10, #q:collect())
    assert(session:run "ALTER TABLE changing ALTER n TYPE text")
    assert.is_truthy(answer.refusal(function() q:collect() end):find("its columns are others now", 1, true))
    assert.equal("string", db:table("changing"):columns()[3].type)
    assert(session:run "DROP TABLE changing")
    assert.is_truthy(answer.refusal(function() q:collect() end):find "changing")
    session:drop()
  end)

  it("keep limits of time of their own, unless blotter's is shorter", function()
    local session = assert(require("blotter.remote.session").open(urls[1]))
    slow(list[1], 1)
    assert(session:run("DROP ROLE IF EXISTS hurried; CREATE ROLE hurried LOGIN PASSWORD 'quickly'; "
      .. "ALTER ROLE hurried SET statement_timeout = '50ms'; GRANT SELECT ON slow TO hurried"))
    session:drop()
    local db <close> = assert(blotter.connect(as_user(list[1], "hurried", "quickly")))
    for _, seconds in ipairs { 0, 60 } do
      blotter.timeout = seconds
      local q = db:table "slow"
      assert.is_truthy(answer.refusal(function() q:collect() end):find("statement timeout", 1, true))
    end
  end)

  it("check all rows before any keeps them, and tell how many have them when one dies after that", function()
    local db <close> = all()
    local few = rows:limit(30)
    assert(few:push(db, "late", { exists = "replace" }))
    for i = 1, 3 do -- a small table is spread, too
      local one <close> = assert(blotter.connect(urls[i]))
      assert.is_true(one:table "late":count() > 5)
    end
    local session = assert(require("blotter.remote.session").open(urls[3]))
    assert(session:run [[CREATE OR REPLACE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'not today'; END $$; CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION never()]])
    local n, message = few:push(db, "late", { exists = "append" })
    assert.is_nil(n)
    assert.is_truthy(discreet(message):find("not today", 1, true), message)
    assert.equal(30, db:table "late":count())
    assert(session:run "DROP TRIGGER late ON late")
    session:drop()
    local last = db.servers[3]
    function last:commit()
      hang_up(list[3])
      return getmetatable(self).__index.commit(self)
    end
    n, message = few:push(db, "late", { exists = "append" })
    assert.is_nil(n)
    assert.is_truthy(discreet(message):find("the first 2 of 3 servers have their rows already", 1, true), message)
  end)

  it("take all rows that are pushed, or none", function()
    local db <close> = all()
    local text = blotter.table "s string"
    for i = 1, 1000 do text:append("x" .. i) end
    text:append "a\0b" -- no text for PostgreSQL
    local n, message = text:push(db, "broken", { exists = "replace" })
    assert.is_nil(n)
    assert.is_truthy(message:find "encoding", message)
    for _, url in ipairs(urls) do
      local one <close> = assert(blotter.connect(url))
      assert.is_false(pcall(one.table, one, "broken"))
    end
  end)

  it("leave nothing behind", function()
    local db = all()
    local q = db:table("rows"):by("s"):agg "n = sum(n)"
    q:collect()
    collectgarbage()
    local before = core.memory()
    for _ = 1, 20 do
      q:collect()
      pcall(function() db:table("rows"):select("x = 1 // 0 + int64(s)"):collect() end)
    end
    collectgarbage()
    collectgarbage()
    assert.is_true(core.memory() < before + (1 << 20))
    db:close()
    assert.is_truthy(answer.refusal(function() q:collect() end):find("closed", 1, true))
  end)
end)
