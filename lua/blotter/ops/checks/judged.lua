-- What a curator judged a conflict and no other check can see: a number beside another of the same size that means
-- something else, a count put to the wrong year.

local bounds = require "blotter.ops.figures.bounds"
local phrase = require "blotter.ops.figures.phrase"

local judged = {}

local function report(found, left, right)
  local low, high = bounds.subtract(left.low, left.high, right.low, right.high)
  found:add {
    check = "judged", class = "contradiction", verdict = "none", figures = {left, right}, low = low, high = high,
    sentence = ("%s: %s in one source and %s in another cannot both hold"):format(
      phrase.about(found.model, left), phrase.counted(left), phrase.counted(right)
        .. (phrase.period(right) ~= phrase.period(left) and " (" .. (phrase.period(right) or "undated") .. ")" or "")),
  }
end

--- Runs the check over the judgements of conflict that stand in no finding yet.
function judged.check(found)
  for _, row in ipairs(found.model.tables.judgements.rows) do
    local left, right = found.model.by_id[row.left], found.model.by_id[row.right]
    if row.verdict == "conflict" and left and right and not found:holds_both(left, right) then
      report(found, left, right)
    end
  end
end

return judged
