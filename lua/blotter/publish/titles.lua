--- Names for what a document leaves without one. A title, a unit or a note in which nothing can be seen is none, as if
-- it were missing; what must have a name gets one: "Report", "Section 2", "Column 3", "Series 1".

local width = require "blotter.terminal.width"

local titles = {}

--- The text, or nil where nothing of it can be seen.
function titles.seen(text)
  if type(text) ~= "string" or width.is_visible(text) then return text end
  return nil
end

local function copy_of(item)
  local copy = {}
  for name, value in pairs(item) do copy[name] = value end
  return copy
end

--- The item without those of its fields that show nothing; the item itself where all do.
local function cleared(item, names)
  local copy
  for _, name in ipairs(names) do
    if titles.seen(item[name]) ~= item[name] then
      copy = copy or copy_of(item)
      copy[name] = nil
    end
  end
  return copy or item
end

local function mapped(list, change)
  local made = {}
  for i, item in ipairs(list) do made[i] = change(item, i) end
  return made
end

--- A column with a name, which programs read, and a title, which people do.
local function named_column(column, number)
  column = cleared(column, { "title" })
  if titles.seen(column.name) then return column end
  column = copy_of(column)
  column.name, column.title = "column_" .. number, column.title or "Column " .. number
  return column
end

local function named_series(series, number, count)
  series = cleared(series, { "name" })
  if series.name or count == 1 then return series end
  series = copy_of(series)
  series.name = "Series " .. number
  return series
end

local name = {}

function name.heading(block, state)
  state.headings = state.headings + 1
  if titles.seen(block.text) then return block end
  block = copy_of(block)
  block.text = "Section " .. state.headings
  return block
end

function name.table(block)
  block = copy_of(cleared(block, { "title", "note" }))
  block.columns = mapped(block.columns, named_column)
  return block
end

function name.chart(block)
  block = cleared(block, { "title", "unit", "of", "note" })
  if not block.series then return block end
  block = copy_of(block)
  block.series = mapped(block.series, function(series, i) return named_series(series, i, #block.series) end)
  return block
end

--- The document with names for all that needs one; it is not changed itself.
function titles.named(doc)
  local state, named = { headings = 0 }, copy_of(doc)
  named.title = doc.title and (titles.seen(doc.title) or "Report")
  named.blocks = mapped(doc.blocks, function(block)
    return name[block.kind] and name[block.kind](block, state) or block
  end)
  return named
end

return titles
