--- What blotter's own runners share: a clock and the line that they print.

local clock = { now = require("blotter.core").clock }

--- Prints `engine question run seconds rows checksum`, where the checksum is made of sums.
function clock.line(question, run, seconds, rows, sums, engine)
  local parts = {}
  for i, sum in ipairs(sums or {}) do parts[i] = ("%.12g"):format(sum) end
  local columns = { engine or "blotter", question, run, ("%.9f"):format(seconds), rows, table.concat(parts, ";") }
  print(table.concat(columns, "\t"))
end

--- Times `work` alone once; `check` then gives the rows and the sums of what it returned.
function clock.once(question, run, work, check, engine)
  local start = clock.now()
  local answer = work()
  local seconds = clock.now() - start
  local rows, sums = check(answer)
  clock.line(question, run, seconds, rows, sums, engine)
end

function clock.time(question, runs, work, check)
  for run = 1, runs do clock.once(question, run, work, check) end
end

return clock
