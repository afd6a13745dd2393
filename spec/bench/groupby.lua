-- The ten group-by questions of db-benchmark in blotter.
--
--   lua5.4 spec/bench/groupby.lua CSV RUNS [THREADS [both]]     prints   engine question run seconds rows checksum
--
-- With "both" each run is followed by one on one thread, as engine blotter-1: on a shared machine, whose speed changes
-- from second to second, only neighbours can be compared.

package.path = "spec/bench/?.lua;" .. package.path
local blotter = require "blotter"
local clock = require "clock"

local csv, runs, threads = arg[1], tonumber(arg[2]), tonumber(arg[3])
if not csv or not runs then
  io.stderr:write "usage: lua5.4 spec/bench/groupby.lua CSV RUNS [THREADS [both]]\n"
  os.exit(2)
end
if threads then blotter.threads = threads end

-- Each question with the columns whose sums are its checksum.
local QUESTIONS = {
  { "q1", { "a" }, function(x) return x:by "id1":agg "a = sum(v1)" end },
  { "q2", { "a" }, function(x) return x:by "id1, id2":agg "a = sum(v1)" end },
  { "q3", { "a", "b" }, function(x) return x:by "id3":agg "a = sum(v1), b = mean(v3)" end },
  { "q4", { "a", "b", "c" }, function(x) return x:by "id4":agg "a = mean(v1), b = mean(v2), c = mean(v3)" end },
  { "q5", { "a", "b", "c" }, function(x) return x:by "id6":agg "a = sum(v1), b = sum(v2), c = sum(v3)" end },
  { "q6", { "a", "b" }, function(x) return x:by "id4, id5":agg "a = median(v3), b = stddev(v3)" end },
  { "q7", { "a" }, function(x) return x:by "id3":agg "a = max(v1) - min(v2)" end },
  { "q8", { "a" }, function(x) return x:select "id6, a = v3":top(2, "a", { by = "id6" }) end },
  { "q9", { "a" }, function(x) return x:by "id2, id4":agg "a = regr_r2(v1, v2)" end },
  { "q10", { "a", "b" }, function(x) return x:by "id1, id2, id3, id4, id5, id6":agg "a = sum(v3), b = count()" end },
}

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

--- Sets the threads, and has them started before anything is timed.
local function use_threads(n)
  blotter.threads = n
  x:agg("s = sum(v1)"):collect()
end

for _, question in ipairs(QUESTIONS) do
  local name, columns, ask = table.unpack(question)
  local sums = {}
  for i, column in ipairs(columns) do sums[i] = ("s%d = sum(%s)"):format(i, column) end
  local function answer() return ask(x):collect() end
  local function check(frame)
    local total, values = frame:agg(table.concat(sums, ", ")):first(), {}
    for i in ipairs(columns) do values[i] = total["s" .. i] end
    return #frame, values
  end
  for run = 1, runs do
    clock.once(name, run, answer, check)
    if arg[4] == "both" then
      use_threads(1)
      clock.once(name, run, answer, check, "blotter-1")
      use_threads(threads)
    end
  end
end

-- A sum over one narrow column, as the mean of many: alone it is over too soon to be timed.
local SUM_REPEATS = 50
for run = 1, runs do
  local start, frame = clock.now(), nil
  for _ = 1, SUM_REPEATS do frame = x:agg("a = sum(v1)"):collect() end
  clock.line("sum", run, (clock.now() - start) / SUM_REPEATS, #x, { frame:first().a })
end
