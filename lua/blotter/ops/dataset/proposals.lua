-- What a curator cannot know by heart, proposed: the subject (by name, acronym and dates), the indicator, the period of
-- the operation, and the release that a text seems to retell.
--
-- proposals.questions(model, record) returns a list of {at, given, proposals = {{value, why}, …}}: at is a place in the
-- record, such as "figures[1].subject"; given what stands there now. A question without proposals asks for what is
-- missing and cannot be guessed.

local dates = require "blotter.ops.figures.dates"
local fiscal_bodies = require "blotter.ops.dataset.fiscal_bodies"
local filling = require "blotter.ops.dataset.filling"
local glyphs = require "blotter.ops.figures.glyphs"
local languages = require "blotter.ops.figures.languages"
local reading = require "blotter.ops.figures.reading"
local spans = require "blotter.ops.figures.spans"

local proposals = {}

local MOST = 3

-- What a row says in a field, as text; nil where it says nothing.
local function given(row, field)
  local value = row[field]
  if type(value) == "table" then return nil end
  return filling.text(value)
end

-- The rows of a list of the record, whatever stands there.
local function rows_of(list)
  local rows = {}
  if type(list) ~= "table" then return rows end
  for place = 1, #list do rows[place] = type(list[place]) == "table" and list[place] or {} end
  return rows
end

-- The record with a source and lists of rows only, so that a broken one can be asked about.
local function tidy(record)
  local tidied = {source = type(record.source) == "table" and record.source or {}}
  for _, name in ipairs {"figures", "publishers", "subjects", "indicators"} do tidied[name] = rows_of(record[name]) end
  return tidied
end

-- The words of a text in small letters, a plural as its singular.
local function words_of(text)
  local words = {}
  for word in tostring(text):lower():gmatch "[%w\128-\255]+" do
    words[#words + 1] = #word > 3 and word:gsub("s$", "") or word
  end
  return words
end

local function set_of(list)
  local set = {}
  for _, word in ipairs(list) do set[word] = true end
  return set
end

-- The best of some candidates {value, why, score}, with their score at least `least`.
local function best(candidates, least)
  table.sort(candidates, function(a, b)
    if a.score ~= b.score then return a.score > b.score end
    return a.value < b.value
  end)
  local list = {}
  for _, candidate in ipairs(candidates) do
    if candidate.score >= least and #list < MOST then
      list[#list + 1] = {value = candidate.value, why = candidate.why}
    end
  end
  return list
end

-- ---- subjects ----

-- Words that many names have and that say little.
local common = set_of {"operation", "project", "of", "the", "international", "police", "national", "and", "for", "in",
  "child", "children", "task", "force", "centre", "center", "on", "to", "by"}

-- How much of a name stands in a text: the share of its telling words.
local function name_score(name, words)
  local found, all = 0, 0
  for _, word in ipairs(words_of(name)) do
    if not common[word] then
      all = all + 1
      if words[word] then found = found + 1 end
    end
  end
  return all > 0 and found / all or 0
end

-- Whether a subject was at work when the source appeared, or within the two years before.
local function fits_dates(subject, published)
  local first = subject.date_start and dates.parse(subject.date_start)
  local last = subject.date_end and dates.parse(subject.date_end)
  if not published or not first then return false end
  return first <= published and (not last or published <= last + 730)
end

local function subject_proposals(model, text, published)
  local words, candidates = set_of(words_of(text)), {}
  for _, subject in ipairs(model.tables.subjects.rows) do
    local score, why = 4 * name_score(subject.name, words), "by its name, " .. subject.name
    if subject.acronym and text:find("%f[%w]" .. subject.acronym:gsub("%W", "%%%0") .. "%f[%W]") then
      score, why = math.max(score, 4), "by its acronym, " .. subject.acronym
    end
    if score > 0 and fits_dates(subject, published) then score, why = score + 1, why .. ", and its dates" end
    candidates[#candidates + 1] = {value = subject.id, why = why, score = score}
  end
  return best(candidates, 2)
end

-- ---- indicators ----

-- The indicators that words of a text usually mean, in its language: {id = word}.
local function meant_by(model, text, language)
  model.languages = model.languages or languages.new(model.tables)
  local meant, folded = {}, glyphs.fold(text)
  for _, item in ipairs(utf8.len(folded) and model.languages.words:scan(folded, language) or {}) do
    local row = item.roles and item.roles.counted
    if row and row.meaning and not meant[row.meaning] then meant[row.meaning] = item.text end
  end
  return meant
end

local function indicator_proposals(model, text, language)
  local words, candidates = set_of(words_of(text)), {}
  local meant = meant_by(model, text, language)
  for _, indicator in ipairs(model.tables.indicators.rows) do
    local names = words_of(indicator.name)
    local found = 0
    for _, word in ipairs(names) do
      if words[word] then found = found + 1 end
    end
    local uses, word = model.indicator_uses[indicator.id] or 0, meant[indicator.id]
    local why = ("'%s', used %d times"):format(indicator.name, uses)
    if word then why = why .. (", meant by '%s'"):format(word) end
    local score = found / #names + (word and 1 or 0)
    candidates[#candidates + 1] = {value = indicator.id, why = why,
      score = score > 0 and score + math.min(uses, 500) / 5000 or 0}
  end
  return best(candidates, 0.3)
end

local function count_uses(model)
  if model.indicator_uses then return end
  model.indicator_uses = {}
  for _, figure in ipairs(model.figures) do
    model.indicator_uses[figure.indicator] = (model.indicator_uses[figure.indicator] or 0) + 1
  end
end

-- ---- periods ----

local function period_proposals(model, figure)
  local subject = model.tables.subjects.index[given(figure, "subject")]
  if not subject or subject.type ~= "operation" or not subject.date_start then return {} end
  local first, last = dates.parse(subject.date_start), subject.date_end and dates.parse(subject.date_end)
  return {{value = "subject", why = ("the period of %s, %s"):format(subject.name, dates.describe(first, last))}}
end

-- What a bare year of a body that works by fiscal years may be instead.
local function year_proposals(model, figure)
  local year = given(figure, "period")
  if not fiscal_bodies.is_bare_year(year) or given(figure, "period_kind") then return {} end
  model.bodies = model.bodies or fiscal_bodies.new(model.tables.figures.rows)
  local subjects = model.tables.subjects.index
  local body = model.bodies:works_so(given(figure, "subject"), function(key) return subjects[key] end)
  if not body then return {} end
  return {{value = "FY" .. year, why = ("%s works by fiscal years; %s alone is of kind year, either of them, unless "
    .. "period_kind is calendar"):format(body.name, year)}}
end

-- ---- the release that is retold ----

-- The value of a figure of the record, or nil where it cannot be read.
local function value_of(model, figure, language)
  local value = tonumber(given(figure, "value"))
  if value then return value end
  local printed = given(figure, "printed")
  if not printed then return nil end
  model.languages = model.languages or languages.new(model.tables)
  local read = reading.printed(printed, {words = model.languages.words, language = language,
    formats = model.languages:formats(language), indicator = model.tables.indicators.index[given(figure, "indicator")]})
  return read and read.value
end

-- Small numbers are equal by chance.
local function weight(value)
  if value < 10 then return 0.25 end
  return value % 100 == 0 and 0.5 or 1
end

local function same_thing(model, old, figure)
  local subject = given(figure, "subject")
  return old.indicator == given(figure, "indicator")
    and (not subject or model:subject_within(old.subject, subject) or model:subject_within(subject, old.subject))
end

local function release_proposals(model, record, published)
  local language = given(record.source, "language") or "en"
  local scores, counts, own = {}, {}, given(record.source, "id")
  for _, figure in ipairs(record.figures) do
    local value = value_of(model, figure, language)
    local seen = {}
    for _, old in ipairs(value and model.figures or {}) do
      local is_near = not published or not old.placed or math.abs(published - old.placed) <= 400
      local original = model.tables.sources.index[old.voice]
      if published and original and (original.published or published) > published then is_near = false end
      if old.value == value and is_near and old.source ~= own and not seen[old.voice]
        and same_thing(model, old, figure) then
        seen[old.voice] = true
        scores[old.voice] = (scores[old.voice] or 0) + weight(value)
        counts[old.voice] = (counts[old.voice] or 0) + 1
      end
    end
  end
  local candidates = {}
  for voice, score in pairs(scores) do
    local title = model.tables.sources.index[voice].title
    candidates[#candidates + 1] = {value = voice, score = score,
      why = ("%d of its figures are the same: %s"):format(counts[voice], title)}
  end
  return best(candidates, 1)
end

-- ---- all questions ----

-- Adds a question, unless it is about what need not be said and there is nothing to propose.
local function ask(list, at, row, field, found, is_wanted)
  if #found == 0 and not is_wanted then return end
  list[#list + 1] = {at = at .. "." .. field, given = given(row, field), proposals = found}
end

-- Whether the record brings a row of its own.
local function is_new(record, name, key)
  for _, row in ipairs(record[name]) do
    if row.id == key then return true end
  end
  return false
end

local function ask_source(model, list, record, published)
  local source = record.source
  local publisher = given(source, "publisher")
  if not publisher or not (is_new(record, "publishers", publisher) or model.tables.publishers.index[publisher]) then
    local words, candidates = set_of(words_of(publisher or "")), {}
    for _, row in ipairs(model.tables.publishers.rows) do
      candidates[#candidates + 1] = {value = row.id, why = row.name, score = 4 * name_score(row.name, words)}
    end
    ask(list, "source", source, "publisher", best(candidates, 2), true)
  end
  ask(list, "source", source, "title", {}, not given(source, "title"))
  ask(list, "source", source, "date_published", {}, not given(source, "date_published"))
  if not given(source, "original_source") then
    ask(list, "source", source, "original_source", release_proposals(model, record, published), false)
  end
end

local function ask_figure(model, list, record, place, published)
  local figure = record.figures[place]
  local at = ("figures[%d]"):format(place)
  local subject, indicator = given(figure, "subject"), given(figure, "indicator")
  local title = given(record.source, "title") or ""
  if not subject or not (model.tables.subjects.index[subject] or is_new(record, "subjects", subject)) then
    local text = subject or title
    ask(list, at, figure, "subject", subject_proposals(model, text:gsub("[-_]", " "), published), true)
  end
  if not indicator or not (model.tables.indicators.index[indicator] or is_new(record, "indicators", indicator)) then
    local text = (indicator or given(figure, "printed") or ""):gsub("_", " ")
    local language = given(record.source, "language") or "en"
    ask(list, at, figure, "indicator", indicator_proposals(model, text, language), true)
  end
  for _, field in ipairs {"printed", "locator"} do ask(list, at, figure, field, {}, not given(figure, field)) end
  if not (given(figure, "period") or given(figure, "period_start") or given(figure, "period_end")
    or given(figure, "period_kind")) then
    ask(list, at, figure, "period", period_proposals(model, figure), true)
  end
  ask(list, at, figure, "period", year_proposals(model, figure), false)
end

function proposals.questions(model, record)
  local list = {}
  if type(record.figures) ~= "table" then return list end
  record = tidy(record)
  count_uses(model)
  local text = given(record.source, "date_published")
  local span = text and spans.published(text)
  local published = span and span.first
  ask_source(model, list, record, published)
  for place in ipairs(record.figures) do ask_figure(model, list, record, place, published) end
  return list
end

return proposals
