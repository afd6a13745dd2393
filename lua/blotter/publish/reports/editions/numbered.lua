--- The number of an edition by its name, and what those of its neighbours tell of one that no source dates.

local builder = require "blotter.publish.reports.builder"

local numbered = {}

local ORDINALS = { first = 1, second = 2, third = 3, fourth = 4, fifth = 5, sixth = 6, seventh = 7, eighth = 8,
  ninth = 9, tenth = 10 }
local ROMAN = { I = 1, V = 5, X = 10, L = 50, C = 100 }

-- The value of a roman numeral; nil where it is none.
local function roman(text)
  local sum, before = 0, math.huge
  for letter in text:gmatch "." do
    local value = ROMAN[letter]
    if not value then return nil end
    sum = sum + value - (value > before and 2 * before or 0)
    before = value
  end
  return sum
end

--- The number at the end of a name, as in "edition 4", "Operation Cross Country XII" or "the first edition"; or nil.
function numbered.of(name)
  local digits = name:match "%f[%w](%d+)$"
  if digits then return tonumber(digits) end
  local letters = name:match "%f[%w](%u+)$"
  local ordinal = name:match "(%a+) edition$"
  return letters and roman(letters) or ordinal and ORDINALS[ordinal:lower()] or nil
end

local function day_of(subject) return subject.date_start or subject.date_end end

--- Sorts subjects: by their numbers where `by_number`, those without one behind them, else by date.
function numbered.sort(list, by_number)
  table.sort(list, function(a, b)
    local x, y = by_number and numbered.of(a.name) or math.huge, by_number and numbered.of(b.name) or math.huge
    if x ~= y then return x < y end
    x, y = day_of(a) or "~", day_of(b) or "~"
    if x ~= y then return x < y end
    return a.name < b.name
  end)
end

-- The dated neighbour in `list` whose number is nearest to a subject's, below (-1) or above (1) it.
local function neighbour(list, subject, direction)
  local own, found, nearest = numbered.of(subject.name), nil, math.huge
  for _, other in ipairs(list) do
    local distance = ((numbered.of(other.name) or own) - own) * direction
    if distance > 0 and distance < nearest and day_of(other) then found, nearest = other, distance end
  end
  return found and builder.known_date(day_of(found), found.date_precision)
end

--- When an edition was, as exactly as it is known; where no source dates it, what its number among `list` says of it.
function numbered.date(list, subject)
  if day_of(subject) then return builder.known_date(day_of(subject), subject.date_precision) end
  if not numbered.of(subject.name) then return "not dated by a source" end
  local after, before = neighbour(list, subject, -1), neighbour(list, subject, 1)
  if not after and not before then return "not dated by a source" end
  return ("not dated by a source; by its number %s%s%s"):format(after and "after " .. after or "",
    after and before and " and " or "", before and "before " .. before or "")
end

return numbered
