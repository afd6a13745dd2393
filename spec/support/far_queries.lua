--- Random queries asked of rows here and of the same rows on servers: `far_queries.run(label, places, rounds)`.
--
-- The rows on the servers have a number, by which they are ordered first, so that what depends on the order of rows
-- means the same in both. Groups have no order there: what reads one afterwards is not asked.

local blotter = require "blotter"
local oracle = require "oracle"
local composed_query = require "composed_query"
local composed_sides = require "composed_sides"
local random_query = require "random_query"

local far_queries = {}

-- ---- answers ----

--- A value as text: doubles by ten digits, for sums of them may be added in another order there.
local function canonical(v)
  if math.type(v) == "float" then
    if v ~= v then return "nan" end
    return v == 0 and "0" or ("%.10g"):format(v)
  end
  return type(v) == "string" and ("%q"):format(v) or tostring(v)
end

local function rows_of(frame)
  local columns, rows = {}, {}
  for c, column in ipairs(frame:columns()) do
    columns[c] = frame:values(c)
    rows.types = (rows.types or "") .. column.name .. " " .. column.type .. ", "
  end
  for r = 1, #frame do
    local parts = {}
    for c, column in ipairs(columns) do parts[c] = canonical(column[r]) end
    rows[r] = table.concat(parts, "|")
  end
  return rows
end

--- What differs, or nil. `ordered`: the order of rows counts.
local function difference(here, there, ordered)
  local own, far = rows_of(here), rows_of(there)
  if own.types ~= far.types then return ("columns %s and there %s"):format(own.types, far.types) end
  if #own ~= #far then return ("%d rows and there %d"):format(#own, #far) end
  if not ordered then
    table.sort(own)
    table.sort(far)
  end
  for r, row in ipairs(own) do
    if row ~= far[r] then return ("row %d: %s and there %s"):format(r, row, far[r]) end
  end
end

-- ---- one table of every type ----

local COLUMNS = { "b", "i", "j", "f", "d", "s", "u", "t", "z" }

local function fixed(v)
  local digits = tostring(math.abs(v.decimal))
  digits = ("0"):rep(v.scale + 1 - #digits) .. digits
  return (v.decimal < 0 and "-" or "") .. digits:sub(1, -v.scale - 1) .. "." .. digits:sub(-v.scale)
end

--- A table of these oracle rows, with a number before the others.
local function numbered(schema, names, rows)
  local t = blotter.table("number int64, " .. schema)
  for r, row in ipairs(rows) do
    local values = { n = #names + 1, r }
    for c, name in ipairs(names) do
      local v = row[name]
      values[c + 1] = type(v) == "table" and v.decimal and fixed(v) or oracle.to_lua(v)
    end
    assert(t:append(values))
  end
  return t
end

local ORDERED = { "first", "last", "string_agg" }

local function reads_order(text)
  for _, name in ipairs(ORDERED) do
    if text:find(name .. "%(") or text:find(name .. "_if%(") then return true end
  end
end

--- The verbs of one query, as a list of {name, argument}; and whether the order of its rows is known.
local function random_verbs(g)
  local verbs, ordered = {}, true
  local function verb(name, argument) verbs[#verbs + 1] = { name, argument } end
  if g:chance(60) then verb("where", g:expression("bool", 3)) end
  if g:chance(50) then
    if g:chance(80) then
      verb("by", g:key_list())
      ordered = false
    end
    verb("agg", g:aggregate_list())
  else
    if g:chance(50) then verb("order", g:order_list()) end
    verb("select", g:select_list())
    if g:chance(40) then
      verb("skip", g:int(0, 5))
      verb("limit", g:int(0, 40))
    end
  end
  return verbs, ordered
end

local function ask(q, verbs)
  for _, verb in ipairs(verbs) do q = q[verb[1]](q, verb[2]) end
  return q
end

local function shown(verbs)
  local parts = {}
  for i, verb in ipairs(verbs) do parts[i] = ("  :%s %q"):format(verb[1], tostring(verb[2])) end
  return table.concat(parts, "\n")
end

-- ---- comparing ----

--- Messages with which a place may refuse a query, each with how often it did.
far_queries.refused = {}

local ERRORS = { "overflow", "out of range", "fit", "too large", "Overflow", "cannot be safely converted" }

local function is_overflow(message)
  for _, word in ipairs(ERRORS) do
    if tostring(message):find(word) then return true end
  end
end

--- What differs between the query here and there, or nil; second result: it was refused.
local function compare(here, there, ordered)
  local ok, own = pcall(function() return here:collect() end)
  local ran, far = pcall(function() return there:collect() end)
  if not ran and tostring(far):find "does not translate" or not ran and tostring(far):find "needs an order"
    or not ran and tostring(far):find "move = " then
    local reason = tostring(far):match "^[^:]*:?%d*:? ?([^\n]*)"
    far_queries.refused[reason] = (far_queries.refused[reason] or 0) + 1
    return nil, true
  end
  if not ok then
    if is_overflow(own) and (ran or is_overflow(far)) then return nil end -- the server may keep more digits
    return "here: " .. tostring(own) .. "\nthere: " .. tostring(far)
  end
  if not ran then
    if is_overflow(far) then return nil end
    return "there: " .. tostring(far)
  end
  return difference(own, far, ordered)
end

local function fail_with(label, seed, text, problem, q)
  local ok, sql = pcall(function() return q:sql() end)
  error(("%s, BLOTTER_SEED=%d\n%s\n%s\n%s"):format(label, seed, text, problem, ok and sql or ""), 0)
end

--- Queries over one table of every type. `place` has `put(name, t)`, which gives the table as a query there, and
-- `unordered`: it can not give rows the order that they have here.
function far_queries.types(place, first, rounds)
  local asked, answered = 0, 0
  for seed = first, first + rounds - 1 do
    local g = random_query.new(seed)
    local rows = g:rows(g:pick { 0, 1, 10, 60, 200 })
    local t = numbered(random_query.SCHEMA, COLUMNS, rows)
    local far = place.put("t", t)
    for _ = 1, 20 do
      local verbs, ordered = random_verbs(g)
      local text = shown(verbs)
      local order = reads_order(text) or ordered
      local here, there = t:order "number", order and far:order "number" or far
      local made, q = pcall(ask, here, verbs)
      if made then
        local other = ask(there, verbs)
        local problem, refused = compare(q, other, ordered)
        if problem then fail_with(place.label, seed, text, problem, other) end
        asked, answered = asked + 1, answered + (refused and 0 or 1)
      end
    end
  end
  return asked, answered
end

-- ---- queries of several verbs ----

local WORDS = { "KR", "JP", "US", "", "a b", "x'y" }
local KINDS = { { name = "i", kind = "int" }, { name = "j", kind = "int" }, { name = "f", kind = "float" },
  { name = "s", kind = "string" }, { name = "b", kind = "bool" } }

local function random_rows(g, n)
  local rows = {}
  for r = 1, n do
    rows[r] = { i = g:chance(85) and g:int(-20, 20) or nil, j = g:int(0, 3),
      f = g:chance(85) and g:int(-40, 40) / 4 or nil, s = g:chance(85) and g:pick(WORDS) or nil }
    if g:chance(85) then rows[r].b = g:chance(50) end
  end
  return rows
end

local LOSES_ORDER = { "by ", "distinct", "join", "union", "intersect", "except", "top", "set" }
local NEEDS_ORDER = { "limit", "first", "last", "window", "top", "cum", "lag", "lead", "row_number", "nth" }

local function any_in(line, words)
  for _, word in ipairs(words) do
    if line:find(word, 1, true) then return true end
  end
end

--- Whether a step needs an order that steps before it lost; and whether the rows are in order at the end.
local function unsettled(text)
  local lost = false
  for line in text:gmatch "[^\n]+" do
    if lost and any_in(line, NEEDS_ORDER) then return true end
    lost = lost or any_in(line, LOSES_ORDER)
  end
  return false, not lost
end

--- Queries of three to six verbs over two tables.
function far_queries.composed(place, first, rounds)
  local asked, answered = 0, 0
  for seed = first, first + rounds - 1 do
    local g = random_query.new(seed)
    local rows, extra = random_rows(g, g:pick { 0, 1, 10, 60 }), composed_sides.rows(g, g:pick { 0, 1, 5, 20 })
    local t = numbered("i int64, j int64, f float64, s string, b bool", { "i", "j", "f", "s", "b" }, rows)
    local o = numbered(composed_sides.SCHEMA, { "p", "q", "u", "v", "d", "e" }, extra)
    local far_t, far_o = place.put("t", t), place.put("o", o)
    local function both(n, one, other)
      return composed_query.make(random_query.new(seed * 1000 + n), one:order "number":drop "number", rows, KINDS,
        { q = other:order "number":drop "number", rows = extra })
    end
    for n = 1, 12 do
      local here = both(n, t, o)
      local skip, ordered = unsettled(here.text)
      if not skip then
        local made, there = pcall(both, n, far_t, far_o)
        local problem, refused
        if not made then
          refused = tostring(there):find "does not translate" ~= nil
          problem = not refused and tostring(there) or nil
        else
          problem, refused = compare(here.q.query and here.q:query() or here.q, there.q, ordered)
        end
        if problem then fail_with(place.label, seed, here.text, problem, made and there.q or here.q) end
        asked, answered = asked + 1, answered + (refused and 0 or 1)
      end
    end
  end
  return asked, answered
end

return far_queries
