--- A naive engine: the meaning of the query language over plain Lua rows, value by value. Slow and obvious, so that
-- the real engine can be checked against it.
--
-- Values: nil is null; boolean, integer, float and string are Lua's; a date is {date = days}, a timestamp
-- {timestamp = microseconds}, a decimal {decimal = scaled integer, scale = n}. A row is a table by column name.
-- Failures of exact arithmetic raise "overflow".

local oracle = {}

-- ---- values ----

local function is_decimal(v) return type(v) == "table" and v.decimal ~= nil end

local function kind_of(v)
  if type(v) ~= "table" then return math.type(v) or type(v) end
  return v.date and "date" or v.timestamp and "timestamp" or "decimal"
end

--- A value as blotter gives it to Lua.
function oracle.to_lua(v)
  if type(v) ~= "table" then return v end
  if v.date then return os.date("!%Y-%m-%d", v.date * 86400) end
  if v.timestamp then
    local seconds, part = v.timestamp // 1000000, v.timestamp % 1000000
    local fraction = part > 0 and ((".%06d"):format(part):gsub("0+$", "")) or ""
    return os.date("!%Y-%m-%dT%H:%M:%S", seconds) .. fraction .. "Z"
  end
  return v.decimal / 10 ^ v.scale
end

--- A text that is the same for equal values and orders nothing: for groups and distinct counts. NaN equals NaN.
local function key_of(v)
  if v == nil then return "null" end
  local kind = kind_of(v)
  if kind == "float" then
    if v ~= v then return "float nan" end
    return "float " .. ("%a"):format(v + 0.0 == 0.0 and 0.0 or v)
  end
  if kind == "decimal" then return "decimal " .. v.decimal .. "/" .. v.scale end
  if type(v) == "table" then return kind .. " " .. (v.date or v.timestamp) end
  return kind .. " " .. tostring(v)
end

--- The same of a row's columns together ({name} in order).
function oracle.row_key(row, columns)
  local parts = {}
  for i, column in ipairs(columns) do
    local text = key_of(row[column.name])
    parts[i] = #text .. ":" .. text
  end
  return table.concat(parts)
end

-- ---- arithmetic ----

local function overflow() error("overflow", 0) end

--- Exact integer arithmetic by way of floats that tell when the integer wrapped.
local function checked(op, a, b)
  local exact = op == "+" and a + b or op == "-" and a - b or a * b
  local wide = op == "+" and a + 0.0 + b or op == "-" and a + 0.0 - b or (a + 0.0) * b
  if math.abs(wide - exact) > 1024.0 + math.abs(wide) * 1e-9 then overflow() end
  return exact
end

local LARGEST_DECIMAL = 10 ^ 18 // 1 | 0

local function decimal(scaled, scale)
  if scale > 18 or scaled >= LARGEST_DECIMAL or scaled <= -LARGEST_DECIMAL then overflow() end
  return { decimal = scaled, scale = scale }
end

local function power(n)
  local p = 1
  for _ = 1, n do p = p * 10 end
  return p
end

local function as_decimal(v, scale)
  if math.type(v) == "integer" then return checked("*", v, power(scale)) end
  return checked("*", v.decimal, power(scale - v.scale))
end

local function as_float(v)
  if is_decimal(v) then return v.decimal / 10 ^ v.scale end
  return v + 0.0
end

local function scale_of(v) return is_decimal(v) and v.scale or 0 end

local function decimal_arithmetic(op, a, b)
  if op == "*" then
    return decimal(checked("*", is_decimal(a) and a.decimal or a, is_decimal(b) and b.decimal or b),
      scale_of(a) + scale_of(b))
  end
  local scale = math.max(scale_of(a), scale_of(b))
  return decimal(checked(op, as_decimal(a, scale), as_decimal(b, scale)), scale)
end

local function time_arithmetic(op, a, b)
  local ka, kb = kind_of(a), kind_of(b)
  if ka == kb and op == "-" then return a[ka] - b[kb] end
  local kind = (ka == "date" or ka == "timestamp") and ka or kb
  local x, y = ka == kind and a[kind] or a, kb == kind and b[kind] or b
  return { [kind] = op == "+" and x + y or x - y }
end

local function arithmetic(op, a, b)
  if type(a) == "table" and not is_decimal(a) or type(b) == "table" and not is_decimal(b) then
    return time_arithmetic(op, a, b)
  end
  if (op == "/" or op == "//" or op == "%") and math.type(b) ~= "float" and as_float(b) == 0 then return nil end
  if op == "/" then return as_float(a) / as_float(b) end
  if math.type(a) == "float" or math.type(b) == "float" then
    a, b = as_float(a), as_float(b)
    if op == "+" then return a + b elseif op == "-" then return a - b elseif op == "*" then return a * b end
    if op == "//" then return a // b end
    return a % b
  end
  if op == "//" or op == "%" then
    if b == -1 and a == math.mininteger and op == "//" then overflow() end
    if op == "//" then return a // b end
    return a % b
  end
  if is_decimal(a) or is_decimal(b) then return decimal_arithmetic(op, a, b) end
  return checked(op, a, b)
end

-- ---- comparison ----

--- a < b, a == b for values of comparable types, exactly.
local function order(a, b)
  if type(a) == "boolean" then a, b = a and 1 or 0, b and 1 or 0 end
  if is_decimal(a) or is_decimal(b) then
    if math.type(a) == "float" or math.type(b) == "float" then
      a, b = as_float(a), as_float(b)
    else
      local scale = math.max(scale_of(a), scale_of(b))
      a, b = as_decimal(a, scale), as_decimal(b, scale)
    end
  elseif type(a) == "table" then
    local kind = kind_of(a)
    a, b = a[kind], b[kind_of(b)]
  end
  return a < b, a == b
end

local function compare(op, a, b)
  local less, equal = order(a, b)
  if op == "==" then return equal elseif op == "~=" then return not equal end
  if op == "<" then return less elseif op == "<=" then return less or equal end
  local more = order(b, a)
  return op == ">" and more or op == ">=" and (more or equal)
end

--- Sorting order: null after everything, NaN above all numbers.
local function sorts_before(a, b)
  if type(a) == "number" and a ~= a then return false end
  if type(b) == "number" and b ~= b then return true end
  return (order(a, b))
end

-- ---- expressions ----

local evaluate

local FUNCTIONS = {
  year = function(d) return tonumber(os.date("!%Y", d.date * 86400)) end,
  month = function(d) return tonumber(os.date("!%m", d.date * 86400)) end,
  abs = function(v)
    if v == math.mininteger then overflow() end
    return is_decimal(v) and decimal(math.abs(v.decimal), v.scale) or math.abs(v)
  end,
  upper = function(s) return (s:upper():gsub("é", "É")) end,
  len = function(s) return utf8.len(s) end,
}

local LITERALS = {
  decimal = function(text)
    local sign, whole, part = text:match "^(-?)(%d*)%.?(%d*)$"
    local scaled = math.tointeger(tonumber(whole .. part, 10))
    return { decimal = sign == "-" and -scaled or scaled, scale = #part }
  end,
  date = function(text)
    local y, m, d = text:match "^(%d+)-(%d+)-(%d+)$"
    return { date = os.time { year = y, month = m, day = d, hour = 12 } // 86400 }
  end,
}

function LITERALS.timestamp(text)
  local day, h, m, sec = text:match "^(.-)T(%d+):(%d+):(%d+)Z$"
  return { timestamp = LITERALS.date(day).date * 86400000000 + (h * 3600 + m * 60 + sec) * 1000000 | 0 }
end

--- `and`, `or`: three-valued, and the right side is looked at only when the left one leaves it open.
local function logic(node, row, params)
  local decided = node.op == "or"
  local a = evaluate(node.a, row, params)
  if a == decided then return decided end
  local b = evaluate(node.b, row, params)
  if b == decided then return decided end
  if a == nil or b == nil then return nil end
  return not decided
end

local function binary(node, row, params)
  local op = node.op
  if op == "and" or op == "or" then return logic(node, row, params) end
  local a, b = evaluate(node.a, row, params), evaluate(node.b, row, params)
  if a == nil or b == nil then return nil end
  if op == ".." then return a .. b end
  if op == "==" or op == "~=" or op == "<" or op == "<=" or op == ">" or op == ">=" then return compare(op, a, b) end
  if op == "^" then return as_float(a) ^ as_float(b) end
  return arithmetic(op, a, b)
end

local function membership(node, row, params)
  local a, unknown = evaluate(node.a, row, params), false
  if a == nil then return nil end
  for _, item in ipairs(node.list) do
    local b = evaluate(item, row, params)
    if b == nil then
      unknown = true
    elseif compare("==", a, b) then
      return not node.negated
    end
  end
  if unknown then return nil end
  return node.negated or false
end

local function call(node, row, params)
  local args = {}
  for i, argument in ipairs(node.args) do
    args[i] = evaluate(argument, row, params)
    if args[i] == nil then return nil end
  end
  return FUNCTIONS[node.name](table.unpack(args))
end

--- The value of a syntax tree for one row.
function evaluate(node, row, params)
  local kind = node.kind
  if kind == "literal" then
    local read = LITERALS[node.type]
    if read then return read(node.value) end
    return node.value
  elseif kind == "column" then
    return row[node.name]
  elseif kind == "parameter" then
    return params[node.name]
  elseif kind == "binary" then
    return binary(node, row, params)
  elseif kind == "isnull" then
    return (evaluate(node.a, row, params) == nil) ~= node.negated
  elseif kind == "in" then
    return membership(node, row, params)
  elseif kind == "call" then
    return call(node, row, params)
  end
  local a = evaluate(node.a, row, params)
  if a == nil then return nil end
  if node.op == "not" then return not a end
  if is_decimal(a) then return decimal(-a.decimal, a.scale) end
  if a == math.mininteger then overflow() end
  return -a
end

oracle.evaluate = evaluate

-- ---- aggregates ----

local function present(rows, node, params)
  local values = {}
  for _, row in ipairs(rows) do
    local v = evaluate(node, row, params)
    if v ~= nil then values[#values + 1] = v end
  end
  return values
end

--- The order of extremes, in which -0.0 stands before 0.0.
local function lies_below(a, b)
  return sorts_before(a, b) or a == 0.0 and b == 0.0 and math.type(a) == "float" and 1 / a < 1 / b
end

local function best(values, better)
  local found
  for _, v in ipairs(values) do
    if found == nil or better(v, found) then found = v end
  end
  return found
end

--- The exact sum of integers, in halves; only a result that does not fit is an overflow.
local function sum_integers(values)
  local high, low = 0, 0
  for _, v in ipairs(values) do
    high, low = high + (v >> 32) - ((v < 0) and (1 << 32) or 0), low + (v & 0xffffffff)
  end
  high, low = high + (low >> 32), low & 0xffffffff
  if high < -(1 << 31) or high >= 1 << 31 then overflow() end
  return high << 32 | low
end

--- Floats are small multiples of 1/4 in the specs, so that the order of their sum does not matter.
local function sum(values)
  local first = values[1]
  if first == nil then return nil end
  if math.type(first) == "integer" then return sum_integers(values) end
  local scaled, total = {}, 0.0
  for i, v in ipairs(values) do
    if is_decimal(first) then scaled[i] = v.decimal else total = total + v end
  end
  return is_decimal(first) and decimal(sum_integers(scaled), first.scale) or total
end

--- The value at share `q` of the sorted values, between neighbours in proportion.
local function quantile(values, q)
  local n = #values
  if n == 0 then return nil end
  local sorted = table.move(values, 1, n, 1, {})
  table.sort(sorted, sorts_before)
  local at = (n - 1) * q
  local low = math.floor(at)
  local a, b = sorted[low + 1] + 0.0, sorted[math.min(low + 2, n)] + 0.0
  if at == low then return a end
  local d, share = b - a, at - low
  if a == b then return a end
  return math.abs(d) < math.huge and a + d * share or a * (1 - share) + b * share
end

local function stddev(values)
  local n, mean, squares = #values, 0.0, 0.0
  if n < 2 then return nil end
  for _, v in ipairs(values) do mean = mean + v end
  mean = mean / n
  for _, v in ipairs(values) do squares = squares + (v - mean) ^ 2 end
  return math.sqrt(squares / (n - 1))
end

local function contains(values, wanted)
  for _, v in ipairs(values) do
    if v == wanted then return true end
  end
  return false
end

local AGGREGATES = {
  median = function(values) return quantile(values, 0.5) end,
  quantile = quantile,
  stddev = stddev,
  string_agg = function(values) return #values > 0 and table.concat(values, ",") or nil end,
  any = function(values) if #values > 0 then return contains(values, true) end end,
  all = function(values) if #values > 0 then return not contains(values, false) end end,
  count = function(values) return #values end,
  sum = sum,
  min = function(values) return best(values, lies_below) end,
  max = function(values) return best(values, function(a, b) return lies_below(b, a) end) end,
  mean = function(values)
    local total = sum(values)
    return total ~= nil and as_float(total) / #values or nil
  end,
  count_distinct = function(values)
    local seen, n = {}, 0
    for _, v in ipairs(values) do
      if not seen[key_of(v)] then seen[key_of(v)], n = true, n + 1 end
    end
    return n
  end,
  first = function(values) return values[1] end,
  last = function(values) return values[#values] end,
}

local function passing(rows, node, params)
  local out = {}
  for _, row in ipairs(rows) do
    if evaluate(node, row, params) == true then out[#out + 1] = row end
  end
  return out
end

local function aggregate(node, rows, params)
  local name, args = node.name, node.args
  if name:find "_if$" then
    rows = passing(rows, args[#args], params)
    args, name = table.move(args, 1, #args - 1, 1, {}), name:gsub("_if$", "")
  end
  if name == "count" and #args == 0 then return #rows end
  local parameter = args[2] and as_float(evaluate(args[2], {}, params))
  return AGGREGATES[name](present(rows, args[1], params), parameter)
end

-- ---- verbs ----
-- Rows are sequences of tables by column name; items are those of the parser.

function oracle.where(rows, node, params)
  return passing(rows, node, params)
end

function oracle.select(rows, items, params)
  local out = {}
  for i, row in ipairs(rows) do
    out[i] = {}
    for _, item in ipairs(items) do out[i][item.name] = evaluate(item.node, row, params) end
  end
  return out
end

--- Groups in order of first appearance. Without keys there is one group, also of no rows.
function oracle.aggregate(rows, keys, items, params)
  local groups, by_key = {}, {}
  if #keys == 0 then groups[1] = { rows = rows, keys = {} } end
  for _, row in ipairs(#keys > 0 and rows or {}) do
    local parts, values = {}, {}
    for i, key in ipairs(keys) do
      values[key.name] = evaluate(key.node, row, params)
      local text = key_of(values[key.name])
      parts[i] = #text .. ":" .. text
    end
    local id = table.concat(parts)
    if not by_key[id] then
      by_key[id] = { rows = {}, keys = values }
      groups[#groups + 1] = by_key[id]
    end
    table.insert(by_key[id].rows, row)
  end
  local out = {}
  for i, group in ipairs(groups) do
    out[i] = group.keys
    for _, item in ipairs(items) do out[i][item.name] = aggregate(item.node, group.rows, params) end
  end
  return out
end

--- A stable sort by the order items.
function oracle.order(rows, items, params)
  local decorated = {}
  for i, row in ipairs(rows) do
    local keys = {}
    for k, item in ipairs(items) do keys[k] = evaluate(item.node, row, params) end
    decorated[i] = { row = row, keys = keys, number = i }
  end
  table.sort(decorated, function(x, y)
    for k, item in ipairs(items) do
      local a, b = x.keys[k], y.keys[k]
      if a == nil or b == nil then
        if a ~= b then return (a == nil) == (item.nulls == "first") end
      elseif sorts_before(a, b) then
        return item.direction ~= "desc"
      elseif sorts_before(b, a) then
        return item.direction == "desc"
      end
    end
    return x.number < y.number
  end)
  local out = {}
  for i, entry in ipairs(decorated) do out[i] = entry.row end
  return out
end

function oracle.slice(rows, skip, limit)
  return table.move(rows, skip + 1, math.min(#rows, skip + limit), 1, {})
end

return oracle
