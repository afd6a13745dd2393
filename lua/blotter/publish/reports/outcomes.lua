--- From arrest to conviction: what became of the arrested, charged and tried, by subject, where more than one of these
-- was counted.

local asked = require "blotter.publish.reports.asked"
local builder = require "blotter.publish.reports.builder"

local outcomes = { name = "outcomes", title = "From arrest to conviction" }

outcomes.params = {
  { name = "policy", kind = "policy", description = "how competing statements are settled (default newest)" },
}

-- The stages in their order.
local STAGES = { "arrests", "persons_referred", "persons_charged", "guilty_pleas", "persons_convicted", "convictions" }

-- The row of a subject; nil where fewer than two stages are known.
local function row_of(doc, subject, indicators, totals)
  local row, known = { subject.name }, 0
  for i, indicator in ipairs(indicators) do
    local total = totals[i][subject.id]
    local cell = total and doc:sum(total, doc:flags_of(total), ("%s, %s"):format(subject.name, indicator.name:lower()))
    if cell then row[i + 1], known = cell, known + 1 end
  end
  return known > 1 and row or nil
end

local function add_table(doc, indicators, policy)
  local totals, rows = {}, {}
  for i, indicator in ipairs(indicators) do totals[i] = asked.by_subject_of(doc.ops, indicator.id, policy) end
  for _, subject in ipairs(doc.ops.subjects) do rows[#rows + 1] = row_of(doc, subject, indicators, totals) end
  table.sort(rows, function(a, b) return a[1]:lower() < b[1]:lower() end)
  local columns = { { name = "subject", title = "Subject", type = "string" } }
  for i, indicator in ipairs(indicators) do
    columns[i + 1] = { name = indicator.id, title = indicator.name, type = "figure" }
  end
  doc:heading(1, "By subject")
  doc:add { kind = "table", title = "Subjects of which two stages or more are known", rows = rows, columns = columns,
    note = "No share is computed: a row's numbers are of the periods that stand below them, and not of the same "
      .. "persons. An empty field: not published, or not in figures that may be added." }
end

function outcomes.build(ops, params)
  local doc, indicators, terms = builder.new(ops), {}, {}
  for _, id in ipairs(STAGES) do
    local row = ops:row("indicators", id)
    indicators[#indicators + 1] = row
    if row and row.definition then terms[#terms + 1] = { row.name, row.definition } end
  end
  doc:text("Who is arrested is not always charged, who is charged is not always convicted, and a judgment comes months "
    .. "or years after the arrest. Hardly any source follows the same persons through; what follows stands side by "
    .. "side, and is no rate of conviction.")
  doc:heading(1, "What the words mean here")
  doc:add { kind = "facts", items = terms }
  add_table(doc, indicators, params.policy)
  doc:audit()
  doc:sources()
  return doc:document(outcomes.title, params)
end

return outcomes
