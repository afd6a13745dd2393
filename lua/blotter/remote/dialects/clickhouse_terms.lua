--- Blotter's values in ClickHouse's SQL (25 and later): zeros of both signs and all NaN are one key of a group, and NaN
-- is sorted above everything.
--
-- Here: types, constants, orders and comparisons, what everything else is written with.

local catalogue = require "blotter.remote.dialects.catalogue"
local exact = require "blotter.remote.dialects.exact"
local outline = require "blotter.remote.outline"

local terms = {}

--- Raises: function(call, reason).
terms.refuse = catalogue.refusal "clickhouse"

local TYPES = { bool = "Bool", int64 = "Int64", float64 = "Float64", string = "String", date = "Date32",
  timestamp = "DateTime64(6, 'UTC')" }

local function type_name(kind)
  return TYPES[kind] or "Decimal" .. kind:match "%(.*%)"
end
terms.type_name = type_name

--- The type of a column that is made.
terms.column_type = type_name

--- Blotter's type for one of the server's, and the SQL of such a column; nil: there is none.
function terms.read_type(kind, column)
  kind = kind:match "^LowCardinality%((.*)%)$" or kind
  kind = kind:match "^Nullable%((.*)%)$" or kind
  if kind:find "^U?Int%d+$" and not kind:find "UInt64" and not kind:find "128" and not kind:find "256" then
    return "int64", kind == "Int64" and column or ("toInt64(%s)"):format(column)
  end
  if kind == "Bool" then return "bool", column end
  if kind == "Float64" or kind == "Float32" then return "float64", kind == "Float64" and column
    or ("toFloat64(%s)"):format(column) end
  if kind == "String" then return "string", column end
  if kind:find "^FixedString" or kind:find "^Enum" or kind == "UUID" then
    return "string", ("toString(%s)"):format(column)
  end
  if kind == "Date32" then return "date", column end
  if kind == "Date" then return "date", ("toDate32(%s)"):format(column) end
  if kind:find "^DateTime" then return "timestamp", ("toDateTime64(%s, 6, 'UTC')"):format(column) end
  local precision, scale = kind:match "^Decimal%((%d+), (%d+)%)$"
  if precision and tonumber(precision) <= 18 then return ("decimal(%s,%s)"):format(precision, scale), column end
end

function terms.quote(name)
  return "`" .. name:gsub("[`\\]", "\\%0") .. "`"
end

function terms.quoted(name)
  return catalogue.quoted(name, terms.quote)
end

function terms.cast(sql, kind)
  return ("CAST(%s, 'Nullable(%s)')"):format(sql, (type_name(kind):gsub("'", "\\'")))
end
local cast = terms.cast

-- ---- values ----

local LITERAL = {}

function LITERAL.bool(value) return value and "true" or "false" end
function LITERAL.int64(value) return ("toInt64('%d')"):format(value) end
function LITERAL.float64(value)
  local text = exact.float(value)
  return text == "NaN" and "nan" or text == "Infinity" and "inf" or text == "-Infinity" and "-inf"
    or ("toFloat64('%s')"):format(text)
end
function LITERAL.decimal(value, kind) return ("toDecimal64('%s', %s)"):format(value, kind:match ",(%d+)") end

--- The days that a date can be there.
terms.days = { "1900-01-01", "2299-12-31" }

local function check_year(term, text)
  if text:sub(1, 10) < terms.days[1] or text:sub(1, 10) > terms.days[2] then
    outline.refuse(term, "clickhouse: this does not translate: the server has no times but from 1900 to 2299")
  end
  return text
end

function LITERAL.date(value, _, term)
  return ("toDate32('%s')"):format(check_year(term, exact.moment("date", value)))
end
function LITERAL.timestamp(value, _, term)
  local text = check_year(term, exact.moment("timestamp", value)):gsub("Z$", ""):gsub("T", " ")
  return ("toDateTime64('%s', 6, 'UTC')"):format(text)
end

local function literal(kind, value, term)
  return LITERAL[kind:match "^%a+%d*"](value, kind, term)
end

function terms.value(w, term)
  local kind, value = term.type, term.value
  if kind == "null" then return "NULL" end
  if kind == "string" then return w:parameter(value, "string") end
  if term.origin and term.origin.kind == "parameter" and (kind == "int64" or kind == "bool") then
    return w:parameter(value, kind)
  end
  return literal(kind, value, term)
end

function terms.cell(w, kind, text)
  if text == nil then return cast("NULL", kind) end
  if kind == "string" then return w:parameter(text, "string") end
  if kind == "bool" then return text end
  if kind == "float64" then return text:find "[ni]" and text or ("toFloat64('%s')"):format(text) end
  return literal(kind, kind == "int64" and math.tointeger(text) or text, nil)
end

local function select_of(cells, labels, types, cast_to)
  local parts = {}
  for c, kind in ipairs(types) do parts[c] = cast_to(cells[c] or "NULL", kind) .. " AS " .. labels[c] end
  return "SELECT " .. table.concat(parts, ", ")
end

--- The function that writes rows from here, whose cells are cast by `cast_to(sql, type)`.
function terms.values_by(cast_to)
  return function(w, rows, labels, types)
    local parts = {}
    for i, row in ipairs(rows) do parts[i] = select_of(row, labels, types, cast_to) end
    parts[1] = parts[1] or select_of({}, labels, types, cast_to) .. " WHERE 0"
    return ("(%s) AS %s"):format(table.concat(parts, " UNION ALL "), w:alias())
  end
end
terms.values = terms.values_by(cast)

local PLACEHOLDER = { string = "String", int64 = "Int64", bool = "Bool" }

function terms.placeholder(number, parameter)
  return ("{p%d:%s}"):format(number, PLACEHOLDER[parameter.type])
end

local function text_literal(value)
  return "'" .. value:gsub("[\\']", "\\%0"):gsub("%z", "\\0") .. "'"
end

function terms.inline(parameter)
  if parameter.type == "string" then return text_literal(parameter.value) end
  return literal(parameter.type, parameter.value)
end

-- ---- orders, keys, results ----

function terms.order(key)
  local direction, parts = key.descending and " DESC" or "", {}
  if key.type == "float64" then -- nulls and NaN have places of their own
    parts[1] = ("isNull(%s)%s"):format(key.sql, key.nulls_first and " DESC" or "")
    parts[2] = ("ifNull(isNaN(%s), 0)%s"):format(key.sql, direction)
  end
  parts[#parts + 1] = ("%s%s NULLS %s"):format(key.sql, direction, key.nulls_first and "FIRST" or "LAST")
  return table.concat(parts, ", ")
end

function terms.key(sql, kind)
  return kind == "float64" and ("multiIf(isNaN(%s), nan, %s + 0)"):format(sql, sql) or sql
end

function terms.limit(limit, skip)
  return (" LIMIT %d OFFSET %d"):format(limit or math.maxinteger, skip)
end

function terms.output(sql, kind)
  if kind == "bool" then return cast(sql, kind) end
  if kind:find "^decimal" then return ("toDecimalString(%s, %s)"):format(sql, kind:match ",(%d+)") end
  return sql
end

function terms.distance(n)
  return tostring(n)
end

-- ---- comparisons ----

local OPERATORS, is_decimal, is_time = catalogue.OPERATORS, catalogue.is_decimal, catalogue.is_time

function terms.as_float(arg)
  return arg.type == "float64" and arg.sql or ("toFloat64(%s)"):format(arg.sql)
end

function terms.as_moment(x)
  return x.type == "date" and ("toDateTime64(%s, 6, 'UTC')"):format(x.sql) or x.sql
end

--- `a op b` with blotter's meaning.
function terms.compare(op, a, b)
  if a.type == "null" or b.type == "null" then
    local x = a.type == "null" and b or a
    if op == "==" then return ("isNull(%s)"):format(x.sql) end
    if op == "~=" then return ("isNotNull(%s)"):format(x.sql) end
    return "CAST(NULL, 'Nullable(Bool)')"
  end
  local x, y = a.sql, b.sql
  if is_time(a.type) and a.type ~= b.type then x, y = terms.as_moment(a), terms.as_moment(b) end
  if is_decimal(a.type) and b.type == "float64" then x = terms.as_float(a) end
  if is_decimal(b.type) and a.type == "float64" then y = terms.as_float(b) end
  return ("(%s %s %s)"):format(x, OPERATORS[op], y)
end

function terms.scale_of(kind) return kind:match ",(%d+)" or "0" end

--- An integer of 128 bits as one of 64, or an error.
function terms.to_int64(sql) return ("accurateCast(%s, 'Nullable(Int64)')"):format(sql) end

--- A decimal with room for what is made of it.
function terms.wide_decimal(x)
  return ("CAST(%s, 'Nullable(Decimal(38, %s))')"):format(x.sql, terms.scale_of(x.type))
end

-- ---- what connections say ----

--- What goes with each request: a query whose connection was closed ends.
terms.request_settings = "cancel_http_readonly_queries_on_client_close=1"
terms.columns_order = " ORDER BY position"

--- An empty text is quoted, a null is not.
function terms.csv_options()
  return { header = false, progress = false, quote_all = true, null = "\\N" }
end

return terms
