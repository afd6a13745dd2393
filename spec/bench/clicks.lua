-- The questions about clicks in blotter; an answer is collected, rows and all.
--
--   lua5.4 spec/bench/clicks.lua hits|log CSV RUNS [THREADS]     prints   engine question run seconds rows checksum

package.path = "spec/bench/?.lua;" .. package.path
local blotter = require "blotter"
local clock = require "clock"
local questions = require "clicks_questions"

local which, csv, runs, threads = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4])
if not questions[which] or not runs then
  io.stderr:write "usage: lua5.4 spec/bench/clicks.lua hits|log CSV RUNS [THREADS]\n"
  os.exit(2)
end
if threads then blotter.threads = threads end

local function checker(columns)
  return function(frame)
    local sums = {}
    for i, column in ipairs(columns) do
      sums[i] = 0.0
      for _, row in frame:rows() do sums[i] = sums[i] + row[column] end
    end
    return #frame, sums
  end
end

local t
clock.time("load_" .. which, 1, function()
  t = assert(blotter.csv(csv, { progress = false }))
end, function() return #t end)
print(("size\tbytes_%s\t1\t%.3f\t%d\t"):format(which, t:bytes() / 2 ^ 20, #t))

local only = os.getenv "ONLY"
for _, question in ipairs(questions[which]) do
  if not only or ("," .. only .. ","):find("," .. question.name .. ",", 1, true) then
    clock.time(question.name, runs, function() return question.ask(t, #t):collect() end, checker(question.columns))
  end
end
