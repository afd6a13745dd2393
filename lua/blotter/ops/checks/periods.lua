-- Nested periods: parts of a period may not count more than the whole of it.
--
-- Within one cell of a flow, the figures whose periods lie inside that of another and do not overlap each other are
-- summed by their lowest readings; more than the highest reading of the whole is a contradiction. That holds a
-- part-year against its year, years against a cumulative figure, and a cumulative figure plus the years after it
-- against a later cumulative figure. A part-year that is smaller is none.

local bounds = require "blotter.ops.figures.bounds"
local doubt = require "blotter.ops.checks.doubt"
local facets = require "blotter.ops.figures.facets"
local groups = require "blotter.ops.figures.groups"
local phrase = require "blotter.ops.figures.phrase"
local rounding = require "blotter.ops.checks.rounding"

local periods = {}

local function usable(figure)
  return figure.rank ~= "deprecated" and figure.first and figure.last and figure.low ~= nil or false
end

local function by_end(a, b)
  if a.last ~= b.last then return a.last < b.last end
  return a.id < b.id
end

-- The figures that do not overlap and sum to the most, of a list sorted by their end.
local function heaviest(list)
  local best, choice = {[0] = 0}, {}
  for i, figure in ipairs(list) do
    local before = i - 1
    while before > 0 and list[before].last >= figure.first do before = before - 1 end
    local with = best[before] + figure.low
    if with > best[i - 1] then best[i], choice[i] = with, before else best[i] = best[i - 1] end
  end
  local picked, at = {}, #list
  while at > 0 do
    if choice[at] then
      table.insert(picked, 1, list[at])
      at = choice[at]
    else
      at = at - 1
    end
  end
  return picked, best[#list]
end

--- Drops from figures what the excess over a limit does not need, smallest first; what stays is a smallest conflict.
function periods.shrink(figures, limit)
  local total = 0
  for _, figure in ipairs(figures) do total = total + figure.low end
  local order = table.move(figures, 1, #figures, 1, {})
  table.sort(order, function(a, b)
    if a.low ~= b.low then return a.low < b.low end
    return a.id < b.id
  end)
  local dropped = {}
  for _, figure in ipairs(order) do
    if total - figure.low > limit then
      total = total - figure.low
      dropped[figure] = true
    end
  end
  local kept = {}
  for _, figure in ipairs(figures) do
    if not dropped[figure] then kept[#kept + 1] = figure end
  end
  return kept, total
end

-- The figure that a conflict makes doubtful, where it is one: a whole against three or more of one other source.
local function outlier(whole, figures)
  if #figures < 3 then return nil end
  for _, figure in ipairs(figures) do
    if figure.source ~= figures[1].source or figure.source == whole.source then return nil end
  end
  return {whole}
end

local function report(found, whole, figures, sum)
  local list, words = {whole}, {}
  for i, figure in ipairs(figures) do
    list[i + 1] = figure
    words[i] = ("%s (%s)"):format(phrase.value(figure), phrase.period(figure))
    if found.model:is_settled(whole, figure) then return end
  end
  local class, verdict, ending = doubt.reading(list)
  local verb = #figures == 1 and "is more than" or ("together %s, are more than"):format(bounds.describe(sum, nil))
  found:add {
    check = "periods", class = class, verdict = verdict,
    figures = list, low = sum - whole.high, high = nil, blamed = outlier(whole, figures),
    sentence = ("%s: %s %s %s, %s, whose period contains %s%s"):format(
      phrase.about(found.model, whole, true), phrase.list(words), verb,
      phrase.counted(whole), phrase.period(whole) or "", #figures == 1 and "it" or "them", ending),
  }
end

-- Smallest conflicts one after the other, each without the largest figure of the one before; after the first, only
-- those of one or two figures, which a reader can follow.
local function check_inside(found, whole, inside)
  local _, limit = rounding.range(whole)
  for round = 1, 6 do
    local picked, sum = heaviest(inside)
    if sum <= limit then break end
    picked, sum = periods.shrink(picked, limit)
    if round == 1 or #picked <= 2 then report(found, whole, picked, sum) end
    local largest = picked[1]
    for _, figure in ipairs(picked) do
      if figure.low > largest.low then largest = figure end
    end
    local rest = {}
    for _, figure in ipairs(inside) do
      if figure ~= largest then rest[#rest + 1] = figure end
    end
    inside = rest
  end
  found:count("periods", "some")
end

-- The parts are the lowest reading of each period; what contains them takes the highest of its own.
local function check_cell(found, cell)
  local list = groups.lowest_by_period(groups.where(cell, usable))
  if #list < 2 then return end
  table.sort(list, by_end)
  for _, whole in ipairs(cell) do
    if usable(whole) and whole.high then
      local inside = {}
      for _, figure in ipairs(list) do
        if figure ~= whole and not facets.same_period(figure, whole) and facets.surely_inside(figure, whole) then
          inside[#inside + 1] = figure
        end
      end
      if #inside > 0 then
        check_inside(found, whole, inside)
      end
    end
  end
end

--- Runs the check over all cells of flows that may be added over time.
function periods.check(found)
  for _, cell in ipairs(found.model.cells) do
    local indicator = cell[1].indicator_row
    if #cell > 1 and indicator.kind ~= "stock" and indicator.adds_over.period then check_cell(found, cell) end
  end
end

return periods
