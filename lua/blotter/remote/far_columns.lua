--- What a PostgreSQL server says of a table: its columns as blotter's types, and the SQL that gives them so.

local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local postgresql = require "blotter.remote.dialects.postgresql"
local suggest = require "blotter.errors.suggest"

local catalogue = {}

local function text(value)
  return "'" .. value:gsub("'", "''") .. "'"
end

local INTEGERS = { smallint = true, integer = true, bigint = true }
local TEXTS = { uuid = true, name = true, json = true, jsonb = true, inet = true, cidr = true, macaddr = true }

--- Blotter's type for one of the server's, and the SQL of such a column; nil: there is none.
local function read_type(kind, column)
  if kind == "bigint" or kind == "date" or kind == "text" then return kind == "bigint" and "int64" or
    kind == "text" and "string" or kind, column end
  if INTEGERS[kind] then return "int64", column .. "::bigint" end
  if kind == "boolean" then return "bool", column end
  if kind == "double precision" then return "float64", column end
  if kind == "real" then return "float64", column .. "::double precision" end
  if kind:find "^character" or TEXTS[kind] then return "string", column .. "::text" end
  if kind:find "^timestamp.*without time zone$" then return "timestamp", column end
  if kind:find "^timestamp.*with time zone$" then return "timestamp", ("(%s AT TIME ZONE 'UTC')"):format(column) end
  local precision, scale = kind:match "^numeric%((%d+),(%d+)%)$"
  if precision and tonumber(precision) <= 18 then return ("decimal(%s,%s)"):format(precision, scale), column end
end

local COLUMNS = [[SELECT attname::text, format_type(atttypid, atttypmod), typtype::text FROM pg_attribute
  JOIN pg_type ON pg_type.oid = atttypid WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
  ORDER BY attnum]]

--- One text for all columns of a table: it changes with them.
local FINGERPRINT = [[(SELECT md5(string_agg(attname || ' ' || format_type(atttypid, atttypmod), ',' ORDER BY attnum))
  FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped)]]

--- The tables of which a table consists, as FROM has them, when some are foreign: its own rows, and its children.
local PARTS = [[WITH RECURSIVE kids(oid) AS (SELECT to_regclass(%s)::oid UNION ALL
    SELECT inhrelid FROM pg_inherits JOIN kids ON inhparent = kids.oid),
  all_kids AS (SELECT oid, relkind FROM kids JOIN pg_class USING (oid))
  SELECT 'ONLY ' || oid::regclass FROM all_kids WHERE relkind <> 'p' AND EXISTS (SELECT FROM all_kids
  WHERE relkind = 'f') ORDER BY 1]]

catalogue.CHANGED = "its columns are others now, call db:table again: "

--- A statement that fails with CHANGED when the table has other columns than those of that fingerprint.
function catalogue.check(name, fingerprint)
  return ("SELECT CASE WHEN now = '%s' THEN 0 ELSE (%s || left(now, 0))::integer END FROM (SELECT coalesce(%s, '')) "
    .. "AS f(now)"):format(fingerprint, text(catalogue.CHANGED .. name),
    FINGERPRINT:format(text(postgresql.quoted(name))))
end

local function query_of(one, sql, names, types)
  return one:twice(function()
    local ok, message, code = one:send(one.copy(sql, #names))
    if not ok then return nil, message, code end
    return one:receive(names, types)
  end)
end

--- The names of the server's tables that can be read, and of its views.
function catalogue.tables(one)
  local answer, message, code = query_of(one, [[SELECT CASE WHEN pg_table_is_visible(c.oid) THEN relname::text
    ELSE nspname || '.' || relname END FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND nspname NOT IN ('pg_catalog', 'information_schema')
    AND nspname NOT LIKE 'pg\_t%' ORDER BY 1]], { "name" }, { "string" })
  if not answer then return nil, message, code end
  local names = {}
  for i, row in require("blotter.query.frame").new(answer):rows() do names[i] = row.name end
  return names
end

--- The columns of a table: {name, type, sql} each, and its fingerprint; or nil, message, code. `types` are those that
-- the user gives, by name; false leaves a column out.
function catalogue.columns(one, name, types)
  local regclass = text(postgresql.quoted(name))
  local answer, message, code = query_of(one, COLUMNS:format(regclass), { "name", "type", "kind" },
    { "string", "string", "string" })
  if not answer then return nil, message, code end
  if #answer == 0 then
    local names = catalogue.tables(one) or {}
    fail("unknown table '%s' on %s%s", name, one.name, suggest.phrase(name, names))
  end
  local columns, given = {}, types or {}
  for _, row in require("blotter.query.frame").new(answer):rows() do
    local column, kind, sql = postgresql.quote(row.name), nil, nil
    if given[row.name] then
      kind = given[row.name]
      sql = ("%s::%s"):format(column, postgresql.type_name(kind))
    elseif given[row.name] == nil then
      kind, sql = read_type(row.type, column)
      if row.kind == "e" then kind, sql = "string", column .. "::text" end
      if not kind then
        fail("table '%s': column '%s' is %s on %s, which has no type here: say {types = {%s = \"decimal(18,2)\"}} (or "
          .. "another type), or {types = {%s = false}} to leave it out", name, row.name, row.type, one.name, row.name,
          row.name)
      end
    end
    if kind then columns[#columns + 1] = { name = row.name, type = kind, sql = sql } end
  end
  local found, parts
  found, message, code = query_of(one, "SELECT " .. FINGERPRINT:format(regclass), { "f" }, { "string" })
  if not found then return nil, message, code end
  columns.fingerprint = core.values(found, 1)[1]
  parts, message, code = query_of(one, PARTS:format(regclass), { "part" }, { "string" })
  if not parts then return nil, message, code end
  if #parts > 1 then columns.parts = core.values(parts, 1) end
  return columns
end

return catalogue
