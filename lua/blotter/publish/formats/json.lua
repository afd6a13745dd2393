--- JSON of a stable shape, which is the document's own (see blotter.publish.document):
--
--   { "title": …, "params": { … }, "blocks": [ … ] }
--
-- The schema is document.schema.json beside this folder. Each block has its "kind" first and then its fields. A table
-- has "title", "columns" (each with "name", "title", "type"), "rows" (each a list of cells in the order of the
-- columns) and "note". A figure is an object with "low", "best", "high", "flags" and "sources", and "value",
-- "words", "period" and "notes" where it has them. Numbers are numbers; what is unknown or open is null; a list stays a
-- list when it is empty. Keys stand in this order always, parameters by name.

local document = require "blotter.publish.document"
local show = require "blotter.terminal.show"

local json = { description = "JSON of a stable shape", extension = "json" }

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

-- What a terminal or a script may act on although a string of JSON may hold it: control characters of 8 bits, marks
-- that turn the direction of writing, and ends of lines.
local HIDDEN = { "\194[\128-\159]", "\226\128[\142\143\168-\174]", "\226\129[\166-\169]" }

--- A character by its code.
local function code(mark)
  return ("\\u%04x"):format(utf8.codepoint(mark))
end

local function quote(text)
  if not text:find "[^%w ,.:()/-]" then return '"' .. text .. '"' end
  if not text:find '[%c"\\\127-\255]' then return '"' .. text .. '"' end
  if not utf8.len(text) then
    text = text:gsub("[\128-\255]", function(c) return ("\\x%02X"):format(c:byte()) end)
  end
  text = text:gsub('[%c"\\\127]', function(c) return ESCAPES[c] or ("\\u%04x"):format(c:byte()) end)
  for _, hidden in ipairs(HIDDEN) do text = text:gsub(hidden, code) end
  return '"' .. text .. '"'
end

--- A text, number, boolean or null. JSON has no infinity and no NaN: they become null.
local function scalar(value)
  if type(value) == "string" then return quote(value) end
  value = document.value(value)
  if value == nil then return "null" end
  if math.type(value) == "integer" then return tostring(value) end
  if type(value) == "number" then
    return (value ~= value or value == math.huge or value == -math.huge) and "null" or show.float(value)
  end
  if type(value) == "boolean" then return tostring(value) end
  return quote(tostring(value))
end

--- `[…]` of the first `count` items (all of them when it is missing), each encoded by `encode`.
local function list(items, encode, count)
  local parts = {}
  for i = 1, count or items and #items or 0 do parts[i] = encode(items[i]) end
  return "[" .. table.concat(parts, ",") .. "]"
end

--- `{…}` of alternating names and encoded values.
local function object(...)
  local parts = {...}
  for i = 1, #parts, 2 do parts[i // 2 + 1] = quote(parts[i]) .. ":" .. parts[i + 1] end
  return "{" .. table.concat(parts, ",", 1, #parts // 2) .. "}"
end

local function encode_cell(value)
  if type(value) ~= "table" then return scalar(value) end
  local fields = { "low", scalar(value.low), "best", scalar(value.best), "high", scalar(value.high),
    "flags", list(value.flags, scalar), "sources", list(value.sources, scalar) }
  for _, name in ipairs { "value", "words", "period", "notes" } do
    if document.value(value[name]) ~= nil then
      fields[#fields + 1] = name
      fields[#fields + 1] = name == "notes" and list(value.notes, scalar) or scalar(value[name])
    end
  end
  return object(table.unpack(fields))
end

local render = {}

function render.heading(block)
  return "level", scalar(block.level or 1), "text", scalar(block.text)
end

function render.text(block)
  return "text", scalar(block.text)
end

function render.table(block)
  local function column(c)
    return object("name", scalar(c.name), "title", scalar(document.column_title(c)), "type", scalar(c.type or "string"))
  end
  local function row(cells) return "\n    " .. list(cells, encode_cell, #block.columns) end
  return "title", scalar(block.title), "columns", list(block.columns, column), "rows", list(block.rows, row),
    "note", scalar(block.note)
end

function render.facts(block)
  return "items", list(block.items, function(item)
    return object("label", scalar(item[1]), "value", encode_cell(item[2]))
  end)
end

local function text_fields(fields, block, names)
  for _, name in ipairs(names) do
    if block[name] ~= nil then
      fields[#fields + 1] = name
      fields[#fields + 1] = scalar(block[name])
    end
  end
end

local function encode_span(span)
  return object("from", scalar(span and span.from), "to", scalar(span and span.to))
end

local function encode_edge(edge)
  return object("from", scalar(edge.from), "to", scalar(edge.to), "words", scalar(edge.words))
end

function render.chart(block)
  local count = #block.labels
  local fields = { "chart", scalar(block.chart or "bar"), "title", scalar(block.title) }
  text_fields(fields, block, { "unit", "of", "note" })
  local function put(name, value) table.move({ name, value }, 1, 2, #fields + 1, fields) end
  put("labels", list(block.labels, scalar))
  put("series", list((block.values or block.series) and document.series(block), function(series)
    return object("name", scalar(series.name), "values", list(series.values, encode_cell, count))
  end))
  if block.at then put("at", list(block.at, scalar)) end
  if block.breaks then put("breaks", list(block.breaks, scalar)) end
  if block.spans then put("spans", list(block.spans, encode_span, count)) end
  if block.edges then put("edges", list(block.edges, encode_edge)) end
  return table.unpack(fields)
end

function render.notes(block)
  return "items", list(block.items, scalar)
end

function render.sources(block)
  return "items", list(block.items, function(item)
    return object("number", scalar(item.number), "publisher", scalar(item.publisher), "title", scalar(item.title),
      "date", scalar(item.date), "url", scalar(item.url))
  end)
end

local function encode_params(params)
  local names, parts = {}, {}
  for name in pairs(params or {}) do names[#names + 1] = tostring(name) end
  table.sort(names)
  for _, name in ipairs(names) do
    parts[#parts + 1] = name
    parts[#parts + 1] = encode_cell(params[name])
  end
  return object(table.unpack(parts))
end

function json.render(doc)
  local function block(b) return "\n  " .. object("kind", scalar(b.kind), render[b.kind](b)) end
  local blocks = list(doc.blocks, block)
  return object("title", scalar(doc.title), "params", encode_params(doc.params), "blocks", blocks) .. "\n"
end

return json
