--- The verbs of composed queries that change the shape of an answer: several groupings, pivots and their reverse,
-- missing rows (composed_query.lua says what a state is, and gives `kit`, what it has for items and SQL).

local lexer = require "blotter.lang.lexer"
local oracle = require "oracle"
local parser = require "blotter.lang.parser"

local reshaped = {}

local MOST_HEADS, MOST_PERIODS = 12, 120

local function names_of(columns, ...)
  local names = {}
  for _, kind in ipairs { ... } do
    for _, column in ipairs(columns) do
      if column.kind == kind then names[#names + 1] = column.name end
    end
  end
  return names
end

local function kind_of(columns, name)
  for _, column in ipairs(columns) do
    if column.name == name then return column.kind end
  end
end

local function has(columns, pattern)
  for _, column in ipairs(columns) do
    if column.name:find(pattern) then return true end
  end
  return false
end

local function shuffled(g, list)
  for i = #list, 2, -1 do
    local k = g:int(1, i)
    list[i], list[k] = list[k], list[i]
  end
  return list
end

local function with(row, name, value)
  local copy = {}
  for k, v in pairs(row) do copy[k] = v end
  copy[name] = value
  return copy
end

-- ---- several groupings ----

--- Every choice of n keys, as lists of their numbers, all of them first.
local function choices(n)
  local sets = {}
  for mask = (1 << n) - 1, 0, -1 do
    local set = {}
    for k = 1, n do
      if mask >> (n - k) & 1 == 1 then set[#set + 1] = k end
    end
    sets[#sets + 1] = set
  end
  return sets
end

local FORMS = {}

function FORMS.rollup(_, n)
  local sets = {}
  for k = n, 0, -1 do
    sets[#sets + 1] = {}
    for i = 1, k do sets[#sets][i] = i end
  end
  return sets
end

function FORMS.cube(_, n) return choices(n) end

function FORMS.grouping_sets(g, n)
  local all, sets = shuffled(g, choices(n)), {}
  for i = 1, g:int(1, #all) do sets[i] = all[i] end
  return sets
end

local function keys_in(set, join)
  local names = {}
  for i, k in ipairs(set) do names[i] = "g" .. k end
  return table.concat(names, join or ", ")
end

local function sets_in(sets, word)
  local parts = {}
  for i, set in ipairs(sets) do parts[i] = word .. "(" .. keys_in(set) .. ")" end
  return table.concat(parts, ", ")
end

function reshaped.groupings(g, state, step, kit)
  local fit = shuffled(g, names_of(state.columns, "int", "string", "bool", "float"))
  if #fit == 0 or has(state.columns, "^g%d") or has(state.columns, "^a%d") then return state end
  local n, columns, derived, shown, all = math.min(g:int(1, 3), #fit), {}, {}, {}, {}
  for k = 1, n do
    all[k], columns[k] = k, { name = "g" .. k, kind = kind_of(state.columns, fit[k]) }
    derived[k], shown[k] = ("g%d = %s"):format(k, fit[k]), ("%s AS g%d"):format(fit[k], k)
  end
  local form = g:pick { "rollup", "cube", "grouping_sets" }
  local sets = FORMS[form](g, n)
  if form == "grouping_sets" then -- keys come in the order in which they first appear, so all are in the first set
    table.insert(sets, 1, all)
  end
  local by = form == "grouping_sets" and ("grouping_sets(%s)"):format(sets_in(sets, "set"))
    or ("%s(%s)"):format(form, keys_in(all))
  local text, added = kit.aggregates(g, state)
  local items, of = parser.list(text), g:int(1, n)
  table.move(added, 1, #added, #columns + 1, columns)
  columns[#columns + 1] = { name = "together", kind = "int" }
  local sql_sets = "GROUP BY GROUPING SETS (" .. sets_in(sets, "") .. ")"
  return step(state, ("derive(…):by %q:agg %q"):format(by, text), function(q)
    return q:derive(table.concat(derived, ", ")):by(by):agg(("%s, together = grouping(g%d)"):format(text, of))
  end, {
    columns = columns, beyond_sqlite = true,
    rows = function(rows)
      local out, input = {}, {}
      for r, row in ipairs(rows) do
        input[r] = row
        for k = 1, n do input[r] = with(input[r], "g" .. k, row[fit[k]]) end
      end
      for _, set in ipairs(sets) do
        local together = 1
        for _, k in ipairs(set) do together = k == of and 0 or together end
        for _, row in ipairs(oracle.aggregate(input, #set > 0 and parser.list(keys_in(set)) or {}, items)) do
          row.together = together
          out[#out + 1] = row
        end
      end
      return out
    end,
    sql = kit.over(state, "SELECT %s, %s, GROUPING(g%d) AS together FROM (SELECT *, %s FROM @) %s", keys_in(all),
      function() return kit.sql_items(items) end, of, table.concat(shown, ", "), sql_sets),
  })
end

-- ---- pivot ----

local function value_of(g, state)
  local ints = names_of(state.columns, "int")
  if #ints == 0 or g:chance(20) then return "count()", "int" end
  local name = g:pick { "sum", "min", "max", "mean", "count", "count_distinct" }
  return ("%s(%s)"):format(name, g:pick(ints)), name == "mean" and "rough" or "int"
end

local function constant(v, kind)
  if v == nil then return "NULL" end
  if kind == "string" then return "'" .. v:gsub("'", "''") .. "'" end
  return type(v) == "boolean" and (v and "TRUE" or "FALSE") or tostring(v)
end

--- The pivot under names of our own: those of the data are no names that the next verbs could write.
local function renamed_pivot(q, options)
  local pivot, parts = q:pivot(options), {}
  for i, column in ipairs(pivot:columns()) do
    parts[i] = ("%s = %s"):format(i == 1 and "r1" or "p" .. i - 1, lexer.backquoted(column.name))
  end
  return pivot:select(table.concat(parts, ", "))
end

function reshaped.pivot(g, state, step, kit)
  local fit = shuffled(g, names_of(state.columns, "int", "string", "bool"))
  if #fit < 2 then return state end
  local key, col = fit[1], fit[2]
  local text, kind = value_of(g, state)
  local head_kind, item = kind_of(state.columns, col), parser.list("v = " .. text)
  local heads = oracle.order(oracle.aggregate(state.rows(), parser.list(col), {}), parser.order(col))
  if #heads > MOST_HEADS then return state end
  local options = { rows = key, cols = col, value = text, fill = g:chance(40) and 0 or nil }
  local columns, shown = { { name = "r1", kind = kind_of(state.columns, key) } }, {}
  for i, head in ipairs(heads) do
    columns[i + 1] = { name = "p" .. i, kind = kind }
    local there = ("FILTER (WHERE %s IS NOT DISTINCT FROM %s)"):format(col, constant(head[col], head_kind))
    shown[i] = function()
      return ("CASE WHEN count(*) %s > 0 THEN %s %s%s END"):format(there, kit.sql(item[1].node), there,
        options.fill and " ELSE 0" or "")
    end
  end
  local told = ("pivot {rows = %q, cols = %q, value = %q, fill = %s}"):format(key, col, text, tostring(options.fill))
  local fill = options.fill and (kind == "rough" and 0.0 or 0) or nil
  return step(state, told, function(q) return renamed_pivot(q, options) end, {
    columns = columns,
    rows = function(rows)
      local out = {}
      for r, found in ipairs(oracle.aggregate(rows, parser.list(key), {})) do
        out[r] = { r1 = found[key] }
        for i, head in ipairs(heads) do
          local cell = {}
          for _, row in ipairs(rows) do
            if row[key] == found[key] and row[col] == head[col] then cell[#cell + 1] = row end
          end
          out[r]["p" .. i] = fill
          if cell[1] then out[r]["p" .. i] = oracle.aggregate(cell, {}, item)[1].v end
        end
      end
      return out
    end,
    sql = kit.over(state, "SELECT %s AS r1%s FROM @ GROUP BY " .. key, key, function()
      local parts = {}
      for i, column in ipairs(shown) do
        parts[i] = (", %s AS p%d"):format(column(), i)
      end
      return table.concat(parts)
    end),
  })
end

-- ---- unpivot ----

function reshaped.unpivot(g, state, step, kit)
  local names = shuffled(g, names_of(state.columns, g:pick { "int", "float", "string" }))
  if #names < 2 or has(state.columns, "^what$") or has(state.columns, "^amount$") then return state end
  local cols, among, stays, columns, parts = {}, {}, {}, {}, {}
  for i = 1, math.min(#names, g:int(2, 3)) do cols[i], among[names[i]] = names[i], true end
  for _, column in ipairs(state.columns) do
    if not among[column.name] then stays[#stays + 1], columns[#columns + 1] = column.name, column end
  end
  columns[#columns + 1] = { name = "what", kind = "string" }
  columns[#columns + 1] = { name = "amount", kind = kind_of(state.columns, cols[1]) }
  for i, col in ipairs(cols) do
    stays[#stays + 1] = ("'%s' AS what, %s AS amount"):format(col, col)
    parts[i] = ("SELECT %s FROM @"):format(table.concat(stays, ", "))
    stays[#stays] = nil
  end
  local list = table.concat(cols, ", ")
  return step(state, ("unpivot {cols = %q}"):format(list), function(q)
    return q:unpivot { cols = list, name = "what", value = "amount" }
  end, {
    columns = columns,
    rows = function(rows)
      local out = {}
      for _, col in ipairs(cols) do
        for _, row in ipairs(rows) do
          local made = { what = col, amount = row[col] }
          for _, stay in ipairs(stays) do made[stay] = row[stay] end
          out[#out + 1] = made
        end
      end
      return out
    end,
    sql = kit.over(state, (table.concat(parts, " UNION ALL "):gsub("%%", "%%%%"))),
  })
end

-- ---- missing rows ----

--- The smallest and largest value of a column, or nil.
local function bounds_of(rows, name)
  local low, high
  for _, row in ipairs(rows) do
    local v = row[name]
    if v ~= nil then low, high = math.min(low or v, v), math.max(high or v, v) end
  end
  return low, high
end

--- What stands in missing rows: a number for all, numbers for some, or nothing.
local function replacements(g, columns, keys)
  local all = #names_of(columns, "decimal", "rough") == 0 and g:chance(40) and g:int(-3, 3) or nil
  local some, parts = {}, {}
  for _, column in ipairs(columns) do
    local kind = column.kind
    if not keys[column.name] and (kind == "int" or kind == "float") and (all or g:chance(40)) then
      local v = all or g:int(-3, 3)
      some[column.name] = kind == "float" and v + 0.0 or v
      parts[#parts + 1] = ("%s = %d"):format(column.name, v)
    end
  end
  return some, all or some, all and tostring(all) or "{" .. table.concat(parts, ", ") .. "}"
end

function reshaped.fill(g, state, step)
  local overs, bys = names_of(state.columns, "int"), names_of(state.columns, "string", "bool")
  if #overs == 0 then return state end
  local over, by, size = g:pick(overs), #bys > 0 and g:chance(60) and g:pick(bys) or nil, g:pick { 1, 1, 2, 7 }
  local low, high = bounds_of(state.rows(), over)
  if low and high - low > MOST_PERIODS then return state end
  local added, option, told = replacements(g, state.columns, { [over] = true, [by or over] = true })
  return step(state, ("fill {over = %q, by = %q, step = %d, with = %s}"):format(over, by or "", size, told),
    function(q) return q:fill { over = over, by = by, step = size, with = option } end, {
      rows = function(rows)
        local out, used = {}, {}
        for _, group in ipairs(by and oracle.aggregate(rows, parser.list(by), {}) or { {} }) do
          for period = low or 1, high or 0, size do
            local found = false
            for r, row in ipairs(rows) do
              if row[over] == period and (not by or row[by] == group[by]) then
                out[#out + 1], used[r], found = row, true, true
              end
            end
            if not found then
              local row = with(added, over, period)
              if by then row[by] = group[by] end
              out[#out + 1] = row
            end
          end
        end
        for r, row in ipairs(rows) do
          if not used[r] then out[#out + 1] = row end
        end
        return out
      end,
    })
end

return reshaped
