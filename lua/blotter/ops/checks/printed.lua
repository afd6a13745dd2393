-- The number as printed against the number as stored: a slip of the curator, not of a source.
--
-- Reads digits ("20.5 million", "1 400", "91 mil") and English number words; what it cannot read it leaves.

local numerals = require "blotter.ops.figures.numerals"
local phrase = require "blotter.ops.figures.phrase"

local printed = {}

-- The readings of a printed number, before its multiplier: with marks as thousands, and with the last mark as a decimal
-- point; words hold their million themselves, but not their weeks.
local function readings(text, multiplier)
  if text:find "%a%-%d" or text:find "%d%-%a" then return {} end
  local number = text:match "%d[%d,. ]*%d" or text:match "%d"
  if not number then
    local word = numerals.read(text)
    return word and {word, word / multiplier} or {}
  end
  local list = {tonumber((number:gsub("[,. ]", "")))}
  local whole, decimals = number:match "^(.-)[.,](%d+)$"
  if whole then list[2] = tonumber((whole:gsub("[,. ]", "")) .. "." .. decimals) end
  return list
end

--- Whether a figure's value is one of the readings of what is printed, or nil when it cannot be read.
function printed.agrees(figure)
  if not figure.value then return nil end
  local list = readings(figure.printed, figure.multiplier)
  if #list == 0 then return nil end
  for _, reading in ipairs(list) do
    local value = reading * figure.multiplier
    if math.abs(value - math.abs(figure.value)) <= 1e-6 * math.max(1, math.abs(value)) then return true end
  end
  return false
end

--- Runs the check over all figures.
function printed.check(found)
  for _, figure in ipairs(found.model.figures) do
    local agrees = printed.agrees(figure)
    if agrees then
      found:count("printed", "all")
    elseif agrees == false then
      found:add {check = "printed", class = "contradiction", verdict = "none", figures = {figure}, low = 0, high = 0,
        sentence = ("%s: stored as %s, but printed as '%s'"):format(phrase.about(found.model, figure),
          phrase.value(figure), figure.printed)}
    end
  end
end

return printed
