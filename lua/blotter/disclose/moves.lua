--- Moves: changes of unknown cells that leave every known sum as it is. A sensitive cell is protected by a move that
-- raises it far enough and one that lowers it far enough.
--
-- Two linear programs share one system: the wide one may move every cell that could be withheld, at a price, and finds
-- which to withhold; the narrow one moves what is withheld already. Both are asked thousands of times, and each time go
-- on from where they stood.

local moves = {}
moves.__index = moves

local equations = require "blotter.disclose.equations"

local FREE = 0.01 -- what moving a withheld cell costs: little, so that moves stay short
local FEW_BRANCHES, MOST_BRANCHES = 4, 12

--- `falls[c]`: how much cell c can fall (they rise without end). `prices[c]`: what withholding it costs.
-- Returns nil, message, code where there is no solver.
function moves.new(rows, falls, prices)
  local system = equations.of_moves(rows, falls)
  local wide, message, code = system:program()
  if not wide then return nil, message, code end
  local narrow = system:program()
  local made = setmetatable({wide = wide, narrow = narrow, falls = falls, prices = prices, withheld = {}, asked = 0,
    steps = 0}, moves)
  for c = 1, #falls do made:publish(c) end
  return made
end

--- The solver and its version.
function moves:solver() return "Clp " .. self.wide:solver() end

local function price(self, c, cost)
  self.wide:cost(2 * c - 1, cost)
  self.wide:cost(2 * c, cost)
end

--- Cell c is withheld from now on: it moves freely.
function moves:withhold(c)
  self.withheld[c] = true
  price(self, c, FREE)
  self.narrow:bounds(2 * c - 1, 0)
  self.narrow:bounds(2 * c, 0, self.falls[c])
  self.narrow:cost(2 * c - 1, 1)
  self.narrow:cost(2 * c, 1)
end

--- Cell c is published from now on.
function moves:publish(c)
  self.withheld[c] = nil
  price(self, c, self.prices[c])
  self.narrow:bounds(2 * c - 1, 0, 0)
  self.narrow:bounds(2 * c, 0, 0)
end

--- The price of a cell for the wide program until it is withheld or published again.
function moves:reprice(c, cost) price(self, c, cost) end

local function solve(self, program, way)
  self.asked = self.asked + 1
  local outcome = program:solve(way or "dual")
  self.steps = self.steps + program:steps()
  return outcome == "optimal"
end

-- What the last solution moves: {{cell, by}, …}; nil when something moves by a fraction, and then the column.
local function taken(program, count)
  local values, is_whole = program:values()
  local move = {}
  for c = 1, count do
    local by = values[2 * c - 1] - values[2 * c]
    if by ~= 0 then move[#move + 1] = {c, by} end
  end
  if is_whole then return move end
  for column = 1, #values do
    if math.type(values[column]) == "float" then return nil, column, values[column], move end
  end
end

-- A move in fractions, so often that all are whole; nil when a cell would fall below nothing.
local function multiplied(fractions, falls)
  for times = 2, 6 do
    local move, is_whole = {}, true
    for i, step in ipairs(fractions) do
      local by = math.floor(step[2] * times + 0.5)
      is_whole = is_whole and math.abs(step[2] * times - by) < 1e-5 and -by <= falls[step[1]]
      move[i] = {step[1], by}
    end
    if is_whole then return move end
  end
end

-- Whole moves by branching on what moved by a fraction; depth first, a limited number of programs.
local function branch(self, program, limits, budget)
  if budget.left == 0 or not solve(self, program) then return nil end
  budget.left = budget.left - 1
  local move, column, value = taken(program, #self.falls)
  if move then return move end
  local low, high = limits(column)
  for _, half in ipairs {{low, math.floor(value)}, {math.ceil(value), high}} do
    program:bounds(column, half[1], half[2])
    local found = branch(self, program, function(other)
      if other == column then return half[1], half[2] end
      return limits(other)
    end, budget)
    program:bounds(column, low, high)
    if found then return found end
  end
end

-- The columns of a demand {cell, by}: what must move, and what must not.
local function columns(demand)
  local up, down = 2 * demand.cell - 1, 2 * demand.cell
  if demand.by > 0 then return up, down end
  return down, up
end

local function ask(self, program, demand, restore, branches)
  local must, not_at_all = columns(demand)
  local amount = math.abs(demand.by)
  program:bounds(must, amount, amount)
  program:bounds(not_at_all, 0, 0)
  local move, column, _, fractions
  program:restart()
  local is_solved = solve(self, program)
  if is_solved then move, column, _, fractions = taken(program, #self.falls) end
  if column then move = multiplied(fractions, self.falls) end
  if column and not move and branches > 0 then
    self.branched = (self.branched or 0) + 1
    move = branch(self, program, function(other)
      if other == must then return amount, amount end
      if other == not_at_all then return 0, 0 end
      return restore(other)
    end, {left = branches})
  end
  for _, which in ipairs {must, not_at_all} do program:bounds(which, restore(which)) end
  return move, is_solved and fractions or nil
end

local function limits_of(self, program)
  return function(column)
    local c = (column + 1) // 2
    if program == self.narrow and not self.withheld[c] then return 0, 0 end
    if column % 2 == 1 then return 0, nil end
    return 0, self.falls[c]
  end
end

--- A move of withheld cells alone that meets the demand; nil when none was found. `quickly` gives up
-- earlier.
function moves:within(demand, quickly)
  return (ask(self, self.narrow, demand, limits_of(self, self.narrow), quickly and FEW_BRANCHES or MOST_BRANCHES))
end

--- The cheapest move that meets the demand, whichever cells it needs: the second result is one in fractions where no
-- whole one was found.
function moves:cheapest(demand)
  return ask(self, self.wide, demand, limits_of(self, self.wide), MOST_BRANCHES)
end

--- One move of withheld cells that meets as many of these demands as it can.
function moves:together(demands)
  local program, restore = self.narrow, limits_of(self, self.narrow)
  for c in pairs(self.withheld) do
    program:cost(2 * c - 1, 0)
    program:cost(2 * c, 0)
  end
  for _, demand in ipairs(demands) do
    local must, not_at_all = columns(demand)
    program:bounds(must, 0, math.abs(demand.by))
    program:bounds(not_at_all, 0, 0)
    program:cost(must, -1 / math.abs(demand.by))
  end
  program:restart()
  local move = solve(self, program, "primal") and taken(program, #self.falls) or nil
  for _, demand in ipairs(demands) do
    local must, not_at_all = columns(demand)
    program:bounds(must, restore(must))
    program:bounds(not_at_all, restore(not_at_all))
  end
  for c in pairs(self.withheld) do
    program:cost(2 * c - 1, 1)
    program:cost(2 * c, 1)
  end
  return move
end

local function common_divisor(a, b)
  while b ~= 0 do a, b = b, a % b end
  return a
end

-- How often a direction fits into the cells.
local function times_of(self, direction)
  local times = 1 << 20
  for _, step in ipairs(direction) do
    if step[2] < 0 then times = math.min(times, self.falls[step[1]] // -step[2]) end
  end
  return times
end

--- The shortest whole move along a move and the one back, with how often each fits as `times`. Either may not fit.
function moves:directions(move)
  local divisor = 0
  for _, step in ipairs(move) do divisor = common_divisor(math.abs(step[2]), divisor) end
  local there, back = {}, {}
  for i, step in ipairs(move) do
    there[i], back[i] = {step[1], step[2] // divisor}, {step[1], -step[2] // divisor}
  end
  there.times, back.times = times_of(self, there), times_of(self, back)
  return there, back
end

return moves
