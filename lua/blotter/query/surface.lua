--- Ties the classes together: verbs work on tables and frames, and a frame's methods on queries and tables.

local core = require "blotter.core"
local explain = require "blotter.query.explain"
local fail = require "blotter.errors.fail"
local frame = require "blotter.query.frame"
local plan = require "blotter.query.plan"
local query = require "blotter.query.query"
local write = require "blotter.tables.write"

local VERBS = { "where", "select", "derive", "by", "agg", "distinct", "order", "limit", "skip", "top", "sample" }
local READS = { "rows", "row", "first", "totable", "values", "value", "columns", "count", "show", "csv", "jsonl" }

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
  return frame.new(plan.run(self, "plain"), self.scope.names)
end

query.explain = explain.text

function query:__len()
  return #self:collect()
end

function query:__tostring()
  return tostring(self:collect())
end

frame.csv = write.csv
frame.jsonl = write.jsonl

for _, name in ipairs(READS) do
  local method = frame[name]
  query[name] = function(q, ...) return method(q:collect(), ...) end
end

local table_methods = core.table_class.__index

for _, name in ipairs(VERBS) do
  local verb = query[name]
  frame[name] = function(f, ...) return verb(f:query(), ...) end
  table_methods[name] = function(t, ...) return verb(base(t, name), ...) end
end

for _, name in ipairs { "explain", "collect" } do
  local verb = query[name]
  frame[name] = frame[name] or function(f, ...) return verb(f:query(), ...) end
  table_methods[name] = function(t, ...) return verb(base(t, name), ...) end
end

for _, name in ipairs(READS) do
  local method = query[name]
  table_methods[name] = function(t, ...) return method(base(t, name), ...) end
end

function table_methods.query(t)
  return base(t, "query")
end

function table_methods.count(t)
  return #t
end

function core.table_class.__tostring(t)
  return frame.new(t, base(t).scope.names):show()
end

core.table_class.__name = "blotter.table"
