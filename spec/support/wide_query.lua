--- Random queries of three to six verbs over two tables with columns of every type, for servers (far_queries.lua).
--
-- A query is a list of steps, each {text, apply(q, tables)}, so that it can be made again of other tables: `t`, from
-- which it starts, and `o`, which it joins. While it is made its columns are known (wide_terms.lua says how), and
-- whether its rows have an order that every place knows: only then something that reads the order is asked.

local wide_terms = require "wide_terms"

local wide_query = {}

local leaf, term, names_of = wide_terms.leaf, wide_terms.term, wide_terms.names
local KINDS = wide_terms.KINDS

-- ---- the tables ----

wide_query.T = { { name = "b", kind = "bool" }, { name = "i", kind = "small" }, { name = "j", kind = "int64" },
  { name = "f", kind = "float64" }, { name = "d", kind = "decimal" }, { name = "s", kind = "string" },
  { name = "u", kind = "string" }, { name = "t", kind = "date" }, { name = "z", kind = "timestamp" } }
wide_query.T.schema = "b bool, i int64, j int64, f float64, d decimal(9,2), s string, u string, t date, z timestamp"
wide_query.O = { { name = "v", kind = "bool" }, { name = "p", kind = "small" }, { name = "q", kind = "float64" },
  { name = "e", kind = "decimal" }, { name = "w", kind = "string" }, { name = "y", kind = "date" },
  { name = "x", kind = "timestamp" } }
wide_query.O.schema = "v bool, p int64, q float64, e decimal(7,3), w string, y date, x timestamp"

local EXTREMES = { math.maxinteger, math.mininteger, 0, -1, 1 << 53, (1 << 53) + 1, 2147483648, -2147483649 }
local FLOATS = { 0 / 0, math.huge, -math.huge, 0.0, -0.0 }

local VALUE = {
  bool = function(g) return g:chance(50) end,
  small = function(g) return g:int(-20, 20) end,
  int64 = function(g) return g:chance(30) and g:pick(EXTREMES) or g:int(-1 << 40, 1 << 40) end,
  float64 = function(g) return g:chance(10) and g:pick(FLOATS) or g:int(-80, 80) / 4 end,
  decimal = function(g) return ("%.2f"):format(g:int(-4000, 4000) / 100) end,
  string = function(g) return g:pick(wide_terms.WORDS) end,
  date = function(g) return os.date("!%Y-%m-%d", g:int(-30, 200) * 8640000) end,
  timestamp = function(g)
    return os.date("!%Y-%m-%dT%H:%M:%S", g:int(-1 << 28, 1 << 30)) .. g:pick { "Z", ".5Z", ".000001Z" }
  end,
}

--- `n` rows of values for these columns, each a list; now and then a column is null throughout or constant.
function wide_query.rows(g, columns, n)
  local rows = {}
  for r = 1, n do rows[r] = { n = #columns } end
  for c, column in ipairs(columns) do
    local make, nulls = VALUE[column.kind], g:pick { 0, 0, 10, 50, 100 }
    local constant = g:chance(10) and make(g)
    for r = 1, n do
      if not g:chance(nulls) then rows[r][c] = constant == false and make(g) or constant or make(g) end
    end
  end
  return rows
end

-- ---- making ----

local function copy(list) return table.move(list, 1, #list, 1, {}) end

local function add(state, text, apply)
  state.steps[#state.steps + 1] = { text = text, apply = apply }
end

--- A name that no column had before.
local function fresh(state)
  state.named = state.named + 1
  return "c" .. state.named
end

--- A verb with a text.
local function verb(state, name, text)
  add(state, (":%s %q"):format(name, text), function(q) return q[name](q, text) end)
end

local verbs = {}

function verbs.where(g, state) verb(state, "where", term(g, state.columns, "bool", 3)) end

--- Items of new columns: a text, and the columns.
local function items_of(g, state, n, kinds, depth)
  local parts, columns = {}, {}
  for i = 1, n do
    local kind, name = g:pick(kinds), fresh(state)
    parts[i] = name .. " = " .. term(g, state.columns, kind, depth)
    columns[i] = { name = name, kind = kind }
  end
  return table.concat(parts, ", "), columns
end

local ANY = { "rough", table.unpack(KINDS) }

function verbs.select(g, state)
  local text, columns = items_of(g, state, g:int(1, 5), ANY, 3)
  verb(state, "select", text)
  state.columns = columns
end

function verbs.derive(g, state)
  local text, columns = items_of(g, state, g:int(1, 2), ANY, 2)
  verb(state, "derive", text)
  state.columns = table.move(columns, 1, #columns, #state.columns + 1, copy(state.columns))
end

-- ---- groups ----

local PAIRS = { "corr", "covar", "covar_pop", "regr_slope", "regr_intercept", "regr_r2", "weighted_mean" }
local SPREADS = { "variance", "variance_pop", "stddev", "stddev_pop" }

local function rough_aggregate(g, columns)
  local kind = g:pick { "small", "small", "decimal" }
  local form = g:int(1, 5)
  if form == 1 then return ("%s(%s)"):format(g:pick(SPREADS), leaf(g, columns, kind)) end
  if form == 2 then return ("%s(%s, %s)"):format(g:pick(PAIRS), leaf(g, columns, kind), leaf(g, columns, "small")) end
  if form == 3 then return ("quantile(%s, %s)"):format(leaf(g, columns, kind), g:pick { "0.25", "0", "1", "0.9" }) end
  local x = leaf(g, columns, g:pick { kind, "float64", "bool" })
  if x == "true" or x == "false" or form == 4 then x = leaf(g, columns, kind) end
  return ("%s(%s)"):format(g:pick { "mean", form == 4 and "median" or "mean" }, x)
end

local function one_aggregate(g, state)
  local columns, kind = state.columns, g:pick(KINDS)
  local form = g:int(1, 12)
  if form == 1 then return "count()", "small" end
  if form == 2 then return ("count(%s)"):format(term(g, columns, kind, 1)), "small" end
  if form == 3 then return ("count_if(%s)"):format(term(g, columns, "bool", 2)), "small" end
  if form == 4 then return ("sum(%s)"):format(term(g, columns, "small", 1)), "int64" end
  if form == 5 then return ("sum(%s)"):format(leaf(g, columns, "decimal")), "decimal" end
  if form == 6 then return ("sum(%s)"):format(leaf(g, columns, "float64")), "rough" end
  if form == 7 then
    return ("sum_if(%s, %s)"):format(leaf(g, columns, "small"), term(g, columns, "bool", 1)), "int64"
  end
  if form == 8 then return ("%s(%s)"):format(g:pick { "any", "all" }, term(g, columns, "bool", 1)), "bool" end
  if form == 9 then return ("count_distinct(%s)"):format(term(g, columns, kind, 1)), "small" end
  if form == 10 then return rough_aggregate(g, columns), "rough" end
  if form == 11 and state.total then
    if g:chance(30) then return ("string_agg(%s, '-')"):format(leaf(g, columns, "string")), "string" end
    return ("%s(%s)"):format(g:pick { "first", "last" }, term(g, columns, kind, 1)), kind
  end
  return ("%s%s"):format(g:pick { "min", "max" }, g:chance(20) and ("_if(%s, %s)"):format(term(g, columns, kind, 1),
    term(g, columns, "bool", 1)) or ("(%s)"):format(term(g, columns, kind, 1))), kind
end

--- Keys of a group; now and then of several groupings.
local function keys_of(g, state)
  local text, columns = items_of(g, state, g:int(1, 3), KINDS, g:int(0, 1))
  if #columns < 2 or g:chance(85) then return text, columns end
  return ("%s(%s)"):format(g:pick { "rollup", "cube" }, text), columns
end

function verbs.agg(g, state)
  local keys, columns = nil, {}
  if g:chance(85) then keys, columns = keys_of(g, state) end
  local parts = {}
  for i = 1, g:int(1, 4) do
    local text, kind = one_aggregate(g, state)
    local name = fresh(state)
    parts[i], columns[#columns + 1] = name .. " = " .. text, { name = name, kind = kind }
  end
  local text = table.concat(parts, ", ")
  add(state, keys and (":by %q:agg %q"):format(keys, text) or (":agg %q"):format(text), function(q)
    return (keys and q:by(keys) or q):agg(text)
  end)
  state.columns, state.total = columns, false
end

local function has_rough(state) return #names_of(state.columns, "rough") > 0 end

function verbs.distinct(_, state)
  if has_rough(state) then return end
  add(state, ":distinct()", function(q) return q:distinct() end)
  state.total = false
end

-- ---- orders ----

function verbs.order(g, state)
  local parts = {}
  for i = 1, g:int(1, 2) do
    parts[i] = term(g, state.columns, g:pick(KINDS), g:int(0, 1)) .. g:pick { "", "", " desc" }
      .. g:pick { "", "", " nulls first", " nulls last" }
  end
  verb(state, "order", table.concat(parts, ", "))
end

--- Different rows in the order of everything.
local function settle(g, state)
  if state.total or has_rough(state) then return end
  verbs.distinct(g, state)
  local parts = {}
  for i, column in ipairs(state.columns) do parts[i] = column.name .. g:pick { "", "", " desc", " nulls first" } end
  verb(state, "order", table.concat(parts, ", "))
  state.total = true
end

function verbs.limit(g, state)
  settle(g, state)
  if not state.total then return end
  local skip, limit = g:int(0, 3), g:int(0, 30)
  local rows = g:pick { "both", "skip", "limit" }
  add(state, (":skip(%d):limit(%d) %s"):format(skip, limit, rows), function(q)
    if rows ~= "limit" then q = q:skip(skip) end
    return rows ~= "skip" and q:limit(limit) or q
  end)
end

function verbs.top(g, state)
  settle(g, state)
  if not state.total then return end
  local n, by = g:int(1, 5), g:chance(60) and g:pick(state.columns).name or nil
  local kind = g:pick { "small", "float64", "string", "date", "decimal" }
  local text = leaf(g, state.columns, kind) .. g:pick { "", " asc" }
  if not text:find "^%a" or text:find "^date '" then return end
  add(state, (":top(%d, %q, {by = %q})"):format(n, text, tostring(by)), function(q)
    return q:top(n, text, by and { by = by } or nil)
  end)
  state.total = not by -- groups come in an order of their own
end

-- ---- two tables ----

--- The second table with names of its own in this query, as a function of the tables, with its columns and text.
local function beside(g, state)
  local own = g:chance(15) and wide_query.T or wide_query.O
  local items, columns = {}, {}
  for i, column in ipairs(own) do
    local name = fresh(state)
    items[i], columns[i] = name .. " = " .. column.name, { name = name, kind = column.kind, from = column.name }
  end
  local list, place = table.concat(items, ", "), own == wide_query.T and "t" or "o"
  local condition = g:chance(30) and term(g, own, "bool", 1) or nil
  return { columns = columns, text = ("%s%s:select %q"):format(place, condition and (":where %q"):format(condition)
      or "", list), make = function(tables)
    return (condition and tables[place]:where(condition) or tables[place]):select(list)
  end }
end

local MATES = { small = { "small", "int64", "float64", "decimal" }, int64 = { "small", "float64" },
  float64 = { "float64", "small" }, decimal = { "decimal", "small" }, string = { "string" }, bool = { "bool" },
  date = { "date" }, timestamp = { "timestamp", "date" } }

--- An equality of a column of each side, or nil.
local function equality(g, state, other)
  local own = g:pick(state.columns)
  if own.kind == "rough" then return nil end
  local mates = names_of(other.columns, g:pick(MATES[own.kind]))
  return mates[1] and ("%s == %s"):format(own.name, g:pick(mates)) or nil
end

local JOINS = { "join", "join", "left_join", "right_join", "full_join", "semi_join", "anti_join" }

function verbs.join(g, state)
  if state.joins >= 2 then return end
  local other, kind = beside(g, state), g:pick(JOINS)
  local parts = {}
  for _ = 1, g:int(1, 2) do parts[#parts + 1] = equality(g, state, other) end
  if not parts[1] then return end
  if g:chance(20) then
    local both = table.move(other.columns, 1, #other.columns, #state.columns + 1, copy(state.columns))
    parts[#parts + 1] = term(g, both, "bool", 1)
  end
  local text, options = table.concat(parts, " and "), g:chance(20) and { nulls = "equal" } or nil
  add(state, (":%s(%s, %q%s)"):format(kind, other.text, text, options and ", {nulls = \"equal\"}" or ""),
    function(q, tables) return q[kind](q, other.make(tables), text, options) end)
  state.joins = state.joins + 1
  if kind == "semi_join" or kind == "anti_join" then return end
  state.columns = table.move(other.columns, 1, #other.columns, #state.columns + 1, copy(state.columns))
  state.total = false
end

--- The nearest of the other side by a time or a number: equal ones are told apart by nothing, so it has one column.
function verbs.asof(g, state)
  if state.joins >= 2 then return end
  local other, kind = beside(g, state), g:pick { "small", "date", "timestamp", "float64" }
  local own, theirs = names_of(state.columns, kind), names_of(other.columns, kind)
  if not own[1] or not theirs[1] then return end
  local name = g:pick(theirs)
  local text = ("%s %s %s"):format(g:pick(own), g:pick { ">=", ">", "<=", "<" }, name)
  add(state, (":asof_join(%s:distinct %q, %q)"):format(other.text, name, text), function(q, tables)
    return q:asof_join(other.make(tables):distinct(name), text)
  end)
  state.joins = state.joins + 1
  state.columns = copy(state.columns)
  state.columns[#state.columns + 1] = { name = name, kind = kind }
end

local SETS = { "union_all", "union", "intersect", "except" }

--- Some columns of this side, and of the other such as fit them.
function verbs.set(g, state)
  local other, own, theirs, columns = beside(g, state), {}, {}, {}
  for _ = 1, g:int(1, 3) do
    local column = g:pick(state.columns)
    local mates = column.kind ~= "rough" and names_of(other.columns, g:pick(MATES[column.kind])) or {}
    if mates[1] then
      local name = fresh(state)
      local mate, kind = g:pick(mates), column.kind
      for _, one in ipairs(other.columns) do
        if one.name == mate and one.kind ~= kind then kind = one.kind == "date" and "timestamp" or "rough" end
      end
      own[#own + 1], theirs[#theirs + 1] = name .. " = " .. column.name, name .. " = " .. mate
      columns[#columns + 1] = { name = name, kind = kind }
    end
  end
  if not columns[1] then return end
  local name, a, b = g:pick(SETS), table.concat(own, ", "), table.concat(theirs, ", ")
  add(state, (":select %q:%s(%s:select %q)"):format(a, name, other.text, b), function(q, tables)
    local left = q:select(a)
    return left[name](left, other.make(tables):select(b))
  end)
  state.columns, state.total = columns, false
end

--- Whether a value is among those of the other table.
function verbs.among(g, state)
  local other = beside(g, state)
  local own = g:pick(state.columns)
  local mates = own.kind ~= "rough" and names_of(other.columns, own.kind) or {}
  if not mates[1] then return end
  local mate, text = g:pick(mates), ("%s %s $q"):format(own.name, g:pick { "in", "not in" })
  add(state, (":where(%q, {q = %s:select %q})"):format(text, other.text, mate), function(q, tables)
    return q:where(text, { q = other.make(tables):select(mate) })
  end)
end

-- ---- windows ----

local RANKS = { "row_number", "rank", "dense_rank", "percent_rank", "cume_dist" }
local FRAMED = { "count", "sum", "mean", "min", "max", "stddev", "variance_pop", "first", "last" }

--- One function over the window: its text and kind.
local function window_item(g, state, framed)
  local kind = g:pick(KINDS)
  local x = leaf(g, state.columns, kind)
  local form = g:int(1, 7)
  if form == 1 then
    local name = g:pick(RANKS)
    return name .. "()", (name == "percent_rank" or name == "cume_dist") and "rough" or "small"
  end
  if form == 2 then return ("ntile(%d)"):format(g:int(1, 5)), "small" end
  if form == 3 then
    local otherwise = kind ~= "string" and g:chance(30) and ", " .. wide_terms.constant(g, kind) or ""
    return ("%s(%s, %d%s)"):format(g:pick { "lag", "lead" }, x, g:int(0, 3), otherwise), kind
  end
  if form == 4 then return ("nth(%s, %d)"):format(x, g:int(1, 4)), kind end
  if form == 5 and not framed then
    local name = g:pick { "cumsum", "cummean", "cummin", "cummax", "cumcount" }
    if name == "cumsum" or name == "cummean" then x, kind = leaf(g, state.columns, "small"), "small" end
    return ("%s(%s)"):format(name, x), name == "cummean" and "rough" or name == "cumsum" and "int64" or
      name == "cumcount" and "small" or kind
  end
  local name = g:pick(FRAMED)
  if name == "sum" or name == "mean" or name == "stddev" or name == "variance_pop" then
    local numbers = g:pick { "small", "decimal" }
    return ("%s(%s)"):format(name, leaf(g, state.columns, numbers)), name ~= "sum" and "rough"
      or numbers == "small" and "int64" or "decimal"
  end
  return ("%s(%s)"):format(name, x), name == "count" and "small" or kind
end

--- A frame of rows, of values, or none: options of the window.
local function frame_of(g, order)
  if not order or g:chance(50) then return {} end
  local unit = "rows"
  if (order.kind == "small" or order.kind == "date") and g:chance(50) then unit = "range" end
  if g:chance(20) then return { [unit] = { math.huge, g:int(0, 2) } } end
  if unit == "range" and order.kind == "date" then return { range = g:pick { "30 days", "400 days" } } end
  return { [unit] = { g:int(0, 4), g:int(0, 3) } }
end

function verbs.window(g, state)
  settle(g, state)
  if not state.total then return end
  local by, order = {}, nil
  for _, column in ipairs(state.columns) do
    if #by < 2 and column.kind ~= "rough" and g:chance(15) then by[#by + 1] = column.name end
  end
  if g:chance(85) then order = g:pick(state.columns) end
  if order and order.kind == "rough" then order = nil end
  local options, parts, columns = frame_of(g, order), {}, copy(state.columns)
  for i = 1, g:int(1, 3) do
    local text, kind = window_item(g, state, options.rows or options.range)
    local name = fresh(state)
    parts[i], columns[#columns + 1] = name .. " = " .. text, { name = name, kind = kind }
  end
  options.by, options.derive = by[1] and table.concat(by, ", ") or nil, table.concat(parts, ", ")
  options.order = order and order.name .. g:pick { "", " desc" } .. g:pick { "", " nulls first" } or nil
  local shown = {}
  for _, name in ipairs { "by", "order", "derive", "rows", "range" } do
    local value = options[name]
    if type(value) == "table" then value = ("{%s, %s}"):format(value[1], value[2]) end
    if value then shown[#shown + 1] = ("%s = %s"):format(name, value) end
  end
  add(state, ":window {" .. table.concat(shown, "; ") .. "}", function(q) return q:window(options) end)
  state.columns = columns
end

-- ---- other shapes ----

--- A row for each of some columns of one kind.
function verbs.unpivot(g, state)
  local kind = g:pick { "small", "string", "date", "float64", "decimal" }
  local some = names_of(state.columns, kind)
  if #some < 2 then return end
  local name, value = fresh(state), fresh(state)
  local cols, keep = some[1] .. ", " .. some[2], leaf(g, state.columns, "small")
  if not keep:find "^%a" or keep == some[1] or keep == some[2] then return end
  local text = ("%s, %s"):format(cols, keep)
  add(state, (":select %q:unpivot {cols = %q}"):format(text, cols), function(q)
    return q:select(text):unpivot { cols = cols, name = name, value = value }
  end)
  state.columns = { { name = keep, kind = "small" }, { name = name, kind = "string" }, { name = value, kind = kind } }
  state.total = false
end

local NAMES = { "where", "where", "select", "derive", "agg", "agg", "distinct", "order", "limit", "top", "join", "join",
  "asof", "set", "among", "window", "window", "unpivot" }

--- A query: {steps, text, ordered}; `ordered`: its rows have one order.
function wide_query.make(g)
  local state = { steps = {}, columns = wide_query.T, total = true, joins = 0, named = 0 }
  for _ = 1, g:int(3, 6) do verbs[g:pick(NAMES)](g, state) end
  local lines = {}
  for i, step in ipairs(state.steps) do lines[i] = "    " .. step.text end
  return { steps = state.steps, text = "  t\n" .. table.concat(lines, "\n"), ordered = state.total }
end

--- The query over these tables, `t` in the order of its column `number`.
function wide_query.over(query, tables)
  local own = { t = tables.t:order "number":drop "number", o = tables.o:drop "number" }
  local q = own.t
  for _, step in ipairs(query.steps) do q = step.apply(q, own) end
  return q
end

return wide_query
