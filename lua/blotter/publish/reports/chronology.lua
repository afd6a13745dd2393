--- Operations over time as a chart.

local chronology = {}

-- An ISO day as exactly as it is known.
local function known(day, precision)
  if not day then return nil end
  return day:sub(1, precision == "year" and 4 or precision == "month" and 7 or 10)
end

-- The arrests by subject, by dataset, as many pages ask.
local kept = setmetatable({}, { __mode = "k" })

--- The rows of the total of arrests by subject.
local function arrests_of(doc)
  if kept[doc.ops] then return kept[doc.ops] end
  local cells = {}
  kept[doc.ops] = cells
  for _, row in ipairs(doc.ops:total("arrests", { by = "subject" }).rows) do
    if row.subject and not row.unexplained and not row.refused and #row.figures > 0 then cells[row.subject] = row end
  end
  return cells
end

--- Adds a timeline of those subjects that have a date, the earliest first, with their arrests; nothing where fewer than
-- two have one.
function chronology.add(doc, subjects, title)
  local list = {}
  for _, subject in ipairs(subjects) do
    if subject.date_start then list[#list + 1] = subject end
  end
  if #list < 2 then return end
  table.sort(list, function(a, b)
    if a.date_start ~= b.date_start then return a.date_start < b.date_start end
    return a.name < b.name
  end)
  local labels, spans, values, rows = {}, {}, {}, arrests_of(doc)
  for i, subject in ipairs(list) do
    local row = rows[subject.id]
    labels[i] = subject.name
    spans[i] = { from = known(subject.date_start, subject.date_precision),
      to = known(subject.date_end, subject.date_precision) }
    values[i] = row and doc:sum(row, doc:flags_of(row), subject.name .. ", arrests") or nil
  end
  doc:add { kind = "chart", chart = "timeline", title = title, of = "Operation", unit = "Arrests", labels = labels,
    spans = spans, values = values,
    note = "Behind the dates stand the arrests, where they were published. An arrow: no source says when it ended." }
end

return chronology
