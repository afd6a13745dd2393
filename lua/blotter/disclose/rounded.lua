--- Controlled rounding: every cell becomes one of the two multiples of a base next to it, and all sums stay true.

local rounded = {}

local equations = require "blotter.disclose.equations"

local MOST_BRANCHES = 4000

-- 1 where a cell goes up, 0 where it goes down; cells that are multiples already stay.
local function steps_of(model, base)
  local cells, place = {}, {}
  for i, value in ipairs(model.values) do
    if value % base ~= 0 then
      cells[#cells + 1] = i
      place[i] = #cells
    end
  end
  local rows = {}
  for _, sum in ipairs(model.sums) do
    local row = {known = 0}
    for k, i in ipairs(sum) do
      local sign = k == 1 and -1 or 1
      row.known = row.known + sign * (model.values[i] // base)
      if place[i] then row[#row + 1] = sign * place[i] end
    end
    if row[1] then rows[#rows + 1] = row end
  end
  return cells, rows
end

-- Depth first, what is nearest to an integer is settled first.
local function settle(program, count, budget)
  if budget.left == 0 then return nil end
  budget.left = budget.left - 1
  if program:solve "dual" ~= "optimal" then return nil end
  local values, is_whole = program:values()
  if is_whole then return values end
  local at, distance
  for c = 1, count do
    local far = math.abs(values[c] - math.floor(values[c] + 0.5))
    if math.type(values[c]) == "float" and (not at or far < distance) then at, distance = c, far end
  end
  if not at then return nil end
  local nearest = math.floor(values[at] + 0.5)
  for _, value in ipairs {nearest, 1 - nearest} do
    program:bounds(at, value, value)
    local found = settle(program, count, budget)
    if found then return found end
  end
  program:bounds(at, 0, 1)
end

--- The rounded values of a model's cells, or nil, message, code.
function rounded.choose(model, base)
  local cells, rows = steps_of(model, base)
  local low, high = {}, {}
  for c = 1, #cells do low[c], high[c] = 0, 1 end
  local system, extend = equations.of_cells(rows, low, high)
  local program, message, code = system:program()
  if not program then return nil, message, code end
  for c, i in ipairs(cells) do program:cost(c, base - 2 * (model.values[i] % base)) end
  local values = settle(program, #cells, {left = MOST_BRANCHES})
  if not values or not system:fits(extend(values)) then
    return nil, ("no rounding to multiples of %d keeps all sums"):format(base), "invalid"
  end
  local found = {}
  for i, value in ipairs(model.values) do found[i] = value end
  for c, i in ipairs(cells) do found[i] = (model.values[i] // base + values[c]) * base end
  return found
end

return rounded
