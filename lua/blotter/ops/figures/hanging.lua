-- What touches digits without a space, and may make something else of them: a separator cut off (".5 million"), a word
-- on a hyphen ("20-an"), letters ("1e5", "4x"), the point of an ordinal number ("39. Festnahme").
--
-- hanging.refuse(items, context) refuses a text that has any of these.

local beside = require "blotter.ops.figures.beside"
local glyphs = require "blotter.ops.figures.glyphs"
local numbers = require "blotter.ops.figures.numbers"

local is_multiplier, refuse = numbers.is_multiplier, beside.refuse
local hanging = {}

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
      refuse("'%s' hangs on a number by a hyphen; expected value and qualifier",
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
        refuse("'%s' hangs on the number %s; expected value and qualifier", other.text, item.text)
      end
    end
  end
end

-- Languages that write an ordinal number with a point.
local points_at_ordinals = {}
for language in ("cs da de et fi hr hu is lv nb nn no pl sk sl sr tr"):gmatch "%a+" do
  points_at_ordinals[language] = true
end

-- A point right behind digits and before a word makes an ordinal number of them ("39. Festnahme").
local function check_points(items, context)
  if not points_at_ordinals[context.language] then return end
  for i, item in ipairs(items) do
    local point = items[i + 1]
    if item.digits and items[i + 2] and point.text == "." and point.first == item.last + 1 then
      refuse("'%s.' in a text in '%s' may be an ordinal number; expected the digits without the point where they are a "
        .. "count", item.text, context.language)
    end
  end
end

--- Refuses what hangs on digits; see the head of this file.
function hanging.refuse(items, context)
  check_glue(items, context)
  check_hyphens(items)
  check_front(items)
  check_points(items, context)
end

return hanging
