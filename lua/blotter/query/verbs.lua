--- Queries: immutable, lazy, made by verbs. A verb appends a node to the logical plan.
--
-- Fields: plan (a core plan, whose nodes know their columns), sources (the core tables that its scans read, from left
-- to right), pending (what `by` wrote, until `agg`). No field is changed after a verb has made it, except what is kept:
-- known (the scope), prepared and more (plan.lua's) and made (what verbs made of this query, at the end of this file).
--
-- To add a verb: write its function here (or in a file that takes `query`, for a family), which checks its arguments,
-- emits its terms over `query.scope(self)` and ends in `append(self, kind, description[, other])`; name it in VERBS of
-- surface.lua, so that tables and frames have it too; and, for a new kind of node, read its description in
-- csrc/lua/bind_plan_read.c, keep its parts in csrc/plan/tree.c, find its columns in csrc/plan/binding.c, write it as
-- text in csrc/plan/explain.c, say in csrc/plan/rules_prune.c which columns it reads, and run it in csrc/exec/run.c.

local aggregate = require "blotter.lang.aggregate"
local bind = require "blotter.lang.bind"
local build = require "blotter.lang.build"
local arguments = require "blotter.errors.arguments"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local groupings = require "blotter.query.groupings"
local parser = require "blotter.lang.parser"
local plan = require "blotter.query.plan"
local source = require "blotter.lang.source"
local tree = require "blotter.lang.tree"

local query = {}
query.__index = query
query.__name = "blotter.query"

local EMPTY = {}

-- ---- making ----

local function new(made, sources)
  return setmetatable({ plan = made, sources = sources }, query)
end

--- The query of a plan's rows, whose scans read `sources`.
query.of = new

--- The query of all rows of a core table.
function query.over(handle)
  return new(core.scan(handle), { handle })
end

--- What names mean to the next verb: the columns of the query's plan.
function query.scope(q)
  local scope = q.known
  if not scope then
    local names, types = core.schema(q.plan)
    local columns = {}
    for i, name in ipairs(names) do columns[name] = i end
    scope = { names = names, types = types, columns = columns }
    q.known = scope
  end
  return scope
end

--- The query with one more node on top; `other` is the second query of a node that reads two.
local function append(q, kind, description, other)
  if not other then return new(plan.node(kind, description, q.plan), q.sources) end
  local sources = table.move(q.sources, 1, #q.sources, 1, {})
  table.move(other.sources, 1, #other.sources, #sources + 1, sources)
  return new(plan.node(kind, description, q.plan, other.plan), sources)
end

--- The same for other files. A query has no rows of its own that a user could add to.
function query.append(q, kind, description, other)
  if type(description) ~= "table" then
    fail 'append: rows are put into a table, t:append(…); on servers q:push(db, "name", {exists = "append"})'
  end
  return append(q, kind, description, other)
end

-- ---- arguments of verbs ----

--- How a verb writes a name of a table of other tools' kind and what stands behind it.
local SHAPES = {
  where = "%s == %s", order = "%s %s", top = "%s %s", join = "%s == %s", default = "%s = %s",
}

--- Words in such tables that are no names: of a join's condition.
local BOTH = { on = true, by = true, using = true }

local function sorted_names(given)
  local names = {}
  for name in pairs(given) do names[#names + 1] = tostring(name) end
  table.sort(names)
  return names
end

--- {on = "id"}, {left_on = "a", right_on = "b"} or {a = "b"} as a condition.
local function as_condition(given, names)
  local left, right = given.left_on, given.right_on
  if type(left) == "string" and type(right) == "string" then return ("%s == %s"):format(left, right) end
  for _, name in ipairs(names) do
    if BOTH[name] and type(given[name]) == "string" then return given[name] end
  end
  return nil
end

--- The new name stands first; who writes a column of the query first means the other way round.
local function is_turned(name, value, verb, q)
  local columns = verb == "rename" and q and query.scope(q).columns
  return columns and columns[name] and not columns[value]
end

local function as_item(name, value, verb, q)
  local shape = SHAPES[verb:find "join$" and "join" or verb] or SHAPES.default
  if verb == "where" then value = arguments.shown(value) end
  if is_turned(name, value, verb, q) then name, value = value, name end
  return shape:format(tostring(name), tostring(value))
end

--- A list or a table of other tools' kind as the text that is written for it, for a message; or nothing.
local function as_text(given, verb, q)
  if type(given) == "function" then return ": expressions are texts, in which lua($f, x) calls a function" end
  if type(given) ~= "table" or getmetatable(given) then return "" end
  local items = {}
  for i, one in ipairs(given) do items[i] = tostring(one) end
  if #items > 0 then return (': write "%s"'):format(table.concat(items, ", ")) end
  local names = sorted_names(given)
  local condition = verb:find "join$" and as_condition(given, names)
  if condition then return (': write "%s"'):format(condition) end
  for i, name in ipairs(names) do
    if type(given[name]) == "table" then return "" end
    items[i] = as_item(name, given[name], verb, q)
  end
  return #items > 0 and (': write "%s"'):format(table.concat(items, verb == "where" and " and " or ", ")) or ""
end

local function check_text(text, verb, q)
  if type(text) ~= "string" and not build.is(text) then
    local got = text == nil and "nothing" or "a " .. type(text)
    local example = verb == "where" and "n > 5" or verb:find "join$" and "id" or "a, b"
    fail('%s expects a text such as "%s", got %s%s', verb, example, got, as_text(text, verb, q))
  end
  return text
end
query.check_text = check_text

local function check_whole(n, verb)
  local whole = math.type(n) and math.tointeger(n)
  if not whole or whole < 0 then
    local hint = verb == "top" and type(n) == "string" and ': the number stands first, as in top(3, "n")' or ""
    fail("%s expects a whole number from 0 on, got %s%s", verb, arguments.shown(n), hint)
  end
  return whole
end

query.check_whole = check_whole

--- The query that a verb may go on from: it does not wait for `agg`.
local function ready(q, verb)
  if q.pending then fail("by(…) waits for agg(…): %s comes after it", verb) end
  return q
end
query.ready = ready

-- ---- verbs on rows ----

--- The rows of `q` for which the tree is true.
local function filtered(q, node, params)
  return append(q, "filter", { slots = { bind.emit(node, query.scope(q), params) } })
end

query.filtered = filtered

--- Refuses a condition that names no column but has a constant that is the name of one.
local function check_condition(self, root)
  if root.uses[1] then return end
  local scope = query.scope(self)
  tree.walk(root, function(node) bind.check_constant(node, scope) end)
end

--- Keeps the rows for which the condition is true (neither false nor null).
function query:where(text, params)
  ready(self, "where")
  local root = parser.expression(check_text(text, "where"))
  check_condition(self, root)
  return filtered(self, root, arguments.parameters(params, "where"))
end

--- Columns of a project, in order: names, and the slot of each.
local function new_columns()
  return { slots = {}, items = {}, at = {} }
end

--- Adds a column; one of that name is replaced where it stands.
local function put_column(columns, name, emitted)
  local at = columns.at[name] or #columns.slots + 1
  columns.at[name] = at
  columns.slots[at] = emitted
  columns.items[2 * at - 1], columns.items[2 * at] = name, at
end

local function add_column(columns, name, emitted, item)
  if columns.at[name] then source.fail_at(item, ("two columns named '%s'"):format(name)) end
  put_column(columns, name, emitted)
end

--- Adds the item's column, or with a star all columns that are not there yet.
local function select_item(columns, item, scope, params)
  if not item.star then
    bind.check_item(item, scope)
    return add_column(columns, item.name, bind.emit(item.node, scope, params), item)
  end
  for number, name in ipairs(scope.names) do
    if not columns.at[name] then put_column(columns, name, bind.column(number)) end
  end
end

--- The columns of the answer, in this order; `*` stands for all that are not named before it.
function query:select(text, params)
  ready(self, "select")
  params = arguments.parameters(params, "select")
  local items = parser.list(check_text(text, "select"))
  local columns, scope = new_columns(), query.scope(self)
  for _, item in ipairs(items) do select_item(columns, item, scope, params) end
  return append(self, "project", columns)
end

--- Adds columns, or replaces columns of the same name where they stand. The items do not see each other.
function query:derive(text, params)
  ready(self, "derive")
  params = arguments.parameters(params, "derive")
  local items = parser.list(check_text(text, "derive"))
  local columns, scope = new_columns(), query.scope(self)
  for number, name in ipairs(scope.names) do put_column(columns, name, bind.column(number)) end
  for _, item in ipairs(items) do
    if item.star then source.fail_at(item, "derive keeps all columns anyway: no '*' is needed") end
    bind.check_item(item, scope)
    put_column(columns, item.name, bind.emit(item.node, scope, params))
  end
  return append(self, "project", columns)
end

--- New values for columns of stored rows, each of the column's own type: {name, type, node} a column. Nil, message and
-- code when a constant is no value of that type.
function query.cast(q, items, params)
  local columns = new_columns()
  for _, item in ipairs(items) do
    add_column(columns, item.name, bind.cast(item.node, query.scope(q), params, item.type), item)
  end
  local made, message, code = plan.try_node("project", columns, q.plan)
  if not made then return nil, message, code end
  return new(made, q.sources)
end

-- ---- groups ----

--- Keys of groups, as the description of a group without aggregates.
local function key_columns(q, items, params, verb)
  local keys = { slots = {}, items = {}, names = {} }
  for i, item in ipairs(items) do
    if item.star then source.fail_at(item, ("'*' cannot stand in %s"):format(verb)) end
    bind.check_item(item, query.scope(q))
    keys.slots[i] = bind.emit(item.node, query.scope(q), params)
    keys.items[2 * i - 1], keys.items[2 * i] = item.name, i
    keys.names[i] = item.name
  end
  return keys
end

--- The query that waits for the aggregates of these keys ({name, node} each); `sets`: of several groupings, each a
-- sequence of numbers of keys.
function query.keyed(q, items, params, sets)
  local keys = key_columns(q, items, params, "by")
  plan.node("group", keys, q.plan) -- which tells mistakes
  local made = new(q.plan, q.sources)
  made.pending, made.known = keys, q.known
  keys.sets = sets
  return made
end

--- The groups that the next `agg` aggregates.
function query:by(text, params)
  ready(self, "by")
  local items, sets = groupings.read(parser.list(check_text(text, "by")))
  return query.keyed(self, items, arguments.parameters(params, "by"), sets)
end

--- The columns of an `agg` that computes with aggregates: the keys, then its items.
function query.computed(groups, names, after, params)
  local columns, scope = new_columns(), query.scope(groups)
  for number, name in ipairs(names) do add_column(columns, name, bind.column(number)) end
  for _, item in ipairs(after) do
    add_column(columns, item.name, bind.emit(item.node, scope, params), item.node)
  end
  return append(groups, "project", columns)
end

--- The description of the groups of these keys (a description) with the items' aggregates, and what is computed from
-- them, if anything.
function query.grouped(q, keys, items, params)
  local taken = {}
  local names = keys.names or EMPTY
  for _, name in ipairs(names) do taken[name] = true end
  local slots = table.move(keys.slots or EMPTY, 1, #names, 1, {})
  local found, after = aggregate.split(items, query.scope(q), params, taken, slots)
  return { slots = slots, items = keys.items, aggregates = found }, after
end

--- The same of parsed items.
function query.aggregate(q, items, params)
  local keys = q.pending or EMPTY
  if keys.sets then return query.aggregate_sets(q, keys, items, params) end
  local description, after = query.grouped(q, keys, items, params)
  local groups = append(q, "group", description)
  return after and query.computed(groups, keys.names or EMPTY, after, params) or groups
end

--- One row a group (without `by`: one row): the keys, then the aggregates.
function query:agg(text, params)
  return query.aggregate(self, parser.list(check_text(text, "agg")), arguments.parameters(params, "agg"))
end

--- Rows that differ, of all columns or of those named; each where it first appeared.
function query:distinct(text, params)
  ready(self, "distinct")
  local q = text ~= nil and self:select(check_text(text, "distinct"), params) or self
  local keys = { slots = {}, items = {} }
  for number, name in ipairs(query.scope(q).names) do
    keys.slots[number] = bind.column(number)
    keys.items[2 * number - 1], keys.items[2 * number] = name, number
  end
  return append(q, "group", keys)
end

-- ---- order and limits ----

--- Appends the items of an order to a description; `descending` is the default.
local function put_order(description, scope, items, params, descending)
  local slots, order = description.slots, {}
  for _, item in ipairs(items) do
    local falls = item.direction == "desc" or not item.direction and descending or false
    bind.check_item(item, scope)
    slots[#slots + 1] = bind.emit(item.node, scope, params)
    table.move({ #slots, falls, item.nulls == "first" }, 1, 3, #order + 1, order)
  end
  description.order = order
  return description
end
query.put_order = put_order

local function ordered(q, items, params, descending)
  return append(q, "order", put_order({ slots = {} }, query.scope(q), items, params, descending))
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
  return append(ready(self, "limit"), "limit", { limit = n })
end

--- All but the first `n` rows.
function query:skip(n)
  n = check_whole(n, "skip")
  return append(ready(self, "skip"), "limit", { skip = n })
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

--- The first `n` rows of each group by the columns named in `by`.
local function top_of_groups(q, n, items, by, params)
  local description = { slots = {}, keys = {}, rows = n }
  for i, key in ipairs(parser.list(check_text(by, "top"))) do
    if key.star then source.fail_at(key, "'*' cannot stand in by") end
    bind.check_item(key, query.scope(q))
    description.slots[i] = bind.emit(key.node, query.scope(q), params)
    description.keys[i] = i
  end
  return append(q, "heads", put_order(description, query.scope(q), items, params, true))
end

--- The `n` rows with the largest values of "n", or with the smallest of "n asc"; several expressions as in order. Rows
-- whose first value is null do not count. With {by = "country"}: so many rows of each country, the
-- countries in an order that depends on data and query only. The other option is params.
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
  return append(self, "sample", { rows = not share and check_whole(n, "sample") or nil, share = share and n or nil,
    seed = math.tointeger(seed) })
end

-- ---- remembering ----

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
