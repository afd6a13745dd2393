-- A small reader of the Data Package in data/, independent of the engine, for the checks in spec/data.
local cjson = require "cjson"

local package_reader = {}

local slurp = require "slurp"

-- RFC 4180 with LF or CRLF: a list of records, each a list of fields.
local function parse_csv(text)
  local records, record, at = {}, {}, 1
  while at <= #text do
    local field
    if text:sub(at, at) == '"' then
      local stop = at
      repeat
        stop = assert(text:find('"', stop + 1, true), "a quoted field is not closed")
        local doubled = text:sub(stop + 1, stop + 1) == '"'
        if doubled then stop = stop + 1 end
      until not doubled
      field, at = text:sub(at + 1, stop - 1):gsub('""', '"'), stop + 1
    else
      local stop = text:find("[,\r\n]", at) or #text + 1
      field, at = text:sub(at, stop - 1), stop
    end
    record[#record + 1] = field
    local mark = text:match("^\r?\n", at) or text:sub(at, at)
    at = at + #mark
    if mark ~= "," then
      records[#records + 1], record = record, {}
    elseif at > #text then
      record[#record + 1] = ""
    end
  end
  return records
end

local function read_table(folder, resource)
  local records = parse_csv(slurp(folder .. "/" .. resource.path))
  local header, rows = table.remove(records, 1), {}
  for number, record in ipairs(records) do
    assert(#record == #header,
      ("%s row %d: %d fields, expected %d"):format(resource.path, number, #record, #header))
    local row = {}
    for index, name in ipairs(header) do
      if record[index] ~= "" then row[name] = record[index] end
    end
    rows[number] = row
  end
  return { header = header, rows = rows }
end

-- Opens a package: { descriptor =, names = {…}, resources = {name → resource}, tables = {name → {header, rows}} };
-- an empty field is absent from its row, every other one is text.
function package_reader.open(folder)
  local descriptor = cjson.decode(slurp(folder .. "/datapackage.json"))
  local self = { descriptor = descriptor, names = {}, resources = {}, tables = {} }
  for index, resource in ipairs(self.descriptor.resources) do
    self.names[index] = resource.name
    self.resources[resource.name] = resource
    self.tables[resource.name] = read_table(folder, resource)
  end
  self.codebook = slurp(folder .. "/README.md")
  return self
end

-- The rows of a table by one of its columns.
function package_reader.index(self, name, column)
  local found = {}
  for _, row in ipairs(self.tables[name].rows) do found[row[column]] = row end
  return found
end

return package_reader
