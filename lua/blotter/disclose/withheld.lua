--- A pattern: which cells are withheld, what the sensitive ones demand of them, and the moves that meet it.
--
-- A pattern has moves (see moves.lua), demands = {{cell =, by =, number =, move = (nil: not met)}, …}, through =
-- {[cell] = moves that need it}, added = {[cell] = true},
-- what is withheld for the sake of others, and cost, the sum of its prices.

local pattern = {}

local by_cell = require "blotter.disclose.by_cell"
local moves = require "blotter.disclose.moves"

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
  for number, demand in ipairs(demands) do demand.number = number end
  return demands
end

-- Gives a direction to every demand that it meets, as often as it fits; counts those that had none.
local function give(state, direction)
  local served = {}
  for _, step in ipairs(direction.times > 0 and direction or {}) do
    for _, demand in ipairs(state.of[step[1]] or {}) do
      local by = step[2] * direction.times
      if not demand.move and (demand.by > 0 and by >= demand.by or demand.by < 0 and by <= demand.by) then
        demand.move = direction
        served[#served + 1] = demand
      end
    end
  end
  for _, step in ipairs(served[1] and direction or {}) do
    local list = state.through[step[1]] or {}
    list[#list + 1] = direction
    state.through[step[1]] = list
  end
  direction.served = served
  return #served
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

--- What the withheld cells do for each other, a few at a time.
function pattern.apart(state)
  for _, demand in ipairs(state.demands) do
    local move = not demand.move and state.moves:short(demand)
    if move then hand_out(state, move) end
  end
end

local MANY = 1000 -- demands at once: where no whole move was found for so many, another try is dear and seldom better

--- What they do for each other all at once.
function pattern.together(state)
  local poor = 0
  for round = 1, 40 do
    local open = open_demands(state)
    if #open < 8 or poor == 2 then break end
    local chosen = by_turns(open, round)
    local move = #chosen > 0 and state.moves:together(chosen)
    if not move and #chosen > MANY then break end
    move = move or {}
    poor = hand_out(state, move) * 20 < #open and poor + 1 or 0
  end
end

--- Withholds cell c for the sake of others.
function pattern.withhold(state, c)
  if state.moves.withheld[c] then return end
  state.moves:withhold(c)
  state.added[c] = true
  state.cost = state.cost + state.prices[c]
end

--- Publishes it again.
function pattern.publish(state, c)
  state.moves:publish(c)
  state.added[c] = nil
  state.cost = state.cost - state.prices[c]
end

-- Every cell beside the demand's: what is left when no whole move was found.
local function withhold_lines(state, demand)
  for _, row in ipairs(state.rows_of[demand.cell]) do
    for _, signed in ipairs(row) do pattern.withhold(state, math.abs(signed)) end
  end
end

--- Meets a demand, with further cells where it needs them; false when it cannot.
function pattern.meet(state, demand)
  local short = state.moves:short(demand)
  if short then return hand_out(state, short) > 0 end
  local move, fractions = state.moves:cheapest(demand)
  for _, step in ipairs(move or fractions or {}) do pattern.withhold(state, step[1]) end
  move = move or state.moves:within(demand)
  if not move and fractions then
    withhold_lines(state, demand)
    move = state.moves:within(demand)
  end
  if not move then return false end
  hand_out(state, move)
  return demand.move ~= nil
end

--- The same for a list.
function pattern.meet_all(state, list)
  for _, demand in ipairs(list) do
    if not demand.move and not pattern.meet(state, demand) then return false end
  end
  return true
end

--- The demands whose moves need cell c.
function pattern.users(state, c)
  local list = {}
  for _, direction in ipairs(state.through[c] or {}) do
    for _, demand in ipairs(direction.served) do
      if demand.move == direction then list[#list + 1] = demand end
    end
  end
  table.sort(list, function(a, b) return a.number < b.number end)
  return list
end

-- Meets demands by what is withheld; false when one of them cannot be met, or is not met by a short move.
local function meet_within(state, demands, only_short)
  for _, demand in ipairs(demands) do
    local move = not demand.move and (state.moves:short(demand)
      or not only_short and state.moves:within(demand, true))
    if move then hand_out(state, move) end
    if not demand.move then return false end
  end
  return true
end

-- Whether publishing c leaves a sensitive cell alone in a sum with nothing else that can move: a cheap look before any
-- program is asked.
local function is_needed(state, c)
  local stuck, queue = {[c] = true}, {c}
  while #queue > 0 do
    for _, row in ipairs(state.rows_of[table.remove(queue)]) do
      local alone
      local count = 0
      for _, signed in ipairs(row) do
        local other = math.abs(signed)
        if state.moves.withheld[other] and not stuck[other] then
          count = count + 1
          alone = other
        end
      end
      if count == 1 then
        if state.of[alone] then return true end
        stuck[alone] = true
        queue[#queue + 1] = alone
      end
    end
  end
  return false
end

-- Publishes c when all that needed it can do without.
local function try_without(state, c, only_short)
  if is_needed(state, c) then return end
  pattern.publish(state, c)
  local affected, before = pattern.users(state, c), {}
  for i, demand in ipairs(affected) do
    before[i] = demand.move
    demand.move = nil
  end
  if meet_within(state, affected, only_short) then return end
  pattern.withhold(state, c)
  for k, other in ipairs(affected) do other.move = before[k] end
end

--- The cells that are withheld for the sake of others, the dearest first.
function pattern.added_cells(state)
  local list = {}
  for c in pairs(state.added) do list[#list + 1] = c end
  table.sort(list, function(a, b)
    if state.prices[a] ~= state.prices[b] then return state.prices[a] > state.prices[b] end
    return a < b
  end)
  return list
end

--- The same, those first that cost much and serve few demands: they can most likely be done without, and that is soon
-- seen.
function pattern.idle_cells(state)
  local served, list = {}, pattern.added_cells(state)
  for _, demand in ipairs(state.demands) do
    for _, step in ipairs(demand.move or {}) do served[step[1]] = (served[step[1]] or 0) + 1 end
  end
  local place = {}
  for i, c in ipairs(list) do place[c] = i end
  table.sort(list, function(a, b)
    local x, y = (served[a] or 0) / state.prices[a], (served[b] or 0) / state.prices[b]
    if x ~= y then return x < y end
    return place[a] < place[b]
  end)
  return list
end

--- Publishes those of a list that nobody needs, as long as work is left in the budget; with `only_short`, those that
-- short moves can do without, which is soon seen.
function pattern.clean(state, list, only_short)
  for _, c in ipairs(list) do
    if state.added[c] and state.moves.work < state.budget then try_without(state, c, only_short) end
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

--- A pattern in which only sensitive and hidden cells are withheld; nil, message, code without a solver.
function pattern.new(model, needs, price)
  local cells, rows, place = model:unknowns(function(i) return model.kinds[i] ~= "known" end)
  local falls, prices = {}, {}
  for c, i in ipairs(cells) do
    falls[c] = model.values[i]
    prices[c] = price(i)
  end
  local made, message, code = moves.new(rows, falls, prices)
  if not made then return nil, message, code end
  local demands = demands_of(model, cells, place, needs)
  for c, i in ipairs(cells) do
    if needs[i] or model.kinds[i] == "hidden" then made:withhold(c) end
  end
  return {cells = cells, moves = made, demands = demands, of = by_cell(demands), prices = prices, added = {}, cost = 0,
    through = {}, rows_of = rows_by_cell(rows, #cells)}
end

return pattern
