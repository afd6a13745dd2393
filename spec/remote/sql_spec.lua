--- Queries as SQL, without any server: what the statements are, and what does not translate and why. That servers
-- answer them as blotter does is tried by `make test-remote` (spec/remote/live).

local answer = require "answer"
local blotter = require "blotter"
local core = require "blotter.core"

local tips = blotter.table [[country string, channel string, received date, n int64, f float64, z timestamp,
  d decimal(9,2), b bool]]
local areas = blotter.table "code string, area string, n int64"

local function sql(q) return (q:sql "postgresql") end

--- The condition of a where, alone.
local function condition(text, params)
  return (sql(tips:where(text, params)):match "WHERE (.*)$")
end

describe("a query as SQL for PostgreSQL", function()
  it("is one SELECT while SQL's order of work allows it", function()
    assert.equal('SELECT "country", ("n" + 1::bigint) AS "m" FROM "t" AS q1 WHERE ("n" > 5::bigint)',
      sql(tips:where "n > 5":select "country, m = n + 1"))
    assert.equal('SELECT "country", (sum("n"))::bigint AS "n" FROM "t" AS q1 GROUP BY 1',
      sql(tips:by "country":agg "n = sum(n)"))
    assert.equal('SELECT "country" FROM "t" AS q1 GROUP BY 1', sql(tips:distinct "country"))
  end)

  it("has texts and values of parameters apart", function()
    local text, params = tips:where("country == 'KR' and n >= $n and channel == 'KR'", { n = 3 }):sql "postgresql"
    assert.is_truthy(text:find([["country" = $1::text) AND ("n" >= $2::bigint)) AND ("channel" = $1::text)]], 1, true))
    assert.same({ "KR", 3 }, params)
    local quoted, values = tips:where("country == $c", { c = "'; DROP TABLE t; --" }):sql "postgresql"
    assert.is_nil(quoted:find("DROP", 1, true))
    assert.same({ "'; DROP TABLE t; --" }, values)
  end)

  it("calls tables as it is told, and quotes names", function()
    local text = tips:left_join(areas, "country == code"):sql("postgresql", { tables = { 'ti"ps', "areas" } })
    assert.is_truthy(text:find([[FROM "ti""ps" AS]], 1, true) and text:find([[FROM "areas" AS]], 1, true))
    local twice = tips:union_all(tips):sql "postgresql"
    assert.is_nil(twice:find([["t2"]], 1, true))
  end)

  it("keeps blotter's meanings", function()
    assert.equal([[("channel" < $1::text COLLATE "C")]], condition "channel < 'a'")
    assert.is_truthy(condition "f > 1e0":find("<> 'NaN'", 1, true))
    assert.is_nil(condition "f < 1e0":find("NaN", 1, true))
    assert.is_truthy(condition "n // 3 == 1":find([["n" % 3::bigint < 0 THEN 1]], 1, true))
    assert.is_truthy(condition "n // n == 1":find([[nullif("n", 0)]], 1, true))
    assert.is_truthy(condition "n // 8 == 1":find([["n" >> 3]], 1, true))
    assert.equal('("n" IS NULL)', condition("n == $x", { x = blotter.null }))
    assert.equal('("n" < 0.5::numeric)', (condition "n < 5e-1":gsub("'", "")))
    assert.is_truthy(sql(tips:select "y = fiscal_year(received, 10)"):find(">= 10 THEN 1", 1, true))
    assert.is_truthy(sql(tips:agg "m = mean(n)"):find("numeric(78,30)", 1, true))
  end)

  it("says where nulls stand, and orders texts by bytes", function()
    assert.is_truthy(sql(tips:order "country desc, n nulls first")
      :find([[ORDER BY "country" COLLATE "C" DESC NULLS LAST, "n" NULLS FIRST$]]))
  end)

  it("does not take a new column for an old one in ORDER BY", function()
    local text = sql(tips:order "n":select "n = -n, d":limit(3))
    assert.is_truthy(text:find([["n" AS "<1>" FROM]], 1, true))
    assert.is_truthy(text:find([[ORDER BY "<1>" NULLS LAST LIMIT 3]], 1, true))
  end)

  it("takes rows from here along when its tables are elsewhere", function()
    -- without a server every table is named; the rows are tried with servers
    assert.is_truthy(sql(tips:semi_join(areas, "country == code")):find("WHERE EXISTS", 1, true))
    assert.is_truthy(sql(tips:except(tips:where "n > 3")):find("NOT EXISTS", 1, true))
  end)

  it("is refused for a dialect that does not exist", function()
    assert.is_truthy(answer.refusal(function() tips:sql "postgres" end):find("did you mean 'postgresql'", 1, true))
    assert.is_truthy(answer.refusal(function() tips:by("country"):sql "postgresql" end):find("waits for agg", 1, true))
  end)
end)

-- ---- what translates ----

--- A use of every function that no operator stands for.
local SAMPLES = {
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

local OPERATORS = { ["and"] = true, ["or"] = true, ["not"] = true, ["in"] = true, neg = true }

local AGGREGATES = {
  all = "all(b)", any = "any(b)", approx_distinct = "approx_distinct(n)", approx_quantile = "approx_quantile(f, 0.5)",
  bottom = "bottom(n, 2)", corr = "corr(f, n)", count = "count()", count_distinct = "count_distinct(n)",
  covar = "covar(f, n)", covar_pop = "covar_pop(f, n)", first = "first(n)", last = "last(n)", max = "max(channel)",
  mean = "mean(n)", median = "median(received)", min = "min(b)", mode = "mode(n)", product = "product(n)",
  quantile = "quantile(n, 0.25)", regr_intercept = "regr_intercept(f, n)", regr_r2 = "regr_r2(f, n)",
  regr_slope = "regr_slope(f, n)", stddev = "stddev(n)", stddev_pop = "stddev_pop(n)",
  string_agg = "string_agg(channel)", sum = "sum(d)", top = "top(n, 2)", variance = "variance(n)",
  variance_pop = "variance_pop(n)", weighted_mean = "weighted_mean(n, f)",
}

local WINDOWS = {
  cume_dist = "cume_dist()", cumcount = "cumcount(n)", cummax = "cummax(n)", cummean = "cummean(n)",
  cummin = "cummin(n)", cumsum = "cumsum(n)", dense_rank = "dense_rank()", lag = "lag(n, 1, 0)", lead = "lead(n)",
  nth = "nth(n, 2)", ntile = "ntile(4)", percent_rank = "percent_rank()", rank = "rank()", row_number = "row_number()",
}

--- All that does not translate to PostgreSQL, and a word of the reason.
local REFUSED = {
  fails = "ends the server's whole statement", log2 = "exact for powers of two", product = "no product",
  top = "top(n, …, {by = …})", bottom = "top(n, ", first = "put an order before", last = "put an order before",
  string_agg = "put an order before", matches = "regular expressions", extract = "regular expressions",
  regex_replace = "regular expressions", format = "in other ways", lua = "nothing of the same meaning",
}

--- What does not translate to ClickHouse beside that.
local REFUSED_BY_CLICKHOUSE = {
  log2 = false, first = "first row of a group", last = "first row of a group", string_agg = "in no order",
  mode = "only about", lpad = "nothing of the same meaning", rpad = "nothing of the same meaning",
  trim = "nothing of the same meaning", ltrim = "nothing of the same meaning", rtrim = "nothing of the same meaning",
  split_part = "nothing of the same meaning", bool = "nothing of the same meaning", string = "float64 in another way",
  median = "no quantile of times", corr = "nothing of the same meaning", regr_slope = "nothing of the same meaning",
  regr_intercept = "nothing of the same meaning", regr_r2 = "nothing of the same meaning",
  weighted_mean = "nothing of the same meaning", ntile = "nothing of the same meaning",
  nth = "nothing of the same meaning", percent_rank = "nothing of the same meaning",
  cume_dist = "nothing of the same meaning",
}

local function refusals_of(dialect)
  if dialect == "postgresql" then return REFUSED end
  return setmetatable(REFUSED_BY_CLICKHOUSE, { __index = REFUSED })
end

local function check(name, dialect, ask)
  local ok, message = pcall(ask)
  local reason = refusals_of(dialect)[name]
  if reason then
    assert.is_false(ok, name .. " translates, but is on the list of what does not")
    assert.is_truthy(message:find(reason, 1, true), message)
    assert.is_truthy(message:find("\n  +%^"), message) -- the place in the text
  else
    assert.is_true(ok, message)
  end
end

for _, dialect in ipairs { "postgresql", "clickhouse" } do
  describe("what translates for " .. dialect, function()
    it("is every function that is not on a list with its reason", function()
      for _, name in ipairs(core.functions()) do
        if name:find "^%a" and not OPERATORS[name] then
          assert.is_truthy(SAMPLES[name], "no sample of " .. name)
          local params = SAMPLES[name]:find "$f" and { f = math.abs } or nil
          check(name, dialect, function() tips:select("x = " .. SAMPLES[name], params):sql(dialect) end)
        end
      end
    end)

    it("is every aggregate and function of a window that is not on it", function()
      for _, name in ipairs(core.aggregates()) do
        assert.is_truthy(AGGREGATES[name], "no sample of " .. name)
        check(name, dialect, function() tips:by "country":agg("x = " .. AGGREGATES[name]):sql(dialect) end)
      end
      for _, name in ipairs(core.windows()) do
        assert.is_truthy(WINDOWS[name], "no sample of " .. name)
        check(name, dialect, function()
          tips:window({ by = "country", order = "received", derive = "x = " .. WINDOWS[name] }):sql(dialect)
        end)
      end
    end)
  end)
end

describe("a query as SQL for ClickHouse", function()
  it("is exact where ClickHouse wraps, has nulls in joins, and NaN above all", function()
    local function text(q) return (q:sql "clickhouse") end
    assert.is_truthy(text(tips:agg "n = sum(n)"):find("accurateCast(sum(toNullable(toInt128(`n`)))", 1, true))
    assert.is_truthy(text(tips:left_join(areas, "country == code")):find("join_use_nulls = 1", 1, true))
    assert.is_truthy(text(tips:order "f desc"):find("ifNull(isNaN(`f`), 0) DESC, `f` DESC NULLS LAST", 1, true))
    local sql_text, params = tips:where("country == $c", { c = "x'" }):sql "clickhouse"
    assert.is_truthy(sql_text:find("`country` = {p1:String}", 1, true))
    assert.same({ "x'" }, params)
  end)

  it("is refused where ClickHouse joins otherwise", function()
    for _, q in ipairs { tips:left_join(areas, "n > right.n"), tips:asof_join(areas, "country == code and n >= n"),
      tips:where "received > date '2400-01-01'" } do
      assert.is_truthy(answer.refusal(function() q:sql "clickhouse" end):find("clickhouse: ", 1, true))
    end
  end)
end)

describe("what translates to PostgreSQL", function()
  it("is what reads the order of rows only after an order", function()
    local text = sql(tips:order "n":agg "x = first(channel), y = last(channel)")
    assert.is_truthy(text:find('ORDER BY "n" DESC NULLS FIRST', 1, true))
    assert.is_truthy(answer.refusal(function() sql(tips:window { derive = "x = row_number()" }) end)
      :find("needs an order", 1, true))
  end)

  it("is no remainder of doubles, no sample, no check of a join, no text that the server can not hold", function()
    local function refused(q, word)
      local message = answer.refusal(sql, q)
      assert.is_truthy(message:find(word, 1, true), message)
    end
    refused(tips:select "x = f % 2e0", "no remainder of float64")
    refused(tips:select "x = round(f, 2)", "in another way")
    refused(tips:select "x = decimal(f, 9, 2)", "in another way")
    refused(tips:select "x = timestamp(channel)", "as timestamps")
    refused(tips:sample(3), "sample")
    refused(tips:join(areas, "country == code", { validate = "many-to-one" }), "validate")
    refused(tips:where("country == $c", { c = "a\0b" }), "zero byte")
    refused(tips:where("country == $c", { c = "\xff" }), "UTF-8")
    refused(tips:window { derive = "x = median(n)" }, "over a window")
    refused(tips:window { order = "n", range = 4, derive = "x = first(d)" }, "which of equal rows")
  end)
end)
