--- Tips and reports received: by who received them and when, with what sort of reports they were.

local builder = require "blotter.publish.reports.builder"
local statements = require "blotter.publish.reports.every_statement"
local yearly = require "blotter.publish.reports.yearly"

local tips = { name = "tips", title = "Tips and reports received" }

tips.params = {
  { name = "policy", kind = "policy", description = "how competing statements are settled (default newest)" },
}

local INDICATORS = { "reports_received", "submissions_received", "files_reported", "reports_made_available" }

local function add_indicator(doc, id, policy)
  local indicator = doc.ops:row("indicators", id)
  local result = doc.ops:total(id, { by = "subject, year", policy = policy })
  doc:heading(1, indicator.name)
  if indicator.definition then doc:text(indicator.definition) end
  yearly.add(doc, yearly.subjects(doc.ops, result, 12), { title = indicator.name .. " by year and receiver",
    unit = builder.unit(indicator),
    note = "A fiscal year stands at the year in which it ends. Receivers pass reports on to "
      .. "each other and are not added up. Receivers with few years, and years of which less than half is known, "
      .. "are not drawn." })
  local rows = {}
  for _, row in ipairs(result.rows) do
    if row.subject and not row.unexplained and not yearly.is_fragment(row) and (row.low or row.high) then
      local name = doc.ops:row("subjects", row.subject).name
      local value = doc:sum(row, doc:flags_of(row), ("%s, %s, %s"):format(name, indicator.name, tostring(row.year)))
      if value and row.year then value.period = nil end
      rows[#rows + 1] = { name, tostring(row.year or "no year"), value }
    end
  end
  table.sort(rows, function(a, b)
    if a[1] ~= b[1] then return a[1] < b[1] end
    return a[2] < b[2]
  end)
  if #rows == 0 then
    doc:text "These figures are not added up; each stands by itself."
    return statements.add(doc, doc.ops:figures { indicator = id },
      { left_out = { indicator = true }, has_heading = true })
  end
  doc:add { kind = "table", title = indicator.name .. ", by receiver and year", rows = rows, columns = {
    { name = "subject", title = "Receiver", type = "string" }, { name = "year", title = "Year", type = "string" },
    { name = "value", title = indicator.name, type = "figure" } } }
end

function tips.build(ops, params)
  local doc = builder.new(ops)
  doc:text("A report is no case and no offence: one image can be reported many times, by many, to several hotlines. "
    .. "Most reports come from platforms' own searches.")
  for _, id in ipairs(INDICATORS) do
    if ops:row("indicators", id) and #ops:figures { indicator = id } > 0 then add_indicator(doc, id, params.policy) end
  end
  local figures = ops:figures { indicator = "reports_received_change" }
  if #figures > 0 then statements.add(doc, figures) end
  doc:audit()
  doc:sources()
  return doc:document(tips.title, params)
end

return tips
