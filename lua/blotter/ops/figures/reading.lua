-- A printed number read in its language: "más de 72.000", "1,8 juta", "no more than 40", "40명 이상", "20 to 30".
--
-- reading.printed(text, context) returns {value, multiplier, qualifier} or {low, high, qualifier = "between"}, or nil,
-- a message and the values that the digits could stand for. What can be read in two ways, or holds a word that may
-- change the number, is refused: nothing is guessed. context holds words (see wording.lua), language, formats (number
-- formats of the language), is_explicit (the curator named the format), qualifier (the curator's own, which settles all
-- words) and indicator.

local decimal = require "blotter.lang.decimal"
local amount = require "blotter.ops.figures.amount"
local glyphs = require "blotter.ops.figures.glyphs"
local numerals = require "blotter.ops.figures.numerals"

local reading = {}

local function refuse(...) error({message = string.format(...)}, 0) end

local function number_of(row) return tonumber(row.value) end

-- ---- one number ----

local function is_multiplier(item) return item ~= nil and item.roles ~= nil and item.roles.multiplier ~= nil end

local function is_fraction(item)
  local number = item and item.roles and item.roles.number
  return number ~= nil and number_of(number) < 1 and number_of(number) > 0
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
  return {n = math.tointeger(tonumber(whole .. decimals)), d = #decimals}
end

-- Whether a word that is an article as well ("a", "un") is a number where it stands.
local function counts_as_number(state, item, following)
  if not item.roles.filler then return true end
  if item.is_piece or is_multiplier(following) or state.context.is_alone then return true end
  return #state.sum > 0 and (state.joined or state.context.is_dense)
end

-- Whether a multiplier follows, or a range whose end has one ("1.5 to 2 million").
local function is_scaled_at(items, at)
  local behind = items[at]
  if is_multiplier(behind) then return true end
  local is_range = behind and (behind.text == "-" or behind.roles and behind.roles.range)
  return is_range and items[at + 1] ~= nil and items[at + 1].digits and is_multiplier(items[at + 2])
end

-- Whether a plus sign stands between a number and its multiplier ("10.8+ million").
local function is_inner_plus(items, at)
  return items[at] ~= nil and items[at].text == "+" and is_multiplier(items[at + 1])
end

-- Takes one item into the number. Returns true (taken), "joined" (taken if more follows) or nil (the number ends).
local function take(state, items, at)
  local item, sum = items[at], state.sum
  local roles, last = item.roles or {}, sum[#sum]
  local behind = is_inner_plus(items, at + 1) and at + 2 or at + 1
  local following = items[behind]
  if last and is_inner_plus(items, at) then
    state.hedge = roles.tail
    return "joined"
  end
  if item.digits then
    local continues = last and last.scale and (state.context.is_dense or is_multiplier(following))
    if last and not continues then return nil end
    return sum:add(read_digits(item, is_scaled_at(items, behind), state.context), state.joined) or nil
  end
  if roles.filler and last and (last.d > 0 or is_fraction(following)) then return "joined" end
  if roles.multiplier and roles.vague and not last then return nil end
  if roles.multiplier then
    if #item.text == 1 and last and items[at - 1].last ~= item.first - 1 and state.context.unit ~= "currency" then
      refuse("'%s' may be a multiplier or something else; expected it written out", item.text)
    end
    local scale = math.tointeger(number_of(roles.multiplier))
    if sum:multiply(scale) then return true end
    refuse("the words around '%s' make no number", item.text)
  end
  if roles.number and counts_as_number(state, item, following) then
    state.hedge = state.hedge or roles.hedge
    return sum:add(decimal_of(roles.number), state.joined or item.text:find "^\u{648}" ~= nil) or nil
  end
  if last and (roles.join or item.text == "-") then
    state.joined = true
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
  local value, multiplier = state.sum:value()
  return {value = value, multiplier = multiplier, first = at, last = stop - 1, hedge = state.hedge,
    is_digits = items[stop - 1].digits,
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

local function is_punctuation(item) return item.text:find "^[.,;!:/]$" ~= nil end

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

-- Letters that hang on digits ("1e5", "4x") may make something else of them.
local function check_glue(items, context)
  for i, item in ipairs(items) do
    for step = -1, 1, 2 do
      local other = items[i + step]
      local touches = other and (other.last == item.first - 1 or other.first == item.last + 1)
      if item.digits and touches and is_mute(other) and not other.digits and other.text ~= "-"
        and not is_punctuation(other) and not (context.is_dense and glyphs.is_dense(utf8.codepoint(other.text))) then
        refuse("'%s' hangs on the number %s; expected the number's own words alone", other.text, item.text)
      end
    end
  end
end

local neutral = {["a further"] = true, record = true}

-- Notes the qualifier of a hedge; two that say different things are refused.
local function note_hedge(state, row)
  local before = state.hedge
  if not before or neutral[before.qualifier] then
    state.hedge = row
  elseif before.qualifier ~= row.qualifier and not neutral[row.qualifier] then
    refuse("'%s' and '%s' bound the number in different ways; expected one of them, or a qualifier", before.word,
      row.word)
  end
end

local function refuse_unknown(item, context)
  refuse("'%s' stands before the number and is no word of the table words for '%s'; expected the number's own words"
    .. " alone, or a qualifier", item.text, context.language)
end

local function read_before(state, item, context)
  local roles = item.roles
  if roles and roles.rate then
    state.rate = item
  elseif context.qualifier then
    return
  elseif not roles then
    if not is_punctuation(item) then refuse_unknown(item, context) end
  elseif roles.hedge then
    note_hedge(state, roles.hedge)
  elseif not (item.text == "+" and context.is_percent or roles.filler or roles.range_start or roles.percent) then
    refuse("'%s' stands before the number; expected the number's own words alone, or a qualifier", item.text)
  end
end

-- Refuses a word that changes numbers in another language. The curator's own qualifier settles all but multipliers.
local function check_abroad(item, context)
  local abroad = context.words:elsewhere(item.text)
  if abroad and (abroad[1].row.role == "multiplier" or not context.qualifier) then
    refuse("'%s' changes a number in '%s', and the source's language is '%s'", item.text, abroad[1].language,
      context.language)
  end
end

-- The words by which units that are measured are called where a number of them is printed.
local measures = {
  days = {"day", "days", "tag", "tage", "tagen", "días", "dias", "jours", "giorni", "dager", "dagar", "dage"},
  months = {"month", "months", "monat", "monate", "monaten", "meses", "mois", "mesi", "måneder", "månader"},
  years = {"year", "years", "jahr", "jahre", "jahren", "años", "anos", "ans", "anni", "år"},
  terabytes = {"terabyte", "terabytes", "tb", "téraoctets", "terabajtów", "terabytov"},
}

local measured = {hour = true, hours = true, minute = true, minutes = true, week = true, weeks = true, mb = true,
  gb = true, pb = true, megabytes = true, gigabytes = true, petabytes = true}
for _, words in pairs(measures) do
  for _, word in ipairs(words) do measured[word] = true end
end

local SCALES = {"t", "k", "m", "mm", "mn", "mil", "mio", "mill", "mln", "md", "mdr", "mrd", "b", "bn", "bio"}
local MONEY = {"kr", "eur", "euro", "euros", "usd", "gbp", "sek", "nok", "dkk", "chf", "jpy", "aud", "cad", "krw",
  "inr"}
local fused = {}
for _, scale in ipairs(SCALES) do
  for _, money in ipairs(MONEY) do fused[scale .. money] = true end
end

-- Refuses what stands at a number and may be its size or its measure: "40 t", "2 MUSD", "40 hours" of persons.
local function check_next(item, context)
  if item.text:find "^%a$" or fused[item.text] then
    refuse("'%s' may be a multiplier or something else; expected it written out", item.text)
  end
  if context.is_counted and measured[item.text] then
    refuse("'%s' measures something else, and the indicator counts %s", item.text, context.unit)
  end
end

local function read_behind(state, item, context, is_next)
  local roles = item.roles
  if not roles then
    if is_next then check_next(item, context) end
    check_abroad(item, context)
  elseif roles.rate then
    state.rate = item
  elseif context.qualifier then
    return
  elseif roles.tail then
    note_hedge(state, roles.tail)
  elseif roles.hedge or roles.vague or roles.range_start then
    refuse("'%s' stands behind the number; expected the number's own words alone, or a qualifier", item.text)
  end
end

-- All words before the first number and behind the last one. A qualifier of the curator settles what bounds the number.
local function read_words(items, first, last, context)
  local state = {}
  for i, item in ipairs(items) do
    if i < first and not (item.text == "-" and i == first - 1) then
      read_before(state, item, context)
    elseif i > last then
      read_behind(state, item, context, i == last + 1)
    end
  end
  return state
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
    elseif not (roles.filler or roles.percent or glyphs.is_dense(utf8.codepoint(item.text))) then
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

-- Without a word, a percentage, decimals or a multiplier show that the last digit is rounded, and zeros that it may be.
local function bare_qualifier(items, number, context)
  local digits = items[number.first].digits and items[number.first].text or ""
  if math.type(number.value) == "float" or number.multiplier > 1 and not context.is_worded_exactly
    or context.is_percent or context.is_duration then return "rounded" end
  if digits:find "00$" and number.value % 100 == 0 then return "round" end
  return "exact"
end

local function is_negative(items, number)
  local before = items[number.first - 1]
  return before ~= nil and before.text == "-" and number.first > 1
end

-- A number in words is rounded only where its last word is a large multiplier: "two hundred" is 200, not 150 to 250.
local function is_worded_exactly(items, number)
  return not items[number.first].digits and number.multiplier < 1000
end

local is_time = {days = true, months = true, years = true}

-- Refuses a word behind a measured number that may be another unit ("two weeks" where days are counted).
local function check_measure(items, number, context)
  if not measures[context.unit] then return end
  local known = {old = true, long = true, of = true, data = true}
  for _, word in ipairs(measures[context.unit]) do known[word] = true end
  for i = number.last + 1, #items do
    local item = items[i]
    if not item.roles and known[item.text] then
      context.is_duration = is_time[context.unit]
    elseif not item.roles and item.text ~= "-" and not is_punctuation(item) then
      refuse("'%s' is not known to mean %s; expected a value in %s", item.text, context.unit, context.unit)
    end
  end
end

local function read_single(items, numbers, context)
  local number = numbers[1]
  local state = read_words(items, number.first, numbers[#numbers].last, context)
  if number.hedge then note_hedge(state, number.hedge) end
  check_measure(items, number, context)
  if state.rate and not context.is_rate then
    refuse("'%s' makes a rate of the number, and the indicator counts %s", state.rate.text, context.unit)
  end
  local value = number.value
  if is_negative(items, number) then
    if not context.may_be_negative then refuse("a number below zero is refused for %s", context.unit) end
    value = -value
  end
  if context.is_counted and math.type(value) == "float" then
    refuse("%s is a fraction of what is counted (%s); expected a whole number", show(value), context.unit)
  end
  context.is_worded_exactly = is_worded_exactly(items, number)
  local qualifier = context.qualifier or state.hedge and state.hedge.qualifier or bare_qualifier(items, number, context)
  return {value = value, multiplier = context.is_worded_exactly and 1 or number.multiplier, qualifier = qualifier}
end

local function read_numbers(items, numbers, context)
  if #numbers == 2 then
    local is_range = between(items, numbers[1].last, numbers[2].first)
    if is_range and not (numbers[1].hedge or numbers[2].hedge) and numbers[1].value ~= numbers[2].value then
      local state = read_words(items, numbers[1].first, numbers[2].last, context)
      if state.hedge and not neutral[state.hedge.qualifier] or is_negative(items, numbers[1]) then
        refuse("a range with '%s' can be read in several ways; expected low and high",
          state.hedge and state.hedge.word or "-")
      end
      return read_range(numbers[1], numbers[2], context)
    end
  end
  if #numbers > 1 and not is_said_again(items, numbers) then
    refuse("holds several numbers, %s and %s; expected the number's own words alone", show(numbers[1].value),
      show(numbers[2].value))
  end
  if has_role(items, "range_start") then refuse("begins a range that does not end; expected low and high") end
  return read_single(items, numbers, context)
end

-- A text without a number, such as "dozens of".
local function read_vague(items)
  local vague
  for _, item in ipairs(items) do
    local roles = item.roles
    if roles and roles.vague then
      if vague and vague.qualifier ~= roles.vague.qualifier then
        refuse("'%s' and '%s' differ; expected one of them", vague.word, roles.vague.word)
      end
      vague = roles.vague
    elseif roles and (roles.hedge or roles.rate) then
      refuse("'%s' with a word for many can be read in several ways; expected low and high", item.text)
    end
  end
  return vague and {qualifier = vague.qualifier, multiplier = 1}
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
  check_front(items)
  context.is_alone = #items == 1
  local numbers = numbers_of(items, context)
  if #numbers > 0 then return read_numbers(items, numbers, context) end
  return read_vague(items) or refuse "holds no number that can be read; expected one, or a value"
end

local dense_languages = {ja = true, ko = true, zh = true}

-- What reading needs to know, from what the caller gives.
local function prepare(context)
  local indicator = context.indicator or {}
  local unit = indicator.unit or "things"
  return setmetatable({
    unit = unit, is_counted = tostring(indicator.step or 1) == "1",
    is_foreign = context.formats == numerals.formats, is_rate = unit:find "_per_" ~= nil,
    is_dense = dense_languages[context.language] or false,
    may_be_negative = tostring(indicator.step or 1) ~= "1" and (tonumber(indicator.minimum) or -1) < 0,
  }, {__index = context})
end

-- The factors between digits and the value that they stand for: none, or a multiplier.
local factors = {1, 1000, 1000000, 1000000000}

--- Whether a value is one of those that digits can stand for, by itself or with a multiplier. Signs count for nothing.
function reading.allows(value, values)
  for _, one in ipairs(values) do
    for _, factor in ipairs(factors) do
      local stated, printed = math.abs(value), math.abs(one * factor)
      if math.abs(stated - printed) <= 1e-9 * math.max(1, printed) then return true end
    end
  end
  return false
end

--- Reads a printed number; see the head of this file.
function reading.printed(text, context)
  local ok, result = pcall(read, text, prepare(context))
  if ok then return result end
  if type(result) ~= "table" then error(result, 0) end
  return nil, ("'%s' is refused: %s"):format(text, result.message), result.values
end

return reading
