-- What a reader is led to: the address of each statement, how bounds are made, the rounds of a programme, ages and
-- outcomes.

local formats = require "blotter.publish.formats"
local method_page = require "blotter.publish.site.method"
local operations = require "blotter.ops"
local pages = require "blotter.publish.site.pages"
local reports = require "blotter.publish.reports"
local shell = require "blotter.publish.site.shell"

local ABOUT = { title = "t", version = "1", newest = "2026", licence = "l" }

describe("a reader of the site", function()
  local ops

  setup(function() ops = assert(operations.open "data") end)

  local function entry_of(kind, id)
    for _, entry in ipairs(pages.list(ops, kind)) do
      if entry.id == id then return entry end
    end
  end

  local function html_of(kind, id)
    local doc = pages.build(ops, kind, entry_of(kind, id))
    return formats.render(doc, "html", shell.options(ABOUT, "../", id))
  end

  local function table_of(document, title)
    for _, block in ipairs(document.blocks) do
      if block.kind == "table" and block.title == title then return block end
    end
  end

  it("is led from a statement to its line on the page of its source", function()
    local page = html_of("subject", "europol-vidtf-14")
    local address = page:match 'class="here" href="../source/europol%-2024%-1.html#([^"]+)"'
    local source = html_of("source", "europol-2024-1")
    assert.is_truthy(source:find(('<tr id="%s">'):format(address), 1, true))
    assert.is_truthy(source:find(('href="../source/europol-2024-1.html#%s"'):format(address), 1, true))
    local ids = {}
    for id in source:gmatch '<tr id="([^"]+)"' do ids[#ids + 1] = id end
    assert.equal(#ops:figures { source = "europol-2024-1" }, #ids)
  end)

  it("is led from bounds to how they are made of each word", function()
    assert.is_truthy(html_of("subject", "operation-delego"):find(
      '<a class="bounds" href="../method.html#bounds">(540–660)</a>', 1, true))
    local method = method_page.build(ops, ABOUT)
    assert.is_truthy(formats.render(method, "html"):find('<h2 id="bounds">', 1, true))
    local words = {}
    for _, row in ipairs(table_of(method, "Words, and the bounds that they make").rows) do words[row[1]] = row end
    assert.same({ "95 percent of the number", "105 percent of the number" }, { words.round[2], words.round[3] })
    assert.same({ "the next above the number", "none" }, { words["more than"][2], words["more than"][3] })
    for _, word in ipairs(ops:rows "qualifiers") do assert.is_truthy(words[word.qualifier], word.qualifier) end
  end)

  it("sees the rounds of a programme one below the other, identified apart from safeguarded", function()
    local block = table_of(reports.build("profile", ops, { subject = "europol-vidtf" }), "Its rounds, one by one")
    assert.same({ "victims_identified", "victims_safeguarded" }, { block.columns[3].name, block.columns[4].name })
    local names = {}
    for i, row in ipairs(block.rows) do names[i] = row[1]:match "%d+$" end
    assert.same({ "1", "2", "4", "6", "10", "12", "14" }, names)
    assert.equal(18, block.rows[5][3].value)
    assert.equal(9, block.rows[5][4].value)
  end)

  it("finds ages and sexes on one page, and arrests beside convictions on another", function()
    local count = 0
    for _, block in ipairs(reports.build("ages", ops, {}).blocks) do
      count = count + (block.kind == "table" and #block.rows or 0)
    end
    local wanted = 0
    for _, figure in ipairs(ops:figures {}) do
      wanted = wanted + (figure.dims.age_band and 1 or 0) + (figure.dims.sex and 1 or 0)
    end
    assert.equal(wanted, count)
    local block = table_of(reports.build("outcomes", ops, {}), "Subjects of which two stages or more are known")
    local found = {}
    for _, row in ipairs(block.rows) do
      for i, column in ipairs(row[1] == "Operation Cathedral" and block.columns or {}) do
        found[column.name] = row[i] and row[i].value
      end
    end
    assert.same({ 104, 7 }, { found.arrests, found.persons_convicted })
  end)

  it("is told how many sources have no address", function()
    local block = table_of(reports.build("sources", ops, {}), "Sources and statements, by what they are")
    local none = 0
    for _, source in ipairs(ops.sources) do none = none + (source.url and 0 or 1) end
    assert.equal(none, block.rows[3][2])
  end)

  it("reads no words of the machine", function()
    local text = formats.render(reports.build("profile", ops, { subject = "iwf" }), "text", { width = 2000 })
    for _, word in ipairs { "urls_per_day", "(urls)", "may not be added over period", "they cover %d+ of" } do
      assert.is_nil(text:find(word), word)
    end
    local agency
    for _, item in ipairs(pages.agencies(ops)) do agency = item.subject.id == "hsi" and item or agency end
    local page = formats.render(agency.document, "html")
    assert.equal(1, select(2, page:gsub("<dt>The same figures stand for</dt>", "")))
    assert.is_nil(page:find("<dt>and</dt>", 1, true))
  end)
end)
