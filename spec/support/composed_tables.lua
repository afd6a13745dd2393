--- The two random tables that composed queries read, in blotter and as statements of SQL, and answers as texts that
-- engines have in common.

local blotter = require "blotter"
local oracle = require "oracle"
local sides = require "composed_sides"

local tables = {}

local WORDS = { "KR", "JP", "US", "", "a b", "x'y" }

tables.COLUMNS = { { name = "i", kind = "int" }, { name = "j", kind = "int" }, { name = "f", kind = "float" },
  { name = "s", kind = "string" }, { name = "b", kind = "bool" } }

local function quoted(v)
  if v == nil or v ~= v then return "NULL" end
  if type(v) == "boolean" then return v and "TRUE" or "FALSE" end
  return type(v) == "string" and "'" .. v:gsub("'", "''") .. "'" or tostring(v)
end

local function inserted(name, rows, values)
  local parts = {}
  for r, row in ipairs(rows) do
    local cells = values(row)
    for c = 1, cells.n do cells[c] = quoted(cells[c]) end
    parts[r] = "(" .. table.concat(cells, ", ") .. ")"
  end
  if #parts == 0 then return nil end
  return ("INSERT INTO %s VALUES %s"):format(name, table.concat(parts, ", "))
end

local function made(name, columns, insert)
  return { "DROP TABLE IF EXISTS " .. name, ("CREATE TABLE %s (%s)"):format(name, columns), insert }
end

--- The first table of `n` rows: the query, the oracle's rows, and the statements that make it.
function tables.first(g, n)
  local rows, t = {}, blotter.table "i int64, j int64, f float64, s string, b bool"
  for r = 1, n do
    local row = { i = g:chance(85) and g:int(-20, 20) or nil, j = g:int(0, 3),
      f = g:chance(85) and g:int(-40, 40) / 4 or nil, s = g:chance(85) and g:pick(WORDS) or nil }
    if g:chance(85) then row.b = g:chance(50) end
    rows[r] = row
    assert(t:append { n = 5, row.i, row.j, row.f, row.s, row.b })
  end
  local insert = inserted("t", rows, function(row) return { n = 5, row.i, row.j, row.f, row.s, row.b } end)
  return { q = t, rows = rows, made = made("t", "i BIGINT, j BIGINT, f DOUBLE, s VARCHAR, b BOOLEAN", insert) }
end

local function fixed(v)
  if not v then return nil end
  local digits = ("0"):rep(4) .. math.abs(v.decimal)
  return (v.decimal < 0 and "-" or "") .. digits:sub(1, -v.scale - 1) .. "." .. digits:sub(-v.scale)
end

--- The second one (composed_sides.lua), which may have NaN: in SQL these are null, so nobody asks for them there.
function tables.second(g, n)
  local rows, nan = sides.rows(g, n)
  local t = blotter.table(sides.SCHEMA)
  local function values(row) return { n = 6, row.p, row.q, row.u, row.v, fixed(row.d), fixed(row.e) } end
  for _, row in ipairs(rows) do assert(t:append(values(row))) end
  local columns = "p BIGINT, q DOUBLE, u VARCHAR, v BOOLEAN, d DECIMAL(9,2), e DECIMAL(7,3)"
  return { q = t, rows = rows, nan = nan, made = made("o", columns, inserted("o", rows, values)) }
end

--- A row as a text; numbers of nine digits, whatever their type.
function tables.canonical(values)
  local parts = {}
  for c = 1, values.n do
    local v = oracle.to_lua(values[c])
    if type(v) == "boolean" then v = v and 1 or 0 end
    local number = v ~= nil and tonumber(v)
    if number == 0 then number = 0.0 end
    if number ~= number then number, v = nil, "nan" end
    parts[c] = v == nil and "null" or number and ("%.9g"):format(number + 0.0) or "'" .. v .. "'"
  end
  return table.concat(parts, "|")
end

--- What is wrong with rows as texts beside those of `who`, or nil.
function tables.compare(who, theirs, own)
  if #theirs ~= #own then return ("%d rows, %s has %d"):format(#own, who, #theirs) end
  for r, row in ipairs(theirs) do
    if row ~= own[r] then return ("row %d is %s, %s has %s"):format(r, own[r], who, row) end
  end
  return nil
end

return tables
