-- What a printed number can mean: "1,8 miljonit", "785.322", "three-thousand-557", "Two hundred and fifty-five".
-- Digits are read with either sign as the decimal point; English number words are added up.

local units, scales = {}, { hundred = 100, dozen = 12, thousand = 1000, million = 1000000 }
local place = 0
for word in ([[zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
               sixteen seventeen eighteen nineteen]]):gmatch "%a+" do
  units[word], place = place, place + 1
end
place = 20
for word in ("twenty thirty forty fifty sixty seventy eighty ninety"):gmatch "%a+" do
  units[word], place = place, place + 10
end
units.half, units.quarter = 0.5, 0.25

-- The sum of the words, or nil where none is a number: "two and a half thousand" is 2,500.
local function from_words(text)
  local total, current
  for token in text:gmatch "[%a%d.]+" do
    local number, scale = units[token] or tonumber(token), scales[token]
    if number then
      current = (current or 0) + number
    elseif scale == 100 or scale == 12 then
      current = (current or 1) * scale
    elseif scale then
      total, current = (total or 0) + (current or 1) * scale, nil
    end
  end
  if not (total or current) then return nil end
  return (total or 0) + (current or 0)
end

-- All numbers that the text can stand for; empty where it holds none that is known here.
return function(printed)
  local text, found = printed:lower(), {}
  local function read(as)
    local number = from_words(as)
    if number then found[#found + 1] = number end
  end
  local compact = text:gsub("(%d)[, ](%d%d%d)", "%1%2"):gsub("(%d)[, ](%d%d%d)", "%1%2")
  read(compact)
  read((compact:gsub("(%d),(%d)", "%1.%2")))
  read((compact:gsub("(%d)%.(%d%d%d)", "%1%2"):gsub("(%d)%.(%d%d%d)", "%1%2")))
  return found
end
