-- A new source is validated whole, reconciled, and written or refused; nothing is half-written.

local cjson = require "cjson"
local operations = require "blotter.ops"
local package_copy = require "package_copy"

-- Ten statements, of which three cannot stand beside what the package holds: 150 arrests in Operation Orion
-- International, 20 arrests in Seoul, and 500 arrests before October 2014 in a total of 8,720 that ended in 2013.
local function source_of_ten()
  local orion = {subject = "orion-international-2024", period_start = "2024-05-01",
    period_end = "2024-09-30", period_kind = "range", period_precision = "month"}
  local function statement(printed, more, base)
    local figure = {indicator = "arrests", printed = printed, locator = 1}
    for name, value in pairs(base or {}) do figure[name] = value end
    for name, value in pairs(more or {}) do figure[name] = value end
    return figure
  end
  return {
    publishers = {{id = "examplepost", name = "Example Post", area = "GB", type = "press", official = false}},
    source = {id = "examplepost-2024-1", publisher = "examplepost", title = "A look back",
      date_published = "2024-12-01",
      url = "https://example.org/look-back"},
    figures = {
      statement("155", nil, orion), -- conflicts with 144
      statement("more than 140", nil, orion), -- agrees with 144
      statement("20", {indicator = "victims_safeguarded"}, orion), -- agrees
      statement("12", {indicator = "countries_participating"}, orion), -- agrees
      statement("27", {subject = "seoul-2014", area = "KR", period = "2014-11-12"}), -- conflicts with 19
      statement("at least 4", {subject = "seoul-2014", indicator = "house_searches", area = "KR",
        period = "2014-11-12"}),
      statement("7,777", {subject = "operation-predator", area = "US", period_kind = "since",
        period_start = "2003-01-01", period_end = "2012-12-31", period_precision = "year"}), -- falls from 11,600
      statement("more than 100", {subject = "seoul-2014", indicator = "devices_seized", area = "KR",
        period = "2014-11-12"}),
      statement("2.5 million", {subject = "face-project", indicator = "funding", currency = "EUR", period = "2023"}),
      statement("5", {subject = "icse", indicator = "countries_with_offices", period_kind = "as_of",
        period_end = "2024-12-01", period_precision = "day"}),
    },
  }
end

describe("import", function()
  local copy, ops

  before_each(function()
    copy = package_copy.new()
    ops = assert(operations.open(copy.path))
  end)
  after_each(function() copy:remove() end)

  local function snapshot()
    local texts = {}
    for _, name in ipairs {"publishers", "sources", "figures"} do texts[name] = copy:read(name .. ".csv") end
    return texts
  end

  it("reads numbers in words, and refuses a text that holds none", function()
    local record = source_of_ten()
    record.figures = {{subject = "seoul-2014", indicator = "devices_seized", area = "KR", period = "2014-11-12",
      printed = "nearly two hundred and fifty-five", locator = 1}}
    assert(ops:add(record))
    local figure = ops:figures {source = "examplepost-2024-1"}[1]
    assert.same({255, 230, 254, "nearly"}, {figure.value, figure.low, figure.high, figure.qualifier})
    record.source.id, record.publishers, record.figures[1].printed = "examplepost-2024-2", nil, "quite a few"
    local report, problem = ops:add(record)
    assert.is_nil(report)
    assert.matches("'quite a few' is refused", problem, 1, true)
  end)

  -- A record of one source with `count` numbers that do not end in zeros, and then these.
  local function list_of(count, ...)
    local record = source_of_ten()
    record.figures = {}
    local function say(printed)
      table.insert(record.figures, {subject = "ncmec-cybertipline", indicator = "urls_blocked", printed = printed})
    end
    for i = 1, count do say(tostring(7013 + 101 * i)) end
    for _, printed in ipairs {...} do say(printed) end
    for i, row in ipairs(record.figures) do row.locator, row.period = i, tostring(1980 + i) end
    return record
  end

  local function last_of(record)
    assert(ops:add(record))
    local figures = ops:figures {source = "examplepost-2024-1"}
    local last = figures[#figures]
    return {last.qualifier, last.low, last.high, last.stated}
  end

  it("takes a number that ends in zeros for exact in a long list of numbers that do not", function()
    assert.same({"exact", 9400, 9400, "qualifier"}, last_of(list_of(19, "9,400")))
  end)

  it("takes it for round in a short list, beside other round ones, and where the record says so", function()
    assert.same({"round", 8930, 9870}, last_of(list_of(18, "9,400")))
    copy:remove()
    copy = package_copy.new()
    ops = assert(operations.open(copy.path))
    assert.same({"round", 8930, 9870}, last_of(list_of(19, "3,100", "5,000", "9,400")))
    copy:remove()
    copy = package_copy.new()
    ops = assert(operations.open(copy.path))
    local record = list_of(19, "9,400")
    record.figures[20].qualifier = "round"
    assert.same({"round", 8930, 9870}, last_of(record))
  end)

  it("writes a source of ten statements and reports exactly the three that conflict", function()
    local before = #ops:figures {}
    local report = assert(ops:add(source_of_ten()))
    assert.equal(10, #report.added.figures)
    local conflicting = {}
    for _, finding in ipairs(report.findings) do
      for _, group in ipairs {finding.figures, finding.also} do
        for _, figure in ipairs(group) do
          if figure.source == "examplepost-2024-1" then conflicting[figure.id] = true end
        end
      end
    end
    assert.same({["examplepost-2024-1.01"] = true, ["examplepost-2024-1.05"] = true, ["examplepost-2024-1.07"] = true},
      conflicting)
    assert.equal(before + 10, #ops:figures {})
    local again = assert(operations.open(copy.path))
    assert.equal(before + 10, #again:figures {})
    local money = again:figures {source = "examplepost-2024-1", indicator = "funding"}[1]
    assert.same({2500000, 2450000, 2550000}, {money.value, money.low, money.high})
  end)

  it("refuses a broken one whole, with all its errors at once", function()
    local record, before = source_of_ten(), snapshot()
    record.figures[1].indicator = "arests"
    record.figures[2].printed = nil
    record.figures[3].period_start = "2024-02-30"
    record.figures[4].part_of = "nothing.01"
    record.figures[5].low, record.figures[5].high = 30, 20
    record.figures[6].colour = "red"
    record.figures[7].id = "ice-2014-1.01"
    record.source.publisher = "nobody"
    local done, message, problems = ops:add(record)
    assert.is_nil(done)
    for _, part in ipairs {"'arests' is not in indicators", "column 'printed': is empty", "'2024-02-30' is refused",
      "'nothing.01' is not in figures", "30 is above high, 20", "'colour': is no field of figures",
      "'ice-2014-1.01' is taken", "'nobody' is not in publishers"} do
      assert.is_truthy(message:find(part, 1, true), message .. "\nlacks: " .. part)
    end
    assert.is_true(#problems >= 8)
    assert.same(before, snapshot())
    assert.is_truthy(ops:total("arrests").total)
  end)

  it("reads JSON and CSV files, and names the line of what is wrong", function()
    local path = copy.path .. "/source.json"
    local file = assert(io.open(path, "wb"))
    file:write(cjson.encode(source_of_ten()))
    file:close()
    local report = assert(ops:import(path, {dry_run = true}))
    os.remove(path)
    assert.equal(10, #report.added.figures)

    path = copy.path .. "/source.csv"
    file = assert(io.open(path, "wb"))
    file:write("source.id,source.publisher,source.title,subject,indicator,printed,period,locator\n",
      'ice-2015-9,ice,"Seoul, again",seoul-2014,arrests,19,2014-11-12,1\n',
      ",,,seoul-2014,arests,19,2014-11-32,2\n")
    file:close()
    local done, message = ops:import(path)
    os.remove(path)
    assert.is_nil(done)
    assert.is_truthy(message:find("source.csv:3: column 'period': '2014-11-32' is not a period", 1, true), message)
    assert.is_truthy(message:find("source.csv:3: column 'indicator': 'arests' is not in indicators", 1, true), message)
    assert.is_nil(message:find("source.csv:2", 1, true))
  end)

  it("refuses a file without rows, and reads lines that end in any way and a byte-order mark", function()
    local path, written = copy.path .. "/source.csv", nil
    local function import(text, name)
      written = name and copy.path .. "/" .. name or path
      local file = assert(io.open(written, "wb"))
      file:write(text)
      file:close()
      local report, message = ops:import(written, {dry_run = true})
      os.remove(written)
      return report, message
    end
    local header = "indicator,printed,subject,locator,source.id,source.publisher,source.title"
    local row = "arrests,5,operation-predator,1,ice-2015-9,ice,Seoul again"
    for _, text in ipairs {header .. "\n", header, header .. "\r\n\r\n"} do
      assert.matches("holds no rows", select(2, import(text)))
    end
    for _, ending in ipairs {"\r", "\n", "\r\n", "\r\r\n"} do
      assert.equal(1, #assert(import("\u{FEFF}" .. header .. ending .. row .. ending)).added.figures)
    end
    assert.matches("holds no rows", select(2, import('{"figures": []}', "source.json")))
    assert.matches("source.csv:2: .*2 fields where 7", select(2, import(header .. "\narrests,5\n")))
  end)

  it("names what is wrong by its place in the record, and takes a day for the state on it", function()
    local record = source_of_ten()
    record.figures = {
      {subject = "vgt", indicator = "members", printed = "fourteen", period = "2020-01-01", period_kind = "as_of",
        locator = 1},
      {subject = "vgtt", indicator = "members", printed = "fourteen", period = "2020", locator = 2},
    }
    local done, message = ops:add(record, {dry_run = true})
    assert.is_nil(done)
    assert.equal("record:figures[2]: column 'subject': 'vgtt' is not in subjects; expected a known id: did you mean "
      .. "'vgt'?", message)
  end)

  it("takes a curator's judgement, which findings and totals follow", function()
    local function disputed()
      for _, finding in ipairs(ops:reconcile()) do
        for _, figure in ipairs(finding.figures) do
          if figure.id == "examplepost-2024-1.05" then return true end
        end
      end
      return false
    end
    assert(ops:add(source_of_ten()))
    assert.is_true(disputed())
    local done, message = ops:judge("examplepost-2024-1.05", "ice-2014-1.1", "different", "another count")
    assert.is_nil(done)
    assert.matches("did you mean 'ice%-2014%-1%.01'", message)
    assert(ops:judge("examplepost-2024-1.05", "ice-2014-1.01", "different", "another count"))
    assert(ops:judge("examplepost-2024-1.05", "ice-2014-1.02", "different", "another count"))
    assert.is_false(disputed())
    assert.matches("another count", copy:read "judgements.csv")
    done, message = ops:judge("examplepost-2024-1.05", "ice-2014-1.02", "revision", "replaced")
    assert.is_nil(done)
    assert.matches("is taken; expected a new id", message)
  end)

  it("leaves the files alone when asked to try", function()
    local before = snapshot()
    local report = assert(ops:add(source_of_ten(), {dry_run = true}))
    assert.is_true(#report.findings >= 3)
    assert.same(before, snapshot())
    assert.equal(0, #ops:figures {source = "hstoday-2013-1", value = nil, indicator = "funding"})
  end)

  it("leaves the files alone when one of them cannot be written", function()
    local before = snapshot()
    assert(os.execute("mkdir '" .. copy.path .. "/figures.csv.new'"))
    local done, message = ops:add(source_of_ten())
    os.remove(copy.path .. "/figures.csv.new")
    assert.is_nil(done)
    assert.matches("figures.csv cannot be written", message)
    assert.same(before, snapshot())
    for _, name in ipairs {"publishers", "sources"} do
      assert.is_nil(io.open(copy.path .. "/" .. name .. ".csv.new"))
    end
  end)
end)

describe("a view", function()
  local ops

  setup(function() ops = assert(operations.open "data") end)

  it("of the past holds what was published by then", function()
    local past = ops:at "2013-12-31"
    assert.is_true(#past:figures {} > 0)
    for _, figure in ipairs(past:figures {}) do assert.is_true(figure.source_row.date_published <= "2013-12-31") end
    assert.equal(0, #past:figures {subject = "orion-international-2024"})
    assert.is_true(past:total("arrests", {subject = "operation-predator", exactly = true}).total.low
      <= ops:total("arrests", {subject = "operation-predator", exactly = true}).total.low)
    assert.is_true(#ops:figures {} > #past:figures {})
  end)

  it("under another lexicon changes the bounds of that view only", function()
    local about
    for _, figure in ipairs(ops:figures {qualifier = "about"}) do
      if figure.unit == "persons" then about = about or figure end
    end
    local wide = ops:reading {about = {low = "v*0.5", high = "v*1.5"}}
    local same = wide:figures({id = about.id})[1]
    assert.same({math.ceil(about.value * 0.5), math.floor(about.value * 1.5)}, {same.low, same.high})
    assert.is_true(about.low > same.low)
  end)

  it("of the network shows who led, took part and tipped off", function()
    local net = ops:network("seoul-2014", {depth = 1})
    local edges = {}
    for _, edge in ipairs(net) do edges[edge.from .. " " .. edge.role .. " " .. edge.to] = true end
    assert.is_true(edges["ncmec led_to seoul-2014"])
    assert.is_true(edges["seoul-2014 part_of operation-predator"])
    assert.is_true(edges["smpa leads seoul-2014"])
    assert.matches("Seoul operation", net.drawing)
    assert.is_true(#ops:network("seoul-2014", {depth = 2}) > #net)
    assert.error_matches(function() ops:network "seoul-2015" end, "did you mean 'seoul%-2014'")
  end)
end)
