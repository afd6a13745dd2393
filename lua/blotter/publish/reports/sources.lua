--- Sources and coverage: who published, when, and of what there are figures for which years.

local builder = require "blotter.publish.reports.builder"

local sources = { name = "sources", title = "Sources, and what they cover", params = {} }

-- {publisher row, sources, statements, newest source} by publisher, most statements first.
local function publishers(ops)
  local list, by_id = {}, {}
  for _, source in ipairs(ops.sources) do
    local row = source.publisher_row
    local item = by_id[row.id]
    if not item then
      item = { row = row, sources = 0, statements = 0, newest = source }
      by_id[row.id] = item
      list[#list + 1] = item
    end
    item.sources = item.sources + 1
    if (source.published or 0) > (item.newest.published or 0) then item.newest = source end
  end
  for _, figure in ipairs(ops:figures {}) do
    local item = by_id[figure.source_row.publisher]
    if item then item.statements = item.statements + 1 end
  end
  table.sort(list, function(a, b)
    if a.statements ~= b.statements then return a.statements > b.statements end
    return a.row.name < b.row.name
  end)
  return list
end

-- How far one can go back from the statements: by whom they are, what retells another, what has no address.
local function add_voices(doc)
  local sources_of, statements_of = { official = 0, retells = 0, none = 0 }, { official = 0, retells = 0, none = 0 }
  local function count(into, source)
    if source.publisher_row.official then into.official = into.official + 1 end
    if source.original_source then into.retells = into.retells + 1 end
    if not source.url then into.none = into.none + 1 end
  end
  for _, source in ipairs(doc.ops.sources) do count(sources_of, source) end
  local figures = doc.ops:figures {}
  for _, figure in ipairs(figures) do count(statements_of, figure.source_row) end
  doc:heading(1, "How far back they lead")
  doc:add { kind = "table", title = "Sources and statements, by what they are", columns = {
    { name = "what", title = "What", type = "string" }, { name = "sources", title = "Sources", type = "int64" },
    { name = "statements", title = "Statements", type = "int64" } }, rows = {
    { "by the body responsible", sources_of.official, statements_of.official },
    { "retells another source here", sources_of.retells, statements_of.retells },
    { "without an address", sources_of.none, statements_of.none },
    { "all", #doc.ops.sources, #figures } },
    note = "One source may stand in several rows. No copy in an archive is linked." }
end

local function add_publishers(doc)
  local rows = {}
  for i, item in ipairs(publishers(doc.ops)) do
    rows[i] = { item.row.name, (item.row.type:gsub("_", " ")), item.row.official and "yes" or "no", item.sources,
      item.statements, doc.ops:published(item.newest) }
  end
  doc:heading(1, "Publishers")
  doc:add { kind = "table", title = "Publishers by the number of their statements", rows = rows, columns = {
    { name = "publisher", title = "Publisher", type = "string" }, { name = "type", title = "Kind", type = "string" },
    { name = "official", title = "Responsible body", type = "string" },
    { name = "sources", title = "Sources", type = "int64" },
    { name = "statements", title = "Statements", type = "int64" },
    { name = "newest", title = "Newest source", type = "string" } } }
end

local function year_of(day)
  return day and tonumber(os.date("!%Y", day * 86400))
end

-- Statements by the year of their source's publication, by the body responsible and by others.
local function add_by_year(doc)
  local by_year, first, last = {}, math.huge, -math.huge
  for _, figure in ipairs(doc.ops:figures {}) do
    local year = year_of(figure.published)
    if year then
      by_year[year] = by_year[year] or { 0, 0 }
      local place = figure.official and 1 or 2
      by_year[year][place] = by_year[year][place] + 1
      first, last = math.min(first, year), math.max(last, year)
    end
  end
  local labels, official, others = {}, {}, {}
  for year = first, last do
    labels[#labels + 1] = tostring(year)
    local pair = by_year[year] or { 0, 0 }
    official[#labels], others[#labels] = pair[1], pair[2]
  end
  doc:heading(1, "When it was published")
  doc:add { kind = "chart", chart = "stacked", title = "Statements by the year in which their source was published",
    unit = "statements", of = "Year", labels = labels, series = {
      { name = "by the body responsible", values = official }, { name = "by others", values = others } } }
end

local function period_of(figures)
  local first, last = math.huge, -math.huge
  for _, figure in ipairs(figures) do
    if figure.first then first = math.min(first, figure.first) end
    if figure.last then last = math.max(last, figure.last) end
  end
  if first > last then return nil end
  local from, to = year_of(first), year_of(last)
  return from == to and tostring(from) or ("%d to %d"):format(from, to)
end

local function add_coverage(doc)
  local by_id = {}
  for _, figure in ipairs(doc.ops:figures {}) do
    by_id[figure.indicator] = by_id[figure.indicator] or {}
    table.insert(by_id[figure.indicator], figure)
  end
  local rows = {}
  for _, indicator in ipairs(doc.ops:rows "indicators") do
    local figures = by_id[indicator.id]
    if figures then
      local subjects, areas, nsubjects, nareas = {}, {}, 0, { country = 0, other = 0 }
      for _, figure in ipairs(figures) do
        if not subjects[figure.subject] then subjects[figure.subject], nsubjects = true, nsubjects + 1 end
        if figure.area and not areas[figure.area] then
          areas[figure.area] = true
          local kind = doc.ops:row("areas", figure.area).type == "country" and "country" or "other"
          nareas[kind] = nareas[kind] + 1
        end
      end
      rows[#rows + 1] = { indicator.name, #figures, nsubjects, nareas.country, nareas.other, period_of(figures) }
    end
  end
  table.sort(rows, function(a, b)
    if a[2] ~= b[2] then return a[2] > b[2] end
    return a[1] < b[1]
  end)
  doc:heading(1, "What is covered")
  doc:add { kind = "table", title = "Statements by what they count", rows = rows, columns = {
    { name = "indicator", title = "Counted", type = "string" },
    { name = "statements", title = "Statements", type = "int64" },
    { name = "subjects", title = "Subjects", type = "int64" },
    { name = "countries", title = "Countries", type = "int64" },
    { name = "areas", title = "Other areas", type = "int64" },
    { name = "period", title = "Periods", type = "string" } },
    note = "Other areas are regions of the world, states, provinces and cities. A country counts where a figure names "
      .. "it as the place; many figures name none." }
end

function sources.build(ops, params)
  local doc = builder.new(ops)
  add_voices(doc)
  add_by_year(doc)
  add_coverage(doc)
  add_publishers(doc)
  return doc:document(sources.title, params)
end

return sources
