--- The functions of expressions in ClickHouse's SQL: see postgresql_functions.lua for their form. Integers are added in
-- 128 bits and brought back, or it is an error.

local catalogue = require "blotter.remote.dialects.catalogue"
local terms = require "blotter.remote.dialects.clickhouse_terms"

local as_float, as_moment, cast, compare = terms.as_float, terms.as_moment, terms.cast, terms.compare
local fill, is_decimal, is_time = catalogue.fill, catalogue.is_decimal, catalogue.is_time
local OPERATORS, refuse, scale_of = catalogue.OPERATORS, terms.refuse, terms.scale_of
local to_int64, wide_decimal = terms.to_int64, terms.wide_decimal

local functions = {}

local f = {}

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

--- The smallest or largest of a row: nulls are passed over, NaN is above all, and 1 / x tells zeros apart.
local function extreme(op)
  return function(c)
    local list = alike(c)
    local best = list[1]
    for i = 2, #list do
      local b = list[i]
      local better = ("%s %s %s"):format(b, op, best)
      if c.type == "float64" then
        better = ("(%s OR (%s = 0 AND %s = 0 AND 1 / %s %s 1 / %s))"):format(better, b, best, b, op, best)
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
--- The whole second at or below a moment: with a fraction before 1970 the server goes upwards.
local function whole_second(x)
  local at = microseconds(x)
  return ("fromUnixTimestamp64Micro(%s - positiveModulo(%s, 1000000), 'UTC')"):format(at, at)
end

function f.trunc(c)
  if not is_time(c[1].type) then return whole "trunc"(c) end
  local x = c[1].type == "timestamp" and whole_second(c[1]) or c[1].sql
  return cast(("dateTrunc('%s', %s)"):format(unit_of(c, c[2]), x), c.type)
end
local ADD = { year = "addYears", quarter = "addQuarters", month = "addMonths", week = "addWeeks", day = "addDays",
  hour = "addHours", minute = "addMinutes", second = "addSeconds" }
function f.date_add(c) return cast(("%s(%s, %s)"):format(ADD[unit_of(c, c[3])], c[1].sql, c[2].sql), c.type) end

--- The number of a week, of which one begins on each Monday, counted from long ago.
local function week_number(x) return ("intDiv(toInt32(toDate32(%s)) + 7000003, 7)"):format(x.sql) end

function f.date_diff(c)
  local unit = unit_of(c, c[3])
  if unit == "week" then return ("toInt64(%s - %s)"):format(week_number(c[2]), week_number(c[1])) end
  return ("toInt64(dateDiff('%s', %s, %s))"):format(unit, as_moment(c[1]), as_moment(c[2]))
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

--- A constant text but the empty one, or a refusal.
local function fixed_text(c, arg, what)
  local value = arg.term.kind == "value" and arg.term.value
  if type(value) ~= "string" or value == "" then refuse(c, what .. " must be a text") end
  return value
end

local function trimmed(name)
  return function(c)
    local set = c[2] and fixed_text(c, c[2], "what is cut off") or " "
    if set:find "[\x80-\xff]" then refuse(c, "the server cuts off bytes, not letters") end
    return ("%s(%s, %s)"):format(name, c[1].sql, c[2] and c[2].sql or "' \\t\\r\\n\\f\\v'")
  end
end
f.trim, f.ltrim, f.rtrim = trimmed "trimBoth", trimmed "trimLeft", trimmed "trimRight"

local function padded(name)
  return function(c)
    if c[3] then fixed_text(c, c[3], "what is put there") end
    return ("%s(%s, greatest(%s, 0), %s)"):format(name, c[1].sql, c[2].sql, c[3] and c[3].sql or "' '")
  end
end
f.lpad, f.rpad = padded "leftPadUTF8", padded "rightPadUTF8"

function f.split_part(c)
  if c[3].term.kind ~= "value" or c[3].term.value == 0 then
    refuse(c, "the number of the part must be a constant but 0")
  end
  fixed_text(c, c[2], "what stands between parts")
  return ("if(isNull(%s), NULL, splitByString(%s, assumeNotNull(%s))[%d])"):format(c[1].sql, c[2].sql, c[1].sql,
    c[3].term.value)
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

functions.call = catalogue.translator(f, refused, refuse)
functions.known, functions.refused = f, refused

return functions
