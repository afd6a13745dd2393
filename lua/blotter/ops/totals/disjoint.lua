-- A set of figures that may be added up: each kept apart by a facet from everything already taken.
--
-- They are taken in a fixed order: the asked breakdown first, wholes before parts, subjects that reach far before
-- others, wide areas before narrow ones, long periods before short ones, the latest first. So a part never meets its
-- whole, a phase its programme or the agency that led it, or a year the cumulative figure that contains it. Where what
-- is kept out so reaches further and counts more, it is taken instead.

local facets = require "blotter.ops.figures.facets"
local groups = require "blotter.ops.figures.groups"
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

-- How many codes stand above those of a figure: a kind comes before its narrower kinds.
local function fineness(question, figure)
  local count = 0
  for _, code in pairs(figure.dims) do
    for _ in pairs(question.model:ancestry("codes", code, "parent")) do count = count + 1 end
  end
  return count
end

local function score(question, figure)
  local whole, asked = question.model, question.asked
  local area = figure.area and whole.tables.areas.index[figure.area].type
  local stated, extra = 0, 0
  for _, name in ipairs(question.by) do
    local value = key_of(question, figure, name)
    if value ~= nil and (name ~= "area" or states_area(question, figure, area)) then stated = stated + 1 end
  end
  for dimension in pairs(figure.dims) do
    if not asked[dimension] then extra = extra + 1 end
  end
  local width
  if question.by.area then width = area and area_breadth[area] or 5 else width = area and area_width[area] or 0 end
  return {
    figure = figure, stated = stated, extra = extra, width = width,
    length = facets.length(figure), depth = whole:count_holders(figure.subject), fineness = fineness(question, figure),
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
  if a.fineness ~= b.fineness then return a.fineness < b.fineness end
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

-- Reasons that leave it open whether a figure is counted.
local unclear = "may overlap a figure that is used"
local undated = "its period is not stated and may be that of a figure that is used"

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
  if not facets.has_period(figure) then
    local is_same = figure.cell == used.cell and figure.low == used.low and figure.high == used.high
    return is_same and "a statement without a period of the count that is used" or undated
  end
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
  return unclear
end

local function note(question, list, figure)
  question[list] = question[list] or {}
  table.insert(question[list], figure)
end

-- Notes what is left out because a link says that the one taken may count it: whether it does is not known.
local function note_uncertain(question, figure, used)
  local model = question.model
  if figure.subject == used.subject or model:lineage(figure.subject)[used.subject]
    or model:lineage(used.subject)[figure.subject] then return end
  note(question, "uncertain", figure)
end

-- Notes what is left out although it reaches further than what is taken in its place: the total does not reach so far.
local function note_beyond(question, figure, used)
  if question.is_state or not figure.last or not used.last or figure.last <= used.last then return end
  note(question, "beyond", figure)
end

-- ---- taking them ----

-- Whether two figures stand in rows of different kinds of category, which are not added up.
local function in_other_rows(question, a, b)
  local one, two = a.dims.category, b.dims.category
  if not question.by.category or not one or not two then return false end
  return not question.model:code_within(one, two) and not question.model:code_within(two, one)
end

-- Whether one scored statement may count what another one counts; remembered, as it is asked for every order tried.
local function clashes(question, entry, other)
  local known = entry.clashes[other]
  if known == nil then
    local timeless = question.is_state and not question.by_year
    known = not facets.separates(question.model, entry.figure, other.figure, timeless)
      and not in_other_rows(question, entry.figure, other.figure)
    entry.clashes[other] = known
  end
  return known
end

-- The first entry of a family that may count what an entry counts, or nil.
local function clash_in(question, family, entry)
  for i = 1, #family do
    if clashes(question, entry, family[i]) then return family[i] end
  end
  return nil
end

local function family_of(question, figure, per_subject)
  local name = per_subject and figure.subject or question.model:family(figure.subject)
  return figure.currency and name .. "|" .. figure.currency or name
end

-- What is taken of some scored statements, in their order, and what is not: {entry, clash}, as a list and by the clash.
local function pick(question, scored)
  local families, used, lost = {}, {}, {}
  for _, entry in ipairs(scored) do
    local name = entry.family
    local family = families[name] or {}
    families[name] = family
    local clash = clash_in(question, family, entry)
    if clash then
      local loss = {entry = entry, clash = clash}
      lost[#lost + 1] = loss
      lost[clash] = lost[clash] or {}
      table.insert(lost[clash], loss)
    else
      family[#family + 1] = entry
      used[#used + 1] = entry
    end
  end
  return used, lost
end

-- ---- one count against several that reach further ----

-- Whether a figure counts something that another one does not: another time, or a subject that is no part of its own.
local function reaches_outside(question, figure, other)
  if figure.subject ~= other.subject then return not question.model:lineage(figure.subject)[other.subject] end
  if not facets.has_period(figure) or not facets.has_period(other) then return false end
  return not (figure.first and figure.last and other.first and other.last) or figure.first < other.first
    or figure.last > other.last
end

-- Whether an indicator's counts of two subjects may be held against each other as sums.
local function may_add(question, a, b)
  return question.indicator.adds_over.subject or a.figure.subject == b.figure.subject
end

local function is_like(a, b) return a.stated == b.stated and a.extra == b.extra end

local function most(choice) return choice.high or choice.best or choice.low or 0 end

-- The statements that a taken one keeps out, a list for each subject, where those of a list together count more than it
-- and one of them reaches outside of it.
local function rivals_of(question, entry, lost)
  local kept_out = groups.where(lost[entry] or {}, function(loss)
    local below = loss.entry.figure.subject ~= entry.figure.subject
      and question.model:lineage(loss.entry.figure.subject)[entry.figure.subject]
    return may_add(question, loss.entry, entry) and is_like(loss.entry, entry) and not below
  end)
  return groups.where(groups.by(kept_out, function(loss) return loss.entry.figure.subject end), function(list)
    local sum, outside = 0, false
    for _, loss in ipairs(list) do
      sum = sum + (loss.entry.choice.low or 0)
      outside = outside or reaches_outside(question, loss.entry.figure, entry.figure)
    end
    return outside and sum > most(entry.choice)
  end)
end

-- By how much one set counts more than another at least; -1 where what it has besides is not broken down like
-- an entry.
local function gain_of(used, other, entry)
  local before, gain = {}, 0
  for _, own in ipairs(other) do before[own] = true end
  for _, own in ipairs(used) do
    if not before[own] and not is_like(own, entry) then return -1 end
    if not before[own] then gain = gain + (own.choice.low or 0) end
    before[own] = nil
  end
  for own in pairs(before) do gain = gain - most(own.choice) end
  return gain
end

-- The scored statements, one of some before the others of these, and these before the rest.
local function promoted(scored, losses, head)
  local order, first = {head.entry}, {[head.entry] = true}
  for _, loss in ipairs(losses) do
    if loss ~= head then order[#order + 1] = loss.entry end
    first[loss.entry] = true
  end
  for _, entry in ipairs(scored) do
    if not first[entry] then order[#order + 1] = entry end
  end
  return order
end

-- The order in which most is counted when statements that an entry keeps out come before it, or nil. What is taken of
-- other families stays as it is, so that only its own is tried.
local function better(question, scored, used, entry, losses)
  local function is_family(other) return other.family == entry.family end
  local own, before = groups.where(scored, is_family), groups.where(used, is_family)
  local best, most_gained = nil, 0
  for _, head in ipairs(losses) do
    local gain = gain_of(pick(question, promoted(own, losses, head)), before, entry)
    if gain > most_gained then best, most_gained = head, gain end
  end
  return best and promoted(scored, losses, best)
end

-- Takes several statements before one that keeps them out, where they reach outside of it and more is counted so: years
-- that add up to more than a count since a beginning which ends between two of them. Where all of them lie inside of it
-- they contradict it instead, and it stays.
local function improve(question, scored)
  local used, lost = pick(question, scored)
  for _, entry in ipairs(scored) do
    for _, losses in ipairs(rivals_of(question, entry, lost)) do
      local order = better(question, scored, used, entry, losses)
      if order then
        scored = order
        used, lost = pick(question, order)
        break
      end
    end
  end
  return used, lost
end

local function note_lost(question, lost)
  for _, loss in ipairs(lost) do
    local figure, clash = loss.entry.figure, loss.clash.figure
    local reason = overlap_reason(question, figure, clash)
    settled.leave_out(question, figure, reason, clash)
    if reason == unclear or reason == undated then note(question, "unclear", figure) end
    note_uncertain(question, figure, clash)
    note_beyond(question, figure, clash)
  end
end

--- A set of settled statements that are all apart from each other; what overlaps goes to the question's left_out.
-- With per_subject, subjects are held against themselves only.
function disjoint.take(question, choices, per_subject)
  local scored = {}
  for i, choice in ipairs(choices) do
    local entry = score(question, choice.figure)
    entry.choice, entry.clashes = choice, {}
    entry.family = family_of(question, choice.figure, per_subject)
    scored[i] = entry
  end
  add_reach(question, scored)
  table.sort(scored, comes_first)
  local take = not question.is_state and question.indicator.adds_over.period and improve or pick
  local used, lost = take(question, scored)
  note_lost(question, lost)
  for i, entry in ipairs(used) do used[i] = entry.choice end
  return used
end

return disjoint
