--- Aggregates and window functions in PostgreSQL's SQL.

local catalogue = require "blotter.remote.dialects.catalogue"
local functions = require "blotter.remote.dialects.postgresql_functions"
local terms = require "blotter.remote.dialects.postgresql_terms"

local as_float, by_bytes, is_time, refuse = terms.as_float, terms.by_bytes, catalogue.is_time, terms.refuse
local small, type_name = functions.small, terms.type_name

local aggregates = {}

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
--- A sum begins with 0, which the server's does not: that of -0.0 is 0.0.
function a.sum(c)
  local sum = called(c, ("sum(%s)"):format(as_number(c[1])))
  return c.type == "float64" and ("(%s + 0)"):format(sum) or ("(%s)::%s"):format(sum, type_name(c.type))
end
function a.mean(c)
  if c[1].type == "float64" then return called(c, ("avg(%s)"):format(c[1].sql)) end
  local sum = called(c, ("sum(%s)"):format(as_number(c[1])))
  local n = called(c, ("count(%s)"):format(c[1].sql))
  return ("((%s)::numeric(78,30) / nullif(%s, 0))::double precision"):format(sum, n)
end

--- The smallest or largest double. Of zeros, `wanted` is the one that lies further out and `other` the other one: the
-- server takes either for both.
local function extreme_float(c, extreme, wanted, other)
  local some = called(c, ("bool_or(%s = 0 AND (%s)::text = '%s')"):format(c[1].sql, c[1].sql, wanted))
  return ("(CASE WHEN %s <> 0 THEN %s WHEN %s THEN '%s' WHEN NOT %s THEN '%s' END)::double precision"):format(extreme,
    extreme, some, wanted, some, other)
end

local function extreme_of(name, of_bools, wanted, other)
  return function(c)
    if c[1].type == "bool" then return called(c, ("%s(%s)"):format(of_bools, c[1].sql)) end
    local extreme = called(c, ("%s(%s)"):format(name, by_bytes(c[1].sql, c[1].type)))
    return c[1].type == "float64" and extreme_float(c, extreme, wanted, other) or extreme
  end
end
a.min, a.max = extreme_of("min", "bool_and", "-0", "0"), extreme_of("max", "bool_or", "0", "-0")
a.any = function(c) return called(c, ("bool_or(%s)"):format(c[1].sql)) end
a.all = function(c) return called(c, ("bool_and(%s)"):format(c[1].sql)) end

for name, own in pairs { variance = "var_samp", variance_pop = "var_pop", stddev = "stddev_samp",
  stddev_pop = "stddev_pop" } do
  a[name] = function(c) return ("(%s)::double precision"):format(called(c, ("%s(%s)"):format(own, as_number(c[1])))) end
end
--- The server's aggregates of two columns y and x, and what they are where x is constant, and y: moments of a constant
-- are zero only about.
local PAIRS = { corr = { "corr", "NULL", "NULL" }, regr_slope = { "regr_slope", "NULL" },
  regr_intercept = { "regr_intercept", "NULL" }, regr_r2 = { "regr_r2", "NULL", "1" }, covar = { "covar_samp" },
  covar_pop = { "covar_pop" } }

--- Whether a column is constant in the rows in which the other is there, too.
local function is_constant(c, x, beside)
  local number = ("CASE WHEN %s IS NOT NULL THEN %s END"):format(beside, x)
  return ("%s = %s"):format(called(c, ("min(%s)"):format(number)), called(c, ("max(%s)"):format(number)))
end

for name, own in pairs(PAIRS) do
  local of_x, of_y = own[2], own[3]
  a[name] = function(c)
    local y, x = as_float({ sql = whole_number(c[1]) }), as_float({ sql = whole_number(c[2]) })
    local sql, cases = called(c, ("%s(%s, %s)"):format(own[1], y, x)), ""
    if of_x then cases = (" WHEN %s THEN %s"):format(is_constant(c, x, y), of_x) end
    if of_y then cases = cases .. (" WHEN %s THEN %s"):format(is_constant(c, y, x), of_y) end
    return cases == "" and sql or ("(CASE%s ELSE %s END)"):format(cases, sql)
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
    keys[i] = terms.order(backwards and terms.reversed(key) or key)
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
  for i, key in ipairs(c.order) do keys[i] = terms.order(key) end
  local order = not c.over and " ORDER BY " .. table.concat(keys, ", ") or ""
  return called(c, ("string_agg(%s, %s%s)"):format(c[1].sql, c[2] and c[2].sql or "','", order))
end

local never = { product = "the server has no product", top = "an aggregate of several rows; use top(n, …, {by = …})",
  bottom = "an aggregate of several rows; use top(n, \"… asc\", {by = …})" }

aggregates.aggregate = catalogue.translator(a, never, refuse)

-- ---- windows ----

function aggregates.window(c)
  local name = catalogue.CUMULATIVE[c.name] or c.name
  if a[name] then return a[name](setmetatable({ name = name }, { __index = c })) end
  if c.where then refuse(c, "a condition") end
  local args = {}
  for i, x in ipairs(c) do args[i] = x.sql end
  if name == "lag" or name == "lead" then
    args[2] = c[2] and small(c[2]) or nil
    args[3] = c[3] and terms.cast(c[3].sql, c.type) or nil
  elseif name == "ntile" then
    args[1] = small(c[1])
  end
  local sql = called(c, ("%s(%s)"):format(name, table.concat(args, ", ")))
  return name == "ntile" and sql .. "::bigint" or sql
end

return aggregates
