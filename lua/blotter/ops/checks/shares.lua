-- Percentages against the counts beside them, where no relation says which: can this percentage come from these counts?
--
-- The share X_share of a category is held against the counts X of the same source, subject, area and period: against
-- the part and the whole where both are printed, or the parts that make the category; and where only the whole is,
-- against every count that it could be of (of 25 persons no share is 45 percent). Shares of one breakdown that exclude
-- each other may not make more than a hundred.

local decimal = require "blotter.lang.decimal"
local bounds = require "blotter.ops.figures.bounds"
local facets = require "blotter.ops.figures.facets"
local groups = require "blotter.ops.figures.groups"
local model = require "blotter.ops.dataset.model"
local phrase = require "blotter.ops.figures.phrase"
local rounding = require "blotter.ops.checks.rounding"

local shares = {}

local function usable(figure)
  return figure.rank ~= "deprecated" and figure.value ~= nil
end

-- The dimension of a share's category, when it has exactly one.
local function dimension_of(figure)
  if figure.dim_count ~= 1 then return nil end
  return (next(figure.dims))
end

local function counts_beside(whole, share)
  local base = share.indicator:match "^(.+)_share$"
  return groups.where(whole.figures, function(figure)
    return figure.source == share.source and figure.subject == share.subject and figure.area == share.area
      and figure.unit ~= "percent" and figure.indicator:match "^(%a+)" == base and usable(figure)
      and not figure.is_unnamed and facets.same_period(figure, share)
  end)
end

-- Of the counts of one indicator: the whole, and the parts that make the category of a share, or nil.
local function parts_of(whole, share, counts, dimension)
  local total, inside, code = nil, {}, share.dims[dimension]
  for _, figure in ipairs(counts) do
    if figure.dim_count == 0 then
      total = total or figure
    elseif figure.dim_count == 1 and figure.dims[dimension] then
      if figure.dims[dimension] == code then return total, {figure} end
      if dimension == "age_band" and whole:code_within(figure.age_band, code) then inside[#inside + 1] = figure end
    end
  end
  return total, inside
end

-- Whether age bands cover another one without a gap or an overlap.
local function cover(parts, code)
  local from, to = model.age_band(code)
  if not from or not to then return false end
  table.sort(parts, function(a, b) return model.age_band(a.age_band) < model.age_band(b.age_band) end)
  local at = from
  for _, part in ipairs(parts) do
    local first, last = model.age_band(part.age_band)
    if first ~= at or not last then return false end
    at = last + 1
  end
  return at == to + 1
end

-- The share in percent that parts make of a whole, as wide as their bounds allow.
local function range_of(parts, total)
  local low, high = bounds.sum(parts)
  return low and total.high and total.high > 0 and 100 * low / total.high or nil,
    high and total.low and total.low > 0 and 100 * high / total.low or nil
end

-- A percentage may be cut instead of rounded, so its upper end is a whole unit of its last digit away.
local function widened(share)
  if share.qualifier ~= "rounded" or not share.low or not share.high then return share.low, share.high end
  return share.low, share.value + (share.high - share.low)
end

local function report(found, share, figures, words, is_tens)
  if found:is_disputed(share, is_tens) then return end
  table.insert(figures, 1, share)
  found:add {
    check = "shares", class = is_tens and "drift" or "contradiction", verdict = is_tens and "some" or "none",
    figures = figures, blamed = {share}, low = nil, high = nil,
    sentence = ("%s: %s is stated, but %s%s"):format(phrase.about(found.model, share), phrase.counted(share), words,
      is_tens and "; it may be rounded to tens" or ""),
  }
end

local function check_counts(found, share, total, parts)
  local low, high = range_of(parts, total)
  local from, to = widened(share)
  if bounds.meet(from, to, low, high) then return found:count("shares", "some") end
  local words = {}
  for i, part in ipairs(parts) do words[i] = phrase.value(part) end
  local figures = table.move(parts, 1, #parts, 1, {})
  figures[#figures + 1] = total
  report(found, share, figures, ("%s of %s are %s percent"):format(phrase.list(words), phrase.counted(total),
    decimal("%.4g", low or high)), rounding.to_tens(share, low, high))
end

-- Whether any whole number out of a total makes a share at its printed rounding.
local function is_possible(share, total)
  local from, to = widened(share)
  if not from or not to or total.low ~= total.high or total.low <= 0 then return true end
  local count = math.ceil(from * total.low / 100 - 1e-9)
  return count <= math.floor(to * total.low / 100 + 1e-9)
end

local function has_relation(whole, share)
  if not whole.stating then
    whole.stating = {}
    for _, relation in ipairs(whole.tables.relations.rows) do
      if relation.figure and relation.left and relation.right then whole.stating[relation.figure] = true end
    end
  end
  return whole.stating[share.id]
end

local function check_share(found, share)
  local dimension = dimension_of(share)
  if not dimension or has_relation(found.model, share) then return end
  local counts = counts_beside(found.model, share)
  for _, list in ipairs(groups.by(counts, function(figure) return figure.indicator end)) do
    local total, parts = parts_of(found.model, share, list, dimension)
    if total and (#parts == 1 and parts[1].dims[dimension] == share.dims[dimension]
      or #parts > 0 and cover(parts, share.dims[dimension])) then
      check_counts(found, share, total, parts)
    elseif total and not is_possible(share, total) then
      report(found, share, {total}, ("no number out of %s makes that"):format(phrase.counted(total)))
    end
  end
end

-- Shares of one breakdown: of one source, subject, indicator, area and period, over one dimension.
local function breakdown_key(share)
  local dimension = dimension_of(share)
  local over = dimension or share.area and "area"
  if not over or share.dim_count > 1 then return nil end
  return table.concat({share.source, share.subject, share.indicator, over, dimension and (share.area or "") or "",
    tostring(share.first), tostring(share.last)}, "|")
end

-- Those shares that all exclude each other.
local function exclusive(whole, list)
  local picked = {}
  for _, share in ipairs(list) do
    local apart = true
    for _, other in ipairs(picked) do
      local facet = facets.separates(whole, share, other)
      apart = apart and facet ~= nil and facet ~= "period"
    end
    if apart then picked[#picked + 1] = share end
  end
  return picked
end

local function check_breakdown(found, list)
  local picked = exclusive(found.model, list)
  if #picked < 2 then return end
  local low = bounds.sum(picked)
  if not low or low <= 100 + 1e-9 then return found:count("shares", "some") end
  local words = {}
  for i, share in ipairs(picked) do words[i] = phrase.value(share) end
  found:add {
    check = "shares", class = "contradiction", verdict = "none", figures = picked, low = low - 100,
    sentence = ("%s: %s of a whole are more than a hundred"):format(phrase.about_subject(picked[1]),
      phrase.list(words)),
  }
end

--- Runs the check over all shares.
function shares.check(found)
  local list = groups.where(found.model.figures, function(figure)
    return usable(figure) and figure.unit == "percent" and figure.indicator:find "_share$" ~= nil
  end)
  for _, share in ipairs(list) do check_share(found, share) end
  local keyed = groups.where(list, function(share) return breakdown_key(share) ~= nil end)
  for _, breakdown in ipairs(groups.by(keyed, breakdown_key)) do check_breakdown(found, breakdown) end
end

return shares
