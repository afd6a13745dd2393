--- What blotter's own runners share: a clock and the line that they print.

local clock = { now = require("blotter.core").clock }

--- The sums of an answer as one text.
function clock.checksum(sums)
  local parts = {}
  for i, sum in ipairs(sums or {}) do parts[i] = ("%.12g"):format(sum) end
  return table.concat(parts, ";")
end

--- Prints `engine question run seconds rows checksum`, where the checksum is made of sums.
function clock.line(question, run, seconds, rows, sums, engine)
  local columns = { engine or "blotter", question, run, ("%.9f"):format(seconds), rows, clock.checksum(sums) }
  print(table.concat(columns, "\t"))
end

--- Times `work` alone once: the seconds, and the rows and sums that `check` finds in what it returned.
function clock.once(work, check)
  local start = clock.now()
  local answer = work()
  local seconds = clock.now() - start
  return seconds, check(answer)
end

function clock.time(question, runs, work, check)
  for run = 1, runs do
    local seconds, rows, sums = clock.once(work, check)
    clock.line(question, run, seconds, rows, sums)
  end
end

return clock
