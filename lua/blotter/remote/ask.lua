--- Runs queries over tables on servers: what one server can answer is one statement there; what is beside it, blotter's
-- own engine does here with the answers.

local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local frame = require "blotter.query.frame"
local outline = require "blotter.remote.outline"
local plan = require "blotter.query.plan"
local query = require "blotter.query.verbs"
local statement = require "blotter.remote.statement"
local translate = require "blotter.remote.translate"

local run = {}

-- ---- one statement ------------------------------------------------------------------------------------------------

--- The tables of servers that a node reads, each once.
local function tables_of(node)
  local list, seen = {}, {}
  for _, source in ipairs(node.sources) do
    if translate.is_far(source) and not seen[source.name] then
      seen[source.name] = true
      list[#list + 1] = source
    end
  end
  return list
end

local function checks_of(server, node)
  local checks = {}
  for i, far in ipairs(tables_of(node)) do checks[i] = server.check(far) end
  return checks
end

--- Drops all servers' work unless it ended well.
local function guard_of(servers)
  local guard = { finished = false }
  return setmetatable(guard, { __close = function()
    if guard.finished then return end
    for _, server in ipairs(servers) do server:drop() end
  end })
end

--- The statement of a node, and what it needs beside its parameters: tables of rows from here, too many to be part of
-- it, that each server is lent first ({name, names, types, answer}).
local function written(node, dialect)
  local loans = {}
  local function send(w, part, answer)
    if #answer <= translate.MOST_ROWS or not dialect.lent then return translate.values(w, part, answer) end
    local loan = { name = "blotter_" .. #loans + 1, answer = answer, types = part.types, names = {} }
    local columns = {}
    for i in ipairs(part.names) do
      loan.names[i] = "v" .. i
      columns[i] = dialect.quote(loan.names[i])
    end
    loans[#loans + 1] = loan
    return statement.relation(dialect.lent(loan.name) .. " AS " .. w:alias(), columns, part)
  end
  local text, parameters = statement.write(node, dialect, translate.scanner(send))
  return text, parameters, loans
end

local function check(ok, message)
  return ok or fail("%s", message)
end

--- Starts the node's statement on each of these servers, and takes their answers, one core table each. A connection
-- that was dead before anything came is tried once more: the statement only reads.
function run.ask(servers, node)
  local text, parameters, loans = written(node, translate.far_of(node.sources).dialect)
  local guard <close> = guard_of(servers)
  for _, loan in ipairs(loans) do
    for _, server in ipairs(servers) do check(server:lend(loan)) end
  end
  local function start(server)
    check(server:start(text, parameters, #node.names, checks_of(server, node)))
  end
  for _, server in ipairs(servers) do start(server) end
  local answers = {}
  for i, server in ipairs(servers) do
    local answer, message = server:receive(node.names, node.types)
    if not answer and server.stale and not loans[1] then
      start(server)
      answer, message = server:receive(node.names, node.types)
    end
    answers[i] = check(answer, message)
  end
  for _, loan in ipairs(loans) do
    for _, server in ipairs(servers) do check(server:take_back(loan)) end
  end
  guard.finished = true
  return answers
end

-- ---- places -------------------------------------------------------------------------------------------------------

--- The only database that a node reads tables of, or nil.
local function only_database(node)
  local db
  for _, far in ipairs(tables_of(node)) do
    if db and far.db ~= db then return nil end
    db = far.db
  end
  return db
end

--- The node's rows as a query over what is here: of what one database answers, its answer.
local function here(node)
  if not translate.far_of(node.sources) then
    local q = query.over(core.table { { name = "x", type = "int64" } }, nil)
    q.plan, q.sources = node.plan, node.sources
    return q
  end
  if only_database(node) then return query.over(run.node(node)) end
  return query.append(here(node.input), node.kind, node.description, node.other and here(node.other))
end

--- The answer of a node as a core table.
function run.node(node)
  local db = only_database(node)
  if not db then return plan.run(here(node)) end
  if #db.servers == 0 then fail "the connection is closed" end
  if #db.servers == 1 then return run.ask(db.servers, node)[1] end
  return require("blotter.remote.shards").answer(db, node)
end

--- The answer of a query as a core table.
function run.answer(q)
  return run.node(outline.read(q))
end

--- The rows of a query as a frame here, whose further questions ask no server.
function query:pull()
  return frame.new(plan.run(query.ready(self, "pull")))
end

return run
