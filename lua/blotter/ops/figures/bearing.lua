-- What the words of a printed number bear out, whether or not they can be read: the numbers that a curator may state of
-- them, the way that a change went, the money, the qualifier.
--
-- bearing.of(text, context) (see reading.lua) returns what these functions judge: bearing.value_problem(bears, value,
-- multiplier), bearing.sign_problem(bears, number, is_explicit), bearing.rate_problem(bears),
-- bearing.qualifier_problem(bears, qualifier) and bearing.currency_problem(bears, currency). Each returns nil, or what
-- is wrong.

local beside = require "blotter.ops.figures.beside"
local digit_values = require "blotter.ops.figures.digit_values"
local numbers = require "blotter.ops.figures.numbers"
local reading = require "blotter.ops.figures.reading"

local show = numbers.show
local bearing = {}

-- ---- the numbers ----

-- Whether a number is nothing but an article ("una" in "una docena").
local function is_article(items, number)
  for at = number.first, number.last do
    if not (items[at].roles and items[at].roles.filler) then return false end
  end
  return true
end

-- Languages that write words without spaces and letters that hold together: a word may begin with its multiplier.
local writes_on = {th = true, lo = true, km = true, my = true}

-- The multiplier with which a word begins, or nil.
local function leading_multiplier(text, context)
  local dictionary, longest = context.words:dictionary(context.language), ""
  for word, role in pairs(writes_on[context.language] and dictionary.own or {}) do
    if role == "multiplier" and #word > #longest and text:sub(1, #word) == word then longest = word end
  end
  return longest ~= "" and tonumber(dictionary.roles[longest].multiplier.value) or nil
end

-- By how much a word multiplies, in the text's language or another one. A tenth ("成") counts ten percent.
local function multiplier_of(item, context)
  local roles = item.roles or {}
  local own = roles.multiplier or roles.refuse and tonumber(roles.refuse.value) and roles.refuse
  if own then return tonumber(own.value) end
  for _, one in ipairs(not item.roles and not item.digits and context.words:elsewhere(item.text) or {}) do
    if one.row.role == "multiplier" then return tonumber(one.row.value) end
  end
  return not item.roles and leading_multiplier(item.text, context) or nil
end

-- The factors that words beside the numbers bear: multipliers, and measures such as weeks among days.
local function factors_of(items, is_taken, context)
  local factors = {1}
  for at, item in ipairs(items) do
    local measure = item.roles and item.roles.measure
    local is_own = measure and measure.meaning == context.unit and tonumber(measure.value)
    local factor = not is_taken[at] and multiplier_of(item, context) or is_own
    for i = 1, factor and #factors or 0 do factors[#factors + 1] = factors[i] * factor end
  end
  return factors
end

-- The numbers of a text that numbers.of refuses, each by itself.
local function loose_values(items, text)
  local values = digit_values.of(text)
  for _, item in ipairs(items) do
    local row = item.roles and not item.roles.filler and item.roles.number
    if row then values[#values + 1] = tonumber(row.value) end
  end
  return values
end

-- The values of a text's numbers, and the places of the multipliers that are in them.
local function values_of(items, text, context)
  local ok, found = pcall(numbers.of, items, context)
  if not ok then return type(found) == "table" and found.values or loose_values(items, text), {} end
  local values, is_taken, scales = {}, {}, {}
  for _, number in ipairs(found) do
    if not is_article(items, number) then values[#values + 1] = number.value end
    if number.word > 1 then scales[#scales + 1] = number.word end
    for at = number.first, number.last do is_taken[at] = true end
  end
  -- "2 to 3 million" counts both in millions.
  for i = 1, #found > 1 and #values or 0 do
    for _, scale in ipairs(scales) do values[#values + 1] = values[i] * scale end
  end
  return values, is_taken
end

-- Half, and nine out of ten, as percentages.
local function shares_of(values)
  local shares = {}
  for i = 1, #values do
    if values[i] < 1 then shares[#shares + 1] = values[i] * 100 end
    for j = 1, #values do
      if values[i] < values[j] then shares[#shares + 1] = values[i] / values[j] * 100 end
    end
  end
  return shares
end

local function is_near(a, b, tolerance) return math.abs(a - b) <= tolerance * math.max(1, math.abs(b)) end

-- ---- the words ----

-- Notes one item's say on the way a change went: 1 up, -1 down.
local function note_direction(bears, items, at, is_behind)
  local item, way = items[at], nil
  local roles, following = item.roles or {}, items[at + 1]
  if (roles.fall or roles.rise) and (is_behind or not roles.hedge) then
    way = roles.fall and -1 or 1
  elseif beside.is_minus(items, at) and not is_behind and following and following.digits then
    way = -1
  elseif item.text == "+" and not is_behind or is_behind and roles.tail and beside.neutral[roles.tail.qualifier] then
    way = 1
  end
  if not way then return end
  bears.is_split = bears.is_split or bears.direction ~= nil and bears.direction ~= way
  bears.direction, bears.word = way, bears.word or item.text
end

-- Notes what bounds a number: no word for millions behind it ("2 millones"), nor one that makes a change of it.
local function note_bounds(bears, roles, is_behind)
  local is_change = bears.context.is_change and (roles.fall or roles.rise)
  for _, role in ipairs {"hedge", "tail", "vague"} do
    local row = roles[role]
    local is_other = is_behind and (role == "hedge" and is_change or role == "vague" and roles.multiplier)
    if row and row.qualifier and row.meaning ~= "direction" and not is_other then
      bears.bounds[#bears.bounds + 1] = row
    end
  end
end

local function note_words(bears, items)
  local is_behind = false
  for at, item in ipairs(items) do
    local roles = item.roles or {}
    is_behind = is_behind or item.digits or roles.number ~= nil and not roles.filler
    note_direction(bears, items, at, is_behind)
    note_bounds(bears, roles, is_behind)
    bears.rate = bears.rate or roles.rate and item
    for _, role in ipairs {"measure", "multiplier"} do
      local row = roles[role]
      if row and row.currencies then bears.money[#bears.money + 1] = row end
    end
  end
end

--- What a text bears out; see the head of this file.
function bearing.of(text, context)
  local prepared = reading.prepared(context)
  local bears = {context = prepared, text = text, bounds = {}, money = {}, values = {}, factors = {1}, shares = {}}
  local ok, items = pcall(reading.items, text, prepared)
  if not ok then return bears end
  note_words(bears, items)
  local is_taken
  bears.values, is_taken = values_of(items, text, prepared)
  bears.factors = factors_of(items, is_taken, prepared)
  if prepared.unit == "percent" and not prepared.is_change then bears.shares = shares_of(bears.values) end
  return bears
end

-- ---- what is wrong ----

-- How a value that the words do not bear comes of one that they do: "2,300 is 10 times the printed 230".
local function slip_of(bears, value)
  for _, one in ipairs(bears.values) do
    local ratio = one ~= 0 and value / one or 1
    local power = ratio > 0 and math.log(ratio, 10) or 0
    local whole = math.tointeger(power + 0.5 - (power + 0.5) % 1)
    if whole and whole ~= 0 and math.abs(power - whole) < 1e-9 then
      return whole > 0 and ("%s is %s times the printed %s"):format(show(value), show(math.tointeger(10 ^ whole)),
        show(one)) or ("%s is the printed %s without its last digits"):format(show(value), show(one))
    end
  end
  return show(value) .. " is no number of its words"
end

--- What is wrong with a number that the curator states of the words; a multiplier of the curator's own is borne.
function bearing.value_problem(bears, value, multiplier)
  if not value or #bears.values == 0 then return nil end
  local stated = math.abs(value)
  for _, one in ipairs(bears.values) do
    for _, factor in ipairs(bears.factors) do
      local borne = math.abs(one * factor)
      if is_near(stated, borne, 1e-9) or multiplier and is_near(stated, borne * multiplier, 1e-9) then return nil end
    end
  end
  for _, share in ipairs(bears.shares) do
    if math.abs(stated - share) <= 0.5 then return nil end
  end
  return ("%s is not what is printed, '%s': %s; expected the printed number, or stated 'number' where its words "
    .. "mislead"):format(tostring(value), bears.text, slip_of(bears, stated))
end

--- What is wrong with the sign of a number that is stated, also where it is stated that the words mislead.
function bearing.sign_problem(bears, number, is_explicit)
  if not bears.context.is_change or not number or number == 0 then return nil end
  if bears.direction and not bears.is_split then
    if number * bears.direction > 0 then return nil end
    return ("%s is a %s, and '%s' says that it %s; expected %s"):format(show(number), number > 0 and "rise" or "fall",
      bears.word, bears.direction > 0 and "rose" or "fell", show(-number))
  end
  if number < 0 or is_explicit then return nil end
  return ("'%s' does not say whether it rose or fell; expected -%s for a fall, or stated 'number' beside %s for a rise")
    :format(bears.text, show(number), show(number))
end

--- What is wrong with what is counted where the words make a rate of it ("34 a week").
function bearing.rate_problem(bears)
  local problem = bears.rate and beside.rate_problem(bears.rate, bears.context.unit)
  return problem and problem .. "; expected an indicator of that rate, or stated 'number'" or nil
end

--- What is wrong with a qualifier where the words bound their number by another one.
function bearing.qualifier_problem(bears, qualifier)
  local other
  for _, row in ipairs(qualifier and bears.bounds or {}) do
    if row.qualifier == qualifier then return nil end
    if not beside.neutral[row.qualifier] then other = row end
  end
  return other and ("'%s' says '%s' and the record says '%s'; expected one of them, or stated 'number' beside value "
    .. "and qualifier"):format(other.word, other.qualifier, qualifier) or nil
end

local function codes_of(set)
  local list = {}
  for code in pairs(set) do list[#list + 1] = code end
  table.sort(list)
  return table.concat(list, ", ")
end

--- What is wrong with a currency where the words name another one.
function bearing.currency_problem(bears, currency)
  for _, row in ipairs(bears.money) do
    if row.currencies[currency] then return nil end
  end
  local row = currency and bears.money[1]
  return row and ("%s is not what is printed, '%s': '%s' is %s; expected the printed currency"):format(currency,
    bears.text, row.word, codes_of(row.currencies)) or nil
end

return bearing
