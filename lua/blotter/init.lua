--- blotter: an embedded columnar record store and aggregation engine, and the dataset that it was made for.
--
--   blotter.open(path, options)   a database in a file        blotter.memory()    one in memory
--   blotter.table(schema)         a table in memory           blotter.csv(path)   one read from a file
--   blotter.jsonl(path)          one read from JSON lines   blotter.parquet(path)    one from Parquet files
--   blotter.arrow(path)           Arrow                       blotter.sqlite(path, table)   SQLite
--   blotter.folder(path)          the files of a folder as a database that is read
--   blotter.connect(address)      a database on a server, or on several
--   blotter.null                  null, as lua-cjson has it   blotter.operations()   the operations dataset
--   blotter.report, blotter.format, blotter.query   register a report, a format or a named query
--   blotter.build                 expressions that a program makes, without text
--
-- Settings are fields: blotter.threads (0: all the machine has), blotter.memory_limit (bytes, 0: none),
-- blotter.timeout (seconds a query may take, 0: none), blotter.progress (a function(done, total), which ends the
-- work by returning false). While something is at work, in a callback, they cannot be changed. blotter.guess (false;
-- true at the prompt) is the option of that name where a reading of CSV is not given one.

local arguments = require "blotter.errors.arguments"
local columnar = require "blotter.tables.columnar"
local core = require "blotter.core"
local database = require "blotter.tables.database"
local folder = require "blotter.tables.folder"
local fail = require "blotter.errors.fail"
local habits = require "blotter.errors.habits"
local read = require "blotter.tables.read"
local sqlite = require "blotter.tables.sqlite"
local workbooks = require "blotter.tables.workbooks"
local suggest = require "blotter.errors.suggest"
local surplus = require "blotter.errors.surplus"
local unknown = require "blotter.errors.unknown"
require "blotter.query.surface"

local blotter = {
  open = database.open,
  memory = database.memory,
  table = database.table,
  csv = read.csv,
  jsonl = read.jsonl,
  parquet = columnar.parquet,
  arrow = columnar.arrow,
  folder = folder.open,
  sqlite = sqlite.read,
  xlsx = workbooks.read,
  null = core.null,
}

core.set_functions(function() end, fail)

--- Bytes that the engine holds, and the most that it held. `reset` starts the second number anew.
function blotter.memory_used(reset)
  return core.memory(reset and "reset" or nil)
end

surplus.of(blotter, 0)

--- Parts that are read when they are first asked for.
local LATER = {
  build = function() return require("blotter.lang.build").surface end,
  query = function() return require("blotter.queries").register end,
  connect = function() return require("blotter.remote").connect end,
  operations = function() return require("blotter.ops").open end,
  report = function() return require("blotter.publish.reports").register end,
  format = function() return require("blotter.publish.formats").register end,
  release = function() return require("blotter.disclose").release end,
  attack = function() return require("blotter.disclose").attack end,
}

local SETTINGS = {
  threads = "a number of threads from 0 to 256, 0 for all of the machine",
  memory_limit = "a number of bytes, 0 for no limit", timeout = "a number of seconds, 0 for no limit",
  progress = "a function, or nil", guess = "true or false",
}

local function set(name, value)
  if name == "guess" then
    if type(value) ~= "boolean" then fail("guess: true or false expected, got %s", arguments.shown(value)) end
    read.guess = value
    return
  end
  local ok, _, refused = pcall(core.setting, name, value)
  if not ok then
    fail("%s: %s expected, got %s", name, SETTINGS[name], type(value) == "number" and value or "a " .. type(value))
  end
  if refused then fail("%s: %s", name, refused) end
end

-- A misspelt setting must not pass in silence.
local function refuse(name)
  local names = {}
  for setting in pairs(SETTINGS) do names[#names + 1] = setting end
  table.sort(names)
  fail("blotter has no setting '%s'%s", tostring(name), suggest.phrase(tostring(name), names))
end

local function field_names()
  local names = { progress = true }
  for _, set_of in ipairs { blotter, LATER, SETTINGS } do
    for name in pairs(set_of) do names[name] = true end
  end
  return names
end

return setmetatable(blotter, {
  names = field_names, -- for completion
  __tostring = function()
    return ("blotter: %d threads, %d bytes held; csv, jsonl, parquet, arrow, sqlite, table, open, memory, "
      .. "operations make tables")
      :format(core.setting "threads", (core.memory()))
  end,
  __index = function(self, name)
    if name == "guess" then return read.guess end
    if SETTINGS[name] then return core.setting(name) end
    local later = LATER[name]
    if not later then
      if type(name) ~= "string" or name:find "^_" then return nil end
      fail("%s", unknown.message("blotter", name, field_names(), habits.module))
    end
    local value = later()
    rawset(self, name, value)
    return value
  end,
  __newindex = function(_, name, value)
    if not SETTINGS[name] then refuse(name) end
    return set(name, value)
  end,
})
