-- The tables of the package as tables of the engine, and the named queries over them.

local operations = require "blotter.ops"
local queries = require "blotter.queries"

describe("the tables", function()
  local ops

  setup(function() ops = assert(operations.open "data") end)

  it("hold every row of the package, with its types", function()
    for _, name in ipairs(ops.names) do assert.equal(#ops:rows(name), #ops:table(name)) end
    local row = ops:table("figures"):where("id == 'ice-2014-1.03'"):first()
    assert.equal(12, row.value)
    assert.equal("2014-11-12", tostring(row.period_start))
  end)

  it("answer queries as the statements do", function()
    local counted = 0
    for _, figure in ipairs(ops:figures {indicator = "arrests", subject = "cyber-guardian-2025", exactly = true}) do
      counted = counted + (figure.source and 1 or 0)
    end
    local row = ops:table("figures"):where("indicator == 'arrests' and subject == 'cyber-guardian-2025'")
      :agg("n = count(), most = max(value)"):first()
    assert.same({counted, 435}, {row.n, math.tointeger(row.most)})
  end)

  it("of a view of the past hold its figures only", function()
    local past = ops:at "2013-12-31"
    assert.equal(#past:figures {}, #past:table "figures")
  end)

  it("are named when one is asked for that is none", function()
    assert.error_matches(function() ops:table "figure" end, "no table 'figure': the tables are areas, publishers")
  end)
end)

describe("the named queries", function()
  it("all run", function()
    local ops = assert(operations.open "data")
    for _, name in ipairs(queries.names()) do assert.is_true(#ops:query(name):collect() > 3, name) end
    local first = ops:query("statements_by_subject"):first()
    local own = #ops:figures {subject = first.subject, exactly = true}
    assert.equal(own, first.statements)
    assert.error_matches(function() ops:query "statement_by_year" end, "unknown query 'statement_by_year'")
  end)
end)
