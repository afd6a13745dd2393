--- Queries: immutable, lazy, made by verbs.
--
-- A query folds its verbs into one *stage* as long as the engine can run them in one pass:
--
--   source ── where ── columns (derived ones are inlined) ── rows, or groups ── order ── skip, limit
--
-- A verb that does not fit (a filter after groups or after a limit) starts a new stage over the answer of this one.
-- Fields: source (a core table, or the query before), types (of the source's columns; filled in when the query before
-- has run), scope (what names mean to the next verb), conditions (terms), grouped,
-- keys (items {name, binding}), aggregates, order (entries), skip, limit. No field is changed after a verb has made it,
-- except `prepared` (plan.lua's) and `made` (what verbs made of this query, at the end of this file).

local aggregate = require "blotter.lang.aggregate"
local bind = require "blotter.lang.bind"
local arguments = require "blotter.errors.arguments"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local parser = require "blotter.lang.parser"
local source = require "blotter.lang.source"
local tree = require "blotter.lang.tree"

local query = {}
query.__index = query
query.__name = "blotter.query"

local EMPTY = {}

-- ---- making -----------------------------------------------------------------------------------------------------

--- A scope in which each name is a column of the source.
local function plain_scope(names, types)
  local columns = {}
  for i, name in ipairs(names) do columns[name] = i end
  return { names = names, columns = columns, types = types }
end

local function new(from, scope)
  scope.types = scope.types or {}
  return setmetatable({ source = from, types = scope.types, scope = scope, conditions = EMPTY, order_by = EMPTY,
    before = 0 }, query)
end

--- The query of all rows of a core table. `names` may leave out columns at the end.
function query.over(handle, names, types)
  if not names then names, types = core.columns(handle) end
  return new(handle, plain_scope(names, types))
end

--- The next query: this one's fields, and what the verb changes.
local function with(q, changes)
  local copy = { source = q.source, types = q.types, scope = q.scope, conditions = q.conditions, order_by = q.order_by,
    before = q.before, most = q.most, grouped = q.grouped, keys = q.keys, aggregates = q.aggregates,
    pending = q.pending }
  for key, value in next, changes do copy[key] = value end
  return setmetatable(copy, query)
end

--- A new stage over the answer of `q`.
local function nest(q)
  return new(q, plain_scope(q.scope.names))
end

local function is_limited(q) return q.most ~= nil or q.before > 0 end

-- ---- arguments of verbs -----------------------------------------------------------------------------------------

local function check_text(text, verb)
  if type(text) ~= "string" then
    local got = text == nil and "nothing" or "a " .. type(text)
    fail('%s expects a text such as "%s", got %s', verb, verb == "where" and "n > 5" or "a, b", got)
  end
  return text
end

local function check_whole(n, verb)
  local whole = math.type(n) and math.tointeger(n)
  if not whole or whole < 0 then fail("%s expects a whole number from 0 on, got %s", verb, tostring(n)) end
  return whole
end

--- The query that a verb may go on from: none of its predecessors waits for `agg`.
local function ready(q, verb)
  if q.pending then fail("by(…) waits for agg(…): %s comes after it", verb) end
  return q
end

-- ---- verbs on rows ----------------------------------------------------------------------------------------------

--- The rows of `q` for which the tree is true.
local function filtered(q, node, params)
  if q.grouped or is_limited(q) then q = nest(q) end
  local term = bind.term(node, q.scope, params)
  if term.size > bind.LARGEST then
    q = nest(q)
    term = bind.term(node, q.scope, params)
  end
  local terms = table.move(q.conditions, 1, #q.conditions, 1, {})
  terms[#terms + 1] = term
  return with(q, { conditions = terms })
end

--- Keeps the rows for which the condition is true (neither false nor null).
function query:where(text, params)
  ready(self, "where")
  return filtered(self, parser.expression(check_text(text, "where")), arguments.parameters(params, "where"))
end

--- Whether the items would inline so much that they deserve a stage of their own.
local function is_large(items, scope)
  local size = 0
  for _, item in ipairs(items) do
    local uses = item.node and item.node.uses or EMPTY
    for _, use in ipairs(uses) do
      local binding = scope.columns[use.name]
      size = size + (type(binding) == "table" and binding.size or 1)
    end
  end
  return size > bind.LARGEST
end

--- A query whose columns the items may be computed from.
local function for_columns(self, items)
  local q = self.grouped and nest(self) or self
  return is_large(items, q.scope) and nest(q) or q
end

local function add_column(scope, name, binding, item)
  if scope.columns[name] then source.fail_at(item, ("two columns named '%s'"):format(name)) end
  scope.names[#scope.names + 1] = name
  scope.columns[name] = binding
end

--- Adds the item's column, or with a star all columns that are not there yet.
local function select_item(scope, item, old, params)
  if not item.star then return add_column(scope, item.name, bind.binding(item.node, old, params), item) end
  for _, name in ipairs(old.names) do
    if not scope.columns[name] then add_column(scope, name, old.columns[name], item) end
  end
end

--- The columns of the answer, in this order; `*` stands for all that are not named before it.
function query:select(text, params)
  ready(self, "select")
  params = arguments.parameters(params, "select")
  local items = parser.list(check_text(text, "select"))
  local q = for_columns(self, items)
  local scope = { names = {}, columns = {}, types = q.scope.types }
  for _, item in ipairs(items) do select_item(scope, item, q.scope, params) end
  return with(q, { scope = scope })
end

--- Adds columns, or replaces columns of the same name where they stand. The items do not see each other.
function query:derive(text, params)
  ready(self, "derive")
  params = arguments.parameters(params, "derive")
  local items = parser.list(check_text(text, "derive"))
  local q = for_columns(self, items)
  local old = q.scope
  local scope = { names = table.move(old.names, 1, #old.names, 1, {}), columns = {}, types = old.types }
  for _, name in ipairs(old.names) do scope.columns[name] = old.columns[name] end
  for _, item in ipairs(items) do
    if item.star then source.fail_at(item, "derive keeps all columns anyway: no '*' is needed") end
    if not scope.columns[item.name] then scope.names[#scope.names + 1] = item.name end
    scope.columns[item.name] = bind.binding(item.node, old, params)
  end
  return with(q, { scope = scope })
end

--- The same rows with the columns of another scope over the same source.
function query.project(q, scope)
  return with(q, { scope = scope })
end

-- ---- groups -----------------------------------------------------------------------------------------------------

--- Rows as they come, of which groups can be made in the same pass.
local function for_groups(q, items)
  if q.grouped or is_limited(q) or #q.order_by > 0 or is_large(items, q.scope) then return nest(q) end
  return q
end

local function key_items(q, items, params, verb)
  local keys = {}
  for i, item in ipairs(items) do
    if item.star then source.fail_at(item, ("'*' cannot stand in %s"):format(verb)) end
    keys[i] = { name = item.name, binding = bind.binding(item.node, q.scope, params) }
  end
  return keys
end

--- The groups that the next `agg` aggregates.
function query:by(text, params)
  ready(self, "by")
  local items = parser.list(check_text(text, "by"))
  local q = for_groups(self, items)
  return with(q, { pending = true, keys = key_items(q, items, arguments.parameters(params, "by"), "by") })
end

local function names_of(keys, aggregates)
  local names = {}
  for _, key in ipairs(keys) do names[#names + 1] = key.name end
  for _, item in ipairs(aggregates) do names[#names + 1] = item[1] end
  return names
end

--- One row a group (without `by`: one row): the keys, then the aggregates.
function query:agg(text, params)
  params = arguments.parameters(params, "agg")
  local items = parser.list(check_text(text, "agg"))
  local q = self.pending and self or for_groups(self, items)
  local keys, taken = q.keys or EMPTY, {}
  for _, key in ipairs(keys) do taken[key.name] = true end
  local found, after = aggregate.split(items, q.scope, params, taken)
  local scope = plain_scope(names_of(keys, found))
  local groups = with(q, { pending = false, grouped = true, keys = keys, aggregates = found, scope = scope })
  if not after then return groups end
  local outer = nest(groups)
  local computed = { names = {}, columns = {} }
  for _, key in ipairs(keys) do add_column(computed, key.name, outer.scope.columns[key.name]) end
  for _, item in ipairs(after) do
    add_column(computed, item.name, bind.binding(item.node, outer.scope, params), item.node)
  end
  return with(outer, { scope = computed })
end

--- Rows that differ, of all columns or of those named; each where it first appeared.
function query:distinct(text, params)
  ready(self, "distinct")
  local q = text ~= nil and self:select(check_text(text, "distinct"), params) or self
  q = for_groups(q, EMPTY)
  local keys = {}
  for i, name in ipairs(q.scope.names) do keys[i] = { name = name, binding = q.scope.columns[name] } end
  return with(q, { grouped = true, keys = keys, aggregates = EMPTY, scope = plain_scope(q.scope.names) })
end

-- ---- order and limits -------------------------------------------------------------------------------------------

--- Groups can be ordered by their own columns only.
local function orders_by_columns(items)
  for _, item in ipairs(items) do
    if item.node.kind ~= "column" then return false end
  end
  return true
end

--- Puts entries {binding, descending, nulls_first} before the order that there is. `descending` is the default.
local function ordered(q, items, params, descending)
  if is_limited(q) or (q.grouped and not orders_by_columns(items)) or is_large(items, q.scope) then q = nest(q) end
  local entries = {}
  for i, item in ipairs(items) do
    local falls = item.direction == "desc" or not item.direction and descending or false
    entries[i] = { binding = bind.binding(item.node, q.scope, params), descending = falls,
      nulls_first = item.nulls == "first" }
  end
  table.move(q.order_by, 1, #q.order_by, #entries + 1, entries)
  return with(q, { order_by = entries })
end

--- Orders by the first expression, then the second, …; nulls last unless told. Rows that are equal keep the order
-- that they had.
function query:order(text, params)
  ready(self, "order")
  return ordered(self, parser.order(check_text(text, "order")), arguments.parameters(params, "order"), false)
end

--- The first `n` rows.
function query:limit(n)
  n = check_whole(n, "limit")
  ready(self, "limit")
  return with(self, { most = math.min(self.most or n, n) })
end

--- All but the first `n` rows.
function query:skip(n)
  n = check_whole(n, "skip")
  ready(self, "skip")
  if n > math.maxinteger - self.before then n = math.maxinteger - self.before end
  return with(self, { before = self.before + n, most = self.most and math.max(self.most - n, 0) })
end

--- A column's name as it is written in a text.
local function quoted(name)
  return "`" .. name:gsub("`", "``") .. "`"
end

--- The order items of a `top`, and the condition that the first of them has a value.
local function top_items(text)
  local items = parser.order(check_text(text, "top"))
  local ranked = items[1].node
  local shown = ranked.text:sub(ranked.first, ranked.last) .. " ~= nil"
  local present = tree.survey { kind = "isnull", a = ranked, negated = true, text = shown, first = 1, last = #shown,
    depth = ranked.depth + 1 }
  return items, present
end

local RANKED = { int64 = true, float64 = true, date = true, timestamp = true }

--- The top of each group as an aggregate, when the answer has no other columns than the keys and the ranked one;
-- otherwise nil. That keeps values, which takes less than keeping rows.
local function top_as_aggregate(q, n, items, keys)
  local function stored(name)
    local column = q.scope.columns[name]
    return math.type(column) and q.types[column]
  end
  local kind = stored(items[1].node.name)
  if #items > 1 or not kind or not (RANKED[kind] or kind:find "^decimal") or n < 1 or n > 1000000 then return nil end
  local taken = { [items[1].node.name] = true }
  for _, key in ipairs(keys) do
    local of = key.node.kind == "column" and stored(key.node.name)
    if not of or of == "float64" or taken[key.name] then return nil end -- a group's -0.0 would become 0.0
    taken[key.name] = true
  end
  if #q.scope.names ~= #keys + 1 then return nil end
  for _, name in ipairs(q.scope.names) do
    if not taken[name] then return nil end
  end
  local call = items[1].direction == "asc" and "bottom" or "top"
  local text = ("%s = %s(%s, %d)"):format(quoted(items[1].node.name), call, quoted(items[1].node.name), n)
  local names = {}
  for i, name in ipairs(q.scope.names) do names[i] = quoted(name) end
  local by = {}
  for i, key in ipairs(keys) do by[i] = quoted(key.node.name) end
  return with(q, { order_by = EMPTY }):by(table.concat(by, ", ")):agg(text):select(table.concat(names, ", "))
end

--- The first `n` rows of each group by the columns named in `by`.
local function top_of_groups(q, n, items, by, params)
  local keys = parser.list(check_text(by, "top"))
  local short = top_as_aggregate(q, n, items, keys)
  if short then return short end
  local ranked = ordered(q, items, params, true)
  local entries = {}
  for i, key in ipairs(keys) do
    if key.star then source.fail_at(key, "'*' cannot stand in by") end
    entries[i] = { binding = bind.binding(key.node, ranked.scope, params), descending = false, nulls_first = false }
  end
  table.move(ranked.order_by, 1, #ranked.order_by, #entries + 1, entries)
  return nest(with(ranked, { order_by = entries, heads = { keys = #keys, rows = n } }))
end

--- The `n` rows with the largest values of "n", or with the smallest of "n asc"; several expressions as in order. Rows
-- whose first value is null do not count. With {by = "country"}: so many rows of each country; the order of the groups
-- is not specified. The other option is params.
function query:top(n, text, options)
  n = check_whole(n, "top")
  ready(self, "top")
  options = arguments.options(options, { "by", "params" }, "top")
  local items, present = top_items(text)
  local params = arguments.parameters(options.params, "top")
  local q = filtered(self, present, params)
  if options.by then return top_of_groups(q, n, items, options.by, params) end
  return ordered(q, items, params, true):limit(n)
end

--- `n` rows drawn at random, in the order that they have; with n between 0 and 1 (a float) that share of the rows. The
-- same seed (1 by default) draws the same rows.
function query:sample(n, options)
  ready(self, "sample")
  options = arguments.options(options, { "seed" }, "sample")
  local seed = options.seed or 1
  if not math.tointeger(seed) then fail("sample: the seed is a whole number, got %s", tostring(seed)) end
  local share = math.type(n) == "float" and n >= 0 and n <= 1
  local sampled = { rows = not share and check_whole(n, "sample") or nil, share = share and n or nil,
    seed = math.tointeger(seed) }
  return nest(with(self, { sampled = sampled }))
end

-- ---- remembering ------------------------------------------------------------------------------------------------

local REMEMBERED = 32

--- Queries are immutable, so the same verb with the same text makes the same query: it is kept, with its prepared
-- plan, and a script that asks again in a loop does not plan again.
local function remembering(name, verb)
  return function(self, text, params)
    if params ~= nil or type(text) ~= "string" then return verb(self, text, params) end
    local made = self.made
    if not made then
      made = { count = 0 }
      self.made = made
    end
    local texts = made[name]
    if not texts then
      texts = {}
      made[name] = texts
    end
    local q = texts[text]
    if not q then
      q = verb(self, text)
      if made.count >= REMEMBERED then
        made = { count = 0 }
        texts = {}
        made[name] = texts
        self.made = made
      end
      texts[text] = q
      made.count = made.count + 1
    end
    return q
  end
end

for _, name in ipairs { "where", "select", "derive", "by", "agg", "order", "distinct" } do
  query[name] = remembering(name, query[name])
end

return query
