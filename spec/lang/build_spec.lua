--- Expressions that a program makes, beside those that the parser makes of a text.

local answer = require "answer"
local blotter = require "blotter"
local build = require "blotter.lang.build"
local parser = require "blotter.lang.parser"

local refusal = answer.refusal
local b = blotter.build

--- The tree without its places in the text.
local function bare(node)
  local out = { kind = node.kind, op = node.op, name = node.name, type = node.type, value = node.value,
    negated = node.negated, side = node.side, a = node.a and bare(node.a), b = node.b and bare(node.b) }
  for _, field in ipairs { "args", "list" } do
    for i, child in ipairs(node[field] or {}) do out[field .. i] = bare(child) end
  end
  return out
end

local c = b.column

describe("a built expression", function()
  it("is the tree of the text that shows it", function()
    for _, made in ipairs { b.op("+", c "n", 1), b.op("and", c "a", c "b", c "c", c "d", c "e"), b.op("==", c "n", nil),
      b.op("~=", blotter.null, c "odd name"), b.op("in", c "n", 1, 2.5, "x", true), b.op("not in", c "n", 1),
      b.op("not", b.op("or", c "a", c "b")), b.op("-", c "n"), b.call("if", c "a", 1, b.call("upper", c "s")),
      b.call("between", c "n", 1, b.call("abs", c "m")), b.call("try_int64", c "s"), b.call("age_band", c "n", 18),
      b.op("..", c "s", "it's\n\\ $x ` \"q\""), b.op(">", c "n", b.parameter "least"),
      b.op("<", c("n", "left"), c("n", "right")),
      b.call("cut", c "n", 10, 20), b.op("^", b.op("^", c "n", 2), 3), c "and", c "nil", b.op("*", c "n", 1e300) } do
      local tree = build.tree(made)
      local again = parser.expression(tree.text)
      assert.same(bare(again), bare(tree), tree.text)
      assert.same(#again.uses, #tree.uses)
    end
  end)

  it("never reads a value or a name as a part of the language", function()
    local t = blotter.table { { name = "n == 1 or true", type = "int64" }, { name = "s", type = "string" } }
    t:append_rows { { 1, "' or true or '" }, { 2, "b" } }
    assert.equal(1, t:where(b.op("==", c "s", "' or true or '")):count())
    assert.equal(2, t:where(b.op("==", c "n == 1 or true", 2)):select(b.items { "n == 1 or true" }):value())
    assert.equal(0, t:where(b.op("in", c "s")):count())
    assert.equal(2, t:where(b.op "and"):count())
  end)

  it("stands in every verb", function()
    local t = blotter.table "g string, n int64, d date"
    t:append_rows { { "a", 3, "2012-01-01" }, { "b", 1, "2012-01-02" }, { "a", 2, "2013-01-03" } }
    local n = b.items { { "n", b.call("sum", c "n") } }
    for _, pair in ipairs {
      { t:by(b.items { "g", { "y", b.call("year", c "d") } }):agg(n), t:by "g, y = year(d)":agg "n = sum(n)" },
      { t:by(b.call("rollup", c "g")):agg(n), t:by "rollup(g)":agg "n = sum(n)" },
      { t:order(b.order { "g", { c "n", "desc", nulls = "first" } }), t:order "g, n desc nulls first" },
      { t:order(c "n"):derive(b.items { { "m", b.op("*", c "n", 2) } }), t:order "n":derive "m = n * 2" },
      { t:top(1, b.order { "n" }, { by = b.items { "g" } }), t:top(1, "n", { by = "g" }) },
      { t:window { by = b.items { "g" }, order = b.order { "d" },
        derive = b.items { { "r", b.call("cumsum", c "n") } } },
        t:window { by = "g", order = "d", derive = "r = cumsum(n)" } },
      { t:pivot { rows = c "g", cols = b.call("year", c "d"), value = b.call("sum", c "n") },
        t:pivot { rows = "g", cols = "year(d)", value = "sum(n)" } },
      { t:join(t, b.items { "g", "n" }), t:join(t, "g, n") },
      { t:join(t, b.op("<", c("n", "left"), c("n", "right"))), t:join(t, "left.n < right.n") },
      { t:drop(b.items { "g" }):distinct(b.items { "n" }), t:select "n":distinct() },
      { t:where(b.op(">", c "n", b.parameter "p"), { p = 1 }), t:where "n > 1" },
    } do assert.equal(pair[2]:csv(), pair[1]:csv()) end
  end)

  it("may be as long as it likes, and says where it is wrong", function()
    local t = blotter.table "n int64"
    t:append(3)
    local many = {}
    for i = 1, 4000 do many[i] = b.op("~=", c "n", i) end
    assert.equal(0, t:where(b.op("and", table.unpack(many))):count())
    assert.matches("unknown column 'm'.*\n  %(m == 1%)\n   %^$", refusal(function() t:where(b.op("==", c "m", 1)) end))
    assert.matches("unknown function 'summ'.*\n  summ%(n%), n\n  %^%^%^%^$",
      refusal(function() t:select(b.items { b.call("summ", c "n"), "n" }) end))
    assert.matches("no operator '!='", refusal(b.op, "!=", 1, 2))
    assert.matches("one expression expected, got items", refusal(function() t:where(b.items { "n" }) end))
    assert.matches("two columns named 'n'", refusal(function() t:select(b.items { "n", "n" }) end))
    local deep = c "n"
    for _ = 1, 300 do deep = b.op("+", deep, 1) end
    assert.matches("deeper than 200", refusal(function() t:select(b.items { { "x", deep } }) end))
  end)
end)
