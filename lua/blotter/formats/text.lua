--- Terminal text: aligned tables that keep to the width by wrapping, and bars drawn in eighths of a cell.
-- Nothing is cut: a table too wide even when wrapped is printed as one record after another.

local cell = require "blotter.formats.cell"
local document = require "blotter.document"
local width = require "blotter.width"

local text = { description = "text for the terminal, with charts of block characters", extension = "txt" }

local GAP = 2
local NARROWEST = 12
local LEAST_WIDTH = 40
local DEFAULT_WIDTH = 80

-- ---- wrapping -------------------------------------------------------------------------------------

--- Cuts a word that is wider than a line into pieces that are not.
local function pieces(word, most)
  local result, piece, used = {}, {}, 0
  for _, code in utf8.codes(word) do
    local char = utf8.char(code)
    local cells = width.of(char)
    if used + cells > most and used > 0 then
      result[#result + 1] = table.concat(piece)
      piece, used = {}, 0
    end
    piece[#piece + 1] = char
    used = used + cells
  end
  result[#result + 1] = table.concat(piece)
  return result
end

--- The lines of one printable text in at most `most` cells each; always at least one line.
local function wrap(line, most)
  local lines, current, used = {}, {}, 0
  local function flush()
    lines[#lines + 1] = table.concat(current, " ")
    current, used = {}, 0
  end
  for word in line:gmatch "%S+" do
    for _, piece in ipairs(pieces(word, most)) do
      local cells = width.of(piece)
      if used > 0 and used + 1 + cells > most then flush() end
      current[#current + 1] = piece
      used = used + cells + (used > 0 and 1 or 0)
    end
  end
  if used > 0 or #lines == 0 then flush() end
  return lines
end

--- A text of several lines, each wrapped, the first behind `first` and the others behind `hanging`.
local function paragraph(out, value, most, first, hanging)
  local indent = first or ""
  if width.of(indent) > most // 2 then value, indent = indent .. value, "" end
  for line in (value .. "\n"):gmatch "(.-)\n" do
    for _, part in ipairs(wrap(width.printable(line), math.max(1, most - width.of(indent)))) do
      out[#out + 1] = ((indent .. part):gsub("%s+$", ""))
      indent = hanging or ""
    end
  end
end

-- ---- tables ---------------------------------------------------------------------------------------

local function longest_word(value)
  local most = 0
  for word in value:gmatch "%S+" do most = math.max(most, width.of(word)) end
  return most
end

--- A column's cells as texts and what they need: `full` unwrapped, `least` when it has to give way.
-- A figure's number stands at the right edge and its flags and sources behind it, aligned to the left; a narrow
-- column has them below it.
local function lay_out(column, index, rows)
  local right = document.is_right(column)
  local mains, suffixes, main_width, suffix_width = {}, {}, 0, 0
  for r, row in ipairs(rows) do
    local main, suffix = cell.parts(row[index])
    mains[r], suffixes[r] = width.printable((main:gsub("%s*\n%s*", " "))), width.printable(suffix)
    main_width = math.max(main_width, width.of(mains[r]))
    suffix_width = math.max(suffix_width, width.of(suffixes[r]))
  end
  local cells = {}
  for r = 1, #rows do
    local main = mains[r]
    if right then main = width.pad(main, main_width, true) end
    if suffix_width > 0 then
      main = right and main .. " " .. width.pad(suffixes[r], suffix_width) or
        suffixes[r] ~= "" and main .. " " .. suffixes[r] or main
    end
    cells[r] = main
  end
  local title = width.printable(document.column_title(column))
  local full, least = 0, 0
  for r = 1, #rows do
    full = math.max(full, width.of(cells[r]))
    least = math.max(least, right and math.max(main_width, suffix_width) or
      math.min(NARROWEST, width.of(cells[r])))
  end
  least = math.max(least, math.min(longest_word(title), NARROWEST))
  return { title = title, cells = cells, mains = mains, suffixes = suffixes, right = right,
    full = math.max(full, width.of(title)), least = least }
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

--- The lines of row `r` of a column; the title for 0.
local function cell_lines(column, r)
  local value = r == 0 and column.title or column.cells[r]
  if width.of(value) <= column.width then return { value } end
  if not column.right or r == 0 then return wrap(value, column.width) end
  local main, suffix = column.mains[r], column.suffixes[r]
  if suffix == "" then return { main } end
  local joined = main .. " " .. suffix
  return width.of(joined) <= column.width and { joined } or { main, suffix }
end

local function put_row(out, columns, r)
  local parts, height = {}, 1
  for i, column in ipairs(columns) do
    parts[i] = cell_lines(column, r)
    height = math.max(height, #parts[i])
  end
  for at = 1, height do
    local line = {}
    for i, column in ipairs(columns) do
      -- Titles of several lines stand on the rule below them.
      local part = parts[i][r == 0 and at - (height - #parts[i]) or at] or ""
      line[i] = width.pad(part, column.width, column.right)
    end
    out[#out + 1] = (table.concat(line, (" "):rep(GAP)):gsub("%s+$", ""))
  end
end

local function put_grid(out, columns, rows)
  put_row(out, columns, 0)
  local rules = {}
  for i, column in ipairs(columns) do rules[i] = ("─"):rep(column.width) end
  out[#out + 1] = table.concat(rules, (" "):rep(GAP))
  for r = 1, rows do put_row(out, columns, r) end
end

--- Each row as lines of title and value, for tables that no width is enough for.
local function put_records(out, block, most)
  for r, row in ipairs(block.rows) do
    if r > 1 then out[#out + 1] = "" end
    for i, column in ipairs(block.columns) do
      paragraph(out, cell.text(row[i]), most, document.column_title(column) .. ": ", "  ")
    end
  end
end

local render = {}

function render.table(out, block, most)
  if block.title then paragraph(out, block.title, most) end
  if #block.rows == 0 then
    out[#out + 1] = "(no rows)"
  else
    local columns = {}
    for i, column in ipairs(block.columns) do columns[i] = lay_out(column, i, block.rows) end
    if share(columns, most) then put_grid(out, columns, #block.rows) else put_records(out, block, most) end
  end
  if block.note then paragraph(out, block.note, most) end
end

-- ---- charts ---------------------------------------------------------------------------------------

local EIGHTHS = { "▏", "▎", "▍", "▌", "▋", "▊", "▉" }

local function solid(length)
  local eighths = math.floor(length * 8 + 0.5)
  return ("█"):rep(eighths // 8) .. (EIGHTHS[eighths % 8] or "")
end

--- One bar: solid up to the lower end, shaded up to the upper one, an arrow where that is open.
local function bar(low, high, scale)
  if low < 0 then return "" end
  local drawn = solid(low * scale)
  if low > 0 and drawn == "" then drawn = EIGHTHS[1] end
  if not high then return drawn .. "→" end
  local shade = math.floor(high * scale + 0.5) - width.of(drawn)
  return drawn .. ("░"):rep(math.max(0, shade))
end

local function largest(values, count)
  local most = 0
  for i = 1, count do
    local low, high = cell.extent(values[i])
    most = math.max(most, low or 0, high or 0)
  end
  return most
end

function render.chart(out, block, most)
  if block.title then paragraph(out, block.title, most) end
  local count, label_width, value_width = #block.labels, 0, 0
  local labels, values = {}, {}
  for i = 1, count do
    labels[i] = width.printable(tostring(block.labels[i]))
    values[i] = width.printable(cell.text(block.values[i]))
    label_width = math.max(label_width, width.of(labels[i]))
    value_width = math.max(value_width, width.of(values[i]))
  end
  label_width = math.min(label_width, math.max(NARROWEST, most // 3))
  local room = math.max(8, most - label_width - value_width - 2 * GAP - 1)
  local top = largest(block.values, count)
  local scale = top > 0 and room / top or 0
  for i = 1, count do
    local low, high = cell.extent(block.values[i])
    local lines = wrap(labels[i], label_width)
    local drawn = (low or high) and bar(low or 0, high, scale) or ""
    if drawn ~= "" then drawn = drawn .. " " end
    out[#out + 1] = width.pad(lines[1], label_width) .. (" "):rep(GAP) .. drawn .. values[i]
    for at = 2, #lines do out[#out + 1] = lines[at] end
  end
end

-- ---- the other blocks ------------------------------------------------------------------------------

function render.heading(out, block, most)
  paragraph(out, block.text, most)
  local rule = ({ [0] = "═", "─" })[block.level or 1]
  if rule then out[#out + 1] = rule:rep(math.min(most, width.of(out[#out]))) end
end

function render.text(out, block, most)
  paragraph(out, block.text, most)
end

function render.facts(out, block, most)
  local label_width = 0
  for _, item in ipairs(block.items) do
    label_width = math.max(label_width, math.min(width.of(tostring(item[1])), most // 3))
  end
  for _, item in ipairs(block.items) do
    local label = width.printable(tostring(item[1]))
    label = label .. (" "):rep(label_width - width.of(label)) .. (" "):rep(GAP)
    paragraph(out, cell.text(item[2]), most, label, (" "):rep(label_width + GAP))
  end
end

function render.notes(out, block, most)
  for _, item in ipairs(block.items) do paragraph(out, item, most, "• ", "  ") end
end

function render.sources(out, block, most)
  local digits = 0
  for _, item in ipairs(block.items) do digits = math.max(digits, #tostring(item.number)) end
  for _, item in ipairs(block.items) do
    local line, url = cell.source(item)
    local number = width.pad("[" .. tostring(item.number) .. "]", digits + 2, true) .. " "
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
