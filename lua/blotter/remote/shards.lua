--- Queries over tables whose rows are shared by several servers.
--
-- A node's rows are *parts* when each server can make its own part of them alone, the *same* when every server would
-- make all of them (of replicated tables and rows from here only), and neither when rows of several servers meet in it.
-- The largest parts are asked of all servers at once; what is above them blotter's own engine does here:
--
--   groups          partial aggregates there, merged here (mergeable below); where keys have the column by which rows
--                   were given to servers, whole groups there
--   limit, heads    the first rows of each server, and the first of these here
--   order           there no more than it has to be: rows come with the keys of their order and are put in order here
--   anything else   its rows come here, when they are not too many (`move` of connect), and the engine goes on
--
-- Aggregates that are not sums of parts take the different values of their arguments, or all rows of these columns.

local ask = require "blotter.remote.ask"
local bind = require "blotter.lang.bind"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local outline = require "blotter.remote.outline"
local partial = require "blotter.remote.partial"
local query = require "blotter.query.verbs"
local translate = require "blotter.remote.translate"

local shards = {}

-- ---- whose rows ----

--- Columns of a node that hold the value by which its rows were given to servers: {number = true}.
local shard_columns

local KEEPS = { filter = true, order = true, limit = true, heads = true, sample = true, window = true }

--- Joins in which every row has one of the left side, of the right side: its columns are never null for want of a row.
local HAS_LEFT = { inner = true, left = true, semi = true, anti = true, asof = true }
local HAS_RIGHT = { inner = true, right = true }

local function through_items(node, below)
  local columns, items = {}, node.description.items or {}
  for i = 2, #items, 2 do
    local term = node.terms[items[i]]
    if term.kind == "column" and below[term.column] then columns[i // 2] = true end
  end
  return columns
end

function shard_columns(node)
  if node.kind == "scan" then
    local columns = {}
    for i, name in ipairs(node.names) do
      if translate.is_far(node.source) and name == node.source.shard_by then columns[i] = true end
    end
    return columns
  end
  local below = shard_columns(node.input)
  if KEEPS[node.kind] then return below end
  if node.kind == "project" or node.kind == "group" then return through_items(node, below) end
  local beside, columns = shard_columns(node.other), {}
  if node.kind == "union" then
    for i in pairs(below) do columns[i] = beside[i] end
    return columns
  end
  local kind = node.description.join
  for i in pairs(HAS_LEFT[kind] and below or {}) do columns[i] = true end
  for i in pairs(HAS_RIGHT[kind] and beside or {}) do columns[#node.input.names + i] = true end
  return columns
end

local function has_column(terms, columns)
  for _, term in ipairs(terms) do
    if term.kind == "column" and columns[term.column] then return true end
  end
  return false
end

local function key_terms(node)
  local terms = {}
  if node.kind == "group" then
    local items = node.description.items or {}
    for i = 2, #items, 2 do terms[i // 2] = node.terms[items[i]] end
  else
    for i, slot in ipairs(node.description.keys or {}) do terms[i] = node.terms[slot] end
  end
  return terms
end

--- Whether a join pairs rows that lie on one server.
local function is_local_join(node)
  local left, right = shard_columns(node.input), shard_columns(node.other)
  local equal = #node.left - (node.description.join == "asof" and 1 or 0)
  for i = 1, equal do
    local a, b = node.left[i], node.right[i]
    if a.kind == "column" and b.kind == "column" and a.type == b.type and left[a.column] and right[b.column] then
      return true
    end
  end
  return false
end

local WITH_SAME = { inner = true, left = true, semi = true, anti = true, asof = true }

local kind_of

local function join_kind(node)
  local left, right = kind_of(node.input), kind_of(node.other)
  local kind = node.description.join
  if left == "same" and right == "same" then return "same" end
  if left == "parts" and right == "same" then return WITH_SAME[kind] and "parts" or nil end
  if left == "same" and right == "parts" then return (kind == "inner" or kind == "right") and "parts" or nil end
  return left == "parts" and right == "parts" and is_local_join(node) and "parts" or nil
end

--- "parts", "same" or nil.
function kind_of(node)
  if node.place == nil then
    local kind
    if node.kind == "scan" then
      kind = translate.is_far(node.source) and not node.source.replicated and "parts" or "same"
    elseif node.kind == "join" then
      kind = join_kind(node)
    elseif node.kind == "union" then
      local a, b = kind_of(node.input), kind_of(node.other)
      kind = a == b and a or nil
    else
      kind = kind_of(node.input)
      local whole = node.kind == "group" or node.kind == "window" or node.kind == "heads"
      if kind == "parts" and whole and not has_column(key_terms(node), shard_columns(node.input)) then kind = nil end
      if kind == "parts" and (node.kind == "limit" or node.kind == "sample") then kind = nil end
    end
    node.place = kind or false
  end
  return node.place or nil
end

-- ---- rows of all servers ----

local function as_query(node)
  return query.of(node.plan, node.sources)
end

local function append(q, kind, description)
  return query.append(q, kind, description)
end

--- One query over the answers of all servers, in the order of their keys, which are taken out.
local function united(answers, order, n)
  local all
  for _, answer in ipairs(answers) do
    local q = query.over(answer)
    all = all and query.append(all, "union", { slots = {} }, q) or q
  end
  if not order[1] then return all end
  local slots, keys, columns = {}, {}, { slots = {}, items = {} }
  for i, key in ipairs(order) do
    slots[i] = bind.column(n + i)
    table.move({ i, key.descending or false, key.nulls_first or false }, 1, 3, #keys + 1, keys)
  end
  for i = 1, n do
    columns.slots[i] = bind.column(i)
    columns.items[2 * i - 1], columns.items[2 * i] = query.scope(all).names[i], i
  end
  return append(append(all, "order", { slots = slots, order = keys }), "project", columns)
end

--- The rows of parts, here.
local function gathered(db, node)
  local answers, order = ask.servers(db.servers, node, true)
  return united(answers, order, #node.names)
end

--- How many rows parts have.
local function count(db, node)
  local counted = append(as_query(node), "group", { slots = {}, aggregates = { { "n", "count", false } } })
  local n = 0
  for _, answer in ipairs((ask.servers(db.servers, outline.read(counted)))) do n = n + core.values(answer, 1)[1] end
  return n
end

--- The rows of parts, here, for a step that the servers can not do alone: when they are not more than may be moved.
local function moved(db, node, why)
  local n = ask.is_dry() and 0 or count(db, node)
  if n > db.move then
    fail("%s: %d rows of %d servers would come here, more than the %d that may: allow it with move = %d in connect, or "
      .. "ask for less", why, n, #db.servers, db.move, n)
  end
  return gathered(db, node)
end

-- ---- steps above ----

local whole

local WHY = { join = "a join of rows that lie on different servers", window = "a window over rows of all servers",
  union = "rows of all servers below others" }

--- The rows of an input of a step that is done here.
local function input_here(db, node, step)
  if kind_of(node) == "parts" then return moved(db, node, WHY[step.kind] or step.kind) end
  return whole(db, node)
end

--- A project of the columns that aggregates' arguments, conditions and keys need, and the group over it.
local function narrowed(node)
  local description, terms, aggregates = node.description, { slots = {}, items = {} }, {}
  local function column(slot)
    local at = #terms.slots + 1
    terms.slots[at] = description.slots[slot]
    terms.items[2 * at - 1], terms.items[2 * at] = "c" .. at, at
    return at
  end
  local keys, slots = {}, {}
  for i = 1, #(description.items or {}), 2 do
    local at = column(description.items[i + 1])
    keys[i], keys[i + 1] = description.items[i], at
  end
  for i, item in ipairs(description.aggregates or {}) do
    local copy = { item[1], item[2], item[3] and column(item[3]), node = item.node }
    for k = 4, #item do copy[k] = column(item[k]) end
    aggregates[i] = copy
  end
  for i = 1, #terms.slots do slots[i] = bind.column(i) end
  if not terms.slots[1] then
    terms.slots[1], terms.items = bind.value("int64", 1), { "c1", 1 }
  end
  return terms, { slots = slots, items = keys, aggregates = aggregates }
end

--- A group of some aggregates over rows that come here: all, or only those that differ.
local function grouped_here(db, node, distinct)
  local columns, description = narrowed(node)
  -- constants among the arguments (a quantile's 0.5, a separator) stay with the aggregate
  for _, item in ipairs(description.aggregates) do
    for k = 4, #item do
      local slot = columns.slots[item[k]]
      if slot[1] == 2 and #slot == 3 then description.slots[item[k]] = slot end
    end
  end
  local q = append(as_query(node.input), "project", columns)
  if distinct then
    local keys = { slots = {}, items = {} }
    for i = 1, #columns.slots do
      keys.slots[i] = bind.column(i)
      keys.items[2 * i - 1], keys.items[2 * i] = "c" .. i, i
    end
    q = append(q, "group", keys)
  end
  local names = {}
  for i, item in ipairs(description.aggregates) do names[i] = item[2] end
  return append(moved(db, outline.read(q), table.concat(names, ", ") .. " over rows of all servers"), "group",
    description)
end

local NEEDS_ORDER = { first = true, last = true, string_agg = true }

local function has_order(node)
  while node.kind == "filter" or node.kind == "project" or node.kind == "window" do node = node.input end
  return node.kind == "order"
end

local function check_order(node)
  if has_order(node.input) then return end
  for _, item in ipairs(node.description.aggregates or {}) do
    if NEEDS_ORDER[item[2]] then
      outline.refuse({ origin = item.node }, item[2]
        .. " does not translate: the rows of a server have no order: put an order before")
    end
  end
end

--- The same group with some of its aggregates only.
local function with_aggregates(node, list)
  local description = { slots = node.description.slots, items = node.description.items, aggregates = list }
  return outline.read(append(as_query(node.input), "group", description))
end

--- Groups side by side, by their keys; the columns of the first are kept, then the aggregates of the second.
local function beside(a, b, nkeys)
  local left, right = #query.scope(a).names, #query.scope(b).names
  local join = { join = "inner", slots = {}, left = {}, right = {}, null_equal = true }
  for i = 1, nkeys do
    join.slots[2 * i - 1], join.slots[2 * i] = bind.column(i), bind.column(i)
    join.left[i], join.right[i] = 2 * i - 1, 2 * i
  end
  local columns = { slots = {}, items = {} }
  local function put(number, name)
    local at = #columns.slots + 1
    columns.slots[at] = bind.column(number)
    columns.items[2 * at - 1], columns.items[2 * at] = name, at
  end
  for i, name in ipairs(query.scope(a).names) do put(i, name) end
  for i = nkeys + 1, right do put(left + i, query.scope(b).names[i]) end
  return append(query.append(a, "join", join, b), "project", columns)
end

--- The columns of a group in its own order.
local function arranged(q, node)
  local columns, scope = { slots = {}, items = {} }, query.scope(q)
  for i, name in ipairs(node.names) do
    columns.slots[i] = bind.column(scope.columns[name])
    columns.items[2 * i - 1], columns.items[2 * i] = name, i
  end
  return append(q, "project", columns)
end

--- Groups over parts: each kind of aggregate in its own way.
local function grouped(db, node)
  check_order(node)
  local lists, nkeys = partial.sorted(node.description.aggregates or {}), #(node.description.items or {}) // 2
  local made
  local function add(q) made = made and beside(made, q, nkeys) or q end
  if lists.merged[1] or not (lists.distinct[1] or lists.rows[1]) then
    local some = with_aggregates(node, lists.merged)
    local there, finish = partial.split(some)
    local answers = ask.servers(db.servers, outline.read(append(as_query(node.input), "group", there)))
    add(finish(united(answers, {}, 0)))
  end
  if lists.distinct[1] then add(grouped_here(db, with_aggregates(node, lists.distinct), true)) end
  if lists.rows[1] then add(grouped_here(db, with_aggregates(node, lists.rows), false)) end
  return arranged(made, node)
end

--- The first rows of each server, and the first of these.
local function limited(db, node)
  local limit, skip = node.description.limit, node.description.skip or 0
  if not limit then return append(moved(db, node.input, "skip"), "limit", node.description) end
  local there = append(as_query(node.input), "limit", { limit = limit + skip })
  return append(gathered(db, outline.read(there)), "limit", node.description)
end

--- The rows of a node, here, as a query.
function whole(db, node)
  local kind = kind_of(node)
  if not translate.far_of(node.sources) then return as_query(node) end
  if kind == "same" then return query.over(ask.servers({ db.servers[1] }, node)[1]) end
  if kind == "parts" then return gathered(db, node) end
  if kind_of(node.input) == "parts" then
    if node.kind == "group" then return grouped(db, node) end
    if node.kind == "limit" then return limited(db, node) end
    if node.kind == "heads" then return append(gathered(db, node), "heads", node.description) end
  end
  local input = input_here(db, node.input, node)
  return query.append(input, node.kind, node.description, node.other and input_here(db, node.other, node))
end

--- What is left to do here when all servers of `db` have answered.
shards.rest = whole

return shards
