-- blotter storing, reading and writing: what store_duckdb.c and store_sqlite.c ask of their engines.
--
--   lua5.4 spec/bench/store.lua CSV RUNS THREADS FOLDER rows|files
--
-- prints   engine question run seconds rows checksum

package.path = "spec/bench/?.lua;" .. package.path
local blotter = require "blotter"
local clock = require "clock"

local csv, runs, threads, folder = arg[1], tonumber(arg[2]), tonumber(arg[3]), arg[4]
if not (csv and runs and threads and folder and arg[5]) then
  io.stderr:write "usage: lua5.4 spec/bench/store.lua CSV RUNS THREADS FOLDER rows|files\n"
  os.exit(2)
end
blotter.threads = threads

local SCHEMA = "id1 string, id2 string, id3 string, id4 int64, id5 int64, id6 int64, v1 int64, v2 int64, v3 float64"
local NAMES = { "id1", "id2", "id3", "id4", "id5", "id6", "v1", "v2", "v3" }
local APPEND_ROWS, SMALL_ROWS, SMALL_REPEATS, COMMITS = 1000000, 1000, 2000, 200
local UPDATE_ROWS = 20000 -- of the table in which one row is changed for each commit

local function count(t) return #t end

--- The first rows of the file as one Lua sequence for each column.
local function read_columns(most)
  local columns = {}
  for i = 1, #NAMES do columns[i] = {} end
  local n = 0
  for line in io.lines(csv) do
    if n > 0 then
      local at = 0
      for cell in line:gmatch "[^,]+" do
        at = at + 1
        columns[at][n] = at <= 3 and cell or at == 9 and tonumber(cell) + 0.0 or math.tointeger(cell)
      end
    end
    if n == most then break end
    n = n + 1
  end
  return columns, #columns[1]
end

--- Does what reading has left to do, which is not the appender's: the collector frees the cells, and the allocator puts
--- the pieces in order when larger ones are next asked for (50 ms of a million rows, in the first of them).
local function settle()
  collectgarbage()
  for i = 1, 1000 do ("x"):rep(3000 + i) end
end

local function bench_append()
  local c, n = read_columns(APPEND_ROWS)
  settle()
  clock.time("append", runs, function()
    local id1, id2, id3, id4, id5, id6, v1, v2, v3 = table.unpack(c)
    local t = blotter.table(SCHEMA)
    local append = t:appender()
    for i = 1, n do append(id1[i], id2[i], id3[i], id4[i], id5[i], id6[i], v1[i], v2[i], v3[i]) end
    return t
  end, count)
  clock.time("append_row", runs, function()
    local id1, id2, id3, id4, id5, id6, v1, v2, v3 = table.unpack(c)
    local t = blotter.table(SCHEMA)
    for i = 1, n do t:append(id1[i], id2[i], id3[i], id4[i], id5[i], id6[i], v1[i], v2[i], v3[i]) end
    return t
  end, count)
  local named = {}
  for i, name in ipairs(NAMES) do named[name] = c[i] end
  clock.time("append_columns", runs, function()
    local t = blotter.table(SCHEMA)
    t:append_columns(named)
    return t
  end, count)
end

local function bench_small()
  local c, n = read_columns(SMALL_ROWS)
  local t = blotter.table(SCHEMA)
  for i = 1, n do
    local row = {}
    for at = 1, #NAMES do row[at] = c[at][i] end
    t:append(table.unpack(row))
  end
  for run = 1, runs do
    local start, frame = clock.now(), nil
    for _ = 1, SMALL_REPEATS do frame = t:where "v2 > 5":by "id1":agg "a = sum(v1)":collect() end
    clock.line("small", run, (clock.now() - start) / SMALL_REPEATS, #frame, { frame:agg "s = sum(a)":first().s })
  end
end

local function bench_text()
  local t = assert(blotter.csv(csv))
  clock.time("csv_write", runs, function() return assert(t:csv(folder .. "/blotter.csv")) end, function() return #t end)
  os.remove(folder .. "/blotter.csv")
  clock.time("jsonl_load", runs, function() return assert(blotter.jsonl(folder .. "/rows.jsonl")) end, count)
end

--- One row and a commit, each.
local function bench_commit(db)
  local t = db:table "x"
  for run = 1, runs do
    local start = clock.now()
    for _ = 1, COMMITS do
      t:append("id001", "id001", "id0000000001", 1, 1, 1, 1, 1, 1.5)
      assert(db:commit())
    end
    clock.line("commit", run, (clock.now() - start) / COMMITS, COMMITS)
  end
end

--- One changed row and a commit, each, in a table of UPDATE_ROWS rows.
local function bench_update(db)
  local id, name, n, x = {}, {}, {}, {}
  for i = 1, UPDATE_ROWS do id[i], name[i], n[i], x[i] = i, "name " .. i % 100, i, i / 8 end
  local t = db:create("u", "id int64, name string, n int64, x float64")
  assert(t:append_columns {id = id, name = name, n = n, x = x})
  assert(db:commit())
  for run = 1, runs do
    local start = clock.now()
    for k = 1, COMMITS do
      assert(t:update("id == " .. k * 7919 % UPDATE_ROWS + 1, "n = " .. k))
      assert(db:commit())
    end
    clock.line("commit_update", run, (clock.now() - start) / COMMITS, COMMITS)
  end
end

local function bench_file()
  local path = folder .. "/store.blt"
  clock.time("import", runs, function()
    os.remove(path)
    local db = assert(blotter.open(path))
    assert(db:import("x", csv))
    assert(db:commit())
    return db
  end, function(db)
    local rows = #db:table "x"
    db:close()
    return rows
  end)
  local file = io.open(path)
  clock.line("file_mib", 1, file:seek "end" / 2 ^ 20, 1)
  file:close()
  clock.time("reopen", runs, function()
    local db = assert(blotter.open(path))
    return { db = db, rows = db:table "x":agg "n = count()":first().n }
  end, function(opened)
    opened.db:close()
    return opened.rows
  end)
  local db = assert(blotter.open(path))
  bench_commit(db)
  bench_update(db)
  db:close()
  os.remove(path)
end

-- Each part stands alone: one that fails is said and the others go on.
local failed
for _, part in ipairs(arg[5] == "rows" and { bench_append, bench_small } or { bench_text, bench_file }) do
  local ok, message = pcall(part)
  if not ok then
    io.stderr:write(tostring(message), "\n")
    failed = true
  end
  collectgarbage()
end
os.exit(not failed)
