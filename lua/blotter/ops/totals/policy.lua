-- How competing statements of one thing are settled.
--
-- policy.settle(name, statements) takes figures of one cell and period and returns {figure, low, best, high, rivals},
-- the last the statements that can not be true together with the chosen one, and the statements that lost, each as
-- {figure, reason, instead}. First, copies of one release count once; then a vaguer statement gives way to one that it
-- contains ("more than 2,000" to 2,314), all to those that the curator ranked as preferred, and one whose number the
-- curator doubts (status U) to the others, except where every statement is asked for.
--   newest    the latest published (default)        official  the body responsible, else the latest
--   majority  what most releases say                lowest, highest  the smallest, the largest value
--   all       no choice: the hull of all bounds

local bounds = require "blotter.ops.figures.bounds"

local policy = {}

policy.names = {"newest", "official", "majority", "lowest", "highest", "all"}

local rank_order = {preferred = 1, normal = 2, deprecated = 3}

local function is_narrower(a, b)
  if a.low == b.low and a.high == b.high then return false end
  return bounds.within(a.low, a.high, b.low, b.high)
end

local function width(figure)
  return (figure.high or math.huge) - (figure.low or -math.huge)
end

-- Later first, a source without a date where evidence places it; then the body responsible; then the curator's rank;
-- then the narrower; then by id, so that the order is the same in every run.
local function is_newer(a, b)
  if a.placed ~= b.placed then return (a.placed or -math.huge) > (b.placed or -math.huge) end
  if a.official ~= b.official then return a.official end
  if a.rank ~= b.rank then return rank_order[a.rank] < rank_order[b.rank] end
  local width1, width2 = width(a), width(b)
  if width1 ~= width2 then return width1 < width2 end
  return a.id < b.id
end

local function value_of(figure)
  return figure.best or figure.low or figure.high or 0
end

-- The statement whose measure is the largest (or the smallest); of several, the newest.
local function first_by(statements, measure, wants_largest)
  table.sort(statements, function(a, b)
    local x, y = measure(a), measure(b)
    if x ~= y then return (x > y) == wants_largest end
    return is_newer(a, b)
  end)
  return statements[1]
end

local choose = {}

function choose.newest(statements)
  table.sort(statements, is_newer)
  return statements[1]
end

function choose.official(statements)
  return first_by(statements, function(figure) return figure.official and 1 or 0 end, true)
end

function choose.lowest(statements) return first_by(statements, value_of, false) end

function choose.highest(statements) return first_by(statements, value_of, true) end

local function range_of(figure)
  return ("%s|%s"):format(figure.low, figure.high)
end

local function count_voices(statements)
  local voices, seen = {}, {}
  for _, figure in ipairs(statements) do
    local key = range_of(figure)
    local once = key .. "|" .. figure.voice
    if not seen[once] then
      seen[once] = true
      voices[key] = (voices[key] or 0) + 1
    end
  end
  return voices
end

function choose.majority(statements)
  local voices = count_voices(statements)
  return first_by(statements, function(figure) return voices[range_of(figure)] end, true)
end

choose.all = choose.newest

-- Keeps one statement of each release where they say the same.
local function drop_copies(statements, lost)
  table.sort(statements, is_newer)
  local kept, seen = {}, {}
  for _, figure in ipairs(statements) do
    local key = ("%s|%s|%s"):format(figure.voice, figure.low, figure.high)
    if seen[key] then
      local reason = seen[key].source == figure.source and "said twice in one source" or "a copy of one release"
      lost[#lost + 1] = {figure = figure, reason = reason, instead = seen[key]}
    else
      seen[key] = figure
      kept[#kept + 1] = figure
    end
  end
  return kept
end

local function drop_vaguer(statements, lost)
  local kept = {}
  for _, figure in ipairs(statements) do
    local narrower
    for _, other in ipairs(statements) do
      if other ~= figure and is_narrower(other, figure) then
        narrower = other
        break
      end
    end
    if narrower then
      lost[#lost + 1] = {figure = figure, reason = "a vaguer statement of the same", instead = narrower}
    else
      kept[#kept + 1] = figure
    end
  end
  return kept
end

-- Whether a statement says what some preferred one allows.
local function is_backed(figure, statements)
  for _, other in ipairs(statements) do
    if other.rank == "preferred" and bounds.within(figure.low, figure.high, other.low, other.high) then return true end
  end
  return false
end

local function drop_outranked(kept, statements, lost)
  local backed, others = {}, {}
  for _, figure in ipairs(kept) do
    table.insert(is_backed(figure, statements) and backed or others, figure)
  end
  if #backed == 0 then return kept end
  for _, figure in ipairs(others) do
    lost[#lost + 1] = {figure = figure, reason = "the curator ranked another statement above it", instead = backed[1],
      is_rival = true}
  end
  return backed
end

local function drop_doubted(kept, lost)
  local sure, doubted = {}, {}
  for _, figure in ipairs(kept) do table.insert(figure.status == "U" and doubted or sure, figure) end
  if #sure == 0 then return kept end
  for _, figure in ipairs(doubted) do
    lost[#lost + 1] = {figure = figure, reason = "the curator doubts its number", instead = sure[1], is_rival = true}
  end
  return sure
end

local function hull(statements)
  local low, high = statements[1].low, statements[1].high
  for i = 2, #statements do low, high = bounds.hull(low, high, statements[i].low, statements[i].high) end
  return low, high
end

-- The statements that lost and can not be true together with the chosen one.
local function rivals_of(chosen, lost)
  local rivals = {}
  for _, loss in ipairs(lost) do
    local other = loss.figure
    if loss.is_rival and not bounds.meet(chosen.low, chosen.high, other.low, other.high) then
      rivals[#rivals + 1] = other
    end
  end
  return rivals
end

--- Settles competing statements; see the head of this file.
function policy.settle(name, statements)
  local lost = {}
  if #statements == 1 then
    local only = statements[1]
    return {figure = only, low = only.low, best = only.best, high = only.high, rivals = {}}, lost
  end
  local kept = drop_copies(statements, lost)
  if name ~= "all" then kept = drop_doubted(drop_outranked(drop_vaguer(kept, lost), statements, lost), lost) end
  local chosen = choose[name](kept)
  for _, figure in ipairs(kept) do
    if figure ~= chosen then
      local reason = name == "all" and "a competing statement; its bounds are in the hull"
        or "a competing statement, settled by " .. name
      lost[#lost + 1] = {figure = figure, reason = reason, instead = chosen, is_rival = true}
    end
  end
  local low, high = chosen.low, chosen.high
  if name == "all" then low, high = hull(kept) end
  return {figure = chosen, low = low, best = chosen.best, high = high, rivals = rivals_of(chosen, lost)}, lost
end

return policy
