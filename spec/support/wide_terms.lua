--- Random expressions over columns of every type, for queries that are asked of servers (wide_query.lua). There is no
-- naive engine beside them, so that every function may stand in them.
--
-- A column is {name, kind}; kinds are blotter's types but for "small" (an int64 whose sums and products stay small) and
-- "rough", a float64 that two engines may round in different ways: nothing is computed of it.

local wide_terms = {}

local WORDS = { "KR", "JP", "US", "", "kr", "a b", "é", "zebra", "10", "x'y", "a-b-c", " pad ", "%_", "back\\slash" }
wide_terms.WORDS = WORDS

wide_terms.KINDS = { "bool", "small", "int64", "float64", "decimal", "string", "date", "timestamp" }
local NUMBERS = { small = true, int64 = true, float64 = true, decimal = true }

local make = {}

--- Names of the columns of a kind; an int64 may be a small one.
function wide_terms.names(columns, kind)
  local names = {}
  for _, column in ipairs(columns) do
    if column.kind == kind or kind == "int64" and column.kind == "small" then names[#names + 1] = column.name end
  end
  return names
end

local function day(g) return os.date("!%Y-%m-%d", g:int(-3000, 20000) * 86400) end

local CONSTANT = {
  bool = function(g) return g:pick { "true", "false" } end,
  small = function(g) return tostring(g:int(-9, 9)) end,
  int64 = function(g) return g:chance(10) and tostring(g:int(1 << 53, 1 << 60)) or tostring(g:int(-9, 9)) end,
  float64 = function(g) return ("%.2e"):format(g:int(-400, 400) / 4) end,
  decimal = function(g) return ("%d.%02d"):format(g:int(0, 500), g:int(0, 99)) end,
  string = function(g) return ("%q"):format(g:pick(WORDS)) end,
  date = function(g) return "date '" .. day(g) .. "'" end,
  timestamp = function(g) return ("timestamp '%sT0%d:30:00Z'"):format(day(g), g:int(0, 9)) end,
}

function wide_terms.constant(g, kind) return CONSTANT[kind](g) end

--- A column of the kind, when there is one, or a constant.
function wide_terms.leaf(g, columns, kind)
  local names = wide_terms.names(columns, kind)
  return #names > 0 and g:chance(85) and g:pick(names) or CONSTANT[kind](g)
end
local leaf = wide_terms.leaf

--- An expression of that kind.
function wide_terms.term(g, columns, kind, depth)
  if kind == "rough" then return make.rough(g, columns, math.min(depth, 1)) end
  if depth <= 0 or g:chance(30) then return leaf(g, columns, kind) end
  if g:chance(12) then return wide_terms.choice(g, columns, kind, depth - 1) end
  return make[kind](g, columns, depth - 1)
end
local term = wide_terms.term

--- What there is of every type: the first that is there, one of two, the smallest.
function wide_terms.choice(g, columns, kind, depth)
  local a, b = term(g, columns, kind, depth), term(g, columns, kind, depth)
  local form = g:int(1, 5)
  if form == 1 then return ("coalesce(%s, %s)"):format(a, b) end
  if form == 2 then return ("if(%s, %s, %s)"):format(term(g, columns, "bool", depth), a, b) end
  if form == 3 then return ("nullif(%s, %s)"):format(a, b) end
  if form == 4 and kind ~= "bool" then return ("%s(%s, %s)"):format(g:pick { "least", "greatest" }, a, b) end
  return ("if(%s, %s)"):format(term(g, columns, "bool", depth), a)
end

-- ---- truth ----

local function comparison(g, columns, depth)
  local kind = g:pick(wide_terms.KINDS)
  local other = NUMBERS[kind] and g:pick { "small", "int64", "float64", "decimal", kind } or kind
  if kind == "date" or kind == "timestamp" then other = g:pick { "date", "timestamp" } end
  return ("(%s %s %s)"):format(term(g, columns, kind, depth), g:pick { "==", "~=", "<", "<=", ">", ">=" },
    term(g, columns, other, depth))
end

local function membership(g, columns, depth)
  local kind, items = g:pick { "small", "float64", "string", "date", "timestamp", "decimal" }, {}
  for i = 1, g:int(1, 4) do items[i] = CONSTANT[kind](g) end
  if g:chance(10) then items[#items + 1] = "nil" end
  return ("(%s %s (%s))"):format(term(g, columns, kind, depth), g:pick { "in", "not in" }, table.concat(items, ", "))
end

local PATTERNS = { "K%", "%a%", "_R", "%", "", "x'_", "1_" }

function make.bool(g, columns, depth)
  local form = g:int(1, 12)
  if form <= 4 then return comparison(g, columns, depth) end
  if form <= 6 then
    return ("(%s %s %s)"):format(term(g, columns, "bool", depth), g:pick { "and", "or" },
      term(g, columns, "bool", depth))
  end
  if form == 7 then return ("(not %s)"):format(term(g, columns, "bool", depth)) end
  if form == 8 then return membership(g, columns, depth) end
  if form == 9 then return ("like(%s, %q)"):format(term(g, columns, "string", depth), g:pick(PATTERNS)) end
  if form == 10 then return ("%s(%s)"):format(g:pick { "is_nan", "is_finite" }, term(g, columns, "float64", depth)) end
  if form == 11 then
    return ("%s(%s, %s)"):format(g:pick { "contains", "starts_with", "ends_with" }, term(g, columns, "string", depth),
      leaf(g, columns, "string"))
  end
  return ("(%s %s nil)"):format(leaf(g, columns, g:pick(wide_terms.KINDS)), g:pick { "==", "~=" })
end

-- ---- numbers ----

local PARTS = { "year", "quarter", "month", "day", "weekday", "week", "week_year", "dayofyear" }
local UNITS = { "year", "quarter", "month", "week", "day" }
local FINE = { "hour", "minute", "second" }

function make.small(g, columns, depth)
  local form = g:int(1, 12)
  if form == 1 then return ("(- %s)"):format(term(g, columns, "small", depth)) end
  if form == 2 then return ("%s(%s)"):format(g:pick(PARTS), term(g, columns, g:pick { "date", "timestamp" }, depth)) end
  if form == 3 then return ("%s(%s)"):format(g:pick(FINE), term(g, columns, "timestamp", depth)) end
  if form == 4 then return ("%s(%s)"):format(g:pick { "len", "bytes" }, term(g, columns, "string", depth)) end
  if form == 5 then return ("find(%s, %s)"):format(term(g, columns, "string", depth), leaf(g, columns, "string")) end
  if form == 6 then
    return ("%s(%s, %d)"):format(g:pick { "fiscal_year", "fiscal_quarter" },
      term(g, columns, g:pick { "date", "timestamp" }, depth), g:int(1, 12))
  end
  if form == 7 then
    if g:chance(40) then
      return ("date_diff(%s, %s, '%s')"):format(term(g, columns, "timestamp", depth),
        term(g, columns, "timestamp", depth), g:pick(FINE))
    end
    return ("date_diff(%s, %s, '%s')"):format(term(g, columns, "date", depth),
      term(g, columns, g:pick { "date", "timestamp" }, depth), g:pick(UNITS))
  end
  if form == 8 then return ("%s(%s)"):format(g:pick { "abs", "sign", "int64" }, term(g, columns, "small", depth)) end
  if form == 9 then return ("bin(%s, %d)"):format(term(g, columns, "small", depth), g:int(1, 9)) end
  if form == 10 then
    return ("(%s %s %s)"):format(term(g, columns, "int64", depth), "%", g:pick { "7", "-7", "16", "1" })
  end
  return ("((%s %s %s) %% 1000)"):format(term(g, columns, "small", depth), g:pick { "+", "-", "*", "//", "%" },
    term(g, columns, "small", depth))
end

function make.int64(g, columns, depth)
  if g:chance(80) then return make.small(g, columns, depth) end
  if g:chance(30) then return ("epoch(%s)"):format(term(g, columns, g:pick { "date", "timestamp" }, depth)) end
  return ("(%s %s %s)"):format(term(g, columns, "int64", depth), g:pick { "+", "-", "//", "%" },
    term(g, columns, g:pick { "small", "int64" }, depth))
end

function make.float64(g, columns, depth)
  local form = g:int(1, 7)
  if form == 1 then return ("(- %s)"):format(term(g, columns, "float64", depth)) end
  if form == 2 then return ("%s(%s)"):format(g:pick { "floor", "ceil", "round", "abs", "sign", "trunc" },
    term(g, columns, "float64", depth)) end
  if form == 3 then return ("float64(%s)"):format(term(g, columns, g:pick { "small", "decimal" }, depth)) end
  if form == 4 then return ("bin(%s, 2.5e-1)"):format(term(g, columns, "float64", depth)) end
  return ("(%s %s %s)"):format(term(g, columns, "float64", depth), g:pick { "+", "-", "*" },
    leaf(g, columns, g:pick { "float64", "small", "decimal" }))
end

function make.decimal(g, columns, depth)
  local form = g:int(1, 7)
  if form == 1 then return ("(- %s)"):format(leaf(g, columns, "decimal")) end
  if form == 2 then return ("abs(%s)"):format(leaf(g, columns, "decimal")) end
  if form == 3 then return ("decimal(%s, 9, 2)"):format(leaf(g, columns, "small")) end
  if form == 4 then return ("(%s * %s)"):format(leaf(g, columns, "decimal"), leaf(g, columns, "small")) end
  if form == 5 then return ("round(%s, %d)"):format(leaf(g, columns, "decimal"), g:int(0, 2)) end
  return ("(%s %s %s)"):format(leaf(g, columns, "decimal"), g:pick { "+", "-" },
    term(g, columns, g:pick { "decimal", "small" }, math.min(depth, 1)))
end

--- Numbers that engines may round in different ways.
function make.rough(g, columns, depth)
  local form = g:int(1, 4)
  if form == 1 then
    return ("(%s / %s)"):format(term(g, columns, g:pick { "small", "float64", "decimal" }, depth),
      term(g, columns, g:pick { "small", "float64" }, depth))
  end
  if form == 2 then return ("sqrt(abs(%s))"):format(term(g, columns, g:pick { "small", "float64" }, depth)) end
  if form == 3 then return ("pow(%s, 2)"):format(term(g, columns, "small", depth)) end
  return ("%s(%s)"):format(g:pick { "exp", "sin", "cos" }, leaf(g, columns, "small"))
end

-- ---- texts and times ----

local function changed(g, columns, depth)
  local s = term(g, columns, "string", depth)
  local form = g:int(1, 8)
  if form == 1 then return ("%s(%s)"):format(g:pick { "upper", "lower" }, s) end
  if form == 2 then return ("substr(%s, %d, %d)"):format(s, g:int(1, 3), g:int(0, 4)) end
  if form == 3 then return ("%s(%s, %d)"):format(g:pick { "left", "right" }, s, g:int(0, 3)) end
  if form == 4 then
    return ("replace(%s, %s, %s)"):format(s, g:pick { "'a'", "'K'", "' '" }, leaf(g, columns, "string"))
  end
  if form == 5 then return ("%s(%s)"):format(g:pick { "trim", "ltrim", "rtrim" }, s) end
  if form == 6 then
    return ("%s(%s, %d, %s)"):format(g:pick { "lpad", "rpad" }, s, g:int(0, 6), g:pick { "'*'", "'ab'" })
  end
  if form == 7 then return ("split_part(%s, '-', %d)"):format(s, g:pick { 1, 2, 3, -1 }) end
  return ("substr(%s, %d)"):format(s, g:int(-3, 3))
end

function make.string(g, columns, depth)
  local form = g:int(1, 5)
  if form <= 2 then return changed(g, columns, depth) end
  if form == 3 then
    return ("string(%s)"):format(term(g, columns, g:pick { "bool", "int64", "decimal", "date", "timestamp", "float64" },
      0))
  end
  if form == 4 then return ("concat(%s, %s)"):format(leaf(g, columns, "string"), leaf(g, columns, "small")) end
  return ("(%s .. %s)"):format(term(g, columns, "string", depth),
    leaf(g, columns, g:pick { "string", "small", "date" }))
end

function make.date(g, columns, depth)
  local form = g:int(1, 4)
  if form == 1 then return ("date(%s)"):format(leaf(g, columns, "timestamp")) end
  if form == 2 then return ("trunc(%s, '%s')"):format(leaf(g, columns, "date"), g:pick(UNITS)) end
  if form == 3 then
    return ("date_add(%s, %s, '%s')"):format(leaf(g, columns, "date"), leaf(g, columns, "small"), g:pick(UNITS))
  end
  return ("(%s %s %s)"):format(leaf(g, columns, "date"), g:pick { "+", "-" }, term(g, columns, "small",
    math.min(depth, 1)))
end

function make.timestamp(g, columns)
  local form = g:int(1, 4)
  if form == 1 then return ("timestamp(%s)"):format(leaf(g, columns, "date")) end
  if form == 2 then
    return ("trunc(%s, '%s')"):format(leaf(g, columns, "timestamp"), g:pick { "year", "month", "week", "day", "hour",
      "minute", "second" })
  end
  if form == 3 then
    return ("date_add(%s, %s, '%s')"):format(leaf(g, columns, "timestamp"), leaf(g, columns, "small"),
      g:pick { "year", "month", "week", "day", "hour", "minute", "second" })
  end
  return ("(%s + %d)"):format(leaf(g, columns, "timestamp"), g:int(-1000000, 1000000))
end

return wide_terms
