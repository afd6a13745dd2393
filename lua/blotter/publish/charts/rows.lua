--- What the charts of rows share: a label, and beside it (in a narrow drawing below it) marks along a scale, each with
-- its value in words at its end.

local bars = require "blotter.terminal.bars"
local cell = require "blotter.publish.formats.cell"
local document = require "blotter.publish.document"
local pen = require "blotter.publish.charts.pen"
local scale = require "blotter.publish.charts.scale"
local titles = require "blotter.publish.titles"
local width = require "blotter.terminal.width"
local wrapping = require "blotter.publish.wrapping"

local rows = {}

local BAR, ROW_GAP = 14, 12
local LABEL_LINES = 4

--- What stands at a mark: the words of the value without period, flags and sources, which stand in the table below.
function rows.words(value)
  value = document.value(value)
  if type(value) ~= "table" then return cell.text(value) end
  local main = cell.bounds(value)
  return main
end

--- Whether a value counts a part only of what its place on the axis says, so that it is drawn hollow.
function rows.is_hollow(value)
  value = document.value(value)
  return type(value) == "table" and value.hollow == true
end

--- Whether a value counts something else than its neighbour before, so that no line joins them; nil where nobody says.
function rows.is_apart(value)
  value = document.value(value)
  if type(value) ~= "table" then return nil end
  return value.apart
end

-- The flags of a value, but for the open end that is drawn.
local function flags_of(value)
  local list = {}
  for _, flag in ipairs(type(value) == "table" and value.flags or {}) do
    if flag ~= "lower bound" and titles.seen(flag) then list[#list + 1] = flag end
  end
  return list
end

--- The flags of a value in a drawing as a text, nil for none.
function rows.flags(value)
  local list = flags_of(document.value(value))
  return #list > 0 and table.concat(list, ", ") or nil
end

--- What is said of a value below its label in a drawing: its period and its flags; nil for nothing.
function rows.said(value)
  value = document.value(value)
  local list = flags_of(value)
  local period = type(value) == "table" and titles.seen(document.value(value.period))
  if period then table.insert(list, 1, period) end
  return #list > 0 and table.concat(list, ", ") or nil
end

local function widest_words(list)
  local most = 0
  for _, series in ipairs(list) do
    for i = 1, #series.labels do most = math.max(most, pen.of(rows.words(series.values[i]))) end
  end
  return math.min(most, 170)
end

-- The column of labels at the left: its width.
local function label_width(labels, wide)
  local most = 0
  for _, label in ipairs(labels) do most = math.max(most, pen.of(label)) end
  return math.min(most + 8, wide * 0.34)
end

local function draw_axis(self, marks, place, left, top)
  for _, mark in ipairs(marks) do
    local x = left + place(mark[1])
    self:line(x, top, x, self.height, mark[1] == 0 and "axis" or "grid")
  end
end

-- The names of the marks below them; the last one ends at the edge.
local function name_marks(self, marks, place, left)
  local free = -math.huge
  for i, mark in ipairs(marks) do
    local x, half = left + place(mark[1]), pen.of(mark[2]) / 2
    if x - half > free and (i < #marks or x + half <= self.wide + 1) then
      self:text(math.max(x, half), self.height + 14, mark[2], "soft middle")
      free = x + half + 6
    end
  end
  self.height = self.height + 20
end

-- The label of row i and what is said of it, in lines of at most `most` pixels from the height `y` on; returns how many
-- lines they take.
local function draw_label(self, block, options, i, y, most)
  local lines = self:lines(0, y, block.labels[i], most, LABEL_LINES)
  local said = options.said and options.said(i)
  for _, line in ipairs(said and pen.folded(said, most, 3) or {}) do
    self:text(0, y + lines * pen.LINE, line, "soft")
    lines = lines + 1
  end
  return lines
end

-- The marks of row i at the height `y`, each with its words at its end.
local function draw_marks(self, options, i, y, left, place)
  for at = 1, options.bars do
    local mark_y = y + (at - 1) * (BAR + 2)
    local x, words = options.mark(left, mark_y, BAR, i, at, place)
    if words then
      local most = pen.of(words)
      if x + 6 + most > self.wide then x = math.max(0, self.wide - most - 6) end
      self:text(x + 6, mark_y + BAR - 2, words, "value", self.wide - x)
    end
  end
end

--- Draws rows, those of the pen's part where it has one (see charts.parts). `list` holds the series; `scale` makes a
-- scale for a length. `said`, when it is there, gives what stands below a label. `bars` is how many marks stand below
-- each other in a row, and mark(x, y, high, i, place) draws those of row i and returns, for each, where its words stand
-- and the words.
function rows.draw(self, block, list, options)
  local left = self.narrow and 0 or label_width(block.labels, self.wide)
  local room = self.wide - left - math.min(widest_words(list), self.wide * 0.35) - 22
  local place, marks = options.scale(room)
  local top, start = self.height, #self + 1
  for i = self.first or 1, self.last or #block.labels do
    self.height = self.height + ROW_GAP / 2
    if self.narrow then
      self.height = self.height + draw_label(self, block, options, i, self.height + 12, self.wide) * pen.LINE + 2
    end
    local y, high = self.height, options.bars * BAR + (options.bars - 1) * 2
    if not self.narrow then
      high = math.max(high, draw_label(self, block, options, i, y + BAR - 2, left - 8) * pen.LINE - 2)
    end
    draw_marks(self, options, i, y, left, place)
    self.height = y + high + ROW_GAP / 2
  end
  local behind = pen.new(self.wide)
  behind.height = self.height
  draw_axis(behind, marks, place, left, top)
  table.insert(self, start, table.concat(behind))
  if not self.goes_on then name_marks(self, marks, place, left) end
end

--- A scale for rows.draw from the ends of the values of some series.
function rows.linear(list, self)
  local low, high = 0, 0
  for _, series in ipairs(list) do
    for i = 1, #series.labels do
      local from, to = cell.extent(series.values[i])
      low = math.min(low, from or 0, to or 0)
      high = math.max(high, from or 0, to or 0)
    end
  end
  return function(room) return scale.linear(low, high, room, self.narrow and 3 or 5) end
end

--- One bar: full (hollow, where the value is) to the lower end, pale to the upper one, an arrow where that is open.
-- Returns where it ends.
function rows.bar(self, left, y, high, value, place, class)
  local low, up = cell.extent(value)
  if not (low or up) then return left end
  local zero, from = left + place(0), left + place(low or 0)
  if low and low ~= 0 then
    local ink = rows.is_hollow(value) and "hollow " or "mark "
    self:rect(math.min(zero, from), y, math.max(math.abs(from - zero), 1), high, ink .. class)
  end
  if not up then
    self:open(from + 2, y + high / 2, high / 2, "pale " .. class)
    return from + high / 2 + 2
  end
  local to = left + place(up)
  if to > from then self:rect(from, y, to - from, high, "pale " .. class) end
  return math.max(zero, from, to)
end

-- ---- the same for a terminal ----

local GAP, NARROWEST = 2, 12
--- One bar of text: full to the lower end, shaded to the upper one, an arrow where that is open.
function rows.text_bar(value, per_cell)
  local low, high = cell.extent(value)
  if not (low or high) then return "" end
  return bars.range(low or 0, high, per_cell)
end

--- The lines of one row: the label's lines beside the marks, whose words go on below when the line is full.
local function row_lines(out, names, marks, label_cells, most)
  local beside = {}
  for _, mark in ipairs(marks) do
    local drawn = mark[1] ~= "" and mark[1] .. " " or ""
    local words = wrapping.lines(width.printable(mark[2]), math.max(8, most - label_cells - GAP - width.of(drawn)))
    beside[#beside + 1] = drawn .. words[1]
    for at = 2, #words do beside[#beside + 1] = (" "):rep(width.of(drawn)) .. words[at] end
  end
  for at = 1, math.max(#names, #beside) do
    local line = width.pad(names[at] or "", label_cells) .. (" "):rep(GAP) .. (beside[at] or "")
    out[#out + 1] = width.trimmed(line)
  end
end

--- Lines of labels with what `draw(i, room)` gives for each: a list of {drawing, words}. `room` is the cells that a
-- drawing may take beside words of `words_cells`.
function rows.lines(block, most, words_cells, draw)
  local out, labels, label_cells = {}, {}, 0
  for i, label in ipairs(block.labels) do
    labels[i] = width.printable(tostring(label))
    label_cells = math.max(label_cells, width.of(labels[i]))
  end
  label_cells = math.min(label_cells, math.max(NARROWEST, most // 3))
  local room = math.max(8, most - label_cells - math.min(words_cells, most // 2) - 2 * GAP - 1)
  for i, label in ipairs(labels) do
    row_lines(out, wrapping.lines(label, label_cells), draw(i, room), label_cells, most)
  end
  return out
end

--- The words of all values with all that stands behind them, by series and label, and the widest.
function rows.all_words(list, numbering, prefix)
  local words, most = {}, 0
  for s, series in ipairs(list) do
    words[s] = {}
    for i = 1, #series.labels do
      local text = width.printable(cell.text(series.values[i], false, numbering))
      if prefix then text = width.printable(series.name) .. ": " .. text end
      words[s][i] = text
      most = math.max(most, width.of(text))
    end
  end
  return words, most
end

--- The largest end of the values of some series.
function rows.largest(list)
  local most = 0
  for _, series in ipairs(list) do most = math.max(most, cell.largest(series.values, #series.labels)) end
  return most
end

return rows
