-- A total never counts twice, and says what it left out.

local operations = require "blotter.ops"
local package_copy = require "package_copy"

describe("a total", function()
  local copy

  after_each(function()
    copy:remove()
    copy = nil
  end)

  local function open(figures)
    if copy then copy:remove() end
    copy = package_copy.new {figures = figures}
    return assert(operations.open(copy.path))
  end

  local function reasons(result)
    local list = {}
    for _, entry in ipairs(result.left_out) do list[entry.figure.id] = entry.reason end
    return list
  end

  local function range(row) return {row.low or "open", row.best or "unknown", row.high or "open"} end

  it("never counts a part and its whole", function()
    local ops = open {
      {value = 100, subject = "cyber-guardian-2025"},
      {value = 60, subject = "cyber-guardian-2025", area = "KR", part_of = "test.1", split = "area",
        coverage = "partial"},
      {value = 30, subject = "cyber-guardian-2025", area = "JP", part_of = "test.1", split = "area",
        coverage = "partial"},
    }
    local all = ops:total "arrests"
    assert.same({100, 100, 100}, range(all.total))
    assert.equal("a part of a figure that is used", reasons(all)["test.2"])
    local by_area = ops:total("arrests", {by = "area"})
    assert.equal(3, #by_area.rows)
    assert.same({100, 100, 100}, range(by_area.total))
    assert.same({10, 10, 10}, range(by_area.unexplained))
    assert.equal(by_area.unexplained, by_area.rows[3])
    assert.equal("the whole of parts that are used", reasons(by_area)["test.1"])
  end)

  it("never counts a phase and its programme", function()
    local ops = open {
      {value = 500, subject = "operation-predator", area = "US", period_kind = "range", period_start = "2014-01-01",
        period_end = "2014-12-31"},
      {value = 19, subject = "seoul-2014", area = "KR", period_kind = "day", period_start = "2014-11-12",
        period_end = "2014-11-12"},
    }
    local result = ops:total "arrests"
    assert.same({500, 500, 500}, range(result.total))
    assert.matches("a phase or part of Operation Predator", reasons(result)["test.2"])
    local by_subject = ops:total("arrests", {by = "subject"})
    assert.equal(3, #by_subject.rows)
    assert.same({500, 500, 500}, range(by_subject.total))
    assert.same({-19, -19, -19}, range(by_subject.unexplained))
    assert.matches("they overlap", by_subject.unexplained.unexplained)
  end)

  it("never counts an agency's year and the programme that it leads, and takes the one that reaches further", function()
    local ops = open {
      {value = 300, subject = "hsi", area = "US", period_kind = "calendar", period_start = "2012-01-01",
        period_end = "2012-12-31"},
      {value = 900, subject = "operation-predator", area = "US", period_kind = "since", period_start = "2003-01-01",
        period_end = "2013-12-31"},
    }
    local result = ops:total "arrests"
    assert.same({900, 900, 900}, range(result.total))
    assert.matches("may hold Operation Predator", reasons(result)["test.1"])
  end)

  it("never counts a cumulative figure and its years", function()
    local figures = {
      {value = 1000, period_kind = "since", period_start = "2003-01-01", period_end = "2012-12-31"},
      {value = 200, period_kind = "calendar", period_start = "2011-01-01", period_end = "2011-12-31"},
      {value = 300, period_kind = "calendar", period_start = "2012-01-01", period_end = "2012-12-31"},
      {value = 400, period_kind = "calendar", period_start = "2013-01-01", period_end = "2013-12-31"},
    }
    local ops = open(figures)
    assert.same({1400, 1400, 1400}, range(ops:total("arrests").total))
    local years = ops:total("arrests", {by = "year"})
    assert.same({2011, 2012, 2013}, {years.rows[1].year, years.rows[2].year, years.rows[3].year})
    assert.same({1400, 1400, 1400}, range(years.total))
    assert.same({500, 500, 500}, range(years.unexplained))
    assert.equal("a cumulative figure that contains one that is used", reasons(years)["test.1"])
    local fiscal = open {
      {value = 5, period_kind = "fiscal", period_start = "2012-10-01", period_end = "2013-09-30"},
      {value = 3, period_kind = "calendar", period_start = "2011-01-01", period_end = "2011-12-31"},
    }
    years = fiscal:total("arrests", {by = "year"})
    assert.same({2011, "FY2013"}, {years.rows[1].year, years.rows[2].year})
    local asked = ops:total("arrests", {period = "2012/2013"})
    assert.same({700, 700, 700}, range(asked.total))
    assert.equal("its period reaches outside the asked one", reasons(asked)["test.1"])
  end)

  it("takes the count of every year rather than an open count of them all", function()
    local figures = {{value = 100, low = 101, high = "", qualifier = "more than", period_kind = "since",
      period_start = "2010-01-01", period_end = "2012-12-31"}}
    for i, value in ipairs {50, 60, 70} do
      figures[i + 1] = {value = value, period_kind = "calendar", period_start = 2009 + i .. "-01-01",
        period_end = 2009 + i .. "-12-31"}
    end
    local result = open(figures):total("arrests", {by = "year"})
    assert.same({180, 180, 180}, range(result.total))
    assert.is_nil(result.unexplained)
    figures[4] = nil
    assert.same({101, 101, "open"}, range(open(figures):total("arrests").total))
  end)

  it("an exact whole and its round parts are one number", function()
    local figures = {{value = 300, qualifier = "exact"}, {value = 200, low = 190, high = 210, qualifier = "round",
      sex = "M", part_of = "test.1", split = "sex", coverage = "exhaustive"}, {value = 100, low = 95, high = 105,
      qualifier = "round", sex = "F", part_of = "test.1", split = "sex", coverage = "exhaustive"}}
    assert.is_nil(open(figures):total("arrests", {by = "sex"}).unexplained)
  end)

  it("never counts overlapping periods", function()
    local ops = open {
      {value = 10, period_kind = "range", period_start = "2012-01-01", period_end = "2012-06-30"},
      {value = 12, period_kind = "range", period_start = "2012-04-01", period_end = "2012-07-31"},
    }
    assert.equal(1, #ops:total("arrests").used)
  end)

  it("counts two retellings of one release once", function()
    local ops = open {
      {value = 7, source = "ice-2014-1", period_kind = "day", period_start = "2014-01-01", period_end = "2014-01-01"},
      {value = 7, source = "ice-2014-1", period_kind = "day", period_start = "2014-01-01", period_end = "2014-01-01"},
    }
    local result = ops:total "arrests"
    assert.same({7, 7, 7}, range(result.total))
    assert.equal("said twice in one source", reasons(result)["test.2"])
  end)

  it("sums open and unknown ends as what they are", function()
    local ops = open {
      {value = 10, low = 11, high = "", qualifier = "more than", subject = "seoul-2014"},
      {value = 5, subject = "orion-international-2024"},
      {value = "", printed = "hundreds of", low = 200, high = 999, qualifier = "hundreds of",
        subject = "cyber-guardian-2025"},
    }
    local row = ops:total("arrests", {subject = {"seoul-2014", "orion-international-2024"}}).total
    assert.same({16, 16, "open"}, range(row))
    row = ops:total("arrests", {subject = {"cyber-guardian-2025", "orion-international-2024"}}).total
    assert.same({205, "unknown", 1004}, range(row))
  end)

  it("is refused where an indicator may not be added", function()
    local ops = open {
      {value = 5, indicator = "countries_participating", unit = "countries", subject = "seoul-2014"},
      {value = 12, indicator = "countries_participating", unit = "countries", subject = "orion-international-2024"},
    }
    local result = ops:total "countries_participating"
    assert.matches("may not be added over subject", result.total.refused)
    assert.is_nil(result.total.best)
    local rows = ops:total("countries_participating", {by = "subject"}).rows
    assert.same({{12, 12, 12}, {5, 5, 5}}, {range(rows[1]), range(rows[2])})
  end)

  it("keeps currencies apart", function()
    local ops = open {
      {value = 5, indicator = "funding", unit = "currency", currency = "EUR", subject = "icse"},
      {value = 7, indicator = "funding", unit = "currency", currency = "USD", subject = "orion-international-2024"},
    }
    assert.matches("several currencies", ops:total("funding").total.refused)
    assert.equal(2, #ops:total("funding", {by = "currency"}).rows)
  end)

  describe("settles competing statements by policy:", function()
    local day = {period_kind = "day", period_start = "2014-11-12", period_end = "2014-11-12"}

    local function statement(value, source, low, high, qualifier)
      local figure = {value = value, source = source, low = low, high = high, qualifier = qualifier}
      return setmetatable(figure, {__index = day})
    end

    local expected = {newest = 30, official = 20, lowest = 10, highest = 30}
    for policy, value in pairs(expected) do
      it(policy, function()
        local ops = open {statement(10, "hstoday-2013-1"), statement(20, "ice-2014-1"),
          statement(30, "nationpress-2025-1")}
        local result = ops:total("arrests", {policy = policy})
        assert.same({value, value, value}, range(result.total))
        assert.equal(2, #result.left_out)
      end)
    end

    it("majority", function()
      local ops = open {statement(10, "hstoday-2013-1"), statement(10, "ice-2014-1"),
        statement(30, "nationpress-2025-1")}
      assert.same({10, 10, 10}, range(ops:total("arrests", {policy = "majority"}).total))
    end)

    it("all, the hull", function()
      local ops = open {statement(10, "hstoday-2013-1"), statement(30, "nationpress-2025-1")}
      local row = ops:total("arrests", {policy = "all"}).total
      assert.same({10, 30}, {row.low, row.high})
    end)

    it("a vaguer statement gives way to one that it contains", function()
      local ops = open {statement(19, "hstoday-2013-1"),
        statement(10, "nationpress-2025-1", 11, "", "more than")}
      local result = ops:total "arrests"
      assert.same({19, 19, 19}, range(result.total))
      assert.equal("a vaguer statement of the same", reasons(result)["test.2"])
    end)

    it("one whose number the curator doubts gives way, and contests", function()
      local doubted = statement(30, "nationpress-2025-1")
      doubted.status = "U"
      local ops = open {statement(19, "hstoday-2013-1"), doubted}
      for _, policy in ipairs {"newest", "highest"} do
        local result = ops:total("arrests", {policy = policy})
        assert.same({19, 19, 19}, range(result.total))
        assert.same({"contested"}, result.total.flags)
        assert.equal("the curator doubts its number", reasons(result)["test.2"])
      end
      assert.same({30, 30, 30}, range(open({doubted}):total("arrests").total))
    end)
  end)

  it("is never less than what years make that a count since a beginning keeps out", function()
    local function year(value, first, last)
      return {value = value, subject = "accce", period_kind = "fiscal", period_start = first, period_end = last}
    end
    local figures = {
      {value = 100, subject = "accce", period_kind = "since", period_start = "2018-09-01", period_end = "2021-09-08"},
      year(40, "2018-07-01", "2019-06-30"), year(41, "2020-07-01", "2021-06-30"), year(42, "2021-07-01", "2022-06-30"),
    }
    local result = open(figures):total("arrests", {subject = "accce", by = "year"})
    assert.same({123, 123, 123}, range(result.total))
    assert.is_nil(result.unexplained)
    assert.matches("a cumulative figure that contains one that is used", reasons(result)["test.1"], 1, true)
    -- Years that lie inside of it contradict it, and it stays.
    figures[2].period_start, figures[2].period_end = "2018-10-01", "2019-06-30"
    figures[4].period_end = "2021-08-31"
    assert.same({100, 100, 100}, range(open(figures):total("arrests", {subject = "accce"}).total))
  end)

  it("takes what is counted before and since a day rather than what ends between", function()
    local function of(value, first, last)
      return {value = value, subject = "kr-deepfake", period_kind = "range", period_start = first, period_end = last}
    end
    local result = open {of(921, "2024-01-01", "2024-10-14"), of(812, "2024-01-01", "2024-09-25"),
      of(649, "2024-08-28", "2024-11-30"), of(445, "2024-01-01", "2024-08-27")}:total "arrests"
    assert.same({1094, 1094, 1094}, range(result.total))
    assert.same({}, result.total.lacks)
  end)

  it("takes two years of the whole rather than the longer count of a part", function()
    local function of(value, subject, first, last)
      return {value = value, subject = subject, area = "KR", period_kind = "range", period_start = first,
        period_end = last}
    end
    local result = open {
      of(2171, "kr-undercover", "2021-09-01", "2025-08-31"), of(2406, "kr-cyber", "2023-11-01", "2024-10-31"),
      of(3557, "kr-cyber", "2024-11-01", "2025-10-31"), of(58, "kr-undercover", "2021-09-01", "2021-10-31"),
    }:total("arrests", {subject = "kr-cyber"})
    assert.same({6021, 6021, 6021}, range(result.total))
    assert.matches("26 of 50 months; not Nov 2021 to Oct 2023", table.concat(result.total.lacks, "; "), 1, true)
  end)

  it("leaves sweeps against trafficking out of an area's sum, and says so", function()
    local function of(value, subject, offence)
      return {value = value, subject = subject, offence = offence or "", area = "US", period_kind = "range",
        period_start = "2016-10-13", period_end = "2016-10-16"}
    end
    local ops = open {of(30, "operation-cross-country-x", "0204"), of(7, "operation-orion-2012"),
      of(500, "innocence-lost"), of(9, "operation-cross-country-xi")}
    local result = ops:total("arrests", {area = "US"})
    assert.same({7, 7, 7}, range(result.total))
    assert.matches("not Innocence Lost National Initiative: 500 %(.*sweeps against trafficking",
      table.concat(result.total.lacks, "; "))
    assert.same({500, 500, 500}, range(ops:total("arrests", {subject = "innocence-lost"}).total))
    assert.same({9, 9, 9}, range(ops:total("arrests", {subject = "operation-cross-country-xi"}).total))
    assert.matches("sweeps against trafficking", ops:total("arrests", {by = "subject"}).unexplained.unexplained)
    local only = open {of(30, "operation-cross-country-x", "0204")}:total("arrests", {area = "US"}).total
    assert.same({30, 30, 30}, range(only))
    assert.same({"only Trafficking in persons"}, only.lacks)
  end)

  it("years of one series that cover half of its time are no total", function()
    local function of(value, year)
      return {value = value, subject = "kr-cyber", period_kind = "calendar", period_start = year .. "-01-01",
        period_end = year .. "-12-31"}
    end
    assert.equal("they cover 24 of 48 months", open {of(10, 2019), of(20, 2022)}:total("arrests").total.refused)
    assert.same({30, 30, 30}, range(open {of(10, 2019), of(20, 2021)}:total("arrests").total))
  end)

  it("counts what South America counts in Latin America, once", function()
    local ops = open {
      {value = 41, subject = "operation-orion-2012", area = "AR"},
      {value = 5, subject = "operation-orion-2012", area = "CL"},
    }
    assert.same({46, 46, 46}, range(ops:total("arrests", {area = "419"}).total))
    assert.same({46, 46, 46}, range(ops:total("arrests", {area = "019"}).total))
    local both = open {
      {value = 10, subject = "operation-orion-2012", area = "419"},
      {value = 3, subject = "operation-orion-2012", area = "SV"},
    }
    assert.same({10, 10, 10}, range(both:total("arrests", {area = "419"}).total))
  end)

  it("takes a statistic's own offence for no part of it, unless it also counts all offences", function()
    local function of(value, year, offence, subject)
      return {value = value, subject = subject or "jp-npa-csam", offence = offence, period_kind = "calendar",
        period_start = year .. "-01-01", period_end = year .. "-12-31"}
    end
    local function lacks(...) return open {...}:total("arrests", {subject = "jp-npa-csam"}).total.lacks end
    assert.same({}, lacks(of(10, 2018, ""), of(20, 2019, "030221")))
    assert.same({}, lacks(of(20, 2019, "030221")))
    assert.matches("only", lacks(of(20, 2018, "0302"), of(20, 2019, "030221"))[1])
    local years = open {of(90, 2019, ""), of(20, 2019, "030221"), of(25, 2020, "030221")}
      :total("arrests", {subject = "jp-npa-csam", period = "2020"})
    assert.matches("only", years.total.lacks[1])
  end)

  it("flags the statement that stands in place of a sum, not the sum", function()
    local row = open {
      {value = 92, subject = "operation-predator", period_kind = "range", period_start = "2006-01-01",
        period_end = "2009-11-05", status = "U"},
      {value = 170, subject = "operation-orion-2012", period_kind = "range", period_start = "2009-01-01",
        period_end = "2010-12-12"},
    }:total("arrests", {subject = "operation-predator"}).total
    assert.equal("test.2", row.exceeded_by.id)
    local told = table.concat(row.flags, ", ")
    assert.is_nil(told:find("doubtful", 1, true))
    assert.is_nil(told:find("lower bound", 1, true))
  end)

  it("is never less than what one statement of its question counts", function()
    local ops = open {
      {value = 92, subject = "operation-predator", period_kind = "range", period_start = "2006-01-01",
        period_end = "2009-11-05"},
      {value = 170, subject = "operation-orion-2012", period_kind = "range", period_start = "2009-01-01",
        period_end = "2010-12-12"},
    }
    local row = ops:total("arrests", {subject = "operation-predator"}).total
    assert.same({170, "unknown", "open"}, range(row))
    assert.same({"test.2", "contested"}, {row.exceeded_by.id, row.flags[1]})
    assert.same({92, 92, 92}, range(ops:total("arrests", {subject = "operation-predator", exactly = true}).total))
  end)

  it("of a subject is no less than of its own figures or of one year", function()
    local ops = assert(operations.open "data")
    copy = package_copy.new {figures = {}}
    for _, indicator in ipairs {"arrests", "victims_identified", "persons_charged"} do
      for _, subject in ipairs(ops.subjects) do
        local wide = ops:total(indicator, {subject = subject.id}).total
        local own = ops:total(indicator, {subject = subject.id, period = "FY2019"}).total
        if wide.low and own.low and #own.figures == 1 then assert.is_true(wide.low >= own.low, subject.id) end
      end
    end
  end)

  it("holds a fiscal year against its own months", function()
    local ops = open {
      {value = 1655, subject = "operation-predator", period_kind = "fiscal", period_start = "2011-10-01",
        period_end = "2012-09-30"},
    }
    local rows = ops:total("arrests", {by = "year", period = "2010/2013"}).rows
    assert.same({"FY2012", 12, 12, {}}, {rows[1].year, rows[1].covers.months.covered, rows[1].covers.months.asked,
      rows[1].flags})
  end)

  it("is no more of a country than of the subject whose years leave out most of its time", function()
    local ops = open {
      {value = 100, subject = "kr-cyber", area = "KR",
        period_kind = "range", period_start = "2012-01-01", period_end = "2012-12-31"},
      {value = 200, subject = "kr-cyber", area = "KR",
        period_kind = "range", period_start = "2018-01-01", period_end = "2018-12-31"},
      {value = 19, subject = "seoul-2014", area = "KR",
        period_kind = "range", period_start = "2014-11-12", period_end = "2014-11-12"},
    }
    assert.equal("they cover 24 of 84 months", ops:total("arrests", {subject = "kr-cyber"}).total.refused)
    for _, row in ipairs {ops:total("arrests", {area = "KR"}).total, ops:total("arrests", {by = "area"}).rows[1],
      ops:total("arrests").total} do
      assert.equal("the figures of Korean police against sexual violence online cover 24 of 84 months", row.refused)
      assert.is_nil(row.best)
    end
    ops = open {
      {value = 3, subject = "kr-cyber", area = "KR",
        period_kind = "range", period_start = "2012-01-01", period_end = "2012-12-31"},
      {value = 4, subject = "kr-cyber", area = "KR",
        period_kind = "range", period_start = "2018-01-01", period_end = "2018-12-31"},
      {value = 19, subject = "seoul-2014", area = "KR",
        period_kind = "range", period_start = "2014-11-12", period_end = "2014-11-12"},
    }
    assert.same({26, 26, 26}, range(ops:total("arrests", {area = "KR"}).total))
  end)

  it("does not give up a fund for a grant out of it", function()
    local money = {indicator = "funding", unit = "currency", currency = "GBP", subject = "end-violence-fund"}
    local function sum(value, more)
      local figure = {value = value}
      for name, one in pairs(money) do figure[name] = one end
      for name, one in pairs(more or {}) do figure[name] = one end
      return figure
    end
    local ops = open {sum(40000000), sum(635000)}
    local total = ops:total("funding", {currency = "GBP"})
    assert.equal(40000000, total.total.best)
    assert.matches("a small part of what another statement gives", reasons(total)["test.2"])
  end)

  it("says that what remains beside its years is of no known year", function()
    local ops = open {
      {value = 25, subject = "operation-cumberland",
        period_kind = "range", source = "gzero-nd-1", period_end = "2025-02-28"},
      {value = 24, subject = "operation-cumberland",
        period_kind = "range", source = "gzero-nd-1", period_start = "2025-02-26", period_end = "2025-02-26"},
    }
    local total = ops:total("arrests", {subject = "operation-cumberland", by = "year"})
    assert.same({24, 1, 25}, {total.rows[1].best, total.unexplained.best, total.total.best})
    assert.matches("not known to be of one of these years", total.unexplained.unexplained)
  end)

  it("names what it does not know", function()
    local ops = open {{value = 1}}
    assert.has_error(function() ops:total("arests") end, "unknown indicator 'arests': did you mean 'arrests'?")
    assert.error_matches(function() ops:total("arrests", {policy = "best"}) end, "unknown policy 'best'")
    assert.error_matches(function() ops:total("arrests", {by = "planet"}) end, "cannot total by 'planet'")
    assert.error_matches(function() ops:total("arrests", {period = "2013-13"}) end, "is not a period")
    assert.error_matches(function() ops:figures {sbject = "icse"} end, "did you mean 'subject'")
  end)
end)
