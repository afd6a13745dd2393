--- The functions of expressions in PostgreSQL's SQL.
--
-- A function is a text with {1}, {2} … for its arguments, or a function of the call ({name, type, term, writer} and by
-- number {sql, type, term}); one that does not translate is in `refused`, with the reason.

local catalogue = require "blotter.remote.dialects.catalogue"
local terms = require "blotter.remote.dialects.postgresql_terms"

local as_float, by_bytes, compare, is_constant = terms.as_float, terms.by_bytes, terms.compare, terms.is_constant
local fill, is_decimal, is_time = catalogue.fill, catalogue.is_decimal, catalogue.is_time
local NAN, OPERATORS, refuse, type_name = terms.NAN, catalogue.OPERATORS, terms.refuse, terms.type_name

local functions = {}

local f = {}

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
    list[#list + 1] = other and terms.cast(c[i].sql, c.type) or c[i].sql
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

--- The smallest or largest of a row. Of zeros, `wanted` is the one that lies further out and `other` the other one.
local function extreme(name, wanted, other)
  return function(c)
    local list, zeros = alike(c), {}
    for i, sql in ipairs(list) do
      list[i] = by_bytes(sql, c.type)
      if not (is_constant(c[i]) and c[i].term.value ~= 0) then
        zeros[#zeros + 1] = ("(%s)::text = '%s'"):format(sql, wanted)
      end
    end
    local best = name .. "(" .. table.concat(list, ", ") .. ")"
    if c.type ~= "float64" or not zeros[2] then return best end
    return ("(CASE WHEN %s <> 0 OR %s IS NULL THEN %s WHEN %s THEN '%s' ELSE '%s' END)::double precision"):format(best,
      best, best, table.concat(zeros, " OR "), wanted, other)
  end
end
f.least, f.greatest = extreme("least", "-0", "0"), extreme("greatest", "0", "-0")
f.min, f.max = f.least, f.greatest

-- arithmetic

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

--- Halves go away from zero, where the server takes the even neighbour; what is near zero keeps its sign.
local ROUND = "CASE WHEN abs({x} - trunc({x})) >= 0.5 THEN trunc({x}) + sign({x}) ELSE trunc({x}) END"

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
--- A number of characters or rows, which the server wants in 32 bits.
local function small(arg) return ("least(greatest(%s, -2000000000), 2000000000)::integer"):format(arg.sql) end
functions.small = small

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
    return terms.cast(x.sql, c.type)
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

functions.call = catalogue.translator(f, refused, refuse)

return functions
