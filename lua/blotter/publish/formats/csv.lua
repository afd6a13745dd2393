--- CSV: one header and one table. A document of several tables makes several files, for a folder or a ZIP archive:
-- each is named by its number and title, such as `2-operations-with-most-arrests.csv`; `sources.csv` lists the
-- sources.
--
-- A column of figures holds the number as its source printed it, or what was computed, and is followed by `_low` and
-- `_high` (empty where open or unknown), `_words` (the source's own), `_period`, `_flags` and `_sources` (each
-- separated by semicolons) and `_notes`. The files read back with blotter.csv. A text that would begin a formula in a
-- spreadsheet (=, +, -, @) stands behind an apostrophe.

local document = require "blotter.publish.document"
local flat = require "blotter.publish.flat"
local show = require "blotter.terminal.show"
local width = require "blotter.terminal.width"

local csv = { description = "CSV: a table, or a folder or a ZIP archive of several", extension = "csv" }

--- A text that no spreadsheet takes for a formula and no terminal for a command: an apostrophe stands before what would
-- begin a formula, and what is no printable character is spelled out.
local function inert(text)
  text = width.printable_lines(text)
  return (text:find "^%s*[=+@%-]" or text:find "^%s*\xEF\xBC[\x9D\x8B\xA0\x8D]") and "'" .. text or text
end

-- A text within quotes where a reader would take it for something else.
local function quoted(text)
  if text == "" then return '""' end
  if text:find '[",\r\n;|\t#]' or text:find "^%s" or text:find "%s$" then
    return '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

local function field(value)
  if type(value) == "string" then return quoted(value:find "^%w[ -~]*$" and value or inert(value)) end
  value = document.value(value)
  if value == nil then return "" end
  if math.type(value) == "float" then return show.float(value) end
  return quoted(tostring(value))
end

local function line(values, count)
  local fields = {}
  for i = 1, count do fields[i] = field(values[i]) end
  return table.concat(fields, ",")
end

--- One flat table as CSV.
function csv.text(made)
  local names = {}
  for i, column in ipairs(made.columns) do names[i] = column.name end
  local out = { line(names, #names) }
  for r, row in ipairs(made.rows) do out[r + 1] = line(row, #names) end
  return table.concat(out, "\n") .. "\n"
end

--- A title as the name of a file.
local function slug(title)
  local name = title:lower():gsub("[^%w]+", "-"):gsub("^%-+", ""):gsub("%-+$", "")
  return name:sub(1, 60):gsub("%-+$", "")
end

--- The files of a document: {name, text} each.
function csv.files(doc)
  local files, count, taken = {}, 0, {}
  for _, made in ipairs(flat.tables(doc)) do
    local name = slug(made.title)
    if made.is_data then
      count = count + 1
      name = count .. (name ~= "" and "-" .. name or "")
    elseif taken[name] then
      name = name .. "-" .. #files
    end
    taken[name] = true
    files[#files + 1] = { name .. ".csv", csv.text(made), is_data = made.is_data }
  end
  return files
end

function csv.render(doc)
  local tables = {}
  for _, made in ipairs(flat.tables(doc)) do
    if made.is_data then tables[#tables + 1] = made end
  end
  if #tables == 1 then return csv.text(tables[1]) end
  if #tables == 0 then return nil, "there is no table in it: CSV holds tables only; write text, Markdown or HTML" end
  return nil, ("CSV holds one table and there are %d: write to a folder (a name that ends in /) or to a .zip"):format(
    #tables)
end

return csv
