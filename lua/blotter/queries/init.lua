--- Queries by name: those of this folder, one file each, over the operations dataset, and what a program registers.
--
--   blotter.query { name = "busy_days", title = "Days with many tips",
--                   params = { { name = "least", type = "int64", default = 100 }, { name = "since", type = "date" } },
--                   build = function(db, params)
--                     return db:table "tips":where("n >= $least and ($since == nil or received >= $since)", params)
--                   end }
--   db:query("busy_days", { since = "2012-01-01" }):limit(5)
--
-- A parameter has a type of columns; what is no value of it is refused before anything is built. One that was not given
-- is its default, or null; one that is `required` must be given. `build` gets every parameter, and the
-- database or the dataset that the query was asked of.

local arguments = require "blotter.errors.arguments"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local registry = require "blotter.registry"
local suggest = require "blotter.errors.suggest"

local queries = {}

local registered = registry.new({ "statements_by_subject", "statements_by_year", "words_beside_numbers" },
  function(name) return require("blotter.queries." .. name) end)

-- ---- definitions ----

--- Raises unless `value` is one of a parameter's type.
local function check_value(query, param, value)
  if core.is_null(value) or not param.type then return end
  local kind = math.type(value)
  if param.type == "float64" and kind == "integer" then return end
  local ok, message = core.literal_problem(param.type, value)
  if not ok then fail("query '%s': parameter '%s': %s", query, param.name, message) end
end

local function check_param(query, param)
  if type(param) ~= "table" or type(param.name) ~= "string" then
    fail("query '%s': a parameter is a table such as {name = 'since', type = 'date'}", query)
  end
  if param.type ~= nil and not core.common_type(tostring(param.type), tostring(param.type)) then
    fail("query '%s': parameter '%s': no type '%s'", query, param.name, tostring(param.type))
  end
  if param.default ~= nil then check_value(query, param, param.default) end
end

--- Registers a query; a later one of the same name replaces the earlier.
function queries.register(definition)
  local fits = type(definition) == "table" and type(definition.name) == "string"
    and type(definition.build) == "function"
  if not fits then fail("query: a table with a name and a function build(db, params) expected") end
  for _, param in ipairs(definition.params or {}) do check_param(definition.name, param) end
  registered:add(definition.name, definition)
  return definition
end

--- The names of all queries, in the order of their registration.
function queries.names()
  return registered:names()
end

local function find(name)
  return registered:get(name)
    or fail("unknown query '%s'%s", tostring(name), suggest.phrase(tostring(name), registered:names()))
end

-- ---- asking ----

--- The parameters that `build` gets: those given, checked, and the defaults of the others.
local function parameters(query, given)
  local known, values = {}, {}
  for i, param in ipairs(query.params or {}) do known[i] = param.name end
  if given ~= nil and known[1] == nil and next(given) ~= nil then fail("query '%s' has no parameters", query.name) end
  given = known[1] and arguments.options(given, known, ("query '%s'"):format(query.name)) or {}
  for _, param in ipairs(query.params or {}) do
    local value = given[param.name]
    if value == nil then value = param.default end
    if value == nil and param.required then
      fail("query '%s' needs the parameter '%s' (%s)", query.name, param.name,
        param.description or param.type or "a value")
    end
    check_value(query.name, param, value)
    values[param.name] = value == nil and core.null or value
  end
  return values
end

--- The query called `name` over a database or a dataset.
function queries.build(name, source, given)
  local definition = find(name)
  if given ~= nil then arguments.expect(given, "table", "query", "a table of parameters") end
  local made = definition.build(source, parameters(definition, given))
  if type(made) ~= "table" and not core.is_table(made) then
    fail("query '%s': its function build gave a %s, no query", name, type(made))
  end
  return made
end

return queries
