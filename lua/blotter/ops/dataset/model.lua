-- The package as the library reads it: every figure with its rows resolved, its period as day numbers, its voice (the
-- release that it retells) and its cell, and indexes over them.
--
-- Added to each figure of the table:
--   best                  the value, moved into its bounds (10,001 of "more than 10,000"); nil where none is printed
--   first, last           its period as day numbers; nil is open (not known)
--   first_month, last_month   the months of first and last, counted from year 0
--   last_sure             the earliest day on which its period may end: of "since 2003", the day may not be known
--   dims, dim_count       its categories as {dimension = code}, and how many there are
--   cell                  the key of what it measures: subject, indicator, currency, area, categories; not the period
--   subject_row, indicator_row, source_row
--   voice                 id of the source that its source retells in the end (its own where it retells none)
--   published             day number of publication, or nil;  official: whether the publisher is responsible for it
--   parts                 figures that name it as their whole, or nil

local dates = require "blotter.ops.figures.dates"

local model = {}

model.dimensions = {"offence", "age_band", "sex", "citizenship", "role", "channel", "notice", "incident", "category"}

-- The period of a figure. A state has one day; a flow as of a day counts from its subject's beginning.
local function period_of(figure)
  local first = figure.period_start and dates.parse(figure.period_start)
  local last = figure.period_end and dates.parse(figure.period_end)
  local kind = figure.period_kind
  if kind == "as_of" then
    if figure.indicator_row.kind == "stock" then return last, last end
    local start = figure.subject_row.date_start
    first = start and dates.parse(start)
    if first and last and first > last then first = nil end
  end
  return first, last
end

-- The earliest day on which a period may end, where the source does not fix it to the day.
local function earliest_end(figure)
  local last, kind, precision = figure.last, figure.period_kind, figure.period_precision
  if not last or precision == "day" or kind == "calendar" or kind == "fiscal" or kind == "range" then return last end
  local year, month, day = dates.civil(last)
  if precision == "year" and month == 12 and day == 31 then return dates.day(year, 1, 1) end
  if precision == "quarter" then return dates.day(year, (month - 1) // 3 * 3 + 1, 1) end
  return day == dates.days_in_month(year, month) and dates.day(year, month, 1) or last
end

local months = {}

-- The month of a day, counted from year 0; remembered, as few days come again and again.
local function month_of(day)
  if not day then return nil end
  local month = months[day]
  if not month then
    local year, number = dates.civil(day)
    month = year * 12 + number - 1
    months[day] = month
  end
  return month
end

-- The last day on which a source may have been published.
local function latest_publication(source)
  if not source.published then return nil end
  local year, month = dates.civil(source.published)
  if source.date_precision == "year" then return dates.day(year, 12, 31) end
  if source.date_precision == "quarter" then month = (month + 2) // 3 * 3 end
  if source.date_precision ~= "day" then return dates.day(year, month, dates.days_in_month(year, month)) end
  return source.published
end

local function voice_of(sources, source)
  local seen = {}
  while source.original_source and not seen[source] do
    seen[source] = true
    source = sources[source.original_source]
  end
  return source.id
end

local function resolve_sources(tables)
  for _, source in ipairs(tables.sources.rows) do
    source.publisher_row = tables.publishers.index[source.publisher]
    source.official = source.publisher_row.official
    source.voice = voice_of(tables.sources.index, source)
    source.published = source.date_published and source.date_precision ~= "unknown"
      and dates.parse(source.date_published) or nil
    source.published_last = latest_publication(source)
  end
end

local function resolve_indicators(tables)
  for _, indicator in ipairs(tables.indicators.rows) do
    indicator.adds_over = {}
    for dimension in (indicator.additive_over or ""):gmatch "%S+" do indicator.adds_over[dimension] = true end
  end
end

-- The area as part of a cell: the whole region in which a subject works is the same as no area.
local function cell_area(figure, tables)
  local area = figure.area
  if area and area == figure.subject_row.area then
    local kind = tables.areas.index[area].type
    if kind ~= "country" and kind ~= "subdivision" then return "" end
  end
  return area or ""
end

local function best_of(figure)
  local best = figure.value
  if best and figure.low and best < figure.low then best = figure.low end
  if best and figure.high and best > figure.high then best = figure.high end
  return best
end

local function resolve_figure(figure, tables)
  local source = tables.sources.index[figure.source]
  figure.subject_row = tables.subjects.index[figure.subject]
  figure.indicator_row = tables.indicators.index[figure.indicator]
  figure.source_row = source
  figure.best = best_of(figure)
  figure.voice, figure.published, figure.official = source.voice, source.published, source.official
  figure.first, figure.last = period_of(figure)
  figure.last_sure = earliest_end(figure)
  figure.first_month, figure.last_month = month_of(figure.first), month_of(figure.last)
  local key, dims, count = {figure.subject, figure.indicator, figure.currency or "", cell_area(figure, tables)}, {}, 0
  for i, dimension in ipairs(model.dimensions) do
    local code = figure[dimension]
    key[4 + i] = code or ""
    if code then
      dims[dimension] = code
      count = count + 1
    end
  end
  figure.dims, figure.dim_count = dims, count
  figure.cell = table.concat(key, "|")
  figure.parts = nil
end

local function tie_parts(figures, by_id)
  for _, figure in ipairs(figures) do
    local whole = figure.part_of and by_id[figure.part_of]
    if whole then
      whole.parts = whole.parts or {}
      whole.parts[#whole.parts + 1] = figure
    end
  end
end

-- The chain of ids from a row up to its root by one column, itself first, with their distances.
local function ancestors(index, id, column)
  local chain, distance = {}, 0
  while id and not chain[id] do
    chain[id] = distance
    distance = distance + 1
    id = index[id] and index[id][column]
  end
  return chain
end

local Model = {}
Model.__index = Model

--- Whether area a lies in area b (or is b). No area stands for all of a subject.
function Model:area_within(a, b)
  if b == nil or a == b then return true end
  if a == nil then return false end
  return self:ancestry("areas", a, "parent")[b] ~= nil
end

--- The years of an age band: Y10T19 is 10, 19; Y_GE50 is 50 and nil (open); nil when the code is none.
function model.age_band(code)
  local from, to = code:match "^Y(%d+)T(%d+)$"
  if from then return math.tointeger(from), math.tointeger(to) end
  from = code:match "^Y_?GE(%d+)$"
  if from then return math.tointeger(from), nil end
  to = code:match "^Y_?LT(%d+)$"
  if to then return 0, math.tointeger(to) - 1 end
  to = code:match "^Y_?LE(%d+)$"
  if to then return 0, math.tointeger(to) end
  return nil, nil
end

--- Whether two age bands share a year; bands that are not of years may.
function model.ages_overlap(a, b)
  local from1, to1 = model.age_band(a)
  local from2, to2 = model.age_band(b)
  if not from1 or not from2 then return true end
  return (not to2 or from1 <= to2) and (not to1 or from2 <= to1)
end

--- Whether code a is code b or one of its narrower codes.
function Model:code_within(a, b)
  if a == b then return true end
  local from1, to1 = model.age_band(a)
  local from2, to2 = model.age_band(b)
  if from1 and from2 then return from1 >= from2 and (not to2 or (to1 and to1 <= to2)) or false end
  return self:ancestry("codes", a, "parent")[b] ~= nil
end

--- Whether subject a is subject b or belongs to it.
function Model:subject_within(a, b)
  return a == b or self:ancestry("subjects", a, "parent")[b] ~= nil
end

--- What may count a subject's figures in its own: what it belongs to and the agencies that lead it, all the way up.
-- A set of ids, the subject itself included; remembered.
function Model:holders(subject)
  local known = self.memory.holders[subject]
  if known then return known end
  local set, queue, at = {[subject] = true}, {subject}, 1
  local index = self.tables.subjects.index
  while queue[at] do
    local row = index[queue[at]]
    at = at + 1
    for _, above in ipairs {row.parent or false, row.lead or false} do
      if above and not set[above] then
        set[above] = true
        queue[#queue + 1] = above
      end
    end
  end
  self.memory.holders[subject] = set
  return set
end

--- A name that all subjects share which may hold one another, directly or through others.
function Model:family(subject)
  if not self.families then
    local parent = {}
    local function find(id)
      while parent[id] do id = parent[id] end
      return id
    end
    for _, row in ipairs(self.tables.subjects.rows) do
      for _, above in ipairs {row.parent or false, row.lead or false} do
        local a, b = find(row.id), above and find(above)
        if b and a ~= b then parent[a] = b end
      end
    end
    self.families = find
  end
  return self.families(subject)
end

--- How many steps lie between a subject and the root above it.
function Model:depth(subject)
  local deepest = 0
  for _, distance in pairs(self:ancestry("subjects", subject, "parent")) do deepest = math.max(deepest, distance) end
  return deepest
end

--- The ids above a row of a table, itself included, each with its distance; remembered.
function Model:ancestry(name, id, column)
  local memory = self.memory[name]
  local chain = memory[id]
  if not chain then
    chain = ancestors(self.tables[name].index, id, column)
    memory[id] = chain
  end
  return chain
end

--- The judgement on two figures, or nil.
function Model:judgement(a, b)
  return self.judged[a.id .. "|" .. b.id] or self.judged[b.id .. "|" .. a.id]
end

--- Whether a curator has said of two figures that they do not conflict.
function Model:is_settled(a, b)
  local judged = self:judgement(a, b)
  return judged ~= nil and judged.verdict ~= "conflict"
end

--- Resolves a loaded package. Its figures may be cut to those of a view (see ops:at) by the second argument.
function model.build(whole, figures)
  local tables = whole.tables
  figures = figures or tables.figures.rows
  resolve_sources(tables)
  resolve_indicators(tables)
  local by_id, cells, cell_order = {}, {}, {}
  for _, figure in ipairs(figures) do
    resolve_figure(figure, tables)
    by_id[figure.id] = figure
    local cell = cells[figure.cell]
    if not cell then
      cell = {}
      cells[figure.cell] = cell
      cell_order[#cell_order + 1] = cell
    end
    cell[#cell + 1] = figure
  end
  tie_parts(figures, by_id)
  local judged = {}
  for _, row in ipairs(tables.judgements.rows) do judged[row.left .. "|" .. row.right] = row end
  return setmetatable({
    package = whole, tables = tables, figures = figures, by_id = by_id, cells = cell_order, judged = judged,
    memory = {areas = {}, codes = {}, subjects = {}, holders = {}},
  }, Model)
end

return model
