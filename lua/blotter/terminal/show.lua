--- A result as an aligned text table: names, types, rows, and how many rows there are.

local counted = require "blotter.lang.counted"
local decimal = require "blotter.lang.decimal"
local width = require "blotter.terminal.width"

local show = {}

--- Whether tables are printed with colours: the prompt and the command say so where the terminal has them.
show.colour = false

local WIDEST, NARROWEST = 48, 12
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
    local text = decimal("%." .. digits .. "g", value)
    if tonumber(text) == value then return text end
  end
end

local NOISE = 3 -- digits, at the least, that a float's text loses when it is rounded

--- The text of a float as a person reads it: 253527.56 of 253527.56000000003, whose last digits come from adding up.
local function readable(exact)
  local value = #exact > 15 + NOISE - 1 and tonumber(exact)
  local short = value and decimal("%.15g", value)
  return short and #exact - #short >= NOISE and short or exact
end

--- One value as it is shown; nil is null.
function show.value(value)
  if value == nil then return "null" end
  if math.type(value) == "float" then return show.float(value) end
  return width.printable(tostring(value))
end

--- How wide each column is by its name, its type and its cells; texts are at most WIDEST.
local function measure(columns)
  for _, column in ipairs(columns) do
    local most = math.max(width.of(column.name), #column.type)
    for _, cell in ipairs(column.cells) do most = math.max(most, width.of(cell)) end
    column.width = math.min(most, WIDEST)
  end
end

--- The widest column of text that may become narrower, or nil.
local function shrinkable(columns)
  local widest
  for _, column in ipairs(columns) do
    local text = column.type == "string" and column.width > NARROWEST
    if text and (not widest or column.width > widest.width) then widest = column end
  end
  return widest
end

--- Takes from texts what all columns together are wider than the terminal, from the widest first.
local function shrink(columns, terminal)
  local over = -#GAP - terminal
  for _, column in ipairs(columns) do over = over + column.width + #GAP end
  while over > 0 do
    local column = shrinkable(columns)
    if not column then return end
    column.width, over = column.width - 1, over - 1
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

local DIM, NUMBER, PLAIN = "\27[2m", "\27[36m", "\27[0m"

--- A cell with its colour: nulls are dim, numbers stand out.
local function coloured(cell, column)
  if cell:find "^%s*null%s*$" then return DIM .. cell .. PLAIN end
  return is_right(column.type) and NUMBER .. cell .. PLAIN or cell
end

local function line(columns, n, text_of, colour)
  local parts = {}
  for i = 1, n do
    local column = columns[i]
    local cell = width.pad(width.cut(text_of(column), column.width), column.width, is_right(column.type))
    if i == n then cell = width.trimmed(cell) end
    parts[i] = colour and coloured(cell, column) or cell
  end
  return width.trimmed(table.concat(parts, GAP))
end

--- The names of the columns from `first` on, as many as fit into `room` cells, and how many more there are.
local function rest_of(columns, first, room)
  local text = columns[first].name
  for i = first + 1, #columns do
    local longer, left = text .. ", " .. columns[i].name, #columns - i
    if width.of(longer) + (left > 0 and 14 or 0) > room then return ("%s and %d more"):format(text, left + 1) end
    text = longer
  end
  return text
end

local function footer(columns, fits, shown, total, terminal)
  local text = counted(total, "row")
  if shown < total then text = text .. (", the first %d shown"):format(shown) end
  if fits == #columns then return text end
  text = text .. "; not shown: "
  return text .. rest_of(columns, fits + 1, terminal - #text)
end

--- The table. `columns` is a sequence of {name, type, cells}, where cells are texts of the first rows; `total` is the
-- number of rows in all, `terminal` the width to keep to: texts become narrower first, then columns are left out.
-- `colour`: with the escapes of a terminal.
function show.table(columns, total, terminal, colour)
  for _, column in ipairs(columns) do
    column.name = width.cut(width.printable(column.name), WIDEST)
    for row, cell in ipairs(column.type == "float64" and column.cells or {}) do column.cells[row] = readable(cell) end
  end
  measure(columns)
  shrink(columns, terminal)
  local fits = fitting(columns, terminal)
  local shown = columns[1] and #columns[1].cells or 0
  local lines = {
    line(columns, fits, function(c) return c.name end),
    line(columns, fits, function(c) return c.type end),
    line(columns, fits, function(c) return ("─"):rep(c.width) end),
  }
  for row = 1, shown do
    lines[#lines + 1] = line(columns, fits, function(c) return c.cells[row] end, colour)
  end
  lines[#lines + 1] = footer(columns, fits, shown, total, terminal)
  return table.concat(lines, "\n")
end

--- One field of a record as a text; a table of counts is its words with their counts.
local function field_text(record, name)
  local value = record[name]
  if value == nil then return "" end
  if type(value) ~= "table" then return show.value(value) end
  local words = {}
  for word, count in pairs(value) do words[#words + 1] = word .. " " .. count end
  table.sort(words)
  return table.concat(words, ", ")
end

--- A list of records as a table of the fields `names`.
function show.records(records, names)
  local columns, lines = {}, {}
  for i, name in ipairs(names) do
    local column = { name = name, type = "string", cells = {} }
    for row, record in ipairs(records) do column.cells[row] = field_text(record, name) end
    columns[i] = column
  end
  for _, column in ipairs(columns) do
    column.width = width.of(column.name)
    for _, cell in ipairs(column.cells) do column.width = math.max(column.width, math.min(WIDEST, width.of(cell))) end
  end
  lines[1] = line(columns, #columns, function(c) return c.name end)
  for row = 1, #records do lines[row + 1] = line(columns, #columns, function(c) return c.cells[row] end) end
  return table.concat(lines, "\n")
end

--- `records`, which prints as that.
function show.printing(records, names)
  return setmetatable(records, { __tostring = function(self) return show.records(self, names) end })
end

return show
