--- Which further cells are withheld so that the sensitive ones are protected: few, or of little value.
--
-- First what the sensitive cells do for each other; then, demand by demand, the cheapest cells that meet it; then every
-- withheld cell that is not needed is published again; then small regions are taken apart and put together anew, which
-- is kept when it costs less. Nothing depends on time, threads or the order of a hash table.

local protect = {}

local anew = require "blotter.disclose.anew"
local pattern = require "blotter.disclose.withheld"

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

--- Chooses cells of a model: `needs` by cell, `price(i)` of a cell. Returns {withheld = {[cell] = true}, moves = {…},
-- solver = its name}; the audit may start from the moves. Or nil, message, code.
function protect.choose(model, needs, price)
  local state, message, code = pattern.new(model, needs, price)
  if not state then return nil, message, code end
  pattern.together(state)
  for _, demand in ipairs(state.demands) do
    if not demand.move then pattern.meet(state, demand) end
  end
  state.budget = state.moves.steps + anew.budget(state)
  pattern.clean(state, pattern.added_cells(state))
  anew.improve(state)
  state.budget = state.moves.steps + anew.budget(state) // 4
  pattern.clean(state, pattern.added_cells(state))
  local chosen = {withheld = {}, moves = proposals(state), solver = state.moves:solver()}
  for c in pairs(state.moves.withheld) do chosen.withheld[state.cells[c]] = true end
  return chosen
end

return protect
