-- What follows from the rest of a record may be left out of it, and is filled in here, as texts:
--   of a source   id (publisher, year, number), date_precision, date_basis, language (the publisher's own), type news;
--                 date_published may be a month or a year
--   of a figure   id (the source's and the next number), unit (the indicator's), value and qualifier (read from
--                 `printed` in the source's language), stated (see stating.lua), low and high (by the lexicon),
--                 multiplier, status, rank, coverage; `period` sets the four columns of the period ("subject" is that
--                 of the operation), and part_of may be the whole's place in the record's list
-- A row whose number or indicator cannot be known is marked is_lame: what follows from them is not complained of again.

local decimal = require "blotter.lang.decimal"
local cjson = require "cjson"
local bearing = require "blotter.ops.figures.bearing"
local dates = require "blotter.ops.figures.dates"
local fiscal_bodies = require "blotter.ops.dataset.fiscal_bodies"
local digit_values = require "blotter.ops.figures.digit_values"
local languages = require "blotter.ops.figures.languages"
local lexicon = require "blotter.ops.figures.lexicon"
local numerals = require "blotter.ops.figures.numerals"
local reading = require "blotter.ops.figures.reading"
local spans = require "blotter.ops.figures.spans"
local stating = require "blotter.ops.dataset.stating"

local filling = {}

--- A value of a record as the text of a cell; nil where there is none.
function filling.text(value)
  if value == nil or value == cjson.null or value == "" then return nil end
  if math.type(value) == "float" then
    return math.tointeger(value) and tostring(math.tointeger(value)) or decimal("%.15g", value)
  end
  return tostring(value)
end

local function as_number(text)
  local value = tonumber(text)
  return value and math.tointeger(value) or value
end

-- ---- context ----

local Context = {}
Context.__index = Context

--- What filling needs of a package: context with `whole`, `file` and `problems`, and the new rows by table.
function filling.context(whole, file, problems)
  local tables = whole.tables
  local context = setmetatable({
    whole = whole, file = file, problems = problems, fresh = {}, lexicon = lexicon.from_rows(tables.qualifiers.rows),
    languages = languages.new(tables), bodies = fiscal_bodies.new(tables.figures.rows),
  }, Context)
  function context.find(name, key) return context:row(name, key) end
  return context
end

--- Lets the context know the new rows of a table, as texts.
function Context:know(name, rows)
  local key, index = self.whole.tables[name].schema.primary_key[1], {}
  for _, row in ipairs(rows) do
    if row[key] then index[row[key]] = row end
  end
  self.fresh[name] = index
end

-- The row of a table by its key, new or old.
function Context:row(name, key)
  if not key then return nil end
  return self.fresh[name] and self.fresh[name][key] or self.whole.tables[name].index[key]
end

function Context:refuse(row, column, message)
  self.problems:add(self.file, row.line, column, message)
end

-- The country of an area or of what contains it.
function Context:country(area)
  local row = self:row("areas", area)
  while row and row.type == "subdivision" do row = self:row("areas", row.parent) end
  return row and row.code
end

-- ---- sources ----

-- The language in which all sources of a publisher are, or nil.
function Context:language_of(publisher)
  local language
  for _, source in ipairs(self.whole.tables.sources.rows) do
    if source.publisher == publisher then
      if language and language ~= source.language then return nil end
      language = source.language
    end
  end
  return language
end

local function next_source_id(context, row)
  local stem = ("%s-%s-"):format(row.publisher, row.date_published and row.date_published:sub(1, 4) or "nd")
  local number = 1
  while context:row("sources", stem .. number) do number = number + 1 end
  return stem .. number
end

-- Refuses a day of publication that has not come yet.
local function check_published(context, row)
  local today = os.date "%Y-%m-%d"
  if row.date_published and row.date_published > today then
    context:refuse(row, "date_published", ("%s is after today, %s; expected the day on which it was published")
      :format(row.date_published, today))
  end
end

local function fill_publication(context, row)
  local text = row.date_published
  if text and not dates.parse(text) then
    local span, problem = spans.published(text)
    if span then
      row.date_published = dates.format(span.first)
      row.date_precision = row.date_precision or span.precision
    elseif not text:find "^%d%d%d%d%-%d%d%-%d%d$" then
      context:refuse(row, "date_published", problem)
      row.date_published = nil
    end
  end
  row.date_precision = row.date_precision or (row.date_published and "day" or "unknown")
  row.date_basis = row.date_basis or (row.date_published and "printed" or "none")
  check_published(context, row)
end

--- Fills in a subject: a date that is a year or a month is its first or last day.
function filling.subject(context, row)
  for field, side in pairs {date_start = "first", date_end = "last"} do
    local text = row[field]
    if text and not dates.parse(text) then
      local span, problem = spans.published(text)
      if span then
        row[field], row.date_precision = dates.format(span[side]), row.date_precision or span.precision
      else
        context:refuse(row, field, (problem:gsub("a day of publication", "a date")))
        row[field] = nil
      end
    end
  end
end

--- Fills in a source.
function filling.source(context, row)
  row.type = row.type or "news"
  row.language = row.language or context:language_of(row.publisher) or "en"
  fill_publication(context, row)
  if not row.id and row.publisher then row.id = next_source_id(context, row) end
  local format = row.number_format
  if format and not numerals.is_format(format) then
    context:refuse(row, "number_format", ("'%s' is no number format; expected one of %s"):format(format,
      table.concat(numerals.formats, ", ")))
    row.number_format = nil
  end
end

-- ---- numbers ----

-- The number format that the curator gave, or nil.
local function format_of(context, row, source)
  local given = row.number_format or source and source.number_format
  if given and not numerals.is_format(given) then
    context:refuse(row, "number_format", ("'%s' is no number format; expected one of %s"):format(given,
      table.concat(numerals.formats, ", ")))
    given = nil
  end
  return given
end

-- What the number's words and digits say, where the row does not say it.
local function apply(row, read)
  row.qualifier = row.qualifier or read.qualifier
  row.multiplier = row.multiplier or filling.text(read.multiplier)
  if read.low then
    row.low, row.high = row.low or filling.text(read.low), row.high or filling.text(read.high)
  else
    row.value = row.value or filling.text(read.value)
  end
end

-- Whether the row says by itself what its words cannot.
local function speaks_for_itself(context, row)
  if row.stated == "number" and not row.value and lexicon.is_vague(context.lexicon, row.qualifier) then return true end
  if row.low and row.high and row.qualifier then return true end
  return row.value ~= nil and row.qualifier ~= nil
end

-- A multiplier with a qualifier says of the only digits what they are.
local function multiply_digits(row)
  local digits = row.multiplier and row.qualifier and not row.value and stating.only_digits(row.printed)
  if digits and tonumber(row.multiplier) then row.value = filling.text(digits * tonumber(row.multiplier)) end
end

local function refuse_field(context, row, field)
  context:refuse(row, field, ("%s is not what is printed, '%s'; expected the printed number, or stated 'number' where "
    .. "its words mislead"):format(tostring(row[field]), row.printed))
  row.is_lame = true
end

-- The unit of a whole number's last digit that is not zero.
local function last_unit(value)
  local unit = 1
  while value ~= 0 and value % (unit * 10) == 0 do unit = unit * 10 end
  return unit
end

-- What a rounded number is rounded to, where the curator states it without a multiplier: the unit of its digits
-- ("1.5" of millions), or that of its last digit that is not zero. Digits that are the whole number say nothing.
local function fill_multiplier(context, row, indicator)
  local value = math.tointeger(tonumber(row.value))
  if row.qualifier ~= "rounded" or not value or value == 0 or (tonumber(row.multiplier) or 1) ~= 1 then return end
  value = math.abs(value)
  local digits = stating.only_digits(row.printed)
  local factor = digits and digits > 0 and math.tointeger(value / digits)
  if factor and factor > 1 then
    row.multiplier = filling.text(factor)
  elseif #digit_values.of(row.printed) == 0 then
    row.multiplier = filling.text(last_unit(value))
  elseif tostring(indicator.step) == "1" and last_unit(value) > 1 then
    context:refuse(row, "qualifier", ("'rounded' does not say to what %s is rounded; expected 'round' or 'about', or "
      .. "low, high and 'between'"):format(row.value))
    row.is_lame = true
  end
end

-- Refuses a field, and with it the row's number, which is complained of once.
local function refuse_number(context, row, field, problem)
  if not problem or row.is_lame then return end
  context:refuse(row, field, problem)
  row.is_lame = true
end

-- Refuses ends of a change whose signs the words contradict, or do not bear; these hold for both.
local function check_signs(context, row, bears)
  for _, field in ipairs {"value", "low", "high"} do
    local is_end = field ~= "value" and row.qualifier == "between"
    local problem = (field == "value" or is_end)
      and bearing.sign_problem(bears, as_number(row[field]), row.stated == "number")
    refuse_number(context, row, field, problem)
  end
end

-- Refuses what the curator states and the words do not bear: a value, the ends of a range, a qualifier.
local function check_borne(context, row, bears, multiplier)
  local rate, contradiction = bearing.rate_problem(bears), bearing.qualifier_problem(bears, row.qualifier)
  if rate or contradiction then
    context:refuse(row, rate and "indicator" or "qualifier", rate or contradiction)
    row.is_lame = true
    return
  end
  for _, field in ipairs(row.qualifier == "between" and {"low", "high"} or {"value"}) do
    refuse_number(context, row, field, bearing.value_problem(bears, as_number(row[field]), tonumber(multiplier)))
  end
end

-- Takes the number as the curator states it, or refuses what the words do not bear.
local function take_statement(context, row, problem, bears)
  local is_explicit, multiplier = row.stated == "number", row.multiplier
  if not is_explicit then multiply_digits(row) end
  if not speaks_for_itself(context, row) then
    context:refuse(row, is_explicit and "stated" or "printed", is_explicit
      and "expects value and qualifier, or low, high and qualifier, beside it" or problem)
    row.is_lame = true
  elseif not is_explicit then
    check_borne(context, row, bears, multiplier)
  end
  check_signs(context, row, bears)
  row.stated = "number"
end

-- Takes a number that was read; what the row says of it must be the same.
local function take_reading(context, row, read, bears)
  local needed, field = stating.needed(row, read)
  if needed == "number" then
    check_signs(context, row, bears)
    if not row.is_lame then refuse_field(context, row, field) end
  end
  apply(row, read)
  row.stated = needed == "qualifier" and needed or nil
end

-- Whether a number that was read by a format of the curator's is read so without it.
local function is_read_alone(context, row)
  local read = reading.printed(row.printed, stating.context(context.languages, row, context.find))
  return read ~= nil and not stating.needed(row, read)
end

local function fill_number(context, row, indicator)
  if not row.printed then
    row.is_lame = true
    return
  end
  if row.low and row.high and not row.value then row.qualifier = row.qualifier or "between" end
  local format = format_of(context, row, context:row("sources", row.source))
  local known = stating.context(context.languages, row, context.find, format)
  local read, problem = reading.printed(row.printed, known)
  local bears = bearing.of(row.printed, known)
  if row.stated == "number" or not read then
    take_statement(context, row, problem, bears)
  else
    take_reading(context, row, read, bears)
    if format and not row.stated and not row.is_lame and not is_read_alone(context, row) then row.stated = "number" end
  end
  if row.stated and indicator and not row.is_lame then fill_multiplier(context, row, indicator) end
end

-- The ends that the lexicon gives, where the row states none.
local function fill_bounds(context, row, indicator)
  if row.low or row.high or row.is_lame or not context.lexicon[row.qualifier] then return end
  local figure = {value = as_number(row.value), qualifier = row.qualifier, printed = row.printed,
    multiplier = tonumber(row.multiplier)}
  local limits = {step = indicator.step, minimum = as_number(indicator.minimum), maximum = as_number(indicator.maximum)}
  local low, high = lexicon.bounds(context.lexicon, figure, limits)
  if low and high and low > high then
    context:refuse(row, "qualifier", ("'%s' of %s leaves no whole number; expected value, a wider qualifier ('%s') and "
      .. "stated 'number'"):format(row.qualifier, row.value, low > figure.value and "more than" or "under"))
    row.is_lame = true
    return
  end
  row.low, row.high = filling.text(low), filling.text(high)
end

-- ---- periods ----

-- The country whose fiscal year a figure means: the publisher's where it speaks of itself, else the subject's; or nil.
local function fiscal_country(context, row)
  local source = context:row("sources", row.source)
  local publisher = source and context:row("publishers", source.publisher)
  local subject = context:row("subjects", row.subject)
  local own = publisher and context:country(publisher.area)
  local theirs = context:country(row.area) or subject and context:country(subject.area)
  if publisher and tostring(publisher.official) == "true" then return own or theirs end
  return theirs or own
end

-- The period of the operation that a figure is about, or nil.
local function subject_span(context, row)
  local subject = context:row("subjects", row.subject)
  if not subject or not (subject.date_start or subject.date_end) then return nil, ("the subject '%s' has no dates; "
    .. "expected a period"):format(tostring(row.subject)) end
  local precision = subject.date_precision ~= "unknown" and subject.date_precision or "day"
  local first = subject.date_start and dates.parse(subject.date_start)
  local last = subject.date_end and dates.parse(subject.date_end)
  local kind = not last and "since" or first == last and precision == "day" and "day" or "range"
  return {first = first, last = last, kind = kind, precision = precision}
end

-- The last day on which a source can have been published.
local function last_published(source)
  local first = source and source.date_published and dates.parse(source.date_published)
  return first and source.date_precision ~= "unknown" and dates.latest(first, source.date_precision) or nil
end

-- A bare year of a body that works by fiscal years may be either: its kind is "year".
local function kind_of_year(context, row, text)
  local function find(key) return context:row("subjects", key) end
  return fiscal_bodies.is_bare_year(text) and context.bodies:works_so(row.subject, find) and "year" or nil
end

local function fill_period(context, row)
  local text = row.period
  row.period = nil
  if not text or row.period_start or row.period_end then
    row.period_kind = row.period_kind or (row.period_start or row.period_end) and "range" or "unspecified"
    row.period_precision = row.period_precision or (row.period_kind == "unspecified" and "unknown" or "day")
    return
  end
  local span, problem
  if text == "subject" then
    span, problem = subject_span(context, row)
  else
    span, problem = spans.read(text, fiscal_country(context, row))
  end
  if not span then
    context:refuse(row, "period", problem)
    row.period_kind, row.period_precision = "unspecified", "unknown"
    return
  end
  local published = last_published(context:row("sources", row.source))
  if span.kind == "since" and not span.last and published and published >= span.first then span.last = published end
  if row.period_kind ~= "as_of" then row.period_start = span.first and dates.format(span.first) end
  row.period_end = span.last and dates.format(span.last)
  row.period_kind = row.period_kind or kind_of_year(context, row, text) or span.kind
  row.period_precision = row.period_precision or span.precision
end

-- ---- figures ----

--- Fills in a figure whose source and id are known.
function filling.figure(context, row)
  local indicator = context:row("indicators", row.indicator)
  if not indicator or not indicator.unit then row.is_lame = true end
  fill_number(context, row, indicator)
  fill_period(context, row)
  row.unit = row.unit or (indicator and indicator.unit)
  row.multiplier = row.multiplier or "1"
  row.qualifier = row.qualifier or "exact"
  row.status, row.rank = row.status or "A", row.rank or "normal"
  if row.part_of then row.coverage = row.coverage or "unknown" end
  if indicator then fill_bounds(context, row, indicator) end
  row.number_format = nil
end

return filling
