--- The pages of the site by kind: what there is of each kind, where its page lies, and its document.

local builder = require "blotter.publish.reports.builder"
local every_statement = require "blotter.publish.reports.every_statement"
local feed = require "blotter.publish.site.feed"
local reports = require "blotter.publish.reports"
local titles = require "blotter.publish.titles"

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
  local acronym = row.acronym
  if acronym and acronym ~= "" and not row.name:find(acronym, 1, true) then
    return ("%s (%s)"):format(row.name, acronym)
  end
  return titles.seen(row.name) or tostring(row.id or row.code)
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

-- A title by which pages are in order: without capitals, and numbers by their size ("edition 2" before "edition 10").
local function sort_key(title)
  return (title:lower():gsub("%d+", function(digits) return ("0"):rep(12 - #digits) .. digits end))
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
    local x, y = sort_key(a.title), sort_key(b.title)
    if x ~= y then return x < y end
    return a.id < b.id
  end)
  return list
end

local kept = setmetatable({}, { __mode = "k" })

-- The addresses of the pages of a kind, by what a cell says of them.
local function links(ops, kind, root)
  if kind == "source" then return nil end
  kept[ops] = kept[ops] or {}
  local by_title = kept[ops][kind .. root]
  if by_title then return by_title end
  by_title = {}
  kept[ops][kind .. root] = by_title
  for _, row in ipairs(ops:rows(TABLES[kind])) do
    by_title[row.name] = root .. pages.path(kind, kind == "area" and row.code or row.id) .. ".html"
  end
  return by_title
end

--- Makes links of the subjects and indicators in a report's tables; `root` leads to the index.
function pages.link(doc, ops, root)
  for _, block in ipairs(doc.blocks) do
    for _, column in ipairs(block.columns or {}) do
      if TABLES[column.name] then column.links = links(ops, column.name, root) end
    end
  end
  return doc
end

--- The document of a source: what it is, and every statement in it.
local function source_page(ops, entry)
  local doc, row = builder.new(ops), entry.row
  doc:add { kind = "facts", items = builder.known { { "Publisher", row.publisher_row.name }, { "Title", row.title },
    { "Published", ops:published(row) }, { "Language", row.language }, { "Kind", row.type }, { "Address", row.url },
    { "Note", row.note } } }
  if #entry.figures > 0 then every_statement.add(doc, entry.figures) end
  doc:sources()
  return doc:document(entry.title, { source = entry.id })
end

local REPORTS = { subject = "profile", indicator = "indicator", area = "area" }

--- The document of a page.
function pages.build(ops, kind, entry)
  local doc = kind == "source" and source_page(ops, entry)
    or assert(reports.build(REPORTS[kind], ops, { [kind] = entry.id }))
  return pages.link(doc, ops, "../")
end

--- The reports that have a page of their own, each with what the index says of it.
pages.reports = {
  { "overview", "Overview", "the main numbers of each subject, operations over time, arrests by country" },
  { "league", "Operations by size", "the largest operations, with the places that the bounds allow" },
  { "tips", "Tips and reports received", "by receiver and year" },
  { "breakdowns", "Breakdowns", "how figures split into parts, and what the parts leave unexplained" },
  { "discrepancies", "Discrepancies", "where the public record contradicts itself, with the curator's judgements" },
  { "funding", "Funding and programmes", "amounts, funders, and what belongs to what" },
  { "sources", "Sources and coverage", "who published how much, and for which years" },
}

local FEWEST_YEARS = 3

--- The agencies with a page by fiscal year: {path, title, says, document} each, by name.
function pages.agencies(ops)
  local list = {}
  for _, subject in ipairs(ops.subjects) do
    if subject.type == "agency" and #ops:figures { subject = subject.id, indicator = "arrests" } > 0 then
      local doc = assert(reports.build("agency", ops, { subject = subject.id }))
      local last = doc.blocks[#doc.blocks - 2]
      if last and last.kind == "table" and #last.rows >= FEWEST_YEARS then
        list[#list + 1] = { "agency-" .. subject.id, subject.name .. " by fiscal year",
          "arrests of each year, and how they changed", document = doc }
      end
    end
  end
  table.sort(list, function(a, b) return a[2] < b[2] end)
  return list
end

local FLAGS = {
  { "computed", "Made of several figures; the footnote names them." },
  { "contested", "Another source says something that cannot be true with it." },
  { "contradicted", "It stands in a contradiction that no reading of the figures can repair." },
  { "provisional", "A figure in it is provisional or a forecast." },
  { "partial", "Months, areas, categories or parts are missing; the footnote names them." },
  { "lower bound", "It is open above: the sources say no less, and no upper end." },
  { "overlap possible", "It may count one person, report or case twice." },
  { "series break", "It is not comparable with what was before." },
}

local MOST_CHANGES = 15

local function add_changes(doc)
  local items, list = {}, feed.entries(doc.ops)
  for i = 1, math.min(#list, MOST_CHANGES) do
    items[i] = ("%s. %s. %s"):format(tostring(list[i].date), list[i].title, list[i].text or "")
  end
  doc:heading(1, "The latest changes and judgements")
  if #items == 0 then items[1] = "None yet." end
  doc:add { kind = "notes", items = items }
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
  doc:heading(1, "What the words beside a number mean")
  doc:add { kind = "facts", items = FLAGS }
  doc:heading(1, "Version, licence, citation")
  doc:add { kind = "facts", items = { { "Version of the data", about.version },
    { "Newest source", about.newest }, { "Statements", #ops:figures {} }, { "Sources", #ops.sources },
    { "Licence of the data", about.licence } } }
  doc:text(("How to cite: blotter, \"%s\", version %s, sources up to %s. Cite a number's source beside it."):format(
    about.title, about.version, about.newest))
  add_changes(doc)
  return doc:document "What this is, and how its numbers are made"
end

return pages
