--- The overview: what each subject counts, how its figures break down and what that leaves unexplained, and where the
-- public record contradicts itself; every number with its source.

local asked = require "blotter.publish.reports.asked"
local builder = require "blotter.publish.reports.builder"
local breakdowns = require "blotter.publish.reports.breakdowns"
local chronology = require "blotter.publish.reports.chronology"
local discrepancies = require "blotter.publish.reports.discrepancies"
local groups = require "blotter.publish.reports.subject_groups"
local number = require("blotter.publish.formats.cell").number
local ranking = require "blotter.publish.reports.ranking"

local overview = { name = "overview", title = "Operations against online child sexual exploitation: an overview" }

overview.params = {
  { name = "policy", kind = "policy", default = "newest", description = "how competing statements are settled" },
  { name = "limit", kind = "whole", default = 40,
    description = "how many contradictions and breakdowns are printed at most (default 40)" },
}

local MEASURES = {
  { indicator = "arrests", title = "Arrests" },
  { indicator = "suspects_identified", title = "Suspects" },
  { indicator = "victims_safeguarded", title = "Victims safeguarded" },
}

-- ---- what each subject counts ----

local function totals_by_subject(ops, params)
  local totals = {}
  for i, measure in ipairs(MEASURES) do
    totals[i] = asked.by_subject_of(ops, measure.indicator, params.policy)
  end
  return totals
end

local function subject_rows(doc, group, totals)
  local rows = {}
  for _, subject in ipairs(doc.ops.subjects) do
    if group.types[subject.type] then
      local row, known = { subject.name }, false
      for i in ipairs(MEASURES) do
        local found = totals[i][subject.id]
        if found then
          known = true
          row[i + 1] = doc:sum(found, doc:flags_of(found), subject.name .. ", " .. MEASURES[i].title:lower())
        end
      end
      if known then rows[#rows + 1] = row end
    end
  end
  table.sort(rows, function(a, b) return a[1]:lower() < b[1]:lower() end)
  return rows
end

local function add_subjects(doc, params)
  local columns = { { name = "subject", title = "Subject", type = "string" } }
  for i, measure in ipairs(MEASURES) do
    columns[i + 1] = { name = measure.indicator, title = measure.title, type = "figure" }
  end
  local totals = totals_by_subject(doc.ops, params)
  doc:heading(1, "What each subject counts")
  for _, group in ipairs(groups.list) do
    local rows = subject_rows(doc, group, totals)
    if #rows > 0 then doc:add { kind = "table", title = group.title, columns = columns, rows = rows } end
  end
  doc:text("The rows are not added up: one arrest can be counted by an operation, by the programme that it belongs to "
    .. "and by each agency that took part.")
end

local LONGEST_CHART = 15

-- The operations with most arrests as bars, all of them over time, and the areas as tiles.
local function add_charts(doc, params)
  ranking.add(doc, doc.ops:row("indicators", "arrests"), { policy = params.policy, types = { operation = true },
    limit = LONGEST_CHART, title = "Operations with most arrests" })
  local operations = {}
  for _, subject in ipairs(doc.ops.subjects) do
    if subject.type == "operation" then operations[#operations + 1] = subject end
  end
  chronology.add(doc, operations, "Operations over time")
end

-- The countries in which, or in places of which, arrests were counted.
local function countries(ops)
  local list, seen = {}, {}
  for _, figure in ipairs(ops:figures { indicator = "arrests" }) do
    local area = figure.area and ops:row("areas", figure.area)
    while area and area.type == "subdivision" and area.parent do area = ops:row("areas", area.parent) end
    if area and area.type == "country" and not seen[area.code] then
      seen[area.code] = true
      list[#list + 1] = area
    end
  end
  return list
end

-- Each country as its own page has it.
local function add_areas(doc, params)
  local rows, labels, values, refused = {}, {}, {}, {}
  for _, area in ipairs(countries(doc.ops)) do
    local result = asked.total(doc.ops, "arrests", { area = area.code, policy = params.policy })
    local cells = doc:total_row(result, area.name .. ", arrests")
    if cells and cells[2] then rows[#rows + 1] = { area.name, cells[2] } end
    if cells and not cells[2] and cells[3] then refused[#refused + 1] = ("%s, %s"):format(area.name, cells[3]) end
  end
  table.sort(rows, function(a, b) return a[1] < b[1] end)
  for i, item in ipairs(rows) do
    labels[i], values[i] = item[1], item[2]
  end
  if #labels < 2 then return end
  doc:heading(1, "Arrests by country")
  doc:add { kind = "chart", chart = "tiles", title = "Arrests that were published, by country",
    unit = "persons arrested", unshaded = true,
    of = "Country", labels = labels, values = values,
    note = "By name. Each country publishes other things for other years: these numbers cannot be compared. A country "
      .. "that is missing has none in this collection by itself; arrests that were published for a wider area, such as "
      .. "Europe, or for several countries together are in none of them." }
  if #refused > 0 then doc:text("Countries without a number: " .. table.concat(refused, "; ") .. ".") end
end

-- ---- the document ----

local function introduction(ops, policy)
  local official = 0
  for _, source in ipairs(ops.sources) do
    if source.publisher_row.official then official = official + 1 end
  end
  return ("%s statements in %d sources (%d of them by the body responsible), on %d subjects. "):format(
    number(#ops:figures {}), #ops.sources, official, #ops.subjects)
    .. "Each number is what a source printed, in its own words; in parentheses stand the bounds that they leave. What "
    .. "is computed from several figures says so, and of what, in a footnote. "
    .. ("Competing statements are settled by the policy '%s'; what is unknown stays empty."):format(policy)
end

function overview.build(ops, params)
  local doc = builder.new(ops)
  local findings = ops:reconcile()
  doc:text(introduction(ops, params.policy))
  doc:heading(1, "Operations")
  add_charts(doc, params)
  add_areas(doc, params)
  add_subjects(doc, params)
  doc:heading(1, breakdowns.title)
  breakdowns.add(doc, params.limit)
  doc:heading(1, "Where the public record contradicts itself")
  discrepancies.add(doc, findings, params.limit)
  doc:audit()
  doc:sources()
  return doc:document(overview.title, params)
end

return overview
