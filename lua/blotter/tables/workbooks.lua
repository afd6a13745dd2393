--- Reading workbooks: not done, and said what to do.

local arguments = require "blotter.errors.arguments"
local fail = require "blotter.errors.fail"

local workbooks = {}

--- No library that reads XLSX is packaged for C where blotter is at home, so that a sheet is saved as CSV first.
function workbooks.read(path)
  if type(path) ~= "string" or path == "" then
    fail("xlsx: the path of a workbook expected, got %s", path == "" and "an empty text" or arguments.kind(path))
  end
  local csv = path:gsub("%.[^./]*$", "") .. ".csv"
  return nil, ("%s: workbooks are written (q:xlsx) and not read: save the sheet as CSV in UTF-8, or run `libreoffice "
    .. "--headless --convert-to csv %s` or `xlsx2csv -n SHEET %s %s`, and then blotter.csv \"%s\""):format(path, path,
      path, csv, csv), "format"
end

return workbooks
