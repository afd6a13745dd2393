--- The tables of a document with one plain value in each field, for CSV and worksheets. A column of figures becomes
-- several: the value, its `low` and `high`, the source's `words`, the `period`, `flags`, `notes` and `sources`.

local charts = require "blotter.publish.charts"
local document = require "blotter.publish.document"

local flat = {}

local PARTS = { "low", "high", "words", "period", "flags", "notes", "sources" }
local NUMBERS = { low = true, high = true }

--- A source in one text: publisher, title, date and address.
local function source_text(source)
  local parts = {}
  for _, name in ipairs { "publisher", "title", "date", "url" } do
    local value = document.value(source[name])
    if value ~= nil and value ~= "" then parts[#parts + 1] = tostring(value) end
  end
  return table.concat(parts, ", ")
end

local function joined(list, by, say)
  local parts = {}
  for i, item in ipairs(list or {}) do parts[i] = say and say(item) or tostring(item) end
  return #parts > 0 and table.concat(parts, by) or nil
end

--- The sources of a document by their numbers, in words.
local function sources_of(doc)
  local known = {}
  for _, block in ipairs(doc.blocks) do
    for _, item in ipairs(block.kind == "sources" and block.items or {}) do
      known[tostring(item.number)] = source_text(item)
    end
  end
  return function(number) return known[tostring(number)] or tostring(number) end
end

--- The number of a figure: the one that its source printed, else its best value, or both ends where they are one.
local function best(figure)
  local printed = document.value(figure.value)
  if printed ~= nil then return printed end
  local value, low, high = document.value(figure.best), document.value(figure.low), document.value(figure.high)
  if value == nil and low ~= nil and low == high then return low end
  return value
end

local function put_figure(row, value, say)
  value = document.value(value)
  local at = row.n
  if not document.is_figure(value) then
    row[at + 1] = value
  else
    row[at + 1], row[at + 2], row[at + 3] = best(value), document.value(value.low), document.value(value.high)
    row[at + 4], row[at + 5] = document.value(value.words), document.value(value.period)
    row[at + 6], row[at + 7] = joined(value.flags, "; "), joined(value.notes, " ")
    row[at + 8] = joined(value.sources, "; ", say)
  end
  row.n = at + 1 + #PARTS
end

local function has_figures(block, i, column)
  if column.type == "figure" then return true end
  for _, row in ipairs(block.rows) do
    if document.is_figure(row[i]) then return true end
  end
  return false
end

local function columns_of(block)
  local columns, is_figure = {}, {}
  for i, column in ipairs(block.columns) do
    is_figure[i] = has_figures(block, i, column)
    local kind = is_figure[i] and "number" or column.type or "string"
    columns[#columns + 1] = { name = column.name, title = document.column_title(column), type = kind }
    for _, part in ipairs(is_figure[i] and PARTS or {}) do
      columns[#columns + 1] = { name = column.name .. "_" .. part, type = NUMBERS[part] and "number" or "string",
        title = document.column_title(column) .. ", " .. part }
    end
  end
  return columns, is_figure
end

--- A table block as {title, columns, rows, note, footnotes}; a row is a sequence with `n`.
local function table_of(block, title, say)
  local columns, is_figure = columns_of(block)
  local rows = {}
  for r, cells in ipairs(block.rows) do
    local row = { n = 0 }
    for i in ipairs(block.columns) do
      if is_figure[i] then
        put_figure(row, cells[i], say)
      else
        row.n = row.n + 1
        row[row.n] = document.value(cells[i])
      end
    end
    rows[r] = row
  end
  return { title = title, columns = columns, rows = rows, note = block.note, footnotes = document.footnotes(block) }
end

local function facts_block(block)
  local rows = {}
  for i, item in ipairs(block.items) do rows[i] = { tostring(item[1]), item[2] } end
  return { columns = { { name = "label", title = "Label", type = "string" },
    { name = "value", title = "Value", type = "string" } }, rows = rows }
end

local function sources_block(block)
  local columns, rows = {}, {}
  for i, name in ipairs { "number", "publisher", "title", "date", "url" } do
    columns[i] = { name = name, title = name:sub(1, 1):upper() .. name:sub(2), type = i == 1 and "int64" or "string" }
  end
  for r, item in ipairs(block.items) do
    rows[r] = { item.number, item.publisher, item.title, item.date, item.url }
  end
  return { columns = columns, rows = rows }
end

--- The tables of a document: those of its tables and charts first ({…, is_data = true}), then facts and sources.
function flat.tables(doc)
  local say, data, others = sources_of(doc), {}, {}
  local heading = doc.title
  for _, block in ipairs(doc.blocks) do
    if block.kind == "heading" then heading = block.text end
    local title = block.title or heading or "Table"
    if block.kind == "table" or block.kind == "chart" then
      local made = table_of(block.kind == "chart" and charts.as_table(block, true) or block, title, say)
      made.is_data = true
      data[#data + 1] = made
    elseif block.kind == "facts" then
      others[#others + 1] = table_of(facts_block(block), "Facts", say)
    elseif block.kind == "sources" and #block.items > 0 then
      others[#others + 1] = table_of(sources_block(block), "Sources", say)
    end
  end
  return table.move(others, 1, #others, #data + 1, data)
end

return flat
