-- How the languages of a package write numbers: its tables `words` and `number_formats`, ready to read by.
--
-- languages.new(tables) has `words` (see wording.lua) and formats(language, country).

local numerals = require "blotter.ops.figures.numerals"
local wording = require "blotter.ops.figures.wording"

local languages = {}
local Languages = {}
Languages.__index = Languages

local WORLD = "001"

--- The languages of a package, from its tables.
function languages.new(tables)
  local by_language = {}
  for _, row in ipairs(tables.number_formats.rows) do
    local areas = by_language[row.language] or {}
    by_language[row.language] = areas
    areas[row.area] = areas[row.area] or {}
    table.insert(areas[row.area], row.number_format)
  end
  return setmetatable({words = wording.from_rows(tables.words.rows), by_language = by_language}, Languages)
end

--- The number formats of a language in a country (nil: anywhere); all there are where the language is not known.
function Languages:formats(language, country)
  local areas = self.by_language[language]
  if not areas then return numerals.formats end
  return areas[country] or areas[WORLD] or numerals.formats
end

return languages
