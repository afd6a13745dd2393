--- Why a total that the dataset's rules allow is not to be printed: its figures contradict each other, or its years do
-- not count the same things; and which figures stand in a contradiction.

local addable = {}

local kept = setmetatable({}, { __mode = "k" })

-- The findings that no reading can repair, as lists of figures' ids, by the id of each figure.
local function contradictions(ops)
  if kept[ops.model] then return kept[ops.model] end
  local by_id = {}
  kept[ops.model] = by_id
  for _, finding in ipairs(ops:reconcile()) do
    for _, figure in ipairs(finding.verdict == "none" and #finding.figures > 1 and finding.figures or {}) do
      by_id[figure.id] = by_id[figure.id] or {}
      table.insert(by_id[figure.id], finding)
    end
  end
  return by_id
end

-- The pairs of figures that the curator judged a conflict, by the id of one of them.
local judged = setmetatable({}, { __mode = "k" })

local function conflicts(ops)
  if judged[ops.model] then return judged[ops.model] end
  local by_id = {}
  judged[ops.model] = by_id
  for _, row in ipairs(ops:rows "judgements") do
    if row.verdict == "conflict" then
      by_id[row.left] = by_id[row.left] or {}
      table.insert(by_id[row.left], row.right)
    end
  end
  return by_id
end

local function are_all_in(figures, present)
  for _, figure in ipairs(figures) do
    if not present[figure.id] then return false end
  end
  return true
end

-- The figures of a finding that a row adds up although they contradict each other, or nil.
local function at_odds(ops, row)
  local present, by_id = {}, contradictions(ops)
  for _, figure in ipairs(row.figures) do present[figure.id] = figure end
  for _, figure in ipairs(row.figures) do
    for _, finding in ipairs(by_id[figure.id] or {}) do
      if are_all_in(finding.figures, present) then return finding.figures end
    end
    for _, id in ipairs(conflicts(ops)[figure.id] or {}) do
      if present[id] then return { figure, present[id] } end
    end
  end
  return nil
end

-- The categories of a figure as a text.
local function categories_of(figure)
  local parts = {}
  for dimension, code in pairs(figure.dims) do parts[#parts + 1] = dimension .. "=" .. code end
  table.sort(parts)
  return table.concat(parts, "\0")
end

-- The categories of each period of some figures of one subject, as texts; nil where they are of several subjects.
local function by_period(figures)
  local periods = {}
  for _, figure in ipairs(figures) do
    if figure.subject ~= figures[1].subject then return nil end
    local key = ("%s %s"):format(figure.first, figure.last)
    periods[key] = periods[key] or {}
    table.insert(periods[key], categories_of(figure))
  end
  return periods
end

-- Whether each period of a row is of some categories only, and not all of them of the same ones, so that no category is
-- known for all of the time.
local function is_mixed(row)
  local before, is_one = nil, true
  for _, list in pairs(by_period(row.figures) or {}) do
    table.sort(list)
    if list[1] == "" then return false end
    local text = table.concat(list, "\1")
    is_one, before = is_one and (before == nil or before == text), text
  end
  return not is_one
end

-- What the dimensions over which nothing is added are called.
local DIMENSIONS = { period = "time", age_band = "ages" }

-- The dataset's own reason in words for readers.
local function in_words(refused)
  local dimension = refused:match "may not be added over (%S+)$"
  if dimension then return "such numbers are not added up over " .. (DIMENSIONS[dimension] or dimension) end
  local covered, asked = refused:match "^they cover (%d+) of (%d+) months$"
  if covered then return ("its years cover %s of the %s months from the first to the last"):format(covered, asked) end
  return refused
end

--- Why a row of ops:total is not to be printed as one number, in words, or nil.
function addable.refusal(ops, row)
  if row.refused then return in_words(row.refused) end
  if row.exceeded_by or #row.figures < 2 then return nil end
  local figures = at_odds(ops, row)
  if figures then
    local words = {}
    for i = 1, math.min(#figures, 3) do
      local said = ops:words(figures[i])
      words[i] = said.period and ("%s (%s)"):format(said.value, said.period) or said.value
    end
    return "its figures contradict each other: " .. table.concat(words, "; ")
  end
  return is_mixed(row) and "its years are of different categories" or nil
end

-- What a figure says, whoever prints it: what it counts, its period and its bounds.
local function said_by(figure)
  return ("%s|%s|%s|%s|%s"):format(figure.cell, figure.first, figure.last, figure.low, figure.high)
end

-- What the contradicted figures of a dataset say, as a set.
local sayings = setmetatable({}, { __mode = "k" })

local function said_of(ops)
  local set = sayings[ops.model]
  if not set then
    set = {}
    local ids = ops:impossible()
    for _, figure in ipairs(ops:figures {}) do
      if ids[figure.id] then set[said_by(figure)] = true end
    end
    sayings[ops.model] = set
  end
  return set
end

--- Whether a figure stands in a contradiction that no reading can repair, or another source prints in one just what it
-- says.
function addable.is_contradicted(ops, figure)
  return said_of(ops)[said_by(figure)] or false
end

return addable
