-- What a reader must know before printing a row of a total.
--
--   contested         statements that can not be true together with a figure of the row, or a contradiction in which
--                     one stands; or one statement exceeds them all
--   counted differently  a figure counts something else than its indicator says (definition.lua)
--   doubtful          the curator doubts the number of a figure
--   provisional       a figure is called provisional, or a forecast
--   partial           months, areas, categories or parts of the subject are missing
--   lower bound       more was counted than the number says; its upper end is open, and where one statement stands in
--                     place of a sum, that statement's
--   overlap possible  two of its figures may count the same person, report or case
--   attributed        reports that a clearing house elsewhere received and counts for the area they are about
--   series break      a figure is not comparable with those before it
--   calendar or fiscal  its sources name years and do not say which of the two

local facets = require "blotter.ops.figures.facets"
local findings = require "blotter.ops.checks.findings"
local reconcile = require "blotter.ops.checks.reconcile"

local flags = {}

local function impossible(model)
  if not model.impossible then
    model.findings = model.findings or reconcile.run(model)
    model.impossible = findings.impossible(model.findings)
  end
  return model.impossible
end

local function is_contested(question, choices)
  local ids = impossible(question.model)
  for _, choice in ipairs(choices) do
    if #choice.rivals > 0 or ids[choice.figure.id] then return true end
  end
  return false
end

local function has_status(choices, ...)
  for _, choice in ipairs(choices) do
    for _, status in ipairs {...} do
      if choice.figure.status == status then return true end
    end
  end
  return false
end

local function are_open_years(choices)
  for _, choice in ipairs(choices) do
    if choice.figure.period_kind ~= "year" then return false end
  end
  return #choices > 0
end

local single = {country = true, subdivision = true}

-- Whether two areas may hold the same person: all but two countries or parts of them, one outside the other.
local function areas_meet(model, a, b)
  local areas = model.tables.areas.index
  if not a or not b or not single[areas[a].type] or not single[areas[b].type] then return true end
  return model:area_within(a, b) or model:area_within(b, a)
end

-- A standing count (a programme's, a hotline's, a country's statistics) may hold what another subject counts in the
-- same place and time; two operations are taken to be apart.
local function may_meet(model, a, b)
  if a.subject == b.subject then return false end
  if facets.happens_once(a) and facets.happens_once(b) then return false end
  if not areas_meet(model, a.area or a.subject_row.area, b.area or b.subject_row.area) then return false end
  local facet = facets.separates(model, a, b)
  return facet == "subject" and not facets.periods_apart(a, b)
end

local function may_overlap(model, choices)
  for i = 1, #choices do
    for j = i + 1, #choices do
      if may_meet(model, choices[i].figure, choices[j].figure) then return true end
    end
  end
  return false
end

-- Whether a figure is of reports that another country's body received: its area is where they point to.
local function is_attributed(model, figure)
  local own = figure.subject_row.area
  if figure.unit ~= "reports" or not figure.area or not own then return false end
  return not areas_meet(model, figure.area, own)
end

local function any(model, choices, test)
  for _, choice in ipairs(choices) do
    if test(model, choice.figure) then return true end
  end
  return false
end

-- Whether the number that a row shows is open above: its own, or that of the statement which exceeds its figures.
local function is_open(row)
  local shown = row.exceeded_by or row
  return row.low ~= nil and shown.high == nil
end

--- The flags of a row as a list, in the order above. `choices` are what its number rests on.
function flags.of(question, row, choices)
  local list = {}
  local function set(name, is_set)
    if is_set then list[#list + 1] = name end
  end
  set("contested", row.is_exceeded or is_contested(question, choices))
  set("counted differently", #row.differs > 0)
  set("doubtful", has_status(choices, "U"))
  set("provisional", has_status(choices, "P", "F"))
  set("partial", #row.lacks > 0)
  set("lower bound", is_open(row))
  set("overlap possible", #choices > 1 and not row.refused and may_overlap(question.model, choices))
  set("attributed", any(question.model, choices, is_attributed))
  set("series break", has_status(choices, "B"))
  set("calendar or fiscal", are_open_years(choices))
  return list
end

return flags
