--- A network: the labels are what is linked, the first of them is the one in the middle of the reader's question, and
-- `edges` are {from = place, to = place, words = text} among them. It is drawn as a tree from the first label, each
-- label once, with what else is linked as dashed lines.

local pen_of = require "blotter.publish.charts.pen"
local width = require "blotter.terminal.width"
local wrapping = require "blotter.publish.wrapping"

local network = { description = "Network" }

local ROW, STEP = 22, 22

--- The labels in the order of the tree: {place, depth, words, parent}, and the edges that it leaves out.
local function walk(block)
  local of, taken, order, others = {}, { [1] = true }, {}, {}
  for _, edge in ipairs(block.edges) do
    for _, place in ipairs { edge.from, edge.to } do
      of[place] = of[place] or {}
      table.insert(of[place], edge)
    end
  end
  local used = {}
  local function visit(place, depth, words, parent)
    local entry = { place = place, depth = depth, words = words, parent = parent }
    order[#order + 1] = entry
    local below = {}
    for _, edge in ipairs(of[place] or {}) do
      local far = edge.from == place and edge.to or edge.from
      if not taken[far] then
        taken[far], used[edge] = true, true
        below[#below + 1] = { far, edge.words or "" }
      end
    end
    for _, item in ipairs(below) do visit(item[1], depth + 1, item[2], entry) end
  end
  for place in ipairs(block.labels) do
    if place == 1 or not taken[place] then
      taken[place] = true
      visit(place, 0, "", nil)
    end
  end
  for _, edge in ipairs(block.edges) do
    if not used[edge] and edge.from ~= edge.to then others[#others + 1] = edge end
  end
  return order, others
end

function network.svg(pen, block)
  local order, others = walk(block)
  local at = {}
  for i, entry in ipairs(order) do
    local x, y = 6 + entry.depth * STEP, pen.height + (i - 0.5) * ROW
    at[entry.place] = { x = x, y = y }
    if entry.parent then
      local up = at[entry.parent.place]
      pen:path("bare grid", "M", up.x, up.y + 5, "L", up.x, y, "L", x, y)
    end
  end
  for i, edge in ipairs(others) do
    local from, to = at[edge.from], at[edge.to]
    local out = math.min(pen.wide - 4, math.max(from.x, to.x) + 260 + i * 6)
    pen:path("bare broken", "M", from.x, from.y, "C", out, from.y, out, to.y, to.x, to.y)
  end
  for _, entry in ipairs(order) do
    local point = at[entry.place]
    local x, room = point.x + 10, pen.wide - point.x - 10
    pen:circle(point.x, point.y, entry.depth == 0 and 6 or 4.5, "mark s" .. math.min(entry.depth + 1, 3))
    if entry.words ~= "" then
      local words = entry.words .. ":"
      pen:text(x, point.y + 4, words, "soft", room / 2)
      local taken = math.min(pen_of.of(words), room / 2) + 4
      x, room = x + taken, room - taken
    end
    pen:text(x, point.y + 4, block.labels[entry.place], entry.depth == 0 and "strong" or nil, room)
  end
  pen.height = pen.height + #order * ROW
end

function network.lines(block, _, most)
  local out = {}
  local order, others = walk(block)
  local function put(indent, text)
    for i, part in ipairs(wrapping.lines(width.printable(tostring(text)), math.max(10, most - width.of(indent)))) do
      out[#out + 1] = (i == 1 and indent or (" "):rep(width.of(indent))) .. part
    end
  end
  for _, entry in ipairs(order) do
    local indent = entry.depth > 0 and ("   "):rep(math.min(entry.depth - 1, 6)) .. "└─ " or ""
    local words = entry.words ~= "" and entry.words .. ": " or ""
    put(indent, words .. tostring(block.labels[entry.place]))
  end
  for _, edge in ipairs(others) do
    put("   ", ("also: %s %s %s"):format(block.labels[edge.from], edge.words or "–", block.labels[edge.to]))
  end
  return out
end

return network
