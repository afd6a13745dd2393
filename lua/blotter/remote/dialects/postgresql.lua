--- PostgreSQL's SQL (14 and later): what a dialect has to say, and how its joins are written.

local aggregates = require "blotter.remote.dialects.postgresql_aggregates"
local exact = require "blotter.remote.dialects.exact"
local functions = require "blotter.remote.dialects.postgresql_functions"
local terms = require "blotter.remote.dialects.postgresql_terms"

local postgresql = { name = "postgresql", always = "TRUE", call = functions.call, aggregate = aggregates.aggregate,
  window = aggregates.window }

for _, name in ipairs { "quote", "quoted", "type_name", "cast", "value", "cell", "values", "lent", "placeholder",
  "inline", "order", "key", "limit", "output", "distance", "range_key" } do
  postgresql[name] = terms[name]
end

-- ---- joins ----

--- Whether keys of a join match: null and NaN match nothing, or with `null_equal` themselves.
function postgresql.matches(_, a, b, null_equal)
  if not null_equal then
    if a.type ~= "float64" then return ("%s = %s"):format(a.sql, b.sql) end
    return ("%s = %s AND %s <> %s"):format(a.sql, b.sql, a.sql, terms.NAN)
  end
  -- IS NOT DISTINCT FROM says the same, but no hash or merge join can use it, and a full join must.
  local empty = a.type == "string" and "''::text" or terms.literal(a.type, exact.sample(a.type))
  return ("(%s IS NULL) = (%s IS NULL) AND coalesce(%s, %s) = coalesce(%s, %s)"):format(a.sql, b.sql, a.sql, empty,
    b.sql, empty)
end

function postgresql.exists(kind, _, right, condition)
  return ("%s (SELECT 1 FROM %s WHERE %s)"):format(kind == "semi" and "EXISTS" or "NOT EXISTS", right.from, condition)
end

--- The order in which the nearest row of the right side is the first: before it the last one, behind it the first.
local function nearest_first(op, key, order)
  local back = op:find ">" ~= nil
  local keys = { terms.order { sql = key.sql, type = key.type, descending = back } }
  for i, own in ipairs(order) do keys[i + 1] = terms.order(back and terms.reversed(own) or own) end
  return table.concat(keys, ", ")
end

--- The nearest row of the right side: the first of those that match, in the order of the last key.
function postgresql.asof(w, node, left, right, keys, relation_of)
  local last, parts, columns, op = table.remove(keys), {}, {}, node.description.asof
  for i, key in ipairs(keys) do parts[i] = postgresql.matches(w, key.a, key.b, node.description.null_equal) end
  parts[#parts + 1] = terms.compare(op, last.a, last.b)
  local alias, selected = w:alias(), {}
  for i, sql in ipairs(right.columns) do
    selected[i] = ('%s AS "<%d>"'):format(sql, i)
    columns[i] = ('%s."<%d>"'):format(alias, i)
  end
  local from = ("%s LEFT JOIN LATERAL (SELECT %s FROM %s WHERE %s ORDER BY %s LIMIT 1) AS %s ON TRUE"):format(
    left.from, table.concat(selected, ", "), right.from, table.concat(parts, " AND "),
    nearest_first(op, last.b, right.order), alias)
  local all = table.move(columns, 1, #columns, #left.columns + 1, table.move(left.columns, 1, #left.columns, 1, {}))
  return relation_of(from, all, node, left.order)
end

--- How rows are written for COPY: a text alone in its line is quoted, for it may be the mark of COPY's end.
function postgresql.csv_options(types)
  return { header = false, progress = false, quote_all = #types == 1 and types[1] == "string" }
end

return postgresql
