--- Places on the command line: `tips.csv`, or a table of a database as `db.blt:tips`.

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
  local phrase = require("blotter.lang.suggest").phrase(name, names)
  shared.stop(shared.REFUSED, ("no table '%s'%s"):format(name, phrase))
end

return place
