--- What a computed number is made of: all of its parts in its footnote, and as a table of the document.

local cells = require "blotter.publish.formats.cell"

local taken_apart = {}

-- Some figures from the earliest end on, those without one last.
local function by_time(figures)
  local sorted, place = table.move(figures, 1, #figures, 1, {}), {}
  for i, figure in ipairs(sorted) do place[figure] = i end
  table.sort(sorted, function(a, b)
    local x, y = a.last or math.huge, b.last or math.huge
    if x ~= y then return x < y end
    return place[a] < place[b]
  end)
  return sorted
end

-- Figures in the order of time by subject, in the order of each subject's first.
local function by_subject(figures)
  local lists, at = {}, {}
  for _, figure in ipairs(by_time(figures)) do
    local id = figure.subject
    if not at[id] then
      lists[#lists + 1] = { subject = figure.subject_row }
      at[id] = lists[#lists]
    end
    table.insert(at[id], figure)
  end
  return lists
end

-- The categories and areas of most of some figures in words, which need not be said of each; or nil.
local function label_of_most(ops, figures)
  local counts = {}
  for _, figure in ipairs(figures) do
    local label = ops:label(figure)
    counts[label] = (counts[label] or 0) + 1
    if counts[label] > #figures // 2 then return label end
  end
  return nil
end

--- Some figures in words, each with its period and source, and what tells them apart: subject, categories, area.
function taken_apart.words(doc, figures)
  local ops, lists, most = doc.ops, by_subject(figures), label_of_most(doc.ops, figures)
  for at, list in ipairs(lists) do
    local words = {}
    for i, figure in ipairs(list) do
      local said, label = ops:words(figure), ops:label(figure)
      if label == most then label = "" end
      local about = label ~= "" and said.period and label .. ", " .. said.period or said.period or label
      words[i] = ("%s%s [%d]"):format(said.value, about ~= "" and " (" .. about .. ")" or "",
        doc:cite(figure.source_row))
    end
    local text = table.concat(words, "; ")
    lists[at] = #lists > 1 and ("%s: %s"):format(list.subject.name, text) or text
  end
  return table.concat(lists, "; ")
end

--- The footnote of a computed number.
function taken_apart.note(doc, figures)
  local words, subject = taken_apart.words(doc, figures), figures[1].subject_row
  if #figures == 1 then
    local parts = figures[1].parts or {}
    return ("Narrowed by its parts: %s%s."):format(words,
      #parts > 0 and "; the parts: " .. taken_apart.words(doc, parts) or "")
  end
  local is_named = subject.id ~= doc.subject and #by_subject(figures) == 1
  return ("Computed from %d figures%s: %s."):format(#figures, is_named and " of " .. subject.name or "", words)
end

--- Keeps a computed number of several figures for the document's table.
function taken_apart.keep(doc, label, cell, figures)
  if #figures < 2 then return end
  local main = cells.bounds(cell)
  table.insert(doc.computed, { label = ("%s: %s"):format(label or "A total", main), figures = figures })
end

-- The rows of one computed number, and the ids of its statements.
local function put(doc, item, rows, ids)
  for _, list in ipairs(by_subject(item.figures)) do
    for _, figure in ipairs(list) do
      local value, label = doc:figure(figure, doc:statement_flags(figure)), doc:label(figure)
      value.period = nil
      ids[#ids + 1] = figure.id
      rows[#rows + 1] = { item.label, figure.subject ~= doc.subject and figure.subject_row.name or nil, label,
        doc.ops:words(figure).period, value }
    end
  end
end

--- Adds the table of the parts of all computed numbers, each number once; nothing where there is none.
function taken_apart.add(doc)
  local rows, ids, seen = {}, {}, {}
  for _, item in ipairs(doc.computed) do
    if not seen[item.label] then
      seen[item.label] = true
      put(doc, item, rows, ids)
    end
  end
  if #rows == 0 then return end
  doc:heading(1, "Computed numbers, taken apart")
  doc:add { kind = "table", title = "What each computed number is the sum of", rows = rows, columns = {
    { name = "number", title = "Computed number", type = "string" },
    { name = "subject", title = "Part counted by", type = "string" }, { name = "of", title = "Of", type = "string" },
    { name = "period", title = "Period", type = "string" }, { name = "value", title = "Value", type = "figure" },
  }, statements = ids, may_lack = { subject = true, of = true, period = true } }
end

return taken_apart
