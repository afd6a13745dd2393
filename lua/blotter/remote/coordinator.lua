--- A coordinator: one server on which a table consists of tables of other servers (foreign tables of postgres_fdw, as
-- partitions or children).
--
-- The server's own plan of a grouped query brings every row of these to it. Here the query becomes one that aggregates
-- each of the tables alone, which postgres_fdw leaves to the server that has it, and merges the parts above them: one
-- statement, the UNION ALL of one aggregate a table. Aggregates that are not merged of parts stay as they are.

local partial = require "blotter.remote.partial"
local query = require "blotter.query.verbs"
local translate = require "blotter.remote.translate"

local coordinator = {}

local PER_ROW = { filter = true, project = true }

--- The table below steps that make something of each row alone, when it consists of several.
local function table_of(node)
  while PER_ROW[node.kind] do node = node.input end
  local far = node.source
  return far and translate.is_far(far) and far.parts and far or nil
end

local function in_parts(node, far)
  local there, finish = partial.split(node)
  local united
  for _, from in ipairs(far.parts) do
    local one = setmetatable({ from = from, parts = false }, { __index = far })
    local q = query.append(query.of(node.input.plan, { one }), "group", there)
    united = united and query.append(united, "union", { slots = {} }, q) or q
  end
  return finish(united)
end

local function is_merged(node)
  local lists = partial.sorted(node.description.aggregates or {})
  return not lists.distinct[1] and not lists.rows[1]
end

local function rewritten(node)
  if node.kind == "scan" then return query.of(node.plan, node.sources) end
  local far = node.kind == "group" and table_of(node.input)
  if far and is_merged(node) then return in_parts(node, far) end
  return query.append(rewritten(node.input), node.kind, node.description, node.other and rewritten(node.other))
end

--- The query of a node over tables of one server, with its groups over tables of several in two phases; nil where there
-- are none.
function coordinator.query(node)
  for _, source in ipairs(node.sources) do
    if translate.is_far(source) and source.parts then return rewritten(node) end
  end
end

return coordinator
