--- A query's plan as Lua reads it: the nodes and the descriptions that the engine's own nodes were made of
-- (core.parts), with every expression as a tree whose parts know their types.
--
--   node    kind ("scan" or one of core.node's), names, types, description, terms (by slot), input, other, plan,
--           sources (what its scans read, from left to right); of a scan also `source`
--   term    kind ("column", "value" or "call"), type, origin (the place in the user's text, or nil) and
--           column (a number) | value | name, args

local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local source = require "blotter.lang.source"

local outline = {}

local COLUMN, VALUE = 1, 2

--- Raises what is wrong with a term, with a caret where it stands in the user's text.
function outline.refuse(term, message)
  if term and term.origin then source.fail_at(term.origin, message) end
  fail("%s", message)
end

-- ---- types of calls ----

--- How many of the postfix nodes that end with node `last` belong to it.
local function size_of(slot, last, sizes)
  if slot[3 * last - 2] ~= 3 then return 1 end
  local size = 1
  for _ = 1, slot[3 * last] do size = size + sizes[last - size] end
  return size
end

local function part_of(slot, first, last)
  return table.move(slot, 3 * first - 2, 3 * last, 1, {})
end

--- The calls in all slots, each as a slot of its own.
local function calls_in(slots)
  local parts = {}
  for number, slot in ipairs(slots) do
    local sizes = {}
    for i = 1, #slot // 3 do
      sizes[i] = size_of(slot, i, sizes)
      if slot[3 * i - 2] > VALUE then
        parts[#parts + 1] = { slot = number, at = i, part = part_of(slot, i - sizes[i] + 1, i) }
      end
    end
  end
  return parts
end

local MOST = 10000 -- columns of one project

--- The type of each call: types[slot][position]. What the engine can not say of a part alone stays unknown.
local function types_of(slots, scope)
  local types, calls = {}, calls_in(slots)
  for number in ipairs(slots) do types[number] = {} end
  local function ask(first, last)
    local description = { slots = {}, items = {} }
    for i = first, last do
      local at = #description.slots + 1
      description.slots[at] = calls[i].part
      description.items[2 * at - 1], description.items[2 * at] = "c" .. at, at
    end
    local made = core.node("project", description, scope)
    if made then
      local _, found = core.schema(made)
      for i = first, last do types[calls[i].slot][calls[i].at] = found[i - first + 1] end
    elseif last > first then
      for i = first, last do ask(i, i) end
    end
  end
  for first = 1, #calls, MOST do ask(first, math.min(first + MOST - 1, #calls)) end
  return types
end

-- ---- terms ----

local function decimal_type(text)
  local digits, fraction = text:match "^%-?(%d*)%.?(%d*)$"
  return ("decimal(18,%d)"):format(digits and #fraction or 0)
end

local function term_of(slot, types, columns)
  local stack = {}
  for i = 1, #slot // 3 do
    local kind, a, b = slot[3 * i - 2], slot[3 * i - 1], slot[3 * i]
    local origin = slot.origins[i] or nil
    if kind == COLUMN then
      stack[#stack + 1] = { kind = "column", type = columns[a], column = a, origin = origin }
    elseif kind == VALUE then
      stack[#stack + 1] = { kind = "value", type = a == "decimal" and decimal_type(b) or a, value = b, origin = origin }
    else
      local args = table.move(stack, #stack - b + 1, #stack, 1, {})
      for _ = 1, b do stack[#stack] = nil end
      stack[#stack + 1] = { kind = "call", type = types[i] or "null", name = a, args = args, origin = origin }
    end
  end
  return stack[1]
end

-- ---- nodes ----

--- The terms of slots that are read over the columns of `plan`.
local function read_terms(slots, plan)
  if #slots == 0 then return {} end
  local _, columns = core.schema(plan)
  local types, terms = types_of(slots, plan), {}
  for i, slot in ipairs(slots) do terms[i] = term_of(slot, types[i], columns) end
  return terms
end

local function chosen(slots, numbers)
  local some = {}
  for i, number in ipairs(numbers) do some[i] = slots[number] end
  return some
end

--- Keys of a join are read over one side each, what is tested beyond them over both.
local function put_join(node, description)
  local slots = description.slots
  node.left = read_terms(chosen(slots, description.left or {}), node.input.plan)
  node.right = read_terms(chosen(slots, description.right or {}), node.other.plan)
  if not description.also then return end
  local both = assert(core.node("join", { join = "inner", slots = {} }, node.input.plan, node.other.plan))
  node.also = read_terms({ slots[description.also] }, both)[1]
end

local function put_terms(node)
  if node.kind == "join" then return put_join(node, node.description) end
  node.terms = read_terms(node.description.slots or {}, node.input.plan)
end

local function read(plan, sources, at)
  local kind, description, below, beside = core.parts(plan)
  local names, types = core.schema(plan)
  local node = { kind = kind or "scan", description = description, plan = plan, names = names, types = types }
  if not below then
    node.source, node.sources = sources[at], { sources[at] }
    return node, at + 1
  end
  local first = at
  node.input, at = read(below, sources, at)
  if beside then node.other, at = read(beside, sources, at) end
  node.sources = table.move(sources, first, at - 1, 1, {})
  put_terms(node)
  return node, at
end

--- The outline of a query.
function outline.read(q)
  return (read(q.plan, q.sources, 1))
end

return outline
