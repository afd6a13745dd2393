--- Databases on servers: `blotter.connect "postgresql://…"`, or several of them that share the rows of their tables.
--
--   db:table(name)   a query over all rows of a table there, which takes every verb and runs there
--   db:tables()      names of tables        db:close()   lets the connections go
--
-- A table on a server is a source of queries like a table in memory: its scan is made of an empty table with the same
-- columns, and the query's sources hold what is here (`far`): db, name, from, columns, fingerprint.

local arguments = require "blotter.errors.arguments"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local habits = require "blotter.errors.habits"
local query = require "blotter.query.verbs"
local schema = require "blotter.tables.schema"
local suggest = require "blotter.errors.suggest"
local unknown = require "blotter.errors.unknown"

local remote = {}

local SCHEMES = {
  postgresql = "blotter.remote.session", postgres = "blotter.remote.session",
  clickhouse = "blotter.remote.http_session",
}

local database = {}
database.__name = "blotter.remote"

-- ---- connecting ----

--- The module of connections to servers of an address's scheme.
local function session_of(url)
  arguments.expect(url, "string", "connect", 'an address such as "postgresql://user@host/name"')
  local name = url:match "^(%a[%w+.-]*)://"
  local scheme = SCHEMES[name or ""]
  if scheme then return scheme end
  local names = {}
  for known in pairs(SCHEMES) do names[#names + 1] = known end
  table.sort(names)
  fail("connect: an address begins with %s%s", table.concat(names, ":// or ") .. "://",
    name and suggest.phrase(name, names) or "")
end

local OPTIONS = { "table", "shard_by", "replicated", "move" }

local function read_target(target)
  if type(target) == "string" then return { target }, {} end
  if type(target) ~= "table" or #target == 0 then
    fail('connect: an address such as "postgresql://user@host/name" expected, or several: {"postgresql://a/x", '
      .. '"postgresql://b/x"}')
  end
  local urls, options = {}, {}
  for key, value in pairs(target) do
    if math.type(key) then urls[key] = value else options[key] = value end
  end
  return urls, arguments.options(options, OPTIONS, "connect")
end

local function set_of(names)
  local set = {}
  for _, name in ipairs(type(names) == "table" and names or { names }) do set[name] = true end
  return set
end

--- Connects to a server, or to several that share the rows of their tables. Options beside the addresses: `table` (a
-- table, or several, that must be there), `shard_by = {tips = "id"}` (the column by whose value rows were given to
-- servers: what groups or joins by it needs no other server), `replicated = {"areas"}` (tables that every server has
-- whole), `move` (rows that a query may bring here to go on with them, a million). Returns nil, message, code when a
-- server can not be reached.
function remote.connect(target)
  local urls, options = read_target(target)
  local db = setmetatable({ servers = {}, shard_by = options.shard_by or {}, replicated = set_of(options.replicated),
    move = options.move or 1000000, known = {} }, database)
  local sessions, places = {}, {}
  for i, url in ipairs(urls) do
    if places[url] then fail("connect: address %d is that of %d: its rows would count twice", i, places[url]) end
    places[url] = i
  end
  for i, url in ipairs(urls) do sessions[i] = session_of(url) end
  for i, url in ipairs(urls) do
    if sessions[i] ~= sessions[1] then fail "connect: all servers are of one kind" end
    local made, message, code = require(sessions[i]).open(url)
    if made and made.dialect ~= (db.dialect or made.dialect) then
      made:drop()
      made, message, code = nil, ("%s is much older or newer than %s"):format(made.name, db.servers[1].name), "type"
    end
    if not made then
      database.__index.close(db)
      return nil, message, code
    end
    db.servers[i], made.peers, db.dialect = made, db.servers, made.dialect
  end
  for name in pairs(set_of(options.table)) do db:table(name) end
  return db
end

-- ---- databases ----

local methods = {}

--- Lets the connections go; what runs there is cancelled.
function methods:close()
  for _, server in ipairs(self.servers) do server:drop() end
  self.servers = {}
end

local function servers_of(db)
  if not db.servers[1] then fail "the connection is closed" end
  return db.servers
end

--- Names of the tables that every server has.
function methods:tables()
  local counts, names, servers = {}, {}, servers_of(self)
  for _, server in ipairs(servers) do
    local found, message = server:tables()
    if not found then fail("%s", message) end
    for _, name in ipairs(found) do counts[name] = (counts[name] or 0) + 1 end
  end
  for name, n in pairs(counts) do
    if n == #servers then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

--- What all servers say of a table; they must agree.
local function columns_of(db, name, types)
  local columns
  for _, server in ipairs(servers_of(db)) do
    local found, message = server:columns(name, types)
    if not found then fail("%s", message) end
    if columns and found.fingerprint ~= columns.fingerprint then
      fail("table '%s' has other columns on %s than on %s", name, server.name, db.servers[1].name)
    end
    columns = columns or found
  end
  return columns
end

local function far_of(db, name, columns)
  local far = { db = db, dialect = db.dialect, name = name, from = db.dialect.quoted(name), columns = {},
    fingerprint = columns.fingerprint, parts = columns.parts, elsewhere = columns.elsewhere,
    replicated = db.replicated[name], shard_by = db.shard_by[name] }
  local known = {}
  for i, column in ipairs(columns) do
    far.columns[i] = column.sql
    known[column.name] = true
    known[i] = column.name
  end
  if far.shard_by and not known[far.shard_by] then
    fail("connect: shard_by: table '%s' has no column '%s'%s", name, far.shard_by, suggest.phrase(far.shard_by, known))
  end
  return far
end

--- Types as the user gives them, by column: each is one of blotter's, or false.
local function check_types(types)
  for name, kind in pairs(types or {}) do
    local known = kind == false or pcall(function() return core.table(schema.read { { name = "x", type = kind } }) end)
    if not known then
      fail("table: types: column '%s': unknown type '%s'", tostring(name), tostring(kind))
    end
  end
  return types
end

--- The query of all rows of a table there. `options.types`: types for columns, {total = "decimal(18,2)"}, whose own
-- type blotter does not have; false leaves one out.
function methods:table(name, options)
  arguments.expect(name, "string", "table", "a table's name")
  options = arguments.options(options, { "types" }, "table")
  local columns = columns_of(self, name, check_types(options.types))
  local plain = {}
  for i, column in ipairs(columns) do plain[i] = { name = column.name, type = column.type } end
  if not plain[1] then fail("table '%s' has no columns", name) end
  local q = query.over(core.table(schema.read(plain)))
  q.sources[1] = far_of(self, name, columns)
  return q
end

database.__index = setmetatable(methods, { __index = unknown.handler(methods, { what = "a database on servers",
  habits = habits.database, private = { dialect = true, collect = true, query = true },
  otherwise = ": a table of it is db:table \"name\"" }) })
database.__close = methods.close
database.__gc = methods.close

function database:__tostring()
  local lines = {}
  for i, server in ipairs(self.servers) do lines[i] = "  " .. server.name end
  if not lines[1] then return "blotter.remote: closed" end
  return ("blotter.remote: %d server%s\n%s"):format(#lines, #lines == 1 and "" or "s", table.concat(lines, "\n"))
end

return remote
