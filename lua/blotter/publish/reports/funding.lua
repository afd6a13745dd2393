--- Funding and programmes: amounts that were published, and which programme holds what.

local amounts = require "blotter.publish.reports.amounts"
local builder = require "blotter.publish.reports.builder"

local funding = { name = "funding", title = "Funding and programmes", params = {} }

local HOLDERS = { programme = true, project = true, fund = true, measure = true, task_force = true }

local function add_programmes(doc)
  local rows = {}
  for _, subject in ipairs(doc.ops.subjects) do
    if HOLDERS[subject.type] then
      local parent = subject.parent and doc.ops:row("subjects", subject.parent)
      local lead = subject.lead and doc.ops:row("subjects", subject.lead)
      local count = #doc.ops:figures { subject = subject.id, exactly = true }
      rows[#rows + 1] = { subject.name, (subject.type:gsub("_", " ")), parent and parent.name, lead and lead.name,
        subject.date_start and subject.date_start:sub(1, 4), count }
    end
  end
  table.sort(rows, function(a, b) return a[1]:lower() < b[1]:lower() end)
  doc:heading(1, "Programmes, projects, funds and task forces")
  doc:add { kind = "table", title = "Programmes, by name", rows = rows, columns = {
    { name = "subject", title = "Name", type = "string" }, { name = "type", title = "Kind", type = "string" },
    { name = "parent", title = "Belongs to", type = "string" },
    { name = "lead", title = "Grouped under", type = "string" }, { name = "began", title = "Began", type = "string" },
    { name = "statements", title = "Statements", type = "int64" } } }
end

local function add_funders(doc)
  local rows, seen = {}, {}
  for _, link in ipairs(doc.ops:rows "links") do
    local key = link.from .. "\0" .. link.to
    if link.role == "funds" and not seen[key] then
      seen[key] = true
      local has_one = #doc.ops:figures { subject = link.to, indicator = "funding", exactly = true } > 0
      rows[#rows + 1] = { doc.ops:row("subjects", link.from).name, doc.ops:row("subjects", link.to).name,
        has_one and "yes" or "none", builder.marks { doc:cite(doc.ops:row("sources", link.source)) } }
    end
  end
  if #rows == 0 then return end
  table.sort(rows, function(a, b) return a[1] .. a[2] < b[1] .. b[2] end)
  doc:heading(1, "Who funds what")
  doc:add { kind = "table", title = "Links of funding", rows = rows, columns = {
    { name = "funder", title = "Funder", type = "string" }, { name = "subject", title = "Funds", type = "string" },
    { name = "amount", title = "Amount here", type = "string" },
    { name = "sources", title = "Sources", type = "string" } },
    note = "A funder of which no amount stands here has none in this collection." }
end

local NONE = "A programme of which no amount stands here has none in this collection; that is not to say that none was "
  .. "published. What offenders' customers paid is no funding: see payments identified."

function funding.build(ops, params)
  local doc, list = builder.new(ops), amounts.list(ops)
  doc:text(("%d statements of amounts of money. Two currencies are never added. %s"):format(#list, NONE))
  if #list > 0 then
    doc:heading(1, "Amounts")
    amounts.add(doc, list)
    amounts.add_totals(doc, list)
  end
  add_funders(doc)
  add_programmes(doc)
  doc:audit()
  doc:sources()
  return doc:document(funding.title, params)
end

return funding
