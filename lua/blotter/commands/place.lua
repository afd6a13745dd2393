--- Places on the command line: a file such as `tips.csv`, `tips.jsonl.gz` or `tips.parquet`, or a table of a database,
-- `db.blt:tips`.

local core = require "blotter.core"
local ending = require "blotter.tables.ending"
local folder = require "blotter.tables.folder"
local frames = require "blotter.publish.frames"
local reading = require "blotter.commands.reading_options"
local several = require "blotter.tables.several"
local shared = require "blotter.commands.shared"

local place = {}

--- The database's path and the table's name, or nil when `text` is no such place.
function place.split(text)
  return text:match "^(.+%.[bB][lL][tT]):([^:/]+)$"
end

--- The path of an SQLite file and the name of a table in it, or nil.
function place.split_sqlite(text)
  local path, name = text:match "^(.+):([^:/]+)$"
  if path and ending.kind(path) == "sqlite" then return path, name end
end

--- The path of a folder and the name of a table in it, or nil.
function place.split_folder(text)
  local path, name = text:match "^(.+):([^:/]+)$"
  if path and several.below(path) then return path, name end
end

--- Opens the database at `path`.
function place.open(path, options)
  local db, message = require("blotter").open(path, options)
  if not db then shared.stop(shared.REFUSED, message) end
  return db
end

--- The table of that name, or the end of the command with the names that there are.
function place.table(db, name)
  local names = db:tables()
  for _, known in ipairs(names) do
    if known == name then
      local rows, message = shared.blame_user(shared.REFUSED, "", function() return db:table(name) end)
      return rows or shared.stop(shared.REFUSED, message)
    end
  end
  local phrase = require("blotter.errors.suggest").phrase(name, names)
  shared.stop(shared.REFUSED, ("no table '%s'%s"):format(name, phrase))
end

-- Files that are not taken for rows of text by the ends of their names.
local BINARY = "neither CSV nor JSON lines nor Parquet nor Arrow nor SQLite "
  .. "(.csv, .jsonl, .parquet, .arrow, .sqlite)"
local WORKBOOK = "a workbook, which is written and not read: save the sheet as CSV"
local JSON = BINARY .. "; if it holds one object a line, add --as jsonl"
local PACKED = "compressed in a way that is neither read nor written (.gz and .zst are)"
local OTHER = { blt = "a database: name a table of it, as %s:table", json = JSON, xlsx = WORKBOOK, xls = WORKBOOK,
  ods = WORKBOOK, orc = BINARY, avro = BINARY, duckdb = BINARY, pdf = BINARY, zip = PACKED, bz2 = PACKED, xz = PACKED,
  lz4 = PACKED, br = PACKED, ["7z"] = PACKED, tar = PACKED, tgz = PACKED }

-- What all files of a folder are, or the end of the command.
local function kind_below(path, kinds)
  local kind = next(kinds)
  if kind and not next(kinds, kind) then return kind end
  if not kind then shared.stop(shared.REFUSED, path .. ": a folder without a file of rows") end
  shared.stop(shared.REFUSED, ("%s: has files of several kinds: name a table of it, as %s:table, or say by --as which "
    .. "files are meant"):format(path, (path:gsub("/+$", ""))))
end

--- What a file is, "csv", "jsonl", "parquet", "arrow" or "sqlite": as told, or by the end of its name, or of the names
-- of all files below a folder. The end of a file of another kind ends the command.
function place.kind(path, told)
  if told then return told end
  local below = several.below(path)
  if below then return kind_below(path, below) end
  local other = OTHER[ending.of(path) or ""]
  if other then shared.stop(shared.USAGE, ("%s is " .. other):format(path, path)) end
  return ending.kind(path)
end

--- The option that says what a file is, for commands that read one.
function place.kind_option(command)
  command:option("--as", "What the file is, csv, jsonl, parquet, arrow or sqlite (default: by its name).")
    :argname "<kind>":choices { "csv", "jsonl", "parquet", "arrow", "sqlite" }
end

--- Options of commands that read a file: what it is, and how it is read.
function place.options(command)
  place.kind_option(command)
  reading.options(command)
end

-- What a source is, for the options of reading: a table of a folder is what its files are, a folder of several tables
-- what the first of these is.
local function kind_of_source(text, args)
  if place.split(text) or ending.of(text) == "blt" then return "blt" end
  local path, name = place.split_folder(text)
  local db = not args.as and folder.open(path or text)
  if not db then return place.kind(place.split_sqlite(text) or text, args.as) end
  return folder.kind(db, name or db:tables()[1]) or place.kind(text, args.as)
end

--- Ends the command, before anything is read, when an option of reading is about none of its sources.
function place.check(args, sources)
  local kinds = {}
  for i, text in ipairs(sources) do
    kinds[i] = kind_of_source(text, args)
  end
  reading.check(args, sources, kinds)
end

--- The rows of a file, or of a table of an SQLite file, and what is known of reading it. `more.schema`: only the
-- columns are of interest, and those that cannot be read are left out of files of columns.
local function read_file(text, args, more)
  local file, name = place.split_sqlite(text)
  local kind = place.kind(file or text, args.as)
  local options = reading.of(args, kind, text)
  local columnar = kind == "parquet" or kind == "arrow"
  if columnar and more.schema then options.skip = true end
  local rows, info = shared.blame_user(shared.REFUSED, "", function()
    if kind == "sqlite" then return require("blotter").sqlite(file or text, name, options) end
    if columnar and more.schema then return require("blotter.tables.columnar").schema(kind, text, options) end
    return require("blotter")[kind](text, options)
  end)
  if not rows then shared.stop(shared.REFUSED, kind ~= "jsonl" and reading.advice(info) or info) end
  reading.show_rejects(info)
  return rows, info
end

--- The folder as a database whose files are read as the command line says.
local function open_folder(path, args, text)
  local options = {}
  for _, kind in ipairs { "csv", "jsonl", "parquet", "arrow" } do options[kind] = reading.of(args, kind, text) end
  local db, message = folder.open(path, options)
  return db or shared.stop(shared.REFUSED, message)
end

--- The rows of a table of a database (and the database), or of a file, read as the command line says.
function place.rows(text, args)
  local path, name = place.split(text)
  if path then
    local db = place.open(path, { readonly = true })
    return place.table(db, name), db
  end
  path, name = place.split_folder(text)
  if path then return place.table(open_folder(path, args, text), name) end
  return (read_file(text, args, {}))
end

-- A folder of several tables, not one of the parts of one: those lie in folders called column=value.
local function is_database(text, args)
  if args.as or not several.below(text) then return false end
  for _, name in ipairs(open_folder(text, args, text):tables()) do
    if not name:find "=" then return true end
  end
  return false
end

--- Calls `take` with the name and the columns of every table of a database, or of the one table, or with nil, those of
-- a file and what is known of reading them, as tables, of which some have rows; columns that cannot be read are left
-- out, which is known then.
function place.each(text, args, take)
  if ending.of(text) == "blt" then
    local db <close> = place.open(text, { readonly = true })
    for _, name in ipairs(db:tables()) do take(name, db:table(name)) end
  elseif is_database(text, args) then
    local db = open_folder(text, args, text)
    for _, name in ipairs(db:tables()) do take(name, place.table(db, name)) end
  elseif place.split(text) or place.split_folder(text) then
    take(nil, place.rows(text, args))
  elseif not place.split_sqlite(text) and place.kind(text, args.as) == "sqlite" then
    local names, message = core.sqlite_tables(text)
    if not names then shared.stop(shared.REFUSED, message) end
    for _, name in ipairs(names) do take(name, (read_file(text .. ":" .. name, args, {}))) end
  else
    take(nil, read_file(text, args, { schema = true }))
  end
end

--- The formats in which an answer is written as the rows that it is; the others are those of documents.
place.formats = { csv = true, jsonl = true, parquet = true, arrow = true, sqlite = true, text = true }

--- Writes rows (a table, query or frame) to a file, or to standard output for "-"; returns how many.
function place.write(rows, path, kind, progress)
  local file, name = place.split_sqlite(path)
  if kind == "sqlite" and not file then
    shared.stop(shared.USAGE, ("%s: name the table: %s:table"):format(path, path))
  end
  local count, message = shared.blame_user(shared.REFUSED, "", function()
    if kind == "sqlite" then return rows:sqlite(file, name, { progress = progress }) end
    return rows[kind](rows, path, { progress = progress })
  end)
  if not count then shared.stop(shared.REFUSED, message) end
  return count
end

--- Writes an answer (a table or a frame) in --format where --output says: as its rows, as the table that the prompt
-- prints, or as a document of one table. Returns how many rows there are.
function place.deliver(answer, args, progress)
  local path = args.output or "-"
  if place.formats[args.format] and args.format ~= "text" and not shared.is_folder(path) then
    return place.write(answer, path, args.format, progress)
  end
  local frame = answer:query():collect()
  if args.format == "text" then
    shared.write(frame:show(#frame) .. "\n", args)
  else
    shared.deliver(frames.document(frame), args)
  end
  return #frame
end

return place
