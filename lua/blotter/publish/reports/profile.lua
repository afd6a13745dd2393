--- The profile of one subject: what it is, who is linked to it, every figure with its bounds and source, how the
-- figures break down, and what does not fit.

local asked = require "blotter.publish.reports.asked"
local builder = require "blotter.publish.reports.builder"
local chronology = require "blotter.publish.reports.chronology"
local discrepancies = require "blotter.publish.reports.discrepancies"
local neighbours = require "blotter.publish.reports.neighbours"
local numbered = require "blotter.publish.reports.editions.numbered"
local not_stated = require "blotter.publish.reports.telling.not_stated"
local reach = require "blotter.publish.reports.telling.reach"
local rounds = require "blotter.publish.reports.editions.rounds"
local yearly = require "blotter.publish.reports.yearly"

local profile = { name = "profile", title = "Profile of a subject" }

profile.params = {
  { name = "subject", kind = "subject", description = "identifier of the subject, see `blotter subjects`",
    required = true },
  { name = "policy", kind = "policy", default = "newest", description = "how competing statements are settled" },
}

local function name_of(ops, id)
  local row = id and ops:row("subjects", id)
  return row and row.name
end

-- The subjects that belong to one.
local function below(ops, subject)
  local list = {}
  for _, other in ipairs(ops.subjects) do
    if other.parent == subject.id then list[#list + 1] = other end
  end
  return list
end

-- What kind of thing a subject is, and that it is no operation against online offences where it is none.
local function kind_of(ops, subject)
  local kind = subject.type:gsub("_", " ")
  if not ops:is_sweep(subject.id) then return kind end
  return kind .. (subject.type == "operation" and ": a sweep" or ", which holds sweeps")
    .. " against trafficking in persons of every age, not against online offences; totals of a country "
    .. "leave it out."
end

-- When a subject began; of a numbered edition that no source dates, what its number says.
local function began(ops, subject)
  local known = builder.known_date(subject.date_start, subject.date_precision)
  if known or subject.date_end or not subject.parent or not numbered.of(subject.name) then return known end
  return numbered.date(below(ops, { id = subject.parent }), subject)
end

-- What another is to a subject, as a fact of it: only what a source states is said as leading or coordinating.
local LEADERS = { { "leads", "Led by" }, { "coordinates", "Coordinated by" }, { "hosts", "Run by" },
  { "groups", "Grouped under" } }

-- Adds who leads or coordinates a subject, each on a line of its own.
local function add_leaders(ops, subject, items)
  local edges = ops:network(subject.id, { depth = 1 })
  for _, leader in ipairs(LEADERS) do
    for _, edge in ipairs(edges) do
      if edge.to == subject.id and edge.role == leader[1] then items[#items + 1] = { leader[2], edge.from_name } end
    end
  end
end

local function add_facts(doc, subject)
  local ops = doc.ops
  local area = subject.area and ops:row("areas", subject.area)
  local items = {}
  for _, item in ipairs {
    { "Identifier", subject.id }, { "Kind", kind_of(ops, subject) }, { "Acronym", subject.acronym or false },
    { "Belongs to", name_of(ops, subject.parent) or false }, { "Area", area and area.name or false },
    { "Began", began(ops, subject) or false },
    { "Ended", builder.known_date(subject.date_end, subject.date_precision) or false },
    { "Note", subject.note or false },
  } do
    if item[2] then items[#items + 1] = item end
    if item[1] == "Belongs to" then add_leaders(ops, subject, items) end
  end
  doc:add { kind = "facts", items = items }
end

local function add_network(doc, subject)
  local edges = doc.ops:network(subject.id, { depth = 1 })
  if #edges == 0 then return end
  doc:heading(1, "Links")
  neighbours.add_table(doc, edges, subject.id)
end

local function add_totals(doc, subject, figures, policy)
  local rows, with_shares = {}, false
  for _, indicator in ipairs(builder.indicators_of(doc.ops, figures)) do
    if indicator.unit == "percent" then
      with_shares = true
    else
      local result = asked.total(doc.ops, indicator.id, { subject = subject.id, exactly = true, policy = policy })
      rows[#rows + 1] = doc:total_row(result, builder.counted(indicator, result.total.currency))
    end
  end
  if #rows == 0 then return end
  doc:heading(1, "Totals")
  doc:add { kind = "table", rows = rows, columns = {
    { name = "indicator", title = "Counted", type = "string" }, { name = "total", title = "Total", type = "figure" },
    { name = "basis", title = "Basis", type = "string" },
  }, note = ("Competing statements are settled by the policy '%s'; nothing is counted twice.%s"):format(policy,
    with_shares and " Shares and changes in percent are no totals: they stand among the statements below." or "") }
end

-- Whether the figures of an indicator end in enough years for a chart.
local function has_years(figures, indicator)
  local seen, count = {}, 0
  for _, figure in ipairs(figures) do
    local year = figure.indicator == indicator.id and figure.period_end and tostring(figure.period_end):sub(1, 4)
    if year and not seen[year] then seen[year], count = true, count + 1 end
  end
  return count >= yearly.FEWEST
end

-- A chart for each thing that was counted in several years, and one of the operations below the subject.
local function add_years(doc, subject, figures, policy)
  local start = #doc.blocks + 1
  for _, indicator in ipairs(builder.indicators_of(doc.ops, figures)) do
    if indicator.unit ~= "percent" and indicator.unit ~= "currency" and has_years(figures, indicator) then
      local filter = { by = "year", subject = subject.id, exactly = true, policy = policy }
      local result = doc.ops:total(indicator.id, filter)
      local series, dimension = yearly.categories(doc.ops, indicator, result, filter)
      yearly.add(doc, series, { title = indicator.name .. " by year", unit = builder.unit(indicator),
        breaks = result.breaks, named = dimension ~= nil,
        note = dimension and "Each year is known of other categories, so each stands by itself." or nil })
    end
  end
  rounds.add(doc, subject, policy)
  chronology.add(doc, below(doc.ops, subject), "What belongs to it, over time")
  if #doc.blocks >= start then
    table.insert(doc.blocks, start, { kind = "heading", level = 1, text = "Over the years" })
  end
end

-- By what is counted, then by the end of the period, the latest last; without a period at the end.
local function in_order(ops, figures)
  local place, sorted = {}, table.move(figures, 1, #figures, 1, {})
  for i, indicator in ipairs(ops:rows "indicators") do place[indicator.id] = i end
  table.sort(sorted, function(a, b)
    local x, y = place[a.indicator], place[b.indicator]
    if x ~= y then return x < y end
    x, y = a.last or math.huge, b.last or math.huge
    if x ~= y then return x < y end
    x, y = a.first or -math.huge, b.first or -math.huge
    if x ~= y then return x < y end
    return a.id < b.id
  end)
  return sorted
end

local function add_figures(doc, figures)
  local rows, ids = {}, {}
  for i, figure in ipairs(in_order(doc.ops, figures)) do
    ids[i] = figure.id
    local words, flags = doc.ops:words(figure), doc:statement_flags(figure)
    local whole = figure.part_of and doc.ops.model.by_id[figure.part_of]
    if whole then table.insert(flags, 1, "part of " .. doc.ops:words(whole).counted) end
    local value = doc:figure(figure, flags)
    value.period = nil
    rows[i] = { builder.counted(figure.indicator_row, figure.currency), doc.ops:label(figure), words.period, value }
  end
  doc:heading(1, "Every statement")
  doc:add { kind = "table", rows = rows, columns = {
    { name = "indicator", title = "Counted", type = "string" }, { name = "of", title = "Of", type = "string" },
    { name = "period", title = "Period", type = "string" },
    { name = "value", title = "Value", type = "figure" },
  }, statements = ids, may_lack = { of = true, period = true } }
end

-- What is split, by what, and of when: "387 arrests by age band, 1 Jan 2024 to 25 Sep 2024".
local function split_title(ops, figure, split)
  local words = ops:words(figure)
  local title = ("%s by %s"):format(words.counted, (split.name:gsub("_", " ")))
  return words.period and title .. ", " .. words.period or title
end

-- What the parts leave of the whole, or by how much they make more; nil where nothing is known of either, since the
-- whole is open above and the parts make as much as its lower end.
local function remainder_row(split)
  local low, high, name = split.low, split.high, "Unexplained"
  if high and high < 0 then
    low, high, name = -high, low and -low, "More than the whole"
  elseif low and low < 0 then
    low = 0
  end
  if not high and (low or 0) == 0 then return nil end
  return { name, { low = low, high = high, flags = {}, sources = {} } }
end

local function add_breakdowns(doc, figures)
  local is_first, seen = true, {}
  for _, figure in ipairs(in_order(doc.ops, figures)) do
    for _, split in ipairs(doc.ops:breakdowns(figure)) do
      local rows, key = {}, builder.breakdown_key(figure, split)
      for i, part in ipairs(split.figures) do
        rows[i] = { split.labels[i], doc:figure(part) }
      end
      if #rows > 1 and not seen[key] then
        seen[key] = true
        if is_first then doc:heading(1, "Breakdowns") end
        is_first = false
        if split.coverage ~= "overlapping" then
          rows[#rows + 1] = remainder_row(split)
        end
        doc:add { kind = "table", rows = rows, title = split_title(doc.ops, figure, split), columns = {
          { name = "part", title = "Part", type = "string" }, { name = "value", title = "Value", type = "figure" },
        }, note = split.coverage == "overlapping" and "The parts may share members and are not added." or nil }
      end
    end
  end
end

-- The findings about a subject: those that no reading can repair, which a reader must know before the totals, or the
-- others.
local function add_findings(doc, subject, is_beyond_repair)
  local items = {}
  for _, finding in ipairs(doc.ops:reconcile()) do
    if (finding.verdict == "none") == is_beyond_repair and discrepancies.concerns(finding, subject.id) then
      items[#items + 1] = doc:finding(finding)
    end
  end
  if #items == 0 then return end
  doc:heading(1, is_beyond_repair and "What contradicts itself" or "What does not fit, or may not")
  doc:add { kind = "notes", items = items }
end

-- That there is no figure of the subject itself, and what its parts state.
local function add_no_figures(doc, subject, policy)
  local start = #doc.blocks + 1
  if rounds.add(doc, subject, policy) then
    chronology.add(doc, below(doc.ops, subject), "What belongs to it, over time")
    table.insert(doc.blocks, start, { kind = "text", text = "No source here gives a figure for this subject as a "
      .. "whole, and none is computed: its parts need not count the same. What each of them states:" })
  else
    doc:text "No source here gives a figure for this subject."
  end
end

function profile.build(ops, params)
  local subject = ops:row("subjects", params.subject)
  local doc = builder.new(ops)
  doc.subject = subject.id
  add_facts(doc, subject)
  local figures = ops:figures { subject = subject.id, exactly = true }
  if #figures == 0 then
    add_no_figures(doc, subject, params.policy)
    add_network(doc, subject)
  else
    add_findings(doc, subject, true)
    add_totals(doc, subject, figures, params.policy)
    not_stated.of_subject(doc, subject, figures)
    add_years(doc, subject, figures, params.policy)
    add_breakdowns(doc, figures)
    add_findings(doc, subject, false)
    reach.of_subject(doc, subject)
    add_network(doc, subject)
    add_figures(doc, figures)
    doc:audit()
  end
  doc:sources()
  return doc:document(subject.name, params)
end

return profile
