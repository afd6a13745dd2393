-- The audit says what a report should not publish.

local operations = require "blotter.ops"

describe("the audit", function()
  local ops

  setup(function() ops = assert(operations.open "data") end)

  local function one(filter) return ops:figures(filter)[1] end

  local function problems(number)
    number.label = number.label or "a number"
    return ops:audit {number}
  end

  it("has nothing to say of a sum of figures that are apart", function()
    local row = ops:total("arrests", {subject = "seoul-2014", exactly = true}).total
    assert.same({}, problems {low = row.low, best = row.best, high = row.high, figures = row.figures})
  end)

  it("finds ends out of order", function()
    assert.matches("out of order", problems({low = 5, best = 4, high = 9, figures = {one {id = "ice-2014-1.01"}}})[1])
  end)

  it("finds a sum that counts twice", function()
    local figures = {one {id = "ice-2014-1.02"}, one {id = "ice-2014-1.03"}}
    assert.matches("may overlap", problems({low = 31, high = 31, figures = figures})[1])
  end)

  it("finds a number without a source", function()
    assert.matches("no source", problems({low = 5, high = 5, figures = {}})[1])
  end)

  it("finds a contradiction that no flag names", function()
    local figures = {one {id = "nationpress-2025-1.05"}}
    assert.matches("no flag says so", problems({low = 435, high = 435, figures = figures})[1])
    assert.same({}, problems {low = 435, high = 435, figures = figures, flags = {"contradicted"}})
  end)
end)
