--- Which countries an operation reached, and which operations an area had a part in, with or without a figure of it.

local builder = require "blotter.publish.reports.builder"

local reach = {}

-- How a part is told to readers.
local WORDS = { figures = "has figures of it", ["works there"] = "is its area" }

local function how(text)
  return (text:gsub("[^,]+", function(part)
    local space, word = part:match "^(%s*)(.*)$"
    return space .. (WORDS[word] or word)
  end))
end

local REACHING = { operation = true, programme = true, project = true, task_force = true }

--- Adds the countries of a subject, where there are several.
function reach.of_subject(doc, subject)
  if not REACHING[subject.type] then return end
  local frame, lacking = doc.ops:countries(subject.id)
  local rows = {}
  for _, row in frame:rows() do rows[#rows + 1] = { row.name, how(row.how), row.figures } end
  if #rows < 2 then return end
  local stated = lacking and lacking:match "lacks: (%d+) countries"
  doc:heading(1, "Countries")
  doc:add { kind = "table", title = "Countries that it reached", rows = rows, columns = {
    { name = "area", title = "Country", type = "string" }, { name = "how", title = "What is known", type = "string" },
    { name = "statements", title = "Statements of it", type = "int64" } },
    note = stated and ("A source counts %s countries or more; only those are named that a source here names."):format(
      stated) or "Those that a source here names." }
end

--- Adds the operations that an area had a part in.
function reach.of_area(doc, area)
  local rows = {}
  for _, row in doc.ops:operations(area.code):rows() do
    local subject = doc.ops:row("subjects", row.id)
    rows[#rows + 1] = { row.name, builder.known_date(subject.date_start or subject.date_end, subject.date_precision),
      how(row.how), row.figures }
  end
  if #rows == 0 then return end
  doc:heading(1, "Operations that it had a part in")
  doc:add { kind = "table", title = "Operations and programmes, by how much is stated of this area", rows = rows,
    columns = { { name = "subject", title = "Operation", type = "string" },
      { name = "date", title = "Date", type = "string" }, { name = "how", title = "What is known", type = "string" },
      { name = "statements", title = "Statements of it", type = "int64" } }, may_lack = { date = true },
    note = "With those in which the area took part, but of which no source gives a number for it." }
end

return reach
