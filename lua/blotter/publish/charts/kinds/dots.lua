--- Dots with a range: the best value as a dot on the line from its lower to its upper end.

local cell = require "blotter.publish.formats.cell"
local document = require "blotter.publish.document"
local rows = require "blotter.publish.charts.rows"

local dots = { description = "Dot chart with ranges", legend = true, by_row = true }

local function best_of(value)
  value = document.value(value)
  if type(value) ~= "table" then return type(value) == "number" and value or nil end
  return document.value(value.best) or (document.value(value.high) == nil and document.value(value.low)) or nil
end

local function draw(pen, left, y, high, value, place, class)
  local low, up = cell.extent(value)
  if not (low or up) then return left end
  local middle, from = y + high / 2, left + place(low or 0)
  local to = up and left + place(up) or from + 16
  if to > from then pen:rect(from, middle - 1.5, to - from, 3, "mark " .. class) end
  if not up then pen:open(to, middle, high / 2 - 1, "mark " .. class) end
  local best = best_of(value)
  if best then pen:circle(left + place(best), middle, high / 2 - 2, "mark " .. class) end
  return to + 5
end

function dots.svg(pen, block, list)
  rows.draw(pen, block, list, { bars = #list, scale = rows.linear(list, pen),
    mark = function(left, y, high, i, at, place)
      local value = list[at].values[i]
      return draw(pen, left, y, high, value, place, "s" .. pen.series(at)), rows.words(value)
    end })
end

--- One range as text: blanks up to its lower end, a line to the upper, a dot at the best value.
function dots.text(value, per_cell)
  local low, high = cell.extent(value)
  if not (low or high) or (low or 0) < 0 then return "" end
  local from = math.floor((low or 0) * per_cell + 0.5)
  local to = high and math.max(from, math.floor(high * per_cell + 0.5)) or from + 2
  local best = best_of(value)
  local at = best and math.min(math.max(math.floor(best * per_cell + 0.5), from), to)
  local drawn = {}
  for place = from, to do
    drawn[#drawn + 1] = place == at and "●" or place == to and not high and "→" or "─"
  end
  return (" "):rep(from) .. table.concat(drawn)
end

function dots.lines(block, list, most, numbering)
  local words, words_cells = rows.all_words(list, numbering, #list > 1)
  local top = rows.largest(list)
  return rows.lines(block, most, words_cells, function(i, room)
    local marks = {}
    for s in ipairs(list) do
      marks[s] = { dots.text(list[s].values[i], top > 0 and (room - 4) / top or 0), words[s][i] }
    end
    return marks
  end)
end

return dots
