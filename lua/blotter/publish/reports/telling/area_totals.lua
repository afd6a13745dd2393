--- The totals of an area's page, and why some are not printed: a reader takes them for the area's own numbers.

local asked = require "blotter.publish.reports.asked"
local builder = require "blotter.publish.reports.builder"

local area_totals = {}

local IS_ONE = { country = true, subdivision = true }
local FEWEST_OPERATIONS = 3

-- Whether sums of an indicator mean anything: it adds up over something, and is no share, rate or measure.
local function is_total(indicator)
  return indicator.unit ~= "percent" and indicator.unit ~= "currency" and next(indicator.adds_over) ~= nil
end

local function all(figures, holds)
  for _, figure in ipairs(figures) do
    if not holds(figure) then return false end
  end
  return true
end

-- That figures of parts make no number of something larger than a country; or nil.
local function of_parts(area, row)
  if IS_ONE[area.type] or all(row.figures, function(figure) return figure.area == area.code end) then return nil end
  return "not added: numbers of some parts of it, which do not make the whole"
end

-- The number that a figure certainly reaches.
local function least(figure) return figure.low or figure.best end

-- The largest number of one agency or statistic of the area, of which its source names no area, where it is more than
-- the total allows; or nil.
local function larger_beside(ops, area, indicator, row)
  local most, found = row.high or row.best or row.low, nil
  for _, subject in ipairs(most and ops.subjects or {}) do
    local is_beside = subject.area == area.code and subject.type ~= "operation"
    for _, figure in ipairs(is_beside and asked.by_subject(ops)[subject.id] or {}) do
      local is_like = figure.indicator == indicator.id and not figure.area and figure.dim_count == 0
        and figure.rank ~= "deprecated"
      if is_like and least(figure) and least(figure) > most then found, most = figure, least(figure) end
    end
  end
  return found
end

local function of_more(doc, area, indicator, row)
  local figure = larger_beside(doc.ops, area, indicator, row)
  if not figure then return nil end
  local words = doc.ops:words(figure)
  return ("not added: %s alone prints %s%s %s, which names no area"):format(figure.subject_row.name, words.value,
    words.period and " (" .. words.period .. ")" or "", builder.marks { doc:cite(figure.source_row) })
end

-- Says of a total that rests on a few operations only that it is no number of the area.
local function mark_few(row, cell)
  local names, seen = {}, {}
  for _, figure in ipairs(row.exceeded_by and { row.exceeded_by } or row.figures) do
    if figure.subject_row.type ~= "operation" then return end
    if not seen[figure.subject] then
      seen[figure.subject], names[#names + 1] = true, figure.subject_row.name
    end
  end
  if #names >= FEWEST_OPERATIONS then return end
  local has_one = false
  for _, flag in ipairs(cell.flags) do has_one = has_one or flag == "partial" end
  if not has_one then cell.flags[#cell.flags + 1] = "partial" end
  cell.notes[#cell.notes + 1] = ("Only of %s, so no number of all that was done there."):format(
    table.concat(names, " and "))
end

local function row_of(doc, area, indicator, policy)
  local result = asked.total(doc.ops, indicator.id, { area = area.code, policy = policy })
  local total = result.total
  if #total.figures == 0 then return nil end
  local refused = of_parts(area, total) or of_more(doc, area, indicator, total)
  if refused then return { indicator.name, nil, refused } end
  local row = doc:total_row(result, indicator.name)
  if row and row[2] then mark_few(total, row[2]) end
  return row
end

--- Adds the totals of what some figures of an area count.
function area_totals.add(doc, area, figures, policy)
  local rows = {}
  for _, indicator in ipairs(builder.indicators_of(doc.ops, figures)) do
    if is_total(indicator) then rows[#rows + 1] = row_of(doc, area, indicator, policy) end
  end
  if #rows == 0 then return end
  doc:heading(1, "What was counted")
  doc:add { kind = "table", title = "Totals that count nothing twice", rows = rows, columns = {
    { name = "indicator", title = "Counted", type = "string" },
    { name = "total", title = "What this collection has", type = "figure" },
    { name = "basis", title = "Basis", type = "string" } },
    note = "A total holds what this collection has of this area and can add: neither all that was published of it, nor "
      .. "all that happened there. Shares, rates, durations and ages are no totals, and stand among the statements." }
end

return area_totals
