--- Aggregates and window functions in ClickHouse's SQL.

local catalogue = require "blotter.remote.dialects.catalogue"
local exact = require "blotter.remote.dialects.exact"
local terms = require "blotter.remote.dialects.clickhouse_terms"

local as_float, cast, refuse, to_int64, wide_decimal = terms.as_float, terms.cast, terms.refuse, terms.to_int64,
  terms.wide_decimal
local is_decimal, is_time = catalogue.is_decimal, catalogue.is_time

local aggregates = {}

local a = {}

--- The call of an aggregate function with its condition, arguments that may be null, and its window. A dialect with
-- `nulls_for_if` has no -If of rows without a value: there they are null.
local function called(c, name, args, where)
  where = where and c.where and ("(%s) AND (%s)"):format(c.where, where) or where or c.where
  where = where and ("ifNull(%s, 0)"):format(where)
  local as_nulls, list = where and args[1] and c.writer.dialect.nulls_for_if, {}
  for i, arg in ipairs(args) do list[i] = as_nulls and ("multiIf(%s, %s, NULL)"):format(where, arg) or arg end
  local parameters
  name, parameters = name:match "^(%w+)(.*)$"
  if where and not as_nulls then
    name = name .. "If"
    list[#list + 1] = where
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

--- Of zeros the server takes either for both; 1 / x tells them apart.
local function extreme_of(name)
  local op, wanted, otherwise = table.unpack(name == "max" and { ">", "0", "-0" } or { "<", "-0", "0" })
  return function(c)
    local x = c[1].sql
    if c[1].type ~= "float64" then return called(c, name, { nullable(x) }) end
    local number, some = called(c, name, { nullable(x) }, ("NOT isNaN(%s)"):format(x)), called(c, "count", { x })
    local nans = called(c, "count", {}, ("isNaN(%s)"):format(x))
    local other = name == "max" and nans .. " > 0" or nans .. " = " .. some
    local zeros = called(c, "count", {}, ("%s = 0 AND 1 / %s %s 0"):format(x, x, op))
    return ("multiIf(%s = 0, NULL, %s, nan, %s <> 0, %s, %s > 0, toFloat64('%s'), toFloat64('%s'))"):format(some,
      other, number, number, zeros, wanted, otherwise)
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

--- Whether x has several values in rows in which both are there: moments of a constant are zero only about.
local function varies(c, x)
  local where = c.where and ("(%s) AND (%s)"):format(c.where, both(c)) or both(c)
  local one = setmetatable({ { sql = as_float(x), type = "float64" }, where = where }, { __index = c })
  return ("ifNull(%s < %s, 0)"):format(a.min(one), a.max(one))
end

--- The moments of y and x in rows in which both are there.
local function moment(c, name, ...)
  local args = {}
  for i, x in ipairs { ... } do args[i] = nullable(as_float(x)) end
  return called(c, name, args, both(c))
end

local function slope(c)
  return ("%s / %s"):format(moment(c, "covarPopStable", c[1], c[2]), moment(c, "varPopStable", c[2]))
end

function a.corr(c)
  return ("if(%s AND %s, %s, NULL)"):format(varies(c, c[1]), varies(c, c[2]), moment(c, "corrStable", c[1], c[2]))
end
function a.regr_slope(c) return ("if(%s, %s, NULL)"):format(varies(c, c[2]), slope(c)) end
function a.regr_intercept(c)
  return ("if(%s, %s - %s * %s, NULL)"):format(varies(c, c[2]), moment(c, "avg", c[1]), slope(c),
    moment(c, "avg", c[2]))
end
function a.regr_r2(c)
  local r = moment(c, "corrStable", c[1], c[2])
  return ("multiIf(NOT %s, NULL, NOT %s, 1, %s * %s)"):format(varies(c, c[2]), varies(c, c[1]), r, r)
end
function a.weighted_mean(c)
  local product = ("%s * %s"):format(as_float(c[1]), as_float(c[2]))
  return ("%s / nullIf(%s, 0)"):format(called(c, "sum", { nullable(product) }, both(c)), moment(c, "sum", c[2]))
end

function a.count_distinct(c)
  return ("toInt64(%s)"):format(called(c, "uniqExact", { nullable(terms.key(c[1].sql, c[1].type)) }))
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

aggregates.aggregate = catalogue.translator(a, never, refuse)
aggregates.known, aggregates.refused, aggregates.called = a, never, called

-- ---- windows ----

local RANKS = { row_number = true, rank = true, dense_rank = true }
local SHARES = { percent_rank = true, cume_dist = true }
local WHOLE = " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"

--- The values of a frame that are there, of which one is taken.
local function nth(c)
  local list, place = called(c, "groupArray", { nullable(c[1].sql) }), c.name == "last" and -1 or 1
  if c.name == "nth" then
    if c[2].term.kind ~= "value" or c[2].term.value == 0 then refuse(c, "its place must be a number") end
    place = c[2].term.value
  end
  return ("if(length(%s) >= %d, %s[%d], NULL)"):format(list, math.abs(place), list, place)
end

local function shifted(c)
  local args = { cast(c[1].sql, c.type), c[2] and c[2].sql or "1" }
  if c[2] and (c[2].term.kind ~= "value" or c[2].term.value < 0) then refuse(c, "the distance must be a number") end
  if c[2] then args[2] = tostring(c[2].term.value) end
  if c[3] then args[3] = cast(c[3].sql, c.type) end
  return ("%sInFrame(%s) OVER (%s%s)"):format(c.name, table.concat(args, ", "), c.over, WHOLE)
end

local PLACES = { first = nth, last = nth, nth = nth, lag = shifted, lead = shifted }

function PLACES.ntile(c)
  if c[1].term.kind ~= "value" then refuse(c, "its number must be one") end
  return ("toInt64(ntile(%d) OVER (%s%s))"):format(c[1].term.value, c.over, WHOLE)
end

function aggregates.window(c)
  local name = catalogue.CUMULATIVE[c.name] or c.name
  if c.over:find(" RANGE ", 1, true) then refuse(c, "the server has no ranges of values that may be null") end
  if name == "median" or name == "quantile" or name == "count_distinct" then
    refuse(c, "over a window; group and join instead")
  end
  if a[name] then return a[name](setmetatable({ name = name }, { __index = c })) end
  if RANKS[name] then return ("toInt64(%s() OVER (%s))"):format(name, c.over) end
  if SHARES[name] then return ("%s() OVER (%s)"):format(name, c.over) end
  if not PLACES[name] then refuse(c, "over a window the server has nothing of the same meaning") end
  if c.where and PLACES[name] ~= nth then refuse(c, "a condition") end
  return PLACES[name](c)
end

return aggregates
