-- What stands apart: operations, programmes and sweeps against trafficking in rankings, what has no date beside a
-- timeline; and what a drawing says of a number without its table: flags, periods, units.

local charts = require "blotter.publish.charts"
local flat = require "blotter.publish.flat"
local operations = require "blotter.ops"
local pages = require "blotter.publish.site.pages"
local reports = require "blotter.publish.reports"

local function blocks_of(document, kind)
  local list = {}
  for _, block in ipairs(document.blocks) do
    if block.kind == kind then list[block.title or #list + 1] = block end
  end
  return list
end

local function place_of(list, text)
  for i, item in ipairs(list) do
    if item == text then return i end
  end
end

describe("apart", function()
  local ops

  setup(function() ops = assert(operations.open "data") end)

  it("are operations and programmes, and sweeps against trafficking have no place", function()
    local block = blocks_of(reports.build("indicator", ops, { indicator = "victims_safeguarded" }), "chart")
    local once = block["Victims safeguarded: operations"]
    local going_on = block["Victims safeguarded: programmes and task forces"]
    assert.is_truthy(place_of(once.labels, "Operation Notarise"))
    assert.is_nil(place_of(once.labels, "Operation Predator"))
    assert.is_truthy(place_of(going_on.labels, "Operation Predator"))
    assert.is_nil(place_of(once.labels, "Operation Cross Country VIII"))
    assert.matches("sweeps against trafficking: Operation Cross Country VIII", once.note, 1, true)
    local rows = blocks_of(reports.build("league", ops, {}), "table")["Places that the bounds allow"].rows
    for _, row in ipairs(rows) do
      if row[2]:find "Cross Country" then
        assert.same({ "not ranked", "a sweep against trafficking" }, { row[1], row[5] })
      end
    end
  end)

  it("is a number in doubt, whose bar is hollow and says why", function()
    local block = blocks_of(reports.build("indicator", ops, { indicator = "victims_safeguarded" }), "chart")
    block = block["Victims safeguarded: programmes and task forces"]
    local place = place_of(block.labels, "Operation Predator")
    assert.is_true(block.values[place].hollow)
    local svg = charts.svg(block, charts.NARROW, "c")
    assert.matches('class="soft">computed, doubtful, partial<', svg, 1, true)
    assert.matches('class="hollow s1"', svg, 1, true)
  end)

  it("are operations without a date, beside the timeline", function()
    local document = reports.build("overview", ops, {})
    local missing = blocks_of(document, "table")["Not in the timeline: no source says when they began"]
    local timeline = blocks_of(document, "chart")["Operations over time"]
    for _, row in ipairs(missing.rows) do assert.is_nil(place_of(timeline.labels, row[1])) end
    local count = 0
    for _, subject in ipairs(ops.subjects) do count = count + (subject.type == "operation" and 1 or 0) end
    assert.equal(count, #missing.rows + #timeline.labels)
    assert.matches("3,575 (counted differently)", charts.svg(timeline, 1600, "c"), 1, true)
  end)

  it("are operations without any date, behind those that ended", function()
    local tables = blocks_of(pages.operations(ops), "table")
    local names = {}
    for i, row in ipairs(tables["Operations and programmes, the newest first"].rows) do names[i] = row[1] end
    local cumberland, older = place_of(names, "Operation Cumberland"), place_of(names, "Operation Cathedral")
    assert.is_true(cumberland < older)
    for _, column in ipairs(tables["Without a date in any source"].columns) do
      assert.is_nil(({ began = true, ended = true })[column.name])
    end
  end)

  it("has its unit, in words and in the data beside a chart", function()
    local document = reports.build("profile", ops, { subject = "operation-delego" })
    local found
    for _, block in ipairs(document.blocks) do
      for _, row in ipairs(block.kind == "table" and block.rows or {}) do
        if row[1] == "Data seized (terabytes)" then found = found or row[2] end
      end
    end
    assert.same({ "doubtful", "lower bound", "encyclopedia" }, found.flags)
    for _, made in ipairs(flat.tables(reports.build("league", ops, {}))) do
      if made.title == "Operations with most arrests" then
        assert.equal("unit", made.columns[#made.columns].name)
        assert.equal("persons", made.rows[1][#made.columns])
      end
    end
  end)
end)

describe("findings", function()
  it("stand in a table, in the order of their texts, and each check has words", function()
    local ops = assert(operations.open "data")
    local document = reports.build("discrepancies", ops, {})
    local rows = blocks_of(document, "table")["All findings at a glance"].rows
    assert.equal(#ops:reconcile(), #rows)
    assert.equal("Operation Narsil", rows[2][1])
    assert.equal("195 countries taking part; 27 countries taking part", rows[2][2])
    assert.equal("beyond repair; judged a conflict", rows[2][4])
    for _, row in ipairs(rows) do assert.matches(" ", row[3], 1, true) end
    local texts = {}
    for _, block in ipairs(document.blocks) do
      if block.kind == "notes" then table.move(block.items, 1, #block.items, #texts + 1, texts) end
    end
    for i, row in ipairs(rows) do assert.is_truthy(texts[i]:find(row[1], 1, true), row[1]) end
  end)
end)
