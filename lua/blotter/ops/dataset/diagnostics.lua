-- A list of what is wrong with some input: file, line, column, what stands there and what was expected.

local suggest = require "blotter.errors.suggest"

local diagnostics = {}
diagnostics.__index = diagnostics

--- An empty list.
function diagnostics.new() return setmetatable({}, diagnostics) end

--- Adds one problem. Line and column (a field's name) may be nil.
function diagnostics:add(file, line, column, message)
  self[#self + 1] = {file = file, line = line, column = column, message = message}
end

--- One problem as a line of text.
function diagnostics.describe(problem)
  local place = problem.file
  if problem.line then place = place .. ":" .. problem.line end
  if problem.column then place = ("%s: column '%s'"):format(place, problem.column) end
  return place .. ": " .. problem.message
end

--- All problems, one a line.
function diagnostics:text()
  local lines = {}
  for i, problem in ipairs(self) do lines[i] = diagnostics.describe(problem) end
  return table.concat(lines, "\n")
end

diagnostics.__tostring = diagnostics.text

--- A word of a set that is within two edits of the wrong one (one, of a short word), to ask "did you mean ...?"; nil
-- when none is near.
function diagnostics.nearest(wrong, candidates)
  return suggest.nearest(wrong, candidates, #wrong < 4 and #wrong // 2 or 2)
end

-- The keys of up to three rows whose name or acronym is or contains the text, or whose definition does, an equal one
-- alone.
local function keys_by_name(text, rows, key_field)
  local wanted, keys = text:lower(), {}
  for _, row in ipairs(rows) do
    local name, acronym = (row.name or ""):lower(), (row.acronym or ""):lower()
    if name == wanted or acronym == wanted then return {row[key_field]} end
    local says = name:find(wanted, 1, true) or (row.definition or ""):lower():find(wanted, 1, true)
    if #wanted >= 3 and #keys < 3 and says then keys[#keys + 1] = row[key_field] end
  end
  return keys
end

local most_rows = 12

-- The keys of up to three rows whose key, name or definition holds the most telling of several words: the fewer rows
-- hold a word, the more it tells, and one of many rows tells nothing. Those that tell less than half as much as the
-- first are left out.
local function keys_by_words(text, rows, key_field)
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
  local places, keys = {}, {}
  for i in pairs(score) do places[#places + 1] = i end
  table.sort(places, function(a, b)
    if score[a] ~= score[b] then return score[a] > score[b] end
    return a < b
  end)
  for i = 1, math.min(3, #places) do
    if score[places[i]] * 2 >= score[places[1]] then keys[i] = rows[places[i]][key_field] end
  end
  return keys
end

-- Countries as people call them.
local common = {["south korea"] = "KR", korea = "KR", uk = "GB", britain = "GB", ["great britain"] = "GB", usa = "US",
  ["u.s."] = "US", ["u.s.a."] = "US", ["united states of america"] = "US", russia = "RU", ["czech republic"] = "CZ",
  holland = "NL", vietnam = "VN"}

--- The key of the row whose key is the text in any case, or of the only one whose name or acronym is; nil when none or
-- several are. Countries have common names, too.
function diagnostics.named(text, rows, key_field)
  local wanted, found, several = tostring(text):lower(), nil, false
  if key_field == "code" and common[wanted] then wanted = common[wanted]:lower() end
  for _, row in ipairs(rows) do
    local key = row[key_field]
    if tostring(key):lower() == wanted then return key end
    if (row.name or ""):lower() == wanted or (row.acronym or ""):lower() == wanted then
      found, several = key, found ~= nil
    end
  end
  return not several and found or nil
end

--- A phrase for the end of a message about an unknown key: which one was meant by a misspelt key or by a name, as
-- ": did you mean 'KR'?"; or nothing.
function diagnostics.meant(wrong, rows, key_field)
  local text, keys = tostring(wrong), {}
  for i, row in ipairs(rows) do keys[i] = tostring(row[key_field]) end
  local meant = {diagnostics.nearest(text, keys)}
  if #meant == 0 then meant = keys_by_name(text, rows, key_field) end
  if #meant == 0 then meant = keys_by_words(text, rows, key_field) end
  if #meant == 0 then return "" end
  return ": did you mean '" .. table.concat(meant, "' or '") .. "'?"
end

return diagnostics
