--- Tables of SQLite files, in and out, by SQLite's own library.

local arguments = require "blotter.errors.arguments"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local near_file = require "blotter.tables.near_file"
local progress = require "blotter.terminal.progress"
local suggest = require "blotter.errors.suggest"

local sqlite = {}

local READ_OPTIONS = { "table", "types", "binary", "progress" }
local WRITE_OPTIONS = { "mode", "progress" }

local function check_path(path, verb)
  if type(path) ~= "string" or path == "" then
    fail("%s: the path of an SQLite file expected, got %s", verb,
      path == "" and "an empty text" or "a " .. type(path))
  end
end

--- The table that is meant; nil and a message when none is named and there are several or none.
local function find_table(path, name, verb)
  local names, message, code = core.sqlite_tables(path)
  if not names then return near_file.told(path, "sqlite", nil, message, code) end
  if name then
    for _, known in ipairs(names) do
      if known:lower() == name:lower() then return name end
    end
    fail("%s: %s: there is no table '%s'%s", verb, path, name, suggest.phrase(name, names))
  end
  if #names == 1 then return names[1] end
  if #names == 0 then return nil, ("%s: there is no table in it"):format(path), "name" end
  return nil, ("%s: there are several tables, name one: %s"):format(path, table.concat(names, ", ")), "name"
end

local function run(path, name, options, verb, db, new_name)
  check_path(path, verb)
  if type(name) == "table" and options == nil then name, options = nil, name end
  local given = arguments.options(options, READ_OPTIONS, verb)
  name = name or given.table
  if name ~= nil and type(name) ~= "string" then fail("%s: a table's name expected, got a %s", verb, type(name)) end
  if given.binary ~= nil and given.binary ~= "string" and given.binary ~= "refuse" then
    fail("%s: binary: \"string\" or \"refuse\" expected, got %s", verb, tostring(given.binary))
  end
  local found, problem, kind = find_table(path, name, verb)
  if not found then return nil, problem, kind end
  local shown, line <close> = progress.shown(given, path, 0) -- luacheck: ignore line
  local rows, message, code = core.sqlite_read(path, found,
    { types = given.types, binary = given.binary == "string", progress = shown.progress }, db, new_name)
  if not rows then return nil, message, code end
  return rows, { rows = #rows, table = found }
end

--- Reads a table or a view of an SQLite file; the name may be left out when there is one. Returns the table and
-- {rows, table}; or nil, a message and a code. Options: types {column = "string"} (what the column is declared as, or
-- else what its values are), binary "refuse" ("string": blobs are read as they are), progress as in read.csv.
function sqlite.read(path, name, options)
  return run(path, name, options, "sqlite")
end

--- Reads into a new table of a database; the option `table` names the one of the file.
function sqlite.into(db, name, path, options)
  return run(path, nil, options or {}, "import", db, name)
end

--- Writes the rows as a table of an SQLite file, which is made when it is missing: all of them or none. Returns how
-- many; or nil, a message and a code. Options: mode "new" (the table must not be there), "replace" or "append",
-- progress.
function sqlite.write(frame, path, name, options)
  check_path(path, "sqlite")
  if type(name) ~= "string" or name == "" then
    fail("sqlite: the name of a table expected after the path, got %s", name == "" and "an empty text" or type(name))
  end
  local given = arguments.options(options, WRITE_OPTIONS, "sqlite")
  local mode = given.mode or "new"
  if mode ~= "new" and mode ~= "replace" and mode ~= "append" then
    fail("sqlite: mode: \"new\", \"replace\" or \"append\" expected, got %s", tostring(given.mode))
  end
  local shown, line <close> = progress.shown(given, path, 1) -- luacheck: ignore line
  return core.sqlite_write(frame.handle, #frame.names, path, name, { mode = mode, progress = shown.progress })
end

return sqlite
