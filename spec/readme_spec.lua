-- The examples of the README and of the references run (spec/support/examples.lua).

local examples = require "examples"

for _, path in ipairs { "README.md", "lua/blotter/README.md", "lua/blotter/ops/README.md" } do
  describe(path, function()
    for _, example in ipairs(examples.of(path)) do
      it("holds at line " .. example.line, function() assert.equal(example.run()) end)
    end
  end)
end
