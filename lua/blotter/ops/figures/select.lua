-- The filters of ops:figures and ops:total: by subject, indicator, area, period, source and every category.
--
-- A filter is a value or a list of values. A subject also stands for what belongs to it, an area for what lies in it,
-- a code for its narrower codes; {exactly = true} switches that off. A period is text (see dates) or {first, last};
-- a figure is in it when its own period lies inside.

local dates = require "blotter.ops.figures.dates"
local diagnostics = require "blotter.ops.dataset.diagnostics"
local habits = require "blotter.errors.habits"
local model = require "blotter.ops.dataset.model"
local naming = require "blotter.ops.dataset.naming"

local select_ = {}

local columns = {"subject", "indicator", "area", "source", "publisher", "qualifier", "unit", "currency", "period_kind",
  "coverage", "status", "rank", "part_of", "split", "id"}
local names = {"period", "exactly"}
for _, name in ipairs(columns) do names[#names + 1] = name end
for _, name in ipairs(model.dimensions) do names[#names + 1] = name end
local is_name = {}
for _, name in ipairs(names) do is_name[name] = true end

local function as_list(value)
  return type(value) == "table" and value or {value}
end

-- How a column's value relates to the asked one where the asked one stands for a whole tree.
local function tree_test(whole, column, asked)
  if column == "subject" then return function(own) return whole:subject_within(own, asked) end end
  if column == "area" then return function(own) return whole:area_within(own, asked) end end
  if column == "citizenship" then return nil end
  for _, dimension in ipairs(model.dimensions) do
    if dimension == column then return function(own) return whole:code_within(own, asked) end end
  end
  return nil
end

local known_in = {subject = "subjects", indicator = "indicators", area = "areas", source = "sources",
  citizenship = "areas", publisher = "publishers", qualifier = "qualifiers"}

local is_dimension = {}
for _, name in ipairs(model.dimensions) do is_dimension[name] = true end

-- The rows among which a column's values are, and the name of their key; nil where it is of no table.
local function rows_of(whole, column)
  local name = known_in[column]
  if name then return whole.tables[name].rows, whole.tables[name].key_field end
  if not is_dimension[column] then return nil end
  local rows = {}
  for _, row in ipairs(whole.tables.codes.rows) do
    if row.dimension == column then rows[#rows + 1] = row end
  end
  return rows, whole.tables.codes.key_field
end

-- A column of few words is asked for one of them.
local function check_word(whole, column, asked)
  local field = whole.tables.figures.schema.by_name[column]
  local words, is_word = field and field.words, false
  for _, word in ipairs(words or {}) do is_word = is_word or word == asked end
  if is_word or not words then return asked end
  error(("unknown %s '%s': expected one of %s"):format(column, tostring(asked), table.concat(words, ", ")), 0)
end

--- What is asked of a column as its key; a name or an acronym stands for the key of its row.
local function key_of(whole, column, asked)
  local named = known_in[column]
  if named and whole.tables[named].index[asked] then return asked end
  local rows, key_field = rows_of(whole, column)
  if not rows then return check_word(whole, column, asked) end
  local key = naming.key(asked, rows, key_field)
  if key then return key end
  local meant = naming.meant(asked, rows, key_field)
  if meant == "" and known_in[column] then meant = naming.elsewhere end
  error(("unknown %s '%s'%s"):format(column, tostring(asked), meant), 0)
end

--- The keys that a filter's value stands for, a list.
function select_.keys(whole, column, filter)
  local keys = {}
  for i, asked in ipairs(as_list(filter)) do keys[i] = key_of(whole, column, asked) end
  return keys
end

-- The test of a column's own values that a filter stands for; what a value gave is remembered.
local function value_test(whole, column, filter, exactly)
  local tests, wanted, known = {}, {}, {}
  for _, asked in ipairs(select_.keys(whole, column, filter)) do
    wanted[asked] = true
    local test = not exactly and tree_test(whole, column, asked)
    if test then tests[#tests + 1] = test end
  end
  local function passes(own)
    if wanted[own] then return true end
    for i = 1, #tests do
      if tests[i](own) then return true end
    end
    return false
  end
  return function(own)
    if own == nil then return false end
    local answer = known[own]
    if answer == nil then
      answer = passes(own)
      known[own] = answer
    end
    return answer
  end
end

local function column_test(whole, column, filter, exactly)
  local test = value_test(whole, column, filter, exactly)
  if column == "publisher" then return function(figure) return test(figure.source_row.publisher) end end
  return function(figure) return test(figure[column]) end
end

--- A period as {first, last} from a filter's value, or an error.
function select_.period(value)
  if type(value) == "table" and type(value[1]) ~= "string" then return value end
  local period, problem = dates.period(type(value) == "table" and table.concat(value, "/") or value)
  if not period then error(problem, 0) end
  return period
end

-- What is said of a filter that is none: what stands for it, a near name, or all of them.
local function meant_filter(name, others)
  local habit = habits.answer(habits.filters, name)
  local near = diagnostics.nearest(name, names) or diagnostics.nearest(name, others)
  if near then return ": did you mean '" .. near .. "'?" end
  return habit and ": write " .. habit or " (there are: " .. table.concat(names, ", ") .. ")"
end

--- The tests that a filter stands for, without its period. `others` are names that may have been meant besides.
function select_.tests(whole, filter, others)
  local asked = {}
  for name in pairs(filter) do asked[#asked + 1] = name end
  table.sort(asked, function(a, b) return tostring(a) < tostring(b) end)
  for _, name in ipairs(asked) do
    if not is_name[name] then
      error(("unknown filter '%s'%s"):format(tostring(name), meant_filter(tostring(name), others or {})), 0)
    end
  end
  local tests = {}
  for _, name in ipairs(names) do
    local value = filter[name]
    if value ~= nil and name ~= "period" and name ~= "exactly" then
      tests[#tests + 1] = column_test(whole, name, value, filter.exactly)
    end
  end
  return tests
end

local indexed = {"indicator", "subject", "area", "source"}

-- The figures of the only value of a column that a filter lets through; nil where there are several.
local function of_one_value(whole, column, filter)
  local lists, keys = whole:figures_by(column), select_.keys(whole, column, filter[column])
  if #keys == 1 and (filter.exactly or not tree_test(whole, column, keys[1])) then return lists[keys[1]] or {} end
  local test, only = value_test(whole, column, keys, filter.exactly), nil
  for value, list in pairs(lists) do
    if test(value) then
      if only then return nil end
      only = list
    end
  end
  return only or {}
end

--- The figures among which all are that a filter lets through, in the order of the table: those of its rarest value.
function select_.candidates(whole, filter)
  local fewest = whole.figures
  for _, column in ipairs(indexed) do
    local list = filter[column] ~= nil and of_one_value(whole, column, filter)
    if list and #list < #fewest then fewest = list end
  end
  return fewest
end

local function passes(tests, figure)
  for i = 1, #tests do
    if not tests[i](figure) then return false end
  end
  return true
end

--- The figures that a filter lets through, in the order of the table. The list's field unplaced has those that pass but
-- for the period and may lie in it: a side of their own period is open, or it is not stated.
function select_.figures(whole, filter)
  local tests = select_.tests(whole, filter)
  local period = filter.period ~= nil and select_.period(filter.period)
  local found, unplaced = {}, {}
  for _, figure in ipairs(select_.candidates(whole, filter)) do
    if passes(tests, figure) then
      local own = {figure.first, figure.last}
      if not period or (figure.first or figure.last) and dates.inside(own, period) then
        found[#found + 1] = figure
      elseif not (figure.first and figure.last) and dates.overlap(own, period) then
        unplaced[#unplaced + 1] = figure
      end
    end
  end
  found.unplaced = unplaced
  return found
end

return select_
