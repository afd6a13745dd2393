-- What digits can stand for in any format, without the words around them.
--
-- digit_values.of(text) lists the values. digit_values.allow(value, values) tells whether a value is one of them, by
-- itself or with a multiplier.

local glyphs = require "blotter.ops.figures.glyphs"
local numerals = require "blotter.ops.figures.numerals"

local digit_values = {}

-- The factors between digits and the value that they stand for: none or a multiplier.
local factors = {1, 1000, 1000000, 1000000000}

--- Whether a value is one of those that digits can stand for, by itself or with a multiplier. Signs count for nothing.
function digit_values.allow(value, values)
  for _, one in ipairs(values) do
    for _, factor in ipairs(factors) do
      local stated, printed = math.abs(value), math.abs(one * factor)
      if math.abs(stated - printed) <= 1e-9 * math.max(1, printed) then return true end
    end
  end
  return false
end

--- The values that the digits of a text can stand for in any format, without its words.
function digit_values.of(text)
  local values = {}
  for found in glyphs.fold(text):gsub("\u{66B}", "."):gsub("\u{66C}", ","):gmatch "%d[%d., ']*" do
    for _, one in ipairs(numerals.readings(found:gsub("[., ']+$", ""), numerals.formats)) do
      values[#values + 1] = one.whole / 10 ^ one.decimals
    end
  end
  return values
end

return digit_values
