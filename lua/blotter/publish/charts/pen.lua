--- Draws SVG: marks with classes, so that one style serves light, dark and print, and texts that keep to a width.

local decimal = require "blotter.lang.decimal"
local escape = require "blotter.publish.formats.escape"
local width = require "blotter.terminal.width"
local wrapping = require "blotter.publish.wrapping"

local pen = {}
pen.__index = pen

--- Pixels of a line of text, and of one cell of it, on the average and at most.
pen.LINE, pen.CELL = 16, 7.6

--- The classes of marks: series 1 to 6 in colours that colour-blind readers tell apart (also by lightness), classes of
-- tiles from pale to dark. A renderer without media queries sees the light ones.
pen.STYLE = [[
.chart-drawing { font: 13px system-ui, "Liberation Sans", "DejaVu Sans", sans-serif; }
.chart-drawing text { fill: #1b1f24; }
.chart-drawing .soft { fill: #56606b; }
.chart-drawing .value { paint-order: stroke; stroke: #fff; stroke-width: 3px; stroke-linejoin: round; }
.chart-drawing .strong { font-weight: 600; }
.chart-drawing .end { text-anchor: end; }
.chart-drawing .middle { text-anchor: middle; }
.chart-drawing .grid { stroke: #d9dde2; }
.chart-drawing .axis { stroke: #6b7580; }
.chart-drawing .s1 { fill: #0060a8; stroke: #0060a8; }
.chart-drawing .s2 { fill: #d55e00; stroke: #d55e00; }
.chart-drawing .s3 { fill: #007a5a; stroke: #007a5a; }
.chart-drawing .s4 { fill: #56b4e9; stroke: #56b4e9; }
.chart-drawing .s5 { fill: #b0468c; stroke: #b0468c; }
.chart-drawing .s6 { fill: #5f5f5f; stroke: #5f5f5f; }
.chart-drawing .mark.mark { stroke: none; }
.chart-drawing .hollow.hollow { fill: #fff; stroke-width: 1.5; }
.chart-drawing .bare.bare { fill: none; stroke-width: 2; }
.chart-drawing .pale.pale { opacity: .35; stroke: none; }
.chart-drawing .band.band { opacity: .18; stroke: none; }
.chart-drawing .gap { stroke: #fff; }
.chart-drawing .broken { stroke: #6b7580; stroke-dasharray: 4 3; }
.chart-drawing .t1 { fill: #e8f0f8; } .chart-drawing .t2 { fill: #bcd6ee; } .chart-drawing .t3 { fill: #86b6de; }
.chart-drawing .t4 { fill: #2f7fbd; } .chart-drawing .t5 { fill: #0b4a80; } .chart-drawing .t0 { fill: #eceef0; }
.chart-drawing text.on4, .chart-drawing text.on5 { fill: #fff; }
@media screen and (prefers-color-scheme: dark) {
.chart-drawing text { fill: #e6e9ed; }
.chart-drawing .soft { fill: #a7b0bb; }
.chart-drawing .grid { stroke: #333b44; }
.chart-drawing .s1 { fill: #5aa9e6; stroke: #5aa9e6; }
.chart-drawing .s2 { fill: #f28c38; stroke: #f28c38; }
.chart-drawing .s3 { fill: #35b58f; stroke: #35b58f; }
.chart-drawing .s4 { fill: #a9d8f5; stroke: #a9d8f5; }
.chart-drawing .s5 { fill: #e08cc4; stroke: #e08cc4; }
.chart-drawing .s6 { fill: #b5b5b5; stroke: #b5b5b5; }
.chart-drawing .gap, .chart-drawing .value { stroke: #14171b; }
.chart-drawing .hollow.hollow { fill: #14171b; }
.chart-drawing .t1 { fill: #1c2732; } .chart-drawing .t2 { fill: #23415c; } .chart-drawing .t3 { fill: #2c6496; }
.chart-drawing .t4 { fill: #6fb0e6; } .chart-drawing .t5 { fill: #b9dcf7; } .chart-drawing .t0 { fill: #22272d; }
.chart-drawing text.on4, .chart-drawing text.on5 { fill: #0d1116; }
}
]]

--- A pen for a drawing `wide` pixels wide; below 500 labels stand above what they name.
function pen.new(wide)
  return setmetatable({ wide = wide, narrow = wide < 500, height = 0 }, pen)
end

local function digits(value)
  return (decimal("%.1f", value):gsub("%.0$", ""))
end

--- Puts text that is SVG already.
function pen:raw(text)
  self[#self + 1] = text
end

function pen:rect(x, y, wide, high, class)
  self:raw(('<rect x="%s" y="%s" width="%s" height="%s" class="%s"/>'):format(digits(x), digits(y),
    digits(math.max(wide, 0)), digits(math.max(high, 0)), class))
end

function pen:line(x1, y1, x2, y2, class)
  self:raw(('<line x1="%s" y1="%s" x2="%s" y2="%s" class="%s"/>'):format(digits(x1), digits(y1), digits(x2), digits(y2),
    class))
end

function pen:circle(x, y, radius, class)
  self:raw(('<circle cx="%s" cy="%s" r="%s" class="%s"/>'):format(digits(x), digits(y), digits(radius), class))
end

--- A path of alternating letters and numbers: path("M", 0, 0, "L", 4, 4).
function pen:path(class, ...)
  local parts = { ... }
  for i, part in ipairs(parts) do
    if type(part) == "number" then parts[i] = digits(part) end
  end
  self:raw(('<path d="%s" class="%s"/>'):format(table.concat(parts, " "), class))
end

--- The head of an arrow to the right at (x, y): an end that is open.
function pen:open(x, y, size, class)
  self:path(class, "M", x, y - size, "L", x + size, y, "L", x, y + size, "z")
end

--- Pixels that a text takes, more or less: a blank takes half of what a letter does.
function pen.of(text)
  text = width.printable(tostring(text))
  local _, blanks = text:gsub(" ", "")
  return (width.of(text) - blanks / 2) * pen.CELL
end

local function fits(text, cell, most)
  return pen.of(text) * cell / pen.CELL <= most
end

-- A text on one line that takes at most `most` pixels.
local function line_of(text, cell, most)
  text = width.printable((tostring(text):gsub("%s*\n%s*", " ")))
  if not most or fits(text, cell, most) then return text end
  return width.cut(text, math.max(1, math.floor(most / cell)))
end

--- One line of text on the base line `y`, cut to `most` pixels; `before` is soft and stands before it in at most half.
function pen:text(x, y, text, class, most, before)
  local cell, soft = class and class:find "strong" and pen.CELL * 1.12 or pen.CELL, ""
  if before and before ~= "" then
    before = line_of(before, cell, most / 2)
    soft, most = '<tspan class="soft">' .. escape(before) .. "</tspan>", most - width.of(before) * cell
  end
  class = class and (' class="%s"'):format(class) or ""
  self:raw(('<text x="%s" y="%s"%s>%s%s</text>'):format(digits(x), digits(y), class, soft,
    escape(line_of(text, cell, most))))
end

--- A text as at most `count` lines of `most` pixels.
function pen.folded(text, most, count, class)
  text = width.printable((tostring(text):gsub("%s*\n%s*", " ")))
  local cell = class and class:find "strong" and pen.CELL * 1.12 or pen.CELL
  if fits(text, cell, most) then return { text } end
  return wrapping.few(text, math.max(4, math.floor(most / cell)), count)
end

--- The same below `y`; returns how many lines it took.
function pen:lines(x, y, text, most, count, class)
  local lines = pen.folded(text, most, count, class)
  for i, line in ipairs(lines) do self:text(x, y + (i - 1) * pen.LINE, line, class) end
  return #lines
end

--- The legend of some series from `y` on; returns the y below it.
function pen:legend(names, y)
  local x = 0
  for i, name in ipairs(names) do
    local most = math.min(pen.of(name), self.wide - 20)
    if x > 0 and x + 18 + most > self.wide then x, y = 0, y + 20 end
    self:rect(x, y + 2, 12, 12, "mark s" .. pen.series(i))
    self:text(x + 18, y + 12, name, nil, most + 1)
    x = x + 18 + most + 16
  end
  return y + 26
end

--- The colour of series `i`.
function pen.series(i)
  return (i - 1) % 6 + 1
end

--- The drawing as SVG. `id` begins the ids of its title and description; `style` puts the style into it.
function pen:svg(id, title, description, style)
  return ('<svg class="chart-drawing" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s"'
    .. ' role="img" aria-labelledby="%s-title" aria-describedby="%s-desc"><title id="%s-title">%s</title>'
    .. '<desc id="%s-desc">%s</desc>%s%s</svg>'):format(digits(self.wide), digits(self.height), digits(self.wide),
    digits(self.height), id, id, id, escape(title), id, escape(description),
    style and "<style>" .. pen.STYLE .. "</style>" or "", table.concat(self))
end

return pen
