-- How the words beside a number bound it.
--
-- A lexicon maps a qualifier ("more than") to {low, high}, each a rule of the table qualifiers: v, v+1, v-1, v*F,
-- v-half, v+half, a number, given or open. One step is 1 where things are counted and 0 where they are measured; the
-- computed ends are cut at the indicator's own minimum and maximum. Counted values stay integers and exact.

local glyphs = require "blotter.ops.figures.glyphs"

local lexicon = {}

--- The lexicon of a package, from the rows of its table qualifiers.
function lexicon.from_rows(rows)
  local words = {}
  for _, row in ipairs(rows) do words[row.qualifier] = {low = row.low, high = row.high} end
  return words
end

--- Whether a qualifier stands for a number that is not printed: hundreds of.
function lexicon.is_vague(words, qualifier)
  local low = words[qualifier] and tonumber(words[qualifier].low)
  return low ~= nil and low > 0
end

-- The value times a decimal factor, rounded up or down where things are counted: "about 5" is at least one away from 5
-- on either side, however little a tenth of it is.
local function scaled(value, factor, is_counted, is_low)
  local whole, decimals = factor:match "^(%d+)%.?(%d*)$"
  local denominator = math.tointeger(10 ^ #decimals)
  local numerator = math.tointeger(tonumber(whole .. decimals))
  if math.type(value) == "integer" and is_counted then
    local product = value * numerator
    if numerator < denominator and is_low then return math.min(-(-product // denominator), value - 1) end
    if numerator > denominator and not is_low then return math.max(product // denominator, value + 1) end
    return is_low and -(-product // denominator) or product // denominator
  end
  return value * numerator / denominator
end

-- Half a unit of the last printed digit: "20.5 million" is printed to a tenth of a million.
local function half_unit(figure)
  local printed = glyphs.fold(figure.printed or ""):gsub("\u{66B}", "."):gsub("\u{66C}", ",")
  local number = printed:match "%d[%d,.]*" or ""
  local whole, decimals = number:match "^(.-)[.,](%d+)$"
  if not whole then return (figure.multiplier or 1) / 2 end
  -- The mark is a decimal point only if the number read so is the value; "9.633" may also be 9,633.
  local read = tonumber((whole:gsub("[,.]", "")) .. "." .. decimals) * (figure.multiplier or 1)
  if math.abs(read - math.abs(figure.value)) > 1e-6 * math.abs(read) then decimals = "" end
  return (figure.multiplier or 1) / 10 ^ #decimals / 2
end

local function round_inwards(value, is_counted, is_low)
  if not is_counted then return value end
  return is_low and math.ceil(value - 1e-9) or math.floor(value + 1e-9)
end

local function as_integer(value)
  return value and (math.tointeger(value) or value)
end

-- One end by its rule. Returns the end (nil when open), or nil and true when the stored end stands.
local function apply_rule(rule, figure, is_counted, is_low)
  local value = figure.value
  if rule == "given" then return nil, true end
  if rule == "open" then return nil end
  local number = tonumber(rule)
  if number then return as_integer(number * (figure.multiplier or 1)) end
  if value == nil then return nil, true end
  local step = is_counted and 1 or 0
  if rule == "v" then return value end
  if rule == "v+1" then return value + step end
  if rule == "v-1" then return value - step end
  if rule == "v-half" then return as_integer(round_inwards(value - half_unit(figure), is_counted, is_low)) end
  if rule == "v+half" then return as_integer(round_inwards(value + half_unit(figure), is_counted, is_low)) end
  return as_integer(scaled(value, rule:match "^v%*(.+)$", is_counted, is_low))
end

local plain_rules = {v = true, ["v+1"] = true, ["v-1"] = true, ["v-half"] = true, ["v+half"] = true, given = true,
  open = true}

--- Whether a text is a rule.
function lexicon.is_rule(rule)
  if type(rule) ~= "string" then return false end
  return plain_rules[rule] or tonumber(rule) ~= nil or rule:find "^v%*%d+%.?%d*$" ~= nil
end

-- The computed ends, and for each whether the stored one stands. A fall is bounded by its size: of "more than 10
-- percent" less, the value is -10 and the high end.
local function computed_ends(word, figure, is_counted)
  local is_fall = figure.value and figure.value < 0
  if is_fall then figure = setmetatable({value = -figure.value}, {__index = figure}) end
  local low, keep_low = apply_rule(word.low, figure, is_counted, true)
  local high, keep_high = apply_rule(word.high, figure, is_counted, false)
  if not is_fall then return low, high, keep_low, keep_high end
  return high and -high, low and -low, keep_high, keep_low
end

--- The ends of a figure by a lexicon: low, high (nil is open). A rule "given" keeps what is stored.
function lexicon.bounds(words, figure, indicator)
  local word = words[figure.qualifier]
  if not word then return figure.low, figure.high end
  local low, high, keep_low, keep_high = computed_ends(word, figure, tostring(indicator.step) == "1")
  local least, most = indicator.minimum, indicator.maximum
  if keep_low then low = figure.low elseif least then low = math.max(low or least, least) end
  if keep_high then high = figure.high elseif most then high = math.min(high or most, most) end
  return low, high
end

return lexicon
