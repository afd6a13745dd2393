-- Numbers that end in two zeros by chance: in a long list of exact counts one in a hundred does.
--
-- A list is what one source says of one indicator. Where it has at least LEAST bare numbers of a thousand or more, and
-- at most one in ten of them ends in two zeros, then these are exact as well: nobody rounds a single line of a table.

local groups = require "blotter.ops.figures.groups"

local listed = {}

local LEAST = 20

-- Whether a figure, as texts, is a bare number of a thousand or more, as it stands in tables.
local function is_bare(row)
  local value = math.tointeger(tonumber(row.value))
  return value ~= nil and value >= 1000 and row.multiplier == "1" and not row.stated
    and (row.qualifier == "exact" or row.qualifier == "round")
end

local function key_of(row) return tostring(row.source) .. "|" .. tostring(row.indicator) end

--- Makes exact what is round by chance among new figures, texts that are filled in; `unstated` has those of which the
-- record states no qualifier.
function listed.settle(rows, unstated)
  for _, list in ipairs(groups.by(groups.where(rows, is_bare), key_of)) do
    local round = groups.where(list, function(row) return row.qualifier == "round" end)
    if #list >= LEAST and #round * 10 <= #list then
      for _, row in ipairs(groups.where(round, function(one) return unstated[one] end)) do
        row.qualifier, row.stated, row.low, row.high = "exact", "qualifier", row.value, row.value
      end
    end
  end
end

return listed
