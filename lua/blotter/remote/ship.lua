--- Rows from here to servers: `t:push(db, "tips", {shard_by = "id"})`.
--
-- The rows go as CSV by COPY, in turns of some thousand to each server, so that all of them work at once. All servers
-- have them or none: each works in a transaction, and they commit when all have taken everything.

local arguments = require "blotter.errors.arguments"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local lexer = require "blotter.lang.lexer"
local query = require "blotter.query.verbs"
local schema = require "blotter.tables.schema"
local suggest = require "blotter.errors.suggest"

local push = {}

local SLICE = 131072 -- rows that are cut and sent at a time

-- ---- which server has a row ----

--- FNV-1a: the same number for the same text everywhere.
local function hash(text)
  local h = 0xcbf29ce484222325
  for i = 1, #text do h = (h ~ text:byte(i)) * 0x100000001b3 end
  return h >> 1
end

--- Numbers for the different values of a column that is no whole number, as these texts: {v, shard}.
local function numbered(q, text, n)
  local values = q:distinct("v = " .. text):values "v"
  local shards = {}
  for i = 1, values.n do shards[i] = values[i] and hash(values[i]) % n or 0 end
  local map = core.table(schema.read "v string, shard int64")
  assert(map:append_columns { v = values, shard = shards })
  return map
end

local DIRECT = { int64 = "%s", date = "epoch(%s) // 86400", timestamp = "epoch(%s)" }

--- The query with the number of each row's server in the column `#shard`, from 0.
local function with_shard(q, name, n)
  local scope = query.scope(q)
  local at = scope.columns[name]
  if not at then fail("push: shard_by: unknown column '%s'%s", name, suggest.phrase(name, scope.names)) end
  local quoted, direct = lexer.backquoted(name), DIRECT[scope.types[at]]
  if direct then return q:derive(("`#shard` = coalesce((%s) %% %d, 0)"):format(direct:format(quoted), n)) end
  -- both zeros are one key of a group, and on one server: -0.0 + 0 is 0.0
  local text = (scope.types[at] == "float64" and "string(%s + 0)" or "string(%s)"):format(quoted)
  local made = q:derive("`#v` = " .. text)
    :left_join(numbered(q, text, n):query():rename "`#v` = v, `#shard` = shard", "`#v`", { nulls = "equal" })
  return made:drop "`#v`"
end

--- For each slice of the rows, the rows of each server: an iterator of (server's number, query).
local function parts_of(q, n, shard_by)
  local names = {}
  for i, name in ipairs(query.scope(q).names) do names[i] = lexer.backquoted(name) end
  local list, rows = table.concat(names, ", "), q:count()
  local source = shard_by and n > 1 and with_shard(q, shard_by, n):collect():query() or q
  return coroutine.wrap(function()
    local turn = 0
    for first = 0, rows - 1, SLICE do
      local slice = source:skip(first):limit(SLICE)
      if shard_by and n > 1 then
        slice = slice:collect()
        for i = 1, n do coroutine.yield(i, slice:where("`#shard` == $1", { i - 1 }):select(list)) end
      else
        coroutine.yield(turn % n + 1, slice)
        turn = turn + 1
      end
    end
  end)
end

-- ---- sending ----

local EXISTS = ': exists = "append" puts the rows below its own, "replace" in their place'

local WHERE = { "refuse", "append", "replace" }

--- The query over rows that are here: of one that reads servers, its answer.
local function rows_here(q)
  for _, one in ipairs(q.sources) do
    if type(one) == "table" then return q:collect():query() end
  end
  return q
end

--- All servers do `step(server)`, or what it returned is given back: nil, message, code.
local function each(servers, step)
  for i, server in ipairs(servers) do
    local ok, message, code = step(server, i)
    if not ok then return nil, message, code end
  end
  return true
end

local function send_rows(db, q, options)
  local moved = 0
  for i, part in parts_of(q, #db.servers, options.shard_by) do
    local problem, code
    local n = part:csv(function(piece)
      if problem then return end
      local ok, message, why = db.servers[i]:put(piece)
      if not ok then problem, code = message, why end
    end, db.servers[i].csv_options(query.scope(q).types))
    if problem then return nil, problem, code end
    moved = moved + n
  end
  return moved
end

local function push_all(db, q, name, options)
  local scope = query.scope(q)
  local servers = db.servers
  local ok, message, code = each(servers, function(server)
    return server:begin_rows(name, scope.names, scope.types, options.exists or "refuse")
  end)
  if not ok then return nil, message .. (message:find "already exists" and EXISTS or ""), code end
  local n
  n, message, code = send_rows(db, q, options)
  if not n then return nil, message, code end
  ok, message, code = each(servers, function(server) return server:finish() end)
  if ok then ok, message, code = each(servers, function(server) return server:commit() end) end
  if not ok then return nil, message, code end
  return n
end

--- Puts the rows of a table, query or frame into the table `name` on the servers of `db`, which is made when it is
-- missing. Options: `exists`: what happens when it is there: "refuse", "append" (below its rows) or "replace";
-- `shard_by`: the column by whose value rows are given to servers (connect's shard_by tells queries of it); without it
-- they take turns. Returns how many rows, or nil, message, code: then no server has any of them.
function query:push(db, name, options)
  query.ready(self, "push")
  if type(db) ~= "table" or not getmetatable(db) or getmetatable(db).__name ~= "blotter.remote" then
    fail("push: a database of blotter.connect expected")
  end
  arguments.expect(name, "string", "push", "a table's name")
  options = arguments.options(options, { "shard_by", "exists" }, "push")
  if options.exists ~= nil then arguments.one_of(options.exists, WHERE, "push", "exists") end
  if not db.servers[1] then fail "the connection is closed" end
  local finished = false
  local guard <close> = setmetatable({}, { __close = function() -- luacheck: ignore
    if finished then return end
    for _, server in ipairs(db.servers) do server:drop() end
  end })
  local n, message, code = push_all(db, rows_here(self), name, options)
  finished = n ~= nil
  if finished then return n end
  return nil, message, code
end

return push
