--- ClickHouse's SQL (25 and later): what a dialect has to say, and how its joins are written.

local aggregates = require "blotter.remote.dialects.clickhouse_aggregates"
local functions = require "blotter.remote.dialects.clickhouse_functions"
local outline = require "blotter.remote.outline"
local terms = require "blotter.remote.dialects.clickhouse_terms"

local clickhouse = { name = "clickhouse", always = "1", call = functions.call, aggregate = aggregates.aggregate,
  window = aggregates.window, range_key = function(key) return key end }

for _, name in ipairs { "quote", "quoted", "type_name", "cast", "value", "cell", "values", "placeholder", "inline",
  "order", "key", "limit", "output", "distance", "column_type", "read_type", "days", "csv_options",
  "request_settings", "columns_order" } do
  clickhouse[name] = terms[name]
end

--- Nulls in joins, names of columns before those of results, dates outside 1970 to 2106; and comparisons as they are
-- written, since the server makes a list of several, in which NaN equals itself.
clickhouse.settings = " SETTINGS join_use_nulls = 1, prefer_column_name_to_alias = 1, "
  .. "enable_extended_results_for_datetime_functions = 1, session_timezone = 'UTC', "
  .. "output_format_decimal_trailing_zeros = 1, optimize_functions_to_subcolumns = 0, "
  .. "optimize_min_equality_disjunction_chain_length = 4294967295, "
  .. "optimize_min_inequality_conjunction_chain_length = 4294967295"

-- ---- joins ----

--- NaN matches nothing in a join, but ClickHouse's hash tables find it.
function clickhouse.matches(_, a, b, null_equal)
  local function key(x)
    if x.type ~= "float64" then return x.sql end
    if null_equal then return terms.key(x.sql, "float64") end
    return ("if(isNaN(%s), NULL, %s + 0)"):format(x.sql, x.sql)
  end
  return ("%s %s %s"):format(key(a), null_equal and "<=>" or "=", key(b))
end

function clickhouse.exists()
  outline.refuse(nil, "clickhouse: this join does not translate: the server has no such condition for it")
end

function clickhouse.asof()
  outline.refuse(nil, "clickhouse: asof_join does not translate: the server's keeps no row without time and another "
    .. "one of equal times")
end

local JOINS = { inner = "INNER JOIN", left = "LEFT JOIN", right = "RIGHT JOIN", full = "FULL JOIN",
  semi = "LEFT SEMI JOIN", anti = "LEFT ANTI JOIN" }

--- The FROM of a join, and a condition for WHERE: ClickHouse joins by equal keys only.
function clickhouse.join(w, node, left, right, keys, also)
  local kind, parts = node.description.join, {}
  for i, pair in ipairs(keys) do
    parts[i] = clickhouse.matches(w, pair.a, pair.b, node.description.null_equal)
  end
  if also and kind ~= "inner" or not parts[1] and kind ~= "inner" then
    outline.refuse(nil, "clickhouse: this join does not translate: the server joins by equal keys only")
  end
  if not parts[1] then return left.from .. " CROSS JOIN " .. right.from, also end
  return ("%s %s %s ON %s"):format(left.from, JOINS[kind], right.from, table.concat(parts, " AND ")), also
end

return clickhouse
