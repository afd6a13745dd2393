-- What a page says of who led, of what stands elsewhere and of what its totals hold, so that none misleads.

local operations = require "blotter.ops"
local reports = require "blotter.publish.reports"

describe("a page", function()
  local ops

  setup(function() ops = assert(operations.open "data") end)

  local function profile(subject) return reports.build("profile", ops, {subject = subject}) end

  local function facts(document)
    local list = {}
    for _, item in ipairs(document.blocks[1].items) do
      list[item[1]] = list[item[1]] and list[item[1]] .. ", " .. item[2] or item[2]
    end
    return list
  end

  -- The texts and notes of a document below a heading, up to the next one.
  local function below(document, heading)
    local out, is_there = {}, false
    for _, block in ipairs(document.blocks) do
      if block.kind == "heading" then is_there = block.text == heading end
      if is_there then out[#out + 1] = block.text or block.note end
    end
    return table.concat(out, "\n")
  end

  it("says that one led only where a source says so", function()
    local stream = facts(profile "operation-stream")
    assert.is_nil(stream["Led by"])
    assert.equal("Europol", stream["Coordinated by"])
    assert.matches("Denmark", facts(profile "operation-cumberland")["Led by"], 1, true)
    assert.equal("Homeland Security Investigations", facts(profile "operation-predator")["Led by"])
    assert.is_nil(facts(profile "operation-pacifier")["Led by"])
    assert.equal("Federal Bureau of Investigation", facts(profile "operation-pacifier")["Grouped under"])
    for _, edge in ipairs(ops:network("europol", {depth = 1})) do
      assert.is_true(edge.role ~= "leads" or #edge.sources > 0, edge.to)
    end
  end)

  it("points from what an agency's rows lack to where its figures are filed", function()
    local hsi = below(profile "hsi", "What is not stated")
    assert.matches("Its own figures stand on another page: [^\n]*arrests under Operation Predator", hsi)
    assert.is_nil(hsi:match "No source here states[^\n]*arrests")
    local nca = below(profile "nca", "What is not stated")
    assert.matches("which need not be all of its own: [^\n]*arrests under ", nca)
  end)

  local function totals(area)
    for _, block in ipairs(reports.build("area", ops, {area = area}).blocks) do
      if block.title == "Totals that count nothing twice" then
        local rows = {}
        for _, row in ipairs(block.rows) do rows[row[1]] = row end
        return rows
      end
    end
    return {}
  end

  it("says in the number's flags that another one is undated, and bounds round numbers as the method says", function()
    for _, block in ipairs(profile("uk-online-csa").blocks) do
      for _, row in ipairs(block.title ~= nil and {} or block.rows or {}) do
        if row[1]:find("Arrests a month", 1, true) and type(row[2]) == "table" then
          assert.matches("another, undated", table.concat(row[2].flags, " "), 1, true)
        end
      end
    end
    for _, figure in ipairs(ops:figures {}) do
      local is_bare = figure.qualifier == "rounded" and figure.printed and figure.printed:find "^[%d,]*00$"
      assert.is_falsy(is_bare and figure.multiplier == 1 and figure.unit ~= "percent" or false, figure.id)
    end
  end)

  it("prints no number of parts as the world's", function()
    for name, row in pairs(totals "001") do assert.is_nil(row[2], name) end
    local said = below(reports.build("area", ops, {area = "001"}), "What is not stated")
    assert.matches("No count of the children, suspects or arrests of the whole world", said)
  end)

  it("prints no total of an area that one of its agencies exceeds, and no measure as a total", function()
    local rows = totals "AU"
    assert.is_nil(rows["Arrests"][2])
    assert.matches("alone prints .*, which names no area", rows["Arrests"][3])
    for _, area in ipairs {"AU", "GB", "US", "PH"} do
      for name in pairs(totals(area)) do
        assert.is_nil(name:match "Duration" or name:match " age " or name:match "^Age" or name:match "a month", name)
      end
    end
    local children = totals("GB")["Victims identified"]
    if children[2] then assert.is_truthy(table.concat(children[2].flags, " "):find "partial") end
  end)
end)
