--- From a query to the engine: the description of its stage, running it, and what to say when it fails.

local bind = require "blotter.lang.bind"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local source = require "blotter.lang.source"

local plan = {}

-- ---- describing ---------------------------------------------------------------------------------------------------

--- Number of the slot that holds a binding; the same binding is computed once.
local function slot_of(description, binding)
  local known = description.known[binding]
  if known then return known end
  local slots = description.slots
  slots[#slots + 1] = bind.emit(binding)
  description.known[binding] = #slots
  return #slots
end

local function add_output(description, name, binding)
  local outputs = description.outputs
  outputs[#outputs + 1] = name
  outputs[#outputs + 1] = slot_of(description, binding)
  return #outputs // 2
end

local function describe_rows(q, description)
  local at = {}
  for i, name in ipairs(q.scope.names) do
    local binding = q.scope.columns[name]
    add_output(description, name, binding)
    at[binding] = at[binding] or i
  end
  for _, entry in ipairs(q.order_by) do
    local column = at[entry.binding]
    if not column then
      column = add_output(description, "#" .. #description.outputs // 2 + 1, entry.binding)
      at[entry.binding] = column
    end
    local order = description.order
    table.move({ column, entry.descending, entry.nulls_first }, 1, 3, #order + 1, order)
  end
  if q.heads then description.nheads, description.heads = q.heads.keys, q.heads.rows end
end

local function describe_groups(q, description)
  description.grouped = true
  for _, key in ipairs(q.keys) do add_output(description, key.name, key.binding) end
  for i, item in ipairs(q.aggregates) do
    local out = { item[1], item[2], item[3] and slot_of(description, item[3]) }
    for k = 4, #item do out[k] = slot_of(description, item[k]) end
    description.aggregates[i] = out
  end
  local order = description.order
  for _, entry in ipairs(q.order_by) do
    table.move({ entry.binding, entry.descending, entry.nulls_first }, 1, 3, #order + 1, order)
  end
end

--- The description that core.stage reads.
local function describe(q)
  local description = { slots = {}, known = {}, outputs = {}, aggregates = {}, order = {} }
  if #q.conditions > 0 then
    description.slots[1] = bind.emit_all(q.conditions)
    description.where = 1
  end
  if q.grouped then describe_groups(q, description) else describe_rows(q, description) end
  if q.before > 0 then description.skip = q.before end
  description.limit = q.most
  return description
end

local function prepare(q)
  if not q.prepared then
    local description = describe(q)
    q.prepared = { description = description, stage = core.stage(description) }
  end
  return q.prepared
end

-- ---- failing ------------------------------------------------------------------------------------------------------

--- The node of a tree that the engine complains about, or nil.
local function node_at(q, position, slot)
  if slot then
    return q.prepared.description.slots[slot].origins[position + 1] or nil
  end
  local item = q.aggregates and position >= 0 and q.aggregates[position + 1]
  return item and item.node
end

local function refuse(q, message, code, position, slot)
  -- what goes wrong with the values of some row has no place in the text
  local node = (slot or code == "type" or code == "name" or code == "invalid") and node_at(q, position, slot)
  if node then source.fail_at(node, message) end
  fail("%s", message)
end

-- ---- running ------------------------------------------------------------------------------------------------------

--- The core table that a query reads: the stored one, or the answer of the stage before.
local function input(q, mode, profiles)
  if q.pending then fail("by(…) waits for agg(…)") end
  local from = q.source
  if not core.is_table(from) then from = plan.run(from, mode, profiles) end
  if #q.types == 0 then
    local _, types = core.columns(from)
    table.move(types, 1, #types, 1, q.types)
  end
  return from
end

--- Cuts an answer down to rows drawn at random.
local function keep_sample(q, answer)
  local rows = q.sampled.rows or math.floor(q.sampled.share * #answer + 0.5)
  local done, message, code = core.keep_sample(answer, rows, q.sampled.seed)
  if not done then refuse(q, message, code, -1) end
end

--- Runs a query; returns its answer as a core table. With mode "profile", what ran is appended to `profiles`.
function plan.run(q, mode, profiles)
  local from = input(q, mode, profiles)
  local answer, message, code, position, slot = core.run(prepare(q).stage, from, mode)
  if not answer then refuse(q, message, code, position, slot) end
  if q.sampled then keep_sample(q, answer) end
  if profiles then profiles[#profiles + 1] = { query = q, profile = message } end
  return answer
end

--- Appends to `profiles` how a query would run. Only the stages before the last one are run, whose answers it needs.
function plan.explain(q, profiles)
  local from = input(q, "profile", profiles)
  local profile, message, code, position, slot = core.run(prepare(q).stage, from, "explain")
  if not profile then refuse(q, message, code, position, slot) end
  profiles[#profiles + 1] = { query = q, profile = profile }
end

--- Runs `change(table, stage, …)` for the rows of `q`. Returns its count, or nil, message and code when the data do not
-- allow it; a mistake in the text raises.
function plan.change(q, change, handle, ...)
  local _, types = core.columns(handle)
  table.move(types, 1, #types, 1, q.types)
  local count, message, code, position, slot = change(handle, prepare(q).stage, ...)
  if count then return count end
  if code == "closed" then fail("%s", message) end
  if code == "type" or code == "name" or code == "invalid" then refuse(q, message, code, position, slot) end
  return nil, message, code
end

return plan
