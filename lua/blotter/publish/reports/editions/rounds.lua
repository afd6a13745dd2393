--- The rounds of what recurs, one below the other: what each counted, victims identified apart from those safeguarded.

local asked = require "blotter.publish.reports.asked"
local builder = require "blotter.publish.reports.builder"
local numbered = require "blotter.publish.reports.editions.numbered"

local rounds = {}

local MOST_COLUMNS = 5

-- What comes first where it is counted at all; then what most rounds count.
local FIRST = { victims_identified = 1, victims_safeguarded = 2, arrests = 3, suspects_identified = 4 }

-- The subjects that belong to one and have figures; of those that have none, what belongs to them.
local function below(ops, subject, list)
  for _, other in ipairs(ops.subjects) do
    if other.parent == subject.id then
      if asked.by_subject(ops)[other.id] then list[#list + 1] = other else below(ops, other, list) end
    end
  end
  return list
end

-- Whether all are rounds of one thing, by their names.
local function are_rounds(list, subject)
  for _, other in ipairs(list) do
    if other.name:sub(1, #subject.name) ~= subject.name then return false end
  end
  return true
end

-- Whether their numbers, not their dates, put them in order: all have one, or they are rounds of which one has.
local function are_numbered(list, is_recurring)
  local count = 0
  for _, other in ipairs(list) do count = count + (numbered.of(other.name) and 1 or 0) end
  return count == #list or is_recurring and count > 0
end

-- The operations that belong to a subject and have figures; all that does where it has no figure of its own. In their
-- order, and whether they are rounds of it.
local function rounds_of(ops, subject)
  local has_figures, list = asked.by_subject(ops)[subject.id] ~= nil, {}
  for _, other in ipairs(below(ops, subject, {})) do
    if not has_figures or other.type == "operation" then list[#list + 1] = other end
  end
  local is_recurring = are_rounds(list, subject)
  numbered.sort(list, are_numbered(list, is_recurring))
  return list, is_recurring
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
  local fewest = math.min(2, #list)
  for i, indicator in ipairs(ops:rows "indicators") do
    place[indicator.id] = i
    local is_shared = (counts[indicator.id] or 0) >= fewest
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

local function total_of(ops, subject, indicator, policy)
  return asked.total(ops, indicator.id, { subject = subject.id, exactly = true, policy = policy }).total
end

local MOST_WORDS = 12

-- What a round states besides the columns: each number in words with its sources, or only what is counted where it has
-- several years or many numbers.
local function others_of(doc, subject, shown, policy)
  local words, figures = {}, asked.by_subject(doc.ops)[subject.id]
  for _, indicator in ipairs(builder.indicators_of(doc.ops, figures)) do
    if not shown[indicator.id] then
      local total = subject.type == "operation" and total_of(doc.ops, subject, indicator, policy)
      local figure = total and #total.figures == 1 and (total.exceeded_by or total.figures[1])
      words[#words + 1] = figure and ("%s %s"):format(doc.ops:words(figure).counted, builder.marks(
        { doc:cite(figure.source_row) })) or builder.lower(indicator.name)
    end
  end
  if #words > MOST_WORDS then
    words = { table.unpack(words, 1, MOST_WORDS) }
    words[MOST_WORDS + 1] = "more on its page"
  end
  return table.concat(words, "; ")
end

-- Adds the ages of those whom a number counts, where its source tells them apart, as a note.
local function add_ages(doc, total, cell)
  local figure = #total.figures == 1 and total.figures[1]
  for _, split in ipairs(figure and doc.ops:breakdowns(figure) or {}) do
    if split.name == "age_band" then
      local words = {}
      for i, part in ipairs(split.figures) do
        words[i] = ("%s: %s"):format(builder.lower(split.labels[i]), doc.ops:words(part).value)
      end
      local all = doc.ops:words(figure).value
      cell.notes[#cell.notes + 1] = ("Of %s, by age: %s."):format(all, table.concat(words, "; "))
    end
  end
end

local function row_of(doc, list, subject, indicators, policy)
  local row, shown = { subject.name, numbered.date(list, subject) }, {}
  for i, indicator in ipairs(indicators) do
    local total = total_of(doc.ops, subject, indicator, policy)
    shown[indicator.id] = true
    if #total.figures > 0 then
      local cell = doc:sum(total, doc:flags_of(total), ("%s, %s"):format(subject.name, builder.lower(indicator.name)))
      if cell and subject.type == "operation" then cell.period = nil end
      if cell then add_ages(doc, total, cell) end
      row[i + 2] = cell
    end
  end
  row[#indicators + 3] = others_of(doc, subject, shown, policy)
  row[#indicators + 4] = #asked.by_subject(doc.ops)[subject.id]
  return row
end

local function columns_for(indicators, is_recurring, is_all)
  local columns = { { name = "subject", title = is_recurring and "Round" or is_all and "Part" or "Operation",
    type = "string" }, { name = "date", title = "Date", type = "string" } }
  for i, indicator in ipairs(indicators) do
    columns[i + 2] = { name = indicator.id, title = builder.counted(indicator), type = "figure" }
  end
  columns[#columns + 1] = { name = "others", title = "Also stated", type = "string" }
  columns[#columns + 1] = { name = "statements", title = "Statements", type = "int64" }
  return columns
end

--- Adds the table of a subject's rounds, or of what belongs to it; returns whether there is anything to tell.
function rounds.add(doc, subject, policy)
  local list, is_recurring = rounds_of(doc.ops, subject)
  local has_figures = asked.by_subject(doc.ops)[subject.id] ~= nil
  if #list < (has_figures and 2 or 1) then return false end
  local indicators, rows = columns_of(doc.ops, list), {}
  for i, other in ipairs(list) do rows[i] = row_of(doc, list, other, indicators, policy) end
  doc:add { kind = "table", title = is_recurring and "Its rounds, one by one" or "What belongs to it, one by one",
    columns = columns_for(indicators, is_recurring, not has_figures), rows = rows, may_lack = { others = true },
    note = "An empty field: no source here gives that number, or its numbers may not be added up; it is not nought. "
      .. "Victims identified and victims safeguarded are two counts, of which neither stands for the other."
      .. (#list > 1 and " Rows need not count alike: the footnotes say how each source printed what it counts, and a "
        .. "larger number is no sign of a rise." or "") }
  return true
end

return rounds
