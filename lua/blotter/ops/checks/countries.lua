-- "N countries" against the countries that are listed as taking part, and what is counted besides a lead against the
-- whole.
--
-- A source that lists more than it counts contradicts itself; one that lists fewer leaves the rest unnamed. Where all
-- sources together list more than one that lists none counts, either may count otherwise.

local bounds = require "blotter.ops.figures.bounds"
local doubt = require "blotter.ops.checks.doubt"
local facets = require "blotter.ops.figures.facets"
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

-- The countries that all sources together list for each subject.
local function united(lists)
  local all = {}
  for key, list in pairs(lists) do
    local subject = key:match "|(.*)$"
    all[subject] = all[subject] or {count = 0, areas = {}}
    for area in pairs(list.areas) do
      if not all[subject].areas[area] then
        all[subject].areas[area] = true
        all[subject].count = all[subject].count + 1
      end
    end
  end
  return all
end

local function check_union(found, figure, list)
  if figure.dim_count > 0 or figure.area or not figure.high then return end
  if list.count <= figure.high then return found:count("countries", "some") end
  found:add {check = "countries", class = "drift", verdict = "some", figures = {figure},
    low = list.count - figure.high, high = figure.low and list.count - figure.low,
    sentence = ("%s: %s are counted, but %d are listed by all sources together"):format(
      phrase.about(found.model, figure), phrase.counted(figure), list.count)}
end

-- What is counted besides one that leads, and the whole of it, by subject and indicator.
local function besides_lead(model)
  local index = {}
  for _, figure in ipairs(model.figures) do
    if figure.rank ~= "deprecated" and figure.step ~= 0 and (figure.dim_count == 0 or figure.category == "besides-lead"
      and figure.dim_count == 1) and (figure.low or figure.high) then
      local key = figure.subject .. "|" .. figure.indicator .. "|" .. (figure.area or "")
      index[key] = index[key] or {besides = {}, whole = {}}
      table.insert(figure.dim_count == 1 and index[key].besides or index[key].whole, figure)
    end
  end
  return index
end

local function check_besides(found, besides, whole)
  local model = found.model
  if model:is_settled(besides, whole) then return end
  local low, high = bounds.add(besides.low, besides.high, 1, 1)
  if bounds.meet(low, high, whole.low, whole.high) then return found:count("countries", "some") end
  local is_one = besides.source == whole.source
  local gap_low, gap_high = bounds.subtract(whole.low, whole.high, low, high)
  found:add {check = "countries", class = is_one and "contradiction" or "drift", verdict = is_one and "none" or "some",
    figures = {besides, whole}, low = gap_low, high = gap_high,
    sentence = ("%s: %s besides the one that leads make %s, but %s are counted in all"):format(
      phrase.about_subject(besides), phrase.counted(besides), bounds.describe(low, high), phrase.value(whole))}
end

local inside_of = {countries_with_arrests = "countries_participating", countries_with_hotlines = "hotlines",
  countries_with_offices = "offices"}

-- What cannot be more than another count of the same subject and time: countries with arrests than countries at all.
-- Where another source's own words are of something else, as "indictments across 13 countries", nothing follows.
local function check_inside(found, figure, whole)
  local is_one = figure.source == whole.source
  if not is_one and (found.model:is_settled(figure, whole) or doubt.own_words(figure) or doubt.own_words(whole)) then
    return
  end
  if not figure.low or not whole.high or figure.low <= whole.high then return found:count("countries", "some") end
  found:add {check = "countries", class = is_one and "contradiction" or "drift", verdict = is_one and "none" or "some",
    figures = {figure, whole}, low = figure.low - whole.high,
    sentence = ("%s: %s, which cannot be more than %s"):format(phrase.about(found.model, figure),
      phrase.counted(figure), phrase.counted(whole))}
end

local function check_pairs(found)
  local by_cell = {}
  for _, figure in ipairs(found.model.figures) do
    if figure.rank ~= "deprecated" then
      by_cell[figure.cell] = by_cell[figure.cell] or {}
      table.insert(by_cell[figure.cell], figure)
    end
  end
  for _, figure in ipairs(found.model.figures) do
    local name = inside_of[figure.indicator]
    local cell = name and figure.rank ~= "deprecated" and figure.cell:gsub("|[^|]*|", "|" .. name .. "|", 1)
    for _, whole in ipairs(cell and by_cell[cell] or {}) do
      if facets.same_period(figure, whole) then check_inside(found, figure, whole) end
    end
  end
end

--- Runs the check over all figures of countries that take part, and over all that is counted besides a lead.
function countries.check(found)
  local lists = listed(found.model)
  local all = united(lists)
  for _, figure in ipairs(found.model.figures) do
    if figure.indicator == "countries_participating" and figure.rank ~= "deprecated" then
      local list = lists[figure.source .. "|" .. figure.subject]
      if list and list.count > 1 then check_figure(found, figure, list) end
      if not list and all[figure.subject] then check_union(found, figure, all[figure.subject]) end
    end
  end
  check_pairs(found)
  local index = besides_lead(found.model)
  for _, figure in ipairs(found.model.figures) do
    local entry = figure.category == "besides-lead"
      and index[figure.subject .. "|" .. figure.indicator .. "|" .. (figure.area or "")]
    for _, whole in ipairs(entry and entry.whole or {}) do check_besides(found, figure, whole) end
  end
end

return countries
