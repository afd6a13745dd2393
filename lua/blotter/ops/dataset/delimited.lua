-- The dataset's tables as texts: CSV read by the engine as any CSV is, each row with the line on which it starts.

local delimited = {}

local LINE = "line of the file" -- no column of the dataset is named so

local function columns_of(rows)
  local columns = rows:columns()
  local names, texts = {}, {}
  for i = 1, #columns - 1 do
    names[i] = columns[i].name
    texts[i] = rows:values(names[i])
  end
  return names, texts, rows:values(LINE)
end

--- Reads CSV text. Returns the names of its columns, its rows as arrays of texts (nil where a cell is empty) and the
-- line of each; rows that cannot be read, and a text that is no CSV, become problems of `file`. nil when there is none.
-- Fields are separated by a comma, or by the sign that is given.
function delimited.read(text, file, problems, separator)
  require "blotter" -- gives tables their verbs, where a program begins with the dataset
  local rows, info = require("blotter.tables.read").own(text, {text = true, delimiter = separator or ",", infer = false,
    line_column = LINE, on_error = "reject", progress = false})
  if not rows then
    local line, message = info:match "^input:(%d+): (.*)"
    problems:add(file, line, nil, message or info:gsub("^input: ", ""))
    return nil
  end
  if info.rejects then
    for _, reject in info.rejects:rows() do problems:add(file, reject.line, reject.column, reject.reason) end
  end
  local names, texts, lines = columns_of(rows)
  local records = {}
  for r = 1, info.rows do
    local record = {}
    for c = 1, #names do record[c] = texts[c][r] end
    records[r] = record
  end
  return names, records, lines
end

return delimited
