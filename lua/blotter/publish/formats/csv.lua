--- One CSV table for the whole document, a line for every value, in the shape that blotter.csv reads back:
--
--   block    number of the block in the document, from 1
--   kind     heading, text, table, facts, chart, notes or sources
--   title    the table's or chart's title, or else the last heading before it
--   row      number of the row in the block, from 1 (the item of a list, the bar of a chart)
--   column   the column's name (a fact's label, a bar's label, a source's field); empty for plain text
--   type     the column's type, such as string, int64, float64 or figure
--   value    the value; of a figure its best value; empty when unknown
--   low, high    a figure's bounds; empty where open
--   flags, sources    a figure's flags and its sources' numbers, separated by semicolons
--   words, period, notes    the source's own words, what period they count, and footnotes
--
-- A text that would begin a formula in a spreadsheet (=, +, -, @) stands behind an apostrophe.

local document = require "blotter.publish.document"
local width = require "blotter.terminal.width"
local show = require "blotter.terminal.show"

local csv = { description = "CSV in long form: one line for every value", extension = "csv" }

local HEADER = { "block", "kind", "title", "row", "column", "type", "value", "low", "high", "flags", "sources", "words",
  "period", "notes" }
local SOURCE_FIELDS = { "number", "publisher", "title", "date", "url" }

--- A text that no spreadsheet takes for a formula and no terminal for a command: an apostrophe stands before what would
-- begin a formula, and what is no printable character is spelled out.
local function inert(text)
  text = width.printable_lines(text)
  return text:find "^%s*[=+@%-]" and "'" .. text or text
end

local function field(value)
  value = document.value(value)
  if value == nil then return "" end
  if math.type(value) == "float" then return show.float(value) end
  local text = tostring(value)
  if type(value) == "string" then text = inert(text) end
  if text == "" then return '""' end
  if text:find '[",\r\n;|\t#]' or text:find "^%s" or text:find "%s$" then
    return '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

local function type_of(value)
  local kind = math.type(value)
  if kind == "integer" then return "int64" elseif kind == "float" then return "float64" end
  if type(value) == "boolean" then return "bool" end
  if document.is_figure(value) then return "figure" end
  return "string"
end

--- A writer of lines for one block: put(row, column, type, value).
local function writer(out, number, kind, title)
  return function(row, column, type_name, value)
    value = document.value(value)
    local line = { number, kind, title, row, column, type_name or type_of(value), value }
    if document.is_figure(value) then
      line[7], line[8], line[9] = value.best, value.low, value.high
      line[10] = value.flags and #value.flags > 0 and table.concat(value.flags, ";") or nil
      line[11] = value.sources and #value.sources > 0 and table.concat(value.sources, ";") or nil
      line[12], line[13] = value.words, value.period
      line[14] = value.notes and #value.notes > 0 and table.concat(value.notes, "; ") or nil
    end
    for i = 1, #HEADER do line[i] = field(line[i]) end
    out[#out + 1] = table.concat(line, ",")
  end
end

local render = {}

function render.heading(put, block) put(1, nil, "string", block.text) end
render.text = render.heading

function render.table(put, block)
  for r, row in ipairs(block.rows) do
    for i, column in ipairs(block.columns) do put(r, column.name, column.type, row[i]) end
  end
  if block.note then put(#block.rows + 1, "note", "string", block.note) end
end

function render.facts(put, block)
  for i, item in ipairs(block.items) do put(i, item[1], nil, item[2]) end
end

function render.chart(put, block)
  for i, label in ipairs(block.labels) do put(i, label, nil, block.values[i]) end
end

function render.notes(put, block)
  for i, item in ipairs(block.items) do put(i, nil, "string", item) end
end

function render.sources(put, block)
  for i, item in ipairs(block.items) do
    for _, name in ipairs(SOURCE_FIELDS) do put(i, name, name == "number" and "int64" or "string", item[name]) end
  end
end

function csv.render(doc)
  local out = { table.concat(HEADER, ",") }
  local heading = doc.title
  for number, block in ipairs(doc.blocks) do
    if block.kind == "heading" then heading = block.text end
    render[block.kind](writer(out, number, block.kind, block.title or heading), block)
  end
  return table.concat(out, "\n") .. "\n"
end

return csv
