-- The audit of what a report is about to publish.
--
-- audit.check(model, found, published) takes the numbers of a report, each {label, low, best, high, flags, figures},
-- and returns what should not be printed so, one plain sentence each: ends out of order, a number without a source, a
-- sum that counts twice, a figure that a revision replaced, and a figure that some finding calls impossible when no
-- flag says so.

local facets = require "blotter.ops.figures.facets"
local findings = require "blotter.ops.checks.findings"
local phrase = require "blotter.ops.figures.phrase"

local audit = {}

local function has_flag(number, wanted)
  for _, flag in ipairs(number.flags or {}) do
    if flag == wanted then return true end
  end
  return false
end

local function check_ends(number)
  local low, best, high = number.low, number.best, number.high
  if low and high and low > high or low and best and best < low or high and best and best > high then
    return ("%s: its ends are out of order"):format(number.label)
  end
end

local function check_sum(model, number)
  local figures = number.figures
  for i = 1, #figures do
    for j = i + 1, #figures do
      if not facets.separates(model, figures[i], figures[j]) then
        return ("%s: its sum counts %s and %s, which may overlap"):format(number.label, phrase.counted(figures[i]),
          phrase.counted(figures[j]))
      end
    end
  end
end

local function check_replaced(model, number)
  for _, figure in ipairs(number.figures) do
    if figure.rank == "deprecated" then
      return ("%s: %s is deprecated"):format(number.label, phrase.counted(figure))
    end
    for _, judgement in ipairs(model.tables.judgements.rows) do
      if judgement.verdict == "revision" and judgement.left == figure.id and model.by_id[judgement.right] then
        return ("%s: %s was replaced by a revision"):format(number.label, phrase.counted(figure))
      end
    end
  end
end

--- What should not be published so: a list of sentences, empty when all is well.
function audit.check(model, found, published)
  local problems, impossible = {}, findings.impossible(found)
  for _, number in ipairs(published) do
    local problem = check_ends(number) or check_sum(model, number) or check_replaced(model, number)
    if not problem and #number.figures == 0 then problem = number.label .. ": it has no source" end
    for _, figure in ipairs(number.figures) do
      if not problem and impossible[figure.id] and not has_flag(number, "contradicted") then
        problem = ("%s: %s stands in a contradiction, and no flag says so"):format(number.label, phrase.counted(figure))
      end
    end
    problems[#problems + 1] = problem
  end
  return problems
end

return audit
