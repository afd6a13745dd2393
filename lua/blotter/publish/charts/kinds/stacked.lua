--- Stacked bars: the values of all series at a label one behind the other, each by its lower end or its best value, and
-- an arrow at the end when one of them is open.

local cell = require "blotter.publish.formats.cell"
local document = require "blotter.publish.document"
local rows = require "blotter.publish.charts.rows"
local scale = require "blotter.publish.charts.scale"
local width = require "blotter.terminal.width"
local wrapping = require "blotter.publish.wrapping"

local stacked = { description = "Stacked bar chart", legend = true, by_row = true }

--- The length of a value in a stack, and whether its upper end is open.
local function length(value)
  local low, high = cell.extent(value)
  value = document.value(value)
  local best = type(value) == "table" and document.value(value.best) or low or high
  return math.max(best or 0, 0), low ~= nil and high == nil
end

local function total(list, i)
  local sum, is_open = 0, false
  for _, series in ipairs(list) do
    local size, open = length(series.values[i])
    sum, is_open = sum + size, is_open or open
  end
  return sum, is_open
end

local function largest(block, list)
  local most = 0
  for i in ipairs(block.labels) do most = math.max(most, (total(list, i))) end
  return most
end

local function words(list, i)
  local sum, is_open = total(list, i)
  return (is_open and "≥ " or "") .. cell.number(math.tointeger(sum) or sum)
end

function stacked.svg(pen, block, list)
  local top = largest(block, list)
  rows.draw(pen, block, list, { bars = 1,
    scale = function(room) return scale.linear(0, top, room, pen.narrow and 3 or 5) end,
    mark = function(left, y, high, i, _, place)
      local sum = 0
      for s, series in ipairs(list) do
        local size = length(series.values[i])
        if size > 0 then
          pen:rect(left + place(sum), y, place(sum + size) - place(sum), high, "gap s" .. pen.series(s))
        end
        sum = sum + size
      end
      local x = left + place(sum)
      local _, is_open = total(list, i)
      if is_open then pen:open(x + 2, y + high / 2, high / 2, "pale s6") end
      return x + (is_open and high / 2 + 2 or 0), words(list, i)
    end })
end

local FILLS = { "█", "▒", "▓", "░", "▚", "▞" }

function stacked.lines(block, list, most, numbering)
  local top, widest = largest(block, list), 0
  for i in ipairs(block.labels) do widest = math.max(widest, width.of(words(list, i))) end
  local out = rows.lines(block, most, widest, function(i, room)
    local drawn, sum, used = {}, 0, 0
    for s, series in ipairs(list) do
      sum = sum + length(series.values[i])
      local cells = top > 0 and math.floor(sum / top * room + 0.5) or 0
      drawn[s] = FILLS[(s - 1) % #FILLS + 1]:rep(cells - used)
      used = cells
    end
    return { { table.concat(drawn), words(list, i) } }
  end)
  local key = {}
  for s, series in ipairs(list) do key[s] = FILLS[(s - 1) % #FILLS + 1] .. " " .. width.printable(series.name) end
  local legend = wrapping.lines(table.concat(key, "   "), most)
  table.move(out, 1, #out, #legend + 1)
  table.move(legend, 1, #legend, 1, out)
  for s, texts in ipairs((rows.all_words(list, numbering))) do
    for i, text in ipairs(texts) do
      if text ~= cell.UNKNOWN then
        local said = ("%s, %s: %s"):format(tostring(block.labels[i]), list[s].name, text)
        local lines = wrapping.lines(width.printable(said), most)
        table.move(lines, 1, #lines, #out + 1, out)
      end
    end
  end
  return out
end

return stacked
