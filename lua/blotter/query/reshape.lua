--- Reshaping: columns from rows and rows from columns, missing rows, and columns by name.

local arguments = require "blotter.errors.arguments"
local bind = require "blotter.lang.bind"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local frame = require "blotter.query.frame"
local lexer = require "blotter.lang.lexer"
local parser = require "blotter.lang.parser"
local query = require "blotter.query.verbs"
local schema = require "blotter.tables.schema"
local source = require "blotter.lang.source"
local suggest = require "blotter.errors.suggest"

local MOST_COLUMNS = 2000 -- that a pivot makes
local LONGEST_NAME = 200 -- of its columns, in bytes

local quoted = lexer.backquoted

local function quoted_list(names)
  local parts = {}
  for i, name in ipairs(names) do parts[i] = quoted(name) end
  return table.concat(parts, ", ")
end

-- A list of names in which one such as Arrests_* stands for all columns that are called like that.
local function spelled_out(scope, text, verb)
  if type(text) ~= "string" then return text end -- names that were built
  return (text:gsub("[^,]+", function(item)
    local like = item:match "^%s*([^`()]-)%s*$"
    if not like or not like:find("*", 1, true) or like == "*" then return item end
    local pattern, names = "^" .. like:gsub("%p", "%%%0"):gsub("%%%*", ".*") .. "$", {}
    for _, name in ipairs(scope.names) do
      if name:find(pattern) then names[#names + 1] = quoted(name) end
    end
    if #names == 0 then fail("%s: no column is called like %s", verb, like) end
    return table.concat(names, ", ")
  end))
end

--- The names of columns in a text such as "a, b", each of which the query has.
local function columns_in(q, text, verb)
  local scope, names = query.scope(q), {}
  for i, item in ipairs(parser.list(spelled_out(scope, query.check_text(text, verb), verb))) do
    if item.star then source.fail_at(item, ("%s: names of columns expected"):format(verb)) end
    if not scope.columns[item.name] or item.named then
      source.fail_at(item, ("%s: unknown column '%s'%s"):format(verb, item.name,
        suggest.phrase(item.name, scope.names)))
    end
    names[i] = item.name
  end
  return names
end

local function set_of(names)
  local set = {}
  for _, name in ipairs(names) do set[name] = true end
  return set
end

--- The query with its columns under these names; nil leaves one out.
local function renamed(q, name_of)
  local columns, seen = { slots = {}, items = {} }, {}
  for number, old in ipairs(query.scope(q).names) do
    local name = name_of(old)
    if name then
      if seen[name] then fail("rename: two columns named '%s'", name) end
      seen[name] = true
      columns.slots[#columns.slots + 1] = bind.column(number)
      table.move({ name, #columns.slots }, 1, 2, #columns.items + 1, columns.items)
    end
  end
  return query.append(q, "project", columns)
end

-- ---- columns by name ----

--- New names for columns, which stay where they are: `rename "place = country, m = n"`.
function query:rename(text, second)
  if type(second) == "string" then fail('rename: write "%s = %s"', second, tostring(text)) end
  query.ready(self, "rename")
  local scope, new = query.scope(self), {}
  for _, item in ipairs(parser.list(query.check_text(text, "rename", self))) do
    if item.star or not item.named or item.node.kind ~= "column" then
      if item.named then bind.check_constant(item.node, scope) end
      source.fail_at(item, "rename: 'new = old' expected")
    end
    local old = item.node.name
    if not scope.columns[old] then
      source.fail_at(item.node, ("unknown column '%s'%s"):format(old, suggest.phrase(old, scope.names)))
    end
    new[old] = item.name
  end
  return renamed(self, function(old) return new[old] or old end)
end

--- All columns but those named.
function query:drop(text)
  query.ready(self, "drop")
  local gone = set_of(columns_in(self, text, "drop"))
  local left = false
  for _, name in ipairs(query.scope(self).names) do left = left or not gone[name] end
  if not left then fail("drop: no column would be left") end
  return renamed(self, function(name) return not gone[name] and name or nil end)
end

-- ---- a part of the rows ----

--- The first `n` rows, ten by default.
function query:head(n)
  return self:limit(query.check_whole(n or 10, "head"))
end

--- The last `n` rows, ten by default, in their order. The rows are counted when this is called.
function query:tail(n)
  n = n or 10
  local whole = math.type(n) and math.tointeger(n)
  if not whole or whole < 0 then fail("tail expects a whole number from 0 on, got %s", arguments.shown(n)) end
  return self:skip(math.max(0, query.ready(self, "tail"):count() - whole))
end

-- ---- pivot ----

--- Copies of items under names of our own: "#c1", "#c2", …
local function hidden(items, prefix)
  local out = {}
  for i, item in ipairs(items) do
    if item.star then source.fail_at(item, "'*' cannot stand in a pivot") end
    out[i] = { name = prefix .. i, node = item.node, text = item.text, first = item.first, last = item.last,
      named = true }
  end
  return out
end

local function names_of(items)
  local names = {}
  for i, item in ipairs(items) do names[i] = item.name end
  return names
end

local function joined(...)
  local out = {}
  for _, list in ipairs { ... } do table.move(list, 1, #list, #out + 1, out) end
  return out
end

--- The value of each row and column, as a frame: "#r" and "#c" are 1 where all rows, all columns are together.
local function cells_of(q, rows, cols, values, params, totals)
  local all, sets, numbers = joined(rows, cols), nil, {}
  for i = 1, #all do numbers[i] = i end
  if totals then
    sets = { numbers, table.move(numbers, 1, #rows, 1, {}), table.move(numbers, #rows + 1, #all, 1, {}), {} }
    if #rows == 0 then sets = { numbers, {} } end
  end
  local items = joined(values)
  if totals then
    for name, key in pairs { ["#r"] = rows[1], ["#c"] = cols[1] } do
      items[#items + 1] = { name = name, named = true,
        node = parser.expression(("grouping(%s)"):format(quoted(key.name))) }
    end
    table.sort(items, function(a, b) return a.name < b.name end)
  end
  local cells = query.aggregate(query.keyed(q, all, params, sets), items, params)
  if not totals then cells = cells:derive "`#r` = 0, `#c` = 0" end
  if #rows == 0 then cells = cells:derive "`#r` = 0" end
  return cells:collect()
end

--- The columns to be, in the order of their values, numbered in "#n"; and their texts.
local function places_of(cells, cols)
  local keys = joined({ "#c" }, names_of(cols))
  local list = quoted_list(keys)
  local places = cells:query():distinct(list):order(list):window { derive = "`#n` = row_number()" }:collect()
  if #places > MOST_COLUMNS then
    fail("pivot: cols has %d different values, more than %d", #places, MOST_COLUMNS)
  end
  return places, places:texts(), list
end

--- The first LONGEST_NAME bytes of a longer text, and no part of a character.
local function shortened(name)
  local last = LONGEST_NAME
  if #name <= last then return name end
  while last > 0 and (name:byte(last + 1) & 0xC0) == 0x80 do last = last - 1 end
  return name:sub(1, last) .. "…"
end

--- The name of the column at place `row`: the texts of its values, joined by "_".
local function name_at(texts, row, value, taken)
  local parts = {}
  if texts[1].cells[row] == "1" then
    parts[1] = "total"
  else
    for c = 2, #texts - 1 do parts[#parts + 1] = texts[c].cells[row] end
  end
  parts[#parts + 1] = value
  local name, n = table.concat(parts, "_"), 1
  if name == "" then name = "empty" end
  name = shortened(name)
  local whole = name
  while taken[whole] do
    n = n + 1
    whole = name .. "_" .. n
  end
  taken[whole] = true
  return whole
end

--- One aggregate a column: the value of its only cell, or `fill` where there is none.
local function column_items(places, texts, values, taken, fill)
  local parts = {}
  for row = 1, #places do
    for v, value in ipairs(values) do
      local name = name_at(texts, row, #values > 1 and value.name or nil, taken)
      local cell = ("first_if(`#v%d`, `#n` == %d)"):format(v, row)
      if fill ~= nil then cell = ("if(any(`#n` == %d), %s, $fill)"):format(row, cell) end
      parts[#parts + 1] = quoted(name) .. " = " .. cell
    end
  end
  return table.concat(parts, ", ")
end

local KINDS = { integer = "int64", float = "float64", string = "string", boolean = "bool" }

--- Refuses a `fill` that is of another type than a value.
local function check_fill(cells, values, fill)
  local kind = KINDS[math.type(fill) or type(fill)]
  local types = {}
  for _, column in ipairs(cells:columns()) do types[column.name] = column.type end
  for i, value in ipairs(values) do
    local own = types["#v" .. i]
    local is_text_date = kind == "string" and (own == "date" or own == "timestamp")
    if not kind or not core.common_type(own, kind) and not is_text_date then
      fail("pivot: fill is %s, and %s is %s", arguments.shown(fill), value.name, own)
    end
  end
end

--- The row of totals is called so where its first key is a text.
local function with_total_name(q, name)
  local scope = query.scope(q)
  if scope.types[scope.columns[name]] ~= "string" then return q end
  return q:derive(("%s = if(`#r` == 1, 'total', %s)"):format(quoted(name), quoted(name)))
end

--- A column for each value of `cols`, a row for each of `rows`: `t:pivot {rows = "country", cols = "year(received)",
-- value = "sum(n)"}`. The columns stand in the order of their values and are called by them; of several "2012_n".
-- totals: a column and a row "total", computed from the rows themselves; fill: what stands where there is no row; a
-- null of the data stays one. The groups are computed when this is called, for the columns are the data's.
function query:pivot(options)
  query.ready(self, "pivot")
  options = arguments.options(options, { "rows", "cols", "value", "totals", "fill", "params" }, "pivot")
  local params = arguments.parameters(options.params, "pivot")
  if options.cols == nil then fail('pivot: cols = "year(received)" is missing') end
  if options.value == nil then fail('pivot: value = "sum(n)" is missing') end
  local rows = options.rows ~= nil and parser.list(query.check_text(options.rows, "rows")) or {}
  local cols = parser.list(query.check_text(options.cols, "cols"))
  for _, items in ipairs { rows, cols } do
    for _, item in ipairs(items) do bind.check_item(item, query.scope(self)) end
  end
  cols = hidden(cols, "#c")
  local given = parser.list(query.check_text(options.value, "value"))
  local cells = cells_of(self, rows, cols, hidden(given, "#v"), params, options.totals)
  local places, texts, keys = places_of(cells, cols)
  if options.fill ~= nil then check_fill(cells, given, options.fill) end
  local names = names_of(rows)
  local placed = cells:join(places, keys, { nulls = "equal" })
  local items = column_items(places, texts, given, set_of(names), options.fill)
  local by = quoted_list(joined({ "#r" }, names))
  if items == "" then return placed:select(quoted_list(names)) end
  local made = placed:by(by):agg(items, { fill = options.fill })
  if options.totals and names[1] then made = with_total_name(made, names[1]) end
  return made:drop "`#r`"
end

-- ---- unpivot ----

--- The rows of one column: the columns that stay, its name, its value.
local function melted(q, stays, column, name, value, kind)
  local scope, columns = query.scope(q), { slots = {}, items = {} }
  local function put(called, emitted)
    columns.slots[#columns.slots + 1] = emitted
    table.move({ called, #columns.slots }, 1, 2, #columns.items + 1, columns.items)
  end
  for _, stay in ipairs(stays) do put(stay, bind.column(scope.columns[stay])) end
  put(name, bind.value("string", column))
  local number = scope.columns[column]
  put(value, bind.as(bind.column(number), scope.types[number], kind))
  return query.append(q, "project", columns)
end

--- The type that all these columns have together.
local function common_type(q, names)
  local scope, kind = query.scope(q), nil
  for _, name in ipairs(names) do
    local own = scope.types[scope.columns[name]]
    local both = kind and core.common_type(kind, own) or not kind and own
    if not both then
      fail("unpivot: column '%s' is %s, those before it are %s: t:derive \"x = int64(x)\" makes numbers of texts", name,
        own, kind)
    end
    kind = both
  end
  return kind
end

--- All parts one after the other, as a low tree.
local function stacked(parts, i, j)
  if i == j then return parts[i] end
  local middle = (i + j) // 2
  return query.append(stacked(parts, i, middle), "union", { slots = {} }, stacked(parts, middle + 1, j))
end

--- The columns that become rows: those that are named, or all but those that are to stay.
local function turned(self, options)
  if options.cols ~= nil and options.rows ~= nil then fail "unpivot: cols or rows, not both" end
  if options.cols ~= nil then return columns_in(self, options.cols, "unpivot") end
  if options.rows == nil then fail 'unpivot: cols = "a, b" is missing, or rows = "c", all but which are turned' end
  local stays, cols = set_of(columns_in(self, options.rows, "unpivot")), {}
  for _, name in ipairs(query.scope(self).names) do
    if not stays[name] then cols[#cols + 1] = name end
  end
  if #cols == 0 then fail "unpivot: rows names all columns: none is left to be turned" end
  return cols
end

--- A row for each of the columns `cols`, or of all but the columns `rows`, with its name and its value:
-- `t:unpivot {cols = "phone, web", name = "channel", value = "n"}`. The other columns stay. Rows come column by column.
function query:unpivot(options)
  query.ready(self, "unpivot")
  options = arguments.options(options, { "cols", "rows", "name", "value" }, "unpivot")
  local cols = turned(self, options)
  local name, value = options.name or "name", options.value or "value"
  arguments.expect(name, "string", "unpivot", "a name")
  arguments.expect(value, "string", "unpivot", "a name")
  local among, stays, kind = set_of(cols), {}, common_type(self, cols)
  for _, stay in ipairs(query.scope(self).names) do
    if not among[stay] then
      if stay == name or stay == value then fail("unpivot: two columns named '%s'", stay) end
      stays[#stays + 1] = stay
    end
  end
  if name == value then fail("unpivot: two columns named '%s'", name) end
  local parts = {}
  for i, column in ipairs(cols) do parts[i] = melted(self, stays, column, name, value, kind) end
  return stacked(parts, 1, #parts)
end

-- ---- missing rows ----

local MOST_PERIODS = 10000000
local UNITS = { "day", "week", "month", "quarter", "year", "hour", "minute", "second" }

local function step_of(kind, step, over)
  if kind == "int64" then
    step = step or 1
    if not math.tointeger(step) or step < 1 then fail("fill: step is a whole number from 1 on") end
    return step
  end
  if kind ~= "date" and kind ~= "timestamp" then
    over = over:find "^[%a_][%w_]*$" and over or quoted_list { over }
    local hint = kind == "string" and (': write over = "%s = int64(%s)", or date(%s)'):format(over, over, over) or ""
    fail("fill: over is a date, timestamp or int64, not %s%s", kind, hint)
  end
  if step == nil then fail('fill: step = "month" is missing') end
  arguments.one_of(step, UNITS, "fill", "step")
  return step
end

--- All values from the smallest to the largest, a step apart, as a query of one column.
local function axis_of(q, over, kind, step)
  local bounds = q:agg(("low = min(%s), high = max(%s)"):format(quoted(over), quoted(over))):collect()
  local counted = kind == "int64" and bounds:select("n = (high - low) // $1", { step })
    or bounds:select("n = date_diff(low, high, $1)", { step })
  local n = counted:value()
  if n and n >= MOST_PERIODS then fail("fill: more than %d periods", MOST_PERIODS) end
  local numbers = { n = n and n + 1 or 0 }
  for i = 1, numbers.n do numbers[i] = i - 1 end
  local axis = core.table(schema.read "k int64")
  assert(axis:append_columns { k = numbers })
  local each = frame.new(axis):cross_join(bounds)
  if kind == "int64" then return each:select(quoted(over) .. " = low + k * $1", { step }) end
  return each:select(quoted(over) .. " = date_add(low, k, $1)", { step })
end

--- What stands in a column of a row that was missing; nil for null.
local function replacement(with, name, kind)
  if type(with) ~= "table" and with ~= nil and not math.type(with) then
    fail("fill: with is a number for all columns of numbers, or a table such as {n = 0}, got %s", arguments.shown(with))
  end
  if type(with) == "table" then return with[name] end
  if kind == "int64" or kind == "float64" or kind:find "^decimal" then return with end
end

--- Parameter `p` as a value of that type.
local function parameter_as(p, kind)
  local size = kind:match "^decimal%((.*)%)$"
  if size then return ("decimal($%s, %s)"):format(p, size) end
  return (kind == "date" or kind == "timestamp") and ("%s($%s)"):format(kind, p) or "$" .. p
end

local function filled(q, scope, keys, with)
  local items, params = {}, {}
  for i, name in ipairs(scope.names) do
    local value = not keys[name] and replacement(with, name, scope.types[i])
    items[i] = quoted(name)
    if value ~= nil and value ~= false then
      params["p" .. i] = value
      items[i] = ("%s = if(`#there` == nil, %s, %s)"):format(quoted(name), parameter_as("p" .. i, scope.types[i]),
        quoted(name))
    end
  end
  return q:select(table.concat(items, ", "), params)
end

--- The query with a column for each item of a text such as "country, m = trunc(day, 'month')" that is none yet; the
-- names of all, and the items.
local function with_columns(q, text, params)
  local scope, names, new = query.scope(q), {}, {}
  local items = parser.list(query.check_text(text, "fill"))
  for i, item in ipairs(items) do
    if item.star then source.fail_at(item, "fill: names of columns expected, or expressions") end
    local node = item.node
    if node.kind == "column" and not scope.columns[node.name] then
      source.fail_at(item, ("fill: unknown column '%s'%s"):format(node.name, suggest.phrase(node.name, scope.names)))
    end
    names[i] = item.name
    if item.named or not scope.columns[item.name] then
      new[#new + 1] = quoted(item.name) .. " = " .. node.text:sub(node.first, node.last)
    end
  end
  if new[1] then q = q:derive(table.concat(new, ", "), params) end
  return q, names, items
end

--- `trunc(day, 'month')` says its step.
local function unit_in(node)
  local unit = node.kind == "call" and node.name == "trunc" and node.args[2]
  return unit and unit.kind == "literal" and unit.value or nil
end

--- Rows for the periods that have none: from the first to the last value of `over` in the whole answer, for each of
-- `by`. `t:by "m = trunc(received, 'month')":agg "n = sum(n)":fill {over = "m", step = "month", with = 0}`. with: what
-- stands in their other columns: a number for those of numbers, or a table by name; else null. `over` and `by` may be
-- expressions, which become columns. The bounds are computed when this is called.
function query:fill(options)
  query.ready(self, "fill")
  options = arguments.options(options, { "by", "over", "step", "with", "params" }, "fill")
  local params = arguments.parameters(options.params, "fill")
  if options.over == nil then fail('fill: over = "month" is missing') end
  local overs, items, by
  self, overs, items = with_columns(self, options.over, params)
  if #overs ~= 1 then fail("fill: over is one column, got %d", #overs) end
  by = {}
  if options.by ~= nil then self, by = with_columns(self, options.by, params) end
  local scope, over = query.scope(self), overs[1]
  local kind = scope.types[scope.columns[over]]
  local axis = axis_of(self, over, kind, step_of(kind, options.step or unit_in(items[1].node), over))
  if by[1] then axis = self:distinct(quoted_list(by)):cross_join(axis) end
  local keys = joined(by, overs)
  local all = axis:full_join(self:derive "`#there` = 1", quoted_list(keys), { nulls = "equal" })
  return filled(all, scope, set_of(keys), options.with)
end

return {}
