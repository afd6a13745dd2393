-- Writes rows into the tables of a package, whole or not at all: files are written beside the old ones and renamed,
-- those that are referred to first, so that each moment on disk is a whole and valid package. The codebook beside the
-- tables counts their rows; its counts are written with them.

local delimited = require "blotter.ops.dataset.delimited"
local diagnostics = require "blotter.ops.dataset.diagnostics"
local loader = require "blotter.ops.dataset.package"

local writing = {}

-- References first: a row may refer only to tables before its own (or to its own).
writing.order = {"areas", "publishers", "sources", "subjects", "links", "indicators", "codes", "qualifiers", "words",
  "number_formats", "figures", "relations", "judgements", "history"}

local function quoted(text)
  if text:find '[",\r\n]' then return '"' .. text:gsub('"', '""') .. '"' end
  return text
end

-- A row of texts by field as a line of CSV.
local function line_of(schema, texts)
  local cells = {}
  for i, field in ipairs(schema.fields) do cells[i] = quoted(texts[field.name] or "") end
  return table.concat(cells, ",") .. "\n"
end

local function write_beside(path, text)
  local temporary = path .. ".new"
  local file, problem = io.open(temporary, "wb")
  if not file then return nil, problem end
  local ok, why = file:write(text)
  if ok then ok, why = file:close() else file:close() end
  if not ok then
    os.remove(temporary)
    return nil, why
  end
  return temporary
end

-- The lines of a table's file with the new rows behind them.
local function appended(text, schema, rows)
  local lines = {text:find "\n$" and text or text .. "\n"}
  for _, texts in ipairs(rows) do lines[#lines + 1] = line_of(schema, texts) end
  return table.concat(lines)
end

-- A line of CSV.
local function joined(cells, width)
  local line = {}
  for i = 1, width do line[i] = quoted(cells[i] or "") end
  return table.concat(line, ",") .. "\n"
end

-- The lines of a table's file with some rows replaced.
local function replaced(data, text, changed)
  local header, records = delimited.read(text, data.file, diagnostics.new())
  local out, place = {joined(header, #header)}, nil
  for i, field in ipairs(data.schema.fields) do
    if field.name == data.key_field then place = i end
  end
  for i, cells in ipairs(records) do
    local texts = changed[cells[place]]
    out[i + 1] = texts and line_of(data.schema, texts) or joined(cells, #header)
  end
  return table.concat(out)
end

-- The codebook with the number of rows of each table that grew.
local function recounted(text, combined, fresh)
  for _, name in ipairs(writing.order) do
    if #(fresh[name] or {}) > 0 then
      local count = tostring(#combined.tables[name].rows):reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
      text = text:gsub("(\n| `" .. name .. "` | )[%d,]+( |)", "%1" .. count .. "%2")
    end
  end
  return text
end

-- The files to write and their texts, in the order in which they are renamed.
local function texts_of(combined, fresh, changed)
  local list = {}
  for _, name in ipairs(writing.order) do
    local data = combined.tables[name]
    if #(fresh[name] or {}) > 0 or changed[name] then
      local text, problem = loader.read_file(data.file)
      if not text then return nil, data.file, problem end
      if changed[name] then
        text = replaced(data, text, changed[name])
      end
      list[#list + 1] = {file = data.file, text = appended(text, data.schema, fresh[name] or {})}
    end
  end
  local codebook = combined.directory .. "/README.md"
  local text = loader.read_file(codebook)
  local counted = text and recounted(text, combined, fresh)
  if counted and counted ~= text then list[#list + 1] = {file = codebook, text = counted} end
  return list
end

--- Writes new rows (texts by field, by table) behind the old ones, and changed rows (texts by key, by table) in place
-- of the old ones. Returns true, or nil and a message; then no file has changed.
function writing.write(combined, fresh, changed)
  local list, file, problem = texts_of(combined, fresh, changed or {})
  if not list then return nil, ("%s cannot be written: %s"):format(file, problem) end
  for place, entry in ipairs(list) do
    entry.temporary, problem = write_beside(entry.file, entry.text)
    if not entry.temporary then
      for i = 1, place - 1 do os.remove(list[i].temporary) end
      return nil, ("%s cannot be written: %s"):format(entry.file, problem)
    end
  end
  for _, entry in ipairs(list) do
    local ok, why = os.rename(entry.temporary, entry.file)
    if not ok then return nil, ("%s cannot be replaced: %s"):format(entry.file, why) end
  end
  return true
end

return writing
