--- Which cells are sensitive, why, and between which ends an attacker must be left in the dark.
--
-- A sensitive cell is safe when what is published also fits a table in which it is `low` or less, and one in which it
-- is `high` or more. For counts below the threshold that is one less than it is, and the threshold: nobody can tell
-- that the cell is small. (protection = "exact" asks for one more only.) Sums need the room that the rules of dominance
-- leave to the second largest contributor.

local sensitivity = {}

local function ceiling(numerator, denominator)
  return -(-numerator // denominator)
end

local function widen(need, value, room, reason)
  room = math.max(1, room)
  need.low = math.min(need.low, math.max(0, value - room))
  need.high = math.max(need.high, value + room)
  need.reasons[#need.reasons + 1] = reason
end

local function sum_of(list, most)
  local sum = 0
  for i = 1, math.min(most, #list) do sum = sum + list[i] end
  return sum
end

-- Percentages may have decimals: they are taken as millionths.
local function parts(percent)
  return math.floor(percent * 10000 + 0.5)
end

-- (n, k): the n largest have more than k percent. Safe from the next one's view when X could be 100 / k of them.
local function dominance(need, value, top, rule)
  local largest = sum_of(top, rule.n)
  if largest * 1000000 <= value * parts(rule.k) or value == 0 then return end
  widen(need, value, ceiling(largest * 1000000, parts(rule.k)) - value, "dominance")
end

-- p percent: the second largest knows the largest to less than p percent.
local function p_percent(need, value, top, percent)
  local largest = top[1] or 0
  local rest = value - sum_of(top, 2)
  if rest * 1000000 >= largest * parts(percent) or value == 0 then return end
  widen(need, value, ceiling(largest * parts(percent), 1000000) - rest, "p percent")
end

local function below_threshold(need, value, options, unit)
  need.reasons[#need.reasons + 1] = value == 0 and "zero" or "threshold"
  need.low = math.min(need.low, math.max(0, value - unit))
  need.high = math.max(need.high, value + unit, options.protection == "exact" and 0 or options.threshold * unit)
end

local function few_contributors(need, value, options)
  widen(need, value, ceiling(value * parts(options.range), 1000000), "threshold")
end

--- What cell `i` of a model needs: nil, or {low =, high =, reasons = {…}}. `unit` is what stands for one.
function sensitivity.need(model, i, options, unit)
  local value, count, top = model.values[i], model.counts[i], model.tops[i]
  local need = {low = value, high = value, reasons = {}}
  if count and count > 0 and count < options.threshold then
    few_contributors(need, value, options)
  elseif not count and value > 0 and value < options.threshold * unit then
    below_threshold(need, value, options, unit)
  elseif value == 0 and options.zeros == "sensitive" then
    below_threshold(need, value, options, unit)
  elseif not count and value == unit and options.ones == "sensitive" then
    below_threshold(need, value, options, unit)
  end
  if top and options.dominance then dominance(need, value, top, options.dominance) end
  if top and options.p_percent then p_percent(need, value, top, options.p_percent) end
  return need.reasons[1] and need or nil
end

--- The needs of all cells: {[cell] = need}. Cells that nobody publishes need none, but for what came in between two
-- releases.
function sensitivity.needs(model, options, unit)
  local needs = {}
  for i = 1, #model.values do
    if model.kinds[i] ~= "hidden" and not model.keys[i]:find "^release %d+: " then
      needs[i] = sensitivity.need(model, i, options, unit)
    end
  end
  for _, i in ipairs(model.since or {}) do needs[i] = sensitivity.need(model, i, options, unit) end
  return needs
end

return sensitivity
