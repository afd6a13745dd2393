--- Dimensions: what a table is broken down by, each a tree of categories under a total.
--
--   "country, year"   {"country", "year"}   {{"region", "city"}, "year"}
--
-- A list inside the list is a hierarchy, from coarse to fine. A dimension becomes
--   {name =, columns = {…}, nodes = {node, …}, leaves = {node by path}}
-- where nodes[1] is the total and a node is {label =, depth =, number =, parent =, children = {…}, key =}. The key says
-- which rows the node holds, so that cells of linked tables are known to be the same; that of a total is empty.

local dimensions = {}

local fail = require "blotter.errors.fail"
local refuse = require("blotter.disclose.refuse").refuse

-- Between the parts of a path and of a key; no text of a category holds it.
local SEPARATOR = "\31"

local function listed(text)
  local names = {}
  for name in (text .. ","):gmatch "%s*(.-)%s*," do names[#names + 1] = name end
  return names
end

local function one(given)
  local columns = type(given) == "table" and given or {given}
  if #columns == 0 then fail "release: a dimension without a column" end
  for _, name in ipairs(columns) do
    if type(name) ~= "string" or name == "" then
      fail('release: dimensions are columns such as "country, year" or {{"region", "city"}, "year"}')
    end
  end
  return {name = table.concat(columns, "."), columns = columns}
end

--- The dimensions that a text or a list names.
function dimensions.read(given)
  if type(given) == "string" then given = listed(given) end
  if type(given) ~= "table" or #given == 0 then
    fail('release: dimensions = "country, year" expected, got %s', given == nil and "nothing" or "a " .. type(given))
  end
  local read, seen = {}, {}
  for i, item in ipairs(given) do
    read[i] = one(item)
    for _, column in ipairs(read[i].columns) do
      if seen[column] then fail("release: column '%s' stands in two dimensions", column) end
      seen[column] = true
    end
  end
  return read
end

--- All columns of some dimensions, in order.
function dimensions.columns(list)
  local names = {}
  for _, dimension in ipairs(list) do
    for _, column in ipairs(dimension.columns) do names[#names + 1] = column end
  end
  return names
end

--- How the total of a level is called, in a table that has its totals as rows.
dimensions.TOTAL = "total"

local NONE = "(none)"

--- How a category is called; rows without one have a category of their own.
function dimensions.label(value)
  if value == nil then return NONE end
  local label = tostring(value)
  if label == dimensions.TOTAL or label == NONE or label:find(SEPARATOR, 1, true) then
    refuse("release: a category is called '%s', which means something else here; rename it", label)
  end
  return label
end

local function child(parent, value, by_path)
  local label = dimensions.label(value)
  local path = parent.path .. SEPARATOR .. label
  local node = by_path[path]
  if not node then
    node = {label = label, value = value, depth = parent.depth + 1, parent = parent, children = {}, path = path}
    by_path[path] = node
    parent.children[#parent.children + 1] = node
  end
  return node
end

local RANK = {number = 1, boolean = 2, string = 3, ["nil"] = 4}

local function before(a, b)
  local left, right = type(a.value), type(b.value)
  if left ~= right then return RANK[left] < RANK[right] end
  if left == "number" then return a.value < b.value end
  return a.label < b.label
end

-- Numbers the nodes, parents before children, categories in order.
local function number(node, nodes)
  nodes[#nodes + 1] = node
  node.number = #nodes
  table.sort(node.children, before)
  for _, below in ipairs(node.children) do number(below, nodes) end
end

-- A label that stands under one parent only names its rows by itself, however fine the tree above it is.
local function name_keys(dimension)
  local parents = {}
  for _, node in ipairs(dimension.nodes) do
    local name = node.depth .. SEPARATOR .. node.label
    parents[name] = (parents[name] or 0) + 1
  end
  dimension.nodes[1].key = ""
  for i = 2, #dimension.nodes do
    local node = dimension.nodes[i]
    local is_alone = parents[node.depth .. SEPARATOR .. node.label] == 1
    node.key = dimension.columns[node.depth] .. "=" .. (is_alone and node.label or node.path:sub(2))
  end
end

--- Gives a dimension its tree: `paths` is a list of the values of its columns, one list a row. A path may end early, at
-- a total.
function dimensions.grow(dimension, paths)
  local root = {label = "total", depth = 0, children = {}, path = ""}
  local by_path = {}
  for _, path in ipairs(paths) do
    local node = root
    for level = 1, path.depth or #dimension.columns do node = child(node, path[level], by_path) end
  end
  dimension.nodes, dimension.by_path = {}, by_path
  by_path[""] = root
  number(root, dimension.nodes)
  name_keys(dimension)
end

--- The node of a path of values.
function dimensions.leaf(dimension, path)
  local text = ""
  for level = 1, path.depth or #dimension.columns do text = text .. SEPARATOR .. dimensions.label(path[level]) end
  return dimension.by_path[text]
end

--- The key of a cell: its nodes' keys in the order of their names; "" is the total of everything.
function dimensions.cell_key(nodes)
  local keys = {}
  for _, node in ipairs(nodes) do
    if node.key ~= "" then keys[#keys + 1] = node.key end
  end
  table.sort(keys)
  return table.concat(keys, SEPARATOR)
end

--- A cell's key as a reader may see it.
function dimensions.readable(key)
  if key == "" then return "total" end
  return (key:gsub(SEPARATOR, ", "))
end

return dimensions
