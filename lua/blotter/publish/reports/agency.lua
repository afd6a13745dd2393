--- One agency (or programme) by fiscal year: what it counted each year, and how that changed, with bounds.

local builder = require "blotter.publish.reports.builder"
local comparable = require "blotter.publish.reports.comparable"
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

-- Why a row of the total stands in no row of the table, or nil where it does.
local function why_not(row, subject)
  if not yearly.year(row) then return "its source does not say which kind of year" end
  if yearly.is_of_operations(row, subject) then return "of a single operation" end
  return yearly.is_fragment(row) and "of less than half of the year, or of some places only" or nil
end

-- Whose the numbers of a row are, where they are not the agency's own.
local function counted_by(row, subject)
  local names, seen = {}, {}
  for _, figure in ipairs(row.figures) do
    if figure.subject ~= subject and not seen[figure.subject] then
      seen[figure.subject] = true
      names[#names + 1] = figure.subject_row.name
    end
  end
  return #names > 0 and table.concat(names, "; ") or nil
end

-- The points of the years in their order, and the figures that stand in none, {figure, why}.
local function points_of(doc, result, subject)
  local list, others = {}, {}
  for _, row in ipairs(result.rows) do
    local why = not row.unexplained and why_not(row, subject)
    if why then
      for _, figure in ipairs(row.figures) do others[#others + 1] = { figure, why } end
    elseif not row.unexplained and #row.figures > 0 then
      local point = yearly.point(doc, row, subject)
      point.year, point.label = yearly.year(row), label_of(row.fiscal_year)
      point.cell = doc:sum(row, point.flags, tostring(row.fiscal_year))
      list[#list + 1] = point
    end
  end
  table.sort(list, function(a, b) return a.year < b.year end)
  return list, others
end

local NOTE = "The change is computed from the year before; its range is what the bounds of both allow. A year after a "
  .. "gap has none, nor has one of which months are missing or whose number is doubtful or contradicted, nor the year "
  .. "after it, nor one that counts differently than the year before, or another part."

local function add_table(doc, points, years, indicator, subject)
  local columns = { { name = "year", title = (years:gsub("^%l", string.upper)), type = "string" },
    { name = "value", title = indicator.name, type = "figure" },
    { name = "change", title = "Change, percent", type = "figure" },
    { name = "of", title = "Counted by", type = "string" }, { name = "remark", title = "Remark", type = "string" } }
  local rows, has = {}, { year = true, value = true, change = true }
  for i, point in ipairs(points) do
    local earlier = points[i - 1]
    local follows = earlier and earlier.year == point.year - 1 and comparable.are(earlier, point)
    local refused = point.row.refused and "not added: " .. point.row.refused or nil
    rows[i] = { point.label, point.cell, follows and yearly.change(earlier.cell, point.cell) or nil,
      counted_by(point.row, subject), refused }
    has.of, has.remark = has.of or rows[i][4] ~= nil, has.remark or refused ~= nil
  end
  for at = #columns, 4, -1 do
    if not has[columns[at].name] then
      table.remove(columns, at)
      for _, row in ipairs(rows) do row[at] = at == 4 and row[5] or nil end
    end
  end
  doc:add { kind = "table", title = "Each year and the change", rows = rows, columns = columns, note = NOTE }
end

-- The figures that stand in no row, and why.
local function add_others(doc, others, indicator)
  if #others == 0 then return end
  local rows = {}
  for i, item in ipairs(others) do
    local cell = doc:figure(item[1], { builder.status_words[item[1].status] })
    rows[i] = { item[1].subject_row.name, cell.period, cell, item[2] }
    cell.period = nil
  end
  doc:add { kind = "table", title = "What stands in no year", rows = rows, columns = {
    { name = "subject", title = "Counted by", type = "string" }, { name = "period", title = "Period", type = "string" },
    { name = "value", title = indicator.name, type = "figure" }, { name = "why", title = "Why", type = "string" } } }
end

function agency.build(ops, params)
  local subject, indicator = ops:row("subjects", params.subject), ops:row("indicators", params.indicator)
  local doc = builder.new(ops)
  local result = ops:total(indicator.id, { by = "fiscal_year", subject = subject.id, policy = params.policy })
  local points, others = points_of(doc, result, subject.id)
  local years = points[1] and points[1].label:find "^%d+$" and "year" or "fiscal year"
  local title = ("%s: %s by %s"):format(subject.name, builder.lower(indicator.name), years)
  if #points == 0 then
    doc:text(("No source gives %s of %s for a fiscal year."):format(builder.lower(indicator.name), subject.name))
    return doc:document(title, params)
  end
  local drawn = {}
  for i, point in ipairs(points) do drawn[i] = point.row end
  yearly.add(doc, { { name = indicator.name, rows = drawn, subject = subject.id } }, {
    title = ("%s by %s"):format(indicator.name, years),
    unit = builder.unit(indicator), breaks = result.breaks })
  add_table(doc, points, years, indicator, subject.id)
  add_others(doc, others, indicator)
  doc:audit()
  doc:sources()
  return doc:document(title, params)
end

return agency
