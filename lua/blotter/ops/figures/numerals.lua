-- English number words: "Nineteen" is 19, "two hundred and fifty-five" is 255, "two and a half thousand" is 2,500.

local numerals = {}

local units, scales = {half = 0.5, quarter = 0.25}, {hundred = 100, dozen = 12, thousand = 1000, million = 1000000}

local function name(first, step, words)
  for word in words:gmatch "%a+" do
    units[word] = first
    first = first + step
  end
end
name(0, 1, "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
  .. "seventeen eighteen nineteen")
name(20, 10, "twenty thirty forty fifty sixty seventy eighty ninety")

--- The number that the words of a text make, or nil where none of them is a number.
function numerals.read(text)
  local total, current
  for word in text:lower():gmatch "%a+" do
    local scale = scales[word]
    if units[word] then
      current = (current or 0) + units[word]
    elseif scale == 100 or scale == 12 then
      current = (current or 1) * scale
    elseif scale then
      total, current = (total or 0) + (current or 1) * scale, nil
    end
  end
  if not total and not current then return nil end
  local number = (total or 0) + (current or 0)
  return math.tointeger(number) or number
end

return numerals
