--- Mistakes of whole lines at the prompt, and what each must be answered with: a part of the message, which says what
-- was wrong, where, and what to do.
local blotter = require "blotter"
local command = require "command"

-- Raised at the user's line.
local RAISED = {
  -- other tools' options
  { 't:left_join(other, "country", {how = "left"})', "there are: suffix" },
  { 't:window {partition_by = "country", derive = "x = sum(n)"}', "write 'by'" },
  { 't:window {sort = "n", derive = "x = sum(n)"}', "write 'order'" },
  { 't:pivot {index = "country", cols = "n", value = "sum(n)"}', "write 'rows'" },
  { 't:pivot {rows = "country", columns = "n", value = "sum(n)"}', "'cols'" },
  { 't:pivot {rows = "country", cols = "n", aggfunc = "sum(n)"}', "write 'value'" },
  { 't:pivot {rows = "country", cols = "n", value = "sum(n)", margins = true}', "write 'totals'" },
  { 't:pivot {rows = "country", cols = "n", value = "sum(n)", fill_value = 0}', "write 'fill'" },
  { 't:plot {x = "country", y = "n", kind = "bar"}', "there are: x, y" },
  { 't:csv("@/o.csv", {sep = ";"})', "write 'delimiter'" },
  { 'blotter.csv("@/t.csv", {sep = ";"})', "write 'delimiter'" },
  { 'blotter.csv("@/t.csv", {na_values = "NA"})', "write 'nulls'" },
  { 'blotter.csv("@/t.csv", {skiprows = 1})', "'skip'" },
  { 'blotter.csv("@/t.csv", {skipfooter = 1})', "write 'skip_tail'" },
  { 'blotter.csv("@/t.csv", {dtype = {}})', "write 'types'" },
  { 'blotter.csv("@/t.csv", {dec = ","})', "write 'decimal_mark'" },
  { 'blotter.csv("@/t.csv", {parse_dates = true})', "write 'dates'" },
  { 'blotter.csv("@/t.csv", {usecols = {"n"}})', "there are: delimiter, quote" },
  { 't:sample(2, {random_state = 1})', "write 'seed'" },
  -- quotes around a column, as SQL has them
  { [[t:where "'country' == 'KR'"]], "no column: the column is written country" },
  { [[t:where 'n > 3 and "country" ~= "KR"']], "no column: the column is written country" },
  { [[t:derive "x = 'n' > 3"]], "no column: the column is written n" },
  { [[t:derive("`a b` = n"):where "'a b' > 3"]], "no column: the column is written `a b`" },
  { [[t:where "'country' in ('KR', 'JP')"]], "the column is written country" },
  { [[t:where "'country' == nil"]], "the column is written country" },
  { [[t:where "upper('country') == 'KR'"]], "the column is written country" },
  { [[t:where "like('country', 'K%')"]], "the column is written country" },
  { [[t:select "'country', n"]], "the column is written country" }, { [[t:order "'n' desc"]], "is written n" },
  { [[t:by "'country'":agg "k = count()"]], "the column is written country" },
  { [[t:agg "s = sum('n')"]], "the column is written n" }, { [[t:derive "y = year('day')"]], "is written day" },
  { [[t:derive "m = 'n' * 2"]], "the column is written n" }, { [[t:top(2, "'n'")]], "the column is written n" },
  { [[t:window {by = "'country'", derive = "s = sum(n)"}]], "the column is written country" },
  { [[t:plot {x = "'country'", y = "n"}]], "the column is written country" },
  { [[t:pivot {rows = "'country'", cols = "day", value = "sum(n)"}]], "the column is written country" },
  -- numbers as texts, and texts as numbers
  { [[t:where "n > '10 %'"]], "without quotes: n > 0.1, for percents" },
  { [[t:where "n > '1.234,50'"]], "without quotes: n > 1234.50" },
  { [[t:where "n > '1,234'"]], "without quotes: n > 1234" }, { [[t:where "n > '1.234'"]], "n > 1234" },
  { [[t:where "n > '$ 5.50'"]], "n > 5.50" }, { [[t:where "n == 'many'"]], "'many' is no number" },
  { [[t:derive("b = n > 3"):where "b == 'TRUE'"]], "write b == true" },
  { [[t:derive("b = n > 3"):where "b ~= 'yes'"]], "write b == false" },
  { [[t:derive("b = n > 3"):where "b == 'perhaps'"]], "write b, or not b" },
  { [[t:where "n in ('99', '1.310')"]], "without quotes: n in (99, 1310)" },
  { [[t:where "day == '03.01.2022'"]], "write '2022-01-03'" },
  { [[t:where "day in ('1/31/2012')"]], "write '2012-01-31'" },
  { 't:where "country > 5"', "write try_int64(country) > 5" }, { 't:where "country == 5"', "write country == '5'" },
  { 't:derive "x = country * 2"', "read as text from a file? see its options thousands" },
  { 't:derive "y = year(country)"', "its option dates says" }, { 't:derive "r = round(country, 1)"', "thousands" },
  -- a comma before a fraction
  { 't:derive "x = n * 1,5"', "with a point: 1.5" }, { 't:select "country, n * 1,5 + 2"', "with a point: 1.5" },
  { 't:agg "x = sum(n) * 1,5"', "with a point: 1.5" }, { 't:order "n * 1,5"', "with a point: 1.5" },
  { 't:window {derive = "x = sum(n) * 1,5"}', "with a point: 1.5" }, { 't:by "n * 0,5"', "with a point: 0.5" },
  -- years across columns, which are no numbers
  { [[t:derive("`2022` = n"):select "country, 2022"]], "2022 is a number; the column is written `2022`" },
  { [[t:derive("`2022` = n"):order "2022 desc"]], "the column is written `2022`" },
  { [[t:derive("`2022` = n"):agg "a = sum(2022)"]], "the column is written `2022`" },
  { [[t:derive("`2022` = n, `2021` = 1"):derive "d = 2022 - 2021"]], "the column is written `2022`" },
  { [[t:derive("`2022` = n"):window {derive = "r = cumsum(2022)"}]], "the column is written `2022`" },
  { [[t:derive("`2022` = n"):by "2022":agg "k = count()"]], "the column is written `2022`" },
  { [[t:derive("`2022` = n"):plot {x = "country", y = "2022"}]], "the column is written `2022`" },
  -- names that are written in backticks, or otherwise
  { [[t:where "Report Date > '2023-01-01'"]], "a name with a blank stands in backticks: `Report Date`" },
  { 't:select "Report Date, n"', "`Report Date`" }, { 't:order "Report Date"', "`Report Date`" },
  { 't:select "n, in"', "a column called in is written `in`" }, { 't:where "Cleared? == 1"', "stands in backticks" },
  { 't:agg "n = sum(Amount $)"', "stands in backticks" },
  { 't:derive("`Amount ($)` = n"):where "Amount > 3"', "did you mean `Amount ($)`?" },
  { 't:rename("`Année` = n"):where "Annee > 3"', "did you mean 'Année'?" },
  { 't:agg "x = sumif(n, n > 5)"', "write sum_if(x, condition)" }, { 't:agg "x = countif(n > 5)"', "count_if" },
  { 't:update "n = 5"', 't:update("n > 5", "n = 5")' }, { 't:count("country")', 't:by "country":agg "n = count()"' },
  { 't:query():count("country")', "count(country)" }, { 't:collect():count("n")', "count takes nothing" },
  { 't:derive "p = n / sum(n)"', "in a window" },
  { 't:csv("@/o.csv", {decimal_mark = ",", delimiter = ","})', "another" },
  { 't:csv("@/o.csv", {dec = ","})', "write 'decimal_mark'" },
  { 't:xlsx("@/o.xlsx", {percent = "share"})', "percent: unknown column 'share'" },
  { 'blotter.xlsx("a.xlsx", {sheets = 1})', "unknown option 'sheets': did you mean 'sheet'?" },
  { 't:html("@/o.html", {sheet = "a"})', "there are: title" },
  { 'blotter.csv("@/t.csv", {decimal = ","})', "write 'decimal_mark'" },
  { 'blotter.csv("@/t.csv", {dayfirst = true})', "write 'dates'" },
  { [[t:derive("`2013-01` = n"):select "country, 2013-01"]], "the column is written `2013-01`" },
  { [[t:derive("`2013-01` = n, `2013-02` = n"):derive "d = 2013-02 - 2013-01"]], "is written `2013-02`" },
  { [[t:derive("`2013/14` = n"):agg "s = sum(2013/14)"]], "the column is written `2013/14`" },
  { [[t:derive("`0-14` = n"):where "0-14 > 5"]], "the column is written `0-14`" },
  { [[t:derive("`2013-01-31` = n"):order "2013-01-31 desc"]], "the column is written `2013-01-31`" },
  { [[t:derive("`2013-01` = n"):rename "jan = 2013-01"]], "the column is written `2013-01`" },
  { [[t:rename "land = 'country'"]], "the column is written country" },
  { [[t:derive("`2013` = n"):rename "y = 2013"]], "the column is written `2013`" },
  { 't:where "country == 2013-01"', "a text stands in quotes: country == '2013-01'" },
  { 't:where "n > 10%"', "10 % is the fraction 0.1" }, { 't:where "n > 12.5 % and n < 5"', "the fraction 0.125" },
  -- lists, functions and numbers where a text stands
  { 't:select {"country", "n"}', 'write "country, n"' }, { 't:distinct {"country"}', 'write "country"' },
  { 't:left_join(other, {"country"})', 'write "country"' }, { 't:unpivot {cols = {"n", "id"}}', 'write "n, id"' },
  { 't:rename {n = "m"}', 'write "m = n"' },
  { 't:rename {m = "n"}', 'write "m = n"' }, { 't:rename {n = "m", day = "d"}', 'write "d = day, m = n"' },
  { 't:agg {s = "sum(n)", k = "count()"}', 'write "k = count(), s = sum(n)"' },
  { 't:derive {x = "n * 2"}', 'write "x = n * 2"' }, { 't:order {n = "desc"}', 'write "n desc"' },
  { 't:where {country = "KR"}', "write \"country == 'KR'\"" },
  { "t:where(function(r) return r.n > 5 end)", "lua($f, x) calls a function" }, { "t:order(true)", "got a boolean" },
  { "t:select()", "got nothing" }, { 't:select ""', "expected columns" },
  { 't:by("country", "n"):agg "n = sum(n)"', "all columns stand in one text" },
  { 't:order("n", "desc")', "all columns stand in one text" },
  { 't:order "n, desc"', "behind its column without a comma" },
  { 't:limit "10"', "got '10'" }, { 't:head "5"', "head expects a whole number" }, { "t:limit(2.5)", "got 2.5" },
  { "t:limit(-1)", "from 0 on" }, { 't:top("n", 3)', "the number stands first" }, { "t:top(3)", "got nothing" },
  { 't:window {order = "n", rows = "7", derive = "x = mean(n)"}', "got '7'" }, { 't:sample(-1)', "from 0 on" },
  { 't:show "all"', "t:show(#t)" }, { "t:show(-1)", "t:show(50)" }, { 't:describe "n"', ":describe()" },
  { 't:pivot("country", "n", "sum(n)")', "options such as {rows" }, { 't:unpivot "n"', "options such as {cols" },
  { 't:window "cumsum(n)"', "options such as {derive" }, { 't:plot("country", "n")', "options such as {x" },
  { 't:csv("@/o.csv", ";")', "options such as {delimiter" },
  { 'blotter.csv("@/t.csv", ";")', "options such as {delimiter" },
  -- joins, windows, reshaping
  { "t:left_join(other)", "names of columns that both sides have" },
  { 't:left_join(other, "country", "area")', 'write "country == area"' }, { 't:rename("n", "m")', 'write "m = n"' },
  { 'blotter.csv("@/t.csv", {dates = "%d.%m.%Y"})', "write 'dd.mm.yyyy'" },
  { 't:left_join(other, {on = "country"})', 'write "country"' },
  { 't:left_join(other, {left_on = "country", right_on = "area"})', 'write "country == area"' },
  { 't:left_join(other, {country = "area"})', 'write "country == area"' },
  { 't:left_join(blotter.csv("country,area\\nKR,Korea\\n"))', "names of columns that both sides have" },
  { 't:left_join(blotter.csv "@/none.csv")', "cannot open" },
  { 't:union_all(blotter.csv "@/none.csv")', "cannot open" },
  { 't:left_join(other, "id == country")', 'write "id == int64(right.country)", or "string(id) == right.country"' },
  { 't:left_join(other:derive("n = country"), "n")', 'write "left.n == int64(right.n)"' },
  { 't:where("id in $q", {q = other:select "country"})', "write string(id) in $q" },
  { 't:union_all(t:derive "n = string(n)")', 'derive "n = string(n)"' },
  { 't:left_join(other, "id")', "the right side has no column 'id'" },
  { 't:left_join("other", "country")', "a table, query or frame expected" },
  { 't:left_join(other, "country = country")', "write '=='" },
  { 't:left_join(other, "n == area")', "int64 is compared with string" },
  { 't:union_all(t, other)', "takes one other side" }, { 't:except "other"', "a table, query or frame expected" },
  { 't:union(other)', "has no column 'area'" }, { 't:window {by = "country"}', "is missing" },
  { 't:window {order = "n", derive = "x = lag(m)"}', "unknown column 'm'" },
  { 't:window {order = "n", derive = "x = rank(n)"}', "rank() takes no arguments" },
  { 't:window {order = "n", derive = "x = sum(cumsum(n))"}', "derive it in a window before" },
  { 't:derive "x = cumsum(n)"', "t:window {" }, { 't:where "n > mean(n)"', "it stands in agg" },
  { 't:pivot {rows = "country", cols = "n", value = "n"}', "as in sum(n)" },
  { 't:pivot {rows = "country", cols = "id", value = "sum(n)", fill = "none"}', "fill is 'none', and sum(n) is int64" },
  { 't:unpivot {cols = "n, country"}', "column 'country' is string" },
  { 't:fill {over = "day", step = "months"}', "did you mean 'month'" },
  { 't:fill {over = "country"}', 'write over = "country = int64(country)"' },
  { 't:fill {over = "day", step = "month", with = "none"}', "a table such as {n = 0}" },
  -- expressions
  { 't:where "n > 1,5"', "with a point: 1.5" }, { 't:where "n > 1.000.000"', "nothing stands between thousands" },
  { 't:where "day == 20120131"', "a date stands in quotes" }, { 't:where "day == 2012"', "year(day) == 2012" },
  { [[t:where "day == '31.01.2012'"]], "a date such as 2012-01-31" },
  { [[t:where "country == 'O'Brien'"]], "not closed" },
  { 't:by "country":agg "sum(n)":where "sum(n) > 5"', "written `sum(n)`, in backticks" },
  { 't:by "country":select "n"', "waits for agg" }, { 't:by "country":agg()', "got nothing" },
  { 't:agg "x = sum_if(n > 1, n)"', "stands last" }, { 't:agg "q = quantile(n, 90)"', "from 0 to 1" },
  { 't:agg "q = quantile(n)"', "a value and a fraction" }, { 't:agg "x = mean(day)"', "mean needs a number" },
  { 't:agg "n = sum(n), n = max(n)"', "two columns named 'n'" },
  { 't:select "country, n,"', "found the end of the text" },
  { 't:where("n > $least")', "no value for parameter $least" },
  { 't:where("n > $least", {lest = 5})', "did you mean 'lest'" },
  { 't:where("n > $1", 5)', "a table such as {c = 'KR'}" },
  { 't:where("country in $c", {c = "KR"})', "a sequence expected" },
  { 't:rename "country = n"', "two columns named 'country'" },
  { 't:drop "id, country, day, n"', "no column would be left" },
  -- what nothing would look at
  { 'blotter.table("id int64", {key = "id"})', 'table: takes one argument, got 2; a key stands behind its column' },
  { 't:limit(10, 20)', "limit: takes one argument, got 2; t:skip(10):limit(5)" },
  { 't:select("country", {}, "n")', "select: takes 2 arguments, got 3" }, { "t:head(5, true)", "head: takes one" },
  { 't:drop("id", "n")', "drop: takes one argument, got 2" },
  { 't:columns("n")', "columns: takes no arguments, got 1" },
  { 't:csv("@/o.csv", {}, ";")', "csv: takes 2 arguments" }, { 'ops:at("2013-03-31", "x")', "at: takes one" },
  { 't:rows("n")', "rows: takes no arguments" }, { 'ops:find("predator", 5)', "find: takes one" },
  { 't:first(5)', "first: takes no arguments" }, { 't:totable("n")', "totable: takes no arguments" },
  { 't:unpivot {cols = "n", rows = "id"}', "cols or rows, not both" },
  { 't:unpivot {rows = "id, country, day, n"}', "none is left to be turned" },
  { 't:unpivot {name = "a"}', "or rows = \"c\", all but which are turned" },
  { "blotter.csv(function() end, {guess = true})", "guess reads several times" },
  { "blotter.guess = 1", "true or false expected" },
  -- fields and calls
  { 't.where "n > 5"', "called with a colon" }, { "t.n", 't:values "n"' }, { "t[1]", "t:row(i)" },
  { "t:append(1)", "4 values expected" }, { "t:append {contry = 1}", "unknown column 'contry'" },
  { 't:append(1, "KR", "2012-01-31", "five")', "an integer expected" }, { 't:update("n > 5")', "changes are a text" },
  { 't:delete()', '"true" stands for all rows' }, { "t:upsert {id = 1}", "a primary key" },
  -- files and schemas
  { 'blotter.csv ""', "a path expected, got an empty text" }, { "blotter.csv()", "got nothing" },
  { 'blotter.csv {"@/t.csv", 1}', "paths are strings" },
  { 't:csv ""', "a path expected" }, { "blotter.open()", "got nothing" },
  { "blotter.table()", "got nothing" }, { 'blotter.table "id, n"', "expected a type" },
  { 'blotter.table "id int64; n int64"', "commas" },
  { 'blotter.csv("@/t.csv", {types = {n = "integer"}})', "write 'int64'" },
  { 'blotter.csv("@/t.csv", {types = "n integer"})', "write 'int64'" },
  { 'blotter.csv("@/t.csv", {types = {"int64"}})', "a table such as {n = 'int64'}" },
  { 'blotter.csv("@/t.csv", {dates = "german"})', "as in dd.mm.yyyy" },
  { 'blotter.csv("@/t.csv", {encoding = "latin-99"})', "iconv -l" },
  { 'blotter.csv("@/t.csv", {names = "a"})', "1 names are given" },
  { 'blotter.connect "localhost"', "an address begins with" }, { "blotter.thread = 2", "did you mean 'threads'" },
  -- the dataset
  { 'ops:figures "arrests"', "a filter such as" }, { 'ops:figures {country = "KR"}', "write {area" },
  { "ops:figures {year = 2014}", "write {period" }, { "ops:figures {value = 5}", "where" },
  { 'ops:figures {colour = "x"}', "there are: period" }, { 'ops:figures {period = "2014-13"}', "is not a period" },
  { 'ops:figures {area = "Atlantis"}', "look for names" }, { 'ops:total("arrests", {by = "country"})', "write 'area'" },
  { 'ops:total("arrests", {by = "month"})', 'period = "2014-03"' },
  { 'ops:total("arrests").best', "write .total.best" },
  { 'ops:total("arrests", {policy = "latest"})', "expected newest" }, { "ops:network()", "got nothing" },
  { 'ops:query "statements"', "there are: statements_by_subject" },
  { 'blotter.query {name = "x"}', "a function build" },
  { 'ops:at "31.3.2013"', "such as 2013-03-31" }, { "ops:countries(5)", "expected a subject" },
  { 'ops:reconcile {check = "partz"}', "did you mean 'parts'" },
  { 'ops:reconcile "ICE"', '{subject = "ICE"}' }, { 'ops:reconcile "parts"', '{check = "parts"}' },
  { 'ops:report "overvew"', "did you mean 'overview'" }, { 'ops:report {subject = "ICE"}', "ops:reports()" },
  { 'ops:report("agency", {subjct = "ICE"})', "did you mean 'subject'" },
  { 'ops:report("overview"):pdf()', "there are" },
  { 'ops:report("overview"):html(5)', "a path expected" }, { 'blotter.report "overview"', 'ops:report "overview"' },
  { "ops:cite(5)", "a source or a figure" }, { 'ops:cite "ice-2014-9"', "unknown source" },
  { "ops:citation()", "ops:cite(figure)" }, { 'ops:source "x"', 'ops:row("sources"' },
  { "ops:columns()", ":columns()" },
  { "ops:table()", "a table's name expected" },
}

-- Given back as nil and a message: data and files are to blame.
local GIVEN = {
  { 'blotter.csv "@/tt.csv"', "did you mean '@/t.csv'?" }, { 'blotter.jsonl "@/tcsv"', "did you mean '@/t.csv'?" },
  { 'blotter.parquet "@/t.cvs"', "did you mean '@/t.csv'?" }, { 'blotter.csv "a,b"', "{text = true}" },
  { 'blotter.csv "@/x*.csv"', "no file fits" }, { 'blotter.csv "https://example.org/t.csv"', "save the file first" },
  { 'blotter.jsonl "@/t.csv"', "blotter.csv reads it" }, { 'blotter.parquet "@/t.csv"', "blotter.csv reads it" },
  { 'blotter.open "@/t.csv"', "blotter.csv reads it" }, { 'blotter.sqlite("@/t.csv", "t")', "blotter.csv reads it" },
  { 'blotter.open("@/d.blt", {must_exist = true})', "No such file" },
  { 'blotter.csv("@/t.csv", {types = {country = "int64"}})', "'KR' is no int64" },
  { 'blotter.csv("@/t.csv", {skip = 99})', "the input is empty" },
  { 't:append(1, "KR", "31.01.2012", 5)', "a date such as 2012-01-31" },
}

describe("a mistake of a whole line", function()
  local folder, scope
  setup(function()
    folder = command.folder()
    command.spill(folder .. "/t.csv", "id,country,day,n\n1,KR,2012-01-31,120\n2,JP,2012-02-01,80\n")
    scope = setmetatable({ blotter = blotter, ops = assert(blotter.operations()) }, { __index = _G })
    scope.other = blotter.csv "country,area\nKR,Korea\nJP,Japan\n"
  end)
  teardown(function() command.remove(folder) end)

  --- What a line gives, in a chunk called "line".
  local function run(case)
    local line = case[1]:gsub("@", folder)
    scope.t = assert(blotter.csv(folder .. "/t.csv"))
    local call = load("return " .. line, "=line", "t", scope) or assert(load(line, "=line", "t", scope))
    return pcall(function() return (function(...) return ... end)(call()) end)
  end

  it("is raised at the line, with what to do", function()
    for _, case in ipairs(RAISED) do
      local ok, message = run(case)
      assert.is_false(ok, case[1] .. " was taken")
      assert.is_nil(message:find("attempt to", 1, true), message)
      assert.is_nil(message:find("/lua/blotter/", 1, true), message)
      assert.is_truthy(message:find(case[2], 1, true), case[1] .. ": " .. message)
    end
    assert.is_true(#RAISED > 100, #RAISED)
  end)

  it("of data or of files is given back, with what to do", function()
    for _, case in ipairs(GIVEN) do
      local ok, result, message = run(case)
      assert.is_true(ok, case[1] .. ": " .. tostring(result))
      assert.is_nil(result, case[1])
      assert.is_truthy(message:find((case[2]:gsub("@", folder)), 1, true), case[1] .. ": " .. message)
    end
  end)

  it("is not what a reading gives besides its rows", function()
    local db = assert(blotter.open(folder .. "/saved.blt"))
    assert(db:save("direct", blotter.csv(folder .. "/t.csv")))
    assert(db:save("asserted", assert(blotter.csv "a,b\n1,2\n")))
    assert.error_matches(function() db:save("t", assert(blotter.csv "a\n1\n"), 3) end, "save: takes 2 arguments, got 3")
    db:close()
  end)
end)
