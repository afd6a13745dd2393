--- Runs queries over tables on servers: what one server can answer is one statement there; what is beside it, blotter's
-- own engine does here with the answers.

local coordinator = require "blotter.remote.coordinator"
local core = require "blotter.core"
local counted = require "blotter.lang.counted"
local fail = require "blotter.errors.fail"
local decimal = require "blotter.lang.decimal"
local frame = require "blotter.query.frame"
local outline = require "blotter.remote.outline"
local plan = require "blotter.query.plan"
local query = require "blotter.query.verbs"
local schema = require "blotter.tables.schema"
local statement = require "blotter.remote.statement"
local translate = require "blotter.remote.translate"

local ask = {}

-- ---- one statement ----

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
  for i, far in ipairs(tables_of(node)) do checks[i] = server:check(far) end
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
local function written(node, dialect, keyed)
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
  local text, parameters, order = statement.write(node, dialect, translate.scanner(send), keyed)
  return text, parameters, order, loans
end

local function check(ok, message)
  return ok or fail("%s", message)
end

--- Names and types of an answer's columns: the node's, then those of the keys of its order.
local function columns_of(node, order)
  local names, types = table.move(node.names, 1, #node.names, 1, {}), table.move(node.types, 1, #node.types, 1, {})
  for i, key in ipairs(order) do names[#names + 1], types[#types + 1] = "<key " .. i .. ">", key.type end
  return names, types
end

-- What explain sees: {dry, list}: each statement's servers and text; unless `dry`, also what came.
local watch

local function note(servers, node, text, parameters)
  if not watch then return {} end
  local entry = { servers = servers, node = node, text = text, parameters = parameters }
  watch.list[#watch.list + 1] = entry
  return entry
end

local function empty_answers(servers, names, types)
  local columns, answers = {}, {}
  for i, name in ipairs(names) do columns[i] = { name = name, type = types[i] } end
  for i in ipairs(servers) do answers[i] = core.table(schema.read(columns)) end
  return answers
end

--- Whether nothing is to be asked: only what would be is of interest.
function ask.is_dry()
  return watch ~= nil and watch.dry
end

--- Starts the node's statement on each of these servers, and takes their answers, one core table each. A connection
-- that was dead before anything came is tried once more: the statement only reads. With `keyed` the keys of the order
-- stand behind the columns, and are the second result: what several servers give in order must be put in order again.
function ask.servers(servers, node, keyed)
  local far = assert(translate.far_of(node.sources))
  local text, parameters, order, loans = written(node, far.dialect, keyed)
  local names, types = columns_of(node, order)
  local entry, began = note(servers, node, text, parameters), core.clock()
  if ask.is_dry() then return empty_answers(servers, names, types), order end
  local guard <close> = guard_of(servers)
  for _, loan in ipairs(loans) do
    for _, server in ipairs(servers) do check(server:lend(loan)) end
  end
  local function start(server)
    check(server:start(text, parameters, #names, checks_of(server, node)))
  end
  for _, server in ipairs(servers) do start(server) end
  local answers = {}
  for i, server in ipairs(servers) do
    local before = server.moved
    local answer, message = server:receive(names, types)
    if not answer and server.stale and not loans[1] then
      start(server)
      answer, message = server:receive(names, types)
    end
    answers[i] = check(answer, message)
    entry.rows, entry.bytes = (entry.rows or 0) + #answer, (entry.bytes or 0) + server.moved - before
  end
  for _, loan in ipairs(loans) do
    for _, server in ipairs(servers) do check(server:take_back(loan)) end
  end
  guard.finished = true
  entry.seconds = core.clock() - began
  return answers, order
end

-- ---- places ----

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
  if not translate.far_of(node.sources) then return query.of(node.plan, node.sources) end
  if only_database(node) then return ask.rest(node) end
  return query.append(here(node.input), node.kind, node.description, node.other and here(node.other))
end

--- What is left to do here when the servers have answered, as a query over their answers.
function ask.rest(node)
  local db = only_database(node)
  if not db then return here(node) end
  if #db.servers == 0 then fail "the connection is closed" end
  if #db.servers == 1 then
    local q = coordinator.query(node)
    return query.over(ask.servers(db.servers, q and outline.read(q) or node)[1])
  end
  return require("blotter.remote.shards").rest(db, node)
end

--- The answer of a query as a core table.
function ask.answer(q)
  return plan.run(ask.rest(outline.read(q)))
end

-- ---- explaining ----

--- Calls `body` while statements are noted; returns them and the results.
local function watched(dry, body, ...)
  local mine = { dry = dry, list = {} }
  watch = mine
  local restore <close> = setmetatable({}, { __close = function() watch = nil end }) -- luacheck: ignore
  return mine.list, body(...)
end

local function indented(text)
  return "  " .. text:gsub("\n", "\n  ")
end

local function expected_rows(entry)
  local sum = 0
  for _, server in ipairs(entry.servers) do
    local n = server:expected(entry.text, entry.parameters)
    if not n then return nil end
    sum = sum + n
  end
  return sum
end

local function told(entry, dry)
  local names, lines = {}, {}
  for i, server in ipairs(entry.servers) do names[i] = server.name end
  local travel
  if dry then
    local rows = expected_rows(entry)
    travel = rows and ("about %s to come"):format(counted(rows, "row")) or "it is not known how many rows come"
  else
    travel = ("%s, %s came, %s ms"):format(counted(entry.rows, "row"), counted(entry.bytes, "byte"),
      decimal("%.1f", entry.seconds * 1e3))
  end
  lines[1] = ("on %s: %s"):format(table.concat(names, ", "), travel)
  local dialect = translate.far_of(entry.node.sources).dialect
  lines[2] = indented(statement.render(entry.text, entry.parameters, dialect.placeholder))
  for i, parameter in ipairs(entry.parameters) do
    lines[#lines + 1] = ("    %s = %q"):format(dialect.placeholder(i, parameter), tostring(parameter.value))
  end
  return table.concat(lines, "\n")
end

--- What runs where, as a text: the statements of servers, and the engine's plan of what is done here with their
-- answers. Nothing is run, but the servers are asked how many rows they expect; with mode "run" it is run, and told how
-- many came.
function ask.explain(q, mode)
  local dry = mode ~= "run"
  local list, rest = watched(dry, function()
    local node = outline.read(q)
    local made = ask.rest(node)
    if not dry then plan.run(made) end
    return made
  end)
  local lines = {}
  for i, entry in ipairs(list) do lines[i] = told(entry, dry) end
  lines[#lines + 1] = "here:\n" .. indented(plan.explain(rest))
  return table.concat(lines, "\n")
end

--- The rows of a query as a frame here, whose further questions ask no server.
function query:pull()
  return frame.new(plan.run(query.ready(self, "pull")))
end

return ask
