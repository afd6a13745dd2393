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
end)
