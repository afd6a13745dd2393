-- Digits with separators, read by number formats: "1.234,5" is 1234.5 where a point groups and a comma begins decimals.
--
-- A format is written as the number that it writes: "1,234.5", "1.234,5", "1 234,5", "1 234.5", "1'234.5" and
-- "12,34,567.8" (groups of India). numerals.read(text, format) returns {whole, decimals}: the digits without separators
-- as an integer and how many of them are decimals; or nil where the format does not write numbers so.

local numerals = {}

local separators = {
  ["1,234.5"] = {",", "%."}, ["1.234,5"] = {"%.", ","}, ["1 234,5"] = {" ", ","}, ["1 234.5"] = {" ", "%."},
  ["1'234.5"] = {"'", "%."}, ["12,34,567.8"] = {",", "%.", is_indian = true},
}

--- The formats there are, in a fixed order.
numerals.formats = {"1,234.5", "1.234,5", "1 234,5", "1 234.5", "1'234.5", "12,34,567.8"}

--- Whether a text names a format.
function numerals.is_format(format) return separators[format] ~= nil end

-- The digits of whole groups without their separator, or nil where the groups are not of the right length.
local function ungrouped(whole, format)
  if whole:find "^0%d" then return nil end
  if whole:find "^%d+$" then return whole end
  local group = format[1]
  if whole:find "^0" then return nil end
  local head, last = whole:match("^(.*)" .. group .. "(%d%d%d)$")
  if not head then return nil end
  local width = format.is_indian and "%d%d" or "%d%d%d"
  while true do
    local before, taken = head:match("^(.*)" .. group .. "(" .. width .. ")$")
    if not before then break end
    head, last = before, taken .. last
  end
  local longest = format.is_indian and 2 or 3
  return head:find "^%d+$" and #head <= longest and head .. last or nil
end

function numerals.read(text, name)
  local format = separators[name]
  text = text:gsub("\u{66C}", ","):gsub("\u{66B}", ".")
  local whole, decimals = text:match("^(.-)" .. format[2] .. "(%d+)$")
  if not whole or whole == "" then whole, decimals = text, "" end
  local digits = ungrouped(whole, format)
  if not digits or #digits + #decimals > 18 then return nil end
  return {whole = math.tointeger(tonumber(digits .. decimals)), decimals = #decimals}
end

--- The decimal number as text: 12345 with two decimals is "123.45"; whole ones in groups of three.
function numerals.show(reading)
  local digits = ("%d"):format(reading.whole)
  if reading.decimals == 0 then
    local grouped = digits:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
    return grouped
  end
  digits = ("0"):rep(reading.decimals + 1 - #digits) .. digits
  return digits:sub(1, -reading.decimals - 1) .. "." .. digits:sub(-reading.decimals)
end

--- The different readings of a text under some formats, in their order: each {whole, decimals, format}.
function numerals.readings(text, formats)
  local list, seen = {}, {}
  for _, format in ipairs(formats) do
    local reading = numerals.read(text, format)
    local shown = reading and numerals.show(reading)
    if reading and not seen[shown] then
      seen[shown], reading.format = true, format
      list[#list + 1] = reading
    end
  end
  return list
end

return numerals
