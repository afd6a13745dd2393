--- What people write who come from other tools, and what is written here.
--
-- Each entry is a word in small letters without its underscores (`group_by` and `groupBy` are one) and the text that
-- follows "write". An entry is only used where the word itself is unknown, so that one that becomes a verb or a
-- function later is simply no longer looked up.

local habits = {}

--- {answer = "words that it answers"} as {word = answer}.
local function by_word(answers)
  local words = {}
  for answer, list in pairs(answers) do
    for word in list:gmatch "%S+" do
      assert(not words[word], word) -- a word has one answer, whatever the order of the table
      words[word] = answer
    end
  end
  return words
end

--- Verbs of tables, queries and frames.
habits.verbs = by_word {
  [ [[:where "n > 5"]] ] = "filter filterby query_where find subset wherein restrict whereby having keep loc rowswhere",
  [ [[:by "country":agg "total = sum(n)"]] ] = "groupby group groupedby aggregate summarise summarize reduce summary "
    .. "tapply groupwise",
  [ [[:by "country":agg "n = count()"]] ] = "valuecounts countby tally frequency frequencies freq histogram groupcount",
  [ [[:agg "x = sum(n)" (mean, min, max, median, quantile and others stand there, too)]] ] = "sum mean avg average min "
    .. "max median std stddev var variance quantile nunique total minimum maximum",
  [ [[:order "n desc"]] ] = "sort sortby sortvalues sorted arrange orderby orderedby asc desc",
  [ [[:limit(10)]] ] = "take firstn fetch first_rows peek firsts",
  [ [[:tail(10)]] ] = "lastn last",
  [ [[#t, or :count()]] ] = "len length size nrow nrows numrows rowcount height shape dim",
  [ [[:derive "share = n / 10"]] ] = "mutate transform assign withcolumn withcolumns addcolumn addcolumns with extend "
    .. "compute eval map apply calculate setcolumn",
  [ [[:select "a, b"]] ] = "project pick keepcolumns choose columnsonly relocate reorder",
  [ [[:rename "new = old"]] ] = "renamecolumn renamecolumns",
  [ [[:drop "a, b"]] ] = "dropcolumn dropcolumns removecolumn",
  [ [[:join(other, "id"), or left_join, full_join, semi_join, anti_join]] ] = "merge innerjoin joinon lookup mergeleft "
    .. "jointable combine leftmerge outerjoin",
  [ [[:left_join(other, "id")]] ] = "leftouterjoin leftjoins vlookup joinleft",
  [ [[:full_join(other, "id")]] ] = "fullouterjoin",
  [ [[:anti_join(other, "id")]] ] = "antijoins notin setdiff minus difference",
  [ [[:union_all(other)]] ] = "concat rbind bindrows vstack appendall unionbyname addrows cat",
  [ [[:distinct "a, b"]] ] = "uniq unique dropduplicates deduplicate dedup dedupe nub distinctrows",
  [ [[:top(10, "n")]] ] = "nlargest slicemax topn topk largest nsmallest slicemin smallest",
  [ [[:skip(n):limit(m)]] ] = "offset slice iloc range rowsfrom",
  [ [[:window {by = "country", order = "day",
  derive = "running = cumsum(n)"}]] ] = "over rolling cumsum lag lead shift "
    .. "partitionby rank rownumber diff expanding",
  [ [[:pivot {rows = "a", cols = "b",
  value = "sum(n)"}]] ] = "pivottable crosstab spread dcast pivotwider crosstabulate",
  [ [[:unpivot {cols = "a, b"}]] ] = "melt pivotlonger gather stack unstack wide_to_long",
  [ [[:by "rollup(a, b)"]] ] = "rollup",
  [ [[:by "cube(a, b)"]] ] = "cube",
  [ [[:by "grouping_sets(set(a, b), a, set())"]] ] = "groupingsets groupingset",
  [ [[:where "x ~= nil"]] ] = "dropna dropnulls dropnull notnull removenulls naomit",
  [ [[:derive "x = coalesce(x, 0)"]] ] = "fillna fillnull fillnulls replacena ifnull",
  [ [[print(t), or :show(rows)]] ] = "print display dump tostring view printrows pprint glimpse",
  [ [[:csv "out.csv"]] ] = "tocsv writecsv savecsv exportcsv export write towritecsv saveas",
  [ [[:xlsx "out.xlsx"]] ] = "toexcel excel writexlsx writeexcel toxlsx",
  [ [[:markdown()]] ] = "tomarkdown kable md",
  [ [[:html "out.html"]] ] = "tohtml writehtml",
  [ [[:parquet "out.parquet"]] ] = "toparquet writeparquet sinkparquet",
  [ [[:arrow "out.arrow"]] ] = "toarrow writeipc sinkipc writefeather tofeather writearrow toipc",
  [ [[:jsonl "out.jsonl"]] ] = "tojson tojsonl json writejson ndjson tondjson todicts_json",
  [ [[db:save("name", t)]] ] = "save persist store insertinto towrite saveto",
  [ [[:totable()]] ] = "tolist todict todicts toarray toarrays fetchall all array records torecords",
  [ [[:first()]] ] = "fetchone one getone single",
  [ [[for i, row in t:rows() do … end]] ] = "each foreach iter iterate iterrows ipairs pairs itertuples next cursor",
  [ [[:values "n"]] ] = "column col pluck pull getcolumn series vector field",
  [ [[:columns()]] ] = "names colnames fields schema columnnames dtypes types info header",
  [ [[:collect()]] ] = "run execute exec evaluate materialize materialise toframe todataframe topandas",
  [ [[:sample(10)]] ] = "samplen random samplerows slicesample",
  [ [[t:append{…} on a table]] ] = "insert add push addrow insertrow appendrow put insertmany",
  [ [[t:append_rows{…} on a table]] ] = "bulkinsert appendmany extendrows insertall",
  [ [[t:delete "n > 5" on a table]] ] = "delete remove deletewhere deleterows removerows truncate del",
  [ [[t:update("n > 5", "n = 0") on a table]] ] = "update set updatewhere modify replacewhere change",
  [ [[t:upsert{…} on a table]] ] = "upsert replace insertorreplace insertorupdate mergeinto",
  [ [[:describe()]] ] = "summarytable profile skim",
  [ [[:head(5)]] ] = "head5",
  [ [[:columns() or :show()]] ] = "str",
}

--- Calls of a database.
habits.database = by_word {
  [ [[db:table "name":where "n > 5"]] ] = "query select execute exec sql where from run find get gettable opentable",
  [ [[db:create("name", "id int64 key, country string")]] ] = "createtable newtable addtable maketable define",
  [ [[db:table "name":append{…}]] ] = "insert append add insertinto put",
  [ [[db:tables()]] ] = "list listtables showtables tablenames ls names",
  [ [[db:drop "name"]] ] = "deletetable remove droptable delete removetable",
  [ [[db:import("name", path)]] ] = "load readcsv importcsv loadcsv csv read copy",
  [ [[db:save("name", query)]] ] = "savetable write store createas savequery register",
  [ [[db:transaction(function(db) … end)]] ] = "atomic withtransaction transact",
  [ [[db:compact()]] ] = "vacuum shrink optimize optimise gc",
  [ [[db:commit()]] ] = "flush sync checkpoint",
  [ [[db:info()]] ] = "stats status path describe",
}

--- The module.
habits.module = by_word {
  [ [[blotter.csv "file.csv"]] ] = "readcsv loadcsv fromcsv load read readtable tsv readtsv readfile fread import",
  [ [[blotter.arrow "file.arrow"]] ] = "readipc readfeather fromarrow scanipc readarrow loadarrow readipcstream",
  [ [[blotter.sqlite("file.sqlite", "table")]] ] = "readsql readsqlite fromsqlite readsqltable readdatabase",
  [ [[blotter.parquet "file.parquet"]] ] = "readparquet fromparquet scanparquet loadparquet",
  [ [[blotter.jsonl "file.jsonl"]] ] = "readjson json ndjson readjsonl readndjson fromjson loadjson jsonlines",
  [ [[blotter.open "file.blt", or blotter.memory()]] ] = "connect database db new create opendb connection file",
  [ [[blotter.table "id int64, country string"]] ] = "dataframe frame df maketable newtable createtable tibble",
  [ [[blotter.operations()]] ] = "ops dataset data figures operation loaddata",
  [ [[a query as t:where "n > 5", on a table]] ] = "sql query select where filter execute",
  [ "blotter.null" ] = "none na nil nan",
  [ "blotter.memory_used()" ] = "memoryused memoryusage usage",
}

--- The operations dataset.
habits.ops = by_word {
  [ [[ops:figures {subject = "icse"}]] ] = "find search figure list select where filter get statements numbers",
  [ [[ops:total("arrests", {by = "area, year"})]] ] = "sum totals count add_up totalby aggregate by group groupby",
  [ [[ops:reconcile()]] ] = "check checks validate verify findings contradictions conflicts",
  [ [[ops:network("icse", {depth = 2})]] ] = "graph links net tree related",
  [ [[ops:at "2013-03-31"]] ] = "asof as_known on snapshot",
  [ [[ops:row("subjects", "icse")]] ] = "subject record", [ [[ops:row("sources", "ice-2014-1")]] ] = "source",
  [ [[ops:row("indicators", "arrests")]] ] = "indicator", [ [[ops:row("areas", "KR")]] ] = "area",
  [ [[ops:table "indicators", ops:row("indicators", "arrests").definition]] ] = "indicators definition definitions",
  [ [[ops:table "areas"]] ] = "areas", [ [[ops:table "relations"]] ] = "relations",
  [ [[ops:table "judgements"]] ] = "judgements",
  [ [[ops:table "figures":columns()]] ] = "columns fields schema",
  [ [[ops:report "overview" (ops:reports() lists them)]] ] = "overview profile publish page",
  [ [[ops:cite(figure)]] ] = "citation citations reference references howtocite bibliography",
  [ [[ops.names]] ] = "tables resources list_tables",
  [ [[ops:import(path)]] ] = "load importfile read",
}

--- Functions and aggregates of expressions.
habits.functions = by_word {
  ["mean(x)"] = "avg average",
  ["stddev(x)"] = "std stdev sd stddevsamp",
  ["stddev_pop(x)"] = "stdevp stdp",
  ["variance(x)"] = "var varsamp vars",
  ["variance_pop(x)"] = "varpop varp",
  ["len(s)"] = "length charlength nchar strlen characterlength size",
  ["coalesce(x, 0)"] = "ifnull nvl isnan_null fillna zn firstnotnull",
  ["if(condition, a, b)"] = "iif ifelse when choose decode cond casewhen ifs switch",
  ["x == nil"] = "isna isnil isnone isnotnull notnull isempty isblank",
  ["nullif(a, b)"] = "nullwhen naif",
  ["date(x), or date(s, 'dd.mm.yyyy')"] = "todate asdate parsedate strptime makedate strtodate",
  ["timestamp(x)"] = "datetime todatetime totimestamp astimestamp",
  ["string(x)"] = "tochar str text varchar tostring tostr astext char",
  ["int64(x)"] = "int integer bigint toint toint64 tointeger asinteger",
  ["float64(x)"] = "float double real number tonumber tofloat numeric asnumeric num",
  ["int64(x), float64(x), string(x), date(x) or decimal(x, p, s)"] = "cast convert trycast astype as",
  ["decimal(x, p, s)"] = "todecimal money",
  ["count_distinct(x)"] = "uniq nunique ndistinct countunique uniqexact distinctcount distinct countd",
  ["approx_distinct(x)"] = "approxcountdistinct hll",
  ["upper(s)"] = "ucase toupper upcase uppercase",
  ["lower(s)"] = "lcase tolower downcase lowercase",
  ["substr(s, from, n)"] = "substring mid sub strsub slice",
  ["find(s, part)"] = "instr strpos position charindex locate indexof",
  ["trim(s)"] = "strip trimws btrim",
  ["like(lower(s), '%part%')"] = "ilike glob",
  ["matches(s, 'regex')"] = "regexplike regex rlike match grepl regexpmatches grep regexp similar strmatch",
  ["extract(s, 'regex')"] = "regexpextract regexextract regexpsubstr strextract",
  ["regex_replace(s, 'regex', by)"] = "regexpreplace gsub",
  ["replace(s, a, b)"] = "replaceall sub_all translate strreplace",
  ["format(day, 'dd.mm.yyyy')"] = "strftime dateformat formatdate todaystring formatdatetime",
  ["split_part(s, ',', n)"] = "split strsplit splitpart",
  ["contains(s, part)"] = "strcontains includes has instring",
  ["a .. b"] = "paste paste0 strcat concatws",
  ["string_agg(s, ', ')"] = "groupconcat listagg arrayagg join collectlist list stringagg",
  ["quantile(x, 0.9)"] = "percentile percentilecont percentiledisc pct",
  ["count()"] = "n nrow rows counter numrows counta",
  ["sum(x)"] = "total summe",
  ["sum_if(x, condition)"] = "sumif sumifs",
  ["count_if(condition)"] = "countif countifs",
  ["mean_if(x, condition)"] = "averageif averageifs avgif meanif",
  ["max_if(x, condition)"] = "maxif maxifs", ["min_if(x, condition)"] = "minif minifs",
  ["first(x)"] = "firstvalue anyvalue arbitrary",
  ["last(x)"] = "lastvalue",
  ["top(x, k)"] = "nlargest topk",
  ["trunc(day, 'month')"] = "datetrunc floordate startofmonth tomonth",
  ["year(day), month(day), day(day) …"] = "datepart dateextract",
  ["weekday(day)"] = "dow dayofweek wday isodow",
  ["dayofyear(day)"] = "doy yday",
  ["week(day)"] = "isoweek weekofyear weeknum",
  ["date_diff(from, to, 'day')"] = "datediff difftime daysbetween timestampdiff age",
  ["date_add(day, n, 'month')"] = "dateadd addmonths adddays addmonth datesub timestampadd edate",
  ["$today, with {today = os.date \"%Y-%m-%d\"}"] = "now today currentdate currenttimestamp getdate sysdate",
  ["ceil(x)"] = "ceiling roundup",
  ["log(x)"] = "ln",
  ["pow(x, y) or x ^ y"] = "power",
  ["trunc(x)"] = "truncate fix",
  ["a % b"] = "mod modulo rem",
  ["lua($f, x), with a function as f"] = "apply call map udf func",
  ["a // b"] = "div intdiv idiv",
  ["sqrt(x)"] = "squareroot sqr",
  ["between(x, a, b)"] = "isbetween",
  ["x in ('a', 'b')"] = "isin oneof inlist",
  ["t:sample(n)"] = "random rand runif randbetween",
  ["min(a, b)"] = "pmin",
  ["max(a, b)"] = "pmax",
  ["corr(y, x)"] = "correl cor correlation",
  ["mode(x)"] = "modal",
  ["bin(x, width)"] = "histogram widthbucket bucket ntile_width",
  ["median(x)"] = "med",
  ["a window, as t:window {order = \"day\", derive = \"before = lag(n)\"}"] = "shift diff pctchange cumulative "
    .. "runningtotal rollingmean movingavg",
}

--- Options of other tools, by the name that an option has here. It is proposed where it is an option.
habits.options = by_word {
  delimiter = "sep delim separator fielddelim fs fieldsep", by = "partitionby partition groupby group",
  nulls = "navalues nullvalues nullvalue nullstr null na nastrings", x = "labels xaxis", y = "yaxis height",
  cols = "columns column pivot namesfrom valuevars", rows = "index row idcols idvars",
  value = "values valuesfrom aggfunc agg val", totals = "margins total subtotals", order = "orderby sort sortby",
  derive = "select add", names = "columnnames colnames headers", types = "dtype dtypes coltypes schema columntypes",
  skip = "skiprows skiplines", skip_tail = "skipfooter skipend", thousands = "thousandsseparator groupingmark",
  decimal_mark = "decimal dec decimalseparator decimalmark", dates = "dateformat dateformats parsedates dayfirst",
  trim = "strip stripwhite trimws skipinitialspace", on_error = "onbadlines ignoreerrors badlines errors",
  comment = "commentchar", quote = "quotechar quotestring", escape = "escapechar", over = "time date",
  fill = "fillvalue missing valuesfill default", with = "value", suffix = "suffixes lsuffix rsuffix",
  validate = "relationship", encoding = "fileencoding charset", flatten = "unnest", seed = "randomstate rngseed",
  readonly = "mode", header = "hasheader",
}

--- Commands of other tools, and files' formats.
habits.commands = by_word {
  query = "select filter sql where sort head tail join group count aggregate",
  describe = "summary stats profile info freq",
  schema = "columns types headers", export = "convert save write copy to", import = "load insert add read",
  search = "find grep lookup", report = "show print render", repl = "shell lua prompt console", manual = "man help",
}
--- Options of a command by the words of other tools; each is proposed where the command has it.
habits.command_options = by_word {
  ["--by"] = "groupby group", ["--order"] = "sort orderby sortby", ["--where"] = "filter having query condition",
  ["--select"] = "columns fields cols keep", ["--limit"] = "head first n rows max top",
  ["--agg"] = "aggregate sum summarise",
  ["--output"] = "out outfile to file", ["--format"] = "as type outputformat", ["--delimiter"] = "sep separator fs",
  ["--skip"] = "skiprows skiplines", ["--skip-tail"] = "skipfooter", ["--nulls"] = "na navalues null",
  ["--dates"] = "dateformat parsedates dayfirst", ["--decimal-mark"] = "decimal dec", ["--types"] = "dtype schema",
  ["--derive"] = "mutate compute add", ["--left-join"] = "merge lookup", ["--distinct"] = "unique uniq dedupe",
}

habits.formats = by_word {
  xlsx = "excel xls spreadsheet", latex = "tex pdf", text = "txt plain table", html = "htm web",
  jsonl = "ndjson jsonlines", parquet = "pq", arrow = "feather ipc", csv = "tsv",
}

--- What a filter of the dataset is asked by, and what stands for it.
habits.filters = by_word {
  ["{area = …}"] = "country countries place location region nation",
  ["{period = …}, such as \"2014\" or \"2010/2014\""] = "year years date dates month time when from to since until",
  ["{subject = …}"] = "operation name agency programme project who case",
  ["{indicator = …}"] = "type kind what measure metric variable",
  ["where, behind it: :where \"value > 100\""] = "value low high best min max number printed",
}

--- Words and signs inside a text, by the token at which reading stops.
habits.words = {
  ["{"] = "a list is written (a, b)", ["}"] = "a list is written (a, b)",
  ["="] = "to compare, write '=='", is = "null is found by 'x == nil'", null = "write 'nil'",
  like = "write 'like(s, pattern)'", ilike = "write 'like(lower(s), pattern)'",
  between = "write 'between(x, a, b)'", as = "a new name stands first: 'm = n + 1'",
  ["*"] = "rows are counted by 'count()'", desc = "'desc' stands in small letters behind a column, in order and top",
  descending = "write 'n desc'", ascending = "write 'n asc'", asc = "'asc' stands in small letters behind a column",
  over = "windows are a verb: t:window {by = \"country\", derive = \"running = cumsum(n)\"}",
  case = "write 'if(condition, a, b)'", when = "'case' stands before it, or write 'if(condition, a, b)'",
  ["then"] = "write 'if(condition, a, b)'",
  ["else"] = "write 'if(condition, a, b)'", ["and"] = "write 'and', in small letters", ["or"] = "write 'or'",
  ["not"] = "write 'not', in small letters", ["in"] = "write 'in', in small letters", xor = "write 'a ~= b'",
  mod = "write 'a % b'", div = "write 'a // b'", from = "the table stands before the verb: t:select \"a, b\"",
  where = "each verb is a call of its own: t:where \"n > 5\":select \"a, b\"",
  by = "each verb is a call of its own: t:by \"country\":agg \"n = count()\"",
  order = "each verb is a call of its own: t:order \"n desc\"", group = "write t:by \"country\":agg \"n = count()\"",
  limit = "each verb is a call of its own: t:limit(10)", nulls = "'nulls first' stands behind a column of order",
  ["if"] = "write 'if(condition, a, b)'", ["end"] = "",
  ["."] = "columns and functions stand by themselves: n, upper(s)", on = "write t:join(other, \"id\")",
  interval = "write 'day + 7', or 'date_add(day, 1, \"month\")'", collate = "write 'lower(s)'",
}

--- The same by the word before it.
local BEHIND = "it stands behind its column: 'n desc nulls first'"
habits.before = { distinct = "write 'count_distinct(x)'", case = "write 'if(condition, a, b)'", desc = BEHIND,
  asc = BEHIND, nulls = BEHIND, when = "'case' stands before it, or write 'if(condition, a, b)'" }

--- Signs that no expression knows.
habits.signs = {
  ["?"] = "a value from outside is '$1', with {value} after the text; a choice is 'if(condition, a, b)'",
  [":"] = "a new name is written 'x = sum(n)', a type 'int64(n)', a function 'upper(s)'",
  ["["] = "a list is written (a, b)",
  ["~"] = "write 'matches(s, \"regex\")', or '~=' for not equal", ["\\"] = "a backslash stands only in a string",
  ["$"] = "a parameter is '$name', with {name = value} after the text", ["#"] = "write 'len(s)', or 'count()'",
  ["@"] = "a parameter is '$name', with {name = value} after the text",
}

local function bare(word)
  return (word:lower():gsub("_", ""))
end

--- What is written for `word` by the list `of`, or nil.
function habits.answer(of, word)
  local answer = of[bare(word)] or of[word:lower()]
  return answer ~= "" and answer or nil
end

return habits
