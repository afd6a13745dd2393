-- What was changed after it had been added: the package as it is now, and as it was held on a day.
--
-- The table `history` has one row for each field that was corrected (revise, supersede), and one for each source that
-- was withdrawn. Rows of withdrawn sources stay in their tables; they only count no longer.

local schema = require "blotter.ops.dataset.table_schema"

local history = {}

--- The sources withdrawn by a day (nil: by now), as a set of ids.
function history.withdrawn(whole, day)
  local gone = {}
  for _, change in ipairs(whole.tables.history.rows) do
    if change.action == "withdraw" and (not day or change.date <= day) then gone[change.row] = true end
  end
  return gone
end

--- The changes of a row, or of a source and its figures, in their order; of all without an id.
function history.of(whole, id)
  local figures, list = whole.tables.figures.index, {}
  for _, change in ipairs(whole.tables.history.rows) do
    local of = change.resource == "figures" and figures[change.row] and figures[change.row].source
    if id == nil or change.row == id or of == id then list[#list + 1] = change end
  end
  return list
end

-- The changes of fields after a day, by table and key, the latest first.
local function later_changes(whole, day)
  local later = {}
  local rows = whole.tables.history.rows
  for i = #rows, 1, -1 do
    local change = rows[i]
    if change.field and change.date > day then
      later[change.resource] = later[change.resource] or {}
      local list = later[change.resource][change.row] or {}
      later[change.resource][change.row] = list
      list[#list + 1] = change
    end
  end
  return later
end

local function copy(row)
  local other = {}
  for name, value in pairs(row) do other[name] = value end
  return other
end

-- A row with the fields that it had before some changes.
local function undone(row, changes, fields)
  local other = copy(row)
  for _, change in ipairs(changes) do
    local field = fields[change.field]
    other[change.field] = change.before and field and schema.parse(field, change.before) or nil
  end
  return other
end

-- A table in which the changed rows are as they were. The others are copies too, as a model writes into its rows.
local function table_before(data, changes)
  local other = {}
  for name, value in pairs(data) do other[name] = value end
  other.rows, other.index = {}, {}
  for i, row in ipairs(data.rows) do
    local key = row[data.key_field]
    other.rows[i] = changes[key] and undone(row, changes[key], data.schema.by_name) or copy(row)
    other.index[key] = other.rows[i]
  end
  return other
end

--- The package as it was held at the end of a day: itself where nothing was changed later.
function history.before(whole, day)
  local later = later_changes(whole, day)
  if next(later) == nil then return whole end
  local other = {directory = whole.directory, descriptor = whole.descriptor, names = whole.names, tables = {}}
  for name, data in pairs(whole.tables) do other.tables[name] = data end
  for _, name in ipairs {"sources", "figures"} do
    other.tables[name] = table_before(whole.tables[name], later[name] or {})
  end
  return other
end

-- The rows of a table whose field `id` names no source withdrawn by a day (nil: by now).
local function standing(whole, name, id, day)
  local gone, rows = history.withdrawn(whole, day), whole.tables[name].rows
  if next(gone) == nil then return rows end
  local left = {}
  for _, row in ipairs(rows) do
    if not gone[row[id]] then left[#left + 1] = row end
  end
  return left
end

--- The figures that count: all of a package but those of sources withdrawn by a day (nil: by now).
function history.figures(whole, day) return standing(whole, "figures", "source", day) end

--- The sources that count, likewise.
function history.sources(whole, day) return standing(whole, "sources", "id", day) end

return history
