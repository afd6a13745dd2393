local parser = require "blotter.lang.parser"

--- A tree as text with every parenthesis written.
local function shown(node)
  local function each(nodes)
    local parts = {}
    for i, child in ipairs(nodes) do parts[i] = shown(child) end
    return table.concat(parts, " ")
  end
  local kind = node.kind
  if kind == "literal" then return node.type .. ":" .. tostring(node.value) end
  if kind == "column" then return node.name end
  if kind == "parameter" then return "$" .. node.name end
  if kind == "unary" then return ("(%s %s)"):format(node.op, shown(node.a)) end
  if kind == "binary" then return ("(%s %s %s)"):format(shown(node.a), node.op, shown(node.b)) end
  if kind == "isnull" then return ("(%s is%s null)"):format(shown(node.a), node.negated and " not" or "") end
  if kind == "in" then
    return ("(%s%s in %s)"):format(shown(node.a), node.negated and " not" or "", each(node.list))
  end
  return ("%s[%s]"):format(node.name, each(node.args))
end

local function tree(text) return shown(parser.expression(text)) end

local function refusal(text, parse)
  local ok, message = pcall(parse or parser.expression, text)
  assert.is_false(ok)
  assert.is_string(message)
  return message
end

describe("the parser", function()
  it("binds operators as Lua does", function()
    assert.equal("((a + (b * (c ^ (int64:2 ^ int64:-3)))) < d)", tree "a + b * c ^ 2 ^ -3 < d")
    assert.equal("((not a) or (b and (c == d)))", tree "not a or b and c == d")
    assert.equal("((a .. b) .. c)", tree "a .. b .. c") -- chains of what may be grouped in any way are balanced
    assert.equal("((a .. b) .. (c .. d))", tree "a .. b .. c .. d")
    assert.equal("((a - b) - c)", tree "a - b - c")
    assert.equal("(- (int64:2 ^ int64:2))", tree "-2^2")
    assert.equal("((a // b) % c)", tree "a // b % c")
    assert.equal("((a < b) == bool:true)", tree "(a < b) == true")
  end)

  it("reads literals by their exact text", function()
    assert.equal("decimal:0.10", tree "0.10")
    assert.equal("decimal:-2.50", tree "-2.50")
    assert.equal("float64:1000.0", tree "1e3")
    assert.equal("int64:255", tree "0xFF")
    assert.equal("int64:-9223372036854775808", tree "-9223372036854775808")
    assert.equal("date:2012-01-01", tree "date '2012-01-01'")
    assert.equal("string:it's\tà", tree [["it\'s\t\u{E0}"]])
  end)

  it("knows null tests, membership, parameters and odd names", function()
    assert.equal("((x is null) and (y is not null))", tree "x == nil and nil ~= y")
    assert.equal("(x in $list)", tree "x in $list")
    assert.equal("(c in string:a string:b)", tree "c in ('a', 'b')")
    assert.equal("((not (a in $list)) or ((b + int64:1) not in int64:2))", tree "not (a in $list) or b + 1 not in (2)")
    assert.equal("(a `b + date)", tree "`a ``b` + date")
    assert.equal("and", tree "`and`")
  end)

  it("skips comments as Lua does", function()
    assert.equal("(a + b)", tree "a -- the first\n + b")
  end)

  it("keeps the order and the names of a list", function()
    local names = {}
    for i, item in ipairs(parser.list "b, a = x + 1, sum( n  ), *") do names[i] = item.name or "*" end
    assert.same({ "b", "a", "sum( n )", "*" }, names)
  end)

  it("reads how to order", function()
    local order = parser.order "a, desc desc, n + 1 asc nulls last, c desc nulls first"
    assert.same({ "none", "desc", "asc", "desc" }, { order[1].direction or "none", order[2].direction,
      order[3].direction, order[4].direction })
    assert.same({ "last", "first" }, { order[3].nulls, order[4].nulls })
    assert.equal("desc", order[2].node.name)
  end)

  it("points at what it refuses", function()
    local message = refusal "total > 5 and n = 3"
    assert.matches("parser_spec.lua:%d+: expected an operator or the end, found", message)
    assert.matches("(to compare, write '==')", message, 1, true)
    assert.matches("\n  total > 5 and n = 3\n                  %^$", message)
    assert.matches("line 2%)\n    b %]\n      %^$", refusal "a +\n  b ]")
    assert.matches("\n  é %+ %?\n      %^$", refusal "é + ?")
  end)

  it("refuses what Lua's numbers and strings cannot hold", function()
    assert.matches("beyond 64 bits", refusal "9223372036854775808")
    assert.matches("beyond 64 bits", refusal "0x10000000000000000")
    assert.matches("malformed number", refusal "1.2.3")
    assert.matches("malformed number", refusal "12ab")
    assert.matches("not closed", refusal "'abc")
    assert.matches("unknown escape", refusal "'\\q'")
    assert.matches("beyond", refusal "'\\999'")
  end)

  it("helps those who come from other languages", function()
    assert.matches("did you mean '~='", refusal "a != b")
    assert.matches("did you mean 'and'", refusal "a && b")
    assert.matches("did you mean 'not'", refusal "!a")
    assert.matches("found 'is' %(null is found by 'x == nil'%)", refusal "a IS NULL":lower())
    assert.matches("found 'as' %(a new name stands first", refusal("a * 2 as b", parser.list))
    assert.matches("rows are counted by 'count%(%)'", refusal("count(*)", parser.list))
    assert.matches("comparisons do not chain", refusal "1 < a < 5")
  end)

  it("refuses two columns of one name, and lists with holes", function()
    assert.matches("two columns named 'a'", refusal("a, a = b", parser.list))
    assert.matches("expected an expression", refusal("a, , b", parser.list))
    assert.matches("expected columns", refusal("", parser.list))
    assert.matches("'first' or 'last'", refusal("a nulls middle", parser.order))
  end)

  it("refuses hostile depth and length without overflowing a stack", function()
    for _, text in ipairs { ("("):rep(50000), ("not "):rep(50000) .. "a", ("f("):rep(50000), ("- "):rep(9999),
      ("a+"):rep(50000) .. "a", ("a^"):rep(50000) .. "a", "x in (" .. ("("):rep(50000) } do
      assert.is_string(refusal(text))
    end
    assert.matches("bytes at most", refusal((" "):rep(300000)))
  end)

  it("refuses every prefix of a rich expression with a message, or reads it", function()
    local text = "a in (1, 2.5) and not f(x, 'q\\'') or `b c` >= date '2001-02-03' and $p .. \"z\" ~= nil"
    for n = 0, #text do
      local ok, result = pcall(parser.expression, text:sub(1, n))
      assert.is_true(ok or type(result) == "string" and result:find "%^" ~= nil)
    end
  end)
end)
