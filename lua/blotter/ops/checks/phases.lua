-- A phase or part of a programme against the programme: the smaller may not count more.
--
-- Whether a programme's figure holds all that its phases publish is a reading (an operation also counts what partners
-- did), so the verdict is "some".

local bounds = require "blotter.ops.figures.bounds"
local facets = require "blotter.ops.figures.facets"
local phrase = require "blotter.ops.figures.phrase"

local phases = {}

local function report(found, phase, programme)
  if found.model:is_settled(phase, programme) then return end
  local low, high = bounds.subtract(phase.low, phase.high, programme.low, programme.high)
  found:add {
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

local function contains(model, programme, phase)
  if not programme.high or not phase.low or phase.low <= programme.high then return false end
  if not facets.dims_within(model, phase, programme) then return false end
  local is_whole = programme.area == nil or programme.area == programme.subject_row.area
  if not is_whole and not model:area_within(phase.area, programme.area) then return false end
  return facets.surely_inside(phase, programme)
end

--- Runs the check over all subjects that belong to another.
function phases.check(found)
  local model = found.model
  local index = figures_by_subject(model)
  for _, phase in ipairs(model.figures) do
    local parent = phase.subject_row.parent
    if parent and phase.rank ~= "deprecated" and phase.first and phase.indicator_row.adds_over.subject then
      local above = index[parent .. "|" .. phase.indicator .. "|" .. (phase.currency or "")]
      for _, programme in ipairs(above or {}) do
        if contains(model, programme, phase) then report(found, phase, programme) end
      end
    end
  end
end

return phases
