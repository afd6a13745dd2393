-- The ten group-by questions of db-benchmark in blotter.
--
--   lua5.4 spec/bench/groupby.lua CSV RUNS [THREADS]     prints   engine question run seconds rows checksum

package.path = "spec/bench/?.lua;" .. package.path
local blotter = require "blotter"
local clock = require "clock"
local questions = require "questions"

local csv, runs, threads = arg[1], tonumber(arg[2]), tonumber(arg[3])
if not csv or not runs then
  io.stderr:write "usage: lua5.4 spec/bench/groupby.lua CSV RUNS [THREADS]\n"
  os.exit(2)
end
if threads then blotter.threads = threads end

--- A figure of this process's memory in MiB, by its name in /proc, or nil where there is no such.
local function held(name)
  local file = io.open "/proc/self/status"
  local kib = file and file:read "a":match(name .. ":%s*(%d+)")
  if file then file:close() end
  return kib and kib / 1024
end

local x
local before = held "VmRSS"
clock.time("load", 1, function()
  x = assert(blotter.csv(csv))
end, function()
  return #x, { x:agg("s = sum(v1)"):first().s }
end)

-- The most that the load took beyond what was there before, and the table itself.
if before then
  print(("blotter\tload_peak_mib\t1\t%.3f\t%d\t"):format(held "VmHWM" - before, #x))
  print(("table\tload_peak_mib\t1\t%.3f\t%d\t"):format(x:bytes() / 2 ^ 20, #x))
end

for _, question in ipairs(questions) do
  clock.time(question.name, runs, function() return question.ask(x):collect() end, question.check)
end

-- A sum over one narrow column, as the mean of many: alone it is over too soon to be timed.
local SUM_REPEATS = 50
for run = 1, runs do
  local start, frame = clock.now(), nil
  for _ = 1, SUM_REPEATS do frame = x:agg("a = sum(v1)"):collect() end
  clock.line("sum", run, (clock.now() - start) / SUM_REPEATS, #x, { frame:first().a })
end
