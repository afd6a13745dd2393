-- Which row of a table is meant by a key, a name or an acronym: the one place that knows, for every door.

local suggest = require "blotter.errors.suggest"

local naming = {}

--- Where names are looked for when none is near.
naming.elsewhere = "; ops:find \"…\" and blotter search look for names"

-- Areas as people call them.
local common = {["south korea"] = "KR", korea = "KR", ["dprk"] = "KP", uk = "GB", britain = "GB",
  ["great britain"] = "GB", usa = "US", us = "US", america = "US", ["u.s."] = "US", ["u.s.a."] = "US",
  ["united states of america"] = "US", russia = "RU", ["czech republic"] = "CZ", holland = "NL",
  ["the netherlands"] = "NL", vietnam = "VN", brunei = "BN", burma = "MM", ["ivory coast"] = "CI",
  ["cape verde"] = "CV", ["dr congo"] = "CD", drc = "CD", palestine = "PS", vatican = "VA", micronesia = "FM",
  ["latin america"] = "419", ["european union"] = "EU", worldwide = "001"}

-- What a row is called, in small letters; an operation or a project also without that word.
local function names_of(row)
  local names = {}
  for _, field in ipairs {"name", "acronym", "label_preferred", "label_source"} do
    if row[field] and row[field] ~= "" then names[#names + 1] = row[field]:lower() end
  end
  local short = (row.name or ""):lower():match "^operation (.+)" or (row.name or ""):lower():match "^project (.+)"
  names[#names + 1] = short
  return names
end

-- What the rows of a list are called, made once: by key the first key that is so in small letters, by name {key,
-- several}. Lists of rows are not changed, but a longer one is read anew.
local indexes = setmetatable({}, {__mode = "k"})

local function index_of(rows, key_field)
  local index = indexes[rows]
  if index and index.count == #rows and index.key_field == key_field then return index end
  index = {count = #rows, key_field = key_field, by_key = {}, by_name = {}}
  for _, row in ipairs(rows) do
    local key = row[key_field]
    local small = tostring(key):lower()
    index.by_key[small] = index.by_key[small] or key
    local names = names_of(row)
    for i, name in ipairs(names) do
      local is_first = true
      for before = 1, i - 1 do is_first = is_first and names[before] ~= name end
      local known = index.by_name[name]
      if is_first then index.by_name[name] = {key = key, several = known ~= nil} end
    end
  end
  indexes[rows] = index
  return index
end

local function is_called(row, wanted)
  for _, name in ipairs(names_of(row)) do
    if name == wanted then return true end
  end
  return false
end

--- The key of the row whose key is the text in any case, or of the only one that is called so; nil when none or several
-- are. Areas have common names, too.
function naming.key(text, rows, key_field)
  local wanted = tostring(text):lower():match "^%s*(.-)%s*$"
  if key_field == "code" and common[wanted] then wanted = common[wanted]:lower() end
  local index = index_of(rows, key_field)
  local key = index.by_key[wanted]
  if key ~= nil then return key end
  local called = index.by_name[wanted]
  return called and not called.several and called.key or nil
end

-- ---- which was meant ----

-- Up to three rows that are called by the text, or whose names or definition hold it; those called so alone.
local function rows_by_name(text, rows)
  local wanted, called, holding = text:lower(), {}, {}
  for _, row in ipairs(rows) do
    local says = table.concat(names_of(row), "\n") .. "\n" .. (row.definition or ""):lower()
    if is_called(row, wanted) then called[#called + 1] = row end
    if #wanted >= 3 and #holding < 3 and says:find(wanted, 1, true) then holding[#holding + 1] = row end
  end
  return #called > 0 and table.move(called, 1, 3, 1, {}) or holding
end

local most_rows = 12

-- Up to three rows whose key, name or definition holds the most telling of several words: the fewer rows hold a word,
-- the more it tells, and one of many rows tells nothing. Those that tell less than half as much as the first are left
-- out.
local function rows_by_words(text, rows, key_field)
  local score = {}
  for word in text:lower():gmatch "[%w\128-\255]+" do
    local holding = {}
    for i, row in ipairs(rows) do
      local says = ("%s %s %s"):format(row[key_field], row.name or "", row.definition or ""):lower()
      if #word >= 4 and says:find(word, 1, true) then holding[#holding + 1] = i end
      if word == tostring(row[key_field]):lower() then score[i] = (score[i] or 0) + 1 end
    end
    for _, i in ipairs(#holding <= most_rows and holding or {}) do score[i] = (score[i] or 0) + 1 / #holding end
  end
  local places, best = {}, {}
  for i in pairs(score) do places[#places + 1] = i end
  table.sort(places, function(a, b)
    if score[a] ~= score[b] then return score[a] > score[b] end
    return a < b
  end)
  for i = 1, math.min(3, #places) do
    if score[places[i]] * 2 >= score[places[1]] then best[i] = rows[places[i]] end
  end
  return best
end

-- The row of the nearest of some words, each with its row; nil when none is near.
local function nearest(text, row_of)
  local words = {}
  for word in pairs(row_of) do words[#words + 1] = word end
  table.sort(words)
  local near = suggest.nearest(text, words, #text < 4 and #text // 2 or 2)
  return near and {row_of[near]} or {}
end

local function row_by_key(text, rows, key_field)
  local row_of = {}
  for _, row in ipairs(rows) do row_of[tostring(row[key_field])] = row end
  return nearest(text, row_of)
end

-- The row whose name, or of whose name a long word, is the text with a letter or two wrong.
local function row_by_spelling(text, rows, key_field)
  local row_of = {}
  for _, row in ipairs(#text >= 4 and rows or {}) do
    for _, name in ipairs(names_of(row)) do
      row_of[name] = row
      for word in name:gmatch "[%w\128-\255]+" do
        if #word >= 6 and #text >= 6 then row_of[word] = row_of[word] or row end
      end
    end
    for name, code in pairs(key_field == "code" and common or {}) do
      if code == row[key_field] then row_of[name] = row end
    end
  end
  return nearest(text, row_of)
end

local function keys_of(rows, key_field)
  local keys = {}
  for i, row in ipairs(rows) do keys[i] = tostring(row[key_field]) end
  return keys
end

-- A row as it is proposed: 'KR' (Republic of Korea), where its key is a code.
local function proposed(row, key_field)
  local key, name = tostring(row[key_field]), row.name or row.label_preferred
  if not name or name == "" or key_field ~= "code" or #key > 8 then return ("'%s'"):format(key) end
  return ("'%s' (%s)"):format(key, name)
end

--- A phrase for the end of a message about an unknown key: which one was meant by a misspelt key or by a name, as
-- ": did you mean 'KR' (Republic of Korea)?"; which there are, when these are few; or nothing.
function naming.meant(wrong, rows, key_field)
  local text = tostring(wrong)
  local meant
  for _, way in ipairs {row_by_key, rows_by_name, rows_by_words, row_by_spelling} do
    meant = way(text, rows, key_field)
    if #meant > 0 then break end
  end
  if #meant == 0 then return suggest.phrase("", #rows <= most_rows and keys_of(rows, key_field) or {}) end
  local words = {}
  for i, row in ipairs(meant) do words[i] = proposed(row, key_field) end
  return ": did you mean " .. table.concat(words, " or ") .. "?"
end

return naming
