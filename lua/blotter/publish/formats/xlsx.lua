--- XLSX: a workbook with a sheet of contents and texts, and a sheet for each table and chart, whose header stays in
-- view. Cells are typed: numbers, dates and booleans are what they are; a number that a worksheet cannot hold exactly
-- is text. It is written by libxlsxwriter, where that was there when blotter was built.

local blotter = require "blotter"
local flat = require "blotter.publish.flat"
local output = require "blotter.publish.output"
local width = require "blotter.terminal.width"

local xlsx = { description = "an XLSX workbook, a sheet a table", extension = "xlsx", is_binary = true }

local MOST_ROWS, MOST_COLUMNS, WIDEST = 1048576, 16384, 60

--- The module that writes workbooks, or nil and a message.
function xlsx.module()
  local found, workbook = pcall(require, "blotter.workbook")
  if found then return workbook end
  return nil, "XLSX needs libxlsxwriter: install libxlsxwriter-dev and build blotter again, or write CSV"
end

-- The units of UTF-16 in which worksheets count.
local function units(text)
  local count = 0
  for _, code in utf8.codes(text) do count = count + (code > 0xFFFF and 2 or 1) end
  return count
end

-- The beginning of a text, of at most `most` units.
local function beginning(text, most)
  if units(text) <= most then return text end
  local stop, count = 0, 1
  for at, code in utf8.codes(text) do
    count = count + (code > 0xFFFF and 2 or 1)
    if count > most then break end
    stop = at + #utf8.char(code) - 1
  end
  return text:sub(1, stop) .. "…"
end

-- A text as programs for worksheets compare names: in small letters of any script.
local function folded(text)
  local one = blotter.table "name string"
  one:append(text)
  return one:select "name = lower(name)":first().name
end

--- A text as a worksheet holds it, which reads `_x0041_` as the character of that code; two of them may share
-- an underscore.
local function inert(text)
  text = width.printable_lines(text)
  return (text:gsub("_()", function(next) return text:find("^x%x%x%x%x_", next) and "_x005F_" or nil end))
end

local LONGEST_NAME, ROOM_OF_NUMBER = 31, 8

-- The beginning of a name that fits in `most` units also as a worksheet holds it.
local function fitting(name, most)
  local room, short = most
  repeat
    short = beginning(name, room)
    room = room - 1
  until units(inert(short)) <= most
  return short
end

--- Names of sheets: at most 31 characters without []:*?/\, each once whatever the case of letters, and not History,
-- which is taken.
local function namer()
  local taken = { history = true }
  return function(title)
    title = width.printable((title:gsub("%s+", " "))):gsub("[%[%]:*?/\\]", " "):gsub("  +", " ")
    title = title:gsub("^[ ']+", "")
    while title:find "[ ']$" do title = title:sub(1, -2) end
    local stem, number = title == "" and "Table" or title, 1
    local name = fitting(stem, LONGEST_NAME)
    while taken[folded(name)] do
      number = number + 1
      name = ("%s (%d)"):format(fitting(stem, LONGEST_NAME - ROOM_OF_NUMBER), number)
    end
    taken[folded(name)] = true
    return name
  end
end

--- How wide the columns are, in characters, by their titles and first rows.
local function widths(columns, rows)
  local list = {}
  for i, column in ipairs(columns) do
    local most = width.of(width.printable(column.title or column.name))
    for r = 1, math.min(#rows, 200) do
      local value = rows[r][i]
      if value ~= nil then most = math.max(most, math.min(WIDEST, #tostring(value))) end
    end
    list[i] = math.min(WIDEST, most + 2)
  end
  return list
end

local function put_text(book, row, text, style)
  book:put(row, 0, inert(text), style)
end

--- One flat table as a sheet.
local function put_sheet(book, name, made)
  book:sheet(inert(name), widths(made.columns, made.rows), 1)
  for i, column in ipairs(made.columns) do
    book:put(0, i - 1, inert(column.title or column.name), "head")
  end
  for r, row in ipairs(made.rows) do
    for i, column in ipairs(made.columns) do
      local value = row[i]
      book:put(r, i - 1, type(value) == "string" and inert(value) or value, column.type)
    end
  end
  local at = #made.rows + 2
  for _, text in ipairs(made.footnotes) do
    put_text(book, at, text, "soft")
    at = at + 1
  end
  if made.note then put_text(book, at, made.note, "soft") end
end

--- The first sheet: the title, the sheets with what they hold, and the texts.
local function put_contents(book, doc, tables, names)
  book:sheet("Contents", { 32, 90 }, 0)
  put_text(book, 0, doc.title or "Report", "title")
  for i, made in ipairs(tables) do
    put_text(book, i + 1, names[i], "head")
    book:put(i + 1, 1, inert(made.title))
  end
  local at = #tables + 3
  for _, block in ipairs(doc.blocks) do
    local texts = block.kind == "text" and { block.text } or block.kind == "notes" and block.items or {}
    if block.kind == "heading" then
      put_text(book, at, block.text, "head")
      at = at + 1
    end
    for _, text in ipairs(texts) do
      book:put(at, 1, inert(text), "wrapped")
      at = at + 1
    end
  end
end

local function refuse_large(made)
  if #made.rows >= MOST_ROWS then
    return ("a worksheet holds %d rows, and '%s' has %d: write CSV"):format(MOST_ROWS - 1, made.title, #made.rows)
  end
  if #made.columns > MOST_COLUMNS then
    return ("a worksheet holds %d columns, and '%s' has %d: write CSV"):format(MOST_COLUMNS, made.title, #made.columns)
  end
end

--- Writes a workbook by `fill(book)` to a file of its own and returns its bytes, or nil and a message.
local function bytes_of(fill)
  local workbook, message = xlsx.module()
  if not workbook then return nil, message end
  local path = os.tmpname()
  local book <close> = workbook.open(path)
  fill(book)
  local ok, problem = book:close()
  local bytes = ok and output.read(path)
  os.remove(path)
  if not bytes then return nil, "the workbook: " .. (problem or "cannot be read again") end
  return bytes
end

--- The workbook of a document as bytes.
function xlsx.render(doc)
  local tables, names, name = flat.tables(doc), {}, namer()
  name "Contents"
  for i, made in ipairs(tables) do
    local refused = refuse_large(made)
    if refused then return nil, refused end
    names[i] = name(made.title)
  end
  return bytes_of(function(book)
    put_contents(book, doc, tables, names)
    for i, made in ipairs(tables) do put_sheet(book, names[i], made) end
  end)
end

return xlsx
