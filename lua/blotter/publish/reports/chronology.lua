--- Operations over time as a chart.

local asked = require "blotter.publish.reports.asked"
local builder = require "blotter.publish.reports.builder"

local chronology = {}

-- An ISO day as exactly as it is known.
local function known(day, precision)
  if not day then return nil end
  return day:sub(1, precision == "year" and 4 or precision == "month" and 7 or 10)
end

-- The arrests of a subject as a cell, or nil.
local function arrests(doc, subject)
  local row = asked.by_subject_of(doc.ops, "arrests")[subject.id]
  return row and doc:sum(row, doc:flags_of(row), subject.name .. ", arrests") or nil
end

-- Whether a number cannot be relied on, and is drawn hollow.
local function is_open(value)
  for _, flag in ipairs(value.flags) do
    if flag == "contradicted" or flag == "doubtful" then return true end
  end
  return false
end

local function by_date(a, b)
  if a.date_start ~= b.date_start then return a.date_start < b.date_start end
  return a.name < b.name
end

-- The subjects of which a source dates the beginning, in order, and the others by name.
local function apart(subjects)
  local dated, others = {}, {}
  for _, subject in ipairs(subjects) do table.insert(subject.date_start and dated or others, subject) end
  table.sort(dated, by_date)
  table.sort(others, function(a, b) return a.name < b.name end)
  return dated, others
end

-- What some subjects are called together.
local function what_of(subjects)
  for _, subject in ipairs(subjects) do
    if subject.type ~= "operation" then return "Operation or programme" end
  end
  return "Operation"
end

-- Names those whose beginning nobody dates, which a timeline leaves out.
local function add_undated(doc, subjects)
  local rows = {}
  for i, subject in ipairs(subjects) do
    local cell = arrests(doc, subject)
    rows[i] = { subject.name, builder.known_date(subject.date_end, subject.date_precision), cell }
  end
  if #rows == 0 then return end
  doc:add { kind = "table", title = "Not in the timeline: no source says when they began", rows = rows, columns = {
    { name = "subject", title = what_of(subjects), type = "string" },
    { name = "ended", title = "Ended", type = "string" },
    { name = "arrests", title = "Arrests", type = "figure" } }, may_lack = { ended = true, arrests = true } }
end

--- Adds a timeline of those subjects that have a date, the earliest first, with their arrests, and a table of the
-- others; nothing where fewer than two have a date.
function chronology.add(doc, subjects, title)
  local list, undated = apart(subjects)
  if #list < 2 then return end
  local labels, spans, values, has_open = {}, {}, {}, false
  for i, subject in ipairs(list) do
    labels[i] = subject.name
    spans[i] = { from = known(subject.date_start, subject.date_precision),
      to = known(subject.date_end, subject.date_precision) }
    values[i] = arrests(doc, subject)
    if values[i] and is_open(values[i]) then values[i].hollow, has_open = true, true end
  end
  doc:add { kind = "chart", chart = "timeline", title = title, of = what_of(list), unit = "Arrests", labels = labels,
    spans = spans, values = values,
    note = "Behind the dates stand the arrests, where they were published, and in parentheses what keeps them from "
      .. "being compared. An arrow: no source says when it ended, which does not mean that it goes on."
      .. (has_open and " Hollow: its arrests are in doubt or contradicted." or "") }
  add_undated(doc, undated)
end

return chronology
