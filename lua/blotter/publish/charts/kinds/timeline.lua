--- A timeline: for each label the span of time in `spans`, with its value in words behind it. An end that is not known
-- is drawn open.

local cell = require "blotter.publish.formats.cell"
local pen_of = require "blotter.publish.charts.pen"
local rows = require "blotter.publish.charts.rows"
local scale = require "blotter.publish.charts.scale"

local timeline = { description = "Timeline", by_row = true }

--- From and to in years; `to` is nil where the end is open.
local function span_of(block, i)
  local span = block.spans[i] or {}
  local from = scale.year(span.from or "") or scale.year(span.to or "")
  local to = span.to and scale.year(span.to, true)
  return from, to
end

local function ends(block)
  local low, high = math.huge, -math.huge
  for i in ipairs(block.labels) do
    local from, to = span_of(block, i)
    if from then low, high = math.min(low, from), math.max(high, to or from) end
  end
  if low > high then return 2000, 2001 end
  return low, high
end

local function year_of(text)
  return tostring(text):match "^%d%d%d%d" or cell.date(text)
end

--- What is said of a span and its value; `say` puts a date into words.
local function words(block, list, i, say)
  local span, value = block.spans[i] or {}, list[1] and list[1].values[i]
  say = say or cell.date
  local from, to = span.from and say(span.from), span.to and say(span.to)
  local dates = from and to and from ~= to and from .. " to " .. to
    or from and not to and "from " .. from or from or to or "no date"
  local known = value ~= nil and rows.words(value)
  if not known or known == "–" then return dates end
  local flags = rows.flags(value)
  return ("%s: %s%s"):format(dates, known, flags and " (" .. flags .. ")" or "")
end
timeline.words = words

function timeline.svg(pen, block, list)
  local low, high = ends(block)
  rows.draw(pen, block, {}, { bars = 1, said = pen.narrow and function(i) return words(block, list, i) end,
    scale = function(room) return scale.years(low, high, room, pen.narrow and 4 or 8) end,
    mark = function(left, y, size, i, _, place)
      local from, to = span_of(block, i)
      local text = words(block, list, i)
      if pen.narrow then text = nil end
      if not from then return left, text end
      local x, stop = left + place(from), left + place(to or from)
      local value = list[1] and list[1].values[i]
      pen:rect(x, y, math.max(stop - x, 4), size, rows.is_hollow(value) and "hollow s1" or "mark s1")
      stop = math.max(stop, x + 4)
      if not to then
        pen:open(stop + 2, y + size / 2, size / 2, "pale s1")
        stop = stop + size / 2 + 2
      end
      if not text then return stop end
      -- Behind the bar, else before it, else there with years only, without the value in the end; else within it.
      for _, said in ipairs { text, words(block, list, i, year_of), words(block, {}, i, year_of) } do
        local most = pen_of.of(said)
        if stop + 6 + most <= pen.wide then return stop, said end
        if x - most - 6 > left then
          pen:text(x - 6, y + size - 2, said, "value end")
          return stop, nil
        end
      end
      for _, said in ipairs { text, words(block, {}, i, year_of) } do
        if pen_of.of(said) + 12 <= stop - x then
          pen:text(x + 6, y + size - 2, said, rows.is_hollow(value) and "value" or "on4")
          return stop, nil
        end
      end
      return stop, nil
    end })
end

function timeline.lines(block, list, most)
  local low, high = ends(block)
  local out = rows.lines(block, most, 24, function(i, room)
    local from, to = span_of(block, i)
    local drawn = ""
    if from then
      local per_cell = (room - 3) / math.max(high - low, 1 / 12)
      local start = math.floor((from - low) * per_cell)
      local cells = math.max(1, math.floor(((to or from) - from) * per_cell + 0.5))
      drawn = (" "):rep(start) .. ("━"):rep(cells) .. (to and "" or "→")
    end
    return { { drawn, words(block, list, i) } }
  end)
  table.insert(out, 1, ("%d to %d"):format(math.floor(low), math.ceil(high - 1e-9) - 1))
  return out
end

return timeline
