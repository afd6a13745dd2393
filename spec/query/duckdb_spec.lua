--- Composed queries (composed_spec.lua) as DuckDB answers them: joins, windows, several groupings, pivots, sets of
-- rows. Only where `make bench` has installed DuckDB. BLOTTER_SEED starts elsewhere, BLOTTER_ROUNDS says how many seeds
-- follow.

local answer = require "answer"
local blotter = require "blotter"
local cjson = require "cjson"
local composed_query = require "composed_query"
local composed_tables = require "composed_tables"
local random_query = require "random_query"

local FIRST_SEED = tonumber(os.getenv "BLOTTER_SEED") or 1
local ROUNDS = tonumber(os.getenv "BLOTTER_ROUNDS") or os.getenv "BLOTTER_TORTURE" and 1500 or 15
local QUERIES = 8 -- over each table
local MODULES = "build/bench/node_modules"

local function has_duckdb()
  local file = io.open(MODULES .. "/@duckdb/node-api/package.json")
  return file and file:close()
end

--- Writes the questions of a seed; notes what blotter answers.
local function ask_seed(seed, file, asked)
  local function say(verb, text) file:write(cjson.encode { verb, text }, "\n") end
  local g = random_query.new(seed)
  local t = composed_tables.first(g, g:pick { 0, 1, 10, 60, 200 })
  local other = composed_tables.second(g, g:pick { 0, 1, 5, 20, 80 })
  for _, made in ipairs { t.made, other.made } do
    for _, statement in ipairs(made) do say("run", statement) end
  end
  blotter.threads = g:pick { 1, 2 }
  for _ = 1, QUERIES do
    local state = composed_query.make(g, t, other, composed_query.UNORDERED)
    if state.sql then
      say("ask", state.sql)
      asked[#asked + 1] = { seed = seed, state = state,
        own = answer.rows(state.q:collect(), composed_tables.canonical) }
    end
  end
end

local function row_of(cells, n)
  local values = { n = n }
  for c = 1, n do
    local text = cells[c]
    if text == "true" or text == "false" then text = text == "true" end
    if text ~= cjson.null then values[c] = text end
  end
  return composed_tables.canonical(values)
end

local function problem_of(question, line)
  local theirs = cjson.decode(line)
  if type(theirs) == "string" then return "DuckDB: " .. theirs end
  for r, cells in ipairs(theirs) do theirs[r] = row_of(cells, #question.state.columns) end
  table.sort(theirs)
  table.sort(question.own)
  return composed_tables.compare("DuckDB", theirs, question.own)
end

describe("composed queries", function()
  local threads = blotter.threads
  after_each(function() blotter.threads = threads end)

  it("are answered as DuckDB answers them", function()
    if not has_duckdb() then
      pending "DuckDB is not installed below build/bench"
      return
    end
    local path, asked = os.tmpname(), {}
    local file = assert(io.open(path, "w"))
    for seed = FIRST_SEED, FIRST_SEED + ROUNDS - 1 do ask_seed(seed, file, asked) end
    file:close()
    local pipe = assert(io.popen(("NODE_PATH=%s node spec/support/duckdb_answers.js %s"):format(MODULES, path)))
    for _, question in ipairs(asked) do
      local problem = problem_of(question, assert(pipe:read "l"))
      if problem then
        error(("BLOTTER_SEED=%d\n  %s\n  %s\n  %s"):format(question.seed, question.state.text, problem,
          question.state.sql), 0)
      end
    end
    pipe:close()
    os.remove(path)
    assert.is_true(#asked > ROUNDS) -- many of them can be said in SQL
    if os.getenv "BLOTTER_ROUNDS" then print(#asked .. " queries compared with DuckDB") end
  end)
end)
