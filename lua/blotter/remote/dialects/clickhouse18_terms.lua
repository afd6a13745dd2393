--- Blotter's values in the SQL of ClickHouse 18.16: bools are numbers there (a column of them is an Enum8 of both
-- words), days and seconds are those of 1970 to 2105, and integers that may be too large are decimals of 38 digits.

local catalogue = require "blotter.remote.dialects.catalogue"
local clickhouse_terms = require "blotter.remote.dialects.clickhouse_terms"
local exact = require "blotter.remote.dialects.exact"
local outline = require "blotter.remote.outline"

local terms = {}

for _, name in ipairs { "quote", "quoted", "order", "key", "placeholder", "as_float", "scale_of",
  "wide_decimal", "csv_options" } do
  terms[name] = clickhouse_terms[name]
end

--- Raises: function(call, reason).
terms.refuse = catalogue.refusal "clickhouse18"

-- ---- types ----

local TYPES = { bool = "UInt8", int64 = "Int64", float64 = "Float64", string = "String", date = "Date",
  timestamp = "DateTime('UTC')" }
local BOOL = "Enum8('false' = 0, 'true' = 1)"

--- The type of an expression.
function terms.type_name(kind)
  return TYPES[kind] or "Decimal" .. kind:match "%(.*%)"
end

--- The type of a column that is made.
function terms.column_type(kind)
  return kind == "bool" and BOOL or terms.type_name(kind)
end

function terms.cast(sql, kind)
  return ("CAST(%s, 'Nullable(%s)')"):format(sql, (terms.type_name(kind):gsub("'", "\\'")))
end
local cast = terms.cast

--- Blotter's type for one of the server's, and the SQL of such a column; nil: there is none.
function terms.read_type(kind, column)
  kind = kind:match "^LowCardinality%((.*)%)$" or kind
  kind = kind:match "^Nullable%((.*)%)$" or kind
  if kind == BOOL then return "bool", cast(column, "bool") end
  if kind:find "^U?Int%d+$" and kind ~= "UInt64" then return "int64", cast(column, "int64") end
  if kind:find "^Float" then return "float64", cast(column, "float64") end
  if kind == "String" or kind:find "^FixedString" or kind:find "^Enum" or kind == "UUID" then
    return "string", kind == "String" and cast(column, "string") or ("toString(%s)"):format(column)
  end
  if kind == "Date" then return "date", column end
  if kind:find "^DateTime" then return "timestamp", ("toTimeZone(%s, 'UTC')"):format(column) end
  local precision, scale = kind:match "^Decimal%((%d+), (%d+)%)$"
  if precision and tonumber(precision) <= 18 then return ("decimal(%s,%s)"):format(precision, scale), column end
end

-- ---- values ----

--- The days that a date can be there, and whether a timestamp must be a whole second.
terms.days, terms.whole_seconds = { "1970-01-01", "2105-12-31" }, true

local LITERAL = {}

function LITERAL.bool(value) return value and "toUInt8(1)" or "toUInt8(0)" end -- a bare number may be a place
function LITERAL.int64(value) return ("toInt64('%d')"):format(value) end
function LITERAL.float64(value)
  local text = exact.float(value)
  return text == "NaN" and "nan" or text == "Infinity" and "inf" or text == "-Infinity" and "(-inf)"
    or ("toFloat64('%s')"):format(text)
end
function LITERAL.decimal(value, kind) return ("toDecimal64('%s', %s)"):format(value, kind:match ",(%d+)") end

local function refuse_value(term, reason)
  outline.refuse(term, "clickhouse18: this does not translate: " .. reason)
end

local function check_day(term, text)
  if text:sub(1, 10) < terms.days[1] or text:sub(1, 10) > terms.days[2] then
    refuse_value(term, "the server has no times but from 1970 to 2105")
  end
  return text
end
function LITERAL.date(value, _, term)
  return ("toDate('%s')"):format(check_day(term, exact.moment("date", value)))
end
function LITERAL.timestamp(value, _, term)
  local text = check_day(term, exact.moment("timestamp", value))
  if text:find(".", 1, true) then refuse_value(term, "the server has no fractions of a second") end
  return ("toDateTime('%s', 'UTC')"):format((text:gsub("Z$", ""):gsub("T", " ")))
end

local function literal(kind, value, term)
  return LITERAL[kind:match "^%a+%d*"](value, kind, term)
end

function terms.value(w, term)
  local kind, value = term.type, term.value
  if kind == "null" then return "NULL" end
  if kind == "string" then return w:parameter(value, "string") end
  return literal(kind, value, term)
end

function terms.cell(w, kind, text)
  if text == nil then return cast("NULL", kind) end
  if kind == "string" then return w:parameter(text, "string") end
  if kind == "bool" then return LITERAL.bool(text == "true") end
  if kind == "float64" then return text:find "[ni]" and "(" .. text .. ")" or ("toFloat64('%s')"):format(text) end
  return literal(kind, kind == "int64" and math.tointeger(text) or text, nil)
end

terms.values = clickhouse_terms.values_by(cast)

local SAMPLE = { bool = "0", int64 = "toInt64(0)", float64 = "toFloat64(0)", string = "''", date = "toDate(0)",
  timestamp = "toDateTime('1970-01-01 00:00:00', 'UTC')" }

--- Some value of a type, which stands for null where two nulls are equal.
function terms.sample(kind)
  return SAMPLE[kind] or ("CAST(0, '%s')"):format(terms.type_name(kind))
end

function terms.inline(parameter)
  return parameter.type == "string" and clickhouse_terms.inline(parameter) or literal(parameter.type, parameter.value)
end

--- The first day of all is written by the server as if there were none.
function terms.day_text(sql)
  return ("multiIf(toUInt16(%s) = 0, '1970-01-01', toString(%s))"):format(sql, sql)
end

function terms.moment_text(sql)
  return ("concat(%s, 'T', substring(toString(%s), 12, 8), 'Z')"):format(terms.day_text("toDate(" .. sql .. ")"), sql)
end

function terms.bool_text(sql)
  return ("multiIf(isNull(%s), NULL, multiIf(ifNull(%s, 0), 'true', 'false'))"):format(sql, sql)
end

function terms.output(sql, kind)
  if kind == "bool" then return terms.bool_text(sql) end
  if kind == "date" then return terms.day_text(sql) end
  if kind == "timestamp" then return terms.moment_text(sql) end
  return kind:find "^decimal" and ("toString(%s)"):format(cast(sql, kind)) or sql
end

--- The server adds both numbers.
function terms.limit(limit, skip)
  return (" LIMIT %d, %d"):format(skip, limit or 1 << 62)
end

-- ---- comparisons ----

local OPERATORS, is_decimal = catalogue.OPERATORS, catalogue.is_decimal

--- A number that is compared with a decimal.
local function exact_number(x)
  return is_decimal(x.type) and terms.wide_decimal(x) or ("toDecimal128(%s, 0)"):format(x.sql)
end

function terms.as_moment(x)
  return x.type == "date" and ("toDateTime(%s, 'UTC')"):format(x.sql) or x.sql
end

--- `a op b` with blotter's meaning.
function terms.compare(op, a, b)
  if a.type == "null" or b.type == "null" then
    local x = a.type == "null" and b or a
    if op == "==" then return ("isNull(%s)"):format(x.sql) end
    if op == "~=" then return ("isNotNull(%s)"):format(x.sql) end
    return cast("NULL", "bool")
  end
  local x, y = a.sql, b.sql
  if a.type == "date" and b.type == "timestamp" or a.type == "timestamp" and b.type == "date" then
    x, y = terms.as_moment(a), terms.as_moment(b)
  end
  if is_decimal(a.type) or is_decimal(b.type) then
    local number = (a.type == "float64" or b.type == "float64") and terms.as_float or exact_number
    x, y = number(a), number(b)
  end
  return ("(%s %s %s)"):format(x, OPERATORS[op], y)
end

--- A decimal of 38 digits as an integer of 64 bits, or an error.
function terms.to_int64(sql) return ("toInt64(%s)"):format(sql) end

function terms.wide_int(x) return ("toDecimal128(%s, 0)"):format(x.sql) end

return terms
