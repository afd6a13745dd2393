--- Whether two neighbours of a series count the same, so that a line may join them and a table may print the change,
-- and whether a point is the number of all that its place says.
--
-- A point is a row of ops:total with a flag or more besides: {row, flags, is_part}, as yearly.point makes it.

local comparable = {}

local function has_flag(item, wanted)
  for _, flag in ipairs(item.flags) do
    if flag == wanted then return true end
  end
  return false
end

-- What keeps a number from being that of its year: what is missing in it, or that it cannot be relied on.
local OPEN = { "partial", "doubtful", "contradicted" }

--- Why a point is drawn open, or nil: "part" of its year, areas, categories or subjects, "doubtful" or "contradicted".
function comparable.open(point)
  if point.is_part then return "part" end
  for _, flag in ipairs(OPEN) do
    if has_flag(point, flag) then return flag == "partial" and "part" or flag end
  end
  return nil
end

-- The kind of year at which a row stands: "calendar", or how a fiscal year is named besides its digits.
local function kind_of_year(row)
  local key = row.year or row.fiscal_year
  return math.type(key) and "calendar" or tostring(key):gsub("%d", "")
end

-- What makes the definition of a row another one than that of its indicator, as a text.
local function definition_of(row)
  local seen, list = {}, {}
  for _, item in ipairs(row.differs or {}) do
    local printed = item.about.note and item.about.note:match "^Printed as: ([^.;]+)" or ""
    local text = item.about.indicator .. ":" .. printed
    if not seen[text] then
      seen[text] = true
      list[#list + 1] = text
    end
  end
  table.sort(list)
  return table.concat(list, "; ")
end

local function sorted(list)
  local copy = table.move(list or {}, 1, #(list or {}), 1, {})
  table.sort(copy)
  return table.concat(copy, "; ")
end

-- All that must be the same of two neighbours, as texts.
local function signature(row)
  local covers = row.covers or {}
  return { kind_of_year(row), definition_of(row), sorted(covers.areas), sorted(covers.categories),
    sorted(covers.subjects) }
end

-- Whether a point says nothing that another could be compared with.
local function is_unfit(point)
  return point.is_part or has_flag(point, "doubtful") or has_flag(point, "contradicted")
end

--- Whether a change from one point to the next says anything.
function comparable.are(earlier, later)
  if is_unfit(earlier) or is_unfit(later) or has_flag(later, "series break") then return false end
  local before, after = signature(earlier.row), signature(later.row)
  for i, text in ipairs(before) do
    if text ~= after[i] then return false end
  end
  return true
end

return comparable
