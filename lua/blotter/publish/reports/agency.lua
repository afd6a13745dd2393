--- One agency (or programme) by fiscal year: what it counted each year, and how that changed, with bounds.

local builder = require "blotter.publish.reports.builder"
local yearly = require "blotter.publish.reports.yearly"

local agency = { name = "agency", title = "An agency by fiscal year" }

agency.params = {
  { name = "subject", kind = "subject", required = true, description = "the agency or programme, such as ice" },
  { name = "indicator", kind = "indicator", default = "arrests", description = "what is counted (default arrests)" },
  { name = "policy", kind = "policy", description = "how competing statements are settled (default newest)" },
}

-- A fiscal year's name as a label: one from January is the calendar year.
local function label_of(key)
  if math.type(key) then return "FY" .. key end
  return key:match "^FY(%d+) from January$" or key
end

local function rows_of(doc, result, subject)
  local list = {}
  for _, row in ipairs(result.rows) do
    local year = not row.unexplained and #row.figures > 0 and not yearly.is_fragment(row) and yearly.year(row)
    if year then
      local cell = doc:sum(row, doc:flags_of(row), tostring(row.fiscal_year))
      list[#list + 1] = { year = year, label = label_of(row.fiscal_year), cell = cell, refused = row.refused,
        flags = row.flags,
        is_part = yearly.is_part(row, subject) }
    end
  end
  table.sort(list, function(a, b) return a.year < b.year end)
  return list
end

function agency.build(ops, params)
  local subject, indicator = ops:row("subjects", params.subject), ops:row("indicators", params.indicator)
  local doc = builder.new(ops)
  local result = ops:total(indicator.id, { by = "fiscal_year", subject = subject.id, policy = params.policy })
  local list = rows_of(doc, result, subject.id)
  local years = list[1] and list[1].label:find "^%d+$" and "year" or "fiscal year"
  local title = ("%s: %s by %s"):format(subject.name, indicator.name:lower(), years)
  if #list == 0 then
    doc:text(("No source gives %s of %s for a fiscal year."):format(indicator.name:lower(), subject.name))
    return doc:document(title, params)
  end
  yearly.add(doc, { { name = indicator.name, rows = result.rows, subject = subject.id } }, {
    title = ("%s by %s"):format(indicator.name, years),
    unit = indicator.unit, breaks = result.breaks })
  local rows, columns = {}, { { name = "year", title = (years:gsub("^%l", string.upper)), type = "string" },
    { name = "value", title = indicator.name, type = "figure" },
    { name = "change", title = "Change, percent", type = "figure" } }
  for i, item in ipairs(list) do
    local earlier = list[i - 1]
    local follows = earlier and earlier.year == item.year - 1 and yearly.may_be_compared(earlier, item)
    rows[i] = { item.label, item.cell, follows and yearly.change(earlier.cell, item.cell) or nil,
      item.refused and "not added: " .. item.refused or nil }
    if item.refused then columns[4] = { name = "remark", title = "Remark", type = "string" } end
  end
  doc:add { kind = "table", title = "Each year and the change", rows = rows, columns = columns,
    note = "The change is computed from the year before; its range is what the bounds of both allow. A year after "
      .. "a gap has none, nor has one of which months are missing or whose number is doubtful, nor the year after it, "
      .. "nor one that counts differently than the year before. Of years of which less than half is known there is no "
      .. "row." }
  doc:audit()
  doc:sources()
  return doc:document(title, params)
end

return agency
