-- A set of figures that may be added up: each kept apart by a facet from everything already taken.
--
-- They are taken in a fixed order: the asked breakdown first, wholes before parts, subjects that reach far before
-- others, wide areas before narrow ones, long periods before short ones, the latest first. So a part never meets its
-- whole, a phase its programme or the agency that led it, or a year the cumulative figure that contains it.

local facets = require "blotter.ops.figures.facets"
local key_of = require("blotter.ops.totals.question").key
local settled = require "blotter.ops.totals.settled"

local disjoint = {}

-- ---- the order in which figures are considered ----

local area_width = {world = 1, region = 2, group = 2, country = 3, subdivision = 4}
local area_breadth = {country = 1, subdivision = 2, group = 3, region = 3, world = 4}

-- Whether a figure's source breaks it down into all of its areas. Asked by area about a subject of one country, the
-- breakdown is the answer, not the country.
local function has_all_areas(question, figure)
  if not question.values.subject or figure.area ~= figure.subject_row.area then return false end
  for _, part in ipairs(figure.parts or {}) do
    if part.coverage == "exhaustive" and part.indicator == figure.indicator and part.area and part.area ~= figure.area
      and part.dim_count == figure.dim_count then return true end
  end
  return false
end

local function states_area(question, figure, area)
  return area_breadth[area] <= 2 and not has_all_areas(question, figure)
end

local function score(question, figure)
  local whole, asked = question.model, question.asked
  local area = figure.area and whole.tables.areas.index[figure.area].type
  local stated, extra = 0, 0
  for _, name in ipairs(question.by) do
    local value = key_of(figure, name)
    if value ~= nil and (name ~= "area" or states_area(question, figure, area)) then stated = stated + 1 end
  end
  for dimension in pairs(figure.dims) do
    if not asked[dimension] then extra = extra + 1 end
  end
  local width
  if asked.area then width = area and area_breadth[area] or 5 else width = area and area_width[area] or 0 end
  return {
    figure = figure, stated = stated, extra = extra, width = width,
    length = facets.length(figure), depth = whole:count_holders(figure.subject),
  }
end

-- A subject reaches as far as its parts do, unless they reach more than twice as far: a part whose beginning is known
-- to the year alone does not come before its whole.
local function reach_with_parts(question, scored, reach)
  local far, subjects = {}, {}
  for key, days in pairs(reach) do far[key] = days end
  for _, entry in ipairs(scored) do subjects[entry.figure.subject] = true end
  for _, entry in ipairs(scored) do
    local figure, days = entry.figure, reach[entry.reach_key]
    for above in pairs(question.model:lineage(figure.subject)) do
      local key = subjects[above] and above .. "|" .. entry.stated .. "|" .. entry.extra
      if key and reach[key] and reach[key] * 2 >= days then far[key] = math.max(far[key], days) end
    end
  end
  return far
end

-- The longest period that a subject has among figures of the same standing: subjects that reach far come first, so that
-- a programme's decade is not given up for one year of the agency above it or one operation below.
local function add_reach(question, scored)
  local reach = {}
  for _, entry in ipairs(scored) do
    local key = entry.figure.subject .. "|" .. entry.stated .. "|" .. entry.extra
    reach[key] = math.max(reach[key] or -1, entry.length)
    entry.reach_key = key
  end
  local far = reach_with_parts(question, scored, reach)
  for _, entry in ipairs(scored) do entry.reach = far[entry.reach_key] end
end

local function comes_first(a, b)
  if a.stated ~= b.stated then return a.stated > b.stated end
  if a.extra ~= b.extra then return a.extra < b.extra end
  if a.reach ~= b.reach then return a.reach > b.reach end
  if a.depth ~= b.depth then return a.depth < b.depth end
  if a.figure.subject ~= b.figure.subject then return a.figure.subject < b.figure.subject end
  if a.width ~= b.width then return a.width < b.width end
  if a.length ~= b.length then return a.length > b.length end
  local x, y = a.figure.placed or -math.huge, b.figure.placed or -math.huge
  if x ~= y then return x > y end
  return a.figure.id < b.figure.id
end

-- ---- why a figure is left out ----

local function is_part_of(figure, other, by_id)
  local at = figure
  while at do
    if at == other then return true end
    at = at.part_of and by_id[at.part_of]
  end
  return false
end

local function overlap_reason(question, figure, used)
  local whole = question.model
  if is_part_of(figure, used, whole.by_id) then return "a part of a figure that is used" end
  if is_part_of(used, figure, whole.by_id) then return "the whole of parts that are used" end
  if figure.subject ~= used.subject then
    if whole:subject_within(figure.subject, used.subject) then
      return "a phase or part of " .. used.subject_row.name .. ", whose figure is used"
    end
    if whole:lineage(figure.subject)[used.subject] then
      return "led by " .. used.subject_row.name .. ", whose figure is used and may hold it"
    end
    if whole:holders(figure.subject)[used.subject] then
      return "may be counted in " .. used.subject_row.name .. ", whose figure is used"
    end
    return "holds or may hold " .. used.subject_row.name .. ", whose figure is used"
  end
  if not facets.has_period(figure) then return "its period is not stated and may be that of a figure that is used" end
  if figure.cell == used.cell then
    return facets.length(figure) > facets.length(used) and "a cumulative figure that contains one that is used"
      or "its period overlaps that of a figure that is used"
  end
  if facets.dims_within(whole, figure, used) and whole:area_within(figure.area, used.area) then
    return "a part of a figure that is used, by its category or area"
  end
  if facets.dims_within(whole, used, figure) and whole:area_within(used.area, figure.area) then
    return "contains a figure that is used, by its category or area"
  end
  return "may overlap a figure that is used"
end

-- Notes a subject that is left out because a link says that the one taken may count it: whether it does is not known.
local function note_uncertain(question, figure, used)
  local model = question.model
  if figure.subject == used.subject or model:lineage(figure.subject)[used.subject]
    or model:lineage(used.subject)[figure.subject] then return end
  question.uncertain = question.uncertain or {}
  question.uncertain[figure.subject] = true
end

-- Notes what is left out although it reaches further than what is taken in its place: the total does not reach so far.
local function note_beyond(question, figure, used)
  if question.is_state or not figure.last or not used.last or figure.last <= used.last then return end
  question.beyond = question.beyond or {}
  table.insert(question.beyond, figure)
end

--- A set of settled statements that are all apart from each other; what overlaps goes to the question's left_out.
-- With per_subject, subjects are held against themselves only.
function disjoint.take(question, choices, per_subject)
  local scored = {}
  for i, choice in ipairs(choices) do
    local entry = score(question, choice.figure)
    entry.choice = choice
    scored[i] = entry
  end
  add_reach(question, scored)
  table.sort(scored, comes_first)
  local families, used, timeless = {}, {}, question.is_state and not question.by_year
  for _, entry in ipairs(scored) do
    local figure = entry.figure
    local name = per_subject and figure.subject or question.model:family(figure.subject)
    if figure.currency then name = name .. "|" .. figure.currency end
    local family = families[name] or {}
    families[name] = family
    local clash
    for _, other in ipairs(family) do
      if not facets.separates(question.model, figure, other.figure, timeless) then
        clash = other.figure
        break
      end
    end
    if clash then
      settled.leave_out(question, figure, overlap_reason(question, figure, clash), clash)
      note_uncertain(question, figure, clash)
      note_beyond(question, figure, clash)
    else
      family[#family + 1] = entry.choice
      used[#used + 1] = entry.choice
    end
  end
  return used
end

return disjoint
