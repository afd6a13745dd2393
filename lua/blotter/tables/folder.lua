--- The files of a folder as a database that is only read: a table for each file of rows, and for each folder of such
-- files, which are its parts. A table is read when it is first asked for; Parquet files stay where they are.
--
--   db = blotter.folder "shop"        shop/orders.parquet, shop/customers.csv, shop/visits/2024-01.jsonl …
--   db:tables()                       {"customers", "orders", "visits"}
--   db:table "orders":by "customer":agg "n = count()"

local arguments = require "blotter.errors.arguments"
local counted = require "blotter.lang.counted"
local ending = require "blotter.tables.ending"
local fail = require "blotter.errors.fail"
local several = require "blotter.tables.several"
local suggest = require "blotter.errors.suggest"
local unknown = require "blotter.errors.unknown"

local folder = {}

local KINDS = { "csv", "jsonl", "parquet", "arrow" }

local methods = {}
local Folder = { __name = "blotter.folder", __index = setmetatable(methods, { __index = unknown.handler(methods, {
  what = "a folder", habits = {}, private = { collect = true },
  otherwise = ": it is only read; a table of it is db:table \"name\"" }) }) }

-- What lies in a folder, its entries by their names, and the paths of each; kept apart from what a user sees.
local inside = setmetatable({}, { __mode = "k" })

--- Puts a file below `path` to the file or the folder there that it belongs to.
local function put(found, path, file, kind)
  local name = file:sub(#path + 2):match "^[^/]+"
  local entry = found[name]
  if not entry then
    local is_file = file == path .. "/" .. name
    entry = { name = name, path = path .. "/" .. name, kind = kind, files = {}, is_file = is_file,
      stem = is_file and ending.stem(name) or name }
    found[name], found[#found + 1] = entry, entry
  end
  entry.mixed = entry.mixed or entry.kind ~= kind
  table.insert(entry.files, file)
end

--- The files and folders of rows right in the folder; nil when it is none.
local function listed(path)
  local kinds, found = several.below(path), {}
  for _, kind in ipairs(kinds and KINDS or {}) do
    for _, file in ipairs(kinds[kind] or {}) do put(found, path, file, kind) end
  end
  return kinds and found
end

--- Entries by the names of their tables: a file's without its endings, unless two would have the same.
local function named(entries)
  local count, by_name, names = {}, {}, {}
  for _, entry in ipairs(entries) do count[entry.stem] = (count[entry.stem] or 0) + 1 end
  for _, entry in ipairs(entries) do
    local name = count[entry.stem] > 1 and entry.name or entry.stem
    by_name[name], names[#names + 1] = entry, name
  end
  table.sort(names)
  return by_name, names
end

--- Opens the folder. Options: for each kind of files (csv, jsonl, parquet, arrow) those of its reading. Returns the
-- database; or nil, a message and a code.
function folder.open(path, options)
  if type(path) ~= "string" or path == "" or path:find("\0", 1, true) then
    fail("folder: the path of a folder expected, got %s", type(path) == "string" and ("%q"):format(path)
      or arguments.kind(path))
  end
  options = arguments.options(options, KINDS, "folder")
  for kind, given in pairs(options) do arguments.expect(given, "table", "folder: " .. kind, "a table of options") end
  local trimmed = path:gsub("(.)/+$", "%1")
  local found = listed(trimmed)
  if not found then return nil, ("%s: there is no such folder"):format(path), "io" end
  local by_name, names = named(found)
  local db = setmetatable({}, Folder)
  inside[db] = { path = path, options = options, entries = by_name, names = names, read = {} }
  return db
end

--- The names of the tables, sorted.
function methods.tables(db)
  return table.move(inside[db].names, 1, #inside[db].names, 1, {})
end

--- What the files of a table hold, "csv" for one; nil when there is no such table, or its files are of several kinds.
function folder.kind(db, name)
  local entry = inside[db].entries[name]
  return entry and not entry.mixed and entry.kind or nil
end

local function read(entry, options)
  if entry.mixed then
    return nil, ("%s: its files are of several kinds: read those that are meant by a pattern"):format(entry.path),
      "format"
  end
  return require("blotter")[entry.kind](entry.is_file and entry.path or entry.files, options)
end

--- The table of that name, the same each time. Returns it and what is known of reading it; or nil, a message and a
-- code. Raises when there is none.
function methods.table(db, name)
  local this = inside[db]
  if type(name) ~= "string" then fail("table: a table's name expected, got %s", arguments.kind(name)) end
  local entry = this.entries[name]
  if not entry then fail("unknown table '%s'%s", name, suggest.phrase(name, this.names)) end
  local known = this.read[name]
  if not known then
    local rows, info, code = read(entry, this.options[entry.kind])
    if not rows then return nil, info, code end
    known = { rows, info }
    this.read[name] = known
  end
  return known[1], known[2]
end

--- The query that was registered by that name (blotter.query), over these tables.
function methods.query(db, name, params)
  return require("blotter.queries").build(name, db, params)
end

function Folder.__tostring(db)
  local this = inside[db]
  local lines = { "blotter.folder: " .. this.path }
  for _, name in ipairs(this.names) do
    local entry = this.entries[name]
    lines[#lines + 1] = ("  %s: %s"):format(name, entry.is_file and entry.path
      or ("%s in %s"):format(counted(#entry.files, "file"), entry.path))
  end
  return table.concat(lines, "\n")
end

return folder
