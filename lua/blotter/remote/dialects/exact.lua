--- Constants of a query as texts that every server reads back to the same value.

local core = require "blotter.core"
local decimal = require "blotter.lang.decimal"
local schema = require "blotter.tables.schema"

local exact = {}

--- A double with all its digits; NaN and infinities by name.
function exact.float(value)
  if value ~= value then return "NaN" end
  if value == math.huge then return "Infinity" end
  if value == -math.huge then return "-Infinity" end
  local short = decimal("%.15g", value)
  return tonumber(short) == value and short or decimal("%.17g", value)
end

--- The decimal digits that a finite double has, all of them.
function exact.digits(value)
  local text = decimal("%.99f", value):gsub("0+$", ""):gsub("%.$", "")
  return text
end

local seen = {}

--- The text of a date or timestamp as blotter writes it: YYYY-MM-DD, or with THH:MM:SS[.ffffff]Z.
function exact.moment(kind, text)
  local id = kind .. text
  if not seen[id] then
    local one = core.table(schema.read("x " .. kind))
    assert(one:append(text))
    seen = { [id] = core.texts(one, 1, 1, 1)[1] } -- the last one only: a list of them asks for each once
  end
  return seen[id]
end

local SAMPLES = { bool = false, int64 = 0, float64 = 0.0, string = "", date = "2000-01-01",
  timestamp = "2000-01-01T00:00:00Z" }

--- Some value of a type.
function exact.sample(kind)
  local value = SAMPLES[kind]
  if value == nil then return "0" end
  return value
end


return exact
