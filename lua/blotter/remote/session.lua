--- One connection to a PostgreSQL server. It waits in steps of some milliseconds, so that Ctrl-C ends a query (and the
-- server's part of it), and it reconnects when the server closed it while nothing ran: `stale` says that the last
-- statement failed because the connection had been lost, before the server said anything.
--
-- What the server sends is CSV, which blotter's own reader makes a table of: whole, or none.

local address = require "blotter.remote.address"
local catalogue = require "blotter.remote.far_columns"
local core = require "blotter.core"
local guarded = require "blotter.remote.guarded"
local postgresql = require "blotter.remote.dialects.postgresql"
local received = require "blotter.remote.received"
local statement = require "blotter.remote.statement"

local session = { dialect = postgresql }
session.__index = session

local STEP = 50 -- milliseconds
local CONNECT_SECONDS = 20
local QUEUE = 4 << 20 -- bytes of rows that wait here for a server, while others are served

--- What every connection says first: the texts that blotter reads do not depend on the server's settings.
local SETTINGS = "SET client_encoding = 'UTF8'; SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; "
  .. "SET extra_float_digits = 1; SET standard_conforming_strings = on"

-- ---- connecting ----

--- The time at which the work in hand has taken too long: by blotter.timeout, or never.
local function deadline()
  local seconds = core.setting "timeout"
  return seconds > 0 and core.clock() + seconds or math.huge
end

function session:message(text)
  local at = text:find(catalogue.CHANGED, 1, true)
  if at then text = text:match('^[^"\n]*', at) end
  return address.message(self.at, text)
end

--- Lets the connection go: what runs there is cancelled.
function session:drop()
  local link = self.link
  self.link = nil
  if link then link:close() end
end

function session:connect()
  local link, message, code = core.pq_open(self.at.url)
  if not link then return nil, self:message(message), code end
  local guard <close> = setmetatable({}, { __close = function() -- luacheck: ignore
    if link ~= self.link then link:close() end
  end })
  local until_then = math.min(deadline(), core.clock() + CONNECT_SECONDS)
  repeat
    local done
    done, message, code = link:connect(STEP)
    if done == nil then return nil, self:message(message), code end
    if not done and core.clock() > until_then then return nil, self:message "the server does not answer", "timeout" end
  until done
  self.link = link
  return true
end

--- A connection to the server at `url`, or nil, message, code.
function session.open(url)
  local at, problem = address.read(url)
  if not at then return nil, problem, "format" end
  local made = setmetatable({ at = at, name = at.name, moved = 0, queued = 0 }, session)
  local ok, message, code = made:connect()
  if ok then ok, message, code = made:run(SETTINGS) end
  if not ok then return nil, message, code end
  return made
end

-- ---- statements ----

--- Sends a statement; reconnects first when the connection was lost while nothing ran.
function session:send(sql, lines)
  if self.link and self.link:state() == "busy" then -- from a callback of the query that runs
    return nil, self:message "busy: the connection answers another query", "busy"
  end
  self.used = self.link ~= nil -- by a statement before: it may have been lost since
  if not self.link or self.link:state() ~= "idle" then
    self.used = false
    self:drop()
    local ok, message, code = self:connect()
    if not ok then return nil, message, code end
    sql = sql:gsub("^ROLLBACK; ", "")
    sql = SETTINGS .. "; " .. sql
  end
  local ok, message, code = self.link:send(sql, lines)
  if not ok then
    self.stale = self.used and self.link:state() == "broken"
    return nil, self:message(message), code
  end
  self.sent, self.deadline = sql, deadline()
  return true
end

--- The COPY of a query of so many columns. A null of the only column must not be a blank line, nor an empty text.
function session.copy(sql, columns)
  return ("COPY (%s) TO STDOUT WITH (FORMAT csv%s)"):format(sql, columns == 1 and ", NULL '\\N', FORCE_QUOTE *" or "")
end

--- The time that a statement may take there: the server's own limit stays when it is shorter.
local LIMIT = "SELECT set_config('statement_timeout', '%d', true) FROM pg_settings WHERE name = 'statement_timeout' "
  .. "AND (setting::bigint = 0 OR setting::bigint > %d)"

--- Sends a query whose answer `receive` takes: in a transaction that only reads, after the statements `checks`, which
-- fail when the query is about something else now.
function session:start(text, parameters, columns, checks)
  local sql = statement.render(text, parameters, function(_, parameter) return postgresql.inline(parameter) end)
  local seconds = core.setting "timeout"
  local parts = { self.aborted and "ROLLBACK; BEGIN READ ONLY" or "BEGIN READ ONLY" }
  if seconds > 0 then parts[2] = LIMIT:gsub("%%d", tostring(math.max(1, math.ceil(seconds * 1000)))) end
  for _, check in ipairs(checks) do parts[#parts + 1] = check end
  parts[#parts + 1] = session.copy(sql, columns)
  parts[#parts + 1] = "COMMIT"
  self.aborted = true -- until the answer was whole
  return self:send(table.concat(parts, "; "))
end

--- Waits for the next event but "wait": event and piece, or nil, message, code.
function session:next()
  while true do
    local event, piece, code = self.link:receive(STEP)
    if event == nil then
      local broken = self.link:state() == "broken"
      self.stale = broken and self.used
      if broken then self:drop() end
      return nil, self:message(piece), code
    end
    if event ~= "wait" then
      self.used = false
      return event, piece
    end
    if core.clock() > self.deadline + 1 then
      self:drop()
      return nil, self:message "time limit passed", "timeout"
    end
  end
end

--- Does `work()`, which changes nothing there until the server has answered; once more when the connection turns out to
-- have been lost before.
function session:twice(work)
  self.stale = false
  local results = table.pack(work())
  if results[1] == nil and self.stale then return work() end
  return table.unpack(results, 1, results.n)
end

local function run(self, sql)
  local ok, message, code = self:send(sql)
  if not ok then return nil, message, code end
  while true do
    local event, problem, why = self:next()
    if event == nil then return nil, problem, why end
    if event == "done" then return true end
    if event == "feed" then self.link:finish "no rows were expected" end
  end
end

--- Runs statements whose rows nobody wants: true, or nil, message, code.
function session:run(sql)
  return guarded(self, run, sql)
end

-- ---- answers ----

--- The next piece of COPY's text, nil at its end, and the problem {message, code} of the server, if it has one.
local function next_piece(self)
  local event, piece, code = self:next()
  if event == "done" then return nil end
  if event ~= "data" then return nil, { message = piece or "the server asks for rows", code = code or "io" } end
  self.moved = self.moved + #piece
  return piece
end

local function receive(self, names, types)
  return received.table(function() return next_piece(self) end, names, types, #names == 1 and "\\N" or "",
    function(message) return self:message(message) end)
end

--- Reads the answer of the COPY … TO STDOUT that was sent, as a core table with these columns; or nil, message, code.
function session:receive(names, types)
  local made, message, code = guarded(self, receive, names, types)
  self.aborted = not made
  return made, message, code
end

--- How many rows the server expects a query to have, or nil.
function session:expected(text, parameters)
  local sql = statement.render(text, parameters, function(_, parameter) return postgresql.inline(parameter) end)
  local plan = self:twice(function()
    if not self:send((self.aborted and "ROLLBACK; " or "") .. "EXPLAIN " .. sql, true) then return nil end
    self.aborted = false
    local pieces = {}
    repeat
      local event, piece = guarded(self, self.next)
      pieces[#pieces + 1] = event == "data" and piece or nil
    until event == "done" or event == nil
    return pieces[1] and table.concat(pieces)
  end)
  return plan and math.tointeger(tonumber(plan:match "rows=(%d+)"))
end

-- ---- rows to the server ----

--- Sends what was put, for at most so many milliseconds: whether all is on its way. A problem is kept, for a connection
-- that is lost only says so once.
local function send_some(self, ms)
  if self.problem then return nil, table.unpack(self.problem) end
  local done, message, code = self.link:flush(ms)
  if done == nil then
    self.problem = { self:message(message), code }
    return nil, table.unpack(self.problem)
  end
  if done then self.queued = 0 end
  return done
end

--- Sends all that was put. Meanwhile what waits for other servers goes on its way, too.
function session:flush()
  repeat
    local done, message, code = send_some(self, STEP // 10)
    if done == nil then return nil, message, code end
    for _, peer in ipairs(done and {} or self.peers or {}) do
      if peer ~= self and peer.link and peer.queued > 0 then send_some(peer, 0) end
    end
  until done
  return true
end

--- Sends statements of which the last one is a COPY … FROM STDIN.
local function begin_copy(self, parts)
  return self:twice(function()
    self.aborted, self.queued, self.problem = true, 0, nil
    local ok, message, code = self:send(table.concat(parts, "; "))
    if not ok then return nil, message, code end
    local event
    event, message, code = guarded(self, self.next)
    if event == "feed" then return true end
    return nil, message, code
  end)
end

--- Names of columns as SQL, and with their types.
local function columns_of(names, types)
  local columns, known = {}, {}
  for i, column in ipairs(names) do
    known[i] = postgresql.quote(column)
    columns[i] = known[i] .. " " .. postgresql.type_name(types[i])
  end
  return table.concat(known, ", "), table.concat(columns, ", ")
end

--- Begins a transaction in which rows are put into a table, which is made unless it is there. `exists`: "refuse",
-- "append" or "replace".
function session:begin_rows(name, names, types, exists)
  local known, columns = columns_of(names, types)
  local target = postgresql.quoted(name)
  local parts = { self.aborted and "ROLLBACK; BEGIN" or "BEGIN" }
  if exists == "replace" then parts[#parts + 1] = "DROP TABLE IF EXISTS " .. target end
  parts[#parts + 1] = ("CREATE TABLE %s%s (%s)"):format(exists == "append" and "IF NOT EXISTS " or "", target,
    columns)
  parts[#parts + 1] = ("COPY %s (%s) FROM STDIN WITH (FORMAT csv)"):format(target, known)
  return begin_copy(self, parts)
end

--- Ends that transaction: true, or nil, message, code.
function session:commit()
  local ok, message, code = self:run "COMMIT"
  self.aborted = not ok
  return ok, message, code
end

--- Sends a piece of the COPY … FROM STDIN that runs.
function session:put(text)
  if self.problem then return nil, table.unpack(self.problem) end
  local ok, message, code = self.link:put(text)
  if not ok then return nil, self:message(message), code end
  self.moved = self.moved + #text
  self.queued = self.queued + #text
  return self.queued < QUEUE or self:flush()
end

--- Ends it: true, or nil, message, code. With `problem` the server takes none of the rows.
function session:finish(problem)
  local ok, message, code = self.link:finish(problem)
  if not ok then return nil, self:message(message), code end
  ok, message, code = self:flush()
  if not ok then return nil, message, code end
  repeat
    local event
    event, message, code = self:next()
    if event == nil then return nil, message, code end
  until event == "done"
  return self:run "SET CONSTRAINTS ALL IMMEDIATE" -- what is only checked at the end is checked before others commit
end

-- ---- rows lent to a query ----

local function lend(self, loan)
  local known, columns = columns_of(loan.names, loan.types)
  local target = postgresql.lent(loan.name)
  local ok, message, code = begin_copy(self, { self.aborted and "ROLLBACK; BEGIN" or "BEGIN",
    ("CREATE TEMPORARY TABLE %s (%s)"):format(postgresql.quote(loan.name), columns),
    ("COPY %s (%s) FROM STDIN WITH (FORMAT csv)"):format(target, known) })
  if not ok then return nil, message, code end
  local frame = require "blotter.query.frame"
  local problem
  frame.new(loan.answer):csv(function(piece)
    if not problem then
      ok, message, code = self:put(piece)
      problem = not ok
    end
  end, postgresql.csv_options(loan.types))
  if problem then return nil, message, code end
  ok, message, code = self:finish()
  if not ok then return nil, message, code end
  return self:commit()
end

--- Makes a temporary table of rows from here, for one statement; `take_back` drops it.
function session:lend(loan)
  return guarded(self, lend, loan)
end

function session:take_back(loan)
  return self:run("DROP TABLE " .. postgresql.lent(loan.name))
end

--- What the server says of its tables: see far_columns.lua.
function session:tables()
  return catalogue.tables(self)
end

function session:columns(name, types)
  return catalogue.columns(self, name, types)
end

--- The statement that fails when the table has other columns than it had.
function session.check(_, far)
  return catalogue.check(far.name, far.fingerprint)
end

return session
