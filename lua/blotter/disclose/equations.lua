--- The engine's systems of equations, made from rows of signed cells.

local equations = {}

local core = require "blotter.core"

-- Columns by equations: for each column the equations it stands in, with their signs.
local function transposed(rows, count)
  local by_column = {}
  for c = 1, count do by_column[c] = {} end
  for r, row in ipairs(rows) do
    for _, signed in ipairs(row) do
      local list = by_column[math.abs(signed)]
      list[#list + 1] = signed > 0 and r or -r
    end
  end
  return by_column
end

local function flattened(by_column)
  local starts, rows, signs = {1}, {}, {}
  for c, list in ipairs(by_column) do
    for _, signed in ipairs(list) do
      rows[#rows + 1] = math.abs(signed)
      signs[#signs + 1] = signed > 0 and 1 or -1
    end
    starts[c + 1] = #rows + 1
  end
  return starts, rows, signs
end

--- The cells that an attacker does not know, between low[i] and high[i] (false: open). What is known of an equation is
-- a column of its own behind them, with one value; `extend` puts those values behind a list of cells' values.
function equations.of_cells(rows, low, high)
  local count = #low
  local by_column = transposed(rows, count)
  low, high = table.move(low, 1, count, 1, {}), table.move(high, 1, count, 1, {})
  local constants = {}
  for r, row in ipairs(rows) do
    if row.known ~= 0 then
      by_column[#by_column + 1] = {r}
      low[#by_column], high[#by_column] = row.known, row.known
      constants[#constants + 1] = row.known
    end
  end
  local starts, of, signs = flattened(by_column)
  local function extend(values)
    for i, constant in ipairs(constants) do values[count + i] = constant end
    return values
  end
  return core.system(#rows, starts, of, signs, low, high), extend
end

--- Changes of cells, a column each: the cell cannot fall by more than falls[i], and all sums stay what they are.
function equations.of_changes(rows, falls)
  local low, high = {}, {}
  for c, fall in ipairs(falls) do low[c], high[c] = -fall, false end
  local starts, of, signs = flattened(transposed(rows, #falls))
  return core.system(#rows, starts, of, signs, low, high)
end

--- Moves of cells: column 2i - 1 raises cell i, column 2i lowers it, and all sums stay what they are. The cell cannot
-- fall by more than falls[i].
function equations.of_moves(rows, falls)
  local by_cell, by_column = transposed(rows, #falls), {}
  local low, high = {}, {}
  for c, list in ipairs(by_cell) do
    local negated = {}
    for i, signed in ipairs(list) do negated[i] = -signed end
    by_column[2 * c - 1], by_column[2 * c] = list, negated
    low[2 * c - 1], low[2 * c], high[2 * c - 1], high[2 * c] = 0, 0, false, falls[c]
  end
  local starts, of, signs = flattened(by_column)
  return core.system(#rows, starts, of, signs, low, high)
end

return equations
