--- Blotter's expressions, aggregates and windows in ClickHouse's SQL (25 and later), with blotter's meanings: integers
-- are added in 128 bits and brought back, or it is an error; zeros of both signs and all NaN are one key of a group;
-- NaN is sorted above everything. See postgresql_functions.lua for their form.

local catalogue = require "blotter.remote.dialects.catalogue"
local exact = require "blotter.remote.dialects.exact"
local outline = require "blotter.remote.outline"

local clickhouse = { name = "clickhouse", always = "1" }

--- Nulls in joins, names of columns before those of results, dates outside 1970 to 2106.
clickhouse.settings = " SETTINGS join_use_nulls = 1, prefer_column_name_to_alias = 1, "
  .. "enable_extended_results_for_datetime_functions = 1, session_timezone = 'UTC', "
  .. "output_format_decimal_trailing_zeros = 1, optimize_functions_to_subcolumns = 0"

local TYPES = { bool = "Bool", int64 = "Int64", float64 = "Float64", string = "String", date = "Date32",
  timestamp = "DateTime64(6, 'UTC')" }

local function type_name(kind)
  return TYPES[kind] or "Decimal" .. kind:match "%(.*%)"
end
clickhouse.type_name = type_name

function clickhouse.quote(name)
  return "`" .. name:gsub("[`\\]", "\\%0") .. "`"
end

function clickhouse.quoted(name)
  return catalogue.quoted(name, clickhouse.quote)
end

function clickhouse.cast(sql, kind)
  return ("CAST(%s, 'Nullable(%s)')"):format(sql, (type_name(kind):gsub("'", "\\'")))
end
local cast = clickhouse.cast

local refuse = catalogue.refusal "clickhouse"

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

--- ClickHouse has days from 1900 to 2299.
local function check_year(term, text)
  local year = tonumber(text:sub(1, 4))
  if year < 1900 or year > 2299 then outline.refuse(term, "clickhouse: it has no dates but from 1900 to 2299") end
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

function clickhouse.value(w, term)
  local kind, value = term.type, term.value
  if kind == "null" then return "NULL" end
  if kind == "string" then return w:parameter(value, "string") end
  if term.origin and term.origin.kind == "parameter" and (kind == "int64" or kind == "bool") then
    return w:parameter(value, kind)
  end
  return literal(kind, value, term)
end

function clickhouse.cell(w, kind, text)
  if text == nil then return cast("NULL", kind) end
  if kind == "string" then return w:parameter(text, "string") end
  if kind == "bool" then return text end
  if kind == "float64" then return text:find "[ni]" and text or ("toFloat64('%s')"):format(text) end
  return literal(kind, kind == "int64" and math.tointeger(text) or text, nil)
end

function clickhouse.values(w, rows, labels, types)
  local parts = {}
  for i, row in ipairs(rows) do
    local cells = {}
    for c, cell in ipairs(row) do cells[c] = cast(cell, types[c]) .. " AS " .. labels[c] end
    parts[i] = "SELECT " .. table.concat(cells, ", ")
  end
  if #parts == 0 then
    local nulls = {}
    for c, kind in ipairs(types) do nulls[c] = cast("NULL", kind) .. " AS " .. labels[c] end
    parts[1] = "SELECT " .. table.concat(nulls, ", ") .. " WHERE 0"
  end
  return ("(%s) AS %s"):format(table.concat(parts, " UNION ALL "), w:alias())
end

local PLACEHOLDER = { string = "String", int64 = "Int64", bool = "Bool" }

function clickhouse.placeholder(number, parameter)
  return ("{p%d:%s}"):format(number, PLACEHOLDER[parameter.type])
end

local function text_literal(value)
  return "'" .. value:gsub("[\\']", "\\%0"):gsub("%z", "\\0") .. "'"
end

function clickhouse.inline(parameter)
  if parameter.type == "string" then return text_literal(parameter.value) end
  return literal(parameter.type, parameter.value)
end

-- ---- orders, keys, results ----

function clickhouse.order(key)
  local direction, parts = key.descending and " DESC" or "", {}
  if key.type == "float64" then -- nulls and NaN have places of their own
    parts[1] = ("isNull(%s)%s"):format(key.sql, key.nulls_first and " DESC" or "")
    parts[2] = ("ifNull(isNaN(%s), 0)%s"):format(key.sql, direction)
  end
  parts[#parts + 1] = ("%s%s NULLS %s"):format(key.sql, direction, key.nulls_first and "FIRST" or "LAST")
  return table.concat(parts, ", ")
end

function clickhouse.key(sql, kind)
  return kind == "float64" and ("if(isNaN(%s), nan, %s + 0)"):format(sql, sql) or sql
end

function clickhouse.limit(limit, skip)
  return (" LIMIT %d OFFSET %d"):format(limit or math.maxinteger, skip)
end

function clickhouse.output(sql, kind)
  if kind == "bool" then return cast(sql, kind) end
  if kind:find "^decimal" then return ("toDecimalString(%s, %s)"):format(sql, kind:match ",(%d+)") end
  return sql
end

function clickhouse.distance(n)
  return tostring(n)
end

-- ---- comparisons ----

local OPERATORS, is_decimal, is_time = catalogue.OPERATORS, catalogue.is_decimal, catalogue.is_time

local function as_float(arg)
  return arg.type == "float64" and arg.sql or ("toFloat64(%s)"):format(arg.sql)
end

local function as_moment(x)
  return x.type == "date" and ("toDateTime64(%s, 6, 'UTC')"):format(x.sql) or x.sql
end

local function compare(op, a, b)
  if a.type == "null" or b.type == "null" then
    local x = a.type == "null" and b or a
    if op == "==" then return ("isNull(%s)"):format(x.sql) end
    if op == "~=" then return ("isNotNull(%s)"):format(x.sql) end
    return "CAST(NULL, 'Nullable(Bool)')"
  end
  local x, y = a.sql, b.sql
  if is_time(a.type) and a.type ~= b.type then x, y = as_moment(a), as_moment(b) end
  if is_decimal(a.type) and b.type == "float64" then x = as_float(a) end
  if is_decimal(b.type) and a.type == "float64" then y = as_float(b) end
  return ("(%s %s %s)"):format(x, OPERATORS[op], y)
end

--- NaN matches nothing in a join, but ClickHouse's hash tables find it.
function clickhouse.matches(_, a, b, null_equal)
  local function key(x)
    if x.type ~= "float64" then return x.sql end
    if null_equal then return clickhouse.key(x.sql, "float64") end
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

-- ---- functions ----

local f = {}

local fill = catalogue.fill

for op in pairs(OPERATORS) do
  f[op] = function(c) return compare(op, c[1], c[2]) end
end

f["and"], f["or"], f["not"], f.isnull = "({1} AND {2})", "({1} OR {2})", "(NOT {1})", "isNull({1})"

f["in"] = function(c)
  if #c == 1 then return "false" end
  local list = {}
  for i = 2, #c do
    list[i - 1] = c[i].type == "null" and "CAST(NULL, 'Nullable(Bool)')" or compare("==", c[1], c[i])
  end
  return "(" .. table.concat(list, " OR ") .. ")"
end

local function alike(c)
  local list = {}
  for i = 1, #c do list[i] = cast(c[i].sql, c.type) end
  return list
end

f["if"] = function(c)
  local parts, values = {}, alike(c)
  for i = 1, #c - 1, 2 do
    parts[#parts + 1] = ("ifNull(%s, false), %s"):format(c[i].sql, values[i + 1])
  end
  return ("multiIf(%s, %s)"):format(table.concat(parts, ", "), #c % 2 == 1 and values[#c] or cast("NULL", c.type))
end

function f.coalesce(c) return "coalesce(" .. table.concat(alike(c), ", ") .. ")" end
function f.nullif(c)
  return ("if(ifNull(%s, false), NULL, %s)"):format(compare("==", c[1], c[2]), c[1].sql)
end

--- The smallest or largest of a row: nulls are passed over, NaN is above all.
local function extreme(op)
  return function(c)
    local list = alike(c)
    local best = list[1]
    for i = 2, #list do
      local b = list[i]
      local better = ("%s %s %s"):format(b, op, best)
      if c.type == "float64" then
        better = op == "<" and ("(isNaN(%s) OR %s)"):format(best, better) or ("(isNaN(%s) OR %s)"):format(b, better)
        if op == "<" then better = ("(NOT isNaN(%s) AND %s)"):format(b, better) end
      end
      best = ("multiIf(isNull(%s), %s, isNull(%s), %s, %s, %s, %s)"):format(best, b, b, best, better, b, best)
    end
    return best
  end
end
f.least, f.min, f.greatest, f.max = extreme "<", extreme "<", extreme ">", extreme ">"

-- arithmetic: in 128 bits, and back where it fits

local function to_int64(sql) return ("accurateCast(%s, 'Nullable(Int64)')"):format(sql) end

local function scale_of(kind) return kind:match ",(%d+)" or "0" end

local function wide_decimal(x)
  return ("CAST(%s, 'Nullable(Decimal(38, %s))')"):format(x.sql, scale_of(x.type))
end

local function numbers(c, op)
  if c.type == "float64" then return ("(%s %s %s)"):format(as_float(c[1]), op, as_float(c[2])) end
  if is_decimal(c.type) then return cast(("%s %s %s"):format(wide_decimal(c[1]), op, wide_decimal(c[2])), c.type) end
  return to_int64(("toInt128(%s) %s toInt128(%s)"):format(c[1].sql, op, c[2].sql))
end

local function moved(c, sign)
  local x, n = c[1], c[2]
  if not is_time(x.type) then x, n = n, x end
  return ("%s%s(%s, %s)"):format(sign, x.type == "date" and "Days" or "Microseconds", x.sql, n.sql)
end

local function microseconds(x) return ("toUnixTimestamp64Micro(%s)"):format(as_moment(x)) end

f["+"] = function(c)
  if is_time(c[1].type) or is_time(c[2].type) then return moved(c, "add") end
  return numbers(c, "+")
end
f["-"] = function(c)
  if not is_time(c[1].type) then return numbers(c, "-") end
  if not is_time(c[2].type) then return moved(c, "subtract") end
  if c[1].type == "date" and c[2].type == "date" then return fill(c, "toInt64(toInt32({1}) - toInt32({2}))") end
  return ("(%s - %s)"):format(microseconds(c[1]), microseconds(c[2]))
end
f["*"] = function(c) return numbers(c, "*") end
function f.neg(c)
  if c.type == "float64" then return fill(c, "(- {1})") end
  return is_decimal(c.type) and cast("- " .. c[1].sql, c.type) or to_int64("- toInt128(" .. c[1].sql .. ")")
end

f["/"] = function(c)
  local divisor = as_float(c[2])
  if c[2].type ~= "float64" then divisor = ("nullIf(%s, 0)"):format(divisor) end
  return ("(%s / %s)"):format(as_float(c[1]), divisor)
end

f["//"] = function(c)
  if c.type == "float64" then return ("floor(%s)"):format(f["/"](c)) end
  if is_decimal(c[1].type) or is_decimal(c[2].type) then refuse(c, "the server rounds quotients of decimals") end
  local a, b = ("toInt128(%s)"):format(c[1].sql), ("nullIf(toInt128(%s), 0)"):format(c[2].sql)
  return to_int64(("intDiv(%s, %s) - if(%s %% %s <> 0 AND (%s < 0) <> (%s < 0), 1, 0)"):format(a, b, a, b, a, b))
end
f["%"] = function(c)
  if c.type ~= "int64" then refuse(c, "the server has another remainder of numbers that are not whole") end
  local a, b = ("toInt128(%s)"):format(c[1].sql), ("nullIf(toInt128(%s), 0)"):format(c[2].sql)
  return to_int64(("%s %% %s + if(%s %% %s <> 0 AND (%s < 0) <> (%s < 0), %s, 0)"):format(a, b, a, b, a, b, b))
end
f["^"] = function(c) return ("pow(%s, %s)"):format(as_float(c[1]), as_float(c[2])) end
f.pow = f["^"]

-- numbers

function f.abs(c)
  if c.type == "float64" then return fill(c, "abs({1})") end
  return is_decimal(c.type) and cast("abs(" .. c[1].sql .. ")", c.type) or to_int64("abs(toInt128(" .. c[1].sql .. "))")
end
function f.sign(c)
  if c.type == "float64" then return fill(c, "if(isNaN({1}), {1}, toFloat64(sign({1})))") end
  return fill(c, "toInt64(sign({1}))")
end
function f.round(c)
  if c[1].type == "float64" and not c[2] then
    return fill(c, "if(abs({1}) < 4503599627370496, trunc({1}) + if(abs({1} - trunc({1})) >= 0.5, sign({1}), 0), {1})")
  end
  if c[1].type == "int64" and not c[2] then return c[1].sql end
  refuse(c, "the server rounds to digits in another way")
end
local function whole(name)
  return function(c)
    if c[1].type == "int64" then return c[1].sql end
    return c[1].type == "float64" and ("%s(%s)"):format(name, c[1].sql) or ("toInt64(%s(%s))"):format(name, c[1].sql)
  end
end
f.floor, f.ceil = whole "floor", whole "ceil"
function f.bin(c)
  local down = f["//"](c)
  return c.type == "float64" and ("(%s * %s)"):format(down, as_float(c[2]))
    or to_int64(("toInt128(%s) * toInt128(%s)"):format(down, c[2].sql))
end
for name, own in pairs { sqrt = "sqrt", exp = "exp", log = "log", log2 = "log2", log10 = "log10", sin = "sin",
  cos = "cos", tan = "tan" } do
  f[name] = function(c) return ("%s(%s)"):format(own, as_float(c[1])) end
end
function f.is_nan(c) return ("isNaN(%s)"):format(as_float(c[1])) end
function f.is_finite(c) return ("isFinite(%s)"):format(as_float(c[1])) end

-- dates

for name, own in pairs { year = "toYear", quarter = "toQuarter", month = "toMonth", day = "toDayOfMonth",
  weekday = "toDayOfWeek", week = "toISOWeek", week_year = "toISOYear", dayofyear = "toDayOfYear", hour = "toHour",
  minute = "toMinute", second = "toSecond" } do
  f[name] = "toInt64(" .. own .. "({1}))"
end
function f.epoch(c) return ("toInt64(floor(%s / 1000000))"):format(microseconds(c[1])) end

local function start_of(c)
  if c[2].term.kind ~= "value" then refuse(c, "the month in which the year starts must be a number") end
  return c[2].term.value
end
function f.fiscal_year(c)
  local k = start_of(c)
  if k == 1 then return fill(c, "toInt64(toYear({1}))") end
  return fill(c, ("toInt64(toYear({1}) + if(toMonth({1}) >= %d, 1, 0))"):format(k))
end
function f.fiscal_quarter(c)
  return fill(c, ("toInt64(intDiv((toMonth({1}) + %d) %% 12, 3) + 1)"):format(12 - start_of(c)))
end

local function unit_of(c, arg)
  return arg.term.kind == "value" and arg.term.value or refuse(c, "its unit must be a word")
end
function f.trunc(c)
  if not is_time(c[1].type) then return whole "trunc"(c) end
  return cast(("dateTrunc('%s', %s)"):format(unit_of(c, c[2]), c[1].sql), c.type)
end
local ADD = { year = "addYears", quarter = "addQuarters", month = "addMonths", week = "addWeeks", day = "addDays",
  hour = "addHours", minute = "addMinutes", second = "addSeconds" }
function f.date_add(c) return cast(("%s(%s, %s)"):format(ADD[unit_of(c, c[3])], c[1].sql, c[2].sql), c.type) end
function f.date_diff(c)
  return ("toInt64(dateDiff('%s', %s, %s))"):format(unit_of(c, c[3]), as_moment(c[1]), as_moment(c[2]))
end

-- texts

f.len, f.bytes = "toInt64(lengthUTF8({1}))", "toInt64(length({1}))"
f.upper, f.lower = "upperUTF8({1})", "lowerUTF8({1})"
f.find, f.contains = "toInt64(positionUTF8({1}, {2}))", "(position({1}, {2}) > 0)"
f.starts_with, f.ends_with = "startsWith({1}, {2})", "endsWith({1}, {2})"
f.left, f.right = "leftUTF8({1}, {2})", "rightUTF8({1}, {2})"
function f.replace(c)
  if c[2].term.kind ~= "value" or c[2].term.value == "" then refuse(c, "what is replaced must be a text") end
  return fill(c, "replaceAll({1}, {2}, {3})")
end
function f.like(c)
  if c[2].term.kind ~= "value" then refuse(c, "its pattern must be a text") end
  return fill(c, "like({1}, {2})")
end
function f.substr(c)
  if c[2].term.kind ~= "value" or c[2].term.value < 1 then refuse(c, "the first place must be a number from 1 on") end
  return c[3] and fill(c, "substringUTF8({1}, {2}, greatest({3}, 0))") or fill(c, "substringUTF8({1}, {2})")
end

local TEXT = {
  string = "%s", int64 = "toString(%s)", bool = "if(%s, 'true', 'false')", date = "toString(%s)",
  timestamp = "concat(replaceRegexpOne(formatDateTime(%s, '%%Y-%%m-%%dT%%H:%%i:%%S.%%f', 'UTC'), "
    .. "'\\\\.?0+$', ''), 'Z')",
}
local function text_of(c, x)
  if x.type == "null" then return "CAST(NULL, 'Nullable(String)')" end
  if x.type == "float64" then refuse(c, "the server writes a float64 in another way") end
  if is_decimal(x.type) then return ("toDecimalString(%s, %s)"):format(x.sql, scale_of(x.type)) end
  if x.type == "bool" then return ("if(isNull(%s), NULL, if(%s, 'true', 'false'))"):format(x.sql, x.sql) end
  return TEXT[x.type]:format(x.sql)
end
function f.string(c) return text_of(c, c[1]) end
f[".."] = function(c) return ("concat(%s, %s)"):format(text_of(c, c[1]), text_of(c, c[2])) end
function f.concat(c)
  local parts = {}
  for i, x in ipairs(c) do parts[i] = ("ifNull(%s, '')"):format(text_of(c, x)) end
  return #parts == 1 and parts[1] or "concat(" .. table.concat(parts, ", ") .. ")"
end

-- conversions

function f.int64(c)
  if c[1].type == "string" then refuse(c, "the server reads other texts as numbers") end
  return c[1].type == "int64" and c[1].sql or to_int64(c[1].sql)
end
function f.float64(c)
  if c[1].type == "string" then refuse(c, "the server reads other texts as numbers") end
  return as_float(c[1])
end
function f.decimal(c)
  local x = c[1].type
  if x ~= "int64" and not (is_decimal(x) and tonumber(scale_of(x)) <= tonumber(scale_of(c.type))) then
    refuse(c, "the server cuts digits without an error")
  end
  return cast(c[1].sql, c.type)
end
function f.date(c)
  if #c == 3 or c[1].type == "string" then refuse(c, "the server reads other dates") end
  return fill(c, "toDate32({1})")
end
function f.timestamp(c)
  if c[1].type == "string" then refuse(c, "the server reads other texts as timestamps") end
  return as_moment(c[1])
end

local REGEX = "the server reads other regular expressions; like and find translate"
local refused = {
  fails = "an error in one row ends the server's whole statement (try(…) asks for it too)",
  matches = REGEX, extract = REGEX, regex_replace = REGEX, format = "the server writes numbers and times in other ways",
}

clickhouse.call = catalogue.translator(f, refused, refuse)

-- ---- aggregates ----

local a = {}

--- The call of an aggregate function with its condition, arguments that may be null, and its window.
local function called(c, name, args, where)
  where = where and c.where and ("(%s) AND (%s)"):format(c.where, where) or where or c.where
  local list = {}
  for i, arg in ipairs(args) do list[i] = arg end
  local parameters
  name, parameters = name:match "^(%w+)(.*)$"
  if where then
    name = name .. "If"
    list[#list + 1] = ("ifNull(%s, false)"):format(where)
  end
  local text = ("%s%s(%s)"):format(name, parameters, table.concat(list, ", "))
  return c.over and ("%s OVER (%s)"):format(text, c.over) or text
end

local function nullable(sql) return "toNullable(" .. sql .. ")" end

function a.count(c) return ("toInt64(%s)"):format(called(c, "count", c[1] and { c[1].sql } or {})) end

local function whole_sum(c) return called(c, "sum", { nullable("toInt128(" .. c[1].sql .. ")") }) end

function a.sum(c)
  if c.type == "float64" then return called(c, "sum", { nullable(c[1].sql) }) end
  if is_decimal(c.type) then return cast(called(c, "sum", { nullable(wide_decimal(c[1])) }), c.type) end
  return to_int64(whole_sum(c))
end
function a.mean(c)
  if c[1].type == "float64" then return called(c, "avg", { nullable(c[1].sql) }) end
  local sum = is_decimal(c[1].type) and called(c, "sum", { nullable(wide_decimal(c[1])) }) or whole_sum(c)
  return ("toFloat64(%s) / nullIf(%s, 0)"):format(sum, called(c, "count", { c[1].sql }))
end

local function extreme_of(name)
  return function(c)
    local x = c[1].sql
    if c[1].type ~= "float64" then return called(c, name, { nullable(x) }) end
    local number, some = called(c, name, { nullable(x) }, ("NOT isNaN(%s)"):format(x)), called(c, "count", { x })
    local nans = called(c, "count", {}, ("isNaN(%s)"):format(x))
    local other = name == "max" and nans .. " > 0" or nans .. " = " .. some
    return ("multiIf(%s = 0, NULL, %s, nan, %s)"):format(some, other, number)
  end
end
a.min, a.max = extreme_of "min", extreme_of "max"
function a.any(c) return called(c, "max", { nullable(c[1].sql) }) end
function a.all(c) return called(c, "min", { nullable(c[1].sql) }) end

for name, own in pairs { variance = { "varSampStable", 1 }, variance_pop = { "varPopStable", 0 },
  stddev = { "stddevSampStable", 1 }, stddev_pop = { "stddevPopStable", 0 } } do
  a[name] = function(c)
    return ("if(%s > %d, %s, NULL)"):format(called(c, "count", { c[1].sql }), own[2],
      called(c, own[1], { nullable(as_float(c[1])) }))
  end
end

local function both(c) return ("isNotNull(%s) AND isNotNull(%s)"):format(c[1].sql, c[2].sql) end

for name, own in pairs { covar = { "covarSampStable", 1 }, covar_pop = { "covarPopStable", 0 } } do
  a[name] = function(c)
    return ("if(%s > %d, %s, NULL)"):format(called(c, "count", {}, both(c)), own[2],
      called(c, own[1], { nullable(as_float(c[1])), nullable(as_float(c[2])) }))
  end
end

function a.count_distinct(c)
  return ("toInt64(%s)"):format(called(c, "uniqExact", { nullable(clickhouse.key(c[1].sql, c[1].type)) }))
end
a.approx_distinct = a.count_distinct

local function quantile(c, fraction)
  if is_time(c[1].type) then refuse(c, "the server has no quantile of times that is one of them") end
  return called(c, ("quantileExactInclusive(%s)"):format(fraction), { nullable(as_float(c[1])) })
end
function a.median(c) return quantile(c, "0.5") end
function a.quantile(c)
  local value = c[2].term.value
  return quantile(c, type(value) == "number" and exact.float(value) or tostring(value))
end
a.approx_quantile = a.quantile

local never = {
  first = "the server has no first row of a group that is in order", product = "the server has no product",
  string_agg = "the server joins texts in no order", mode = "the server knows the most frequent value only about",
  top = "an aggregate of several rows; use top(n, …, {by = …})",
  bottom = "an aggregate of several rows; use top(n, \"… asc\", {by = …})" }
never.last = never.first

clickhouse.aggregate = catalogue.translator(a, never, refuse)

-- ---- windows ----

local RANKS = { row_number = true, rank = true, dense_rank = true }
local WHOLE = " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"

function clickhouse.window(c)
  local name = catalogue.CUMULATIVE[c.name] or c.name
  if c.over:find(" RANGE ", 1, true) then refuse(c, "the server has no ranges of values that may be null") end
  if name == "median" or name == "quantile" or name == "count_distinct" then
    refuse(c, "over a window; group and join instead")
  end
  if a[name] then return a[name](setmetatable({ name = name }, { __index = c })) end
  if RANKS[name] then return ("toInt64(%s() OVER (%s))"):format(name, c.over) end
  if name ~= "lag" and name ~= "lead" then refuse(c, "over a window the server has nothing of the same meaning") end
  if c.where then refuse(c, "a condition") end
  local args = { cast(c[1].sql, c.type), c[2] and c[2].sql or "1" }
  if c[2] and (c[2].term.kind ~= "value" or c[2].term.value < 0) then refuse(c, "the distance must be a number") end
  if c[2] then args[2] = tostring(c[2].term.value) end
  if c[3] then args[3] = cast(c[3].sql, c.type) end
  return ("%sInFrame(%s) OVER (%s%s)"):format(name, table.concat(args, ", "), c.over, WHOLE)
end

return clickhouse
