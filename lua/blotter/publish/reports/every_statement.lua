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

local function columns_of(lines, left_out)
  local columns = {}
  for _, column in ipairs {
    { name = "subject", title = "Subject", type = "string" },
    { name = "indicator", title = "Counted", type = "string" },
    { name = "of", title = "Of", type = "string" }, { name = "period", title = "Period", type = "string" },
    { name = "value", title = "Value", type = "figure" },
    { name = "line", title = lines or "Line", type = "string" },
  } do
    if not left_out[column.name] and (column.name ~= "line" or lines) then columns[#columns + 1] = column end
  end
  return columns
end

--- Adds the table, without empty columns. `options.left_out` names columns that say the same in every row, as
-- {indicator = true}; `options.title` is that of the table, and without `options.has_heading` a heading stands above
-- it. `options.lines` is the title of a column with the line of the source in which each stands.
function statements.add(doc, figures, options)
  options = options or {}
  local sorted, rows, ids = table.move(figures, 1, #figures, 1, {}), {}, {}
  local columns = columns_of(options.lines, options.left_out or {})
  table.sort(sorted, before)
  doc.has_lines = options.lines ~= nil
  for i, figure in ipairs(sorted) do
    ids[i] = figure.id
    local value = doc:figure(figure, doc:statement_flags(figure))
    local cells = { subject = figure.subject_row.name, indicator = builder.counted(figure.indicator_row),
      of = doc:label(figure), period = value.period, value = value,
      line = figure.locator and tostring(figure.locator) }
    value.period = nil
    rows[i] = {}
    for at, column in ipairs(columns) do rows[i][at] = cells[column.name] end
  end
  if not options.has_heading then doc:heading(1, "Every statement") end
  return doc:add { kind = "table", title = options.title or "Statements, by subject", columns = columns,
    rows = rows, statements = ids, may_lack = { of = true, period = true } }
end

return statements
