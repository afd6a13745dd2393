-- Reports, formats and queries of the user's own, from a file.

local command = require "command"

local blotter, slurp, spill = command.run, command.slurp, command.spill

describe("a report of one's own", function()
  local folder
  before_each(function() folder = command.folder() end)
  after_each(function() command.remove(folder) end)

  it("is written as a skeleton that works in every format, and never over a file", function()
    local here = command.path()
    assert.is_true(os.execute(("cd %s && %s new report mine 2>/dev/null"):format(folder, here)))
    local again = os.execute(("cd %s && %s new report mine 2>/dev/null"):format(folder, here))
    assert.is_falsy(again)
    for _, ending in ipairs { "txt", "md", "html", "svg", "json", "tex", "zip" } do
      local path = ("%s/out.%s"):format(folder, ending)
      local status, _, err = blotter(("--load %s/mine.lua report mine -p limit=4 -o %s"):format(folder, path))
      assert.equal(0, status, err)
      assert.is_true(#slurp(path) > 300, ending)
    end
    assert.equal(2, (blotter(("--load %s/mine.lua report mine -p limit=none"):format(folder))))
  end)

  it("brings formats, too, and says what is wrong with a file", function()
    spill(folder .. "/shout.lua", [[
      require("blotter").format("shout", { extension = "loud", render = function(document)
        return document.title:upper() .. "\n" end })
      return { name = "short", title = "A short one", without_dataset = true, build = function()
        return { blocks = {} } end }
    ]])
    local load = "--load " .. folder .. "/shout.lua report short"
    assert.equal("A SHORT ONE\n", select(2, blotter(load .. " -f shout")))
    assert.equal(0, (blotter(load .. " -o " .. folder .. "/x.loud")))
    assert.equal("A SHORT ONE\n", slurp(folder .. "/x.loud"))
    for text, expected in pairs { ["x ="] = "unexpected symbol", ["error 'no'"] = "no",
      ["return { build = 1 }"] = "a report needs a name" } do
      spill(folder .. "/bad.lua", text)
      local status, _, err = blotter("--load " .. folder .. "/bad.lua report")
      assert.equal(2, status)
      assert.is_truthy(err:find(expected, 1, true), err)
    end
    local status, _, err = blotter "--load nowhere.lua report"
    assert.equal(2, status)
    assert.is_truthy(err:find("nowhere.lua", 1, true), err)
  end)

  it("is listed with what it takes", function()
    local _, out = blotter "report --list"
    assert.is_truthy(out:find("agency: An agency by fiscal year\n  subject=…", 1, true), out)
  end)
end)
