--- Rows from here to servers: `t:push(db, "tips", {shard_by = "id"})`.
--
-- The rows go as CSV by COPY, some thousand to each server in turn, so that all of them work at once. All servers have
-- them or none: each works in a transaction, and they commit when all have taken everything.

local arguments = require "blotter.errors.arguments"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local lexer = require "blotter.lang.lexer"
local query = require "blotter.query.verbs"
local schema = require "blotter.tables.schema"
local suggest = require "blotter.errors.suggest"

local push = {}

local SLICE = 131072 -- rows that are cut and sent at a time, where a column says to whom
local PIECE = 4 << 20 -- bytes of text; a smaller piece ends with a row

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

--- Writes the rows of q as text; `put(piece)` sends a piece: true, or nil, message, code. Returns how many rows, or
-- nil, message, code.
local function send(q, options, put)
  local problem, code
  local n = q:csv(function(piece)
    if problem then return end
    local ok, message, why = put(piece)
    if not ok then problem, code = message, why end
  end, options)
  if problem then return nil, problem, code end
  return n
end

--- The place of the first newline from `at` on that ends a row: those between quotes do not.
local function end_of_row(text, first, at)
  local quotes, seen = 0, first
  repeat
    at = text:find("\n", at, true)
    if not at then return #text end
    quotes, seen, at = quotes + select(2, text:sub(seen, at):gsub('"', "")), at + 1, at + 1
  until quotes % 2 == 0
  return at - 1
end

--- A text of whole rows in at most `n` parts of about the same length.
local function parted(text, n)
  local parts, first = {}, 1
  for i = 1, n do
    if first > #text then break end
    local last = i == n and #text or end_of_row(text, first, math.max(first, #text * i // n))
    parts[#parts + 1] = text:sub(first, last)
    first = last + 1
  end
  return parts
end

--- Gives the pieces of the rows' text to the servers by turns; of the first, which is often the only one, each gets a
-- part.
local function send_in_turns(servers, q)
  local turn, began = 1, false
  return send(q, servers[1].dialect.csv_options(query.scope(q).types), function(piece)
    local parts = not began and #piece < PIECE and parted(piece, #servers) or { piece }
    began = true
    for _, part in ipairs(parts) do
      local ok, message, code = servers[turn]:put(part)
      if not ok then return nil, message, code end
      if #piece < PIECE then turn = turn % #servers + 1 end
    end
    return true
  end)
end

--- Gives each row to the server that the value of a column says.
local function send_by(servers, q, name)
  local names, types = {}, query.scope(q).types
  for i, column in ipairs(query.scope(q).names) do names[i] = lexer.backquoted(column) end
  local list, source = table.concat(names, ", "), with_shard(q, name, #servers):collect():query()
  local rows, sent = source:count(), 0
  for first = 0, rows - 1, SLICE do
    local slice = source:skip(first):limit(SLICE):collect()
    for i, server in ipairs(servers) do
      local part = slice:where("`#shard` == $1", { i - 1 }):select(list)
      local function put(piece) return server:put(piece) end
      local n, message, code = send(part, server.dialect.csv_options(types), put)
      if not n then return nil, message, code end
      sent = sent + n
    end
  end
  return sent
end

--- Gives all rows to each server.
local function send_to_all(servers, q)
  return send(q, servers[1].dialect.csv_options(query.scope(q).types), function(piece)
    return each(servers, function(server) return server:put(piece) end)
  end)
end

--- How rows are given to servers, and the column by which: as the connection declares of the table, since its queries
-- rely on that.
local function way_of(db, name, given)
  local declared = db.shard_by[name]
  if db.replicated[name] and given then
    fail("push: shard_by: this connection declares '%s' replicated, which every server has whole", name)
  elseif given and declared and given ~= declared then
    fail("push: shard_by = '%s', but this connection declares '%s' of '%s': its queries rely on it", given, declared,
      name)
  end
  local by = given or declared
  if #db.servers == 1 then return send_in_turns end
  return db.replicated[name] and send_to_all or by and send_by or send_in_turns, by
end

--- All servers commit, one after the other. One that fails then, after others have, is told so.
local function commit_all(servers)
  local done = 0
  local ok, message, code = each(servers, function(server)
    local committed, problem, why = server:commit()
    done = done + (committed and 1 or 0)
    return committed, problem, why
  end)
  if ok or done == 0 then return ok, message, code end
  return nil, ("%s (the first %d of %d servers have their rows already)"):format(message, done, #servers), code
end

local function push_all(db, q, name, options)
  local scope = query.scope(q)
  local servers = db.servers
  local way, by = way_of(db, name, options.shard_by)
  local ok, message, code = each(servers, function(server)
    return server:begin_rows(name, scope.names, scope.types, options.exists or "refuse")
  end)
  if not ok then return nil, message .. (message:find "already exists" and EXISTS or ""), code end
  local n
  n, message, code = way(servers, q, by)
  if not n then return nil, message, code end
  ok, message, code = each(servers, function(server) return server:flush() end)
  if ok then ok, message, code = each(servers, function(server) return server:finish() end) end
  if not ok then return nil, message, code end
  ok, message, code = commit_all(servers)
  return ok and n, message, code
end

--- Raises where a date or timestamp is none that the servers know: they would keep another one for it.
local function check_days(db, q)
  local dialect, scope, asked = db.dialect, query.scope(q), {}
  local days = dialect.days
  for i, name in ipairs(days and scope.names or {}) do
    local x, kind = lexer.backquoted(name), scope.types[i]
    if kind == "date" or kind == "timestamp" then
      local also = ""
      if kind == "timestamp" and dialect.whole_seconds then also = (" or trunc(%s, 'second') ~= %s"):format(x, x) end
      asked[#asked + 1] = ("c%d = any(date(%s) < date '%s' or date(%s) > date '%s'%s)"):format(i, x, days[1], x,
        days[2], also)
    end
  end
  if not asked[1] then return end
  for name, beyond in pairs(q:agg(table.concat(asked, ", ")):first()) do
    if beyond == true then
      fail("push: column '%s': %s has no times but from %s to %s%s", scope.names[tonumber(name:sub(2))],
        db.servers[1].name, days[1], days[2], dialect.whole_seconds and ", and no fractions of a second" or "")
    end
  end
end

--- Puts the rows of a table, query or frame into the table `name` on the servers of `db`, which is made when it is
-- missing. Options: `exists`: what happens when it is there: "refuse", "append" (below its rows) or "replace";
-- `shard_by`: the column by whose value rows are given to servers; without it that which connect's shard_by declares of
-- the table (another one is refused), else they take turns; a replicated table goes to every server whole.
-- Returns how many rows, or nil, message, code: then no server has any of them, or the message says which have.
function query:push(db, name, options)
  query.ready(self, "push")
  if type(db) ~= "table" or not getmetatable(db) or getmetatable(db).__name ~= "blotter.remote" then
    fail("push: a database of blotter.connect expected")
  end
  arguments.expect(name, "string", "push", "a table's name")
  options = arguments.options(options, { "shard_by", "exists" }, "push")
  if options.exists ~= nil then arguments.one_of(options.exists, WHERE, "push", "exists") end
  if not db.servers[1] then fail "the connection is closed" end
  local q = rows_here(self)
  check_days(db, q)
  local finished = false
  local guard <close> = setmetatable({}, { __close = function() -- luacheck: ignore
    if finished then return end
    for _, server in ipairs(db.servers) do server:drop() end
  end })
  local n, message, code = push_all(db, q, name, options)
  finished = n ~= nil
  if finished then return n end
  return nil, message, code
end

return push
