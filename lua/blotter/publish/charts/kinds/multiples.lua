--- Small multiples: a small chart of columns for each series, all over the same labels, each with its largest value.
-- With `free` each has a scale of its own, and its own first and last label.

local cell = require "blotter.publish.formats.cell"
local line = require "blotter.publish.charts.kinds.line"
local pen_of = require "blotter.publish.charts.pen"
local rows = require "blotter.publish.charts.rows"
local width = require "blotter.terminal.width"
local wrapping = require "blotter.publish.wrapping"

local multiples = { description = "Small multiples" }

local HIGH, PANEL, GAP, WIDEST_COLUMN = 60, 220, 20, 48
local NAME_LINES, PEAK_LINES = 4, 2

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

--- What a panel says of its largest value, or nothing.
local function peak_words(block, series)
  local at, words = peak(block, series)
  return at and ("most: %s (%s)"):format(words, block.labels[at]) or ""
end

--- The lines that the names of some panels and what is said of their largest values take.
local function header_lines(block, list, wide)
  local names, peaks = 1, 1
  for _, series in ipairs(list) do
    names = math.max(names, #pen_of.folded(series.name, wide, NAME_LINES, "strong"))
    peaks = math.max(peaks, #pen_of.folded(peak_words(block, series), wide, PEAK_LINES))
  end
  return names, peaks
end

-- The first and the last label that a panel shows: all, or with a scale of its own those between which it has values.
local function own_places(block, series)
  local first, last
  for i = 1, block.free and #block.labels or 0 do
    if line.middle(series.values[i]) then first, last = first or i, i end
  end
  if not first then return 1, math.max(#block.labels, 1) end
  return first, last
end

local function name_ends(pen, block, ends, at)
  local first, last = block.labels[ends[1]] or "", block.labels[ends[2]] or ""
  pen:text(at.x, at.y + 15, first, "soft")
  if ends[2] > ends[1] and pen_of.of(first) + pen_of.of(last) + 8 < at.wide then
    pen:text(at.x + at.wide, at.y + 15, last, "soft end")
  end
end

--- One panel: `at` has its place {x, y, wide}, where its columns stand, and how many lines names take.
local function panel(pen, block, series, at, top)
  local x, wide, bottom = at.x, at.wide, at.bottom
  top = top or math.max(rows.largest { series }, 1)
  pen:lines(x, at.y + 12, series.name, wide, at.names, "strong")
  pen:lines(x, at.y + 12 + at.names * pen.LINE, peak_words(block, series), wide, PEAK_LINES, "soft")
  local first, last = own_places(block, series)
  local each = wide / (last - first + 1)
  for i = first, last do
    local from = x + (i - first) * each
    column(pen, from, math.max(math.min(each - 2, WIDEST_COLUMN), 1), bottom, series.values[i], top)
    if rows.is_apart(series.values[i]) then pen:line(from - 1, bottom - HIGH, from - 1, bottom, "broken") end
  end
  pen:line(x, bottom, x + wide, bottom, "axis")
  name_ends(pen, block, { first, last }, { x = x, y = bottom, wide = wide })
end

function multiples.svg(pen, block, list)
  local across = math.max(2, math.floor((pen.wide + GAP) / (PANEL + GAP)))
  local wide = (pen.wide - (across - 1) * GAP) / across
  local top = top_of(block, list)
  for first = 1, #list, across do
    local row = table.move(list, first, math.min(first + across - 1, #list), 1, {})
    local names, peaks = header_lines(block, row, wide)
    local bottom = pen.height + (names + peaks) * pen.LINE + 14 + HIGH
    for i, series in ipairs(row) do
      panel(pen, block, series, { x = (i - 1) * (wide + GAP), y = pen.height, wide = wide, bottom = bottom,
        names = names }, top)
    end
    pen.height = bottom + 34
  end
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
