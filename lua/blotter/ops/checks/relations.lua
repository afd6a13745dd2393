-- Declared relations, recomputed: sums, subsets, ratios and changes between figures.
--
-- A printed percentage may be cut instead of rounded: 260 for 260.7 is no contradiction, 86 for 85.1 is one.
-- A ratio or change is held as an exact range: the printed one with its tolerance, or the bounds of the figure that
-- states it, in millionths; the two figures keep their bounds. Where one side prints no number, nothing is compared:
-- relations.implied gives the range that the relation makes of it.

local decimal = require "blotter.lang.decimal"
local bounds = require "blotter.ops.figures.bounds"
local phrase = require "blotter.ops.figures.phrase"
local rounding = require "blotter.ops.checks.rounding"

local relations = {}

local million = 1000000

local function millionths(value, is_low)
  local scaled = value * million
  local rounded = math.tointeger(scaled) or math.tointeger(math.floor(scaled + 0.5))
  if math.abs(scaled - rounded) < 1e-3 then return rounded end
  return is_low and math.floor(scaled) or math.ceil(scaled)
end

-- The range of a ratio in millionths; either side may be open.
local function stated_range(relation, stating)
  if stating and stating.unit == "percent" then
    return stating.low and millionths(stating.low / 100, true), stating.high and millionths(stating.high / 100, false)
  end
  if stating then
    return stating.low and millionths(stating.low, true), stating.high and millionths(stating.high, false)
  end
  if not relation.value then return nil, nil end
  local tolerance = relation.tolerance or 0
  return millionths(relation.value - tolerance, true), millionths(relation.value + tolerance, false)
end

-- A decrease is printed as a positive number by some sources; the sign follows the figures of the relation.
local function signed(relation, low, high)
  if relation.value and relation.value < 0 and low and low >= 0 then return high and -high, -low end
  return low, high
end

--- The range of left that a ratio or change makes of right: integers, nil is open.
function relations.implied(model, relation)
  local right = relation.right and model.by_id[relation.right]
  if not right then return nil, nil end
  local low, high = signed(relation, stated_range(relation, relation.figure and model.by_id[relation.figure]))
  if relation.type == "change" then low, high = low and low + million, high and high + million end
  local from = low and right.low and math.tointeger(right.low) and bounds.share(low, low, million, right.low, nil)
  local to
  if high and right.high and math.tointeger(right.high) then
    local _, top = bounds.share(high, high, million, nil, right.high)
    to = top
  end
  return from or nil, to
end

local function percent_text(low, high, is_change)
  local function one(value)
    local text = decimal("%.1f", value / 10000)
    return (text:gsub("%.0$", ""))
  end
  if low and high then
    local a, b = one(low), one(high)
    return (a == b and a or a .. " to " .. b) .. " percent"
  end
  if low then return "at least " .. one(low) .. " percent" end
  if high then return "at most " .. one(high) .. " percent" end
  return is_change and "an unknown change" or "an unknown share"
end

-- The ratio of two figures in millionths, as wide as their bounds allow.
local function actual_range(left, right, is_change)
  local low = left.low and right.high and right.high > 0 and math.floor(left.low / right.high * million)
  local high = left.high and right.low and right.low > 0 and math.ceil(left.high / right.low * million)
  if is_change then low, high = low and low - million, high and high - million end
  return low or nil, high or nil
end

-- A range with those values that would be cut to it: digits are cut towards zero, so only the far end moves.
local function cut_range(low, high, slack)
  if high and high <= 0 then return low and low - slack, high end
  return low, high and high + slack
end

local multiples = {[2] = "doubling", [3] = "tripling", [4] = "quadrupling"}

-- What is stated, in words: the figure that states it, a multiple by its name, or a percentage.
local function stated_text(relation, stating, low, high)
  if stating then return (relation.type == "change" and "change of " or "share of ") .. phrase.value(stating) end
  if relation.type == "ratio" and relation.value >= 2 then
    return multiples[relation.value] or decimal("multiple of %.3g", relation.value)
  end
  local words = percent_text(low, high, relation.type == "change")
  if (relation.tolerance or 0) < 0.02 then
    words = percent_text(millionths(relation.value, true), millionths(relation.value, false))
  end
  return (relation.type == "change" and "change of " or "share of ") .. words
end

local function times_text(low, high)
  local function one(value) return decimal("%.2f", value / million) end
  if low and high and one(low) ~= one(high) then return one(low) .. " to " .. one(high) .. " times" end
  return one(low or high) .. " times"
end

-- A share or multiple that was put into words alone: how near is near enough is the reader's.
local function is_vague(relation, stating)
  return not stating and relation.type == "ratio" and relation.value < 1 and (relation.tolerance or 0) >= 0.01
end

local nearness = 0.2

local function check_quotient(found, relation, left, right)
  local is_change = relation.type == "change"
  local stating = relation.figure and found.model.by_id[relation.figure]
  local low, high = signed(relation, stated_range(relation, stating))
  if not low and not high then return end
  local actual_low, actual_high = actual_range(left, right, is_change)
  local cut_low, cut_high = cut_range(low, high, millionths(relation.tolerance or 0, false))
  if bounds.meet(cut_low, cut_high, actual_low, actual_high) then
    found:count("relations", bounds.within(actual_low, actual_high, low, high) and "all" or "some")
    return
  end
  local is_tens = stating ~= nil and rounding.to_tens(stating, actual_low and actual_low / 10000,
    actual_high and actual_high / 10000)
  if stating and found:is_disputed(stating, is_tens) then return found:count("relations", "some") end
  local vague = is_vague(relation, stating)
  local room = vague and math.floor(relation.value * nearness * million) or 0
  if vague and bounds.meet(low - room, high + room, actual_low, actual_high) then
    return found:count("relations", "some")
  end
  local gap_low, gap_high = bounds.subtract(actual_low, actual_high, low, high)
  local figures = {left, right}
  if stating then table.insert(figures, 1, stating) end
  local is_loose = vague or is_tens
  local is_multiple = not stating and relation.type == "ratio" and relation.value >= 2
  found:add {
    check = is_change and "changes" or "percentages", class = is_loose and "drift" or "contradiction",
    verdict = is_loose and "some" or "none", figures = figures, blamed = {stating},
    low = gap_low and gap_low / 10000, high = gap_high and gap_high / 10000, unit = "percent",
    sentence = ("%s: a %s is stated, but %s against %s make %s%s"):format(
      phrase.about(found.model, stating or left), stated_text(relation, stating, low, high), phrase.counted(left),
      phrase.counted(right), is_multiple and times_text(actual_low, actual_high)
        or percent_text(actual_low, actual_high, is_change), is_tens and "; it may be rounded to tens" or ""),
  }
end

local function check_subset(found, _, left, right)
  local verdict = bounds.verdict_at_most(left.low, left.high, right.low, right.high)
  if verdict ~= "none" then return found:count("relations", verdict) end
  local low, high = bounds.subtract(left.low, left.high, right.low, right.high)
  found:add {
    check = "subsets", class = "contradiction", verdict = "none", figures = {left, right}, low = low, high = high,
    sentence = ("%s: %s are said to be among %s, which are fewer"):format(phrase.about(found.model, left),
      phrase.counted(left), phrase.counted(right)),
  }
end

-- All parts that one source adds up to one whole.
local function check_sum(found, whole, parts)
  local low, high = bounds.sum(parts)
  local words = {}
  for i, part in ipairs(parts) do words[i] = phrase.counted(part) end
  local verdict = bounds.verdict_equal(low, high, whole.low, whole.high)
  if verdict ~= "none" then return found:count("relations", verdict) end
  local gap_low, gap_high = bounds.subtract(whole.low, whole.high, low, high)
  local figures = {whole}
  for _, part in ipairs(parts) do figures[#figures + 1] = part end
  if found:is_known(figures, "contradiction") then return end
  found:add {
    check = "sums", class = "contradiction", verdict = "none", figures = figures, low = gap_low, high = gap_high,
    sentence = ("%s: %s are said to be the sum of %s, which is %s"):format(phrase.about(found.model, whole),
      phrase.counted(whole), phrase.list(words), bounds.describe(low, high)),
  }
end

--- Runs the check over the table of relations.
function relations.check(found)
  local by_id, sums, order = found.model.by_id, {}, {}
  for _, relation in ipairs(found.model.tables.relations.rows) do
    local left = relation.left and by_id[relation.left]
    local right = relation.right and by_id[relation.right]
    if left and right then
      if relation.type == "sum" then
        local key = relation.left .. "|" .. relation.source
        if not sums[key] then
          sums[key] = {whole = left}
          order[#order + 1] = sums[key]
        end
        table.insert(sums[key], right)
      elseif relation.type == "subset" then
        check_subset(found, relation, left, right)
      else
        check_quotient(found, relation, left, right)
      end
    end
  end
  for _, sum in ipairs(order) do check_sum(found, sum.whole, sum) end
end

return relations
