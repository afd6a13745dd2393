-- Chinese and Japanese numerals written by their places, as newspapers print them: "一六〇" is 160, "三九九" 399.
--
-- positional.digits(text, language) writes runs of such numerals as digits: those that no word for ten, hundred or
-- thousand follows or goes before, and behind one for ten thousand or more those of all four places. Two numerals in
-- a row ("三四") may be both ends of a range as well: such a pair is refused with its readings.

local positional = {}

local is_written_so = {ja = true, zh = true}

local values = {["零"] = 0, ["〇"] = 0, ["○"] = 0, ["◯"] = 0, ["一"] = 1, ["二"] = 2, ["三"] = 3, ["四"] = 4, ["五"] = 5,
  ["六"] = 6, ["七"] = 7, ["八"] = 8, ["九"] = 9}

local function set_of(letters)
  local set = {}
  for _, code in utf8.codes(letters) do set[utf8.char(code)] = true end
  return set
end

local is_unit = set_of "十百千拾佰仟廿卅卌"
local is_large = set_of "万萬億亿兆"
local is_circle = set_of "○◯"

local function letters_of(text)
  local letters = {}
  for _, code in utf8.codes(text) do letters[#letters + 1] = utf8.char(code) end
  return letters
end

-- The letter beside a place, behind a space.
local function beyond(letters, at, step)
  local letter = letters[at + step]
  return letter == " " and letters[at + 2 * step] or letter
end

-- Whether the numerals from one place to another are places of one number.
local function are_places(letters, from, to)
  local before, behind = beyond(letters, from, -1), beyond(letters, to, 1)
  if to == from or is_unit[before] or is_unit[behind] then return false end
  return not is_large[before] or to - from == 3
end

-- Two numerals of which the second is one more may count "three or four"; "三五" is a handful.
local function check_pair(letters, from, to)
  local first, second = values[letters[from]], values[letters[from + 1]]
  if to ~= from + 1 or first == 0 or not (second == first + 1 or first == 3 and second == 5) then return end
  error({message = ("'%s%s' can be %d%d or %d to %d; expected value and qualifier, or low, high and 'between'"):format(
    letters[from], letters[to], first, second, first, second), values = {first * 10 + second, first, second}}, 0)
end

-- A circle beside a numeral or a unit is a zero: "一百○五".
local function name_zeros(letters)
  for i, letter in ipairs(letters) do
    local before = letters[i - 1]
    if is_circle[letter] and before and (values[before] or is_unit[before] or is_large[before]) then
      letters[i] = "〇"
    end
  end
end

--- The text with its positional numerals as digits; see the head of this file.
function positional.digits(text, language)
  if not is_written_so[language] then return text end
  local letters, at = letters_of(text), 1
  while at <= #letters do
    local last = at
    while values[letters[last + 1]] and values[letters[at]] do last = last + 1 end
    if values[letters[at]] and are_places(letters, at, last) then
      check_pair(letters, at, last)
      for i = at, last do letters[i] = tostring(values[letters[i]]) end
    end
    at = last + 1
  end
  name_zeros(letters)
  return table.concat(letters)
end

return positional
