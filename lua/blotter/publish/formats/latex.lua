--- LaTeX: an article with the tables of booktabs and longtable, for lualatex or xelatex (any script), and for pdflatex
-- where the text is Latin. A chart is a table.

local cell = require "blotter.publish.formats.cell"
local charts = require "blotter.publish.charts"
local decimal = require "blotter.lang.decimal"
local document = require "blotter.publish.document"
local width = require "blotter.terminal.width"

local latex = { description = "LaTeX with booktabs", extension = "tex" }

local PREAMBLE = [[
\documentclass[a4paper,10pt]{article}
\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
  \usepackage{textcomp}
\else
  \usepackage{fontspec}
  \IfFontExistsTF{DejaVu Serif}{\setmainfont{DejaVu Serif}[Scale=0.86]}{}
\fi
\usepackage[margin=20mm]{geometry}
\usepackage{array,booktabs,longtable}
\usepackage[hyphens]{url}
\usepackage[hidelinks]{hyperref}
\setlength{\LTpre}{4pt}\setlength{\LTpost}{4pt}\setlength{\parindent}{0pt}\setlength{\parskip}{6pt}
\setlength{\tabcolsep}{4pt}\setlength{\emergencystretch}{6em}
\newcommand{\raggedcolumn}{\raggedright\arraybackslash\hspace{0pt}}
\newcommand{\rightcolumn}{\raggedleft\arraybackslash\hspace{0pt}}
]]

local MARKS = { ["\\"] = "\\textbackslash{}", ["{"] = "\\{", ["}"] = "\\}", ["#"] = "\\#", ["$"] = "\\$",
  ["%"] = "\\%", ["&"] = "\\&", ["_"] = "\\_", ["^"] = "\\textasciicircum{}", ["~"] = "\\textasciitilde{}",
  ["<"] = "\\textless{}", [">"] = "\\textgreater{}", ["|"] = "\\textbar{}", ['"'] = "\\textquotedbl{}",
  ["'"] = "\\textquotesingle{}", ["`"] = "\\textasciigrave{}", ["["] = "{[}", ["]"] = "{]}", ["-"] = "{-}" }
local SIGNS = { ["≥"] = "\\ensuremath{\\geq}", ["≤"] = "\\ensuremath{\\leq}", ["–"] = "\\textendash{}",
  ["→"] = "\\ensuremath{\\rightarrow}", ["…"] = "\\ldots{}" }

local LONGEST_WORD = 30

-- A word that no line holds gets places to break, which LaTeX does not find by itself.
local function breakable(text)
  return (text:gsub("%S+", function(word)
    if width.of(word) <= LONGEST_WORD then return nil end
    return table.concat(width.pieces(word, LONGEST_WORD), "\0")
  end))
end

--- Text that LaTeX prints as it stands. A hyphen stays one: two never become a dash.
local function escape(value)
  value = breakable(width.printable_lines(value))
  value = value:gsub("[\\{}#$%%&_^~<>|\"'`%[%]%-]", MARKS)
  value = value:gsub("[\xE2][\x80-\xBF][\x80-\xBF]", SIGNS)
  value = value:gsub("\0", "\\allowbreak{}")
  return (value:gsub("\n%s*", " \\newline "):gsub("^ ?\\newline ", ""))
end

local function raised(number)
  return ("\\textsuperscript{%d}"):format(number)
end

--- A cell with its footnotes' numbers raised.
local function cell_text(value, plain, numbering)
  value = document.value(value)
  if not document.is_figure(value) then return escape(cell.text(value, plain)) end
  local text = escape(cell.text(value, plain))
  local marks = {}
  for i, number in ipairs(cell.notes(value, numbering)) do marks[i] = raised(number) end
  return text .. table.concat(marks, "\\textsuperscript{,}")
end

local function put_notes(out, notes)
  for i, note in ipairs(notes) do
    out[#out + 1] = "{\\small " .. raised(i) .. " " .. escape(note) .. "\\par}"
  end
end

--- The share of the line of each column: by its longest cell, within bounds.
local function shares(block, numbering)
  local widths, total = {}, 0
  for i, column in ipairs(block.columns) do
    local most = width.of(width.printable(document.column_title(column)))
    for _, row in ipairs(block.rows) do
      local text = width.printable((cell.text(row[i], column.plain, numbering):gsub("\n", " ")))
      most = math.max(most, math.min(width.of(text), 60))
    end
    widths[i] = math.max(most, 6) + 2 -- for a title in bold
    total = total + widths[i]
  end
  for i = 1, #widths do widths[i] = widths[i] / total end
  return widths
end

local function header(block)
  local titles = {}
  for i, column in ipairs(block.columns) do titles[i] = "\\textbf{" .. escape(document.column_title(column)) .. "}" end
  return "\\toprule\n" .. table.concat(titles, " & ") .. " \\\\\n\\midrule"
end

local function specification(block, numbering)
  local parts = {}
  for i, share in ipairs(shares(block, numbering)) do
    parts[i] = (">{\\%s}p{\\dimexpr %s\\linewidth-2\\tabcolsep\\relax}"):format(
      document.is_right(block.columns[i]) and "rightcolumn" or "raggedcolumn", decimal("%.4f", share))
  end
  return "@{\\hspace{\\tabcolsep}}" .. table.concat(parts) .. "@{\\hspace{\\tabcolsep}}"
end

local render = {}

local SECTIONS = { "section", "subsection", "subsubsection", "paragraph" }

function render.heading(out, block)
  out[#out + 1] = ("\\%s*{%s}"):format(SECTIONS[math.min(block.level or 1, 4)], escape(block.text))
end

function render.text(out, block)
  out[#out + 1] = escape(block.text) .. "\n"
end

function render.table(out, block)
  local notes, numbering = document.footnotes(block)
  if block.title then out[#out + 1] = "\\textbf{" .. escape(block.title) .. "}\\nopagebreak\n" end
  if #block.columns > 0 then
    out[#out + 1] = "\\begin{longtable}{" .. specification(block, numbering) .. "}"
    out[#out + 1] = header(block) .. "\n\\endhead\n\\bottomrule\n\\endlastfoot"
    for _, row in ipairs(block.rows) do
      local cells = {}
      for i, column in ipairs(block.columns) do cells[i] = cell_text(row[i], column.plain, numbering) end
      out[#out + 1] = table.concat(cells, " & ") .. " \\\\"
    end
    out[#out + 1] = "\\end{longtable}"
  end
  put_notes(out, notes)
  if block.note then out[#out + 1] = "{\\small " .. escape(block.note) .. "\\par}" end
end

function render.chart(out, block)
  render.table(out, charts.as_table(block))
end

function render.facts(out, block)
  local notes, numbering = document.footnotes(block)
  if #block.items == 0 then return end
  out[#out + 1] = "\\begin{description}"
  for _, item in ipairs(block.items) do
    out[#out + 1] = ("\\item[{%s}] %s"):format(escape(tostring(item[1])), cell_text(item[2], false, numbering))
  end
  out[#out + 1] = "\\end{description}"
  put_notes(out, notes)
end

function render.notes(out, block)
  if #block.items == 0 then return end
  out[#out + 1] = "\\begin{itemize}"
  for _, item in ipairs(block.items) do out[#out + 1] = "\\item{} " .. escape(item) end
  out[#out + 1] = "\\end{itemize}"
end

function render.sources(out, block)
  for _, item in ipairs(block.items) do
    local line, url = cell.source(item)
    out[#out + 1] = ("{\\small %s %s%s\\par}"):format(escape("[" .. tostring(item.number) .. "]"), escape(line),
      url and " \\texttt{" .. escape(url):gsub("/", "/\\allowbreak{}") .. "}" or "")
  end
end

function latex.render(doc)
  local out = { PREAMBLE .. "\\begin{document}" }
  if doc.title then
    out[#out + 1] = "{\\Large\\bfseries " .. escape(doc.title) .. "\\par}"
  end
  for _, block in ipairs(doc.blocks) do
    out[#out + 1] = ""
    render[block.kind](out, block)
  end
  return table.concat(out, "\n") .. "\n\\end{document}\n"
end

return latex
