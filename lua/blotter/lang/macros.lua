--- Calls that stand for expressions of others: `between(x, a, b)` is `x >= a and x <= b`.
--
-- Each takes the call's node and a maker of nodes, and gives the tree that stands for it. Their names are no functions
-- of the engine, so everything that reads trees (SQL, other engines) knows only what they stand for.

local source = require "blotter.lang.source"

local macros = {}

local function expect_arguments(call, n, example)
  if #call.args ~= n then
    source.fail_at(call, ("%s takes %d values: %s"):format(call.name, n, example))
  end
end

--- A maker of nodes that stand where the call does.
local function maker(call)
  local function node(fields, ...)
    local depth = 0
    for _, child in ipairs { ... } do depth = math.max(depth, child.depth) end
    fields.text, fields.first, fields.last, fields.depth = call.text, call.first, call.last, depth + 1
    return fields
  end
  local make = {}
  function make.binary(op, a, b) return node({ kind = "binary", op = op, a = a, b = b }, a, b) end
  function make.call(name, args) return node({ kind = "call", name = name, args = args }, table.unpack(args)) end
  function make.literal(kind, value) return node { kind = "literal", type = kind, value = value } end
  return make
end

--- Both ends belong to it.
function macros.between(call, make)
  expect_arguments(call, 3, "between(x, lowest, highest)")
  local x, low, high = table.unpack(call.args)
  return make.binary("and", make.binary(">=", x, low), make.binary("<=", x, high))
end

--- Whether two spans have something in common; their ends belong to them.
function macros.overlaps(call, make)
  expect_arguments(call, 4, "overlaps(from, to, other_from, other_to)")
  local a, b, c, d = table.unpack(call.args)
  return make.binary("and", make.binary("<=", a, d), make.binary("<=", c, b))
end

--- SQL's word for `if`.
function macros.case(call, make)
  if #call.args < 2 then source.fail_at(call, "case takes conditions and values: case(n > 5, 'many', 'few')") end
  return make.call("if", call.args)
end

local NUMBERS = { int64 = true, float64 = true, decimal = true }

local function shown(node)
  return node.text:sub(node.first, node.last)
end

--- The bounds of a `cut`, and the names of its parts: those given, or "< 10", "10 to < 20", ">= 20".
local function parts_of(call)
  local bounds, names = {}, {}
  for i = 2, #call.args do
    local arg = call.args[i]
    if arg.kind ~= "literal" or not (NUMBERS[arg.type] or arg.type == "string") then
      source.fail_at(arg, "cut: numbers from which parts begin, then names of the parts: cut(n, 10, 20)")
    end
    if arg.type == "string" then names[#names + 1] = arg.value else bounds[#bounds + 1] = arg end
    if arg.type ~= "string" and names[1] then source.fail_at(arg, "cut: all numbers stand before the names") end
    local before = bounds[#bounds - 1]
    if arg.type ~= "string" and before and tonumber(before.value) >= tonumber(arg.value) then
      source.fail_at(arg, "cut: its numbers rise")
    end
  end
  if #bounds == 0 then source.fail_at(call, "cut needs numbers from which parts begin: cut(n, 10, 20)") end
  if names[1] and #names ~= #bounds + 1 then
    source.fail_at(call, ("cut: %d numbers make %d parts, but %d names stand here"):format(#bounds, #bounds + 1,
      #names))
  end
  if names[1] then return bounds, names end
  names[1] = "< " .. shown(bounds[1])
  for i = 2, #bounds do names[i] = shown(bounds[i - 1]) .. " to < " .. shown(bounds[i]) end
  names[#bounds + 1] = ">= " .. shown(bounds[#bounds])
  return bounds, names
end

--- The part of a number line on which x lies, as a text; null when x is null or NaN.
function macros.cut(call, make)
  if #call.args == 0 then source.fail_at(call, "cut needs a value: cut(n, 10, 20)") end
  local bounds, names = parts_of(call)
  local x, args = call.args[1], {}
  for i, bound in ipairs(bounds) do
    args[2 * i - 1], args[2 * i] = make.binary("<", x, bound), make.literal("string", names[i])
  end
  args[#args + 1] = make.binary(">=", x, bounds[#bounds])
  args[#args + 1] = make.literal("string", names[#names])
  args[#args + 1] = make.literal "null"
  return make.call("if", args)
end

local TENS = { 10, 20, 30, 40, 50, 60, 70, 80, 90 }

--- Ages from which bands begin: those given, or every ten years.
local function ages_of(call)
  local ages = {}
  for i = 2, #call.args do
    local arg = call.args[i]
    local age = arg.kind == "literal" and arg.type == "int64" and arg.value
    if not age or age <= (ages[#ages] or 0) then
      source.fail_at(arg, "age_band: whole numbers that rise, from which bands begin: age_band(age, 13, 18)")
    end
    ages[i - 1] = age
  end
  return ages[1] and ages or TENS
end

--- The band in which an age in years lies, as statistics write it: "under 13", "13 to 17", "18 and over". Null when x
-- is null, NaN or negative.
function macros.age_band(call, make)
  if #call.args == 0 then source.fail_at(call, "age_band needs an age: age_band(age, 13, 18)") end
  local ages, x = ages_of(call), call.args[1]
  local args = { make.binary("<", x, make.literal("int64", 0)), make.literal "null" }
  for i, age in ipairs(ages) do
    local from = ages[i - 1]
    local name = not from and "under " .. age or from == age - 1 and tostring(from) or from .. " to " .. age - 1
    args[#args + 1] = make.binary("<", x, make.literal("int64", age))
    args[#args + 1] = make.literal("string", name)
  end
  local last = ages[#ages]
  args[#args + 1] = make.binary(">=", x, make.literal("int64", last))
  args[#args + 1] = make.literal("string", last .. " and over")
  args[#args + 1] = make.literal "null"
  return make.call("if", args)
end

--- x where it has a value, null where its data do not allow one.
function macros.try(call, make)
  expect_arguments(call, 1, "try(int64(s))")
  local x = call.args[1]
  return make.call("if", { make.call("fails", { x }), make.literal "null", x })
end

for _, name in ipairs { "int64", "float64", "decimal", "date", "timestamp", "bool" } do
  macros["try_" .. name] = function(call, make)
    if #call.args == 0 then source.fail_at(call, ("try_%s needs a value"):format(name)) end
    local x = make.call(name, call.args)
    return make.call("if", { make.call("fails", { x }), make.literal "null", x })
  end
end

local expansions = {}
for name, expand in pairs(macros) do
  expansions[name] = function(call) return expand(call, maker(call)) end
end

return expansions
