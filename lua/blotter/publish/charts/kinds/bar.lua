--- Bars: one a label, full up to the lower end of its value, pale up to the upper end, with an arrow where that is
-- open.

local rows = require "blotter.publish.charts.rows"

local bar = { description = "Bar chart", by_row = true }

function bar.svg(pen, block, list)
  rows.draw(pen, block, list, { bars = 1, scale = rows.linear(list, pen),
    said = function(i) return rows.said(list[1].values[i]) end,
    mark = function(left, y, high, i, _, place)
      local value = list[1].values[i]
      return rows.bar(pen, left, y, high, value, place, "s1"), rows.words(value)
    end })
end

function bar.lines(block, list, most, numbering)
  local words, words_cells = rows.all_words(list, numbering)
  local top = rows.largest(list)
  return rows.lines(block, most, words_cells, function(i, room)
    return { { rows.text_bar(list[1].values[i], top > 0 and room / top or 0), words[1][i] } }
  end)
end

return bar
