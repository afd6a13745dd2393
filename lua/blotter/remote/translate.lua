--- Queries as statements of a dialect: which tables the scans read, and rows from here that a statement takes along.

local arguments = require "blotter.errors.arguments"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local outline = require "blotter.remote.outline"
local plan = require "blotter.query.plan"
local query = require "blotter.query.verbs"
local statement = require "blotter.remote.statement"

local translate = {}

local DIALECTS = { "postgresql", "clickhouse", "clickhouse18" }

--- The dialect of that name.
function translate.dialect(name)
  arguments.expect(name, "string", "sql", 'a dialect such as "postgresql"')
  arguments.one_of(name, DIALECTS, "sql", "dialect")
  return require("blotter.remote.dialects." .. name)
end

--- Whether a source of a query is a table on a server (remote/far.lua), not one of the engine.
function translate.is_far(source)
  return type(source) == "table"
end

--- The table on a server among the sources of a node or query, or nil.
function translate.far_of(sources)
  for _, source in ipairs(sources) do
    if translate.is_far(source) then return source end
  end
end

-- ---- rows from here ----

--- Rows that one statement takes along as text.
translate.MOST_ROWS = 1000

--- The answer of a node whose sources are all here, as a core table.
function translate.answer_here(node)
  return plan.run { plan = node.plan, sources = node.sources }
end

--- A core table as a relation of the statement's own rows.
function translate.values(w, node, answer)
  local n, rows = #answer, {}
  if n > translate.MOST_ROWS then
    fail("%s: %d rows from here, more than the %d that a statement takes along", w.dialect.name, n,
      translate.MOST_ROWS)
  end
  local cells = {}
  for c in ipairs(node.names) do cells[c] = core.texts(answer, c, 1, n) end
  for i = 1, n do
    rows[i] = {}
    for c, kind in ipairs(node.types) do rows[i][c] = w.dialect.cell(w, kind, cells[c][i]) end
  end
  local labels = {}
  for c in ipairs(node.names) do labels[c] = w.dialect.quote("v" .. c) end
  return statement.relation(w.dialect.values(w, rows, labels, node.types), labels, node)
end

-- ---- the text ----

local function table_relation(w, node, from, columns)
  return statement.relation(from .. " AS " .. w:alias(), columns, node)
end

--- Relations for a query without any server: its tables, each once, under the names given, or t, t2, t3 …
local function named(tables)
  local number, names = 0, {}
  return function(w, node)
    if node.kind ~= "scan" then return nil end
    local name, columns = names[node.source], {}
    if not name then
      number = number + 1
      name = tables[number] or (number == 1 and "t" or "t" .. number)
      names[node.source] = name
    end
    for i, column in ipairs(node.names) do columns[i] = w.dialect.quote(column) end
    return table_relation(w, node, w.dialect.quote(name), columns)
  end
end

--- Relations for a query over tables of a server. `send(w, node, answer)` gives the relation of rows from here.
function translate.scanner(send)
  return function(w, node)
    if not translate.far_of(node.sources) then return send(w, node, translate.answer_here(node)) end
    if node.kind ~= "scan" then return nil end
    w.elsewhere = w.elsewhere or node.source.elsewhere
    return table_relation(w, node, node.source.from, node.source.columns)
  end
end

local function shown(text, parameters, dialect)
  local values = {}
  for i, parameter in ipairs(parameters) do values[i] = parameter.value end
  return statement.render(text, parameters, dialect.placeholder), values
end

--- The query in SQL: the text and a sequence of its parameters. `dialect` is "postgresql", "clickhouse" or
-- "clickhouse18"; without it that of the server on which the query's tables are. Nothing is sent. {tables = {"tips",
-- "areas"}}: what the query's different tables, from left to right, are called there; tables of a server have their
-- names already.
function query:sql(dialect, options)
  query.ready(self, "sql")
  options = arguments.options(options, { "tables" }, "sql")
  local far = translate.far_of(self.sources)
  if dialect == nil and far then dialect = far.dialect.name end
  local made = translate.dialect(dialect)
  local scan = far and translate.scanner(translate.values) or named(options.tables or {})
  local node = outline.read(self)
  local q = far and #far.db.servers == 1 and require("blotter.remote.coordinator").query(node)
  local text, parameters = statement.write(q and outline.read(q) or node, made, scan)
  return shown(text, parameters, made)
end

return translate
