--- The answer of an `agg` after a `by` of several groupings: those of each set, one after the other.
--
-- Groups of some keys are groups of the groups of more keys. Where all aggregates can be merged so, the rows are read
-- once, for the set with all keys, and every other set is made of the smallest one that has its keys. An answer that
-- serves several is shared: the engine computes it once.

local bind = require "blotter.lang.bind"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local groupings = require "blotter.query.groupings"
local plan = require "blotter.query.plan"
local query = require "blotter.query.verbs"

--- What merges the results of an aggregate.
local MERGED = { count = "sum", sum = "sum", min = "min", max = "max", any = "any", all = "all" }

local shared_answers = 0

--- The keys of one grouping.
local function chosen(keys, set)
  local some = { slots = {}, items = {}, names = {} }
  for i, number in ipairs(set) do
    some.slots[i], some.names[i] = keys.slots[number], keys.names[number]
    some.items[2 * i - 1], some.items[2 * i] = keys.names[number], i
  end
  return some
end

--- Columns of `groups`, whose first are the keys `names`, as the keys and slots of a description.
local function columns_of(groups, names)
  local number_of, some = {}, { slots = {}, items = {}, names = names }
  for number, name in ipairs(query.scope(groups).names) do number_of[name] = number_of[name] or number end
  for i, name in ipairs(names) do
    some.slots[i] = bind.column(number_of[name])
    some.items[2 * i - 1], some.items[2 * i] = name, i
  end
  return some
end

--- The row of all rows out of groups: where there is none, its counts are 0.
local function counted(groups, found)
  local description = { slots = {}, items = {} }
  for i, one in ipairs(found) do
    local column = bind.column(i)
    description.slots[i] = one[2] == "count" and bind.call("coalesce", column, bind.value("int64", 0)) or column
    description.items[2 * i - 1], description.items[2 * i] = one[1], i
  end
  return query.append(groups, "project", description)
end

--- The groups with these names of keys out of finer groups, which have `nkeys` keys before their aggregates.
local function coarser(finer, nkeys, names, found, shared)
  local some = columns_of(finer, names)
  local description = { slots = some.slots, items = some.items, aggregates = {}, shared = shared }
  for i, one in ipairs(found) do
    description.slots[#names + i] = bind.column(nkeys + i)
    description.aggregates[i] = { one[1], MERGED[one[2]], false, #names + i, node = one.node }
  end
  local groups = query.append(finer, "group", description)
  return #names > 0 and groups or counted(groups, found)
end

--- Whether the aggregates of these items can be merged.
local function mergeable(q, keys, items, params)
  if groupings.asked_within(items, bind.aggregate) then return false end
  local set = keys.sets[1]
  local description = query.grouped(q, chosen(keys, set), groupings.told(items, keys.names, set), params)
  for _, one in ipairs(description.aggregates) do
    if not MERGED[one[2]] then return false end
  end
  return true
end

--- The groups of each set, as queries, by its number.
local function groups_of(q, keys, items, params)
  local finer = mergeable(q, keys, items, params) and groupings.finer(keys.sets) or {}
  local serves, made = {}, {}
  for _, number in pairs(finer) do serves[number] = true end
  local function make(i)
    if made[i] then return made[i] end
    local set, from, shared = keys.sets[i], finer[i], nil
    if serves[i] then
      shared_answers = shared_answers + 1
      shared = shared_answers
    end
    local some = chosen(keys, set)
    local description = query.grouped(q, some, groupings.told(items, keys.names, set), params)
    description.shared = shared
    made[i] = from and coarser(make(from), #keys.sets[from], some.names, description.aggregates, shared)
      or query.append(q, "group", description)
    return made[i]
  end
  for i in ipairs(keys.sets) do make(i) end
  return made
end

--- The groups of one grouping with the columns of all keys: null for those that it leaves out.
local function widened(groups, keys, types, nset)
  local scope, slots, columns, taken = query.scope(groups), {}, {}, {}
  local function put(name, slot)
    if taken[name] then fail("agg: an aggregate has the name of a key: %s", name) end
    taken[name], slots[#slots + 1] = true, slot
    columns[#columns + 1], columns[#columns + 2] = name, #slots
  end
  for i, name in ipairs(keys.names) do
    local number = scope.columns[name]
    put(name, number and number <= nset and bind.column(number) or bind.null(types[i]))
  end
  for number = nset + 1, #scope.names do put(scope.names[number], bind.column(number)) end
  return query.append(groups, "project", { slots = slots, items = columns })
end

--- The rows of all groupings, one after the other.
function query.aggregate_sets(q, keys, items, params)
  local _, types = core.schema(plan.node("group", keys, q.plan))
  local groups, all = groups_of(q, keys, items, params), nil
  for i, set in ipairs(keys.sets) do
    local some = chosen(keys, set)
    local _, after = query.grouped(q, some, groupings.told(items, keys.names, set), params)
    local rows = after and query.computed(groups[i], some.names, after, params) or groups[i]
    rows = widened(rows, keys, types, #set)
    all = all and query.append(all, "union", { slots = {} }, rows) or rows
  end
  return all
end
