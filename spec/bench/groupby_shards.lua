-- Group-by questions q1 to q9 over rows that three PostgreSQL servers share: asked of the servers in two phases; of one
-- server that reads the others' tables through postgres_fdw, as one statement in two phases and as its own plan has it.
-- And rows that go there, beside three psql \copy at once.
--
--   lua5.4 spec/bench/groupby_shards.lua CSV RUNS [QUESTIONS]   prints milliseconds, ratios and bytes that travelled,
--   medians of so many runs, or of fewer where they take long; "1,2,3" asks some of the questions

package.path = "spec/bench/?.lua;spec/support/?.lua;" .. package.path
local blotter = require "blotter"
local clock = require "clock"
local clusters = require "clusters"
local median = require "median"
local questions = require "questions"
local session = require "blotter.remote.session"

local LONG = 3 -- seconds: what took as long is not asked again

local csv, runs, wanted = arg[1], tonumber(arg[2]), arg[3]
io.stdout:setvbuf "line"
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
  for _, cluster in ipairs(list) do run(cluster.url, "DROP TABLE copied") end
  return seconds
end

local function bytes_of(db)
  local n = 0
  for _, server in ipairs(db.servers) do n = n + server.moved end
  return n
end

--- The median of a question's seconds over a table, and how many rows it has.
local function asked(question, table)
  local times, spent, answer = {}, 0, nil
  while #times < runs and spent <= LONG do
    local seconds
    seconds, answer = timed(function() return question.ask(table):collect() end)
    times[#times + 1], spent = seconds, spent + seconds
  end
  return median(times), #answer, #times
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
  local front = assert(blotter.connect(clusters.front(list, { x = COLUMNS })))
  local tables = { db:table "x", front:table "x", front:table "x" }
  tables[3].sources[1].parts = nil -- its own plan
  print "question  postgres_fdw ms  coordinator ms  shards ms  fdw:coordinator  fdw:shards       bytes"
  for number in (wanted or "1,2,3,4,5,6,7,8,9"):gmatch "%d" do
    local question, before = questions[tonumber(number)], bytes_of(db)
    local shards, rows, times = asked(question, tables[1])
    local bytes = (bytes_of(db) - before) // times
    local coordinator, coordinator_rows = asked(question, tables[2])
    local plain, plain_rows = asked(question, tables[3])
    assert(rows == coordinator_rows and rows == plain_rows, question.name .. " has another number of rows")
    print(("%-8s  %15.1f  %14.1f  %9.1f  %15.1f  %10.1f  %10d"):format(question.name, plain * 1e3, coordinator * 1e3,
      shards * 1e3, plain / coordinator, plain / shards, bytes))
  end
end

local list = clusters.open(3)
local ok, problem = xpcall(main, debug.traceback, list)
clusters.close(list)
assert(ok, problem)
