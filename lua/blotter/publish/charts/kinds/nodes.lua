--- A network: the labels are what is linked, the first of them is the one in the middle of the reader's question, and
-- `edges` are {from = place, to = place, words = text} among them. It is drawn as a tree from the first label, each
-- label once; what else a label is linked to stands in words below it.

local width = require "blotter.terminal.width"
local wrapping = require "blotter.publish.wrapping"

local network = { description = "Network" }

local ROW, ALSO, STEP = 22, 17, 22

--- The edges, those between the same two labels in the same direction as one with the words of all.
local function joined(edges)
  local list, by_ends = {}, {}
  for _, edge in ipairs(edges) do
    local ends, words = edge.from .. " " .. edge.to, edge.words or ""
    local known = by_ends[ends]
    if not known then
      known = { from = edge.from, to = edge.to, words = words, said = { [words] = true } }
      by_ends[ends], list[#list + 1] = known, known
    elseif not known.said[words] then
      known.said[words] = true
      known.words = known.words == "" and words or known.words .. ", " .. words
    end
  end
  return list
end

--- The labels in the order of the tree: {place, depth, words, parent, also}, where `also` lists the edges from it that
-- the tree leaves out.
local function walk(block)
  local edges = joined(block.edges)
  local of, taken, order, by_place = {}, { [1] = true }, {}, {}
  for _, edge in ipairs(edges) do
    for _, place in ipairs { edge.from, edge.to } do
      of[place] = of[place] or {}
      table.insert(of[place], edge)
    end
  end
  local used = {}
  local function visit(place, depth, words, parent)
    local entry = { place = place, depth = depth, words = words, parent = parent, also = {} }
    order[#order + 1], by_place[place] = entry, entry
    local below = {}
    for _, edge in ipairs(of[place] or {}) do
      local far = edge.from == place and edge.to or edge.from
      if not taken[far] then
        taken[far], used[edge] = true, true
        below[#below + 1] = { far, edge.words }
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
  for _, edge in ipairs(edges) do
    if not used[edge] and edge.from ~= edge.to then table.insert(by_place[edge.from].also, edge) end
  end
  return order
end

local function also_words(block, edge)
  return ("also %s: %s"):format(edge.words ~= "" and edge.words or "linked to", tostring(block.labels[edge.to]))
end

local function draw_label(pen, block, entry, point)
  local x, room = point.x + 10, pen.wide - point.x - 10
  pen:circle(point.x, point.y, entry.depth == 0 and 6 or 4.5, "mark s" .. math.min(entry.depth + 1, 3))
  local words = entry.words ~= "" and entry.words .. ": " or ""
  pen:text(x, point.y + 4, block.labels[entry.place], entry.depth == 0 and "strong" or nil, room, words)
end

function network.svg(pen, block)
  local at = {}
  for _, entry in ipairs(walk(block)) do
    local point = { x = 6 + entry.depth * STEP, y = pen.height + ROW / 2 }
    at[entry.place] = point
    if entry.parent then
      local up = at[entry.parent.place]
      pen:path("bare grid", "M", up.x, up.y + 5, "L", up.x, point.y, "L", point.x, point.y)
    end
    draw_label(pen, block, entry, point)
    pen.height = pen.height + ROW
    for _, edge in ipairs(entry.also) do
      pen:text(point.x + 22, pen.height + 9, also_words(block, edge), "soft", pen.wide - point.x - 22)
      pen.height = pen.height + ALSO
    end
  end
end

function network.lines(block, _, most)
  local out = {}
  local function put(indent, text)
    for i, part in ipairs(wrapping.lines(width.printable(tostring(text)), math.max(10, most - width.of(indent)))) do
      out[#out + 1] = (i == 1 and indent or (" "):rep(width.of(indent))) .. part
    end
  end
  for _, entry in ipairs(walk(block)) do
    local indent = entry.depth > 0 and ("   "):rep(math.min(entry.depth - 1, 6)) .. "└─ " or ""
    local words = entry.words ~= "" and entry.words .. ": " or ""
    put(indent, words .. tostring(block.labels[entry.place]))
    for _, edge in ipairs(entry.also) do put(("   "):rep(math.min(entry.depth, 6) + 1), also_words(block, edge)) end
  end
  return out
end

return network
