--- Subjects by how much they count: a chart and a table with ranks that the bounds allow.

local addable = require "blotter.publish.reports.addable"
local asked = require "blotter.publish.reports.asked"
local builder = require "blotter.publish.reports.builder"
local comparable = require "blotter.publish.reports.comparable"
local groups = require "blotter.publish.reports.subject_groups"

local ranking = {}

local function differs(row)
  for _, flag in ipairs(row.flags) do
    if flag == "counted differently" then return true end
  end
  return false
end

--- Why an item has no place, as `why` of those that are left out.
ranking.OTHERWISE, ranking.SWEEP = "counts something else", "a sweep against trafficking"

-- Those that count what the indicator says, and the others with a reason; all of them where none does.
local function apart(ops, rows)
  local alike, others = {}, {}
  for _, item in ipairs(rows) do
    local is_sweep = item.subject.type == "operation" and ops:is_sweep(item.subject.id)
    item.why = differs(item.row) and ranking.OTHERWISE or is_sweep and ranking.SWEEP or nil
    table.insert(item.why and others or alike, item)
  end
  if #alike == 0 then return others, alike end
  return alike, others
end

--- The rows of a total by subject that may be printed, the largest first, equal ones by name; and apart from them those
-- that count something else than the indicator says, and sweeps against trafficking.
function ranking.rows(ops, indicator, options)
  local rows = {}
  local filter = { by = "subject", policy = options.policy, area = options.area }
  for _, row in ipairs(asked.total(ops, indicator, filter).rows) do
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
  return apart(ops, rows)
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

-- The number of an item, hollow where it is of a part only, or in doubt.
local function sum_of(doc, indicator, item)
  local flags = doc:flags_of(item.row)
  local cell = doc:sum(item.row, flags, ("%s, %s"):format(item.name, builder.lower(indicator.name)))
  cell.hollow = comparable.open { row = item.row, flags = flags } ~= nil or nil
  return cell
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
      item.cell = sum_of(doc, indicator, item)
      list[#list + 1] = item
    end
  end
  return list
end

-- What the note says of those that are left out, by reason.
local function said_of(left)
  local parts = {}
  for _, reason in ipairs { { ranking.OTHERWISE, "Not drawn, since they count something else" },
    { ranking.SWEEP, "Not drawn, since they are sweeps against trafficking" } } do
    local list = {}
    for _, item in ipairs(left) do
      if item.why == reason[1] then list[#list + 1] = item end
    end
    if #list > 0 then parts[#parts + 1] = (" %s: %s."):format(reason[2], names_of(list)) end
  end
  return table.concat(parts)
end

local function has_hollow(values)
  for _, value in ipairs(values) do
    if value.hollow then return " Hollow: a part only, or a number in doubt, as is said below its name." end
  end
  return ""
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
      unit = builder.unit(indicator), labels = labels, values = values,
      note = (#rows > #labels and ("The %d largest of %d. "):format(#labels, #rows) or "")
        .. "They may hold one another and are not added up."
        .. has_hollow(values) .. said_of(left) }
  end
  return rows, cells, left
end

--- Adds a chart for each group of subjects that has two; options as above, without types and title.
function ranking.add_groups(doc, indicator, options)
  for _, group in ipairs(groups.list) do
    ranking.add(doc, indicator, { policy = options.policy, area = options.area, limit = options.limit,
      types = group.types, title = ("%s: %s"):format(indicator.name, group.short) })
  end
end

return ranking
