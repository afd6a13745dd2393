-- The benchmarks: every engine that can be installed, the same data, the same threads, one table.
--
--   lua5.4 spec/bench/benchmarks.lua full|quick|huge
--
-- SQLite's group-by is run up to SQLITE_ROWS only: it takes minutes at ten million rows and is never the best peer.
-- What a Lua user would use instead (LuaSQL, a plain loop) is measured on a million rows at most.
-- Storing, reading and writing are measured up to STORE_ROWS: beyond, they take too long and too much of the disk.
--
-- full: ten million rows; quick: one million, in under two minutes; huge: a hundred million, two runs, without all
-- threads against one (elsewhere for so many seconds). ROWS, RUNS and THREADS override, PEERS names the engines to run
-- (PEERS="duckdb sqlite"), ONLY the kind of questions (ONLY=joins). Leaves build/bench/results.tsv (each line that an
-- engine printed) and build/bench/results.md (medians, the ratio of the best peer to blotter: above 1, blotter is
-- ahead; and a table of all threads against one).
-- Its status is 1 if answers differ, from engine to engine or from one thread to all.

package.path = "spec/bench/?.lua;" .. package.path
local results = require "results"
local warm = require "warm"

local HOME = "build/bench"
local SQLITE_ROWS, STORE_ROWS, LUA_ROWS = 1000000, 10000000, 1000000
local SIZES = {
  quick = { rows = 1000000, runs = 3, threads_seconds = 10 },
  full = { rows = 10000000, runs = 5, threads_seconds = 150 },
  huge = { rows = 100000000, runs = 2, peers = "duckdb chdb polars" },
}
local size = SIZES[arg[1] or "quick"]
if not size then
  io.stderr:write "usage: lua5.4 spec/bench/benchmarks.lua full|quick|huge\n"
  os.exit(2)
end
local rows = tonumber(os.getenv "ROWS") or size.rows
local runs = tonumber(os.getenv "RUNS") or size.runs
local threads = tonumber(os.getenv "THREADS") or 2
local chosen = os.getenv "PEERS" or size.peers
local only = os.getenv "ONLY" or ""

local function capture(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "a"
  pipe:close()
  return (text:gsub("%s+$", ""))
end

local function say(...)
  io.stderr:write("bench: ", string.format(...), "\n")
end

-- ---- what is needed ----

local function data_file(of_rows)
  local path = ("%s/data/G1_%d_100.csv"):format(HOME, of_rows)
  if not io.open(path) then
    say("generating %d rows", of_rows)
    assert(os.execute(("%s/groupby_data %d 100 108 >%s.part && mv %s.part %s"):format(HOME, of_rows, path, path, path)))
  end
  return path
end

--- The tables of the joins, made when they are missing; their folder.
local function join_files()
  local folder = HOME .. "/data"
  for i, name in ipairs { "x", "small", "medium", "big" } do
    local path = ("%s/J1_%d_%s.csv"):format(folder, rows, name)
    if not io.open(path) then
      assert(os.execute(("%s/joins_data %d %s %d >%s.part && mv %s.part %s"):format(HOME, rows, name, i, path, path,
        path)))
    end
  end
  return folder
end

-- ---- the engines ----

local MODULES = "NODE_PATH=" .. HOME .. "/node_modules "

-- The engines appending, by turns: a shared machine is half as fast for seconds at a time, and that should not fall to
-- one engine.
local function turns(list, once, folder)
  for _ = 1, runs do
    table.insert(list, { "duckdb", "rows_peak_mib", HOME .. "/store_duckdb " .. once .. folder .. " rows" })
    table.insert(list, { "sqlite", "rows_peak_mib", HOME .. "/store_sqlite " .. once .. folder .. " rows" })
    table.insert(list, { "blotter", "rows_peak_mib", "lua5.4 spec/bench/store.lua " .. once .. folder .. " rows" })
  end
  return list
end

--- What a Lua user would use instead.
local function lua_peers(list)
  local of_rows = math.min(rows, LUA_ROWS)
  local engines = { "blotter", "lua", "luasql-sqlite" }
  if pcall(require, "luasql.duckdb") then engines[4] = "luasql-duckdb" end
  for _, engine in ipairs(engines) do
    table.insert(list, { engine, "lua_peak_mib", ("lua5.4 spec/bench/lua_peers.lua %s %s %d %d"):format(engine,
      data_file(of_rows), runs, threads) })
  end
  return list
end

-- Engine, what its peak of memory is called, and the command.
local function jobs(csv)
  local arguments = ("%s %d %d"):format(csv, runs, threads)
  local once = ("%s 1 %d"):format(csv, threads)
  local by_turns = ("%s %d %d"):format(csv, size.threads_seconds or 0, threads)
  local columnar = ("%s %d %d"):format((csv:gsub("%.csv$", "")), runs, threads)
  local folder = " " .. HOME .. "/tmp"
  local joined = ("%s %d %d %d"):format(HOME .. "/data", rows, runs, threads)
  return turns(lua_peers {
    { "blotter", "joins_peak_mib", "lua5.4 spec/bench/joins.lua " .. joined },
    { "duckdb", "joins_peak_mib", MODULES .. "node spec/bench/joins_duckdb.js " .. joined },
    { "chdb", "joins_peak_mib", MODULES .. "node spec/bench/joins_chdb.js " .. joined },
    { "polars", "joins_peak_mib", MODULES .. "node spec/bench/joins_polars.js " .. joined },
    { "blotter", "peak_mib", "lua5.4 spec/bench/groupby.lua " .. arguments },
    { "blotter-all", "peak_mib", "lua5.4 spec/bench/threads.lua " .. by_turns },
    { "duckdb", "parquet_peak_mib", MODULES .. "node spec/bench/parquet_duckdb.js " .. columnar },
    { "polars", "parquet_peak_mib", MODULES .. "node spec/bench/parquet_polars.js " .. columnar },
    { "blotter", "parquet_peak_mib", "lua5.4 spec/bench/parquet.lua " .. columnar },
    { "memory", "peak_mib", ("%s/bandwidth %d %d %d"):format(HOME, rows, runs, threads) },
    { "duckdb", "peak_mib", MODULES .. "node spec/bench/groupby_duckdb.js " .. arguments },
    { "chdb", "peak_mib", MODULES .. "node spec/bench/groupby_chdb.js " .. arguments },
    { "polars", "peak_mib", MODULES .. "node spec/bench/groupby_polars.js " .. arguments },
    { "data.table", "peak_mib", "Rscript spec/bench/groupby_datatable.R " .. arguments },
    { "sqlite", "peak_mib", HOME .. "/groupby_sqlite " .. once },
    { "duckdb", "store_peak_mib", HOME .. "/store_duckdb " .. arguments .. folder .. " files" },
    { "sqlite", "store_peak_mib", HOME .. "/store_sqlite " .. arguments .. folder .. " files" },
    { "blotter", "store_peak_mib", "lua5.4 spec/bench/store.lua " .. arguments .. folder .. " files" },
    { "blotter", "arrow_peak_mib", "lua5.4 spec/bench/arrow.lua " .. arguments .. folder },
  }, once, folder)
end

local function wanted(engine, command)
  if not command:find(only, 1, true) then return false end
  if engine == "sqlite" and rows > SQLITE_ROWS and command:find "groupby" then return false end
  local stored = command:find "store" or command:find "joins" or command:find "parquet" or command:find "arrow"
  if rows > STORE_ROWS and stored then return false end
  if engine == "blotter-all" then return size.threads_seconds ~= nil end
  if not chosen or engine:find "^blotter" or engine == "memory" then return true end
  return (" " .. chosen .. " "):find(" " .. engine .. " ", 1, true) ~= nil
end

--- Runs one job, adds its lines to the table and says whether it finished.
local function run_job(job, table_)
  local engine, peak, command = table.unpack(job)
  say("%s: %s", engine, command:match "spec/bench/(%S+)" or command:match "/([%w_]+) ")
  local environment = command:match "^[%u_]+=%S+ " or ""
  local pipe = assert(io.popen(("%s%s/measure %s %s %s 2>%s/%s.log"):format(environment, HOME, engine, peak,
    command:sub(#environment + 1), HOME, engine)))
  local last
  for line in pipe:lines() do
    table_:add(line)
    last = line:match "^%S+\t(q%d+)\t" or last
  end
  local finished = pipe:close()
  if not finished then say("%s did not finish; see %s/%s.log", engine, HOME, engine) end
  if command:find "groupby" and last ~= "q10" then say("%s stopped after %s", engine, last or "loading") end
  return finished
end

-- ---- the report ----

local function machine()
  local model = capture "sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1"
  local memory = tonumber(capture "sed -n 's/^MemTotal: *\\([0-9]*\\).*/\\1/p' /proc/meminfo") or 0
  local lines = {
    ("%s rows, %d threads, median of %d runs"):format(results.grouped(rows), threads, runs),
    ("machine: %s, %s cores, %.0f GiB, %s"):format(model, capture "nproc", memory / 2 ^ 20, capture "uname -sr"),
    ("blotter: %s, %s, %s"):format(capture "git rev-parse --short HEAD 2>/dev/null || echo no-git",
      capture "gcc --version | head -1", os.getenv "BENCH_FLAGS" or "flags unknown"),
    "peers: " .. capture(("cd %s && node -p 'const d = require(`./package.json`).dependencies; " ..
      "Object.keys(d).map((n) => n + ` ` + d[n]).join(`, `)' 2>/dev/null"):format(HOME)) ..
      ", data.table " .. capture "dpkg-query -W -f '${Version}' r-cran-data.table 2>/dev/null" ..
      ", SQLite " .. capture "dpkg-query -W -f '${Version}' libsqlite3-0 2>/dev/null",
  }
  if rows > STORE_ROWS then
    lines[#lines + 1] = ("storing, reading and writing are left out above %s rows"):format(results.grouped(STORE_ROWS))
  end
  return lines
end

os.execute("mkdir -p " .. HOME .. "/data " .. HOME .. "/tmp")
local csv = data_file(rows)
if rows <= STORE_ROWS then join_files() end
warm.file(csv)
warm.memory()
local all = results.new(rows)
if rows > STORE_ROWS then say("storing, reading and writing are left out at this size") end
local same = true -- one thread and all have answered alike
for _, job in ipairs(jobs(csv)) do
  if wanted(job[1], job[3]) and not run_job(job, all) and job[1] == "blotter-all" then same = false end
end
all:write_lines(HOME .. "/results.tsv")
local text = all:markdown(machine())
local file = assert(io.open(HOME .. "/results.md", "w"))
file:write(text)
file:close()
io.write(text)
os.exit(same and all:agree())
