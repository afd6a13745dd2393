--- One self-contained HTML page: no script and nothing from elsewhere, light and dark, printable, and readable by a
-- screen reader (tables have captions and scopes, a chart is a table whose bars are decoration).

local cell = require "blotter.publish.formats.cell"
local charts = require "blotter.publish.charts"
local document = require "blotter.publish.document"
local text_escape = require "blotter.publish.formats.escape"

local html = { description = "one HTML page with charts", extension = "html" }

local STYLE = [[
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #d0d5db; --soft: #5b6470; --bar: #2f6db3; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ed; --paper: #14171b; --line: #39414a; --soft: #9aa4b0; --bar: #6aa5e8; }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  margin: 0 auto; padding: 1.5rem; max-width: 70rem; }
h1, h2, h3, h4, h5 { line-height: 1.25; margin: 1.6em 0 .5em; }
h1 { margin-top: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem 1.5rem .25rem 0; border-bottom: 1px solid var(--line); }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead th { border-bottom: 2px solid var(--ink); vertical-align: bottom; }
.chart { margin: 1.5rem 0; }
figcaption { font-weight: 600; padding: .25rem 0; }
.chart svg { display: block; width: 100%; height: auto; }
.on-page svg { max-width: 60rem; }
.on-phone { display: none; }
summary { cursor: pointer; color: var(--bar); }
.note, .flags, .period, .footnotes { color: var(--soft); }
.period, .flags { white-space: normal; font-size: .85em; display: block; }
.footnotes { font-size: .85em; }
.unknown { color: var(--soft); }
sup a, .sources a { color: inherit; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { font-weight: 600; }
dd { margin: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none; }
body, dd { overflow-wrap: anywhere; }
table { overflow-wrap: normal; }
a { color: var(--bar); }
footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--soft); }
ul.index { padding-left: 1.2rem; columns: 22rem; }
@media screen and (max-width: 40rem) { .on-page { display: none; } .on-phone { display: block; } }
@media (max-width: 40rem) {
  body { padding: 1rem; } dl { display: block; } th, td { padding-right: .75rem; } }
@media print { nav { display: none; } thead { display: table-header-group; } tr { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; } .wide { overflow: visible; } }
@media print { body { max-width: none; padding: 0; } a { color: inherit; } }
]]

local function escape(value)
  return (text_escape(value):gsub("\n", "<br>"))
end

--- A source's number as a link to the list of sources, which leads back to the first of its links.
local function source_link(out, number)
  number = escape(tostring(number))
  local back = not out.cited[number] and (' id="cited-%s"'):format(number) or ""
  out.cited[number] = true
  return ('<sup%s><a href="#source-%s">[%s]</a></sup>'):format(back, number, number)
end

--- Each of a figure's sources as a link.
local function references(out, figure)
  local links = {}
  for i, number in ipairs(figure.sources or {}) do
    links[i] = source_link(out, number)
  end
  return #links > 0 and " " .. table.concat(links) or ""
end

--- A text with marks such as [3] as links to the sources of the document.
local function text_html(out, value)
  return (escape(value):gsub("%[(%d+)%]", function(number)
    return out.known[number] and source_link(out, number) or nil
  end))
end

--- The numbers of a figure's footnotes as links to them; `mark` begins the ids of the block's footnotes.
local function note_links(figure, numbering, mark)
  local links = {}
  for i, number in ipairs(cell.notes(figure, numbering)) do
    links[i] = ('<sup><a href="#%s-%d">%d</a></sup>'):format(mark, number, number)
  end
  return #links > 0 and " " .. table.concat(links, " ") or ""
end

local function cell_html(out, value, plain, numbering, mark)
  value = document.value(value)
  if value == nil then return '<span class="unknown" title="unknown">' .. cell.UNKNOWN .. "</span>" end
  if not document.is_figure(value) then return text_html(out, cell.text(value, plain)) end
  local main, bounds = cell.bounds(value)
  local parts = { escape(bounds == "" and main or main .. " " .. bounds) }
  if document.value(value.period) then
    parts[#parts + 1] = ' <span class="period">' .. escape(value.period) .. "</span>"
  end
  if value.flags and #value.flags > 0 then
    parts[#parts + 1] = ' <span class="flags">' .. escape(table.concat(value.flags, ", ")) .. "</span>"
  end
  return table.concat(parts) .. note_links(value, numbering, mark) .. references(out, value)
end

--- The footnotes of a block; see note_links.
local function put_footnotes(out, notes, mark)
  if #notes == 0 then return end
  out[#out + 1] = '<ol class="footnotes">'
  for i, note in ipairs(notes) do
    out[#out + 1] = ('<li id="%s-%d">%s</li>'):format(mark, i, escape(note))
  end
  out[#out + 1] = "</ol>"
end

--- A block's footnotes, their numbers, and what their ids begin with.
local function footnotes(out, block)
  local notes, numbering = document.footnotes(block)
  return notes, numbering, "note-" .. out.number
end

local function put_cell(out, tag, attributes, right, content)
  out[#out + 1] = ("<%s%s%s>%s</%s>"):format(tag, attributes, right and ' class="number"' or "", content, tag)
end

--- A link to the data of a table or chart beside the page, where the caller says that they are there.
local function put_data(out, block)
  if not out.data then return end
  out.tables = out.tables + 1
  local title = block.title or out.heading or "this table"
  out[#out + 1] = ('<p class="data"><a href="%s" aria-label="%s">CSV</a></p>'):format(escape(out.data(out.tables)),
    escape("Data as CSV: " .. title))
end

--- The name of a table for those who do not see it, where it has no caption.
local function name_of(out, block)
  return not block.title and out.heading and (' aria-label="%s"'):format(escape(out.heading)) or ""
end

local render = {}

function render.heading(out, block)
  local level = math.max(2, math.min(6, (block.level or 1) + 1))
  out[#out + 1] = ('<h%d id="part-%d">%s</h%d>'):format(level, out.number, escape(block.text), level)
end

function render.text(out, block)
  out[#out + 1] = "<p>" .. text_html(out, block.text) .. "</p>"
end

function render.table(out, block)
  local notes, numbering, mark = footnotes(out, block)
  out[#out + 1] = '<div class="wide" tabindex="0"><table' .. name_of(out, block) .. ">"
  if block.title then out[#out + 1] = "<caption>" .. escape(block.title) .. "</caption>" end
  out[#out + 1] = "<thead><tr>"
  for _, column in ipairs(block.columns) do
    put_cell(out, "th", ' scope="col"', document.is_right(column), escape(document.column_title(column)))
  end
  out[#out + 1] = "</tr></thead><tbody>"
  for _, row in ipairs(block.rows) do
    out[#out + 1] = "<tr>"
    for i, column in ipairs(block.columns) do
      local content = cell_html(out, row[i], column.plain, numbering, mark)
      local link = column.links and column.links[row[i]]
      if link then content = ('<a href="%s">%s</a>'):format(escape(link), content) end
      put_cell(out, "td", "", document.is_right(column), content)
    end
    out[#out + 1] = "</tr>"
  end
  out[#out + 1] = "</tbody></table></div>"
  put_footnotes(out, notes, mark)
  if block.note then out[#out + 1] = '<p class="note">' .. escape(block.note) .. "</p>" end
  put_data(out, block)
end

function render.facts(out, block)
  local notes, numbering, mark = footnotes(out, block)
  out[#out + 1] = "<dl>"
  for _, item in ipairs(block.items) do
    local value = cell_html(out, item[2], false, numbering, mark)
    out[#out + 1] = ("<dt>%s</dt><dd>%s</dd>"):format(escape(tostring(item[1])), value)
  end
  out[#out + 1] = "</dl>"
  put_footnotes(out, notes, mark)
end

--- The numbers of a chart's sources, below it.
local function chart_sources(out, block)
  local numbers = charts.sources(block)
  if #numbers == 0 then return end
  local links = {}
  for i, number in ipairs(numbers) do links[i] = source_link(out, number) end
  out[#out + 1] = '<p class="note">Sources: ' .. table.concat(links, " ") .. "</p>"
end

--- A chart as a figure: the drawing for a page and the one for a phone, of which the style shows one; the sources; and
-- all values as a table, folded.
function render.chart(out, block)
  local id = "chart-" .. out.number
  out[#out + 1] = ('<figure class="chart" aria-labelledby="%s">'):format(id)
  out[#out + 1] = ('<figcaption id="%s">%s</figcaption>'):format(id, escape(block.title or charts.name(block)))
  out[#out + 1] = '<div class="on-page">' .. charts.svg(block, charts.WIDE, id .. "-w") .. "</div>"
  out[#out + 1] = '<div class="on-phone">' .. charts.svg(block, charts.NARROW, id .. "-n") .. "</div>"
  chart_sources(out, block)
  out[#out + 1] = "<details><summary>All values as a table</summary>"
  local values = charts.as_table(block)
  values.title = "All values: " .. (block.title or charts.name(block))
  render.table(out, values)
  out[#out + 1] = "</details></figure>"
end

function render.notes(out, block)
  out[#out + 1] = "<ul>"
  for _, item in ipairs(block.items) do out[#out + 1] = "<li>" .. text_html(out, item) .. "</li>" end
  out[#out + 1] = "</ul>"
end

--- Only addresses of the web become links: anything else in a source's address is text.
local function address(url)
  if not url then return "" end
  if not url:find "^https?://" then return " " .. escape(url) end
  return (' <a href="%s">%s</a>'):format(escape(url), escape(url))
end

function render.sources(out, block)
  out[#out + 1] = '<ul class="sources" style="list-style: none; padding: 0">'
  for _, item in ipairs(block.items) do
    local line, url = cell.source(item)
    local number = escape(tostring(item.number))
    local back = out.cited[number] and (' <a href="#cited-%s" aria-label="back">↑</a>'):format(number) or ""
    out[#out + 1] = ('<li id="source-%s">[%s] %s%s%s</li>'):format(number, number, escape(line), address(url), back)
  end
  out[#out + 1] = "</ul>"
end

--- The headings of the first level as links to them, where there are several.
local function contents(doc)
  local items = {}
  for number, block in ipairs(doc.blocks) do
    if block.kind == "heading" and (block.level or 1) == 1 then
      items[#items + 1] = ('<li><a href="#part-%d">%s</a></li>'):format(number, escape(block.text))
    end
  end
  if #items < 3 then return nil end
  return '<nav aria-label="Contents"><ul>' .. table.concat(items) .. "</ul></nav>"
end

--- A whole page around a body in HTML. options: head, before and after are HTML of the caller's own.
function html.page(title, body, options)
  title = escape(title)
  return table.concat({
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">', options.head or "",
    "<title>" .. title .. "</title>\n<style>\n" .. STYLE .. charts.STYLE .. "</style>\n</head>\n<body>",
    options.before or "",
    "<main>\n<h1>" .. title .. "</h1>", body, "</main>", options.after or "", "</body>\n</html>\n",
  }, "\n")
end

--- options.contents asks for a list of the headings; options.data(n) is the address of the n-th table's data; for the
-- others see html.page.
function html.render(doc, options)
  options = options or {}
  local out = { options.contents and contents(doc) }
  out.cited, out.known, out.data, out.tables = {}, {}, options.data, 0
  for _, block in ipairs(doc.blocks) do
    for _, item in ipairs(block.kind == "sources" and block.items or {}) do out.known[tostring(item.number)] = true end
  end
  for number, block in ipairs(doc.blocks) do
    out.number = number
    if block.kind == "heading" then out.heading = block.text end
    render[block.kind](out, block)
  end
  return html.page(doc.title or "Report", table.concat(out, "\n"), options)
end

return html
