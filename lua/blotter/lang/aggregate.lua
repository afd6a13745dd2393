--- What stands in `agg`: the aggregate calls of each item, and what is computed from their results.

local bind = require "blotter.lang.bind"
local source = require "blotter.lang.source"
local suggest = require "blotter.errors.suggest"
local tree = require "blotter.lang.tree"

local aggregate = {}

--- Number of the slot of an argument; it must not aggregate.
local function argument_slot(node, scope, params, slots)
  tree.walk(node, function(inner)
    if inner.kind == "call" and bind.aggregate(inner) then
      source.fail_at(inner, "an aggregate inside an aggregate; to aggregate twice, write by … agg after by … agg")
    end
  end)
  slots[#slots + 1] = bind.emit(node.uses and node or tree.survey(node), scope, params)
  return #slots
end

--- The description of one aggregate call: {name, kind, condition or false, arguments…}, with its node; condition and
-- arguments are slots.
local function describe(call, name, scope, params, slots)
  local kind, conditional = bind.aggregate(call)
  local out = { name, kind, false, node = call }
  local n = #call.args
  if conditional and n == 0 then
    source.fail_at(call, ("%s needs a condition as its last argument"):format(call.name))
  end
  if call.args[1] then bind.check_constant(call.args[1], scope) end
  for i, argument in ipairs(call.args) do
    local slot = argument_slot(argument, scope, params, slots)
    if conditional and i == n then out[3] = slot else out[#out + 1] = slot end
  end
  return out
end

--- Raises for a column that is neither a key nor inside an aggregate.
local function check_outside(node, found, taken, scope)
  bind.check_calls(node)
  for _, use in ipairs(node.uses) do
    if not taken[use.name] and not found[use.name] then
      local known = scope.columns[use.name]
      source.fail_at(use, known
        and ("'%s' is no key here: in agg a column stands in an aggregate, as in sum(%s)"):format(use.name, use.name)
        or ("unknown column '%s'%s"):format(use.name, suggest.phrase(use.name, scope.names)))
    end
  end
end

--- Splits the items of `agg`. Returns the aggregates to compute, and, when some item computes with results, the items
-- of a select over the groups ({name, node}), otherwise nil. `taken` holds the names of the keys; arguments are
-- appended to `slots`.
function aggregate.split(items, scope, params, taken, slots)
  local found, after, computes = {}, {}, false
  for _, item in ipairs(items) do
    if item.star then source.fail_at(item, "'*' is no aggregate: count() counts rows") end
    if taken[item.name] then source.fail_at(item, ("two columns named '%s'"):format(item.name)) end
    bind.check_item(item, scope)
    local direct = item.node.kind == "call" and bind.aggregate(item.node)
    computes = computes or not direct
  end
  local function result_of(node)
    if node.kind ~= "call" or not bind.aggregate(node) then return nil end
    local name = "#" .. #found + 1
    found[#found + 1] = describe(node, name, scope, params, slots)
    found[name] = true
    return { kind = "column", name = name, text = node.text, first = node.first, last = node.last, depth = 1 }
  end
  for i, item in ipairs(items) do
    if computes then
      local node = tree.survey(tree.rewrite(item.node, result_of))
      check_outside(node, found, taken, scope)
      after[i] = { name = item.name, node = node }
    else
      found[i] = describe(item.node, item.name, scope, params, slots)
    end
  end
  return found, computes and after or nil
end

return aggregate
