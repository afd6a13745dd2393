--- Terminal text: aligned tables that keep to the width by wrapping, and bars drawn in eighths of a cell.
-- Nothing is cut: a table too wide even when wrapped is printed as one record after another.

local cell = require "blotter.publish.formats.cell"
local charts = require "blotter.publish.charts"
local document = require "blotter.publish.document"
local width = require "blotter.terminal.width"
local wrapping = require "blotter.publish.wrapping"

local text = { description = "text for the terminal, with charts of block characters", extension = "txt" }

local GAP = 2
local NARROWEST = 12    -- a column of text gives way down to this width
local LONGEST_WORD = 16 -- or to its longest word, when that is no longer than this
local LEAST_WIDTH = 40
local DEFAULT_WIDTH = 80

-- ---- wrapping ----

--- A text of several lines, each wrapped, the first behind `first` and the others behind `hanging`.
local function paragraph(out, value, most, first, hanging)
  local indent = first or ""
  if width.of(indent) > most // 2 then value, indent = indent .. value, "" end
  for line in (value .. "\n"):gmatch "(.-)\n" do
    for _, part in ipairs(wrapping.lines(width.printable(line), math.max(1, most - width.of(indent)))) do
      out[#out + 1] = width.trimmed(indent .. part)
      indent = hanging or ""
    end
  end
end

-- ---- tables ----

local function longest_word(value)
  local most = 0
  for word in value:gmatch "%S+" do most = math.max(most, width.of(word)) end
  return most
end

--- A suffix with a place to break between the numbers of its sources.
local function breakable(suffix)
  return (suffix:gsub("%]%[", "] ["))
end

--- A column's cells and the widths that it needs: `full` unwrapped, `least` when it has to give way. In a column at
-- the right edge the numbers keep their own strip, and what stands behind them another, wrapped when need be.
local function lay_out(column, index, rows, numbering)
  local self = { title = width.printable(document.column_title(column)), right = document.is_right(column),
    mains = {}, suffixes = {}, main_width = 0, suffix_width = 0, token_width = 0 }
  for r, row in ipairs(rows) do
    local main, suffix = cell.parts(row[index], column.plain, numbering)
    main, suffix = width.printable((main:gsub("%s*\n%s*", " "))), width.printable(suffix)
    if not self.right and suffix ~= "" then main, suffix = main .. " " .. suffix, "" end
    self.mains[r], self.suffixes[r] = main, suffix
    self.main_width = math.max(self.main_width, width.of(main))
    self.suffix_width = math.max(self.suffix_width, width.of(suffix))
    self.token_width = math.max(self.token_width, longest_word(self.right and breakable(suffix) or main))
  end
  local gap = self.suffix_width > 0 and 1 or 0
  self.full = math.max(self.main_width + gap + self.suffix_width, width.of(self.title))
  if self.right then
    self.least = self.main_width + gap + self.token_width
  else
    self.least = math.min(math.max(NARROWEST, math.min(self.token_width, LONGEST_WORD)), self.main_width)
  end
  self.least = math.max(self.least, math.min(longest_word(self.title), NARROWEST))
  return self
end

--- Puts what stands behind the numbers below them instead.
local function stack(columns)
  for _, column in ipairs(columns) do
    if column.suffix_width > 0 then
      column.stacked = true
      column.full = math.max(column.main_width, column.suffix_width, width.of(column.title))
      column.least = math.max(column.main_width, column.token_width, math.min(longest_word(column.title), NARROWEST))
    end
  end
end

--- Gives each column its width within `most` cells, taking from the widest first; false when that cannot be done.
local function share(columns, most)
  local total = GAP * (#columns - 1)
  for _, column in ipairs(columns) do
    column.width = column.full
    total = total + column.width
  end
  while total > most do
    local widest
    for _, column in ipairs(columns) do
      if column.width > column.least and (not widest or column.width > widest.width) then widest = column end
    end
    if not widest then return false end
    widest.width = widest.width - 1
    total = total - 1
  end
  return true
end

--- The lines of a column's cell in row `r`.
local function cell_lines(column, r)
  local main, suffix = column.mains[r], column.suffixes[r]
  if not column.right then return width.of(main) > column.width and wrapping.lines(main, column.width) or { main } end
  if column.stacked then
    local lines = suffix ~= "" and wrapping.lines(breakable(suffix), column.width) or {}
    table.insert(lines, 1, main)
    return lines
  end
  main = width.pad(main, column.main_width, true)
  if column.suffix_width == 0 then return { main } end
  local room = math.min(column.suffix_width, column.width - column.main_width - 1)
  local lines = width.of(suffix) > room and wrapping.lines(breakable(suffix), room) or { suffix }
  for i, line in ipairs(lines) do
    lines[i] = (i == 1 and main or (" "):rep(column.main_width)) .. " " .. width.pad(line, room)
  end
  return lines
end

--- Puts cells of several lines side by side; with `low` the shorter ones stand on the last line.
local function put_row(out, columns, lines_of, low)
  local parts, height = {}, 1
  for i, column in ipairs(columns) do
    parts[i] = lines_of(column)
    height = math.max(height, #parts[i])
  end
  for at = 1, height do
    local line = {}
    for i, column in ipairs(columns) do
      local part = parts[i][low and at - (height - #parts[i]) or at] or ""
      line[i] = width.pad(part, column.width, column.right)
    end
    out[#out + 1] = width.trimmed(table.concat(line, (" "):rep(GAP)))
  end
end

local function put_grid(out, columns, rows)
  put_row(out, columns, function(column) return wrapping.lines(column.title, column.width) end, true)
  local rules = {}
  for i, column in ipairs(columns) do rules[i] = ("─"):rep(column.width) end
  out[#out + 1] = table.concat(rules, (" "):rep(GAP))
  for r = 1, rows do
    put_row(out, columns, function(column) return cell_lines(column, r) end)
  end
end

--- Each row as lines of title and value, for tables that no width is enough for.
local function put_records(out, block, most, numbering)
  for r, row in ipairs(block.rows) do
    if r > 1 then out[#out + 1] = "" end
    for i, column in ipairs(block.columns) do
      local title = width.printable(document.column_title(column)) .. ": "
      paragraph(out, cell.text(row[i], column.plain, numbering), most, title, "  ")
    end
  end
end

local function put_footnotes(out, notes, most)
  for i, note in ipairs(notes) do paragraph(out, note, most, cell.raised(i) .. " ", "  ") end
end

local render = {}

function render.table(out, block, most)
  local notes, numbering = document.footnotes(block)
  if block.title then paragraph(out, block.title, most) end
  if #block.rows == 0 then
    out[#out + 1] = "(no rows)"
  else
    local columns = {}
    for i, column in ipairs(block.columns) do columns[i] = lay_out(column, i, block.rows, numbering) end
    local fits = share(columns, most)
    if not fits then
      stack(columns)
      fits = share(columns, most)
    end
    if fits then put_grid(out, columns, #block.rows) else put_records(out, block, most, numbering) end
  end
  put_footnotes(out, notes, most)
  if block.note then paragraph(out, block.note, most) end
end

function render.chart(out, block, most)
  if block.title then paragraph(out, block.title, most) end
  if block.unit then paragraph(out, "(" .. block.unit .. ")", most) end
  local notes, numbering = document.footnotes(block)
  local lines = charts.lines(block, most, numbering)
  table.move(lines, 1, #lines, #out + 1, out)
  put_footnotes(out, notes, most)
  if block.note then paragraph(out, block.note, most) end
end

-- ---- the other blocks ----

function render.heading(out, block, most)
  paragraph(out, block.text, most)
  local rule = ({ [0] = "═", "─" })[block.level or 1]
  if rule then out[#out + 1] = rule:rep(math.min(most, width.of(out[#out]))) end
end

function render.text(out, block, most)
  paragraph(out, block.text, most)
end

function render.facts(out, block, most)
  local notes, numbering = document.footnotes(block)
  local label_width = 0
  for _, item in ipairs(block.items) do
    label_width = math.max(label_width, math.min(width.of(width.printable(tostring(item[1]))), most // 3))
  end
  for _, item in ipairs(block.items) do
    local label = width.printable(tostring(item[1]))
    label = width.pad(label, label_width) .. (" "):rep(GAP)
    paragraph(out, cell.text(item[2], false, numbering), most, label, (" "):rep(label_width + GAP))
  end
  put_footnotes(out, notes, most)
end

function render.notes(out, block, most)
  for _, item in ipairs(block.items) do paragraph(out, item, most, "• ", "  ") end
end

function render.sources(out, block, most)
  local digits = 0
  for _, item in ipairs(block.items) do digits = math.max(digits, math.min(6, #tostring(item.number))) end
  for _, item in ipairs(block.items) do
    local line, url = cell.source(item)
    local number = width.pad("[" .. width.printable(tostring(item.number)) .. "]", digits + 2, true) .. " "
    paragraph(out, line, most, number, (" "):rep(digits + 3))
    -- An address stays whole, so that it can be clicked and copied.
    if url then out[#out + 1] = (" "):rep(digits + 3) .. width.printable(url) end
  end
end

function text.render(doc, options)
  local most = math.max(LEAST_WIDTH, options.width or DEFAULT_WIDTH)
  local out = {}
  if doc.title then
    render.heading(out, { text = doc.title, level = 0 }, most)
  end
  for _, block in ipairs(doc.blocks) do
    if #out > 0 then out[#out + 1] = "" end
    render[block.kind](out, block, most)
  end
  return table.concat(out, "\n") .. "\n"
end

return text
