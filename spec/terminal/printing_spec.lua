--- What is typed at the prompt prints as something to read.
local blotter = require "blotter"
local show = require "blotter.terminal.show"
local width = require "blotter.terminal.width"

describe("what is printed", function()
  local t = blotter.csv "id,words\n1,a\n2,bb\n"

  it("is a text for lists of columns, schemas and statistics, and for blotter", function()
    assert.equal("name   type\nid     int64\nwords  string", tostring(t:columns()))
    assert.equal(tostring(t:columns()), tostring(t:collect():columns()))
    assert.matches("^2 rows, [%d,]+ bytes\nname ", tostring(t:stats()))
    assert.matches("^blotter: ", tostring(blotter))
  end)

  it("is for a schema the text that makes it", function()
    local text = "id int64 required, `odd ``name` decimal(9,2), c string, primary key (id), unique (c, `odd ``name`)"
    local made = blotter.table(text)
    assert.equal(text, tostring(made:schema()))
    assert.equal(text, tostring(blotter.table(made:schema()):schema()))
  end)

  it("shrinks texts before it leaves out columns, and keeps to the width", function()
    local wide = blotter.table "a string, n int64, b string"
    wide:append(("x"):rep(60), 1234567890123, ("あ"):rep(30))
    for _, cells in ipairs { 120, 80, 60, 44 } do
      local text = wide:show(5, cells)
      assert.is_nil(text:find("not shown", 1, true), text)
      assert.is_truthy(text:find("1234567890123", 1, true), text)
      for line in text:gmatch "[^\n]+" do assert.is_true(width.of(line) <= cells, line) end
    end
    assert.is_truthy(wide:show(5, 30):find("not shown: b", 1, true))
  end)

  it("has colours only when that is said", function()
    local nulls = blotter.csv "a,b\n1,\n"
    assert.is_nil(tostring(nulls):find("\27", 1, true))
    show.colour = true
    finally(function() show.colour = false end)
    local text = tostring(nulls)
    assert.is_truthy(text:find("\27[36m1", 1, true) or text:find("\27[36m", 1, true))
    assert.is_truthy(text:find("\27[2mnull", 1, true), text)
  end)

  it("is a text for a figure and a finding by itself", function()
    local ops = assert(blotter.operations())
    local figure = ops:figures { indicator = "arrests" }[1]
    assert.equal(1, (tostring(figure):find(figure.id, 1, true)))
    assert.is_truthy(tostring(figure):find("period: ", 1, true))
    local finding = ops:reconcile { check = "printed" }[1] or ops:reconcile()[1]
    assert.is_truthy(tostring(finding):find(finding.sentence, 1, true))
  end)
end)
