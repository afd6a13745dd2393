--- Small multiples: a small chart of columns for each series, all over the same labels, each with its largest value.
-- With `free` each has a scale of its own.

local cell = require "blotter.publish.formats.cell"
local line = require "blotter.publish.charts.kinds.line"
local pen_of = require "blotter.publish.charts.pen"
local rows = require "blotter.publish.charts.rows"
local width = require "blotter.terminal.width"
local wrapping = require "blotter.publish.wrapping"

local multiples = { description = "Small multiples" }

local HIGH, PANEL, GAP = 60, 165, 20

local function top_of(block, list)
  if block.free then return nil end
  return math.max(rows.largest(list), 1)
end

--- The label and words of the largest value of a series.
local function peak(block, series)
  local found, most
  for i = 1, #block.labels do
    local value = line.middle(series.values[i])
    if value and (not most or value > most) then found, most = i, value end
  end
  return found, found and rows.words(series.values[found])
end

local function column(pen, x, wide, bottom, value, top)
  local low, high = cell.extent(value)
  local at = line.middle(value)
  if not at or at < 0 then return end
  local size = at / top * HIGH
  pen:rect(x, bottom - size, wide, math.max(size, 1), (rows.is_hollow(value) and "pale" or "mark") .. " s1")
  if high and high > at then pen:rect(x, bottom - high / top * HIGH, wide, (high - at) / top * HIGH, "pale s1") end
  if low and not high then
    local middle = x + wide / 2
    pen:path("pale s1", "M", middle - 4, bottom - size - 2, "L", middle, bottom - size - 8, "L", middle + 4,
      bottom - size - 2, "z")
  end
end

local function panel(pen, block, series, x, y, wide, top)
  local count = #block.labels
  local bottom = y + 50 + HIGH
  top = top or math.max(rows.largest { series }, 1)
  pen:lines(x, y + 12, series.name, wide, 2, "strong")
  local each = wide / math.max(count, 1)
  for i = 1, count do
    column(pen, x + (i - 1) * each, math.max(each - 2, 1), bottom, series.values[i], top)
  end
  pen:line(x, bottom, x + wide, bottom, "axis")
  local first, last = block.labels[1] or "", block.labels[count] or ""
  pen:text(x, bottom + 15, first, "soft")
  if count > 1 and pen_of.of(first) + pen_of.of(last) + 8 < wide then
    pen:text(x + wide, bottom + 15, last, "soft end")
  end
  local at, words = peak(block, series)
  if at then pen:text(x, y + 44, ("most: %s (%s)"):format(words, block.labels[at]), "soft", wide) end
end

function multiples.svg(pen, block, list)
  local across = math.max(2, math.floor((pen.wide + GAP) / (PANEL + GAP)))
  local wide = (pen.wide - (across - 1) * GAP) / across
  local top = top_of(block, list)
  for s, series in ipairs(list) do
    local row, place = (s - 1) // across, (s - 1) % across
    panel(pen, block, series, place * (wide + GAP), pen.height + row * (HIGH + 80), wide, top)
  end
  pen.height = pen.height + math.ceil(#list / across) * (HIGH + 80)
end

local SPARKS = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" }

local function spark(block, series, top)
  local drawn = {}
  for i = 1, #block.labels do
    local value = line.middle(series.values[i])
    drawn[i] = value and SPARKS[math.min(8, math.max(1, math.ceil(value / top * 8)))] or " "
  end
  return table.concat(drawn)
end

function multiples.lines(block, list, most)
  local names, top = { labels = {} }, top_of(block, list)
  for s, series in ipairs(list) do names.labels[s] = series.name end
  local out = wrapping.lines(width.printable(("%s to %s"):format(tostring(block.labels[1] or ""),
    tostring(block.labels[#block.labels] or ""))), most)
  local drawn = rows.lines(names, most, 30, function(s)
    local series = list[s]
    local at, words = peak(block, series)
    return { { spark(block, series, top or math.max(rows.largest { series }, 1)),
      at and width.printable(("most: %s (%s)"):format(words, block.labels[at])) or cell.UNKNOWN } }
  end)
  return table.move(drawn, 1, #drawn, #out + 1, out)
end

return multiples
