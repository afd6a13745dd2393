-- The five joins of db-benchmark, four windows, a pivot and a cube in blotter. The clock covers the join or window and
-- the reading of its whole answer: the sum of each number column.
--
--   lua5.4 spec/bench/joins.lua FOLDER ROWS RUNS [THREADS]     prints   engine question run seconds rows checksum

package.path = "spec/bench/?.lua;" .. package.path
local blotter = require "blotter"
local clock = require "clock"

local folder, rows, runs, threads = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4])
if not runs then
  io.stderr:write "usage: lua5.4 spec/bench/joins.lua FOLDER ROWS RUNS [THREADS]\n"
  os.exit(2)
end
if threads then blotter.threads = threads end

local function load(name)
  return assert(blotter.csv(("%s/J1_%s_%s.csv"):format(folder, rows, name), { progress = false }))
end
local x, small, medium, big = load "x", load "small", load "medium", load "big"

--- The sums of all number columns, and the rows.
local function summed(q)
  local items = { "n = count()" }
  for i, column in ipairs(q:columns()) do
    if column.type ~= "string" then items[#items + 1] = ("s%d = sum(`%s`)"):format(i, column.name) end
  end
  return q:agg(table.concat(items, ", ")):first()
end

local function ask(name, make)
  clock.time(name, runs, function() return summed(make()) end, function(row) return row.n, { row.n } end)
end

ask("j1", function() return x:join(small, "id1") end)
ask("j2", function() return x:join(medium, "id2") end)
ask("j3", function() return x:left_join(medium, "id2") end)
ask("j4", function() return x:join(medium, "id5") end)
ask("j5", function() return x:join(big, "id3") end)

local t = x:select("g = (id3 * 7919) % 100000, o = id3, v = v1"):collect()
local function window(name, derive, rows_of)
  ask(name, function() return t:window { by = "g", order = "o", derive = derive, rows = rows_of } end)
end
window("w1", "w = cumsum(v)")
window("w2", "w = lag(v)")
window("w3", "w = rank()")
window("w4", "w = mean(v)", 7)

local keys = x:select("a = id2 % 100, b = id3 % 100, c = id1, v = v1"):collect()
local function rows_and_none(f) return #f, { #f } end
local function grouped(name, make) clock.time(name, runs, function() return make():collect() end, rows_and_none) end
grouped("p1", function() return keys:pivot { rows = "a", cols = "b", value = "sum(v)" } end)
grouped("p2", function() return keys:by "cube(a, b, c)":agg "n = count(), v = sum(v)" end)
