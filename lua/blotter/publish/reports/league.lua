--- A league of operations: the largest by what they count, with the places that the bounds allow.

local builder = require "blotter.publish.reports.builder"
local ranking = require "blotter.publish.reports.ranking"

local league = { name = "league", title = "Operations by size" }

league.params = {
  { name = "indicator", kind = "indicator", default = "arrests", description = "what is counted (default arrests)" },
  { name = "limit", kind = "whole", default = 20, description = "how many operations (default 20)" },
  { name = "policy", kind = "policy", description = "how competing statements are settled (default newest)" },
}

local function place(rows, i)
  local best, worst = ranking.places(rows, i)
  if best == worst then return tostring(best) end
  return ("%d to %d"):format(best, worst)
end

function league.build(ops, params)
  local indicator = ops:row("indicators", params.indicator)
  local doc = builder.new(ops)
  doc:text("What an operation counts depends on its length, its countries and what its press release chose to print. "
    .. "A place in this list is no measure of success. Operations against online offences and police action against "
    .. "digital sexual offences of every kind stand side by side, sweeps against trafficking have no place; most "
    .. "numbers come from news reports of a press release.")
  local rows, cells, unranked = ranking.add(doc, indicator, { policy = params.policy, types = { operation = true },
    limit = params.limit, title = ("Operations with most %s"):format(builder.lower(indicator.name)) })
  local listed = {}
  for i, cell in ipairs(cells) do
    local subject = rows[i].subject
    listed[i] = { place(rows, i), rows[i].name, subject.date_start and subject.date_start:sub(1, 4), cell }
  end
  for _, item in ipairs(unranked) do
    listed[#listed + 1] = { "not ranked", item.name, item.subject.date_start and item.subject.date_start:sub(1, 4),
      item.cell, item.why }
  end
  doc:add { kind = "table", title = "Places that the bounds allow", rows = listed, columns = {
    { name = "place", title = "Place", type = "string", align = "right" },
    { name = "subject", title = "Operation", type = "string" }, { name = "began", title = "Began", type = "string" },
    { name = "value", title = indicator.name, type = "figure" },
    #unranked > 0 and { name = "why", title = "Why not ranked", type = "string" } or nil },
    note = "A place is a range where a number is open or rounded: how many operations are surely larger, and how many "
      .. "may be. What counts something else is not ranked: persons arrested or convicted, or persons most of "
      .. "whom were not taken into custody." }
  doc:audit()
  doc:sources()
  return doc:document(("Operations by %s"):format(builder.lower(indicator.name)), params)
end

return league
