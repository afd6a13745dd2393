-- Parts against their whole, one split of one source at a time.
--
-- Parts that stand side by side may not sum to more than their whole; if the source gives all of them, not to less
-- either. What a split of unknown coverage leaves over is a remainder, not a contradiction; of a split that is known to
-- be partial it is expected. Parts that may share members are only each held against the whole.

local bounds = require "blotter.ops.figures.bounds"
local periods = require "blotter.ops.checks.periods"
local phrase = require "blotter.ops.figures.phrase"
local rounding = require "blotter.ops.checks.rounding"

local parts = {}

-- The splits of a whole: parts of one indicator and split name, one figure for each cell.
local function splits_of(whole)
  local splits, order, seen = {}, {}, {}
  for _, part in ipairs(whole.parts) do
    if part.indicator == whole.indicator and part.rank ~= "deprecated" then
      local name = (part.split or "parts") .. "|" .. part.source
      local split = splits[name]
      if not split then
        split = {name = part.split or "parts", coverage = part.coverage or "unknown", figures = {}}
        splits[name] = split
        order[#order + 1] = split
      end
      local once = name .. "|" .. part.cell .. "|" .. tostring(part.first) .. "|" .. tostring(part.last)
      if not seen[once] then
        seen[once] = true
        split.figures[#split.figures + 1] = part
      end
    end
  end
  return order
end

--- The splits of a figure with what they leave unexplained: {name, coverage, figures, low, high} where low and high
-- bound whole minus parts. For reports.
function parts.breakdowns(whole)
  if not whole.parts then return {} end
  local splits = splits_of(whole)
  for _, split in ipairs(splits) do
    local low, high = bounds.sum(split.figures)
    split.sum_low, split.sum_high = low, high
    split.low, split.high = bounds.subtract(whole.low, whole.high, low, high)
  end
  return splits
end

local function describe_parts(model, whole, figures)
  local words = {}
  for i, figure in ipairs(figures) do
    local label = phrase.categories(model, figure, setmetatable({area = whole.area}, {__index = whole.dims}))
    words[i] = phrase.value(figure) .. (label ~= "" and " (" .. label .. ")" or "")
    if i == 6 and #figures > 7 then
      words[7] = ("%d more parts"):format(#figures - 6)
      break
    end
  end
  return phrase.list(words)
end

local function involved(whole, figures)
  local list = {whole}
  for _, figure in ipairs(figures) do list[#list + 1] = figure end
  return list
end

local function report(found, whole, split, finding)
  finding.check, finding.figures = "parts", involved(whole, split.figures)
  local intro = ("%s: %s in all, but the parts, %s, ")
    :format(phrase.about(found.model, whole), phrase.counted(whole), describe_parts(found.model, whole, split.figures))
  finding.sentence = intro .. finding.ending
  finding.split, finding.ending = split.name, nil
  found:add(finding)
end

local function check_overlapping(found, whole, split)
  for _, part in ipairs(split.figures) do
    local verdict = bounds.verdict_at_most(part.low, part.high, whole.low, whole.high)
    if verdict == "none" then
      local low, high = bounds.subtract(part.low, part.high, whole.low, whole.high)
      found:add {check = "parts", class = "contradiction", verdict = "none", figures = {part, whole},
        low = low, high = high, sentence = ("%s: %s is a part of %s, which is smaller")
          :format(phrase.about(found.model, part), phrase.counted(part), phrase.value(whole))}
    else
      found:count("parts", verdict)
    end
  end
end

local function check_split(found, whole, split)
  if split.coverage == "overlapping" then return check_overlapping(found, whole, split) end
  local low, high = bounds.sum(split.figures)
  local gap_low, gap_high = bounds.subtract(whole.low, whole.high, low, high)
  local sum = bounds.describe(low, high)
  local _, limit = rounding.range(whole)
  if limit and low and low > limit then
    -- Only the parts that it takes to be too many: the smallest conflict is the clearest.
    split = {name = split.name, figures = periods.shrink(split.figures, limit)}
    low, high = bounds.sum(split.figures)
    sum = bounds.describe(low, high)
    gap_low, gap_high = bounds.subtract(whole.low, whole.high, low, high)
    local over_low, over_high = -gap_high, gap_low and -gap_low
    report(found, whole, split, {class = "contradiction", verdict = "none", low = over_low, high = over_high,
      ending = ("make %s, which is %s too many"):format(sum, bounds.describe(over_low, over_high))})
  elseif gap_low and gap_low > 0 and split.coverage == "exhaustive" then
    report(found, whole, split, {class = "contradiction", verdict = "none", low = gap_low, high = gap_high,
      ending = ("which are said to be all, make %s, which is %s too few")
        :format(sum, bounds.describe(gap_low, gap_high))})
  elseif gap_low and gap_low > 0 and #split.figures > 1 and split.coverage ~= "partial" then
    report(found, whole, split, {class = "remainder", verdict = "some", low = gap_low, high = gap_high,
      ending = ("make %s and leave %s unexplained"):format(sum, bounds.describe(gap_low, gap_high))})
  else
    found:count("parts", gap_low == 0 and gap_high == 0 and "all" or "some")
  end
end

--- Runs the check over all figures that have parts.
function parts.check(found)
  for _, whole in ipairs(found.model.figures) do
    if whole.parts and whole.rank ~= "deprecated" and whole.indicator_row.step ~= 0 then
      for _, split in ipairs(splits_of(whole)) do check_split(found, whole, split) end
    end
  end
end

return parts
