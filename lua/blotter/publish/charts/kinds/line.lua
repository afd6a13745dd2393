--- Lines over an axis of labels (years), each with a band between the ends of its values. Where a value is unknown the
-- line is interrupted, as between neighbours that stand apart; an open end has an arrow, and a break of the series a
-- dashed line.

local cell = require "blotter.publish.formats.cell"
local dots = require "blotter.publish.charts.kinds.dots"
local document = require "blotter.publish.document"
local pen_of = require "blotter.publish.charts.pen"
local rows = require "blotter.publish.charts.rows"
local scale = require "blotter.publish.charts.scale"

local line = { description = "Line chart", legend = true }

local HIGH, MOST_NAME = 220, 150

--- The middle of a value for the line.
local function middle(value)
  value = document.value(value)
  local low, high = cell.extent(value)
  if type(value) ~= "table" or not (low or high) then return low end
  return document.value(value.best) or (low and high and (low + high) / 2) or low or high
end
line.middle = middle

--- Where each label stands: by `at`, or one beside the other.
function line.places(block, left, room)
  local at, count = block.at, #block.labels
  local low, high = math.huge, -math.huge
  for i = 1, count do
    local value = at and at[i] or i
    low, high = math.min(low, value), math.max(high, value)
  end
  local span = high > low and high - low or 1
  return function(i) return left + ((at and at[i] or i) - low) / span * room end
end

-- Whether a line joins two neighbours: none of them is hollow unless the values say that they may be compared, and the
-- later one does not stand apart.
local function are_joined(before, after)
  local is_apart = rows.is_apart(after)
  if is_apart ~= nil then return not is_apart and rows.is_hollow(before) == rows.is_hollow(after) end
  return not rows.is_hollow(before) and not rows.is_hollow(after)
end

-- The runs of labels whose values are known, and between which the series has no break.
local function runs(block, series)
  local list, run, breaks = {}, nil, {}
  for _, place in ipairs(block.breaks or {}) do breaks[place] = true end
  for i = 1, #block.labels do
    if middle(series.values[i]) then
      if not run or breaks[i] or not are_joined(series.values[run[#run]], series.values[i]) then
        run = {}
        list[#list + 1] = run
      end
      run[#run + 1] = i
    else
      run = nil
    end
  end
  return list
end

local function draw_band(pen, run, series, x, y, class)
  local there, back = {}, {}
  for _, i in ipairs(run) do
    local low, high = cell.extent(series.values[i])
    high = high or middle(series.values[i])
    for _, part in ipairs { #there == 0 and "M" or "L", x(i), y(high) } do there[#there + 1] = part end
    table.insert(back, 1, { "L", x(i), y(low or 0) })
  end
  for _, point in ipairs(back) do table.move(point, 1, 3, #there + 1, there) end
  there[#there + 1] = "z"
  pen:path("band " .. class, table.unpack(there))
end

local function draw_run(pen, run, series, x, y, class)
  local path = {}
  for _, i in ipairs(run) do
    local value = middle(series.values[i])
    for _, part in ipairs { #path == 0 and "M" or "L", x(i), y(value) } do path[#path + 1] = part end
  end
  if #run > 1 then
    draw_band(pen, run, series, x, y, class)
    pen:path("bare " .. class, table.unpack(path))
  end
  for _, i in ipairs(run) do
    local at = y(middle(series.values[i]))
    local low, high = cell.extent(series.values[i])
    if #run == 1 and low and high and high > low then
      pen:rect(x(i) - 3, y(high), 6, y(low) - y(high), "pale " .. class)
    end
    pen:circle(x(i), at, 3.2, (rows.is_hollow(series.values[i]) and "hollow " or "mark ") .. class)
    if low and not high then
      pen:path("mark " .. class, "M", x(i) - 5, at - 6, "L", x(i), at - 13, "L", x(i) + 5, at - 6, "z")
    end
  end
end

local function extent(list, block)
  local low, high = 0, 0
  for _, series in ipairs(list) do
    for i = 1, #block.labels do
      local from, to = cell.extent(series.values[i])
      low, high = math.min(low, from or 0, to or 0), math.max(high, from or 0, to or 0)
    end
  end
  return low, high
end

-- The labels below the axis, as many as there is room for; the last one always.
local function draw_labels(pen, block, x, y)
  local free, count = -math.huge, #block.labels
  local last = x(count) - pen_of.of(block.labels[count] or "") / 2
  for i, label in ipairs(block.labels) do
    local half = pen_of.of(label) / 2
    local at = math.min(math.max(x(i), half), pen.wide - half)
    if at - half > free and (i == count or at + half + 12 < last) then
      pen:text(at, y, label, "soft middle")
      free = at + half + 12
    end
  end
end

local function draw_breaks(pen, block, x, top, bottom)
  for _, i in ipairs(block.breaks or {}) do
    local at = i > 1 and (x(i) + x(i - 1)) / 2 or x(i) - 6
    pen:line(at, top, at, bottom, "broken")
    local fits = at + 100 < pen.wide
    pen:text(fits and at + 4 or at - 4, top + 10, "break in series", fits and "soft" or "soft end")
  end
end

--- The room for the names of several series at the ends of their lines: none in a narrow drawing, nor for long names,
-- which the legend has.
local function names_room(pen, list)
  if pen.narrow or #list < 2 then return 0 end
  local most = 0
  for _, series in ipairs(list) do most = math.max(most, pen_of.of(series.name)) end
  return most <= MOST_NAME and most + 8 or 0
end

--- The names at the ends of the lines, those kept apart that would touch.
local function name_lines(pen, block, list, x, y, room)
  local ends = {}
  for _, series in ipairs(list) do
    for i = #block.labels, 1, -1 do
      local value = middle(series.values[i])
      if value then
        ends[#ends + 1] = { name = series.name, x = x(i), y = y(value) + 4 }
        break
      end
    end
  end
  table.sort(ends, function(a, b) return a.y < b.y or (a.y == b.y and a.name < b.name) end)
  local free = -math.huge
  for _, item in ipairs(ends) do
    item.y = math.max(item.y, free)
    pen:text(item.x + 8, item.y, item.name, nil, room)
    free = item.y + pen_of.LINE
  end
end

function line.svg(pen, block, list)
  local low, high = extent(list, block)
  local top = pen.height + 16
  local bottom = top + HIGH
  local place, marks = scale.linear(low, high, HIGH, 5)
  local left = 0
  for _, mark in ipairs(marks) do left = math.max(left, pen_of.of(mark[2]) + 14) end
  local names = names_room(pen, list)
  local x = line.places(block, left + 10, pen.wide - left - 24 - names)
  local function y(value) return bottom - place(value) end
  for _, mark in ipairs(marks) do
    pen:line(left, y(mark[1]), pen.wide, y(mark[1]), mark[1] == 0 and "axis" or "grid")
    pen:text(left - 6, y(mark[1]) + 4, mark[2], "soft end")
  end
  draw_breaks(pen, block, x, top, bottom)
  for s, series in ipairs(list) do
    for _, run in ipairs(runs(block, series)) do draw_run(pen, run, series, x, y, "s" .. pen.series(s)) end
  end
  if names > 0 then name_lines(pen, block, list, x, y, names) end
  draw_labels(pen, block, x, bottom + 18)
  pen.height = bottom + 26
end

line.lines = dots.lines


return line
