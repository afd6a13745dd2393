--- The network around a subject: a drawing, and every link with its sources.

local builder = require "blotter.publish.reports.builder"

local neighbours = { name = "network", title = "Who is linked to whom" }

neighbours.params = {
  { name = "subject", kind = "subject", required = true, description = "the subject in the middle" },
  { name = "depth", kind = "whole", default = 1, description = "how many links away (default 1)" },
}

--- The chart of the links of ops:network; nil where there are none.
function neighbours.chart(title, centre, edges)
  if #edges == 0 then return nil end
  local labels, place, list = { centre.name }, { [centre.id] = 1 }, {}
  local function place_of(id, name)
    if not place[id] then
      labels[#labels + 1] = name
      place[id] = #labels
    end
    return place[id]
  end
  for i, edge in ipairs(edges) do
    local near = place_of(edge.near, edge.near == edge.from and edge.from_name or edge.to_name)
    list[i] = { from = near, to = place_of(edge.far, edge.far_name), words = edge.words }
  end
  return { kind = "chart", chart = "network", title = title, labels = labels, edges = list }
end

local COLUMNS = { { name = "near", title = "Subject", type = "string" },
  { name = "role", title = "Link", type = "string" },
  { name = "subject", title = "Linked to", type = "string" }, { name = "date", title = "Date", type = "string" },
  { name = "sources", title = "Sources", type = "string" } }

--- Adds the table of links with their sources; `centre` is left out where it is at one end of all of them.
function neighbours.add_table(doc, edges, centre)
  local rows, first = {}, 2
  for i, edge in ipairs(edges) do
    local numbers = {}
    for _, id in ipairs(edge.sources) do numbers[#numbers + 1] = doc:cite(doc.ops:row("sources", id)) end
    table.sort(numbers)
    if edge.near ~= centre then first = 1 end
    rows[i] = { edge.from == edge.near and edge.from_name or edge.to_name, edge.words, edge.far_name,
      builder.known_date(edge.date, edge.date_precision),
      #numbers > 0 and builder.marks(numbers) or "grouped here, no source" }
  end
  for i, row in ipairs(rows) do rows[i] = table.move(row, first, #COLUMNS, 1, {}) end
  doc:add { kind = "table", title = "Links, with their sources", rows = rows,
    columns = table.move(COLUMNS, first, #COLUMNS, 1, {}), may_lack = { date = true } }
end

function neighbours.build(ops, params)
  local subject = ops:row("subjects", params.subject)
  local doc, edges = builder.new(ops), ops:network(subject.id, { depth = params.depth })
  local title = "Links around " .. subject.name
  if #edges == 0 then
    doc:text "Nothing is linked to it."
  else
    doc:add(neighbours.chart(title, subject, edges))
    neighbours.add_table(doc, edges, subject.id)
  end
  doc:sources()
  return doc:document(title, params)
end

return neighbours
