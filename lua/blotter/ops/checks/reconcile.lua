-- Holds every figure against every other that it can be held against, and ranks what does not fit.
--
-- The checks, in their order: printed and stored numbers, parts against their whole, statements of one thing,
-- cumulative figures, nested periods, periods that follow each other, declared relations, shares and changes beside
-- counts, all margins together, linked breakdowns, phases against programmes, ages, countries, rates, durations, one
-- count under two dates, drift, and what a curator judged. A later check does not repeat what an earlier one found.

local findings = require "blotter.ops.checks.findings"

local reconcile = {}

reconcile.checks = {"printed", "parts", "statements", "cumulative", "periods", "increments", "relations", "shares",
  "growth", "margins", "linked", "phases", "ages", "countries", "rates", "durations", "datings", "drift", "judged"}

-- What findings are named that a check makes under names of their own.
local made_by = {across = "statements", within = "statements", percentages = "relations", changes = "relations",
  subsets = "relations", sums = "relations"}

--- All names that options.check may have: those of the checks, and those that findings bear.
reconcile.names = table.move(reconcile.checks, 1, #reconcile.checks, 1, {})
for name in pairs(made_by) do table.insert(reconcile.names, name) end
table.sort(reconcile.names)

-- Keeps the findings of one name only.
local function keep(found, name)
  local kept = {}
  for _, finding in ipairs(found.list) do
    if finding.check == name then kept[#kept + 1] = finding end
  end
  found.list = kept
end

--- The ranked findings over a model; see findings.lua. The list's field tally counts all comparisons by check and
-- verdict, its field notes says what could not be checked and why. options.check runs only the named check,
-- or gives the findings of that name.
function reconcile.run(whole, options)
  local found, asked = findings.collector(whole), options and options.check
  for _, name in ipairs(reconcile.checks) do
    if not asked or (made_by[asked] or asked) == name then require("blotter.ops.checks." .. name).check(found) end
  end
  if made_by[asked] then keep(found, asked) end
  return found:finish()
end

return reconcile
