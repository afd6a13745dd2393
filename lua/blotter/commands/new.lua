local output = require "blotter.publish.output"
local shared = require "blotter.commands.shared"

local new = { summary = "Write a working skeleton of a report of your own." }

function new.options(command)
  command:argument("kind", "What to write: report."):argname "<kind>":choices { "report" }
  command:argument("name", "Its name: letters, digits, - and _; the file is NAME.lua."):argname "<name>"
end

local SKELETON = [[
--- The report @NAME@. Print it with
--
--   blotter --load @NAME@.lua report @NAME@ -p indicator=arrests -o @NAME@.html
--
-- The ending of the file says the format: .txt, .md, .html, .svg, .csv, .json, .xlsx or .tex.

local report = {
  name = "@NAME@",
  title = "The report @NAME@",
  params = {
    -- Other kinds are subject, area, policy, whole and choice (with choices = { … }); none takes any text.
    { name = "indicator", kind = "indicator", default = "arrests", description = "what is counted" },
    { name = "limit", kind = "whole", default = 10, description = "how many rows" },
  },
}

--- Builds the document: a title and blocks (heading, text, table, chart, facts, notes, sources).
function report.build(ops, params)
  local indicator = ops:row("indicators", params.indicator)
  local sources, known, labels, values, rows = {}, {}, {}, {}, {}

  -- The number of a source in this document.
  local function cite(source)
    if not known[source.id] then
      known[source.id] = #sources + 1
      sources[#sources + 1] = { number = #sources + 1, publisher = source.publisher_row.name, title = source.title,
        date = ops:published(source), url = source.url }
    end
    return known[source.id]
  end

  for _, figure in ipairs(ops:figures { indicator = indicator.id }) do
    if #rows == params.limit then break end
    local words = ops:words(figure)
    -- A figure as a cell: its bounds, the source's own words, its period and its source.
    local cell = { low = figure.low, best = figure.best, high = figure.high, words = words.value,
      period = words.period, sources = { cite(figure.source_row) } }
    local name = figure.subject_row.name
    rows[#rows + 1] = { name, ops:label(figure), cell }
    labels[#labels + 1], values[#values + 1] = name, cell
  end

  return {
    title = "Statements on " .. indicator.name:lower(),
    blocks = {
      { kind = "text", text = ("The first %d statements."):format(#rows) },
      { kind = "chart", chart = "bar", title = indicator.name, unit = indicator.unit, labels = labels,
        values = values },
      { kind = "table", title = indicator.name .. ", in the order of the dataset", rows = rows, columns = {
        { name = "subject", title = "Subject", type = "string" }, { name = "of", title = "Of", type = "string" },
        { name = "value", title = indicator.name, type = "figure" } } },
      { kind = "heading", level = 1, text = "Sources" },
      { kind = "sources", items = sources },
    },
  }
end

return report
]]

function new.run(args)
  if not args.name:find "^[%w_-]+$" then
    shared.stop(shared.USAGE, ("'%s': a name is made of letters, digits, - and _"):format(args.name))
  end
  local path = args.name .. ".lua"
  if output.read(path) then shared.stop(shared.REFUSED, path .. " is there already") end
  local ok, message = output.file(path, (SKELETON:gsub("@NAME@", args.name)))
  if not ok then shared.stop(shared.REFUSED, message) end
  io.stderr:write(("%s: written; blotter --load %s report %s\n"):format(path, path, args.name))
  return shared.DONE
end

return new
