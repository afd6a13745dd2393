--- What blotter's own runners share: a clock and the line that they print.

local clock = { now = require("blotter.core").clock }

--- Prints `engine question run seconds rows checksum`, where the checksum is made of sums.
function clock.line(question, run, seconds, rows, sums)
  local parts = {}
  for i, sum in ipairs(sums or {}) do parts[i] = ("%.12g"):format(sum) end
  print(table.concat({ "blotter", question, run, ("%.9f"):format(seconds), rows, table.concat(parts, ";") }, "\t"))
end

--- Times `work` alone, run by run; `check` then gives the rows and the sums of what it returned.
function clock.time(question, runs, work, check)
  for run = 1, runs do
    local start = clock.now()
    local answer = work()
    local seconds = clock.now() - start
    clock.line(question, run, seconds, check(answer))
  end
end

return clock
