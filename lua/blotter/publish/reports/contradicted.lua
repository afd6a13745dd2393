--- Which figures stand in a contradiction that no reading can repair.

local contradicted = {}

-- What a figure says, whoever prints it: what it counts, its period and its bounds.
local function said_by(figure)
  return ("%s|%s|%s|%s|%s"):format(figure.cell, figure.first, figure.last, figure.low, figure.high)
end

-- What the contradicted figures of a dataset say, as a set.
local kept = setmetatable({}, { __mode = "k" })

local function said_of(ops)
  local set = kept[ops.model]
  if not set then
    set = {}
    local ids = ops:impossible()
    for _, figure in ipairs(ops:figures {}) do
      if ids[figure.id] then set[said_by(figure)] = true end
    end
    kept[ops.model] = set
  end
  return set
end

--- Whether a figure stands in one, or another source prints in one just what it says.
function contradicted.is(ops, figure)
  return said_of(ops)[said_by(figure)] or false
end

return contradicted
