--- Queries of three to six verbs in any order, frames of frames among them, answered by blotter, by the naive engine
-- and by SQLite. A failure prints its seed; BLOTTER_SEED starts there, BLOTTER_ROUNDS says how many seeds follow.

local answer = require "answer"
local blotter = require "blotter"
local composed_query = require "composed_query"
local composed_sides = require "composed_sides"
local core = require "blotter.core"
local oracle = require "oracle"
local random_query = require "random_query"
local sqlite = require "luasql.sqlite3"

local FIRST_SEED = tonumber(os.getenv "BLOTTER_SEED") or 1
local ROUNDS = tonumber(os.getenv "BLOTTER_ROUNDS") or os.getenv "BLOTTER_TORTURE" and 2500 or 50
local QUERIES = 8 -- over each table
local WORDS = { "KR", "JP", "US", "", "a b", "x'y" }
local COLUMNS = { { name = "i", kind = "int" }, { name = "j", kind = "int" }, { name = "f", kind = "float" },
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

local function quoted(v)
  if v == nil then return "NULL" end
  if type(v) == "boolean" then return v and "1" or "0" end
  return type(v) == "string" and "'" .. v:gsub("'", "''") .. "'" or tostring(v)
end

local function load_rows(rows, connection)
  local t = blotter.table "i int64, j int64, f float64, s string, b bool"
  assert(connection:execute "DROP TABLE IF EXISTS t")
  assert(connection:execute "CREATE TABLE t (i INTEGER, j INTEGER, f REAL, s TEXT, b INTEGER)")
  for _, row in ipairs(rows) do
    assert(t:append { n = 5, row.i, row.j, row.f, row.s, row.b })
    assert(connection:execute(("INSERT INTO t VALUES (%s, %s, %s, %s, %s)"):format(quoted(row.i), quoted(row.j),
      quoted(row.f), quoted(row.s), quoted(row.b))))
  end
  return t
end

local function fixed(v)
  local digits = ("0"):rep(4) .. math.abs(v.decimal)
  return (v.decimal < 0 and "-" or "") .. digits:sub(1, -v.scale - 1) .. "." .. digits:sub(-v.scale)
end

--- The second table, in both.
local function load_other(g, connection, n)
  local rows, nan = composed_sides.rows(g, n)
  local t = blotter.table(composed_sides.SCHEMA)
  assert(connection:execute "DROP TABLE IF EXISTS o")
  assert(connection:execute "CREATE TABLE o (p INTEGER, q REAL, u TEXT, v INTEGER, d REAL, e REAL)")
  for _, row in ipairs(rows) do
    local d, e = row.d and fixed(row.d), row.e and fixed(row.e)
    assert(t:append { n = 6, row.p, row.q, row.u, row.v, d, e })
    assert(connection:execute(("INSERT INTO o VALUES (%s, %s, %s, %s, %s, %s)"):format(quoted(row.p),
      row.q ~= row.q and "NULL" or quoted(row.q), quoted(row.u), quoted(row.v), d or "NULL", e or "NULL")))
  end
  return { q = t, rows = rows, nan = nan }
end

local function canonical(values)
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

local function from_oracle(state)
  local rows = {}
  for r, row in ipairs(state.rows()) do
    local values = { n = #state.columns }
    for c, column in ipairs(state.columns) do values[c] = row[column.name] end
    rows[r] = canonical(values)
  end
  return rows
end

local function from_sqlite(connection, state)
  local cursor, rows = assert(connection:execute(state.sql)), {}
  local row = cursor:fetch({}, "n")
  while row do
    row.n = #state.columns
    rows[#rows + 1] = canonical(row)
    row = cursor:fetch({}, "n")
  end
  cursor:close()
  return rows
end

local function compare(who, theirs, own)
  if #theirs ~= #own then return ("%d rows, %s has %d"):format(#own, who, #theirs) end
  for r, row in ipairs(theirs) do
    if row ~= own[r] then return ("row %d is %s, %s has %s"):format(r, own[r], who, row) end
  end
  return nil
end

--- The answer without any rule, and the small plans that read a part of it.
local function self_check(state, own)
  local q = state.q.query and state.q:query() or state.q
  local plain = assert(core.run(core.prepare(q.plan, "written"), table.unpack(q.sources)))
  if #plain ~= #own then return "another number of rows without rules" end
  if q:count() ~= #own then return ("count() gives %d of %d rows"):format(q:count(), #own) end
  if (q:first() == nil) ~= (#own == 0) then return "first() and the answer differ" end
  return nil
end

local function problem_of(connection, state, tell)
  local own = answer.rows(state.q:collect(), canonical)
  local problem = self_check(state, own) or compare("the oracle", from_oracle(state), own)
  if problem or not state.sql then return problem end
  tell()
  local theirs = from_sqlite(connection, state)
  table.sort(own)
  table.sort(theirs)
  return compare("SQLite", theirs, own)
end

describe("composed queries", function()
  local threads = blotter.threads
  after_each(function() blotter.threads = threads end)

  it("are answered as the oracle and SQLite answer them", function()
    local environment = sqlite.sqlite3()
    local connection = assert(environment:connect ":memory:")
    local in_sql = 0
    for seed = FIRST_SEED, FIRST_SEED + ROUNDS - 1 do
      local g = random_query.new(seed)
      local rows = random_rows(g, g:pick { 0, 1, 10, 60, 200 })
      local t = load_rows(rows, connection)
      local other = load_other(g, connection, g:pick { 0, 1, 5, 20 })
      blotter.threads = g:pick { 1, 2 }
      for _ = 1, QUERIES do
        local state = composed_query.make(g, t, rows, COLUMNS, other)
        local ok, problem = pcall(problem_of, connection, state, function() in_sql = in_sql + 1 end)
        if not ok or problem then
          error(("BLOTTER_SEED=%d, %d rows\n  %s\n  %s\n%s\n%s"):format(seed, #rows, state.text, problem,
            state.q:explain "written", state.q:explain()), 0)
        end
      end
    end
    assert.is_true(in_sql > ROUNDS) -- many of them can be said in SQL
    connection:close()
    environment:close()
  end)
end)
