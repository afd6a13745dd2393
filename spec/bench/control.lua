--- A control of what the machine's processors gave around a measurement, by a program that has nothing to do with the
--- engine (processors.c). On a shared machine a processor is half as fast for moments at a time, and a ratio of threads
--- says something about the engine only if nothing changed while it was measured.

local control = {}

-- The longest of a turn's control times over the shortest, in a calm turn.
local SPREAD = 1.15

control.MEANING = ("calm is a turn whose two controls, before and after it, found the processors alike and as fast "
  .. "together as alone: their four times are within %.0f percent"):format((SPREAD - 1) * 100)

--- One control with that many threads: the seconds of a fixed loop on one processor alone, and of as many times the
--- loop on as many processors together.
function control.run(threads)
  local pipe = assert(io.popen("exec build/bench/processors " .. threads))
  local alone, together = pipe:read("n", "n")
  if not pipe:close() or not together then error("the control did not run: build/bench/processors " .. threads, 0) end
  return { alone = alone, together = together }
end

--- Whether a turn between these two was calm.
function control.calm(before, after)
  local shortest = math.min(before.alone, before.together, after.alone, after.together)
  local longest = math.max(before.alone, before.together, after.alone, after.together)
  return longest <= SPREAD * shortest
end

--- How many times one processor all of them together were, in the mean of both.
function control.gave(threads, before, after)
  return threads * (before.alone + after.alone) / (before.together + after.together)
end

return control
