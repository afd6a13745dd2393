--- Random tables and queries, answered by the engine and by the oracle. A failure prints its seed; BLOTTER_SEED starts
-- there, BLOTTER_ROUNDS says how many seeds follow.

local blotter = require "blotter"
local oracle = require "oracle"
local parser = require "blotter.lang.parser"
local random_query = require "random_query"

local COLUMNS = { "b", "i", "j", "f", "d", "s", "u", "t", "z" }
local SIZES = { 0, 1, 2, 63, 64, 65, 300, 2047, 2048, 2049 }
local LONG = os.getenv "BLOTTER_TORTURE" ~= nil
local ROUNDS = tonumber(os.getenv "BLOTTER_ROUNDS") or LONG and 4000 or 50
local FIRST_SEED = tonumber(os.getenv "BLOTTER_SEED") or 1

--- The engine's table of these rows.
local function load_rows(rows)
  local t = blotter.table(random_query.SCHEMA)
  for _, row in ipairs(rows) do
    local values = { n = #COLUMNS }
    for c, name in ipairs(COLUMNS) do
      local v = row[name]
      if type(v) == "table" and v.decimal then
        local sign, digits = v.decimal < 0 and "-" or "", tostring(math.abs(v.decimal))
        digits = ("0"):rep(3 - #digits) .. digits
        v = sign .. digits:sub(1, -3) .. "." .. digits:sub(-2)
      end
      values[c] = oracle.to_lua(v)
    end
    assert(t:append(values))
  end
  return t
end

local function is_close(a, b)
  if a ~= a then return b ~= b end
  return a == b or math.abs(a - b) <= 1e-9 * math.max(math.abs(a), math.abs(b))
end

local function same(got, wanted)
  wanted = oracle.to_lua(wanted)
  if math.type(wanted) == "float" then return type(got) == "number" and is_close(got, wanted) end
  return got == wanted and math.type(got) == math.type(wanted)
end

local function shown(v)
  return type(v) == "string" and ("%q"):format(v) or tostring(oracle.to_lua(v))
end

--- Groups come in order of first appearance as long as there are not more of them than this.
local ORDERED_GROUPS = 65536

--- For each of `rows`, which row of the frame has its keys.
local function places_by_keys(frame, rows, keys)
  local values, found, places = {}, {}, {}
  local function text(get)
    local parts = {}
    for k, name in ipairs(keys) do
      local v = oracle.to_lua(get(k, name))
      parts[k] = v == 0 and "0" or shown(v)
    end
    return table.concat(parts, "\0")
  end
  for k, name in ipairs(keys) do values[k] = frame:values(name) end
  for r = 1, #frame do found[text(function(k) return values[k][r] end)] = r end
  for r, row in ipairs(rows) do places[r] = found[text(function(_, name) return row[name] end)] or r end
  return places
end

--- Nil when the frame holds these rows in this order, or what differs. `keys`: of a grouping, which makes no promise
-- about the order of very many groups.
local function difference(frame, rows, names, keys)
  if #frame ~= #rows then return ("%d rows instead of %d"):format(#frame, #rows) end
  local places = keys and #rows > ORDERED_GROUPS and places_by_keys(frame, rows, keys)
  for _, name in ipairs(names) do
    local values = frame:values(name)
    for r = 1, #rows do
      local got = values[places and places[r] or r]
      if not same(got, rows[r][name]) then
        return ("row %d, %s: %s instead of %s"):format(r, name, shown(got), shown(rows[r][name]))
      end
    end
  end
  return nil
end

--- One random query: what the engine is asked, what the oracle makes of the rows, and the names of a grouping's keys.
local function random_pair(g, t, rows)
  local text, q, key_names = {}, t, nil
  local function verb(name, argument)
    text[#text + 1] = (":%s %q"):format(name, tostring(argument))
    q = q[name](q, argument)
  end
  local steps = {}
  if g:chance(60) then
    local where = g:expression("bool", 3)
    verb("where", where)
    steps[#steps + 1] = function(all) return oracle.where(all, parser.expression(where)) end
  end
  if g:chance(50) then
    local keys, aggregates = g:chance(80) and g:key_list(), g:aggregate_list()
    if keys then
      verb("by", keys)
      key_names = {}
      for i, item in ipairs(parser.list(keys)) do key_names[i] = item.name end
    end
    verb("agg", aggregates)
    steps[#steps + 1] = function(all)
      return oracle.aggregate(all, keys and parser.list(keys) or {}, parser.list(aggregates))
    end
  else
    if g:chance(50) then
      local order = g:order_list()
      verb("order", order)
      steps[#steps + 1] = function(all) return oracle.order(all, parser.order(order)) end
    end
    local items = g:select_list()
    verb("select", items)
    steps[#steps + 1] = function(all) return oracle.select(all, parser.list(items)) end
    if g:chance(40) then
      local skip, limit = g:int(0, 5), g:int(0, 40)
      verb("skip", skip)
      verb("limit", limit)
      steps[#steps + 1] = function(all) return oracle.slice(all, skip, limit) end
    end
  end
  return q, table.concat(text), function()
    local answer = rows
    for _, step in ipairs(steps) do answer = step(answer) end
    return answer
  end, key_names
end

--- Runs both; an overflow must be seen by both, unless it may be in a row that `limit` left out. Returns what differs,
-- or nil.
local function check(q, wanted, keys, limited)
  local good, rows = pcall(wanted)
  local ran, frame = pcall(function() return q:collect() end)
  if not good then
    if rows ~= "overflow" then return "the oracle failed: " .. tostring(rows) end
    if ran then return not limited and "an overflow was not seen" or nil end
    for _, word in ipairs { "overflow", "fit", "too large" } do
      if frame:find(word) then return nil end
    end
    return "another error than overflow: " .. frame
  end
  if not ran then return "it failed: " .. frame end
  local names = {}
  for i, column in ipairs(frame:columns()) do names[i] = column.name end
  return difference(frame, rows, names, keys)
end

describe("the engine and the oracle", function()
  local threads = blotter.threads
  after_each(function() blotter.threads = threads end)

  it("agree on random queries over small tables", function()
    for seed = FIRST_SEED, FIRST_SEED + ROUNDS - 1 do
      local g = random_query.new(seed)
      local rows = g:rows(g:pick(SIZES))
      local t = load_rows(rows)
      blotter.threads = g:pick { 1, 2, 5 }
      for _ = 1, #rows > 1000 and 2 or 6 do
        local q, text, wanted, keys = random_pair(g, t, rows)
        local problem = check(q, wanted, keys, text:find ":limit")
        if problem then
          error(("BLOTTER_SEED=%d, %d rows\n  t%s\n  %s"):format(seed, #rows, text, problem), 0)
        end
      end
    end
  end)

  it("agree at the edges of blocks, whatever the number of threads", function()
    local g = random_query.new(FIRST_SEED + 1000000)
    local all = g:rows(65537)
    for _, size in ipairs { 65535, 65536, 65537 } do
      local rows = table.move(all, 1, size, 1, {})
      local t = load_rows(rows)
      for n = 1, LONG and 20 or 1 do
        local q, text, wanted, keys = random_pair(g, t, rows)
        for _, count in ipairs { 1, 2, 5 } do
          blotter.threads = count
          local problem = check(q, wanted, keys, text:find ":limit")
          if problem then
            error(("query %d, %d rows, %d threads\n  t%s\n  %s"):format(n, size, count, text, problem), 0)
          end
        end
      end
    end
  end)
end)
