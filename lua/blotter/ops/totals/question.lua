-- What a total is asked for: the indicator, by what it is grouped, of which period or as of which day, by which policy.
--
-- question.read(model, indicator, options) returns {model, indicator, by, policy, period, as_of, filter, asked, values,
-- left_out}; asked has the names of all facets that the question speaks of, values the values that it asks for of each.
-- question.key(question, figure, name) is what a figure has as the key of a row; question.row(question, figure) the
-- keys of the row in which it stands, as a text and as a list with false where a key is not stated.

local dates = require "blotter.ops.figures.dates"
local model = require "blotter.ops.dataset.model"
local policy = require "blotter.ops.totals.policy"
local select_ = require "blotter.ops.figures.select"

local question = {}

local grouping = {subject = true, area = true, year = true, fiscal_year = true, source = true, currency = true}
for _, dimension in ipairs(model.dimensions) do grouping[dimension] = true end

local function words_of(text)
  local words = {}
  for word in text:gmatch "[^,%s]+" do
    if not grouping[word] then
      local meant = word:find "^countr" and ": write 'area'"
        or word:find "^month" and ": a year is the shortest; ask for a month by {period = \"2014-03\"}"
        or ": expected subject, area, year, fiscal_year, source, currency or a category"
      error(("cannot total by '%s'%s"):format(word, meant), 0)
    end
    words[#words + 1] = word
  end
  return words
end

local function check_policy(name)
  for _, known in ipairs(policy.names) do
    if known == name then return end
  end
  error(("unknown policy '%s': expected %s"):format(tostring(name), table.concat(policy.names, ", ")), 0)
end

local own_options = {by = true, policy = true, period = true, as_of = true}

-- The day of a state: the last one of the asked period; nil where the latest state is asked for.
local function day_of(options)
  local asked = options.as_of
  if asked == nil then return nil end
  local period = select_.period(asked)
  if not period[2] then error(("as_of: '%s' has no last day; expected a day, a month or a year"):format(asked), 0) end
  return period[2]
end

--- Reads a question, or raises what is wrong with it.
function question.read(whole, indicator, options)
  indicator = select_.keys(whole, "indicator", indicator)[1]
  local row = whole.tables.indicators.index[indicator]
  local asked = {
    model = whole, indicator = row, by = words_of(options.by or ""), policy = options.policy or "newest",
    period = options.period ~= nil and select_.period(options.period) or nil, as_of = day_of(options),
    filter = {indicator = indicator}, asked = {}, values = {}, left_out = {},
  }
  check_policy(asked.policy)
  asked.is_state = asked.as_of ~= nil or row.kind == "stock"
  for _, name in ipairs(asked.by) do asked.asked[name], asked.by[name] = true, true end
  asked.by_year = asked.by.year or asked.by.fiscal_year or false
  for name, value in pairs(options) do
    if not own_options[name] then
      asked.values[name] = select_.keys(whole, name, value)
      asked.filter[name], asked.asked[name] = name == "exactly" and value or asked.values[name], true
    end
  end
  local subject = asked.values.subject and whole.tables.subjects.index[asked.values.subject[1]]
  asked.fiscal_area = subject and subject.area
  return asked
end

--- The same question without its grouping.
function question.ungrouped(asked)
  local plain = setmetatable({by = {}, asked = {}, left_out = {}}, {__index = asked})
  plain.by_year = false
  if #asked.by > 0 then plain.uncertain, plain.beyond, plain.unclear, plain.unlike = {}, {}, {}, {} end
  for name in pairs(asked.values) do plain.asked[name] = true end
  return plain
end

-- The year in which a figure's period lies: 2013, or "FY2013" for a fiscal year, which is in no calendar year.
local function year_of(figure)
  local first, last = figure.first, figure.last
  if not first or not last then return nil end
  local year, final = dates.civil(first), dates.civil(last)
  if year == final then return year end
  if figure.period_kind == "fiscal" and last - first < 367 then return dates.fiscal_name(first, last) end
  return nil
end

-- The country whose fiscal years a figure is held against: that of the asked subject, else its subject's, its own or
-- its publisher's.
local function country_of(figure, asked)
  local area = asked.fiscal_area or figure.subject_row.area or figure.area or figure.source_row.publisher_row.area
  return area and area:match "^%u%u" or nil
end

-- A fiscal year as a key: the number of one from October, as in the United States, else its name.
local function fiscal_key(first, last)
  local _, month = dates.civil(first)
  return month == 10 and dates.civil(last) or dates.fiscal_name(first, last)
end

-- The fiscal year in which a figure's period lies: its own, or that of its country which holds it.
local function fiscal_year_of(figure, asked)
  local first, last = figure.first, figure.last
  if not first or not last then return nil end
  local days = last - first
  if figure.period_kind == "fiscal" and days > 360 and days < 367 then return fiscal_key(first, last) end
  local year, country = dates.civil(first), country_of(figure, asked)
  for start = year - 1, year + 1 do
    local from, to = dates.fiscal(start, country, true)
    if from and first >= from and last <= to then return fiscal_key(from, to) end
  end
  return nil
end

--- What a figure has as the key of a row of a question, or nil.
function question.key(asked, figure, name)
  if name == "year" then return year_of(figure) end
  if name == "fiscal_year" then return fiscal_year_of(figure, asked) end
  return figure[name]
end

--- The keys of the row in which a figure stands, as a text and as a list.
function question.row(asked, figure)
  local keys, texts = {}, {}
  for i, name in ipairs(asked.by) do
    keys[i] = question.key(asked, figure, name) or false
    texts[i] = tostring(keys[i])
  end
  return table.concat(texts, "\0"), keys
end

--- The period that a row's key stands for: {first, last}, or nil.
function question.period_of(name, key)
  if math.type(key) ~= "integer" then return nil end
  if name == "year" then return {dates.day(key, 1, 1), dates.day(key, 12, 31)} end
  if name == "fiscal_year" then return {dates.day(key - 1, 10, 1), dates.day(key, 9, 30)} end
  return nil
end

return question
