--- The charts of a document as one SVG drawing, below each other, each with its title, its sources and its note.

local cell = require "blotter.publish.formats.cell"
local charts = require "blotter.publish.charts"
local escape = require "blotter.publish.formats.escape"
local pen = require "blotter.publish.charts.pen"

local svg = { description = "the charts as one SVG drawing", extension = "svg" }

local MARGIN, GAP = 16, 28

local PAPER = [[
.paper { fill: #fff; }
@media screen and (prefers-color-scheme: dark) { .paper { fill: #14171b; } }
]]

local function sources_of(doc)
  local known = {}
  for _, block in ipairs(doc.blocks) do
    for _, item in ipairs(block.kind == "sources" and block.items or {}) do
      known[tostring(item.number)] = (cell.source(item))
    end
  end
  return known
end

--- The sources and the note of a chart as a drawing of lines, or nothing.
local function below(block, known)
  local lines, texts = pen.new(charts.WIDE), {}
  for _, number in ipairs(charts.sources(block)) do
    local source = known[tostring(number)]
    if source then texts[#texts + 1] = source end
  end
  for i, text in ipairs(texts) do
    text = (i == 1 and "Source: " or "and: ") .. text
    lines.height = lines.height + lines:lines(0, lines.height + 14, text, charts.WIDE, 2, "soft") * pen.LINE
  end
  if block.note then
    lines.height = lines.height + lines:lines(0, lines.height + 14, block.note, charts.WIDE, 3, "soft") * pen.LINE
  end
  return lines
end

local function placed(drawing, height, y)
  return ('<svg x="%d" y="%d" width="%d" height="%d" class="chart-drawing">%s</svg>'):format(MARGIN, y, charts.WIDE,
    math.ceil(height), drawing)
end

function svg.render(doc)
  local parts, y, known = {}, MARGIN, sources_of(doc)
  for number, block in ipairs(doc.blocks) do
    if block.kind == "chart" then
      local drawing = charts.svg(block, charts.WIDE, "chart-" .. number, { title = true })
      local height = tonumber(drawing:match ' height="([%d.]+)"')
      parts[#parts + 1] = (drawing:gsub("^<svg ", ('<svg x="%d" y="%d" '):format(MARGIN, math.ceil(y)), 1))
      y = y + height
      local lines = below(block, known)
      if lines.height > 0 then parts[#parts + 1] = placed(table.concat(lines), lines.height + 4, math.ceil(y)) end
      y = y + lines.height + GAP
    end
  end
  if #parts == 0 then return nil, "there is no chart in it: SVG holds charts only" end
  local wide, high = charts.WIDE + 2 * MARGIN, math.ceil(y)
  return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" lang="en">'):format(wide,
    high, wide, high) .. "<title>" .. escape(doc.title or "Charts") .. "</title><style>" .. PAPER .. pen.STYLE
    .. '</style><rect class="paper" width="100%" height="100%"/>' .. table.concat(parts, "\n") .. "</svg>\n"
end

return svg
