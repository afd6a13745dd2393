--- What a page's figures do not say, where a reader would look for it: what is never counted, which years are missing,
-- and that nothing is set against anything else.

local asked = require "blotter.publish.reports.asked"
local builder = require "blotter.publish.reports.builder"

local not_stated = {}

-- What a reader asks of a kind of subject, each with the indicators of which any one answers it.
local STAGES = { { "suspects", "suspects_identified", "offenders_identified" },
  { "arrests", "arrests", "arrests_per_month", "persons_in_custody" },
  { "charges", "persons_charged", "charges_laid", "indictments" },
  { "convictions", "persons_convicted", "convictions", "guilty_pleas" } }
local VICTIMS = { { "children identified", "victims_identified" },
  { "children brought to safety", "victims_safeguarded", "victims_safeguarded_per_month" } }
local REPORTS = { { "reports received", "reports_received" },
  { "reports confirmed", "reports_confirmed", "urls_confirmed", "urls_illegal" },
  { "reports passed on", "reports_referred", "reports_made_available" } }
local CASES = { { "cases recorded", "cases_recorded", "cases_initiated", "investigations_conducted" } }

local function together(...)
  local list = {}
  for _, part in ipairs { ... } do table.move(part, 1, #part, #list + 1, list) end
  return list
end

local ACTION = together(STAGES, VICTIMS)
local ASKED = { operation = ACTION, programme = ACTION, project = ACTION, task_force = ACTION, hotline = REPORTS,
  statistic = together(CASES, STAGES, VICTIMS), agency = together(CASES, STAGES, VICTIMS),
  jurisdiction = together(CASES, STAGES, VICTIMS), area = together(REPORTS, CASES, STAGES, VICTIMS) }

-- Whether one of some figures counts what is asked: any of the indicators behind its name.
local function is_answered(figures, item)
  for _, figure in ipairs(figures) do
    for i = 2, #item do
      if figure.indicator == item[i] then return true end
    end
  end
  return false
end

-- The names of what is asked of a kind and no figure counts.
local function unanswered(figures, kind)
  local lacking = {}
  for _, item in ipairs(ASKED[kind] or {}) do
    if not is_answered(figures, item) then lacking[#lacking + 1] = item[1] end
  end
  return lacking
end

local function listed(words, last)
  if #words < 2 then return words[1] or "" end
  return ("%s %s %s"):format(table.concat(words, ", ", 1, #words - 1), last, words[#words])
end

-- How many of the stages from suspects to convictions some figures count.
local function stages(figures)
  local count = 0
  for _, item in ipairs(STAGES) do count = count + (is_answered(figures, item) and 1 or 0) end
  return count
end

local FEWEST_DAYS, MOST_DAYS = 360, 366

-- The year that a figure counts alone and whole: the one in which it ends; or nil.
local function whole_year(figure)
  local is_year = figure.first and figure.last and figure.last - figure.first + 1 >= FEWEST_DAYS
    and figure.last - figure.first + 1 <= MOST_DAYS
  return is_year and tonumber(tostring(figure.period_end):sub(1, 4)) or nil
end

-- Years as a text, neighbours together: "2015, 2017 to 2022".
local function ranges(years)
  local parts, i = {}, 1
  while i <= #years do
    local j = i
    while years[j + 1] == years[j] + 1 do j = j + 1 end
    parts[#parts + 1] = i == j and tostring(years[i]) or ("%d to %d"):format(years[i], years[j])
    i = j + 1
  end
  return table.concat(parts, ", ")
end

-- The years of an indicator that some figures state whole, and those between that none does; nil for fewer than two.
local function years_of(figures, indicator)
  local seen, years, gaps = {}, {}, {}
  for _, figure in ipairs(figures) do
    local year = figure.indicator == indicator.id and whole_year(figure)
    if year and not seen[year] then
      seen[year] = true
      years[#years + 1] = year
    end
  end
  if #years < 2 then return nil end
  table.sort(years)
  for year = years[1], years[#years] do
    if not seen[year] then gaps[#gaps + 1] = year end
  end
  return years, gaps
end

-- The years that are stated of each thing that is counted by the year.
local function add_years(doc, figures)
  local rows = {}
  for _, indicator in ipairs(builder.indicators_of(doc.ops, figures)) do
    local years, gaps = years_of(figures, indicator)
    if years and indicator.unit ~= "percent" and indicator.unit ~= "currency" then
      rows[#rows + 1] = { builder.counted(indicator), ranges(years), #gaps > 0 and ranges(gaps) or "none",
        tostring(years[#years]) }
    end
  end
  if #rows == 0 then return end
  doc:add { kind = "table", title = "Years that are stated", rows = rows, columns = {
    { name = "indicator", title = "Counted", type = "string" },
    { name = "years", title = "Whole years stated", type = "string" },
    { name = "gaps", title = "Years between them that are not", type = "string" },
    { name = "newest", title = "Newest whole year", type = "string" } },
    note = "A fiscal year stands at the year in which it ends. Of later years no source here has a number for a whole "
      .. "year; parts of years, and sums over several, are among the statements." }
end

-- The other statistics of the same area, which a reader might add.
local function others_beside(ops, subject)
  local names = {}
  for _, other in ipairs(subject.type == "statistic" and subject.area and ops.subjects or {}) do
    if other ~= subject and other.type == "statistic" and other.area == subject.area then
      names[#names + 1] = other.name
    end
  end
  return names
end

local function add_beside(doc, subject)
  local names = others_beside(doc.ops, subject)
  if #names == 0 then return end
  doc:text("Other statistics of the same area stand below. Each has a definition of its own, and one person or case "
    .. "may be in several of them: they are not to be added, and none is a share of another.")
  local rows = {}
  for i, name in ipairs(names) do rows[i] = { name } end
  doc:add { kind = "table", title = "Other statistics of the same area", rows = rows, columns = {
    { name = "subject", title = "Statistic", type = "string" } } }
end

-- Where figures of a subject stand that are not its own rows: those that a source says are its own (filed), and those
-- of what is grouped under it; two sets of subjects' ids.
local function elsewhere(ops, subject)
  local filed, grouped = {}, {}
  for _, edge in ipairs(ops:network(subject.id, { depth = 1 })) do
    if edge.role == "has_figures_of" and edge.to == subject.id then filed[edge.from] = true end
  end
  for _, other in ipairs(ops.subjects) do
    if (other.lead == subject.id or other.parent == subject.id) and not filed[other.id] then
      grouped[other.id] = true
    end
  end
  return filed, grouped
end

-- The names of some subjects whose figures answer what is asked, by how many statements they have, the most first.
local function answering(ops, set, item)
  local names, count = {}, {}
  for id in pairs(set) do
    local figures = asked.by_subject(ops)[id]
    if figures and is_answered(figures, item) then
      local name = ops:row("subjects", id).name
      names[#names + 1], count[name] = name, #figures
    end
  end
  table.sort(names, function(a, b)
    if count[a] ~= count[b] then return count[a] > count[b] end
    return a < b
  end)
  return names
end

local MOST_NAMES = 3

-- Adds where what the rows of a subject lack is stated, and returns what is stated nowhere as its own, by name.
local function add_elsewhere(doc, subject, figures)
  local filed, grouped = elsewhere(doc.ops, subject)
  local own, others = {}, {}
  local function note(list, item, names)
    local more = #names > MOST_NAMES and (" and %d more"):format(#names - MOST_NAMES) or ""
    if #names > 0 then
      list[#list + 1] = item[1] .. " under " .. table.concat(names, ", ", 1, math.min(#names, MOST_NAMES)) .. more
    end
    return #names > 0
  end
  local found = {}
  for _, item in ipairs(ASKED[subject.type] or {}) do
    if not is_answered(figures, item) then
      found[item[1]] = note(own, item, answering(doc.ops, filed, item))
      if not found[item[1]] then note(others, item, answering(doc.ops, grouped, item)) end
    end
  end
  if #own > 0 then doc:text("Its own figures stand on another page: " .. table.concat(own, "; ") .. ".") end
  if #others > 0 then
    doc:text("Of what is grouped under it there are figures, which need not be all of its own: "
      .. table.concat(others, "; ") .. ".")
  end
  return found
end

local function add_never(doc, figures, kind, what, found)
  local lacking = {}
  for _, name in ipairs(unanswered(figures, kind)) do
    if not (found and found[name]) then lacking[#lacking + 1] = name end
  end
  if #lacking == 0 then return end
  doc:text(("No source here states %s of this %s. That does not mean that there were none, or that nobody published "
    .. "them."):format(listed(lacking, "or"), what))
end

local RATES = "No rate is computed here: none by inhabitants, by reports or by cases. What is published is no count of "
  .. "all that happened, so such a rate would measure how much was reported and printed, and would not compare."

local NO_WORLD = "No count of the children, suspects or arrests of the whole world is computed here, nor can one be: "
  .. "countries, agencies and operations count some of the same persons, and most countries are not among the sources."

local STAGES_APART = "What is counted of suspects, arrests, charges and convictions need not be of the same persons or "
  .. "years: no share of one in another is computed, and none should be."

-- Whether figures of what belongs to a subject stand elsewhere.
local function has_parts(ops, subject)
  for _, other in ipairs(ops.subjects) do
    if other.parent == subject.id and asked.by_subject(ops)[other.id] then return true end
  end
  return false
end

--- Adds what the figures of a subject do not state.
function not_stated.of_subject(doc, subject, figures)
  local start = #doc.blocks + 1
  local kind = subject.type:gsub("_", " ")
  local found = add_elsewhere(doc, subject, figures)
  add_never(doc, figures, subject.type, has_parts(doc.ops, subject) and kind .. " as a whole" or kind, found)
  if stages(figures) > 1 then doc:text(STAGES_APART) end
  add_beside(doc, subject)
  if subject.type ~= "operation" then add_years(doc, figures) end
  if #doc.blocks >= start then
    table.insert(doc.blocks, start, { kind = "heading", level = 1, text = "What is not stated" })
  end
end

--- Adds what the figures of an area do not state.
function not_stated.of_area(doc, area, figures)
  local own = {}
  for _, figure in ipairs(figures) do
    if figure.subject_row.type ~= "operation" then own[#own + 1] = figure end
  end
  doc:heading(1, "What is not stated")
  if area.type == "country" then add_never(doc, figures, "area", "country") end
  if area.type == "world" then doc:text(NO_WORLD) end
  doc:text(RATES)
  if stages(figures) > 1 then doc:text(STAGES_APART) end
  add_years(doc, own)
end

return not_stated
