-- What a total leaves out, and tells: each with its number, unless what is used says the same.

local operations = require "blotter.ops"
local package_copy = require "package_copy"

describe("what a total leaves out", function()
  local copy

  after_each(function() if copy then copy:remove() end end)

  local function total(indicator, figures, options)
    if copy then copy:remove() end
    for _, figure in ipairs(figures) do figure.indicator = indicator end
    copy = package_copy.new {figures = figures}
    return assert(operations.open(copy.path)):total(indicator, options)
  end

  local function span(from, to, figure)
    figure.period_kind, figure.period_start, figure.period_end = "range", from, to
    return figure
  end

  it("because it overlaps and reaches further is told with its number", function()
    local row = total("arrests", {span("2013-01-01", "2013-12-31", {value = 90, subject = "icac"}),
      span("2013-10-01", "2014-03-31", {value = 30, subject = "icac"})}).total
    assert.same({90, {"not after 31 Dec 2013, where what overlaps is left out: 30 (Oct 2013 to Mar 2014)"}},
      {row.best, row.lacks})
  end)

  it("is not told where it is the count that is used, without its period", function()
    local dated = span("2013-01-01", "2013-06-30", {value = 611, subject = "operation-daylight"})
    local again = {value = 611, subject = "operation-daylight", source = "hstoday-2013-1"}
    local row = total("arrests", {dated, again}).total
    assert.same({611, {}}, {row.best, row.lacks})
    row = total("arrests", {dated, {value = 75, subject = "operation-daylight", source = "hstoday-2013-1"}}).total
    assert.same({"perhaps without 75 (of no stated period), which may overlap what is counted"}, row.lacks)
  end)

  it("of two datings of one count is the vaguer one", function()
    local row = total("arrests", {span("2003-01-01", "2003-12-31", {value = 745, subject = "operation-marcy"}),
      span("", "2003-09-26", {value = 745, low = 671, high = 819, qualifier = "about", subject = "operation-marcy",
        source = "hstoday-2013-1"})}).total
    assert.same({745, 745}, {row.low, row.high})
  end)

  it("are children among persons, but not among victims", function()
    local function figures()
      return {span("2013-01-01", "2013-12-31", {value = 90, subject = "de-pks"}),
        span("2014-01-01", "2014-12-31", {value = 20, subject = "jp-npa-social-media", age_band = "Y_LT18"})}
    end
    assert.equal(110, total("victims_recorded", figures()).total.best)
    assert.equal(90, total("suspects_identified", figures()).total.best)
  end)

  it("since it may be counted in part or reaches outside the period is told by its largest number", function()
    local row = total("arrests", {span("2013-01-01", "2013-12-31", {value = 90, subject = "operation-h"}),
      span("2012-06-01", "2013-06-30", {value = 40, subject = "icac"}),
      span("2013-06-01", "2014-06-30", {value = 50, subject = "icac"})}, {period = "2013"}).total
    assert.same({"only Operation H", "not Internet Crimes Against Children Task Force Program: 50 "
      .. "(Jun 2013 to Jun 2014), whose figures reach outside the period"}, row.lacks)
  end)
end)
