--- One thing that is counted: what it means, how it went over the years, who counts most, and every statement.

local builder = require "blotter.publish.reports.builder"
local ranking = require "blotter.publish.reports.ranking"
local statements = require "blotter.publish.reports.every_statement"
local yearly = require "blotter.publish.reports.yearly"

local indicator = { name = "indicator", title = "One indicator over time" }

indicator.params = {
  { name = "indicator", kind = "indicator", required = true, description = "what is counted, such as arrests" },
  { name = "area", kind = "area", description = "only figures of this area" },
  { name = "subject", kind = "subject", description = "only figures of this subject and what belongs to it" },
  { name = "policy", kind = "policy", description = "how competing statements are settled (default newest)" },
}

local MOST_SERIES = 8

local KINDS = { stock = "a state on a day", flow = "a count over a period" }

-- What kind of number it is; a share and a change are no counts.
local function kind_of(row)
  if row.id:find "_change$" then return "a change in percent, which is never added" end
  if row.unit == "percent" then return "a share in percent, which is never added" end
  if row.unit == "currency" then return "amounts, which are not added where they may be the same money" end
  return KINDS[row.kind] or row.kind
end

-- The definition, with names in place of the ids of other indicators.
local function definition_of(ops, row)
  return row.definition and (row.definition:gsub("`?(%l+_[%l_]+)`?", function(id)
    local other = ops:row("indicators", id)
    return other and builder.lower(other.name) or nil
  end))
end

-- How many subjects some figures have.
local function count(figures, field)
  local seen, n = {}, 0
  for _, figure in ipairs(figures) do
    if figure[field] and not seen[figure[field]] then seen[figure[field]], n = true, n + 1 end
  end
  return n
end

-- The countries of some figures, of whole ones, by name: how many there are, and which.
local function countries_of(ops, figures)
  local seen, names = {}, {}
  for _, figure in ipairs(figures) do
    local area = figure.area and ops:row("areas", figure.area)
    if area and area.type == "country" and not seen[area.code] then
      seen[area.code] = true
      names[#names + 1] = area.name
    end
  end
  if #names == 0 then return "none by itself" end
  table.sort(names)
  return ("%d: %s"):format(#names, table.concat(names, "; "))
end

local DIMENSIONS = { { "age_band", "age" }, { "sex", "sex" }, { "citizenship", "citizenship" },
  { "offence", "offence" }, { "channel", "channel" }, { "role", "role" }, { "category", "kinds of its own" } }

-- By what some figures are split, and by what none is.
local function splits_of(figures)
  local split, never = {}, {}
  for _, dimension in ipairs(DIMENSIONS) do
    local found = false
    for _, figure in ipairs(figures) do found = found or figure.dims[dimension[1]] ~= nil end
    if found or dimension[1] ~= "category" then table.insert(found and split or never, dimension[2]) end
  end
  return (#split > 0 and "some statements by " .. table.concat(split, ", ") or "nothing")
    .. (#never > 0 and "; no statement here by " .. table.concat(never, ", ") or "")
end

-- Of what some figures are, as facts.
local function stated(ops, figures)
  return { { "Statements", #figures }, { "Subjects", count(figures, "subject") },
    { "Countries", countries_of(ops, figures) }, { "Split by", splits_of(figures) } }
end

local function add_facts(doc, row, figures)
  local unit = row.unit == "currency" and "amounts of money, in the currency that is printed" or builder.unit(row)
  doc:add { kind = "facts", items = builder.known { { "Definition", definition_of(doc.ops, row) }, { "Unit", unit },
    { "Kind", kind_of(row) }, table.unpack(figures and stated(doc.ops, figures) or {}) } }
end

local function add_years(doc, row, filter)
  if row.unit == "percent" or row.unit == "currency" then return end
  local result = doc.ops:total(row.id, { by = "subject, year", policy = filter.policy, area = filter.area,
    subject = filter.subject })
  local series = yearly.subjects(doc.ops, result, MOST_SERIES)
  yearly.add(doc, series, { title = row.name .. " by year", unit = builder.unit(row),
    breaks = #series == 1 and result.breaks,
    note = "One year of a subject at a time; a fiscal year stands at the year in which it ends. A missing year was not "
      .. "published, or not in figures that may be added." })
end

function indicator.build(ops, params)
  local row = ops:row("indicators", params.indicator)
  local doc = builder.new(ops)
  local filter = { indicator = row.id, area = params.area, subject = params.subject }
  local figures = ops:figures(filter)
  add_facts(doc, row, #figures > 0 and figures or nil)
  if #figures == 0 then
    doc:text "No source gives a figure of this kind."
  else
    add_years(doc, row, params)
    if row.unit ~= "percent" and row.unit ~= "currency" and not params.subject then
      ranking.add_groups(doc, row, { policy = params.policy, area = params.area, limit = 15 })
    end
    statements.add(doc, figures, { left_out = { indicator = true } })
    doc:audit()
  end
  doc:sources()
  return doc:document(row.name, params)
end

return indicator
