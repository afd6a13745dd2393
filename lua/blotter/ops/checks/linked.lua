-- Linked feasibility: all statements of all sources on one subject, indicator and period, and every breakdown that any
-- of them gives, at once.
--
-- A breakdown that one source gives ties the cells whatever source states their numbers. Where no values satisfy all
-- statements, a smallest set of them that conflicts is reported, unless an earlier check has said so.

local doubt = require "blotter.ops.checks.doubt"
local facets = require "blotter.ops.figures.facets"
local groups = require "blotter.ops.figures.groups"
local linear = require "blotter.ops.checks.linear"
local phrase = require "blotter.ops.figures.phrase"
local rounding = require "blotter.ops.checks.rounding"

local linked = {}

local function usable(figure)
  return figure.rank ~= "deprecated" and (figure.low or figure.high) and figure.unit ~= "percent"
    and math.tointeger(figure.low or 0) and math.tointeger(figure.high or 0) and not doubt.reason {figure}
end

-- The figures by subject, indicator and currency, where some of them are broken down.
local function buckets_of(model)
  local buckets, order = {}, {}
  for _, figure in ipairs(model.figures) do
    if figure.rank ~= "deprecated" and figure.indicator_row.step ~= 0 then
      local name = figure.subject .. "|" .. figure.indicator .. "|" .. (figure.currency or "")
      local bucket = buckets[name]
      if not bucket then
        bucket = {wholes = 0}
        buckets[name] = bucket
        order[#order + 1] = bucket
      end
      bucket[#bucket + 1] = figure
      if figure.parts then bucket.wholes = bucket.wholes + 1 end
    end
  end
  return order
end

local function variable_of(system, cell)
  local number = system.by_cell[cell]
  if not number then
    number = system.count + 1
    system.count = number
    system.by_cell[cell] = number
  end
  return number
end

-- Adds the splits of a whole as rows; a split that some source calls exhaustive is one.
local function add_rows(system, whole)
  local splits, order = {}, {}
  for _, part in ipairs(whole.parts) do
    if part.indicator == whole.indicator and part.coverage ~= "overlapping" and usable(part)
      and facets.same_period(part, whole) then
      local name = (part.split or "") .. "|" .. part.source
      local split = splits[name]
      if not split then
        split = {cells = {}, is_all = part.coverage == "exhaustive"}
        splits[name] = split
        order[#order + 1] = split
      end
      local number = variable_of(system, part.cell)
      if not split.cells[number] then
        split.cells[number] = true
        split[#split + 1] = number
      end
    end
  end
  for _, split in ipairs(order) do
    table.sort(split)
    local number = variable_of(system, whole.cell)
    local key = number .. ":" .. table.concat(split, ",")
    local row = system.by_key[key]
    if row then
      row.is_all = row.is_all or split.is_all
    elseif #split > 0 and not split.cells[number] then
      row = {whole = number, parts = split, is_all = split.is_all}
      system.by_key[key] = row
      system.rows[#system.rows + 1] = row
    end
  end
end

-- Whether a narrower statement of the same cell says what a rounded or hedged one means.
local function is_outdone(figure, group)
  for _, other in ipairs(group) do
    if other ~= figure and other.cell == figure.cell and other.low and other.high and other.low == other.high
      and figure.low ~= figure.high and rounding.repairs(figure, other) then return true end
  end
  return false
end

-- The statements about cells that take part in a breakdown, each distinct one once.
local function statements_of(found, system, group)
  local statements, seen = {}, {}
  for _, figure in ipairs(group) do
    local variable = system.by_cell[figure.cell]
    local key = ("%s|%s|%s"):format(variable, figure.low, figure.high)
    if variable and not seen[key] and not found:is_disputed(figure, true) and not is_outdone(figure, group) then
      seen[key] = true
      local low, high = rounding.range(figure)
      statements[#statements + 1] = {variable = variable, low = low, high = high, figure = figure}
    end
  end
  return statements
end

local function system_of(group)
  local indicator = group[1].indicator_row
  local system = {count = 0, by_cell = {}, by_key = {}, rows = {}, minimum = indicator.minimum,
    maximum = indicator.maximum}
  for _, figure in ipairs(group) do
    if figure.parts then add_rows(system, figure) end
  end
  return system
end

local function report(found, conflict)
  local figures, words, cells = {}, {}, {}
  table.sort(conflict, function(a, b)
    if a.figure.dim_count ~= b.figure.dim_count then return a.figure.dim_count < b.figure.dim_count end
    return a.figure.id < b.figure.id
  end)
  for i, statement in ipairs(conflict) do
    local figure = statement.figure
    figures[i] = figure
    cells[figure.cell] = true
    local label = phrase.categories(found.model, figure)
    words[i] = ("%s%s"):format(phrase.value(figure), label ~= "" and " (" .. label .. ")" or " in all")
  end
  if #words > 7 then words = table.move(words, 1, 6, 1, {[7] = ("%d more"):format(#words - 6)}) end
  local first = next(cells)
  if next(cells, first) == nil or found:is_known(figures) then return end
  found:add {
    check = "linked", class = "contradiction", verdict = "none", figures = figures, low = nil, high = nil,
    sentence = ("%s: with the breakdowns that the sources give, %s cannot all be true of %s"):format(
      phrase.about_subject(figures[1]), phrase.list(words), phrase.lower(figures[1].indicator_row.name)),
  }
end

-- Smallest conflicts one after the other, each without the first statement of the one before.
local function search(found, statements, is_feasible)
  for _ = 1, 5 do
    if is_feasible(statements) ~= false then return end
    local conflict = linear.smallest_conflict(statements, is_feasible)
    report(found, conflict)
    local rest = {}
    for _, statement in ipairs(statements) do
      if statement ~= conflict[1] then rest[#rest + 1] = statement end
    end
    statements = rest
  end
end

local function check_group(found, group)
  local system = system_of(group)
  if #system.rows == 0 then return end
  local statements = statements_of(found, system, group)
  local function propagates(list) return linear.propagates(system, list) end
  if not propagates(statements) then
    search(found, statements, propagates)
  elseif linear.interlocks(system) then
    local verdict, reason = linear.solves(system, statements)
    if verdict == nil then
      found:note(("margins of %s, %s, interlock and were not checked by a linear program: %s"):format(
        group[1].subject_row.name, phrase.lower(group[1].indicator_row.name), reason))
    elseif verdict then
      found:count("linked", "some")
    else
      search(found, statements, function(list) return linear.solves(system, list) end)
    end
  else
    found:count("linked", "some")
  end
end

--- Runs the check over all subjects and indicators that are broken down.
function linked.check(found)
  for _, bucket in ipairs(buckets_of(found.model)) do
    if bucket.wholes > 0 then
      for _, group in ipairs(groups.of(groups.where(bucket, usable))) do
        if #group > 2 then check_group(found, group) end
      end
    end
  end
end

return linked
