--- One ClickHouse server behind its HTTP interface: the same calls as session.lua.
--
-- The server is asked to send its answer only when it is whole (wait_end_of_query), so that an error in the middle is
-- an error, and the status says which. It has no transactions: rows that are pushed go into a table beside the one that
-- is meant, which takes its name at the end.

local address = require "blotter.remote.address"
local core = require "blotter.core"
local decimal = require "blotter.lang.decimal"
local fail = require "blotter.errors.fail"
local guarded = require "blotter.remote.guarded"
local received = require "blotter.remote.received"
local statement = require "blotter.remote.statement"
local suggest = require "blotter.errors.suggest"
local terms = require "blotter.remote.dialects.clickhouse_terms"

local session = {}
session.__index = session

local STEP = 50 -- milliseconds
local QUEUE = 4 << 20 -- bytes of rows that are sent at once

--- The dialects of ClickHouse, by the version from which a server knows it.
local DIALECTS = { { from = 25, name = "clickhouse" }, { from = 18.16, name = "clickhouse18" } }

-- ---- requests ----

local function encoded(text)
  return (text:gsub("[^%w_.~-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

local PARAMETERS = { "cafile", "secure" }

--- What an address such as clickhouse://user:password@host:8123/database?secure=1 says, or nil and what is wrong.
-- `cafile` is a file of certificates that the server's may be signed with, instead of the system's.
local function read_url(url)
  local at, problem = address.read(url)
  if not at then return nil, problem end
  local given = {}
  for _, one in ipairs(at.parameters) do
    if one.name ~= "secure" and one.name ~= "cafile" then
      return nil, ("%s: unknown parameter '%s'%s"):format(at.name, one.name, suggest.phrase(one.name, PARAMETERS))
    end
    given[one.name] = one.value
  end
  local secure, host = given.secure == "1", at.hosts
  if not host:find ":%d+$" then host = host .. (secure and ":8443" or ":8123") end
  at.base, at.cafile = (secure and "https://" or "http://") .. host .. "/", given.cafile
  return at
end

local function deadline()
  local seconds = core.setting "timeout"
  return seconds > 0 and core.clock() + seconds or math.huge
end

function session:message(text)
  return address.message(self.at, text)
end

--- Lets the connection go: what runs there is cancelled, because nobody reads it.
function session:drop()
  local link = self.link
  self.link, self.reply = nil, nil
  if link then link:close() end
end

local function target_of(self, query)
  if not self.version then return self.at.base end -- which settings it knows is not known yet
  local seconds = core.setting "timeout"
  local parts = { "wait_end_of_query=1", self.dialect.request_settings }
  if self.at.database ~= "" then parts[#parts + 1] = "database=" .. encoded(self.at.database) end
  if seconds > 0 then parts[#parts + 1] = "max_execution_time=" .. decimal("%g", math.max(seconds, 0.001)) end
  if query then parts[#parts + 1] = "query=" .. encoded(query) end
  return self.at.base .. "?" .. table.concat(parts, "&")
end

--- Sends a statement; with `query` that stands in the address, and the body is its rows.
local function post(self, body, query)
  if not self.link then
    local link, message, code = core.http_open(self.at.cafile)
    if not link then return nil, self:message(message), code end
    self.link = link
  end
  local headers = { "Content-Type: text/plain" }
  if self.at.user ~= "" then headers[#headers + 1] = "X-ClickHouse-User: " .. self.at.user end
  if self.at.password ~= "" then headers[#headers + 1] = "X-ClickHouse-Key: " .. self.at.password end
  self.deadline = deadline()
  local ok, message, code = self.link:post(target_of(self, query), body, table.unpack(headers))
  if not ok then return nil, self:message(message), code end
  self.reply = { pieces = {} }
  return true
end

--- Waits `ms` milliseconds for more of the answer: pieces, and at its end the status or the problem.
local function step(self, ms)
  local reply = self.reply
  local event, piece, code = self.link:receive(ms)
  if event == nil then
    reply.problem, reply.code = piece, code
  elseif event == "data" then
    reply.pieces[#reply.pieces + 1] = piece
  elseif event == "done" then
    reply.status = piece
  elseif core.clock() > self.deadline + 1 then
    reply.problem, reply.code = "time limit passed", "timeout"
  end
end

local function is_waiting(self)
  local reply = self.reply
  return reply and self.link and not reply.status and not reply.problem
end

--- Takes the whole answer: its pieces, or nil, message, code. Meanwhile the requests of `peers` go on.
local function answer_of(self)
  local peers = self.peers or {}
  while is_waiting(self) do
    step(self, #peers > 1 and STEP // 5 or STEP)
    for _, peer in ipairs(peers) do
      if peer ~= self and is_waiting(peer) then step(peer, 0) end
    end
  end
  local reply = self.reply
  self.reply = nil
  if not reply then return nil, self:message "the connection was closed", "io" end
  if reply.problem or not reply.status then
    self:drop()
    return nil, self:message(reply.problem or "the connection was closed"), reply.code or "io"
  end
  if reply.status == 200 then return reply.pieces end
  local text = table.concat(reply.pieces)
  local limit = text:find("TIMEOUT_EXCEEDED", 1, true) or text:find "^Code: 159[,.]" -- as old servers say it
  return nil, self:message(("%s (status %d)"):format(text:sub(1, 400), reply.status)), limit and "timeout" or "io"
end

local function ask(self, body, query)
  local ok, message, code = post(self, body, query)
  if not ok then return nil, message, code end
  return answer_of(self)
end

--- Runs a statement whose rows nobody wants: true, or nil, message, code.
function session:run(sql)
  local pieces, message, code = guarded(self, ask, sql)
  return pieces and true, message, code
end

local function dialect_of(version)
  local number = tonumber(version:match "^%d+%.%d+")
  for _, one in ipairs(DIALECTS) do
    if number >= one.from then return require("blotter.remote.dialects." .. one.name) end
  end
end

--- A connection to the server at `url`, or nil, message, code. Its `dialect` is what a server of its version knows.
function session.open(url)
  local at, problem = read_url(url)
  if not at then return nil, problem, "format" end
  local made = setmetatable({ at = at, name = at.name, moved = 0 }, session)
  local pieces, message, code = guarded(made, ask, "SELECT version() FORMAT TabSeparated")
  if not pieces then return nil, message, code end
  made.version = table.concat(pieces):match "^%d+%.%d[%d.]*%s*$"
  made.dialect = made.version and dialect_of(made.version)
  if not made.dialect then
    made:drop()
    local what = made.version and ("ClickHouse %s is too old: %s or later is needed"):format(made.version:match "%S+",
      DIALECTS[#DIALECTS].from) or "what answers there is no ClickHouse"
    return nil, made:message(what), "io"
  end
  return made
end

-- ---- queries ----

local function table_of(self, pieces, names, types)
  for _, piece in ipairs(pieces) do self.moved = self.moved + #piece end
  local at = 0
  return received.table(function()
    at = at + 1
    return pieces[at]
  end, names, types, "\\N", function(message) return self:message(message) end)
end

local function query(self, sql, names, types)
  local pieces, message, code = guarded(self, ask, sql .. " FORMAT CSV")
  if not pieces then return nil, message, code end
  return table_of(self, pieces, names, types)
end

--- Sends a query whose answer `receive` takes, after the checks, which give 1 while its tables are what they were.
function session:start(text, parameters, _, checks)
  for _, check in ipairs(checks) do
    local answer, message, code = query(self, check, { "same" }, { "int64" })
    if not answer then return nil, message, code end
    if core.values(answer, 1)[1] ~= 1 then
      return nil, self:message "a table's columns are others now, call db:table again", "type"
    end
  end
  local sql = statement.render(text, parameters, function(_, parameter) return self.dialect.inline(parameter) end)
  return post(self, sql .. " FORMAT CSV")
end

function session:receive(names, types)
  local pieces, message, code = guarded(self, answer_of)
  if not pieces then return nil, message, code end
  return table_of(self, pieces, names, types)
end

--- ClickHouse does not say how many rows a query will have.
function session.expected()
  return nil
end

-- ---- tables ----

local function text(value) return terms.inline { type = "string", value = value } end

local function place_of(name)
  local database, own = name:match "^([^.]+)%.(.+)$"
  return ("database = %s AND table = %s"):format(database and text(database) or "currentDatabase()", text(own or name))
end

--- Columns come in their order; old servers, which give them so, do not number them.
local function columns_text(self, what, name)
  return ("SELECT %s FROM system.columns WHERE %s%s"):format(what, place_of(name), self.dialect.columns_order)
end

local FINGERPRINT = "arrayStringConcat(groupArray(concat(name, ' ', type)), ',')"

function session:check(far)
  return ("SELECT %s = %s FROM (%s)"):format(FINGERPRINT, text(far.fingerprint), columns_text(self, "name, type",
    far.name))
end

function session:tables()
  local answer, message, code = query(self, "SELECT name FROM system.tables WHERE database = currentDatabase() "
    .. "ORDER BY name", { "name" }, { "string" })
  if not answer then return nil, message, code end
  local names = core.values(answer, 1)
  names.n = nil
  return names
end

--- Whether rows of its own are in a table of this engine: not those of a view, or of other servers.
local function is_stored(engine)
  return engine:find "MergeTree$" or engine:find "Log$" or engine == "Memory"
end

--- The engine of a table, nil without one; or false, message, code.
local function engine_of(self, name)
  local answer, message, code = query(self, "SELECT engine FROM system.tables WHERE "
    .. place_of(name):gsub("table =", "name ="), { "engine" }, { "string" })
  if not answer then return false, message, code end
  return core.values(answer, 1)[1]
end

--- The columns of a table: see far_columns.lua. `elsewhere`: its rows are in other tables, perhaps on other servers.
function session:columns(name, types)
  local answer, message, code = query(self, columns_text(self, "name, type", name), { "name", "type" },
    { "string", "string" })
  if not answer then return nil, message, code end
  local names, kinds = core.values(answer, 1), core.values(answer, 2)
  if names.n == 0 then
    fail("unknown table '%s' on %s%s", name, self.name, suggest.phrase(name, self:tables() or {}))
  end
  local columns, prints, given = {}, {}, types or {}
  for i = 1, names.n do
    local column = terms.quote(names[i])
    local kind, sql = self.dialect.read_type(kinds[i], column)
    if given[names[i]] then kind, sql = given[names[i]], self.dialect.cast(column, given[names[i]]) end
    if given[names[i]] ~= false and not kind then
      fail("table '%s': column '%s' is %s on %s, which has no type here: say {types = {%s = \"decimal(18,2)\"}} (or "
        .. "another type), or {types = {%s = false}} to leave it out", name, names[i], kinds[i], self.name, names[i],
        names[i])
    end
    prints[i] = names[i] .. " " .. kinds[i]
    if given[names[i]] ~= false then columns[#columns + 1] = { name = names[i], type = kind, sql = sql } end
  end
  columns.fingerprint = table.concat(prints, ",")
  local engine
  engine, message, code = engine_of(self, name)
  if engine == false then return nil, message, code end
  columns.elsewhere = not is_stored(engine or "")
  return columns
end

-- ---- rows to the server ----

--- The columns of a table that is made, and their names.
local function made_columns(self, names, types)
  local columns, quoted = {}, {}
  for i, column in ipairs(names) do
    quoted[i] = terms.quote(column)
    columns[i] = ("%s Nullable(%s)"):format(quoted[i], self.dialect.column_type(types[i]))
  end
  return table.concat(columns, ", "), table.concat(quoted, ", ")
end

--- Whether rows may be put into the table, and in which way: `there` says whether it is.
local function look_at_target(self, name, exists)
  local engine, message, code = engine_of(self, name)
  if engine == false then return nil, message, code end
  self.there = engine ~= nil
  if engine and exists == "refuse" then
    return nil, self:message("table " .. self.target .. " already exists"), "name"
  end
  if engine and exists == "replace" and not is_stored(engine) then
    return nil, self:message(("table %s is a %s, whose rows are elsewhere: it is not replaced"):format(self.target,
      engine)), "type"
  end
  return true
end

--- Makes a table beside the one that is meant, into which rows are put. `exists`: "refuse", "append" or "replace".
function session:begin_rows(name, names, types, exists)
  local columns
  columns, self.listed = made_columns(self, names, types)
  self.target, self.exists = terms.quoted(name), exists
  self.beside, self.old = terms.quoted(name .. " (coming)"), terms.quoted(name .. " (going)")
  local ok, message, code = look_at_target(self, name, exists)
  for _, one in ipairs(ok and { self.beside, self.old } or {}) do
    if ok then ok, message, code = self:run("DROP TABLE IF EXISTS " .. one) end
  end
  if not ok then return nil, message, code end
  return self:run(("CREATE TABLE %s (%s) ENGINE = MergeTree ORDER BY tuple()"):format(self.beside, columns))
end

local function send_queue(self)
  local body = table.concat(self.queue or {})
  self.queue, self.queued = {}, 0
  if body == "" then return true end
  local pieces, message, code = guarded(self, ask, body, ("INSERT INTO %s FORMAT CSV"):format(self.beside))
  return pieces and true, message, code
end

function session:flush()
  return send_queue(self)
end

function session:put(piece)
  self.queue, self.queued = self.queue or {}, (self.queued or 0) + #piece
  self.queue[#self.queue + 1] = piece
  self.moved = self.moved + #piece
  return self.queued < QUEUE or send_queue(self)
end

session.finish = session.flush

local function last_steps(self)
  if self.there and self.exists == "append" then
    return { ("INSERT INTO %s (%s) SELECT %s FROM %s"):format(self.target, self.listed, self.listed, self.beside),
      "DROP TABLE " .. self.beside }
  end
  if not self.there then return { ("RENAME TABLE %s TO %s"):format(self.beside, self.target) } end
  return { ("RENAME TABLE %s TO %s, %s TO %s"):format(self.target, self.old, self.beside, self.target),
    "DROP TABLE " .. self.old }
end

--- The rows take their place.
function session:commit()
  for _, sql in ipairs(last_steps(self)) do
    local ok, message, code = self:run(sql)
    if not ok then return nil, message, code end
  end
  return true
end

return session
