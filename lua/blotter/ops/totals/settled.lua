-- The statements that a question allows, one for each cell and period, competing ones settled by its policy.

local bounds = require "blotter.ops.figures.bounds"
local dates = require "blotter.ops.figures.dates"
local facets = require "blotter.ops.figures.facets"
local groups = require "blotter.ops.figures.groups"
local policy = require "blotter.ops.totals.policy"
local select_ = require "blotter.ops.figures.select"

local settled = {}

--- Notes that a figure is left out, and why.
function settled.leave_out(question, figure, reason, instead)
  question.left_out[#question.left_out + 1] = {figure = figure, reason = reason, instead = instead}
end

local leave_out = settled.leave_out

-- The statements that pass the filter and say anything at all.
local function passing(question)
  local tests, found = select_.tests(question.model, question.filter, {"by", "policy", "as_of"}), {}
  for _, figure in ipairs(select_.candidates(question.model, question.filter)) do
    local good = true
    for i = 1, #tests do good = good and tests[i](figure) end
    if good then
      if figure.rank == "deprecated" then
        leave_out(question, figure, "deprecated by the curator")
      elseif not figure.low and not figure.high and not figure.best then
        leave_out(question, figure, "its value is unknown")
      else
        found[#found + 1] = figure
      end
    end
  end
  return found
end

local function by_cell(figures)
  return groups.by(figures, function(figure) return figure.cell end)
end

-- ---- one count under several dates ----

local function same_count(a, b)
  local says_same = a.value and a.value == b.value or a.low == b.low and a.high == b.high
  return says_same and a.source ~= b.source and a.period_kind ~= "unspecified"
    and b.period_kind ~= "unspecified" and facets.has_period(a) and facets.has_period(b)
    and dates.overlap({a.first, a.last}, {b.first, b.last})
end

-- How many voices and sources date a count as a figure does.
local function weight(figure, list)
  local sources = 0
  for _, other in ipairs(list) do
    if facets.same_period(figure, other) then sources = sources + 1 end
  end
  return sources
end

-- Whether of two tellings of one count, dated by equally many sources, the other one is kept: the narrower, else the
-- longer.
local function is_sharper(figure, other)
  local is_wider = bounds.within(other.low, other.high, figure.low, figure.high)
  local is_narrower = bounds.within(figure.low, figure.high, other.low, other.high)
  if is_wider ~= is_narrower then return is_wider end
  return facets.length(other) > facets.length(figure)
end

-- Of one count of something that happened once, told with several periods, only the telling stays that most sources
-- give; of equally many, the narrower or the longer one.
local function drop_datings(question, figures)
  local kept = {}
  for _, cell in ipairs(by_cell(figures)) do
    for _, figure in ipairs(cell) do
      local better
      for _, other in ipairs(facets.happens_once(figure) and cell or {}) do
        if same_count(figure, other) and not facets.same_period(figure, other) then
          local own, its = weight(figure, cell), weight(other, cell)
          if its > own or its == own and is_sharper(figure, other) then better = better or other end
        end
      end
      if better then
        leave_out(question, figure, "the same count, which more or better sources date otherwise", better)
      else
        kept[#kept + 1] = figure
      end
    end
  end
  return kept
end

-- ---- the asked period or day ----

-- Why a figure is not of the asked period, or nil; false when it has nothing to do with it.
local function outside(figure, period)
  if not facets.has_period(figure) then return "its period is not stated" end
  local own = {figure.first, figure.last}
  if dates.inside(own, period) then return nil end
  if not dates.overlap(own, period) then return false end
  if not figure.first and period[1] and dates.inside({period[1], figure.last}, period) then
    return "its beginning is not known and may lie before the asked period"
  end
  if not figure.last and figure.first and dates.inside({figure.first, figure.first}, period) then
    return "its end is not known and may lie after the asked period"
  end
  return "its period reaches outside the asked one"
end

local function of_period(question, figures)
  local period, kept = question.period, {}
  if not period or question.is_state then return figures end
  question.outside = {}
  for _, figure in ipairs(figures) do
    local reason = outside(figure, period)
    if reason then
      leave_out(question, figure, reason)
      if facets.has_period(figure) then table.insert(question.outside, figure) end
    elseif reason == nil then
      kept[#kept + 1] = figure
    end
  end
  return kept
end

-- The day of which a figure states something, or nil and why it states none.
local function state_day(figure)
  local kind = figure.indicator_row.kind
  if kind == "flow" and figure.period_kind ~= "since" and figure.period_kind ~= "as_of" then
    return nil, "counts a period, not a state"
  end
  local day = figure.last or figure.placed
  return day, not day and "its day is not known" or nil
end

local function later_state(a, b)
  if a.day ~= b.day then return a.day > b.day end
  return a.figure.id < b.figure.id
end

-- The latest of some states, of each year where rows are years: a set of figures.
local function latest(question, states)
  local kept, seen = {}, {}
  for _, state in ipairs(states) do
    local year = question.by_year and dates.civil(state.day) or 0
    seen[year] = seen[year] or state.day
    if seen[year] == state.day then kept[state.figure] = true end
  end
  return kept
end

-- The latest states up to the asked day, a cell at a time; the others are kept as the series behind them.
local function of_day(question, figures)
  local limit, kept = question.as_of or question.period and question.period[2], {}
  question.states = {}
  for _, cell in ipairs(by_cell(figures)) do
    local states = {}
    for _, figure in ipairs(cell) do
      local day, reason = state_day(figure)
      if not day then
        leave_out(question, figure, reason)
      elseif limit and day > limit then
        leave_out(question, figure, "a state after the asked day")
      else
        states[#states + 1] = {day = day, figure = figure}
      end
    end
    table.sort(states, later_state)
    question.states[cell[1].cell] = states
    local standing = latest(question, states)
    for _, state in ipairs(states) do
      if standing[state.figure] then
        kept[#kept + 1] = state.figure
      else
        leave_out(question, state.figure, "an earlier state", states[1].figure)
      end
    end
  end
  return kept
end

-- ---- competing statements ----

local function replaced_by(question, figure, statements)
  for _, other in ipairs(statements) do
    local judged = other ~= figure and question.model:judgement(figure, other)
    if judged and judged.verdict == "revision" and judged.left == figure.id then return other end
    if other.source_row.supersedes == figure.source then return other end
  end
  return nil
end

-- Rivals that the curator has looked at and found to count something else are no rivals.
local function unsettled(question, choice)
  local rivals = {}
  for _, rival in ipairs(choice.rivals) do
    if not question.model:is_settled(choice.figure, rival) then rivals[#rivals + 1] = rival end
  end
  return rivals
end

-- A statement that leaves a range is as narrow as the parts that its source calls complete make it.
local function refine(choice)
  local figure, sums = choice.figure, {}
  if figure.low == figure.high then return end
  for _, part in ipairs(figure.parts or {}) do
    if part.coverage == "exhaustive" and part.indicator == figure.indicator and part.rank ~= "deprecated" then
      sums[part.split or ""] = sums[part.split or ""] or {}
      table.insert(sums[part.split or ""], part)
    end
  end
  for _, parts in pairs(sums) do
    local low, high = bounds.sum(parts)
    if bounds.meet(low, high, choice.low, choice.high) then
      choice.low, choice.high = bounds.intersect(low, high, choice.low, choice.high)
    end
  end
  if choice.best and choice.low then choice.best = math.max(choice.best, choice.low) end
  if choice.best and choice.high then choice.best = math.min(choice.best, choice.high) end
end

-- A grant out of a fund is no newer count of the fund: of money of no stated period, an amount below a tenth of what
-- another statement gives is a payment of it. Returns that statement, or nil.
local function paid_from(figure, statements)
  if figure.unit ~= "currency" or facets.has_period(figure) or not figure.high then return nil end
  for _, other in ipairs(statements) do
    if other.low and other.low >= 10 * figure.high and not facets.has_period(other) then return other end
  end
  return nil
end

local function settle_group(question, group)
  local standing = {}
  for _, figure in ipairs(group) do
    local newer = #group > 1 and replaced_by(question, figure, group)
    local fund = not newer and paid_from(figure, group)
    if fund then
      leave_out(question, figure, "a small part of what another statement gives, of no stated period", fund)
    elseif newer then
      leave_out(question, figure, "replaced by a revision", newer)
    else
      standing[#standing + 1] = figure
    end
  end
  local choice, lost = policy.settle(question.policy, standing)
  choice.rivals = unsettled(question, choice)
  refine(choice)
  for _, loss in ipairs(lost) do leave_out(question, loss.figure, loss.reason, loss.instead) end
  return choice
end

-- The closed statements of a cell that fill the time from a day to the end of a whole, one after the other, or nil.
local function fills(list, whole, first)
  if first == whole.last + 1 then return true end
  for _, choice in ipairs(list) do
    local figure = choice.figure
    if figure ~= whole and figure.first == first and figure.last and figure.last <= whole.last and choice.low
      and choice.high and not facets.same_period(figure, whole) and fills(list, whole, figure.last + 1) then
      return true
    end
  end
  return false
end

-- Drops statements that are open on a side where closed ones fill all of their time: "more than 116 million" since a
-- beginning beside the count of every year.
local function drop_spanned(question, list)
  local kept = {}
  for _, cell in ipairs(groups.by(list, function(choice) return choice.figure.cell end)) do
    for _, choice in ipairs(cell) do
      local figure = choice.figure
      local is_open = #cell > 2 and not (choice.low and choice.high) and figure.first and figure.last
      if is_open and fills(cell, figure, figure.first) then
        leave_out(question, figure, "a vaguer statement of what its years make together")
      else
        kept[#kept + 1] = choice
      end
    end
  end
  return kept
end

--- The settled statements of a question: a list of {figure, low, best, high, rivals}; what is left out goes to the
-- question's left_out.
function settled.of(question)
  local figures = passing(question)
  figures = question.is_state and of_day(question, figures) or of_period(question, drop_datings(question, figures))
  local list = {}
  for _, cell in ipairs(by_cell(figures)) do
    local fits = question.is_state and not question.by_year and function() return true end or nil
    for _, group in ipairs(groups.of(cell, fits)) do list[#list + 1] = settle_group(question, group) end
  end
  return question.is_state and list or drop_spanned(question, list)
end

--- The states of which a row's figures are the latest, oldest first: {day, figure, low, best, high, is_break}; and the
-- day of the latest. For a total that is asked for as of a day.
function settled.series(question, choices)
  local series, last = {}, nil
  for _, choice in ipairs(choices) do
    local day = choice.figure.last or choice.figure.placed
    last = math.max(last or day, day)
    for _, state in ipairs(question.states[choice.figure.cell] or {}) do
      local figure = state.figure
      series[#series + 1] = {day = dates.format(state.day), figure = figure, low = figure.low, best = figure.best,
        high = figure.high, is_break = figure.status == "B" or nil, sort = state.day}
    end
  end
  table.sort(series, function(a, b)
    if a.sort ~= b.sort then return a.sort < b.sort end
    return a.figure.id < b.figure.id
  end)
  for i = #series, 1, -1 do
    if series[i].sort > last then table.remove(series, i) else series[i].sort = nil end
  end
  return series, dates.format(last)
end

return settled
