-- All margins together: parts stated anywhere against a whole stated anywhere.
--
-- For one subject and indicator, figures of narrower areas or categories, from whatever source, that exclude each
-- other and lie inside the period of a wider figure may not sum to more than it. The smallest set that does so is
-- reported. Where several statements of one cell compete, the reading that makes least trouble is taken.

local bounds = require "blotter.ops.figures.bounds"
local doubt = require "blotter.ops.checks.doubt"
local facets = require "blotter.ops.figures.facets"
local groups = require "blotter.ops.figures.groups"
local periods = require "blotter.ops.checks.periods"
local phrase = require "blotter.ops.figures.phrase"
local rounding = require "blotter.ops.checks.rounding"

local margins = {}

local function is_standing(figure)
  return figure.rank ~= "deprecated"
end

-- One figure for each cell and period of a subject and indicator: the statement with the lowest reading.
local function observations(model)
  local buckets, order = {}, {}
  for _, cell in ipairs(model.cells) do
    local first = cell[1]
    local name = first.subject .. "|" .. first.indicator .. "|" .. (first.currency or "")
    local bucket = buckets[name]
    if not bucket then
      bucket = {cells = 0, low = {}, all = {}, by_cell = {}}
      buckets[name] = bucket
      order[#order + 1] = bucket
    end
    bucket.cells = bucket.cells + 1
    bucket.by_cell[first.cell] = cell
    local standing = first.is_unnamed and {} or groups.where(cell, is_standing)
    table.move(standing, 1, #standing, #bucket.all + 1, bucket.all)
    for _, figure in ipairs(groups.lowest_by_period(standing)) do
      if figure.low and figure.low > 0 then bucket.low[#bucket.low + 1] = figure end
    end
  end
  return order
end

local function is_narrower(model, part, whole)
  if part.dim_count < whole.dim_count or part.cell == whole.cell then return false end
  if part.last and whole.last and part.last > whole.last + 366 then return false end
  if not model:area_within(part.area, whole.area) then return false end
  if not facets.dims_within(model, part, whole) then return false end
  return facets.same_period(part, whole) or facets.surely_inside(part, whole)
end

-- Parts that exclude each other, the largest first.
local function exclusive(model, candidates)
  table.sort(candidates, function(a, b)
    if a.low ~= b.low then return a.low > b.low end
    return a.id < b.id
  end)
  local picked, sum = {}, 0
  for _, figure in ipairs(candidates) do
    local apart = true
    for _, other in ipairs(picked) do
      local facet = facets.separates(model, figure, other)
      if not facet or facet == "period" then
        apart = false
        break
      end
    end
    if apart then
      picked[#picked + 1] = figure
      sum = sum + figure.low
    end
  end
  return picked, sum
end

local function report(found, whole, figures, sum)
  local list, words = {whole}, {}
  local base = setmetatable({area = whole.area}, {__index = whole.dims})
  for i, figure in ipairs(figures) do
    list[i + 1] = figure
    words[i] = ("%s (%s; %s)"):format(phrase.value(figure), phrase.categories(found.model, figure, base),
      figure.source_row.publisher_row.name)
    if found.model:is_settled(whole, figure) then return end
  end
  local class, verdict, ending = doubt.reading(list)
  if found:is_known(list, "contradiction") then return end
  found:add {
    check = "margins", class = class, verdict = verdict,
    figures = list, low = sum - whole.high,
    sentence = ("%s: %s in all (%s), but %s %s%s"):format(phrase.about(found.model, whole), phrase.counted(whole),
      whole.source_row.publisher_row.name, phrase.list(words),
      #figures == 1 and "is more than that" or ("make %s"):format(bounds.describe(sum, nil)), ending),
  }
end

local function check_whole(found, bucket, whole)
  local model, candidates, sum = found.model, {}, 0
  if facets.is_residual(model, whole) then return end
  for _, part in ipairs(bucket.low) do
    if part ~= whole and is_narrower(model, part, whole) and not found:is_disputed(part) then
      candidates[#candidates + 1] = part
      sum = sum + part.low
    end
  end
  if #candidates == 0 then return end
  local _, limit = rounding.range(whole)
  if sum > limit then
    local picked
    picked, sum = exclusive(model, candidates)
    if sum > limit then
      picked, sum = periods.shrink(picked, limit)
      return report(found, whole, picked, sum)
    end
  end
  found:count("margins", "some")
end

-- Whether its own source gives a narrower statement of the same: an exact count beside a rounded one.
local function is_outdone(bucket, whole)
  for _, other in ipairs(bucket.by_cell[whole.cell]) do
    if other ~= whole and other.source == whole.source and other.rank ~= "deprecated" and other.high
      and other.high < whole.high and bounds.within(other.low, other.high, whole.low, whole.high)
      and facets.same_period(other, whole) then return true end
  end
  return false
end

-- Of the statements of one cell and period, the one with the highest reading: if that is too small, all are. A source
-- that gives an exact count beside a rounded one means the exact one.
local function most_generous(bucket, whole)
  if is_outdone(bucket, whole) then return false end
  for _, other in ipairs(bucket.by_cell[whole.cell]) do
    if other ~= whole and other.rank ~= "deprecated" and facets.same_period(other, whole)
      and not (other.high and is_outdone(bucket, other)) then
      if not other.high or other.high > whole.high or (other.high == whole.high and other.id < whole.id) then
        return false
      end
    end
  end
  return true
end

--- Runs the check over all subjects and indicators whose categories may be added.
function margins.check(found)
  for _, bucket in ipairs(observations(found.model)) do
    if bucket.cells > 1 and bucket.all[1] and bucket.all[1].indicator_row.adds_over.area then
      for _, whole in ipairs(bucket.all) do
        if whole.high and most_generous(bucket, whole) then check_whole(found, bucket, whole) end
      end
    end
  end
end

return margins
