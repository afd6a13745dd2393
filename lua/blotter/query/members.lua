--- `x in $q` where q is a table, query or frame of one column: in a condition that `where` joins with `and`, a join
-- that keeps the rows with a partner; anywhere else, and with `not in`, the values that q has when the verb is called.

local arguments = require "blotter.errors.arguments"
local core = require "blotter.core"
local frame = require "blotter.query.frame"
local join = require "blotter.query.join"
local parser = require "blotter.lang.parser"
local query = require "blotter.query.verbs"
local source = require "blotter.lang.source"
local tree = require "blotter.lang.tree"

local function is_source(value)
  local class = getmetatable(value)
  return class == query or class == frame or core.is_table(value)
end

local function one_column(q, node, name)
  local n = #query.scope(q).names
  if n ~= 1 then source.fail_at(node, ("$%s: a query of one column expected after 'in', got %d"):format(name, n)) end
end

--- The query behind `x in $q`, and what the parameter is called; nil for any other node.
local function asked(node, params)
  local only = node.kind == "in" and not node.negated and #node.list == 1 and node.list[1]
  if not only or only.kind ~= "parameter" then return nil end
  local value = params[only.name]
  if value == nil then value = params[math.tointeger(tonumber(only.name)) or only.name] end
  return is_source(value) and join.other_side(value, "in") or nil, only.name
end

local function has_source(params)
  for _, value in pairs(type(params) == "table" and params or {}) do
    if is_source(value) then return true end
  end
  return false
end

local where = query.where

function query:where(text, params)
  if not has_source(params) then return where(self, text, params) end
  query.ready(self, "where")
  local root = parser.expression(query.check_text(text, "where"))
  params = arguments.parameters(params, "where")
  local q = self
  for _, node in ipairs(join.conjuncts(root, {})) do
    local other, name = asked(node, params)
    if other then
      one_column(other, node.list[1], name)
      q = join.members(q, node, other, params)
    else
      q = query.filtered(q, node.uses and node or tree.survey(node), params)
    end
  end
  return q
end

return {}
