-- The worked examples of the dataset's design, on the real package.

local dates = require "blotter.ops.figures.dates"
local operations = require "blotter.ops"

describe("the worked examples", function()
  local ops, findings

  setup(function()
    ops = assert(operations.open "data")
    findings = ops:reconcile()
  end)

  local function figure(filter, value)
    for _, candidate in ipairs(ops:figures(filter)) do
      if candidate.value == value and candidate.parts then return candidate end
    end
    error("no figure with parts of value " .. value)
  end

  local function split_of(whole, name)
    for _, split in ipairs(ops:breakdowns(whole)) do
      if split.name == name then return split end
    end
    error("no split " .. name)
  end

  local function values(split)
    local list = {}
    for i, part in ipairs(split.figures) do list[i] = part.value end
    table.sort(list, function(a, b) return a > b end)
    return list
  end

  it("Seoul: 19 arrests are 12 + 3 + 2 + 1 + 1 by citizenship", function()
    local split = split_of(figure({subject = "seoul-2014", indicator = "arrests"}, 19), "citizenship")
    assert.same({12, 3, 2, 1, 1}, values(split))
    assert.same({0, 0}, {split.low, split.high})
  end)

  it("Operation Orion International: 144 arrests against 18 + 111 + 7 leave 8 unexplained", function()
    local whole = figure({subject = "orion-international-2024", indicator = "arrests", source = "the420-2024-1"}, 144)
    local split = split_of(whole, "group")
    assert.same({111, 18, 7}, values(split))
    assert.same({8, 8}, {split.low, split.high})
  end)

  it("the operation of 2025: 374 + 111 is 485, not 435, and no reading repairs it", function()
    local found
    for _, finding in ipairs(findings) do
      local first = finding.figures[1]
      local is_arrests = first.subject == "cyber-guardian-2025" and first.indicator == "arrests"
      if is_arrests and finding.class == "contradiction" then found = found or finding end
    end
    assert.equal("none", found.verdict)
    assert.equal("parts", found.check)
    assert.same({50, 50}, {found.low, found.high})
    assert.matches("435", found.sentence, 1, true)
    assert.matches("485", found.sentence, 1, true)
    local sources = {}
    for _, group in ipairs {found.figures, found.also} do
      for _, one in ipairs(group) do sources[one.source] = true end
    end
    assert.is_true(sources["nationpress-2025-1"])
  end)

  it("Korea: 374 = 258 + 74 + 42 by offence, and the age bands give 363 and leave 11", function()
    local whole = figure({subject = "cyber-guardian-2025", source = "nationpress-2025-1", area = "KR"}, 374)
    local offence = split_of(whole, "offence")
    assert.same({258, 74, 42}, values(offence))
    assert.same({0, 0}, {offence.low, offence.high})
    local ages = split_of(whole, "age_band")
    assert.same({363, 363}, {ages.sum_low, ages.sum_high})
    assert.same({11, 11}, {ages.low, ages.high})
  end)

  it("180,853 tips at 85 percent by telephone are 152,821 to 154,629", function()
    local relation
    for _, row in ipairs(ops:rows "relations") do
      if row.type == "ratio" and row.right and ops.model.by_id[row.right].value == 180853 then relation = row end
    end
    assert.same({152821, 154629}, {ops:implied(relation.id)})
  end)

  it("more than 10,000 arrests since 2003 do not contradict 8,720 by March 2013", function()
    for _, finding in ipairs(findings) do
      local ids = {}
      for _, one in ipairs(finding.figures) do ids[one.id] = true end
      assert.is_falsy(ids["ice-2014-1.08"] and ids["hstoday-2013-1.15"])
    end
  end)

  it("Orion International and Seoul: where there were results, and who was arrested", function()
    local places = {["orion-international-2024"] = 0, ["seoul-2014"] = 0}
    for _, link in ipairs(ops:rows "links") do
      if link.role == "with_results" and places[link.to] then places[link.to] = places[link.to] + 1 end
    end
    assert.same({["orion-international-2024"] = 8, ["seoul-2014"] = 3}, places)
    assert.equal(19, ops:figures({subject = "seoul-2014", indicator = "arrests", sex = "M"})[1].value)
  end)

  it("Stream: 91,000 and 72,000 videos on the server", function()
    local found
    for _, finding in ipairs(ops:reconcile {check = "across"}) do
      local first = finding.figures[1]
      if first.subject == "operation-stream" and first.indicator == "videos_on_site" then found = finding end
    end
    assert.equal("some", found.verdict)
    assert.matches("91,000", found.sentence, 1, true)
    assert.matches("72,000", found.sentence, 1, true)
  end)

  it("the record is of some size", function() assert.is_true(#ops:figures {} >= 2000) end)

  it("fiscal years of the United States run from October to September", function()
    local period = dates.period "FY2013"
    assert.same({"2012-10-01", "2013-09-30"}, {dates.format(period[1]), dates.format(period[2])})
    for _, one in ipairs(ops:figures {subject = "operation-predator", period_kind = "fiscal"}) do
      assert.matches("%-10%-01$", one.period_start)
      assert.matches("%-09%-30$", one.period_end)
    end
  end)

  it("lists both figures of 435 and all that disagree once, however many outlets print them", function()
    local count = 0
    for _, finding in ipairs(findings) do
      if finding.check == "parts" and finding.figures[1].value == 435 and finding.verdict == "none" then
        count = count + 1
      end
    end
    assert.equal(1, count)
  end)
end)
