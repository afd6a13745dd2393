-- What the checks found, collected, merged and ranked.
--
-- A finding has
--   check      the name of the check (see checks/)
--   class      contradiction, revision, drift or remainder (what a breakdown leaves unexplained)
--   verdict    none: no reading of the figures can be true together; some: it depends on the reading; all: consistent
--   figures    the figures involved, the one that the sentence begins with first
--   low, high  the gap as a range (nil is open)
--   sentence   what is wrong, in one plain sentence with the sources
--   statement  the sentence without its sources and what the curator judged, which is `judged`
--   blamed     the figures that the finding makes doubtful, where that is not all of them
--   also       further figures that state the same again, in other sources, or repeat the conflict
--   judgement  the curator's decision about two of the figures, a row of the table, or nil
--   notes      the curator's notes on the figures, each {figure, note}
-- Findings are ranked: what no reading can repair first, then by class, then by the share of the gap.

local phrase = require "blotter.ops.figures.phrase"
local repeats = require "blotter.ops.checks.repeats"

local statement_of = repeats.statement_of
local findings = {}

local Collector = {}
Collector.__index = Collector

local class_order = {contradiction = 1, revision = 2, drift = 3, remainder = 4}
local verdict_order = {none = 1, some = 2, all = 3}

--- An empty collection over a model.
function findings.collector(whole)
  return setmetatable({model = whole, list = {}, by_signature = {}, disputed = {}, tally = {}, notes = {}}, Collector)
end

--- Notes that a check looked at something: the verdict is counted, whether or not it makes a finding.
function Collector:count(check, verdict)
  local tally = self.tally[check]
  if not tally then
    tally = {all = 0, some = 0, none = 0}
    self.tally[check] = tally
  end
  tally[verdict] = tally[verdict] + 1
end

-- What makes two findings the same one: the same figures' cells, periods and bounds.
local function signature(finding)
  local parts = {}
  for i, figure in ipairs(finding.figures) do
    parts[i] = statement_of(figure)
  end
  table.sort(parts)
  return finding.class .. "\n" .. table.concat(parts, "\n")
end

local function add_also(finding, figures)
  local present = {}
  for _, figure in ipairs(finding.figures) do present[figure.id] = true end
  for _, figure in ipairs(finding.also) do present[figure.id] = true end
  for _, figure in ipairs(figures) do
    if not present[figure.id] then finding.also[#finding.also + 1] = figure end
  end
end

--- Adds figures that repeat a finding to it.
function Collector.add_to(_, finding, figures)
  add_also(finding, figures)
end

--- Adds a finding; the same contradiction met again only adds its figures to `also`. Returns the finding.
function Collector:add(finding)
  finding.also = finding.also or {}
  local key = signature(finding)
  local known = self.by_signature[key]
  if known then
    add_also(known, finding.figures)
    return known
  end
  self:count(finding.check, finding.verdict)
  if finding.class ~= "remainder" then
    for _, figure in ipairs(finding.figures) do
      local said = statement_of(figure)
      if self.disputed[said] ~= "contradiction" then self.disputed[said] = finding.class end
    end
  end
  self.by_signature[key] = finding
  self.list[#self.list + 1] = finding
  return finding
end

--- Whether what a figure says stands in a contradiction already (or, with any, in a finding that is no mere remainder),
-- so that what follows from it is no news.
function Collector:is_disputed(figure, any)
  local class = self.disputed[statement_of(figure)]
  return class == "contradiction" or any and class ~= nil or false
end

--- Whether one of two figures of one number stands in a disagreement already, which the other then explains: it is
-- added to that finding.
function Collector:explains(a, b)
  for _, pair in ipairs {{a, b}, {b, a}} do
    local said = statement_of(pair[1])
    for _, finding in ipairs(self.disputed[said] and self.list or {}) do
      for _, figure in ipairs(finding.class ~= "remainder" and finding.figures or {}) do
        if statement_of(figure) == said and finding.check ~= "drift" and finding.check ~= "datings" then
          add_also(finding, {pair[2]})
          return true
        end
      end
    end
  end
  return false
end

--- Whether some finding has what two figures say, whoever says it.
function Collector:holds_both(a, b)
  local one, two = statement_of(a), statement_of(b)
  for _, finding in ipairs(self.list) do
    local has_one, has_two
    for _, group in ipairs {finding.figures, finding.also} do
      for _, figure in ipairs(group) do
        has_one = has_one or statement_of(figure) == one
        has_two = has_two or statement_of(figure) == two
      end
    end
    if has_one and has_two then return true end
  end
  return false
end

--- Notes what could not be checked, and why.
function Collector:note(text)
  self.notes[#self.notes + 1] = text
end

--- Whether a finding over some or all of these cells was made before (so that a wider one says nothing new).
-- class may be nil: any class but a remainder.
function Collector:is_known(figures, class)
  local cells = {}
  for _, figure in ipairs(figures) do cells[figure.cell .. "#" .. tostring(figure.low)] = true end
  for _, finding in ipairs(self.list) do
    local is_same = finding.class == class or (not class and finding.class ~= "remainder")
    if is_same and #finding.figures <= #figures then
      local inside = true
      for _, figure in ipairs(finding.figures) do
        if not cells[figure.cell .. "#" .. tostring(figure.low)] then
          inside = false
          break
        end
      end
      if inside then return true end
    end
  end
  return false
end

-- The gap as a share of the largest value involved, to rank by.
local function weight(finding)
  local largest = 0
  for _, figure in ipairs(finding.figures) do
    local value = figure.best or figure.low or figure.high or 0
    if value > largest then largest = value end
  end
  local gap = finding.low and math.abs(finding.low) or finding.high and math.abs(finding.high) or 0
  return largest > 0 and gap / largest or 0
end

local function comes_first(a, b)
  if a.verdict ~= b.verdict then return verdict_order[a.verdict] < verdict_order[b.verdict] end
  if a.class ~= b.class then return class_order[a.class] < class_order[b.class] end
  if a.weight ~= b.weight then return a.weight > b.weight end
  return a.figures[1].id < b.figures[1].id
end

local verdict_words = {same = "the same", revision = "a revision", conflict = "a conflict",
  different = "different things"}

-- The curator's decision about two figures of a finding, conflicts first, and the notes on them.
local function add_curator(model, finding)
  local figures = table.move(finding.figures, 1, #finding.figures, 1, {})
  table.move(finding.also, 1, #finding.also, #figures + 1, figures)
  for i, a in ipairs(figures) do
    for j = i + 1, #figures do
      local judged, known = model:judgement(a, figures[j]), finding.judgement
      if judged and (not known or judged.verdict == "conflict" and known.verdict ~= "conflict") then
        finding.judgement = judged
      end
    end
  end
  finding.notes = {}
  for _, figure in ipairs(finding.figures) do
    if figure.note then finding.notes[#finding.notes + 1] = {figure = figure, note = figure.note} end
  end
end

local function sentence_of(finding)
  local text = ("%s (%s)."):format(finding.statement, phrase.sources(finding.figures))
  return finding.judged and text .. " " .. finding.judged or text
end

local function judgement_words(judged)
  return judged and ("Judged %s: %s"):format(verdict_words[judged.verdict], judged.reason) or nil
end

--- The ranked findings, each with its sources named, and the tally of all comparisons by check.
function Collector:finish()
  for _, finding in ipairs(self.list) do
    finding.weight = weight(finding)
    local sources, seen = {}, {}
    for _, figure in ipairs(finding.figures) do
      if not seen[figure.source] then
        seen[figure.source] = true
        sources[#sources + 1] = figure.source_row
      end
    end
    finding.sources = sources
  end
  table.sort(self.list, comes_first)
  self.list = repeats.fold(self.model, self.list, add_also)
  for _, finding in ipairs(self.list) do
    add_curator(self.model, finding)
    finding.statement, finding.judged = finding.sentence, judgement_words(finding.judgement)
    finding.sentence = sentence_of(finding)
  end
  for rank, finding in ipairs(self.list) do finding.rank = rank end
  self.list.tally, self.list.notes = self.tally, self.notes
  return self.list
end

--- The ids of the figures that some finding calls impossible, as a set.
function findings.impossible(list)
  local ids = {}
  for _, finding in ipairs(list) do
    if finding.verdict == "none" then
      for _, figure in ipairs(finding.blamed or finding.figures) do ids[figure.id] = true end
      for _, figure in ipairs(finding.blamed and {} or finding.also) do ids[figure.id] = true end
    end
  end
  return ids
end

return findings
