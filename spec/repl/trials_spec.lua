--- What a new user wants of a messy file and of the dataset, a line each, as the README says them.
local blotter = require "blotter"
local command = require "command"

-- Files of five kinds: how each is read, in one line, and its column of texts, of days and of numbers.
local FILES = {
  { "Stand 2014\nLand;Tag;Anzahl;Anteil\nKR;31.01.2012;1.234;12,5 %\nJP;1.2.2013;99;0,1 %\n\nQuelle: caf\xE9\n",
    'blotter.csv("@", {encoding = "latin1", skip = 1, skip_tail = 1, decimal_mark = ",", percent = true})',
    "Land", "Tag", "Anzahl" },
  { "geo\\time\t2012\t2013\nKR\t12 p\t:\nJP\t7\t9 b\n",
    'blotter.csv("@", {flags = "2012, 2013"}):unpivot {cols = "2012, 2013", name = "y", value = "n"}'
      .. ':derive "day = date(int64(y), 1, 1), geo = `geo\\\\time`"', "geo", "day", "n" },
  { 'State,Received,Cost\nOhio,1/2/2012,"$1,234.50"\nUtah,1/31/2013,"$610.00"\nOhio,2/1/2013,N/A\n',
    'blotter.csv("@", {thousands = ",", currency = true, nulls = "N/A"})', "State", "Received", "Cost" },
  { "\xFF\xFE" .. ("sep=;\nName;Reports;;\nAgency;2012;2013;\nICE;1;2;\n"):gsub(".", "%0\0"):gsub("\n%z", "\n\0"),
    'blotter.csv("@", {header = 2}):unpivot {cols = "Reports_2012, Reports_2013", name = "w", value = "n"}'
      .. ':derive "day = date(int64(right(w, 4)), 1, 1)"', "Name_Agency", "day", "n" },
  { "\xB1\xB9\xB0\xA1,day,n\n\xC7\xD1\xB1\xB9,2012-01-31,3\n\xC7\xD1\xB1\xB9,2013-01-31,5\n",
    'blotter.csv("@", {encoding = "euc-kr"}):rename "land = 국가"', "land", "day", "n" },
}

local TASKS = {
  "t:columns()", 't:where "V > 0":count()', 't:by "K":agg "n = sum(V)":order "n desc"',
  't:left_join(blotter.csv "code,name\\nKR,Korea\\n", "K == code"):by "name":agg "n = sum(V)"',
  't:by "K":agg "n = sum(V)":window {derive = "share = round(100.0 * n / sum(n), 1)"}',
  't:by "y = year(D)":agg "n = sum(V)":window {order = "y", derive = "change = n - lag(n)"}',
  't:pivot {rows = "K", cols = "year(D)", value = "sum(V)", totals = true}', "t:describe()",
  't:by "K":agg "n = sum(V)":csv()',
}

local QUESTIONS = {
  'ops:find "predator"', 'ops:total("arrests", {subject = "operation predator"})',
  'ops:total("arrests", {by = "year"})',
  'ops:total("arrests", {by = "area", period = "2014"})', 'ops:total("victims identified", {area = "South Korea"})',
  'ops:figures {subject = "ICSE"}', 'ops:reconcile {subject = "ICE"}', 'ops:network "FACE"',
  'ops:at "2013-03-31":total("arrests", {subject = "operation predator"})',
  'ops:figures {indicator = "arrests"}:order "value desc":select "subject, value, printed, source":limit(5)',
}

describe("a new user", function()
  local folder
  setup(function() folder = command.folder() end)
  teardown(function() command.remove(folder) end)

  --- What a line gives; an error fails.
  local function given(line, scope)
    return assert(load("return " .. line, "=line", "t", scope))()
  end

  for i, file in ipairs(FILES) do
    it("does nine tasks on a messy file in a line each: " .. i, function()
      local path = command.spill(("%s/%d.csv"):format(folder, i), file[1])
      local scope = { blotter = blotter }
      scope.t = assert(given(file[2]:gsub("@", path), scope))
      local types = {}
      for _, column in ipairs(scope.t:columns()) do types[column.name] = column.type end
      assert.equal("string", types[file[3]])
      assert.equal("date", types[file[4]])
      assert.is_true(types[file[5]] == "int64" or types[file[5]] == "float64")
      for _, task in ipairs(TASKS) do
        local line = task:gsub("%f[%w]K%f[%W]", file[3]):gsub("%f[%w]D%f[%W]", file[4]):gsub("%f[%w]V%f[%W]", file[5])
        assert.is_true(#tostring(given(line, scope)) > 0, line)
      end
    end)
  end

  it("asks the dataset ten questions in a line each", function()
    local scope = { ops = assert(blotter.operations()) }
    for _, line in ipairs(QUESTIONS) do
      local answer = tostring(given(line, scope))
      assert.is_true(#answer > 0 and not answer:find "^no figures" and not answer:find "\n0 rows", line .. answer)
    end
  end)
end)
