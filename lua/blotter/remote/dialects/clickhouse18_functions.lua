--- Functions and aggregates in the SQL of ClickHouse 18.16: those that are here, and those of later servers that it
-- knows as well. All others are refused.

local aggregates = require "blotter.remote.dialects.clickhouse_aggregates"
local catalogue = require "blotter.remote.dialects.catalogue"
local functions = require "blotter.remote.dialects.clickhouse_functions"
local terms = require "blotter.remote.dialects.clickhouse18_terms"

local as_float, cast, compare, refuse = terms.as_float, terms.cast, terms.compare, terms.refuse
local to_int64, wide_decimal, wide_int = terms.to_int64, terms.wide_decimal, terms.wide_int
local fill, is_decimal, is_time = catalogue.fill, catalogue.is_decimal, catalogue.is_time

local f = {}

for _, name in ipairs { "isnull", "^", "pow", "sqrt", "exp", "log", "log10", "sin", "cos", "tan",
  "is_nan", "is_finite", "year", "quarter", "month", "day", "weekday", "week", "week_year", "dayofyear", "hour",
  "minute", "second", "fiscal_year",
  "fiscal_quarter", "len", "bytes", "upper", "lower", "find", "contains", "starts_with", "ends_with" } do
  f[name] = functions.known[name]
end

for op in pairs(catalogue.OPERATORS) do
  f[op] = function(c) return compare(op, c[1], c[2]) end
end

--- Of bools and nulls the smallest or largest: false, null, true are 0, 1, 2. The server's AND of a null is null.
local function logic(name, list)
  local text
  for _, sql in ipairs(list) do
    local one = ("ifNull(%s * 2, 1)"):format(sql)
    text = text and ("%s(%s, %s)"):format(name, text, one) or one
  end
  return ("toUInt8(intDiv(nullIf(%s, 1), 2))"):format(text)
end
f["and"] = function(c) return logic("least", { c[1].sql, c[2].sql }) end
f["or"] = function(c) return logic("greatest", { c[1].sql, c[2].sql }) end
f["not"] = "({1} = 0)" -- the text of NOT that a server sends to another is not one that it reads

f["in"] = function(c)
  if #c == 1 then return "toUInt8(0)" end
  local list = {}
  for i = 2, #c do
    list[i - 1] = c[i].type == "null" and cast("NULL", "bool") or compare("==", c[1], c[i])
  end
  return #list == 1 and list[1] or logic("greatest", list)
end

-- choices

local function alike(c)
  local list = {}
  for i = 1, #c do list[i] = cast(c[i].sql, c.type) end
  return list
end

f["if"] = function(c)
  local parts, values = {}, alike(c)
  for i = 1, #c - 1, 2 do
    parts[#parts + 1] = ("ifNull(%s, 0), %s"):format(c[i].sql, values[i + 1])
  end
  return ("multiIf(%s, %s)"):format(table.concat(parts, ", "), #c % 2 == 1 and values[#c] or cast("NULL", c.type))
end
function f.coalesce(c)
  local list = alike(c)
  local text = list[#list]
  for i = #list - 1, 1, -1 do text = ("multiIf(isNotNull(%s), %s, %s)"):format(list[i], list[i], text) end
  return text
end
function f.nullif(c)
  return ("multiIf(ifNull(%s, 0), %s, %s)"):format(compare("==", c[1], c[2]), cast("NULL", c.type),
    cast(c[1].sql, c.type))
end

--- The smallest or largest of a row, without nulls.
local function extreme(op)
  return function(c)
    if c.type == "float64" then refuse(c, "the server has another order of NaN and zeros") end
    local list = alike(c)
    local best = list[1]
    for i = 2, #list do
      local one = list[i]
      best = ("multiIf(isNull(%s), %s, isNull(%s), %s, ifNull(%s %s %s, 0), %s, %s)"):format(best, one, one, best, one,
        op, best, one, best)
    end
    return best
  end
end
f.least, f.min, f.greatest, f.max = extreme "<", extreme "<", extreme ">", extreme ">"

-- arithmetic: in decimals of 38 digits, and back where it fits

local DATES = "the server's dates begin anew after 2105"

local function arithmetic(op)
  return function(c)
    for i = 1, 2 do
      if is_time(c[i].type) then refuse(c, DATES) end
    end
    if c.type == "float64" then return ("(%s %s %s)"):format(as_float(c[1]), op, as_float(c[2])) end
    if is_decimal(c.type) then return cast(("%s %s %s"):format(wide_decimal(c[1]), op, wide_decimal(c[2])), c.type) end
    return to_int64(("%s %s %s"):format(wide_int(c[1]), op, wide_int(c[2])))
  end
end
f["+"], f["*"] = arithmetic "+", arithmetic "*"
f["-"] = function(c)
  if c[1].type == "date" and c[2].type == "date" then return fill(c, "toInt64(toInt32({1}) - toInt32({2}))") end
  if is_time(c[1].type) and is_time(c[2].type) then
    return ("(toInt64(%s) - toInt64(%s)) * 1000000"):format(terms.as_moment(c[1]), terms.as_moment(c[2]))
  end
  return arithmetic "-"(c)
end
function f.neg(c)
  if c.type == "float64" then return fill(c, "({1} * toFloat64('-1'))") end
  if is_decimal(c.type) then return cast("toDecimal128(0, 0) - " .. wide_decimal(c[1]), c.type) end
  return to_int64("toDecimal128(0, 0) - " .. wide_int(c[1]))
end
function f.abs(c)
  if c.type == "float64" then return fill(c, "abs({1})") end
  local minus = setmetatable({ name = "neg" }, { __index = c })
  return ("multiIf(ifNull(%s < 0, 0), %s, %s)"):format(c[1].sql, f.neg(minus), cast(c[1].sql, c.type))
end
function f.sign(c)
  if c.type == "float64" then return fill(c, "multiIf(isNaN({1}), {1}, toFloat64(({1} > 0) - ({1} < 0)))") end
  return fill(c, "toInt64(({1} > 0) - ({1} < 0))")
end

f["/"] = function(c)
  local divisor = as_float(c[2])
  if c[2].type ~= "float64" then divisor = ("nullIf(%s, 0)"):format(divisor) end
  return ("(%s / %s)"):format(as_float(c[1]), divisor)
end

--- An integer quotient or remainder, made of {a} and a divisor {b} that is not zero; null where it is.
local function whole(c, text)
  if c[1].type ~= "int64" or c[2].type ~= "int64" then refuse(c, "the server divides only whole numbers exactly") end
  local a, b = c[1].sql, c[2].sql
  local divisor = ("multiIf(ifNull(%s, 0) = 0, toInt64(1), ifNull(%s, toInt64(1)))"):format(b, b)
  local known = { a = a, b = divisor }
  local result = cast(text:gsub("{(%a)}", known), "int64")
  return ("multiIf(ifNull(%s, 0) = 0, %s, %s)"):format(b, cast("NULL", "int64"), result)
end
f["//"] = function(c)
  return whole(c, "intDiv({a}, {b}) - multiIf(ifNull({a} % {b} <> 0 AND ({a} < 0) <> ({b} < 0), 0), 1, 0)")
end
f["%"] = function(c)
  return whole(c, "{a} % {b} + multiIf(ifNull({a} % {b} <> 0 AND ({a} < 0) <> ({b} < 0), 0), {b}, 0)")
end
function f.bin(c)
  return to_int64(("toDecimal128(%s, 0) * %s"):format(f["//"](c), wide_int(c[2])))
end

local function rounded(name)
  return function(c)
    if is_decimal(c[1].type) then refuse(c, "the server does not round a decimal to a whole number") end
    return c[1].type == "int64" and c[1].sql or fill(c, name .. "({1})")
  end
end
f.floor, f.ceil = rounded "floor", rounded "ceil"

-- dates

function f.epoch(c) return ("toInt64(%s)"):format(terms.as_moment(c[1])) end

local UNITS = { year = "toStartOfYear", quarter = "toStartOfQuarter", month = "toStartOfMonth", day = "toDate",
  hour = "toStartOfHour", minute = "toStartOfMinute", second = "" }
local function unit_of(c, arg, known)
  local unit = arg.term.kind == "value" and known[arg.term.value]
  return unit or refuse(c, "its unit must be one of year, quarter, month, day, hour, minute, second")
end
function f.trunc(c)
  if not is_time(c[1].type) then return rounded "trunc"(c) end
  local text = unit_of(c, c[2], UNITS) .. "(" .. c[1].sql .. ")"
  return c[1].type == "date" and text or ("toDateTime(%s, 'UTC')"):format(text)
end

--- The number of a unit, counted from long ago.
local NUMBERS = { year = "toYear(%s)", quarter = "toRelativeQuarterNum(%s)", month = "toRelativeMonthNum(%s)",
  day = "toInt32(toDate(%s))", hour = "intDiv(toInt64(%s), 3600)", minute = "intDiv(toInt64(%s), 60)",
  second = "toInt64(%s)" }
function f.date_diff(c)
  local unit = unit_of(c, c[3], NUMBERS)
  return ("(toInt64(%s) - toInt64(%s))"):format(unit:format(terms.as_moment(c[2])), unit:format(terms.as_moment(c[1])))
end

-- texts

local function fixed(c, arg, least)
  local value = arg.term.kind == "value" and arg.term.value
  if math.type(value) ~= "integer" or value < least then refuse(c, "its places must be constants from 1 on") end
  return value
end
function f.substr(c)
  if not c[3] then return ("substringUTF8(%s, %d, 1000000000)"):format(c[1].sql, fixed(c, c[2], 1)) end
  return ("substringUTF8(%s, %d, %d)"):format(c[1].sql, fixed(c, c[2], 1), fixed(c, c[3], 0))
end
function f.left(c) return ("substringUTF8(%s, 1, %d)"):format(c[1].sql, fixed(c, c[2], 0)) end
f.like = functions.known.like
function f.replace(c)
  if c[3].term.kind ~= "value" then refuse(c, "what is put there must be a text") end
  return functions.known.replace(c)
end

local function text_of(c, x)
  if x.type == "null" then return cast("NULL", "string") end
  if x.type == "float64" then refuse(c, "the server writes a float64 in another way") end
  if x.type == "bool" then return terms.bool_text(x.sql) end
  if x.type == "date" then return terms.day_text(x.sql) end
  if x.type == "timestamp" then return terms.moment_text(x.sql) end
  return x.type == "string" and x.sql or ("toString(%s)"):format(cast(x.sql, x.type))
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
  if c[1].type ~= "int64" and c[1].type ~= "bool" then refuse(c, "the server cuts numbers without an error") end
  return cast(c[1].sql, "int64")
end
function f.float64(c)
  if c[1].type == "string" then refuse(c, "the server reads other texts as numbers") end
  return as_float(c[1])
end
function f.decimal(c)
  local x = c[1].type
  if x ~= "int64" and not (is_decimal(x) and tonumber(terms.scale_of(x)) <= tonumber(terms.scale_of(c.type))) then
    refuse(c, "the server cuts digits without an error")
  end
  return cast(x == "int64" and wide_int(c[1]) or wide_decimal(c[1]), c.type)
end
function f.date(c)
  if #c == 3 or not is_time(c[1].type) then refuse(c, "the server reads other dates") end
  return ("toDate(%s)"):format(c[1].sql)
end
function f.timestamp(c)
  if not is_time(c[1].type) then refuse(c, "the server reads other texts as timestamps") end
  return terms.as_moment(c[1])
end

-- aggregates

local a = {}

for _, name in ipairs { "count", "min", "max", "any", "all", "weighted_mean" } do
  a[name] = aggregates.known[name]
end

--- What a server sends another of these has no form that is read as it was meant.
for _, name in ipairs { "variance", "variance_pop", "stddev", "stddev_pop", "covar", "covar_pop", "corr", "regr_slope",
  "regr_intercept", "regr_r2" } do
  a[name] = function(c)
    if c.writer.elsewhere then refuse(c, "the servers of a table that is elsewhere can not merge it") end
    return aggregates.known[name](c)
  end
end

function a.count_distinct(c) return ("ifNull(%s, toInt64(0))"):format(aggregates.known.count_distinct(c)) end
a.approx_distinct = a.count_distinct

local function exact_sum(c)
  local wide = is_decimal(c[1].type) and wide_decimal(c[1]) or wide_int(c[1])
  return aggregates.called(c, "sum", { ("toNullable(%s)"):format(wide) })
end
function a.sum(c)
  if c.type == "float64" then return aggregates.known.sum(c) end
  return is_decimal(c.type) and cast(exact_sum(c), c.type) or to_int64(exact_sum(c))
end
function a.mean(c)
  if c[1].type == "float64" then return aggregates.known.mean(c) end
  return ("toFloat64(%s) / nullIf(%s, 0)"):format(exact_sum(c), aggregates.called(c, "count", { c[1].sql }))
end

-- what is not there

local LATER = "the server has no such function, which came after 18.16"

--- Why a call does not translate: as for later servers, or because only those have it.
local function reasons(later)
  return setmetatable({}, { __index = function(_, name)
    return later.refused[name] or later.known[name] and LATER or nil
  end })
end

return { call = catalogue.translator(f, reasons(functions), refuse),
  aggregate = catalogue.translator(a, reasons(aggregates), refuse) }
