--- What people write who come from other tools, and what each must be answered with. A case is a mistake and a part of
-- its answer; the text of a verb, or the name of a field.
local blotter = require "blotter"
local habits = require "blotter.errors.habits"

local TIPS = "country,n,received\nKR,3,2012-01-31\nJP,5,2012-02-01\n"

local FIELDS = {
  { "filter", ':where "n > 5"' }, { "subset", ":where" }, { "find", ":where" }, { "groupby", ':by "country":agg' },
  { "group_by", ':by "country":agg' }, { "groupBy", ':by "country":agg' }, { "group", ":by" },
  { "aggregate", ":agg" },
  { "summarise", ":agg" }, { "summarize", ":agg" }, { "having", ":where" }, { "value_counts", "count()" },
  { "tally", "count()" }, { "sum", ':agg "x = sum(n)"' }, { "mean", ":agg" }, { "nunique", ":agg" },
  { "sort", ':order "n desc"' }, { "sort_values", ":order" }, { "arrange", ":order" }, { "order_by", ":order" },
  { "orderBy", ":order" }, { "take", ":limit(10)" }, { "len", "#t" }, { "nrow", "#t" }, { "shape", "#t" },
  { "size", "#t" }, { "mutate", ":derive" }, { "assign", ":derive" }, { "with_columns", ":derive" },
  { "withColumn", ":derive" }, { "rename_columns", ":rename" }, { "project", ":select" },
  { "drop_columns", "drop" },
  { "merge", ":join(other" }, { "inner_join", ":join(other" }, { "vlookup", ":left_join" },
  { "concat", ":union_all" },
  { "rbind", ":union_all" }, { "vstack", ":union_all" }, { "unique", ":distinct" },
  { "drop_duplicates", ":distinct" },
  { "dedup", ":distinct" }, { "nlargest", ":top(10" }, { "slice_max", ":top(10" }, { "offset", ":skip(n)" },
  { "iloc", ":skip(n)" }, { "rolling", ":window {" }, { "lag", ":window {" }, { "dropna", "x ~= nil" },
  { "fillna", "coalesce(x, 0)" }, { "print", ":show(rows)" }, { "display", ":show(rows)" },
  { "glimpse", ":show(rows)" },
  { "to_csv", ':csv "out.csv"' }, { "write_csv", ':csv "out.csv"' }, { "to_json", ":jsonl" }, { "save", "db:save" },
  { "to_list", ":totable()" }, { "fetchall", ":totable()" }, { "fetchone", ":first()" }, { "iterrows", "t:rows()" },
  { "each", "t:rows()" }, { "pluck", ":values" }, { "names", ":columns()" }, { "dtypes", ":columns()" },
  { "execute", ":collect()" }, { "insert", "t:append{" }, { "remove", "t:delete" },
  { "selct", "did you mean 'select'" },
  { "wher", "did you mean 'where'" }, { "ordr", "did you mean 'order'" }, { "distinkt", "did you mean 'distinct'" },
  { "sortt", ":order" }, { "country", "t:values" },
}

local CONDITIONS = {
  { "n = 5", "write '=='" }, { "n == 5 AND n == 3", "write 'and'" }, { "n == 5 OR n == 3", "write 'or'" },
  { "n IS NULL", "x == nil" }, { "n is not null", "x == nil" }, { "n == NULL", "write 'nil'" },
  { "n == null", "write 'nil'" }, { "n == None", "write 'nil'" }, { "TRUE", "write 'true'" },
  { "n != 5", "did you mean '~='" }, { "n <> 5", "did you mean '~='" }, { "n > 5 && n < 9", "did you mean 'and'" },
  { "n > 5 || n < 9", "'or' or '..'" }, { "!(n > 5)", "did you mean 'not'" }, { "n => 5", "did you mean '>='" },
  { "country LIKE 'K%'", "like(s, pattern)" }, { "country ilike 'k%'", "like(lower(s), pattern)" },
  { "n BETWEEN 1 AND 5", "between(x, a, b)" }, { "country == KR", "a text stands in quotes: 'KR'" },
  { "country in (KR, JP)", "a text stands in quotes: 'KR'" }, { "contry == 'KR'", "did you mean 'country'" },
  { "received > 2012", "year(received) > 2012" }, { "received >= 2012", "year(received) >= 2012" },
  { "country > 5", "write try_int64(country) > 5" },
  { "n > '5'", "a number stands without quotes" }, { "n", "a condition" },
  { "t.n > 5", "stand by themselves" }, { "string.upper(country) == 'KR'", "stand by themselves" },
  { "n::int > 5", "int64(n)" }, { "n == ?", "'$1'" }, { "n == @x", "'$name'" },
  { "n == $x", "no value for parameter $x" },
  { "country ~ '^K'", "matches(s," },
  { "n in {1, 2}", "(a, b)" }, { "n in [1, 2]", "(a, b)" }, { "n in ()", "an empty list" },
  { "1 < n < 5", "a < b and b < c" }, { "country == 'KR", "' is missing" }, { "(n > 5", "expected ')'" },
  { "n > 5;", "commas" }, { "country:upper() == 'KR'", "upper(s)" }, { "#country > 2", "len(s)" },
  { "n > 5 limit 3", "t:limit(10)" }, { "n > 5 order by n", "t:order" },
  { "case when n > 5 then 1", "'end'" }, { "case when n > 5", "'then'" },
  { "when n > 5 then 1 end", "if(condition, a, b)" },
  { "n > 5 then", "if(condition, a, b)" }, { "sum(n) > 5", "it stands in agg" }, { "now() > received", "$today" },
  { "isna(n)", "x == nil" }, { "regexp_like(country, 'K')", "matches(s, 'regex')" },
  { "isbetween(n, 1, 5)", "between(x, a, b)" },
  { "length(country) > 2", "len(s)" }, { "substring(country, 1, 1) == 'K'", "substr(s, from, n)" },
  { "isin(country, 'KR')", "x in ('a', 'b')" }, { "to_date(country) == received", "date(x)" },
  { "cast(n as int) > 5", "int64" }, { "ifnull(n, 0) > 5", "coalesce(x, 0)" }, { "mod(n, 2) == 0", "a % b" },
  { "date_part(received) == 2012", "year(day)" }, { "row_number() < 5", "t:window {" }, { "avg(n) > 3", "mean(x)" },
}

local AGGREGATES = {
  { "x = avg(n)", "mean(x)" }, { "x = average(n)", "mean(x)" }, { "x = std(n)", "stddev(x)" },
  { "x = var(n)", "variance(x)" },
  { "x = count(*)", "count()" }, { "x = count(distinct n)", "count_distinct(x)" },
  { "x = nunique(n)", "count_distinct(x)" },
  { "sum(n) as x", "a new name stands first" }, { "x = sum(n) over (n)", "t:window" }, { "x: sum(n)", "x = sum(n)" },
  { "n", "in an aggregate, as in sum(n)" }, { "*", "count() counts rows" }, { "x = sum(country)", "needs a number" },
  { "x = sum(m)", "unknown column 'm'" }, { "x = percentile(n, 0.9)", "quantile(x, 0.9)" }, { "x = n()", "count()" },
  { "x = group_concat(country)", "string_agg" }, { "x = sum(sum(n))", "an aggregate inside an aggregate" },
  { "x = summ(n)", "did you mean 'sum'" }, { "x = sumif(n, n > 1)", "sum" },
}

local ORDERS = {
  { "n DESC", "'desc' stands in small letters" }, { "n ASC", "small letters" }, { "n descending", "write 'n desc'" },
  { "desc n", "behind its column" }, { "n desc nulls", "'first' or 'last'" }, { "m", "unknown column 'm'" },
}

local MODULE = {
  { "read_csv", 'blotter.csv "file.csv"' }, { "load", "blotter.csv" }, { "readCSV", "blotter.csv" },
  { "read_json", "blotter.jsonl" }, { "connect", "blotter.open" }, { "DataFrame", "blotter.table" },
  { "ops", "blotter.operations()" }, { "sql", "t:where" }, { "opn", "did you mean 'open'" },
  { "threds", "did you mean 'threads'" }, { "None", "blotter.null" },
}

local DATABASE = {
  { "query", 'db:table "name":where' }, { "execute", "db:table" }, { "create_table", "db:create(" },
  { "insert", "append{" },
  { "list_tables", "db:tables()" }, { "drop_table", "db:drop" }, { "read_csv", "db:import(" },
  { "vacuum", "db:compact()" },
  { "tips", 'db:table "name"' }, { "comit", "did you mean 'commit'" },
}

local OPS = {
  { "sum", "ops:total(" }, { "check", "ops:reconcile()" }, { "graph", "ops:network(" },
  { "figurs", "did you mean 'figures'" }, { "validate", "ops:reconcile()" },
}

--- The message of a call that must raise, without Lua's own words.
local function refused(case, call)
  local ok, message = pcall(call)
  assert.is_false(ok, case[1] .. " was taken")
  assert.is_string(message)
  assert.is_nil(message:find("attempt to", 1, true), message)
  assert.is_truthy(message:find("habits_spec.lua:%d+: "), message)
  assert.is_truthy(message:find(case[2], 1, true), case[1] .. ": " .. message)
end

--- Whether a case is of a word that has become a field of its own.
local function is_known(object, name)
  return (pcall(function() return object[name] end))
end

describe("a mistake", function()
  local t = blotter.csv(TIPS)

  it("in the name of a verb is answered on tables, queries and answers", function()
    for _, object in ipairs { t, t:where "n > 1", t:collect() } do
      for _, case in ipairs(FIELDS) do
        if not is_known(object, case[1]) then refused(case, function() return object[case[1]](object, "n") end) end
      end
      refused({ "[1]", "t:row(i)" }, function() return object[1] end)
    end
  end)

  for verb, cases in pairs { where = CONDITIONS, agg = AGGREGATES, order = ORDERS } do
    it("in the text of " .. verb .. " is answered at its place", function()
      for _, case in ipairs(cases) do refused(case, function() return t[verb](t, case[1]) end) end
    end)
  end

  it("in a field of the module, a database and the dataset is answered", function()
    local db, ops = blotter.memory(), assert(blotter.operations())
    for object, cases in pairs { [blotter] = MODULE, [db] = DATABASE, [ops] = OPS } do
      for _, case in ipairs(cases) do
        if not is_known(object, case[1]) then refused(case, function() return object[case[1]](object, "x") end) end
      end
    end
  end)

  it("in a schema, a row or an option is answered", function()
    local db = blotter.memory()
    for _, case in ipairs {
      { [["a int64"]], function() return db:create("z", { a = "int64" }) end },
      { "write 'int64'", function() return db:create("z", "a int") end },
      { "write 'string'", function() return db:create("z", "a int64, b varchar") end },
      { "{name = 'n', type = 'int64'", function() return db:create("z", { "a", "int64" }) end },
      { "there are: country, n, received", function() return t:append { contry = "KR" } end },
      { "did you mean 'delimiter'", function() return blotter.csv("x", { delimeter = ";" }) end },
      { "did you mean 'by'", function() return t:top(3, "n", { bye = "country" }) end },
      { "called with a colon", function() return t.where "n > 1" end },
      { "unknown column 'm'", function() return t:values "m" end },
      { "2012 is a number; the column is written `2012`", function()
        return blotter.csv "2012,a\n1,2\n":where "2012 > 5"
      end },
      { "unknown column 'm'", function() return t:update("n > 1", { m = 2 }) end },
      { 'written update(where, "n = …")', function() return t:update("n > 1", { n = "n * 2" }) end },
    } do
      refused({ case[1], case[1] }, case[2])
    end
  end)

  it("in a text that is converted is told with its column and row", function()
    local texts = blotter.csv "s,n,u\n1,a,1\n2x,b,2\n2x,c,3\n"
    for _, ask in ipairs {
      function() return texts:derive "m = int64(s)":collect() end,
      function() return texts:where "int64(s) > 1":count() end,
      function() return texts:order "n desc":by "n":agg "x = sum(float64(s))":rows() end,
    } do
      refused({ "cast", "'2x' is no " }, ask)
      refused({ "cast", "(column 's', row 2; try_int64(s)" }, ask)
    end
    local twice = blotter.csv "s,n\n1,2x\n2x,b\n"
    local _, message = pcall(function() return twice:derive "m = int64(s)":collect() end)
    assert.is_nil(message:find("column", 1, true))
    _, message = pcall(function() return texts:derive "m = int64(s .. 'y')":collect() end)
    assert.is_nil(message:find("column", 1, true))
  end)

  it("has more than a hundred and fifty of its kind above", function()
    local n = 0
    for _, cases in ipairs { FIELDS, CONDITIONS, AGGREGATES, ORDERS, MODULE, DATABASE, OPS } do n = n + #cases end
    assert.is_true(n >= 150)
  end)
end)

describe("what is answered", function()
  it("exists", function()
    local t = blotter.csv(TIPS)
    for _, answer in pairs(habits.functions) do
      for name in answer:gmatch "([%a_]+)%(" do
        local _, message = pcall(t.derive, t, ("x = %s(n)"):format(name))
        local unknown = tostring(message):find("unknown function", 1, true)
        local verb = answer:find("t:" .. name, 1, true) or answer:find("window", 1, true)
        assert.is_true(not unknown or verb ~= nil, name)
      end
    end
    for _, answer in pairs(habits.verbs) do
      for name in answer:gmatch ":([%a_]+)" do assert.is_truthy(name == "save" or t[name], name) end
    end
  end)
end)
