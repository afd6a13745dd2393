--- A result: a read-only table in memory, to be read, printed, written, or queried again.

local arguments = require "blotter.errors.arguments"
local core = require "blotter.core"
local counted = require "blotter.lang.counted"
local fail = require "blotter.errors.fail"
local query = require "blotter.query.verbs"
local show = require "blotter.terminal.show"
local suggest = require "blotter.errors.suggest"

local frame = {}
frame.__index = frame
frame.__name = "blotter.frame"

--- How many rows a table printed at the prompt shows.
frame.SHOWN = 20

--- A frame over a core table that nobody changes.
function frame.new(handle)
  return setmetatable({ handle = handle, names = (core.columns(handle)) }, frame)
end

--- Number of a column by name or number.
local function column_number(f, which, verb)
  if math.type(which) == "integer" and f.names[which] then return which end
  for i, name in ipairs(f.names) do
    if name == which then return i end
  end
  fail("%s: unknown column '%s'%s", verb, tostring(which), suggest.phrase(tostring(which), f.names))
end

--- How many rows there are: also `#frame`.
function frame:count()
  return #self.handle
end

frame.__len = frame.count

--- Columns in order: a sequence of {name, type}.
function frame:columns()
  local _, types = core.columns(self.handle)
  local columns = {}
  for i, name in ipairs(self.names) do columns[i] = { name = name, type = types[i] } end
  return show.printing(columns, { "name", "type" })
end

--- For loops: `for i, row in frame:rows() do`. A row is a table by column name, without the columns that are null.
function frame:rows()
  return core.iterate(self.handle, self.names)
end

--- Row `i` as a table by column name, nil when there is none.
function frame:row(i)
  if not math.tointeger(i) then fail("row: a row's number expected, got %s", tostring(i)) end
  return core.row(self.handle, math.tointeger(i), self.names)
end

--- The first row, nil when there is none.
function frame:first()
  return self:row(1)
end

--- All rows, a sequence with `n`.
function frame:totable()
  local rows = { n = #self }
  for i, row in self:rows() do rows[i] = row end
  return rows
end

--- The values of a column (name or number, the first one by default): a sequence with `n`, nil for null.
function frame:values(column)
  return core.values(self.handle, column_number(self, column or 1, "values"))
end

--- The only value of a frame of one row and one column.
function frame:value()
  if #self.names ~= 1 or #self ~= 1 then
    fail("value: one row of one column expected, got %s of %s", counted(#self, "row"), counted(#self.names, "column"))
  end
  return core.values(self.handle, 1)[1]
end

--- The first `most` rows (all by default) as exact texts, by column: {name, type, cells}, "null" for null.
function frame:texts(most)
  local columns = self:columns()
  for i, column in ipairs(columns) do
    local cells = core.texts(self.handle, i, 1, most)
    for row = 1, cells.n do cells[row] = show.value(cells[row]) end
    column.cells = cells
  end
  return columns
end

--- How many rows to show, or a refusal of what is no number.
function frame.check_shown(most, width)
  for _, given in ipairs { most or frame.SHOWN, width or 80 } do
    if not math.tointeger(given) or type(given) == "string" or given < 0 then
      fail("show: rows, and cells of a line, as numbers expected, got %s: t:show(50), t:show(#t)",
        arguments.shown(given))
    end
  end
  return most or frame.SHOWN
end

--- An aligned table of the first `most` rows, at most `width` cells wide (those of the terminal by default). `rows` is
-- how many rows there are, when this frame has not all of them.
function frame:show(most, width, rows)
  width = width or core.terminal() or tonumber(os.getenv "COLUMNS") or 100
  return show.table(self:texts(frame.check_shown(most, width)), rows or #self, width, show.colour)
end

frame.__tostring = function(f) return f:show() end

--- A query over this result.
function frame:query()
  return query.over(self.handle)
end

--- Itself: so that what takes a query takes a frame too.
function frame:collect()
  return self
end

return frame
