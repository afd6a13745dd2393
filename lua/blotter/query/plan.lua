--- From verbs to the engine: nodes of the logical plan, the plan after the rules, and runs of it.
--
-- A node is made with one call of core.node, which checks it against the columns of its input: mistakes are told at
-- the verb. The plan of a query is prepared (core.prepare: the rules) when it is first run, and kept.

local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local mistyped = require "blotter.errors.mistyped"
local source = require "blotter.lang.source"
local whereabouts = require "blotter.errors.whereabouts"

local plan = {}

-- ---- making ----

--- The node of a syntax tree that the engine complains about, or nil. Terms are numbered as slots, aggregates after
-- them; without a position it is the whole term.
local function place(description, position, origin)
  local slots = description.slots or {}
  if origin > #slots then
    local item = description.aggregates and description.aggregates[origin - #slots]
    return item and item.node
  end
  local origins = slots[origin] and slots[origin].origins
  return origins and origins[position >= 0 and position + 1 or #origins] or nil
end

local function refuse(description, message, position, origin)
  local node = origin and place(description, position, origin)
  if node then source.fail_at(node, message .. mistyped.advice(node, message)) end
  fail("%s", message)
end

--- Notes whether terms call functions of the user's.
local function note_calls(description)
  for _, slot in ipairs(description.slots or {}) do
    if slot.functions then description.calls = true end
  end
end

--- A node of that kind over the plans `input` and, for a kind that reads two, `other`. Description: see
-- csrc/lua/bind_plan_read.c. Raises for a mistake, with a caret where it stands.
function plan.node(kind, description, input, other)
  note_calls(description)
  local made, message, _, position, origin = core.node(kind, description, input, other)
  return made or refuse(description, message, position, origin)
end

local MISTAKES = { type = true, name = true, invalid = true }

--- The same; but for a constant that is no value of the type that it is for, nil, message and code.
function plan.try_node(kind, description, input)
  note_calls(description)
  local made, message, code, position, origin = core.node(kind, description, input)
  if made or not MISTAKES[code] then return made, message, code end
  refuse(description, message, position, origin)
end

-- ---- running ----

--- The plan of a query after the rules, made once.
local function prepared(q)
  if q.pending then fail("by(…) waits for agg(…)") end
  if not q.prepared then
    local ready, message = core.prepare(q.plan)
    q.prepared = ready or fail("%s", message)
  end
  return q.prepared
end

--- What runs a query that reads tables on servers (sources that are no core tables); nil: all its rows are here.
local function elsewhere(q)
  for _, one in ipairs(q.sources) do
    if type(one) == "table" then return require "blotter.remote.ask" end
  end
end

--- Runs a query; returns its answer as a core table.
function plan.run(q)
  local far = elsewhere(q)
  if far then return far.answer(q) end
  local answer, message = core.run(prepared(q), table.unpack(q.sources))
  if not answer then fail("%s", message .. whereabouts(q.sources, message)) end
  return answer
end

--- Runs the same plan with one more node on top, which is made and prepared once for each query and `key`.
function plan.run_over(q, key, kind, description)
  prepared(q)
  local more = q.more
  if not more then
    more = {}
    q.more = more
  end
  local over = more[key]
  if not over then
    over = { plan = plan.node(kind, description, q.plan), sources = q.sources }
    more[key] = over
  end
  return plan.run(over)
end

--- The plan as text after the rules; mode "run": with what each node did; "written": before the rules.
function plan.explain(q, mode)
  if mode ~= nil and mode ~= "run" and mode ~= "written" then
    fail([[explain: nothing, "run" or "written" expected, got %s]], tostring(mode))
  end
  local ready, far = prepared(q), elsewhere(q)
  if far then return far.explain(q, mode) end
  if mode == "written" then return core.explain(core.prepare(q.plan, "written")) end
  if mode == nil then return core.explain(ready) end
  local text, message = core.profile(ready, table.unpack(q.sources))
  if not text then fail("%s", message) end
  return text
end

--- Runs `change(table, plan)` for the rows of `q`. Returns its count, or nil, message and code when the data do not
-- allow it.
function plan.change(q, change, handle)
  local count, message, code = change(handle, q.plan)
  if count then return count end
  if code == "closed" then fail("%s", message) end
  return nil, message, code
end

return plan
