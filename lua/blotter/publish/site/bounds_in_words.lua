--- How the words beside a number make its bounds, as a table: the lexicon of the package in words.

local bounds_in_words = {}

local RULES = { v = "the number itself", ["v+1"] = "the next above the number", ["v-1"] = "the next below the number",
  ["v-half"] = "half of the last digit below", ["v+half"] = "half of the last digit above", given = "as printed",
  open = "none" }

-- One rule of the lexicon in words.
local function end_of(rule)
  local factor = rule:match "^v%*(.+)$"
  if factor then return ("%g percent of the number"):format(tonumber(factor) * 100) end
  return RULES[rule] or rule
end

--- Adds the text and the table.
function bounds_in_words.add(doc)
  local rows = {}
  for i, word in ipairs(doc.ops:rows "qualifiers") do
    rows[i] = { word.qualifier, end_of(word.low), end_of(word.high), word.explanation }
  end
  local heading = doc:heading(1, "How bounds are made")
  heading.anchor = "bounds"
  doc:text("What stands in parentheses behind a number, as in 12,000 (11,400–12,600), are bounds that this site makes "
    .. "of the source's words by the table below; no source printed them. They are a reading, wide enough for how such "
    .. "words are used, and carried through every sum and comparison; do not cite them as the source's. A number "
    .. "without a word that ends in two zeros is read as round, 5 percent either way, since those who retell a release "
    .. "drop its \"more than\" and \"nearly\"; it is not where the curator knows it to be exact, or where it stands in "
    .. "a long list of exact counts.")
  doc:add { kind = "table", title = "Words, and the bounds that they make", rows = rows, columns = {
    { name = "word", title = "Word", type = "string" }, { name = "low", title = "Lower end", type = "string" },
    { name = "high", title = "Upper end", type = "string" },
    { name = "explanation", title = "What it stands for", type = "string" } } }
end

return bounds_in_words
