-- Repeats of one conflict are one finding, whose sentence tells of them.

local operations = require "blotter.ops"
local package_copy = require "package_copy"

describe("of one conflict", function()
  local copy

  after_each(function() if copy then copy:remove() end end)

  local function findings(figures)
    if copy then copy:remove() end
    for _, figure in ipairs(figures) do
      figure.period_kind, figure.period_start, figure.period_end = "range", "2013-01-01", "2013-12-31"
    end
    copy = package_copy.new {figures = figures}
    return assert(operations.open(copy.path)):reconcile()
  end

  local a, b = "ice-2014-1", "nationpress-2025-1"

  it("the same gap of two sources about a whole and about its part is one finding", function()
    local function figures(last)
      return {{value = 153, source = a, subject = "operation-h"}, {value = 146, source = b, subject = "operation-h"},
        {value = 51, source = a, subject = "operation-h", area = "AU"},
        {value = last, source = b, subject = "operation-h", area = "AU"}}
    end
    local list = findings(figures(44))
    assert.equal(1, #list)
    assert.matches("51 [^;]* and 44 [^;]*7 apart; as far apart are 153 and 146 %(Operation H, 2013%)", list[1].sentence)
    assert.equal(2, #list[1].also)
    assert.equal(2, #findings(figures(45)))
  end)

  it("percentages of counts that contradict each other are told with these", function()
    local function part(value, band) return {value = value, area = "KR", age_band = band, part_of = "test.1",
      split = "age_band", coverage = "exhaustive"} end
    local function share(value, band) return {value = value, area = "KR", age_band = band, indicator = "arrests_share",
      unit = "percent", qualifier = "rounded", low = value - 0.5, high = value + 0.5} end
    local list = findings {{value = 90, area = "KR"}, part(60, "Y10T19"), part(40, "Y20T29"), share(61, "Y10T19"),
      share(39, "Y20T29")}
    assert.equal(1, #list)
    assert.matches("10 too many; of their percentages, 61 percent and 39 percent cannot be made of them either",
      list[1].sentence, 1, true)
    list = findings {{value = 100, area = "KR"}, part(60, "Y10T19"), part(40, "Y20T29"), share(64, "Y10T19")}
    assert.same({1, "shares"}, {#list, list[1].check})
  end)

  it("the dataset tells each once", function()
    local operation_h, vibora = 0, nil
    for _, finding in ipairs(assert(operations.open "data"):reconcile()) do
      local first = finding.figures[1]
      if first.subject == "operation-h" and first.indicator == "victims_safeguarded" then
        operation_h = operation_h + 1
      end
      if finding.sentence:find("Operation Vibora, Latin America", 1, true) then vibora = finding.sentence end
    end
    assert.equal(1, operation_h)
    assert.matches("sources give 13 %(dumpling.news%) and 10 %([^)]*%) as arrests, 3 apart", vibora)
  end)
end)
