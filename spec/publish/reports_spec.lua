-- The reports on the real package: what a reader must find in them, and that every format can print them.

local formats = require "blotter.publish.formats"
local operations = require "blotter.ops"
local reports = require "blotter.publish.reports"

describe("the overview", function()
  local ops, document, text

  setup(function()
    ops = assert(operations.open "data")
    document = assert(reports.build("overview", ops, {}))
    text = formats.render(document, "text", {width = 200})
  end)

  local function row_of(title, name)
    for _, block in ipairs(document.blocks) do
      if block.kind == "table" and (not title or block.title == title) then
        for _, row in ipairs(block.rows) do
          if row[1]:find(name, 1, true) then return row, block end
        end
      end
    end
    error("no row " .. name)
  end

  local function sources_of(cell)
    local names = {}
    for _, block in ipairs(document.blocks) do
      if block.kind == "sources" then
        for _, number in ipairs(cell.sources) do names[#names + 1] = block.items[number].publisher end
      end
    end
    return names
  end

  it("names Operation Orion International with 144 arrests and 8 unexplained", function()
    local cell = row_of("Operations", "Operation Orion International")[2]
    assert.same({144, 144, 144}, {cell.low, cell.best, cell.high})
    assert.is_true(#sources_of(cell) >= 1)
    assert.matches("8 unexplained", text, 1, true)
    assert.matches("Operation Orion International", text, 1, true)
  end)

  it("names the contradiction of 435 against 485, with its sources", function()
    local line
    for _, block in ipairs(document.blocks) do
      for _, item in ipairs(block.kind == "notes" and block.items or {}) do
        if item:find("435 arrests in all", 1, true) then line = item end
      end
    end
    assert.matches("485", line, 1, true)
    assert.matches("%[%d+%]", line)
    assert.is_truthy(row_of("Operations", "Operation Cyber Guardian")[2].flags[1]:find "contradicted")
  end)

  it("names 19 arrests in Seoul with their five citizenships", function()
    local cell = row_of("Operations", "Seoul operation")[2]
    assert.equal(19, cell.best)
    assert.same({"U.S. Immigration and Customs Enforcement"}, sources_of(cell))
    local found
    for _, block in ipairs(document.blocks) do
      for _, row in ipairs(block.kind == "table" and block.columns[5] and block.columns[5].name == "parts"
        and block.rows or {}) do
        if row[1]:find("Seoul operation", 1, true) then found = row[5] end
      end
    end
    for _, part in ipairs {": 12;", "citizens of Sri Lanka: 3", "citizens of Viet Nam: 2", "citizen of Indonesia: 1",
      "citizen of Thailand: 1"} do
      assert.is_truthy(found:find(part, 1, true), found)
    end
  end)

  it("says of a country what its own page says", function()
    local tiles
    for _, block in ipairs(document.blocks) do tiles = block.chart == "tiles" and block or tiles end
    assert.is_true(#tiles.labels > 15)
    assert.matches("Republic of Korea, not added: the figures of Korean police against sexual violence online cover",
      text:gsub("%s+", " "), 1, true)
    for i, label in ipairs(tiles.labels) do
      local own = ops:total("arrests", {area = label}).total
      assert.same({own.low, own.high}, {tiles.values[i].low, tiles.values[i].high}, label)
    end
  end)

  it("prints its policy, and says why rows are not added", function()
    assert.is_truthy(text:gsub("%s+", " "):find("policy 'newest'", 1, true))
    assert.matches("The rows are not added up", text, 1, true)
  end)

  it("keeps every bound in order and every number tied to a source", function()
    for _, block in ipairs(document.blocks) do
      for _, row in ipairs(block.kind == "table" and block.rows or {}) do
        for i, column in ipairs(block.columns) do
          local cell = row[i]
          if column.type == "figure" and cell then
            assert.is_true(not cell.low or not cell.high or cell.low <= cell.high)
            assert.is_true(column.name == "unexplained" or #cell.sources > 0)
          end
        end
      end
    end
  end)

  it("settles by another policy on request, and refuses what is none", function()
    local other = assert(reports.build("overview", ops, {policy = "official", limit = "3"}))
    assert.is_truthy(formats.render(other, "text", {}):gsub("%s+", " "):find("policy 'official'", 1, true))
    assert.is_nil(reports.build("overview", ops, {policy = "best"}))
    assert.is_nil(reports.build("overview", ops, {limit = "none"}))
  end)

  it("has headings without a gap between their levels", function()
    assert.is_truthy(formats.render(document, "markdown", {}):find "\n## Sources\n")
    assert.is_truthy(formats.render(document, "html", {}):find '<h2 id="part%-%d+">Sources</h2>')
  end)
end)

describe("the profile", function()
  local ops

  setup(function() ops = assert(operations.open "data") end)

  it("is built for every subject, with all its statements", function()
    for _, subject in ipairs(ops.subjects) do
      local document = assert(reports.build("profile", ops, {subject = subject.id}))
      assert.equal(subject.name, document.title)
      assert.is_true(#formats.render(document, "json", {}) > 0)
    end
  end)

  it("prints links, breakdowns, findings and every statement with its source", function()
    local document = assert(reports.build("profile", ops, {subject = "cyber-guardian-2025"}))
    local text = formats.render(document, "text", {width = 160})
    for _, part in ipairs {"led by", "requested by", "374 arrests by age band", "make 485", "Every statement",
      "NationPress"} do
      assert.is_truthy(text:find(part, 1, true), part)
    end
  end)

  it("prints words and units for codes, and a date no more exactly than it is known", function()
    local document = assert(reports.build("profile", ops, {subject = "operation-predator"}))
    local text = formats.render(document, "text", {width = 160})
    assert.is_truthy(text:find("Share of arrests (percent)", 1, true))
    assert.is_truthy(text:find("counted differently", 1, true))
    assert.is_nil(text:find "status %u")
    assert.is_nil(text:find("2003-01-01", 1, true))
  end)

  it("prints the source's words and says what a computed number is made of", function()
    local document = assert(reports.build("profile", ops, {subject = "operation-predator"}))
    local text = formats.render(document, "text", {width = 160})
    assert.is_truthy(text:find("more than 35,200", 1, true))
    assert.is_nil(text:find("≥", 1, true))
    assert.is_truthy(text:find("Computed from 2 figures: more than 31,000 (since 2003, to Mar 2022) [1]; "
      .. "more than 4,200 (2023) [2].", 1, true))
    assert.is_truthy(text:find("Judged different things", 1, true))
  end)

  it("lists a breakdown once", function()
    for _, subject in ipairs(ops.subjects) do
      local seen = {}
      for _, block in ipairs(assert(reports.build("profile", ops, {subject = subject.id})).blocks) do
        if block.kind == "table" and block.columns[1].name == "part" then
          local parts = {}
          for i, row in ipairs(block.rows) do parts[i] = ("%s=%s"):format(row[1], row[2].low) end
          table.sort(parts)
          local key = block.title .. "\0" .. table.concat(parts, "\0")
          assert.is_nil(seen[key], subject.id .. ": " .. key)
          seen[key] = true
        end
      end
    end
  end)

  it("refuses an unknown subject and says what could be meant", function()
    local document, message = reports.build("profile", ops, {subject = "cyber-guardian-2026"})
    assert.is_nil(document)
    assert.matches("did you mean 'cyber-guardian-2025'?", message, 1, true)
  end)
end)
