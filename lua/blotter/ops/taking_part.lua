-- Which countries an operation reached, and which operations a country had a part in: from the figures that name an
-- area, the links of who takes part, who leads it, and where it is said to work.

local taking_part = {}

local is_operation = {operation = true, programme = true, project = true, task_force = true}

-- How a link's role reads of the country that acts; roles that say nothing of a part are left out.
local roles = {participates = "takes part", leads = "leads", coordinates = "coordinates", supports = "supports",
  requests = "requested it", hosts = "hosts", chairs = "chairs", with_results = "arrests or rescues there"}

-- The country of an area: itself, or that which a subdivision lies in; nil for what is larger.
local function country_of(areas, code)
  local row = areas.index[code or ""]
  while row and row.type == "subdivision" do row = areas.index[row.parent] end
  return row and row.type == "country" and row or nil
end

local function note(found, key, how, figures)
  local entry = found[key]
  if not entry then
    entry = {key = key, how = {}, figures = 0}
    found[key], found[#found + 1] = entry, entry
  end
  entry.figures = entry.figures + figures
  if not entry.how[how] then
    entry.how[how], entry.how[#entry.how + 1] = true, how
  end
end

-- Calls take(subject's row, area's code, how, how many figures) for each hint of a part.
local function each_hint(whole, take)
  local subjects = whole.tables.subjects.index
  for _, subject in ipairs(whole.tables.subjects.rows) do
    if subject.area then take(subject, subject.area, "works there", 0) end
    local lead = subject.lead and subjects[subject.lead]
    if lead and lead.area then take(subject, lead.area, "grouped there", 0) end
  end
  for _, link in ipairs(whole.tables.links.rows) do
    local from, how = subjects[link.from], roles[link.role]
    if how and from.area then take(subjects[link.to], from.area, how, 0) end
  end
  for _, figure in ipairs(whole.figures) do
    if figure.area then take(figure.subject_row, figure.area, "figures", 1) end
  end
end

-- The parts of each dataset, gathered once: a list of {subject, area, how, figures}.
local gathered = setmetatable({}, {__mode = "k"})

local function parts_of(whole)
  local list = gathered[whole]
  if list then return list end
  list = {}
  local index = {}
  each_hint(whole, function(subject, area, how, figures)
    local key = subject.id .. "\0" .. area .. "\0" .. how
    local part = index[key]
    if not part then
      part = {subject = subject, area = area, how = how, figures = 0}
      index[key], list[#list + 1] = part, part
    end
    part.figures = part.figures + figures
  end)
  gathered[whole] = list
  return list
end

local function by_figures(a, b)
  if a.figures ~= b.figures then return a.figures > b.figures end
  return a.key < b.key
end

-- How in words; that only its agency is from there is said where nothing else is known.
local function how_text(entry)
  local words = {}
  for _, how in ipairs(entry.how) do
    if how ~= "grouped there" or #entry.how == 1 then words[#words + 1] = how end
  end
  table.sort(words)
  return table.concat(words, ", ")
end

local counts_countries = {countries_participating = true, countries_with_arrests = true}

--- What is said where a figure of the subject counts more countries than are named; nil: none does.
local function lacking(whole, id, named)
  local most, by
  for _, figure in ipairs(whole:figures_by "subject"[id] or {}) do
    local is_whole = figure.dim_count == 0 or figure.category == "besides-lead"
    if counts_countries[figure.indicator] and figure.rank ~= "deprecated" and is_whole then
      local count = (figure.low or 0) + (figure.category == "besides-lead" and 1 or 0)
      if count > (most or named) then most, by = count, figure end
    end
  end
  return by and ("lacks: %d countries or more are stated (%s), %d %s named"):format(most, by.id, named,
    named == 1 and "is" or "are") or nil
end

--- The countries of a subject and of what belongs to it: a frame {country, name, how, figures}, that with most figures
-- first; and as a text how many more are stated, where a figure of the subject says so.
function taking_part.countries(whole, id)
  local found, areas = {}, whole.tables.areas
  for _, part in ipairs(parts_of(whole)) do
    local country = whole:subject_within(part.subject.id, id) and country_of(areas, part.area)
    if country then note(found, country.code, part.how, part.figures) end
  end
  table.sort(found, by_figures)
  local made = require("blotter").table "country string, name string, how string, figures int64"
  for _, entry in ipairs(found) do
    made:append(entry.key, areas.index[entry.key].name, how_text(entry), entry.figures)
  end
  return made:collect(), lacking(whole, id, #found)
end

--- The operations, programmes, projects and task forces that have to do with an area and what lies in it: a frame
-- {id, name, type, start, how, figures}, that with most figures of the area first.
function taking_part.operations(whole, code)
  local found, subjects = {}, whole.tables.subjects.index
  for _, part in ipairs(parts_of(whole)) do
    local subject = part.subject
    if is_operation[subject.type] and whole:area_within(part.area, code) then
      note(found, subject.id, part.how, part.figures)
    end
  end
  table.sort(found, by_figures)
  local made = require("blotter").table "id string, name string, type string, start date, how string, figures int64"
  for _, entry in ipairs(found) do
    local row = subjects[entry.key]
    made:append(row.id, row.name, row.type, row.date_start, how_text(entry), entry.figures)
  end
  return made:collect()
end

return taking_part
