--- Which further cells are withheld so that the sensitive ones are protected: few, or of little value.
--
-- First what the sensitive cells do for each other; then, demand by demand, the cheapest cells that meet it; then every
-- withheld cell that is not needed is published again; then small regions are taken apart and put together anew, which
-- is kept when it costs less. Nothing depends on time, threads or the order of a hash table.

local protect = {}

local anew = require "blotter.disclose.anew"
local pattern = require "blotter.disclose.withheld"

local FREE = {0.01, 0.15, 0.3, 0.4} -- what moving a withheld cell costs, by unit
local LARGE = 4000 -- cells
local SLICE, CLEAN, ANEW = 40000000, 200000000, 300000000 -- work, see moves.lua

-- The moves that were found, each once, in the model's cells: {{cell, by}, …, times = how often it fits}.
local function proposals(state)
  local list, seen = {}, {}
  for _, demand in ipairs(state.demands) do
    if demand.move and not seen[demand.move] then
      seen[demand.move] = true
      local move = {times = demand.move.times}
      for k, step in ipairs(demand.move) do move[k] = {state.cells[step[1]], step[2]} end
      list[#list + 1] = move
    end
  end
  return list
end

-- Meets each demand in turn. Where that takes much work, withheld cells are made dearer to move: the pattern costs
-- more, and what follows makes up for it faster.
local function meet_all(state)
  local level, since = #state.cells > LARGE and 2 or 1, state.moves.work
  state.moves:set_free(FREE[level])
  for _, demand in ipairs(state.demands) do
    if not demand.move then pattern.meet(state, demand) end
    if state.moves.work - since > SLICE and FREE[level + 1] then
      level, since = level + 1, state.moves.work
      state.moves:set_free(FREE[level])
    end
  end
end

-- Publishes what is not needed; false when the work was too much to look at all.
local function clean(state, work)
  state.budget = state.moves.work + work
  pattern.clean(state, pattern.idle_cells(state), true)
  pattern.clean(state, pattern.idle_cells(state))
  return state.moves.work < state.budget
end

--- Chooses cells of a model: `needs` by cell, `price(i)` of a cell. Returns {withheld = {[cell] = true}, moves = {…},
-- solver = its name}; the audit may start from the moves. Or nil, message, code.
function protect.choose(model, needs, price)
  local state, message, code = pattern.new(model, needs, price)
  if not state then return nil, message, code end
  pattern.apart(state)
  pattern.together(state)
  meet_all(state)
  state.moves:set_free(FREE[1])
  if clean(state, CLEAN) then
    state.budget = state.moves.work + ANEW
    anew.improve(state)
    clean(state, CLEAN // 4)
  end
  local chosen = {withheld = {}, moves = proposals(state), solver = state.moves:solver()}
  for c, is_withheld in pairs(state.moves.withheld) do chosen.withheld[state.cells[c]] = is_withheld or nil end
  return chosen
end

return protect
