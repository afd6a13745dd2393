--- ClickHouse's SQL as a server of 18.16 knows it, which Debian has: what came to ClickHouse later is refused by name.
--
-- It has no fractions of a second, no bool, no integers of 128 bits and no windows. A result's name stands for it in
-- the whole SELECT, also where a column has that name: so every SELECT gives new names. Columns of a join's right side
-- that are its keys are lost: each side has its keys once more, beside its columns.

local clickhouse = require "blotter.remote.dialects.clickhouse"
local functions = require "blotter.remote.dialects.clickhouse18_functions"
local outline = require "blotter.remote.outline"
local terms = require "blotter.remote.dialects.clickhouse18_terms"

local old = { name = "clickhouse18", always = "1", renames = true, nulls_for_if = true, call = functions.call,
  aggregate = functions.aggregate,
  settings = " SETTINGS join_use_nulls = 1, optimize_min_equality_disjunction_chain_length = 4294967295",
  columns_order = "",
  request_settings = "insert_distributed_sync=1&date_time_input_format=best_effort",
  group_tail = " HAVING count() > 0" } -- keys that are constants make no row of none

for _, name in ipairs { "quote", "quoted", "type_name", "column_type", "cast", "value", "cell", "values", "placeholder",
  "inline", "order", "key", "limit", "output", "read_type", "csv_options", "days", "whole_seconds" } do
  old[name] = terms[name]
end

--- A condition of WHERE: behind it the server takes it for a constant, and fails where that may be null.
function old.condition(sql) return ("ifNull(%s, 0)"):format(sql) end

--- The columns of an input of a union: both have the same types, which may be null.
function old.stacked(relation)
  local columns = {}
  for i, sql in ipairs(relation.columns) do columns[i] = terms.cast(sql, relation.types[i]) end
  return columns
end

--- Raises: what has no place in the text.
local function refuse(what, reason)
  outline.refuse(nil, ("clickhouse18: %s does not translate: %s"):format(what, reason))
end

local NO_WINDOWS = "the server has no windows, which came after 18.16"

function old.window(c) terms.refuse(c, NO_WINDOWS) end
function old.heads() refuse("first rows of each group", NO_WINDOWS) end
function old.distance(n) return tostring(n) end
function old.range_key(key) return key end

old.exists, old.asof = clickhouse.exists, clickhouse.asof

-- ---- joins ----

--- The SQL of a key as columns that are equal when blotter's keys are: NaN equals nothing, and null only when asked.
local function key_columns(x, null_equal)
  local sql = x.sql
  if x.type == "float64" then
    sql = null_equal and terms.key(sql, x.type) or ("multiIf(isNaN(%s), NULL, %s + 0)"):format(sql, sql)
  end
  if not null_equal then return { sql } end
  local value = ("ifNull(%s, %s)"):format(terms.cast(sql, x.type), terms.sample(x.type))
  return { ("toUInt8(isNull(%s))"):format(sql), value }
end

--- One side as a subselect under new names, with its keys behind its columns: its text, {columns, order}, its keys.
local function side(w, relation, keys)
  local parts, made = {}, { columns = w:hidden(relation.columns), order = {} }
  local function add(sql, label) parts[#parts + 1] = sql .. " AS " .. label end
  for i, sql in ipairs(relation.columns) do add(sql, made.columns[i]) end
  for i, label in ipairs(w:hidden(relation.order)) do
    add(relation.order[i].sql, label)
    made.order[i] = setmetatable({ sql = label }, { __index = relation.order[i] })
  end
  local names = w:hidden(keys)
  for i, sql in ipairs(keys) do add(sql, names[i]) end
  return ("(SELECT %s FROM %s) AS %s"):format(table.concat(parts, ", "), relation.from, w:alias()), made, names
end

--- The different keys of a side, each with a mark that is not null.
local function marked(w, relation, keys)
  local parts, names, mark = {}, w:hidden(keys), w:hidden({ 1 })[1]
  for i, sql in ipairs(keys) do parts[i] = sql .. " AS " .. names[i] end
  return ("(SELECT DISTINCT %s, toUInt8(1) AS %s FROM %s) AS %s"):format(table.concat(parts, ", "), mark, relation.from,
    w:alias()), mark, names
end

local function keys_of(keys, which, null_equal)
  local list = {}
  for _, pair in ipairs(keys) do
    for _, sql in ipairs(key_columns(pair[which], null_equal)) do list[#list + 1] = sql end
  end
  return list
end

local JOINS = { inner = "ALL INNER JOIN", left = "ALL LEFT JOIN", semi = "ALL INNER JOIN", anti = "ALL LEFT JOIN" }

--- The FROM of a join, a condition for WHERE, and both sides under the names that they have there.
function old.join(w, node, left, right, keys, also)
  local kind, null_equal = node.description.join, node.description.null_equal
  if not JOINS[kind] then refuse("a " .. kind .. " join", "the server loses keys of rows without partner") end
  if also or not keys[1] then refuse("this join", "the server joins by equal keys only") end
  local from, made, names = side(w, left, keys_of(keys, "a", null_equal))
  local only_keys = kind == "semi" or kind == "anti"
  local other, others, other_names = (only_keys and marked or side)(w, right, keys_of(keys, "b", null_equal))
  local parts = {}
  for i, name in ipairs(names) do parts[i] = name .. " = " .. other_names[i] end
  return ("%s %s %s ON %s"):format(from, JOINS[kind], other, table.concat(parts, " AND ")),
    kind == "anti" and ("isNull(%s)"):format(others) or nil, made, not only_keys and others or nil
end

return old
