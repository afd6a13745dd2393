-- Findings that repeat one conflict are one finding.
--
-- repeats.fold(model, list, add_also) takes ranked findings and folds each into the first before it that it repeats:
-- one of the same class that speaks of the same and shares a statement; one whose counts all stand in it already,
-- beside a percentage; and one of the same sources and the same gap about a part, or the whole, of what it is about. Of
-- the last two the sentence then speaks as well. What a breakdown leaves is no conflict. repeats.statement_of(figure)
-- is what a figure says, whoever says it.

local facets = require "blotter.ops.figures.facets"
local phrase = require "blotter.ops.figures.phrase"

local repeats = {}

function repeats.statement_of(figure)
  return ("%s#%s#%s"):format(figure.cell, figure.low, figure.high)
end

local statement_of = repeats.statement_of

-- What is counted of whom in a finding.
local function matter_of(finding)
  local seen, list = {}, {}
  for _, figure in ipairs(finding.figures) do
    local name = figure.subject .. "|" .. figure.indicator
    if not seen[name] then
      seen[name] = true
      list[#list + 1] = name
    end
  end
  table.sort(list)
  return table.concat(list, "|")
end

local function statements_of(finding)
  local said = {}
  for _, group in ipairs {finding.figures, finding.also} do
    for _, figure in ipairs(group) do said[statement_of(figure)] = true end
  end
  return said
end

local function shares_statement(home, finding)
  if matter_of(home) ~= matter_of(finding) then return false end
  local said = {}
  for _, figure in ipairs(home.figures) do said[statement_of(figure)] = true end
  for _, figure in ipairs(finding.figures) do
    if said[statement_of(figure)] then return true end
  end
  return false
end

-- Whether a percentage is held against counts that contradict each other already.
local function follows(home, finding)
  local said, counts = statements_of(home), 0
  for _, figure in ipairs(finding.figures) do
    if figure.unit ~= "percent" then
      if not said[statement_of(figure)] then return false end
      counts = counts + 1
    end
  end
  return counts > 1 and counts < #finding.figures
end

-- The sources of what says the same as a figure of a finding.
local function sources_of(finding, figure)
  local said, sources = statement_of(figure), {}
  for _, group in ipairs {finding.figures, finding.also} do
    for _, other in ipairs(group) do
      if statement_of(other) == said then sources[other.source] = true end
    end
  end
  return sources
end

local function meet(a, b)
  for source in pairs(a) do
    if b[source] then return true end
  end
  return false
end

local function is_within(model, a, b)
  return facets.dims_within(model, a, b) and (not b.area or a.area ~= nil and model:area_within(a.area, b.area))
    and facets.same_period(a, b)
end

-- Whether two sources that differ about a whole differ by as much about a part of it.
local function is_of_part(model, home, finding)
  local a, b = home.figures, finding.figures
  if #a ~= 2 or #b ~= 2 or home.check ~= finding.check or matter_of(home) ~= matter_of(finding) then return false end
  if not home.low or home.low ~= finding.low or home.high ~= finding.high then return false end
  for i = 1, 2 do
    if not meet(sources_of(home, a[i]), sources_of(finding, b[i])) then return false end
    if not is_within(model, a[i], b[i]) and not is_within(model, b[i], a[i]) then return false end
  end
  return true
end

local function percentages_of(_, finding)
  local words = {}
  for _, group in ipairs {finding.figures, finding.also} do
    for _, figure in ipairs(group) do
      if figure.unit == "percent" then words[#words + 1] = phrase.value(figure) end
    end
  end
  return phrase.list(words)
end

local function gap_of(model, finding)
  local a, b = finding.figures[1], finding.figures[2]
  return ("%s and %s (%s)"):format(phrase.value(a), phrase.value(b), phrase.about(model, a))
end

-- The ways in which a finding repeats another one, what is then told of it, and how.
local ways = {
  {repeats = function(_, home, finding) return shares_statement(home, finding) end},
  {repeats = function(_, home, finding) return follows(home, finding) end, tell = percentages_of,
    words = "; of their percentages, %s cannot be made of them either"},
  {repeats = is_of_part, tell = gap_of, words = "; as far apart are %s"},
}

-- The finding before a finding that it repeats, and the way in which it does; nil where it repeats none.
local function repeated_by(model, kept, finding)
  for _, home in ipairs(finding.class ~= "remainder" and kept or {}) do
    for _, way in ipairs(home.class == finding.class and ways or {}) do
      if way.repeats(model, home, finding) then return home, way end
    end
  end
  return nil
end

-- What was folded into a finding, in its sentence.
local function tell(finding, told)
  for _, way in ipairs(ways) do
    if told[way] then finding.sentence = finding.sentence .. way.words:format(phrase.list(told[way])) end
  end
end

--- Folds what repeats a conflict into the finding that ranks before it; see the head of this file.
function repeats.fold(model, list, add_also)
  local kept, told = {}, {}
  for _, finding in ipairs(list) do
    local home, way = repeated_by(model, kept, finding)
    if home then
      if way.tell then
        told[home][way] = told[home][way] or {}
        table.insert(told[home][way], way.tell(model, finding))
      end
      add_also(home, finding.figures)
      add_also(home, finding.also)
    else
      kept[#kept + 1], told[finding] = finding, {}
    end
  end
  for _, finding in ipairs(kept) do tell(finding, told[finding]) end
  return kept
end

return repeats
