--- The reports by name. A report builds a document (see blotter.document) from the operations dataset:
--
--   blotter.report { name = "…", title = "…", params = { { name = "subject", description = "…", required = true } },
--                    build = function(ops, params) return { title = …, blocks = { … } } end }

local suggest = require "blotter.errors.suggest"

local reports = {}

local BUILT_IN = { "overview", "profile" }
local registered, names = {}, table.move(BUILT_IN, 1, #BUILT_IN, 1, {})

--- Registers a report; a later one of the same name replaces the earlier.
function reports.register(definition)
  if type(definition) ~= "table" or type(definition.name) ~= "string" or type(definition.build) ~= "function" then
    error("a report needs a name and a function build(ops, params)", 2)
  end
  local known = false
  for _, name in ipairs(names) do known = known or name == definition.name end
  if not known then names[#names + 1] = definition.name end
  registered[definition.name] = definition
  return definition
end

--- The names of all reports, in the order of their registration.
function reports.names()
  return table.move(names, 1, #names, 1, {})
end

--- The report called `name`, or nil and a message.
function reports.get(name)
  if registered[name] then return registered[name] end
  for _, own in ipairs(BUILT_IN) do
    if own == name then return reports.register(require("blotter.publish.reports." .. name)) end
  end
  return nil, ("unknown report '%s'%s"):format(name, suggest.phrase(name, names))
end

--- The document of report `name`, or nil and a message: an unknown report, a parameter that is missing or unknown,
-- or what the report itself found wrong with them.
function reports.build(name, ops, params)
  local report, message = reports.get(name)
  if not report then return nil, message end
  params = params or {}
  local known, known_names = {}, {}
  for i, param in ipairs(report.params or {}) do
    known[param.name], known_names[i] = true, param.name
    if param.required and params[param.name] == nil then
      return nil, ("report '%s' needs the parameter '%s' (%s)"):format(name, param.name, param.description or "a value")
    end
  end
  local given = {}
  for param in pairs(params) do given[#given + 1] = tostring(param) end
  table.sort(given)
  for _, param in ipairs(given) do
    if not known[param] then
      return nil, ("report '%s' has no parameter '%s'%s"):format(name, param, suggest.phrase(param, known_names))
    end
  end
  local document
  document, message = report.build(ops, params)
  if not document then return nil, message end
  document.title = document.title or report.title
  document.params = document.params or params
  return document
end

return reports
