--- Blotter's expressions, aggregates and windows in PostgreSQL's SQL (14 and later), with blotter's meanings: integer
-- division and remainder round down, a divisor of zero gives null, texts are compared by bytes, NaN is equal to
-- nothing when it is compared and above all else when it is sorted, integer sums are exact or an error.
--
-- Here: types, constants, orders and comparisons, what everything else is written with.

local catalogue = require "blotter.remote.dialects.catalogue"
local exact = require "blotter.remote.dialects.exact"
local outline = require "blotter.remote.outline"

local terms = {}

--- Raises: function(call, reason).
terms.refuse = catalogue.refusal "postgresql"

local TYPES = { bool = "boolean", int64 = "bigint", float64 = "double precision", string = "text", date = "date",
  timestamp = "timestamp" }

local function type_name(kind)
  return TYPES[kind] or "numeric" .. (kind:match "%(.*%)" or "")
end

function terms.quote(name)
  return '"' .. name:gsub('"', '""') .. '"'
end

function terms.quoted(name)
  return catalogue.quoted(name, terms.quote)
end

--- A type as PostgreSQL calls it.
terms.type_name = type_name

function terms.cast(sql, kind)
  return ("(%s)::%s"):format(sql, type_name(kind))
end

-- ---- values ----

local function check_text(term, value)
  if value:find("\0", 1, true) then
    outline.refuse(term, "postgresql: a text with a zero byte can not be sent")
  end
  if not utf8.len(value) then outline.refuse(term, "postgresql: a text that is not valid UTF-8 can not be sent") end
end

local LITERAL = {}

function LITERAL.bool(value) return value and "TRUE" or "FALSE" end
function LITERAL.int64(value) return value < 0 and ("'%d'::bigint"):format(value) or ("%d::bigint"):format(value) end
function LITERAL.float64(value) return ("'%s'::double precision"):format(exact.float(value)) end
function LITERAL.decimal(value) return ("'%s'::numeric"):format(value) end
function LITERAL.date(value) return ("DATE '%s'"):format(exact.moment("date", value)) end
function LITERAL.timestamp(value)
  local text = exact.moment("timestamp", value):gsub("Z$", "")
  return ("TIMESTAMP '%s'"):format(text)
end

local function literal(kind, value)
  return LITERAL[kind:match "^%a+%d*"](value)
end
terms.literal = literal

--- A constant of a query; texts and values of parameters are sent beside the statement.
function terms.value(w, term)
  local kind, value = term.type, term.value
  if kind == "null" then return "NULL" end
  if kind == "string" then
    check_text(term, value)
    return w:parameter(value, "string") .. "::text"
  end
  if term.origin and term.origin.kind == "parameter" and kind ~= "date" and kind ~= "timestamp" then
    return w:parameter(kind == "float64" and exact.float(value) or value, kind) .. "::" .. type_name(kind)
  end
  return literal(kind, value)
end

--- A value of a row, as blotter writes it, that is sent inside a statement.
function terms.cell(w, kind, text)
  if text == nil then return "NULL::" .. type_name(kind) end
  if kind == "string" then
    check_text(nil, text)
    return w:parameter(text, "string") .. "::text"
  end
  return ("'%s'::%s"):format(text, type_name(kind))
end

--- A FROM of rows that are part of the statement.
function terms.values(w, rows, labels, types)
  local names = table.concat(labels, ", ")
  if #rows == 0 then
    local nulls = {}
    for i, kind in ipairs(types) do nulls[i] = "NULL::" .. type_name(kind) .. " AS " .. labels[i] end
    return ("(SELECT %s WHERE FALSE) AS %s"):format(table.concat(nulls, ", "), w:alias())
  end
  local lines = {}
  for i, row in ipairs(rows) do lines[i] = "(" .. table.concat(row, ", ") .. ")" end
  return ("(VALUES %s) AS %s(%s)"):format(table.concat(lines, ", "), w:alias(), names)
end

--- A table of rows that the connection was lent.
function terms.lent(name)
  return "pg_temp." .. terms.quote(name)
end

--- A parameter's place in the text that a user sees.
function terms.placeholder(number)
  return "$" .. number
end

--- A parameter as a literal, for COPY, which takes none.
function terms.inline(parameter)
  return "'" .. tostring(parameter.value):gsub("'", "''") .. "'"
end

-- ---- orders, keys, results ----

--- Texts are compared by bytes.
local function by_bytes(sql, kind)
  return kind == "string" and sql .. ' COLLATE "C"' or sql
end
terms.by_bytes = by_bytes

function terms.order(key)
  return ("%s%s NULLS %s"):format(by_bytes(key.sql, key.type), key.descending and " DESC" or "",
    key.nulls_first and "FIRST" or "LAST")
end

--- Zeros are alike in a group, and so are NaN: PostgreSQL agrees, but gives either zero for both; -0.0 + 0 is 0.0.
function terms.key(sql, kind)
  return kind == "float64" and ("(%s + 0)"):format(sql) or sql
end

function terms.limit(limit, skip)
  local text = limit and (" LIMIT %d"):format(limit) or ""
  return skip > 0 and text .. (" OFFSET %d"):format(skip) or text
end

--- A column of the answer as COPY writes what blotter reads.
function terms.output(sql, kind)
  return kind == "bool" and ("(%s)::text"):format(sql) or sql
end

--- A distance of a range frame.
function terms.distance(n, kind)
  if kind == "date" then return ("'%d days'::interval"):format(n) end
  if kind == "timestamp" then return ("'%d microseconds'::interval"):format(n) end
  return ("%d::bigint"):format(n)
end

--- The key of a range frame. Nulls are in each other's frames, as the server has it; so are nulls and NaN here when
-- they lie side by side.
function terms.range_key(key)
  if key.type ~= "float64" or not key.nulls_first ~= not key.descending then return key end
  return { sql = ("nullif(%s, %s)"):format(key.sql, "'NaN'::double precision"), type = key.type,
    descending = key.descending, nulls_first = key.nulls_first }
end

function terms.reversed(key)
  return { sql = key.sql, type = key.type, descending = not key.descending, nulls_first = not key.nulls_first }
end

-- ---- comparisons ----

local OPERATORS = catalogue.OPERATORS
local MIRRORED = { ["=="] = "==", ["~="] = "~=", ["<"] = ">", ["<="] = ">=", [">"] = "<", [">="] = "<=" }
local NAN = "'NaN'::double precision"
terms.NAN = NAN

local function is_constant(arg) return arg.term ~= nil and arg.term.kind == "value" end
terms.is_constant = is_constant

local function as_float(arg)
  if arg.type == "float64" then return arg.sql end
  return ("(%s)::double precision"):format(arg.sql)
end
terms.as_float = as_float

--- Comparison of two doubles, of which NaN is smaller, greater and equal to nothing.
local function compare_floats(op, a, b)
  local plain = ("(%s %s %s)"):format(a.sql, OPERATORS[op], b.sql)
  local function finite(x) return is_constant(x) and x.term.value == x.term.value end
  if finite(a) and finite(b) then return plain end
  if finite(a) then return compare_floats(MIRRORED[op], b, a) end
  if finite(b) then
    if op ~= ">" and op ~= ">=" then return plain end
    return ("(%s AND %s <> %s)"):format(plain, a.sql, NAN)
  end
  local unknown = op == "~=" and "TRUE" or "FALSE"
  return ("(CASE WHEN %s IS NULL OR %s IS NULL THEN NULL WHEN %s = %s OR %s = %s THEN %s ELSE %s END)"):format(a.sql,
    b.sql, a.sql, NAN, b.sql, NAN, unknown, plain)
end

local EDGES = { ["=="] = "floor", ["~="] = "floor", ["<"] = "ceil", [">="] = "ceil", ["<="] = "floor", [">"] = "floor" }

--- Comparison of an integer with a double, without rounding the integer: with the double's own whole neighbour.
local function compare_mixed(op, i, f)
  if is_constant(f) then
    local value = f.term.value
    if value ~= value or value >= 2.0 ^ 63 or value < -2.0 ^ 63 then
      local yes = op == "~=" or value >= 2.0 ^ 63 and op:find "<" or value < -2.0 ^ 63 and op:find ">"
      return ("(CASE WHEN %s IS NULL THEN NULL ELSE %s END)"):format(i.sql, yes and "TRUE" or "FALSE")
    end
    return ("(%s %s %s::numeric)"):format(i.sql, OPERATORS[op], "'" .. exact.digits(value) .. "'")
  end
  local inside = ("%s %s %s(%s)::bigint"):format(i.sql, OPERATORS[op], EDGES[op], f.sql)
  if op == "==" then inside = ("floor(%s) = %s AND %s"):format(f.sql, f.sql, inside) end
  if op == "~=" then inside = ("floor(%s) <> %s OR %s"):format(f.sql, f.sql, inside) end
  local above = (op == "~=" or op:find "<") and "TRUE" or "FALSE"
  local below = (op == "~=" or op:find ">") and "TRUE" or "FALSE"
  return ("(CASE WHEN %s IS NULL OR %s IS NULL THEN NULL WHEN %s = %s THEN %s WHEN %s >= 9223372036854775808 THEN %s "
    .. "WHEN %s < -9223372036854775808 THEN %s ELSE %s END)"):format(i.sql, f.sql, f.sql, NAN,
    op == "~=" and "TRUE" or "FALSE", f.sql, above, f.sql, below, inside)
end

--- `a op b` with blotter's meaning.
function terms.compare(op, a, b)
  if a.type == "null" or b.type == "null" then
    local x = a.type == "null" and b or a
    if op == "==" then return ("(%s IS NULL)"):format(x.sql) end
    if op == "~=" then return ("(%s IS NOT NULL)"):format(x.sql) end
    return "NULL::boolean"
  end
  if a.type == "int64" and b.type == "float64" then return compare_mixed(op, a, b) end
  if a.type == "float64" and b.type == "int64" then return compare_mixed(MIRRORED[op], b, a) end
  if a.type == "float64" or b.type == "float64" then
    local x = a.type == "float64" and a or { sql = as_float(a), type = "float64" }
    local y = b.type == "float64" and b or { sql = as_float(b), type = "float64" }
    return compare_floats(op, x, y)
  end
  local ordered = a.type == "string" and op ~= "==" and op ~= "~="
  return ("(%s %s %s)"):format(a.sql, OPERATORS[op], ordered and by_bytes(b.sql, "string") or b.sql)
end

return terms
