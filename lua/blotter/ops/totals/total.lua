-- A total that does not count twice, with what it used and every figure that it left out, each with its reason.
--
-- How it works, in four steps. (1) The statements that the question allows are taken, and competing ones settled by its
-- policy (settled.lua). (2) From these, figures are taken that are all apart from each other (disjoint.lua). (3) Rows
-- are summed as ranges, where the indicator may be added that way, and say what they cover (coverage.lua) and how they
-- may be printed (flags.lua). (4) Where the rows are not what the total of the same question without its grouping is, a
-- last row, unexplained, has the difference.

local alike = require "blotter.ops.totals.alike"
local bounds = require "blotter.ops.figures.bounds"
local coverage = require "blotter.ops.totals.coverage"
local dates = require "blotter.ops.figures.dates"
local definition = require "blotter.ops.totals.definition"
local disjoint = require "blotter.ops.totals.disjoint"
local facets = require "blotter.ops.figures.facets"
local flags = require "blotter.ops.totals.flags"
local missing = require "blotter.ops.totals.missing"
local model = require "blotter.ops.dataset.model"
local phrase = require "blotter.ops.figures.phrase"
local questions = require "blotter.ops.totals.question"
local settled = require "blotter.ops.totals.settled"
local sweeps = require "blotter.ops.totals.sweeps"

local total = {}

local function plus(a, b)
  if math.type(a) == "integer" and math.type(b) == "integer" then return bounds.plus(a, b) end
  return a + b
end

-- The sum of ranges, at least one; an end that one of them lacks, the sum lacks too.
local function added(ranges)
  local sum = {}
  for _, edge in ipairs {"low", "best", "high"} do
    local value = ranges[1][edge]
    for i = 2, #ranges do value = value and ranges[i][edge] and plus(value, ranges[i][edge]) end
    sum[edge] = value or nil
  end
  return sum
end

-- The first dimension in which figures of a row differ that the indicator may not be added over, or nil.
local function not_additive(question, choices)
  local allowed = question.indicator.adds_over
  for i = 1, #choices do
    for j = i + 1, #choices do
      local facet = facets.separates(question.model, choices[i].figure, choices[j].figure)
      if facet == "split" then
        for _, dimension in ipairs(model.dimensions) do
          if choices[i].figure[dimension] ~= choices[j].figure[dimension] and not allowed[dimension] then
            return dimension
          end
        end
      elseif facet and facet ~= "beside" and not allowed[facet] then
        return facet
      end
      if i > 1 and facet then break end
    end
  end
  return nil
end

-- The dimension over which the figures of a row may not be added, or nil. A row of one figure is no sum.
local function refusal(question, choices)
  if #choices < 2 then return nil end
  local currency = choices[1].figure.currency
  for _, choice in ipairs(choices) do
    if choice.figure.currency ~= currency then return "they are in several currencies" end
  end
  local dimension = not_additive(question, choices)
  if dimension then return ("%s may not be added over %s"):format(phrase.lower(question.indicator.name), dimension) end
  return nil
end

local function sum(question, choices, result)
  local refused = refusal(question, choices)
  result.figures, result.refused = {}, refused
  for i, choice in ipairs(choices) do result.figures[i] = choice.figure end
  if refused or #choices == 0 then return result end
  local together = added(choices)
  result.low, result.best, result.high = together.low, together.best, together.high
  result.currency = choices[1].figure.currency
  return result
end

-- Whether the figures of a row are of one subject.
local function is_of_one(row)
  for _, figure in ipairs(row.figures) do
    if figure.subject ~= row.figures[1].subject then return false end
  end
  return true
end

local function ids_of(list)
  local ids = {}
  for _, figure in ipairs(list) do ids[figure.id] = true end
  return ids
end

-- The statement with the largest minimum of some that a row's question allows; nil where they are no counts.
local function largest(question, row, allowed)
  local adds, found = question.indicator.adds_over, nil
  local may_add = adds.period and (adds.subject or is_of_one(row))
  if question.is_state or row.refused or not row.low or not may_add then return nil end
  local narrower = ids_of(question.unlike or {})
  for _, choice in ipairs(allowed) do
    local is_like = choice.figure.currency == row.currency and choice.low and not narrower[choice.figure.id]
    if is_like and choice.low > (found and found.low or row.low) then found = choice end
  end
  return found
end

-- No count is smaller than what one of the statements that its question allows counts at least: where the figures of a
-- row are, that statement is its minimum, its field exceeded_by, and contests an upper end below it.
-- Returns its choice.
local function raise(question, row, allowed)
  local most = largest(question, row, allowed)
  if not most then return nil end
  row.exceeded_by, row.low = most.figure, most.low
  row.is_exceeded = row.high ~= nil and row.high < most.low
  if row.is_exceeded then row.high = nil end
  if row.best and row.best < row.low then row.best = nil end
  return most
end

-- Years of a series that leave out most of its time make no total, neither alone nor where they are most of one.
local function refuse_scattered(row)
  if row.exceeded_by or row.refused or not row.best then return end
  for _, series in ipairs(row.covers.months.scattered or {}) do
    local part = 0
    for _, figure in ipairs(series.figures) do part = part + (figure.best or figure.low or 0) end
    if part * 2 >= row.best and not row.refused then
      row.refused = ("%s cover %d of %d months"):format(series.name and "the figures of " .. series.name or "they",
        series.covered, series.asked)
      row.low, row.best, row.high = nil, nil, nil
      return
    end
  end
end

-- The figures of a row added up, with what the row covers and lacks, and its flags. `allowed` are all statements that
-- its question allows, `whole` the total of which it is a row.
local function finished(question, choices, row, allowed, whole)
  sum(question, choices, row)
  local most = raise(question, row, allowed)
  local standing = row.exceeded_by and {figures = {row.exceeded_by}} or row
  for _, name in ipairs(question.by) do standing[name] = row[name] end
  row.covers, row.lacks = coverage.of(question, standing)
  missing.add(question, row, whole)
  if not question.period and not question.by_year then refuse_scattered(row) end
  row.differs = definition.of(question.model, standing.figures)
  row.flags = flags.of(question, row, most and {most} or choices)
  if question.is_state and #choices > 0 then
    row.series, row.as_of = settled.series(question, choices)
  end
  return row
end

local function compare_keys(a, b)
  for i = 1, math.max(#a.keys, #b.keys) do
    local x, y = a.keys[i], b.keys[i]
    if x ~= y then
      if x == false then return false elseif y == false then return true end
      if type(x) ~= type(y) then return tostring(x) < tostring(y) end
      return x < y
    end
  end
  return false
end

-- Whether a row's key is known in full: what does not state it may be of any row.
local function is_stated(keys)
  for _, key in ipairs(keys) do
    if key == false then return false end
  end
  return true
end

-- The statements of each row, by the text of its key.
local function by_row(question, choices)
  local lists = {}
  for _, choice in ipairs(choices) do
    local text = questions.row(question, choice.figure)
    lists[text] = lists[text] or {}
    table.insert(lists[text], choice)
  end
  return lists
end

local function rows_of(question, used, choices, whole)
  local rows, index, allowed = {}, {}, by_row(question, choices)
  for _, choice in ipairs(used) do
    local text, keys = questions.row(question, choice.figure)
    local row = index[text]
    if not row then
      row = {keys = keys, choices = {}, allowed = is_stated(keys) and allowed[text] or {}}
      index[text] = row
      rows[#rows + 1] = row
    end
    row.choices[#row.choices + 1] = choice
  end
  table.sort(rows, compare_keys)
  for i, row in ipairs(rows) do
    local keys = {}
    for place, name in ipairs(question.by) do keys[name] = row.keys[place] or nil end
    rows[i] = finished(question, row.choices, keys, row.allowed, whole)
  end
  return rows
end

-- ---- rows against the total ----

-- Whether the rows count exactly the figures of the total, each once.
local function agree(rows, whole)
  local wanted, count = ids_of(whole.figures), 0
  for _, row in ipairs(rows) do
    for _, figure in ipairs(row.figures) do
      if not wanted[figure.id] then return false end
      count = count + 1
    end
  end
  return count == #whole.figures
end

local function less(a, b)
  if not a or not b then return nil end
  return math.type(a) == "integer" and math.type(b) == "integer" and bounds.plus(a, -b) or a - b
end

-- Whether two numbers are one: the same best value, within ranges that meet (the parts of an exact whole may be round).
local function same_number(a, b)
  if a.low == b.low and a.best == b.best and a.high == b.high then return true end
  return a.best ~= nil and a.best == b.best and bounds.meet(a.low, a.high, b.low, b.high)
end

local reasons = {
  more = "the rows make less than the total: what is not broken down so",
  less = "the rows make more than the total: they overlap, or contradict it",
  open = "the rows and the total rest on different figures",
  unlike = "the rows make more than the total: of some, it leaves out what is of some areas or categories only",
  sweeps = "the rows make more than the total: it leaves out sweeps against trafficking",
  undated = "the rows make less than the total: what is not known to be of one of these years",
}

-- Why the rows make less: a figure of the total may begin before the years that the rows are of.
local function reason_for_less(question, whole)
  for _, figure in ipairs(question.by_year and whole.figures or {}) do
    if not figure.first or not figure.last then return reasons.undated end
  end
  return reasons.more
end

-- Why the rows make more: what the total leaves out.
local function reason_for_more(plain)
  if #plain.sweeps > 0 then return reasons.sweeps end
  return #plain.unlike > 0 and reasons.unlike or reasons.less
end

-- What the total has beyond the rows, as a row of its own, or nil where they agree.
local function unexplained(question, rows, whole, plain)
  if whole.refused or #whole.figures == 0 or agree(rows, whole) and not whole.exceeded_by then return nil end
  for _, row in ipairs(rows) do
    if row.refused then return nil end
  end
  if #rows == 0 then return nil end
  local together = added(rows)
  if same_number(together, whole) then return nil end
  local row = {figures = {}, low = less(whole.low, together.high), best = less(whole.best, together.best),
    high = less(whole.high, together.low), flags = {}, lacks = {}, covers = {}, currency = whole.currency}
  local sign = row.best or row.low or row.high or 0
  local more, less_ = reason_for_less(question, whole), reason_for_more(plain)
  row.unexplained = row.low and row.low > 0 and more or row.high and row.high < 0 and less_
    or sign > 0 and more or sign < 0 and less_ or reasons.open
  return row
end

-- The breaks of the series that the rows make, in their order.
local function breaks_of(used)
  local list, seen = {}, {}
  for _, choice in ipairs(used) do
    local figure = choice.figure
    if figure.status == "B" and not seen[figure.subject .. "|" .. tostring(figure.first)] then
      seen[figure.subject .. "|" .. tostring(figure.first)] = true
      list[#list + 1] = {subject = figure.subject, from = figure.first and dates.format(figure.first),
        figure = figure, note = figure.note}
    end
  end
  table.sort(list, function(a, b)
    if (a.from or "") ~= (b.from or "") then return (a.from or "") < (b.from or "") end
    return a.figure.id < b.figure.id
  end)
  return list
end

-- What may be added of some choices: all apart, and of one kind.
local function taken(question, choices, per_subject)
  local used = disjoint.take(question, choices, per_subject)
  if question.is_state then return used end
  local kept, lost = alike.kept(question, used)
  question.unlike = {}
  for i, loss in ipairs(lost) do
    question.unlike[i] = loss.choice.figure
    settled.leave_out(question, loss.choice.figure, "counts some areas or categories only, beside figures of all",
      loss.whole)
  end
  return kept
end

-- What the total is made of: the rows' own figures where nothing is grouped, else what the same question without its
-- grouping takes; of states by year, the latest.
local function taken_plain(question, plain, choices, used)
  if #question.by == 0 then return used end
  if question.is_state and question.by_year then choices = settled.of(plain) end
  return taken(plain, choices, false)
end

--- The total of an indicator. options: by, policy, period, as_of, and every filter of ops:figures.
-- Returns {indicator, policy, by, rows, total, used, left_out, breaks, unexplained}. A row has its keys by name, low,
-- best, high (nil is open or unknown), figures, refused (why its figures may not be added), covers, lacks and flags.
-- total is the same question without its grouping; where the rows make something else, the last of them, unexplained,
-- says how much and why.
function total.compute(whole, indicator, options)
  local question = questions.read(whole, indicator, options or {})
  local stated = settled.of(question)
  local choices = sweeps.kept(question, stated)
  for _, figure in ipairs(question.sweeps) do settled.leave_out(question, figure, "of a sweep against trafficking") end
  local used = taken(question, choices, question.by.subject)
  local plain = questions.ungrouped(question)
  local all = #question.by > 0 and sweeps.kept(plain, stated) or choices
  local whole_row = finished(plain, taken_plain(question, plain, all, used), {}, all)
  local rows = rows_of(question, used, choices, whole_row)
  local result = {
    indicator = question.indicator, policy = question.policy, by = question.by, rows = rows, used = used,
    left_out = question.left_out, breaks = breaks_of(used), as_of = question.as_of and dates.format(question.as_of),
    total = whole_row,
  }
  result.unexplained = #question.by > 0 and unexplained(question, rows, result.total, plain) or nil
  if result.unexplained and question.is_state and question.by_year then
    result.unexplained.unexplained = "states of several years are no parts of one, and are not added up"
  end
  rows[#rows + 1] = result.unexplained
  return result
end

return total
