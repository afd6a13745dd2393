--- What is counted, and how it is defined: every indicator of which there is a figure, by name.

local builder = require "blotter.publish.reports.builder"

local glossary = {}

-- A definition with the names of other indicators in place of their ids.
local function in_words(ops, definition)
  return definition and (definition:gsub("`?(%l+_[%l_]+)`?", function(id)
    local row = ops:row("indicators", id)
    return row and builder.lower(row.name)
  end))
end

--- The page, of the entries that the index has of indicators.
function glossary.build(ops, entries)
  local doc, rows = builder.new(ops), {}
  doc:text("What the numbers of this site count. The words are this site's; where a source counts something else, its "
    .. "number is flagged as counted differently, and a footnote says what it counts.")
  for i, entry in ipairs(entries) do
    rows[i] = { builder.counted(entry.row), in_words(ops, entry.row.definition), #entry.figures }
  end
  doc:add { kind = "table", title = "What is counted, by name", rows = rows, columns = {
    { name = "indicator", title = "Counted", type = "string" },
    { name = "definition", title = "Definition", type = "string" },
    { name = "statements", title = "Statements", type = "int64" } } }
  return doc:document "What is counted, and how it is defined"
end

return glossary
