--- The rounds of what recurs, one below the other: what each counted, victims identified apart from those safeguarded.

local asked = require "blotter.publish.reports.asked"
local builder = require "blotter.publish.reports.builder"

local rounds = {}

local MOST_COLUMNS = 5

-- What comes first where it is counted at all; then what most rounds count.
local FIRST = { victims_identified = 1, victims_safeguarded = 2, arrests = 3, suspects_identified = 4 }

-- Puts rounds in the order of the numbers that end their names, where all have one, else of their dates.
local function sort(list)
  local keys, are_numbered = {}, true
  for _, subject in ipairs(list) do are_numbered = are_numbered and subject.name:find "%d$" ~= nil end
  for _, subject in ipairs(list) do
    keys[subject] = are_numbered and tonumber(subject.name:match "%d+$")
      or not are_numbered and (subject.date_start or subject.date_end or "~") or nil
  end
  table.sort(list, function(a, b)
    if keys[a] ~= keys[b] then return keys[a] < keys[b] end
    return a.name < b.name
  end)
end

-- The operations that belong to a subject and have figures.
local function rounds_of(ops, subject)
  local list = {}
  for _, other in ipairs(ops.subjects) do
    if other.parent == subject.id and other.type == "operation" and asked.by_subject(ops)[other.id] then
      list[#list + 1] = other
    end
  end
  sort(list)
  return list
end

-- What the rounds count, as indicators with the number of rounds that do.
local function counted_in(ops, list)
  local counts = {}
  for _, subject in ipairs(list) do
    local seen = {}
    for _, figure in ipairs(asked.by_subject(ops)[subject.id]) do
      if not seen[figure.indicator] then
        seen[figure.indicator] = true
        counts[figure.indicator] = (counts[figure.indicator] or 0) + 1
      end
    end
  end
  return counts
end

-- The indicators of the columns, in their order.
local function columns_of(ops, list)
  local counts, chosen, place = counted_in(ops, list), {}, {}
  for i, indicator in ipairs(ops:rows "indicators") do
    place[indicator.id] = i
    local is_shared = (counts[indicator.id] or 0) > 1
    if (counts[indicator.id] and FIRST[indicator.id]) or is_shared and indicator.unit ~= "percent"
      and indicator.unit ~= "currency" then chosen[#chosen + 1] = indicator end
  end
  table.sort(chosen, function(a, b)
    local x, y = FIRST[a.id] or math.huge, FIRST[b.id] or math.huge
    if x ~= y then return x < y end
    if counts[a.id] ~= counts[b.id] then return counts[a.id] > counts[b.id] end
    return place[a.id] < place[b.id]
  end)
  return table.move(chosen, 1, MOST_COLUMNS, 1, {})
end

local function row_of(doc, subject, indicators, policy)
  local row = { subject.name, builder.known_date(subject.date_start or subject.date_end, subject.date_precision) }
  for i, indicator in ipairs(indicators) do
    local total = asked.total(doc.ops, indicator.id, { subject = subject.id, exactly = true, policy = policy }).total
    if #total.figures > 0 then
      local cell = doc:sum(total, doc:flags_of(total), ("%s, %s"):format(subject.name, builder.lower(indicator.name)))
      if cell then cell.period = nil end
      row[i + 2] = cell
    end
  end
  return row
end

-- Whether all are rounds of one thing, by its name.
local function are_rounds(list, subject)
  for _, other in ipairs(list) do
    if other.name:sub(1, #subject.name) ~= subject.name then return false end
  end
  return true
end

--- Adds the table of a subject's rounds, or of the operations that belong to it, where several count something.
function rounds.add(doc, subject, policy)
  local list = rounds_of(doc.ops, subject)
  if #list < 2 then return end
  local indicators, rows = columns_of(doc.ops, list), {}
  if #indicators == 0 then return end
  local is_recurring = are_rounds(list, subject)
  local columns = { { name = "subject", title = is_recurring and "Round" or "Operation", type = "string" },
    { name = "date", title = "Date", type = "string" } }
  for i, indicator in ipairs(indicators) do
    columns[i + 2] = { name = indicator.id, title = indicator.name, type = "figure" }
  end
  for i, other in ipairs(list) do rows[i] = row_of(doc, other, indicators, policy) end
  doc:add { kind = "table", title = is_recurring and "Its rounds, one by one" or "What belongs to it, one by one",
    columns = columns, rows = rows, note = "An empty field: no source here gives that number; it is not nought. "
      .. "Victims identified and victims safeguarded are two counts, of which neither stands for the other." }
end

return rounds
