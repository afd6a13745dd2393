--- Charts as blocks of a document: what each kind must hold, its drawing as SVG, as text for a terminal, as a table,
-- and in one sentence for those who do not see it. A kind is a file in kinds/.

local cell = require "blotter.publish.formats.cell"
local document = require "blotter.publish.document"
local pen = require "blotter.publish.charts.pen"

local charts = {}

--- The kinds, as `chart` of a block names them.
charts.kinds = { "bar", "grouped", "stacked", "line", "dots", "multiples", "timeline", "tiles", "network" }

--- The style that drawings in a page need once.
charts.STYLE = pen.STYLE

--- How wide a drawing is for a page and for a phone, in pixels.
charts.WIDE, charts.NARROW = 720, 340

-- Kinds whose file has another name.
local FILES = { network = "nodes" }

local function kind_of(block)
  local name = block.chart or "bar"
  return require("blotter.publish.charts.kinds." .. (FILES[name] or name))
end

-- ---- checking ----

local NEEDS = { timeline = "spans", network = "edges" }

--- Calls `complain(where, message, …)` when a block is no chart; `check_cell(cell, where, …)` looks at its values.
function charts.check(block, where, complain, check_cell)
  local name, known = block.chart or "bar", false
  for _, kind in ipairs(charts.kinds) do known = known or kind == name end
  if not known then
    complain(where, "unknown chart '%s': the charts are %s", tostring(name), table.concat(charts.kinds, ", "))
  end
  local need = NEEDS[name]
  if need and type(block[need]) ~= "table" then complain(where .. " (chart)", "a %s needs %s", name, need) end
  if not need and type(block.values) ~= "table" and type(block.series) ~= "table" then
    complain(where .. " (chart)", "values must be a table, not a %s", type(block.values))
  end
  for s, series in ipairs(block.series or {}) do
    if type(series) ~= "table" or type(series.values) ~= "table" then
      complain(where .. " (chart)", "series %d needs values", s)
    end
  end
  for s, series in ipairs(document.series(block)) do
    for i in ipairs(block.labels) do
      check_cell(series.values[i], "%s (chart), series %d, value %d", where, s, i)
    end
  end
  for i, edge in ipairs(name == "network" and block.edges or {}) do
    if not block.labels[edge.from] or not block.labels[edge.to] then
      complain(where .. " (chart)", "edge %d joins no two labels", i)
    end
  end
end

-- ---- as a table ----

local function network_table(block)
  local rows = {}
  for i, edge in ipairs(block.edges) do rows[i] = { block.labels[edge.from], edge.words, block.labels[edge.to] } end
  return { kind = "table", title = block.title, note = block.note, rows = rows, columns = {
    { name = "from", title = "From", type = "string" }, { name = "link", title = "Link", type = "string" },
    { name = "to", title = "To", type = "string" } } }
end

-- The rows of which anything is known besides the label.
local function known_rows(rows, count)
  local kept = {}
  for _, row in ipairs(rows) do
    local is_known = false
    for i = 2, count do is_known = is_known or document.value(row[i]) ~= nil end
    if is_known then kept[#kept + 1] = row end
  end
  return #kept > 0 and kept or rows
end

-- A last column that says what the numbers count.
local function add_unit(columns, rows, unit)
  columns[#columns + 1] = { name = "unit", title = "Unit", type = "string" }
  for _, row in ipairs(rows) do row[#columns] = unit end
end

--- The block that says the same in a table: a column of labels, and one for each series, without the labels of which
-- nothing is known. With `raw` all labels are there, dates are ISO's, and a last column has the unit, for programs.
function charts.as_table(block, raw)
  if block.chart == "network" then return network_table(block) end
  local columns, rows = { { name = "label", title = block.of or "Of", type = "string" } }, {}
  for i, label in ipairs(block.labels) do rows[i] = { tostring(label) } end
  if block.spans then
    columns[2] = { name = "from", title = "From", type = "string" }
    columns[3] = { name = "to", title = "To", type = "string" }
    for i, row in ipairs(rows) do
      local span = block.spans[i] or {}
      row[2], row[3] = span.from, span.to
      if not raw then row[2], row[3] = span.from and cell.date(span.from), span.to and cell.date(span.to) end
    end
  end
  for s, series in ipairs(block.spans and not (block.values or block.series) and {} or document.series(block)) do
    local at = #columns + 1
    columns[at] = { name = block.series and series.name or "value", type = "figure",
      title = block.series and series.name or block.unit or "Value" }
    for i, row in ipairs(rows) do row[at] = document.series(block)[s].values[i] end
  end
  if raw and block.unit and not block.spans then add_unit(columns, rows, block.unit) end
  return { kind = "table", title = block.title, note = block.note, columns = columns,
    rows = raw and rows or known_rows(rows, #columns) }
end

-- ---- in words ----

-- The labels of the largest and the smallest value, and both in words.
local function ends(block, list)
  local most, least
  for _, series in ipairs(list) do
    for i, label in ipairs(block.labels) do
      local low, high = cell.extent(series.values[i])
      local size = high or low
      local words = size and ("%s (%s)"):format((cell.parts(series.values[i])), tostring(label))
      if size and (not most or size > most[1]) then most = { size, words } end
      if size and (not least or size < least[1]) then least = { size, words } end
    end
  end
  return most, least
end

--- What a chart without a title is called.
function charts.name(block)
  return kind_of(block).description
end

--- A sentence about a chart: what kind it is, of how many values, and between which they lie.
function charts.describe(block)
  local kind, list = kind_of(block), document.series(block)
  local parts = { kind.description, (" of %d %s"):format(#block.labels, #block.labels == 1 and "row" or "rows") }
  if block.chart == "network" then parts[2] = (" of %d subjects and %d links"):format(#block.labels, #block.edges) end
  if #list > 1 then parts[#parts + 1] = (" and %d series"):format(#list) end
  if block.unit then parts[#parts + 1] = ", in " .. block.unit end
  local most, least = ends(block, list)
  if most and least[1] ~= most[1] then
    parts[#parts + 1] = (". Between %s and %s"):format(least[2], most[2])
  elseif most then
    parts[#parts + 1] = ". " .. most[2]
  end
  return table.concat(parts) .. ". The table with all values follows the drawing."
end

-- ---- drawings ----

local function names_of(list)
  local names = {}
  for i, series in ipairs(list) do names[i] = series.name end
  return names
end

-- So many bars stand in one part of a drawing, which no sheet of paper breaks: the more there are, the more of the
-- sheet before it may stay empty.
local MOST_BARS = 6

--- The parts of a chart between which a sheet of paper may end, {first, last, number, of, title} each; they go on
-- without a gap. One without first and last unless it is drawn in many rows.
function charts.parts(block)
  local kind, count, title = kind_of(block), #block.labels, block.title or charts.name(block)
  local bars = kind.legend and block.chart ~= "stacked" and #document.series(block) or 1
  local most = math.max(3, MOST_BARS // math.max(bars, 1))
  if not kind.by_row or count <= most + 1 then return { { title = title } } end
  local parts, number = {}, math.ceil(count / most)
  for i = 1, number do
    parts[i] = { first = (i - 1) * count // number + 1, last = i * count // number, number = i, of = number,
      title = ("%s (part %d of %d)"):format(title, i, number) }
  end
  return parts
end

--- A drawing as SVG, `wide` pixels wide. `id` begins its ids; options.style puts the style into it, options.title draws
-- the title above it, options.part is one of charts.parts: the legend and the unit stand above the first of them, the
-- names of the axis below the last.
function charts.svg(block, wide, id, options)
  options = options or {}
  local drawing, kind, list = pen.new(wide), kind_of(block), document.series(block)
  local part = options.part or {}
  drawing.first, drawing.last, drawing.goes_on = part.first, part.last, part.number ~= part.of
  local is_first = (part.number or 1) == 1
  if options.title and block.title then
    drawing.height = drawing:lines(0, 14, block.title, wide, 3, "strong") * pen.LINE + 8
  end
  if is_first and kind.legend and #list > 1 then drawing.height = drawing:legend(names_of(list), drawing.height) end
  if is_first and block.unit and #list <= 1 and block.chart ~= "network" and block.chart ~= "timeline" then
    drawing:text(0, drawing.height + 12, block.unit, "soft", wide)
    drawing.height = drawing.height + 18
  end
  kind.svg(drawing, block, list)
  return drawing:svg(id, part.title or block.title or kind.description, charts.describe(block), options.style)
end

--- A drawing as lines of text of at most `most` cells; `numbering` gives the footnotes' numbers.
function charts.lines(block, most, numbering)
  return kind_of(block).lines(block, document.series(block), most, numbering)
end

--- The numbers of all sources of a chart's values, each once, in order.
function charts.sources(block)
  local numbers, seen = {}, {}
  for _, series in ipairs(document.series(block)) do
    for i in ipairs(block.labels) do
      local value = series.values[i]
      for _, number in ipairs(document.is_figure(value) and value.sources or {}) do
        if not seen[number] then
          seen[number] = true
          numbers[#numbers + 1] = number
        end
      end
    end
  end
  table.sort(numbers, function(a, b) return (tonumber(a) or 0) < (tonumber(b) or 0) end)
  return numbers
end

return charts
