-- Ages: the youngest against the oldest, and counted age bands against both.

local model = require "blotter.ops.dataset.model"
local phrase = require "blotter.ops.figures.phrase"

local ages = {}

-- Figures of one source, subject and area by indicator.
local function groups_of(whole)
  local groups, order = {}, {}
  for _, figure in ipairs(whole.figures) do
    local is_age = figure.indicator:find "_age_min$" or figure.indicator:find "_age_max$"
    if is_age or figure.age_band then
      local key = figure.source .. "|" .. figure.subject .. "|" .. (figure.area or "")
      local group = groups[key]
      if not group then
        group = {bands = {}}
        groups[key] = group
        order[#order + 1] = group
      end
      if figure.age_band then
        table.insert(group.bands, figure)
      elseif figure.indicator:find "_age_min$" then
        group.min = group.min or figure
      else
        group.max = group.max or figure
      end
    end
  end
  return order
end

local function check_ends(found, group)
  local youngest, oldest = group.min, group.max
  if not youngest or not oldest then return end
  if youngest.low and oldest.high and youngest.low > oldest.high then
    found:add {check = "ages", class = "contradiction", verdict = "none", figures = {youngest, oldest},
      low = youngest.low - oldest.high,
      sentence = ("%s: the youngest is %s and the oldest %s"):format(phrase.about(found.model, youngest),
        phrase.value(youngest), phrase.value(oldest))}
  else
    found:count("ages", "all")
  end
end

local function check_band(found, group, figure)
  local from, to = model.age_band(figure.age_band)
  if not from or (figure.low or 0) < 1 or figure.indicator:find "^victims" then return end
  local youngest, oldest = group.min, group.max
  local wrong = youngest and to and youngest.low and to < youngest.low and youngest
    or oldest and oldest.high and from > oldest.high and oldest
  if wrong then
    found:add {check = "ages", class = "contradiction", verdict = "none", figures = {figure, wrong}, low = figure.low,
      sentence = ("%s: %s, outside the ages that the source gives (%s: %s)"):format(phrase.about(found.model, figure),
        phrase.counted(figure), phrase.lower(wrong.indicator_row.name), phrase.value(wrong))}
  elseif youngest or oldest then
    found:count("ages", "all")
  end
end

--- Runs the check over all sources that give ages.
function ages.check(found)
  for _, group in ipairs(groups_of(found.model)) do
    check_ends(found, group)
    for _, figure in ipairs(group.bands) do check_band(found, group, figure) end
  end
end

return ages
