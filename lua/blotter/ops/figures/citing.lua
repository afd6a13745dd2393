-- How sources and the dataset are cited, in words.

local phrase = require "blotter.ops.figures.phrase"

local citing = {}

-- A title that stands in the address only is in brackets, as such titles are cited.
local function titled(source)
  if not source.title then return nil end
  return (source.title_basis == "printed" and '"%s"' or "[%s]"):format(source.title)
end

--- A source: its publisher, title, day and address.
function citing.source(source)
  local parts = {source.publisher_row.name}
  parts[#parts + 1] = titled(source)
  parts[#parts + 1] = phrase.published(source) or "no date"
  parts[#parts + 1] = source.url
  return table.concat(parts, ". ")
end

--- A figure: its source, then the number, where it stands there, and which other text the source says it has it from.
function citing.figure(whole, figure)
  local voice = figure.voice and whole.tables.sources.index[figure.voice]
  local from = voice and voice.publisher_row and "; it repeats " .. citing.source(voice) or ""
  return ("%s. %s: %s, line %s of the text%s"):format(citing.source(figure.source_row), figure.id,
    phrase.counted(figure), figure.locator or "?", from)
end

-- What holds an asked thing: the figures of a list, of a total, of an entry or a record; nil for a source.
local function figures_in(whole, asked)
  if type(asked) == "string" then return whole.by_id[asked] and {whole.by_id[asked]} end
  if type(asked) ~= "table" then return nil end
  local one = rawget(asked, "figure") or whole.by_id[rawget(asked, "id") or ""]
  if type(one) == "table" then return {one} end
  local list = rawget(asked, "used") or rawget(asked, "figures") or asked
  local found = {}
  for _, entry in ipairs(list) do
    for _, figure in ipairs(figures_in(whole, entry) or {}) do found[#found + 1] = figure end
  end
  return found[1] and found or nil
end

-- The source that is asked for itself or by its id.
local function source_in(whole, asked)
  local id = type(asked) == "table" and (rawget(asked, "source") or rawget(asked, "id")) or asked
  local source = type(id) == "string" and whole.tables.sources.index[id]
  return source and source.publisher_row and source or nil
end

--- The sources of what is asked for as lines, each once, in the order of the figures, or one figure; or nil and the
-- text that is none.
function citing.sources(whole, asked)
  local figures, seen, lines = figures_in(whole, asked), {}, {}
  local id = type(asked) == "table" and rawget(asked, "id") or asked
  if figures and figures[1] == whole.by_id[id] then return citing.figure(whole, figures[1]) end
  for _, figure in ipairs(figures or {}) do
    if not seen[figure.source] then lines[#lines + 1] = citing.source(figure.source_row) end
    seen[figure.source] = true
  end
  if figures then return table.concat(lines, "\n") end
  local source = source_in(whole, asked)
  if source then return citing.source(source) end
  return nil, type(asked) == "string" and asked or nil
end

--- The dataset itself.
function citing.dataset(package)
  local about = package.descriptor
  local licence = about.licenses and about.licenses[1] and about.licenses[1].name
  return ("%s. Data package \"%s\"%s%s. Of a number cite its source, too: ops:cite(figure)"):format(
    about.title or about.name, about.name, about.version and ", version " .. about.version or "",
    licence and ", " .. licence or "")
end

return citing
