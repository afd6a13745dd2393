--- Charts over years from rows of ops:total.

local document = require "blotter.publish.document"
local cell = require "blotter.publish.formats.cell"

local yearly = {}

local FEWEST_YEARS, MOST_LINES = 3, 3
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

-- Whether all of a row's figures are those of single operations, where a series of another subject is asked for.
local function is_of_operations(row, subject)
  if not subject then return false end
  for _, figure in ipairs(row.figures) do
    if figure.subject == subject or figure.subject_row.type ~= "operation" then return false end
  end
  return #row.figures > 0
end

--- Whether a row's figures cover only some of the months of its year, or of what a subject counts only operations.
function yearly.is_part(row, subject)
  if is_of_operations(row, subject) then return true end
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

--- The cells of a series by year, from rows that may be added.
local function by_year(doc, item)
  local cells = {}
  for _, row in ipairs(item.rows) do
    local year = not row.unexplained and not row.refused and not yearly.is_fragment(row) and #row.figures > 0
      and yearly.year(row)
    if year and not cells[year] then
      local sum = doc:sum(row, doc:flags_of(row), ("%s, %d"):format(item.name, year))
      if sum and yearly.is_part(row, item.subject) then sum.hollow = true end
      cells[year] = sum
    end
  end
  return cells
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

--- The note, with what a hollow mark says where there is one.
local function note_of(list, options)
  for _, item in ipairs(list) do
    for _, value in pairs(item.values) do
      if value.hollow then
        local note = "Hollow or pale: only a part of the year, or of its operations."
        return options.note and note .. " " .. options.note or note
      end
    end
  end
  return options.note
end

--- Adds a chart of `series`, a list of {name, rows, subject}: lines where they share a scale, else small multiples.
-- Series of too few years are left out, and one of `whose` that is left alone is named in the title. Returns the block,
-- or nil where none is left. options: title, unit, note, breaks.
function yearly.add(doc, series, options)
  local list, first, last = {}, math.huge, -math.huge
  for _, item in ipairs(series) do
    local cells = by_year(doc, item)
    if count(cells) >= FEWEST_YEARS then
      list[#list + 1] = { name = item.name, whose = item.whose, cells = cells }
      for year in pairs(cells) do first, last = math.min(first, year), math.max(last, year) end
    end
  end
  if #list == 0 then return nil end
  local labels, at = {}, {}
  for year = first, last do
    labels[#labels + 1], at[#at + 1] = tostring(year), year
  end
  for i, item in ipairs(list) do
    local values = {}
    for place, year in ipairs(at) do values[place] = item.cells[year] end
    list[i] = { name = item.name, whose = item.whose, values = values }
  end
  local is_line = share_a_scale(list, #labels)
  local block = { kind = "chart", title = options.title, unit = options.unit, of = "Year",
    note = note_of(list, options),
    labels = labels, at = at, series = list, chart = is_line and "line" or "multiples" }
  if #list == 1 then
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

local function has_flag(item, wanted)
  for _, flag in ipairs(item.flags) do
    if flag == wanted then return true end
  end
  return false
end

--- Whether a change from one year to the next says anything: {flags, is_part} each, of rows of ops:total.
function yearly.may_be_compared(earlier, later)
  if earlier.is_part or later.is_part or has_flag(later, "series break") then return false end
  if has_flag(earlier, "doubtful") or has_flag(later, "doubtful") then return false end
  return has_flag(earlier, "counted differently") == has_flag(later, "counted differently")
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
