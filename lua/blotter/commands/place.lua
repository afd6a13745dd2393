--- Places on the command line: a file such as `tips.csv` or `tips.jsonl.gz`, or a table of a database, `db.blt:tips`.

local shared = require "blotter.commands.shared"

local place = {}

--- The database's path and the table's name, or nil when `text` is no such place.
function place.split(text)
  return text:match "^(.+%.blt):([^:/]+)$"
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
    if known == name then return db:table(name) end
  end
  local phrase = require("blotter.errors.suggest").phrase(name, names)
  shared.stop(shared.REFUSED, ("no table '%s'%s"):format(name, phrase))
end

-- Files that are not taken for rows of text by the ends of their names.
local BINARY = "neither CSV nor JSON lines (.csv, .jsonl)"
local OTHER = { blt = "a database: name a table of it, as %s:table", json = BINARY, xlsx = BINARY, xls = BINARY,
  ods = BINARY, parquet = BINARY, arrow = BINARY }

--- What a file's text is, "csv" or "jsonl": as told, or by the end of its name. The end of a file of another kind ends
-- the command.
function place.kind(path, told)
  if told then return told end
  local plain = path:gsub("%.gz$", ""):gsub("%.zst$", "")
  local ending = plain:match "%.(%w+)$"
  if OTHER[ending] then shared.stop(shared.USAGE, ("%s is " .. OTHER[ending]):format(path, path)) end
  return (ending == "jsonl" or ending == "ndjson") and "jsonl" or "csv"
end

--- The rows of a table of a database (and the database), or of a file, read with `progress` as blotter.csv takes it.
function place.rows(text, told, progress)
  local path, name = place.split(text)
  if path then
    local db = place.open(path, { readonly = true })
    return place.table(db, name), db
  end
  local rows, message = require("blotter")[place.kind(text, told)](text, { progress = progress })
  if not rows then shared.stop(shared.REFUSED, message) end
  return rows
end

--- Writes rows (a table, query or frame) to a file, or to standard output for "-"; returns how many.
function place.write(rows, path, kind, progress)
  local count, message = rows[kind](rows, path, { progress = progress })
  if not count then shared.stop(shared.REFUSED, message) end
  return count
end

return place
