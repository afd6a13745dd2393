--- Subjects by how much they count: a chart and a table with ranks that the bounds allow.

local ranking = {}

--- The rows of a total by subject that may be printed, the largest first, equal ones by name.
function ranking.rows(ops, indicator, options)
  local rows = {}
  local result = ops:total(indicator, { by = "subject", policy = options.policy, area = options.area })
  for _, row in ipairs(result.rows) do
    local subject = not row.unexplained and row.subject and ops:row("subjects", row.subject)
    if subject and not row.refused and (row.best or row.low) and (not options.types or options.types[subject.type]) then
      rows[#rows + 1] = { name = subject.name, subject = subject, row = row, size = row.best or row.low }
    end
  end
  table.sort(rows, function(a, b)
    if a.size ~= b.size then return a.size > b.size end
    return a.name < b.name
  end)
  return rows
end

--- The best and the worst place that an item can have: how many are surely larger, and how many may be.
function ranking.places(rows, at)
  local own, surely, perhaps = rows[at].row, 1, 1
  local low, high = own.low or own.best or 0, own.high or math.huge
  for i, other in ipairs(rows) do
    local from, to = other.row.low or other.row.best or 0, other.row.high or math.huge
    if i ~= at then
      if from > high then surely = surely + 1 end
      if to > low then perhaps = perhaps + 1 end
    end
  end
  return surely, perhaps
end

--- Adds the chart; options: policy, area, types, limit, title. Returns the rows and their cells.
function ranking.add(doc, indicator, options)
  local rows, cells = ranking.rows(doc.ops, indicator.id, options), {}
  local labels, values = {}, {}
  for i = 1, math.min(#rows, options.limit) do
    labels[i] = rows[i].name
    values[i] = doc:sum(rows[i].row, doc:flags_of(rows[i].row), ("%s, %s"):format(labels[i], indicator.name:lower()))
    cells[i] = values[i]
  end
  if #labels > 1 then
    doc:add { kind = "chart", chart = "bar", title = options.title or indicator.name .. " by subject", of = "Subject",
      unit = indicator.unit, labels = labels, values = values,
      note = (#rows > #labels and ("The %d largest of %d. "):format(#labels, #rows) or "")
        .. "They may hold one another and are not added up." }
  end
  return rows, cells
end

return ranking
