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
--   is_unnamed            whether it is a part that nothing of these tells from its whole
--   beside                the cell of the count of its source beside which it is "a further" one, or nil; its own cell
--                         is another then, and it is unnamed as well;  further: those beside a count, or nil
--   subject_row, indicator_row, source_row
--   voice                 id of the source that its source retells in the end (its own where it retells none)
--   published             day number of publication, or nil;  official: whether the publisher is responsible for it
--   placed                day of publication as far as evidence goes (see place_sources), or nil
--   last_placed           last, or of a figure "since" that names no last day the day on which its source is placed
--   first_early, last_late, first_late, last_early   the longest and the shortest reading of its period; they differ
--                         for a year of which the source does not say whether it is a calendar or a fiscal one
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

-- The country of an area or of what contains it, or nil.
local function country_of(areas, area)
  while area and areas[area] and areas[area].type == "subdivision" do area = areas[area].parent end
  return area
end

-- The longest and the shortest reading of a period: of a year that is not called calendar or fiscal, both years.
local function set_readings(figure, tables)
  local first, last = figure.first, figure.last
  figure.first_early, figure.first_late, figure.last_early, figure.last_late = first, first, last, last
  if figure.period_kind ~= "year" or not last then return end
  local country = country_of(tables.areas.index, figure.area or figure.subject_row.area)
  local from, to = dates.fiscal(dates.civil(last), country)
  if not from then return end
  figure.first_early, figure.first_late = math.min(first, from), math.max(first, from)
  figure.last_early, figure.last_late = math.min(last, to), math.max(last, to)
end

-- The earliest day on which a period may end, where the source does not fix it to the day.
local function earliest_end(figure)
  local last, kind, precision = figure.last, figure.period_kind, figure.period_precision
  if not last or precision == "day" or kind == "calendar" or kind == "fiscal" or kind == "range"
    or kind == "year" then return last end
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
    source.published_last = source.published and dates.latest(source.published, source.date_precision)
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
  set_readings(figure, tables)
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

-- A part that no area, category or period tells from its whole is no statement of the whole, nor of another part: it
-- measures what the package has no code for.
local function set_apart(figure, by_id)
  local whole = figure.part_of and by_id[figure.part_of]
  if whole and whole.cell == figure.cell and whole.first == figure.first and whole.last == figure.last then
    figure.is_unnamed = true
    figure.cell = figure.cell .. "|" .. figure.id
  end
end

-- The day that stands in an address, such as /2023/08/17/ or 20230817, or nil.
local function day_of_address(url)
  for year, month, day in (url or ""):gmatch "%f[%d](20%d%d)[-/]?(%d%d)[-/]?(%d?%d?)%f[%D]" do
    local found = dates.parse(("%s-%s-%02d"):format(year, month, tonumber(day) or 1))
    if found then return found end
  end
  return nil
end

-- The last day that each source speaks of as past, by its id.
local function latest_days(figures)
  local latest = {}
  for _, figure in ipairs(figures) do
    if figure.last and (not latest[figure.source] or figure.last > latest[figure.source]) then
      latest[figure.source] = figure.last
    end
  end
  return latest
end

-- The earliest day on which one of the documents that tell one release was published, by the release.
local function release_days(sources)
  local days = {}
  for _, source in ipairs(sources) do
    local day = source.published
    if day and (not days[source.voice] or day < days[source.voice]) then days[source.voice] = day end
  end
  return days
end

-- Places every source in time: by its date, within what that date leaves open not before the last day that it speaks
-- of; without a date by its address, else by the other tellings of its release, and never before that day either.
local function place_sources(data, figures)
  local sources = data.rows
  local latest, releases = latest_days(figures), release_days(sources)
  for _, source in ipairs(sources) do
    local spoken = latest[source.id]
    local day = source.published or day_of_address(source.url) or releases[source.voice] or spoken
    if day and spoken and spoken > day then day = math.min(spoken, source.published_last or spoken) end
    source.placed = day
  end
  for _, source in ipairs(sources) do
    local older, seen = source, {}
    while older.supersedes and not seen[older] and not source.published do
      seen[older] = true
      older = data.index[older.supersedes]
      source.placed = math.max(source.placed or -math.huge, older.placed or -math.huge)
    end
    if source.placed == -math.huge then source.placed = nil end
  end
  for _, figure in ipairs(figures) do
    figure.placed = figure.source_row.placed
    figure.last_placed = figure.last or figure.period_kind == "since" and figure.placed or nil
  end
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

-- A subject and all that `above` leads up to from it, as a set.
local function closure(subject, above)
  local set, queue, at = {[subject] = true}, {subject}, 1
  while queue[at] do
    for _, id in ipairs(above(queue[at])) do
      if not set[id] then
        set[id] = true
        queue[#queue + 1] = id
      end
    end
    at = at + 1
  end
  return set
end

local function remembered(memory, subject, above)
  local set = memory[subject]
  if not set then
    set = closure(subject, above)
    memory[subject] = set
  end
  return set
end

-- What a subject belongs to and the agency that leads it.
local function line_above(self, id)
  local row, list = self.tables.subjects.index[id], {}
  list[#list + 1] = row.parent
  list[#list + 1] = row.lead
  return list
end

--- What a subject belongs to and the agencies that lead it, all the way up: a set of ids, itself included; remembered.
function Model:lineage(subject)
  return remembered(self.memory.lineage, subject, function(id) return line_above(self, id) end)
end

--- What may count a subject's figures in its own: its lineage, and what a link says may contain one of these.
-- A set of ids, the subject itself included; remembered.
function Model:holders(subject)
  return remembered(self.memory.holders, subject, function(id)
    local list = line_above(self, id)
    return table.move(self.containers[id] or {}, 1, #(self.containers[id] or {}), #list + 1, list)
  end)
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
      for above in pairs(self:holders(row.id)) do
        local a, b = find(row.id), find(above)
        if a ~= b then parent[a] = b end
      end
    end
    self.families = find
  end
  return self.families(subject)
end

--- How many subjects may count a subject's figures in theirs, itself included: what holds others has fewer.
function Model:count_holders(subject)
  local count = 0
  for _ in pairs(self:holders(subject)) do count = count + 1 end
  return count
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

--- Whether two changes are against different figures, by the relations that say so: then they are no rivals.
function Model:differ_in_base(a, b)
  if not self.bases then
    self.bases = {}
    for _, relation in ipairs(self.tables.relations.rows) do
      local base = relation.type == "change" and relation.figure and relation.right and self.by_id[relation.right]
      if base then self.bases[relation.figure] = base end
    end
  end
  local one, two = self.bases[a.id], self.bases[b.id]
  return one ~= nil and two ~= nil and (one.first ~= two.first or one.last ~= two.last)
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

--- The figures of each value of a column, in the order of the table; remembered.
function Model:figures_by(column)
  local lists = self.memory.figures[column]
  if lists then return lists end
  lists = {}
  for _, figure in ipairs(self.figures) do
    local value = figure[column]
    if value ~= nil then
      lists[value] = lists[value] or {}
      table.insert(lists[value], figure)
    end
  end
  self.memory.figures[column] = lists
  return lists
end

-- The subjects that a link says may contain a subject, by its id.
local function containers_of(links)
  local containers = {}
  for _, link in ipairs(links) do
    if link.role == "may_contain" then
      containers[link.to] = containers[link.to] or {}
      table.insert(containers[link.to], link.from)
    end
  end
  return containers
end

-- Notes a further count with each count of its source beside which it stands: of the same cell and period.
local function set_beside(figure, of_source)
  for _, other in ipairs(of_source) do
    if other.cell == figure.cell and other.first == figure.first and other.last == figure.last and not other.part_of
      and other.qualifier ~= figure.qualifier then
      other.further = other.further or {}
      table.insert(other.further, figure)
      figure.beside = figure.cell
    end
  end
end

-- A further count of a source is no statement of the count beside it: both are added.
local function set_all_beside(figures)
  local further, sources = {}, {}
  for _, figure in ipairs(figures) do
    figure.further, figure.beside = nil, nil
    if figure.qualifier == "a further" and not figure.part_of then
      further[#further + 1] = figure
      sources[figure.source] = {}
    end
  end
  for _, figure in ipairs(#further > 0 and figures or {}) do
    if sources[figure.source] then table.insert(sources[figure.source], figure) end
  end
  for _, figure in ipairs(further) do set_beside(figure, sources[figure.source]) end
  for _, figure in ipairs(further) do
    if figure.beside then figure.is_unnamed, figure.cell = true, figure.cell .. "|" .. figure.id end
  end
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
  end
  set_all_beside(figures)
  for _, figure in ipairs(figures) do
    set_apart(figure, by_id)
    local cell = cells[figure.cell]
    if not cell then
      cell = {}
      cells[figure.cell] = cell
      cell_order[#cell_order + 1] = cell
    end
    cell[#cell + 1] = figure
  end
  tie_parts(figures, by_id)
  place_sources(tables.sources, figures)
  local judged = {}
  for _, row in ipairs(tables.judgements.rows) do judged[row.left .. "|" .. row.right] = row end
  return setmetatable({
    package = whole, tables = tables, figures = figures, by_id = by_id, cells = cell_order, judged = judged,
    containers = containers_of(tables.links.rows),
    memory = {areas = {}, codes = {}, subjects = {}, holders = {}, lineage = {}, figures = {}},
  }, Model)
end

return model
