-- A printed number read as a curator's record would have it read, with the words and the lexicon of the dataset.
--
-- as_curator.read(language, indicator, text, qualifier) returns "refused" and the message, or the qualifier, the two
-- ends and the value as one text.

local languages = require "blotter.ops.figures.languages"
local lexicon = require "blotter.ops.figures.lexicon"
local loader = require "blotter.ops.dataset.package"
local reading = require "blotter.ops.figures.reading"

local as_curator = {}

local known

local function dataset()
  if not known then
    local tables = assert(loader.open "data").tables
    known = {indicators = tables.indicators.index, spoken = languages.new(tables),
      lexemes = lexicon.from_rows(tables.qualifiers.rows)}
  end
  return known
end

function as_curator.read(language, indicator, text, qualifier)
  local data = dataset()
  local row = data.indicators[indicator]
  local result, message = reading.printed(text, {words = data.spoken.words, language = language,
    formats = data.spoken:formats(language), indicator = row, qualifier = qualifier})
  if not result then return "refused", message end
  result.printed = text
  local low, high = lexicon.bounds(data.lexemes, result, row)
  return ("%s %s %s%s"):format(result.qualifier, low or "open", high or "open",
    result.value and " of " .. tostring(result.value) or "")
end

return as_curator
