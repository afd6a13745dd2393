--- What changed: numbers that their publishers replaced, apart from what the curator of this collection corrected and
-- judged.

local builder = require "blotter.publish.reports.builder"
local cell = require "blotter.publish.formats.cell"
local feed = require "blotter.publish.site.feed"

local changes = {}

local FIRST = "1.0.0"

-- The pairs of statements that a judgement calls a revision.
local function judged_revisions(ops)
  local list = {}
  for _, row in ipairs(ops:rows "judgements") do
    if row.verdict == "revision" then
      list[#list + 1] = { before = ops:row("figures", row.left), after = ops:row("figures", row.right),
        why = row.reason }
    end
  end
  return list
end

local function publisher_of(ops, figure)
  return ops:row("sources", figure.source).publisher
end

local function add_row(doc, rows, pair)
  local ops, after = doc.ops, pair.after
  local function words(figure)
    local source = ops:row("sources", figure.source)
    local said = ops:words(figure.id)
    return ("%s%s, %s [%d]"):format(said.counted, said.period and " (" .. said.period .. ")" or "",
      ops:row("publishers", source.publisher).name, doc:cite(source))
  end
  rows[#rows + 1] = { ops:row("subjects", after.subject).name, words(pair.before), words(after), pair.why }
end

local COLUMNS = { { name = "subject", title = "Subject", type = "string" },
  { name = "before", title = "Before", type = "string" }, { name = "after", title = "After", type = "string" },
  { name = "why", title = "What is known of it", type = "string" } }

local function add_pairs(doc, title, pairs_of)
  local rows = {}
  for _, pair in ipairs(pairs_of) do add_row(doc, rows, pair) end
  if #rows == 0 then return end
  table.sort(rows, function(a, b)
    if a[1] ~= b[1] then return a[1] < b[1] end
    return a[2] < b[2]
  end)
  doc:add { kind = "table", title = title, columns = COLUMNS, rows = rows }
end

-- Two statements of one publisher that count the same under another basis, as the curator judged.
local function changed_bases(ops)
  local list = {}
  for _, row in ipairs(ops:rows "judgements") do
    local left, right = ops:row("figures", row.left), ops:row("figures", row.right)
    if row.verdict == "different" and left and right and left.source ~= right.source
      and publisher_of(ops, left) == publisher_of(ops, right) then
      list[#list + 1] = { before = left, after = right, why = row.reason }
    end
  end
  return list
end

-- What a curator notes of another number that the same publisher prints: "The report for 2020 prints 10,583."
local OWN = { "[Rr]eport", "[Pp]aragraph", "page", "[Aa]ppendix", "tables" }
local PRINTS = { "prints? [%d,]+%s*$", "prints? [%d,]+ for ", "prints? [%d,]+ percent" }

local function has_one_of(text, patterns)
  for _, pattern in ipairs(patterns) do
    if text:find(pattern) then return true end
  end
  return false
end

local function has_own_other(note)
  for sentence in (note or ""):gmatch "[^.;]+" do
    if has_one_of(sentence, PRINTS) and has_one_of(sentence, OWN) then return true end
  end
  return false
end

local function add_noted(doc)
  local rows = {}
  for _, figure in ipairs(doc.ops:figures {}) do
    if has_own_other(figure.note) then
      local value = doc:figure(figure, doc:statement_flags(figure))
      value.notes = {}
      rows[#rows + 1] = { figure.subject_row.name, figure.indicator_row.name, value, doc:readable(figure.note) }
    end
  end
  if #rows == 0 then return end
  table.sort(rows, function(a, b)
    if a[1] ~= b[1] then return a[1] < b[1] end
    return a[4] < b[4]
  end)
  doc:add { kind = "table", title = "Another number for it elsewhere, as the curator notes", rows = rows, columns = {
    { name = "subject", title = "Subject", type = "string" },
    { name = "indicator", title = "Counted", type = "string" },
    { name = "value", title = "Number here", type = "figure" }, { name = "note", title = "Note", type = "string" } } }
end

local function add_publishers(doc)
  local own, others, ops = {}, {}, doc.ops
  for _, pair in ipairs(judged_revisions(ops)) do
    table.insert(publisher_of(ops, pair.before) == publisher_of(ops, pair.after) and own or others, pair)
  end
  doc:heading(1, "Numbers that their publishers changed").anchor = "publishers"
  doc:text("Agencies correct, recount and restate. Where both numbers were collected, both stand among the statements, "
    .. "and a total takes the newer one. What is only perhaps a revision stands in Discrepancies.")
  add_pairs(doc, "Counted on another basis by the same publisher", changed_bases(ops))
  add_noted(doc)
  add_pairs(doc, "Early counts that later reports replaced", others)
  add_pairs(doc, "Replaced in a later version of one text", own)
end

local function add_notes(doc, anchor, title, text, entries)
  doc:heading(1, title).anchor = anchor
  doc:text(text)
  local items = {}
  for i, entry in ipairs(entries) do
    items[i] = ("%s. %s. %s"):format(entry.about, cell.date(entry.date), doc:readable(entry.text))
  end
  if #items == 0 then items[1] = "None yet." end
  doc:add { kind = "notes", items = items }
end

--- The page.
function changes.build(ops, about)
  local doc, entries, by_kind = builder.new(ops), feed.entries(ops), { correction = {}, judgement = {} }
  for _, entry in ipairs(entries) do table.insert(by_kind[entry.kind], entry) end
  doc:text(("Version %s has %s statements of %d sources, the newest of %s.%s What was corrected and judged stands "
    .. "below, and in the feed."):format(about.version, cell.number(#ops:figures {}), #ops.sources, about.newest,
    about.version == FIRST and " It is the first that was released, so there is no older one to compare with." or ""))
  add_publishers(doc)
  add_notes(doc, "corrections", "What the curator of this collection corrected", "Mistakes of this collection, not of "
    .. "the sources; the newest first. A statement that is withdrawn or added later is named here, too.",
    by_kind.correction)
  add_notes(doc, "judgements", "What the curator judged", "Two statements that do not fit together, and what they were "
    .. "found to be: a conflict, a revision, the same, or different things.", by_kind.judgement)
  doc:sources()
  return doc:document "Changes, corrections and revisions"
end

return changes
