--- The statements of some figures as a table, in an order that a reader expects.

local builder = require "blotter.publish.reports.builder"

local statements = {}

-- By subject, then by what is counted, then by the end of the period, then by id.
local function before(a, b)
  local x, y = a.subject_row.name, b.subject_row.name
  if x ~= y then return x < y end
  x, y = a.indicator_row.name, b.indicator_row.name
  if x ~= y then return x < y end
  x, y = a.last or math.huge, b.last or math.huge
  if x ~= y then return x < y end
  return a.id < b.id
end

--- Adds the table. `left_out` names columns that say the same in every row, {indicator = true}, and `heading` where the
-- caller has made one, `title` that of the table. `lines` is the title of a column with the line of the source in which
-- each stands.
function statements.add(doc, figures, left_out, lines)
  local sorted, rows, columns, has_label = table.move(figures, 1, #figures, 1, {}), {}, {}, false
  for _, figure in ipairs(figures) do has_label = has_label or doc.ops:label(figure) ~= "" end
  left_out = { subject = left_out and left_out.subject, indicator = left_out and left_out.indicator,
    heading = left_out and left_out.heading, title = left_out and left_out.title,
    of = not has_label, line = not lines }
  table.sort(sorted, before)
  for _, column in ipairs {
    { name = "subject", title = "Subject", type = "string" },
    { name = "indicator", title = "Counted", type = "string" },
    { name = "of", title = "Of", type = "string" }, { name = "period", title = "Period", type = "string" },
    { name = "value", title = "Value", type = "figure" }, { name = "line", title = lines, type = "string" },
  } do
    if not left_out[column.name] then columns[#columns + 1] = column end
  end
  local ids = {}
  for i, figure in ipairs(sorted) do
    ids[i] = figure.id
    local value = doc:figure(figure, doc:statement_flags(figure))
    local cells = { subject = figure.subject_row.name, indicator = builder.counted(figure.indicator_row),
      of = doc.ops:label(figure), period = value.period, value = value,
      line = figure.locator and tostring(figure.locator) }
    value.period = nil
    rows[i] = {}
    for at, column in ipairs(columns) do rows[i][at] = cells[column.name] end
  end
  if not left_out.heading then doc:heading(1, "Every statement") end
  return doc:add { kind = "table", title = left_out.title or "Statements, by subject", columns = columns,
    rows = rows, statements = ids }
end

return statements
