--- Grouped bars: a bar of each series below each other at a label.

local rows = require "blotter.publish.charts.rows"

local grouped = { description = "Grouped bar chart", legend = true, by_row = true }

function grouped.svg(pen, block, list)
  rows.draw(pen, block, list, { bars = #list, scale = rows.linear(list, pen),
    mark = function(left, y, high, i, at, place)
      local value = list[at].values[i]
      return rows.bar(pen, left, y, high, value, place, "s" .. pen.series(at)), rows.words(value)
    end })
end

function grouped.lines(block, list, most, numbering)
  local words, words_cells = rows.all_words(list, numbering, true)
  local top = rows.largest(list)
  return rows.lines(block, most, words_cells, function(i, room)
    local marks = {}
    for s in ipairs(list) do
      marks[s] = { rows.text_bar(list[s].values[i], top > 0 and room / top or 0), words[s][i] }
    end
    return marks
  end)
end

return grouped
