-- The package's tables as tables of the engine, so that they can be queried like any other.

local tables = {}

local engine_type = {string = "string", integer = "int64", number = "float64", boolean = "bool", date = "date"}

--- The schema of a table of the package, as blotter.table takes it.
function tables.schema(data)
  local schema = {primary = data.schema.primary_key}
  for i, field in ipairs(data.schema.fields) do
    schema[i] = {name = field.name, type = engine_type[field.type], required = field.required}
  end
  return schema
end

--- A table in memory with the rows of a table of the package, columns and order as in its descriptor.
function tables.make(data, rows)
  local handle = require("blotter").table(tables.schema(data))
  local fields = data.schema.fields
  local count, cells = #fields, {}
  for _, row in ipairs(rows) do
    for i = 1, count do cells[i] = row[fields[i].name] end
    handle:append(table.unpack(cells, 1, count))
  end
  return handle
end

return tables
