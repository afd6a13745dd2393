--- The pages of the site by kind: what there is of each kind, where its page lies, and its document.

local builder = require "blotter.publish.reports.builder"
local reports = require "blotter.publish.reports"

local pages = {}

--- The kinds in the order of the index.
pages.kinds = { "subject", "indicator", "area", "source" }

--- The path of a page in the site, without its ending.
function pages.path(kind, id)
  return kind .. "/" .. tostring(id):gsub("[^%w._-]", "_")
end

local TABLES = { subject = "subjects", indicator = "indicators", area = "areas", source = "sources" }

--- What a page's title says of a row.
function pages.title(kind, row)
  if kind == "source" then return ("%s: %s"):format(row.publisher_row.name, row.title or row.url or row.id) end
  return row.name
end

-- The statements of each row of a kind, by its id; kept with the ops object's model, as pages of all kinds ask.
local function statements(ops, kind)
  local by_id = {}
  for _, figure in ipairs(ops:figures {}) do
    local id = figure[kind]
    if id then
      by_id[id] = by_id[id] or {}
      table.insert(by_id[id], figure)
    end
  end
  return by_id
end

--- The pages of a kind: {id, title, row, figures}, by title. Areas and indicators without a figure have none.
function pages.list(ops, kind)
  local by_id, list = statements(ops, kind), {}
  for _, row in ipairs(kind == "source" and ops.sources or ops:rows(TABLES[kind])) do
    local id = kind == "area" and row.code or row.id
    if by_id[id] or kind == "subject" or kind == "source" then
      list[#list + 1] = { id = id, title = pages.title(kind, row), row = row, figures = by_id[id] or {} }
    end
  end
  table.sort(list, function(a, b)
    local x, y = a.title:lower(), b.title:lower()
    if x ~= y then return x < y end
    return a.id < b.id
  end)
  return list
end

-- The addresses of the pages of a kind, by what a cell says of them.
local function links(ops, kind, root)
  local by_title = {}
  for _, row in ipairs(ops:rows(TABLES[kind])) do
    by_title[row.name] = root .. pages.path(kind, kind == "area" and row.code or row.id) .. ".html"
  end
  return by_title
end

-- By subject, then by what is counted, then by the end of the period.
local function in_order(figures)
  local sorted = table.move(figures, 1, #figures, 1, {})
  table.sort(sorted, function(a, b)
    local x, y = a.subject_row.name, b.subject_row.name
    if x ~= y then return x < y end
    x, y = a.indicator_row.name, b.indicator_row.name
    if x ~= y then return x < y end
    x, y = a.last or math.huge, b.last or math.huge
    if x ~= y then return x < y end
    return a.id < b.id
  end)
  return sorted
end

local function add_statements(doc, figures)
  local rows = {}
  for i, figure in ipairs(in_order(figures)) do
    local value = doc:figure(figure, { builder.status_words[figure.status] })
    local period = value.period
    value.period = nil
    rows[i] = { figure.subject_row.name, figure.indicator_row.name, doc.ops:label(figure), period, value }
  end
  doc:heading(1, "Every statement")
  doc:add { kind = "table", title = "Statements, by subject", rows = rows, columns = {
    { name = "subject", title = "Subject", type = "string", links = links(doc.ops, "subject", "../") },
    { name = "indicator", title = "Counted", type = "string", links = links(doc.ops, "indicator", "../") },
    { name = "of", title = "Of", type = "string" }, { name = "period", title = "Period", type = "string" },
    { name = "value", title = "Value", type = "figure" },
  } }
end

--- Makes links of the subjects and indicators in a report's tables; `root` leads to the index.
function pages.link(doc, ops, root)
  for _, block in ipairs(doc.blocks) do
    for _, column in ipairs(block.columns or {}) do
      if column.name == "subject" or column.name == "indicator" then column.links = links(ops, column.name, root) end
    end
  end
  return doc
end

local function facts(ops, kind, row)
  local items
  if kind == "indicator" then
    items = { { "Definition", row.definition }, { "Unit", row.unit }, { "Kind", row.kind } }
  elseif kind == "area" then
    local parent = row.parent and ops:row("areas", row.parent)
    items = { { "Code", row.code }, { "Kind", row.type }, { "Lies in", parent and parent.name } }
  else
    items = { { "Publisher", row.publisher_row.name }, { "Title", row.title }, { "Published", ops:published(row) },
      { "Language", row.language }, { "Kind", row.type }, { "Address", row.url }, { "Note", row.note } }
  end
  local known = {}
  for i = 1, 7 do
    if items[i] and items[i][2] and items[i][2] ~= "" then known[#known + 1] = items[i] end
  end
  return known
end

--- The document of a page.
function pages.build(ops, kind, entry)
  local doc
  if kind == "subject" then
    doc = assert(reports.build("profile", ops, { subject = entry.id }))
    return pages.link(doc, ops, "../")
  end
  doc = builder.new(ops)
  doc:add { kind = "facts", items = facts(ops, kind, entry.row) }
  if #entry.figures > 0 then add_statements(doc, entry.figures) end
  doc:sources()
  return doc:document(entry.title, { [kind] = entry.id })
end

local METHOD = {
  { "What this is not", "It is no count of children, of offenders or of offences, and no person is in it. It holds "
    .. "what agencies, international organisations and the press have published in numbers; what they did not publish "
    .. "is missing, and a larger number may only mean that more was reported." },
  { "Numbers and their bounds", "Each number stands in its source's words, as in \"more than 30,000\". The words leave "
    .. "bounds: more than 30,000 has a lower end and none above; about 400 is taken as 360 to 440. A number that was "
    .. "rounded has the bounds of its rounding." },
  { "How a total is made", "Figures are added only where they cannot count the same thing twice: never a part and its "
    .. "whole, overlapping periods, or an operation and the agency that led it. What was computed says so and names "
    .. "its figures in a footnote, with what is missing. Where figures may not be added, the page says why." },
  { "Competing statements", "Where sources give different numbers for one thing, the newest is taken unless the "
    .. "curator ranked them; the others stay among the statements. What contradicts itself is listed with the "
    .. "curator's judgement." },
}

--- The page on what the site is, how its numbers are made, and how to cite it.
function pages.method(ops, about)
  local doc = builder.new(ops)
  for _, part in ipairs(METHOD) do
    doc:heading(1, part[1])
    doc:text(part[2])
  end
  doc:heading(1, "Version, licence, citation")
  doc:add { kind = "facts", items = { { "Version of the data", about.version },
    { "Newest source", about.newest }, { "Statements", #ops:figures {} }, { "Sources", #ops.sources },
    { "Licence of the data", about.licence } } }
  doc:text(("How to cite: blotter, \"%s\", version %s, sources up to %s. Cite a number's source beside it."):format(
    about.title, about.version, about.newest))
  return doc:document "What this is, and how its numbers are made"
end

return pages
