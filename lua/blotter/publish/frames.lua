--- Answers of queries as documents.

local frames = {}

--- The columns of a frame for a document. Its numbers are plain: what a column holds, quantities or years or codes,
-- only the reader knows; `percent` lists those of fractions that are percents.
local function columns_of(frame, percent)
  local columns, is_percent = {}, {}
  for _, name in ipairs(percent or {}) do is_percent[name] = true end
  for at, column in ipairs(frame:columns()) do
    columns[at] = { name = column.name, type = is_percent[column.name] and "percent" or column.type, plain = true }
  end
  return columns
end

--- A frame as a document of one table; options.title, options.note and options.sources (a list of {publisher, title,
-- date, url} or texts) stand around it, options.sheet names the table, options.percent columns.
function frames.document(frame, options)
  options = options or {}
  local columns, rows = columns_of(frame, options.percent), {}
  for i, row in frame:rows() do
    rows[i] = {}
    for at, column in ipairs(columns) do rows[i][at] = row[column.name] end
  end
  local doc = { title = options.title, blocks = { { kind = "table", title = options.sheet, columns = columns,
    rows = rows, note = options.note } } }
  local items = {}
  for i, source in ipairs(options.sources or {}) do
    if type(source) == "string" then source = { title = source } end
    items[i] = { number = i, publisher = source.publisher, title = source.title, date = source.date, url = source.url }
  end
  if #items > 0 then doc.blocks[2] = { kind = "sources", items = items } end
  return doc
end

return frames
