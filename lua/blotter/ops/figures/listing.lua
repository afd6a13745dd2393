-- Answers that are lists of records are tables of the engine as soon as a verb is called on them:
-- ops:figures{…}:order "value desc":csv "x.csv".

local listing = {}

local verbs = {}
for name in ([[where select derive by agg distinct order limit skip top sample join left_join semi_join anti_join window
  right_join full_join asof_join cross_join pivot unpivot fill rename drop head tail describe facets union union_all
  intersect except csv jsonl parquet arrow arrow_stream sqlite xlsx html markdown show bars plot sparks columns count
  first value values row rows totable collect query explain sql push]]):gmatch "%S+" do
  verbs[name] = true
end

-- The type of a field: of its values, where they are of one kind.
local function type_of(records, name)
  local found
  for _, record in ipairs(records) do
    local value = record[name]
    local kind = math.type(value) or value ~= nil and type(value) or nil
    if kind == "table" then kind = "string" end
    if kind and found and found ~= kind then
      found = (found == "string" or kind == "string" or kind == "boolean" or found == "boolean") and "string" or "float"
    end
    found = found or kind
  end
  return ({integer = "int64", float = "float64", boolean = "bool"})[found] or "string"
end

local function cell(value, kind)
  if value == nil then return nil end
  if type(value) == "table" then return table.concat(value, ", ") end
  return kind == "string" and tostring(value) or value
end

-- The records as a table: columns `names` in order.
local function frame(records, names)
  local schema, cells = {}, {}
  for i, name in ipairs(names) do schema[i] = {name = name, type = type_of(records, name)} end
  local handle = require("blotter").table(schema)
  for _, record in ipairs(records) do
    for i, column in ipairs(schema) do cells[i] = cell(record[column.name], column.type) end
    handle:append(table.unpack(cells, 1, #schema))
  end
  return handle
end

--- A metatable of an answer that prints as `text` says and whose verbs go over its records: those of `records(answer)`
-- by the fields `names`, or names(answer).
function listing.class(text, names, records)
  return {__tostring = text, __index = function(answer, name)
    if not verbs[name] then return nil end
    return function(_, ...)
      local fields = type(names) == "function" and names(answer) or names
      local made = frame(records and records(answer) or answer, fields)
      return made[name](made, ...)
    end
  end}
end

return listing
