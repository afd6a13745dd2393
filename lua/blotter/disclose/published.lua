--- Tables as they were published: what they hold, and what can be worked out of them.

local published = {}

local arguments = require "blotter.errors.arguments"
local attack = require "blotter.disclose.attack"
local blotter = require "blotter"
local cube = require "blotter.disclose.cube"
local dimensions = require "blotter.disclose.dimensions"
local interlock = require "blotter.disclose.interlock"
local refusal = require "blotter.disclose.refuse"

-- The paths of a dimension in a table that has its totals as rows.
local function published_paths(frame, dimension)
  local columns, paths = {}, {}
  for level, name in ipairs(dimension.columns) do columns[level] = frame:values(name) end
  for row = 1, #frame do
    local path = {depth = 0}
    for level = 1, #columns do
      if columns[level][row] == dimensions.TOTAL then break end
      path[level], path.depth = columns[level][row], level
    end
    paths[row] = path
  end
  return paths
end

-- The published values by the keys of their cells.
local function known_values(frame, list, name)
  local paths, known, values = {}, {}, frame:values(name)
  for d, dimension in ipairs(list) do
    paths[d] = published_paths(frame, dimension)
    dimensions.grow(dimension, paths[d])
  end
  for row = 1, #frame do
    local nodes = {}
    for d, dimension in ipairs(list) do nodes[d] = dimensions.leaf(dimension, paths[d][row]) end
    if values[row] ~= nil and math.type(values[row]) ~= "integer" then
      refusal.refuse("attack: '%s' is no column of integers", name)
    end
    known[dimensions.cell_key(nodes)] = values[row]
  end
  return known
end

-- Sums of which everything was published must be true.
local function check_sums(made, known)
  for _, sum in ipairs(made.sums) do
    local total, is_known = 0, true
    for k, i in ipairs(sum) do
      is_known = is_known and known[made.keys[i]] ~= nil
      total = total + (k == 1 and -1 or 1) * made.values[i]
    end
    if is_known and total ~= 0 then
      refusal.refuse("no table fits what is published: %s is not the sum of its parts",
        dimensions.readable(made.keys[sum[1]]))
    end
  end
end

local function attacked(frame, options)
  local list = dimensions.read(options.dimensions)
  local known = known_values(frame, list, options.value)
  local made = interlock.new()
  made:add_cube(cube.empty(list), "open")
  for i, key in ipairs(made.keys) do made.values[i] = known[key] or 0 end
  check_sums(made, known)
  local against = attack.new(made, function(i) return known[made.keys[i]] == nil end,
    function() return 0 end, function() return nil end)
  local found, message, code = against:intervals()
  if not found then return nil, message, code end
  local answer = blotter.table "cell string, low int64, high int64, exact bool"
  for _, i in ipairs(against.cells) do
    assert(answer:append {dimensions.readable(made.keys[i]), found[i].low, found[i].high, found[i].exact, n = 4})
  end
  return answer:collect()
end

--- What can be worked out of a published table: a frame or a query with a row for each cell and each total (a
-- dimension's column says "total" there) and null where a value was withheld. A frame of what is not published, with
-- the ends between which it must lie; or nil, message, code.
function published.attack(given, options)
  options = arguments.options(options, {"dimensions", "value"}, "attack")
  arguments.expect(options.value, "string", "attack", 'value = "n"')
  return refusal.caught(attacked, given:collect(), options)
end

return published
