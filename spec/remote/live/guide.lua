--- The examples of the guide, on three clusters.

local clusters = require "clusters"
local examples = require "examples"

describe("the guide", function()
  local list, path
  setup(function()
    list, path = clusters.open(3), os.tmpname()
    os.remove(path) -- a file that is made by the guide
  end)
  teardown(function()
    clusters.close(list)
    os.remove(path)
  end)

  local function with_addresses(code)
    code = code:gsub("tips%.blt", (path:gsub("%%", "%%%%")))
    for i, host in ipairs { "one", "two", "three" } do
      code = code:gsub("postgresql://me:secret@" .. host .. "/tips", (list[i].url:gsub("%%", "%%%%")))
    end
    return code
  end

  for _, example in ipairs(examples.of("lua/blotter/remote/README.md", with_addresses)) do
    it("holds at line " .. example.line, function() assert.equal(example.run()) end)
  end
end)
