-- A printed number read in its language: "más de 72.000", "1,8 juta", "no more than 40", "40명 이상", "20 to 30".
--
-- reading.printed(text, context) returns {value, multiplier, qualifier, said} or {low, high, qualifier = "between"}, or
-- nil, a message, and the values that the digits could stand for. said is the qualifier of the words alone. What can be
-- read in two ways, or holds a word that is not understood (see beside.lua), is refused: nothing is guessed. context
-- holds words (see wording.lua), language, formats (number formats of the language), is_explicit (the curator named the
-- format), qualifier (the curator's own, for words that say none or several), is_part (the figure is a part of another)
-- and indicator. reading.prepared(context) is what reading makes of it, and reading.items(text, prepared) the words.

local beside = require "blotter.ops.figures.beside"
local glyphs = require "blotter.ops.figures.glyphs"
local hanging = require "blotter.ops.figures.hanging"
local numbers = require "blotter.ops.figures.numbers"
local numerals = require "blotter.ops.figures.numerals"
local positional = require "blotter.ops.figures.positional"

local refuse, show = beside.refuse, numbers.show
local reading = {}

-- ---- two numbers ----

local function has_role(items, role)
  for _, item in ipairs(items) do
    if item.roles and item.roles[role] then return item end
  end
  return nil
end

-- Whether a word between two numbers makes a range of them, and the word where it can tell a change as well: "77 to
-- 101" is a range of one number, or two of two years, unless a word such as "between" says which.
local function between(items, from, to)
  local is_range, is_other, change = false, false, nil
  local has_start = has_role({table.unpack(items, 1, from)}, "range_start")
  for i = from + 1, to - 1 do
    local item, roles = items[i], items[i].roles or {}
    if item.text == "-" or roles.range or roles.join and has_start then
      is_range = true
      if roles.range and roles.range.meaning == "change" and not has_start then change = item.text end
    elseif not (roles.filler or roles.percent or roles.counted or roles.measure) then
      is_other = true
    end
  end
  return is_range and not is_other, change
end

local function is_year(number)
  return number.is_digits and number.multiplier == 1 and number.value >= 1900 and number.value <= 2100
    and number.raw == number.value
end

-- A number as a message writes it; a year has no separators.
local function show_one(number) return is_year(number) and tostring(number.value) or show(number.value) end

-- Where words are written without spaces, "3~40" may count the first in tens as the last does.
local function check_tens(low, high, context)
  local is_short = context.is_dense and low.value < 10 and high.value < 100 and high.value % 10 == 0
  if is_short and low.value > 0 and low.value * 10 < high.value then
    refuse("%s to %s may be %s0 to %s; expected low and high", show(low.value), show(high.value), show(low.value),
      show(high.value))
  end
end

-- The youngest and the oldest of several persons are the ends of a range of ages ("aged 23 to 60").
local function check_extreme(low, high, context)
  local extreme = (context.indicator or {}).id
  local side = extreme and extreme:match "_age_(m[ia][nx])$"
  if side then
    refuse("%s to %s may be all ages, of which the indicator counts the %s; expected value %s and qualifier 'exact', "
      .. "or low, high and 'between' where this age itself is not known", show(low.value), show(high.value),
      side == "min" and "lowest" or "highest", show(side == "min" and low.value or high.value))
  end
end

-- A range of two numbers. "2 to 3 million" counts both in millions; "500 to 2 million" is refused.
local function read_range(low, high, context)
  if low.multiplier == 1 and high.multiplier > 1 then
    if low.value >= high.value / high.multiplier then
      refuse("a range from %s to %s may count the first in other units; expected both in full", show(low.value),
        show(high.value))
    end
    low.value = low.value * high.multiplier
    low.value = math.tointeger(low.value) or low.value
  end
  if low.value >= high.value then
    refuse("the range from %s to %s runs backwards; expected low, high and qualifier", show(low.value),
      show(high.value))
  end
  if low.multiplier == 1 and high.multiplier == 1 and low.value > 0 and high.value >= 100 * low.value then
    refuse("a range from %s to %s may leave thousands unsaid; expected low and high", show(low.value), show(high.value))
  end
  check_extreme(low, high, context)
  check_tens(low, high, context)
  if is_year(low) and is_year(high) then
    refuse("%d to %d may be years; expected low and high", low.value, high.value)
  end
  if context.is_counted and (math.type(low.value) == "float" or math.type(high.value) == "float") then
    refuse("%s to %s has a fraction of what is counted", show(low.value), show(high.value))
  end
  return {low = low.value, high = high.value, qualifier = "between", multiplier = high.multiplier}
end

-- ---- one number, and the words around it ----

-- Whether all numbers are one, said again in brackets: "twelve (12)".
local function is_said_again(items, found)
  for i = 2, #found do
    local before = items[found[i].first - 1]
    if found[i].value ~= found[1].value or before.text ~= "(" then return false end
  end
  return true
end

-- Whether a number is "half" or "a quarter" of what an indicator counts in percent.
local function is_share_of_all(number, context)
  local is_share = context.unit == "percent" and not context.is_percent and number.is_share and number.value < 1
  if is_share and context.is_change then refuse "a share is no change in percent; expected value and qualifier" end
  return is_share
end

-- Whether the last word is no large multiplier: "two hundred" is 200, not 150 to 250.
local function is_to_the_last(number) return number.word < 1000 and not (number.has_decimals and number.word > 1) end

local is_time = {days = true, months = true, years = true}

-- Whether digits before a multiplier end in two zeros themselves: "400 thousand" is no finer than "400,000".
local function is_round_count(number, context)
  local digits = number.multiplier > 1 and number.value / number.multiplier or 0
  return context.is_counted and not is_to_the_last(number) and digits > 0 and digits % 100 == 0
end

-- Without a word, a percentage, a duration, decimals or a multiplier show that the last digit is rounded, and zeros
-- that it may be; half of something is about half of it.
local function bare_qualifier(number, context)
  if is_share_of_all(number, context) then return "about" end
  local is_measured = context.unit == "percent" or is_time[context.unit] and not context.is_counted
  if is_round_count(number, context) then return "round" end
  if math.type(number.value) == "float" or not is_to_the_last(number) or is_measured then
    return "rounded"
  end
  return number.value ~= 0 and number.value % 100 == 0 and "round" or "exact"
end

local function is_negative(items, number)
  return beside.is_minus(items, number.first - 1)
end

-- Refuses a percentage of a change without a word or a sign that says which way it went.
local function check_direction(number, state, is_minus, context)
  if not context.is_change or is_minus or state.is_fall ~= nil or number.value == 0 then return end
  refuse("%s does not say whether it rose or fell; expected printed with the word that does, or qualifier and value "
    .. "-%s for a fall, or value %s, qualifier and stated 'number' for a rise", show(number.value), show(number.value),
    show(number.value))
end

-- Refuses a number without a sign or a word for percent where percent are counted: "316 more cases" is no percentage.
local function check_percent(number, context)
  if context.unit ~= "percent" or context.is_percent or is_share_of_all(number, context) then return end
  refuse("%s has no sign or word for percent, which the indicator counts; expected printed with it, or value, "
    .. "qualifier and stated 'number'", show(number.value))
end

-- The value with its sign: a minus in front of it, or a word for a fall behind it.
local function signed(items, number, state, context)
  local is_minus = is_negative(items, number)
  if is_minus and not context.may_be_negative then refuse("a number below zero is refused for %s", context.unit) end
  if is_minus and state.is_fall ~= nil then refuse "has a sign and a word for a change; expected one of them" end
  check_direction(number, state, is_minus, context)
  return (is_minus or state.is_fall) and -number.value or number.value
end

local function refuse_qualifier(word, said, context)
  refuse("'%s' says '%s' and the record says '%s'; expected one of them, or stated 'number' beside value "
    .. "and qualifier", word, said, context.qualifier)
end

-- The qualifier of the words; the curator's own where they say none.
local function qualifier_of(number, state, context)
  local said = state.hedge and state.hedge.qualifier
  if context.unit == "percent" and beside.neutral[said] then said = nil end
  if context.qualifier and said and said ~= context.qualifier and not beside.neutral[said] then
    refuse_qualifier(state.hedge.word, said, context)
  end
  local bare = bare_qualifier(number, context)
  if state.is_difference then said = nil end
  return context.qualifier or said or bare, said or bare
end

local function times(value, factor)
  if not factor or factor == 1 then return value end
  local product = factor < 1 and value / (1 / factor) or value * factor
  return math.tointeger(product) or product
end

-- Whether a word before a noun for about so many bounds it ("más de un centenar" is more than 100).
local function is_bounded_again(state, hedge)
  return hedge.qualifier == "about" and state.hedge ~= nil and not beside.neutral[state.hedge.qualifier]
end

local function read_single(items, found, context)
  local number = found[1]
  context.seen = {number.value}
  local state = beside.read(items, number.first, found[#found].last, context)
  if number.hedge and not is_bounded_again(state, number.hedge) then
    beside.note_hedge(state, number.hedge, context)
  end
  check_percent(number, context)
  if state.is_fall ~= nil and state.hedge and state.hedge.qualifier == "up to" then
    refuse("'%s' with a word for a change may be its end; expected value and qualifier", state.hedge.word)
  end
  local value = signed(items, number, state, context)
  if context.is_counted and math.type(value) == "float" then
    refuse("%s is a fraction of what is counted (%s); expected a whole number", show(value), context.unit)
  end
  local qualifier, said = qualifier_of(number, state, context)
  local multiplier = is_to_the_last(number) and 1 or number.multiplier
  if is_share_of_all(number, context) then value = math.tointeger(value * 100) end
  return {value = times(value, state.factor), multiplier = times(multiplier, state.factor), qualifier = qualifier,
    said = said}
end

local function read_two(items, found, context)
  context.seen = {found[1].value, found[2].value, found[1].value * found[2].multiplier}
  local state = beside.read(items, found[1].first, found[2].last, context)
  local is_bounded = state.hedge and not beside.neutral[state.hedge.qualifier]
  if is_bounded or state.is_fall ~= nil or is_negative(items, found[1]) then
    refuse("a range with '%s' can be read in several ways; expected low and high",
      is_bounded and state.hedge.word or state.is_fall ~= nil and "a word for a change" or "-")
  end
  check_percent(found[2], context)
  check_direction(found[2], state, false, context)
  local range = read_range(found[1], found[2], context)
  for _, name in ipairs {"low", "high", "multiplier"} do range[name] = times(range[name], state.factor) end
  return range
end

-- A year beside a number that is none ("5% increase from 2022").
local function refuse_years(found)
  local year, other
  for _, number in ipairs(found) do
    if is_year(number) then year = number else other = number end
  end
  if year and other then
    refuse("%d beside %s may be a year; expected value and qualifier, or the number's words without the year, which "
      .. "belongs to period", year.value, show(other.value))
  end
end

local function values_of(found)
  local values = {}
  for i, number in ipairs(found) do values[i] = number.value end
  return values
end

-- Refuses a part and its whole: "14 of the 27".
local function check_part(items, found, context)
  for at = found[1].last + 1, #found == 2 and found[2].first - 1 or 0 do
    local roles = items[at].roles
    if roles and roles.part and context.is_part then
      refuse("'%s' tells of %s and %s a part and its whole; expected printed with the part alone, beside part_of",
        items[at].text, show_one(found[1]), show_one(found[2]))
    end
  end
end

-- Refuses two numbers that are the ends of a range, or those of a change.
local function refuse_change(low, high, word)
  refuse("'%s' between %s and %s can tell a change, which makes %s the number of now, or a range; expected value and "
    .. "qualifier for a change, low, high and qualifier 'between' for a range", word, show_one(low), show_one(high),
    show_one(high))
end

local function read_numbers(items, found, context)
  if #found == 2 then
    local is_range, change = between(items, found[1].last, found[2].first)
    if is_range and not (found[1].hedge or found[2].hedge) and found[1].value ~= found[2].value then
      if change then
        context.seen = values_of(found)
        check_extreme(found[1], found[2], context)
        refuse_change(found[1], found[2], change)
      end
      return read_two(items, found, context)
    end
  end
  if #found > 1 and not is_said_again(items, found) then
    context.seen = values_of(found)
    refuse_years(found)
    check_part(items, found, context)
    refuse("holds several numbers, %s and %s; expected value and qualifier, or low, high and 'between' for a range",
      show_one(found[1]), show_one(found[2]))
  end
  if context.has_start then refuse("begins a range that does not end; expected low and high") end
  return read_single(items, found, context)
end

-- A text without a number, such as "dozens of".
local function read_vague(items, context)
  local vague
  for _, item in ipairs(items) do
    local row = item.roles and item.roles.vague
    if row and vague and vague.qualifier ~= row.qualifier then
      refuse("'%s' and '%s' differ; expected one of them", vague.word, row.word)
    end
    vague = row or vague
  end
  if not vague then return nil end
  if context.qualifier and context.qualifier ~= vague.qualifier then
    refuse_qualifier(vague.word, vague.qualifier, context)
  end
  local state = beside.read_vague(items, context)
  if state.is_fall ~= nil then refuse "holds no number that can be read; expected one, or a value" end
  return {qualifier = vague.qualifier, said = vague.qualifier, multiplier = times(1, state.factor)}
end

-- Whether a text is an article with what it counts ("a laptop").
local function is_article_alone(items)
  for _, item in ipairs(items) do
    if not (item.roles and (item.roles.filler or item.roles.counted)) then return false end
  end
  return true
end

-- "A week" alone, which is a rate beside a number.
local function read_article(item, context)
  local article, measure = item.text:match "^(%S+) (%S+)$"
  local roles = context.words:dictionary(context.language).roles
  local row = article and roles[measure] and roles[measure].measure
  if not row or row.meaning ~= context.unit or not roles[article] or not roles[article].filler then return nil end
  local factor = times(1, tonumber(row.value))
  return {value = factor, multiplier = factor, qualifier = context.qualifier or "rounded", said = "rounded"}
end

local function refuse_no_number(items)
  if is_article_alone(items) then
    refuse "holds no number, but perhaps an article that means one; expected value 1 and qualifier exact"
  end
  refuse "holds no number that can be read; expected one, or value and qualifier"
end

local what_can_be = {
  billion = "10^9 or 10^12", trillion = "10^12 or 10^18", billion_or_else = "10^9 or something else",
  trillion_or_else = "10^12 or something else", comparison = "a comparison with another period, or the name of one",
  occasions = "a count of occasions, in which one person stands several times",
  about_or_more = "about what, or more than how many",
}

-- Words that make something else of a number; the meaning of some says what they can be.
local function refuse_twisting(items, context)
  local item
  for _, one in ipairs(items) do
    local roles = one.roles or {}
    local is_change = context.is_change and (roles.fall or roles.rise)
    if roles.refuse and not is_change then
      item = one
      break
    end
  end
  if not item or item.roles.filler then return end
  local meaning = what_can_be[item.roles.refuse.meaning]
  if meaning then
    refuse("'%s' in a text in '%s' can be %s; expected value and qualifier", item.text, context.language, meaning)
  end
  refuse("'%s' makes something else of the number; expected value and qualifier",
    item.text)
end

--- The words of a text, and of the context what hangs on them.
function reading.items(text, context)
  local folded = glyphs.fold(text)
  if not utf8.len(folded) then refuse "is no UTF-8 text" end
  local items = context.words:scan(positional.digits(folded, context.language), context.language)
  context.is_percent, context.is_alone = has_role(items, "percent") ~= nil, #items == 1
  context.has_start = has_role(items, "range_start") ~= nil
  return items
end

local function read(text, context)
  local items = reading.items(text, context)
  if context.is_percent and context.unit ~= "percent" then
    refuse("is a percentage, and the indicator counts %s", context.unit)
  end
  refuse_twisting(items, context)
  hanging.refuse(items, context)
  local one = context.is_alone and read_article(items[1], context)
  if one then return one end
  local found = numbers.of(items, context)
  if #found > 0 then return read_numbers(items, found, context) end
  return read_vague(items, context) or refuse_no_number(items)
end

local dense_languages = {ja = true, ko = true, zh = true}

--- What reading needs to know, from what the caller gives.
function reading.prepared(context)
  local indicator = context.indicator or {}
  local unit = indicator.unit or "things"
  local may_be_negative = tostring(indicator.step or 1) ~= "1" and (tonumber(indicator.minimum) or -1) < 0
  return setmetatable({
    unit = unit, is_counted = tostring(indicator.step or 1) == "1",
    is_foreign = context.formats == numerals.formats,
    is_dense = dense_languages[context.language] or false,
    may_be_negative = may_be_negative, is_change = may_be_negative and unit == "percent",
  }, {__index = context})
end

--- Reads a printed number; see the head of this file.
function reading.printed(text, context)
  local prepared = reading.prepared(context)
  local ok, result = pcall(read, text, prepared)
  if ok then return result end
  if type(result) ~= "table" then error(result, 0) end
  local message = ("'%s' is refused: %s"):format(text, result.message)
  return nil, message, result.values or prepared.seen
end

return reading
