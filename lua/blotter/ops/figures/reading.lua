-- A printed number read in its language: "más de 72.000", "1,8 juta", "no more than 40", "40명 이상", "20 to 30".
--
-- reading.printed(text, context) returns {value, multiplier, qualifier, said} or {low, high, qualifier = "between"}, or
-- nil, a message, the values that the digits could stand for, whether a word may multiply them, and what the words have
-- against the curator's qualifier. said is the qualifier of the words alone. What can be read in two ways, or holds a
-- word that is not understood (see beside.lua), is refused: nothing is guessed. context holds words (see wording.lua),
-- language, formats (number formats of the language), is_explicit (the curator named the format), qualifier (the
-- curator's own, for words that say none or several), is_part (the figure is a part of another) and indicator.

local decimal = require "blotter.lang.decimal"
local amount = require "blotter.ops.figures.amount"
local beside = require "blotter.ops.figures.beside"
local glyphs = require "blotter.ops.figures.glyphs"
local numerals = require "blotter.ops.figures.numerals"

local reading = {}

local refuse = beside.refuse

local function number_of(row) return tonumber(row.value) end

-- ---- one number ----

local function is_multiplier(item) return item ~= nil and item.roles ~= nil and item.roles.multiplier ~= nil end

local function is_fraction(item)
  local number = item and item.roles and item.roles.number
  return number ~= nil and number_of(number) < 1 and number_of(number) > 0
end

-- Whether digits have decimals in every format that can read them.
local function is_always_fraction(text)
  local all = numerals.readings(text, numerals.formats)
  for _, one in ipairs(all) do
    if one.decimals == 0 then return false end
  end
  return #all > 0
end

local function values_of(readings)
  local values = {}
  for i, one in ipairs(readings) do values[i] = one.whole / 10 ^ one.decimals end
  return values
end

-- Refuses digits that are no number of the language, or more than one, with all that they could be.
local function refuse_digits(text, context)
  local all = numerals.readings(text, numerals.formats)
  local ways = {}
  for i, one in ipairs(all) do
    ways[i] = ("%s (number_format '%s')"):format(numerals.show(one), one.format)
  end
  if text:find " " then ways[#ways + 1] = "several numbers" end
  if #ways == 0 then ways[1] = "no number of any format" end
  error({message = ("'%s' in a text in '%s' can be %s; expected a number_format, or a number that reads in one way")
    :format(text, context.language, table.concat(ways, " or ")), values = values_of(all)}, 0)
end

-- The reading of digits. Decimals of what is counted are no reading, unless a multiplier follows.
local function read_digits(item, is_scaled, context)
  local possible = {}
  for _, one in ipairs(numerals.readings(item.text, context.formats)) do
    local is_possible = one.decimals == 0 or not context.is_counted or is_scaled or context.is_foreign
    possible[#possible + 1] = is_possible and one or nil
  end
  if #possible == 0 and context.is_counted and is_always_fraction(item.text) then
    refuse("%s is a fraction of what is counted (%s); expected a whole number", item.text, context.unit)
  end
  if #possible ~= 1 then refuse_digits(item.text, context) end
  local one = possible[1]
  local looks_grouped = one.decimals == 3 and item.text:find "^[1-9]%d?%d?[.,]%d%d%d$"
  if looks_grouped and not (is_scaled or context.is_explicit or context.is_percent) then
    refuse_digits(item.text, context)
  end
  return {n = one.whole, d = one.decimals}
end

local function decimal_of(row)
  local whole, decimals = tostring(row.value):match "^(%d+)%.?(%d*)$"
  local grain = #decimals == 1 and 2 or #decimals == 2 and 4 or nil
  local n = math.tointeger(tonumber(whole .. decimals))
  return {n = n, d = #decimals, grain = grain}
end

-- Whether a word that is an article as well ("a", "un") is a number where it stands: behind another number word it is
-- one more ("ciento un"), but for the English article, which has a numeral beside it.
local function counts_as_number(state, item, following)
  if not item.roles.filler then return true end
  if item.is_piece or is_multiplier(following) or state.context.is_alone then return true end
  return #state.sum > 0 and item.roles.filler.language ~= "en"
end

-- A number word behind digits is no part of their number ("20 five"), unless it has a multiplier of its own.
local function check_behind_digits(state, item, following)
  local last = state.sum[#state.sum]
  if state.has_digits and not (last.scale and is_multiplier(following)) and not is_fraction(item) then
    refuse("'%s' stands behind digits and may be another number; expected the number's own words alone, or value and "
      .. "qualifier", item.text)
  end
end

-- A multiplier alone is one of them only in the form that says so: "tausend", not "thousands" or "tysięcy".
local function check_alone(item)
  if item.roles.multiplier.meaning ~= "one" then
    refuse("'%s' alone does not say how many; expected the number before it, or value and qualifier", item.text)
  end
end

-- Whether a number word is the name of a unit behind a number: "mười năm" is ten years.
local function is_unit_behind(items, at)
  local item, before = items[at], items[at - 1]
  local is_behind = before and (before.digits or is_multiplier(before) or before.roles and before.roles.number)
  return is_behind and item.roles.measure and before.last ~= item.first - 1 and not is_multiplier(items[at + 1])
end

-- Whether a multiplier follows, or a range whose end has one ("1.5 to 2 million", "between 1.5 and 2 million").
local function is_scaled_at(items, at, context)
  local behind = items[at]
  if is_multiplier(behind) then return true end
  local roles = behind and behind.roles or {}
  local is_range = behind and (behind.text == "-" or roles.range or roles.join and context.has_start)
  return is_range and items[at + 1] ~= nil and items[at + 1].digits and is_multiplier(items[at + 2])
end

-- Whether a plus sign stands between a number and its multiplier ("10.8+ million").
local function is_inner_plus(items, at)
  return items[at] ~= nil and items[at].text == "+" and is_multiplier(items[at + 1])
end

-- Digits behind a last unit that do not fill the places below it may count another unit: "2万5" is 25,000 to some.
local function check_short_digits(state, number, following)
  local last = state.sum[#state.sum]
  if not last or state.is_spaced or is_multiplier(following) or last.scale < 100 then return end
  if number.n < 10 or last.scale >= 100000000 and number.n < 1000 then
    refuse("digits behind the last unit may count the unit below it; expected value and qualifier")
  end
end

local says_short = {zh = true, vi = true}

-- In Chinese and Vietnamese a last digit behind a hundred and more counts the next lower unit, unless a zero stands
-- between them.
local function check_short_form(state, number, following)
  local last = state.sum[#state.sum]
  if says_short[state.context.language] and last and last.scale and last.scale >= 100 and number.n < 10
    and not state.is_spaced and not is_multiplier(following) then
    refuse("a digit behind the last unit may count the unit below it; expected value and qualifier")
  end
end

-- Languages that say "five and twenty", and those that say "thirty and five".
local units_first = {de = true, nl = true, da = true, no = true, nb = true, nn = true, ar = true}
local tens_first = {es = true, fr = true, pt = true}

-- Tens and units with "and" between them are one number only in the order in which a language says them.
local function check_and(state, item, number)
  local last, language = state.sum[#state.sum], state.context.language
  if state.joined ~= "word" or not last or last.scale or last.d > 0 or number.d > 0 then return end
  local is_units = last.n < 10 and number.n >= 10 and not units_first[language]
  local is_tens = last.n >= 20 and last.n < 100 and not tens_first[language]
  if is_units or is_tens then
    refuse("'%s' behind 'and' may be another number; expected the number's own words alone, or value and qualifier",
      item.text)
  end
end

local signs = {["\u{BC}"] = true, ["\u{BD}"] = true, ["\u{BE}"] = true}

-- Whether a number is a single sign ("½"), which stands behind a whole number without a word between.
local function is_glyph(item) return signs[item.text] ~= nil end

-- Takes one item into the number. Returns true (taken), "joined" (taken if more follows) or nil (the number ends).
local function take(state, items, at)
  local item, sum = items[at], state.sum
  local roles, last = item.roles or {}, sum[#sum]
  local before = items[at - 1]
  if roles.measure and before and before.digits and before.last == item.first - 1 then return nil end
  local behind = is_inner_plus(items, at + 1) and at + 2 or at + 1
  local following = items[behind]
  if last and is_inner_plus(items, at) then
    state.hedge = roles.tail
    return "joined"
  end
  if item.digits then
    local continues = last and last.scale and (state.context.is_dense or is_multiplier(following))
    if last and not continues then return nil end
    local number = read_digits(item, is_scaled_at(items, behind, state.context), state.context)
    check_short_digits(state, number, following)
    state.has_decimals, state.has_digits = state.has_decimals or number.d > 0, true
    return sum:add(number, state.joined) or nil
  end
  if roles.filler and last and (last.d > 0 or is_fraction(following)) then return "joined" end
  if roles.multiplier and roles.vague and not last then return nil end
  if roles.multiplier then
    if #item.text == 1 and last and items[at - 1].last ~= item.first - 1 and state.context.unit ~= "currency" then
      refuse("'%s' may be a multiplier or something else; expected it written out", item.text)
    end
    local scale = math.tointeger(number_of(roles.multiplier))
    local is_own = not last or state.joined == "word"
    if is_own then check_alone(item) end
    if sum:multiply(scale, is_own) then return true end
    refuse("the words around '%s' make no number", item.text)
  end
  if roles.number and (state.has_digits or counts_as_number(state, item, following)) then
    if is_unit_behind(items, at) then return nil end
    check_behind_digits(state, item, following)
    if last and roles.measure and roles.measure.meaning == state.context.unit then
      refuse("'%s' may be a number or what it counts; expected value and qualifier", item.text)
    end
    state.hedge = state.hedge or roles.hedge
    local number = decimal_of(roles.number)
    number.is_word = not roles.hedge
    if last and number.n == 0 and state.context.language == "zh" then
      state.joined, state.is_spaced = true, true
      return "joined"
    end
    check_short_form(state, number, following)
    check_and(state, item, number)
    local is_joined = state.joined or item.text:find "^\u{648}" ~= nil or is_glyph(item)
    return sum:add(number, is_joined) or nil
  end
  if last and (roles.join or item.text == "-") then
    state.joined = roles.join and "word" or "hyphen"
    return "joined"
  end
  return nil
end

-- The number that begins at an item and the place behind it, or nil where none begins.
local function number_at(items, at, context)
  local state = {sum = amount.new(), joined = false, context = context}
  local stop = at
  for place = at, #items do
    local taken = take(state, items, place)
    if not taken then break end
    if taken == true then stop, state.joined = place + 1, false end
  end
  if stop == at then return nil end
  local value, multiplier, word = state.sum:value()
  return {value = value, multiplier = multiplier, word = word, first = at, last = stop - 1, hedge = state.hedge,
    is_digits = items[stop - 1].digits, is_share = is_fraction(items[stop - 1]), has_decimals = state.has_decimals,
    raw = items[at].digits and tonumber((items[at].text:gsub("[^%d]", "")))}, stop
end

local function numbers_of(items, context)
  local list, at = {}, 1
  while at <= #items do
    local number, behind = number_at(items, at, context)
    list[#list + 1] = number
    at = behind or at + 1
  end
  return list
end

-- ---- the words around it ----

local function has_role(items, role)
  for _, item in ipairs(items) do
    if item.roles and item.roles[role] then return item end
  end
  return nil
end

-- A separator in front of digits (".5 million") begins decimals, or ends something that was cut off.
local function check_front(items)
  for i, item in ipairs(items) do
    local before = items[i - 1]
    if item.digits and before and before.last == item.first - 1 and before.text:find "^[.,]$" then
      refuse("'%s' stands right before the number %s; expected the number in full", before.text, item.text)
    end
  end
end

-- Whether an item says nothing of the number: no word of the table, or an article ("40an").
local function is_mute(item)
  local roles = item.roles
  return not roles or roles.filler and not roles.multiplier and not roles.tail and item.text:find "^%a+$" ~= nil
end

-- A word without a meaning, or another number, that hangs on digits by a hyphen ("20-an") makes another word of them.
local function check_hyphens(items)
  for i = 2, #items - 1 do
    local before, hyphen, behind = items[i - 1], items[i], items[i + 1]
    local touch = hyphen.text == "-" and before.last == hyphen.first - 1 and behind.first == hyphen.last + 1
    local word = touch and (before.digits and behind or behind.digits and before)
    if word and not word.digits and not beside.is_punctuation(word)
      and (is_mute(word) or word.roles.number ~= nil and not is_multiplier(word)) then
      refuse("'%s' hangs on a number by a hyphen; expected the number's own words alone, or value and qualifier",
        word.text)
    end
  end
end

-- Letters that hang on digits ("1e5", "4x") may make something else of them.
local function check_glue(items, context)
  for i, item in ipairs(items) do
    for step = -1, 1, 2 do
      local other = items[i + step]
      local touches = other and (other.last == item.first - 1 or other.first == item.last + 1)
      local is_apart = touches and (other.digits or other.text == "-" or beside.is_punctuation(other)
        or context.is_dense and glyphs.is_dense(utf8.codepoint(other.text)))
      if item.digits and touches and is_mute(other) and not is_apart then
        refuse("'%s' hangs on the number %s; expected the number's own words alone", other.text, item.text)
      end
    end
  end
end

-- ---- putting it together ----

-- What stands between two numbers: "range", "other" or nil where only fillers and what is counted do.
local function between(items, from, to)
  local is_range, is_other = false, false
  local has_start = has_role({table.unpack(items, 1, from)}, "range_start")
  for i = from + 1, to - 1 do
    local item, roles = items[i], items[i].roles or {}
    if item.text == "-" or roles.range or roles.join and has_start then
      is_range = true
    elseif not (roles.filler or roles.percent or roles.counted or roles.measure) then
      is_other = true
    end
  end
  return is_range and not is_other, is_other
end

local function show(value)
  if math.type(value) == "integer" then return numerals.show {whole = value, decimals = 0} end
  return decimal("%.14g", value)
end

local function is_year(number)
  return number.is_digits and number.multiplier == 1 and number.value >= 1900 and number.value <= 2100
    and number.raw == number.value
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
    refuse("the range from %s to %s runs backwards; expected the number's own words alone", show(low.value),
      show(high.value))
  end
  if low.multiplier == 1 and high.multiplier == 1 and low.value > 0 and high.value >= 100 * low.value then
    refuse("a range from %s to %s may leave thousands unsaid; expected low and high", show(low.value), show(high.value))
  end
  if is_year(low) and is_year(high) then
    refuse("%d to %d may be years; expected low and high", low.value, high.value)
  end
  if context.is_counted and (math.type(low.value) == "float" or math.type(high.value) == "float") then
    refuse("%s to %s has a fraction of what is counted", show(low.value), show(high.value))
  end
  return {low = low.value, high = high.value, qualifier = "between", multiplier = high.multiplier}
end

-- Whether all numbers are one, said again in brackets: "twelve (12)".
local function is_said_again(items, numbers)
  for i = 2, #numbers do
    local before = items[numbers[i].first - 1]
    if numbers[i].value ~= numbers[1].value or before.text ~= "(" then return false end
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

-- Without a word, a percentage, a duration, decimals or a multiplier show that the last digit is rounded, and zeros
-- that it may be; half of something is about half of it.
local function bare_qualifier(number, context)
  if is_share_of_all(number, context) then return "about" end
  local is_measured = context.unit == "percent" or is_time[context.unit] and not context.is_counted
  if math.type(number.value) == "float" or not is_to_the_last(number) or is_measured then
    return "rounded"
  end
  return number.value ~= 0 and number.value % 100 == 0 and "round" or "exact"
end

local function is_negative(items, number)
  local before = items[number.first - 1]
  return before ~= nil and before.text == "-" and number.first > 1
end

-- The value with its sign: a minus in front of it, or a word for a fall behind it.
local function signed(items, number, state, context)
  local is_minus = is_negative(items, number)
  if is_minus and not context.may_be_negative then refuse("a number below zero is refused for %s", context.unit) end
  if is_minus and state.is_fall ~= nil then refuse "has a sign and a word for a change; expected one of them" end
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
  return context.qualifier or said or bare_qualifier(number, context), said or bare_qualifier(number, context)
end

local function times(value, factor)
  if not factor or factor == 1 then return value end
  local product = factor < 1 and value / (1 / factor) or value * factor
  return math.tointeger(product) or product
end

local function read_single(items, numbers, context)
  local number = numbers[1]
  context.seen = {number.value}
  local state = beside.read(items, number.first, numbers[#numbers].last, context)
  if number.hedge then beside.note_hedge(state, number.hedge, context) end
  if state.rate and not context.is_rate then
    refuse("'%s' makes a rate of the number, and the indicator counts %s", state.rate.text, context.unit)
  end
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

local function read_two(items, numbers, context)
  local state = beside.read(items, numbers[1].first, numbers[2].last, context)
  local is_bounded = state.hedge and not beside.neutral[state.hedge.qualifier]
  if is_bounded or state.is_fall ~= nil or is_negative(items, numbers[1]) then
    refuse("a range with '%s' can be read in several ways; expected low and high",
      is_bounded and state.hedge.word or state.is_fall ~= nil and "a word for a change" or "-")
  end
  local range = read_range(numbers[1], numbers[2], context)
  for _, name in ipairs {"low", "high", "multiplier"} do range[name] = times(range[name], state.factor) end
  return range
end

local function read_numbers(items, numbers, context)
  if #numbers == 2 then
    local is_range = between(items, numbers[1].last, numbers[2].first)
    if is_range and not (numbers[1].hedge or numbers[2].hedge) and numbers[1].value ~= numbers[2].value then
      return read_two(items, numbers, context)
    end
  end
  if #numbers > 1 and not is_said_again(items, numbers) then
    refuse("holds several numbers, %s and %s; expected the number's own words alone", show(numbers[1].value),
      show(numbers[2].value))
  end
  if context.has_start then refuse("begins a range that does not end; expected low and high") end
  return read_single(items, numbers, context)
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

local function read(text, context)
  local folded = glyphs.fold(text)
  if not utf8.len(folded) then refuse "is no UTF-8 text" end
  local items = context.words:scan(folded, context.language)
  context.is_percent = has_role(items, "percent") ~= nil
  if context.is_percent and context.unit ~= "percent" then
    refuse("is a percentage, and the indicator counts %s", context.unit)
  end
  local twisting = has_role(items, "refuse")
  if twisting and not twisting.roles.filler then
    refuse("'%s' makes something else of the number; expected the number's own words alone, or value and qualifier",
      twisting.text)
  end
  check_glue(items, context)
  check_hyphens(items)
  check_front(items)
  context.is_alone = #items == 1
  local one = context.is_alone and read_article(items[1], context)
  if one then return one end
  context.has_start = has_role(items, "range_start") ~= nil
  local numbers = numbers_of(items, context)
  if #numbers > 0 then return read_numbers(items, numbers, context) end
  return read_vague(items, context) or refuse_no_number(items)
end

local dense_languages = {ja = true, ko = true, zh = true}

-- What reading needs to know, from what the caller gives.
local function prepare(context)
  local indicator = context.indicator or {}
  local unit = indicator.unit or "things"
  local may_be_negative = tostring(indicator.step or 1) ~= "1" and (tonumber(indicator.minimum) or -1) < 0
  return setmetatable({
    unit = unit, is_counted = tostring(indicator.step or 1) == "1",
    is_foreign = context.formats == numerals.formats, is_rate = unit:find "_per_" ~= nil,
    is_dense = dense_languages[context.language] or false,
    may_be_negative = may_be_negative, is_change = may_be_negative and unit == "percent",
  }, {__index = context})
end

-- The factors between digits and the value that they stand for: none or a multiplier, and beside a word that is not
-- known any that a language has a word for.
local factors = {1, 1000, 1000000, 1000000000}
local open_factors = {0.001, 1, 7, 10, 12, 20, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
  1000000000000}

--- Whether a value is one of those that digits can stand for, by itself or with a multiplier. Signs count for nothing.
function reading.allows(value, values, is_open)
  for _, one in ipairs(values) do
    for _, factor in ipairs(is_open and open_factors or factors) do
      local stated, printed = math.abs(value), math.abs(one * factor)
      if math.abs(stated - printed) <= 1e-9 * math.max(1, printed) then return true end
    end
  end
  return false
end

--- The values that the digits of a text can stand for in any format, without its words.
function reading.digits(text)
  local values = {}
  for digits in glyphs.fold(text):gsub("\u{66B}", "."):gsub("\u{66C}", ","):gmatch "%d[%d., ']*" do
    for _, one in ipairs(numerals.readings(digits:gsub("[., ']+$", ""), numerals.formats)) do
      values[#values + 1] = one.whole / 10 ^ one.decimals
    end
  end
  return values
end

-- What is wrong with the curator's qualifier where a text that is not read bounds its number by another one, or nil.
local function contradiction_of(text, context)
  local folded, other = glyphs.fold(text), nil
  local is_read = context.qualifier and utf8.len(folded)
  for _, item in ipairs(is_read and context.words:scan(folded, context.language) or {}) do
    for _, role in ipairs {"hedge", "tail", "vague"} do
      local row = item.roles and item.roles[role]
      if row and row.qualifier == context.qualifier then return nil end
      if row and not beside.neutral[row.qualifier] then other = row end
    end
  end
  return other and ("'%s' says '%s' and the record says '%s'; expected one of them, or stated 'number' beside value "
    .. "and qualifier"):format(other.word, other.qualifier, context.qualifier) or nil
end

--- Reads a printed number; see the head of this file.
function reading.printed(text, context)
  local prepared = prepare(context)
  local ok, result = pcall(read, text, prepared)
  if ok then return result end
  if type(result) ~= "table" then error(result, 0) end
  local message = ("'%s' is refused: %s"):format(text, result.message)
  return nil, message, result.values or prepared.seen, result.values == nil, contradiction_of(text, prepared)
end

return reading
