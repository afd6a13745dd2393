--- A result as an aligned text table: names, types, rows, and how many rows there are.

local width = require "blotter.terminal.width"

local show = {}

local WIDEST = 48
local GAP = "  "

local RIGHT = { int64 = true, float64 = true }

local function is_right(kind)
  return RIGHT[kind] or kind:find "^decimal" ~= nil
end

--- The shortest text that reads back as the same float.
function show.float(value)
  if value ~= value then return "nan" end
  if value == math.huge then return "inf" end
  if value == -math.huge then return "-inf" end
  for digits = 15, 17 do
    local text = ("%." .. digits .. "g"):format(value)
    if tonumber(text) == value then return text end
  end
end

--- One value as it is shown; nil is null.
function show.value(value)
  if value == nil then return "null" end
  if math.type(value) == "float" then return show.float(value) end
  return width.printable(tostring(value))
end

--- How wide each column must be for its name, its type and its cells.
local function measure(columns)
  for _, column in ipairs(columns) do
    local most = math.max(width.of(column.name), #column.type)
    for i, cell in ipairs(column.cells) do
      column.cells[i] = width.cut(cell, WIDEST)
      most = math.max(most, width.of(column.cells[i]))
    end
    column.width = most
  end
end

--- How many of the columns fit into `terminal` cells, at least one.
local function fitting(columns, terminal)
  local used = 0
  for i, column in ipairs(columns) do
    used = used + column.width + (i > 1 and #GAP or 0)
    if used > terminal and i > 1 then return i - 1 end
  end
  return #columns
end

local function line(columns, n, text_of)
  local parts = {}
  for i = 1, n do parts[i] = width.pad(text_of(columns[i]), columns[i].width, is_right(columns[i].type)) end
  return (table.concat(parts, GAP):gsub("%s+$", ""))
end

local function counted(n, noun)
  local digits = tostring(n):reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
  return digits .. " " .. noun .. (n == 1 and "" or "s")
end

local function footer(columns, fits, shown, total)
  local text = counted(total, "row")
  if shown < total then text = text .. (", the first %d shown"):format(shown) end
  if fits < #columns then
    local rest = {}
    for i = fits + 1, #columns do rest[#rest + 1] = columns[i].name end
    text = text .. ("; not shown: %s"):format(table.concat(rest, ", "))
  end
  return text
end

--- The table. `columns` is a sequence of {name, type, cells}, where cells are texts of the first rows; `total` is the
-- number of rows in all, `terminal` the width to keep to.
function show.table(columns, total, terminal)
  for _, column in ipairs(columns) do column.name = width.cut(width.printable(column.name), WIDEST) end
  measure(columns)
  local fits = fitting(columns, terminal)
  local shown = columns[1] and #columns[1].cells or 0
  local lines = {
    line(columns, fits, function(c) return c.name end),
    line(columns, fits, function(c) return c.type end),
    line(columns, fits, function(c) return ("─"):rep(c.width) end),
  }
  for row = 1, shown do
    lines[#lines + 1] = line(columns, fits, function(c) return c.cells[row] end)
  end
  lines[#lines + 1] = footer(columns, fits, shown, total)
  return table.concat(lines, "\n")
end

return show
