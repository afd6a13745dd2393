--- What blotter.release is asked for: its options, checked before any work.

local request = {}

local arguments = require "blotter.errors.arguments"
local dimensions = require "blotter.disclose.dimensions"
local fail = require "blotter.errors.fail"

local KNOWN = {"dimensions", "value", "count", "contributor", "threshold", "dominance", "p_percent", "zeros", "ones",
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

--- The rules that the options ask for, checked.
function request.rules(options)
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

--- What a cell holds, as the cube reads it, and how its column is called.
function request.measure(options, read)
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

--- The tables that are asked for: the dimensions of each, the first one's first.
function request.lists(options)
  local lists = {dimensions.read(options.dimensions)}
  if options.linked ~= nil then
    arguments.expect(options.linked, "table", "release", 'linked = {{dimensions = "country, age"}}')
  end
  for _, other in ipairs(options.linked or {}) do
    lists[#lists + 1] = dimensions.read(type(other) == "table" and other.dimensions or other)
  end
  return lists
end

--- The options, a copy; an unknown one raises.
function request.options(given) return arguments.options(given, KNOWN, "release") end

return request
