--- Databases and their tables as a Lua user meets them: what the core gives, with names, texts and transactions.

local arguments = require "blotter.errors.arguments"
local core = require "blotter.core"
local counted = require "blotter.lang.counted"
local fail = require "blotter.errors.fail"
local parser = require "blotter.lang.parser"
local query = require "blotter.query.verbs"
local near_file = require "blotter.tables.near_file"
local read = require "blotter.tables.read"
local plan = require "blotter.query.plan"
local schema = require "blotter.tables.schema"
local show = require "blotter.terminal.show"
local suggest = require "blotter.errors.suggest"

local database = {}

local db_methods = core.db_class.__index
local table_methods = core.table_class.__index
core.db_class.__name = "blotter.db"

--- Handles that were given out, by database and name, so that a table is the same value each time. After a rollback
-- the name may stand for another table, so each is looked at again.
local handles = setmetatable({}, { __mode = "k" })

local function known_handles(db)
  local known = handles[db]
  if not known then
    known = setmetatable({}, { __mode = "v" })
    handles[db] = known
  end
  return known
end

local function check_name(name, verb)
  if type(name) ~= "string" then fail("%s: a table's name expected, got a %s", verb, type(name)) end
  if name:find("\0", 1, true) then fail("%s: a table's name must not contain a zero byte", verb) end
  return name
end

-- ---- databases ----

local OPEN_OPTIONS = { "readonly", "must_exist", "timeout" }

--- Opens a file, making it when it is missing. Options: readonly, must_exist, timeout (seconds to wait for another
-- writer, none by default). Returns the database, or nil, a message and a code.
function database.open(path, options)
  if type(path) ~= "string" then fail("open: a path expected, got %s", arguments.kind(path)) end
  if path == "" or path:find("\0", 1, true) then fail("open: a path expected, got %q", path) end
  options = arguments.options(options, OPEN_OPTIONS, "open")
  local timeout = options.timeout or 0
  if math.type(timeout) == nil or timeout < 0 or timeout ~= timeout then
    fail("open: timeout: seconds expected, got %s", timeout)
  end
  return near_file.told(path, "open", core.open(path, options.readonly, options.must_exist, timeout))
end

--- A database in memory.
function database.memory()
  return core.memory_db()
end

--- A table in memory that belongs to no database.
function database.table(given)
  return core.table(schema.read(given))
end

--- Makes a table. `given` is a text such as "id int64 key, country string required, price decimal(9,2)", or a table.
function db_methods.create(db, name, given)
  local made, message, code = core.create(db, check_name(name, "create"), schema.read(given))
  if made then known_handles(db)[name] = made end
  return made, message, code
end

--- The table of that name. Raises when there is none: db:tables() tells which there are.
function db_methods.table(db, name)
  check_name(name, "table")
  local known = known_handles(db)
  local handle = core.find(db, name, known[name])
  if not handle then fail("unknown table '%s'%s", name, suggest.phrase(name, db:tables())) end
  known[name] = handle
  return handle
end

--- Takes a table out of the database. Returns true, or nil, a message and a code.
function db_methods.drop(db, name)
  local dropped, message, code = core.drop(db, check_name(name, "drop"))
  if dropped then known_handles(db)[name] = nil end
  return dropped, message, code
end

--- Puts a query's answer, a frame or a table without a database into this one as table `name`.
function db_methods.save(db, name, what)
  local handle = what
  if not core.is_table(what) then
    if type(what) ~= "table" or not what.collect then fail("save: a query, frame or table expected") end
    handle = plan.run(what.query and what:query() or what)
  end
  local done, message, code = core.adopt(db, check_name(name, "save"), handle)
  if not done then return nil, message, code end
  return db:table(name)
end

--- Reads CSV, or JSON lines by the path's end, into a new table `name`, with the options of blotter.csv. Returns the
-- table and what is known of the reading, or nil, a message and a code: then there is no such table.
function db_methods.import(db, name, from, options)
  check_name(name, "import")
  local handle, info, code = read.into(db, name, from, options)
  if not handle then return nil, info, code end
  known_handles(db)[name] = handle
  return handle, info
end

--- Rolls back, also when rows of a query that nobody wants any more are still held. Returns true, or nil and a message
-- that says that the transaction is still open.
local function undo(db)
  if not db:is_open() or not db:in_transaction() then return true end
  if db:rollback() then return true end
  collectgarbage()
  local back, message = db:rollback()
  if back then return true end
  return nil, ("the transaction is still open, because it could not be rolled back: %s"):format(message)
end

--- An error value with what `undo` said, when it says anything and the value is a message.
local function with_problem(reason, problem)
  return problem and type(reason) == "string" and reason .. "\n" .. problem or reason
end

--- Calls `body(db)`, in which what is refused raises, with pcall's results.
local function strictly(db, body)
  core.strict(db, true)
  local results = table.pack(pcall(body, db))
  core.strict(db, false)
  return results
end

--- The query that was registered by that name (blotter.query), over this database; `params` are its parameters by name.
function db_methods.query(db, name, params)
  return require("blotter.queries").build(name, db, params)
end

--- Runs `body(db)` in a transaction: commits when it returns, rolls back when it raises (and raises again) or returns
-- false or nil with a message. Changes that are refused raise in it. Returns what `body` returns, or true.
function db_methods.transaction(db, body)
  if type(body) ~= "function" then fail("transaction: a function expected, got %s", tostring(body)) end
  local begun, message, code = db:begin()
  if not begun then return nil, message, code end
  local results = strictly(db, body)
  local gave_up = results[1] and results.n >= 3 and not results[2]
  if not results[1] or gave_up then
    local back, problem = undo(db)
    if not results[1] then error(with_problem(results[2], problem), 0) end
    if not back then return nil, problem, "busy" end
    return table.unpack(results, 2, results.n)
  end
  local done
  done, message, code = db:commit()
  if not done then
    local _, problem = undo(db)
    return nil, with_problem(message, problem), code
  end
  if results.n == 1 then return true end
  return table.unpack(results, 2, results.n)
end

function core.db_class.__tostring(db)
  if not db:is_open() then return "blotter.db: closed" end
  local lines = { ("blotter.db: %s"):format(db:info().path or "in memory") }
  for _, name in ipairs(db:tables()) do
    local handle = db:table(name)
    local names = table.concat((core.columns(handle)), ", ")
    lines[#lines + 1] = ("  %s: %s of %s"):format(name, counted(#handle, "row"), names)
  end
  return table.concat(lines, "\n")
end

-- ---- tables ----

--- The schema in the form that create takes.
function table_methods.schema(t)
  local names, types, required = core.columns(t)
  return schema.of(names, types, required, core.keys(t))
end

local STATS = { "name", "type", "nulls", "min", "max", "distinct", "bytes", "blocks" }

--- {rows, bytes, columns}, and of each column bounds, nulls and encodings; prints as a table. Of a damaged file nil.
function table_methods.stats(t)
  local stats, message, code = core.stats(t)
  if not stats then return nil, message, code end
  return setmetatable(stats, { __tostring = function(self)
    return ("%s, %s\n%s"):format(counted(self.rows, "row"), counted(self.bytes, "byte"),
      show.records(self.columns, STATS))
  end })
end

table_methods.bytes = core.bytes

--- Every invariant of the table: true, or nil and a message.
function table_methods.check(t)
  return core.validate(t)
end

--- The query of rows that a change is about.
local function affected(t, where, params, verb)
  if where == nil then fail([[%s: a condition expected; "true" stands for all rows]], verb) end
  return t:query():where(where, params)
end

--- Deletes the rows for which the condition is true. Returns how many, or nil, a message and a code.
function table_methods.delete(t, where, params)
  return plan.change(affected(t, where, params, "delete"), core.delete, t)
end

--- `changes` as a list: a text is one, a table {name = value} becomes one with parameters.
local function change_items(changes, params)
  if type(changes) == "string" then return parser.list(changes), arguments.parameters(params, "update") end
  if type(changes) ~= "table" then fail("update: changes are a text such as \"n = n + 1\" or a table {n = 5}") end
  local names, items = {}, {}
  for name in pairs(changes) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do
    local node = { kind = "parameter", name = name, text = "$" .. name, first = 1, last = #name + 1, depth = 1,
      uses = {}, calls = {}, size = 1 }
    items[i] = { name = name, node = node, named = true, text = name, first = 1, last = #name }
  end
  return items, arguments.parameters(changes, "update")
end

local NEVER_TEXT = { int64 = true, float64 = true, bool = true }

--- In a table of changes a text is a value; somebody may have meant an expression.
local function check_text(item, value)
  if type(value) ~= "string" or not NEVER_TEXT[item.type] then return end
  fail("update: column '%s' is %s, got the text '%s'; an expression is written update(where, \"%s = …\")", item.name,
    item.type, value, item.name)
end

--- Gives the rows for which the condition is true new values: "n = n + 1, seen = true", or {n = 5}. Returns how many,
-- or nil, a message and a code.
function table_methods.update(t, where, changes, params)
  if changes == nil and type(where) == "string" and where:find "^%s*[`%w_]+%s*=[^=]" then
    fail("update: the condition stands first: t:update(\"n > 5\", \"%s\"), or t:update(\"true\", …) for all rows",
      where)
  end
  local q = affected(t, where, params, "update")
  local items, values = change_items(changes, params)
  local names, types = core.columns(t)
  local type_of = {}
  for i, name in ipairs(names) do type_of[name] = types[i] end
  for _, item in ipairs(items) do
    if item.star or not item.named then fail("update: each change is written name = expression") end
    item.type = type_of[item.name]
    if not item.type then fail("update: unknown column '%s'%s", item.name, suggest.phrase(item.name, names)) end
    if type(changes) == "table" then check_text(item, changes[item.name]) end
  end
  local changed, message, code = query.cast(q, items, values)
  if not changed then return nil, message, code end
  return plan.change(changed, core.update, t)
end

return database
