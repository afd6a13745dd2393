--- Charts over years from rows of ops:total.

local cell = require "blotter.publish.formats.cell"
local comparable = require "blotter.publish.reports.comparable"
local document = require "blotter.publish.document"

local yearly = {}

--- The fewest years that make a chart.
yearly.FEWEST = 3

local MOST_LINES = 3
--- How much larger than another a series of one scale may be.
local WIDEST = 30

--- The year at which a row stands: a fiscal year at the one in which it ends. Nil for no year.
function yearly.year(row)
  local year = row.year or row.fiscal_year
  if math.type(year) then return year end
  local first, last = tostring(year):match "^FY(%d%d%d%d)/?(%d*)"
  if not first then return nil end
  if last == "" then return tonumber(first) end
  return tonumber(first:sub(1, 4 - #last) .. last)
end

--- Whether all of a row's figures are those of single operations, where a series of another subject is asked for.
function yearly.is_of_operations(row, subject)
  if not subject then return false end
  for _, figure in ipairs(row.figures) do
    if figure.subject == subject or figure.subject_row.type ~= "operation" then return false end
  end
  return #row.figures > 0
end

--- Whether a row's figures cover only some of the months of its year, or of what a subject counts only operations.
function yearly.is_part(row, subject)
  if yearly.is_of_operations(row, subject) then return true end
  local months = row.covers and row.covers.months
  return months ~= nil and months.covered ~= nil and months.asked ~= nil and months.covered < months.asked
end

--- Whether a row's figures are of single days or less than half of its year, or of only some months of some areas,
-- categories or parts: then it is not the number of that year.
function yearly.is_fragment(row)
  local covers = row.covers or {}
  local months = covers.months
  if not months or not months.first or not months.last then return false end
  if months.asked == 0 then return months.first == months.last end
  if months.covered >= months.asked then return false end
  return months.covered * 2 < months.asked or (covers.categories or covers.areas or covers.subjects) ~= nil
end

--- A row of ops:total as a point of a series: its flags as readers see them, and whether it is a part of its year only.
function yearly.point(doc, row, subject)
  return { row = row, flags = doc:flags_of(row), is_part = yearly.is_part(row, subject) }
end

--- The points of a series by year, from rows that may be added: {row, flags, is_part, cell}.
local function by_year(doc, item)
  local points = {}
  for _, row in ipairs(item.rows) do
    local year = not row.unexplained and not row.refused and not yearly.is_fragment(row) and #row.figures > 0
      and yearly.year(row)
    if year and not points[year] then
      local point = yearly.point(doc, row, item.subject)
      point.cell = doc:sum(row, point.flags, ("%s, %d"):format(item.name, year))
      if point.cell then points[year] = point end
    end
  end
  return points
end

-- The cells of a series at its places; why some are open goes to the set `why`. One that is no more than a part of its
-- year, or in doubt, is hollow, and one that does not count the same as its neighbour before stands apart from it.
local function cells_at(points, at, why)
  local values, earlier = {}, nil
  for place, year in ipairs(at) do
    local point = points[year]
    if point then
      local reason = comparable.open(point)
      if reason then why[reason] = true end
      values[place] = point.cell
      point.cell.hollow = reason ~= nil or nil
      point.cell.apart = earlier ~= nil and not comparable.are(earlier, point)
      earlier = point
    end
  end
  return values
end

local function count(cells)
  local n = 0
  for _ in pairs(cells) do n = n + 1 end
  return n
end

local function largest(series, years)
  return cell.largest(series.values, years)
end

--- Whether several series can be read on one scale.
local function share_a_scale(list, years)
  if #list > MOST_LINES then return false end
  local low, high = math.huge, 0
  for _, series in ipairs(list) do
    local size = largest(series, years)
    low, high = math.min(low, size), math.max(high, size)
  end
  return high <= low * WIDEST
end

local function break_places(breaks, first)
  local places, seen = {}, {}
  for _, item in ipairs(breaks or {}) do
    local year = item.from and math.tointeger(tonumber(item.from:sub(1, 4)))
    local place = year and year - first + 1
    if place and place > 1 and not seen[place] then
      seen[place] = true
      places[#places + 1] = place
    end
  end
  table.sort(places)
  return places
end

local OPEN = { part = "only a part of the year, or of what is counted", doubtful = "a doubtful number",
  contradicted = "a number that another source contradicts" }

--- The note, with what a hollow mark says where there is one, and that neighbours are not joined.
local function note_of(list, options, is_line, why)
  local reasons, is_apart = {}, false
  for _, item in ipairs(list) do
    for _, value in pairs(item.values) do is_apart = is_apart or value.apart end
  end
  for _, name in ipairs { "part", "doubtful", "contradicted" } do
    if why[name] then reasons[#reasons + 1] = OPEN[name] end
  end
  local parts = {}
  if #reasons > 0 then parts[1] = ("Hollow or pale: %s."):format(table.concat(reasons, ", or ")) end
  if is_apart then
    parts[#parts + 1] = is_line and "Points that are not joined do not count the same, and are not compared."
      or "Columns with a dashed line between them do not count the same, and are not compared."
  end
  parts[#parts + 1] = options.note
  return #parts > 0 and table.concat(parts, " ") or nil
end

--- Adds a chart of `series`, a list of {name, rows, subject}: lines where they share a scale, else small multiples.
-- Series of too few years are left out, and one of `whose` that is left alone is named in the title. Returns the block,
-- or nil where none is left. options: title, unit, note, breaks, named (also a
-- series alone keeps its name).
function yearly.add(doc, series, options)
  local list, first, last = {}, math.huge, -math.huge
  for _, item in ipairs(series) do
    local points = by_year(doc, item)
    if count(points) >= yearly.FEWEST then
      list[#list + 1] = { name = item.name, whose = item.whose, points = points }
      for year in pairs(points) do first, last = math.min(first, year), math.max(last, year) end
    end
  end
  if #list == 0 then return nil end
  local labels, at, why = {}, {}, {}
  for year = first, last do
    labels[#labels + 1], at[#at + 1] = tostring(year), year
  end
  for i, item in ipairs(list) do
    list[i] = { name = item.name, whose = item.whose, values = cells_at(item.points, at, why) }
  end
  local is_line = share_a_scale(list, #labels)
  local block = { kind = "chart", title = options.title, unit = options.unit, of = "Year",
    note = note_of(list, options, is_line, why),
    labels = labels, at = at, series = list, chart = is_line and "line" or "multiples" }
  if #list == 1 and not options.named then
    block.series, block.values = nil, list[1].values
    if list[1].whose then block.title = ("%s: %s only"):format(options.title, list[1].whose) end
  end
  if is_line then
    local breaks = break_places(options.breaks, first)
    if #breaks > 0 and #list == 1 then block.breaks = breaks end
  else
    block.free = true
    if #list > 1 then
      block.note = "Each panel has a scale of its own." .. (block.note and " " .. block.note or "")
    end
  end
  return doc:add(block)
end

--- The rows of a total by subject and year as series for yearly.add, those with most years first. `most` is how many.
function yearly.subjects(ops, result, most)
  local list, by_id = {}, {}
  for _, row in ipairs(result.rows) do
    if row.subject and not row.unexplained then
      local item = by_id[row.subject]
      if not item then
        local name = ops:row("subjects", row.subject).name
        item = { name = name, whose = name, rows = {} }
        by_id[row.subject] = item
        list[#list + 1] = item
      end
      table.insert(item.rows, row)
    end
  end
  table.sort(list, function(a, b)
    if #a.rows ~= #b.rows then return #a.rows > #b.rows end
    return a.name < b.name
  end)
  for i = #list, most + 1, -1 do list[i] = nil end
  return list
end

-- The dimension in which the figures of a series differ, where each of its years is of some categories only and not of
-- the same ones; nil else.
local function dimension_of(rows)
  local codes, is_mixed, before = {}, false, nil
  for _, row in ipairs(rows) do
    local categories = row.covers and row.covers.categories
    if not row.unexplained and #row.figures > 0 then
      if not categories then return nil end
      local text = table.concat(categories, "; ")
      is_mixed, before = is_mixed or before ~= nil and text ~= before, text
      for _, figure in ipairs(row.figures) do
        for dimension, code in pairs(figure.dims) do codes[dimension .. "\0" .. code] = dimension end
      end
    end
  end
  local counts, found = {}, nil
  for _, dimension in pairs(codes) do counts[dimension] = (counts[dimension] or 0) + 1 end
  for dimension, number in pairs(counts) do
    if number > 1 and (not found or dimension < found) then found = dimension end
  end
  return is_mixed and found or nil
end

-- The categories of a figure in words, without its area.
local function category_name(ops, figure)
  local area, label = figure.area and ops:row("areas", figure.area), ops:label(figure)
  local suffix = area and ", " .. area.name or ""
  return suffix ~= "" and label:sub(-#suffix) == suffix and label:sub(1, -#suffix - 1) or label
end

--- The rows of a subject's total by year as series for yearly.add: one, or one for each category where the years are
-- not of the same categories, and the dimension of these. `filter` are the options of ops:total.
function yearly.categories(ops, indicator, result, filter)
  local dimension = dimension_of(result.rows)
  if not dimension then return { { name = indicator.name, rows = result.rows } } end
  filter.by = dimension .. ", year"
  local list, by_code = {}, {}
  for _, row in ipairs(ops:total(indicator.id, filter).rows) do
    local code = not row.unexplained and row[dimension]
    if code then
      by_code[code] = by_code[code] or { name = category_name(ops, row.figures[1]), rows = {} }
      if #by_code[code].rows == 0 then list[#list + 1] = by_code[code] end
      table.insert(by_code[code].rows, row)
    end
  end
  return list, dimension
end

--- The change from one cell to a later one in percent, with its bounds; nil where neither end is known.
function yearly.change(before, after)
  if not before or not after then return nil end
  local low, best, high = document.value(before.low), document.value(before.best), document.value(before.high)
  local function percent(new, old)
    if not new or not old or old <= 0 then return nil end
    return math.floor((new / old - 1) * 1000 + 0.5) / 10
  end
  local change = { low = percent(document.value(after.low), high), high = percent(document.value(after.high), low),
    best = percent(document.value(after.best), best), flags = { "computed" }, sources = {} }
  if not (change.low or change.high or change.best) then return nil end
  return change
end

return yearly
