--- The examples of the guide, on three clusters.

local clusters = require "clusters"
local examples = require "examples"

describe("the guide", function()
  local list
  setup(function() list = clusters.open(3) end)
  teardown(function() clusters.close(list) end)

  local function with_addresses(code)
    for i, host in ipairs { "one", "two", "three" } do
      code = code:gsub("postgresql://me:secret@" .. host .. "/tips", (list[i].url:gsub("%%", "%%%%")))
    end
    return code
  end

  for _, example in ipairs(examples.of("lua/blotter/remote/README.md", with_addresses)) do
    it("holds at line " .. example.line, function() assert.equal(example.run()) end)
  end
end)
