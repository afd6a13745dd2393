--- What may have been read otherwise than it was meant: hints beside the answer of a reading, never errors.

local arguments = require "blotter.errors.arguments"
local spelled = require "blotter.tables.spelled"
local totals = require "blotter.tables.totals"

-- ---- one doubt each: a hint, several, or nil ----

local function grouped(columns, info, options)
  if not info.grouped then return nil end
  local mark = options.decimal_mark or options.thousands == "." and "," or "."
  local say = mark == "." and '{thousands = "."}' or '{thousands = ","} and no decimal_mark'
  return ("%s: %s; where it stands between thousands: %s"):format(columns[info.grouped].name,
    mark == "." and "the point is read as that of a fraction" or "the comma is read as that of a fraction", say)
end

local function dated(columns, info)
  return info.dated and ("%s: dates that could be of several forms stay texts: {dates = \"dd/mm/yyyy\"} says which")
    :format(columns[info.dated].name) or nil
end

--- Whether a column is called by a value: a date, a fraction, a number that is no year.
local function is_value(name)
  if name:find "^%d+[./-]%d+[./-]%d+$" or name:find "^%-?%d+[.,]%d" then return true end
  local whole = math.tointeger(tonumber(name))
  return whole and (whole < 0 or whole > 2200) or false
end

local function header(columns, _, options)
  local is_all, first = true, nil
  for _, column in ipairs(columns) do
    is_all = is_all and tonumber(column.name) ~= nil and not column.name:find "^[12]%d%d%d$"
    if is_value(column.name) then first = first or column.name end
  end
  if options.header == false or options.names or not (first or is_all) then return nil end
  return ("a column is called %s: a row of data taken as the header? {header = false}, or another skip"):format(
    arguments.shown(first or columns[1].name))
end

--- What is said of the last row: nothing in it, called by a word of totals, or the sum of those above it.
local function said_of(rows, columns, last)
  if next(last) == nil then return "the last row has no value at all:" end
  for _, column in ipairs(columns) do
    local value = last[column.name]
    if type(value) == "string" and totals.is_word(value) then
      return ("the last row is called %s: a total among what it adds up?"):format(arguments.shown(value))
    elseif type(value) == "string" then
      break
    end
  end
  return totals.adds_up(rows, columns, last) and "the last row is the sum of those above it:" or nil
end

local function last_line(columns, _, _, rows)
  local said = #rows > 1 and said_of(rows, columns, rows:row(#rows))
  return said and said .. " {skip_tail = n} passes over the last n lines" or nil
end

local DOUBTS = { header, grouped, dated, spelled.hints, last_line }

--- The hints about a table that was just read from CSV, as texts.
return function(rows, info, options)
  local hints, columns = {}, rows:columns()
  for _, doubt in ipairs(options.into and {} or DOUBTS) do
    local said = doubt(columns, info, options, rows)
    for _, hint in ipairs(type(said) == "table" and said or { said }) do hints[#hints + 1] = hint end
  end
  return hints
end
