--- Windows: columns computed from the rows beside a row.

local arguments = require "blotter.errors.arguments"
local bind = require "blotter.lang.bind"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local parser = require "blotter.lang.parser"
local query = require "blotter.query.verbs"
local source = require "blotter.lang.source"
local tree = require "blotter.lang.tree"

local OWN = {}
for _, name in ipairs(core.windows()) do OWN[name] = true end

--- Kind of the function that a call is over rows, and whether its last argument is a condition; nil: of one row.
local function kind_of(call)
  if OWN[call.name] then return call.name, false end
  local base = call.name:match "^(.+)_if$"
  if base and OWN[base] then return base, true end
  return bind.aggregate(call)
end

-- ---- frames ----

local UNITS = { microsecond = 1, second = 1000000, minute = 60000000, hour = 3600000000, day = 86400000000,
  week = 604800000000 }
local DAYS = { day = 1, week = 7 }

local function distance_of(text, kind)
  local amount, unit = text:match "^%s*(%d+)%s+(%a+)%s*$"
  unit = unit and unit:gsub("s$", "")
  local size = unit and (kind == "date" and DAYS or UNITS)[unit]
  if not size then
    fail('window: a range such as "30 days" expected (of %s), got "%s"',
      kind == "date" and "days or weeks" or "seconds, minutes, hours, days or weeks", text)
  end
  return math.tointeger(amount) * size
end

--- A distance on the axis of the order: a number, or a text such as "30 days".
local function distance(value, kind)
  if value == math.huge then return math.maxinteger end
  local timed = kind == "date" or kind == "timestamp"
  if type(value) == "string" then
    if not timed then fail("window: the order is no time, so its range is a number, not \"%s\"", value) end
    return distance_of(value, kind)
  end
  local whole = math.type(value) and math.tointeger(value)
  if not whole or whole < 0 then
    fail("window: a range is a whole number from 0 on%s, got %s", timed and ' or a text such as "30 days"' or "",
      tostring(value))
  end
  return whole
end

local function whole_rows(value)
  if value == math.huge then return math.maxinteger end
  local whole = math.type(value) and math.tointeger(value)
  if not whole or whole < 0 then fail("window: rows are a whole number from 0 on, got %s", arguments.shown(value)) end
  return whole
end

--- `rows = 7`: this row and the six before; `{3, 3}`: three before to three after. `range` likewise, in values.
local function put_frame(description, options, kind)
  local given = options.rows or options.range
  if given == nil then return end
  if options.rows and options.range then fail("window: rows or range, not both") end
  local read = options.rows and whole_rows or function(value) return distance(value, kind) end
  description.unit = options.rows and "rows" or "range"
  if type(given) == "table" then
    if #given ~= 2 then fail("window: %s such as {3, 3} expected", description.unit) end
    description.before, description.after = read(given[1]), read(given[2])
    return
  end
  description.before, description.after = read(given), 0
  if description.before == 0 then fail("window: %s are from 1 on", description.unit) end
  if description.before < math.maxinteger then description.before = description.before - 1 end
end

-- ---- items ----

local function no_window_inside(node)
  tree.walk(node, function(inner)
    if inner.kind == "call" and kind_of(inner) then
      source.fail_at(inner, "a function over rows inside another: derive it in a window before")
    end
  end)
end

--- One call over rows, as the description of an aggregate.
local function describe(call, name, scope, params, slots)
  local kind, conditional = kind_of(call)
  local out, n = { name, kind, false, node = call }, #call.args
  if conditional and n == 0 then
    source.fail_at(call, ("%s needs a condition as its last argument"):format(call.name))
  end
  for i, argument in ipairs(call.args) do
    no_window_inside(argument)
    if i == 1 and kind ~= "ntile" then bind.check_constant(argument, scope) end
    slots[#slots + 1] = bind.emit(argument.uses and argument or tree.survey(argument), scope, params)
    if conditional and i == n then out[3] = #slots else out[#out + 1] = #slots end
  end
  return out
end

--- Takes the calls over rows out of the items: they become columns of the window, behind those that there are.
local function split(items, scope, params, description)
  local after = {}
  local function result_of(node)
    if node.kind ~= "call" or not kind_of(node) then return nil end
    local list = description.aggregates
    local name = "#" .. #list + 1
    list[#list + 1] = describe(node, name, scope, params, description.slots)
    return { kind = "column", name = name, text = node.text, first = node.first, last = node.last, depth = 1 }
  end
  for i, item in ipairs(items) do
    if item.star then source.fail_at(item, "a window keeps all columns anyway: no '*' is needed") end
    bind.check_item(item, scope)
    after[i] = { name = item.name, node = tree.survey(tree.rewrite(item.node, result_of)) }
  end
  return after
end

--- The columns that there were, with those of the items added, or replaced where they stand.
local function columns_of(q, before, after, params)
  local columns, at = { slots = {}, items = {} }, {}
  local function put(name, emitted)
    local i = at[name] or #columns.slots + 1
    at[name], columns.slots[i] = i, emitted
    columns.items[2 * i - 1], columns.items[2 * i] = name, i
  end
  for i, name in ipairs(before.names) do put(name, bind.column(i)) end
  for _, item in ipairs(after) do put(item.name, bind.emit(item.node, query.scope(q), params)) end
  return columns
end

--- Adds columns that are computed from rows of the same `by`, in `order`:
-- `t:window {by = "country", order = "received", derive = "running = cumsum(n), share = n / sum(n)"}`. With `rows` or
-- `range` aggregates are those of a frame around the row, else of all rows of the partition. Rows stay in their order.
function query:window(options)
  query.ready(self, "window")
  options = arguments.options(options, { "derive", "by", "order", "rows", "range", "params" }, "window")
  if options.derive == nil then fail('window: derive = "running = cumsum(n)" is missing') end
  local params, scope = arguments.parameters(options.params, "window"), query.scope(self)
  local description = { slots = {}, keys = {}, aggregates = {} }
  if options.by ~= nil then
    for i, key in ipairs(parser.list(query.check_text(options.by, "by"))) do
      if key.star then source.fail_at(key, "'*' cannot stand in by") end
      bind.check_item(key, scope)
      description.slots[i], description.keys[i] = bind.emit(key.node, scope, params), i
    end
  end
  local kind
  if options.order ~= nil then
    local items = parser.order(query.check_text(options.order, "order"))
    query.put_order(description, scope, items, params, false)
    kind = items[1].node.kind == "column" and scope.types[scope.columns[items[1].node.name]]
  end
  put_frame(description, options, kind)
  local after = split(parser.list(query.check_text(options.derive, "derive")), scope, params, description)
  local windowed = query.append(self, "window", description)
  return query.append(windowed, "project", columns_of(windowed, scope, after, params))
end

return {}
