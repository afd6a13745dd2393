-- Statements of one thing against each other: the same cell and the same closed period, in one source or in several.
--
-- Ranges that meet agree: "more than 2,000" and 2,314 are no conflict. A copy of a release is no second statement, a
-- statement made before its period ended is a part of it, and what grows over time (since, as of) is held by the
-- check of cumulative figures instead, unless both speak of the very same day.

local bounds = require "blotter.ops.figures.bounds"
local facets = require "blotter.ops.figures.facets"
local groups = require "blotter.ops.figures.groups"
local doubt = require "blotter.ops.checks.doubt"
local rounding = require "blotter.ops.checks.rounding"
local phrase = require "blotter.ops.figures.phrase"

local statements = {}

local closed = {day = true, range = true, calendar = true, fiscal = true, year = true}

-- Whether a figure speaks of a period that was over when its source appeared, as far as both are known.
local function is_complete(figure)
  local published = figure.source_row.published_last
  if not published or not figure.last then return true end
  local slack = figure.period_precision == "day" and 0 or 31
  return published >= figure.last - slack
end

-- Two days of action close to each other are one.
local function same_action(a, b)
  return facets.happens_once(a) and a.period_kind == "day" and b.period_kind == "day" and a.source ~= b.source
    and math.abs(a.first - b.first) <= 3
end

local near = 183

-- What happened once is spoken of as a whole by a figure without a period, or with another one.
local function comparable(a, b)
  local open1, open2 = a.period_kind == "unspecified", b.period_kind == "unspecified"
  if facets.happens_once(a) and not a.indicator_row.adds_over.period then
    return a.source ~= b.source or facets.same_period(a, b) and not open1
  end
  if open1 and open2 and not facets.happens_once(a) then
    -- Without a period, what sources say about the same time may be of one time.
    return a.source ~= b.source and a.placed ~= nil and b.placed ~= nil and math.abs(a.placed - b.placed) <= near
  end
  if open1 or open2 then
    if not facets.happens_once(a) or a.source == b.source then return false end
    return open1 and (open2 or b.period_kind == "range") or a.period_kind == "range"
  end
  if same_action(a, b) then return true end
  if closed[a.period_kind] and closed[b.period_kind] then return facets.same_period(a, b) end
  return a.last ~= nil and a.last == b.last and a.first == b.first
end

-- Whether what one figure says lies above a value and what the other says lies below a larger one: "more than 35" and
-- "nearly 36" are two ways to say one number, though no whole number lies between.
local function between(above, below)
  return above.high == nil and above.value and below.value and above.low and above.low > above.value
    and below.high and below.high < below.value and above.value < below.value
end

-- Whether what one figure says is what another says together with the further counts beside it: 156 is 136 and 20.
local function adds_up_to(figure, other)
  if not figure.further then return false end
  local low, high = bounds.sum {figure, table.unpack(figure.further)}
  return bounds.meet(low, high, other.low, other.high)
end

-- Whether two figures disagree however their words and round numbers are read.
local function disjoint(a, b)
  if bounds.meet(a.low, a.high, b.low, b.high) or between(a, b) or between(b, a) then return false end
  if adds_up_to(a, b) or adds_up_to(b, a) then return false end
  return a.value ~= b.value and not rounding.repairs(a, b)
end

-- How a pair that cannot agree is to be read: class, verdict and the words that say so; nil when it is no finding.
local function reading(found, a, b)
  local judged = found.model:judgement(a, b)
  if judged then
    if judged.verdict == "conflict" then return "contradiction", "none", "" end
    if judged.verdict == "revision" then return "revision", "some", "; judged a revision" end
    return nil
  end
  if a.source_row.supersedes == b.source or b.source_row.supersedes == a.source then
    return "revision", "some", "; the later edition replaces the earlier"
  end
  if found.model:differ_in_base(a, b) or a.source == b.source and a.indicator:find "_change$" then
    return nil -- against two bases; a source that prints two changes of one thing has two
  end
  if a.source == b.source and doubt.own_words(a) ~= doubt.own_words(b) then
    return nil -- a source that prints two numbers under two names tells two things apart
  end
  if a.status == "P" or b.status == "P" then return "revision", "some", "; one is provisional" end
  if rounding.to_tens(a, b.low, b.high) or rounding.to_tens(b, a.low, a.high) then
    return "drift", "some", "; one may be rounded to tens"
  end
  local why = doubt.reason {a, b}
  if why then return "drift", "some", "; " .. why end
  if a.source == b.source then return "contradiction", "none", "" end
  local later, earlier = a, b
  if (a.published or 0) < (b.published or 0) then later, earlier = b, a end
  if later.source_row.publisher == earlier.source_row.publisher and later.published ~= earlier.published then
    return "revision", "some", "; the later one may be a revision"
  end
  local days = later.published and earlier.published and later.published - earlier.published or 0
  local grows = (later.low or 0) > (earlier.high or 0) and later.subject_row.type == "operation"
  if grows and days >= 30 then return "revision", "some", "; the later one may count more" end
  if a.period_kind == "unspecified" or b.period_kind == "unspecified" then
    return "contradiction", "some", "; not every source says of which period"
  end
  if a.first ~= b.first or a.last ~= b.last then
    return "contradiction", "some", "; the sources do not give the same period"
  end
  return "contradiction", "none", ""
end

-- The pair of a group that is farthest apart, or nil when all agree.
local function farthest(group)
  local highest, lowest, widest
  for i, a in ipairs(group) do
    for j = i + 1, #group do
      local b = group[j]
      if disjoint(a, b) then
        local upper, lower = a, b
        if (a.low or -math.huge) < (b.low or -math.huge) then upper, lower = b, a end
        local gap = upper.low - lower.high
        if not widest or gap > widest then highest, lowest, widest = upper, lower, gap end
      end
    end
  end
  return highest, lowest
end

-- All figures of a group that disagree with one of the pair, one for each distinct range, largest first.
local function voices_of(group, highest, lowest)
  local chosen, seen = {}, {}
  for _, figure in ipairs(group) do
    if disjoint(figure, highest) or disjoint(figure, lowest) then
      local key = ("%s|%s"):format(figure.low, figure.high)
      if not seen[key] then
        seen[key] = {figure = figure, others = {}}
        chosen[#chosen + 1] = seen[key]
      else
        table.insert(seen[key].others, figure)
      end
    end
  end
  table.sort(chosen, function(x, y)
    local p, q = x.figure.low or -math.huge, y.figure.low or -math.huge
    if p ~= q then return p > q end
    return x.figure.id < y.figure.id
  end)
  return chosen
end

local function report(found, group, highest, lowest)
  local class, verdict, ending = reading(found, highest, lowest)
  if not class then return end
  local figures, also, words = {}, {}, {}
  for _, voice in ipairs(voices_of(group, highest, lowest)) do
    figures[#figures + 1] = voice.figure
    local who = voice.figure.source_row.publisher_row.name
    words[#words + 1] = ("%s (%s)"):format(phrase.value(voice.figure), who)
    for _, other in ipairs(voice.others) do also[#also + 1] = other end
  end
  local within = highest.source == lowest.source
  local low, high = bounds.subtract(highest.low, highest.high, lowest.low, lowest.high)
  found:add {
    check = within and "within" or "across", class = class, verdict = verdict, figures = figures, also = also,
    low = low, high = high,
    sentence = ("%s: %s %s as %s, %s apart%s"):format(phrase.about(found.model, highest),
      within and "one source gives" or "sources give", phrase.list(words), phrase.lower(highest.indicator_row.name),
      bounds.describe(low, high), ending),
  }
end

-- A statement that is open above and whose number is at most half of what another says at least: "more than 200" beside
-- about 600. It contradicts nothing, and yet nobody would say so.
local function far_below(group)
  for _, a in ipairs(group) do
    for _, b in ipairs(group) do
      if a.low and not a.high and b.low and b.high and a.source ~= b.source and 2 * a.low <= b.low then return a, b end
    end
  end
  return nil
end

local function report_far(found, a, b)
  if found.model:is_settled(a, b) then return end
  found:add {
    check = "across", class = "drift", verdict = "some", figures = {a, b}, low = b.low - a.low,
    sentence = ("%s: %s in one source, and %s in another, which is far from the former"):format(
      phrase.about(found.model, a), phrase.counted(a), phrase.value(b)),
  }
end

local function usable(figure)
  return figure.rank ~= "deprecated" and is_complete(figure) and (figure.low or figure.high)
end

--- Runs the check over all cells.
function statements.check(found)
  for _, cell in ipairs(found.model.cells) do
    if #cell > 1 then
      for _, group in ipairs(groups.of(groups.where(cell, usable), comparable)) do
        local highest, lowest = farthest(group)
        if highest then
          report(found, group, highest, lowest)
        elseif #group > 1 then
          local low, high = far_below(group)
          if low then report_far(found, low, high) else found:count("across", "some") end
        end
      end
    end
  end
end

return statements
