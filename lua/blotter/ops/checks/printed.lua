-- The number as printed against the number as stored: a slip of the curator, not of a source.
--
-- The text is read in its source's language; where it can be read in several ways, any of them will do, and what cannot
-- be read, or was stated by the curator, is left.

local digit_values = require "blotter.ops.figures.digit_values"
local languages = require "blotter.ops.figures.languages"
local phrase = require "blotter.ops.figures.phrase"
local reading = require "blotter.ops.figures.reading"

local printed = {}

-- The values that a figure's printed number can stand for; none where it cannot be read.
local function readings(figure, spoken)
  local plain = figure.printed:match "^%d+$" or figure.printed:match "^%d%d?%d?,%d%d%d$"
  if plain and spoken:formats(figure.source_row.language)[1] == "1,234.5" then
    return {tonumber((plain:gsub(",", "")))}
  end
  local language, country = figure.source_row.language, figure.source_row.publisher_row.area
  local read, _, values = reading.printed(figure.printed, {words = spoken.words, language = language,
    formats = spoken:formats(language, country), indicator = figure.indicator_row, qualifier = figure.qualifier})
  return read and {read.value} or values or {}
end

--- Whether a figure's value is one of the readings of what is printed, or nil when it cannot be read.
function printed.agrees(figure, spoken)
  if not figure.value or figure.stated == "number" then return nil end
  local list = readings(figure, spoken)
  if #list == 0 then return nil end
  return digit_values.allow(figure.value, list)
end

--- Runs the check over all figures.
function printed.check(found)
  local spoken = languages.new(found.model.tables)
  for _, figure in ipairs(found.model.figures) do
    local agrees = printed.agrees(figure, spoken)
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
