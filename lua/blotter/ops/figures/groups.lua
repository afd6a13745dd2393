-- Figures put together: statements of one thing, and the one that speaks for each period.

local facets = require "blotter.ops.figures.facets"

local groups = {}

--- The figures in groups, in the order in which each group is first met: a figure joins the first group whose first
-- member it `fits` (by default: speaks of the same period).
function groups.of(figures, fits)
  fits = fits or facets.same_period
  local list = {}
  for _, figure in ipairs(figures) do
    local home
    for _, group in ipairs(list) do
      if fits(group[1], figure) then
        home = group
        break
      end
    end
    if home then home[#home + 1] = figure else list[#list + 1] = {figure} end
  end
  return list
end

--- The figures by a key, as a list of lists in the order in which each key is first met.
function groups.by(figures, key)
  local list, index = {}, {}
  for _, figure in ipairs(figures) do
    local name = key(figure)
    local home = index[name]
    if not home then
      home = {}
      index[name] = home
      list[#list + 1] = home
    end
    home[#home + 1] = figure
  end
  return list
end

--- One figure of a cell for each period, the one with the lowest reading; one without a lower end counts as lowest.
function groups.lowest_by_period(figures)
  local list = {}
  for _, figure in ipairs(figures) do
    local place
    for i, other in ipairs(list) do
      if facets.same_period(other, figure) then
        place = i
        break
      end
    end
    if not place then
      list[#list + 1] = figure
    elseif (figure.low or -1) < (list[place].low or -1) then
      list[place] = figure
    end
  end
  return list
end

--- Those of the figures that pass a test, in their order.
function groups.where(figures, passes)
  local list = {}
  for _, figure in ipairs(figures) do
    if passes(figure) then list[#list + 1] = figure end
  end
  return list
end

return groups
