--- Reading workbooks: not done, and said what to do.

local arguments = require "blotter.errors.arguments"
local fail = require "blotter.errors.fail"

local workbooks = {}

local OPTIONS = { "sheet" }

--- The sheet as xlsx2csv is told of it: by its name, or its number from 1 on.
local function told(sheet)
  if math.type(sheet) == "integer" then return "-s " .. sheet end
  if sheet == nil then return "-n SHEET" end
  arguments.expect(sheet, "string", "xlsx", "sheet = the name of one or its number")
  return "-n '" .. sheet:gsub("'", "'\\''") .. "'"
end

--- No library that reads XLSX is packaged for C where blotter is at home, so that a sheet is saved as CSV first.
function workbooks.read(path, options)
  if type(path) ~= "string" or path == "" then
    fail("xlsx: the path of a workbook expected, got %s", path == "" and "an empty text" or arguments.kind(path))
  end
  local csv, sheet = path:gsub("%.[^./]*$", "") .. ".csv", told(arguments.options(options, OPTIONS, "xlsx").sheet)
  return nil, ("%s: workbooks are written (q:xlsx) and not read: save the sheet as CSV in UTF-8, or run `libreoffice "
    .. "--headless --convert-to csv %s` or `xlsx2csv %s %s %s`, and then blotter.csv \"%s\""):format(path, path, sheet,
      path, csv, csv), "format"
end

return workbooks
