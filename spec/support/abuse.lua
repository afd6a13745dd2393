--- A generator of abuse: random public calls, also inside callbacks, over tables of mixed encodings in memory and in
-- files, with refused allocations and damaged bytes, beside a naive model that knows the acknowledged rows.
--
--   lua5.4 spec/support/abuse.lua [CALLS [SEED]]
--
-- Works in episodes; each has a seed of its own, which is printed when something is wrong: the same number as SEED with
-- the printed CALLS plays that episode again.

package.path = "spec/support/?.lua;" .. package.path
local blotter = require "blotter"
local core = require "blotter.core"
local model = require "abuse_model"
local some_call = require "abuse_calls"

local abuse = {}

--- Numbers that depend on the seed alone.
local function generator(seed)
  local state = seed * 2654435761 % 4294967296 + 1
  return function(n)
    state = (state * 6364136223846793005 + 1442695040888963407)
    return (state >> 33) % n + 1
  end
end

--- Lets allocations fail while `f` runs: from the n-th on, or past a limit.
local function with_faults(w, f)
  local kind = w.random(12)
  if kind == 1 then
    core.fail_allocation(w.random(200))
  elseif kind == 2 then
    blotter.memory_limit = (blotter.memory_used()) + w.random(200000)
  end
  w.faulty = kind <= 2
  local ok, message = pcall(f)
  core.fail_allocation(0)
  if not blotter.memory_limit or blotter.memory_limit > 0 then blotter.memory_limit = 0 end
  w.faulty = false
  if not ok then error(message, 0) end
  if w.failed then error(w.failed, 0) end
end

local function open_world(seed)
  local random = generator(seed)
  local w = { random = random, calls = 0, last = 0, made = 0, depth = 0, log = {}, trail = {} }
  w.tables, w.models = {}, {}
  w.size = random(20) == 1 and 200000 or 1
  if random(2) == 1 then
    w.path = os.tmpname()
    os.remove(w.path)
  end
  w.db = w.path and assert(blotter.open(w.path)) or blotter.memory()
  for name, key in pairs { keyed = "key", free = "required" } do
    w.tables[name] = assert(w.db:create(name, model.SCHEMA:format(key)))
    w.models[name] = { rows = {}, count = 0 }
  end
  assert(w.db:commit())
  blotter.threads = random(3)
  return w
end

--- One episode of about `most` calls; returns how many there were. Raises with what was wrong.
function abuse.episode(seed, most)
  local w = open_world(seed)
  if w.size > 1 then most = most // 10 end
  while w.calls < most do
    with_faults(w, function() some_call(w) end)
  end
  if w.db:in_transaction() then assert(w.db:rollback()) model.undo_to(w, w.begun or 0) end
  for name in pairs(w.models) do
    model.compare_count(w, name)
    model.compare_all(w, name)
  end
  assert(w.db:check())
  w.db:close()
  if w.path then os.remove(w.path) end
  return w.calls
end

--- Episodes of `each` calls until there were `calls`; returns how many there were and what was wrong, or nil.
function abuse.run(calls, seed, each, told)
  local done = 0
  while done < calls do
    local ok, result = pcall(abuse.episode, seed, math.min(each, calls))
    blotter.threads, blotter.memory_limit = 0, 0
    if not ok then
      return done, ("%s\n  again: make abuse CALLS=%d SEED=%d"):format(tostring(result), math.min(each, calls), seed)
    end
    done, seed = done + result, seed + 1
    if told then told(done, seed) end
  end
  return done
end

if arg and arg[0] and arg[0]:find "abuse.lua$" then
  local calls, seed = tonumber(arg[1] or 20000), tonumber(arg[2] or os.time())
  print(("abuse: %d calls from seed %d"):format(calls, seed))
  local last = 0
  local done, problem = abuse.run(calls, seed, 2000, function(so_far, next_seed)
    if so_far - last >= 20000 then
      last = so_far
      print(("abuse: %d calls, next seed %d"):format(so_far, next_seed))
    end
    io.stdout:flush()
  end)
  if problem then print(problem) end
  print(("abuse: %d calls, %s"):format(done, problem and "a problem" or "0 crashes, 0 lost rows"))
  os.exit(not problem, true)
end

return abuse
