--- Blotter's expressions, aggregates and windows in PostgreSQL's SQL (14 and later), with blotter's meanings: integer
-- division and remainder round down, a divisor of zero gives null, texts are compared by bytes, NaN is equal to
-- nothing when it is compared and above all else when it is sorted, integer sums are exact or an error.
--
-- A function is a text with {1}, {2} … for its arguments, or a function of the call ({name, type, term, writer} and by
-- number {sql, type, term}); one that does not translate is in `refused`, with the reason.

local exact = require "blotter.remote.dialects.exact"
local outline = require "blotter.remote.outline"

local postgresql = { name = "postgresql", always = "TRUE" }

local TYPES = { bool = "boolean", int64 = "bigint", float64 = "double precision", string = "text", date = "date",
  timestamp = "timestamp" }

local function type_name(kind)
  return TYPES[kind] or "numeric" .. (kind:match "%(.*%)" or "")
end

function postgresql.quote(name)
  return '"' .. name:gsub('"', '""') .. '"'
end

--- A table's name; "schema.name" is a table of that schema.
function postgresql.quoted(name)
  local before, behind = name:match "^([^.]+)%.(.+)$"
  return before and postgresql.quote(before) .. "." .. postgresql.quote(behind) or postgresql.quote(name)
end

--- A type as PostgreSQL calls it.
postgresql.type_name = type_name

function postgresql.cast(sql, kind)
  return ("(%s)::%s"):format(sql, type_name(kind))
end

local function refuse(call, reason)
  outline.refuse(call.term, ("postgresql: %s does not translate: %s"):format(call.name, reason))
end

-- ---- values -------------------------------------------------------------------------------------------------------

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

--- A constant of a query; texts and values of parameters are sent beside the statement.
function postgresql.value(w, term)
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
function postgresql.cell(w, kind, text)
  if text == nil then return "NULL::" .. type_name(kind) end
  if kind == "string" then
    check_text(nil, text)
    return w:parameter(text, "string") .. "::text"
  end
  return ("'%s'::%s"):format(text, type_name(kind))
end

--- A FROM of rows that are part of the statement.
function postgresql.values(w, rows, labels, types)
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
function postgresql.lent(name)
  return "pg_temp." .. postgresql.quote(name)
end

--- A parameter's place in the text that a user sees.
function postgresql.placeholder(number)
  return "$" .. number
end

--- A parameter as a literal, for COPY, which takes none.
function postgresql.inline(parameter)
  return "'" .. tostring(parameter.value):gsub("'", "''") .. "'"
end

-- ---- orders, keys, results ----------------------------------------------------------------------------------------

local function by_bytes(sql, kind)
  return kind == "string" and sql .. ' COLLATE "C"' or sql
end

function postgresql.order(key)
  return ("%s%s NULLS %s"):format(by_bytes(key.sql, key.type), key.descending and " DESC" or "",
    key.nulls_first and "FIRST" or "LAST")
end

--- Zeros are alike in a group, and so are NaN: PostgreSQL agrees.
function postgresql.key(sql)
  return sql
end

function postgresql.limit(limit, skip)
  local text = limit and (" LIMIT %d"):format(limit) or ""
  return skip > 0 and text .. (" OFFSET %d"):format(skip) or text
end

--- A column of the answer as COPY writes what blotter reads.
function postgresql.output(sql, kind)
  return kind == "bool" and ("(%s)::text"):format(sql) or sql
end

--- A distance of a range frame.
function postgresql.distance(n, kind)
  if kind == "date" then return ("'%d days'::interval"):format(n) end
  if kind == "timestamp" then return ("'%d microseconds'::interval"):format(n) end
  return ("%d::bigint"):format(n)
end

-- ---- comparisons --------------------------------------------------------------------------------------------------

local OPERATORS = { ["=="] = "=", ["~="] = "<>", ["<"] = "<", ["<="] = "<=", [">"] = ">", [">="] = ">=" }
local MIRRORED = { ["=="] = "==", ["~="] = "~=", ["<"] = ">", ["<="] = ">=", [">"] = "<", [">="] = "<=" }
local NAN = "'NaN'::double precision"

local function is_decimal(kind) return kind:find "^decimal" ~= nil end
local function is_constant(arg) return arg.term ~= nil and arg.term.kind == "value" end

local function as_float(arg)
  if arg.type == "float64" then return arg.sql end
  return ("(%s)::double precision"):format(arg.sql)
end

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
local function compare(op, a, b)
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

--- Whether keys of a join match: null and NaN match nothing, or with `null_equal` themselves.
function postgresql.matches(_, a, b, null_equal)
  if not null_equal then
    if a.type ~= "float64" then return ("%s = %s"):format(a.sql, b.sql) end
    return ("%s = %s AND %s <> %s"):format(a.sql, b.sql, a.sql, NAN)
  end
  -- IS NOT DISTINCT FROM says the same, but no hash or merge join can use it, and a full join must.
  local empty = a.type == "string" and "''::text" or literal(a.type, exact.sample(a.type))
  return ("(%s IS NULL) = (%s IS NULL) AND coalesce(%s, %s) = coalesce(%s, %s)"):format(a.sql, b.sql, a.sql, empty,
    b.sql, empty)
end

function postgresql.exists(kind, _, right, condition)
  return ("%s (SELECT 1 FROM %s WHERE %s)"):format(kind == "semi" and "EXISTS" or "NOT EXISTS", right.from, condition)
end

local function reversed(key)
  return { sql = key.sql, type = key.type, descending = not key.descending, nulls_first = not key.nulls_first }
end

--- The order in which the nearest row of the right side is the first: before it the last one, behind it the first.
local function nearest_first(op, key, order)
  local back = op:find ">" ~= nil
  local keys = { postgresql.order { sql = key.sql, type = key.type, descending = back } }
  for i, own in ipairs(order) do keys[i + 1] = postgresql.order(back and reversed(own) or own) end
  return table.concat(keys, ", ")
end

--- The nearest row of the right side: the first of those that match, in the order of the last key.
function postgresql.asof(w, node, left, right, keys, relation_of)
  local last, parts, columns, op = table.remove(keys), {}, {}, node.description.asof
  for i, key in ipairs(keys) do parts[i] = postgresql.matches(w, key.a, key.b, node.description.null_equal) end
  parts[#parts + 1] = compare(op, last.a, last.b)
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

-- ---- functions ----------------------------------------------------------------------------------------------------

local f = {}

local function fill(call, text)
  return (text:gsub("{(%d)}", function(n) return call[tonumber(n)].sql end))
end

for op in pairs(OPERATORS) do
  f[op] = function(c) return compare(op, c[1], c[2]) end
end

f["and"] = "({1} AND {2})"
f["or"] = "({1} OR {2})"
f["not"] = "(NOT {1})"
f.isnull = "({1} IS NULL)"
f.neg = "(- {1})"

f["in"] = function(c)
  local x, alike, list = c[1], c[1].type ~= "float64", {}
  if #c == 1 then return "FALSE" end
  for i = 2, #c do
    alike = alike and (c[i].type == x.type or c[i].type == "null")
    list[i - 1] = c[i].sql
  end
  if alike then return ("(%s IN (%s))"):format(x.sql, table.concat(list, ", ")) end
  for i = 2, #c do list[i - 1] = c[i].type == "null" and "NULL" or compare("==", x, c[i]) end
  return "(" .. table.concat(list, " OR ") .. ")"
end

--- The arguments in the call's own type, so that the server does not choose one.
local function alike(c, first)
  local list = {}
  for i = first or 1, #c do
    local other = c[i].type ~= c.type and not (is_decimal(c[i].type) and is_decimal(c.type))
    list[#list + 1] = other and postgresql.cast(c[i].sql, c.type) or c[i].sql
  end
  return list
end

f["if"] = function(c)
  local parts, values = {}, alike(c)
  for i = 1, #c - 1, 2 do parts[#parts + 1] = (" WHEN %s THEN %s"):format(c[i].sql, values[i + 1]) end
  if #c % 2 == 1 then parts[#parts + 1] = " ELSE " .. values[#c] end
  return "(CASE" .. table.concat(parts) .. " END)"
end

function f.coalesce(c) return "coalesce(" .. table.concat(alike(c), ", ") .. ")" end
function f.nullif(c) return ("(CASE WHEN %s THEN NULL ELSE %s END)"):format(compare("==", c[1], c[2]), c[1].sql) end

local function extreme(name)
  return function(c)
    local list = alike(c)
    for i, sql in ipairs(list) do list[i] = by_bytes(sql, c.type) end
    return name .. "(" .. table.concat(list, ", ") .. ")"
  end
end
f.least, f.min, f.greatest, f.max = extreme "least", extreme "least", extreme "greatest", extreme "greatest"

-- arithmetic

local function is_time(kind) return kind == "date" or kind == "timestamp" end

local function moved(c, sign)
  local x, n = c[1], c[2]
  if not is_time(x.type) then x, n = n, x end
  if x.type == "date" then return ("(%s %s (%s)::integer)"):format(x.sql, sign, n.sql) end
  return ("(%s %s ((%s / 1000000) * interval '1 second' + (%s %% 1000000) * interval '1 microsecond'))"):format(x.sql,
    sign, n.sql, n.sql)
end

local function numbers(c, op)
  if c.type == "float64" then return ("(%s %s %s)"):format(as_float(c[1]), op, as_float(c[2])) end
  return ("(%s %s %s)"):format(c[1].sql, op, c[2].sql)
end

local function as_moment(x)
  return x.type == "date" and ("(%s)::timestamp"):format(x.sql) or x.sql
end

f["+"] = function(c)
  if is_time(c[1].type) or is_time(c[2].type) then return moved(c, "+") end
  return numbers(c, "+")
end
f["-"] = function(c)
  if not is_time(c[1].type) then return numbers(c, "-") end
  if not is_time(c[2].type) then return moved(c, "-") end
  if c[1].type == "date" and c[2].type == "date" then return fill(c, "({1} - {2})::bigint") end
  return ("(extract(epoch from %s - %s) * 1000000)::bigint"):format(as_moment(c[1]), as_moment(c[2]))
end
f["*"] = function(c) return numbers(c, "*") end

--- Doubles divide as IEEE says, which PostgreSQL calls an error.
local function divide_floats(c)
  local a, b = as_float(c[1]), as_float(c[2])
  if c[2].type ~= "float64" then return ("(%s / nullif(%s, 0))"):format(a, b) end
  if is_constant(c[2]) and c[2].term.value ~= 0 then return ("(%s / %s)"):format(a, b) end
  return ("(CASE WHEN %s <> 0 OR %s IS NULL OR %s IS NULL THEN %s / nullif(%s, 0) WHEN %s = 0 OR %s = %s THEN %s "
    .. "WHEN (%s > 0) = ((%s)::text = '0') THEN 'Infinity' ELSE '-Infinity' END)"):format(b, a, b, a, b, a, a, NAN,
    NAN, a, b)
end
f["/"] = divide_floats

--- The remainder with the sign of the divisor, and the quotient that is rounded down; null for a divisor of zero.
local function floored(c)
  local a, b = c[1].sql, c[2].sql
  local constant = c[1].type == "int64" and c[2].type == "int64" and is_constant(c[2]) and c[2].term.value
  if constant and constant > 0 then
    local bits = constant & (constant - 1) == 0 and math.tointeger(math.log(constant, 2))
    if bits then return ("(%s >> %d)"):format(a, bits), ("(%s & %d)"):format(a, constant - 1) end
    return ("(%s / %s - CASE WHEN %s %% %s < 0 THEN 1 ELSE 0 END)"):format(a, b, a, b),
      ("(%s %% %s + CASE WHEN %s %% %s < 0 THEN %s ELSE 0 END)"):format(a, b, a, b, b)
  end
  local other = ("%s %% nullif(%s, 0) <> 0 AND (%s < 0) <> (%s < 0)"):format(a, b, a, b)
  local quotient = is_decimal(c[1].type) or is_decimal(c[2].type)
  local whole = quotient and ("div(%s, nullif(%s, 0))"):format(a, b) or ("%s / nullif(%s, 0)"):format(a, b)
  return ("(%s - CASE WHEN %s THEN 1 ELSE 0 END)::bigint"):format(whole, other),
    ("(%s %% nullif(%s, 0) + CASE WHEN %s THEN %s ELSE 0 END)"):format(a, b, other, b)
end

f["//"] = function(c)
  if c.type == "float64" then return ("floor(%s)"):format(divide_floats(c)) end
  return (floored(c))
end
f["%"] = function(c)
  if c.type == "float64" then refuse(c, "the server has no remainder of float64") end
  return (select(2, floored(c)))
end
f["^"] = function(c) return ("power(%s, %s)"):format(as_float(c[1]), as_float(c[2])) end
f.pow = f["^"]

-- numbers

f.abs = "abs({1})"
function f.sign(c)
  if c.type == "float64" then return fill(c, "(CASE WHEN {1} = " .. NAN .. " THEN {1} ELSE sign({1}) END)") end
  return fill(c, "sign({1})::bigint")
end

--- Halves go away from zero, where the server takes the even neighbour.
local ROUND = "(trunc({x}) + CASE WHEN abs({x} - trunc({x})) >= 0.5 THEN sign({x}) ELSE 0 END)"

local function round_float(sql)
  return (("(CASE WHEN abs({x}) < 4503599627370496 THEN " .. ROUND .. " ELSE {x} END)"):gsub("{x}",
    function() return sql end))
end

function f.round(c)
  local digits = c[2] and c[2].term.value or 0
  if c[2] and c[2].term.kind ~= "value" then refuse(c, "how many digits must be a number") end
  if c[1].type == "float64" then
    if digits == 0 then return round_float(c[1].sql) end
    refuse(c, "the server rounds float64 to digits in another way; round a decimal")
  end
  if c[1].type == "int64" and digits >= 0 then return c[1].sql end
  local rounded = ("round((%s)::numeric, %d)"):format(c[1].sql, digits)
  return is_decimal(c.type) and rounded or rounded .. "::bigint"
end

local function whole(name)
  return function(c)
    if c[1].type == "int64" then return c[1].sql end
    return c[1].type == "float64" and ("%s(%s)"):format(name, c[1].sql) or ("%s(%s)::bigint"):format(name, c[1].sql)
  end
end
f.floor, f.ceil = whole "floor", whole "ceil"

function f.bin(c)
  if c.type == "float64" then
    return ("(floor(%s) * %s)"):format(divide_floats(c), as_float(c[2]))
  end
  return ("(%s * %s)"):format((floored(c)), c[2].sql)
end

--- A function of doubles with the values that IEEE gives outside its domain: {condition, value} pairs.
local function guarded(name, ...)
  local cases = { ... }
  return function(c)
    local x, parts = as_float(c[1]), {}
    for i = 1, #cases, 2 do parts[#parts + 1] = (" WHEN %s %s THEN '%s'"):format(x, cases[i], cases[i + 1]) end
    return ("(CASE%s ELSE %s(%s) END)"):format(table.concat(parts), name, x)
  end
end
f.sqrt = guarded("sqrt", "< 0", "NaN")
f.log = guarded("ln", "< 0", "NaN", "= 0", "-Infinity")
f.log10 = guarded("log", "< 0", "NaN", "= 0", "-Infinity")
f.exp = guarded("exp", "= " .. NAN, "NaN", "> 709.782712893384", "Infinity", "< -745.2", "0")
f.sin, f.cos, f.tan = guarded("sin", "IN ('Infinity', '-Infinity')", "NaN"),
  guarded("cos", "IN ('Infinity', '-Infinity')", "NaN"), guarded("tan", "IN ('Infinity', '-Infinity')", "NaN")

function f.is_nan(c)
  if c[1].type == "float64" then return ("(%s = %s)"):format(c[1].sql, NAN) end
  return ("(CASE WHEN %s IS NULL THEN NULL ELSE FALSE END)"):format(c[1].sql)
end
function f.is_finite(c)
  if c[1].type == "float64" then return ("(%s NOT IN ('NaN', 'Infinity', '-Infinity'))"):format(c[1].sql) end
  return ("(CASE WHEN %s IS NULL THEN NULL ELSE TRUE END)"):format(c[1].sql)
end

-- dates

for name, field in pairs { year = "year", quarter = "quarter", month = "month", day = "day", weekday = "isodow",
  week = "week", week_year = "isoyear", dayofyear = "doy", hour = "hour", minute = "minute" } do
  f[name] = "extract(" .. field .. " from {1})::bigint"
end
f.second = "floor(extract(second from {1}))::bigint"
f.epoch = "floor(extract(epoch from {1}))::bigint"

--- The constant month in which a fiscal year starts.
local function start_of(c)
  if c[2].term.kind ~= "value" then refuse(c, "the month in which the year starts must be a number") end
  return c[2].term.value
end
function f.fiscal_year(c)
  local k, year = start_of(c), fill(c, "extract(year from {1})::bigint")
  if k == 1 then return year end
  return ("(%s + CASE WHEN extract(month from %s) >= %d THEN 1 ELSE 0 END)"):format(year, c[1].sql, k)
end
function f.fiscal_quarter(c)
  return ("((extract(month from %s)::bigint + %d) %% 12 / 3 + 1)"):format(c[1].sql, 12 - start_of(c))
end

local function unit_of(c, arg)
  return arg.term.kind == "value" and arg.term.value or refuse(c, "its unit must be a word")
end

local function truncated(unit, x)
  local sql = ("date_trunc('%s', %s)"):format(unit, as_moment(x))
  return x.type == "date" and sql .. "::date" or sql
end

function f.trunc(c)
  if is_time(c[1].type) then return truncated(unit_of(c, c[2]), c[1]) end
  return whole "trunc"(c)
end

local STEPS = { year = "12 months", quarter = "3 months", month = "1 month", week = "7 days", day = "1 day",
  hour = "1 hour", minute = "1 minute", second = "1 second" }

function f.date_add(c)
  local sql = ("(%s + %s * interval '%s')"):format(c[1].sql, c[2].sql, STEPS[unit_of(c, c[3])])
  return c.type == "date" and sql .. "::date" or sql
end

local MONTHS = { year = 12, quarter = 3, month = 1 }
local SECONDS = { week = 604800, day = 86400, hour = 3600, minute = 60, second = 1 }

function f.date_diff(c)
  local unit = unit_of(c, c[3])
  if MONTHS[unit] then
    local function months(x)
      return ("((extract(year from %s) * 12 + extract(month from %s) - 1)::bigint / %d)"):format(x.sql, x.sql,
        MONTHS[unit])
    end
    return ("(%s - %s)"):format(months(c[2]), months(c[1]))
  end
  local function at(x) return ("date_trunc('%s', %s)"):format(unit, as_moment(x)) end
  return ("(extract(epoch from %s - %s) / %d)::bigint"):format(at(c[2]), at(c[1]), SECONDS[unit])
end

-- texts

f.len = "length({1})::bigint"
f.bytes = "octet_length({1})::bigint"
f.upper = '(upper({1} COLLATE "C.utf8") COLLATE "C")'
f.lower = '(lower({1} COLLATE "C.utf8") COLLATE "C")'
f.find = "strpos({1}, {2})::bigint"
f.contains = "(strpos({1}, {2}) > 0)"
f.starts_with = "starts_with({1}, {2})"
f.ends_with = "(right({1}, length({2})) = {2})"
f.replace = "replace({1}, {2}, {3})"

--- Numbers of characters as the server takes them.
local function small(arg) return ("least(greatest(%s, -2000000000), 2000000000)::integer"):format(arg.sql) end

f.left = function(c) return ("left(%s, %s)"):format(c[1].sql, small(c[2])) end
f.right = function(c) return ("right(%s, %s)"):format(c[1].sql, small(c[2])) end

function f.like(c)
  local pattern = c[2].term
  if pattern.kind ~= "value" or pattern.value:gsub("\\.", ""):find "\\$" then
    refuse(c, "its pattern must be a text that does not end in a backslash")
  end
  return fill(c, "({1} LIKE {2})")
end

function f.substr(c)
  local from = small(c[2])
  local start = ("CASE WHEN %s < 0 THEN length(%s) + %s + 1 ELSE %s END"):format(from, c[1].sql, from, from)
  if c[2].term.kind == "value" and c[2].term.value >= 0 then start = from end
  if not c[3] then return ("substr(%s, %s)"):format(c[1].sql, start) end
  return ("substr(%s, %s, greatest(%s, 0))"):format(c[1].sql, start, small(c[3]))
end

local function trimmed(name)
  return function(c)
    return ("%s(%s, %s)"):format(name, c[1].sql, c[2] and c[2].sql or "E' \\t\\r\\n\\f\\v'")
  end
end
f.trim, f.ltrim, f.rtrim = trimmed "btrim", trimmed "ltrim", trimmed "rtrim"

local function padded(name)
  return function(c)
    return ("%s(%s, %s, %s)"):format(name, c[1].sql, small(c[2]), c[3] and c[3].sql or "' '")
  end
end
f.lpad, f.rpad = padded "lpad", padded "rpad"

function f.split_part(c)
  if c[3].term.kind ~= "value" or c[3].term.value == 0 then
    refuse(c, "the number of the part must be a constant but 0")
  end
  return ("split_part(%s, %s, %s)"):format(c[1].sql, c[2].sql, small(c[3]))
end

-- conversions

local TEXT = {}
function TEXT.string(sql) return sql end
function TEXT.bool(sql) return ("(%s)::text"):format(sql) end
TEXT.int64 = TEXT.bool
function TEXT.date(sql) return ("to_char(%s, 'YYYY-MM-DD')"):format(sql) end
function TEXT.timestamp(sql)
  return ([[(regexp_replace(to_char(%s, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '\.?0+$', '') || 'Z')]]):format(sql)
end

--- Both write the shortest digits that read back, but the point and the exponent at other places.
local FLOAT_TEXT = [[(CASE WHEN {x} = 'NaN' THEN 'nan' WHEN {x} = 'Infinity' THEN 'inf'
  WHEN {x} = '-Infinity' THEN '-inf'
  ELSE regexp_replace(CASE WHEN abs({x}) >= 1e15 AND abs({x}) < 1e16 OR abs({x}) >= 1e-5 AND abs({x}) < 1e-4
  THEN ({x})::text::numeric::text ELSE ({x})::text END, '^(-?[0-9]+)$', '\1.0') END)]]

function TEXT.float64(sql)
  return (FLOAT_TEXT:gsub("{x}", function() return sql end))
end

local function text_of(x)
  if x.type == "null" then return "NULL::text" end
  if is_decimal(x.type) then return ("round(%s, %s)::text"):format(x.sql, x.type:match ",(%d+)") end
  return TEXT[x.type](x.sql)
end

function f.string(c) return text_of(c[1]) end
f[".."] = function(c) return ("(%s || %s)"):format(text_of(c[1]), text_of(c[2])) end
function f.concat(c)
  local parts = {}
  for i, x in ipairs(c) do parts[i] = ("coalesce(%s, '')"):format(text_of(x)) end
  return "(" .. table.concat(parts, " || ") .. ")"
end

--- The value where a test holds, and where not an error that shows it.
local function checked(test, sql, wrong, kind)
  return ("(CASE WHEN %s THEN %s ELSE (%s)::text::%s END)"):format(test, sql, wrong, kind)
end

function f.int64(c)
  local x = c[1]
  if x.type == "int64" then return x.sql end
  if x.type == "bool" then return ("(%s)::integer::bigint"):format(x.sql) end
  if x.type == "string" then
    return checked(x.sql .. " ~ '^[+-]?[0-9]+$'", x.sql .. "::bigint", "'no int64: ' || " .. x.sql, "bigint")
  end
  return checked(("%s = floor(%s)"):format(x.sql, x.sql), x.sql .. "::bigint", x.sql, "bigint")
end
function f.float64(c)
  local x = c[1]
  if x.type == "bool" then return ("(%s)::integer::double precision"):format(x.sql) end
  if x.type ~= "string" then return as_float(x) end
  return checked(x.sql .. " ~ '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$'", x.sql .. "::double precision",
    "'no float64: ' || " .. x.sql, "double precision")
end
function f.decimal(c)
  local x, kind, scale = c[1], type_name(c.type), c.type:match ",(%d+)"
  if x.type == "float64" then refuse(c, "the server rounds a float64 in another way") end
  if x.type == "string" then
    local number = x.sql .. "::numeric"
    return ("(CASE WHEN NOT %s ~ '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$' THEN ('no decimal: ' || %s)::numeric WHEN %s = "
      .. "round(%s, %s) THEN %s::%s ELSE ('digits lost: ' || %s)::numeric END)"):format(x.sql, x.sql, number, number,
      scale, number, kind, x.sql)
  end
  if tonumber(x.type:match ",(%d+)" or 0) <= tonumber(scale) and x.type ~= "bool" then
    return postgresql.cast(x.sql, c.type)
  end
  local number = ("(%s)::numeric"):format(x.sql)
  return checked(("%s = round(%s, %s)"):format(number, number, scale), ("%s::%s"):format(number, kind),
    "'digits lost: ' || " .. x.sql, "numeric")
end
function f.bool(c)
  local x = c[1]
  local yes, no = x.type == "string" and "'true'" or "1", x.type == "string" and "'false'" or "0"
  return ("(CASE WHEN %s = %s THEN TRUE WHEN %s = %s THEN FALSE ELSE ('no bool: ' || %s)::boolean END)"):format(x.sql,
    yes, x.sql, no, x.sql)
end
function f.date(c)
  if #c == 3 then return ("make_date(%s, %s, %s)"):format(small(c[1]), small(c[2]), small(c[3])) end
  local x = c[1]
  if x.type == "string" then
    return checked(x.sql .. " ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'", x.sql .. "::date", "'no date: ' || " .. x.sql, "date")
  end
  return ("(%s)::date"):format(x.sql)
end
function f.timestamp(c)
  if c[1].type == "string" then refuse(c, "the server reads other texts as timestamps") end
  return as_moment(c[1])
end

local REGEX = "the server reads other regular expressions; like, find and split_part translate"

local refused = {
  matches = REGEX, extract = REGEX, regex_replace = REGEX, format = "the server writes numbers and times in other ways",
  fails = "an error in one row ends the server's whole statement (try(…) asks for it too)",
  log2 = "the server has no such function that is exact for powers of two",
}

function postgresql.call(c)
  local made = f[c.name]
  if not made then refuse(c, refused[c.name] or "the server has nothing of the same meaning") end
  if type(made) == "string" then return fill(c, made) end
  return made(c)
end

-- ---- aggregates ---------------------------------------------------------------------------------------------------

local a = {}

--- An aggregate's call with its condition and its window.
local function called(c, text)
  if c.where then text = ("%s FILTER (WHERE %s)"):format(text, c.where) end
  return c.over and ("%s OVER (%s)"):format(text, c.over) or text
end

local function whole_number(x)
  return x.type == "bool" and ("(%s)::integer::bigint"):format(x.sql) or x.sql
end

--- The argument as a number that the server's own aggregate takes exactly.
local function as_number(x)
  return x.type == "float64" and x.sql or whole_number(x)
end

function a.count(c) return called(c, c[1] and ("count(%s)"):format(c[1].sql) or "count(*)") end
function a.sum(c)
  local sum = called(c, ("sum(%s)"):format(as_number(c[1])))
  return c.type == "float64" and sum or ("(%s)::%s"):format(sum, type_name(c.type))
end
function a.mean(c)
  if c[1].type == "float64" then return called(c, ("avg(%s)"):format(c[1].sql)) end
  local sum = called(c, ("sum(%s)"):format(as_number(c[1])))
  local n = called(c, ("count(%s)"):format(c[1].sql))
  return ("((%s)::numeric(78,30) / nullif(%s, 0))::double precision"):format(sum, n)
end

local function extreme_of(name, of_bools)
  return function(c)
    if c[1].type == "bool" then return called(c, ("%s(%s)"):format(of_bools, c[1].sql)) end
    return called(c, ("%s(%s)"):format(name, by_bytes(c[1].sql, c[1].type)))
  end
end
a.min, a.max = extreme_of("min", "bool_and"), extreme_of("max", "bool_or")
a.any = function(c) return called(c, ("bool_or(%s)"):format(c[1].sql)) end
a.all = function(c) return called(c, ("bool_and(%s)"):format(c[1].sql)) end

for name, own in pairs { variance = "var_samp", variance_pop = "var_pop", stddev = "stddev_samp",
  stddev_pop = "stddev_pop" } do
  a[name] = function(c) return ("(%s)::double precision"):format(called(c, ("%s(%s)"):format(own, as_number(c[1])))) end
end
for name, own in pairs { covar = "covar_samp", covar_pop = "covar_pop", corr = "corr", regr_slope = "regr_slope",
  regr_intercept = "regr_intercept", regr_r2 = "regr_r2" } do
  a[name] = function(c)
    local y, x = as_float({ sql = whole_number(c[1]) }), as_float({ sql = whole_number(c[2]) })
    return called(c, ("%s(%s, %s)"):format(own, y, x))
  end
end
function a.weighted_mean(c)
  local x, weight = as_float({ sql = whole_number(c[1]) }), as_float({ sql = whole_number(c[2]) })
  local both = ("CASE WHEN %s IS NOT NULL THEN %s END"):format(x, weight)
  return ("(%s / nullif(%s, 0))"):format(called(c, ("sum(%s * %s)"):format(x, weight)),
    called(c, ("sum(%s)"):format(both)))
end

local function no_window(c, what)
  if c.over then refuse(c, what .. " over a window is not there; group and join instead") end
end

function a.count_distinct(c)
  no_window(c, "a count of different values")
  return called(c, ("count(DISTINCT %s)"):format(c[1].sql))
end
a.approx_distinct = a.count_distinct

local function quantile(c, fraction)
  no_window(c, "a quantile")
  local x = c[1]
  if is_time(x.type) then
    local list = called(c, ("array_agg(%s ORDER BY %s)"):format(x.sql, x.sql))
    local n = called(c, ("count(%s)"):format(x.sql))
    return ("(%s)[floor(%s * (%s - 1))::integer + 1]"):format(list, fraction, n)
  end
  local number = as_float({ sql = whole_number(x), type = x.type })
  return called(c, ("percentile_cont(%s) WITHIN GROUP (ORDER BY %s)"):format(fraction, number))
end
function a.median(c) return quantile(c, "0.5::double precision") end
function a.quantile(c) return quantile(c, as_float(c[2])) end
a.approx_quantile = a.quantile

function a.mode(c)
  no_window(c, "a mode")
  return called(c, ("mode() WITHIN GROUP (ORDER BY %s)"):format(by_bytes(c[1].sql, c[1].type)))
end

--- Values that are there, in the order of rows; from the last one on when `backwards`.
local function listed(c, backwards)
  if not c.order[1] and not c.over then refuse(c, "the rows of a server have no order: put an order before") end
  local keys = {}
  for i, key in ipairs(c.order) do
    keys[i] = postgresql.order(backwards and reversed(key) or key)
  end
  local order = not c.over and " ORDER BY " .. table.concat(keys, ", ") or ""
  local present = c[1].sql .. " IS NOT NULL"
  local copy = setmetatable({ where = c.where and ("%s AND %s"):format(c.where, present) or present }, { __index = c })
  return called(copy, ("array_agg(%s%s)"):format(c[1].sql, order))
end
function a.first(c) return ("(%s)[1]"):format(listed(c)) end
function a.last(c)
  if c.over then return ("(%s)[cardinality(%s)]"):format(listed(c), listed(c)) end
  return ("(%s)[1]"):format(listed(c, true))
end
function a.nth(c) return ("(%s)[%s]"):format(listed(c), small(c[2])) end

function a.string_agg(c)
  if not c.order[1] and not c.over then refuse(c, "the rows of a server have no order: put an order before") end
  local keys = {}
  for i, key in ipairs(c.order) do keys[i] = postgresql.order(key) end
  local order = not c.over and " ORDER BY " .. table.concat(keys, ", ") or ""
  return called(c, ("string_agg(%s, %s%s)"):format(c[1].sql, c[2] and c[2].sql or "','", order))
end

local never = { product = "the server has no product", top = "an aggregate of several rows; use top(n, …, {by = …})",
  bottom = "an aggregate of several rows; use top(n, \"… asc\", {by = …})" }

function postgresql.aggregate(c)
  local made = a[c.name]
  if not made then refuse(c, never[c.name] or "the server has nothing of the same meaning") end
  return made(c)
end

-- ---- windows ------------------------------------------------------------------------------------------------------

local CUMULATIVE = { cumsum = "sum", cummean = "mean", cummin = "min", cummax = "max", cumcount = "count" }

function postgresql.window(c)
  local name = CUMULATIVE[c.name] or c.name
  if a[name] then return a[name](setmetatable({ name = name }, { __index = c })) end
  if c.where then refuse(c, "a condition") end
  local args = {}
  for i, x in ipairs(c) do args[i] = x.sql end
  if name == "lag" or name == "lead" then
    args[2] = c[2] and small(c[2]) or nil
    args[3] = c[3] and postgresql.cast(c[3].sql, c.type) or nil
  elseif name == "ntile" then
    args[1] = small(c[1])
  end
  local sql = called(c, ("%s(%s)"):format(name, table.concat(args, ", ")))
  return name == "ntile" and sql .. "::bigint" or sql
end

return postgresql
