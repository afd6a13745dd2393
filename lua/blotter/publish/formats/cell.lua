--- A cell of a document in words: numbers with their thousands apart, figures with their bounds.

local document = require "blotter.publish.document"
local show = require "blotter.terminal.show"
local titles = require "blotter.publish.titles"

local cell = {}

--- What stands for an unknown value.
cell.UNKNOWN = "–"

local function grouped(digits)
  return (digits:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
end

--- A number with commas between the thousands of its integer part; with `plain` without them.
function cell.number(value, plain)
  local text = math.type(value) == "float" and show.float(value) or tostring(value)
  if plain then return (text:gsub("%.0$", "")) end
  local sign, digits, rest = text:match "^(%-?)(%d+)(.*)$"
  if not digits or rest:find "e" then return text end
  return sign .. grouped(digits) .. rest:gsub("^%.0$", "")
end

--- Two ends of a range: `5–9`, and `-3 to 4`, where a dash would be read as a sign.
local function range_of(low, high)
  return cell.number(low) .. (low < 0 and " to " or "–") .. cell.number(high)
end

-- Whether a range around a whole number, no share, says no more than that it was rounded to it.
local function is_half_unit(figure)
  if tostring(document.value(figure.words)):find "percent$" then return false end
  local low, best, high = document.value(figure.low), document.value(figure.best), document.value(figure.high)
  return math.tointeger(best) ~= nil and best - low == 0.5 and high - best == 0.5
end

--- A figure's value and, apart from it, the bounds around a best value: `144`, `152,821–154,629`, `≥ 10,001`,
-- `≤ 99`, or `7` and `(5–9)`; the words of its source, where it has them, before all. The second text
-- is empty when the first says all.
function cell.bounds(figure)
  local low, best, high = document.value(figure.low), document.value(figure.best), document.value(figure.high)
  local words = titles.seen(document.value(figure.words))
  if words then
    local is_range = low and high and low ~= high and not is_half_unit(figure)
    return words, is_range and "(" .. range_of(low, high) .. ")" or ""
  end
  if low and low == high then return cell.number(low), "" end
  local range
  if low and high then range = range_of(low, high)
  elseif low then range = "≥ " .. cell.number(low)
  elseif high then range = "≤ " .. cell.number(high)
  end
  if not best then return range or cell.UNKNOWN, "" end
  if not range then return cell.number(best), "" end
  if best == low or best == high then return range, "" end
  if low and high and is_half_unit(figure) then return cell.number(best), "" end
  return cell.number(best), "(" .. range .. ")"
end

local RAISED = { ["0"] = "⁰", ["1"] = "¹", ["2"] = "²", ["3"] = "³", ["4"] = "⁴", ["5"] = "⁵", ["6"] = "⁶",
  ["7"] = "⁷", ["8"] = "⁸", ["9"] = "⁹" }

--- The number of a footnote, raised.
function cell.raised(number)
  return (tostring(number):gsub("%d", RAISED))
end

--- The numbers of a figure's footnotes; `numbering` gives them by text (see document.footnotes).
function cell.notes(figure, numbering)
  local numbers = {}
  for _, note in ipairs(numbering and figure.notes or {}) do numbers[#numbers + 1] = numbering[note] end
  return numbers
end

--- What is said beside a figure: its period, if it has one, and its flags; a list of texts, and whether the first is a
-- period.
function cell.said(figure)
  local period = titles.seen(document.value(figure.period))
  local said = { period }
  for _, flag in ipairs(figure.flags or {}) do said[#said + 1] = titles.seen(flag) end
  return said, period ~= nil
end

--- What follows a figure: its period, flags, footnotes and sources' numbers, such as `· 2003, partial ¹ [1][4]`; an
-- empty text without them.
function cell.suffix(figure, numbering)
  local parts, said, has_period = {}, cell.said(figure)
  if #said > 0 then parts[1] = (has_period and "· " or "") .. table.concat(said, ", ") end
  local raised = {}
  for i, number in ipairs(cell.notes(figure, numbering)) do raised[i] = cell.raised(number) end
  if #raised > 0 then parts[#parts + 1] = table.concat(raised, " ") end
  local numbers = {}
  for i, number in ipairs(figure.sources or {}) do numbers[i] = "[" .. number .. "]" end
  if #numbers > 0 then parts[#parts + 1] = table.concat(numbers) end
  return table.concat(parts, " ")
end

--- The main text of any cell, and what stands behind it: a figure's bounds, flags and sources. `plain` is that of the
-- cell's column, `numbering` that of the block's footnotes.
function cell.parts(value, plain, numbering)
  value = document.value(value)
  if value == nil then return cell.UNKNOWN, "" end
  if document.is_figure(value) then
    local main, bounds = cell.bounds(value)
    local suffix = cell.suffix(value, numbering)
    return main, bounds .. (bounds ~= "" and suffix ~= "" and " " or "") .. suffix
  end
  if type(value) == "number" then return cell.number(value, plain), "" end
  if type(value) == "boolean" then return value and "yes" or "no", "" end
  return tostring(value), ""
end

--- Any cell as one text.
function cell.text(value, plain, numbering)
  local main, suffix = cell.parts(value, plain, numbering)
  return suffix == "" and main or main .. " " .. suffix
end

-- A number that a drawing can show: no infinity, no NaN.
local function finite(value)
  value = document.value(value)
  return type(value) == "number" and value - value == 0 and value or nil
end

--- The lower and the upper end of any cell as numbers for a drawing; nil for an open end, nothing for no number.
function cell.extent(value)
  value = document.value(value)
  if type(value) == "number" then return finite(value), finite(value) end
  if type(value) ~= "table" then return nil end
  local low, best, high = finite(value.low), finite(value.best), finite(value.high)
  return low or best, high
end

--- The largest end among the first `count` values, and at least 0: the length of a chart's scale.
function cell.largest(values, count)
  local most = 0
  for i = 1, count do
    local low, high = cell.extent(values[i])
    most = math.max(most, low or 0, high or 0)
  end
  return most
end

local MONTHS = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }

--- An ISO day or month as people write it, "9 Jul 2003" or "Jul 2003"; any other text as it is.
function cell.date(text)
  local year, month, day = tostring(text):match "^(%d%d%d%d)%-(%d%d)%-?(%d*)$"
  local name = MONTHS[tonumber(month)]
  if not name then return text end
  return (day ~= "" and tonumber(day) .. " " or "") .. name .. " " .. year
end

--- One source as a line: publisher, title, date; the address comes separately.
function cell.source(source)
  local parts = {}
  for _, field in ipairs { "publisher", "title", "date" } do
    local text = document.value(source[field])
    if text and text ~= "" then parts[#parts + 1] = tostring(text) end
  end
  return table.concat(parts, ", "), document.value(source.url)
end

return cell
