-- A total that does not count twice, with what it used and every figure that it left out, each with its reason.
--
-- How it works, in four steps. (1) The statements that the question allows are taken; deprecated ones, those that
-- reach outside the asked period and those in other currencies stay out. (2) Competing statements of one thing are
-- settled by the policy. (3) From what remains, figures are taken in a fixed order (the asked breakdown first, wholes
-- before parts, subjects that reach far before others, wide areas before narrow ones, long periods before short ones,
-- the latest first), each only if a facet keeps it apart from everything already taken; so a part never meets its
-- whole, a phase its programme or the agency that led it, or a year the cumulative figure that contains it. (4) The
-- rows are summed as ranges, where the indicator may be added that way.

local bounds = require "blotter.ops.figures.bounds"
local dates = require "blotter.ops.figures.dates"
local facets = require "blotter.ops.figures.facets"
local groups = require "blotter.ops.figures.groups"
local model = require "blotter.ops.dataset.model"
local policy = require "blotter.ops.totals.policy"
local select_ = require "blotter.ops.figures.select"

local total = {}

local grouping = {subject = true, area = true, year = true, fiscal_year = true, source = true, currency = true}
for _, dimension in ipairs(model.dimensions) do grouping[dimension] = true end

local function words_of(text)
  local words = {}
  for word in text:gmatch "[^,%s]+" do
    if not grouping[word] then
      error(("cannot total by '%s': expected subject, area, year, fiscal_year, source, currency or a category")
        :format(word), 0)
    end
    words[#words + 1] = word
  end
  return words
end

-- ---- the keys of a row ---------------------------------------------------------------------------

-- The year in which a figure's period lies: 2013, or "FY2013" for a fiscal year, which is in no calendar year. Asked
-- for fiscal years of the United States, any period within one of them counts.
local function year_of(figure, is_fiscal)
  local first, last = figure.first, figure.last
  if not first or not last then return nil end
  if is_fiscal then
    local year = dates.civil(first + 92)
    return year == dates.civil(last + 92) and year or nil
  end
  local year, final = dates.civil(first), dates.civil(last)
  if year == final then return year end
  if figure.period_kind == "fiscal" and last - first < 367 then return "FY" .. final end
  return nil
end

local function facet_value(figure, name)
  if name == "year" then return year_of(figure, false) end
  if name == "fiscal_year" then return year_of(figure, true) end
  return figure[name]
end

-- ---- the order in which figures are considered ----------------------------------------------------

local area_width = {world = 1, region = 2, group = 2, country = 3, subdivision = 4}
local area_breadth = {country = 1, subdivision = 2, group = 3, region = 3, world = 4}

local function score(question, figure)
  local whole, asked = question.model, question.asked
  local area = figure.area and whole.tables.areas.index[figure.area].type
  local stated, extra = 0, 0
  for _, name in ipairs(question.by) do
    local value = facet_value(figure, name)
    if value ~= nil and (name ~= "area" or area_breadth[area] <= 2) then stated = stated + 1 end
  end
  for dimension in pairs(figure.dims) do
    if not asked[dimension] then extra = extra + 1 end
  end
  local width
  if asked.area then width = area and area_breadth[area] or 5 else width = area and area_width[area] or 0 end
  return {
    figure = figure, stated = stated, extra = extra, width = width,
    length = facets.length(figure), depth = whole:depth(figure.subject),
  }
end

-- The longest period that a subject has among figures of the same standing: subjects that reach far come first, so that
-- a programme's decade is not given up for one year of the agency above it or one operation below.
local function add_reach(scored)
  local reach = {}
  for _, entry in ipairs(scored) do
    local key = entry.figure.subject .. "|" .. entry.stated .. "|" .. entry.extra
    reach[key] = math.max(reach[key] or -1, entry.length)
    entry.reach_key = key
  end
  for _, entry in ipairs(scored) do entry.reach = reach[entry.reach_key] end
end

local function comes_first(a, b)
  if a.stated ~= b.stated then return a.stated > b.stated end
  if a.extra ~= b.extra then return a.extra < b.extra end
  if a.reach ~= b.reach then return a.reach > b.reach end
  if a.depth ~= b.depth then return a.depth < b.depth end
  if a.figure.subject ~= b.figure.subject then return a.figure.subject < b.figure.subject end
  if a.width ~= b.width then return a.width < b.width end
  if a.length ~= b.length then return a.length > b.length end
  local x, y = a.figure.published or -math.huge, b.figure.published or -math.huge
  if x ~= y then return x > y end
  return a.figure.id < b.figure.id
end

-- ---- why a figure is left out ---------------------------------------------------------------------

local function is_part_of(figure, other, by_id)
  local at = figure
  while at do
    if at == other then return true end
    at = at.part_of and by_id[at.part_of]
  end
  return false
end

local function overlap_reason(question, figure, used)
  local whole = question.model
  if is_part_of(figure, used, whole.by_id) then return "a part of a figure that is used" end
  if is_part_of(used, figure, whole.by_id) then return "the whole of parts that are used" end
  if figure.subject ~= used.subject then
    if whole:subject_within(figure.subject, used.subject) then
      return "a phase or part of " .. used.subject_row.name .. ", whose figure is used"
    end
    if whole:holders(figure.subject)[used.subject] then
      return "led by " .. used.subject_row.name .. ", whose figure is used and may hold it"
    end
    return "holds or may hold " .. used.subject_row.name .. ", whose figure is used"
  end
  if not facets.has_period(figure) then return "its period is not stated and may be that of a figure that is used" end
  if figure.cell == used.cell then
    return facets.length(figure) > facets.length(used) and "a cumulative figure that contains one that is used"
      or "its period overlaps that of a figure that is used"
  end
  if facets.dims_within(whole, figure, used) and whole:area_within(figure.area, used.area) then
    return "a part of a figure that is used, by its category or area"
  end
  if facets.dims_within(whole, used, figure) and whole:area_within(used.area, figure.area) then
    return "contains a figure that is used, by its category or area"
  end
  return "may overlap a figure that is used"
end

-- ---- the four steps -------------------------------------------------------------------------------

local function leave_out(question, figure, reason, instead)
  question.left_out[#question.left_out + 1] = {figure = figure, reason = reason, instead = instead}
end

-- Step 1: the statements that the question allows.
local function candidates(question, filter)
  local tests = select_.tests(question.model, filter, {"by", "policy"})
  local period, found = question.period, {}
  for _, figure in ipairs(question.model.figures) do
    local good = true
    for i = 1, #tests do
      good = good and tests[i](figure)
    end
    if good then
      if figure.rank == "deprecated" then
        leave_out(question, figure, "deprecated by the curator")
      elseif not figure.low and not figure.high and not figure.best then
        leave_out(question, figure, "its value is unknown")
      elseif not period then
        found[#found + 1] = figure
      elseif not facets.has_period(figure) then
        leave_out(question, figure, "its period is not stated")
      elseif dates.inside({figure.first, figure.last}, period) then
        found[#found + 1] = figure
      elseif dates.overlap({figure.first, figure.last}, period) then
        leave_out(question, figure, "its period reaches outside the asked one")
      end
    end
  end
  return found
end

local function is_replaced(question, figure, statements)
  for _, other in ipairs(statements) do
    local judged = other ~= figure and question.model:judgement(figure, other)
    if judged and judged.verdict == "revision" and judged.left == figure.id then return other end
    if other.source_row.supersedes == figure.source then return other end
  end
  return nil
end

-- Step 2: the statements of one cell by period, each group settled by the policy.
local function settle(question, found)
  local cells, order, settled = {}, {}, {}
  for _, figure in ipairs(found) do
    local cell = cells[figure.cell]
    if not cell then
      cell = {}
      cells[figure.cell] = cell
      order[#order + 1] = cell
    end
    cell[#cell + 1] = figure
  end
  for _, cell in ipairs(order) do
    for _, group in ipairs(groups.of(cell)) do
      local standing = {}
      for _, figure in ipairs(group) do
        local newer = #group > 1 and is_replaced(question, figure, group)
        if newer then
          leave_out(question, figure, "replaced by a revision", newer)
        else
          standing[#standing + 1] = figure
        end
      end
      local choice, lost = policy.settle(question.policy, standing)
      settled[#settled + 1] = choice
      for _, loss in ipairs(lost) do leave_out(question, loss.figure, loss.reason, loss.instead) end
    end
  end
  return settled
end

-- Step 3: a set of figures that are all apart from each other.
local function take(question, settled, per_subject)
  local scored = {}
  for i, choice in ipairs(settled) do
    local entry = score(question, choice.figure)
    entry.choice = choice
    scored[i] = entry
  end
  add_reach(scored)
  table.sort(scored, comes_first)
  local families, used = {}, {}
  for _, entry in ipairs(scored) do
    local figure = entry.figure
    local name = per_subject and figure.subject or question.model:family(figure.subject)
    if figure.currency then name = name .. "|" .. figure.currency end
    local family = families[name] or {}
    families[name] = family
    local clash
    for _, other in ipairs(family) do
      if not facets.separates(question.model, figure, other.figure) then
        clash = other.figure
        break
      end
    end
    if clash then
      leave_out(question, figure, overlap_reason(question, figure, clash), clash)
    else
      family[#family + 1] = entry.choice
      used[#used + 1] = entry.choice
    end
  end
  return used
end

-- ---- step 4: sums ---------------------------------------------------------------------------------

local function plus(a, b)
  if math.type(a) == "integer" and math.type(b) == "integer" then return bounds.plus(a, b) end
  return a + b
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
      elseif facet and not allowed[facet] then
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
  if dimension then return ("%s may not be added over %s"):format(question.indicator.name:lower(), dimension) end
  return nil
end

local function sum(question, choices)
  local refused = refusal(question, choices)
  local result = {figures = {}, refused = refused}
  for i, choice in ipairs(choices) do result.figures[i] = choice.figure end
  if refused or #choices == 0 then return result end
  local low, best, high = choices[1].low, choices[1].best, choices[1].high
  for i = 2, #choices do
    local choice = choices[i]
    low = low and choice.low and plus(low, choice.low)
    best = best and choice.best and plus(best, choice.best)
    high = high and choice.high and plus(high, choice.high)
  end
  result.low, result.best, result.high = low or nil, best or nil, high or nil
  result.currency = choices[1].figure.currency
  return result
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

local function rows_of(question, used)
  local rows, index = {}, {}
  for _, choice in ipairs(used) do
    local keys, texts = {}, {}
    for i, name in ipairs(question.by) do
      keys[i] = facet_value(choice.figure, name) or false
      texts[i] = tostring(keys[i])
    end
    local text = table.concat(texts, "\0")
    local row = index[text]
    if not row then
      row = {keys = keys, choices = {}}
      index[text] = row
      rows[#rows + 1] = row
    end
    row.choices[#row.choices + 1] = choice
  end
  table.sort(rows, compare_keys)
  for i, row in ipairs(rows) do
    local result = sum(question, row.choices)
    for place, name in ipairs(question.by) do result[name] = row.keys[place] or nil end
    rows[i] = result
  end
  return rows
end

local own_options = {by = true, policy = true, period = true}

local function read_question(whole, indicator, options)
  local row = whole.tables.indicators.index[indicator]
  if not row then select_.tests(whole, {indicator = indicator}) end
  local question = {
    model = whole, indicator = row, by = words_of(options.by or ""), policy = options.policy or "newest",
    period = options.period ~= nil and select_.period(options.period) or nil, asked = {}, left_out = {},
  }
  local known = false
  for _, name in ipairs(policy.names) do known = known or name == question.policy end
  if not known then
    error(("unknown policy '%s': expected %s"):format(tostring(question.policy), table.concat(policy.names, ", ")), 0)
  end
  for _, name in ipairs(question.by) do question.asked[name] = true end
  local filter = {indicator = indicator}
  for name, value in pairs(options) do
    if not own_options[name] then
      filter[name] = value
      question.asked[name] = true
    end
  end
  return question, filter
end

--- The total of an indicator. options: by, policy, period, and every filter of ops:figures.
-- Returns {indicator, policy, by, rows, total, used, left_out}. A row has its keys by name, low, best, high (nil is
-- open or unknown), figures, and refused (why its figures may not be added). total is the row over all that is apart.
function total.compute(whole, indicator, options)
  local question, filter = read_question(whole, indicator, options or {})
  local settled = settle(question, candidates(question, filter))
  local per_subject = question.asked.subject and options.by and (options.by):find "subject" ~= nil
  local used = take(question, settled, per_subject)
  local result = {
    indicator = question.indicator, policy = question.policy, by = question.by,
    rows = rows_of(question, used), used = used, left_out = question.left_out,
  }
  if per_subject then
    -- Rows of subjects may hold one another; the total may not.
    local plain = {model = whole, indicator = question.indicator, by = {}, asked = question.asked, left_out = {}}
    result.total = sum(plain, take(plain, used, false))
  else
    result.total = sum(question, used)
  end
  return result
end

return total
