--- A report's document: a title, parameters and a list of blocks, which every format renders.
--
--   document = { title = text, params = { name = value, … }, blocks = { block, … } }
--
--   { kind = "heading", level = 1..4, text = }
--   { kind = "text",    text = }
--   { kind = "table",   title =, columns = { { name =, title =, type =, align = }, … },
--                       rows = { { cell, … }, … }, note =, release = }
--   { kind = "facts",   items = { { label, value }, … } }
--   { kind = "chart",   chart = "bar", title =, unit =, of =, note =, labels = { text, … },
--                       values = { cell, … } or series = { { name =, values = { cell, … } }, … } }
--   { kind = "notes",   items = { text, … } }
--   { kind = "sources", items = { { number =, publisher =, title =, date =, url = }, … } }
--
-- A cell is a text, a number, a boolean, nil or blotter.null for what is unknown, or a figure:
--   { low =, best =, high =, value =, flags = { text, … }, sources = { number, … }, words =, period =,
--     notes = { text, … } },
-- where a missing end is open, `value` is the number that its source printed, `words` are the source's own ("more than
-- 30,000"), `period` is what it counts, and `notes` stand as numbered footnotes under the block.
-- A figure with `hollow` true counts a part only of what its place on a chart's axis says; no line joins one that is
-- `apart`, true, to its neighbour before, since they do not count the same.
-- A column's `title` is what is printed (its `name` otherwise); `align` is "left" or "right" (by the type otherwise).
-- A table with a `release` (of blotter.release) is printed only while release:refusal(block) is nil.
--
-- A chart is a bar, grouped, stacked, line, dots, multiples, timeline, tiles or network (blotter.publish.charts);
-- `of` says what its labels are, `unit` what its values count. A line and multiples take `at`, the labels' places as
-- numbers (years), and `breaks`, the places of labels before which a series is interrupted; multiples take `free`, a
-- scale for each. A timeline has `spans`, { from = "2013-03", to = "2014" } for each label, where a missing `to` is
-- open; a network has `edges`, { from = 1, to = 2, words = "leads" }, among its labels by their numbers.
--
-- A title, name or heading in which nothing can be seen counts as missing (blotter.publish.titles).
--
-- A column, facts or notes may have `links`, addresses by texts: of a cell, of a fact's value, or of what a note says
-- before a comma or a colon. Pages make links of them.
--
-- A heading may have an `anchor`, by which pages are led to it. A table of statements has their ids by row,
-- `statements`; of these a page makes `anchors`, the ids of rows, and `addresses`, where each row leads to.
--
-- Numbers of a column with `plain` true are printed without commas, as years and codes are no quantities.

local document = {}

local null = require("cjson").null
local titles = require "blotter.publish.titles"

local RIGHT = { int64 = true, float64 = true, figure = true }

--- The cell, with every form of "unknown" as nil.
function document.value(cell)
  if cell == null then return nil end
  return cell
end

--- Whether a cell is a figure.
function document.is_figure(cell)
  return type(cell) == "table"
end

--- Whether a column stands at the right edge.
function document.is_right(column)
  if column.align then return column.align == "right" end
  local kind = column.type or "string"
  return RIGHT[kind] or kind:find "^decimal" ~= nil
end

--- The footnotes of some cells, each once in the order in which they are met, and their numbers by text.
local function collect(list, numbers, value)
  if not document.is_figure(value) then return end
  for _, note in ipairs(value.notes or {}) do
    if not numbers[note] and titles.seen(note) then
      list[#list + 1] = note
      numbers[note] = #list
    end
  end
end

--- The series of a chart: {name, values, labels} each; a block with `values` has one.
function document.series(block)
  local list = {}
  for i, series in ipairs(block.series or { { values = block.values or {} } }) do
    list[i] = { name = series.name or block.unit or "value", values = series.values or {}, labels = block.labels }
  end
  return list
end

--- The footnotes of a block of any kind: a list of texts, and the number of each by its text.
function document.footnotes(block)
  local list, numbers = {}, {}
  for _, row in ipairs(block.rows or {}) do
    for i in ipairs(block.columns) do collect(list, numbers, row[i]) end
  end
  for _, series in ipairs(block.labels and document.series(block) or {}) do
    for i in ipairs(block.labels) do collect(list, numbers, series.values[i]) end
  end
  for _, item in ipairs(block.kind == "facts" and block.items or {}) do collect(list, numbers, item[2]) end
  return list, numbers
end

function document.column_title(column)
  return column.title or column.name
end

-- What each kind of block must hold, by field: the Lua type, with ? where it may be missing.
local FIELDS = {
  heading = { { "text", "string" }, { "level", "number?" } },
  text = { { "text", "string" } },
  table = { { "columns", "table" }, { "rows", "table" }, { "title", "string?" }, { "note", "string?" },
    { "release", "table?" } },
  facts = { { "items", "table" } },
  chart = { { "labels", "table" }, { "values", "table?" }, { "series", "table?" }, { "title", "string?" },
    { "chart", "string?" }, { "unit", "string?" }, { "of", "string?" }, { "note", "string?" } },
  notes = { { "items", "table" } },
  sources = { { "items", "table" } },
}

local KINDS = "heading, text, table, facts, chart, notes, sources"

local function complain(where, ...)
  error(where .. ": " .. string.format(...), 0)
end

-- The place of a cell is spelled out where it is complained of only: `where` is a format of the further values.
local function check_cell(cell, where, ...)
  local kind = type(cell)
  if kind == "function" or kind == "thread" or (kind == "userdata" and cell ~= null) then
    complain(where:format(...), "a cell is a text, a number, a boolean, nil or a figure, not a %s", kind)
  end
end

local function check_table(block, where)
  for i, column in ipairs(block.columns) do
    if type(column) ~= "table" or type(column.name) ~= "string" then
      complain(where, "column %d needs a name", i)
    end
  end
  for r, row in ipairs(block.rows) do
    if type(row) ~= "table" then complain(where, "row %d is a %s, not a list of cells", r, type(row)) end
    for i in ipairs(block.columns) do check_cell(row[i], "%s, row %d, column %d", where, r, i) end
  end
  local refusal = block.release and block.release:refusal(block)
  if refusal then complain(where, "%s", refusal) end
end

local function check_block(block, where)
  if type(block) ~= "table" then complain(where, "a block is a table with a kind, not a %s", type(block)) end
  local fields = FIELDS[block.kind]
  if not fields then complain(where, "unknown kind '%s': the kinds are %s", tostring(block.kind), KINDS) end
  for _, field in ipairs(fields) do
    local name, kind = field[1], field[2]
    local got = type(block[name])
    if not (got == kind:gsub("%?", "") or (got == "nil" and kind:find "%?")) then
      complain(where .. " (" .. block.kind .. ")", "%s must be a %s, not a %s", name, kind:gsub("%?", ""), got)
    end
  end
  if block.kind == "table" then check_table(block, where .. " (table)") end
  if block.kind == "chart" then
    require("blotter.publish.charts").check(block, where, complain, check_cell) -- which itself needs this file
  end
end

--- The document as formats render it, with names for all that needs one. Raises an error that names the block when
-- `doc` is not a document.
function document.check(doc)
  if type(doc) ~= "table" or type(doc.blocks) ~= "table" then
    complain("document", "it must be a table with a list of blocks")
  end
  if doc.title ~= nil and type(doc.title) ~= "string" then
    complain("document", "title must be a string, not a %s", type(doc.title))
  end
  for i, block in ipairs(doc.blocks) do check_block(block, "block " .. i) end
  return titles.named(doc)
end

return document
