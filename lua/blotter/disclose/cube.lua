--- A cube: one table with all its margins, as numbered cells and the sums that tie them.
--
--   cube.read(query, list, measure)   {dimensions =, sizes =, sums = {…}, counts = {…} or nil, tops = {…} or nil}
--
-- Cells are numbered by the nodes of their dimensions, the last fastest. `measure` says what is added up:
-- {value = aggregate, count = aggregate, contributor = column, rows = expression, largest = how many}, where all but
-- the first may be missing.

local cube = {}

local dimensions = require "blotter.disclose.dimensions"
local fail = require "blotter.errors.fail"
local refuse = require("blotter.disclose.refuse").refuse

local MOST_CELLS = 1000000
local LARGEST = 1 << 53

-- A column's exact values as integers of `scale` digits after the point.
local function integers(frame, number, scale)
  local texts = frame:texts()[number].cells
  local values = {}
  for i = 1, texts.n do
    local text = texts[i] == "null" and "0" or texts[i]
    local whole, part = text:match "^(-?%d+)%.?(%d*)$"
    local value = whole and math.tointeger(tonumber(whole .. part .. ("0"):rep(scale - #part)))
    if not value or math.abs(value) >= LARGEST then refuse("release: %s is beyond 2^53", text) end
    if value < 0 then refuse("release: %s is negative, and what people add up to is not", text) end
    values[i] = value
  end
  return values
end

local function scale_of(column)
  local scale = column.type:match "^decimal%(%d+,(%d+)%)$"
  if scale then return tonumber(scale) end
  if column.type == "int64" then return 0 end
  fail("release: value is %s; exact proofs need int64 or decimal", column.type)
end

local function paths_of(frame, dimension)
  local columns, paths = {}, {}
  for level, name in ipairs(dimension.columns) do columns[level] = frame:values(name) end
  for row = 1, #frame do
    local path = {}
    for level = 1, #columns do path[level] = columns[level][row] end
    paths[row] = path
  end
  return paths
end

local function measure_cells(list)
  local sizes, count = {}, 1
  for d, dimension in ipairs(list) do
    sizes[d] = #dimension.nodes
    count = count * sizes[d]
  end
  if count > MOST_CELLS then refuse("release: %d cells are more than %d", count, MOST_CELLS) end
  return sizes, count
end

--- Calls `visit(cell)` for the cell of these leaves and for each of its margins.
local function each_above(list, leaves, d, at, visit)
  if d > #list then return visit(at + 1) end
  local node = leaves[d]
  while node do
    each_above(list, leaves, d + 1, at * #list[d].nodes + node.number - 1, visit)
    node = node.parent
  end
end

local function add_rows(made, rows, field, values)
  local sums = {}
  for i = 1, made.count do sums[i] = 0 end
  for row, leaves in ipairs(rows) do
    each_above(made.dimensions, leaves, 1, 0, function(cell) sums[cell] = sums[cell] + values[row] end)
  end
  for _, sum in ipairs(sums) do
    if sum >= LARGEST then refuse "release: a total is beyond 2^53" end
  end
  made[field] = sums
end

local function leaves_of(list, frame)
  local rows, paths = {}, {}
  for d, dimension in ipairs(list) do
    paths[d] = paths_of(frame, dimension)
    dimensions.grow(dimension, paths[d])
  end
  for row = 1, #frame do
    local leaves = {}
    for d, dimension in ipairs(list) do leaves[d] = dimensions.leaf(dimension, paths[d][row]) end
    rows[row] = leaves
  end
  return rows
end

-- Keeps the `most` largest of what is put in, largest first.
local function keep_largest(top, value, most)
  local at = #top + 1
  while at > 1 and top[at - 1] < value do at = at - 1 end
  if at > most then return end
  table.insert(top, at, value)
  top[most + 1] = nil
end

local function quoted(names)
  local list = {}
  for i, name in ipairs(names) do list[i] = "`" .. name .. "`" end
  return table.concat(list, ", ")
end

-- What each contributor gives to each cell: by name where there is a column, otherwise a row is one.
local function read_contributions(query, made, measure)
  local names = dimensions.columns(made.dimensions)
  local frame
  if measure.contributor then
    frame = query:by(quoted(names) .. ", `" .. measure.contributor .. "`"):agg("`#v` = " .. measure.value):collect()
  else
    frame = query:select(quoted(names) .. ", `#v` = " .. measure.rows):collect()
  end
  local columns = frame:columns()
  local values = integers(frame, #columns, made.scale)
  local who = measure.contributor and frame:values(#columns - 1)
  local by_cell, counts, tops = {}, {}, {}
  for i = 1, made.count do by_cell[i], tops[i], counts[i] = {}, {}, 0 end
  local paths = {}
  for d, dimension in ipairs(made.dimensions) do paths[d] = paths_of(frame, dimension) end
  for row = 1, #frame do
    local leaves = {}
    for d, dimension in ipairs(made.dimensions) do leaves[d] = dimensions.leaf(dimension, paths[d][row]) end
    local name = who and dimensions.label(who[row]) or row
    each_above(made.dimensions, leaves, 1, 0, function(cell)
      by_cell[cell][name] = (by_cell[cell][name] or 0) + values[row]
    end)
  end
  for i = 1, made.count do
    for _, value in pairs(by_cell[i]) do
      counts[i] = counts[i] + 1
      keep_largest(tops[i], value, measure.largest)
    end
  end
  made.counts, made.tops = counts, tops
end

--- Reads a query's rows into a cube.
function cube.read(query, list, measure)
  local names = quoted(dimensions.columns(list))
  local aggregates = "`#v` = " .. measure.value .. (measure.count and ", `#n` = " .. measure.count or "")
  local frame = query:by(names):agg(aggregates):collect()
  if #frame == 0 then refuse "release: there are no rows" end
  local columns = frame:columns()
  local value = #columns - (measure.count and 1 or 0)
  local made = {dimensions = list, scale = scale_of(columns[value])}
  local rows = leaves_of(list, frame)
  made.sizes, made.count = measure_cells(list)
  add_rows(made, rows, "sums", integers(frame, value, made.scale))
  if measure.count then add_rows(made, rows, "counts", integers(frame, #columns, 0)) end
  if measure.contributor or measure.rows then read_contributions(query, made, measure) end
  return made
end

--- A cube without rows: its cells and sums alone.
function cube.empty(list)
  local made = {dimensions = list, scale = 0, sums = {}}
  made.sizes, made.count = measure_cells(list)
  for cell = 1, made.count do made.sums[cell] = 0 end
  return made
end

--- The nodes of a cell by its number.
function cube.nodes(made, cell)
  local nodes, rest = {}, cell - 1
  for d = #made.sizes, 1, -1 do
    nodes[d] = made.dimensions[d].nodes[rest % made.sizes[d] + 1]
    rest = rest // made.sizes[d]
  end
  return nodes
end

local function each_other(sizes, skipped, d, at, visit)
  if d > #sizes then return visit(at) end
  if d == skipped then return each_other(sizes, skipped, d + 1, at * sizes[d], visit) end
  for number = 0, sizes[d] - 1 do each_other(sizes, skipped, d + 1, at * sizes[d] + number, visit) end
end

--- Calls `visit(whole, parts)` with the numbers of cells for every sum of the cube.
function cube.each_sum(made, visit)
  local stride = 1
  for d = #made.sizes, 1, -1 do
    local step = stride
    each_other(made.sizes, d, 1, 0, function(start)
      for _, node in ipairs(made.dimensions[d].nodes) do
        if node.children[1] then
          local parts = {}
          for i, below in ipairs(node.children) do parts[i] = start + (below.number - 1) * step + 1 end
          visit(start + (node.number - 1) * step + 1, parts)
        end
      end
    end)
    stride = stride * made.sizes[d]
  end
end

return cube
