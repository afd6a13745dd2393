--- What of the language does not translate to a server's SQL, and why: found by trying all of it. The list is in
-- lua/blotter/remote/REFUSALS.md (`make refusals` writes it anew); what random queries are refused for is on it.

local blotter = require "blotter"
local core = require "blotter.core"

local refusals = {}

refusals.DIALECTS = { "postgresql", "clickhouse", "clickhouse18" }

local tips = blotter.table [[country string, channel string, received date, n int64, f float64, z timestamp,
  d decimal(9,2), b bool]]
local areas = blotter.table "code string, area string, n int64"

--- A use of every function that no operator stands for.
refusals.FUNCTIONS = {
  abs = "abs(n)", bin = "bin(n, 10)", bool = "bool(n)", bytes = "bytes(channel)", ceil = "ceil(f)",
  coalesce = "coalesce(n, 0)", concat = "concat(channel, n)", contains = "contains(channel, 'a')", cos = "cos(f)",
  date = "date(z)", date_add = "date_add(received, 1, 'month')", date_diff = "date_diff(received, z, 'day')",
  day = "day(received)", dayofyear = "dayofyear(received)", decimal = "decimal(n, 18, 2)",
  ends_with = "ends_with(channel, 'e')", epoch = "epoch(z)", exp = "exp(f)", find = "find(channel, 'o')",
  fiscal_quarter = "fiscal_quarter(received, 10)", fiscal_year = "fiscal_year(received, 10)", float64 = "float64(n)",
  floor = "floor(f)", greatest = "greatest(n, 5)", hour = "hour(z)", ["if"] = "if(b, n, 0)", int64 = "int64(f)",
  is_finite = "is_finite(f)", is_nan = "is_nan(f)", isnull = "isnull(n)", least = "least(n, 5)",
  left = "left(channel, 2)", len = "len(channel)", like = "like(channel, 'p%')", log = "log(f)", log10 = "log10(f)",
  lower = "lower(channel)", lpad = "lpad(channel, 5)", ltrim = "ltrim(channel)", max = "max(n, 5)", min = "min(n, 5)",
  minute = "minute(z)", month = "month(received)", nullif = "nullif(n, 0)", pow = "pow(f, 2)",
  quarter = "quarter(received)", replace = "replace(channel, 'a', 'b')", right = "right(channel, 2)",
  round = "round(f)", rpad = "rpad(channel, 5)", rtrim = "rtrim(channel)", second = "second(z)", sign = "sign(n)",
  sin = "sin(f)", split_part = "split_part(channel, '-', 1)", sqrt = "sqrt(f)",
  starts_with = "starts_with(channel, 'p')", string = "string(f)", substr = "substr(channel, 2, 3)", tan = "tan(f)",
  timestamp = "timestamp(received)", trim = "trim(channel)", trunc = "trunc(received, 'month')",
  upper = "upper(channel)", week = "week(received)", week_year = "week_year(received)", weekday = "weekday(received)",
  year = "year(received)", matches = "matches(channel, 'a+')", extract = "extract(channel, 'a+')",
  regex_replace = "regex_replace(channel, 'a+', 'b')", format = "format(received, 'yyyy')",
  fails = "fails(n + 1)", log2 = "log2(f)", lua = "lua($f, n)",
}

refusals.AGGREGATES = {
  all = "all(b)", any = "any(b)", approx_distinct = "approx_distinct(n)", approx_quantile = "approx_quantile(f, 0.5)",
  bottom = "bottom(n, 2)", corr = "corr(f, n)", count = "count()", count_distinct = "count_distinct(n)",
  covar = "covar(f, n)", covar_pop = "covar_pop(f, n)", first = "first(n)", last = "last(n)", max = "max(channel)",
  mean = "mean(n)", median = "median(n)", min = "min(b)", mode = "mode(n)", product = "product(n)",
  quantile = "quantile(n, 0.25)", regr_intercept = "regr_intercept(f, n)", regr_r2 = "regr_r2(f, n)",
  regr_slope = "regr_slope(f, n)", stddev = "stddev(n)", stddev_pop = "stddev_pop(n)",
  string_agg = "string_agg(channel)", sum = "sum(d)", top = "top(n, 2)", variance = "variance(n)",
  variance_pop = "variance_pop(n)", weighted_mean = "weighted_mean(n, f)",
}

refusals.WINDOWS = {
  cume_dist = "cume_dist()", cumcount = "cumcount(n)", cummax = "cummax(n)", cummean = "cummean(n)",
  cummin = "cummin(n)", cumsum = "cumsum(n)", dense_rank = "dense_rank()", lag = "lag(n, 1, 0)", lead = "lead(n)",
  nth = "nth(n, 2)", ntile = "ntile(4)", percent_rank = "percent_rank()", rank = "rank()", row_number = "row_number()",
}

--- Forms whose kind of argument decides, as expressions of a select.
local FORMS = { "f % 2e0", "d % 2", "d // 2", "round(f, 2)", "round(d, 1)", "trunc(f)", "decimal(f, 9, 2)",
  "decimal(channel, 9, 2)", "timestamp(channel)", "date(channel)", "date(2012, 1, 31)", "int64(channel)",
  "float64(channel)", "bool(channel)", "string(d)", "substr(channel, n)", "substr(channel, -2)",
  "split_part(channel, '-', n)", "like(channel, country)", "replace(channel, country, 'b')",
  "left(channel, n)", "trim(channel, country)", "trim(channel, 'é')", "lpad(channel, 5, country)",
  "split_part(channel, country, 1)", "trunc(z, 'hour')", "received > date '2400-01-01'",
  "received > date '1969-07-20'", "z > timestamp '2012-01-31T10:00:00.5Z'", "received + n", "received - n", "f // 2e0",
  "bin(f, 2e0)", "least(f, 0e0)", "floor(d)", "int64(d)", "date_diff(received, z, 'week')", "trunc(received, 'week')",
  "replace(channel, 'a', country)" }

--- A query over a table whose rows are on other servers than the one that is asked.
local function elsewhere()
  local q = blotter.table "n int64":query()
  q.sources[1] = { db = { servers = { {}, {} } }, from = "t", columns = { "n" }, elsewhere = true }
  return q
end

--- What more than an expression makes, by what it is called on the list.
local SHAPES = {
  { "`first(n)`, `last(n)` after an order", function() return tips:order "n":agg "x = first(n), y = last(n)" end },
  { "`string_agg(channel)` after an order", function() return tips:order "n":agg "x = string_agg(channel)" end },
  { "`median(received)`", function() return tips:agg "x = median(received)" end },
  { "a join beyond equal keys", function() return tips:left_join(areas, "country == code and n > right.n") end },
  { "a join without equal keys", function() return tips:left_join(areas, "n > right.n") end },
  { "`right_join`", function() return tips:right_join(areas, "country == code") end },
  { "`full_join`", function() return tips:full_join(areas, "country == code") end },
  { "`top(2, \"n\", {by = \"country\"})`", function() return tips:top(2, "n", { by = "country" }) end },
  { "`asof_join`", function() return tips:asof_join(areas, "country == code and n >= n") end },
  { "`join` with `validate` or `unmatched`", function()
    return tips:join(areas, "country == code", { validate = "many-to-one" })
  end },
  { "`sample`", function() return tips:sample(3) end },
  { "`row_number()` without an order", function() return tips:window { derive = "x = row_number()" } end },
  { "`first(n)`, `last(n)` over a window", function()
    return tips:window { order = "n", derive = "x = first(n), y = last(n)" }
  end },
  { "`first(n)` over a `range`", function()
    return tips:window { order = "n", range = 4, derive = "x = first(n)" }
  end },
  { "`sum(n)` over `rows`", function() return tips:window { order = "n", rows = 4, derive = "x = sum(n)" } end },
  { "`sum(n)` over a `range`", function() return tips:window { order = "n", range = 4, derive = "x = sum(n)" } end },
  { "`median(n)` over a window", function() return tips:window { derive = "x = median(n)" } end },
  { "`count_distinct(n)` over a window", function() return tips:window { derive = "x = count_distinct(n)" } end },
  { "`mode(n)` over a window", function() return tips:window { derive = "x = mode(n)" } end },
  { "`variance(n)` over a `Distributed` table", function() return elsewhere():agg "x = variance(n)" end },
  { "a text with a zero byte", function() return tips:where("country == $c", { c = "a\0b" }) end },
  { "a text that is no UTF-8", function() return tips:where("country == $c", { c = "\xff" }) end },
}

local function sorted(names)
  table.sort(names)
  return names
end

--- Everything that is tried, in order: {what, query} each.
local function tried()
  local list = {}
  local function add(what, ask) list[#list + 1] = { what = what, ask = ask } end
  for _, name in ipairs(sorted(core.functions())) do
    local sample = refusals.FUNCTIONS[name]
    local params = sample and sample:find "$f" and { f = math.abs } or nil
    if sample then add("`" .. sample .. "`", function() return tips:select("x = " .. sample, params) end) end
  end
  for _, text in ipairs(FORMS) do add("`" .. text .. "`", function() return tips:select("x = " .. text) end) end
  for _, name in ipairs(sorted(core.aggregates())) do
    local sample = refusals.AGGREGATES[name]
    add("`" .. sample .. "`", function() return tips:by "country":agg("x = " .. sample) end)
  end
  for _, name in ipairs(sorted(core.windows())) do
    local sample = refusals.WINDOWS[name]
    add("`" .. sample .. "`", function()
      return tips:window { by = "country", order = "received", derive = "x = " .. sample }
    end)
  end
  for _, shape in ipairs(SHAPES) do add(shape[1], shape[2]) end
  return list
end

--- The reason in a refusal's message; nil for a message of another kind.
function refusals.reason(message)
  local text = message:match "^[^\n]*"
  return text:match "does not translate: (.*)$" or text:match "postgresql: (.*)$" or text:match "clickhouse%d*: (.*)$"
end

local function reason_of(ask, dialect)
  local q = ask()
  local ok, message = pcall(function() return q:sql(dialect) end)
  if ok then return nil end
  return refusals.reason(message) or error(message, 0)
end

local made

--- The list: {what, postgresql = reason, clickhouse = reason, clickhouse18 = reason} each, of what one of them refuses.
function refusals.list()
  if made then return made end
  made = {}
  for _, one in ipairs(tried()) do
    local line = { what = one.what }
    for _, dialect in ipairs(refusals.DIALECTS) do line[dialect] = reason_of(one.ask, dialect) end
    if line.postgresql or line.clickhouse or line.clickhouse18 then made[#made + 1] = line end
  end
  return made
end

--- Whether a refusal's reason is on the list.
function refusals.knows(message)
  local reason = refusals.reason(message)
  for _, line in ipairs(refusals.list()) do
    for _, dialect in ipairs(reason and refusals.DIALECTS or {}) do
      if reason == line[dialect] then return true end
    end
  end
  return false
end

refusals.PATH = "lua/blotter/remote/REFUSALS.md"

local HEAD = [[# What does not translate

What a server does not answer is refused before anything is sent, with its place in the text and this reason;
`pull` the rows first, and everything works. All other functions, aggregates and verbs of the reference translate. The
columns: `n` is an int64, `f` a float64, `d` a decimal, `b` a bool, `received` a date, `z` a timestamp, `channel` and
`country` are texts.
`make refusals` makes this list by trying all of it.
]]

--- The list as a page of Markdown: what one of them refuses, with its reason.
function refusals.text()
  local lines = { HEAD, "| what | PostgreSQL | ClickHouse | ClickHouse 18.16 |", "|---|---|---|---|" }
  for _, line in ipairs(refusals.list()) do
    local cells = { (line.what:gsub("|", "\\|")) }
    for i, dialect in ipairs(refusals.DIALECTS) do cells[i + 1] = line[dialect] or "translates" end
    lines[#lines + 1] = "| " .. table.concat(cells, " | ") .. " |"
  end
  return table.concat(lines, "\n") .. "\n"
end

return refusals
