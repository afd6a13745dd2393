--- Subjects by how much they count: a chart and a table with ranks that the bounds allow.

local addable = require "blotter.publish.reports.addable"

local ranking = {}

local function differs(row)
  for _, flag in ipairs(row.flags) do
    if flag == "counted differently" then return true end
  end
  return false
end

-- Those that count what the indicator says, and the others; all of them where none does.
local function apart(rows)
  local alike, others = {}, {}
  for _, item in ipairs(rows) do table.insert(differs(item.row) and others or alike, item) end
  if #alike == 0 then return others, alike end
  return alike, others
end

--- The rows of a total by subject that may be printed, the largest first, equal ones by name; and apart from them those
-- that count something else than the indicator says.
function ranking.rows(ops, indicator, options)
  local rows = {}
  local result = ops:total(indicator, { by = "subject", policy = options.policy, area = options.area })
  for _, row in ipairs(result.rows) do
    local subject = not row.unexplained and row.subject and ops:row("subjects", row.subject)
    local is_asked = subject and (not options.types or options.types[subject.type])
    if is_asked and (row.best or row.low) and not addable.refusal(ops, row) then
      rows[#rows + 1] = { name = subject.name, subject = subject, row = row, size = row.best or row.low }
    end
  end
  table.sort(rows, function(a, b)
    if a.size ~= b.size then return a.size > b.size end
    return a.name < b.name
  end)
  return apart(rows)
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

local function sum_of(doc, indicator, item)
  return doc:sum(item.row, doc:flags_of(item.row), ("%s, %s"):format(item.name, indicator.name:lower()))
end

local MOST_NAMES = 4

local function names_of(list)
  local names = {}
  for i = 1, math.min(#list, MOST_NAMES) do names[i] = list[i].name end
  local more = #list > MOST_NAMES and (" and %d more"):format(#list - MOST_NAMES) or ""
  return table.concat(names, "; ") .. more
end

-- The cells of those that are left out of the ranking although they are as large as its last one.
local function unranked(doc, indicator, others, least)
  local list = {}
  for _, item in ipairs(others) do
    if item.size >= least then
      list[#list + 1] = { name = item.name, subject = item.subject, cell = sum_of(doc, indicator, item) }
    end
  end
  return list
end

--- Adds the chart; options: policy, area, types, limit, title. Returns the rows, their cells, and those that are not
-- ranked, {name, subject, cell}, since they count something else.
function ranking.add(doc, indicator, options)
  local rows, others = ranking.rows(doc.ops, indicator.id, options)
  local labels, values, cells = {}, {}, {}
  for i = 1, math.min(#rows, options.limit) do
    labels[i] = rows[i].name
    values[i] = sum_of(doc, indicator, rows[i])
    cells[i] = values[i]
  end
  local left = unranked(doc, indicator, others, #rows > #labels and rows[#labels].size or 0)
  if #labels > 1 then
    doc:add { kind = "chart", chart = "bar", title = options.title or indicator.name .. " by subject", of = "Subject",
      unit = indicator.unit, labels = labels, values = values,
      note = (#rows > #labels and ("The %d largest of %d. "):format(#labels, #rows) or "")
        .. "They may hold one another and are not added up."
        .. (#left > 0 and " Not drawn, since they count something else: " .. names_of(left) .. "." or "") }
  end
  return rows, cells, left
end

return ranking
