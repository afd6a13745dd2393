--- Help finds what newcomers look for, and the lines of the reference do what they say.
local blotter = require "blotter"
local command = require "command"
local help = require "blotter.repl.help"

--- The lines of the chapter "A line each".
local function lines()
  local list = {}
  for line in io.lines "lua/blotter/README.md" do
    local looked_for, code = line:match "^| ([^`|]+) | ``?([^`].-)``? |$"
    if looked_for then list[#list + 1] = { looked_for, code } end
  end
  return list
end

describe("help", function()
  it("answers the words of other tools, and what is looked for", function()
    for word, part in pairs {
      ["pivot table"] = "t:pivot {", crosstab = "t:pivot {", vlookup = "t:left_join(", ["index match"] = "t:left_join(",
      ["group by"] = 't:by "country":agg', groupby = 't:by "country":agg', having = ':where "total > 100"',
      dedupe = "t:distinct", duplicates = "times > 1", percentage = "100.0 * n / sum(n)", share = "100.0 * n",
      ["moving average"] = "rows = 7", rolling = "t:window", ["running total"] = "cumsum(n)", excel = 't:xlsx "',
      json = 't:jsonl "', chart = ":plot {", graph = ":plot {", export = 't:csv "', write = 't:csv "',
      load = "blotter.csv",
      missing = "n == nil", null = "n == nil", NA = "nulls =", ["year over year"] = "lag(n)", yoy = "lag(n)",
      growth = "lag(n)", previous = "lag(n)", sort = "t:order", filter = "t:where", average = "mean(n)",
      percentile = "quantile(n, 0.9)", std = "stddev(n)", merge = "t:left_join(", ["left join"] = ":left_join",
      across = "statements of one thing", insert = "t:append", ["date format"] = "format(received",
      substring = "split_part", split = "split_part", ["case when"] = "if(n > 100", cast = "string(n)",
      semicolon = 'decimal_mark = ","', ["decimal comma"] = 'decimal_mark = ","', ["leading zeros"] = "types =",
      quit = "os.exit()", random = "sample", melt = ":unpivot", gaps = ":fill", histogram = "bin(n, 50)",
      outliers = "stddev(n)", correlation = "corr(n, id)", latex = "t:html", fillna = "coalesce", iterate = "t:rows()",
      speed = "explain", countif = "count()", xlsx = "f:xlsx(path", ["fiscal year"] = "fiscal_year(D, k)",
      indicators = 'ops:table "indicators"', areas = 'ops:table "areas"', definition = 'ops:row("indicators"',
      ["operations of a country"] = "ops:operations", contradictions = "ops:reconcile", postgres = "blotter.connect",
      interpolate = "between neighbours", ["excel date"] = "1899-12-30", ["serial date"] = "1899-12-30",
      ["title line"] = "skip = 1", ["total line"] = "skip_tail = 1", ["thousands separator"] = "thousands =",
      ["column with a space"] = "`odd name` > 5", ["duplicate rows"] = "times > 1", ["read excel"] = "saved as CSV",
      ["print all rows"] = "t:show(", ["median by group"] = "median(n)", ["case insensitive"] = "lower(country)",
      ["empty rows"] = "drop_blank", dollar = "currency = true", ["percent change"] = "lag(n)", cite = "ops:cite",
      citation = "ops:cite", report = "ops:report", ["report to a file"] = "ops:report", backticks = "`odd name`",
      ["total row"] = "skip_tail", ["sheet name"] = "sheet =", ["average by group"] = "mean(n)",
    } do
      local text = help.text(word)
      assert.is_truthy(text:find(part, 1, true), word .. ": " .. text)
      assert.is_truthy(select(2, text:gsub("\n", "")) < 60, word .. " is answered at length")
    end
  end)

  it("shows the chapter that is called so, and all of what is about a name", function()
    assert.is_truthy(help.text "joins":find "^Joins\n")
    assert.is_truthy(help.text "A line each":find "^A line each\n")
    assert.is_truthy(help.text "total":find "the figure that stands for it%)") -- a paragraph is wrapped once
    assert.is_truthy(help.text "pivot":find("totals adds", 1, true))
    assert.is_nil(help.text "in":find "^Inside callbacks")
    assert.equal("nothing is known of 'qantile': did you mean 'quantile'?", help.text "qantile")
  end)
end)

describe("a line of the reference", function()
  local folder, scope = nil, nil
  setup(function()
    folder = command.folder()
    command.spill(folder .. "/tips.csv", "id,country,received,n,s\n1,KR,2012-01-31,120,web-1\n"
      .. "2,KR,2012-02-01,80,phone-2\n3,JP,2013-02-01,45,web-3\n4,JP,2013-11-05,,web-4\n")
    command.spill(folder .. "/more.csv", "id,country,received,n,s\n5,US,2013-01-31,7,x-1\n")
    scope = setmetatable({ ops = assert(blotter.operations()), print = function() end,
      os = { exit = function() end } }, { __index = _G })
    scope.blotter = setmetatable({}, { __index = blotter })
  end)
  teardown(function() command.remove(folder) end)

  it("does what it says", function()
    local list = lines()
    assert.is_true(#list > 55, #list)
    for _, line in ipairs(list) do
      local code = line[2]:gsub('"(%w+%.%w+)"', ('"%s/%%1"'):format(folder))
      scope.t = assert(blotter.csv(folder .. "/tips.csv"))
      scope.other = blotter.csv "country,area\nKR,Korea\nJP,Japan\n"
      local run = load("return " .. code, line[2], "t", scope) or assert(load(code, line[2], "t", scope))
      local done = table.pack(run())
      assert.is_nil(done[1] == nil and done[2] or nil, line[2])
      if done[1] ~= nil then assert.is_string(tostring(done[1])) end
    end
  end)
end)
