--- What may be published: tables of counts and sums that reveal nobody.
--
--   local release = blotter.release(people, {dimensions = "country, year", threshold = 10})
--   release:print()   release:table()   release:audit()   release.record
--
-- Small cells, and cells that a few contributors dominate, are withheld, and as few others as are needed so that
-- nobody who knows all that is published can work them out. blotter.attack says what can be worked out of any table.

local disclose = {}

local arguments = require "blotter.errors.arguments"
local attack = require "blotter.disclose.attack"
local blotter = require "blotter"
local cube = require "blotter.disclose.cube"
local dimensions = require "blotter.disclose.dimensions"
local fail = require "blotter.errors.fail"
local model = require "blotter.disclose.model"
local protect = require "blotter.disclose.protect"
local record = require "blotter.disclose.record"
local release = require "blotter.disclose.release"
local rounding = require "blotter.disclose.rounding"
local rules = require "blotter.disclose.rules"

local OPTIONS = {"dimensions", "value", "count", "contributor", "threshold", "dominance", "p_percent", "zeros", "ones",
  "protection", "range", "minimise", "method", "base", "linked", "earlier"}

local function number_of(options, name, default, least, most)
  local value = options[name]
  if value == nil then return default end
  if type(value) ~= "number" or value < least or value > most then
    fail("release: %s is a number from %s to %s, got %s", name, least, most, tostring(value))
  end
  return math.tointeger(value) or value
end

local function choice(options, name, words)
  if options[name] == nil then return words[1] end
  arguments.one_of(options[name], words, "release", "word for " .. name)
  return options[name]
end

local function dominance_of(given)
  if given == nil then return nil end
  arguments.expect(given, "table", "release", "dominance = {n = 2, k = 85}")
  arguments.options(given, {"n", "k"}, "release, dominance")
  if not math.tointeger(given.n) or given.n < 1 or type(given.k) ~= "number" or given.k <= 0 or given.k >= 100 then
    fail "release: dominance = {n = 2, k = 85}: n contributors have at most k percent"
  end
  return {n = math.tointeger(given.n), k = given.k}
end

local function read_rules(options)
  local read = {
    threshold = number_of(options, "threshold", 10, 1, 1000000), dominance = dominance_of(options.dominance),
    p_percent = number_of(options, "p_percent", nil, 0.0001, 1000),
    range = number_of(options, "range", 10, 0.0001, 100),
    zeros = choice(options, "zeros", {"open", "known", "sensitive"}),
    ones = choice(options, "ones", {"as counts", "sensitive"}),
    minimise = choice(options, "minimise", {"cells", "value"}),
    method = choice(options, "method", {"suppression", "rounding", "none"}),
  }
  read.protection = choice(options, "protection", read.method == "rounding" and {"exact", "threshold"}
    or {"threshold", "exact"})
  if math.type(read.threshold) ~= "integer" then fail "release: threshold is an integer" end
  if read.method == "rounding" then
    read.base = number_of(options, "base", 5, 2, 1000000)
    if math.type(read.base) ~= "integer" then fail "release: base is an integer" end
  end
  return read
end

local ADDED = {count = true, sum = true, count_if = true, sum_if = true}

-- The aggregate that `value` names, and the expression inside a sum. Only what adds up has margins.
local function aggregate_of(value)
  if value == nil then return "count()", nil, "count" end
  arguments.expect(value, "string", "release", 'value = "sum(n)"')
  if value:find "^%s*[%a_][%w_]*%s*$" then
    local name = value:match "[%a_][%w_]*"
    return "sum(" .. name .. ")", name, name
  end
  local called, inside = value:match "^%s*([%a_]+)%s*%((.*)%)%s*$"
  local depth = 0
  for bracket in (inside or ""):gmatch "[()]" do
    depth = depth + (bracket == "(" and 1 or -1)
    if depth < 0 then called = nil end
  end
  if not called or not ADDED[called] then
    fail("release: value = '%s': count(), sum(x), count_if(c) or sum_if(x, c) add up to totals, others do not", value)
  end
  return value, called == "sum" and inside or nil, called == "sum" and "value" or "count"
end

local function measure_of(options, read)
  local value, inside, name = aggregate_of(options.value)
  local measure = {value = value, largest = math.max(2, read.dominance and read.dominance.n or 0)}
  if options.count ~= nil then measure.count = aggregate_of(options.count) end
  if options.contributor ~= nil then
    arguments.expect(options.contributor, "string", "release", 'contributor = "company"')
    measure.contributor = options.contributor
  elseif read.dominance or read.p_percent then
    if not inside then
      fail "release: dominance and p_percent need a value such as sum(x), or a contributor's column"
    end
    measure.rows = inside
  end
  return measure, name
end

-- Whether tables hang together like a tree: then tables that agree where they meet are always parts of one table.
local function is_acyclic(lists)
  local edges = {}
  for i, list in ipairs(lists) do
    edges[i] = {}
    for _, dimension in ipairs(list) do edges[i][dimension.name] = true end
  end
  local moved = true
  while moved do
    moved = false
    local uses = {}
    for _, edge in ipairs(edges) do
      for name in pairs(edge) do uses[name] = (uses[name] or 0) + 1 end
    end
    for i = #edges, 1, -1 do
      local edge = edges[i]
      for name in pairs(edge) do
        if uses[name] == 1 then
          edge[name] = nil
          moved = true
        end
      end
      for k, other in ipairs(edges) do
        local is_inside = k ~= i
        for name in pairs(edge) do is_inside = is_inside and other[name] end
        if is_inside then
          table.remove(edges, i)
          moved = true
          break
        end
      end
    end
  end
  return #edges <= 1
end

local MOST_JOINT = 20000

-- A table over all dimensions, which nobody publishes, yet which must exist: tables that hang together in a ring may
-- each be possible and together not.
local function add_joint(made, query, lists, measure)
  local all, seen, count = {}, {}, 1
  for _, list in ipairs(lists) do
    for _, dimension in ipairs(list) do
      if not seen[dimension.name] then
        seen[dimension.name] = true
        all[#all + 1] = {name = dimension.name, columns = dimension.columns}
        count = count * #dimension.nodes
      end
    end
  end
  if count > MOST_JOINT then return ("left out: %d cells"):format(count) end
  made:add_cube(cube.read(query, all, {value = measure.value}), "hidden")
  return ("%d cells"):format(count)
end

local function earlier_of(given)
  if type(given) == "string" then
    local file, message = io.open(given, "rb")
    if not file then return nil, message, "io" end
    local text = file:read "a"
    file:close()
    return record.decode(text)
  end
  local found = type(given) == "table" and (given.record or given)
  if type(found) ~= "table" or found.format ~= record.FORMAT then
    fail "release: earlier is a list of releases, of their records, or of files that hold a record"
  end
  return found
end

local function add_earlier(made, list)
  for number, given in ipairs(list or {}) do
    local found, message, code = earlier_of(given)
    if not found then return nil, message, code end
    if found.rules.method == "rounding" then
      return nil, ("earlier release %d was rounded: what it says of a cell is a range, which is not taken into account"
        ):format(number), "invalid"
    end
    local keys, values, status = {}, {}, {}
    for i, cell in ipairs(found.cells) do keys[i], values[i], status[i] = cell.key, cell.value, cell.status end
    local added, why = made:add_earlier(number, {keys = keys, values = values, status = status, sums = found.sums})
    if not added then return nil, why, "invalid" end
  end
  return true
end

local function price_of(made, read)
  local is_whole = {}
  for _, sum in ipairs(made.sums) do is_whole[sum[1]] = true end
  return function(i)
    if made.kinds[i] == "hidden" then return 0.01 end
    if read.minimise == "value" then return math.max(1, made.values[i]) end
    return is_whole[i] and 1.001 or 1
  end
end

-- Zeros that everybody knows stay what they are.
local function fix_zeros(made, read)
  for i, value in ipairs(made.values) do
    if value == 0 and read.zeros == "known" and made.kinds[i] == "open" then made.kinds[i] = "known" end
  end
end

-- Which cells nobody is told: {[cell] = true}, and the moves that protect them; or the rounded values.
local function decide(made, needs, read)
  if read.method == "rounding" then
    local rounded, message, code = rounding.choose(made, read.base)
    return rounded and {rounded = rounded, moves = {}, withheld = {}}, message, code
  end
  local withheld = {}
  for i, kind in ipairs(made.kinds) do withheld[i] = kind == "hidden" or nil end
  if read.method == "none" or not next(needs) then return {withheld = withheld, moves = {}} end
  return protect.choose(made, needs, price_of(made, read))
end

local function status_of(made, chosen, i)
  if made.kinds[i] == "hidden" then return "hidden" end
  if chosen.rounded then return "rounded" end
  return chosen.withheld[i] and "withheld" or "published"
end

local function cells_of(made, needs, chosen, read)
  local cells = {}
  for i, value in ipairs(made.values) do
    local cell = {key = made.keys[i], value = value, status = status_of(made, chosen, i)}
    local need = needs[i]
    if need then cell.need = {low = need.low, high = need.high, reasons = need.reasons} end
    if chosen.rounded then
      cell.rounded = chosen.rounded[i]
      cell.low, cell.high = math.max(0, cell.rounded - read.base + 1), cell.rounded + read.base - 1
    end
    cells[i] = cell
  end
  return cells
end

local function counts_of(made, cells)
  local counts = {cells = 0, sensitive = 0, added = 0, withheld_value = 0}
  for i, cell in ipairs(cells) do
    if made.kinds[i] ~= "hidden" then
      counts.cells = counts.cells + 1
      if cell.status == "withheld" then
        local field = cell.need and "sensitive" or "added"
        counts[field] = counts[field] + 1
        counts.withheld_value = counts.withheld_value + cell.value
      end
    end
  end
  return counts
end

-- The tables that are asked for: the dimensions of each, the first one's first.
local function lists_of(options)
  local lists = {dimensions.read(options.dimensions)}
  if options.linked ~= nil then
    arguments.expect(options.linked, "table", "release", 'linked = {{dimensions = "country, age"}}')
  end
  for _, other in ipairs(options.linked or {}) do
    lists[#lists + 1] = dimensions.read(type(other) == "table" and other.dimensions or other)
  end
  return lists
end

local function merge(made, tables)
  local to = made:merge()
  for _, table_of in ipairs(tables) do
    for cell, i in ipairs(table_of.ids) do table_of.ids[cell] = to[i] end
  end
end

local function read_tables(query, lists, measure, made)
  local tables = {}
  for k, list in ipairs(lists) do
    local read = cube.read(query, list, measure)
    tables[k] = {cube = read, ids = made:add_cube(read, "open")}
  end
  return tables
end

-- The audit of what was decided, by an attack that knows nothing of how it was decided.
local function prove(made)
  local against, view = record.attack(made)
  local needs = {}
  for i, cell in ipairs(made.cells) do needs[i] = cell.need end
  return against, against:questions(needs, view)
end

local function name_tables(lists)
  local named = {}
  for k, list in ipairs(lists) do
    named[k] = {}
    for d, dimension in ipairs(list) do named[k][d] = dimension.columns end
  end
  return named
end

--- A table as it may be published; `given` is a table, a query or a frame. Options: see the reference. Returns a
-- release, or nil, message, code when data or a missing solver are to blame.
function disclose.release(given, options)
  options = arguments.options(options, OPTIONS, "release")
  if given == nil or type(given) == "string" or not pcall(function() return given.by end) then
    fail "release: a table, a query or a frame expected first"
  end
  local query = getmetatable(given) and given.query and type(given.query) == "function" and given:query() or given
  local read = read_rules(options)
  local lists = lists_of(options)
  local measure, name = measure_of(options, read)
  local made = model.new()
  local tables = read_tables(query, lists, measure, made)
  local joint = "not needed"
  if not is_acyclic(lists) then joint = add_joint(made, query, lists, measure) end
  local added, message, code = add_earlier(made, options.earlier)
  if not added then return nil, message, code end
  merge(made, tables)
  fix_zeros(made, read)
  local needs = rules.needs(made, read)
  local chosen
  chosen, message, code = decide(made, needs, read)
  if not chosen then return nil, message, code end
  local kept = {format = record.FORMAT, rules = read, tables = name_tables(lists), value = measure.value,
    contributor = options.contributor, scale = tables[1].cube.scale, joint = joint, sums = made.sums,
    cells = cells_of(made, needs, chosen, read), earlier = #(options.earlier or {}), confidential = true}
  kept.counts = counts_of(made, kept.cells)
  local against, questions = prove(kept)
  questions, message, code = against:answer(questions, chosen.moves)
  if not questions then return nil, message, code end
  kept.proof = record.proof(against, questions)
  kept.versions = {lua = _VERSION, solver = chosen.solver or against:solver()}
  local holds, why = record.verify(kept)
  kept.verdict = holds and "safe" or "at risk"
  return setmetatable({record = kept, tables = tables, value_name = name, verdict = kept.verdict, reason = why,
    blotter = blotter}, release)
end

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

--- What can be worked out of a published table: a frame or a query with a row for each cell and each total (a
-- dimension's column says "total" there) and null where a value was withheld. A frame of what is not published, with
-- the ends between which it must lie; or nil, message, code.
function disclose.attack(given, options)
  options = arguments.options(options, {"dimensions", "value"}, "attack")
  arguments.expect(options.value, "string", "attack", 'value = "n"')
  local frame = given:collect()
  local list = dimensions.read(options.dimensions)
  local paths = {}
  for d, dimension in ipairs(list) do
    paths[d] = published_paths(frame, dimension)
    dimensions.grow(dimension, paths[d])
  end
  local published, values = {}, frame:values(options.value)
  for row = 1, #frame do
    local nodes = {}
    for d, dimension in ipairs(list) do nodes[d] = dimensions.leaf(dimension, paths[d][row]) end
    published[dimensions.cell_key(nodes)] = values[row]
  end
  local made = model.new()
  local view = cube.empty(list)
  made:add_cube(view, "open")
  for i, key in ipairs(made.keys) do
    made.values[i] = published[key] or 0
    if math.type(made.values[i]) ~= "integer" then fail("attack: '%s' is no column of integers", options.value) end
  end
  local against = attack.new(made, function(i) return published[made.keys[i]] == nil end,
    function() return 0 end, function() return nil end)
  local found, message, code = against:intervals()
  if not found then return nil, message, code end
  local answer = blotter.table "cell string, low int64, high int64, exact bool"
  for _, i in ipairs(against.cells) do
    assert(answer:append {dimensions.readable(made.keys[i]), found[i].low, found[i].high, found[i].exact, n = 4})
  end
  return answer:collect()
end

--- Whether a record's proof holds: true, or false and why not. No solver is needed.
disclose.verify = record.verify

--- Whether the multipliers of an answer in a record's proof bound its cell as they say.
disclose.verify_bound = record.verify_bound

--- A record from its JSON; nil, message, code when the text is none.
disclose.decode = record.decode

return disclose
