-- What an attentive reader sees, and what only looks like a contradiction.

local operations = require "blotter.ops"
local package_copy = require "package_copy"

describe("reconcile sees", function()
  local copy

  after_each(function()
    if copy then copy:remove() end
    copy = nil
  end)

  local function findings(figures, relations, judgements)
    if copy then copy:remove() end
    copy = package_copy.new {figures = figures}
    if relations then copy:replace("relations", relations) end
    if judgements then copy:replace("judgements", judgements) end
    local list = assert(operations.open(copy.path)):reconcile()
    local plain = {}
    for i, finding in ipairs(list) do plain[i] = {finding.check, finding.verdict} end
    return plain, list
  end

  local function range(value, first, last, more)
    local figure = {value = value, period_kind = "range", period_start = first, period_end = last}
    for name, own in pairs(more or {}) do figure[name] = own end
    return figure
  end

  local function year(value, more) return range(value, "2013-01-01", "2013-12-31", more) end

  local other = "nationpress-2025-1"

  describe("percentages beside counts:", function()
    local function share(value, low, high, more)
      local figure = year(value, {indicator = "arrests_share", unit = "percent", qualifier = "rounded", low = low,
        high = high, printed = tostring(value), age_band = "Y10T19"})
      for name, own in pairs(more or {}) do figure[name] = own end
      return figure
    end

    it("a share that part and whole do not make flags the share alone", function()
      local found, list = findings {year(1154), year(667, {age_band = "Y10T19"}), share(60.7, 60.65, 60.75)}
      assert.same({{"shares", "none"}}, found)
      assert.equal("test.3", list[1].blamed[1].id)
      local ops = assert(operations.open(copy.path))
      assert.same({["test.3"] = true}, ops:impossible())
    end)

    it("a share that no count out of the whole can make", function()
      assert.same({{"shares", "none"}}, (findings {year(25), share(45.0, 44.95, 45.05, {printed = "45.0"})}))
      assert.same({}, (findings {year(25), share(44.0, 43.95, 44.05, {printed = "44.0"})}))
    end)

    it("a share of several age bands together", function()
      local bands = {year(963), year(669, {age_band = "Y10T19"}), year(228, {age_band = "Y20T29"})}
      bands[4] = share(93.1, 93.05, 93.15, {age_band = "Y10T29"})
      assert.same({}, (findings(bands)))
      bands[4] = share(91.1, 91.05, 91.15, {age_band = "Y10T29"})
      assert.same({{"shares", "none"}}, (findings(bands)))
    end)

    it("shares of one whole that make more than it", function()
      local function of(value, sex)
        return year(value, {indicator = "victims_share", unit = "percent", qualifier = "rounded", low = value - 0.5,
          high = value + 0.5, sex = sex})
      end
      assert.same({{"shares", "none"}}, (findings {of(70, "M"), of(40, "F")}))
      assert.same({}, (findings {of(60, "M"), of(40, "F")}))
    end)

    it("a share that may be rounded to tens is a matter of reading, once", function()
      local round = share(80, 79.5, 80.5, {printed = "80 percent"})
      assert.same({{"shares", "some"}}, (findings {year(387), year(324, {age_band = "Y10T19"}), round}))
      local exact = share(83.7, 83.65, 83.75, {source = other})
      assert.same({{"across", "some"}}, (findings {round, exact}))
      assert.same({{"across", "some"}}, (findings({year(387), year(324, {age_band = "Y10T19"}), round, exact},
        {"r,ratio,test.3,test.2,test.1,0.8,0.005,ice-2014-1,1,"})))
      assert.same({{"across", "none"}}, (findings {share(80, 79.5, 80.5), share(86, 85.5, 86.5, {source = other})}))
      assert.same({{"across", "none"}}, (findings {share(85, 84.5, 85.5), share(83.7, 83.65, 83.75, {source = other})}))
    end)

    it("a multiple is called by its name, a vague share is left to the reader", function()
      local _, list = findings({year(186819), range(80524, "2012-01-01", "2012-12-31")},
        {"r,ratio,,test.1,test.2,3,0.5,ice-2014-1,1,"})
      assert.matches("a tripling is stated", list[1].sentence, 1, true)
      assert.matches("2.32 times", list[1].sentence, 1, true)
      assert.same({}, (findings({year(112), year(269, {indicator = "suspects_identified"})},
        {"r,ratio,,test.1,test.2,0.475,0.025,ice-2014-1,1,"})))
      assert.same({{"percentages", "some"}}, (findings({year(60), year(269, {indicator = "suspects_identified"})},
        {"r,ratio,,test.1,test.2,0.475,0.025,ice-2014-1,1,"})))
    end)
  end)

  describe("periods:", function()
    it("that follow each other and make less than the whole", function()
      local found = findings {year(100), range(30, "2013-01-01", "2013-06-30"), range(40, "2013-07-01", "2013-12-31")}
      assert.same({{"increments", "none"}}, found)
      assert.same({}, (findings {year(70), range(30, "2013-01-01", "2013-06-30"),
        range(40, "2013-07-01", "2013-12-31")}))
      assert.same({}, (findings {year(100), range(30, "2013-01-01", "2013-06-30")}))
    end)

    it("a count up to an unnamed day that is below an earlier one", function()
      local function since(value, last, source)
        return range(value, "1998-01-01", last, {period_kind = "since", source = source, subject = "icac"})
      end
      local early = since(90, "2013-12-31", "hstoday-2013-1")
      assert.same({{"cumulative", "some"}}, (findings {early, since(50, "", other)}))
    end)

    it("one count of a day and of years", function()
      local day = {subject = "operation-susi", period_kind = "day", source = other}
      local years = {subject = "operation-susi"}
      assert.same({{"datings", "some"}}, (findings {range(184, "2014-05-05", "2014-05-05", day),
        range(184, "2012-01-01", "2014-12-31", years)}))
      assert.same({}, (findings {range(180, "2014-05-05", "2014-05-05", day),
        range(184, "2012-01-01", "2014-12-31", years)}))
    end)

    it("one count of two years that overlap", function()
      local function fiscal(value, more) return range(value, "2013-07-01", "2014-06-30", more or {source = other}) end
      assert.same({{"datings", "some"}}, (findings {year(2032, {subject = "icac"}),
        fiscal(2032, {subject = "icac", source = other})}))
      local apart = range(2032, "2014-01-01", "2014-12-31", {subject = "icac", source = other})
      assert.same({}, (findings {year(2032, {subject = "icac"}), apart}))
      assert.same({}, (findings {year(32, {subject = "icac"}), fiscal(32, {subject = "icac", source = other})}))
      assert.same({}, (findings {year(2032, {subject = "icac"}), fiscal(2031, {subject = "icac", source = other})}))
    end)

    it("a duration that the dates do not make", function()
      local function lasting(value, unit, more)
        local figure = range(value, "2014-01-01", "2014-12-31", {indicator = "duration_" .. unit, unit = unit})
        for name, own in pairs(more or {}) do figure[name] = own end
        return figure
      end
      assert.same({{"durations", "some"}}, (findings {lasting(6, "months")}))
      assert.same({}, (findings {lasting(12, "months")}))
      assert.same({}, (findings {lasting(1, "years")}))
      assert.same({{"durations", "some"}}, (findings {lasting(3, "years")}))
    end)
  end)

  describe("one number under two names:", function()
    it("of a country and of its citizens", function()
      local found, list = findings {year(108, {area = "CA"}), year(108, {citizenship = "CA", source = other})}
      assert.same({{"drift", "some"}}, found)
      assert.matches("citizens of Canada", list[1].sentence)
    end)

    it("of a whole and of a part", function()
      assert.same({{"drift", "some"}}, (findings {year(259, {subject = "operation-h"}),
        year(259, {subject = "operation-h", area = "NZ", source = other})}))
      assert.same({{"drift", "some"}}, (findings {year(1703), year(1703, {category = "buyers-list", source = other})}))
      assert.same({}, (findings {year(259, {subject = "operation-h"}),
        year(259, {subject = "operation-h", area = "NZ"})}))
    end)

    it("small numbers of things of one kind, percentages and large round numbers in one source", function()
      local function countries(value, indicator, source)
        return year(value, {indicator = indicator, unit = "countries", source = source})
      end
      assert.same({{"drift", "some"}}, (findings {countries(28, "countries_with_suspects"),
        countries(28, "countries_receiving_intelligence", other)}))
      assert.same({}, (findings {countries(12, "countries_with_suspects"),
        countries(12, "countries_receiving_intelligence", other)}))
      assert.same({}, (findings {year(836, {indicator = "cases_initiated", unit = "cases"}),
        year(836, {indicator = "investigations_conducted", unit = "cases", source = other})}))
      local function change(indicator)
        return year(18, {indicator = indicator, unit = "percent", qualifier = "rounded", low = 17.5, high = 18.5})
      end
      assert.same({{"drift", "some"}}, (findings {change "arrests_change", change "victims_safeguarded_change"}))
    end)
  end)

  describe("lists and leads:", function()
    it("what is counted besides the one that leads", function()
      local function countries(value, more)
        local figure = year(value, {indicator = "countries_participating", unit = "countries", subject = "aliados-3"})
        for name, own in pairs(more or {}) do figure[name] = own end
        return figure
      end
      assert.same({{"countries", "none"}}, (findings {countries(9), countries(5, {category = "besides-lead"})}))
      assert.same({}, (findings {countries(6), countries(5, {category = "besides-lead", source = other})}))
      assert.same({{"countries", "some"}}, (findings {countries(9), countries(5, {category = "besides-lead",
        source = other})}))
    end)

    it("countries with arrests that are more than those that took part", function()
      local function countries(value, indicator, source)
        return year(value, {indicator = indicator, unit = "countries", subject = "aliados-3", source = source})
      end
      assert.same({{"countries", "some"}}, (findings {countries(13, "countries_with_arrests"),
        countries(12, "countries_participating", other)}))
      assert.same({}, (findings {countries(12, "countries_with_arrests"),
        countries(13, "countries_participating", other)}))
      local across = countries(12, "countries_participating", other)
      across.note = "Printed as: indictments across 12 countries."
      assert.same({}, (findings {countries(13, "countries_with_arrests"), across}))
    end)

    it("phases that together count more than what they belong to", function()
      local function phase(value, subject) return year(value, {subject = subject, area = "AR"}) end
      assert.same({{"phases", "some"}}, (findings {year(100, {subject = "aliados"}), phase(60, "aliados-1"),
        phase(50, "aliados-3")}))
      assert.same({}, (findings {year(110, {subject = "aliados"}), phase(60, "aliados-1"), phase(50, "aliados-3")}))
    end)

    it("phases that together count more than what was before the last one", function()
      local function until_then(value)
        return range(value, "2003-01-01", "2014-12-31", {subject = "aliados", area = "AR"})
      end
      local function phase(value, subject) return year(value, {subject = subject, area = "AR"}) end
      assert.same({{"phases", "some"}}, (findings {until_then(100), phase(60, "aliados-1"), phase(50, "aliados-3")}))
      assert.same({}, (findings {until_then(120), phase(60, "aliados-1"), phase(50, "aliados-3")}))
    end)

    it("undated statements of one time", function()
      local function undated(value, source)
        return {value = value, subject = "icac", source = source, period_kind = "unspecified"}
      end
      assert.same({{"across", "some"}}, (findings {undated(1000, other), undated(1507, "chosunbiz-2025-1")}))
      assert.same({}, (findings {undated(1000, "ice-2014-1"), undated(1507, "chosunbiz-2025-1")}))
    end)

    it("more countries listed by others than one source counts", function()
      local found = findings {year(3, {indicator = "countries_participating", unit = "countries",
        subject = "operation-cumberland"})}
      assert.same({{"countries", "some"}}, found)
    end)
  end)

  describe("bounds:", function()
    local function reports(value, more)
      local figure = year(value, {indicator = "reports_received", unit = "reports"})
      for name, own in pairs(more or {}) do figure[name] = own end
      return figure
    end

    it("a sum that the exact count beside a rounded million does not allow", function()
      local rounded = {qualifier = "rounded", printed = "36.2 million", multiplier = 1000000, low = 36150000,
        high = 36250000}
      local parts = {reports(20000000, {area = "US", source = other, qualifier = "round", low = 19000000,
        high = 21000000}), reports(17240001, {area = "KR", source = other})}
      assert.same({}, (findings {reports(36200000, rounded), parts[1], parts[2]}))
      assert.same({{"margins", "none"}},
        (findings {reports(36200000, rounded), reports(36210368), parts[1], parts[2]}))
    end)

    it("a million that was cut instead of rounded", function()
      local cut = {qualifier = "rounded", printed = "21.7 million", multiplier = 1000000, low = 21650000,
        high = 21750000, source = other}
      assert.same({}, (findings {reports(21700000, cut), reports(21751085)}))
      assert.same({{"across", "none"}}, (findings {reports(21700000, cut), reports(21851085)}))
    end)

    it("what remains of a region, listed beside its countries", function()
      local function of(value, area)
        return reports(value, {area = area, part_of = "test.1", split = "area", coverage = "partial"})
      end
      assert.same({}, (findings {reports(100), of(3, "150"), of(60, "GB")}))
    end)

    it("numbers that meet by chance in a long table", function()
      local figures = {}
      for i = 1, 240 do
        figures[i] = range(1000 + i, ("%d-01-01"):format(1700 + i), ("%d-12-31"):format(1700 + i))
      end
      figures[241] = range(1120, "2013-01-01", "2013-12-31", {source = other})
      assert.same({}, (findings(figures)))
    end)

    it("more than one number and nearly the next are one", function()
      local more = {qualifier = "more than", low = 12, high = ""}
      local nearly = {qualifier = "nearly", low = 11, high = 11, source = other}
      assert.same({}, (findings {year(11, more), year(12, nearly)}))
    end)

    it("a statement that is open above and far below another", function()
      assert.same({{"across", "some"}}, (findings {year(200, {qualifier = "more than", low = 201, high = ""}),
        year(603, {source = other})}))
      assert.same({}, (findings {year(200, {qualifier = "more than", low = 201, high = ""}),
        year(303, {source = other})}))
    end)

    it("a rate without a word is a rounded quotient", function()
      local rate = year(100, {indicator = "reports_per_month", unit = "reports_per_month", qualifier = "exact"})
      assert.same({}, (findings {rate, reports(1203)}))
      assert.same({{"rates", "none"}}, (findings {rate, reports(1403)}))
    end)
  end)

  it("a conflict that only the curator sees, with the judgement and the notes", function()
    local found, list = findings({year(269, {qualifier = "a further", note = "Beside the arrested."}),
      year(269, {source = other})}, nil, {"j,test.1,test.2,conflict,They include the arrested.,2026-11-22"})
    assert.same({{"judged", "none"}}, found)
    assert.matches("Judged a conflict: They include the arrested.", list[1].sentence, 1, true)
    assert.equal("conflict", list[1].judgement.verdict)
    assert.equal("Beside the arrested.", list[1].notes[1].note)
  end)

  it("one conflict once, however many figures repeat it", function()
    local function since(value, last, source)
      return range(value, "2003-01-01", last, {period_kind = "since", source = source})
    end
    local found, list = findings {since(11600, "2008-11-20"), since(10061, "2007-06-30"),
      since(8720, "2013-03-31", other)}
    assert.same({{"cumulative", "none"}}, found)
    assert.equal(1, #list[1].also)
  end)

  it("a change that none of the known counts makes", function()
    local function of(value, day, more)
      return range(value, day .. "-01-01", day .. "-12-31", more)
    end
    local function change(value)
      return of(value, "2006", {indicator = "arrests_change", unit = "percent", qualifier = "rounded",
        low = value - 0.5, high = value + 0.5})
    end
    local found, list = findings {of(2577, "2000"), of(7010, "2006"), change(272)}
    assert.same({{"growth", "some"}}, found)
    assert.matches("7,010 arrests against 2,577 arrests make 172 percent", list[1].sentence, 1, true)
    assert.same({}, (findings {of(2577, "2000"), of(7010, "2006"), change(172)}))
    -- A year before in another source is the one that is meant, an earlier one need not be.
    assert.same({{"growth", "some"}}, (findings {of(100, "2005", {source = other}), of(88, "2006"), change(-18)}))
    assert.same({}, (findings {of(100, "2005", {source = other}), of(82, "2006"), change(18)}))
    assert.same({}, (findings {of(100, "2003", {source = other}), of(88, "2006"), change(-18)}))
  end)

  it("a part without a category is no statement of its whole", function()
    local function part(value, more)
      more.part_of, more.split = more.part_of or "test.1", more.split or "flagrante"
      more.coverage = more.coverage or "partial"
      return year(value, more)
    end
    assert.same({}, (findings {year(132), part(72, {}), part(50, {split = "warning"}), year(132, {source = other})}))
    assert.equal(132, assert(operations.open(copy.path)):total("arrests").total.best)
    assert.same({{"parts", "none"}}, (findings {year(132), part(140, {})}))
    assert.same({}, (findings {year(141), part(110, {}), part(18, {}), part(6, {}), part(2, {}), part(2, {})}))
    local function one_of_all(value) return part(value, {coverage = "exhaustive"}) end
    assert.same({}, (findings {year(310), one_of_all(24), one_of_all(144), one_of_all(142)}))
    assert.same({{"parts", "none"}}, (findings {year(310), one_of_all(24), one_of_all(144), one_of_all(132)}))
  end)

  it("changes against different years are no rivals", function()
    local function change(value, id)
      return year(value, {indicator = "urls_confirmed_change", unit = "percent", qualifier = "rounded",
        low = value - 0.5, high = value + 0.5, source = id})
    end
    local urls = {indicator = "urls_confirmed", unit = "urls"}
    assert.same({}, (findings({change(118), change(417, other), year(68092, urls),
      range(31266, "2012-01-01", "2012-12-31", urls), range(13170, "2011-01-01", "2011-12-31", urls)},
      {"a,change,test.1,test.3,test.4,1.18,0.005,ice-2014-1,1,", "b,change,test.2,test.3,test.5,4.17,0.005,"
        .. other .. ",1,"})))
  end)
end)
