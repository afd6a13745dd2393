-- "A further 200" beside 136 in one source: two counts that are added up, and no contradiction. Without a count beside
-- it such a figure is a statement like any other.

local operations = require "blotter.ops"
local package_copy = require "package_copy"

describe("a further count", function()
  local copy, ops

  before_each(function()
    copy = package_copy.new()
    ops = assert(operations.open(copy.path))
  end)
  after_each(function() copy:remove() end)

  -- Adds figures of one indicator, each {printed, period, qualifier}, in one source; returns the total and the report.
  local function added(indicator, rows)
    local record = {
      source = {id = "ice-2026-1", publisher = "ice", title = "An example", date_published = "2026-06-01"},
      subjects = {{id = "some-operation", type = "operation", name = "Some operation", area = "US"}}, figures = {},
    }
    for i, row in ipairs(rows) do
      record.figures[i] = {subject = "some-operation", indicator = indicator, printed = row[1], locator = i,
        period = row[2] or "2025", qualifier = row[3]}
    end
    local report, message = ops:add(record)
    assert(report, message)
    return ops:total(indicator, {subject = "some-operation"}).total, report
  end

  local function sentences(report)
    local list = {}
    for i, finding in ipairs(report.findings) do list[i] = finding.sentence end
    return table.concat(list, "\n")
  end

  it("is added to the count beside it", function()
    local total, report = added("officers_deployed", {{"136"}, {"another 200"}})
    assert.same({336, 336, ""}, {total.low, total.high, sentences(report)})
  end)

  it("is added once for each that is told", function()
    local total, report = added("arrests", {{"more than 136"}, {"a further 20"}, {"5 more", nil, "a further"}})
    assert.equal(162, total.low)
    assert.is_nil(total.high)
    assert.equal("", sentences(report))
  end)

  it("takes no part in what the counts beside it disagree about", function()
    local total, report = added("arrests", {{"136"}, {"150"}, {"a further 20"}})
    assert.same({"contested"}, total.flags)
    assert.equal(156, total.low)
    assert.matches("136 (U.S. Immigration and Customs Enforcement) as arrests, 14 apart", sentences(report), 1, true)
  end)

  it("is a statement by itself where nothing stands beside it", function()
    assert.equal(20, added("arrests", {{"a further 20"}}).high)
  end)

  it("is not added to what another source counts", function()
    added("arrests", {{"136"}, {"a further 20"}})
    local record = {source = {id = "ice-2026-2", publisher = "ice", title = "Another", date_published = "2026-07-01"},
      figures = {{subject = "some-operation", indicator = "arrests", printed = "156", locator = 1, period = "2025"}}}
    local report = assert(ops:add(record))
    assert.equal("", sentences(report))
    assert.equal(156, ops:total("arrests", {subject = "some-operation"}).total.high)
  end)
end)
