--- Which further cells are withheld so that the sensitive ones are protected: few, or of little value.
--
-- First what the sensitive cells do for each other; then, demand by demand, the cheapest cells that meet it; then every
-- withheld cell that is not needed is published again; then small regions are taken apart and put together anew, which
-- is kept when it costs less. Nothing depends on time, threads or the order of a hash table.

local protect = {}

local moves = require "blotter.disclose.moves"

-- The order of work is the same each time; the numbers that shuffle it are always these.
local function generator()
  local seed = 20261126
  return function(n)
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed // 65536 % n + 1
  end
end

-- What each sensitive cell asks for: a fall, a rise, or both, the largest first.
local function demands_of(model, cells, place, needs)
  local demands = {}
  for _, i in ipairs(cells) do
    local need, value = needs[i], model.values[i]
    if need then
      if need.high > value then demands[#demands + 1] = {cell = place[i], by = need.high - value} end
      if need.low < value then demands[#demands + 1] = {cell = place[i], by = need.low - value} end
    end
  end
  table.sort(demands, function(a, b)
    if math.abs(a.by) ~= math.abs(b.by) then return math.abs(a.by) > math.abs(b.by) end
    if a.cell ~= b.cell then return a.cell < b.cell end
    return a.by > b.by
  end)
  return demands
end

local function by_cell(demands)
  local of = {}
  for _, demand in ipairs(demands) do
    of[demand.cell] = of[demand.cell] or {}
    table.insert(of[demand.cell], demand)
  end
  return of
end

-- Gives a direction to every demand that it meets, as often as it fits; counts those that had none.
local function give(state, direction)
  local met = 0
  for _, step in ipairs(direction.times > 0 and direction or {}) do
    for _, demand in ipairs(state.of[step[1]] or {}) do
      local by = step[2] * direction.times
      if not demand.move and (demand.by > 0 and by >= demand.by or demand.by < 0 and by <= demand.by) then
        demand.move = direction
        met = met + 1
      end
    end
  end
  return met
end

-- A move serves in both directions.
local function hand_out(state, move)
  local there, back = state.moves:directions(move)
  return give(state, there) + give(state, back)
end

local function open_demands(state, list)
  local open = {}
  for _, demand in ipairs(list or state.demands) do
    if not demand.move then open[#open + 1] = demand end
  end
  return open
end

-- One demand a cell, rises and falls by turns, so that they can be met at once.
local function by_turns(open, round)
  local chosen, taken = {}, {}
  for i, demand in ipairs(open) do
    local wanted = (demand.cell + i * (round // 2) + round) % 2 == 0
    if not taken[demand.cell] and (demand.by > 0) == wanted then
      chosen[#chosen + 1] = demand
      taken[demand.cell] = true
    end
  end
  return chosen
end

-- What the withheld cells do for each other.
local function together(state)
  local poor = 0
  for round = 1, 40 do
    local open = open_demands(state)
    if #open < 8 or poor == 4 then break end
    local chosen = by_turns(open, round)
    local move = #chosen > 0 and state.moves:together(chosen) or {}
    poor = hand_out(state, move) * 20 < #open and poor + 1 or 0
  end
end

local function withhold(state, c)
  if state.moves.withheld[c] then return end
  state.moves:withhold(c)
  state.added[c] = true
  state.cost = state.cost + state.prices[c]
end

local function publish(state, c)
  state.moves:publish(c)
  state.added[c] = nil
  state.cost = state.cost - state.prices[c]
end

-- Every cell beside the demand's: what is left when no whole move was found.
local function withhold_lines(state, demand)
  for _, row in ipairs(state.rows_of[demand.cell]) do
    for _, signed in ipairs(row) do withhold(state, math.abs(signed)) end
  end
end

local function meet(state, demand)
  local move, fractions = state.moves:cheapest(demand)
  for _, step in ipairs(move or fractions or {}) do withhold(state, step[1]) end
  move = move or state.moves:within(demand)
  if not move and fractions then
    withhold_lines(state, demand)
    move = state.moves:within(demand)
  end
  if not move then return false end
  hand_out(state, move)
  return demand.move ~= nil
end

local function meet_all(state, list)
  for _, demand in ipairs(list) do
    if not demand.move and not meet(state, demand) then return false end
  end
  return true
end

local function uses(move, c)
  if not move.cells then
    move.cells = {}
    for _, step in ipairs(move) do move.cells[step[1]] = true end
  end
  return move.cells[c]
end

local function users(state, c)
  local list = {}
  for _, demand in ipairs(state.demands) do
    if demand.move and uses(demand.move, c) then list[#list + 1] = demand end
  end
  return list
end

-- Publishes c when all that needed it can do without.
local function try_without(state, c)
  publish(state, c)
  local affected, before = users(state, c), {}
  for i, demand in ipairs(affected) do
    before[i] = demand.move
    demand.move = nil
  end
  for _, demand in ipairs(affected) do
    local move = demand.move or state.moves:within(demand, true)
    if not move then
      withhold(state, c)
      for k, other in ipairs(affected) do other.move = before[k] end
      return false
    end
    if not demand.move then hand_out(state, move) end
  end
  return true
end

local function added_cells(state)
  local list = {}
  for c in pairs(state.added) do list[#list + 1] = c end
  table.sort(list, function(a, b)
    if state.prices[a] ~= state.prices[b] then return state.prices[a] > state.prices[b] end
    return a < b
  end)
  return list
end

local function clean(state, list)
  for _, c in ipairs(list) do
    if state.added[c] and state.moves.steps < state.budget then try_without(state, c) end
  end
end

-- Added cells that share a sum with c, or with one that does; at most `most`, the nearest first.
local function region(state, c, most)
  local found, seen = {c}, {[c] = true}
  local at = 1
  while found[at] and #found < most do
    for _, row in ipairs(state.rows_of[found[at]]) do
      for _, signed in ipairs(row) do
        local other = math.abs(signed)
        if state.added[other] and not seen[other] and #found < most then
          seen[other] = true
          found[#found + 1] = other
        end
      end
    end
    at = at + 1
  end
  return found
end

local function remember(state)
  local kept = {added = {}, moves = {}, cost = state.cost}
  for c in pairs(state.added) do kept.added[c] = true end
  for i, demand in ipairs(state.demands) do kept.moves[i] = demand.move end
  return kept
end

local function go_back(state, kept)
  for _, c in ipairs(added_cells(state)) do
    if not kept.added[c] then publish(state, c) end
  end
  local missing = {}
  for c in pairs(kept.added) do
    if not state.added[c] then missing[#missing + 1] = c end
  end
  table.sort(missing)
  for _, c in ipairs(missing) do withhold(state, c) end
  for i, demand in ipairs(state.demands) do demand.move = kept.moves[i] end
  state.cost = kept.cost
end

local function shuffle(list, random)
  for i = #list, 2, -1 do
    local k = random(i)
    list[i], list[k] = list[k], list[i]
  end
end

-- What was added since, and what is added beside it or beside what was taken apart, the dearest first.
local function changed(state, apart, kept)
  local seen = {}
  for _, c in ipairs(apart) do seen[c] = true end
  for c in pairs(state.added) do seen[c] = seen[c] or not kept.added[c] or nil end
  local list = added_cells(state)
  local near, chosen = {}, {}
  for _, c in ipairs(list) do
    if seen[c] then
      for _, one in ipairs(region(state, c, 12)) do near[one] = true end
    end
  end
  for _, c in ipairs(list) do
    if near[c] then chosen[#chosen + 1] = c end
  end
  return chosen
end

-- The cells that may be published and share a sum with one of these demands or cells.
local function beside(state, demands, cells)
  local list, seen = {}, {}
  local function add(c)
    for _, row in ipairs(state.rows_of[c]) do
      for _, signed in ipairs(row) do
        local other = math.abs(signed)
        if not seen[other] and not state.moves.withheld[other] then list[#list + 1] = other end
        seen[other] = true
      end
    end
  end
  for _, demand in ipairs(demands) do add(demand.cell) end
  for _, c in ipairs(cells) do add(c) end
  return list
end

-- Takes a region apart and puts it together anew, where the cells that stood in it are dearer for the while.
local function try_anew(state, c, random)
  local kept = remember(state)
  local apart = region(state, c, 1 + random(9))
  local affected = {}
  for _, one in ipairs(apart) do
    publish(state, one)
    for _, demand in ipairs(users(state, one)) do
      demand.move = nil
      affected[#affected + 1] = demand
    end
  end
  shuffle(affected, random)
  local near = beside(state, affected, apart)
  for _, one in ipairs(near) do state.moves:reprice(one, state.prices[one] * (1 + random(32) / 64)) end
  for _, one in ipairs(apart) do state.moves:reprice(one, state.prices[one] * (1 + random(8) / 4)) end
  local done = meet_all(state, affected)
  for _, list in ipairs {near, apart} do
    for _, one in ipairs(list) do
      if not state.added[one] then state.moves:reprice(one, state.prices[one]) end
    end
  end
  if done then clean(state, changed(state, apart, kept)) end
  if done and state.cost <= kept.cost then return state.cost < kept.cost end
  go_back(state, kept)
  return false
end

-- How many steps of the simplex may be taken: fewer the larger the program is, which makes them dear.
local function budget_of(state)
  return math.max(20000, 400000000 // math.max(1, #state.prices))
end

local function improve(state)
  local random = generator()
  local idle = 0
  while state.moves.steps < state.budget and next(state.added) do
    local list = added_cells(state)
    if idle > 10 * #list + 60 then break end
    idle = try_anew(state, list[random(#list)], random) and 0 or idle + 1
  end
end

local function rows_by_cell(rows, count)
  local of = {}
  for c = 1, count do of[c] = {} end
  for _, row in ipairs(rows) do
    for _, signed in ipairs(row) do table.insert(of[math.abs(signed)], row) end
  end
  return of
end

-- The moves that were found, each once, in the model's cells: {{cell, by}, …, times = how often it fits}.
local function proposals(demands, cells)
  local list, seen = {}, {}
  for _, demand in ipairs(demands) do
    if demand.move and not seen[demand.move] then
      seen[demand.move] = true
      local move = {times = demand.move.times}
      for k, step in ipairs(demand.move) do move[k] = {cells[step[1]], step[2]} end
      list[#list + 1] = move
    end
  end
  return list
end

--- Chooses cells of a model: `needs` by cell, `price(i)` of a cell. Returns {withheld = {[cell] = true}, moves = {…},
-- solver = its name}; the audit may start from the moves. Or nil, message, code.
function protect.choose(model, needs, price)
  local cells, rows, place = model:unknowns(function(i) return model.kinds[i] ~= "known" end)
  local falls, prices = {}, {}
  for c, i in ipairs(cells) do
    falls[c] = model.values[i]
    prices[c] = price(i)
  end
  local made, message, code = moves.new(rows, falls, prices)
  if not made then return nil, message, code end
  local demands = demands_of(model, cells, place, needs)
  local state = {moves = made, demands = demands, of = by_cell(demands), prices = prices, added = {}, cost = 0,
    rows_of = rows_by_cell(rows, #cells)}
  for c, i in ipairs(cells) do
    if needs[i] or model.kinds[i] == "hidden" then made:withhold(c) end
  end
  together(state)
  for _, demand in ipairs(demands) do
    if not demand.move then meet(state, demand) end
  end
  state.budget = made.steps + budget_of(state)
  clean(state, added_cells(state))
  improve(state)
  state.budget = made.steps + budget_of(state) // 4
  clean(state, added_cells(state))
  local chosen = {withheld = {}, moves = proposals(demands, cells), solver = made:solver()}
  for c in pairs(made.withheld) do chosen.withheld[cells[c]] = true end
  return chosen
end

return protect
