--- From arrest to conviction: what became of the arrested, charged and tried, by subject, where more than one of these
-- was counted.

local addable = require "blotter.publish.reports.addable"
local asked = require "blotter.publish.reports.asked"
local builder = require "blotter.publish.reports.builder"

local outcomes = { name = "outcomes", title = "From arrest to conviction" }

outcomes.params = {
  { name = "policy", kind = "policy", description = "how competing statements are settled (default newest)" },
}

-- The stages in their order.
local STAGES = { "arrests", "persons_referred", "persons_charged", "guilty_pleas", "persons_convicted", "convictions" }

-- What is known of a subject: its totals that may be added, by stage, and how many there are.
local function known_of(ops, subject, totals)
  local known, count = {}, 0
  for i in ipairs(totals) do
    local total = totals[i][subject.id]
    if total and not addable.refusal(ops, total) then known[i], count = total, count + 1 end
  end
  return known, count
end

-- The subjects of which two stages or more are known, by name, each with its totals; and the stages of which any is.
local function followed(ops, indicators, policy)
  local totals, list, present = {}, {}, {}
  for i, indicator in ipairs(indicators) do totals[i] = asked.by_subject_of(ops, indicator.id, policy) end
  for _, subject in ipairs(ops.subjects) do
    local known, count = known_of(ops, subject, totals)
    if count > 1 then list[#list + 1] = { name = subject.name, known = known } end
    for i in pairs(count > 1 and known or {}) do present[i] = true end
  end
  table.sort(list, function(a, b) return a.name:lower() < b.name:lower() end)
  return list, present
end

-- What the stages mean, those of which a subject has figures.
local function add_terms(doc, indicators, present)
  local terms = {}
  for i, row in ipairs(indicators) do
    if present[i] and row.definition then terms[#terms + 1] = { row.name, row.definition } end
  end
  doc:heading(1, "What the words mean here")
  doc:add { kind = "facts", items = terms }
end

local function add_table(doc, indicators, list, present)
  local columns, rows, stages = { { name = "subject", title = "Subject", type = "string" } }, {}, {}
  for i, indicator in ipairs(indicators) do
    if present[i] then
      stages[#stages + 1] = i
      columns[#columns + 1] = { name = indicator.id, title = indicator.name, type = "figure" }
    end
  end
  for r, subject in ipairs(list) do
    rows[r] = { subject.name }
    for at, i in ipairs(stages) do
      local total = subject.known[i]
      rows[r][at + 1] = total and doc:sum(total, doc:flags_of(total),
        ("%s, %s"):format(subject.name, builder.lower(indicators[i].name))) or nil
    end
  end
  doc:heading(1, "By subject")
  doc:add { kind = "table", title = "Subjects of which two stages or more are known", rows = rows, columns = columns,
    note = "No share is computed: a row's numbers are of the periods that stand below them, and not of the same "
      .. "persons. An empty field: not published, or not in figures that may be added." }
end

function outcomes.build(ops, params)
  local doc, indicators = builder.new(ops), {}
  for _, id in ipairs(STAGES) do indicators[#indicators + 1] = ops:row("indicators", id) end
  local list, present = followed(ops, indicators, params.policy)
  doc:text("Who is arrested is not always charged, who is charged is not always convicted, and a judgment comes months "
    .. "or years after the arrest. Hardly any source follows the same persons through; what follows stands side by "
    .. "side, and is no rate of conviction.")
  add_terms(doc, indicators, present)
  add_table(doc, indicators, list, present)
  doc:audit()
  doc:sources()
  return doc:document(outcomes.title, params)
end

return outcomes
