-- A printed number read as a curator's record would have it read, with the words and the lexicon of the dataset.
--
-- as_curator.read(language, indicator, text, qualifier) returns "refused" and the message, or the qualifier, the two
-- ends and the value as one text. as_curator.expect(it, rows) has a test for each {language, indicator, text, what is
-- read, qualifier}; `it` is that of the spec.

local languages = require "blotter.ops.figures.languages"
local lexicon = require "blotter.ops.figures.lexicon"
local luassert = require "luassert"
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

function as_curator.expect(it, rows)
  for _, row in ipairs(rows) do
    local language, indicator, text, wanted, qualifier = table.unpack(row)
    it(("in %s, of %s: '%s' is %s"):format(language, indicator, text, wanted), function()
      local got, message = as_curator.read(language, indicator, text, qualifier)
      luassert.equal(wanted, got, message)
    end)
  end
end

return as_curator
