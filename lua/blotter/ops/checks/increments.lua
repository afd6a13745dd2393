-- Periods that follow each other against the whole of them: month after month, what was before a phase and the phase.
--
-- Within one cell of a flow, figures that begin where the one before ends and together fill the period of another make
-- exactly it. More than it is held by the check of nested periods; less is found here.

local bounds = require "blotter.ops.figures.bounds"
local doubt = require "blotter.ops.checks.doubt"
local facets = require "blotter.ops.figures.facets"
local groups = require "blotter.ops.figures.groups"
local phrase = require "blotter.ops.figures.phrase"
local rounding = require "blotter.ops.checks.rounding"

local increments = {}

local function usable(figure)
  return figure.rank ~= "deprecated" and figure.first and figure.last and (figure.low or figure.high)
    and figure.period_kind ~= "year" or false
end

-- The figures of a list that fill the time from `first` to the end of a whole, one after the other, or nil. Of several
-- that begin on a day, the longest first.
local function chain(list, whole, first, picked)
  if first == whole.last + 1 then return picked end
  for _, figure in ipairs(list) do
    if figure ~= whole and figure.first == first and figure.last <= whole.last
      and not facets.same_period(figure, whole) then
      picked[#picked + 1] = figure
      local found = chain(list, whole, figure.last + 1, picked)
      if found then return found end
      picked[#picked] = nil
    end
  end
  return nil
end

local function report(found, whole, parts, low, high)
  local list, words = {whole}, {}
  for i, part in ipairs(parts) do
    list[i + 1] = part
    words[i] = ("%s (%s)"):format(phrase.value(part), phrase.period(part))
    if found.model:is_settled(whole, part) then return end
  end
  if found:is_known(list) then return end
  local class, verdict, ending = doubt.reading(list)
  local gap_low, gap_high = bounds.subtract(whole.low, whole.high, low, high)
  found:add {
    check = "increments", class = class, verdict = verdict, figures = list, low = gap_low, high = gap_high,
    sentence = ("%s: %s follow each other and make %s, but %s are counted over the whole (%s)%s"):format(
      phrase.about(found.model, whole, true), phrase.list(words), bounds.describe(low, high), phrase.counted(whole),
      phrase.period(whole), ending),
  }
end

local function check_whole(found, list, whole)
  local parts = chain(list, whole, whole.first, {})
  if not parts or #parts < 2 then return end
  local low, high = bounds.sum(parts)
  local from, to = rounding.range(whole)
  if bounds.meet(low, high, from, to) then return found:count("increments", "some") end
  if not (high and whole.low and high < whole.low) then return end
  report(found, whole, parts, low, high)
end

--- Runs the check over all cells of flows that may be added over time.
function increments.check(found)
  for _, cell in ipairs(found.model.cells) do
    local indicator = cell[1].indicator_row
    if #cell > 2 and indicator.kind ~= "stock" and indicator.adds_over.period then
      local list = groups.where(cell, usable)
      table.sort(list, function(a, b)
        if a.last ~= b.last then return a.last > b.last end
        return a.id < b.id
      end)
      for _, whole in ipairs(list) do check_whole(found, list, whole) end
    end
  end
end

return increments
