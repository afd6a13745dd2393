--- Making a pattern cheaper: small regions are taken apart and put together anew, which is kept when it costs less.

local anew = {}

local pattern = require "blotter.disclose.withheld"

-- The order of work is the same each time; the numbers that shuffle it are always these.
local function generator()
  local seed = 20261126
  return function(n)
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed // 65536 % n + 1
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
  for _, c in ipairs(pattern.added_cells(state)) do
    if not kept.added[c] then pattern.publish(state, c) end
  end
  local missing = {}
  for c in pairs(kept.added) do
    if not state.added[c] then missing[#missing + 1] = c end
  end
  table.sort(missing)
  for _, c in ipairs(missing) do pattern.withhold(state, c) end
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
  local list = pattern.added_cells(state)
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
    pattern.publish(state, one)
    for _, demand in ipairs(pattern.users(state, one)) do
      demand.move = nil
      affected[#affected + 1] = demand
    end
  end
  shuffle(affected, random)
  local near = beside(state, affected, apart)
  for _, one in ipairs(near) do state.moves:reprice(one, state.prices[one] * (1 + random(32) / 64)) end
  for _, one in ipairs(apart) do state.moves:reprice(one, state.prices[one] * (1 + random(8) / 4)) end
  local done = pattern.meet_all(state, affected)
  for _, list in ipairs {near, apart} do
    for _, one in ipairs(list) do
      if not state.added[one] then state.moves:reprice(one, state.prices[one]) end
    end
  end
  if done then pattern.clean(state, changed(state, apart, kept)) end
  if done and state.cost <= kept.cost then return state.cost < kept.cost end
  go_back(state, kept)
  return false
end

--- Takes regions of a pattern apart as long as that makes it cheaper, or work is left in the budget.
function anew.improve(state)
  local random = generator()
  local idle = 0
  while state.moves.work < state.budget and next(state.added) do
    local list = pattern.added_cells(state)
    if idle > 10 * #list + 60 then break end
    idle = try_anew(state, list[random(#list)], random) and 0 or idle + 1
  end
end

return anew
