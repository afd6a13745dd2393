-- The numbers in a text: where each begins and ends, and what its digits, number words and multipliers make together.
--
-- numbers.of(items, context) takes the items of a text (see wording.lua) and returns a list of {value, multiplier,
-- word, first, last, hedge, is_digits, is_share, has_decimals, raw}: the value with the multiplier of its last part,
-- the last multiplier that was said as a word, the places of its first and last item, and the hedge that stands inside
-- it. numbers.show(value) writes one, numbers.is_multiplier(item) tells a word that multiplies. What can be read in two
-- ways is refused.

local decimal = require "blotter.lang.decimal"
local amount = require "blotter.ops.figures.amount"
local beside = require "blotter.ops.figures.beside"
local numerals = require "blotter.ops.figures.numerals"

local numbers = {}

local refuse = beside.refuse

local function number_of(row) return tonumber(row.value) end

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

-- Languages in which a share has an article ("un dos por ciento").
local shares_have_articles = {es = true, it = true, pt = true}

-- What may stand between the ends of a range, or within a number.
local function may_link(item)
  local roles = item.roles or {}
  return roles.range or roles.join or item.text:find "^[-~,/]$" ~= nil
end

-- A word such as "of" behind a word for one: "einer von fünf" are not five.
local function is_of(item) return item.roles ~= nil and item.roles.filler ~= nil and not item.roles.number end

-- Whether a number follows a word for one, which then is none of its articles: "een tot twee", "ein, zwei", "un 30".
-- Words such as "trentaine" are nouns, and "half" is a part of one.
local function begins_another(items, at, context)
  local place = at + 1
  while items[place] and (may_link(items[place]) or is_of(items[place])) do place = place + 1 end
  local next_one, is_linked = items[place], place > at + 1
  local is_share = context.unit == "percent" and not is_linked
  if not next_one then return false end
  if next_one.digits then return not is_share end
  local number = next_one.roles and next_one.roles.number
  if not number then return is_linked and is_multiplier(next_one) end
  return number_of(number) >= 1 and not next_one.roles.hedge
    and not (is_share and shares_have_articles[context.language])
end

-- Whether a sign or a word for a range stands behind an article: "a, two" and "a to two" are no article with a number.
local function is_cut_off(items, at)
  local following = items[at + 1]
  return following ~= nil and following.text ~= "~" and may_link(following)
end

-- Whether a word that is an article as well ("a", "un") is a number where it stands: before and behind another number
-- word it is one ("un à deux", "ciento un"), but for the English article, which has a numeral beside it.
local function counts_as_number(state, items, at)
  local item = items[at]
  if not item.roles.filler then return true end
  if item.is_piece or is_multiplier(items[at + 1]) or state.context.is_alone then return true end
  local is_english = item.roles.filler.language == "en"
  if is_english and not is_cut_off(items, at) then return false end
  return not is_english and #state.sum > 0 or begins_another(items, at, state.context)
end

-- A number word behind digits is no part of their number ("20 five"), unless it has a multiplier of its own.
local function check_behind_digits(state, item, following)
  local last = state.sum[#state.sum]
  if state.has_digits and not (last.scale and is_multiplier(following)) and not is_fraction(item) then
    refuse("'%s' stands behind digits and may be another number; expected value and qualifier", item.text)
  end
end

-- A multiplier alone is one of them only in the form that says so: "tausend", not "thousands" or "tysięcy".
local function check_alone(item)
  if item.roles.multiplier.meaning ~= "one" then
    refuse("'%s' alone does not say how many; expected the number before it, or value and "
      .. "qualifier, or low, high and qualifier ('tens of thousands of')", item.text)
  end
end

-- An abbreviation that is used of money only ("Rp1,5 M").
local function check_money(row, item, context)
  if row.meaning == "currency" and context.unit ~= "currency" then
    refuse("'%s' multiplies money by %s, and the indicator counts %s; expected it written out, or value and qualifier",
      item.text, numerals.show {whole = math.tointeger(number_of(row)), decimals = 0}, context.unit)
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
local tens_first = {es = true, fr = true, pt = true, bg = true, fa = true, hr = true, ro = true, sr = true}

-- Tens and units with "and" between them are one number only in the order in which a language says them.
local function check_and(state, item, number)
  local last, language = state.sum[#state.sum], state.context.language
  if state.joined ~= "word" or not last or last.scale or last.d > 0 or number.d > 0 then return end
  local is_units = last.n < 10 and number.n >= 10 and not units_first[language]
  local is_tens = last.n >= 20 and last.n < 100 and not tens_first[language]
  if is_units or is_tens then
    refuse("'%s' behind 'and' may be another number; expected value and qualifier",
      item.text)
  end
end

local signs = {["\u{BC}"] = true, ["\u{BD}"] = true, ["\u{BE}"] = true}

-- Whether a number is a single sign ("½"), which stands behind a whole number without a word between.
local function is_glyph(item) return signs[item.text] ~= nil end

-- Languages that say "two half" for two and a half.
local adds_halves = {id = true, ms = true, tr = true}

-- A part of one behind a number: "two and a half", "2½", "dua setengah"; a half of one by itself only where one is an
-- article or English ("one-half", "en halv").
local function add_fraction(state, items, at, number)
  local before, language = items[at - 1], state.context.language
  local is_added = state.joined == "word" or is_glyph(items[at]) or adds_halves[language]
  local is_of_one = language == "en" or state.joined == "hyphen" or before.roles and before.roles.filler
  if not is_added and not is_of_one then return nil end
  return state.sum:add(number, is_added) or nil
end

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
  if roles.filler and last and (last.d > 0 or state.joined and is_fraction(following)) then return "joined" end
  if roles.multiplier and roles.vague and not last then return nil end
  if roles.multiplier then
    if #item.text == 1 and last and items[at - 1].last ~= item.first - 1 and state.context.unit ~= "currency" then
      refuse("'%s' may be a multiplier or something else; expected it written out", item.text)
    end
    check_money(roles.multiplier, item, state.context)
    local scale = math.tointeger(number_of(roles.multiplier))
    local is_own = not last or state.joined == "word"
    if is_own then check_alone(item) end
    if sum:multiply(scale, is_own) then return true end
    refuse("the words around '%s' make no number", item.text)
  end
  if roles.number and (state.has_digits or counts_as_number(state, items, at)) then
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
    if is_fraction(item) and last then return add_fraction(state, items, at, number) end
    return sum:add(number, state.joined or item.text:find "^\u{648}" ~= nil) or nil
  end
  if last and (roles.join or item.text == "-") then
    state.joined = roles.join and "word" or "hyphen"
    return "joined"
  end
  return nil
end

-- "A million two hundred" is 1,200,000 to some.
local function check_elliptic(sum)
  local last, before = sum[#sum], sum[#sum - 1]
  if not before or not before.scale or before.scale < 1000000 or last.scale and last.scale > 100 then return end
  if last.d == 0 and last.n % 100 == 0 and last.n < 1000 then
    refuse("%s behind %s may count thousands; expected value and qualifier", numbers.show(last.n),
      numbers.show(before.n))
  end
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
  check_elliptic(state.sum)
  local value, multiplier, word = state.sum:value()
  return {value = value, multiplier = multiplier, word = word, first = at, last = stop - 1, hedge = state.hedge,
    is_digits = items[stop - 1].digits, is_share = is_fraction(items[stop - 1]), has_decimals = state.has_decimals,
    raw = items[at].digits and tonumber((items[at].text:gsub("[^%d]", "")))}, stop
end

--- The numbers of a text; see the head of this file.
function numbers.of(items, context)
  local list, at = {}, 1
  while at <= #items do
    local number, behind = number_at(items, at, context)
    list[#list + 1] = number
    at = behind or at + 1
  end
  return list
end

numbers.is_multiplier = is_multiplier

--- A number as a message writes it.
function numbers.show(value)
  if math.type(value) == "integer" then return numerals.show {whole = value, decimals = 0} end
  return decimal("%.14g", value)
end

return numbers
