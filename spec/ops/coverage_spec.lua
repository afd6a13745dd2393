-- What a reader may print: every row of a total says what it covers, what it lacks and how it may be read.

local operations = require "blotter.ops"
local package_copy = require "package_copy"

describe("a total that a reader may print", function()
  local copy

  after_each(function()
    if copy then copy:remove() end
    copy = nil
  end)

  local function open(figures, links)
    if copy then copy:remove() end
    copy = package_copy.new {figures = figures}
    if links then
      copy:edit("links.csv", function(text) return text .. table.concat(links, "\n") .. "\n" end)
    end
    return assert(operations.open(copy.path))
  end

  local function has(row, flag)
    for _, own in ipairs(row.flags) do
      if own == flag then return true end
    end
    return false
  end

  local function row_of(result, name, key)
    for _, row in ipairs(result.rows) do
      if row[name] == key then return row end
    end
    return nil
  end

  local function reasons(result)
    local list = {}
    for _, entry in ipairs(result.left_out) do list[entry.figure.id] = entry.reason end
    return list
  end

  local function span(kind, from, to) return {period_kind = kind, period_start = from, period_end = to} end

  local function figure(fields, ...)
    for _, more in ipairs {...} do
      for name, value in pairs(more) do fields[name] = value end
    end
    return fields
  end

  describe("of the dataset:", function()
    local ops

    setup(function() ops = assert(operations.open "data") end)

    it("a part-year is not its year", function()
      local result = ops:total("victims_identified", {subject = "jp-npa-csam", by = "year"})
      for year, covered in pairs {[2011] = 12, [2013] = 6, [2015] = 6, [2018] = 6} do
        local row = row_of(result, "year", year)
        assert.same({covered, 12}, {row.covers.months.covered, row.covers.months.asked})
        assert.equal(covered < 12, has(row, "partial"))
      end
      assert.matches("2013: 316 %(1 figure%) %[partial: 6 of 12 months; not Jul 2013 to Dec 2013%]", tostring(result))
    end)

    it("a hotline's year from some incident types, one country's share or one channel is partial", function()
      local result = ops:total("reports_received", {subject = "ncmec-cybertipline", by = "year"})
      local words = {[2025] = "only Online enticement"}
      for year, text in pairs(words) do
        local row = row_of(result, "year", year)
        assert.is_true(has(row, "partial"), "year " .. year)
        assert.matches(text, table.concat(row.lacks, "; "), 1, true)
      end
      for _, year in ipairs {2017, 2019, 2021} do assert.is_false(has(row_of(result, "year", year), "partial")) end
    end)

    it("an operation of years is not put into the one that a single source names", function()
      for indicator, year in pairs {arrests = 2011, victims_safeguarded = 2011} do
        assert.is_nil(row_of(ops:total(indicator, {subject = "operation-rescue", by = "year"}), "year", year))
      end
      local asked = ops:total("arrests", {subject = "operation-rescue", period = "2011"})
      assert.equal(0, #asked.used)
    end)

    it("fiscal years of two countries are not one", function()
      local result = ops:total("arrests", {by = "year", subject = {"icac", "uk-online-csa"}})
      assert.equal(5387, row_of(result, "year", "FY2010").best)
      assert.equal(417, row_of(result, "year", "FY2009/10 from April").best)
    end)

    it("populations that may contain one another are not added", function()
      local korea = ops:total("arrests", {area = "KR"})
      local seen = {}
      for _, used in ipairs(korea.used) do seen[used.figure.subject] = true end
      assert.is_falsy(seen["kr-deepfake"] and seen["kr-undercover"])
      assert.is_falsy(seen["kr-cyber"] and seen["cyber-guardian-2025"])
      local identified, database = ops:total("victims_identified", {area = nil}), {}
      for _, used in ipairs(identified.used) do database[used.figure.subject] = true end
      local count = 0
      for _, id in ipairs {"icse", "icaid", "interpol-cac"} do count = count + (database[id] and 1 or 0) end
      assert.equal(1, count)
    end)

    it("a national figure is not the operation's", function()
      for subject, area in pairs {["operation-h"] = "New Zealand", ["operation-marcy"] = "United Kingdom"} do
        local row = ops:total("arrests", {subject = subject}).total
        assert.is_true(has(row, "partial"))
        assert.same({area}, row.covers.areas)
      end
      local germany = ops:total("suspects_identified", {subject = "operation-cathedral"}).total
      assert.is_true(has(germany, "partial"))
      assert.is_false(has(ops:total("arrests", {subject = "operation-h", area = "NZ"}).total, "partial"))
    end)

    it("what a curator ranked is followed by every policy, and contested", function()
      for _, policy in ipairs {"newest", "official", "majority", "lowest", "highest"} do
        local row = ops:total("countries_participating", {subject = "operation-narsil", policy = policy}).total
        assert.equal(27, row.best)
        assert.is_true(has(row, "contested"))
      end
    end)

    it("by area and by charge, an unexplained row says what the total has besides", function()
      local asia = ops:total("arrests", {subject = "cyber-guardian-2025", by = "area"})
      assert.same({435, -71}, {asia.total.best, asia.unexplained.best})
      local orion = ops:total("arrests", {subject = "orion-international-2024", by = "role, offence, notice"})
      assert.same({144, 8}, {orion.total.best, orion.unexplained.best})
      assert.is_nil(ops:total("arrests", {subject = "seoul-2014", by = "citizenship"}).unexplained)
    end)

    it("grouping never changes a grand total without an unexplained row", function()
      for _, indicator in ipairs(ops:rows "indicators") do
        local plain = ops:total(indicator.id).total
        for _, by in ipairs {"year", "area", "category", "subject, year", "sex"} do
          local result, sum, known = ops:total(indicator.id, {by = by}), 0, true
          assert.same({plain.low, plain.best, plain.high}, {result.total.low, result.total.best, result.total.high})
          for _, row in ipairs(result.rows) do
            known = known and row.best ~= nil
            sum = known and sum + row.best
          end
          if known and plain.best then
            assert.is_true(math.abs(sum - plain.best) < 1e-6 * math.max(1, math.abs(sum)), indicator.id .. " by " .. by)
          end
        end
      end
    end)

    it("a state is asked for as of a day, with the series behind it", function()
      local result = ops:total("countries_connected", {subject = "icse", as_of = "2017"})
      assert.same({49, "2017-01-09"}, {result.total.best, result.total.as_of})
      assert.equal(48, result.total.series[1].best)
      assert.equal(68, ops:total("countries_connected", {subject = "icse", as_of = "2022"}).total.best)
      assert.equal(0, #ops:total("countries_connected", {subject = "icse", as_of = "2014"}).used)
    end)

    it("states by year are the last of each year, and categories of a state are no second state", function()
      local result = ops:total("hotlines", {subject = "inhope", by = "year", exactly = true})
      local seen = {}
      for i, row in ipairs(result.rows) do seen[i] = ("%s: %d as of %s"):format(row.year, row.best, row.as_of) end
      assert.equal("2013: 49 as of 2013-12-31", seen[1])
      assert.equal("2022: 50 as of 2022-12-31", seen[4])
      assert.equal(55, result.total.best)
      assert.equal(121, ops:total("members", {subject = "iwf", as_of = "2015"}).total.best)
    end)

    it("a statement that leaves a range is as narrow as its complete parts", function()
      local result = ops:total("victims_identified", {subject = "operation-cross-country-xii", by = "age_band"})
      assert.same({225, 225}, {result.total.low, result.total.high})
      assert.is_nil(result.unexplained)
    end)

    it("a total says where it ends, when what reaches further could not be taken", function()
      local row = ops:total("arrests", {subject = "kr-deepfake"}).total
      assert.matches("not after 30 Nov 2024", table.concat(row.lacks, "; "), 1, true)
    end)

    it("a break in the series is marked", function()
      local result = ops:total("reports_received", {subject = "ncmec-cybertipline", by = "year"})
      assert.is_true(has(row_of(result, "year", 2024), "series break"))
      assert.is_false(has(row_of(result, "year", 2022), "series break"))
      assert.same({"2024-01-01"}, {result.breaks[1].from})
    end)

    it("reports of several receivers are not added up, and those of one are", function()
      local whole = ops:total("reports_received", {area = "CA"}).total
      assert.is_nil(whole.low)
      assert.equal("reports received may not be added over subject", whole.refused)
      assert.equal(10646749, ops:total("reports_received", {area = "PH"}).total.best)
      local accce = row_of(ops:total("reports_received", {by = "subject"}), "subject", "accce")
      assert.same({252024, 257944}, {accce.low, accce.high})
    end)

    it("reports that a clearing house elsewhere counts for an area are said to be attributed to it", function()
      assert.is_true(has(ops:total("reports_received", {area = "PH"}).total, "attributed"))
      local own = ops:total("reports_received", {subject = "accce"}).total
      assert.is_false(has(own, "attributed"))
      assert.is_false(has(ops:total("arrests", {area = "PH"}).total, "attributed"))
    end)

    it("a total of an area names those whose figures name no area, unless they are asked for", function()
      local whole = ops:total("arrests", {area = "AU"}).total
      assert.matches("not [^;]*Australian Federal Police[^;]*, whose figures name no area",
        table.concat(whole.lacks, "; "))
      local charges = ops:total("charges_laid", {area = "AU"}).total
      assert.matches("not [^;]*Operation Molto[^;]*, whose figures name no area", table.concat(charges.lacks, "; "))
      local narrow = ops:total("arrests", {area = "AU", subject = "operation-endeavour"}).total
      assert.is_nil(table.concat(narrow.lacks, "; "):find("name no area", 1, true))
      local elsewhere = ops:total("arrests", {area = "PH"}).total
      assert.is_nil(table.concat(elsewhere.lacks, "; "):find("Australian", 1, true))
    end)

    it("a year of which the text does not say whether it is fiscal is said to be one", function()
      local result = ops:total("arrests", {subject = "operation-predator", by = "year"})
      local row = row_of(result, "year", 2010)
      assert.equal(912, row.best)
      assert.same({12, 12}, {row.covers.months.covered, row.covers.months.asked})
      assert.same({"calendar or fiscal"}, row.flags)
      -- As a calendar year, 2011 would share three months with the fiscal year 2012 beside it.
      assert.matches("its period overlaps", reasons(result)["hstoday-2013-1.16"])
      assert.equal(1335, ops:total("arrests", {subject = "operation-predator", period = "2011"}).total.best)
    end)

    it("fiscal years make a range", function()
      local result = ops:total("arrests", {subject = "operation-predator", period = "FY2010/FY2013"})
      for _, used in ipairs(result.used) do
        assert.is_true(used.figure.period_start >= "2009-10-01" and used.figure.period_end <= "2013-09-30")
      end
      assert.is_true(#result.used > 0)
    end)

    it("a total of a period says which subjects only have figures that reach outside it", function()
      local row = ops:total("arrests", {period = "2012"}).total
      assert.is_true(has(row, "partial"))
      assert.matches("whose figures reach outside the period", table.concat(row.lacks, "; "), 1, true)
    end)

    it("by area about a subject of one country, its complete breakdown is the answer", function()
      local result = ops:total("reports_received", {subject = "cybertip-ca", by = "area", period = "2022"})
      assert.equal(5163, row_of(result, "area", "CA-ON").best)
      assert.same({18891, nil}, {result.total.best, result.unexplained})
    end)

    it("what has an open beginning is not dropped in silence", function()
      local result = ops:total("arrests", {subject = "operation-pacifier", period = "2017"})
      local found
      for _, entry in ipairs(result.left_out) do found = found or entry.reason:find "beginning is not known" end
      assert.is_truthy(found)
      local list = ops:figures {subject = "operation-pacifier", indicator = "arrests", period = "2017"}
      assert.is_true(#list.unplaced > 0)
      assert.matches("a side of theirs is open: %d+", tostring(list))
    end)
  end)

  it("a source without a date is placed by what it speaks of", function()
    local day = span("as_of", "", "2024-12-31")
    local older = span("as_of", "", "2013-01-01")
    local ops = open {
      figure({value = 48, indicator = "members", unit = "organisations", source = "hstoday-2013-1"}, older),
      figure({value = 72, indicator = "members", unit = "organisations", source = "ncmec-nd-1"}, day),
    }
    assert.equal(72, ops:total("members").total.best)
    ops = open {
      figure({value = 20, source = "ncmec-nd-1", subject = "ncmec-cybertipline", indicator = "reports_received",
        unit = "reports"}, span("calendar", "2012-01-01", "2012-12-31")),
      figure({value = 10, source = "hstoday-2013-1", subject = "ncmec-cybertipline", indicator = "reports_received",
        unit = "reports"}, span("calendar", "2012-01-01", "2012-12-31")),
      figure({value = 30, source = "ncmec-nd-1", subject = "ncmec-cybertipline", indicator = "reports_received",
        unit = "reports"}, span("calendar", "2023-01-01", "2023-12-31")),
    }
    assert.equal(20, ops:total("reports_received", {period = "2012"}).total.best)
  end)

  it("an undated cumulative figure does not beat a later one", function()
    local ops = open {
      figure({value = 50, subject = "icac", source = "ncmec-nd-1"}, span("since", "1998-01-01", "")),
      figure({value = 90, subject = "icac", source = "ice-2014-1"}, span("since", "1998-01-01", "2014-06-30")),
    }
    local result = ops:total "arrests"
    assert.equal(90, result.total.best)
  end)

  it("a link says that one count may contain another", function()
    local year = span("calendar", "2012-01-01", "2012-12-31")
    local figures = {
      figure({value = 100, subject = "uk-online-csa", area = "GB"}, year),
      figure({value = 40, subject = "operation-ketch", area = "IE"}, year),
    }
    assert.equal(140, open(figures):total("arrests").total.best)
    local link = "a.may-contain.b.ice-2014-1,uk-online-csa,operation-ketch,may_contain,,,ice-2014-1,,"
    local linked = open(figures, {link})
    assert.equal(140, linked:total("arrests").total.best)
    figures[2].area = "GB"
    linked = open(figures, {link})
    local result = linked:total "arrests"
    assert.equal(100, result.total.best)
    assert.matches("may be counted in", reasons(result)["test.2"])
    assert.same({"perhaps not all of Operation Ketch: 40 (United Kingdom, 2012), which it may count in part"},
      result.total.lacks)
  end)

  it("standing counts of one place and time may overlap, two operations do not", function()
    local year = span("calendar", "2012-01-01", "2012-12-31")
    local ops = open {
      figure({value = 100, subject = "icac", area = "US"}, year),
      figure({value = 40, subject = "operation-torpedo", area = "US"}, year),
    }
    assert.is_true(has(ops:total("arrests").total, "overlap possible"))
    ops = open {
      figure({value = 100, subject = "operation-susi", area = "DE"}, year),
      figure({value = 40, subject = "operation-himmel", area = "DE"}, year),
    }
    assert.is_false(has(ops:total("arrests").total, "overlap possible"))
  end)

  it("all parts of a complete split are the whole, some are partial", function()
    local function part(area, value)
      return {value = value, subject = "operation-h", area = area, part_of = "test.1", split = "area",
        coverage = "exhaustive"}
    end
    local ops = open {{value = 10, subject = "operation-h", rank = "deprecated"}, part("NZ", 6), part("AU", 4)}
    assert.is_false(has(ops:total("arrests").total, "partial"))
    ops = open {{value = 10, subject = "operation-h", rank = "deprecated"}, part("NZ", 6),
      {value = 4, subject = "operation-h", area = "AU", part_of = "test.1", split = "area", coverage = "partial"}}
    assert.is_true(has(ops:total("arrests").total, "partial"))
  end)

  it("a count with another definition is flagged, whichever telling of the number says so", function()
    local week = span("range", "2014-03-01", "2014-03-31")
    local figures = {
      figure({value = 61, subject = "operation-torpedo", source = "hstoday-2013-1", status = "D"}, week),
      figure({value = 61, subject = "operation-torpedo", rank = "preferred"}, week),
      figure({value = 12, subject = "operation-susi"}, week),
    }
    local rows = open(figures):total("arrests", {by = "subject"}).rows
    assert.is_true(has(row_of({rows = rows}, "subject", "operation-torpedo"), "counted differently"))
    assert.same({}, row_of({rows = rows}, "subject", "operation-susi").flags)
    figures[1].value = 60
    assert.is_false(has(open(figures):total("arrests", {subject = "operation-torpedo"}).total, "counted differently"))
  end)

  it("arrests of which most were not taken into custody are counted differently", function()
    local function held(count)
      return open {
        figure({value = 90, subject = "operation-torpedo"}, span("range", "2014-03-01", "2014-05-31")),
        figure({value = count, subject = "operation-torpedo", indicator = "persons_in_custody"},
          span("range", "2014-03-01", "2014-05-31")),
      }:total("arrests", {subject = "operation-torpedo"}).total
    end
    assert.is_true(has(held(44), "counted differently"))
    assert.equal("test.2", held(44).differs[1].about.id)
    assert.is_false(has(held(46), "counted differently"))
  end)

  it("years of a series that leave out most of its time make no total, unless their time is asked for", function()
    local ops = open {
      figure({value = 40, subject = "icac"}, span("calendar", "2001-01-01", "2001-12-31")),
      figure({value = 70, subject = "icac"}, span("calendar", "2011-01-01", "2011-12-31")),
    }
    local row = ops:total("arrests", {subject = "icac"}).total
    assert.same({"they cover 24 of 132 months"}, {row.refused, row.low})
    assert.equal(110, ops:total("arrests", {subject = "icac", period = "2001/2011"}).total.best)
    ops = open {
      figure({value = 40, subject = "icac"}, span("calendar", "2001-01-01", "2001-12-31")),
      figure({value = 70, subject = "icac"}, span("calendar", "2003-01-01", "2003-12-31")),
    }
    assert.equal(110, ops:total("arrests", {subject = "icac"}).total.best)
  end)

  it("a series of all takes in no count of some areas or categories", function()
    local hotline = {subject = "iwf", indicator = "reports_received", unit = "reports"}
    local function of(value, year, more)
      return figure({value = value}, hotline, span("calendar", year .. "-01-01", year .. "-12-31"), more or {})
    end
    local result = open {of(100, 2010), of(7, 2011, {channel = "phone"}), of(5, 2012, {area = "NZ"}), of(200, 2012)}
      :total("reports_received", {subject = "iwf"})
    assert.equal(300, result.total.best)
    assert.matches("some areas or categories only", reasons(result)["test.2"])
    assert.equal(7, open {of(7, 2011, {channel = "phone"})}:total("reports_received", {subject = "iwf"}).total.best)
    local rows = open {of(100, 2010), of(7, 2011, {channel = "phone"})}
      :total("reports_received", {subject = "iwf", by = "year"}).rows
    assert.same({100, 7}, {rows[1].best, rows[2].best})
  end)

  it("a fiscal year is that of the country", function()
    local function key_of(subject, area, from, to)
      local ops = open {figure({value = 9, subject = subject, area = area}, span("range", from, to))}
      return ops:total("arrests", {by = "fiscal_year", subject = subject}).rows[1].fiscal_year
    end
    assert.equal("FY2015 from January", key_of("kr-deepfake", "KR", "2015-10-02", "2015-12-30"))
    assert.equal(2016, key_of("icac", "US", "2015-10-02", "2015-12-30"))
    assert.equal("FY2015/16 from April", key_of("uk-online-csa", "GB", "2015-10-02", "2016-03-30"))
    assert.equal(2016, key_of("operation-predator", "KR", "2015-10-02", "2015-10-02"))
    local row = open {figure({value = 9, subject = "kr-deepfake"}, span("range", "2015-10-01", "2015-12-31"))}
      :total("arrests", {by = "fiscal_year"}).rows[1]
    assert.same({3, 12}, {row.covers.months.covered, row.covers.months.asked})
  end)

  it("days are named where no month is covered", function()
    local row = open {figure({value = 9, subject = "icac"}, span("range", "2015-10-02", "2015-10-20"))}
      :total("arrests", {by = "year"}).rows[1]
    assert.same({"only 2 Oct 2015 to 20 Oct 2015"}, row.lacks)
  end)

  it("one statement that says more than the others is what a row covers", function()
    local ops = open {
      figure({value = 92, subject = "operation-predator"}, span("range", "2006-01-01", "2009-11-05")),
      figure({value = 170, subject = "operation-orion-2012", area = "US"}, span("range", "2009-01-01", "2010-12-12")),
    }
    local row = ops:total("arrests", {subject = "operation-predator"}).total
    assert.equal("test.2", row.exceeded_by.id)
    assert.same({"only Operation Orion 2012"}, {row.lacks[1]})
  end)

  it("an agency whose figures are filed under its programme lacks nothing by it", function()
    local function lacks(subject)
      return open {figure({value = 9, subject = "operation-predator"}, span("calendar", "2011-01-01", "2011-12-31"))}
        :total("arrests", {subject = subject, period = "2011"}).total.lacks
    end
    assert.same({}, lacks "hsi")
    assert.same({"only Operation Predator"}, lacks "ice")
  end)

  it("provisional and open figures are flagged", function()
    local ops = open {{value = 10, low = 11, high = "", qualifier = "more than", status = "P"}}
    local row = ops:total("arrests").total
    assert.same({"provisional", "lower bound"}, row.flags)
  end)

  it("as_of names its mistakes", function()
    local ops = open {{value = 1}}
    assert.error_matches(function() ops:total("arrests", {as_of = "2017/.."}) end, "has no last day")
    assert.error_matches(function() ops:total("arrests", {as_off = "2017"}) end, "did you mean 'as_of'")
  end)
end)
