-- The checks: each finds what it is for, and none cries wolf.

local operations = require "blotter.ops"
local package_copy = require "package_copy"

describe("reconcile", function()
  local copy

  after_each(function()
    if copy then copy:remove() end
    copy = nil
  end)

  local function findings(figures, relations)
    copy = package_copy.new {figures = figures}
    if relations then copy:replace("relations", relations) end
    local list = assert(operations.open(copy.path)):reconcile()
    local plain = {}
    for i, finding in ipairs(list) do plain[i] = {finding.check, finding.verdict, finding.low, finding.high} end
    return plain, list
  end

  local function range(value, first, last, more)
    local figure = {value = value, period_kind = "range", period_start = first, period_end = last}
    for name, own in pairs(more or {}) do figure[name] = own end
    return figure
  end

  local function since(value, last, more)
    local figure = range(value, "2003-01-01", last, more)
    figure.period_kind = "since"
    return figure
  end

  local function part(value, name, more)
    local figure = {value = value, part_of = "test.1", split = "area", coverage = "partial", area = name}
    for key, own in pairs(more or {}) do figure[key] = own end
    return figure
  end

  describe("parts:", function()
    it("more than their whole", function()
      local found, list = findings {{value = 435}, part(374, "KR"), part(111, "JP"), part(2, "SG")}
      assert.same({{"parts", "none", 50, 50}}, found)
      assert.equal(3, #list[1].figures) -- the smallest conflict: Singapore is not needed
    end)

    it("fewer than their whole, when the source gives all", function()
      local all = {coverage = "exhaustive"}
      assert.same({{"parts", "none", 10, 10}}, (findings {{value = 100}, part(50, "KR", all), part(40, "JP", all)}))
    end)

    it("leave a remainder, when it does not say so; none, when it says that some are missing", function()
      local unknown = {coverage = "unknown"}
      assert.same({{"parts", "some", 10, 10}},
        (findings {{value = 100}, part(50, "KR", unknown), part(40, "JP", unknown)}))
      copy:remove()
      assert.same({}, (findings {{value = 100}, part(50, "KR"), part(40, "JP")}))
    end)

    it("may be too few within open bounds", function()
      local open = {qualifier = "at least", high = ""}
      assert.same({}, (findings {{value = 100}, part(50, "KR", open), part(40, "JP")}))
    end)

    it("that share members are not added", function()
      local shared = {coverage = "overlapping"}
      assert.same({}, (findings {{value = 100}, part(80, "KR", shared), part(70, "JP", shared)}))
      copy:remove()
      local found = findings {{value = 100}, part(101, "KR", shared), part(70, "JP", shared)}
      assert.same({{"parts", "none", 1, 1}}, found)
    end)
  end)

  describe("statements of one thing:", function()
    it("two sources that cannot both be right", function()
      local found, list = findings {range(46, "2014-01-01", "2014-01-31"),
        range(18, "2014-01-01", "2014-01-31", {source = "nationpress-2025-1"})}
      assert.same({{"across", "none", 28, 28}}, found)
      assert.matches("46", list[1].sentence)
      assert.matches("18", list[1].sentence)
    end)

    it("one source that cannot decide", function()
      local found = findings {range(185, "2014-01-01", "2014-01-31"), range(184, "2014-01-01", "2014-01-31")}
      assert.same({{"within", "none", 1, 1}}, found)
    end)

    it("a refinement is no conflict", function()
      local vague = {low = 2001, high = "", qualifier = "more than"}
      assert.same({}, (findings {range(2000, "2013-01-01", "2013-12-31", vague),
        range(2314, "2013-01-01", "2013-12-31", {source = "nationpress-2025-1"})}))
    end)

    it("a round number beside the exact one is no conflict", function()
      assert.same({}, (findings {range(186000, "2013-01-01", "2013-12-31"),
        range(186819, "2013-01-01", "2013-12-31", {source = "nationpress-2025-1"})}))
    end)

    it("another area, period or category is another thing", function()
      assert.same({}, (findings {range(10, "2013-01-01", "2013-12-31", {area = "KR"}),
        range(20, "2013-01-01", "2013-12-31", {area = "JP", source = "nationpress-2025-1"}),
        range(30, "2012-01-01", "2012-12-31", {area = "KR"})}))
    end)

    it("a source from before the end of the period speaks of a part of it", function()
      assert.same({}, (findings {range(10, "2025-01-01", "2025-12-31", {source = "nationpress-2025-1"}),
        range(20, "2025-01-01", "2025-12-31", {source = "nationpress-2025-1", status = "P"})}))
    end)

    it("a doubted definition leaves room for a reading", function()
      local found = findings {range(46, "2014-01-01", "2014-01-31", {status = "D"}),
        range(18, "2014-01-01", "2014-01-31", {source = "nationpress-2025-1"})}
      assert.same({{"across", "some", 28, 28}}, found)
    end)
  end)

  describe("cumulative figures:", function()
    it("that fall", function()
      local found = findings {since(11600, "2008-11-20", {low = 11601, high = "", qualifier = "more than"}),
        since(8720, "2013-03-31", {source = "nationpress-2025-1"})}
      assert.same({{"cumulative", "none", 2881, nil}}, found)
    end)

    it("that grow, or may have grown", function()
      assert.same({}, (findings {since(8720, "2013-03-31"),
        since(10000, "2014-11-30", {low = 10001, high = "", qualifier = "more than"})}))
    end)

    it("that are too small for the years in them", function()
      local found = findings {since(901, "2013-12-31"), range(500, "2012-01-01", "2012-12-31"),
        range(450, "2013-01-01", "2013-12-31")}
      assert.same({{"periods", "none", 49, nil}}, found)
    end)

    it("that hold more than the years in them", function()
      assert.same({}, (findings {since(9000, "2013-12-31"), range(500, "2012-01-01", "2012-12-31"),
        range(450, "2013-01-01", "2013-12-31")}))
    end)
  end)

  describe("nested periods:", function()
    it("a part-year above its year", function()
      local found = findings {range(50, "2024-01-01", "2024-09-25"), range(57, "2024-01-01", "2024-09-10")}
      assert.same({{"periods", "none", 7, nil}}, found)
    end)

    it("a part-year below its year", function()
      assert.same({}, (findings {range(500, "2024-01-01", "2024-12-31"), range(57, "2024-01-01", "2024-09-10")}))
    end)
  end)

  it("margins: parts of several sources against the whole of another, the smallest set", function()
    local found, list = findings {range(101, "2024-01-01", "2024-12-31"),
      range(60, "2024-01-01", "2024-12-31", {area = "KR", source = "nationpress-2025-1"}),
      range(50, "2024-01-01", "2024-12-31", {area = "JP", source = "the420-2024-1"}),
      range(5, "2024-01-01", "2024-12-31", {area = "SG", source = "the420-2024-1"})}
    assert.same({{"margins", "none", 9, nil}}, found)
    assert.equal(3, #list[1].figures)
  end)

  it("margins: age bands that hold one another are not added", function()
    assert.same({}, (findings {range(474, "2024-01-01", "2024-10-14"),
      range(381, "2024-01-01", "2024-10-14", {age_band = "Y10T19"}),
      range(75, "2024-01-01", "2024-10-14", {age_band = "Y20T29"}),
      range(71, "2024-01-01", "2024-10-14", {age_band = "Y10T13"})}))
  end)

  describe("relations:", function()
    local counts = {range(120, "2013-01-01", "2013-12-31"), range(100, "2012-01-01", "2012-12-31")}

    it("a change that the figures do not make", function()
      local found = findings(counts, {"r,change,,test.1,test.2,0.25,0.005,ice-2014-1,1,"})
      assert.equal("changes", found[1][1])
      assert.equal("none", found[1][2])
    end)

    it("a change that is cut instead of rounded, but not one that is rounded up too far", function()
      local cut = {{value = 963, period_kind = "range", period_start = "2012-01-01", period_end = "2012-12-31"},
        {value = 267, period_kind = "range", period_start = "2011-01-01", period_end = "2011-12-31"}}
      assert.same({}, (findings(cut, {"r,change,,test.1,test.2,2.6,0.005,ice-2014-1,1,"})))
      copy:remove()
      local found = findings(cut, {"r,change,,test.1,test.2,2.62,0.005,ice-2014-1,1,"})
      assert.equal("changes", found[1][1])
    end)

    it("a change that they make", function()
      assert.same({}, (findings(counts, {"r,change,,test.1,test.2,0.2,0.005,ice-2014-1,1,"})))
    end)

    it("a subset that is larger", function()
      assert.same({{"subsets", "none", 20, 20}}, (findings(counts, {"r,subset,,test.1,test.2,,,ice-2014-1,1,"})))
    end)

    it("a sum that is none", function()
      local found = findings({{value = 100}, {value = 60, area = "KR"}, {value = 50, area = "JP"}},
        {"r1,sum,,test.1,test.2,,,ice-2014-1,1,", "r2,sum,,test.1,test.3,,,ice-2014-1,1,"})
      assert.equal("sums", found[1][1])
      assert.same({-10, -10}, {found[1][3], found[1][4]})
    end)
  end)

  it("rates: so many a day that do not make the whole", function()
    local more = {unit = "reports", indicator = "reports_received"}
    local rate = {unit = "reports_per_day", indicator = "reports_per_day", low = 6.975, high = 6.985, printed = "6.98",
      qualifier = "on average"}
    local found = findings {range(6.98, "2024-08-28", "2024-11-30", rate),
      range(611, "2024-08-28", "2024-11-30", more)}
    assert.same({{"rates", "none", -52, -38}}, found)
    copy:remove()
    -- 93 days or 95: whether the ends count is not said.
    assert.same({}, (findings {range(6.98, "2024-08-28", "2024-11-30", rate),
      range(649, "2024-08-28", "2024-11-30", more)}))
  end)

  it("drift: one number under two names, and one series of numbers of two areas", function()
    local other = {source = "nationpress-2025-1", indicator = "suspects_identified"}
    local found = findings {range(1066, "2014-01-01", "2014-12-31"), range(1066, "2014-01-01", "2014-12-31", other)}
    assert.same({{"drift", "some", 0, 0}}, found)
    copy:remove()
    local figures = {}
    for _, source in ipairs {"ice-2014-1", "nationpress-2025-1"} do
      for code, value in pairs {Y10T19 = 40, Y20T29 = 32, Y30T39 = 9} do
        figures[#figures + 1] = range(value, "2014-01-01", "2014-12-31", {source = source, age_band = code,
          area = source == "ice-2014-1" and "KR" or nil})
      end
    end
    assert.same({{"drift", "none", 0, 0}}, (findings(figures)))
  end)

  it("ages: the youngest above the oldest", function()
    local found = findings {{value = 50, indicator = "suspect_age_min", unit = "years"},
      {value = 40, indicator = "suspect_age_max", unit = "years"}}
    assert.same({{"ages", "none", 10, nil}}, found)
  end)

  it("nothing of a number that is not what is printed: the package is refused", function()
    local spoilt = package_copy.new {figures = {{value = 19, printed = "91", stated = ""}}}
    local _, message = operations.open(spoilt.path)
    spoilt:remove()
    assert.matches("column 'value': is not what is printed, '91'", message, 1, true)
  end)

  it("ranks what no reading can repair first, and gives the same list in every run", function()
    local first = assert(operations.open "data"):reconcile()
    local second = assert(operations.open "data"):reconcile()
    local order, seen_some = {none = 1, some = 2, all = 3}, 0
    for i, finding in ipairs(first) do
      assert.equal(finding.sentence, second[i].sentence)
      assert.is_true(order[finding.verdict] >= seen_some)
      seen_some = order[finding.verdict]
    end
  end)
end)
