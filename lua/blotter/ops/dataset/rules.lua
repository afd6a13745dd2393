-- What a package must obey beyond its schema: codes of the right dimension, bounds by the lexicon, numbers that their
-- words say, periods that run forwards, parts that are no part of themselves. rules.check(whole, figures, problems)
-- looks at the given rows only, so that an import is checked by the same rules as a whole package, and by one more: new
-- rows know no future, however little is known of the day of their source.

local bearing = require "blotter.ops.figures.bearing"
local lexicon = require "blotter.ops.figures.lexicon"
local bounds = require "blotter.ops.figures.bounds"
local dates = require "blotter.ops.figures.dates"
local languages = require "blotter.ops.figures.languages"
local reading = require "blotter.ops.figures.reading"
local stating = require "blotter.ops.dataset.stating"

local rules = {}

rules.dimensions = {"offence", "age_band", "sex", "role", "channel", "notice", "incident", "category"}

local function near(a, b)
  if a == nil or b == nil then return a == b end
  return a == b or math.abs(a - b) <= 1e-9 * math.max(math.abs(a), math.abs(b))
end

local function show(value)
  return value == nil and "open" or bounds.group_digits(value)
end

local function check_codes(context, figure)
  for _, dimension in ipairs(rules.dimensions) do
    local code = figure[dimension] and context.codes[figure[dimension]]
    if code and code.dimension ~= dimension then
      context:refuse(figure, dimension, ("'%s' is a code of '%s'; expected a code of '%s'")
        :format(code.code, code.dimension, dimension))
    end
  end
end

local function check_order(context, figure)
  local low, value, high = figure.low, figure.value, figure.high
  if low and high and low > high then
    context:refuse(figure, "low", ("%s is above high, %s; expected low <= high"):format(show(low), show(high)))
  elseif value and low and value < low and figure.qualifier == "exact" then
    context:refuse(figure, "value", ("%s is below low, %s; expected low <= value <= high")
      :format(show(value), show(low)))
  elseif value and high and value > high and figure.qualifier == "exact" then
    context:refuse(figure, "value", ("%s is above high, %s; expected low <= value <= high")
      :format(show(value), show(high)))
  end
end

local function check_lexicon(context, figure, indicator)
  if figure.value and lexicon.is_vague(context.lexicon, figure.qualifier) then
    context:refuse(figure, "value", ("%s stands beside '%s', which prints no number; expected it to be empty, and low "
      .. "and high where its words are not read"):format(show(figure.value), figure.qualifier))
  end
  local low, high = lexicon.bounds(context.lexicon, figure, indicator)
  if not near(low, figure.low) then
    context:refuse(figure, "low", ("%s is not what the lexicon makes of '%s'; expected %s")
      :format(show(figure.low), figure.qualifier, show(low)))
  end
  if not near(high, figure.high) then
    context:refuse(figure, "high", ("%s is not what the lexicon makes of '%s'; expected %s")
      :format(show(figure.high), figure.qualifier, show(high)))
  end
end

local function check_unit(context, figure, indicator)
  if figure.unit ~= indicator.unit then
    context:refuse(figure, "unit", ("'%s' is not the unit of %s; expected '%s'")
      :format(figure.unit, indicator.id, indicator.unit))
  end
  if figure.unit == "currency" and not figure.currency then
    context:refuse(figure, "currency", "is empty; expected a currency of ISO 4217")
  elseif figure.unit ~= "currency" and figure.currency then
    context:refuse(figure, "currency", "is given for what is no money; expected it to be empty")
  end
end

-- The last day on which a source can have been published, or nil.
local function last_published(source)
  local day = source and source.date_precision ~= "unknown" and source.date_published
    and dates.parse(source.date_published)
  return day and dates.format(dates.latest(day, source.date_precision)) or nil
end

-- The day on which a state of a day, month or year begins.
local function start_of_state(figure)
  local last, precision = figure.period_end, figure.period_precision
  if precision == "year" then return last:sub(1, 4) .. "-01-01" end
  return precision == "day" and last or last:sub(1, 7) .. "-01"
end

-- A period that begins after its source was published is a forecast; so is a new one that ends in a later year.
local function check_future(context, figure, published)
  local first, last, column = figure.period_start, figure.period_end, "period_start"
  if context.are_new and figure.period_kind == "as_of" and last then
    first, column = start_of_state(figure), "period_end"
  end
  if first and first > published then
    context:refuse(figure, column, ("%s is after its source was published, %s; expected status F for a forecast")
      :format(first, published))
  elseif context.are_new and last and last:sub(1, 4) > published:sub(1, 4)
    and figure.period_kind ~= "fiscal" then
    context:refuse(figure, "period_end", ("%s is after its source was published, %s; expected status F for a forecast")
      :format(last, published))
  end
end

-- What the days of a kind of period look like: whether first and last, numbers of days, do.
local days_of_kind = {
  day = {"one day", function(first, last) return first == last end},
  calendar = {"whole years from 1 January to 31 December", function(first, last)
    return dates.format(first):find "%-01%-01$" and dates.format(last):find "%-12%-31$"
  end},
  year = {"one year", function(first, last) return last - first >= 363 and last - first <= 367 end},
  fiscal = {"whole years that begin with a month", function(first, last)
    local begins, after = dates.format(first), dates.format(last + 1)
    return begins:find "%-01$" and begins:sub(5) == after:sub(5) and begins < after
  end},
}

-- A kind of period that its days contradict, of new rows.
local function check_kind(context, figure)
  local kind = days_of_kind[figure.period_kind]
  local first = figure.period_start and dates.parse(figure.period_start)
  local last = figure.period_end and dates.parse(figure.period_end)
  if not (kind and first and last) or kind[2](first, last) then return end
  context:refuse(figure, "period_kind", ("'%s' is %s, and %s to %s is not; expected the kind of these days, or none")
    :format(figure.period_kind, kind[1], figure.period_start, figure.period_end))
end

local function check_period(context, figure)
  local first, last = figure.period_start, figure.period_end
  if first and last and first > last then
    context:refuse(figure, "period_end", ("%s is before period_start, %s; expected a period that runs forwards")
      :format(last, first))
  end
  if context.are_new then check_kind(context, figure) end
  local source = context.find("sources", figure.source)
  local published = last_published(source)
  local is_held = published and (context.are_new or source.date_precision == "day")
  if is_held and figure.status ~= "F" then check_future(context, figure, published) end
  if figure.period_kind == "as_of" and first then
    context:refuse(figure, "period_start", "is given for an as_of figure; expected only period_end")
  end
end

local function check_part(context, figure)
  if not figure.part_of then
    if figure.split or figure.coverage then
      context:refuse(figure, "split", "is given for what is no part; expected part_of as well")
    end
    return
  end
  local seen, at = {}, figure
  while at and at.part_of do
    if seen[at] then
      context:refuse(figure, "part_of", "leads back to the figure itself; expected a tree")
      return
    end
    seen[at] = true
    at = context.figures[at.part_of]
  end
end

-- The source's own words stand behind a colon; without it nobody would find them.
local function check_note(context, figure)
  if figure.note and figure.note:find "^Printed as" and not figure.note:find "^Printed as:" then
    context:refuse(figure, "note", "'Printed as' has no colon; expected 'Printed as: ' and the source's own words")
  end
end

-- No fraction of what is counted.
local function check_whole(context, figure, indicator)
  if tostring(indicator.step) == "1" and math.type(figure.value) == "float" then
    context:refuse(figure, "value", ("%s is a fraction of what is counted (%s); expected a whole number")
      :format(show(figure.value), tostring(figure.unit)))
  end
end

-- What became of one person is no aggregate.
local function check_person(context, figure)
  local code = figure.category and context.codes[figure.category]
  if figure.unit == "persons" and figure.high == 1 and code and code.parent == "outcome" then
    context:refuse(figure, "category", ("'%s' tells what became of one person; expected it to be left out")
      :format(code.code))
  end
end

-- Whether a number is printed as plain digits that nobody can read in another way.
local function is_plain(figure, indicator)
  return figure.qualifier == "exact" and figure.multiplier == 1 and figure.printed == tostring(figure.value)
    and figure.value % 100 ~= 0 and tostring(indicator.step) == "1"
end

-- A stated change goes the way that the words say.
local function check_sign(context, figure)
  local bears = bearing.of(figure.printed, stating.context(context.languages, figure, context.find))
  local problem = bearing.sign_problem(bears, figure.value, true)
  if problem then context:refuse(figure, "value", problem) end
end

-- The money of an amount is the one that its words name.
local function check_currency(context, figure)
  local bears = bearing.of(figure.printed, stating.context(context.languages, figure, context.find))
  local problem = bearing.currency_problem(bears, figure.currency)
  if problem then context:refuse(figure, "currency", problem) end
end

-- What is stored is what the words say, or was stated by the curator.
local function check_reading(context, figure, indicator)
  if is_plain(figure, indicator) then return end
  if figure.stated == "number" then
    local problem = stating.multiplier_problem(figure)
    if problem then context:refuse(figure, "multiplier", problem) end
    if indicator.unit == "percent" and figure.value then check_sign(context, figure) end
    return
  end
  local read, problem = reading.printed(figure.printed, stating.context(context.languages, figure, context.find))
  local needed, field = stating.needed(figure, read)
  if needed and needed ~= figure.stated then
    context:refuse(figure, field, (problem or ("is not what is printed, '%s'"):format(figure.printed))
      .. (" (or stated '%s')"):format(needed))
  end
end

local function check_figure(context, figure)
  check_codes(context, figure)
  check_order(context, figure)
  local indicator = context.indicators[figure.indicator]
  if indicator and figure.multiplier and figure.printed and not figure.is_lame then
    check_whole(context, figure, indicator)
    check_lexicon(context, figure, indicator)
    check_unit(context, figure, indicator)
    if context.has_stated then check_reading(context, figure, indicator) end
    if figure.currency then check_currency(context, figure) end
  end
  check_period(context, figure)
  check_note(context, figure)
  check_person(context, figure)
  check_part(context, figure)
end

-- Refuses chains of one column (parent, original_source, supersedes) that lead back to where they began.
local function check_chain(context, data, column)
  for _, row in ipairs(data.rows) do
    local seen, at = {}, row
    while at and at[column] do
      if seen[at] then
        context.problems:add(data.file, row.line, column, "leads back to itself; expected a chain that ends")
        break
      end
      seen[at] = true
      at = data.index[at[column]]
    end
  end
end

local function context_of(whole, problems)
  local tables = whole.tables
  local context = {
    problems = problems, file = tables.figures.file, figures = tables.figures.index,
    codes = tables.codes.index, indicators = tables.indicators.index,
    lexicon = lexicon.from_rows(tables.qualifiers.rows), languages = languages.new(tables),
    has_stated = tables.figures.schema.by_name.stated ~= nil,
  }
  function context.find(name, key) return key and tables[name].index[key] end
  function context:refuse(figure, column, message)
    self.problems:add(figure.file or self.file, figure.line, column, message)
  end
  return context
end

rules.required = {"areas", "publishers", "sources", "subjects", "links", "indicators", "codes", "qualifiers", "words",
  "number_formats", "figures", "relations", "judgements", "history"}

--- Checks figures (rows of the table, or rows that are about to join it: are_new) and the chains of the other tables.
function rules.check(whole, figures, problems, are_new)
  local is_complete = true
  for _, name in ipairs(rules.required) do
    if not whole.tables[name] then
      is_complete = false
      problems:add(whole.directory .. "/datapackage.json", nil, nil,
        ("has no table '%s'; expected the operations dataset"):format(name))
    end
  end
  if not is_complete then return end
  local context = context_of(whole, problems)
  context.are_new = are_new
  for _, figure in ipairs(figures) do check_figure(context, figure) end
  check_chain(context, whole.tables.subjects, "parent")
  check_chain(context, whole.tables.areas, "parent")
  check_chain(context, whole.tables.codes, "parent")
  check_chain(context, whole.tables.sources, "original_source")
  check_chain(context, whole.tables.sources, "supersedes")
end

return rules
