--- One thing that is counted: what it means, how it went over the years, who counts most, and every statement.

local builder = require "blotter.publish.reports.builder"
local ranking = require "blotter.publish.reports.ranking"
local statements = require "blotter.publish.reports.every_statement"
local yearly = require "blotter.publish.reports.yearly"

local indicator = { name = "indicator", title = "One indicator over time" }

indicator.params = {
  { name = "indicator", kind = "indicator", required = true, description = "what is counted, such as arrests" },
  { name = "area", kind = "area", description = "only figures of this area" },
  { name = "subject", kind = "subject", description = "only figures of this subject and what belongs to it" },
  { name = "policy", kind = "policy", description = "how competing statements are settled (default newest)" },
}

local MOST_SERIES = 8

local function add_facts(doc, row)
  local kinds = { stock = "a state on a day", flow = "a count over a period" }
  doc:add { kind = "facts", items = builder.known { { "Definition", row.definition }, { "Unit", builder.unit(row) },
    { "Kind", kinds[row.kind] or row.kind } } }
end

local function add_years(doc, row, filter)
  if row.unit == "percent" or row.unit == "currency" then return end
  local result = doc.ops:total(row.id, { by = "subject, year", policy = filter.policy, area = filter.area,
    subject = filter.subject })
  local series = yearly.subjects(doc.ops, result, MOST_SERIES)
  yearly.add(doc, series, { title = row.name .. " by year", unit = builder.unit(row),
    breaks = #series == 1 and result.breaks,
    note = "One year of a subject at a time; a fiscal year stands at the year in which it ends. A missing year was not "
      .. "published, or not in figures that may be added." })
end

function indicator.build(ops, params)
  local row = ops:row("indicators", params.indicator)
  local doc = builder.new(ops)
  local filter = { indicator = row.id, area = params.area, subject = params.subject }
  add_facts(doc, row)
  local figures = ops:figures(filter)
  if #figures == 0 then
    doc:text "No source gives a figure of this kind."
  else
    add_years(doc, row, params)
    if row.unit ~= "percent" and row.unit ~= "currency" and not params.subject then
      ranking.add_groups(doc, row, { policy = params.policy, area = params.area, limit = 15 })
    end
    statements.add(doc, figures, { left_out = { indicator = true } })
    doc:audit()
  end
  doc:sources()
  return doc:document(row.name, params)
end

return indicator
