--- The verbs of composed queries that look beyond a row: joins, windows and sets of rows (composed_query.lua says what
-- a state is). `state.other` is the second table: rows of oracle values under the names of OTHER, in SQL "o".

local oracle = require "oracle"
local parser = require "blotter.lang.parser"

local sides = {}

--- The second table's columns: strings of a dictionary of its own, decimals of two scales, floats that may be NaN.
sides.OTHER = { { name = "p", kind = "int" }, { name = "q", kind = "float" }, { name = "u", kind = "string" },
  { name = "v", kind = "bool" }, { name = "d", kind = "decimal" }, { name = "e", kind = "decimal" } }
sides.SCHEMA = "p int64, q float64, u string, v bool, d decimal(9,2), e decimal(7,3)"

local WORDS = { "zz", "US", "a b", "new", "KR", "" }

function sides.rows(g, n)
  local rows, nulls, nan = {}, g:pick { 0, 15, 60 }, g:chance(20)
  local function maybe(make)
    if not g:chance(nulls) then return make() end
  end
  local low, high = g:pick { -20, 0, 3 }, g:pick { 3, 20 }
  for r = 1, n do
    rows[r] = {
      p = maybe(function() return g:int(low, high) end),
      q = maybe(function() return nan and g:chance(20) and 0 / 0 or g:int(-20, 20) / 2 end),
      u = maybe(function() return g:pick(WORDS) end),
      v = maybe(function() return g:chance(50) end),
      d = maybe(function() return { decimal = 25 * g:int(-20, 40), scale = 2 } end),
      e = maybe(function() return { decimal = 250 * g:int(-20, 40), scale = 3 } end),
    }
  end
  return rows, nan
end

local function names_of(columns, ...)
  local names = {}
  for _, kind in ipairs { ... } do
    for _, column in ipairs(columns) do
      if column.kind == kind then names[#names + 1] = column.name end
    end
  end
  return names
end

local function merged(a, b)
  local row = {}
  for name, v in pairs(a or {}) do row[name] = v end
  for name, v in pairs(b or {}) do row[name] = v end
  return row
end

-- ---- joins ----

local KINDS = { "join", "left_join", "right_join", "full_join", "semi_join", "anti_join", "asof_join", "cross_join" }
local SQL = { join = "JOIN", left_join = "LEFT JOIN", right_join = "RIGHT JOIN", full_join = "FULL JOIN",
  cross_join = "CROSS JOIN" }

--- What each kind of join makes of the pairs that `matches` finds.
local JOIN = {}

local function pairs_of(left, right, matches, keep_left, keep_right)
  local out, met = {}, {}
  for _, a in ipairs(left) do
    local alone = true
    for i, b in ipairs(right) do
      if matches(a, b) then
        out[#out + 1], met[i], alone = merged(a, b), true, false
      end
    end
    if alone and keep_left then out[#out + 1] = merged(a) end
  end
  for i, b in ipairs(right) do
    if keep_right and not met[i] then out[#out + 1] = merged(b) end
  end
  return out
end

function JOIN.join(left, right, matches) return pairs_of(left, right, matches) end
function JOIN.cross_join(left, right) return pairs_of(left, right, function() return true end) end
function JOIN.left_join(left, right, matches) return pairs_of(left, right, matches, true) end
function JOIN.right_join(left, right, matches) return pairs_of(left, right, matches, false, true) end
function JOIN.full_join(left, right, matches) return pairs_of(left, right, matches, true, true) end

local function with_partner(left, right, matches, wanted)
  local out = {}
  for _, a in ipairs(left) do
    local found = false
    for _, b in ipairs(right) do found = found or matches(a, b) end
    if found == wanted then out[#out + 1] = merged(a) end
  end
  return out
end

function JOIN.semi_join(left, right, matches) return with_partner(left, right, matches, true) end
function JOIN.anti_join(left, right, matches) return with_partner(left, right, matches, false) end

--- The nearest row by column `at`: the last one before, or the first one after.
function JOIN.asof_join(left, right, matches, at, before)
  local out = {}
  for i, a in ipairs(left) do
    local best
    for _, b in ipairs(right) do
      local x, y = b[at], best and best[at]
      if matches(a, b) and (not best or before and x >= y or not before and x < y) then best = b end
    end
    out[i] = merged(a, best)
  end
  return out
end

local COMPARABLE = { p = { "int", "float", "decimal" }, q = { "float", "int" }, u = { "string" }, v = { "bool" },
  d = { "int", "decimal" }, e = { "decimal", "int" } }

--- A comparison of a column of the state with one of the other side; nil when none fits.
local function comparison(g, state, prefix, op)
  local other = g:pick { "p", "p", "q", "u", "v", "d", "e" }
  if op ~= "==" and other == "v" then other = "p" end
  local names = names_of(state.columns, table.unpack(COMPARABLE[other]))
  if #names == 0 then return nil end
  local a, b = g:pick(names), prefix .. other
  if op == "==" and other == "p" and g:chance(15) then b = b .. " + 1" end
  if op == "==" and g:chance(30) then a, b = b, a end
  return ("%s %s %s"):format(a, op, b)
end

local function condition_of(g, state, prefix)
  local parts = {}
  for _ = 1, g:pick { 1, 1, 2 } do parts[#parts + 1] = comparison(g, state, prefix, "==") end
  if g:chance(30) or #parts == 0 then
    parts[#parts + 1] = comparison(g, state, prefix, g:pick { "<", "<=", ">", ">=", "~=" })
  end
  return #parts > 0 and table.concat(parts, " and ") or nil
end

local function asof_condition(g, state, prefix)
  local names = names_of(state.columns, "int")
  if #names == 0 then return nil end
  local op, key = g:pick { "<", "<=", ">", ">=" }, g:chance(70) and comparison(g, state, prefix, "==")
  local near = ("%s %s %sp"):format(g:pick(names), op, prefix)
  return key and key .. " and " .. near or near, prefix .. "p", op:find ">" ~= nil
end

--- The other side under names of its own: the query, its rows, its columns and its SQL.
local function other_side(state, prefix)
  local items, shown, columns, rows = {}, {}, {}, {}
  for i, column in ipairs(sides.OTHER) do
    items[i] = ("%s%s = %s"):format(prefix, column.name, column.name)
    shown[i] = ("%s AS %s%s"):format(column.name, prefix, column.name)
    columns[i] = { name = prefix .. column.name, kind = column.kind }
  end
  for r, row in ipairs(state.other.rows) do
    rows[r] = {}
    for name, v in pairs(row) do rows[r][prefix .. name] = v end
  end
  local text = table.concat(items, ", ")
  return { q = state.other.q:select(text), text = ("o:select %q"):format(text), rows = rows, columns = columns,
    sql = ("(SELECT %s FROM o)"):format(table.concat(shown, ", ")) }
end

local function join_sql(state, kind, other, condition)
  if not state.sql or kind == "asof_join" or state.other.nan then return nil end
  if kind == "semi_join" or kind == "anti_join" then
    return ("SELECT * FROM (%s) WHERE %s EXISTS (SELECT 1 FROM %s WHERE %s)"):format(state.sql,
      kind == "anti_join" and "NOT" or "", other.sql, condition)
  end
  return ("SELECT * FROM (%s) %s %s%s"):format(state.sql, SQL[kind], other.sql,
    kind == "cross_join" and "" or " ON " .. condition)
end

local ONCE = { semi_join = true, anti_join = true, asof_join = true }

function sides.join(g, state, step)
  local kind, joined = g:pick(KINDS), state.joined or 0
  if joined > 0 and not ONCE[kind] then kind = g:pick { "semi_join", "anti_join", "asof_join" } end
  local prefix = "r" .. joined
  local other = other_side(state, prefix)
  local condition, at, before
  if kind == "asof_join" then
    condition, at, before = asof_condition(g, state, prefix)
  else
    condition = condition_of(g, state, prefix)
  end
  if not condition then return state end
  local node = parser.expression(condition)
  local function matches(a, b) return oracle.evaluate(node, merged(a, b), {}) == true end
  local columns = table.move(state.columns, 1, #state.columns, 1, {})
  if kind ~= "semi_join" and kind ~= "anti_join" then
    table.move(other.columns, 1, #other.columns, #columns + 1, columns)
  end
  local text = kind == "cross_join" and ("cross_join(%s)"):format(other.text)
    or ("%s(%s, %q)"):format(kind, other.text, condition)
  local made = step(state, text, function(q)
    if kind == "cross_join" then return q:cross_join(other.q) end
    return q[kind](q, other.q, condition)
  end, {
    columns = columns,
    rows = function(rows) return JOIN[kind](rows, other.rows, matches, at, before) end,
    sql = join_sql(state, kind, other, condition:gsub("==", "="):gsub("~=", "<>")),
  })
  made.joined = joined + 1
  return made
end

--- By a name that both sides have: the column is there once.
function sides.using(g, state, step)
  local names, kind = names_of(state.columns, "int"), g:pick { "join", "left_join", "right_join", "full_join" }
  if #names == 0 or (state.joined or 0) > 0 then return state end
  local name, from = g:pick(names), g:pick { "p", "q" }
  local items = ("%s = %s, other = u"):format(name, from)
  local rows, columns = {}, {}
  for r, row in ipairs(state.other.rows) do rows[r] = { key = row[from], other = row.u } end
  for i, column in ipairs(state.columns) do
    if column.name == "other" then return state end
    columns[i] = column
    if column.name == name and from == "q" and kind ~= "join" and kind ~= "left_join" then
      columns[i] = { name = name, kind = "float" }
    end
  end
  columns[#columns + 1] = { name = "other", kind = "string" }
  local made = step(state, ("%s(o:select %q, %q)"):format(kind, items, name), function(q)
    return q[kind](q, state.other.q:select(items), name)
  end, {
    columns = columns,
    rows = function(left)
      local out = JOIN[kind](left, rows, function(a, b) return a[name] ~= nil and a[name] == b.key end)
      for _, row in ipairs(out) do
        if kind == "right_join" or kind == "full_join" then
          if row[name] == nil then row[name] = row.key end
          if row[name] and from == "q" then row[name] = row[name] + 0.0 end
        end
        row.key = nil
      end
      return out
    end,
  })
  made.joined = 1
  return made
end

-- ---- sets of rows ----

local FITS = { int = { "p", "q" }, float = { "q", "p" }, string = { "u" }, bool = { "v" }, decimal = { "d", "e" } }
local SETS = { union_all = "UNION ALL", union = "UNION", intersect = "INTERSECT", except = "EXCEPT" }

--- A value in the type that both sides have.
local function widened(v, kind)
  if v == nil then return nil end
  if kind == "float" then return v + 0.0 end
  if kind == "decimal" then return { decimal = v.scale == 2 and v.decimal * 10 or v.decimal, scale = 3 } end
  return v
end

local function projected(rows, columns, from)
  local out = {}
  for r, row in ipairs(rows) do
    out[r] = {}
    for _, column in ipairs(columns) do
      out[r][column.name] = widened(row[from and from[column.name] or column.name], column.kind)
    end
  end
  return out
end

--- Rows as texts by their columns, which equal rows have in common.
local function among(rows, columns)
  local found = {}
  for _, row in ipairs(rows) do found[oracle.row_key(row, columns)] = true end
  return found
end

local MAKE = {}

function MAKE.union_all(a, b) return table.move(b, 1, #b, #a + 1, a) end
function MAKE.union(a, b, distinct) return distinct(MAKE.union_all(a, b)) end

local function members(a, b, columns, wanted)
  local known, out = among(b, columns), {}
  for _, row in ipairs(a) do
    if (known[oracle.row_key(row, columns)] or false) == wanted then out[#out + 1] = row end
  end
  return out
end

function MAKE.intersect(a, b, distinct, columns) return members(distinct(a), b, columns, true) end
function MAKE.except(a, b, distinct, columns) return members(distinct(a), b, columns, false) end

function sides.set(g, state, step)
  local verb, items, from, columns, sql_items, own = g:pick { "union_all", "union", "intersect", "except" }, {}, {}, {},
    {}, {}
  for i, column in ipairs(state.columns) do
    if column.kind == "rough" then return state end
    local source = g:pick(FITS[column.kind])
    local kind = column.kind == "int" and source == "q" and "float" or column.kind
    from[column.name], columns[i] = source, { name = column.name, kind = kind }
    table.insert(items, g:int(1, #items + 1), ("%s = %s"):format(column.name, source))
    sql_items[i], own[i] = source, column.name
  end
  local text = table.concat(items, ", ")
  local all = {}
  for i, column in ipairs(columns) do all[i] = { name = column.name, node = parser.expression(column.name) } end
  local function distinct(rows) return oracle.aggregate(rows, all, {}) end
  return step(state, ("%s(o:select %q)"):format(verb, text), function(q)
    return q[verb](q, state.other.q:select(text))
  end, {
    columns = columns,
    rows = function(rows)
      return MAKE[verb](projected(rows, columns), projected(state.other.rows, columns, from), distinct, columns)
    end,
    sql = state.sql and not state.other.nan and ("SELECT %s FROM (%s) %s SELECT %s FROM o"):format(
      table.concat(own, ", "), state.sql, SETS[verb], table.concat(sql_items, ", ")) or nil,
  })
end

-- ---- windows ----

--- The rows of each partition, in order; an item knows its row and its keys of the order.
local function partitions(rows, by, order)
  local list, found = {}, {}
  for _, row in ipairs(rows) do
    local key = oracle.row_key(row, by)
    if not found[key] then
      found[key] = {}
      list[#list + 1] = found[key]
    end
    table.insert(found[key], row)
  end
  for i, part in ipairs(list) do list[i] = order and oracle.order(part, order) or part end
  return list
end

--- First and last place of the frame of place `i`.
local function frame_of(part, i, frame, order)
  local before, after = frame.before, frame.after
  if not frame.unit then return 1, #part end
  if frame.unit == "rows" then return math.max(1, i - before), math.min(#part, i + after) end
  local low, high, sign = i, i, order.direction == "desc" and -1 or 1
  local function value(k)
    local v = part[k][order.name]
    return v == v and v or nil -- NaN is no value either
  end
  local here = value(i)
  local function within(k)
    local v = value(k)
    if here == nil or v == nil then return here == nil and v == nil end
    local d = (v - here) * sign
    return -d <= before and d <= after
  end
  while low > 1 and within(low - 1) do low = low - 1 end
  while high < #part and within(high + 1) do high = high + 1 end
  return before < math.huge and low or 1, after < math.huge and high or #part
end

local PLACE = {}

local function same_order(a, b, order)
  return oracle.row_key(a, order) == oracle.row_key(b, order)
end

function PLACE.row_number(_, i) return i end

function PLACE.rank(part, i, order)
  while i > 1 and same_order(part[i - 1], part[i], order) do i = i - 1 end
  return i
end

function PLACE.dense_rank(part, i, order)
  local rank = 1
  for k = 2, i do
    if not same_order(part[k - 1], part[k], order) then rank = rank + 1 end
  end
  return rank
end

function PLACE.percent_rank(part, i, order)
  return #part == 1 and 0.0 or (PLACE.rank(part, i, order) - 1) / (#part - 1)
end

function PLACE.cume_dist(part, i, order)
  while i < #part and same_order(part[i + 1], part[i], order) do i = i + 1 end
  return i / #part
end

function PLACE.ntile(part, i, _, k)
  local size, more = #part // k, #part % k
  if i <= more * (size + 1) then return (i - 1) // (size + 1) + 1 end
  return more + (i - more * (size + 1) - 1) // size + 1
end

local function offset(part, i, x, k)
  local row = part[i + k]
  return row and row[x]
end

local function nth_of(part, low, high, x, k)
  for i = k < 0 and high or low, k < 0 and low or high, k < 0 and -1 or 1 do
    if part[i][x] ~= nil then
      k = k < 0 and k + 1 or k - 1
      if k == 0 then return part[i][x] end
    end
  end
end

--- What DuckDB alone can say.
local BEYOND_SQLITE = { first = true, last = true, nth = true, stddev = true }

--- One random item over the window: its text, its kind, its value at place `i` of a part, and its call in SQL, which
-- `frame` follows: "whole", "until here", "own" or none.
local function item_of(g, state, has_order, framed)
  local ints = names_of(state.columns, "int")
  local any = names_of(state.columns, "int", "float", "string")
  if #any == 0 then return nil end
  local kinds = {}
  for _, column in ipairs(state.columns) do kinds[column.name] = column.kind end
  local x = g:pick(any)
  local form = g:int(1, 8)
  if form == 1 then
    local name = g:pick { "row_number", "rank", "dense_rank", "percent_rank", "cume_dist" }
    local rough = name == "percent_rank" or name == "cume_dist"
    return name .. "()", rough and "rough" or "int", function(part, i, order) return PLACE[name](part, i, order) end,
      { call = name .. "()" }
  elseif form == 2 then
    local k = g:int(1, 5)
    return ("ntile(%d)"):format(k), "int", function(part, i) return PLACE.ntile(part, i, nil, k) end,
      { call = ("ntile(%d)"):format(k) }
  elseif form == 3 then
    local k, name = g:int(0, 3), g:pick { "lag", "lead" }
    local sign = name == "lag" and -1 or 1
    return ("%s(%s, %d)"):format(name, x, k), kinds[x], function(part, i) return offset(part, i, x, sign * k) end,
      { call = ("%s(%s, %d)"):format(name, x, k) }
  elseif form == 4 then
    local name, k = g:pick { "first", "last", "nth" }, g:int(1, 4)
    local at = name == "first" and 1 or name == "last" and -1 or k
    return name == "nth" and ("nth(%s, %d)"):format(x, k) or ("%s(%s)"):format(name, x), kinds[x],
      function(part, _, _, low, high) return nth_of(part, low, high, x, at) end,
      { call = name == "nth" and ("nth_value(%s, %d IGNORE NULLS)"):format(x, k)
        or ("%s_value(%s IGNORE NULLS)"):format(name, x), frame = "own", beyond_sqlite = BEYOND_SQLITE[name],
        by_place = true }
  end
  local name = g:pick { "count", "sum", "mean", "min", "max", "stddev" }
  local cumulative = name ~= "stddev" and g:chance(30)
  if name == "sum" or name == "mean" or name == "stddev" then
    if #ints == 0 then return nil end
    x = g:pick(ints)
  end
  local condition = not framed and not cumulative and has_order and g:chance(20) and x .. " ~= nil and 2 > 1"
  local kind = name == "count" and "int" or (name == "mean" or name == "stddev") and "rough" or kinds[x]
  local call = parser.list(("a = %s(%s)"):format(name, x))
  return ("%s%s%s(%s%s)"):format(cumulative and "cum" or "", name, condition and "_if" or "", x,
      condition and ", " .. condition or ""), kind, function(part, i, _, low, high)
    if cumulative then low, high = 1, i end
    local rows = table.move(part, low, high, 1, {})
    return oracle.aggregate(rows, {}, call)[1].a
  end, { call = ("%s(%s)"):format(name == "mean" and "avg" or name, x), frame = cumulative and "until here" or "own",
    beyond_sqlite = BEYOND_SQLITE[name], by_place = cumulative }
end

local function edge(n, word)
  return n == math.huge and "UNBOUNDED " .. word or n == 0 and "CURRENT ROW" or n .. " " .. word
end

--- The window as SQL writes it; nil where rows that are alike in the order could be taken in another one.
local function over_sql(item, by, order, frame)
  local ranged = item.frame == "own" and frame.unit == "range"
  if not order or ranged and item.by_place or not ranged and not order.total then return nil end
  local parts = {}
  if by[1] then parts[1] = "PARTITION BY " .. by[1].name .. (by[2] and ", " .. by[2].name or "") end
  parts[#parts + 1] = "ORDER BY " .. (ranged and order.sql[1] or table.concat(order.sql, ", "))
  if item.frame == "until here" then
    parts[#parts + 1] = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
  elseif item.frame and not frame.unit then
    parts[#parts + 1] = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
  elseif item.frame then
    parts[#parts + 1] = ("%s BETWEEN %s AND %s"):format(frame.unit:upper(), edge(frame.before, "PRECEDING"),
      edge(frame.after, "FOLLOWING"))
  end
  return ("%s OVER (%s)"):format(item.call, table.concat(parts, " "))
end

local function window_sql(state, items, by, order, frame)
  if not state.sql or state.other.nan then return nil, false end
  local parts, beyond = { "*" }, false
  for i, item in ipairs(items) do
    local text = over_sql(item.sql, by, order, frame)
    if not text then return nil, false end
    parts[i + 1], beyond = text .. " AS " .. item.name, beyond or item.sql.beyond_sqlite
  end
  return ("SELECT %s FROM (%s)"):format(table.concat(parts, ", "), state.sql), beyond
end

local function random_frame(g, order)
  if g:chance(40) or not order then return {}, {} end
  local unit = order.numeric and not order.total and g:chance(70) and "range" or "rows"
  local before, after = g:int(0, 4), g:int(0, 3)
  if g:chance(10) then before = math.huge elseif g:chance(10) then after = math.huge end
  local options = { [unit] = { before, after } }
  if g:chance(40) and before ~= 0 then options, after = { [unit] = before }, 0 end
  if type(options[unit]) == "number" and before < math.huge then before = before - 1 end
  return { unit = unit, before = before, after = after }, options
end

--- An order by one column, or by all: then only equal rows are alike in it.
local function order_of(g, state)
  local names = names_of(state.columns, "int", "float", "string")
  if #names == 0 or g:chance(15) then return nil end
  local name, direction, kind = g:pick(names), g:pick { "", " desc" }, nil
  for _, column in ipairs(state.columns) do kind = column.name == name and column.kind or kind end
  local nulls = g:pick { "", " nulls first" }
  local order = { name = name, text = name .. direction .. nulls, direction = direction ~= "" and "desc" or nil,
    numeric = kind ~= "string", columns = { { name = name } } }
  order.sql = { name .. direction:upper() .. (nulls ~= "" and " NULLS FIRST" or " NULLS LAST") }
  order.total = #names_of(state.columns, "rough") == 0 and g:chance(65)
  for _, column in ipairs(order.total and state.columns or {}) do
    if column.name ~= name then
      order.text, order.columns[#order.columns + 1] = order.text .. ", " .. column.name, { name = column.name }
      order.sql[#order.sql + 1] = column.name .. " NULLS LAST"
    end
  end
  return order
end

local function option_text(options)
  local parts = {}
  for _, name in ipairs { "by", "order", "derive", "rows", "range" } do
    local v = options[name]
    if type(v) == "table" then v = ("{ %s, %s }"):format(v[1], v[2]) elseif type(v) == "string" then
      v = ("%q"):format(v)
    end
    if v then parts[#parts + 1] = name .. " = " .. tostring(v) end
  end
  return table.concat(parts, ", ")
end

function sides.window(g, state, step)
  local by, order = {}, order_of(g, state)
  for _, name in ipairs(names_of(state.columns, "int", "string", "bool", "float", "decimal")) do
    if #by < 2 and g:chance(25) then by[#by + 1] = { name = name } end
  end
  local frame, options = random_frame(g, order)
  local items, made, columns = {}, {}, table.move(state.columns, 1, #state.columns, 1, {})
  local count = (state.windows or 0)
  for _ = 1, g:int(1, 3) do
    local text, kind, value, called = item_of(g, state, order, frame.unit)
    if text then
      local name = ("w%d%d"):format(count, #made + 1)
      items[#items + 1], made[#made + 1] = name .. " = " .. text, { name = name, value = value, sql = called }
      columns[#columns + 1] = { name = name, kind = kind }
    end
  end
  if #items == 0 then return state end
  options.by = by[1] and (by[1].name .. (by[2] and ", " .. by[2].name or "")) or nil
  options.order, options.derive = order and order.text, table.concat(items, ", ")
  local order_items, order_columns = order and parser.order(order.text), order and order.columns or {}
  local statement, beyond = window_sql(state, made, by, order, frame)
  local text = ("window { %s }"):format(option_text(options))
  local out = step(state, text, function(q) return q:window(options) end, {
    columns = columns, sql = statement, beyond_sqlite = beyond,
    rows = function(rows)
      local result = {}
      for r, row in ipairs(rows) do result[r] = merged(row) end
      for _, part in ipairs(partitions(result, by, order_items)) do
        local values = {}
        for i = 1, #part do
          local low, high = frame_of(part, i, frame, order)
          values[i] = {}
          for k, item in ipairs(made) do values[i][k] = item.value(part, i, order_columns, low, high) end
        end
        for i, row in ipairs(part) do
          for k, item in ipairs(made) do row[item.name] = values[i][k] end
        end
      end
      return result
    end,
  })
  out.windows = count + 1
  return out
end

return sides
