-- Cells of a terminal, and what a terminal must not be told.
local blotter = require "blotter"
local command = require "command"
local width = require "blotter.terminal.width"

describe("the width of a text", function()
  it("is what a terminal draws", function()
    for text, cells in pairs {
      abc = 3, ["é"] = 1, ["e\u{301}"] = 1, ["漢字"] = 4, ["한글"] = 4, ["\u{1112}\u{1161}\u{11AB}"] = 2, ["ｱ"] = 1,
      ["Ａ"] = 2, ["ไทยที่นี่"] = 5, ["हिन्दी"] = 5, ["עִברית"] = 5, ["عَرَبي"] = 4, ["ﷺ"] = 1, ["தமிழ்"] = 4,
      ["🚀"] = 2, ["✅"] = 2, ["⭐"] = 2, ["❤"] = 1, ["❤️"] = 2, ["👍🏽"] = 2, ["👩‍🚀"] = 2, ["👨‍👩‍👧‍👦"] = 2, ["🇰🇷"] = 2,
      ["🏳️‍🌈"] = 2, ["⌚"] = 2, ["🫠"] = 2, ["\u{AD}"] = 1, ["─"] = 1,
    } do
      assert.equal(cells, width.of(text), text)
    end
  end)

  it("is kept to when a text is cut, filled or wrapped, and no sign is torn", function()
    assert.equal("👩‍🚀…", width.cut("👩‍🚀👩‍🚀", 3))
    assert.equal("e\u{301}…", width.cut("e\u{301}xyz", 2))
    assert.equal("हि…", width.cut("हिन्दी", 3))
    assert.equal("🚀 ", width.pad("🚀", 3))
    assert.same({ "👨‍👩‍👧", "❤️a", "e\u{301}" }, width.pieces("👨‍👩‍👧❤️ae\u{301}", 3))
    local t = blotter.table "s string, n int64"
    for i, s in ipairs { "abc", "✅", "👩‍🚀", "हिन्दी", "한글", ("界"):rep(40) } do t:append(s, i) end
    local ends = {}
    for line in (tostring(t) .. "\n"):gmatch "([^\n]*%d)\n" do ends[width.of(line)] = true end
    assert.is_nil(next(ends, (next(ends))))
  end)
end)

describe("what goes to a terminal", function()
  local BAD = { "\27]0;x\7", "\u{9B}31m", "\u{9D}0;x\u{9C}", "a\u{85}b", "\u{202E}abc", "\u{2066}x\u{2069}",
    "a\u{2028}b",
    "\u{200F}x", "\u{61C}x", "\u{FEFF}x", "\127", "\8", "\xC2", "\x9B1m", "a\u{200B}b",
    "\u{E0041}", "\u{FFFE}", "a\u{AD}b", "\u{3164}" }

  --- Whether a terminal would act on the text, or hide some of it.
  local function acts(text)
    if not utf8.len(text) then return true end
    for _, code in utf8.codes(text) do
      if code < 0x20 and code ~= 0x0A or code >= 0x7F and code < 0xA0 or code >= 0x202A and code <= 0x202E
        or code >= 0x2066 and code <= 0x2069 or code >= 0x2028 and code <= 0x2029 or code >= 0x200E and code <= 0x200F
        or code == 0x61C or code == 0xFEFF or code == 0x200B or code == 0xFFFE or code == 0xAD or code == 0x3164
        or code >= 0xE0000 and code <= 0xE0FFF then return true end
    end
    return false
  end

  it("is written as escapes, in tables, in messages and in names", function()
    local folder = command.folder()
    finally(function() command.remove(folder) end)
    for i, bad in ipairs(BAD) do
      assert.is_false(acts(width.printable(bad)), i)
      local t = blotter.table "s string"
      t:append(bad)
      assert.is_false(acts(tostring(t)), i)
      local csv = command.spill(folder .. "/x.csv", '"n' .. bad .. '"\n' .. "1\n" .. '"' .. bad .. '"\n')
      for _, line in ipairs { "query %s", "query %s --as jsonl", "query " .. folder .. "/nothing%s",
        "import %s --into " .. folder .. "/x.blt:t --type a=date" } do
        local status, out, err = command.run(line:format(csv))
        assert.is_false(acts(out), i .. out)
        assert.is_false(acts(err), i .. err)
        assert.is_true(status == 0 or status == 3)
      end
      local _, message = blotter.csv("a,b\n1,2\n" .. bad .. ",x\n", { types = { a = "date" } })
      assert.is_false(acts(message), i .. message)
      _, message = blotter.jsonl('{"a":1}\n{"' .. bad:gsub("%c", "?") .. '":' .. bad .. "}\n")
      assert.is_false(acts(message), i .. message)
    end
  end)

  it("shows numbers of an answer as they are, as years and codes are no quantities", function()
    local folder = command.folder()
    finally(function() command.remove(folder) end)
    local csv = command.spill(folder .. "/x.csv", "year,zip,n\n2012,10001,1234567\n")
    for _, format in ipairs { "text", "markdown", "html" } do
      local _, out = command.run(("query %s -f %s"):format(csv, format))
      for _, number in ipairs { "2012", "10001", "1234567" } do assert.is_truthy(out:find(number, 1, true), out) end
    end
  end)
end)
