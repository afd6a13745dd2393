-- Who led, took part, funded, tipped off, and what led to what: the links around a subject.
--
-- network.around(model, subject, depth) walks the links (and the parents and leads of the table of subjects, as part_of
-- and groups) in both directions; a lead that a source links to the subject by any role is told by that role alone. It
-- returns rows {from, to, role, depth, date, date_precision, sources}, one for each edge however many sources state it,
-- nearest first, and drawing, the same as a tree of text.

local network = {}

-- How a role reads from the subject's side: what `from` does, and what is done to `to`.
local outward = {participates = "takes part in", leads = "leads", coordinates = "coordinates", supports = "supports",
  requests = "requested", funds = "funds", member_of = "is a member of", chairs = "chairs", hosts = "runs",
  led_to = "led to", succeeded_by = "was succeeded by", part_of = "is part of",
  with_results = "had arrests or rescues of", may_contain = "may also count those of",
  has_figures_of = "has the figures of", groups = "has under it"}
local inward = {participates = "taking part", leads = "led by", coordinates = "coordinated by",
  supports = "supported by", requests = "requested by", funds = "funded by", member_of = "member",
  chairs = "chaired by", hosts = "run by", led_to = "followed from", succeeded_by = "successor of",
  part_of = "has part",
  with_results = "with arrests or rescues in", may_contain = "may be counted in",
  has_figures_of = "has its figures under", groups = "grouped under"}

local function add_edge(graph, from, to, role, link)
  local key = from .. "\0" .. to .. "\0" .. role
  local edge = graph.by_key[key]
  if not edge then
    edge = {from = from, to = to, role = role, sources = {}, order = #graph.edges + 1}
    graph.by_key[key] = edge
    graph.edges[edge.order] = edge
    for _, id in ipairs(from == to and {from} or {from, to}) do
      graph.at[id] = graph.at[id] or {}
      table.insert(graph.at[id], edge)
    end
  end
  if link then
    if not edge.date then edge.date, edge.date_precision = link.date, link.date_precision end
    edge.sources[#edge.sources + 1] = link.source
  end
end

-- The roles in which a source says what a lead is to a subject.
local of_a_lead = {"leads", "coordinates", "chairs", "hosts"}

-- Whether a link with a source says that one leads the other, or what else it does for it.
local function is_told(graph, from, to)
  for _, role in ipairs(of_a_lead) do
    if graph.by_key[from .. "\0" .. to .. "\0" .. role] then return true end
  end
  return false
end

local function graph_of(model)
  if model.graph then return model.graph end
  local graph = {edges = {}, by_key = {}, at = {}}
  for _, link in ipairs(model.tables.links.rows) do add_edge(graph, link.from, link.to, link.role, link) end
  for _, subject in ipairs(model.tables.subjects.rows) do
    if subject.parent then add_edge(graph, subject.id, subject.parent, "part_of") end
    if subject.lead and not is_told(graph, subject.lead, subject.id) then
      add_edge(graph, subject.lead, subject.id, "groups")
    end
  end
  model.graph = graph
  return graph
end

local function name_of(model, id)
  return model.tables.subjects.index[id].name
end

-- The edges within reach, breadth first; also which edge first reached each subject.
local function walk(graph, start, depth)
  local rows, taken, distance, queue = {}, {}, {[start] = 0}, {start}
  local at = 1
  while queue[at] do
    local id = queue[at]
    at = at + 1
    if distance[id] < depth then
      for _, edge in ipairs(graph.at[id] or {}) do
        if not taken[edge] then
          taken[edge] = true
          local other = edge.from == id and edge.to or edge.from
          rows[#rows + 1] = {from = edge.from, to = edge.to, role = edge.role, depth = distance[id] + 1,
            date = edge.date, date_precision = edge.date_precision, sources = edge.sources, near = id, far = other}
          if not distance[other] then
            distance[other] = distance[id] + 1
            queue[#queue + 1] = other
          end
        end
      end
    end
  end
  return rows
end

-- The edges of one subject grouped by how they read, in the order in which they were found.
local function groups_at(rows, id)
  local groups, index = {}, {}
  for _, row in ipairs(rows) do
    if row.near == id then
      local words = row.from == id and outward[row.role] or inward[row.role]
      local group = index[words]
      if not group then
        group = {words = words}
        index[words] = group
        groups[#groups + 1] = group
      end
      group[#group + 1] = row.far
    end
  end
  return groups
end

local function draw(model, rows, id, indent, drawn, out)
  drawn[id] = true
  local groups = groups_at(rows, id)
  for place, group in ipairs(groups) do
    local last = place == #groups
    out[#out + 1] = indent .. (last and "└─ " or "├─ ") .. group.words
    local below = indent .. (last and "   " or "│  ")
    for i, far in ipairs(group) do
      local final = i == #group
      out[#out + 1] = below .. (final and "└─ " or "├─ ") .. name_of(model, far)
      if not drawn[far] then draw(model, rows, far, below .. (final and "   " or "│  "), drawn, out) end
    end
  end
end

--- The network around a subject; see the head of this file. depth defaults to 1.
function network.around(model, subject, depth)
  local rows = walk(graph_of(model), subject, depth or 1)
  local out = {name_of(model, subject)}
  draw(model, rows, subject, "", {}, out)
  local result = {drawing = table.concat(out, "\n")}
  for i, row in ipairs(rows) do
    result[i] = {from = row.from, to = row.to, role = row.role, depth = row.depth, date = row.date,
      date_precision = row.date_precision, sources = row.sources,
      from_name = name_of(model, row.from), to_name = name_of(model, row.to),
      words = row.from == row.near and outward[row.role] or inward[row.role], near = row.near, far = row.far,
      far_name = name_of(model, row.far)}
  end
  return result
end

return network
