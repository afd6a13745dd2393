--- Queries of several verbs in any order, each as blotter runs it, as the naive engine does, and (where SQL can say it)
-- as a statement for SQLite.
--
-- A state is what the verbs so far made: q (the query), rows (a function that gives the oracle's rows), columns
-- ({name, kind} in order), text (for messages) and sql (nil once rows depend on an order that SQL does not keep), which
-- only DuckDB understands where `beyond_sqlite` is true. Of a column of kind "rough", a float that two engines may
-- round differently, nothing is computed.

local oracle = require "oracle"
local parser = require "blotter.lang.parser"
local reshaped = require "composed_reshape"
local sides = require "composed_sides"
local tables = require "composed_tables"

local composed = {}

local MOST_ROWS = 1500 -- of an answer that is still asked something
local WORDS = { "KR", "JP", "US", "", "a b", "x'y" }

-- ---- expressions ----

local function of_kind(columns, kind)
  local names = {}
  for _, column in ipairs(columns) do
    if column.kind == kind then names[#names + 1] = column.name end
  end
  return names
end

local function constant(g, kind)
  if kind == "int" then return tostring(g:int(-9, 9)) end
  if kind == "float" then return ("%.2e"):format(g:int(-40, 40) / 4) end
  if kind == "string" then return ("%q"):format(g:pick(WORDS)) end
  return g:pick { "true", "false" }
end

local function leaf(g, columns, kind)
  local names = of_kind(columns, kind)
  return #names > 0 and g:chance(85) and g:pick(names) or constant(g, kind)
end

local expression

local function condition(g, columns, depth)
  local form = g:int(1, depth > 0 and 8 or 4)
  if form <= 3 then
    local kind = g:pick { "int", "int", "float", "string" }
    return ("(%s %s %s)"):format(expression(g, columns, kind, 1), g:pick { "==", "~=", "<", "<=", ">", ">=" },
      expression(g, columns, kind, 0))
  elseif form == 4 then
    return ("(%s %s nil)"):format(leaf(g, columns, g:pick { "int", "float", "string" }), g:pick { "==", "~=" })
  elseif form == 5 then
    return ("(not %s)"):format(condition(g, columns, depth - 1))
  end
  return ("(%s %s %s)"):format(condition(g, columns, depth - 1), g:pick { "and", "or" },
    condition(g, columns, depth - 1))
end

function expression(g, columns, kind, depth)
  if depth == 0 or g:chance(40) then return leaf(g, columns, kind) end
  if kind == "bool" then return condition(g, columns, 1) end
  if kind == "string" then return ("(%s .. 'x')"):format(leaf(g, columns, "string")) end
  if kind == "float" then
    return g:chance(50) and ("(%s + %s)"):format(leaf(g, columns, "float"), leaf(g, columns, "int"))
      or ("(%s * 5e-1)"):format(leaf(g, columns, "float"))
  end
  return ("(%s %s %s)"):format(leaf(g, columns, "int"), g:pick { "+", "-" }, expression(g, columns, "int", depth - 1))
end

-- ---- SQL ----

local OPERATORS = { ["=="] = "=", ["~="] = "<>", [".."] = "||" }
local NO_SQL = { first = true, last = true, median = true }

local sql

local function sql_call(node)
  local name, args = node.name, node.args
  if NO_SQL[name] then error "no sql" end
  if name == "count" and #args == 0 then return "count(*)" end
  if name == "count_distinct" then return ("count(DISTINCT %s)"):format(sql(args[1])) end
  if name == "sum_if" then return ("sum(CASE WHEN %s THEN %s END)"):format(sql(args[2]), sql(args[1])) end
  return ("%s(%s)"):format(name == "mean" and "avg" or name, sql(args[1]))
end

function sql(node)
  local kind = node.kind
  if kind == "column" then return node.name end
  if kind == "literal" then
    if node.type == "string" then return "'" .. node.value:gsub("'", "''") .. "'" end
    if node.type == "bool" then return node.value and "TRUE" or "FALSE" end
    return tostring(node.value)
  end
  if kind == "unary" then return ("(%s %s)"):format(node.op == "not" and "NOT" or "-", sql(node.a)) end
  if kind == "isnull" then return ("(%s IS %sNULL)"):format(sql(node.a), node.negated and "NOT " or "") end
  if kind == "call" then return sql_call(node) end
  return ("(%s %s %s)"):format(sql(node.a), OPERATORS[node.op] or node.op, sql(node.b))
end

local function sql_items(items)
  local parts = {}
  for i, item in ipairs(items) do parts[i] = ("%s AS %s"):format(sql(item.node), item.name) end
  return table.concat(parts, ", ")
end

--- The statement `format` over the one so far, or nil when SQL can not say it.
local function over(state, format, ...)
  if not state.sql then return nil end
  local args = table.pack(...)
  local ok, text = pcall(function()
    for i = 1, args.n do
      if type(args[i]) == "function" then args[i] = args[i]() end
    end
    return format:format(table.unpack(args, 1, args.n))
  end)
  return ok and (text:gsub("@", function() return "(" .. state.sql .. ")" end)) or nil
end

-- ---- verbs ----

local function step(state, verb, call, changes)
  local before, rows = state.rows, nil
  local made = { columns = changes.columns or state.columns, text = state.text .. "\n    :" .. verb, sql = changes.sql,
    q = call(state.q), other = state.other, joined = state.joined,
    rows = function()
      rows = rows or changes.rows(before())
      return rows
    end,
    windows = state.windows, beyond_sqlite = state.beyond_sqlite or changes.beyond_sqlite }
  return made
end

local verbs = {}

function verbs.where(g, state)
  local text = condition(g, state.columns, 2)
  local node = parser.expression(text)
  return step(state, ("where %q"):format(text), function(q) return q:where(text) end, {
    rows = function(rows) return oracle.where(rows, node) end,
    sql = over(state, "SELECT * FROM @ WHERE %s", function() return sql(node) end),
  })
end

local KINDS = { "int", "float", "string", "bool" }

--- Items of new or renamed columns, as a text and as columns.
local function items_of(g, state, n, prefix)
  local parts, columns = {}, {}
  for i = 1, n do
    local name, rough = prefix .. i, of_kind(state.columns, "rough")
    local kind = g:pick(KINDS)
    local text = expression(g, state.columns, kind, 2)
    if #rough > 0 and g:chance(20) then kind, text = "rough", g:pick(rough) end
    parts[i], columns[i] = name .. " = " .. text, { name = name, kind = kind }
  end
  return table.concat(parts, ", "), columns
end

function verbs.select(g, state)
  local text, columns = items_of(g, state, g:int(1, 4), "c")
  local items = parser.list(text)
  return step(state, ("select %q"):format(text), function(q) return q:select(text) end, {
    columns = columns,
    rows = function(rows) return oracle.select(rows, items) end,
    sql = over(state, "SELECT %s FROM @", function() return sql_items(items) end),
  })
end

function verbs.derive(g, state)
  local text, added = items_of(g, state, g:int(1, 2), "d")
  local items, columns, all, place = parser.list(text), {}, {}, {}
  for i, column in ipairs(state.columns) do
    columns[i], place[column.name] = column, i
    all[i] = { name = column.name, node = parser.expression(column.name) }
  end
  for i, item in ipairs(items) do
    local at = place[item.name] or #columns + 1
    columns[at], all[at] = added[i], item
  end
  return step(state, ("derive %q"):format(text), function(q) return q:derive(text) end, {
    columns = columns,
    rows = function(rows) return oracle.select(rows, all) end,
    sql = over(state, "SELECT %s FROM @", function() return sql_items(all) end),
  })
end

local function one_aggregate(g, columns)
  local kind = g:pick { "int", "float", "string" }
  local form = g:int(1, 8)
  if form == 1 then return "count()", "int" end
  if form == 2 then return ("count(%s)"):format(leaf(g, columns, kind)), "int" end
  if form == 3 then return ("sum(%s)"):format(expression(g, columns, "int", 1)), "int" end
  if form == 4 then return ("sum(%s)"):format(leaf(g, columns, "float")), "float" end
  if form == 5 then return ("sum_if(%s, %s)"):format(leaf(g, columns, "int"), condition(g, columns, 0)), "int" end
  if form == 6 then return ("%s(%s)"):format(g:pick { "mean", "median" }, leaf(g, columns, "int")), "rough" end
  if form == 7 then return ("count_distinct(%s)"):format(leaf(g, columns, kind)), "int" end
  return ("%s(%s)"):format(g:pick { "min", "max", "first", "last" }, expression(g, columns, kind, 1)), kind
end

local function keys_of(g, state)
  local parts, columns = {}, {}
  for i = 1, g:int(1, 2) do
    local kind = g:pick { "int", "string", "bool", "float" }
    local name = "k" .. i
    parts[i], columns[i] = ("%s = %s"):format(name, expression(g, state.columns, kind, 1)), { name = name, kind = kind }
  end
  return table.concat(parts, ", "), columns
end

function verbs.agg(g, state)
  local keys, columns = "", {}
  if g:chance(85) then keys, columns = keys_of(g, state) end
  local nkeys, parts = #columns, {}
  for i = 1, g:int(1, 4) do
    local text, kind = one_aggregate(g, state.columns)
    parts[i], columns[nkeys + i] = ("a%d = %s"):format(i, text), { name = "a" .. i, kind = kind }
  end
  local text = table.concat(parts, ", ")
  local key_items, items = nkeys > 0 and parser.list(keys) or {}, parser.list(text)
  local call = function(q) return nkeys > 0 and q:by(keys):agg(text) or q:agg(text) end
  local names = nkeys > 1 and "k1, k2" or "k1"
  local grouped = "SELECT " .. names .. ", %s FROM (SELECT *, %s FROM @) GROUP BY " .. names
  return step(state, ("by %q:agg %q"):format(keys, text), call, {
    columns = columns,
    rows = function(rows) return oracle.aggregate(rows, key_items, items) end,
    sql = over(state, nkeys > 0 and grouped or "SELECT %s FROM @", function() return sql_items(items) end,
      function() return sql_items(key_items) end),
  })
end

--- A key's name may hide a column that an aggregate reads: then SQL's statement would mean another column.
local function hides(state)
  for _, column in ipairs(state.columns) do
    if column.name:find "^k%d" then return true end
  end
  return false
end

function verbs.distinct(_, state)
  local items = {}
  for i, column in ipairs(state.columns) do
    if column.kind == "rough" then return state end
    items[i] = { name = column.name, node = parser.expression(column.name) }
  end
  return step(state, "distinct()", function(q) return q:distinct() end, {
    rows = function(rows) return oracle.aggregate(rows, items, {}) end,
    sql = over(state, "SELECT DISTINCT * FROM @"),
  })
end

local function order_text(g, state, n)
  local parts = {}
  for i = 1, n do
    parts[i] = expression(g, state.columns, g:pick { "int", "float", "string" }, 1) .. g:pick { "", " desc" }
      .. g:pick { "", "", " nulls first" }
  end
  return table.concat(parts, ", ")
end

function verbs.order(g, state)
  local text = order_text(g, state, g:int(1, 2))
  return step(state, ("order %q"):format(text), function(q) return q:order(text) end, {
    rows = function(rows) return oracle.order(rows, parser.order(text)) end,
    sql = state.sql, -- which is compared without order
  })
end

function verbs.limit(g, state)
  local skip, limit = g:int(0, 3), g:int(0, 30)
  return step(state, ("skip(%d):limit(%d)"):format(skip, limit), function(q) return q:skip(skip):limit(limit) end, {
    rows = function(rows) return oracle.slice(rows, skip, limit) end,
  })
end

--- The first `n` of each group of rows, groups as they first appear.
local function heads(rows, n, keys)
  local groups, list = {}, {}
  for _, row in ipairs(rows) do
    local id = oracle.aggregate({ row }, keys, {})[1]
    local parts = {}
    for i, key in ipairs(keys) do parts[i] = tostring(id[key.name]) end
    local name = table.concat(parts, "\0")
    if not groups[name] then
      groups[name] = {}
      list[#list + 1] = groups[name]
    end
    if #groups[name] < n then table.insert(groups[name], row) end
  end
  local out = {}
  for _, group in ipairs(list) do table.move(group, 1, #group, #out + 1, out) end
  return out
end

function verbs.top(g, state)
  local ints = of_kind(state.columns, "int")
  if #ints == 0 then return state end
  local n, ranked = g:int(1, 5), g:pick(ints)
  local order = parser.order(ranked .. " desc")
  local present = parser.expression(ranked .. " ~= nil")
  local keys = #of_kind(state.columns, "rough") == 0 and g:chance(50) and (of_kind(state.columns, "string")[1])
  local all = {} -- the order of the groups is nobody's promise: the rows are ordered by everything
  for i, column in ipairs(state.columns) do all[i] = column.name end
  local every = table.concat(all, ", ")
  local text = keys and ("top(%d, %q, {by = %q}):order %q"):format(n, ranked, keys, every)
    or ("top(%d, %q)"):format(n, ranked)
  return step(state, text, function(q)
    return keys and q:top(n, ranked, { by = keys }):order(every) or q:top(n, ranked)
  end, {
    rows = function(rows)
      local best = oracle.order(oracle.where(rows, present), order)
      if not keys then return oracle.slice(best, 0, n) end
      return oracle.order(heads(best, n, parser.list(keys)), parser.order(every))
    end,
  })
end

--- The same rows as a frame, or as a table: what follows reads a finished answer.
function verbs.frame(_, state)
  return step(state, "collect()", function(q) return q:collect() end, {
    rows = function(rows) return rows end,
    sql = state.sql,
  })
end

for _, name in ipairs { "join", "using", "set", "window" } do
  verbs[name] = function(g, state) return sides[name](g, state, step) end
end

--- Some aggregates as items, and their columns.
local function aggregates_of(g, state)
  local parts, columns = {}, {}
  for i = 1, g:int(1, 3) do
    local text, kind = one_aggregate(g, state.columns)
    parts[i], columns[i] = ("a%d = %s"):format(i, text), { name = "a" .. i, kind = kind }
  end
  return table.concat(parts, ", "), columns
end

local kit = { aggregates = aggregates_of, sql = sql, sql_items = sql_items, over = over }

for _, name in ipairs { "groupings", "pivot", "unpivot", "fill" } do
  verbs[name] = function(g, state)
    return reshaped[name](g, state, step, kit)
  end
end

local NAMES = { "where", "where", "select", "derive", "agg", "agg", "distinct", "order", "limit", "top", "frame",
  "join", "join", "using", "set", "window", "window", "groupings", "pivot", "unpivot", "fill" }

--- Verbs after which rows depend on no order, so that SQL can say most of what they make.
composed.UNORDERED = { "where", "select", "derive", "agg", "distinct", "order", "frame", "join", "join", "set",
  "window", "window", "groupings", "pivot", "unpivot" }

--- A query of three to six verbs, of those `names` when they are given, over the tables `t` and `other`
-- (composed_tables.lua), which SQL calls "t" and "o".
function composed.make(g, t, other, names)
  local state = { q = t.q, rows = function() return t.rows end, columns = tables.COLUMNS, text = "t",
    sql = "SELECT * FROM t", other = other }
  for _ = 1, g:int(3, 6) do
    local hidden = hides(state)
    local name = g:pick(names or NAMES)
    state = verbs[name](g, state)
    if hidden and name == "agg" then state.sql = nil end
    if #state.rows() > MOST_ROWS then break end
  end
  return state
end

return composed
