--- Several groupings in one `by`: `rollup(a, b)` groups by a and b, by a, and as a whole; `cube(a, b)` by every choice
-- of its keys; `grouping_sets(set(a, b), a, set())` by those written. What stands beside them is a key of each.

local parser = require "blotter.lang.parser"
local source = require "blotter.lang.source"
local tree = require "blotter.lang.tree"

local groupings = {}

local MOST = 12 -- keys of a cube: 4096 groupings

local READ = {}

--- The number of the key that an expression is; it is added when it is new.
local function key_number(keys, node)
  local name = node.as or parser.default_name(node)
  for i, key in ipairs(keys) do
    if key.name == name then return i end
  end
  keys[#keys + 1] = { name = name, node = node.uses and node or tree.survey(node) }
  return #keys
end

local function numbers_of(keys, nodes)
  local numbers = {}
  for i, node in ipairs(nodes) do numbers[i] = key_number(keys, node) end
  return numbers
end

function READ.rollup(keys, call)
  local numbers, sets = numbers_of(keys, call.args), {}
  for n = #numbers, 0, -1 do sets[#sets + 1] = table.move(numbers, 1, n, 1, {}) end
  return sets
end

function READ.cube(keys, call)
  local numbers, sets = numbers_of(keys, call.args), {}
  if #numbers > MOST then source.fail_at(call, ("a cube of more than %d keys"):format(MOST)) end
  for bits = (1 << #numbers) - 1, 0, -1 do
    local set = {}
    for i, number in ipairs(numbers) do
      if bits >> (#numbers - i) & 1 == 1 then set[#set + 1] = number end
    end
    sets[#sets + 1] = set
  end
  return sets
end

function READ.grouping_sets(keys, call)
  local sets = {}
  for i, node in ipairs(call.args) do
    sets[i] = numbers_of(keys, node.kind == "call" and node.name == "set" and node.args or { node })
  end
  return sets
end

--- Every set of `sets` with every one of `more`.
local function product(sets, more)
  local out = {}
  for _, a in ipairs(sets) do
    for _, b in ipairs(more) do out[#out + 1] = table.move(b, 1, #b, #a + 1, table.move(a, 1, #a, 1, {})) end
  end
  return out
end

--- A key that two parts of a `by` name stands once in each set.
local function without_repeats(set)
  local out, seen = {}, {}
  for _, number in ipairs(set) do
    if not seen[number] then out[#out + 1] = number end
    seen[number] = true
  end
  return out
end

--- The keys of a `by` as items and, when it asks for several groupings, the sets of key numbers.
function groupings.read(items)
  local keys, sets, several = {}, { {} }, false
  for _, item in ipairs(items) do
    local call = item.node and item.node.kind == "call" and item.node
    local read = call and READ[call.name]
    if read then
      if #call.args == 0 then source.fail_at(call, ("%s needs a key"):format(call.name)) end
      if item.named then source.fail_at(item, ("%s has no name of its own: its keys have"):format(call.name)) end
      sets, several = product(sets, read(keys, call)), true
    else
      keys[#keys + 1] = item
      sets = product(sets, { { #keys } })
    end
  end
  if not several then return items end
  for i, set in ipairs(sets) do sets[i] = without_repeats(set) end
  return keys, sets
end

local function contains(set, part)
  local within = {}
  for _, number in ipairs(set) do within[number] = true end
  for _, number in ipairs(part) do
    if not within[number] then return false end
  end
  return true
end

--- For each set the number of the smallest one that has all its keys and more (or the same, and stands before it), if
-- there is one: its groups are groups of that one's.
function groupings.finer(sets)
  local finer = {}
  for i, set in ipairs(sets) do
    for k, other in ipairs(sets) do
      local least = finer[i] and #sets[finer[i]] or math.huge
      local wider = #other > #set or #other == #set and k < i
      if wider and #other < least and contains(other, set) then finer[i] = k end
    end
  end
  return finer
end

--- Whether an aggregate's argument asks for `grouping`, so that its groups are not those of other sets.
function groupings.asked_within(items, is_aggregate)
  local found = false
  local function look(node)
    if node.kind == "call" and node.name == "grouping" then found = true end
  end
  for _, item in ipairs(items) do
    if not item.star then
      tree.walk(item.node, function(node)
        if node.kind == "call" and is_aggregate(node) then tree.walk(node, look) end
      end)
    end
  end
  return found
end

--- The items for one set: `grouping(a)` is 1 where a is left out, else 0.
function groupings.told(items, names, set)
  local number_of, within = {}, {}
  for i, name in ipairs(names) do number_of[name] = i end
  for _, number in ipairs(set) do within[number] = true end
  local function told(node)
    if node.kind ~= "call" or node.name ~= "grouping" then return nil end
    local number = #node.args == 1 and number_of[parser.default_name(node.args[1])]
    if not number then source.fail_at(node, "grouping: one key of this by expected, such as grouping(a)") end
    return { kind = "literal", type = "int64", value = within[number] and 0 or 1, text = node.text,
      first = node.first, last = node.last, depth = 1 }
  end
  local out = {}
  for i, item in ipairs(items) do
    out[i] = item
    if not item.star then
      out[i] = setmetatable({ node = tree.survey(tree.rewrite(item.node, told)) }, { __index = item })
    end
  end
  return out
end

return groupings
