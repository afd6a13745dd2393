--- Random queries asked of rows here and of the same rows at several places: `far_queries.run(kind, places, first, n)`.
--
-- The rows on the servers have a number, by which they are ordered first, so that what depends on the order of rows
-- means the same in both. Groups have no order there: what reads one afterwards is not asked.
--
-- A place is {label, put(name, t)}, which gives the table t as a query there.

local blotter = require "blotter"
local oracle = require "oracle"
local random_query = require "random_query"
local wide_query = require "wide_query"

local far_queries = {}

-- ---- answers ----

--- A value as text, by which rows are sorted: doubles by some digits, for sums may be added in another order there.
local function canonical(v)
  if math.type(v) == "float" then
    if v ~= v then return "nan" end
    return math.abs(v) < 1e-9 and "0" or ("%.9g"):format(v)
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
    local parts, row = {}, {}
    for c, column in ipairs(columns) do
      parts[c], row[c] = canonical(column[r]), column[r]
    end
    row.n, row.text = #columns, table.concat(parts, "|")
    rows[r] = row
  end
  return rows
end

--- Whether two values are the same, doubles to some digits.
local function alike(a, b)
  if a == b or a ~= a and b ~= b then return true end
  if math.type(a) ~= "float" or math.type(b) ~= "float" then return false end
  return math.abs(a - b) <= 1e-9 * math.max(1, math.abs(a), math.abs(b))
end

local function row_alike(a, b)
  if a.text == b.text then return true end
  for c = 1, a.n do
    if not alike(a[c], b[c]) then return false end
  end
  return true
end

--- What differs, or nil. `ordered`: the order of rows counts.
local function difference(here, there, ordered)
  local own, far = rows_of(here), rows_of(there)
  if own.types ~= far.types then return ("columns %s and there %s"):format(own.types, far.types) end
  if #own ~= #far then return ("%d rows and there %d"):format(#own, #far) end
  if not ordered then
    local function before(a, b) return a.text < b.text end
    table.sort(own, before)
    table.sort(far, before)
  end
  for r, row in ipairs(own) do
    if not row_alike(row, far[r]) then return ("row %d: %s and there %s"):format(r, row.text, far[r].text) end
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

--- Queries over one table of every type: `t`, and 20 of {text, ordered, over(tables)}.
function far_queries.types(seed)
  local g, queries = random_query.new(seed), {}
  local rows = g:rows(g:pick { 0, 1, 10, 60, 200 })
  for n = 1, 20 do
    local verbs, ordered = random_verbs(g)
    queries[n] = { text = shown(verbs), ordered = ordered,
      over = function(tables) return ask(tables.t:order "number", verbs) end }
  end
  return { t = numbered(random_query.SCHEMA, COLUMNS, rows) }, queries
end

-- ---- queries of all verbs and functions ----

local function filled(columns, rows)
  local t = blotter.table("number int64, " .. columns.schema)
  for r, row in ipairs(rows) do assert(t:append { n = row.n + 1, r, table.unpack(row, 1, row.n) }) end
  return t
end

--- Queries of three to six verbs over two tables of all types.
function far_queries.wide(seed)
  local g, queries = random_query.new(seed), {}
  local tables = { t = filled(wide_query.T, wide_query.rows(g, wide_query.T, g:pick { 0, 1, 10, 60, 200 })),
    o = filled(wide_query.O, wide_query.rows(g, wide_query.O, g:pick { 0, 1, 5, 20 })) }
  for n = 1, 20 do
    local query = wide_query.make(random_query.new(seed * 1000 + n))
    queries[n] = { text = query.text, ordered = query.ordered,
      over = function(some) return wide_query.over(query, some) end }
  end
  return tables, queries
end

-- ---- comparing ----

local ERRORS = { "overflow", "out of range", "fit", "too large", "Overflow", "cannot be safely converted" }

local function is_overflow(message)
  for _, word in ipairs(ERRORS) do
    if tostring(message):find(word) then return true end
  end
end

local function is_refusal(message)
  return message:find "does not translate" or message:find "needs an order" or message:find "move = "
end

--- The frame that `over(tables)` gives when it is run, or nil and the message.
local function answer_of(over, tables)
  local made
  local ok, frame = pcall(function()
    made = over(tables)
    return made:collect()
  end)
  return ok and frame or nil, tostring(frame), made
end

--- What differs between an answer from here and from there, or nil; or "refused" and the reason.
local function compare(own, problem, far, other, ordered)
  if not far and is_refusal(other) then return "refused", other:match "^[^:]*:?%d*:? ?([^\n]*)" end
  if not own then
    if is_overflow(problem) and (far or is_overflow(other)) then return nil end -- the server may keep more digits
    return "here: " .. problem .. "\nthere: " .. tostring(other)
  end
  if not far then return not is_overflow(other) and "there: " .. other or nil end
  return difference(own, far, ordered)
end

local function fail_with(label, seed, query, problem, made)
  local ok, sql = pcall(function() return made:sql() end)
  error(("%s, BLOTTER_SEED=%d\n%s\n%s\n%s"):format(label, seed, query.text, problem, ok and sql or ""), 0)
end

--- Makes times before 1970 and after 2105 null, and seconds whole.
local function with_few_times(tables)
  local KNOWN = "%s = if(date(%s) >= date '1970-01-01' and date(%s) < date '2105-01-01', %s)"
  for name, t in pairs(tables) do
    local items = {}
    for i, column in ipairs(t:columns()) do
      local own, kind = column.name, column.type
      local value = kind == "timestamp" and "trunc(" .. own .. ", 'second')" or kind == "date" and own
      items[i] = value and KNOWN:format(own, own, own, value) or own
    end
    tables[name] = t:select(table.concat(items, ", ")):collect()
  end
end

--- Asks the queries of seeds from `first` on, at least `n` of them, at all places. What is counted: asked, and by label
-- of place answered[label] and refused[label][reason]; what differs is an error, or goes to `told` (a function of a
-- text) when that is given. With `few` the times of the rows are those that every server knows.
function far_queries.run(kind, places, first, n, told, few)
  local counts = { asked = 0, answered = {}, refused = {}, seeds = 0 }
  for _, place in ipairs(places) do counts.answered[place.label], counts.refused[place.label] = 0, {} end
  while counts.asked < n do
    local seed = first + counts.seeds
    local tables, queries = far_queries[kind](seed)
    if few then with_few_times(tables) end
    local far = {}
    for i, place in ipairs(places) do
      far[i] = {}
      for name, t in pairs(tables) do far[i][name] = place.put(name, t, seed) end
    end
    for _, query in ipairs(queries) do
      local own, message = answer_of(query.over, tables)
      for i, place in ipairs(places) do
        local frame, other, made = answer_of(query.over, far[i])
        local problem, reason = compare(own, message, frame, other, query.ordered)
        if problem == "refused" then
          local refused = counts.refused[place.label]
          refused[reason] = (refused[reason] or 0) + 1
        elseif problem then
          local ok, text = pcall(fail_with, place.label, seed, query, problem, made)
          if not told then error(text, 0) end
          told(text, ok)
        else
          counts.answered[place.label] = counts.answered[place.label] + 1
        end
      end
      counts.asked = counts.asked + 1
    end
    counts.seeds = counts.seeds + 1
  end
  return counts
end

return far_queries
