--- A plan's outline as one SQL statement, its parameters apart.
--
-- A *relation* is a SELECT that is being written: `from`, `where` (conditions), `columns` (SQL over `from`), `names`,
-- `types`, and `order`: keys ({sql, type, descending, nulls_first}) by which its rows are in order. A node goes on in
-- the same SELECT while SQL's own order of work allows it, and wraps it as a subselect where not. A column is *plain*
-- when it is a name: anything else is computed once, in a SELECT of its own, before it is read.
--
-- Rows of a server have no order but the one that the query gives them: what needs one is refused without it.

local outline = require "blotter.remote.outline"

local statement = {}

local LONGEST = 1000000

-- ---- writing ----

local writer = {}
writer.__index = writer

--- A value that is sent beside the text; the text has "\1number\1" in its place.
function writer:parameter(value, kind)
  local id = kind .. "\0" .. tostring(value)
  local number = self.numbers[id]
  if not number then
    number = #self.parameters + 1
    self.numbers[id] = number
    self.parameters[number] = { value = value, type = kind }
  end
  return "\1" .. number .. "\1"
end

--- Names for the keys of an order as columns of a subselect: each is another one, for SQL takes a name in ORDER BY for
-- that of a result before it takes it for a column.
function writer:hidden(keys)
  local labels = {}
  for i in ipairs(keys) do
    self.keys = self.keys + 1
    labels[i] = self.dialect.quote("<" .. self.keys .. ">")
  end
  return labels
end

function writer:alias()
  self.aliases = self.aliases + 1
  return "q" .. self.aliases
end

--- The SQL of a term over columns of these SQL texts.
function writer:term(term, columns)
  local dialect = self.dialect
  if term.kind == "column" then return columns[term.column] end
  if term.kind == "value" then return dialect.value(self, term) end
  local call = { writer = self, term = term, type = term.type, name = term.name }
  for i, arg in ipairs(term.args) do
    call[i] = { sql = self:term(arg, columns), type = arg.type, term = arg }
  end
  local sql = dialect.call(call)
  if #sql > LONGEST then outline.refuse(term, dialect.name .. ": this would be more than a megabyte of SQL") end
  return sql
end

function writer:terms(terms, columns)
  local list = {}
  for i, term in ipairs(terms) do list[i] = self:term(term, columns) end
  return list
end

-- ---- relations ----

--- Names for columns in a subselect: their own where these are short and stand once. A dialect that `renames` takes a
-- result's name for a column's everywhere: there each SELECT has names that were not used before.
local function labels_of(w, relation)
  if w.dialect.renames then return w:hidden(relation.names) end
  local labels, taken = {}, {}
  for i, name in ipairs(relation.names) do
    local label = name
    if #name > 60 or taken[name] or name:find "[%c?]" then label = "<c" .. i .. ">" end
    taken[label] = true
    labels[i] = w.dialect.quote(label)
  end
  return labels
end

local function order_text(w, order)
  local parts = {}
  for i, key in ipairs(order) do parts[i] = w.dialect.order(key) end
  return " ORDER BY " .. table.concat(parts, ", ")
end

--- The text of a relation; `hidden`: labels of the keys of its order as columns behind the others.
local function select_text(relation, labels, hidden)
  local parts = {}
  for i, sql in ipairs(relation.columns) do
    parts[i] = sql == labels[i] and sql or sql .. " AS " .. labels[i]
  end
  for i, label in ipairs(hidden or {}) do parts[#parts + 1] = relation.order[i].sql .. " AS " .. label end
  local text = "SELECT " .. table.concat(parts, ", ") .. " FROM " .. relation.from
  if relation.where[1] then text = text .. " WHERE " .. table.concat(relation.where, " AND ") end
  return text .. (relation.tail or "")
end

local function relation_of(from, columns, node, order)
  return { from = from, columns = columns, names = node.names, types = node.types, where = {}, order = order or {} }
end

--- The relation as a subselect under `alias`, its columns plain; `qualified`: with the alias before their names.
local function wrapped(w, relation, qualified)
  local labels, hidden, alias = labels_of(w, relation), w:hidden(relation.order), w:alias()
  local from = "(" .. select_text(relation, labels, hidden) .. ") AS " .. alias
  local function reached(label) return qualified and not w.dialect.renames and alias .. "." .. label or label end
  local columns, order = {}, {}
  for i, label in ipairs(labels) do columns[i] = reached(label) end
  for i, key in ipairs(relation.order) do
    order[i] = setmetatable({ sql = reached(hidden[i]) }, { __index = key })
  end
  return relation_of(from, columns, relation, order)
end

--- The relation with plain columns, to which anything may be added.
local function open(w, relation)
  return (relation.computed or relation.tail) and wrapped(w, relation) or relation
end

local function is_plain(term)
  return term.kind == "column"
end

-- ---- nodes ----

local nodes = {}
local read

function nodes.filter(w, node)
  local relation = open(w, read(w, node.input))
  for _, term in ipairs(node.terms) do
    local condition = w:term(term, relation.columns)
    relation.where[#relation.where + 1] = w.dialect.condition and w.dialect.condition(condition) or condition
  end
  return relation
end

--- The slots of a list (name, slot, …).
local function item_terms(node)
  local terms, items = {}, node.description.items or {}
  for i = 2, #items, 2 do terms[i // 2] = node.terms[items[i]] end
  return terms
end

function nodes.project(w, node)
  local relation = read(w, node.input)
  local terms, computed = item_terms(node), false
  for _, term in ipairs(terms) do computed = computed or not is_plain(term) end
  if computed or relation.tail then relation = open(w, relation) end
  local columns = {}
  for i, term in ipairs(terms) do
    columns[i] = w:term(term, relation.columns)
    if term.type == "null" then columns[i] = w.dialect.cast(columns[i], node.types[i]) end
  end
  local made = relation_of(relation.from, columns, node, relation.order)
  made.where, made.tail, made.computed = relation.where, relation.tail, relation.computed or computed
  return made
end

--- An aggregate or an item of a window, ready for the dialect: kind, its arguments, its condition.
local function measure(w, node, item, kind_of_result, relation)
  local call = { writer = w, name = item[2], type = kind_of_result, order = relation.order,
    term = { origin = item.node } }
  for i = 4, #item do
    local term = node.terms[item[i]]
    call[i - 3] = { sql = w:term(term, relation.columns), type = term.type, term = term }
  end
  call.where = item[3] and w:term(node.terms[item[3]], relation.columns) or nil
  return call
end

function nodes.group(w, node)
  local relation = open(w, read(w, node.input))
  local keys, columns, places = item_terms(node), {}, {}
  for i, term in ipairs(keys) do
    columns[i] = w.dialect.key(w:term(term, relation.columns), term.type)
    if term.type == "null" then columns[i] = w.dialect.cast(columns[i], node.types[i]) end
    places[i] = w.dialect.renames and columns[i] or tostring(i)
  end
  for _, item in ipairs(node.description.aggregates or {}) do
    local at = #columns + 1
    columns[at] = w.dialect.aggregate(measure(w, node, item, node.types[at], relation))
  end
  local made = relation_of(relation.from, columns, node)
  made.where, made.computed = relation.where, true
  made.tail = #keys > 0 and " GROUP BY " .. table.concat(places, ", ") .. (w.dialect.group_tail or "") or ""
  return made
end

--- The keys of an order in a description, before those by which the rows are in order already.
local function order_keys(w, node, relation)
  local keys, order = {}, node.description.order or {}
  for i = 1, #order, 3 do
    local term = node.terms[order[i]]
    if term.kind ~= "value" then
      keys[#keys + 1] = { sql = w:term(term, relation.columns), type = term.type, descending = order[i + 1],
        nulls_first = order[i + 2] }
    end
  end
  return keys
end

local function with(keys, more)
  return table.move(more, 1, #more, #keys + 1, table.move(keys, 1, #keys, 1, {}))
end

function nodes.order(w, node)
  local relation = open(w, read(w, node.input))
  relation.order = with(order_keys(w, node, relation), relation.order)
  return relation
end

--- SQL takes a name in ORDER BY for that of a result before it takes it for a column: here both are the same.
local function in_order(w, relation)
  if not relation.order[1] or w.dialect.renames then return relation end
  local labels = labels_of(w, relation)
  for i, sql in ipairs(relation.columns) do
    if sql ~= labels[i] then return wrapped(w, relation) end
  end
  return relation
end

function nodes.limit(w, node)
  local relation = read(w, node.input)
  if relation.tail then relation = wrapped(w, relation) end
  relation = in_order(w, relation)
  local tail = relation.order[1] and order_text(w, relation.order) or ""
  local limit, skip = node.description.limit, node.description.skip
  relation.tail = tail .. w.dialect.limit(limit, skip or 0)
  return relation
end

--- The first rows of each group: those whose number within it is small.
function nodes.heads(w, node)
  if w.dialect.heads then w.dialect.heads() end
  local relation = open(w, read(w, node.input))
  local own = order_keys(w, node, relation)
  local keys, groups = {}, {}
  for i, slot in ipairs(node.description.keys) do
    local term = node.terms[slot]
    keys[i] = w.dialect.key(w:term(term, relation.columns), term.type)
    groups[i] = { sql = keys[i], type = term.type }
  end
  local number = ("row_number() OVER (PARTITION BY %s%s)"):format(table.concat(keys, ", "),
    order_text(w, with(own, relation.order)))
  local names, types = with(relation.names, { "<n>" }), with(relation.types, { "int64" })
  local numbered = relation_of(relation.from, with(relation.columns, { number }), { names = names, types = types },
    with(groups, with(own, relation.order)))
  numbered.where, numbered.computed = relation.where, true
  local made = wrapped(w, numbered)
  made.where[1] = ("%s <= %d"):format(table.remove(made.columns), node.description.rows)
  made.names, made.types = node.names, node.types
  return made
end

function nodes.sample(w)
  outline.refuse(nil, w.dialect.name .. ": sample: the server draws other rows than blotter, and others each time; "
    .. "pull the rows first")
end

-- ---- two inputs ----

--- The rows of two relations with the same columns and keys of order, one below the other.
local function stacked(w, node, first, second, labels)
  local hidden = w:hidden(first.order)
  local made = relation_of(("(%s UNION ALL %s) AS %s"):format(select_text(first, labels, hidden),
    select_text(second, labels, hidden), w:alias()), labels, node)
  for i, key in ipairs(first.order) do made.order[i] = setmetatable({ sql = hidden[i] }, { __index = key }) end
  return made
end

local JOINS = { inner = " JOIN ", left = " LEFT JOIN ", right = " RIGHT JOIN ", full = " FULL JOIN " }

--- An input of a join: what stands in FROM, under an alias of its own, and its columns. Where rows of the other side
-- come without a partner they come last: `first` is a key that they do not have.
local function side(w, node, first)
  local relation = read(w, node)
  if first and relation.order[1] then
    if relation.tail then relation = wrapped(w, relation) end
    relation.order = with({ { sql = "1", type = "int64" } }, relation.order)
  end
  return wrapped(w, relation, true)
end

--- A join as a dialect writes it that has only joins by keys.
local function keyed_join(w, node, left, right, keys)
  local also = node.also and w:term(node.also, with(left.columns, right.columns))
  local from, where, joined, others = w.dialect.join(w, node, left, right, keys, also)
  left, right = joined or left, others or right
  local columns = #node.names > #left.columns and with(left.columns, right.columns) or left.columns
  local made = relation_of(from, columns, node, left.order)
  made.where[1] = where
  return made
end

--- A full join for a server that can do it only with keys: a left join, and the rows of the right without partner.
local function full_join(w, node, left, right, condition)
  local joined = relation_of(left.from .. JOINS.left .. right.from .. " ON " .. condition,
    with(left.columns, right.columns), node, left.order)
  local nulls, order = {}, {}
  for i in ipairs(left.columns) do nulls[i] = w.dialect.cast("NULL", node.types[i]) end
  for i, key in ipairs(left.order) do
    order[i] = setmetatable({ sql = w.dialect.cast("NULL", key.type) }, { __index = key })
  end
  local rest = relation_of(right.from, with(nulls, right.columns), node, order)
  rest.where[1] = w.dialect.exists("anti", right, left, condition)
  return stacked(w, node, joined, rest, labels_of(w, node))
end

local function key_pairs(w, node, left, right)
  local conditions = {}
  for i, a in ipairs(node.left) do
    local b = node.right[i]
    conditions[i] = { a = { sql = w:term(a, left.columns), type = a.type, term = a },
      b = { sql = w:term(b, right.columns), type = b.type, term = b } }
  end
  return conditions
end

local function join_condition(w, node, left, right, pairs_of)
  local parts = {}
  for i, pair in ipairs(pairs_of) do
    parts[i] = w.dialect.matches(w, pair.a, pair.b, node.description.null_equal)
  end
  if node.also then parts[#parts + 1] = w:term(node.also, with(left.columns, right.columns)) end
  return parts[1] and table.concat(parts, " AND ") or w.dialect.always
end

local CHECKS = { "left_unique", "right_unique", "left_matched", "right_matched" }

function nodes.join(w, node)
  local description, dialect = node.description, w.dialect
  for _, check in ipairs(CHECKS) do
    if description[check] then
      outline.refuse(nil, dialect.name .. ": a join with validate or unmatched is not checked on a server; "
        .. "pull the rows first")
    end
  end
  local kind = description.join
  local left, right = side(w, node.input, kind == "right" or kind == "full"), side(w, node.other)
  local keys = key_pairs(w, node, left, right)
  if kind == "asof" then return dialect.asof(w, node, left, right, keys, relation_of) end
  if dialect.join then return keyed_join(w, node, left, right, keys) end
  local condition = join_condition(w, node, left, right, keys)
  if kind == "semi" or kind == "anti" then
    local made = relation_of(left.from, left.columns, node, left.order)
    made.where[1] = dialect.exists(kind, left, right, condition, keys, node)
    return made
  end
  if kind == "full" and not keys[1] then return full_join(w, node, left, right, condition) end
  local from = left.from .. JOINS[kind] .. right.from .. " ON " .. condition
  return relation_of(from, with(left.columns, right.columns), node, left.order)
end

--- One input of a union, with keys of an order that both have: its number, those of the first and of the second.
local function branch(w, relation, number, orders)
  local copy = setmetatable({ order = {} }, { __index = relation })
  if w.dialect.stacked then copy.columns = w.dialect.stacked(relation) end
  if orders then
    copy.order[1] = { sql = tostring(number), type = "int64" }
    for which, order in ipairs(orders) do
      for _, key in ipairs(order) do
        local sql = which == number and key.sql or w.dialect.cast("NULL", key.type)
        copy.order[#copy.order + 1] = setmetatable({ sql = sql }, { __index = key })
      end
    end
  end
  return copy
end

function nodes.union(w, node)
  local a, b = open(w, read(w, node.input)), open(w, read(w, node.other))
  local orders = (a.order[1] or b.order[1]) and { a.order, b.order } or nil
  local first, second, labels = branch(w, a, 1, orders), branch(w, b, 2, orders), labels_of(w, node)
  return stacked(w, node, first, second, labels)
end

-- ---- windows ----

local RANKS = { rank = true, dense_rank = true, percent_rank = true, cume_dist = true }
local PLACES = { row_number = true, ntile = true, lag = true, lead = true }
local VALUES = { first = true, last = true, nth = true }
local FRAMED = { count = true, sum = true, mean = true, min = true, max = true, variance = true, variance_pop = true,
  stddev = true, stddev_pop = true, first = true, last = true, nth = true }

local function edge(w, node, distance, word, kind)
  if distance == nil or distance == math.maxinteger then return "UNBOUNDED " .. word end
  if distance == 0 then return "CURRENT ROW" end
  local text = node.description.unit == "range" and w.dialect.distance(distance, kind) or tostring(distance)
  return text .. " " .. word
end

local function frame_text(w, node, kind)
  local d = node.description
  return (" %s BETWEEN %s AND %s"):format(d.unit:upper(), edge(w, node, d.before, "PRECEDING", kind),
    edge(w, node, d.after, "FOLLOWING", kind))
end

--- What stands in OVER (…) for an item.
local function over(w, node, relation, item, partition, own)
  local name, unit = item[2], node.description.unit
  local framed = unit and unit ~= "partition" and FRAMED[name]
  local ordered = RANKS[name] or PLACES[name] or VALUES[name] or framed or name:find "^cum" or name == "string_agg"
  if not ordered then return partition end
  local range = framed and unit == "range"
  local all = range and { own[1] and w.dialect.range_key(own[1]) } or RANKS[name] and own or with(own, relation.order)
  if not all[1] and (range or RANKS[name]) then return partition end
  if not all[1] then
    outline.refuse({ origin = item.node }, ("%s: %s needs an order: the rows of a server have none"):format(
      w.dialect.name, name))
  end
  if range and VALUES[name] then
    outline.refuse({ origin = item.node }, ("%s: %s over a range does not translate: the server does not know which of "
      .. "equal rows is the first"):format(w.dialect.name, name))
  end
  local text = partition .. order_text(w, all)
  if framed then return text .. frame_text(w, node, own[1] and own[1].type) end
  if VALUES[name] then return text .. " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING" end
  return name:find "^cum[^e]" and text .. " ROWS UNBOUNDED PRECEDING" or text
end

function nodes.window(w, node)
  local relation = open(w, read(w, node.input))
  local own, keys = order_keys(w, node, relation), {}
  for i, slot in ipairs(node.description.keys or {}) do
    local term = node.terms[slot]
    keys[i] = w.dialect.key(w:term(term, relation.columns), term.type)
  end
  local partition = keys[1] and "PARTITION BY " .. table.concat(keys, ", ") or ""
  local columns = with(relation.columns, {})
  for _, item in ipairs(node.description.aggregates) do
    local at = #columns + 1
    local call = measure(w, node, item, node.types[at], relation)
    call.over = over(w, node, relation, item, partition, own)
    columns[at] = w.dialect.window(call)
  end
  local made = relation_of(relation.from, columns, node, relation.order)
  made.where, made.computed, made.tail = relation.where, true, ""
  return made
end

-- ---- the statement ----

--- The relation of a node: of what `scan` (a function) gives one for, or of its kind.
function read(w, node)
  local given = w.scan(w, node)
  if given then return given end
  return nodes[node.kind](w, node)
end

--- Starts the relation of a table on the server: its FROM, and the SQL of each column.
statement.relation = relation_of

--- The text of the plan's statement, with "\1number\1" for its parameters, and these: {value, type}. `scan(writer,
-- node)` gives the relations of tables (statement.relation), and of other nodes nil. The rows come in their order; with
-- `keyed` they come in any, with the keys of their order ({type, descending, nulls_first}, the third result) as columns
-- behind the others.
function statement.write(node, dialect, scan, keyed)
  local w = setmetatable({ dialect = dialect, scan = scan, parameters = {}, numbers = {}, aliases = 0,
    keys = 0 }, writer)
  local relation = read(w, node)
  if relation.order[1] and (relation.tail or keyed) then relation = wrapped(w, relation) end
  relation = in_order(w, relation)
  local labels, columns = labels_of(w, relation), {}
  for i, sql in ipairs(relation.columns) do columns[i] = dialect.output(sql, node.types[i]) end
  local order = keyed and relation.order or {}
  local hidden = w:hidden(order)
  for i, key in ipairs(order) do
    columns[#columns + 1], labels[#labels + 1] = dialect.output(key.sql, key.type), hidden[i]
  end
  local text = select_text(setmetatable({ columns = columns }, { __index = relation }), labels)
  if not keyed and relation.order[1] then text = text .. order_text(w, relation.order) end
  return text .. (dialect.settings or ""), w.parameters, order
end

--- The text with what `put(number, parameter)` gives for its parameters.
function statement.render(text, parameters, put)
  return (text:gsub("\1(%d+)\1", function(digits)
    local number = math.tointeger(digits)
    return put(number, parameters[number])
  end))
end

return statement
