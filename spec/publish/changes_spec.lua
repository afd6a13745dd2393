-- What changed: revisions by publishers apart from the curator's corrections, each correction told once and in words.

local changes = require "blotter.publish.site.changes"
local feed = require "blotter.publish.site.feed"
local formats = require "blotter.publish.formats"
local operations = require "blotter.ops"

describe("changes", function()
  local ops, text, entries

  setup(function()
    ops = assert(operations.open "data")
    text = formats.render(changes.build(ops, { version = "1.0.0", newest = "3 Mar 2026" }), "markdown", {})
    entries = feed.entries(ops)
  end)

  it("tell what a publisher replaced apart from what the curator corrected", function()
    local publishers = text:match "Numbers that their publishers changed.-What the curator of this collection corrected"
    local corrected = text:match "What the curator of this collection corrected.-What the curator judged"
    for _, words in ipairs { "11,600", "Operation Cathedral", "10,583", "another basis" } do
      assert.is_truthy(publishers:find(words, 1, true), words)
    end
    assert.is_truthy(corrected:find("Operation Vibora", 1, true))
    assert.is_nil(corrected:find("11,600", 1, true))
  end)

  it("tell one correction of several fields once, in words", function()
    local count = 0
    for _, entry in ipairs(entries) do
      if entry.kind == "correction" and entry.about:find("Operation Vibora", 1, true) then
        count = count + 1
        assert.is_truthy(entry.text:find("Number: 13, before 12", 1, true), entry.text)
      end
      assert.is_nil(entry.text:find "stated", entry.text)
      assert.is_nil(entry.text:find "status", entry.text)
      assert.is_nil(entry.text:find "%l_%l", entry.text)
    end
    assert.equal(1, count)
    local all = #ops:rows "judgements" + #ops:rows "history"
    assert.is_true(#entries < all)
  end)

  it("name a correction's new place, day and meaning by what they are called", function()
    local texts = {}
    for _, entry in ipairs(entries) do texts[#texts + 1] = entry.text end
    local all = table.concat(texts, "\n")
    assert.is_truthy(all:find("England and Wales, before United Kingdom", 1, true))
    assert.is_truthy(all:find("First day: 1 Jan 2004, before 1 Jan 2013", 1, true))
    assert.is_truthy(all:find("counted differently, before none", 1, true))
  end)
end)
