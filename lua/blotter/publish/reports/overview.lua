--- The overview: what each subject counts, how its figures break down and what that leaves unexplained, and where the
-- public record contradicts itself; every number with its source.

local builder = require "blotter.publish.reports.builder"
local number = require("blotter.publish.formats.cell").number
local suggest = require "blotter.errors.suggest"

local overview = { name = "overview", title = "Operations against online child sexual exploitation: an overview" }

overview.params = {
  { name = "policy",
    description = "how competing statements are settled: newest, official, majority, lowest, highest or all" },
  { name = "limit", description = "how many contradictions and breakdowns are printed at most (default 40)" },
}

local MEASURES = {
  { indicator = "arrests", title = "Arrests" },
  { indicator = "suspects_identified", title = "Suspects" },
  { indicator = "victims_safeguarded", title = "Victims safeguarded" },
}

local GROUPS = {
  { title = "Operations", types = { operation = true } },
  { title = "Programmes, projects and task forces",
    types = { programme = true, project = true, task_force = true, fund = true, measure = true } },
  { title = "Agencies, jurisdictions and statistics",
    types = { agency = true, jurisdiction = true, statistic = true } },
  { title = "Databases, hotlines, notices and platforms",
    types = { database = true, hotline = true, notice_system = true, platform = true } },
}

-- ---- what each subject counts ----------------------------------------------------------------------

local function totals_by_subject(ops, params)
  local totals = {}
  for i, measure in ipairs(MEASURES) do
    totals[i] = {}
    local result = ops:total(measure.indicator, { by = "subject", policy = params.policy })
    for _, row in ipairs(result.rows) do
      if not row.unexplained then totals[i][row.subject] = row end
    end
  end
  return totals
end

local function subject_rows(doc, group, totals)
  local rows = {}
  for _, subject in ipairs(doc.ops.subjects) do
    if group.types[subject.type] then
      local row, known = { subject.name }, false
      for i in ipairs(MEASURES) do
        local found = totals[i][subject.id]
        if found then
          known = true
          row[i + 1] = doc:sum(found, doc:flags_of(found), subject.name .. ", " .. MEASURES[i].title:lower())
        end
      end
      if known then rows[#rows + 1] = row end
    end
  end
  table.sort(rows, function(a, b) return a[1]:lower() < b[1]:lower() end)
  return rows
end

local function add_subjects(doc, params)
  local columns = { { name = "subject", title = "Subject", type = "string" } }
  for i, measure in ipairs(MEASURES) do
    columns[i + 1] = { name = measure.indicator, title = measure.title, type = "figure" }
  end
  local totals = totals_by_subject(doc.ops, params)
  doc:heading(1, "What each subject counts")
  for _, group in ipairs(GROUPS) do
    local rows = subject_rows(doc, group, totals)
    if #rows > 0 then doc:add { kind = "table", title = group.title, columns = columns, rows = rows } end
  end
  doc:text("The rows are not added up: one arrest can be counted by an operation, by the programme that it belongs to "
    .. "and by each agency that took part.")
end

local LONGEST_CHART = 15

-- The operations with most arrests as bars.
local function add_chart(doc, params)
  local rows = {}
  for _, row in ipairs(doc.ops:total("arrests", { by = "subject", policy = params.policy }).rows) do
    local subject = not row.unexplained and doc.ops:row("subjects", row.subject)
    if subject and subject.type == "operation" and not row.refused and (row.best or row.low) then
      rows[#rows + 1] = { name = subject.name, row = row, size = row.best or row.low }
    end
  end
  table.sort(rows, function(a, b)
    if a.size ~= b.size then return a.size > b.size end
    return a.name < b.name
  end)
  local labels, values = {}, {}
  for i = 1, math.min(#rows, LONGEST_CHART) do
    labels[i] = rows[i].name
    values[i] = doc:sum(rows[i].row, doc:flags_of(rows[i].row), labels[i])
  end
  if #labels > 1 then
    doc:add { kind = "chart", chart = "bar", title = "Operations with most arrests", labels = labels, values = values }
  end
end

-- ---- breakdowns -------------------------------------------------------------------------------------

local function parts_text(ops, split)
  local words = {}
  for i, part in ipairs(split.figures) do
    local label = split.labels[i] ~= "" and split.labels[i] or ops:words(part).period or ""
    if part.best == 1 then label = label:gsub("^citizens ", "citizen ") end
    words[i] = ("%s %s"):format(ops:words(part).value, label)
  end
  return table.concat(words, "; ")
end

local function is_worth_printing(figure)
  return figure.indicator == "arrests" or figure.indicator == "suspects_identified"
    or figure.indicator == "victims_safeguarded"
end

-- The distinct breakdowns: one source stands for all that print the same.
local function distinct_breakdowns(ops)
  local list, seen = {}, {}
  for _, figure in ipairs(ops:figures {}) do
    if figure.parts and is_worth_printing(figure) then
      for _, split in ipairs(ops:breakdowns(figure)) do
        local key = builder.breakdown_key(figure, split)
        if #split.figures > 1 and not seen[key] then
          seen[key] = true
          list[#list + 1] = { whole = figure, split = split, order = #list }
        end
      end
    end
  end
  return list
end

-- The share of the whole that a breakdown leaves unexplained or has too much of; a source that says that parts are
-- missing leaves nothing to explain.
local function gap_of(entry)
  local low, high = entry.split.low, entry.split.high
  local size = math.max(1, entry.whole.best or 1)
  if high and high < 0 then return 1 - high / size end
  return entry.split.coverage ~= "partial" and low and low > 0 and low / size or 0
end

-- Parts that are too many first, then what leaves most unexplained, then in the order of the table.
local function by_gap(a, b)
  local x, y = gap_of(a), gap_of(b)
  if x ~= y then return x > y end
  return a.order < b.order
end

local function breakdown_row(doc, entry)
  local whole, split = entry.whole, entry.split
  local what = whole.subject_row.name
  local label = doc.ops:label(whole)
  if label ~= "" then what = what .. " (" .. label .. ")" end
  local gap
  if split.coverage ~= "overlapping" then gap = { low = split.low, high = split.high, flags = {}, sources = {} } end
  if gap and gap.low and gap.low > 0 then
    gap.flags = { split.coverage == "partial" and "not named" or "unexplained" }
  end
  if gap and gap.high and gap.high < 0 then
    gap.low, gap.high = -gap.high, gap.low and -gap.low
    gap.flags = { "too many" }
  end
  return { what, whole.indicator_row.name, doc:figure(whole), parts_text(doc.ops, split), gap }
end

local function add_breakdowns(doc, limit)
  local list = distinct_breakdowns(doc.ops)
  table.sort(list, by_gap)
  local columns = {
    { name = "subject", title = "Subject", type = "string" },
    { name = "indicator", title = "Counted", type = "string" },
    { name = "whole", title = "In all", type = "figure" }, { name = "parts", title = "Parts", type = "string" },
    { name = "unexplained", title = "Unexplained", type = "figure" },
  }
  local rows = {}
  for i, entry in ipairs(list) do
    if i > limit then break end
    rows[i] = breakdown_row(doc, entry)
  end
  doc:heading(1, "How the figures break down")
  local note = "Unexplained is the whole less its parts; below zero, the parts are more than the whole. Not named: the "
    .. "source says or shows that some parts are missing."
  if #list > limit then
    note = note .. (" %d of %d breakdowns, those that leave most unexplained first; the profile of a subject has all.")
      :format(limit, #list)
  end
  doc:add { kind = "table", columns = columns, rows = rows, note = note }
end

-- ---- contradictions ---------------------------------------------------------------------------------

local function add_findings(doc, findings, limit)
  local impossible, doubtful, printed = 0, 0, {}
  for _, finding in ipairs(findings) do
    if finding.verdict == "none" then
      impossible = impossible + 1
      if impossible <= limit then printed[#printed + 1] = doc:finding(finding) end
    elseif finding.class ~= "remainder" then
      doubtful = doubtful + 1
    end
  end
  doc:heading(1, "Where the public record contradicts itself")
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

-- ---- the document -----------------------------------------------------------------------------------

local function introduction(ops, policy)
  local official = 0
  for _, source in ipairs(ops.sources) do
    if source.publisher_row.official then official = official + 1 end
  end
  return ("%s statements in %d sources (%d of them by the body responsible), about %d subjects. "):format(
    number(#ops:figures {}), #ops.sources, official, #ops.subjects)
    .. "Each number is what a source printed, in its own words; in parentheses stand the bounds that they leave. What "
    .. "is computed from several figures says so, and of what, in a footnote. "
    .. ("Competing statements are settled by the policy '%s'; what is unknown stays empty."):format(policy)
end

function overview.build(ops, params)
  local limit = math.tointeger(tonumber(params.limit or 40))
  if not limit or limit < 1 then return nil, "report 'overview': limit must be a whole number from 1" end
  local known = params.policy == nil
  for _, name in ipairs(ops.policies) do known = known or name == params.policy end
  if not known then
    return nil, ("report 'overview': unknown policy '%s'%s"):format(params.policy,
      suggest.phrase(tostring(params.policy), ops.policies))
  end
  local doc = builder.new(ops)
  local findings = ops:reconcile()
  doc:text(introduction(ops, params.policy or "newest"))
  add_subjects(doc, params)
  add_chart(doc, params)
  add_breakdowns(doc, limit)
  add_findings(doc, findings, limit)
  doc:audit()
  doc:sources()
  return doc:document(overview.title, params)
end

return overview
