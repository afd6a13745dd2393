--- What a table holds, at a glance.

local arguments = require "blotter.errors.arguments"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local frame = require "blotter.query.frame"
local lexer = require "blotter.lang.lexer"
local parser = require "blotter.lang.parser"
local query = require "blotter.query.verbs"
local schema = require "blotter.tables.schema"
local source = require "blotter.lang.source"
local suggest = require "blotter.errors.suggest"

local quoted = lexer.backquoted

local function is_number(kind)
  return kind == "int64" or kind == "float64" or kind:find "^decimal" ~= nil
end

--- What `describe` computes of a column, in the order of its answer; "nil" where a type has no such thing.
local function measures(name, kind)
  local c, number = quoted(name), is_number(kind)
  local function of_numbers(call) return number and call:format(c) or nil end
  local function as_text(call) return kind ~= "bool" and ("string(%s(%s))"):format(call, c) or nil end
  return { ("count() - count(%s)"):format(c), ("count_distinct(%s)"):format(c), as_text "min",
    of_numbers "quantile(%s, 0.25)", of_numbers "median(%s)", of_numbers "quantile(%s, 0.75)", as_text "max",
    of_numbers "mean(%s)", n = 8 }
end

--- All measures of all columns as one row.
local function measured(q)
  local scope, items = query.scope(q), {}
  for i, name in ipairs(scope.names) do
    local calls = measures(name, scope.types[i])
    for k = 1, calls.n do
      if calls[k] then items[#items + 1] = ("m%d_%d = %s"):format(i, k, calls[k]) end
    end
  end
  return q:agg(table.concat(items, ", ")):first()
end

--- The most frequent value of a column, as a text; of several the one that appears first.
local function top_value(q, name)
  local c = quoted(name)
  local best = q:where(c .. " ~= nil"):by("v = " .. c):agg "n = count()":top(1, "n"):select "v = string(v)":first()
  return best and best.v
end

local COLUMNS = "column string, type string, nulls int64, distinct int64, min string, q1 float64, median float64, "
  .. "q3 float64, max string, mean float64, top string"

--- One row a column: its type, nulls, distinct values, smallest and largest value (as texts), quartiles, mean, and most
-- frequent value. A frame, computed when this is called.
function query:describe(more)
  query.ready(self, "describe")
  if more ~= nil then fail 'describe says all of all columns; of some: t:select "a, b":describe()' end
  local scope, row = query.scope(self), measured(self)
  local answer = core.table(schema.read(COLUMNS))
  for i, name in ipairs(scope.names) do
    local values = { n = 11, name, scope.types[i] }
    for k = 1, 8 do values[k + 2] = row[("m%d_%d"):format(i, k)] end
    values[11] = top_value(self, name)
    assert(answer:append(values))
  end
  return frame.new(answer)
end

local function facet(q, name, most)
  local c = quoted(name)
  local best = q:by("value = " .. c):agg "n = count()":top(most, "n")
  return best:select("column = $1, value = string(value), n", { name })
end

--- The most frequent values of each column, or of those in `cols`: column, value (as a text), n. top: how many (5).
function query:facets(options)
  query.ready(self, "facets")
  options = arguments.options(options, { "cols", "top" }, "facets")
  local scope = query.scope(self)
  local names, all = scope.names, nil
  if options.cols ~= nil then
    names = {}
    for i, item in ipairs(parser.list(query.check_text(options.cols, "facets"))) do
      if not scope.columns[item.name] then
        source.fail_at(item, ("facets: unknown column '%s'%s"):format(item.name or "*",
          suggest.phrase(item.name or "*", scope.names)))
      end
      names[i] = item.name
    end
  end
  local most = options.top or 5
  if not math.tointeger(most) or most < 1 then fail("facets: top is a whole number from 1 on") end
  for _, name in ipairs(names) do
    local one = facet(self, name, most)
    all = all and all:union_all(one) or one
  end
  return all
end

return {}
