-- One count under two dates: what one source says happened on a day, and others say of months or years; or a number
-- that one source prints of a calendar year and another of a fiscal year that overlaps it.
--
-- Figures of one cell that say the same number: of what happened once, one of a single day, another of a stretch of a
-- month or more that holds the day and that its source prints; of what goes on, exact numbers of at least TELLING in
-- two years that overlap and are not the same. Both can not be so, or only by a rare chance.

local facets = require "blotter.ops.figures.facets"
local phrase = require "blotter.ops.figures.phrase"

local datings = {}

local month = 28
local TELLING = 100

local function same_number(a, b)
  return a.value ~= nil and a.value == b.value and (a.low or 0) > 1
end

local function prints_period(figure)
  return not (figure.note and figure.note:find("No period is printed", 1, true))
end

local function differ(day, stretch)
  return day.period_kind == "day" and stretch.first and stretch.last and stretch.period_kind ~= "day"
    and stretch.source ~= day.source and same_number(day, stretch) and prints_period(stretch)
    and facets.length(stretch) >= month and stretch.first <= day.first and stretch.last >= day.last
end

local function is_whole(figure)
  return not figure.part_of and figure.dim_count == 0 and (not figure.area or figure.area == figure.subject_row.area)
end

local function report(found, days, stretches)
  local words, all = {}, {}
  for i, day in ipairs(days) do
    words[i] = phrase.counted(day)
    all[#all + 1], all[#all + 2] = day, stretches[i]
  end
  found:add {
    check = "datings", class = "drift", verdict = "some", figures = all, low = 0, high = 0,
    sentence = ("%s: the same %s are of %s in one source and of %s in another"):format(
      phrase.about(found.model, days[1], true), phrase.list(words), phrase.period(days[1]),
      phrase.period(stretches[1])),
  }
end

-- The figures of a cell that one source dates to a day, each with one that another source dates to a stretch.
local function collect(model, cell, by_source, order)
  for _, day in ipairs(cell) do
    for _, stretch in ipairs(is_whole(day) and cell or {}) do
      if differ(day, stretch) and not model:is_settled(day, stretch) then
        local key = day.subject .. "|" .. day.source
        if not by_source[key] then
          by_source[key] = {days = {}, stretches = {}}
          order[#order + 1] = by_source[key]
        end
        table.insert(by_source[key].days, day)
        table.insert(by_source[key].stretches, stretch)
        break
      end
    end
  end
end

local function is_year(figure)
  local days = figure.first and figure.last and facets.length(figure)
  return days and days > 360 and days < 370 and figure.low == figure.high and (figure.low or 0) >= TELLING
end

-- Whether two exact numbers are one that was put to two years which overlap.
local function differ_in_year(a, b)
  return is_year(a) and is_year(b) and a.value == b.value and a.source ~= b.source and a.first < b.first
    and b.first < a.last
end

local function check_years(found, cell)
  for _, a in ipairs(cell) do
    for _, b in ipairs(cell) do
      if differ_in_year(a, b) and is_whole(a) and not found.model:is_settled(a, b) then report(found, {a}, {b}) end
    end
  end
end

--- Runs the check; what one source dates to a day is one finding.
function datings.check(found)
  local by_source, order = {}, {}
  for _, cell in ipairs(found.model.cells) do
    if #cell > 1 and facets.happens_once(cell[1]) then
      collect(found.model, cell, by_source, order)
    elseif #cell > 1 then
      check_years(found, cell)
    end
  end
  for _, entry in ipairs(order) do report(found, entry.days, entry.stretches) end
end

return datings
