--- A short run of spec/support/abuse.lua, whose long one is `make abuse`; what it finds is told with the seed.

local abuse = require "abuse"
local blotter = require "blotter"

describe("random calls, also inside callbacks, with refused allocations and damaged files", function()
  local threads = blotter.threads
  after_each(function() blotter.threads, blotter.memory_limit = threads, 0 end)

  it("lose no acknowledged row", function()
    local _, problem = abuse.run(3000, 1, 500)
    assert.is_nil(problem)
  end)
end)
