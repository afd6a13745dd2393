--- Random filters, groups and orders, answered by blotter and by SQLite, where both mean the same.

local answer = require "answer"
local blotter = require "blotter"
local parser = require "blotter.lang.parser"
local random_query = require "random_query"
local sqlite = require "luasql.sqlite3"

local FIRST_SEED = tonumber(os.getenv "BLOTTER_SEED") or 1
local ROUNDS = os.getenv "BLOTTER_TORTURE" and 2000 or 40
local WORDS = { "KR", "JP", "US", "", "a b", "x'y", "é" }

-- ---- a syntax tree as SQL ----

local OPERATORS = { ["=="] = "=", ["~="] = "<>", [".."] = "||" }
local AGGREGATES = { mean = "avg", count_distinct = "count(distinct ", sum_if = true, count_if = true }

local sql

local function sql_list(nodes)
  local parts = {}
  for i, node in ipairs(nodes) do parts[i] = sql(node) end
  return table.concat(parts, ", ")
end

local function sql_literal(node)
  if node.type == "null" then return "NULL" end
  if node.type == "string" then return "'" .. node.value:gsub("'", "''") .. "'" end
  if node.type == "bool" then return node.value and "1" or "0" end
  return tostring(node.value)
end

local function sql_call(node)
  if node.name == "sum_if" then
    return ("sum(CASE WHEN %s THEN %s END)"):format(sql(node.args[2]), sql(node.args[1]))
  elseif node.name == "count_if" then
    return ("count(CASE WHEN %s THEN 1 END)"):format(sql(node.args[1]))
  elseif node.name == "count" and #node.args == 0 then
    return "count(*)"
  elseif node.name == "count_distinct" then
    return ("count(DISTINCT %s)"):format(sql_list(node.args))
  end
  return ("%s(%s)"):format(AGGREGATES[node.name] or node.name, sql_list(node.args))
end

function sql(node)
  local kind = node.kind
  if kind == "literal" then return sql_literal(node) end
  if kind == "column" then return node.name end
  if kind == "unary" then return ("(%s %s)"):format(node.op == "not" and "NOT" or "-", sql(node.a)) end
  if kind == "isnull" then return ("(%s IS %sNULL)"):format(sql(node.a), node.negated and "NOT " or "") end
  if kind == "in" then
    return ("(%s %sIN (%s))"):format(sql(node.a), node.negated and "NOT " or "", sql_list(node.list))
  end
  if kind == "call" then return sql_call(node) end
  return ("(%s %s %s)"):format(sql(node.a), OPERATORS[node.op] or node.op, sql(node.b))
end

-- ---- queries ----

local generate = {}

function generate.int(g, depth)
  if depth == 0 then return g:pick { "i", "i", "k", tostring(g:int(-9, 9)) } end
  return ("(%s %s %s)"):format(generate.int(g, depth - 1), g:pick { "+", "-", "*" }, generate.int(g, depth - 1))
end

function generate.float(g) return g:pick { "f", "f * 2.5e-1", "i + f", "f - k" } end

function generate.string(g)
  return g:pick { "s", "s .. 'x'", "s", ("'%s'"):format(g:pick { "KR", "JP", "a b", "" }) }
end

function generate.bool(g, depth)
  local form = g:int(1, depth > 0 and 9 or 4)
  local kind = g:pick { "int", "float", "string" }
  if form <= 2 then
    local operator = g:pick { "==", "~=", "<", "<=", ">", ">=" }
    return ("(%s %s %s)"):format(generate[kind](g, 1), operator, generate[kind](g, 1))
  elseif form == 3 then
    return ("(%s %s nil)"):format(generate[kind](g, 0), g:pick { "==", "~=" })
  elseif form == 4 then
    return ("(%s %s (%d, %d, %s))"):format(generate.int(g, 1), g:pick { "in", "not in" }, g:int(-9, 9), g:int(-9, 9),
      g:chance(20) and "nil" or "0")
  elseif form == 5 then
    return ("(not %s)"):format(generate.bool(g, depth - 1))
  end
  return ("(%s %s %s)"):format(generate.bool(g, depth - 1), g:pick { "and", "or" }, generate.bool(g, depth - 1))
end

local function aggregates(g)
  local items = {}
  for i = 1, g:int(1, 4) do
    items[i] = ("a%d = %s"):format(i, g:pick { "count()", "count(f)", "sum(i)", "sum(f)", "mean(i)", "min(s)", "max(s)",
      "min(f)", "max(i + k)", "count_distinct(s)", "count_distinct(i)", "sum_if(i, " .. generate.bool(g, 1) .. ")",
      "count_if(" .. generate.bool(g, 1) .. ")" })
  end
  return table.concat(items, ", ")
end

local function list_as_sql(text)
  local parts = {}
  for i, item in ipairs(parser.list(text)) do parts[i] = ("%s AS %s"):format(sql(item.node), item.name) end
  return table.concat(parts, ", ")
end

-- ---- both at once ----

local function quoted(v)
  if v == nil then return "NULL" end
  if type(v) == "string" then return "'" .. v:gsub("'", "''") .. "'" end
  return math.type(v) == "float" and ("%.17g"):format(v) or tostring(v)
end

--- The same random rows in a table of blotter and in one of SQLite.
local function load_rows(g, connection, n)
  local t = blotter.table "i int64, k int64, f float64, s string"
  assert(connection:execute "DROP TABLE IF EXISTS t")
  assert(connection:execute "CREATE TABLE t (i INTEGER, k INTEGER, f REAL, s TEXT)")
  for _ = 1, n do
    local i, k = g:chance(85) and g:int(-30, 30) or nil, g:int(0, 3)
    local f, s = g:chance(85) and g:int(-400, 400) / 4 or nil, g:chance(85) and g:pick(WORDS) or nil
    assert(t:append(i, k, f, s))
    assert(connection:execute(("INSERT INTO t VALUES (%s, %s, %s, %s)"):format(quoted(i), quoted(k), quoted(f),
      quoted(s))))
  end
  return t
end

--- Rows as texts, in no order. SQLite's driver gives numbers as numbers or as texts, as it likes.
local function canonical(values)
  local parts = {}
  for c = 1, values.n do
    local v = values[c]
    local number = tonumber(v)
    parts[c] = v == nil and "null" or number and ("%.9g"):format(number + 0.0) or "'" .. v .. "'"
  end
  return table.concat(parts, "|")
end

local function from_sqlite(connection, text, ncols)
  local cursor, rows = assert(connection:execute(text)), {}
  local row = cursor:fetch({}, "n")
  while row do
    row.n = ncols
    rows[#rows + 1] = canonical(row)
    row = cursor:fetch({}, "n")
  end
  cursor:close()
  return rows
end

local function random_case(g, t)
  local where = g:chance(80) and generate.bool(g, 3)
  local q = where and t:where(where) or t
  local condition = where and " WHERE " .. sql(parser.expression(where)) or ""
  if g:chance(60) then
    local keys, items = g:pick { "k", "s", "k, s", "i" }, aggregates(g)
    local text = ("SELECT %s, %s FROM t%s GROUP BY %s"):format(keys, list_as_sql(items), condition, keys)
    return q:by(keys):agg(items), text, #parser.list(keys) + #parser.list(items)
  end
  local items = "a = " .. generate.int(g, 2) .. ", b = " .. generate.float(g) .. ", c = " .. generate.string(g)
  return q:select(items), ("SELECT %s FROM t%s"):format(list_as_sql(items), condition), 3
end

describe("blotter and SQLite", function()
  it("answer random queries alike", function()
    local environment = sqlite.sqlite3()
    local connection = assert(environment:connect ":memory:")
    for seed = FIRST_SEED, FIRST_SEED + ROUNDS - 1 do
      local g = random_query.new(seed)
      local t = load_rows(g, connection, g:pick { 0, 1, 50, 300 })
      for _ = 1, 10 do
        local q, text, ncols = random_case(g, t)
        local own, theirs = answer.rows(q:collect(), canonical), from_sqlite(connection, text, ncols)
        table.sort(own)
        table.sort(theirs)
        assert.equal(#theirs, #own, ("BLOTTER_SEED=%d %s\n%s"):format(seed, text, q:explain()))
        for r, row in ipairs(theirs) do
          local problem = "BLOTTER_SEED=%d %s\nSQLite has %s, blotter %s"
          if row ~= own[r] then error(problem:format(seed, text, row, own[r]), 0) end
        end
      end
    end
    connection:close()
    environment:close()
  end)
end)
