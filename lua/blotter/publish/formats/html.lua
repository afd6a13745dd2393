--- One self-contained HTML page: no script and nothing from elsewhere, light and dark, printable, and readable by a
-- screen reader (tables have captions and scopes, a chart is a table whose bars are decoration).

local cell = require "blotter.publish.formats.cell"
local document = require "blotter.publish.document"

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
.chart { width: 100%; }
.chart th, .chart td { border: 0; font-weight: normal; }
.chart td.bar { width: 60%; vertical-align: middle; }
.chart svg { display: block; width: 100%; height: 1em; fill: var(--bar); }
.note, .flags, .period, .footnotes { color: var(--soft); }
.period, .flags { white-space: normal; font-size: .85em; display: block; }
.footnotes { font-size: .85em; }
.unknown { color: var(--soft); }
sup a, .sources a { color: inherit; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { font-weight: 600; }
dd { margin: 0; }
@media print { body { max-width: none; padding: 0; } table, figure { break-inside: avoid; } }
]]

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

local function escape(value)
  if not utf8.len(value) then
    value = value:gsub("[\128-\255]", function(c) return ("\\x%02X"):format(c:byte()) end)
  end
  return (value:gsub("[&<>\"']", ENTITIES):gsub("[%c\127]", function(c) return c == "\n" and "<br>" or " " end))
end

--- A number with each of its sources as a link to the list of sources.
local function references(figure)
  local links = {}
  for i, number in ipairs(figure.sources or {}) do
    links[i] = ('<sup><a href="#source-%s">[%s]</a></sup>'):format(escape(tostring(number)), escape(tostring(number)))
  end
  return table.concat(links)
end

--- The numbers of a figure's footnotes as links to them; `mark` begins the ids of the block's footnotes.
local function note_links(figure, numbering, mark)
  local links = {}
  for i, number in ipairs(cell.notes(figure, numbering)) do
    links[i] = ('<sup><a href="#%s-%d">%d</a></sup>'):format(mark, number, number)
  end
  return #links > 0 and " " .. table.concat(links, " ") or ""
end

local function cell_html(value, plain, numbering, mark)
  value = document.value(value)
  if value == nil then return '<span class="unknown" title="unknown">' .. cell.UNKNOWN .. "</span>" end
  if not document.is_figure(value) then return escape(cell.text(value, plain)) end
  local main, bounds = cell.bounds(value)
  local parts = { escape(bounds == "" and main or main .. " " .. bounds) }
  if document.value(value.period) then
    parts[#parts + 1] = ' <span class="period">' .. escape(value.period) .. "</span>"
  end
  if value.flags and #value.flags > 0 then
    parts[#parts + 1] = ' <span class="flags">' .. escape(table.concat(value.flags, ", ")) .. "</span>"
  end
  return table.concat(parts) .. note_links(value, numbering, mark) .. references(value)
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
  return notes, numbering, "note-" .. #out
end

local function put_cell(out, tag, attributes, right, content)
  out[#out + 1] = ("<%s%s%s>%s</%s>"):format(tag, attributes, right and ' class="number"' or "", content, tag)
end

local render = {}

function render.heading(out, block)
  local level = math.max(2, math.min(6, (block.level or 1) + 1))
  out[#out + 1] = ("<h%d>%s</h%d>"):format(level, escape(block.text), level)
end

function render.text(out, block)
  out[#out + 1] = "<p>" .. escape(block.text) .. "</p>"
end

function render.table(out, block)
  local notes, numbering, mark = footnotes(out, block)
  out[#out + 1] = '<div class="wide"><table>'
  if block.title then out[#out + 1] = "<caption>" .. escape(block.title) .. "</caption>" end
  out[#out + 1] = "<thead><tr>"
  for _, column in ipairs(block.columns) do
    put_cell(out, "th", ' scope="col"', document.is_right(column), escape(document.column_title(column)))
  end
  out[#out + 1] = "</tr></thead><tbody>"
  for _, row in ipairs(block.rows) do
    out[#out + 1] = "<tr>"
    for i, column in ipairs(block.columns) do
      put_cell(out, "td", "", document.is_right(column), cell_html(row[i], column.plain, numbering, mark))
    end
    out[#out + 1] = "</tr>"
  end
  out[#out + 1] = "</tbody></table></div>"
  put_footnotes(out, notes, mark)
  if block.note then out[#out + 1] = '<p class="note">' .. escape(block.note) .. "</p>" end
end

function render.facts(out, block)
  local notes, numbering, mark = footnotes(out, block)
  out[#out + 1] = "<dl>"
  for _, item in ipairs(block.items) do
    local value = cell_html(item[2], false, numbering, mark)
    out[#out + 1] = ("<dt>%s</dt><dd>%s</dd>"):format(escape(tostring(item[1])), value)
  end
  out[#out + 1] = "</dl>"
  put_footnotes(out, notes, mark)
end

--- The bar of one value on a scale of 0 to 1000: solid to the lower end, pale to the upper, fading where it is open.
local function bar(value, top)
  local low, high = cell.extent(value)
  if not (low or high) or top <= 0 or (low or 0) < 0 then return "" end
  local from = (low or 0) / top * 1000
  local parts = { ('<rect width="%.1f" height="10"/>'):format(from) }
  if not high then
    parts[2] = ('<path d="M%.1f 0l12 5l-12 5z" opacity=".5"/>'):format(from + 2)
  elseif high > (low or 0) then
    parts[2] = ('<rect x="%.1f" width="%.1f" height="10" opacity=".35"/>'):format(from, high / top * 1000 - from)
  end
  return '<svg viewBox="0 0 1014 10" preserveAspectRatio="none" aria-hidden="true">' .. table.concat(parts) .. "</svg>"
end

function render.chart(out, block)
  local top = cell.largest(block.values, #block.labels)
  local notes, numbering, mark = footnotes(out, block)
  out[#out + 1] = '<div class="wide"><table class="chart">'
  if block.title then out[#out + 1] = "<caption>" .. escape(block.title) .. "</caption>" end
  for i, label in ipairs(block.labels) do
    out[#out + 1] = ('<tr><th scope="row">%s</th><td class="bar">%s</td><td class="number">%s</td></tr>'):format(
      escape(tostring(label)), bar(block.values[i], top), cell_html(block.values[i], false, numbering, mark))
  end
  out[#out + 1] = "</table></div>"
  put_footnotes(out, notes, mark)
end

function render.notes(out, block)
  out[#out + 1] = "<ul>"
  for _, item in ipairs(block.items) do out[#out + 1] = "<li>" .. escape(item) .. "</li>" end
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
    out[#out + 1] = ('<li id="source-%s">[%s] %s%s</li>'):format(number, number, escape(line), address(url))
  end
  out[#out + 1] = "</ul>"
end

function html.render(doc)
  local title = escape(doc.title or "Report")
  local out = {
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    "<title>" .. title .. "</title>\n<style>\n" .. STYLE .. "</style>\n</head>\n<body>\n<main>",
    "<h1>" .. title .. "</h1>",
  }
  for _, block in ipairs(doc.blocks) do render[block.kind](out, block) end
  out[#out + 1] = "</main>\n</body>\n</html>"
  return table.concat(out, "\n") .. "\n"
end

return html
