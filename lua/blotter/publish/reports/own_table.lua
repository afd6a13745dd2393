--- Any query as a report: the rows of a file, of a table of a database or of the dataset, with a title, notes and
-- sources.

local blotter_read = require "blotter"
local ending = require "blotter.tables.ending"
local frames = require "blotter.publish.frames"

local report = { name = "table", title = "A table", without_dataset = true, reads_rows = true }

report.params = {
  { name = "from", description = "a file of rows (read as the options of reading say), db.blt:table, or a table of "
    .. "the dataset such as figures" },
  { name = "rows", description = "from Lua instead: a table, a query or a frame" },
  { name = "where", description = "rows to keep" }, { name = "derive", description = "columns to add" },
  { name = "by", description = "columns to group by" }, { name = "agg", description = "aggregates" },
  { name = "select", description = "columns to keep" }, { name = "order", description = "columns to sort by" },
  { name = "limit", kind = "whole", description = "rows at most" },
  { name = "chart", kind = "choice", choices = { "bar", "line", "dots", "tiles", "multiples" },
    description = "a chart above the table; its labels are the first column, its values the other ones" },
  { name = "title", description = "the title" }, { name = "note", description = "a note below the table" },
  { name = "unit", description = "what the numbers count" },
  { name = "source", description = "where the rows are from; several are separated by |" },
}

local VERBS = { "where", "derive", "by", "agg", "select", "order" }

--- A message without the line of this file, which is not where the mistake is.
local function without_place(message)
  return (tostring(message):gsub("^[^\n]-own_table%.lua:%d+: ", ""))
end

--- The rows that `from` names, or nil and a message.
local function rows_of(ops, from)
  local path, name = from:match "^(.+%.[bB][lL][tT]):([^:/]+)$"
  if path then
    local db, message = blotter_read.open(path, { readonly = true })
    if not db then return nil, message end
    return db:table(name):query(), nil, db
  end
  if from:find "[./]" then return blotter_read[ending.kind(from)](from) end
  if not ops then
    local message
    ops, message = blotter_read.operations()
    if not ops then return nil, message end
  end
  local found, result = pcall(ops.table, ops, from)
  if not found then return nil, without_place(result) end
  return result
end

local function sources_of(text)
  local list = {}
  for part in (text or ""):gmatch "[^|]+" do list[#list + 1] = part:match "^%s*(.-)%s*$" end
  return list
end

--- The numbers of a frame as a chart of the kind that was asked for.
local function chart_of(doc, params)
  local block = doc.blocks[1]
  local chart = { kind = "chart", chart = params.chart, title = params.title, unit = params.unit, labels = {},
    of = block.columns[1].name, series = {} }
  for r, row in ipairs(block.rows) do chart.labels[r] = row[1] == nil and "–" or tostring(row[1]) end
  for i = 2, #block.columns do
    local values, has_number = {}, false
    for r, row in ipairs(block.rows) do
      values[r] = type(row[i]) == "number" and row[i] or nil
      has_number = has_number or values[r] ~= nil
    end
    if has_number then chart.series[#chart.series + 1] = { name = block.columns[i].name, values = values } end
  end
  if #chart.series == 0 then return nil, "report 'table': a chart needs a column of numbers behind the first one" end
  if params.chart == "bar" and #chart.series > 1 then chart.chart = "grouped" end
  return chart
end

function report.build(ops, params)
  if not params.rows and not params.from then
    return nil, "report 'table' needs the parameter 'from' (" .. report.params[1].description .. ")"
  end
  local q, message, db = params.rows, nil, nil
  if not q then q, message, db = rows_of(ops, params.from) end
  if not q then return nil, message end
  params.rows = nil
  local done, answer = pcall(function()
    for _, verb in ipairs(VERBS) do
      if params[verb] then q = q[verb](q, params[verb]) end
    end
    if params.limit then q = q:limit(params.limit) end
    return q:collect()
  end)
  if not done then return nil, without_place(answer) end
  local doc = frames.document(answer, { title = params.title or report.title, note = params.note,
    sources = sources_of(params.source) })
  if db then db:close() end
  if params.chart then
    local chart, problem = chart_of(doc, params)
    if not chart then return nil, problem end
    table.insert(doc.blocks, 1, chart)
  end
  return doc
end

return report
