-- Categories that say where a figure is not: outside the country of its agency, the rest of a list, at no known place.
--
-- places.apart(model, a, b) says whether two figures of one subject are of two places because one of them has such a
-- category: "overseas" of an agency in the United States and the United States; "area unknown" and the areas beside
-- which one source lists it. An area that may be the subject's own whole, as a hotline's country is, is none of them.
-- places.is_place(code) tells the categories; places.is_full_list(model, figures) whether figures of one source that
-- are told apart by place leave nothing out.

local places = {}

local outside = {overseas = true, abroad = true}
local rest = {["area-unknown"] = true, elsewhere = true}
local precise = {country = true, subdivision = true}

--- Whether a category says where something is, or is not.
function places.is_place(code) return outside[code] or rest[code] or false end

local function is_precise(model, area) return area ~= nil and precise[model.tables.areas.index[area].type] or false end

-- The country of the agency whose figure it is: that of its subject, or of what leads this.
local function home_of(model, figure)
  local subject = figure.subject_row
  if is_precise(model, subject.area) then return subject.area end
  local lead = subject.lead and model.tables.subjects.index[subject.lead]
  return lead and is_precise(model, lead.area) and lead.area or nil
end

-- Whether a figure is of one area that is not all of its subject's.
local function is_located(model, figure)
  return is_precise(model, figure.area) and figure.area ~= figure.subject_row.area
    and not places.is_place(figure.dims.category)
end

-- Whether a figure of all of its subject's area is smaller than what is outside of it: then it is no whole of both.
local function is_no_whole(figure, beyond)
  local own = figure.best or figure.low
  return figure.area == figure.subject_row.area and own ~= nil and beyond.low ~= nil and beyond.low > own
    and not places.is_place(figure.dims.category)
end

local function is_outside(model, figure, other)
  if not outside[figure.dims.category] or figure.area then return false end
  local home = home_of(model, figure)
  if not home or not other.area or not model:area_within(other.area, home) then return false end
  return is_located(model, other) or is_no_whole(other, figure)
end

-- Whether a figure is the rest of a list of its source on which another one stands.
local function is_rest(model, figure, other)
  local code = figure.dims.category
  if not rest[code] or figure.area or figure.source ~= other.source then return false end
  return is_located(model, other) or places.is_place(other.dims.category) and other.dims.category ~= code
end

--- Whether a category of place keeps two figures apart; see the head of this file.
function places.apart(model, a, b)
  if a.subject ~= b.subject then return false end
  return is_outside(model, a, b) or is_outside(model, b, a) or is_rest(model, a, b) or is_rest(model, b, a)
end

-- Whether a list has the country of the agency as well as what is outside of it.
local function has_both_sides(model, figures)
  local inside, beyond = false, false
  for _, figure in ipairs(figures) do
    local is_home = figure.area ~= nil and figure.area == home_of(model, figure)
    inside = inside or is_home and not places.is_place(figure.dims.category)
    beyond = beyond or outside[figure.dims.category] and not figure.area
  end
  return inside and beyond
end

--- Whether a source's list by place is full: what has no known place stands on it beside others that have one, or the
-- country of the agency beside what is outside of it.
function places.is_full_list(model, figures)
  local has_unknown, located = false, 0
  for _, figure in ipairs(figures) do
    has_unknown = has_unknown or figure.dims.category == "area-unknown" and not figure.area
    if is_located(model, figure) then located = located + 1 end
  end
  return has_unknown and located > 1 or has_both_sides(model, figures)
end

return places
