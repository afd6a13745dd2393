-- A record from a file: JSON, or CSV in which a row is a figure and columns such as source.title belong to its source.
--
-- record_file.read(path) returns the record, or nil and diagnostics. Fields may be separated by semicolons or tabs, as
-- spreadsheets write them where the comma is a decimal sign; the header says which.

local cjson = require "cjson"
local delimited = require "blotter.ops.dataset.delimited"
local diagnostics = require "blotter.ops.dataset.diagnostics"
local loader = require "blotter.ops.dataset.package"

local record_file = {}

local function read_json(path, text, problems)
  local ok, value = pcall(cjson.decode, loader.without_mark(text))
  if ok and type(value) == "table" then return value end
  problems:add(path, nil, nil, ok and "is not an object; expected a record with source and figures"
    or "is not JSON: " .. tostring(value):gsub("^Expected", "expected"))
  return nil
end

-- What separates the fields of a header: a comma, unless another sign does and no comma.
local function separator_of(text)
  local header = text:match "^[^\r\n]*"
  if header:find(",", 1, true) then return "," end
  return header:find(";", 1, true) and ";" or header:find("\t", 1, true) and "\t" or ","
end

-- Puts the cells of a row into a figure, and those of source.* into the record's source.
local function take_row(record, header, cells, line)
  local figure = {line = line}
  for place, name in ipairs(header) do
    local text = cells[place]
    local own = name:match "^source%.(.+)$"
    if text and text ~= "" and own then
      record.source = record.source or {line = line}
      record.source[own] = record.source[own] or text
    elseif text and text ~= "" then
      figure[name] = text
    end
  end
  record.figures[#record.figures + 1] = figure
end

local function read_csv(path, text, problems)
  local header, rows, lines = delimited.read(text, path, problems, separator_of(text))
  if not header then return nil end
  local record = {figures = {}}
  for i, cells in ipairs(rows) do take_row(record, header, cells, lines[i]) end
  return record
end

function record_file.read(path)
  local problems = diagnostics.new()
  local text, missing = loader.read_file(path)
  if not text then
    problems:add(path, nil, nil, missing .. "; expected a record as JSON or CSV")
    return nil, problems
  end
  local read = path:find "%.[cC][sS][vV]$" and read_csv or read_json
  local record = read(path, text, problems)
  if #problems > 0 then return nil, problems end
  return record
end

return record_file
