--- One area: what was counted there, the operations there over time, and every statement about it.

local area_totals = require "blotter.publish.reports.telling.area_totals"
local builder = require "blotter.publish.reports.builder"
local not_stated = require "blotter.publish.reports.telling.not_stated"
local reach = require "blotter.publish.reports.telling.reach"
local statements = require "blotter.publish.reports.every_statement"
local chronology = require "blotter.publish.reports.chronology"

local area = { name = "area", title = "One area" }

area.params = {
  { name = "area", kind = "area", required = true, description = "code or name of the area, such as KR or Japan" },
  { name = "policy", kind = "policy", description = "how competing statements are settled (default newest)" },
}

local function subjects_in(ops, row)
  local list = {}
  for _, subject in ipairs(ops.subjects) do
    if subject.area == row.code and (subject.type == "operation" or subject.type == "programme") then
      list[#list + 1] = subject
    end
  end
  return list
end

function area.build(ops, params)
  local row = ops:row("areas", params.area)
  local doc = builder.new(ops)
  doc.area = row.name
  local parent = row.parent and ops:row("areas", row.parent)
  doc:add { kind = "facts", items = builder.known { { "Code", row.code }, { "Kind", row.type },
    { "Lies in", parent and parent.name } } }
  local figures = ops:figures { area = row.code, exactly = true }
  if #figures == 0 then
    doc:text "No source gives a figure for this area by itself."
  else
    area_totals.add(doc, row, figures, params.policy)
    not_stated.of_area(doc, row, figures)
    chronology.add(doc, subjects_in(ops, row), "Operations in this area")
    reach.of_area(doc, row)
    statements.add(doc, figures)
    doc:audit()
  end
  doc:sources()
  return doc:document(row.name, params)
end

return area
