-- Changes against the counts that are known, where no relation says which: does any of them make this change?
--
-- The change X_change of a period is held against the counts X of the same subject, area and categories: that of its
-- period against every earlier one of a period as long. Where one of these makes it, it may be the one that is meant.
-- Where none does, and one is of the period right before or of the same source, that one is told; the source may mean
-- another one that it does not print, so the finding depends on the reading.

local decimal = require "blotter.lang.decimal"
local bounds = require "blotter.ops.figures.bounds"
local doubt = require "blotter.ops.checks.doubt"
local facets = require "blotter.ops.figures.facets"
local groups = require "blotter.ops.figures.groups"
local phrase = require "blotter.ops.figures.phrase"
local rounding = require "blotter.ops.checks.rounding"

local growth = {}

local function usable(figure)
  return figure.rank ~= "deprecated" and not figure.is_unnamed and figure.low ~= nil and figure.high ~= nil
    and figure.first ~= nil and figure.last ~= nil
end

local function same_dims(a, b)
  if a.dim_count ~= b.dim_count then return false end
  for dimension, code in pairs(a.dims) do
    if b.dims[dimension] ~= code then return false end
  end
  return true
end

-- The counts that a change can be of.
local function counts_of(whole, change)
  local base = change.indicator:match "^(.+)_change$"
  return groups.where(whole:figures_by("subject")[change.subject], function(figure)
    return figure.indicator == base and figure.area == change.area and same_dims(figure, change) and usable(figure)
  end)
end

local function is_as_long(figure, other)
  local length = facets.length(figure)
  return math.abs(facets.length(other) - length) <= length / 10
end

-- The change in percent that a count makes of an earlier one, as wide as their bounds allow.
local function range_of(count, earlier)
  if earlier.low <= 0 then return nil, nil end
  return 100 * count.low / earlier.high - 100, 100 * count.high / earlier.low - 100
end

-- A percentage may be cut instead of rounded, and a fall may be printed without its sign.
local function makes(change, low, high)
  local room = rounding.unit(change)
  local from, to = change.low and change.low - room, change.high and change.high + room
  return bounds.meet(from, to, low, high) or bounds.meet(to and -to, from and -from, low, high)
    or rounding.to_tens(change, low, high)
end

local month = 31

-- Whether a reader would take an earlier count for the one that a change is against: it is of the period right before,
-- or its source prints both.
local function is_base(change, earlier)
  return earlier.source == change.source or change.first - earlier.last <= month
end

local function report(found, change, count, earlier)
  local low = range_of(count, earlier)
  found:add {
    check = "growth", class = doubt.reading {count, earlier}, verdict = "some", figures = {change, count, earlier},
    blamed = {change},
    sentence = ("%s: a change of %s is stated, but %s against %s make %s percent"):format(
      phrase.about(found.model, change), phrase.value(change), phrase.counted(count), phrase.counted(earlier),
      decimal("%.4g", low)),
  }
end

local function check_change(found, change)
  local counts = counts_of(found.model, change)
  local now = groups.where(counts, function(count) return facets.same_period(count, change) end)
  local before = groups.where(counts, function(count)
    return count.last < change.first and is_as_long(change, count) and count.low > 0
  end)
  if #now == 0 or #before == 0 then return end
  table.sort(before, function(a, b) return a.last > b.last end)
  for _, count in ipairs(now) do
    for _, earlier in ipairs(before) do
      if makes(change, range_of(count, earlier)) then return found:count("growth", "some") end
    end
  end
  local base = groups.where(before, function(earlier) return is_base(change, earlier) end)[1]
  if base and not found:is_disputed(change) then report(found, change, now[1], base) end
end

--- Runs the check over all changes that no relation explains.
function growth.check(found)
  local explained = {}
  for _, relation in ipairs(found.model.tables.relations.rows) do
    if relation.figure and relation.left and relation.right then explained[relation.figure] = true end
  end
  for _, figure in ipairs(found.model.figures) do
    local is_change = figure.unit == "percent" and figure.indicator:find "_change$" ~= nil
    if is_change and figure.first and figure.rank ~= "deprecated" and not explained[figure.id] then
      check_change(found, figure)
    end
  end
end

return growth
