--- The pages of the site by kind: what there is of each kind, where its page lies, and its document.

local asked = require "blotter.publish.reports.asked"
local builder = require "blotter.publish.reports.builder"
local every_statement = require "blotter.publish.reports.every_statement"
local method = require "blotter.publish.site.method"
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

local kept = setmetatable({}, { __mode = "k" })

-- What `make` gives for a dataset and a key, made once.
local function once(ops, key, make)
  kept[ops] = kept[ops] or {}
  kept[ops][key] = kept[ops][key] or make()
  return kept[ops][key]
end

-- The statements of each row of a kind, by its id.
local function statements(ops, kind)
  return once(ops, "statements of each " .. kind, function()
    local by_id = {}
    for _, figure in ipairs(ops:figures {}) do
      local id = figure[kind]
      if id then
        by_id[id] = by_id[id] or {}
        table.insert(by_id[id], figure)
      end
    end
    return by_id
  end)
end

-- A title by which pages are in order: without capitals, and numbers by their size ("edition 2" before "edition 10").
local function sort_key(title)
  return (title:lower():gsub("%d+", function(digits) return ("0"):rep(12 - #digits) .. digits end))
end

local function list_of(ops, kind)
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

--- The pages of a kind: {id, title, row, figures}, by title. Areas and indicators without a figure have none.
function pages.list(ops, kind)
  return once(ops, "list of " .. kind, function() return list_of(ops, kind) end)
end

-- The addresses of the pages of a kind, by what a cell says of them.
local function links(ops, kind, root)
  if kind == "source" then return nil end
  return once(ops, kind .. root, function()
    local by_title = {}
    for _, entry in ipairs(pages.list(ops, kind)) do
      local address = root .. pages.path(kind, entry.id) .. ".html"
      by_title[entry.row.name] = address
      if kind == "indicator" then by_title[builder.counted(entry.row)] = address end
    end
    return by_title
  end)
end

-- The addresses of subjects and areas, for facts and notes.
local function names(ops, root)
  return once(ops, "names" .. root, function()
    local by_name = {}
    for _, kind in ipairs { "area", "subject" } do
      for name, address in pairs(links(ops, kind, root)) do by_name[name] = address end
    end
    return by_name
  end)
end

-- The id of a statement on the page of its source.
local function anchor_of(id)
  return "s-" .. id:gsub("[^%w_-]", "-")
end

-- Leads from each statement of a table to its place on the page of its source.
local function address_statements(block, ops, root)
  block.addresses = {}
  for r, id in ipairs(block.statements) do
    local page = pages.path("source", ops:row("figures", id).source)
    block.addresses[r] = ("%s%s.html#%s"):format(root, page, anchor_of(id))
  end
end

-- Columns that name subjects beside the one that a row is about.
local SUBJECTS = { funder = true, parent = true, lead = true }

--- Makes links of the subjects, areas and indicators in a report's tables, facts and notes; `root` leads to the index.
function pages.link(doc, ops, root)
  for _, block in ipairs(doc.blocks) do
    if block.kind == "facts" or block.kind == "notes" then block.links = names(ops, root) end
    if block.statements then address_statements(block, ops, root) end
    for _, column in ipairs(block.columns or {}) do
      local kind = SUBJECTS[column.name] and "subject" or column.name
      if TABLES[kind] then column.links = links(ops, kind, root) end
    end
  end
  return doc
end

-- How many sources retell another one.
local function retellings(ops, id)
  local count = 0
  for _, source in ipairs(ops.sources) do
    if source.original_source == id then count = count + 1 end
  end
  return count
end

-- What a source retells, and how often it is retold, as facts.
local function voice_of(ops, row)
  local original, count = row.original_source and ops:row("sources", row.original_source), retellings(ops, row.id)
  return original and ("%s; both are one voice"):format(pages.title("source", original)) or nil,
    count > 0 and (count == 1 and "1 source here" or count .. " sources here, which are one voice") or nil
end

--- The document of a source: what it is, and every statement in it.
local function source_page(ops, entry)
  local doc, row = builder.new(ops), entry.row
  local retells, retold = voice_of(ops, row)
  doc:add { kind = "facts", items = builder.known { { "Publisher", row.publisher_row.name }, { "Title", row.title },
    { "Published", ops:published(row) }, { "Language", row.language }, { "Kind", (row.type:gsub("_", " ")) },
    { "Address", row.url }, { "Retells", retells }, { "Retold by", retold }, { "Note", row.note } } }
  if #entry.figures > 0 then
    local block = every_statement.add(doc, entry.figures, { lines = "Line" })
    block.anchors = {}
    for r, id in ipairs(block.statements) do block.anchors[r] = anchor_of(id) end
  end
  doc:sources()
  return doc:document(entry.title, { source = entry.id })
end

local FEWEST_YEARS = 3

-- How many rows the longest table of a document has.
local function longest_table(doc)
  local most = 0
  for _, block in ipairs(doc.blocks) do
    if block.kind == "table" then most = math.max(most, #block.rows) end
  end
  return most
end

-- The subject of an agency's page and what belongs to it, which may count other things, too.
local function whose_page(ops, subject)
  local items = { { "Agency", subject.name } }
  for _, other in ipairs(ops.subjects) do
    if other.parent == subject.id and statements(ops, "subject")[other.id] then
      items[#items + 1] = { "Belongs to it", other.name }
    end
  end
  return { kind = "facts", items = items }
end

-- The statements on which an agency's years rest, as a text.
local function basis_of(ops, subject)
  local ids = {}
  for i, used in ipairs(ops:total("arrests", { by = "fiscal_year", subject = subject.id }).used) do
    ids[i] = used.figure.id
  end
  table.sort(ids)
  return table.concat(ids, "|")
end

local function is_above(ops, subject, other)
  while other.parent do
    other = ops:row("subjects", other.parent)
    if other == subject then return true end
  end
  return false
end

-- Of agencies whose pages would rest on the same statements, the one that belongs to the others; those above it are in
-- its field above.
local function without_copies(ops, agencies)
  local own = {}
  for _, item in ipairs(agencies) do
    local narrower
    for _, other in ipairs(agencies) do
      if other.basis == item.basis and is_above(ops, item.subject, other.subject)
        and not (narrower and is_above(ops, other.subject, narrower.subject)) then narrower = other end
    end
    if narrower then
      narrower.above[item.subject.id] = item.subject.name
    else
      own[#own + 1] = item
    end
  end
  return own
end

local function say_above(item)
  local above = {}
  for _, name in pairs(item.above) do above[#above + 1] = name end
  table.sort(above)
  for _, name in ipairs(above) do
    table.insert(item.document.blocks[1].items, { "The same figures stand for", name })
  end
end

local function agencies_of(ops)
  local list = {}
  for _, subject in ipairs(ops.subjects) do
    if subject.type == "agency" and #ops:figures { subject = subject.id, indicator = "arrests" } > 0 then
      local doc = assert(reports.build("agency", ops, { subject = subject.id }))
      if longest_table(doc) >= FEWEST_YEARS then
        table.insert(doc.blocks, 1, whose_page(ops, subject))
        list[#list + 1] = { "agency-" .. subject.id, subject.name .. (doc.title:match " by [%l ]+$" or ""),
          "arrests of each year, and how they changed", document = doc, subject = subject, above = {},
          basis = basis_of(ops, subject) }
      end
    end
  end
  list = without_copies(ops, list)
  for _, item in ipairs(list) do say_above(item) end
  table.sort(list, function(a, b) return a[2] < b[2] end)
  return list
end

--- The agencies with a page by fiscal year: {path, title, says, document, subject, above} each, by name. Agencies above
-- one with the same figures have none of their own.
function pages.agencies(ops)
  return once(ops, "agencies", function() return agencies_of(ops) end)
end

local function has_arrests(ops, subject)
  return #ops:figures { subject = subject.id, indicator = "arrests" } > 0
end

-- A subject's way to the page by fiscal year of itself, or of what it belongs to.
local function add_agency(doc, ops, subject)
  local facts = doc.blocks[1]
  for _, item in ipairs(pages.agencies(ops)) do
    local is_of_it = item.subject == subject or item.above[subject.id]
      or item.subject.id == subject.parent and has_arrests(ops, subject)
    if facts.kind == "facts" and is_of_it then
      facts.items[#facts.items + 1] = { "By year", item[2] }
      facts.links = setmetatable({ [item[2]] = "../" .. item[1] .. ".html" }, { __index = facts.links })
    end
  end
end


-- An indicator's way to what the method says of such numbers.
local function add_method(doc, indicator)
  local facts, part = doc.blocks[1], method.before(indicator)
  if not part or facts.kind ~= "facts" then return end
  facts.items[#facts.items + 1] = { "Read first", part[1] }
  facts.links = setmetatable({ [part[1]] = "../" .. part[2] }, { __index = facts.links })
end

local REPORTS = { subject = "profile", indicator = "indicator", area = "area" }

--- The document of a page.
function pages.build(ops, kind, entry)
  local doc = kind == "source" and source_page(ops, entry)
    or assert(reports.build(REPORTS[kind], ops, { [kind] = entry.id }))
  pages.link(doc, ops, "../")
  if kind == "subject" then add_agency(doc, ops, entry.row) end
  if kind == "indicator" then add_method(doc, entry.id) end
  return doc
end

local OPERATIONS = { operation = true, programme = true, project = true, task_force = true }

-- The newest first, by when they began or else ended.
local function newer(a, b)
  local x, y = a.date_start or a.date_end, b.date_start or b.date_end
  if x ~= y then return x > y end
  return a.name < b.name
end

-- The operations and programmes that have a figure or a date: those with a date, the newest first, and the others.
local function operations_of(ops)
  local by_id, dated, others = statements(ops, "subject"), {}, {}
  for _, subject in ipairs(ops.subjects) do
    local has_date = subject.date_start or subject.date_end
    if OPERATIONS[subject.type] and (by_id[subject.id] or has_date) then
      table.insert(has_date and dated or others, subject)
    end
  end
  table.sort(dated, newer)
  table.sort(others, function(a, b) return a.name < b.name end)
  return dated, others
end

local function add_operations(doc, subjects, arrests, title)
  local ops, rows = doc.ops, {}
  for i, subject in ipairs(subjects) do
    local area, row = subject.area and ops:row("areas", subject.area), arrests[subject.id]
    rows[i] = { subject.name, builder.known_date(subject.date_start, subject.date_precision),
      builder.known_date(subject.date_end, subject.date_precision), area and area.name,
      row and doc:sum(row, doc:flags_of(row), subject.name .. ", arrests") or nil,
      #(statements(ops, "subject")[subject.id] or {}) }
  end
  if #rows == 0 then return end
  doc:add { kind = "table", title = title, rows = rows, columns = {
    { name = "subject", title = "Operation", type = "string" }, { name = "began", title = "Began", type = "string" },
    { name = "ended", title = "Ended", type = "string" }, { name = "area", title = "Area", type = "string" },
    { name = "arrests", title = "Arrests", type = "figure" },
    { name = "statements", title = "Statements", type = "int64" } }, may_lack = { began = true, ended = true } }
end

--- Every operation and programme that has a figure or a date, by date, with its country and arrests.
function pages.operations(ops)
  local doc, arrests = builder.new(ops), asked.by_subject_of(ops, "arrests")
  doc:text("Dates are those of the action, not of its announcement. Arrests are those that may be added; a subject "
    .. "that has none here may count other things. An area is named only where the whole subject lies in it.")
  local dated, others = operations_of(ops)
  add_operations(doc, dated, arrests, "Operations and programmes, the newest first")
  add_operations(doc, others, arrests, "Without a date in any source")
  doc:audit()
  doc:sources()
  return doc:document(pages.by_date[2])
end

--- The page of pages.operations, as the reports below.
pages.by_date = { "operations", "Operations by date and country", "every operation and programme, the newest first",
  find = "list of all operations timeline years latest recent" }

--- The reports that have a page of their own, each with what the index says of it and what else it is looked for by.
pages.reports = {
  { "overview", "Overview", "the main numbers of each subject, operations over time, arrests by country",
    find = "summary key numbers main countries map world total how many arrests by country" },
  { "league", "Operations by arrests", "the largest operations, with the places that the bounds allow",
    find = "ranking league top biggest most largest arrests operation" },
  { "league-victims", "Operations by victims safeguarded", "the same by children removed from harm", report = "league",
    params = { indicator = "victims_safeguarded" },
    find = "ranking league top biggest most children rescued saved operation" },
  { "tips", "Tips and reports received", "by receiver and year",
    find = "cybertipline hotlines tip lines reports per year received calls complaints rise" },
  { "breakdowns", "Breakdowns", "how figures split into parts, and what the parts leave unexplained",
    find = "split by country by category by occupation teachers devices shares" },
  { "ages", "Age and sex", "what is known of the ages and the sex of victims and suspects",
    find = "girls boys women men male female gender teenagers youngest oldest years old demographics" },
  { "outcomes", "From arrest to conviction", "arrests, charges and convictions side by side",
    find = "prosecutions prosecuted sentenced convicted guilty pleas court outcomes rate conviction" },
  { "discrepancies", "Discrepancies", "where the public record contradicts itself, with the curator's judgements",
    find = "contradictions errors mistakes wrong conflicting conflicts revisions fact check" },
  { "funding", "Funding and programmes", "amounts, funders, and what belongs to what",
    find = "budget money grants grant donors spending cost pounds euros dollars programmes european commission" },
  { "sources", "Sources and coverage", "who published how much, and for which years",
    find = "bibliography publishers references official press newspapers coverage gaps" },
}

return pages
