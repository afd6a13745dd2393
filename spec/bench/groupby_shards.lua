-- Group-by questions q1 to q9 over rows that three PostgreSQL servers share: asked of the servers in two phases, and of
-- one server that reads the others' tables through postgres_fdw, as its own plan has it. And rows that go there, beside
-- three psql \copy at once.
--
--   lua5.4 spec/bench/groupby_shards.lua CSV RUNS   prints milliseconds of both, their ratio, bytes that travelled

package.path = "spec/bench/?.lua;spec/support/?.lua;" .. package.path
local blotter = require "blotter"
local clock = require "clock"
local clusters = require "clusters"
local median = require "median"
local questions = require "questions"
local session = require "blotter.remote.session"

local csv, runs = arg[1], tonumber(arg[2])
if not runs then
  io.stderr:write "usage: lua5.4 spec/bench/groupby_shards.lua CSV RUNS\n"
  os.exit(2)
end

local function timed(work)
  local start = clock.now()
  local result = work()
  return clock.now() - start, result
end

local function run(url, sql)
  local one = assert(session.open(url))
  assert(one:run(sql))
  one:drop()
end

local COLUMNS = "id1 text, id2 text, id3 text, id4 bigint, id5 bigint, id6 bigint, v1 bigint, v2 bigint, "
  .. "v3 double precision"

--- A database on the first server whose table `x` consists of the tables of all.
local function make_front(list)
  run(list[1].url, "DROP DATABASE IF EXISTS front WITH (FORCE)")
  run(list[1].url, "CREATE DATABASE front")
  local front = list[1].url:gsub("/postgres$", "/front")
  local parts = { "CREATE EXTENSION postgres_fdw", "CREATE TABLE x (" .. COLUMNS .. ")" }
  for i, cluster in ipairs(list) do
    parts[#parts + 1] = ("CREATE SERVER s%d FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '%s', "
      .. "dbname 'postgres', fetch_size '10000', use_remote_estimate 'true', async_capable 'true')"):format(i,
      cluster.port)
    parts[#parts + 1] = ("CREATE USER MAPPING FOR postgres SERVER s%d OPTIONS (user 'postgres', password '%s')"):format(
      i, clusters.PASSWORD)
    parts[#parts + 1] = ("CREATE FOREIGN TABLE x%d () INHERITS (x) SERVER s%d OPTIONS (table_name 'x')"):format(i, i)
  end
  run(front, table.concat(parts, "; "))
  return front
end

--- Three psql \copy at once, each of a third of the rows.
local function copied(list)
  local names = {}
  for i, cluster in ipairs(list) do
    run(cluster.url, "DROP TABLE IF EXISTS copied; CREATE TABLE copied (" .. COLUMNS .. ")")
    names[i] = ("build/bench/tmp/part.%d"):format(i)
  end
  assert(os.execute(("mkdir -p build/bench/tmp && tail -n +2 %s | split -n r/3 --numeric-suffixes=1 -a 1 - "
    .. "build/bench/tmp/part."):format(csv)))
  local commands = {}
  for i, cluster in ipairs(list) do
    commands[i] = ("PGPASSWORD=%s psql -q -h 127.0.0.1 -p %s -U postgres -c \"\\copy copied from '%s' csv\" &"):format(
      clusters.PASSWORD, cluster.port, names[i])
  end
  local seconds = timed(function() assert(os.execute(table.concat(commands, " ") .. " wait")) end)
  os.execute("rm -f " .. table.concat(names, " "))
  return seconds
end

local function bytes_of(db)
  local n = 0
  for _, server in ipairs(db.servers) do n = n + server.moved end
  return n
end

local function main(list)
  local urls = {}
  for i, cluster in ipairs(list) do urls[i] = cluster.url end
  local db = assert(blotter.connect { move = math.maxinteger, table.unpack(urls) })
  local x = assert(blotter.csv(csv, { progress = false }))
  local copy = copied(list)
  local pushed = timed(function() assert(x:push(db, "x", { exists = "replace" })) end)
  print(("%d rows to three servers: push %.2f s, psql \\copy %.2f s, push has %.2f of its speed"):format(#x, pushed,
    copy, copy / pushed))
  for _, cluster in ipairs(list) do run(cluster.url, "ANALYZE x") end
  local front = assert(blotter.connect(make_front(list)))
  local shards, single = db:table "x", front:table "x"
  print "question  postgres_fdw ms  shards ms   ratio       bytes"
  for i = 1, 9 do
    local question, ours, theirs, bytes = questions[i], {}, {}, nil
    for r = 1, runs do
      local before, rows = bytes_of(db), {}
      ours[r], rows[1] = timed(function() return question.ask(shards):collect() end)
      bytes = bytes_of(db) - before
      theirs[r], rows[2] = timed(function() return question.ask(single):collect() end)
      assert(#rows[1] == #rows[2], question.name .. " has another number of rows")
    end
    print(("%-8s  %15.1f  %9.1f  %6.1f  %10d"):format(question.name, median(theirs) * 1e3, median(ours) * 1e3,
      median(theirs) / median(ours), bytes))
  end
end

local list = clusters.open(3)
local ok, problem = xpcall(main, debug.traceback, list)
clusters.close(list)
assert(ok, problem)
