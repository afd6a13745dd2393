--- Numbers as block characters: bars, lines of little columns, and points on a grid of dots.

local width = require "blotter.terminal.width"

local bars = {}

local EIGHTHS = { "▏", "▎", "▍", "▌", "▋", "▊", "▉" }
local COLUMNS = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" }

--- A bar of `length` cells, drawn to an eighth of a cell.
function bars.solid(length)
  local eighths = math.floor(length * 8 + 0.5)
  return ("█"):rep(eighths // 8) .. (EIGHTHS[eighths % 8] or "")
end

--- A bar of `scale` cells for each one: solid up to the lower end, shaded up to the upper one, an arrow where that is
-- open. What is not zero shows.
function bars.range(low, high, scale)
  if low < 0 then return "" end
  local drawn = bars.solid(low * scale)
  if low > 0 and drawn == "" then drawn = EIGHTHS[1] end
  if not high then return drawn .. "→" end
  local shade = math.floor(high * scale + 0.5) - width.of(drawn)
  return drawn .. ("░"):rep(math.max(0, shade))
end

--- Whether a number can be drawn.
local function is_finite(x)
  return x ~= nil and x == x and x ~= math.huge and x ~= -math.huge
end

--- The smallest and the largest of values[1..n] that can be drawn, or nil.
local function bounds(values, n)
  local low, high
  for i = 1, n do
    local x = values[i]
    if is_finite(x) then low, high = math.min(low or x, x), math.max(high or x, x) end
  end
  return low, high
end

--- A column for each of values[1..n], from the smallest (or zero, when that is smaller) to the largest; a blank where
-- there is none.
function bars.spark(values, n)
  local low, high = bounds(values, n)
  local parts = {}
  if low and low > 0 then low = 0 end
  for i = 1, n do
    local share = is_finite(values[i]) and (high > low and (values[i] - low) / (high - low) or 0)
    parts[i] = share and COLUMNS[1 + math.floor(share * (#COLUMNS - 1) + 0.5)] or " "
  end
  return table.concat(parts)
end

--- Lines of bars with their labels and the texts of their values, at most `most` cells wide. Bars of what is below
-- zero stand left of the others. `values` may have nil: `n` says how many there are.
function bars.lines(labels, values, texts, n, most)
  local low, high = bounds(values, n)
  local label_width, text_width = 0, 0
  for i = 1, n do
    labels[i] = width.cut(width.printable(labels[i]), math.max(8, most // 3))
    label_width, text_width = math.max(label_width, width.of(labels[i])), math.max(text_width, width.of(texts[i]))
  end
  local room = math.max(8, most - label_width - text_width - 4)
  low, high = math.min(low or 0, 0), math.max(high or 0, 0)
  local scale = high > low and room / (high - low) or 0
  local left = math.floor(-low * scale + 0.5)
  local lines = {}
  for i = 1, n do
    local x, drawn = is_finite(values[i]) and values[i] or 0, ""
    if x < 0 then drawn = width.pad(("█"):rep(math.max(1, math.floor(-x * scale + 0.5))), left, true) end
    if x >= 0 then drawn = (" "):rep(left) .. bars.range(x, x, scale) end
    lines[i] = ("%s  %s%s%s"):format(width.pad(labels[i], label_width), drawn, drawn ~= "" and " " or "", texts[i])
  end
  return lines
end

-- The dots of a character of the Braille block by column and row, from the top.
local DOTS = { { 0x01, 0x02, 0x04, 0x40 }, { 0x08, 0x10, 0x20, 0x80 } }

--- Points on a grid of `columns` × `rows` characters, each of two by four dots: lines from the top, and the bounds of x
-- and of y.
function bars.points(xs, ys, n, columns, rows)
  local x_low, x_high = bounds(xs, n)
  local y_low, y_high = bounds(ys, n)
  local grid = {}
  local function place(x, low, high, dots)
    return high > low and math.floor((x - low) / (high - low) * (dots - 1) + 0.5) or 0
  end
  for i = 1, n do
    if is_finite(xs[i]) and is_finite(ys[i]) then
      local x, y = place(xs[i], x_low, x_high, 2 * columns), 4 * rows - 1 - place(ys[i], y_low, y_high, 4 * rows)
      local at = y // 4 * columns + x // 2
      grid[at] = (grid[at] or 0) | DOTS[x % 2 + 1][y % 4 + 1]
    end
  end
  local lines = {}
  for row = 1, rows do
    local parts = {}
    for column = 1, columns do parts[column] = utf8.char(0x2800 + (grid[(row - 1) * columns + column - 1] or 0)) end
    lines[row] = table.concat(parts)
  end
  return lines, { x_low, x_high }, { y_low, y_high }
end

return bars
