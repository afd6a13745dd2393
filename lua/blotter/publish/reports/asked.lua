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

-- One end of the time of a figure, to the month at most, to the year where no more is known of it or asked.
local function known(day, figure, is_year)
  return cells.date(day:sub(1, (is_year or figure.period_precision == "year") and 4 or 7))
end

-- From when to when some figures count: "2023 to 2024", "Oct 2019 to Dec 2024", "to Dec 2024" where one does not say
-- when it begins; nil where one does not say when it ends.
local function span_of(figures)
  local from, to, has_start = nil, nil, true
  for _, figure in ipairs(figures) do
    if not (figure.last and figure.period_end) then return nil end
    has_start = has_start and figure.first and figure.period_start
    if not to or figure.last > to.last then to = figure end
    if has_start and (not from or figure.first < from.first) then from = figure end
  end
  if not has_start then return to and "to " .. known(to.period_end, to) end
  if not from then return nil end
  local are_years = from.period_start:find "%-01%-01$" and to.period_end:find "%-12%-31$"
  local first, last = known(from.period_start, from, are_years), known(to.period_end, to, are_years)
  return first == last and first or ("%s to %s"):format(first, last)
end

--- The time of a total in words: "as of 3 Mar 2022", or "Oct 2019 to Dec 2024, 53 of 63 months"; nil where nothing
-- is known.
function asked.period(row)
  if row.as_of then return "as of " .. cells.date(row.as_of) end
  local span, gap = span_of(row.figures), gap_of(row)
  return span and gap and span .. ", " .. gap or span or gap
end

return asked
