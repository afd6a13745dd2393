-- What the dataset has under a name: rows of its tables whose id, name, acronym, definition, title or publisher holds
-- all words, and the one that is called so.

local naming = require "blotter.ops.dataset.naming"

local find = {}

local KINDS = {
  {"subject", "subjects", "id", {"name", "acronym"}}, {"area", "areas", "code", {"name"}},
  {"indicator", "indicators", "id", {"name", "definition"}}, {"source", "sources", "id", {"title", "publisher"}},
}

local FOLDED = {["á"] = "a", ["à"] = "a", ["â"] = "a", ["ã"] = "a", ["ä"] = "a", ["å"] = "a", ["é"] = "e", ["è"] = "e",
  ["ê"] = "e", ["ë"] = "e", ["í"] = "i", ["ï"] = "i", ["ñ"] = "n", ["ó"] = "o", ["ô"] = "o", ["õ"] = "o", ["ö"] = "o",
  ["ú"] = "u", ["ü"] = "u", ["ç"] = "c"}

-- Small letters without accents, so that operacion finds operación.
local function plain(text)
  return (text:lower():gsub("[\xC3][\x80-\xBF]", FOLDED))
end

local function holds_all(row, key, fields, words)
  local texts = {row[key]}
  for _, field in ipairs(fields) do texts[#texts + 1] = row[field] end
  local text = plain(table.concat(texts, " "))
  for _, word in ipairs(words) do
    if not text:find(word, 1, true) then return false end
  end
  return true
end

--- Whether rows of that table are found.
function find.looks_in(name)
  for _, kind in ipairs(KINDS) do
    if kind[2] == name then return true end
  end
  return false
end

-- How many figures each row of a table has.
local function counts(figures, column)
  local number = {}
  for _, figure in ipairs(figures) do
    local key = figure[column]
    if key then number[key] = (number[key] or 0) + 1 end
  end
  return number
end

--- A table {kind, id, name, acronym, figures} of what holds all words of `text`, that with most figures of its own
-- first. `tables` are those of the package.
function find.rows(tables, figures, text)
  local words, found = {}, {}
  for word in plain(text):gmatch "%S+" do words[#words + 1] = word end
  for _, kind in ipairs(KINDS) do
    local name, of, key, fields = table.unpack(kind)
    local number = counts(figures, name)
    local called = naming.key(text, tables[of].rows, key)
    for _, row in ipairs(tables[of].rows) do
      if row[key] == called or holds_all(row, key, fields, words) then
        found[#found + 1] = {name, row[key], row.name or row.title, row.acronym or row.publisher, number[row[key]] or 0}
      end
    end
  end
  local made = require("blotter").table "kind string, id string, name string, short string, figures int64"
  for _, row in ipairs(found) do made:append(table.unpack(row, 1, 5)) end
  return made:order "figures desc":collect()
end

return find
