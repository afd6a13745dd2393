-- The search of the index, and the lists for those without scripts: what people type has words of what they look for.

local directory = require "blotter.publish.site.directory"
local operations = require "blotter.ops"
local pages = require "blotter.publish.site.pages"
local shell = require "blotter.publish.site.shell"
local sought = require "blotter.publish.site.sought"

describe("the index", function()
  local about = { title = "t", version = "1", newest = "", licence = "" }
  local ops, entries, index

  setup(function()
    ops = assert(operations.open "data")
    index = shell.index(ops, about, pages.agencies(ops))
    entries = {}
    for find, address, rest in index:gmatch '<li data%-at="[^"]+" data%-find="([^"]*)"><a href="([^"]+)">(.-)</li>' do
      local title = rest:gsub("<[^>]*>", " "):gsub("&%w+;", " "):gsub("%p", " "):lower()
      entries[address:gsub("%.html", "", 1)] = (" %s %s "):format(title, find)
    end
  end)

  local function lacks(address, words)
    local text, missing = assert(entries[address], address), {}
    for word in words:gmatch "%S+" do
      if not text:find(" " .. word, 1, true) then missing[#missing + 1] = word end
    end
    return table.concat(missing, " ")
  end

  it("has the words of places, leaders, kinds, years and what people commonly say", function()
    for address, words in pairs {
      ["area/GB"] = "uk british england arrest 2014", ["area/KR"] = "south korean kor", ["area/DE"] = "german deu",
      ["subject/operation-notarise"] = "arrest uk gbr 2014 nca raid",
      ["subject/hotline-ie"] = "ireland irish ie hotline helpline tips 2021",
      ["subject/operation-ketch"] = "ireland irl", ["subject/operation-pacifier"] = "fbi federal 2017",
      ["subject/operation-cross-country-xi"] = "fbi sweep trafficking 2017",
      ["subject/operation-restore-justice-2025"] = "fbi children rescued",
      ["subject/end-violence-fund"] = "money budget grant united kingdom", ["subject/boystown"] = "bka german",
      ["subject/operation-cumberland"] = "europol germany", ["subject/ncmec-cybertipline"] = "sextortion grooming tips",
      ["subject/icac"] = "fiscal arrest doj 2024", ["subject/inhope"] = "children 13 under",
      ["indicator/persons_convicted"] = "sentenced jailed", ["indicator/victims_safeguarded"] = "children rescued",
      ["indicator/funding"] = "money budget", ["tips"] = "tips cybertipline", ["outcomes"] = "sentenced prosecuted",
      ["funding"] = "budget money", ["changes"] = "revision changed errata", ["glossary"] = "definition glossary",
      ["method#rates"] = "rate per capita population", ["method#hosting"] = "hosted server",
      ["method#cite"] = "cite licence", ["data/figures.csv"] = "download csv",
      ["agency-hsi"] = "hsi ice dhs usa fiscal", ["league-victims"] = "most children rescued",
    } do
      assert.equal("", lacks(address, words), address)
    end
  end)

  it("has no entry without words of its own, and no word twice in one", function()
    for address, text in pairs(entries) do
      assert.is_truthy(text:find "%w", address)
    end
    for find in index:gmatch 'data%-find="([^"]*)"' do
      assert.is_truthy(find ~= "")
      local seen = {}
      for word in find:gmatch "%S+" do
        assert.is_nil(seen[word], word)
        seen[word] = true
      end
    end
  end)

  it("says where to look when a search finds nothing", function()
    local advice = index:match '<p id="advice" hidden>(.-)</p>'
    for _, item in ipairs(directory.list) do assert.is_truthy(advice:find(item[1] .. ".html", 1, true), item[1]) end
    assert.is_truthy(advice:find("method.html#missing", 1, true))
  end)

  it("is followed by lists that need no script", function()
    local headings = { ["a-to-z"] = "O", ["by-kind"] = "Hotlines", ["by-area"] = "Ireland",
      ["by-agency"] = "Federal Bureau of Investigation %(FBI%)" }
    local within = { ["a-to-z"] = "operation-ketch", ["by-kind"] = "hotline-ie", ["by-area"] = "operation-ketch",
      ["by-agency"] = "operation-pacifier" }
    for _, item in ipairs(directory.list) do
      local body = directory.body(item, pages, ops)
      local part = body:match('<h2 id="g%d+">[^\n]-' .. headings[item[1]] .. ".-</h2>(.-)</section>")
      assert.is_truthy(part:find("subject/" .. within[item[1]] .. ".html", 1, true), item[1])
      assert.is_nil(body:find("<script", 1, true))
      assert.is_nil(shell.list(ops, about, item):find("<script", 1, true))
    end
  end)

  it("leads from an indicator to what the method says of such numbers", function()
    for _, entry in ipairs(pages.list(ops, "indicator")) do
      if entry.id == "hosting_share" then
        local facts = pages.build(ops, "indicator", entry).blocks[1]
        local last = facts.items[#facts.items]
        assert.equal("../method.html#hosting", facts.links[last[2]])
      end
    end
  end)

  it("finds an agency's page by the letters of those above it", function()
    local hsi = { title = "HSI", row = ops:row("subjects", "hsi"), figures = {} }
    assert.is_truthy((" " .. sought.words(ops, "subject", hsi) .. " "):find(" dhs ", 1, true))
  end)
end)
