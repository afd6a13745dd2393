--- Area tiles: a tile of the same size for each label, darker where its value is larger, in five classes of as many
-- tiles; of one shade where the block is unshaded, since its values may not be compared. They stand in the order given,
-- so that no map says more than the numbers do.

local line = require "blotter.publish.charts.kinds.line"
local rows = require "blotter.publish.charts.rows"
local scale = require "blotter.publish.charts.scale"
local width = require "blotter.terminal.width"

local tiles = { description = "Area tiles" }

local TALL, GAP, CLASSES = 72, 4, 5

--- The class of each label (0 without a value), and the ends of each class.
local function classes(block, series)
  local sorted = {}
  for i = 1, #block.labels do
    local value = line.middle(series.values[i])
    if value then sorted[#sorted + 1] = value end
  end
  if block.unshaded then return function(i) return line.middle(series.values[i]) and 1 or 0 end, {} end
  table.sort(sorted)
  local of_value, ends = {}, {}
  for place, value in ipairs(sorted) do
    of_value[value] = of_value[value] or math.min(CLASSES, (place - 1) * CLASSES // #sorted + 1)
    local class = of_value[value]
    ends[class] = { ends[class] and ends[class][1] or value, value }
  end
  return function(i) return of_value[line.middle(series.values[i]) or false] or 0 end, ends
end

local function range(pair)
  if pair[1] == pair[2] then return scale.short(pair[1]) end
  return scale.short(pair[1]) .. "–" .. scale.short(pair[2])
end

local function legend(pen, ends)
  if #ends == 0 then return end
  local x = 0
  for class = 1, CLASSES do
    if ends[class] then
      local words = range(ends[class])
      if x + 20 + pen.of(words) > pen.wide then x, pen.height = 0, pen.height + 20 end
      pen:rect(x, pen.height + 2, 12, 12, "axis t" .. class)
      pen:text(x + 18, pen.height + 12, words)
      x = x + 34 + pen.of(words)
    end
  end
  pen.height = pen.height + 26
end

function tiles.svg(pen, block, list)
  local class_of, ends = classes(block, list[1])
  legend(pen, ends)
  local across = math.max(2, math.floor((pen.wide + GAP) / (112 + GAP)))
  local wide = (pen.wide - (across - 1) * GAP) / across
  for i, label in ipairs(block.labels) do
    local x = (i - 1) % across * (wide + GAP)
    local y = pen.height + (i - 1) // across * (TALL + GAP)
    local class = class_of(i)
    pen:rect(x, y, wide, TALL, "t" .. class)
    local lines = pen:lines(x + 6, y + 17, label, wide - 10, 2, "on" .. class)
    pen:lines(x + 6, y + 19 + lines * pen.LINE, rows.words(list[1].values[i]), wide - 10, 4 - lines > 2 and 2 or 1,
      "strong on" .. class)
  end
  pen.height = pen.height + math.ceil(#block.labels / across) * (TALL + GAP)
end

local SHADES = { [0] = "  ", "░░", "▒▒", "▓▓", "▓█", "██" }

function tiles.lines(block, list, most, numbering)
  local class_of = classes(block, list[1])
  local words, words_cells = rows.all_words(list, numbering)
  return rows.lines(block, most, words_cells + width.of "██", function(i)
    return { { SHADES[class_of(i)], words[1][i] } }
  end)
end

return tiles
