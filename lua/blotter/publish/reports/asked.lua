--- Totals that several pages ask for, computed once for a dataset; they are read, not changed;
-- and the time that a total covers.

local cells = require "blotter.publish.formats.cell"

local asked = {}

-- What was asked, by the data that it was asked of.
local kept = setmetatable({}, { __mode = "k" })

-- What `make` gives for a dataset and a key, made once.
local function once(ops, key, make)
  local answers = kept[ops.model]
  if not answers then
    answers = {}
    kept[ops.model] = answers
  end
  if not answers[key] then answers[key] = make() end
  return answers[key]
end

-- A question as a text.
local function key_of(indicator, options)
  local parts = {}
  for name, value in pairs(options) do
    parts[#parts + 1] = name .. "=" .. (type(value) == "table" and table.concat(value, ",") or tostring(value))
  end
  table.sort(parts)
  return indicator .. "\0" .. table.concat(parts, "\0")
end

--- The answer of ops:total.
function asked.total(ops, indicator, options)
  options.policy = options.policy or "newest"
  return once(ops, key_of(indicator, options), function() return ops:total(indicator, options) end)
end

--- The rows of the total by subject that have figures, by subject.
function asked.by_subject_of(ops, indicator, policy)
  local result = asked.total(ops, indicator, { by = "subject", policy = policy })
  return once(ops, result, function()
    local rows = {}
    for _, row in ipairs(result.rows) do
      if row.subject and not row.unexplained and #row.figures > 0 then rows[row.subject] = row end
    end
    return rows
  end)
end

--- The statements of each subject itself, by its id.
function asked.by_subject(ops)
  return once(ops, "statements", function()
    local by_id = {}
    for _, figure in ipairs(ops:figures {}) do
      by_id[figure.subject] = by_id[figure.subject] or {}
      table.insert(by_id[figure.subject], figure)
    end
    return by_id
  end)
end

-- How much of its time a sum of one subject that goes on counting covers, where that is not all: "231 of 240 months".
local function gap_of(row)
  local months = row.covers and row.covers.months
  if not months or not months.is_series or months.covered >= months.asked then return nil end
  return ("%d of %d months"):format(months.covered, months.asked)
end

-- The figure that begins first and the one that ends last, how many have no date at all, and whether all others say
-- when they begin and when they end.
local function ends_of(figures)
  local from, to, has_start, has_end, undated = nil, nil, true, true, 0
  for _, figure in ipairs(figures) do
    local first, last = figure.period_start and figure.first, figure.period_end and figure.last
    if not first and not last then
      undated = undated + 1
    else
      has_start, has_end = has_start and first ~= nil, has_end and last ~= nil
      if first and (not from or first < from.first) then from = figure end
      if last and (not to or last > to.last) then to = figure end
    end
  end
  return from, to, undated, has_start, has_end
end

-- From when to when some figures count, "2023 to 2024", "Oct 2019 to 7 Dec 2024", and how many no source dates; nil
-- where neither is known.
local function span_of(ops, figures)
  local from, to, undated, has_start, has_end = ends_of(figures)
  local span
  if from and to and not has_start and not has_end then
    span = ("dates known: %s"):format(ops:between(from, to))
  else
    span = ops:between(has_start and from or nil, has_end and to or nil)
  end
  if not span or undated == 0 then return span end
  return ("%s, and %d without a date"):format(span, undated)
end

--- The time of a total in words: "as of 3 Mar 2022", or "Oct 2019 to Dec 2024, 53 of 63 months"; nil where nothing
-- is known.
function asked.period(ops, row)
  if row.as_of then return "as of " .. cells.date(row.as_of) end
  local span, gap = span_of(ops, row.figures), gap_of(row)
  return span and gap and span .. ", " .. gap or span or gap
end

return asked
