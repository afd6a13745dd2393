--- Seeded random tables and query texts for the oracle's specs.

local random_query = {}
random_query.__index = random_query

--- A generator of its own (xorshift), so that a seed gives the same queries on every machine.
function random_query.new(seed)
  return setmetatable({ state = seed * 2654435769 + 88172645463325252 }, random_query)
end

--- A whole number from `low` to `high`.
function random_query:int(low, high)
  local x = self.state
  x = x ~ (x << 13)
  x = x ~ (x >> 7)
  x = x ~ (x << 17)
  self.state = x
  return low + (x >> 1) % (high - low + 1)
end

function random_query:chance(percent) return self:int(1, 100) <= percent end

function random_query:pick(list) return list[self:int(1, #list)] end

-- ---- tables ----

random_query.SCHEMA = "b bool, i int64, j int64, f float64, d decimal(9,2), s string, u string, t date, z timestamp"

local WORDS = { "KR", "JP", "US", "", "kr", "a b", "é", "zebra", "10", "x'y" }
local EXTREMES = { math.maxinteger, math.mininteger, 0, -1, 1 << 53, (1 << 53) + 1, 2147483648, -2147483649 }
local FLOATS = { 0 / 0, math.huge, -math.huge, 0.0, -0.0 }

--- A quarter of a small whole number: sums of these are exact in any order.
local function float(self)
  if self:chance(4) then return self:pick(FLOATS) end
  return self:int(-4000, 4000) / 4
end

local function value_makers(self)
  return {
    { "b", function() return self:chance(50) end },
    { "i", function() return self:int(-20, 20) end },
    { "j", function() return self:chance(50) and self:pick(EXTREMES) or self:int(-1 << 40, 1 << 40) end },
    { "f", function() return float(self) end },
    { "d", function() return { decimal = self:int(-99999, 99999), scale = 2 } end },
    { "s", function() return self:pick(WORDS) end },
    { "u", function() return "u" .. self:int(1, 100000) end },
    { "t", function() return { date = self:int(-3000, 20000) } end },
    { "z", function() return { timestamp = self:int(-1 << 40, 1 << 50) } end },
  }
end

--- `n` rows of oracle values. Now and then a column is all null, constant, or without nulls.
function random_query:rows(n)
  local rows = {}
  for r = 1, n do rows[r] = {} end
  for _, maker in ipairs(value_makers(self)) do
    local name, make = maker[1], maker[2]
    local nulls = self:pick { 0, 0, 10, 50, 100 }
    local constant = self:chance(10) and make()
    for r = 1, n do
      if not self:chance(nulls) then rows[r][name] = constant == false and make() or constant or make() end
    end
  end
  return rows
end

-- ---- expressions ----

local COLUMNS = { bool = { "b" }, int = { "i", "j" }, small = { "i" }, float = { "f" }, decimal = { "d" },
  string = { "s", "u" }, date = { "t" }, timestamp = { "z" } }

local generators = {}

local function constant(self, kind)
  if kind == "bool" then return self:pick { "true", "false" } end
  if kind == "int" or kind == "small" then return tostring(self:int(-9, 9)) end
  if kind == "float" then return ("%.2e"):format(self:int(-400, 400) / 4) end
  if kind == "decimal" then return ("%d.%02d"):format(self:int(0, 500), self:int(0, 99)) end
  if kind == "string" then return ("%q"):format(self:pick(WORDS)) end
  if kind == "date" then return "date '" .. self:date_text() .. "'" end
  return "timestamp '" .. self:date_text() .. "T0" .. self:int(0, 9) .. ":30:00Z'"
end

function random_query:date_text()
  return os.date("!%Y-%m-%d", self:int(-3000, 20000) * 86400)
end

function random_query:expression(kind, depth)
  if depth <= 0 or self:chance(15) then
    return self:chance(75) and self:pick(COLUMNS[kind]) or constant(self, kind)
  end
  return generators[kind](self, depth - 1)
end

local COMPARABLE = { "bool", "int", "float", "decimal", "string", "date", "timestamp" }
local COMPARISONS = { "==", "~=", "<", "<=", ">", ">=" }

local function comparison(self, depth)
  local kind = self:pick(COMPARABLE)
  local other = kind
  if kind == "int" or kind == "float" or kind == "decimal" then other = self:pick { "small", "float", kind } end
  return ("(%s %s %s)"):format(self:expression(kind, depth), self:pick(COMPARISONS), self:expression(other, depth))
end

local function membership(self, depth)
  local kind, items = self:pick { "small", "string", "date", "decimal" }, {}
  for i = 1, self:int(1, 4) do items[i] = constant(self, kind) end
  if self:chance(10) then items[#items + 1] = "nil" end
  return ("(%s %s (%s))"):format(self:expression(kind, depth), self:pick { "in", "not in" },
    table.concat(items, ", "))
end

function generators.bool(self, depth)
  local form = self:int(1, 10)
  if form <= 4 then return comparison(self, depth) end
  if form <= 7 then
    return ("(%s %s %s)"):format(self:expression("bool", depth), self:pick { "and", "or" },
      self:expression("bool", depth))
  end
  if form == 8 then return ("(not %s)"):format(self:expression("bool", depth)) end
  if form == 9 then return membership(self, depth) end
  -- of a plain value: whether a sum is null can be told without computing it, so an overflow may stay unseen
  return ("(%s %s nil)"):format(self:expression(self:pick(COMPARABLE), 0), self:pick { "==", "~=" })
end

--- Integers that cannot overflow whatever the depth: a result is brought back to a small range.
function generators.small(self, depth)
  local form = self:int(1, 7)
  if form == 1 then return ("(- %s)"):format(self:expression("small", depth)) end
  if form == 2 then return ("year(%s)"):format(self:expression("date", 0)) end
  if form == 3 then return ("month(%s)"):format(self:expression("date", 0)) end
  if form == 4 then return ("(%s %% 17)"):format(self:expression("int", depth)) end
  return ("((%s %s %s) %% 1000)"):format(self:expression("small", depth), self:pick { "+", "-", "*", "//", "%" },
    self:expression("small", depth))
end

--- Integers that may overflow: then both engines must say so.
function generators.int(self, depth)
  if self:chance(90) then return generators.small(self, depth) end
  return ("(%s %s %s)"):format(self:expression("int", depth), self:pick { "+", "-", "*" },
    self:expression("int", depth))
end

function generators.float(self, depth)
  local form = self:int(1, 5)
  if form == 1 then return ("(%s / %s)"):format(self:expression("small", depth), self:expression("small", depth)) end
  if form == 2 then return ("(%s + %s)"):format(self:expression("float", depth), self:expression("small", depth)) end
  if form == 3 then return ("(- %s)"):format(self:expression("float", depth)) end
  return ("(%s %s %s)"):format(self:expression("float", depth), self:pick { "+", "-", "*" },
    self:expression("float", depth))
end

function generators.decimal(self)
  local form = self:int(1, 3)
  if form == 1 then return ("(%s %s d)"):format(constant(self, "decimal"), self:pick { "+", "-" }) end
  if form == 2 then return ("(d * %s)"):format(self:pick { "i", "2", "0.5" }) end
  return ("(d %s %s)"):format(self:pick { "+", "-" }, self:expression("small", 1))
end

function generators.string(self, depth)
  local form = self:int(1, 3)
  if form == 1 then return ("upper(%s)"):format(self:expression("string", 0)) end
  return ("(%s .. %s)"):format(self:expression("string", depth), self:expression("string", depth))
end

function generators.date(self, depth)
  return ("(t %s %s)"):format(self:pick { "+", "-" }, self:expression("small", math.min(depth, 1)))
end

function generators.timestamp(self)
  return ("(z + %d)"):format(self:int(-1000000, 1000000))
end

-- ---- lists ----

local KINDS = { "bool", "small", "int", "float", "decimal", "string", "date", "timestamp" }

function random_query:select_list()
  local items = {}
  for i = 1, self:int(1, 4) do items[i] = ("c%d = %s"):format(i, self:expression(self:pick(KINDS), 2)) end
  return table.concat(items, ", ")
end

function random_query:key_list()
  local items = {}
  for i = 1, self:int(1, 3) do
    items[i] = ("k%d = %s"):format(i, self:expression(self:pick { "bool", "small", "int", "float", "string", "date",
      "decimal", "timestamp" }, self:int(0, 1)))
  end
  return table.concat(items, ", ")
end

--- Sums of floats are taken of small exact values only.
local function one_aggregate(self)
  local form = self:int(1, 10)
  if form == 1 then return "count()" end
  if form == 10 then
    return self:pick { "median(i)", "median(i + 1)", "quantile(i, 0.25)", "stddev(i)", "string_agg(s)", "any(b)",
      "all(b)", "median_if(i, b)", "any(i > 5)", "count_distinct(s)", "min(s)", "max(u)" }
  end
  if form == 2 then return ("count(%s)"):format(self:expression(self:pick(KINDS), 1)) end
  if form == 3 then return ("sum(%s)"):format(self:pick { "i", "j", "f", "d", "i * 3", "i % 5" }) end
  if form == 4 then return ("mean(%s)"):format(self:pick { "i", "f", "i + 1" }) end
  if form == 5 then return ("count_distinct(%s)"):format(self:expression(self:pick(KINDS), 0)) end
  if form == 6 then return ("sum_if(i, %s)"):format(self:expression("bool", 1)) end
  if form == 7 then return ("count_if(%s)"):format(self:expression("bool", 2)) end
  return ("%s(%s)"):format(self:pick { "min", "max", "first", "last" }, self:expression(self:pick(KINDS), 1))
end

function random_query:aggregate_list()
  local items = {}
  for i = 1, self:int(1, 6) do items[i] = ("a%d = %s"):format(i, one_aggregate(self)) end
  return table.concat(items, ", ")
end

function random_query:order_list()
  local items = {}
  for i = 1, self:int(1, 3) do
    items[i] = self:expression(self:pick(KINDS), self:int(0, 1)) .. self:pick { "", " asc", " desc" }
      .. self:pick { "", "", " nulls first", " nulls last" }
  end
  return table.concat(items, ", ")
end

return random_query
