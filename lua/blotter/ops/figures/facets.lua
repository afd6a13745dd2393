-- What tells two figures of one indicator apart, and what makes them statements of one thing.
--
-- facets.separates(model, a, b) names a facet by which no person, report or case can be counted in both (another
-- subject, area, period or category, another side of one split, or a further count beside it); nil means that they may
-- overlap, and may not be added. facets.same_period(a, b) says whether two figures of one cell speak of one period.

local ages_overlap = require("blotter.ops.dataset.model").ages_overlap
local places = require "blotter.ops.figures.places"

local facets = {}

local exclusive = {"offence", "age_band", "sex", "citizenship", "role", "channel", "notice", "incident"}

local function are_siblings(a, b)
  return a.part_of and a.part_of == b.part_of and a.split == b.split
end

local function may_share(a, b)
  return a.coverage == "overlapping" or b.coverage == "overlapping"
end

local function subjects_apart(model, a, b)
  if a.subject == b.subject then return false end
  return not model:holders(a.subject)[b.subject] and not model:holders(b.subject)[a.subject]
end

local precise = {country = true, subdivision = true}

-- Two countries are apart; a region, a group or the world may hold what the other names.
local function areas_apart(model, a, b)
  local one, two = a.area, b.area
  if not one or not two or one == two then return false end
  local areas = model.tables.areas.index
  if not precise[areas[one].type] or not precise[areas[two].type] then return false end
  if a.subject ~= b.subject then
    -- A programme's own figure holds its phases wherever they took place.
    local programme = model:lineage(a.subject)[b.subject] and b or model:lineage(b.subject)[a.subject] and a
    if programme and programme.area == programme.subject_row.area then return false end
  end
  return not model:area_within(one, two) and not model:area_within(two, one)
end

--- Whether a figure is what remains of a wide area: its source lists it beside places that lie in it, in one breakdown.
function facets.is_residual(model, figure)
  local whole = figure.part_of and figure.area and model.by_id[figure.part_of]
  if not whole or precise[model.tables.areas.index[figure.area].type] then return false end
  for _, part in ipairs(whole.parts or {}) do
    if part ~= figure and part.split == figure.split and part.source == figure.source and part.area
      and part.area ~= figure.area and model:area_within(part.area, figure.area) then return true end
  end
  return false
end

local function codes_apart(model, a, b)
  return not model:code_within(a, b) and not model:code_within(b, a)
end

-- Categories of one kind (below one code) exclude each other, unless one is a narrower one of the other; those of
-- different kinds do not. Where something is (places.lua), it is in as wide a place as its source says.
local function categories_apart(model, a, b)
  if not codes_apart(model, a, b) or places.is_place(a) or places.is_place(b) then return false end
  local above = model:ancestry("codes", b, "parent")
  for code in pairs(model:ancestry("codes", a, "parent")) do
    if code ~= a and above[code] then return true end
  end
  return false
end

local function dims_apart(model, a, b)
  if a.dim_count == 0 or b.dim_count == 0 then return nil end
  if may_share(a, b) then return nil end
  local one, two = a.dims, b.dims
  for i = 1, #exclusive do
    local dimension = exclusive[i]
    local x, y = one[dimension], two[dimension]
    if x and y and x ~= y then
      if dimension == "age_band" then
        if not ages_overlap(x, y) then return dimension end
      elseif dimension == "citizenship" or codes_apart(model, x, y) then
        return dimension
      end
    end
  end
  if one.category and two.category and categories_apart(model, one.category, two.category) then return "category" end
  return nil
end

--- Whether the periods of two figures share no day in any reading; a source that names two years means two.
function facets.periods_apart(a, b)
  if a.period_kind == "year" and b.period_kind == "year" and a.source == b.source then
    return a.first and b.last and (a.first > b.last or b.first > a.last)
  end
  return (a.first_early and b.last_late and a.first_early > b.last_late)
    or (b.first_early and a.last_late and b.first_early > a.last_late)
end

-- Whether one figure is counted beside the other in their source ("136" and "another 200"), or both beside a third.
local function are_beside(a, b)
  if a.source ~= b.source or a.first ~= b.first or a.last ~= b.last then return false end
  return a.beside == b.cell or b.beside == a.cell or a.beside == b.beside and a ~= b
end

--- The facet that keeps two figures of one indicator apart, or nil when they may overlap. With timeless, their periods
-- do not: two states of one thing are not two things.
function facets.separates(model, a, b, timeless)
  if subjects_apart(model, a, b) then return "subject" end
  if (a.beside or b.beside) and are_beside(a, b) then return "beside" end
  if are_siblings(a, b) then
    if may_share(a, b) then return nil end
    return a.split == "area" and "area" or "split"
  end
  if not timeless and facets.periods_apart(a, b) then return "period" end
  if areas_apart(model, a, b) or places.apart(model, a, b) then return "area" end
  return dims_apart(model, a, b)
end

local coarseness = {day = 1, month = 2, quarter = 3, year = 4, unknown = 5}

local months_in = {1, 1, 3, 12, 12}

-- Whether two days are one as exactly as both are known; the months are counted from year 0.
local function same_day(a, b, month1, month2, precision)
  if a == b then return true end
  if not a or not b or precision == 1 then return false end
  local unit = months_in[precision]
  return month1 // unit == month2 // unit
end

--- Whether two figures speak of one period, each side compared as exactly as both are known.
function facets.same_period(a, b)
  local first1, first2, last1, last2 = a.first, b.first, a.last, b.last
  if first1 == first2 and last1 == last2 then return true end
  local precision = math.max(coarseness[a.period_precision] or 5, coarseness[b.period_precision] or 5)
  return same_day(first1, first2, a.first_month, b.first_month, precision)
    and same_day(last1, last2, a.last_month, b.last_month, precision)
end

--- Whether the period of a lies inside that of b, however far b's end is known; false when either is open.
function facets.surely_inside(a, b)
  if not a.first or not a.last or not b.first or not b.last_sure then return false end
  return a.first_early >= b.first_late and a.last_late <= math.min(b.last_sure, b.last_early)
end

local once = {operation = true, platform = true}

--- Whether what a figure counts happened once: an operation's results do not recur, whatever period a source gives.
function facets.happens_once(figure)
  return once[figure.subject_row.type] or false
end

--- Whether the period of a figure is known at all.
function facets.has_period(figure)
  return figure.first ~= nil or figure.last ~= nil
end

--- How many days a figure's period has; an open beginning counts as far away, an end that no evidence places as near,
-- and an unknown period as none.
function facets.length(figure)
  if not facets.has_period(figure) then return -1 end
  local first = figure.first or (figure.last - 36525)
  local last = figure.last_placed or figure.first
  return last - first + 1
end

--- Whether every category of a is one of b's or a narrower one: a may be a part of b, going by the categories.
function facets.dims_within(model, a, b)
  for dimension, code in pairs(b.dims) do
    local own = a.dims[dimension]
    if not own then return false end
    if own ~= code and (dimension == "citizenship" or not model:code_within(own, code)) then return false end
  end
  return true
end

return facets
