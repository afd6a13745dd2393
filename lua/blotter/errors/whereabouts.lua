--- Where in its tables a value stands that a query could not convert: the engine converts each different text once, and
-- knows no row of it.

local core = require "blotter.core"
local lexer = require "blotter.lang.lexer"

--- The first row of a table whose column has that text, or nil.
local function row_of(handle, name, value)
  local query = require "blotter.query.verbs"
  local found = query.over(handle):window { derive = "row = row_number()" }
    :where(("%s == $value"):format(lexer.backquoted(name)), { value = value }):select "row":limit(1):collect():first()
  return found and found.row
end

--- Columns of text that have the value, each {name, row}.
local function columns_with(handle, value)
  local found = {}
  local names, types = core.columns(handle)
  for i, name in ipairs(names) do
    local row = types[i] == "string" and name ~= "row" and row_of(handle, name, value)
    if row then found[#found + 1] = { name, row } end
  end
  return found
end

--- What stands behind the message of a query over `sources` that a text is no number or date: the column and the first
-- row that have it, when only one column does; otherwise nothing.
return function(sources, message)
  local value = message:match "^'(.-)' is no "
  if not value then return "" end
  local all = {}
  for _, handle in ipairs(sources) do
    local ok, found = pcall(columns_with, handle, value)
    if ok then table.move(found, 1, #found, #all + 1, all) end
  end
  if #all ~= 1 then return "" end
  return (" (column '%s', row %d; try_int64(s) and the like give null there)"):format(all[1][1], all[1][2])
end
