-- Holds every figure against every other that it can be held against, and ranks what does not fit.
--
-- The checks, in their order: printed and stored numbers, parts against their whole, statements of one thing,
-- cumulative figures, nested periods, periods that follow each other, declared relations, percentages beside counts,
-- all margins together, linked breakdowns, phases against programmes, ages, countries, rates, durations, one count
-- under two dates, drift, and what a curator judged. A later check does not repeat what an earlier one found.

local findings = require "blotter.ops.checks.findings"

local reconcile = {}

reconcile.checks = {"printed", "parts", "statements", "cumulative", "periods", "increments", "relations", "shares",
  "margins", "linked", "phases", "ages", "countries", "rates", "durations", "datings", "drift", "judged"}

--- The ranked findings over a model; see findings.lua. The list's field tally counts all comparisons by check and
-- verdict, its field notes says what could not be checked and why. options.check runs only the named check.
function reconcile.run(whole, options)
  local found = findings.collector(whole)
  for _, name in ipairs(reconcile.checks) do
    if not options or not options.check or options.check == name then
      require("blotter.ops.checks." .. name).check(found)
    end
  end
  return found:finish()
end

return reconcile
