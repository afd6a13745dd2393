--- Rows of several tables one behind the other, and sets of rows: by the names of their columns.

local arguments = require "blotter.errors.arguments"
local bind = require "blotter.lang.bind"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local join = require "blotter.query.join"
local lexer = require "blotter.lang.lexer"
local query = require "blotter.query.verbs"
local suggest = require "blotter.errors.suggest"

--- The types that columns of both have together, by the names of the first.
local function common_types(scope, other, verb)
  if #scope.names ~= #other.names then
    for _, name in ipairs(other.names) do
      if not scope.columns[name] then
        fail("%s: the first one has no column '%s'%s; select the columns that both have", verb, name,
          suggest.phrase(name, scope.names))
      end
    end
  end
  local types = {}
  for i, name in ipairs(scope.names) do
    local at = other.columns[name]
    if not at then
      fail("%s: the other one has no column '%s'%s; select the columns that both have", verb, name,
        suggest.phrase(name, other.names))
    end
    types[i] = core.common_type(scope.types[i], other.types[at])
    if not types[i] then
      local written = lexer.written(name)
      fail("%s: column '%s' is %s in one and %s in the other: derive \"%s = string(%s)\" makes both texts", verb, name,
        scope.types[i], other.types[at], written, written)
    end
  end
  return types
end

--- The columns `names` of a query in these types.
local function arranged(q, names, types)
  local scope, columns = query.scope(q), { slots = {}, items = {} }
  for i, name in ipairs(names) do
    local at = scope.columns[name]
    columns.slots[i] = bind.as(bind.column(at), scope.types[at], types[i])
    columns.items[2 * i - 1], columns.items[2 * i] = name, i
  end
  return query.append(q, "project", columns)
end

--- Both sides with the same columns in the same order.
local function alike(self, other, verb, more)
  query.ready(self, verb)
  if other == nil and type(more) == "string" then fail("%s: %s", verb, more) end -- a reading that failed
  if more ~= nil and not arguments.is_reading(more) then
    fail("%s takes one other side: t:%s(a):%s(b)", verb, verb, verb)
  end
  other = join.other_side(other, verb)
  local scope = query.scope(self)
  local types = common_types(scope, query.scope(other), verb)
  return arranged(self, scope.names, types), arranged(other, scope.names, types)
end

--- The rows of this, then those of the other, whose columns have the same names.
function query:union_all(other, more)
  local a, b = alike(self, other, "union_all", more)
  return query.append(a, "union", { slots = {} }, b)
end

--- The rows of both that differ.
function query:union(other, more)
  local a, b = alike(self, other, "union", more)
  return query.append(a, "union", { slots = {} }, b):distinct()
end

--- Rows of `a` that stand (kind "semi") or do not stand ("anti") among those of `b`; null is a value like another.
local function among(a, b, kind)
  local description = { join = kind, slots = {}, left = {}, right = {}, null_equal = true }
  local n = #query.scope(a).names
  for i = 1, n do
    description.slots[2 * i - 1], description.slots[2 * i] = bind.column(i), bind.column(i)
    description.left[i], description.right[i] = 2 * i - 1, 2 * i
  end
  return query.append(a, "join", description, b)
end

--- The different rows of this that the other has too.
function query:intersect(other, more)
  local a, b = alike(self, other, "intersect", more)
  return among(a:distinct(), b, "semi")
end

--- The different rows of this that the other does not have.
function query:except(other, more)
  local a, b = alike(self, other, "except", more)
  return among(a:distinct(), b, "anti")
end

return {}
