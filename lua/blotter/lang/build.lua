--- Expressions without text: for queries that a program makes.
--
--   local build = require "blotter".build
--   t:where(build.op("==", build.column "country", "KR"))
--   t:by(build.items { "country" }):agg(build.items { { "n", build.call("sum", build.column "n") } })
--
-- What these functions give stands wherever a verb takes a text, and becomes the tree that the parser would have made:
-- no value and no name is ever read as a part of the language. Beside an operator and in a call a plain Lua value is
-- that value; in `items` and `order` a text is the name of a column.

local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local decimal = require "blotter.lang.decimal"
local lexer = require "blotter.lang.lexer"
local macros = require "blotter.lang.macros"
local tree = require "blotter.lang.tree"

local build = {}

local expression, items, order = {}, {}, {}
for class, name in pairs { [expression] = "an expression", [items] = "items", [order] = "an order" } do
  class.__name, class.__index = "blotter.build", { is_built = true, what = name }
end

--- Whether `x` was made here.
function build.is(x)
  local class = getmetatable(x)
  return class == expression or class == items or class == order
end

local function new(node)
  return setmetatable({ node = node }, expression)
end

-- ---- the surface ----

local LITERAL = { integer = "int64", float = "float64", string = "string", boolean = "bool" }

--- A value: a boolean, number or string; nil and blotter.null are null.
function build.value(value)
  if value == nil or core.is_null(value) then return new { kind = "literal", type = "null" } end
  local kind = LITERAL[math.type(value) or type(value)]
  if not kind then fail("build.value: a boolean, number, string or blotter.null expected, got a %s", type(value)) end
  return new { kind = "literal", type = kind, value = value }
end

local function check_name(name, what)
  if type(name) ~= "string" or name == "" then fail("build.%s: a name expected, got %s", what, tostring(name)) end
  return name
end

--- A column; in the condition of a join `side` may be "left" or "right".
function build.column(name, side)
  if side ~= nil and side ~= "left" and side ~= "right" then fail('build.column: a side is "left" or "right"') end
  return new { kind = "column", name = check_name(name, "column"), side = side }
end

--- A parameter, whose value the verb's table of parameters has.
function build.parameter(name)
  return new { kind = "parameter", name = check_name(name, "parameter") }
end

local function operand(x)
  if getmetatable(x) == expression then return x.node end
  if build.is(x) then fail("build: an expression or a value expected, got %s", x.what) end
  return build.value(x).node
end

local function operands(...)
  local list = table.pack(...)
  for i = 1, list.n do list[i] = operand(list[i]) end
  list.n = nil
  return list
end

--- A function or an aggregate of these arguments.
function build.call(name, ...)
  return new { kind = "call", name = check_name(name, "call"), args = operands(...) }
end

local BINARY = { ["=="] = true, ["~="] = true, ["<"] = true, ["<="] = true, [">"] = true, [">="] = true, [".."] = true,
  ["+"] = true, ["-"] = true, ["*"] = true, ["/"] = true, ["//"] = true, ["%"] = true, ["^"] = true }
local CHAINS = { ["and"] = true, ["or"] = false }

--- A chain of one operator as a low tree.
local function balanced(op, list, i, j)
  if i == j then return list[i] end
  local middle = (i + j) // 2
  return { kind = "binary", op = op, a = balanced(op, list, i, middle), b = balanced(op, list, middle + 1, j) }
end

local function is_null(node)
  return node.kind == "literal" and node.type == "null"
end

local function two(op, list)
  if #list ~= 2 then fail("build.op: '%s' takes two operands, got %d", op, #list) end
  local null = (op == "==" or op == "~=") and (is_null(list[2]) and list[1] or is_null(list[1]) and list[2])
  if null then return { kind = "isnull", a = null, negated = op == "~=" } end
  return { kind = "binary", op = op, a = list[1], b = list[2] }
end

local function membership(op, list)
  if #list == 0 then fail("build.op: '%s' takes an operand, and those among which it is looked for", op) end
  local among = table.move(list, 2, #list, 1, {})
  if #among == 0 then return { kind = "literal", type = "bool", value = op == "not in" } end
  return { kind = "in", a = list[1], list = among, negated = op == "not in" }
end

--- An operator of the language: `and` and `or` take any number of operands (of none they are true and false), `in` and
-- `not in` one and those among which it is looked for, `not` and `-` also one.
function build.op(op, ...)
  local list = operands(...)
  if CHAINS[op] ~= nil then
    if #list == 0 then return build.value(CHAINS[op]) end
    return new(balanced(op, list, 1, #list))
  end
  if op == "in" or op == "not in" then return new(membership(op, list)) end
  if (op == "not" or op == "-") and #list == 1 then return new { kind = "unary", op = op, a = list[1] } end
  if not BINARY[op] then fail("build.op: no operator '%s'", tostring(op)) end
  return new(two(op, list))
end

local function column_or_expression(x, what)
  if type(x) == "string" then return build.column(x).node end
  if getmetatable(x) == expression then return x.node end
  fail("build.%s: the name of a column or an expression expected, got a %s", what, type(x))
end

local function check_list(list, what)
  if type(list) ~= "table" or build.is(list) then fail("build.%s: a sequence expected", what) end
  if #list == 0 then fail("build.%s: the sequence is empty", what) end
  return list
end

--- Columns of select, derive, by, agg: names of columns, expressions, and {name, expression}.
function build.items(list)
  local out = setmetatable({}, items)
  for i, item in ipairs(check_list(list, "items")) do
    if type(item) == "table" and not build.is(item) then
      out[i] = { name = check_name(item[1], "items"), node = column_or_expression(item[2], "items") }
    else
      out[i] = { node = column_or_expression(item, "items") }
    end
  end
  return out
end

local DIRECTIONS, NULLS = { asc = true, desc = true }, { first = true, last = true }

--- What order and top take: names of columns, expressions, and {either, "desc", nulls = "first"}.
function build.order(list)
  local out = setmetatable({}, order)
  for i, item in ipairs(check_list(list, "order")) do
    local pair = type(item) == "table" and not build.is(item) and item or { item }
    if pair[2] ~= nil and not DIRECTIONS[pair[2]] then fail('build.order: "asc" or "desc" expected') end
    if pair.nulls ~= nil and not NULLS[pair.nulls] then fail('build.order: nulls are "first" or "last"') end
    out[i] = { node = column_or_expression(pair[1], "order"), direction = pair[2], nulls = pair.nulls }
  end
  return out
end

--- What a user has as blotter.build.
build.surface = { column = build.column, value = build.value, parameter = build.parameter, call = build.call,
  op = build.op, items = build.items, order = build.order }

-- ---- as text, so that an error can point into it ----

local RESERVED = { ["and"] = true, ["or"] = true, ["not"] = true, ["in"] = true, ["nil"] = true, ["true"] = true,
  ["false"] = true }

local function shown_name(name)
  return name:find "^[%a_][%w_]*$" and not RESERVED[name] and name or lexer.backquoted(name)
end

local function shown_literal(node)
  if node.type == "null" then return "nil" end
  if node.type == "string" then return "'" .. node.value:gsub("[\\'\n]", "\\%0") .. "'" end
  if node.type == "float64" then return (decimal("%.17g", node.value):gsub("^[^e]*$", "%0e0")) end
  return tostring(node.value)
end

--- A writer: pieces of text, and how many bytes they have.
local function put(out, text)
  out[#out + 1] = text
  out.bytes = out.bytes + #text
end

local write

local function write_list(out, list)
  local nodes, depth = {}, 0
  put(out, "(")
  for i, child in ipairs(list) do
    if i > 1 then put(out, ", ") end
    nodes[i] = write(out, child)
    depth = math.max(depth, nodes[i].depth)
  end
  put(out, ")")
  return nodes, depth
end

local WRITERS = {}

function WRITERS.column(out, node)
  put(out, (node.side and node.side .. "." or "") .. shown_name(node.name))
  return 0
end

function WRITERS.literal(out, node)
  put(out, shown_literal(node))
  return 0
end

function WRITERS.parameter(out, node)
  put(out, "$" .. node.name)
  return 0
end

function WRITERS.call(out, node)
  put(out, node.name)
  local depth
  node.args, depth = write_list(out, node.args)
  return depth
end

function WRITERS.unary(out, node)
  put(out, node.op == "-" and "(-" or "(not ")
  node.a = write(out, node.a)
  put(out, ")")
  return node.a.depth
end

function WRITERS.binary(out, node)
  put(out, "(")
  node.a = write(out, node.a)
  put(out, " " .. node.op .. " ")
  node.b = write(out, node.b)
  put(out, ")")
  return math.max(node.a.depth, node.b.depth)
end

function WRITERS.isnull(out, node)
  put(out, "(")
  node.a = write(out, node.a)
  put(out, node.negated and " ~= nil)" or " == nil)")
  return node.a.depth
end

WRITERS["in"] = function(out, node)
  put(out, "(")
  node.a = write(out, node.a)
  put(out, node.negated and " not in " or " in ")
  local depth
  node.list, depth = write_list(out, node.list)
  put(out, ")")
  return math.max(depth, node.a.depth)
end

local DEEPEST = 200 -- as in the parser

--- A copy of the node that knows its place in the text.
function write(out, node)
  local copy = {}
  for key, value in pairs(node) do copy[key] = value end
  copy.first = out.bytes + 1
  out.level = out.level + 1
  if out.level > DEEPEST then fail("an expression nested deeper than %d levels", DEEPEST) end
  copy.depth = WRITERS[node.kind](out, copy) + 1
  out.level = out.level - 1
  copy.last = out.bytes
  out.nodes[#out.nodes + 1] = copy
  return copy
end

--- Calls that stand for others become what they stand for, from the inside out.
local function expanded(node)
  for _, field in ipairs { "a", "b" } do
    if node[field] then node[field] = expanded(node[field]) end
  end
  for _, field in ipairs { "args", "list" } do
    for i, child in ipairs(node[field] or {}) do node[field][i] = expanded(child) end
  end
  return node.kind == "call" and macros[node.name] and macros[node.name](node) or node
end

local function writer()
  return { bytes = 0, level = 0, nodes = {} }
end

--- What was written, as a text that all nodes share.
local function finish(out)
  local text = table.concat(out)
  for _, node in ipairs(out.nodes) do node.text = text end
  return text
end

local function refuse(x, wanted)
  fail("%s expected, got %s of build", wanted, x.what)
end

--- The tree of a built expression, as the parser makes it of a text.
function build.tree(x)
  if getmetatable(x) ~= expression then refuse(x, "one expression") end
  local out = writer()
  local node = write(out, x.node)
  finish(out)
  return tree.survey(expanded(node))
end

--- The items of a list, as the parser makes them of a text.
function build.list(x, default_name)
  if getmetatable(x) == expression then x = build.items { x } end
  if getmetatable(x) ~= items then refuse(x, "items") end
  local out, list = writer(), {}
  for i, item in ipairs(x) do
    if i > 1 then put(out, ", ") end
    local first = out.bytes + 1
    if item.name then put(out, shown_name(item.name) .. " = ") end
    list[i] = { name = item.name, node = write(out, item.node), first = first, last = out.bytes,
      named = item.name ~= nil }
  end
  local text = finish(out)
  for _, item in ipairs(list) do
    item.name, item.text = item.name or default_name(item.node), text
    item.node = tree.survey(expanded(item.node))
  end
  return list
end

--- The items of an order, as the parser makes them of a text.
function build.order_list(x)
  if getmetatable(x) == expression then x = build.order { x } end
  if getmetatable(x) == items then
    local list = {}
    for i, item in ipairs(x) do list[i] = new(item.node) end
    x = build.order(list)
  end
  local out, list = writer(), {}
  for i, item in ipairs(x) do
    if i > 1 then put(out, ", ") end
    list[i] = { node = write(out, item.node), direction = item.direction, nulls = item.nulls }
  end
  finish(out)
  for _, item in ipairs(list) do item.node = tree.survey(expanded(item.node)) end
  return list
end

return build
