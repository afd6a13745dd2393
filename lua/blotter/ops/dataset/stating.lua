-- What a figure's printed words say by themselves, and what its curator stated.
--
-- A figure's column `stated` is empty where value, multiplier and qualifier are what the words alone say; "qualifier"
-- where the number is read and its qualifier is the curator's; "number" where the curator stated the number as well,
-- because words beside it are not known, or mislead. One law for import, revision and check: what is not stated is
-- read, and what is read is never something else than what is stored.

local digit_values = require "blotter.ops.figures.digit_values"

local stating = {}

local function near(a, b)
  if not a or not b then return a == b end
  return math.abs(a - b) <= 1e-9 * math.max(1, math.abs(a), math.abs(b))
end

-- The country of an area or of what contains it, by find(code), which returns a row of the table areas.
local function country_of(area, find)
  local row = area and find(area)
  while row and row.type == "subdivision" do row = find(row.parent) end
  return row and row.code
end

--- What reading needs to know of a figure: its source's language and, unless a format is given, the number formats of
-- the publisher's country. find(table, key) returns a row.
function stating.context(languages, figure, find, format)
  local source = find("sources", figure.source)
  local publisher = source and find("publishers", source.publisher)
  local language = source and source.language or "en"
  local country = publisher and country_of(publisher.area, function(code) return find("areas", code) end)
  return {words = languages.words, language = language, is_explicit = format ~= nil,
    formats = format and {format} or languages:formats(language, country), qualifier = figure.qualifier,
    is_part = figure.part_of ~= nil, indicator = find("indicators", figure.indicator)}
end

-- Whether a number that is stored is the one that was read, and the first field in which it is not.
local function differs(figure, read)
  if read.qualifier == "between" then
    if figure.qualifier and figure.qualifier ~= "between" then return "qualifier" end
    if figure.low and not near(tonumber(figure.low), read.low) then return "low" end
    if figure.high and not near(tonumber(figure.high), read.high) then return "high" end
    if figure.value then return "value" end
  elseif figure.value and not near(tonumber(figure.value), read.value) then
    return "value"
  end
  if figure.multiplier and not near(tonumber(figure.multiplier), read.multiplier) then return "multiplier" end
  return nil
end

--- What must be stated of a figure for what was read to be what is stored: nil (nothing), "qualifier" or "number", and
-- the field that differs.
function stating.needed(figure, read)
  if not read then return "number", "printed" end
  local field = differs(figure, read)
  if field then return "number", field end
  return read.said and figure.qualifier and figure.qualifier ~= read.said and "qualifier" or nil, "qualifier"
end

--- What is wrong with a stated multiplier, or nil: the value is the printed number after it.
function stating.multiplier_problem(figure)
  local value, multiplier = tonumber(figure.value), tonumber(figure.multiplier)
  if not value or not multiplier or multiplier == 1 then return nil end
  local printed = digit_values.of(figure.printed)
  for _, one in ipairs(printed) do
    if near(one * multiplier, math.abs(value)) then return nil end
  end
  if #printed == 0 and math.abs(value) >= multiplier then return nil end
  return ("%s does not make %s of '%s'; expected the value after its multiplier"):format(tostring(figure.multiplier),
    tostring(figure.value), figure.printed)
end

--- The only number that the digits of a text can be, or nil.
function stating.only_digits(text)
  local values = digit_values.of(text)
  return #values == 1 and values[1] or nil
end

return stating
