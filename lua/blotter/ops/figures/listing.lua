-- Answers that are lists of records are tables of the engine as soon as a verb is called on them:
-- ops:figures{…}:order "value desc":csv "x.csv".

local dates = require "blotter.ops.figures.dates"
local fail = require "blotter.errors.fail"

local listing = {}

local verbs = {}
for name in ([[where select derive by agg distinct order limit skip top sample join left_join semi_join anti_join window
  right_join full_join asof_join cross_join pivot unpivot fill rename drop head tail describe facets union union_all
  intersect except csv jsonl parquet arrow arrow_stream sqlite xlsx html markdown show bars plot sparks columns count
  first value values row rows totable collect query explain sql push]]):gmatch "%S+" do
  verbs[name] = true
end

-- The type of a column: the one that it has whatever its values are; of "number" int64 where all of them are whole.
local function type_of(records, column)
  if column.type ~= "number" then return column.type end
  for _, record in ipairs(records) do
    if math.type(record[column.name]) == "float" then return "float64" end
  end
  return "int64"
end

local function cell(value, kind)
  if kind == "date" and math.type(value) == "integer" then return dates.format(value) end
  if type(value) == "table" then value = value[1] and table.concat(value, "; ") or nil end
  return kind == "string" and value ~= nil and tostring(value) or value
end

--- The records as a table with these columns, each {name, type}.
function listing.frame(records, columns)
  local schema, cells = {}, {}
  for i, column in ipairs(columns) do schema[i] = {name = column.name, type = type_of(records, column)} end
  local handle = require("blotter").table(schema)
  for _, record in ipairs(records) do
    for i, column in ipairs(schema) do cells[i] = cell(record[column.name], column.type) end
    handle:append(table.unpack(cells, 1, #schema))
  end
  return handle
end

--- Columns of a text such as "check string, low number": each {name, type}, where number is int64 or float64.
function listing.columns(text)
  local columns = {}
  for name, kind in text:gmatch "([%w_]+) (%w+)" do columns[#columns + 1] = {name = name, type = kind} end
  return columns
end

--- A metatable of an answer that prints as `text` says and whose verbs go over its records: those of `records(answer)`
-- with `columns`, or columns(answer). `elsewhere` has what is said of fields that stand elsewhere, `own`
-- methods that stand before the verbs.
function listing.class(text, columns, records, elsewhere, own)
  return {__tostring = text, __index = function(answer, name)
    if elsewhere and elsewhere[name] then fail("%s", elsewhere[name]) end
    if own and own[name] then return own[name] end
    if not verbs[name] then return nil end
    return function(_, ...)
      local typed = type(columns) == "function" and columns(answer) or columns
      local made = listing.frame(records and records(answer) or answer, typed)
      return made[name](made, ...)
    end
  end}
end

return listing
