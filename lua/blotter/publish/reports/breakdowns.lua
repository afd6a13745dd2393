--- How figures break down, and what their parts leave unexplained.

local builder = require "blotter.publish.reports.builder"

local breakdowns = { name = "breakdowns", title = "How the figures break down" }

breakdowns.params = {
  { name = "indicator", kind = "indicator", description = "only figures that count this (default: persons)" },
  { name = "limit", kind = "whole", default = 200, description = "how many breakdowns (default 200)" },
}

local PERSONS = { arrests = true, suspects_identified = true, victims_safeguarded = true }

local function parts_text(ops, split)
  local words = {}
  for i, part in ipairs(split.figures) do
    local label = split.labels[i] ~= "" and split.labels[i] or ops:words(part).period or ""
    if part.best == 1 then label = label:gsub("^citizens ", "citizen ") end
    words[i] = label == "" and ops:words(part).value or ("%s: %s"):format(label, ops:words(part).value)
  end
  return table.concat(words, "; ")
end

-- The distinct breakdowns: one source stands for all that print the same.
local function distinct_breakdowns(ops, indicator)
  local list, seen = {}, {}
  for _, figure in ipairs(ops:figures {}) do
    if figure.parts and (figure.indicator == indicator or not indicator and PERSONS[figure.indicator]) then
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
  local label, gap = doc.ops:label(whole), nil
  if split.coverage ~= "overlapping" then gap = { low = split.low, high = split.high, flags = {}, sources = {} } end
  if gap and gap.low and gap.low > 0 then
    gap.flags = { split.coverage == "partial" and "not named" or "unexplained" }
  end
  if gap and gap.high and gap.high < 0 then
    gap.low, gap.high = -gap.high, gap.low and -gap.low
    gap.flags = { "too many" }
  end
  return { whole.subject_row.name, label ~= "" and label or nil, whole.indicator_row.name, doc:figure(whole),
    parts_text(doc.ops, split), gap }
end

--- Adds the table of the first `limit` breakdowns; of one indicator, or of persons.
function breakdowns.add(doc, limit, indicator)
  local list = distinct_breakdowns(doc.ops, indicator)
  table.sort(list, by_gap)
  local columns = {
    { name = "subject", title = "Subject", type = "string" }, { name = "of", title = "Of", type = "string" },
    { name = "indicator", title = "Counted", type = "string" },
    { name = "whole", title = "In all", type = "figure" }, { name = "parts", title = "Parts", type = "string" },
    { name = "unexplained", title = "Unexplained", type = "figure" },
  }
  local rows = {}
  for i, entry in ipairs(list) do
    if i > limit then break end
    rows[i] = breakdown_row(doc, entry)
  end
  local note = "Unexplained is the whole less its parts; below zero, the parts are more than the whole. Not named: the "
    .. "source says or shows that some parts are missing."
  if #list > limit then
    note = note .. (" %d of %d breakdowns, those that leave most unexplained first; the profile of a subject has all.")
      :format(limit, #list)
  end
  doc:add { kind = "table", columns = columns, rows = rows, note = note }
end

function breakdowns.build(ops, params)
  local doc = builder.new(ops)
  breakdowns.add(doc, params.limit, params.indicator)
  doc:sources()
  return doc:document(breakdowns.title, params)
end

return breakdowns
