-- A phase or part of a programme against the programme: the smaller may not count more, and neither may all phases
-- together that lie in the time of which the programme speaks (what was before its last phase, its first year).
--
-- Whether a programme's figure holds all that its phases publish is a reading (an operation also counts what partners
-- did), so the verdict is "some".

local bounds = require "blotter.ops.figures.bounds"
local facets = require "blotter.ops.figures.facets"
local phrase = require "blotter.ops.figures.phrase"

local phases = {}

local function report(found, told, phase, programme)
  if found.model:is_settled(phase, programme) then return end
  local key = phase.subject .. "|" .. programme.subject .. "|" .. phase.indicator
  if told[key] then return found:add_to(told[key], {phase, programme}) end
  local low, high = bounds.subtract(phase.low, phase.high, programme.low, programme.high)
  told[key] = found:add {
    check = "phases", class = "drift", verdict = "some", figures = {phase, programme}, low = low, high = high,
    sentence = ("%s: %s, more than %s of %s (%s), to which it belongs"):format(phrase.about(found.model, phase),
      phrase.counted(phase), phrase.value(programme), programme.subject_row.name, phrase.period(programme)),
  }
end

local function figures_by_subject(model)
  local index = {}
  for _, figure in ipairs(model.figures) do
    if figure.rank ~= "deprecated" then
      local name = figure.subject .. "|" .. figure.indicator .. "|" .. (figure.currency or "")
      local list = index[name]
      if not list then
        list = {}
        index[name] = list
      end
      list[#list + 1] = figure
    end
  end
  return index
end

-- Whether a programme's figure counts all that a phase's does, going by area, categories and time.
local function holds(model, programme, phase)
  if not programme.high or not phase.low or facets.is_residual(model, programme) then return false end
  if not facets.dims_within(model, phase, programme) then return false end
  local is_whole = programme.area == nil or programme.area == programme.subject_row.area
  if not is_whole and not model:area_within(phase.area, programme.area) then return false end
  return facets.surely_inside(phase, programme)
end

-- The lowest figure of each phase that a programme's figure holds, and their sum, without what one phase alone exceeds.
local function phases_of(model, programme, below)
  local lowest, order, sum = {}, {}, 0
  for _, phase in ipairs(below) do
    if holds(model, programme, phase) and phase.dim_count == programme.dim_count then
      local known = lowest[phase.subject]
      if not known then order[#order + 1] = phase.subject end
      if not known or phase.low < known.low then lowest[phase.subject] = phase end
    end
  end
  local list = {}
  for i, subject in ipairs(order) do
    list[i] = lowest[subject]
    sum = sum + list[i].low
    if list[i].low > programme.high then return {}, 0 end
  end
  return list, sum
end

local function report_sum(found, programme, list, sum)
  local words, figures = {}, {programme}
  for i, phase in ipairs(list) do
    words[i] = ("%s (%s)"):format(phrase.value(phase), phase.subject_row.name)
    figures[i + 1] = phase
    if found.model:is_settled(phase, programme) then return end
  end
  found:add {
    check = "phases", class = "drift", verdict = "some", figures = figures, low = sum - programme.high,
    sentence = ("%s: %s make %s, more than %s of the whole (%s)"):format(phrase.about(found.model, programme, true),
      phrase.list(words), bounds.describe(sum, nil), phrase.counted(programme),
      phrase.period(programme) or "undated"),
  }
end

-- The figures of the subjects that belong to another, by that one and what is counted.
local function figures_below(model)
  local index = {}
  for _, figure in ipairs(model.figures) do
    local parent = figure.subject_row.parent
    if parent and figure.rank ~= "deprecated" and figure.first and figure.indicator_row.adds_over.subject then
      local name = parent .. "|" .. figure.indicator .. "|" .. (figure.currency or "")
      index[name] = index[name] or {}
      table.insert(index[name], figure)
    end
  end
  return index
end

local function check_sums(found)
  local below = figures_below(found.model)
  for _, programme in ipairs(found.model.figures) do
    local list = programme.rank ~= "deprecated" and programme.high
      and below[programme.subject .. "|" .. programme.indicator .. "|" .. (programme.currency or "")]
    if list then
      local inside, sum = phases_of(found.model, programme, list)
      if #inside > 1 and sum > programme.high then report_sum(found, programme, inside, sum) end
    end
  end
end

--- Runs the check over all subjects that belong to another.
function phases.check(found)
  check_sums(found)
  local model, told = found.model, {}
  local index = figures_by_subject(model)
  for _, phase in ipairs(model.figures) do
    local parent = phase.subject_row.parent
    if parent and phase.rank ~= "deprecated" and phase.first and phase.indicator_row.adds_over.subject then
      local above = index[parent .. "|" .. phase.indicator .. "|" .. (phase.currency or "")]
      for _, programme in ipairs(above or {}) do
        if holds(model, programme, phase) and phase.low > programme.high then report(found, told, phase, programme) end
      end
    end
  end
end

return phases
