--- What a Lua user would use instead: a CSV is loaded, grouped, and rows of it are fetched into Lua's values.
--
--   lua5.4 spec/bench/lua_peers.lua blotter|lua|luasql-sqlite|luasql-duckdb CSV RUNS THREADS
--
-- prints   engine question run seconds rows checksum     of lua_load, lua_group and lua_fetch

package.path = "spec/bench/?.lua;" .. package.path
local clock = require "clock"

local engine, csv, runs, threads = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4])

local NAMES = { "id1", "id2", "id3", "id4", "id5", "id6", "v1", "v2", "v3" }
local SCHEMA = "id1 text, id2 text, id3 text, id4 integer, id5 integer, id6 integer, v1 integer, v2 integer, v3 double"
local GROUPED = "select id1, sum(v1) as a from x group by id1"
local FETCHED = "select id6, v1, v3 from x where id4 = 7"
local ROWS_A_STATEMENT = 500

--- The rows of the file, each as a sequence of texts.
local function lines()
  local next_line = io.lines(csv)
  next_line()
  return function()
    local line = next_line()
    if not line then return nil end
    local cells = {}
    for cell in line:gmatch "[^,]+" do cells[#cells + 1] = cell end
    return cells
  end
end

--- Through LuaSQL, which takes statements as texts.
local function luasql(driver, open)
  local found, library = pcall(require, "luasql." .. driver)
  if not found then
    io.stderr:write("luasql." .. driver .. " is not installed\n")
    os.exit(0)
  end
  local connection
  local function insert(rows)
    assert(connection:execute("insert into x values " .. table.concat(rows, ",")))
  end
  return {
    load = function()
      connection = assert(open(library[driver]()))
      assert(connection:execute("create table x (" .. SCHEMA .. ")"))
      assert(connection:execute "begin")
      local rows, n = {}, 0
      for cells in lines() do
        rows[#rows + 1] = ("('%s','%s','%s',%s,%s,%s,%s,%s,%s)"):format(table.unpack(cells))
        n = n + 1
        if #rows == ROWS_A_STATEMENT then
          insert(rows)
          rows = {}
        end
      end
      if #rows > 0 then insert(rows) end
      assert(connection:execute "commit")
      return n
    end,
    group = function()
      local cursor, groups = assert(connection:execute(GROUPED)), {}
      local row = cursor:fetch({}, "a")
      while row do
        groups[row.id1] = tonumber(row.a)
        row = cursor:fetch(row, "a")
      end
      return groups
    end,
    fetch = function()
      local cursor, rows = assert(connection:execute(FETCHED)), {}
      local row = cursor:fetch({}, "a")
      while row do
        rows[#rows + 1] = { id6 = tonumber(row.id6), v1 = tonumber(row.v1), v3 = tonumber(row.v3) }
        row = cursor:fetch(row, "a")
      end
      return rows
    end,
  }
end

local ENGINES = {}

ENGINES["luasql-sqlite"] = function()
  return luasql("sqlite3", function(environment) return environment:connect ":memory:" end)
end

ENGINES["luasql-duckdb"] = function()
  return luasql("duckdb", function(environment) return environment:connect ":memory:" end)
end

--- A plain loop over Lua's tables, a table a column.
function ENGINES.lua()
  local columns
  return {
    load = function()
      columns = {}
      for i in ipairs(NAMES) do columns[i] = {} end
      local n = 0
      for cells in lines() do
        n = n + 1
        for i = 1, 9 do columns[i][n] = i <= 3 and cells[i] or tonumber(cells[i]) end
      end
      return n
    end,
    group = function()
      local groups, id1, v1 = {}, columns[1], columns[7]
      for i = 1, #id1 do groups[id1[i]] = (groups[id1[i]] or 0) + v1[i] end
      return groups
    end,
    fetch = function()
      local rows, id4 = {}, columns[4]
      for i = 1, #id4 do
        if id4[i] == 7 then rows[#rows + 1] = { id6 = columns[6][i], v1 = columns[7][i], v3 = columns[9][i] } end
      end
      return rows
    end,
  }
end

function ENGINES.blotter()
  local blotter = require "blotter"
  blotter.threads = threads
  local x
  return {
    load = function()
      x = assert(blotter.csv(csv, { progress = false }))
      return #x
    end,
    group = function()
      local groups = {}
      for _, row in x:by "id1":agg "a = sum(v1)":rows() do groups[row.id1] = row.a end
      return groups
    end,
    fetch = function() return x:where "id4 == 7":select "id6, v1, v3":totable() end,
  }
end

local make = ENGINES[engine]
if not (make and csv and runs and threads) then
  io.stderr:write "usage: lua5.4 spec/bench/lua_peers.lua ENGINE CSV RUNS THREADS\n"
  os.exit(2)
end

local function check_groups(groups)
  local n, total = 0, 0
  for _, a in pairs(groups) do n, total = n + 1, total + a end
  return n, { total }
end

local function check_rows(rows)
  local v1, v3 = 0, 0.0
  for _, row in ipairs(rows) do v1, v3 = v1 + row.v1, v3 + row.v3 end
  return #rows, { v1, v3 }
end

local parts = make()
local function time(question, work, check)
  for run = 1, runs do
    collectgarbage()
    local seconds, rows, sums = clock.once(work, check)
    clock.line(question, run, seconds, rows, sums, engine)
  end
end

time("lua_load", parts.load, function(n) return n end)
time("lua_group", parts.group, check_groups)
time("lua_fetch", parts.fetch, check_rows)
