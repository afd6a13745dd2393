--- What a reader must know of one figure besides its number: how it was printed, what it is a change from, and the
-- curator's note without what only the curator needs.

local notes = {}

-- Sentences that say where a number stands in a text as it was read, which is of use beside its line only.
local OF_LINES = { "Locator counts blocks between blank lines%.", "Line approximate%." }

-- Words for curators, with those for readers.
local FOR_READERS = { { "stored text", "text that was read" }, { "%f[%w]([Pp])ara (%d)", "%1aragraph %2" } }

--- A curator's note in words for readers; nil where nothing is left. On a page with the lines of a source,
-- `with_lines`, it says how exact these are.
function notes.for_readers(text, with_lines)
  for _, sentence in ipairs(with_lines and {} or OF_LINES) do text = text:gsub("%s*" .. sentence, "") end
  for _, pair in ipairs(FOR_READERS) do text = text:gsub(pair[1], pair[2]) end
  text = text:gsub("^%s+", "")
  return text ~= "" and text or nil
end

--- Printed words as they were, "two-week" and not "two-week weeks", where the unit was written behind them once more.
function notes.printed(text)
  return (text:gsub("%-(%a+) %1s$", "-%1"))
end

local kept = setmetatable({}, { __mode = "k" })

-- The relations that say of a change from what to what it is, by its figure.
local function changes(ops)
  if not kept[ops.model] then
    local by_figure = {}
    for _, row in ipairs(ops:rows "relations") do
      if row.type == "change" and row.figure then by_figure[row.figure] = row end
    end
    kept[ops.model] = by_figure
  end
  return kept[ops.model]
end

local function with_period(ops, id)
  local words = ops:words(id)
  return words.period and ("%s (%s)"):format(words.value, words.period) or words.value
end

-- Texts by which a note says from when a change is.
local BASES = { "[Bb]ase", "compar", "since %d", "from %d", " on %d%d%d%d", "over [Ff]", "%d to %d", "over periods" }

local MOST_DAYS = 366

--- What a change is a change from, as far as it is known here; nil for what is no change.
function notes.base_of(ops, figure)
  if not figure.indicator:find "_change$" then return nil end
  local relation = changes(ops)[figure.id]
  if relation and relation.left and relation.right then
    return ("Change from %s to %s."):format(with_period(ops, relation.right), with_period(ops, relation.left))
  end
  for _, base in ipairs(figure.note and BASES or {}) do
    if figure.note:find(base) then return nil end
  end
  if figure.first and figure.last and figure.last - figure.first >= MOST_DAYS then
    return "Change from the first to the last year of its period."
  end
  return "Change from what: not recorded here, likely from the same time of the year before."
end

return notes
