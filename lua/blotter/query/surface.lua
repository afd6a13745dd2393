--- Ties the classes together: verbs work on tables and frames, and a frame's methods on queries and tables.

local core = require "blotter.core"
local counted = require "blotter.lang.counted"
local fail = require "blotter.errors.fail"
local habits = require "blotter.errors.habits"
local surplus = require "blotter.errors.surplus"
local unknown = require "blotter.errors.unknown"
local frame = require "blotter.query.frame"
local plan = require "blotter.query.plan"
local publishing = require "blotter.query.publishing"
local query = require "blotter.query.verbs"
local show = require "blotter.terminal.show"
local sqlite = require "blotter.tables.sqlite"
local write = require "blotter.tables.write"
require "blotter.query.grouping_sets"
require "blotter.query.join"
require "blotter.query.window"
require "blotter.query.sets"
require "blotter.query.reshape"
require "blotter.query.summary"
require "blotter.query.plot"
require "blotter.query.members"

local VERBS = { "where", "select", "derive", "by", "agg", "distinct", "order", "limit", "skip", "top", "sample",
  "join", "left_join", "right_join", "full_join", "semi_join", "anti_join", "asof_join", "cross_join", "window",
  "union", "union_all", "intersect", "except", "pivot", "unpivot", "fill", "rename", "drop",
  "head", "tail", "describe", "facets", "plot", "bars", "sparks" }
--- What reads a whole answer.
local READS = { "rows", "totable", "values", "csv", "jsonl", "parquet", "arrow", "arrow_stream", "sqlite", "xlsx",
  "html", "markdown" }
--- What reads a part of it, and makes no more.
local PARTS = { "row", "first", "value", "columns", "count", "show" }

local bases = setmetatable({}, { __mode = "k" })

--- The query of all rows of a table, made once; `method` is what was called on it.
local function base(handle, method)
  local q = bases[handle]
  if not q then
    if not core.is_table(handle) then fail("%s is called with a colon: t:%s(…)", method, method) end
    q = query.over(handle)
    bases[handle] = q
  end
  return q
end

--- Runs the query.
function query:collect()
  return frame.new(plan.run(self))
end

query.explain = plan.explain

--- What has to do with servers is read when it is first asked for, and takes its own place.
for name, module in pairs { sql = "translate", pull = "ask", push = "ship" } do
  query[name] = function(...)
    require("blotter.remote." .. module)
    return query[name](...)
  end
end

--- Refuses what count would pass over: it counts rows, whatever stands in them.
local function check_count(column, more)
  if type(column) ~= "string" then return end
  if more then fail("count takes nothing: t:where(…):count()") end
  fail("count takes nothing: rows of each are t:by \"%s\":agg \"n = count()\", values that are not null "
    .. "t:agg \"n = count(%s)\"", column, column)
end

local count = frame.count
function frame.count(f, column, more)
  check_count(column, more)
  return count(f)
end

frame.csv = write.csv
frame.jsonl = write.jsonl
for _, name in ipairs { "xlsx", "html", "markdown" } do frame[name] = publishing[name] end
frame.parquet = write.parquet
frame.arrow = write.arrow
frame.arrow_stream = write.arrow_stream
frame.sqlite = sqlite.write

for _, name in ipairs(READS) do
  local method = surplus.refused(name, frame[name], 1)
  query[name] = function(q, ...) return method(q:collect(), ...) end
end

-- ---- parts of an answer: plans of their own ----

--- How many rows there are: also `#query`.
function query:count(column, more)
  check_count(column, more)
  local answer = plan.run_over(self, "count", "group", { slots = {}, aggregates = { { "n", "count", false } } })
  return core.values(answer, 1)[1]
end

query.__len = query.count

--- The first rows of the answer as a frame.
local function head(q, n)
  return frame.new(plan.run_over(q, n, "limit", { limit = n }))
end

--- The first row, nil when there is none.
function query:first()
  return head(self, 1):row(1)
end

--- Row `i`, nil when there is none.
function query:row(i)
  local whole = math.tointeger(i)
  if not whole then fail("row: a row's number expected, got %s", tostring(i)) end
  if whole < 1 then return nil end
  return self:skip(whole - 1):limit(1):first()
end

--- The only value of an answer of one row and one column.
function query:value()
  local columns, found = #self:columns(), head(self, 2)
  if columns == 1 and #found == 1 then return found:value() end
  fail("value: one row of one column expected, got %s of %s", counted(#found < 2 and #found or #self, "row"),
    counted(columns, "column"))
end

--- Columns in order: a sequence of {name, type}. Nothing is run.
function query:columns()
  local scope, columns = query.scope(query.ready(self, "columns")), {}
  for i, name in ipairs(scope.names) do columns[i] = { name = name, type = scope.types[i] } end
  return show.printing(columns, { "name", "type" })
end

--- The first `most` rows as an aligned table. One row more is made to see whether there are more, and only then are
-- they counted.
function query:show(most, width)
  most = frame.check_shown(most, width)
  local found = head(self, most + 1)
  return found:show(most, width, #found > most and #self or #found)
end

query.__tostring = function(q)
  return q.pending and "groups: agg(…) says what to know of each, such as :agg \"count()\"" or q:show()
end

for _, names in ipairs { VERBS, PARTS, { "collect" } } do surplus.of(query, 1, names) end
for _, names in ipairs { READS, PARTS } do surplus.of(frame, 1, names) end

-- ---- the same on tables and frames ----

local table_methods = core.table_class.__index

for _, name in ipairs(VERBS) do
  local verb = query[name]
  frame[name] = function(f, ...) return verb(f:query(), ...) end
  table_methods[name] = function(t, ...) return verb(base(t, name), ...) end
end

for _, name in ipairs { "explain", "collect", "sql", "pull", "push" } do
  local verb = function(q, ...) return query[name](q, ...) end
  frame[name] = frame[name] or function(f, ...) return verb(f:query(), ...) end
  table_methods[name] = function(t, ...) return verb(base(t, name), ...) end
end

for _, names in ipairs { READS, PARTS } do
  for _, name in ipairs(names) do
    local method = query[name]
    table_methods[name] = function(t, ...) return method(base(t, name), ...) end
  end
end

function table_methods.query(t)
  return base(t, "query")
end

function table_methods.count(t, column, more)
  check_count(column, more)
  return #t
end

surplus.of(table_methods, 1)
surplus.of(frame, 1, { "query" })

function core.table_class.__tostring(t)
  return base(t, "show"):show()
end

core.table_class.__name = "blotter.table"

-- ---- what is no field of theirs ----

local NUMBERED = ": rows are t:row(i), all of them for i, row in t:rows() do … end"

local COLUMNS = ": the values of a column are t:values \"%s\""

--- Objects that are made by `class` answer unknown fields; those that are nil until they are kept are private.
local function answer_fields(methods, what, private)
  setmetatable(methods, { __index = unknown.handler(methods, { what = what, habits = habits.verbs, private = private,
    otherwise = COLUMNS, numbered = NUMBERED }) })
end

answer_fields(query, "a query", { pending = true, known = true, prepared = true, more = true, made = true, query = true,
  plan = true, sources = true, handle = true })
answer_fields(frame, "an answer", { handle = true, names = true, plan = true, pending = true })
answer_fields(table_methods, "a table", { collect = true, plan = true, handle = true, pending = true })

local db_methods = core.db_class.__index
surplus.of(db_methods, 1)
setmetatable(db_methods, { __index = unknown.handler(db_methods, { what = "a database", habits = habits.database,
  private = { collect = true }, otherwise = ": a table of it is db:table \"name\"" }) })
