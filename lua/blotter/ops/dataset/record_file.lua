-- A record from a file: JSON, or CSV in which a row is a figure and columns such as source.title belong to its source.
--
-- record_file.read(path) returns the record, or nil and diagnostics. Fields may be separated by semicolons or tabs, as
-- spreadsheets write them where the comma is a decimal sign; the header says which.

local cjson = require "cjson"
local csv = require "blotter.ops.dataset.records"
local diagnostics = require "blotter.ops.dataset.diagnostics"
local loader = require "blotter.ops.dataset.package"

local record_file = {}

local function read_json(path, text, problems)
  local ok, value = pcall(cjson.decode, (text:gsub("^\239\187\191", "")))
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

-- A bare stretch of text with the separator as a comma; fields that hold a comma are quoted.
local function bare_with_commas(text, separator)
  return (text:gsub("[^" .. separator .. "\r\n]+", function(field)
    return field:find(",", 1, true) and '"' .. field .. '"' or nil
  end):gsub(separator, ","))
end

-- The text with commas as separators. What stands in quotes stays as it is.
local function with_commas(text, separator)
  local parts, at = {}, 1
  while true do
    local quote = text:find('"', at, true)
    parts[#parts + 1] = bare_with_commas(text:sub(at, (quote or 0) - 1), separator)
    if not quote then return table.concat(parts) end
    local stop = quote
    repeat
      stop = text:find('"', stop + 1, true)
      local doubled = stop and text:sub(stop + 1, stop + 1) == '"'
      if doubled then stop = stop + 1 end
    until not doubled
    parts[#parts + 1] = text:sub(quote, stop or -1)
    if not stop then return table.concat(parts) end
    at = stop + 1
  end
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
  local separator = separator_of(text)
  if separator ~= "," then text = with_commas(text, separator) end
  local rows, lines, line = csv.records(text)
  if not rows then
    problems:add(path, line, nil, lines)
    return nil
  end
  local header = rows[1]
  if not header then
    problems:add(path, 1, nil, "is empty; expected a header")
    return nil
  end
  local record = {figures = {}}
  for i = 2, #rows do
    if #rows[i] ~= #header then
      problems:add(path, lines[i], nil, ("the row has %d fields; expected %d"):format(#rows[i], #header))
    end
    take_row(record, header, rows[i], lines[i])
  end
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
