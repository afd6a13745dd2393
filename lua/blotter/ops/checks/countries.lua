-- "N countries" against the countries that the same source lists as taking part.
--
-- A source that lists more than it counts contradicts itself; one that lists fewer leaves the rest unnamed.

local bounds = require "blotter.ops.figures.bounds"
local phrase = require "blotter.ops.figures.phrase"

local countries = {}

local taking_part = {participates = true, leads = true, coordinates = true, requests = true, hosts = true}

local function country_of(model, area)
  local areas = model.tables.areas.index
  while area and areas[area].type == "subdivision" do area = areas[area].parent end
  return area and areas[area].type == "country" and area or nil
end

-- The countries that each source lists for each subject: {[source|subject] = {count, leads = {}, [area] = true}}.
local function listed(model)
  local lists = {}
  for _, link in ipairs(model.tables.links.rows) do
    local from = model.tables.subjects.index[link.from]
    local area = taking_part[link.role] and from.type == "jurisdiction" and country_of(model, from.area)
    if area then
      local key = link.source .. "|" .. link.to
      local list = lists[key]
      if not list then
        list = {count = 0, areas = {}}
        lists[key] = list
      end
      if not list.areas[area] then
        list.areas[area] = true
        list.count = list.count + 1
      end
    end
  end
  return lists
end

local function lead_area(model, figure)
  local lead = figure.subject_row.lead and model.tables.subjects.index[figure.subject_row.lead]
  if lead then return country_of(model, lead.area) end
  for _, link in ipairs(model.tables.links.rows) do
    if link.to == figure.subject and link.role == "leads" then
      return country_of(model, model.tables.subjects.index[link.from].area)
    end
  end
  return nil
end

local function check_figure(found, figure, list)
  local count = list.count
  if figure.category == "besides-lead" then
    local lead = lead_area(found.model, figure)
    if lead and list.areas[lead] then count = count - 1 end
  elseif figure.dim_count > 0 then
    return
  end
  if figure.high and count > figure.high then
    found:add {check = "countries", class = "contradiction", verdict = "none", figures = {figure},
      low = count - figure.high, high = figure.low and count - figure.low,
      sentence = ("%s: %s are counted, but %d are listed"):format(phrase.about(found.model, figure),
        phrase.counted(figure), count)}
  elseif figure.low and count < figure.low then
    local low, high = bounds.subtract(figure.low, figure.high, count, count)
    found:add {check = "countries", class = "remainder", verdict = "some", figures = {figure}, low = low, high = high,
      sentence = ("%s: %s are counted and %d listed, which leaves %s unnamed"):format(
        phrase.about(found.model, figure), phrase.counted(figure), count, bounds.describe(low, high))}
  else
    found:count("countries", "all")
  end
end

--- Runs the check over all figures of countries that take part.
function countries.check(found)
  local lists = listed(found.model)
  for _, figure in ipairs(found.model.figures) do
    if figure.indicator == "countries_participating" and figure.rank ~= "deprecated" then
      local list = lists[figure.source .. "|" .. figure.subject]
      if list and list.count > 1 then check_figure(found, figure, list) end
    end
  end
end

return countries
