--- Markdown with the tables of GitHub and Pandoc: pipes and other marks in the data are escaped.

local cell = require "blotter.publish.formats.cell"
local charts = require "blotter.publish.charts"
local document = require "blotter.publish.document"
local width = require "blotter.terminal.width"

local markdown = { description = "Markdown with tables", extension = "md" }

--- Text that Markdown prints as it stands, on one line.
local function escape(value)
  value = width.printable_lines(value:gsub("\r\n", "\n"):gsub("\t", " "))
  value = value:gsub("[\\`*_%[%]<>|~$&@{}^]", "\\%0")
  return (width.trimmed(value:gsub("^%s+", "")):gsub("\n", "<br>"))
end

--- The same at the start of a line, where some marks would begin a list, a heading or a quotation.
local function escape_line(value)
  value = escape(value)
  return (value:gsub("^([#+%-=:%%])", "\\%1"):gsub("^(%d+)([.)])", "%1\\%2"))
end

local function put_table(out, titles, rights, rows)
  local rules = {}
  for i, right in ipairs(rights) do rules[i] = right and "---:" or "---" end
  out[#out + 1] = "| " .. table.concat(titles, " | ") .. " |"
  out[#out + 1] = "| " .. table.concat(rules, " | ") .. " |"
  for _, row in ipairs(rows) do out[#out + 1] = "| " .. table.concat(row, " | ") .. " |" end
end

--- The footnotes of a block, a line each.
local function put_footnotes(out, notes)
  for i, note in ipairs(notes) do
    out[#out + 1] = i == 1 and "" or nil
    out[#out + 1] = cell.raised(i) .. " " .. escape(note) .. (i < #notes and "  " or "")
  end
end

local render = {}

function render.heading(out, block)
  out[#out + 1] = ("#"):rep(math.min(6, (block.level or 1) + 1)) .. " " .. escape(block.text)
end

function render.text(out, block)
  local first = true
  for line in (block.text .. "\n"):gmatch "(.-)\n" do
    if not first then out[#out] = out[#out] .. "  " end
    out[#out + 1] = escape_line(line)
    first = false
  end
end

function render.table(out, block)
  if block.title then
    out[#out + 1] = "**" .. escape(block.title) .. "**"
    out[#out + 1] = ""
  end
  local notes, numbering = document.footnotes(block)
  local titles, rights, rows = {}, {}, {}
  for i, column in ipairs(block.columns) do
    titles[i], rights[i] = escape(document.column_title(column)), document.is_right(column)
  end
  for r, row in ipairs(block.rows) do
    rows[r] = {}
    for i, column in ipairs(block.columns) do rows[r][i] = escape(cell.text(row[i], column.plain, numbering)) end
  end
  put_table(out, titles, rights, rows)
  put_footnotes(out, notes)
  if block.note then
    out[#out + 1] = ""
    out[#out + 1] = escape_line(block.note)
  end
end

function render.facts(out, block)
  local notes, numbering = document.footnotes(block)
  for _, item in ipairs(block.items) do
    out[#out + 1] = "- **" .. escape(tostring(item[1])) .. "**: " .. escape(cell.text(item[2], false, numbering))
  end
  put_footnotes(out, notes)
end

function render.chart(out, block)
  render.table(out, charts.as_table(block))
end

function render.notes(out, block)
  for _, item in ipairs(block.items) do out[#out + 1] = "- " .. escape(item) end
end

local function percent(c)
  return ("%%%02X"):format(c:byte())
end

function render.sources(out, block)
  for i, item in ipairs(block.items) do
    local line, url = cell.source(item)
    local link = url and (" <" .. url:gsub("[<>%s%c\127-\255]", percent) .. ">") or ""
    if i > 1 then out[#out] = out[#out] .. "  " end
    out[#out + 1] = escape("[" .. tostring(item.number) .. "]") .. " " .. escape(line) .. link
  end
end

function markdown.render(doc)
  local out = {}
  if doc.title then out[1] = "# " .. escape(doc.title) end
  for _, block in ipairs(doc.blocks) do
    if #out > 0 then out[#out + 1] = "" end
    render[block.kind](out, block)
  end
  return table.concat(out, "\n") .. "\n"
end

return markdown
