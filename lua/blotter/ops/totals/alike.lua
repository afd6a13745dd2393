-- What a total has taken, without what counts something narrower beside counts of all.
--
-- alike.kept(question, choices) returns the choices that stay, and the others as {choice, whole}. Where a subject that
-- goes on counting has figures of all that is asked, those that are of some areas or categories only are no part of its
-- sum; and what counts some persons only (children, women, citizens of one country) is no part of a sum with counts of
-- all persons, of whichever subjects.

local confined = require "blotter.ops.totals.confined"
local facets = require "blotter.ops.figures.facets"
local questions = require "blotter.ops.totals.question"

local alike = {}

local of_persons = {"age_band", "sex", "citizenship"}

local function counts_some_persons(question, figure, full)
  for _, dimension in ipairs(of_persons) do
    if confined.category(question, figure, dimension, full) then return true end
  end
  return false
end

-- The row in which a figure of a question stands, and the sum of it that is of the figure's subject.
local function sums_of(question, figure)
  local row = questions.row(question, figure)
  return row, figure.subject .. "|" .. row
end

-- The figures of all that is asked, by the row in which they stand, and by their subject's sum in it.
local function wholes_of(question, figures, full)
  local by_row, by_sum = {}, {}
  for _, figure in ipairs(figures) do
    if not confined.is(question, figure, full) then
      local row, sum = sums_of(question, figure)
      by_row[row] = figure
      if not facets.happens_once(figure) then by_sum[sum] = figure end
    end
  end
  return by_row, by_sum
end

--- The choices that make one sum; see the head of this file.
function alike.kept(question, choices)
  local figures, kept, lost = {}, {}, {}
  for i, choice in ipairs(choices) do figures[i] = choice.figure end
  local list, full = confined.wholes(question.model, figures)
  local by_row, by_sum = wholes_of(question, list, full)
  for i, choice in ipairs(choices) do
    local figure, whole = list[i], nil
    local row, sum = sums_of(question, figure)
    if counts_some_persons(question, figure, full) then
      whole = by_sum[sum] or by_row[row]
    elseif confined.is(question, figure, full) then
      whole = by_sum[sum]
    end
    if whole then lost[#lost + 1] = {choice = choice, whole = whole} else kept[#kept + 1] = choice end
  end
  return kept, lost
end

return alike
