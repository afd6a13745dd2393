--- Joins: rows beside rows of another table, query or frame.
--
-- A condition is cut at its `and`s. `a == b` with a column of each side is a key; anything else is tested for every
-- pair that the keys make. A name that both sides have means the left one on the left of a comparison and the right
-- one on its right; `left.country` and `right.country` say it anywhere.

local arguments = require "blotter.errors.arguments"
local bind = require "blotter.lang.bind"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local parser = require "blotter.lang.parser"
local plan = require "blotter.query.plan"
local query = require "blotter.query.verbs"
local source = require "blotter.lang.source"
local suggest = require "blotter.errors.suggest"
local tree = require "blotter.lang.tree"

local SUFFIX = "_right"
local COMPARES = { ["=="] = true, ["~="] = true, ["<"] = true, ["<="] = true, [">"] = true, [">="] = true }
local MIRRORED = { ["=="] = "==", ["<"] = ">", ["<="] = ">=", [">"] = "<", [">="] = "<=" }

--- The other side as a query.
local function other_side(other, verb)
  if core.is_table(other) then return other:query() end
  if type(other) == "table" and other.collect and other.query then other = other:query() end
  if getmetatable(other) == query then return query.ready(other, verb) end
  fail("%s: a table, query or frame expected as the other side, got %s", verb,
    other == nil and "nothing" or "a " .. type(other))
end

-- ---- whose column a name is ----

local function unknown(node, scopes)
  local names = table.move(scopes.left.names, 1, #scopes.left.names, 1, {})
  table.move(scopes.right.names, 1, #scopes.right.names, #names + 1, names)
  source.fail_at(node, ("neither side has a column '%s'%s"):format(node.name, suggest.phrase(node.name, names)))
end

--- The side of a column; `place` is the side of the comparison that it stands on, nil elsewhere.
local function side_of(node, scopes, place)
  local side = node.side
  if side then
    local names = scopes[side].names
    if scopes[side].columns[node.name] then return side end
    source.fail_at(node, ("the %s side has no column '%s'%s"):format(side, node.name,
      suggest.phrase(node.name, names)))
  end
  local left, right = scopes.left.columns[node.name], scopes.right.columns[node.name]
  if left and right then
    if place then return place end
    source.fail_at(node, ("both sides have a column '%s': write left.%s or right.%s"):format(node.name, node.name,
      node.name))
  end
  if not left and not right then unknown(node, scopes) end
  return left and "left" or "right"
end

local function has_column(node)
  local found = false
  tree.walk(node, function(inner) found = found or inner.kind == "column" end)
  return found
end

--- A copy of the tree in which every column knows its side.
local function resolved(node, scopes, place)
  if node.kind == "column" then
    local copy = {}
    for key, value in pairs(node) do copy[key] = value end
    copy.side = side_of(node, scopes, place)
    return copy
  end
  if node.kind == "binary" and COMPARES[node.op] then
    local copy = {}
    for key, value in pairs(node) do copy[key] = value end
    local two = has_column(node.a) and has_column(node.b)
    copy.a = resolved(node.a, scopes, place or two and "left" or nil)
    copy.b = resolved(node.b, scopes, place or two and "right" or nil)
    return copy
  end
  return tree.rewrite(node, function(inner)
    if inner ~= node and (inner.kind == "column" or inner.kind == "binary") then
      return resolved(inner, scopes, place)
    end
  end)
end

--- The only side whose columns stand in the tree; "both", or nil when there is none.
local function sides_in(node)
  local found
  tree.walk(node, function(inner)
    if inner.kind == "column" then found = (found == nil or found == inner.side) and inner.side or "both" end
  end)
  return found
end

--- A copy of the tree without sides, for a scope that has the columns of one, or of both under names of their own.
local function plain(node, qualified)
  return tree.survey(tree.rewrite(node, function(inner)
    if inner.kind ~= "column" then return nil end
    local copy = {}
    for key, value in pairs(inner) do copy[key] = value end
    copy.side = nil
    if qualified then copy.name = inner.side .. "." .. inner.name end
    return copy
  end))
end

local function both_scope(scopes)
  local scope = { names = {}, types = {}, columns = {} }
  for _, side in ipairs { "left", "right" } do
    for i, name in ipairs(scopes[side].names) do
      local at = #scope.names + 1
      scope.names[at], scope.types[at] = side .. "." .. name, scopes[side].types[i]
      scope.columns[side .. "." .. name] = at
    end
  end
  return scope
end

-- ---- the description ----

local function conjuncts(node, list)
  if node.kind == "binary" and node.op == "and" then
    conjuncts(node.a, list)
    conjuncts(node.b, list)
  elseif node.kind == "all" then
    for _, one in ipairs(node.list or node.args) do conjuncts(one, list) end
  else
    list[#list + 1] = node
  end
  return list
end

local function new_description(kind)
  return { join = kind, slots = {}, left = {}, right = {} }
end

local function put_slot(description, emitted)
  local slots = description.slots
  slots[#slots + 1] = emitted
  return #slots
end

--- The type of an expression over one side.
local function type_of(q, emitted)
  local _, types = core.schema(plan.node("project", { slots = { emitted }, items = { "x", 1 } }, q.plan))
  return types[1]
end

--- A column as it is written in the condition of a join.
local function written(node, side, scopes)
  local text = node.text:sub(node.first, node.last)
  local both = node.kind == "column" and not text:find "^left%." and not text:find "^right%."
    and scopes.left.columns[node.name] and scopes.right.columns[node.name]
  return both and side .. "." .. text or text
end

--- `text` of type `from` as type `to`, as an expression is written; nil where no function does that.
local function converted(text, from, to)
  local name = to:match "^%a[%w]*$"
  return from == "string" and name and ("%s(%s)"):format(name, text) or nil
end

--- Raises for keys that do not compare, with what to write.
local function refuse_key(node, scopes, left, right, one, two)
  if node.kind == "in" then
    local text = node.a.text:sub(node.a.first, node.a.last)
    source.fail_at(node, ("%s is looked for among %s: write %s in $%s"):format(one, two,
      converted(text, one, two) or ("string(%s)"):format(text), node.list[1].name))
  end
  local a, b = written(left, "left", scopes), written(right, "right", scopes)
  local ways = {}
  local at_left, at_right = converted(a, one, two), converted(b, two, one)
  if at_left then ways[#ways + 1] = ("\"%s == %s\""):format(at_left, b) end
  if at_right then ways[#ways + 1] = ("\"%s == %s\""):format(a, at_right) end
  local text_left = one == "string" and a or ("string(%s)"):format(a)
  local text_right = two == "string" and b or ("string(%s)"):format(b)
  ways[#ways + 1] = ("\"%s == %s\""):format(text_left, text_right)
  source.fail_at(node, ("%s is compared with %s: write %s"):format(one, two, table.concat(ways, ", or ")))
end

--- A pair of keys, one of each side, in a type that both have.
local function put_key(description, node, sides, scopes, left, right, params)
  local a = bind.emit(plain(left), scopes.left, params)
  local b = bind.emit(plain(right), scopes.right, params)
  local one, two = type_of(sides.left, a), type_of(sides.right, b)
  local both = core.common_type(one, two)
  if not both then refuse_key(node, scopes, left, right, one, two) end
  description.left[#description.left + 1] = put_slot(description, bind.as(a, one, both))
  description.right[#description.right + 1] = put_slot(description, bind.as(b, two, both))
end

--- A comparison of something of one side with something of the other: both, the left one first, and the operator.
local function across(node)
  if node.kind ~= "binary" or not MIRRORED[node.op] then return nil end
  local a, b = sides_in(node.a), sides_in(node.b)
  if a == "left" and b == "right" then return node.a, node.b, node.op end
  if a == "right" and b == "left" then return node.b, node.a, MIRRORED[node.op] end
end

local function read_condition(description, sides, scopes, text, params)
  local rest, nearest = {}, nil
  for _, node in ipairs(conjuncts(resolved(parser.expression(text), scopes), {})) do
    local left, right, op = across(node)
    if op == "==" then
      put_key(description, node, sides, scopes, left, right, params)
    elseif op and description.join == "asof" then
      if nearest then source.fail_at(node, "an as-of join has one comparison such as t >= u") end
      nearest = { node = node, left = left, right = right, op = op }
    else
      rest[#rest + 1] = node
    end
  end
  return rest, nearest
end

--- The condition beyond the keys, as one slot.
local function put_rest(description, rest, scopes, params)
  local scope, all = both_scope(scopes), nil
  for _, node in ipairs(rest) do
    local emitted = bind.emit(plain(node, true), scope, params)
    all = all and bind.call("and", all, emitted) or emitted
  end
  if all then description.also = put_slot(description, all) end
end

local function put_condition(description, sides, scopes, text, params)
  local rest, nearest = read_condition(description, sides, scopes, text, params)
  if description.join ~= "asof" then return put_rest(description, rest, scopes, params) end
  if not nearest then fail("asof_join: a comparison such as t >= u is missing in \"%s\"", text) end
  if rest[1] then
    source.fail_at(rest[1], "in an as-of join a key stands here (a == b), and one comparison such as t >= u")
  end
  put_key(description, nearest.node, sides, scopes, nearest.left, nearest.right, params)
  description.asof = nearest.op
end

--- The names of a text such as "country, year", when it is one.
local function names_only(text)
  local ok, items = pcall(parser.list, text)
  if not ok then return nil end
  local names = {}
  for i, item in ipairs(items) do
    if item.star or item.named or item.node.kind ~= "column" or item.node.side then return nil end
    names[i] = item.name
  end
  return names, items
end

local function put_using(description, sides, scopes, items, verb)
  local shared = {}
  for _, item in ipairs(items) do
    for _, side in ipairs { "left", "right" } do
      if not scopes[side].columns[item.name] then
        source.fail_at(item, ("%s: the %s side has no column '%s'%s"):format(verb, side, item.name,
          suggest.phrase(item.name, scopes[side].names)))
      end
    end
    put_key(description, item.node, sides, scopes, item.node, item.node)
    shared[item.name] = true
  end
  return shared
end

local PROMISES = {
  ["one-to-one"] = { "left_unique", "right_unique" }, ["many-to-one"] = { "right_unique" },
  ["one-to-many"] = { "left_unique" }, ["many-to-many"] = {},
}

local function put_promises(description, options, verb)
  if options.nulls ~= nil then
    arguments.one_of(options.nulls, { "equal", "apart" }, verb, "nulls")
    description.null_equal = options.nulls == "equal"
  end
  if options.validate ~= nil then
    arguments.one_of(options.validate, { "many-to-one", "one-to-one", "one-to-many", "many-to-many" }, verb,
      "validate")
    for _, promise in ipairs(PROMISES[options.validate]) do description[promise] = true end
  end
  if options.unmatched == nil then return end
  arguments.one_of(options.unmatched, { "error", "keep" }, verb, "unmatched")
  if options.unmatched == "keep" then return end
  description.left_matched = true
  description.right_matched = description.join == "right" or description.join == "full"
end

-- ---- columns of the answer ----

--- Where a column of both sides is in the answer once: of the side that surely has it, or of that which has it.
local function shared_column(description, number, other)
  if description.join == "right" then return bind.column(other) end
  if description.join ~= "full" then return bind.column(number) end
  return bind.call("coalesce", bind.column(number), bind.column(other))
end

local function joined_columns(description, scopes, shared, suffix, verb)
  local columns, taken, left = { slots = {}, items = {} }, {}, #scopes.left.names
  local function put(name, emitted)
    if taken[name] then
      fail("%s: two columns named '%s': give another suffix, {suffix = \"_other\"}", verb, name)
    end
    taken[name] = true
    columns.slots[#columns.slots + 1] = emitted
    table.move({ name, #columns.slots }, 1, 2, #columns.items + 1, columns.items)
  end
  for i, name in ipairs(scopes.left.names) do
    local other = shared[name] and left + scopes.right.columns[name]
    put(name, other and shared_column(description, i, other) or bind.column(i))
  end
  for i, name in ipairs(scopes.right.names) do
    if not shared[name] then
      put(scopes.left.columns[name] and name .. suffix or name, bind.column(left + i))
    end
  end
  return columns
end

-- ---- the verbs ----

local KINDS = { join = "inner", left_join = "left", right_join = "right", full_join = "full", semi_join = "semi",
  anti_join = "anti", asof_join = "asof", cross_join = "inner" }
local OPTIONS = { "suffix", "validate", "unmatched", "nulls", "params" }

local function join(self, verb, other, on, options)
  query.ready(self, verb)
  options = arguments.options(options, OPTIONS, verb)
  local sides = { left = self, right = other_side(other, verb) }
  local scopes = { left = query.scope(sides.left), right = query.scope(sides.right) }
  local description, shared = new_description(KINDS[verb]), {}
  if on ~= nil then
    query.check_text(on, verb)
    local names, items = names_only(on)
    if names and KINDS[verb] ~= "asof" then
      shared = put_using(description, sides, scopes, items, verb)
    else
      put_condition(description, sides, scopes, on, arguments.parameters(options.params, verb))
    end
  end
  put_promises(description, options, verb)
  local joined = query.append(self, "join", description, sides.right)
  if verb == "semi_join" or verb == "anti_join" then return joined end
  local suffix = options.suffix or SUFFIX
  arguments.expect(suffix, "string", verb, "a text as suffix")
  return query.append(joined, "project", joined_columns(description, scopes, shared, suffix, verb))
end

for verb in pairs(KINDS) do
  query[verb] = function(self, other, on, options)
    if other == nil and type(options) == "string" then fail("%s: %s", verb, on) end -- a reading that failed
    if type(on) == "string" and type(options) == "string" then fail('%s: write "%s == %s"', verb, on, options) end
    if on == nil or arguments.is_reading(on) then
      fail('%s: a condition such as "a == b", or names of columns that both sides have, expected%s', verb,
        verb == "join" and "; all pairs: cross_join" or "")
    end
    return join(self, verb, other, on, options)
  end
end

--- Every row with every row of the other side.
function query:cross_join(other, options)
  return join(self, "cross_join", other, nil, options)
end

--- The rows for which the left side of `x in …` is among the values of the only column of `other`.
local function members(q, node, other, params)
  local sides = { left = q, right = other }
  local scopes = { left = query.scope(q), right = query.scope(other) }
  local description = new_description "semi"
  local column = { kind = "column", name = scopes.right.names[1], text = node.text, first = node.first,
    last = node.last, depth = 1 }
  put_key(description, node, sides, scopes, node.a, column, params)
  return query.append(q, "join", description, other)
end

return { other_side = other_side, conjuncts = conjuncts, members = members }
