-- To which areas, categories and subjects a figure is confined beyond what a question asks for.
--
-- confined.wholes(model, figures) lists the figures with complete splits replaced by the whole of which they are the
-- parts, and a set of those that make a full list by place (places.lua): their places confine nothing. It is handed to
-- the other functions. confined.area and confined.category return what confines a figure, or nil; confined.is whether
-- an area or a category does (an offence is often what a whole series is about); confined.is_below whether a figure is
-- of what belongs to an asked subject, and not of all of it; confined.is_event whether it is of one operation's results
-- where a time is asked for and no operation.

local groups = require "blotter.ops.figures.groups"
local facets = require "blotter.ops.figures.facets"
local model_ = require "blotter.ops.dataset.model"
local places = require "blotter.ops.figures.places"

local confined = {}

-- The whole of a figure where all parts of a split that its source calls complete are there, or nil.
local function whole_of(model, figure, present)
  if not figure.part_of or figure.coverage ~= "exhaustive" then return nil end
  local whole = model.by_id[figure.part_of]
  if not whole or whole.indicator ~= figure.indicator then return nil end
  for _, part in ipairs(whole.parts) do
    if part.split == figure.split and part.source == figure.source and part.rank ~= "deprecated"
      and not present[part.cell] then return nil end
  end
  return whole
end

-- What figures that only differ in place have in common.
local function list_key(figure)
  local parts = {figure.source, figure.subject, figure.indicator, tostring(figure.first), tostring(figure.last)}
  for _, dimension in ipairs(model_.dimensions) do
    local code = figure.dims[dimension]
    parts[#parts + 1] = code and not places.is_place(code) and code or ""
  end
  return table.concat(parts, "|")
end

local function full_lists(model, figures)
  local full = {}
  for _, list in ipairs(groups.by(figures, list_key)) do
    local is_full = places.is_full_list(model, list)
    for _, figure in ipairs(list) do full[figure] = is_full or nil end
  end
  return full
end

--- The figures with complete splits as wholes, and those of full lists; see the head of this file.
function confined.wholes(model, figures)
  local present, list = {}, {}
  for _, figure in ipairs(figures) do present[figure.cell] = true end
  for _, figure in ipairs(figures) do
    local at, whole = figure, whole_of(model, figure, present)
    while whole do
      at = whole
      present[at.cell] = true
      whole = whole_of(model, at, present)
    end
    list[#list + 1] = at
  end
  return list, full_lists(model, list)
end

--- The area to which a figure is confined, or nil when it is of all that is asked.
function confined.area(question, figure, full)
  local model, area, wanted = question.model, figure.area, question.values.area
  if not area or question.by.area or full[figure] then return nil end
  if wanted then
    for _, asked in ipairs(wanted) do
      if model:area_within(asked, area) then return nil end
    end
    return area
  end
  local own = figure.subject_row.area
  return (not own or not model:area_within(own, area)) and area or nil
end

-- Victims are children: "under 18" is all of them.
local function is_all_victims(question, code)
  return code == "Y_LT18" and question.indicator.id:find "^victims" ~= nil
end

-- Whether a figure counts without an offence what another one counts with it.
local function has_beside(figures, figure)
  for _, other in ipairs(figures) do
    local is_same = other.indicator == figure.indicator and facets.has_period(other)
    if not other.offence and is_same and not facets.periods_apart(other, figure) then
      return true
    end
  end
  return false
end

local function find_own_offence(model, subject)
  local figures = groups.where(model:figures_by "subject"[subject], function(figure) return not figure.part_of end)
  local own
  for _, figure in ipairs(figures) do
    local offence = figure.offence
    if offence and (offence ~= (own or offence) or has_beside(figures, figure)) then return false end
    own = own or offence
  end
  return own or false
end

-- Whether a figure's offence is that of all which its statistic counts: no other one has, and none counts the same for
-- the same time without it.
local function is_own_offence(model, figure)
  if figure.subject_row.type ~= "statistic" then return false end
  model.own_offences = model.own_offences or {}
  local own = model.own_offences[figure.subject]
  if own == nil then
    own = find_own_offence(model, figure.subject)
    model.own_offences[figure.subject] = own
  end
  return own == figure.offence
end

--- The category of a dimension to which a figure is confined beyond what is asked, or nil.
function confined.category(question, figure, dimension, full)
  local code, wanted = figure.dims[dimension], question.values[dimension]
  if not code or question.by[dimension] or full[figure] and places.is_place(code) then return nil end
  if is_all_victims(question, code) then return nil end
  if dimension == "offence" and is_own_offence(question.model, figure) then return nil end
  for _, asked in ipairs(wanted or {}) do
    if asked == code then return nil end
  end
  return code
end

--- Whether a figure is of some areas or categories only, where all of them are asked for.
function confined.is(question, figure, full)
  if confined.area(question, figure, full) then return true end
  for dimension in pairs(figure.dims) do
    if dimension ~= "offence" and confined.category(question, figure, dimension, full) then return true end
  end
  return false
end

-- The subjects whose figures are filed under others: by what holds them.
local function filed_under(model)
  if not model.filed then
    model.filed = {}
    for _, link in ipairs(model.tables.links.rows) do
      if link.role == "has_figures_of" then model.filed[link.from .. "|" .. link.to] = true end
    end
  end
  return model.filed
end

--- Whether a figure is of what belongs to an asked subject, and not of all of it.
function confined.is_below(question, figure)
  local wanted, filed = question.values.subject, filed_under(question.model)
  if not wanted or question.by.subject then return false end
  for _, asked in ipairs(wanted) do
    if asked == figure.subject or filed[figure.subject .. "|" .. asked] then return false end
  end
  return true
end

--- Whether a figure is of one operation's results, where a time is asked for and no subject.
function confined.is_event(question, figure)
  if question.values.subject or question.by.subject or not (question.by_year or question.period) then return false end
  return not question.is_state and facets.happens_once(figure)
end

return confined
