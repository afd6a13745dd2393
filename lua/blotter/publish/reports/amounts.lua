--- Amounts of money: who gives how much to whom, for when; and what a funder gave in a year, where that may be added.
-- Two currencies are never added, nor what no source dates, nor two amounts of one funder for one recipient and year.


local cells = require "blotter.publish.formats.cell"

local amounts = {}

-- The subject that funds another one, as a link says: that of the same source, of the figure's area, or the only one.
local function funder_of(ops, figure)
  local of_area, only, count = nil, nil, 0
  for _, link in ipairs(ops:rows "links") do
    if link.role == "funds" and link.to == figure.subject then
      local funder = ops:row("subjects", link.from)
      if link.source == figure.source then return funder end
      if figure.area and funder.area == figure.area then of_area = funder end
      if funder ~= only then only, count = funder, count + 1 end
    end
  end
  return of_area or count == 1 and only or nil
end

-- How long what is paid for lasts, in the words of the same source.
local function lasts(ops, figure)
  for _, id in ipairs { "duration_years", "duration_months" } do
    for _, other in ipairs(ops:figures { subject = figure.subject, indicator = id }) do
      if other.source == figure.source then
        return ("%s %s"):format(ops:words(other).value, id:match "_(%a+)$")
      end
    end
  end
  return nil
end

-- What a reader must know of a row: that its amount stands above, too; what the curator says first of its recipient.
local function remark(item)
  local note = item.figure.subject_row.note
  local parts = { item.again and "perhaps the amount above again" or nil }
  parts[#parts + 1] = note and note ~= "" and note:match "^[^.:]+" or nil
  return #parts > 0 and table.concat(parts, "; ") or nil
end

local function are_alike(a, b)
  return a.low and b.low and a.low <= (b.high or math.huge) and b.low <= (a.high or math.huge)
end

-- Whether a figure says again what one before it says of the same funder and recipient.
local function says_again(list, at)
  for i = 1, at - 1 do
    local a, b = list[i], list[at]
    if a.funder == b.funder and a.figure.subject == b.figure.subject and a.figure.currency == b.figure.currency
      and a.period == b.period and are_alike(a.figure, b.figure) then return true end
  end
  return false
end

--- The amounts, {figure, funder, period, again} each, by funder, currency and time.
function amounts.list(ops)
  local list = {}
  for i, figure in ipairs(ops:figures { indicator = "funding" }) do
    list[i] = { figure = figure, funder = funder_of(ops, figure), period = ops:words(figure).period }
  end
  local function key(item)
    return ("%s\0%s\0%s\0%012d"):format(item.funder and item.funder.name or "\255", item.figure.currency,
      item.figure.subject_row.name, item.figure.published or 0)
  end
  table.sort(list, function(a, b)
    local x, y = key(a), key(b)
    if x ~= y then return x < y end
    return a.figure.id < b.figure.id
  end)
  for at, item in ipairs(list) do item.again = says_again(list, at) end
  return list
end

local UNSAID = "not said"

-- For when an amount is, and for how long.
local function time_of(ops, item)
  local long = lasts(ops, item.figure)
  return long and ("%s; %s"):format(item.period or UNSAID, long) or item.period or UNSAID
end

--- Adds the table of all amounts.
function amounts.add(doc, list)
  local ops, rows, ids = doc.ops, {}, {}
  for i, item in ipairs(list) do
    local figure = item.figure
    local value = doc:figure(figure, doc:statement_flags(figure))
    value.period = nil
    ids[i] = figure.id
    rows[i] = { item.funder and item.funder.name or UNSAID, figure.subject_row.name, value,
      time_of(ops, item), ops:published(figure.source_row),
      remark(item) }
  end
  doc:add { kind = "table", title = "Amounts, by funder", rows = rows, statements = ids, columns = {
    { name = "funder", title = "Funder", type = "string" }, { name = "subject", title = "Recipient", type = "string" },
    { name = "value", title = "Amount", type = "figure" }, { name = "period", title = "For when", type = "string" },
    { name = "published", title = "Printed", type = "string" },
    { name = "remark", title = "Remark", type = "string" } }, may_lack = { remark = true },
    note = "An amount announced or granted is not an amount paid. Where no period is said, the day of the source is "
      .. "not that of the money." }
end

-- The amounts of one funder, currency and period, each once.
local function groups_of(list)
  local groups, by_key = {}, {}
  for _, item in ipairs(list) do
    local key = ("%s\0%s\0%s"):format(item.funder and item.funder.id or "", item.figure.currency, item.period or "")
    if not by_key[key] then
      by_key[key] = { funder = item.funder, currency = item.figure.currency, period = item.period, figures = {} }
      groups[#groups + 1] = by_key[key]
    end
    if not item.again then table.insert(by_key[key].figures, item.figure) end
  end
  return groups
end

-- Why the amounts of a group are not added, or nil.
local function refusal(group)
  local seen = {}
  if #group.figures < 2 then return nil end
  if not group.funder then return "who paid is not said" end
  if not group.period then return "for when they are is not said, so one may be a part of another" end
  for _, figure in ipairs(group.figures) do
    if seen[figure.subject] then return "several amounts for one recipient; one may be a part of another" end
    seen[figure.subject] = true
  end
  return nil
end

local function sum_of(doc, group, label)
  local row = { figures = group.figures, flags = {}, low = 0, high = 0, best = 0 }
  for _, figure in ipairs(group.figures) do
    for _, field in ipairs { "low", "best", "high" } do
      row[field] = row[field] and figure[field] and row[field] + figure[field] or nil
    end
  end
  local value = doc:sum(row, doc:flags_of(row), label)
  if not value then return nil end
  if #group.figures > 1 then
    value.words = ("%s %s"):format(group.currency, cells.number(row.best or row.low))
  end
  value.period = nil
  return value
end

local function words_of_all(ops, figures)
  local words = {}
  for i, figure in ipairs(figures) do words[i] = ops:words(figure).value end
  return table.concat(words, "; ")
end

--- Adds what each funder gave in each period and currency, added up where that may be, else with the reason.
function amounts.add_totals(doc, list)
  local rows = {}
  for i, group in ipairs(groups_of(list)) do
    local name, why = group.funder and group.funder.name or UNSAID, refusal(group)
    local period = group.period or UNSAID
    local value = not why and sum_of(doc, group, ("%s, %s, %s"):format(name, group.currency, period))
    rows[i] = { name, group.currency, period, value or nil,
      why and ("not added: %s (%s)"):format(why, words_of_all(doc.ops, group.figures)) or nil }
  end
  if #rows == 0 then return end
  doc:add { kind = "table", title = "Totals by funder, currency and period", rows = rows, columns = {
    { name = "funder", title = "Funder", type = "string" }, { name = "currency", title = "Currency", type = "string" },
    { name = "period", title = "For when", type = "string" }, { name = "value", title = "Total", type = "figure" },
    { name = "why", title = "Why none", type = "string" } }, may_lack = { value = true, why = true },
    note = "Currencies are not converted and not added. A fiscal year is named as one, by the year in which it ends." }
end

return amounts
