--- One self-contained HTML page: no script and nothing from elsewhere, light and dark, printable, and readable by a
-- screen reader (tables have captions and scopes, a chart is a table whose bars are decoration).

local cell = require "blotter.publish.formats.cell"
local charts = require "blotter.publish.charts"
local document = require "blotter.publish.document"
local text_escape = require "blotter.publish.formats.escape"
local titles = require "blotter.publish.titles"
local width = require "blotter.terminal.width"

local html = { description = "one HTML page with charts", extension = "html" }

local STYLE = [[
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #d9dde2; --soft: #56606b; --link: #0b57a0;
  --wash: #f4f6f8; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ed; --paper: #14171b; --line: #333b44; --soft: #a7b0bb; --link: #7db7f0; --wash: #1c2127; }
}
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; color: var(--ink); background: var(--paper);
  margin: 0 auto; padding: 1rem 1.5rem 2rem; max-width: 66rem; overflow-wrap: break-word; }
h1, h2, h3, h4, h5 { line-height: 1.25; margin: 2.2rem 0 .6rem; text-wrap: balance; }
h1 { font-size: 1.9rem; margin: 1.2rem 0 .8rem; }
h2 { font-size: 1.35rem; padding-top: .8rem; border-top: 1px solid var(--line); }
p, li, dd { max-width: 48rem; }
a { color: var(--link); }
.site { display: flex; flex-wrap: wrap; gap: .15rem 1.2rem; padding-bottom: .6rem; border-bottom: 1px solid var(--line);
  font-size: .93rem; }
.contents ul { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: 0; margin: .5rem 0 1rem; list-style: none; }
ul, ol { padding-left: 1.4rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0; min-width: 50%; }
caption { text-align: left; font-weight: 600; padding: .35rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem 1.4rem .3rem 0; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { min-width: 6rem; }
thead th { border-bottom: 2px solid var(--ink); vertical-align: bottom; font-size: .93rem; }
thead button { all: unset; cursor: pointer; text-decoration: underline dotted; text-underline-offset: .2em; }
thead button:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
th[aria-sort=ascending] button::after { content: " \2191"; }
th[aria-sort=descending] button::after { content: " \2193"; }
.bounds { color: inherit; text-decoration: underline dotted; text-underline-offset: .2em; }
.here { color: var(--soft); }
.meta { display: block; color: var(--soft); font-size: .85rem; line-height: 1.35; }
.chart { margin: 1.5rem 0 2rem; }
figcaption { font-weight: 600; padding: .25rem 0 .5rem; }
.chart svg { display: block; width: 100%; height: auto; }
.on-page svg { max-width: 54rem; }
.on-phone { display: none; }
summary { cursor: pointer; color: var(--link); font-size: .93rem; }
.note, .footnotes, .data, .from { color: var(--soft); font-size: .9rem; }
.note { margin: .4rem 0; }
.data { margin: .2rem 0 1rem; }
.footnotes { font-size: .85rem; padding-left: 1.6rem; columns: 2 24rem; column-gap: 2.5rem; }
.unknown { color: var(--soft); }
sup { line-height: 0; font-size: .75em; }
sup a, .sources a { color: inherit; }
.sources { list-style: none; padding: 0; font-size: .93rem; }
.sources li { margin: .35rem 0; overflow-wrap: anywhere; }
:target { background: var(--wash); outline: 2px solid var(--link); outline-offset: 2px; }
dl { display: grid; grid-template-columns: fit-content(18rem) 1fr; gap: .25rem 1.2rem; }
dt { font-weight: 600; overflow-wrap: anywhere; }
dt { grid-column: 1; } dd { grid-column: 2; margin: 0; overflow-wrap: anywhere; }
input { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 4px;
  padding: .35rem .6rem; width: 100%; max-width: 24rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .9rem; }
.index { padding-left: 1.2rem; columns: 3 18rem; column-gap: 2.5rem; }
.index li { break-inside: avoid; margin: .15rem 0; }
.index .note { white-space: nowrap; }
.lead { padding-left: 1.2rem; }
[hidden] { display: none !important; }
@media screen and (min-width: 40rem) {
  .stack td:not(.short, .number) { min-width: 8.5rem; } .stack td.long { min-width: 15rem; }
  .many th:not(:last-child), .many td:not(:last-child) { padding-right: .9rem; }
  .many.stack td:not(.short, .number) { min-width: 6.5rem; } .many td.number { min-width: 3.5rem; }
}
@media screen and (min-width: 60rem) { .short, .bounds { white-space: nowrap; } }
@media screen and (max-width: 40rem) {
  body { padding: .8rem 1rem 2rem; }
  h1 { font-size: 1.5rem; }
  .on-page { display: none; } .on-phone { display: block; }
  dl { display: block; } dd { margin-bottom: .5rem; }
  .site a, .contents a { padding: .2rem 0; display: inline-block; }
  .index { list-style: none; padding: 0; }
  .index li { margin: .55rem 0; }
  .stack table, .stack caption, .stack tbody, .stack tr, .stack td { display: block; }
  .stack thead { display: block; position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
  .stack td, .stack td.number { border: 0; padding: .1rem 0; text-align: left; }
  .stack td:first-child { font-weight: 600; }
  .stack td:not(:first-child)::before { content: attr(data-label) ": "; color: var(--soft); }
  .stack td:empty, .stack td:has(> .unknown) { display: none; }
}
@media print {
  @page { margin: 18mm 15mm; }
  body { font-size: 10pt; max-width: none; padding: 0; }
  .site, .contents, .data, .here, summary, #search, .filter, .back, footer { display: none; }
  a { color: inherit; text-decoration: none; }
  th, td { padding-right: .9rem; }
  td.long { min-width: 14rem; }
  thead { display: table-header-group; break-inside: avoid; }
  thead button { display: contents; }
  tr, figcaption, .chart svg, li, dd { break-inside: avoid; }
  .chart svg { width: auto; max-width: 100%; max-height: 13cm; }
  .short { white-space: nowrap; }
  h1 { break-inside: avoid; }
  tbody tr:first-child, tbody tr:nth-child(2), tbody tr:last-child, li:last-child { break-before: avoid; }
  h1, h2, h3, h4, caption, figcaption { break-after: avoid; }
  p { orphans: 3; widows: 3; }
  .wide { overflow: visible; }
  details::details-content { display: block; content-visibility: visible; height: auto; }
}
]]

-- What the title of a window or of a tab may have.
local LONGEST_TITLE = 70

local function escape(value)
  value = text_escape(value)
  return value:find("\n", 1, true) and (value:gsub("\n", "<br>")) or value
end

--- A text within the marks of an attribute, on one line.
local function attribute(value)
  return (text_escape(value):gsub("\n", " "))
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
  value = escape(value)
  return value:find("[", 1, true) and (value:gsub("%[(%d+)%]", function(number)
    return out.known[number] and source_link(out, number) or nil
  end)) or value
end

--- The numbers of a figure's footnotes as links to them; `mark` begins the ids of the block's footnotes.
local function note_links(figure, numbering, mark)
  local links = {}
  for i, number in ipairs(cell.notes(figure, numbering)) do
    links[i] = ('<sup><a href="#%s-%d">%d</a></sup>'):format(mark, number, number)
  end
  return #links > 0 and " " .. table.concat(links, " ") or ""
end

--- The period and the flags of a figure in a line of their own, or nothing.
local function meta(figure)
  local said = cell.said(figure)
  if #said == 0 then return "" end
  return ' <span class="meta">' .. escape(table.concat(said, " · ")) .. "</span>"
end

-- The bounds behind a number, which lead to how they are made where the caller says where that is.
local function bounds_link(out, bounds)
  if bounds == "" then return "" end
  if not out.bounds then return " " .. escape(bounds) end
  return (' <a class="bounds" href="%s">%s</a>'):format(escape(out.bounds), escape(bounds))
end

-- A value of a cell; `behind` is HTML that stands behind the number, on its line.
local function cell_html(out, value, plain, numbering, mark, behind)
  value, behind = document.value(value), behind or ""
  if value == nil then return '<span class="unknown" title="unknown">' .. cell.UNKNOWN .. "</span>" .. behind end
  if not document.is_figure(value) then return text_html(out, cell.text(value, plain)) .. behind end
  local main, bounds = cell.bounds(value)
  return escape(main) .. bounds_link(out, bounds) .. note_links(value, numbering, mark)
    .. references(out, value) .. behind .. meta(value)
end

--- The footnotes of a block; see note_links.
local function put_footnotes(out, notes, mark)
  if #notes == 0 then return end
  out[#out + 1] = '<ol class="footnotes">'
  for i, note in ipairs(notes) do
    out[#out + 1] = ('<li id="%s-%d">%s</li>'):format(mark, i, text_html(out, note))
  end
  out[#out + 1] = "</ol>"
end

--- A block's footnotes, their numbers, and what their ids begin with.
local function footnotes(out, block)
  local notes, numbering = document.footnotes(block)
  return notes, numbering, "note-" .. out.number
end

local function put_cell(out, tag, attributes, class, content)
  class = class and (' class="%s"'):format(class) or ""
  out[#out + 1] = ("<%s%s%s>%s</%s>"):format(tag, attributes, class, content, tag)
end

local SHORT, LONG = 20, 60

-- How wide a text is.
local function width_of(text)
  return text:find "[^ -~]" and width.of(width.printable(text)) or #text
end

--- The class of a column's cells: numbers stand at the right, short texts such as dates are not broken, and sentences
-- get the room that they need.
local function class_of(block, i)
  if document.is_right(block.columns[i]) then return "number" end
  local most = 0
  for _, row in ipairs(block.rows) do
    most = math.max(most, width_of(cell.text(row[i])))
    if most > LONG then return "long" end
  end
  return most <= SHORT and "short" or nil
end

--- A link to the data of a table or chart beside the page, where the caller says that they are there.
local function put_data(out, block)
  if not out.data then return end
  out.tables = out.tables + 1
  local title = block.title or out.heading or "this table"
  out[#out + 1] = ('<p class="data"><a href="%s" aria-label="%s">CSV</a></p>'):format(escape(out.data(out.tables)),
    attribute("Data as CSV: " .. title))
end

--- The name of a table for those who do not see it, where it has no caption.
local function name_of(out, block)
  return not block.title and out.heading and (' aria-label="%s"'):format(attribute(out.heading)) or ""
end

-- A text that is an address of the web, and nothing else.
local function web_address(text)
  return type(text) == "string" and text:match "^https?://%S+$" or nil
end

-- Content as a link to an address, where there is one.
local function linked(link, content)
  return link and ('<a href="%s">%s</a>'):format(escape(link), content) or content
end

-- An item that begins with a text of `links`, up to a comma or a colon, with that text as a link.
local function begun_by_link(out, item, links)
  local found
  for stop in item:gmatch "()[,:]" do
    if links[item:sub(1, stop - 1)] then found = stop - 1 end
  end
  if not found then return text_html(out, item) end
  local name = item:sub(1, found)
  return linked(links[name], escape(name)) .. text_html(out, item:sub(found + 1))
end

-- What a heading is led to by.
local function heading_id(block, number)
  return block.anchor or "part-" .. number
end

local render = {}

function render.heading(out, block)
  local level = math.max(2, math.min(6, (block.level or 1) + 1))
  out[#out + 1] = ('<h%d id="%s">%s</h%d>'):format(level, heading_id(block, out.number), escape(block.text), level)
end

function render.text(out, block)
  out[#out + 1] = "<p>" .. text_html(out, block.text) .. "</p>"
end

-- The address of a row, behind its last cell.
local function here_link(block, r)
  local address = block.addresses and block.addresses[r]
  return address and (' <a class="here" href="%s" aria-label="Address of this statement">#</a>'):format(escape(address))
    or ""
end

-- From how many columns on a table is set closer, to fit on a page.
local FEW = 5

function render.table(out, block)
  local notes, numbering, mark = footnotes(out, block)
  local is_stack = #block.columns > 2
  out[#out + 1] = ('<div class="wide%s%s" tabindex="0"><table%s>'):format(is_stack and " stack" or "",
    #block.columns > FEW and " many" or "", name_of(out, block))
  if block.title then out[#out + 1] = "<caption>" .. escape(block.title) .. "</caption>" end
  out[#out + 1] = "<thead><tr>"
  local labels, classes = {}, {}
  for i, column in ipairs(block.columns) do
    classes[i] = class_of(block, i)
    local title = escape(document.column_title(column))
    labels[i] = is_stack and i > 1 and (' data-label="%s"'):format(attribute(document.column_title(column))) or ""
    put_cell(out, "th", ' scope="col"', classes[i] == "number" and classes[i], title)
  end
  out[#out + 1] = "</tr></thead><tbody>"
  for r, row in ipairs(block.rows) do
    local anchor = block.anchors and block.anchors[r]
    out[#out + 1] = anchor and ('<tr id="%s">'):format(escape(anchor)) or "<tr>"
    for i, column in ipairs(block.columns) do
      local link = column.links and titles.seen(row[i]) and column.links[row[i]]
      local here = i == #block.columns and here_link(block, r) or ""
      local content = link and linked(link, cell_html(out, row[i], column.plain, numbering, mark)) .. here
        or cell_html(out, row[i], column.plain, numbering, mark, here)
      put_cell(out, "td", labels[i], classes[i], content)
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
  for i, item in ipairs(block.items) do
    local address = block.links and block.links[item[2]] or web_address(item[2])
    local value = linked(address, cell_html(out, item[2], false, numbering, mark))
    local is_same = i > 1 and block.items[i - 1][1] == item[1]
    out[#out + 1] = ("%s<dd>%s</dd>"):format(is_same and "" or "<dt>" .. escape(tostring(item[1])) .. "</dt>", value)
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
  out[#out + 1] = '<p class="from">Sources: ' .. table.concat(links, " ") .. "</p>"
end

-- The drawing of a chart, in parts that each fit on a sheet of paper.
local function put_drawings(out, block, class, wide, id)
  out[#out + 1] = ('<div class="%s">'):format(class)
  for i, part in ipairs(charts.parts(block)) do
    out[#out + 1] = charts.svg(block, wide, i == 1 and id or id .. i, { part = part })
  end
  out[#out + 1] = "</div>"
end

--- A chart as a figure: the drawing for a page and the one for a phone, of which the style shows one; the sources; and
-- all values as a table, folded.
function render.chart(out, block)
  local id = "chart-" .. out.number
  out[#out + 1] = ('<figure class="chart" aria-labelledby="%s">'):format(id)
  out[#out + 1] = ('<figcaption id="%s">%s</figcaption>'):format(id, escape(block.title or charts.name(block)))
  put_drawings(out, block, "on-page", charts.WIDE, id .. "-w")
  put_drawings(out, block, "on-phone", charts.NARROW, id .. "-n")
  if block.note then out[#out + 1] = '<p class="note">' .. escape(block.note) .. "</p>" end
  chart_sources(out, block)
  out[#out + 1] = "<details><summary>All values as a table</summary>"
  local values = charts.as_table(block)
  values.title, values.note = "All values: " .. (block.title or charts.name(block)), nil
  render.table(out, values)
  out[#out + 1] = "</details></figure>"
end

function render.notes(out, block)
  out[#out + 1] = "<ul>"
  for _, item in ipairs(block.items) do
    out[#out + 1] = "<li>" .. begun_by_link(out, item, block.links or {}) .. "</li>"
  end
  out[#out + 1] = "</ul>"
end

--- Only addresses of the web become links: anything else in a source's address is text.
local function address(url)
  if not url then return "" end
  if not web_address(url) then return " " .. escape(url) end
  return (' <a href="%s">%s</a>'):format(escape(url), escape(url))
end

local BACK = ' <a class="back" href="#cited-%s" aria-label="back">↑</a>'

function render.sources(out, block)
  out[#out + 1] = '<ul class="sources">'
  for _, item in ipairs(block.items) do
    local line, url = cell.source(item)
    local number = escape(tostring(item.number))
    local back = out.cited[number] and BACK:format(number) or ""
    out[#out + 1] = ('<li id="source-%s">[%s] %s%s%s</li>'):format(number, number, escape(line), address(url), back)
  end
  out[#out + 1] = "</ul>"
end

--- The headings of the first level as links to them, where there are several.
local function contents(doc)
  local items = {}
  for number, block in ipairs(doc.blocks) do
    if block.kind == "heading" and (block.level or 1) == 1 then
      items[#items + 1] = ('<li><a href="#%s">%s</a></li>'):format(heading_id(block, number), escape(block.text))
    end
  end
  if #items < 3 then return nil end
  return '<nav class="contents" aria-label="Contents"><ul>' .. table.concat(items) .. "</ul></nav>"
end

-- A title for a window, short also when its marks are written as entities.
local function short_title(title)
  local text, most = width.printable((title:gsub("%s+", " "))), LONGEST_TITLE
  local short
  repeat
    short = escape(width.cut(text, most))
    most = most - 5
  until most < 10 or utf8.len(short) <= LONGEST_TITLE
  return short
end

-- What stands at the foot of every sheet of paper: a text of the caller's, and the number of the sheet.
local function sheet_style(text)
  if not text then return "" end
  text = width.printable(text):gsub('[\\"<]', function(c) return ("\\%x "):format(c:byte()) end)
  return ('@media print { @page { @bottom-left { content: "%s"; font: 6.5pt system-ui, sans-serif;'
    .. ' white-space: nowrap; } @bottom-right { content: counter(page); font: 8pt system-ui, sans-serif; } } }\n')
    :format(text)
end

--- A whole page around a body in HTML. options: head, before and after are HTML of the caller's own, sheet is a text
-- for the foot of every printed sheet.
function html.page(title, body, options)
  local short = short_title(title)
  title = escape(title)
  return table.concat({
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">', options.head or "",
    "<title>" .. short .. "</title>\n<style>\n" .. STYLE .. charts.STYLE .. sheet_style(options.sheet)
      .. "</style>\n</head>\n<body>",
    options.before or "",
    "<main>\n<h1>" .. title .. "</h1>", body, "</main>", options.after or "", "</body>\n</html>\n",
  }, "\n")
end

--- options.contents asks for a list of the headings; options.data(n) is the address of the n-th table's data,
-- options.bounds that of how bounds are made; for the others see html.page.
function html.render(doc, options)
  options = options or {}
  local out = { options.contents and contents(doc) }
  out.heading = doc.title or "Table"
  out.cited, out.known, out.data, out.tables, out.bounds = {}, {}, options.data, 0, options.bounds
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
