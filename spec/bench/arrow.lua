-- Arrow files in and out beside the same bytes: what memory and the file system take.
--
--   lua5.4 spec/bench/arrow.lua CSV RUNS THREADS FOLDER
--
-- prints   engine question run seconds rows checksum   for the engines blotter, copy and bytes. `copy` is the measure:
-- the file's bytes to fresh memory by as many threads (arrow_read, arrow_stream), or to another file (arrow_write).
-- `bytes` stands beside it: the file read by one thread through one buffer that a cache holds. That writes nothing to
-- memory and so does less than anybody who keeps the rows. For arrow_stream the rows are handed over and taken: made as
-- wide as Arrow has them, and small again.

package.path = "spec/bench/?.lua;" .. package.path
package.cpath = "build/bench/?.so;" .. package.cpath
local blotter = require "blotter"
local clock = require "clock"
local memory_copy = require "memory_copy"

local csv, runs, threads, folder = arg[1], tonumber(arg[2]), tonumber(arg[3]), arg[4]
if not (csv and runs and threads and folder) then
  io.stderr:write "usage: lua5.4 spec/bench/arrow.lua CSV RUNS THREADS FOLDER\n"
  os.exit(2)
end
blotter.threads = threads

local path, other = folder .. "/rows.arrow", folder .. "/copy.arrow"
local t = assert(blotter.csv(csv, { progress = false }))
local rows = #t

--- Reads all bytes in pieces that a cache holds, so that no memory has to grow.
local function slurp()
  local file <close> = assert(io.open(path, "rb"))
  while file:read(1 << 18) do end
  return true
end

--- Copies the file to memory; what comes before and after that is not timed.
local function copied()
  return true, memory_copy.of(path, threads)
end

--- Times each way once, by turns, as often as there are runs.
local function turns(question, ways)
  for run = 1, runs do
    for engine, work in pairs(ways) do
      collectgarbage()
      local start = clock.now()
      local kept, seconds = work()
      clock.line(question, run, seconds or clock.now() - start, rows, nil, engine)
      assert(kept)
    end
  end
end

assert(t:arrow(path, { progress = false }))
turns("arrow_write", {
  blotter = function() return (t:arrow(path, { progress = false })) end,
  copy = function() return (os.execute(("cp %s %s"):format(path, other))) end,
})
turns("arrow_read", {
  blotter = function() return (blotter.arrow(path, { progress = false })) end, copy = copied, bytes = slurp,
})
turns("arrow_stream", {
  blotter = function() return (blotter.arrow(t:arrow_stream())) end, copy = copied, bytes = slurp,
})
os.remove(path)
os.remove(other)
