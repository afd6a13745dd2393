--- Where the public record contradicts itself, and what depends on how it is read.

local builder = require "blotter.publish.reports.builder"

local discrepancies = { name = "discrepancies", title = "Where the public record does not fit together" }

discrepancies.params = {
  { name = "subject", kind = "subject", description = "only what concerns this subject" },
  { name = "check", description = "only what one check found, such as parts (see `blotter check`)" },
}

local PARTS = {
  { title = "What no reading of the figures can repair",
    test = function(finding) return finding.verdict == "none" end },
  { title = "What depends on how the figures are read",
    test = function(finding) return finding.verdict ~= "none" and finding.class ~= "remainder" end },
  { title = "What parts leave unexplained",
    test = function(finding) return finding.verdict ~= "none" and finding.class == "remainder" end },
}

--- Whether a finding is about a subject.
function discrepancies.concerns(finding, id)
  for _, figure in ipairs(finding.figures) do
    if figure.subject == id then return true end
  end
  return false
end

-- What each check compares, in words; a check without words keeps its name.
local CHECKS = {
  printed = "a number and its print", parts = "parts and their whole", across = "two sources, one count",
  within = "one source, one count twice", cumulative = "a running total that falls",
  periods = "a period and parts of it", increments = "periods in a row and the whole of them",
  percentages = "a share and its numbers", changes = "a change and its numbers", subsets = "a group and one within it",
  sums = "a stated sum", shares = "shares and the counts beside them", margins = "narrow counts and a wide one",
  linked = "all breakdowns at once", phases = "a phase and its programme", ages = "ages and age bands",
  rates = "a rate and its count", growth = "a change and the counts beside it",
  countries = "a number of countries and their list",
  durations = "a duration and its dates", datings = "one count under two dates",
  drift = "one number under two names", judged = "what a curator judged",
}

-- The findings by check, as a chart.
local function add_chart(doc, findings)
  local names, none, some = {}, {}, {}
  for _, finding in ipairs(findings) do
    if not none[finding.check] then
      names[#names + 1], none[finding.check], some[finding.check] = finding.check, 0, 0
    end
    local counted = finding.verdict == "none" and none or some
    counted[finding.check] = counted[finding.check] + 1
  end
  if #names < 2 then return end
  table.sort(names, function(a, b)
    local x, y = none[a] + some[a], none[b] + some[b]
    if x ~= y then return x > y end
    return a < b
  end)
  local first, second, labels = {}, {}, {}
  for i, name in ipairs(names) do
    first[i], second[i], labels[i] = none[name], some[name], CHECKS[name] or name
  end
  doc:add { kind = "chart", chart = "stacked", title = "Findings by what was compared", of = "Compared",
    unit = "findings", labels = labels, series = { { name = "beyond repair", values = first },
      { name = "a matter of reading", values = second } } }
end

local MOST_NUMBERS = 4

-- The numbers of a finding in their sources' words, each once.
local function numbers_of(doc, finding)
  local parts, seen = {}, {}
  for _, figure in ipairs(finding.figures) do
    local words = doc.ops:words(figure).counted
    if not seen[words] then
      seen[words] = true
      parts[#parts + 1] = words
    end
  end
  local more = #parts - MOST_NUMBERS
  return table.concat(parts, "; ", 1, math.min(#parts, MOST_NUMBERS))
    .. (more > 0 and (" and %d more"):format(more) or "")
end

local VERDICTS = { conflict = "judged a conflict", revision = "judged a revision",
  different = "judged different things", same = "judged the same" }
local CLASSES = { drift = "perhaps another definition", revision = "perhaps a revision",
  remainder = "left unexplained" }

-- What becomes of a finding, in words.
local function verdict_of(finding)
  local words = finding.verdict == "none" and "beyond repair" or CLASSES[finding.class] or "a matter of reading"
  local judged = finding.judgement and VERDICTS[finding.judgement.verdict]
  return judged and ("%s; %s"):format(words, judged) or words
end

-- All findings at a glance; the text of each follows.
local function add_table(doc, findings)
  local rows = {}
  for _, finding in ipairs(findings) do
    rows[#rows + 1] = { finding.figures[1].subject_row.name, numbers_of(doc, finding),
      CHECKS[finding.check] or finding.check,
      verdict_of(finding), builder.marks(doc:cite_all(finding.figures)) }
  end
  doc:add { kind = "table", title = "All findings at a glance", rows = rows, columns = {
    { name = "subject", title = "Subject", type = "string" }, { name = "numbers", title = "Numbers", type = "string" },
    { name = "kind", title = "Compared", type = "string" }, { name = "verdict", title = "Verdict", type = "string" },
    { name = "sources", title = "Sources", type = "string" } }, note = "In the order of the texts below." }
end

local function add_texts(doc, title, findings)
  local items = {}
  for i, finding in ipairs(findings) do items[i] = doc:finding(finding) end
  doc:heading(1, title)
  doc:add { kind = "notes", items = items }
end

function discrepancies.build(ops, params)
  local doc, kept = builder.new(ops), {}
  for _, finding in ipairs(ops:reconcile()) do
    if (not params.subject or discrepancies.concerns(finding, params.subject))
      and (not params.check or finding.check == params.check) then
      kept[#kept + 1] = finding
    end
  end
  if #kept == 0 then doc:text "Nothing that was published contradicts itself here." end
  if #kept > 1 then
    doc:text("In each part contradictions stand before revisions and changes of definition, and those first whose gap "
      .. "is widest beside their numbers.")
  end
  add_chart(doc, kept)
  local parts, ordered = {}, {}
  for i, part in ipairs(PARTS) do
    parts[i] = {}
    for _, finding in ipairs(kept) do
      if part.test(finding) then table.insert(parts[i], finding) end
    end
    table.move(parts[i], 1, #parts[i], #ordered + 1, ordered)
  end
  if #ordered > 1 then add_table(doc, ordered) end
  for i, part in ipairs(PARTS) do
    if #parts[i] > 0 then add_texts(doc, part.title, parts[i]) end
  end
  doc:sources()
  return doc:document(discrepancies.title, params)
end

--- Adds the first `limit` contradictions, for a page that has more to say.
function discrepancies.add(doc, findings, limit)
  local impossible, doubtful, printed = 0, 0, {}
  for _, finding in ipairs(findings) do
    if finding.verdict == "none" then
      impossible = impossible + 1
      if impossible <= limit then printed[#printed + 1] = doc:finding(finding) end
    elseif finding.class ~= "remainder" then
      doubtful = doubtful + 1
    end
  end
  if impossible == 0 then
    doc:text("No statement contradicts another.")
    return
  end
  doc:text(("%s that no reading of the figures can repair%s."):format(
    impossible == 1 and "1 contradiction" or impossible .. " contradictions",
    impossible > limit and (", the %d widest of them below"):format(limit) or ""))
  doc:add { kind = "notes", items = printed }
  doc:text(("`blotter check` prints every finding; %d more depend on how the figures are read."):format(doubtful))
end

return discrepancies
