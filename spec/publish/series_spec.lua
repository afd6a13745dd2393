-- Points of a series: a line joins only those that count the same, which are those whose change a table prints; what is
-- a part, doubtful or contradicted is drawn open; and what contradicts itself or is of other categories is not added.

local charts = require "blotter.publish.charts"
local operations = require "blotter.ops"
local package_copy = require "package_copy"
local reports = require "blotter.publish.reports"

local function chart_of(document, title)
  for _, block in ipairs(document.blocks) do
    if block.kind == "chart" and block.title == title then return block end
  end
  error("no chart " .. title)
end

local function table_of(document, title)
  for _, block in ipairs(document.blocks) do
    if block.kind == "table" and block.title == title then return block end
  end
  error("no table " .. title)
end

-- The points of a chart of one series by their label.
local function points_of(block)
  local points = {}
  for i, label in ipairs(block.labels) do points[label] = block.values[i] end
  return points
end

-- How many lines a drawing has, and how many hollow points.
local function drawn(block)
  local svg = charts.svg(block, charts.WIDE, "c")
  return select(2, svg:gsub('class="bare', "")), select(2, svg:gsub('class="hollow', ""))
end

describe("a series of years", function()
  local ops

  setup(function() ops = assert(operations.open "data") end)

  it("joins no year of a part of what is counted to one of all", function()
    local block = chart_of(reports.build("profile", ops, { subject = "iwf" }), "Reports assessed by year")
    local points = points_of(block)
    assert.is_true(points["2022"].hollow)
    assert.is_true(points["2022"].apart)
    assert.is_true(points["2023"].apart)
    assert.is_nil(points["2023"].hollow)
    assert.is_false(points["2013"].apart)
    local lines, hollow = drawn(block)
    assert.same({ 1, 1 }, { lines, hollow })
    assert.matches("Hollow or pale: only a part", block.note, 1, true)
    assert.matches("not joined do not count the same", block.note, 1, true)
  end)

  it("joins what is counted differently as little as the table compares it", function()
    local document = reports.build("agency", ops, { subject = "hsi" })
    local points = points_of(chart_of(document, "Arrests by fiscal year"))
    assert.is_true(points["2022"].apart)
    for _, row in ipairs(table_of(document, "Each year and the change").rows) do
      local year = row[1]:match "%d+$"
      if row[3] then assert.is_false(points[year].apart, year) end
    end
  end)

  it("is one line for each category where the years are of other ones, and has no sum", function()
    local document = reports.build("profile", ops, { subject = "de-pks" })
    local block = chart_of(document, "Cases recorded by year")
    assert.equal(2, #block.series)
    assert.equal("Sexual abuse material of children under 14", block.series[1].name)
    for _, block_ in ipairs(document.blocks) do
      for _, row in ipairs(block_.kind == "table" and block_.rows or {}) do
        if row[1] == "Cases recorded" and #row == 3 then assert.matches("not added: its years", row[3]) end
      end
    end
  end)

  it("of figures that contradict each other has no sum and no line", function()
    local document = reports.build("profile", ops, { subject = "iwf-ai" })
    local block = chart_of(document, "Videos found by year")
    assert.equal(0, (drawn(block)))
    assert.matches("contradicts", block.note, 1, true)
    local basis, before
    for _, block_ in ipairs(document.blocks) do
      if block_.text == "What contradicts itself" then before = not basis end
      for _, row in ipairs(block_.kind == "table" and block_.rows or {}) do
        basis = basis or row[1]:find "^Videos" and row
      end
    end
    assert.is_true(before)
    assert.is_nil(basis[2])
    assert.matches("contradict each other: nearly 3,500 (2024); 3,443 (2025)", basis[3], 1, true)
  end)

  it("of an agency has no year of single operations, and says what stands in none", function()
    local document = reports.build("agency", ops, { subject = "doj" })
    local points = points_of(chart_of(document, "Arrests by fiscal year"))
    assert.is_nil(points["2018"])
    assert.is_true(points["2011"].hollow)
    local left = {}
    for _, row in ipairs(table_of(document, "What stands in no year").rows) do left[row[3].words] = row[4] end
    assert.equal("of a single operation", left["more than 2,300"])
    assert.matches("which kind of year", left["more than 8,500"])
    for _, row in ipairs(table_of(document, "Each year and the change").rows) do
      assert.matches("Internet Crimes Against Children", row[4])
    end
  end)

  it("of fiscal years is not joined to calendar years", function()
    local copy <close> = setmetatable({ package_copy.new { figures = {
      { value = 40, period_kind = "calendar", period_start = "2010-01-01", period_end = "2010-12-31" },
      { value = 50, period_kind = "calendar", period_start = "2011-01-01", period_end = "2011-12-31" },
      { value = 60, period_kind = "calendar", period_start = "2012-01-01", period_end = "2012-12-31" },
      { value = 20, period_kind = "fiscal", period_start = "2013-04-01", period_end = "2014-03-31" },
    } } }, { __close = function(own) own[1]:remove() end })
    local document = reports.build("profile", assert(operations.open(copy[1].path)), { subject = "icse" })
    local points = points_of(chart_of(document, "Arrests by year"))
    assert.is_false(points["2012"].apart)
    assert.is_true(points["2014"].apart)
  end)
end)
