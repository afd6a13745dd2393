--- Queries of three to six verbs in any order, frames of frames among them, answered by blotter, by the naive engine
-- and by SQLite. A failure prints its seed; BLOTTER_SEED starts there, BLOTTER_ROUNDS says how many seeds follow.

local answer = require "answer"
local blotter = require "blotter"
local composed_query = require "composed_query"
local composed_tables = require "composed_tables"
local core = require "blotter.core"
local random_query = require "random_query"
local sqlite = require "luasql.sqlite3"

local canonical, compare = composed_tables.canonical, composed_tables.compare

local FIRST_SEED = tonumber(os.getenv "BLOTTER_SEED") or 1
local ROUNDS = tonumber(os.getenv "BLOTTER_ROUNDS") or os.getenv "BLOTTER_TORTURE" and 2500 or 50
local QUERIES = 8 -- over each table
local function loaded(connection, t)
  for _, statement in ipairs(t.made) do assert(connection:execute(statement)) end
  return t
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
  if problem or not state.sql or state.beyond_sqlite then return problem end
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
      local t = loaded(connection, composed_tables.first(g, g:pick { 0, 1, 10, 60, 200 }))
      local other = loaded(connection, composed_tables.second(g, g:pick { 0, 1, 5, 20, 80 }))
      blotter.threads = g:pick { 1, 2 }
      for _ = 1, QUERIES do
        local state = composed_query.make(g, t, other)
        local ok, problem = pcall(problem_of, connection, state, function() in_sql = in_sql + 1 end)
        if not ok or problem then
          error(("BLOTTER_SEED=%d, %d rows\n  %s\n  %s\n%s\n%s"):format(seed, #t.rows, state.text, problem,
            state.q:explain "written", state.q:explain()), 0)
        end
      end
    end
    assert.is_true(in_sql > ROUNDS) -- many of them can be said in SQL
    connection:close()
    environment:close()
  end)
end)
