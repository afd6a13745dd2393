-- A record as a worksheet: JSON in the order of the tables' columns, what is missing as empty texts to fill in, and the
-- questions with their proposals behind it. An import passes over empty texts and over `questions`.

local cjson = require "cjson"

local worksheet = {}

-- What a curator is asked for, in the order in which a sheet has it.
local wanted = {
  source = {"id", "publisher", "title", "type", "date_published", "language", "url", "original_source"},
  figures = {"subject", "indicator", "printed", "period", "area", "locator"},
}

local needed = {
  source = {publisher = true, title = true, date_published = true, language = true},
  figures = {subject = true, indicator = true, printed = true, period = true, locator = true},
}

-- The names of a row's fields: those that are wanted first, the others sorted.
local function names_of(row, first)
  local names, seen = {}, {}
  for _, name in ipairs(first or {}) do names[#names + 1], seen[name] = name, true end
  local others = {}
  for name in pairs(row) do
    if not seen[name] and name ~= "line" then others[#others + 1] = name end
  end
  table.sort(others)
  return table.move(others, 1, #others, #names + 1, names)
end

-- A row as one JSON object; wanted fields that are missing are empty texts.
local function object(row, kind)
  local cells = {}
  for _, name in ipairs(names_of(row, wanted[kind])) do
    local value = row[name]
    if value == nil and needed[kind] and needed[kind][name] and not (name == "period" and row.period_kind) then
      value = ""
    end
    if value ~= nil then cells[#cells + 1] = cjson.encode(name) .. ": " .. cjson.encode(value) end
  end
  return "{ " .. table.concat(cells, ", ") .. " }"
end

local function list(rows, kind)
  local lines = {}
  for i, row in ipairs(rows) do lines[i] = "    " .. object(row, kind) end
  if #lines == 0 then return "[]" end
  return "[\n" .. table.concat(lines, ",\n") .. "\n  ]"
end

local function question(one)
  local found = {}
  for i, proposal in ipairs(one.proposals) do
    found[i] = ("{ \"value\": %s, \"why\": %s }"):format(cjson.encode(proposal.value), cjson.encode(proposal.why))
  end
  return ("    { \"at\": %s, \"proposals\": [%s] }"):format(cjson.encode(one.at), table.concat(found, ", "))
end

--- The text of a worksheet for a record and the questions about it.
function worksheet.text(record, questions)
  local parts, asked = {}, {}
  parts[1] = "  \"source\": " .. object(record.source or {}, "source")
  for _, name in ipairs(names_of(record)) do
    if name ~= "source" and name ~= "figures" and name ~= "questions" then
      parts[#parts + 1] = ("  %s: %s"):format(cjson.encode(name), list(record[name]))
    end
  end
  parts[#parts + 1] = "  \"figures\": " .. list(record.figures or {}, "figures")
  for i, one in ipairs(questions) do asked[i] = question(one) end
  parts[#parts + 1] = "  \"questions\": [" .. (#asked > 0 and "\n" .. table.concat(asked, ",\n") .. "\n  " or "") .. "]"
  return "{\n" .. table.concat(parts, ",\n") .. "\n}\n"
end

--- Puts an answer into a record at the place of a question, such as "figures[1].subject".
function worksheet.answer(record, at, value)
  local place, field = at:match "^figures%[(%d+)%]%.(.+)$"
  if place then
    record.figures[math.tointeger(tonumber(place))][field] = value
  else
    record.source = record.source or {}
    record.source[at:match "^source%.(.+)$"] = value
  end
end

return worksheet
