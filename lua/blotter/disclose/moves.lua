--- Moves: changes of unknown cells that leave every known sum as it is. A sensitive cell is protected by a move that
-- raises it far enough and one that lowers it far enough.
--
-- Two linear programs share one system: the wide one may move every cell that could be withheld, at a price, and finds
-- which to withhold; the narrow one is over the cells that are withheld already, or were. Both are asked thousands of
-- times; each answer depends on its question alone.

local moves = {}
moves.__index = moves

local equations = require "blotter.disclose.equations"

local FEW_BRANCHES, MOST_BRANCHES = 4, 12

--- `falls[c]`: how much cell c can fall (they rise without end). `prices[c]`: what withholding it costs.
-- Returns nil, message, code where there is no solver.
function moves.new(rows, falls, prices)
  local system = equations.of_moves(rows, falls)
  local program, message, code = system:program()
  if not program then return nil, message, code end
  local made = setmetatable({system = system, falls = falls, prices = prices, withheld = {}, free = 0.01, work = 0},
    moves)
  made.circuits = equations.of_changes(rows, falls):circuits()
  made.wide = {program = program, cells = {}, place = {}}
  for c = 1, #falls do
    made.wide.cells[c], made.wide.place[c] = c, c
    made:publish(c)
  end
  return made
end

--- The solver and its version.
function moves:solver() return "Clp " .. self.wide.program:solver() end

-- The columns of a cell in a program: the one that raises it, the one that lowers it.
local function columns(view, c)
  local k = view.place[c]
  return 2 * k - 1, 2 * k
end

local function price(view, c, cost)
  local up, down = columns(view, c)
  view.program:cost(up, cost)
  view.program:cost(down, cost)
end

-- Lets a cell of the narrow program move, or not.
local function allow(self, view, c, is_free)
  local up, down = columns(view, c)
  view.program:bounds(up, 0, not is_free and 0 or nil)
  view.program:bounds(down, 0, is_free and self.falls[c] or 0)
end

-- The narrow program, made anew when a cell has come to it.
local function narrow(self)
  if self.inner then return self.inner end
  local view, list = {cells = {}, place = {}}, {}
  for c = 1, #self.falls do
    if self.withheld[c] ~= nil then
      view.cells[#view.cells + 1] = c
      view.place[c] = #view.cells
      list[#list + 1] = 2 * c - 1
      list[#list + 1] = 2 * c
    end
  end
  view.program = assert(self.system:program(list))
  for _, c in ipairs(view.cells) do
    price(view, c, 1)
    allow(self, view, c, self.withheld[c])
  end
  self.inner = view
  return view
end

--- What moving a withheld cell costs, by unit: little, so that few cells are added; more, so that moves stay short and
-- are found fast.
function moves:set_free(cost)
  self.free = cost
  for c, is_withheld in pairs(self.withheld) do
    if is_withheld then price(self.wide, c, cost) end
  end
end

--- Cell c is withheld from now on: it moves freely.
function moves:withhold(c)
  self.withheld[c] = true
  self.circuits:allow(c, true)
  price(self.wide, c, self.free)
  if not self.inner then return end
  if self.inner.place[c] then allow(self, self.inner, c, true) else self.inner = nil end
end

--- Cell c is published from now on.
function moves:publish(c)
  if self.withheld[c] then self.withheld[c] = false end
  self.circuits:allow(c, false)
  price(self.wide, c, self.prices[c])
  if self.inner and self.inner.place[c] then allow(self, self.inner, c, false) end
end

--- The price of a cell for the wide program until it is withheld or published again.
function moves:reprice(c, cost) price(self.wide, c, cost) end

-- Work is measured in steps of the simplex by cells, the same on each machine.
local function solve(self, view, way)
  local outcome = view.program:solve(way or "dual")
  self.work = self.work + (view.program:steps() + 10) * (#view.cells + 1000)
  return outcome == "optimal"
end

-- What the last solution moves: {{cell, by}, …}; and when something moves by a fraction, that column and its value.
local function taken(view)
  local move, column, value = view.program:moved()
  for _, step in ipairs(move) do step[1] = view.cells[step[1]] end
  return move, column, value
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
local function branch(self, view, limits, budget)
  if budget.left == 0 or not solve(self, view) then return nil end
  budget.left = budget.left - 1
  local move, column, value = taken(view)
  if not column then return move end
  local low, high = limits(column)
  for _, half in ipairs {{low, math.floor(value)}, {math.ceil(value), high}} do
    view.program:bounds(column, half[1], half[2])
    local found = branch(self, view, function(other)
      if other == column then return half[1], half[2] end
      return limits(other)
    end, budget)
    view.program:bounds(column, low, high)
    if found then return found end
  end
end

-- The columns of a demand {cell, by}: what must move, and what must not.
local function asked_of(view, demand)
  local up, down = columns(view, demand.cell)
  if demand.by > 0 then return up, down end
  return down, up
end

-- Between what a column of a program lies while nothing is asked.
local function limits_of(self, view)
  return function(column)
    local c = view.cells[(column + 1) // 2]
    if view ~= self.wide and not self.withheld[c] then return 0, 0 end
    if column % 2 == 1 then return 0, nil end
    return 0, self.falls[c]
  end
end

local function ask(self, view, demand, branches)
  local must, not_at_all = asked_of(view, demand)
  local amount, restore, program = math.abs(demand.by), limits_of(self, view), view.program
  program:bounds(must, amount, amount)
  program:bounds(not_at_all, 0, 0)
  program:restart()
  local fractions, column
  if solve(self, view) then fractions, column = taken(view) end
  local move = fractions
  if column then move = multiplied(fractions, self.falls) end
  if column and not move and branches > 0 then
    move = branch(self, view, function(other)
      if other == must then return amount, amount end
      if other == not_at_all then return 0, 0 end
      return restore(other)
    end, {left = branches})
  end
  for _, which in ipairs {must, not_at_all} do program:bounds(which, restore(which)) end
  return move, fractions
end

--- A move of withheld cells alone that a search finds at once; nil when none was found.
function moves:short(demand)
  local move, steps = self.circuits:find(demand.cell, demand.by)
  self.work = self.work + steps * 100
  return move
end

--- A move of withheld cells alone that meets the demand; nil when none was found. `quickly` gives up
-- earlier.
function moves:within(demand, quickly)
  return (ask(self, narrow(self), demand, quickly and FEW_BRANCHES or MOST_BRANCHES))
end

--- The cheapest move that meets the demand, whichever cells it needs: the second result is one in fractions where no
-- whole one was found.
function moves:cheapest(demand)
  return ask(self, self.wide, demand, self.free < 0.1 and MOST_BRANCHES or FEW_BRANCHES)
end

local function set_costs(view, cost)
  for _, c in ipairs(view.cells) do price(view, c, cost) end
end

--- One move of withheld cells that meets as many of these demands as it can.
function moves:together(demands)
  local view = narrow(self)
  local program, restore = view.program, limits_of(self, view)
  set_costs(view, 0)
  for _, demand in ipairs(demands) do
    local must, not_at_all = asked_of(view, demand)
    program:bounds(must, 0, math.abs(demand.by))
    program:bounds(not_at_all, 0, 0)
    program:cost(must, -1 / math.abs(demand.by))
  end
  program:restart()
  local move, column
  if solve(self, view, "primal") then move, column = taken(view) end
  for _, demand in ipairs(demands) do
    local must, not_at_all = asked_of(view, demand)
    program:bounds(must, restore(must))
    program:bounds(not_at_all, restore(not_at_all))
  end
  set_costs(view, 1)
  return not column and move or nil
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
