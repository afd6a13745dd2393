--- Queries as SQL, without any server: what the statements are, and what does not translate and why. That servers
-- answer them as blotter does is tried by `make test-remote` (spec/remote/live).

local answer = require "answer"
local blotter = require "blotter"
local core = require "blotter.core"
local refusals = require "refusals"
local slurp = require "slurp"

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

  it("has one zero among keys", function()
    assert.equal('SELECT ("f" + 0) AS "f" FROM "t" AS q1 GROUP BY 1', sql(tips:distinct "f"))
    local kept = sql(tips:order "n":window { by = "f", order = "n", derive = "r = row_number()" })
    assert.is_truthy(kept:find('"f", ', 1, true) and kept:find('PARTITION BY ("f" + 0)', 1, true))
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

local OPERATORS = { ["and"] = true, ["or"] = true, ["not"] = true, ["in"] = true, neg = true }

--- Translates, or is refused with the reason that is on the list and the place in the text.
local function check(name, ask)
  local ok, message = pcall(ask)
  if ok then return end
  assert.is_true(refusals.knows(message), name .. ": " .. message)
  assert.is_truthy(message:find("\n  +%^"), message)
end

for _, dialect in ipairs(refusals.DIALECTS) do
  describe("what translates for " .. dialect, function()
    it("is every function that is not on the list with its reason", function()
      for _, name in ipairs(core.functions()) do
        if name:find "^%a" and not OPERATORS[name] then
          local sample = assert(refusals.FUNCTIONS[name], "no sample of " .. name)
          local params = sample:find "$f" and { f = math.abs } or nil
          check(name, function() tips:select("x = " .. sample, params):sql(dialect) end)
        end
      end
    end)

    it("is every aggregate and function of a window that is not on it", function()
      for _, name in ipairs(core.aggregates()) do
        local sample = assert(refusals.AGGREGATES[name], "no sample of " .. name)
        check(name, function() tips:by "country":agg("x = " .. sample):sql(dialect) end)
      end
      for _, name in ipairs(core.windows()) do
        local sample = assert(refusals.WINDOWS[name], "no sample of " .. name)
        check(name, function()
          tips:window({ by = "country", order = "received", derive = "x = " .. sample }):sql(dialect)
        end)
      end
    end)
  end)
end

it("what does not translate is what the list says", function()
  local path = refusals.PATH
  if os.getenv "BLOTTER_REFUSALS" then
    local file = assert(io.open(path, "w"))
    file:write(refusals.text())
    file:close()
  end
  assert.equal(refusals.text(), slurp(path))
end)

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
