--- Text of a verb to a syntax tree.
--
-- A node is a table with `kind`, the `text` that it came from, its bytes `first` to `last`, and its `depth`:
--   literal   type (int64, float64, decimal, string, bool, date, timestamp, null), value
--   column    name, side (`left.n`, `right.n`: of a join; nil elsewhere)
--   parameter name
--   unary     op (`not`, `-`), a
--   binary    op (an operator of Lua), a, b
--   isnull    a, negated                      `x == nil`, `x ~= nil`
--   in        a, list (nodes), negated        `x in (1, 2)`, `x in $list`
--   call      name, args (nodes; those of rollup, cube, set may have `as`, a name); SQL's case is a call of `if`
-- The root of an expression also has `size` (nodes), `uses` (its column nodes) and `calls` (its call nodes).
-- Nodes are never changed once parsed: trees are cached and shared.

local build = require "blotter.lang.build"
local cache = require "blotter.lang.cache"
local habits = require "blotter.errors.habits"
local lexer = require "blotter.lang.lexer"
local macros = require "blotter.lang.macros"
local source = require "blotter.lang.source"
local tree = require "blotter.lang.tree"

local parser = {}

--- Trees deeper than this are refused: everything that walks a tree may recurse.
parser.DEEPEST = 200

--- Binding power of binary operators, left and right, as in Lua's manual.
local LEFT = { ["or"] = 1, ["and"] = 2, ["<"] = 3, [">"] = 3, ["<="] = 3, [">="] = 3, ["~="] = 3, ["=="] = 3,
  ["in"] = 3, ["not"] = 3, [".."] = 9, ["+"] = 10, ["-"] = 10, ["*"] = 11, ["/"] = 11, ["//"] = 11, ["%"] = 11,
  ["^"] = 14 }
local RIGHT = { ["or"] = 1, ["and"] = 2, ["<"] = 3, [">"] = 3, ["<="] = 3, [">="] = 3, ["~="] = 3, ["=="] = 3,
  [".."] = 8, ["+"] = 10, ["-"] = 10, ["*"] = 11, ["/"] = 11, ["//"] = 11, ["%"] = 11, ["^"] = 13 }
local UNARY = 12

local TYPED = { date = true, timestamp = true, decimal = true }

local expression

--- What stands at token `i`, for a message.
local function shown(s, i)
  if s.kind[i] == "end" then return "the end of the text" end
  return "'" .. s.text:sub(s.first[i], s.last[i]) .. "'"
end

local WHOLE = { int64 = true }

local KEYWORDS = { ["and"] = true, ["or"] = true, ["not"] = true, ["in"] = true }

--- What is said where a name stands that is none without backticks: a word of the language, or two words.
local function odd_name(s)
  local at, word = s.at, s.text:sub(s.first[s.at], s.last[s.at])
  if KEYWORDS[word] then return ("a column called %s is written `%s`"):format(word, word) end
  local two = at > 1 and s.kind[at] == "name" and s.kind[at - 1] == "name"
  if not two or habits.before[s.value[at - 1]:lower()] or habits.answer(habits.words, s.value[at]) then return nil end
  return ("a name with a blank stands in backticks: `%s`"):format(s.text:sub(s.first[at - 1], s.last[at]))
end

--- What is written instead of the word or sign at which reading stops, also by what stands before it.
local function habit(s)
  local at = s.at
  local before = at > 1 and s.kind[at - 1] == "name" and s.value[at - 1]:lower() or nil
  if s.value[at] == "as" and at > 3 and s.value[at - 3] == "cast" then
    return "write 'int64(x)', 'string(x)' and so on"
  end
  if s.kind[at] == "," and at > 1 and WHOLE[s.kind[at - 1]] and WHOLE[s.kind[at + 1]] then
    return "a fraction is written with a point: 1.5"
  end
  if at > 2 and s.kind[at - 1] == "%" and tonumber(s.value[at - 2]) then
    return ("%s %% is the fraction %.15g"):format(s.value[at - 2], tonumber(s.value[at - 2]) / 100)
  end
  local known = habits.before[before] or habits.answer(habits.words, s.kind[at] == "name" and s.value[at] or s.kind[at])
  return odd_name(s) or known
end

local function unexpected(s, wanted)
  local hint = habit(s)
  hint = hint and " (" .. hint .. ")" or ""
  source.fail(s.text, s.first[s.at], s.last[s.at], ("expected %s, found %s%s"):format(wanted, shown(s, s.at), hint))
end

local function expect(s, kind)
  if s.kind[s.at] ~= kind then unexpected(s, "'" .. kind .. "'") end
  s.at = s.at + 1
end

--- Finishes a node: where it ends, and how deep it is above its deepest child.
local function finish(s, node, first, depth)
  node.text, node.first, node.last = s.text, first, s.last[s.at - 1]
  node.depth = depth + 1
  if node.depth > parser.DEEPEST then
    source.fail(s.text, first, first, ("an expression nested deeper than %d levels"):format(parser.DEEPEST))
  end
  return node
end

local function literal(s, kind, value)
  local first = s.first[s.at]
  s.at = s.at + 1
  return finish(s, { kind = "literal", type = kind, value = value }, first, 0)
end

--- Calls whose arguments are keys, which may have names: `cube(a, y = year(day))`.
local OF_KEYS = { rollup = true, cube = true, grouping_sets = true, set = true }

--- One argument of the call `owner` (nil: of a list), or, between braces in `cut`, several.
local function put_arguments(s, list, owner)
  local braces = owner == "cut" and s.kind[s.at] == "{"
  local as = OF_KEYS[owner] and s.kind[s.at] == "name" and s.kind[s.at + 1] == "=" and s.value[s.at]
  if braces then s.at = s.at + 1 end
  if as then s.at = s.at + 2 end
  local node = expression(s, 0)
  node.as = as or nil
  list[#list + 1] = node
  while braces and s.kind[s.at] == "," do
    s.at = s.at + 1
    list[#list + 1] = expression(s, 0)
  end
  if braces then expect(s, "}") end
end

--- Expressions between parentheses: `(a, b)`.
local function arguments(s, owner)
  expect(s, "(")
  local list, depth = {}, 0
  if s.kind[s.at] ~= ")" then
    while true do
      put_arguments(s, list, owner)
      if s.kind[s.at] ~= "," then break end
      s.at = s.at + 1
    end
  end
  if s.kind[s.at] ~= ")" then unexpected(s, "',' or ')'") end
  s.at = s.at + 1
  for _, node in ipairs(list) do depth = math.max(depth, node.depth) end
  return list, depth
end

-- ---- SQL's case ----

local function is_word(s, word)
  return s.kind[s.at] == "name" and s.value[s.at]:lower() == word
end

local function expect_word(s, word)
  if not is_word(s, word) then
    source.fail(s.text, s.first[s.at], s.last[s.at],
      ("expected '%s', found %s (case when n > 5 then 'many' else 'few' end)"):format(word, shown(s, s.at)))
  end
  s.at = s.at + 1
end

local VALUES = { name = true, string = true, int64 = true, decimal = true, float64 = true, parameter = true }
local BEHIND_COLUMN = { asc = true, desc = true, nulls = true }

--- Whether the word `case` begins one: else it is a column, or a call.
local function begins_case(s)
  local at = s.at + 1
  return s.value[s.at]:lower() == "case" and VALUES[s.kind[at]] and not BEHIND_COLUMN[s.value[at]]
end

local join

--- `case when c then a … else b end` and `case x when v then a … end`: the call of `if` that they stand for.
local function case(s)
  local first = s.first[s.at]
  s.at = s.at + 1
  local subject, args, depth = not is_word(s, "when") and expression(s, 0) or nil, {}, 0
  repeat
    expect_word(s, "when")
    local condition = expression(s, 0)
    args[#args + 1] = subject and join(s, "==", subject, condition) or condition
    expect_word(s, "then")
    args[#args + 1] = expression(s, 0)
  until not is_word(s, "when")
  if is_word(s, "else") then
    s.at = s.at + 1
    args[#args + 1] = expression(s, 0)
  end
  expect_word(s, "end")
  for _, node in ipairs(args) do depth = math.max(depth, node.depth) end
  return finish(s, { kind = "call", name = "if", args = args }, first, depth)
end

--- A name: a column, a call, or the type before a literal (`date '2012-01-01'`).
local function named(s)
  local at = s.at
  local name, first = s.value[at], s.first[at]
  if s.text:byte(first) == 96 then
    s.at = at + 1
    return finish(s, { kind = "column", name = name }, first, 0)
  end
  if TYPED[name] and s.kind[at + 1] == "string" then
    s.at = at + 2
    return finish(s, { kind = "literal", type = name, value = s.value[at + 1] }, first, 0)
  end
  if begins_case(s) then return case(s) end
  s.at = at + 1
  if s.kind[at + 1] == "." and s.kind[at + 2] == "name" and (name == "left" or name == "right") then
    s.at = at + 3
    return finish(s, { kind = "column", name = s.value[at + 2], side = name }, first, 0)
  end
  if s.kind[at + 1] == "(" then
    local args, depth = arguments(s, name)
    local call = finish(s, { kind = "call", name = name, args = args }, first, depth)
    local expand = macros[name]
    if not expand then return call end
    local node = expand(call)
    return finish(s, node, first, node.depth - 1)
  end
  return finish(s, { kind = "column", name = name }, first, 0)
end

local function parenthesised(s)
  s.at = s.at + 1
  local node = expression(s, 0)
  if s.kind[s.at] ~= ")" then unexpected(s, "')'") end
  s.at = s.at + 1
  return node
end

--- The literal that `-` before a number literal makes, or nil.
local function negated_value(literal_node)
  local value = literal_node.value
  if literal_node.type == "decimal" then return value:find "^%-" and value:sub(2) or "-" .. value end
  if literal_node.type == "float64" then return -value end
  if literal_node.type == "int64" and value ~= math.mininteger then return -value end
  return nil
end

local function negate(s, first)
  if s.kind[s.at] == "int64_min" and s.kind[s.at + 1] ~= "^" then
    s.at = s.at + 1
    return finish(s, { kind = "literal", type = "int64", value = math.mininteger }, first, 0)
  end
  local operand = expression(s, UNARY)
  local value = operand.kind == "literal" and negated_value(operand)
  if value then return finish(s, { kind = "literal", type = operand.type, value = value }, first, 0) end
  return finish(s, { kind = "unary", op = "-", a = operand }, first, operand.depth)
end

--- A unary operator or the smallest whole expression.
local function primary(s)
  local kind, first = s.kind[s.at], s.first[s.at]
  if kind == "name" then return named(s) end
  if kind == "int64" or kind == "decimal" or kind == "float64" or kind == "string" then
    return literal(s, kind, s.value[s.at])
  end
  if kind == "int64_min" then
    source.fail(s.text, first, s.last[s.at], "an integer beyond 64 bits; write it with an exponent for a float64")
  end
  if kind == "true" or kind == "false" then return literal(s, "bool", kind == "true") end
  if kind == "nil" then return literal(s, "null") end
  if kind == "parameter" then
    s.at = s.at + 1
    return finish(s, { kind = "parameter", name = s.value[s.at - 1] }, first, 0)
  end
  if kind == "(" then return parenthesised(s) end
  if kind == "not" then
    s.at = s.at + 1
    local operand = expression(s, UNARY)
    return finish(s, { kind = "unary", op = "not", a = operand }, first, operand.depth)
  end
  if kind == "-" then
    s.at = s.at + 1
    return negate(s, first)
  end
  return unexpected(s, "an expression")
end

--- The right side of `x in …`: a list between parentheses, or a parameter that holds a sequence.
local function membership(s, left, negated)
  local list, depth
  if s.kind[s.at] == "parameter" then
    list, depth = { primary(s) }, 0
  else
    list, depth = arguments(s)
    if #list == 0 then source.fail(s.text, s.first[s.at - 1], s.last[s.at - 1], "an empty list after 'in'") end
  end
  local node = { kind = "in", a = left, list = list, negated = negated }
  return finish(s, node, left.first, math.max(depth, left.depth))
end

local function is_nil(node)
  return node.kind == "literal" and node.type == "null"
end

--- Joins two operands; a comparison with `nil` becomes a test for null.
function join(s, op, left, right)
  local depth = math.max(left.depth, right.depth)
  if op == "==" or op == "~=" then
    local operand = is_nil(right) and left or is_nil(left) and right or nil
    if operand then
      return finish(s, { kind = "isnull", a = operand, negated = op == "~=" }, left.first, depth)
    end
  end
  return finish(s, { kind = "binary", op = op, a = left, b = right }, left.first, depth)
end

--- Operators whose chains may be grouped at will, so that a long one makes a low tree.
local GROUPED = { ["or"] = true, ["and"] = true, [".."] = true }

--- The operands `i` to `j` of a chain, as a tree whose halves are of one size; `ends` says where each operand ends.
local function balanced(s, op, operands, ends, i, j)
  if i == j then return operands[i] end
  local middle = (i + j) // 2
  local node = join(s, op, balanced(s, op, operands, ends, i, middle),
    balanced(s, op, operands, ends, middle + 1, j))
  node.last = ends[j]
  return node
end

--- A chain of one operator, after its first operand.
local function chain(s, op, first)
  local operands, ends = { first }, { s.last[s.at - 1] }
  while s.kind[s.at] == op do
    s.at = s.at + 1
    operands[#operands + 1] = expression(s, LEFT[op])
    ends[#operands] = s.last[s.at - 1]
  end
  return balanced(s, op, operands, ends, 1, #operands)
end

local COMPARISON = 3

local function check_chain(s, op, left)
  if LEFT[op] == COMPARISON and left.kind == "binary" and LEFT[left.op] == COMPARISON then
    source.fail(s.text, left.first, s.last[s.at],
      ("comparisons do not chain: write 'a %s b and b %s c'"):format(left.op, op))
  end
end

--- Operators that bind tighter than `limit` (precedence climbing).
function expression(s, limit)
  s.nesting = s.nesting + 1
  if s.nesting > parser.DEEPEST then
    source.fail(s.text, s.first[s.at], s.last[s.at],
      ("an expression nested deeper than %d levels"):format(parser.DEEPEST))
  end
  local opened = s.kind[s.at] == "("
  local left = primary(s)
  while true do
    local op = s.kind[s.at]
    local power = LEFT[op]
    if not power or power <= limit or op == "not" and s.kind[s.at + 1] ~= "in" then break end
    if not opened then check_chain(s, op, left) end
    opened = false
    if op == "in" or op == "not" then
      s.at = s.at + (op == "not" and 2 or 1)
      left = membership(s, left, op == "not")
    elseif GROUPED[op] then
      left = chain(s, op, left)
    else
      s.at = s.at + 1
      left = join(s, op, left, expression(s, RIGHT[op]))
    end
  end
  s.nesting = s.nesting - 1
  return left
end

local function start(text)
  local s = lexer.tokens(text)
  s.at, s.nesting = 1, 0
  return s
end

local function finished(s, wanted)
  if s.kind[s.at] ~= "end" then unexpected(s, wanted) end
end

local function whole(text)
  local s = start(text)
  if s.kind[1] == "end" then source.fail(text, 1, 1, "expected an expression, found nothing") end
  local node = expression(s, 0)
  finished(s, "an operator or the end")
  return tree.survey(node)
end

--- The name that an item without `name =` gets: its column, or its own text.
function parser.default_name(node)
  if node.kind == "column" then return node.name end
  return (node.text:sub(node.first, node.last):gsub("%s+", " "))
end

local function list_item(s)
  if s.kind[s.at] == "*" then
    s.at = s.at + 1
    return { star = true, text = s.text, first = s.first[s.at - 1], last = s.last[s.at - 1] }
  end
  local name, first, last
  if s.kind[s.at] == "name" and s.kind[s.at + 1] == "=" then
    name, first, last = s.value[s.at], s.first[s.at], s.last[s.at]
    s.at = s.at + 2
  end
  local node = tree.survey(expression(s, 0))
  return { name = name or parser.default_name(node), node = node, text = s.text, first = first or node.first,
    last = last or node.last, named = name ~= nil }
end

local function nulls_place(s)
  if s.value[s.at] ~= "nulls" or s.kind[s.at] ~= "name" then return nil end
  local place = s.value[s.at + 1]
  s.at = s.at + 1
  if place ~= "first" and place ~= "last" then unexpected(s, "'first' or 'last' after 'nulls'") end
  s.at = s.at + 1
  return place
end

local function order_item(s)
  local node = tree.survey(expression(s, 0))
  local word = s.kind[s.at] == "name" and s.value[s.at] or nil
  local direction = (word == "asc" or word == "desc") and word or nil
  if direction then s.at = s.at + 1 end
  return { node = node, direction = direction, nulls = nulls_place(s) }
end

--- Items of one shape, separated by commas, to the end of the text.
local function sequence(text, item, what)
  local s = start(text)
  if s.kind[1] == "end" then source.fail(text, 1, 1, ("expected %s, found nothing"):format(what)) end
  local items = {}
  while true do
    items[#items + 1] = item(s)
    if s.kind[s.at] ~= "," then break end
    s.at = s.at + 1
  end
  finished(s, "',' or the end")
  return items
end

local function check_names(items)
  local seen = {}
  for _, item in ipairs(items) do
    if item.name and seen[item.name] then
      source.fail(item.text, item.first, item.last, ("two columns named '%s'"):format(item.name))
    end
    if item.name then seen[item.name] = true end
  end
  return items
end

local KEPT = 256
local expressions, lists, orders = cache.new(KEPT), cache.new(KEPT), cache.new(KEPT)

--- The tree of one expression. What build.lua made is taken as well, here and below.
function parser.expression(text)
  if build.is(text) then return build.tree(text) end
  return expressions:get(text) or expressions:put(text, whole(text))
end

--- `a, b = expr, *`: a sequence of {name, node, named} or {star = true}. No name stands twice.
function parser.list(text)
  if build.is(text) then return check_names(build.list(text, parser.default_name)) end
  return lists:get(text) or lists:put(text, check_names(sequence(text, list_item, "columns")))
end

--- `a, b desc, c asc nulls first`: a sequence of {node, direction, nulls}.
function parser.order(text)
  if build.is(text) then return build.order_list(text) end
  return orders:get(text) or orders:put(text, sequence(text, order_item, "columns to order by"))
end

return parser
