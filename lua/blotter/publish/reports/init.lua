--- The reports by name. A report builds a document (see blotter.publish.document) from the operations dataset:
--
--   blotter.report { name = "…", title = "…", params = { { name = "subject", description = "…", required = true } },
--                    build = function(ops, params) return { title = …, blocks = { … } } end }
--
-- A parameter may have a `default`, and a `kind` that its value is checked by: subject, indicator, area (an id, a
-- name or an acronym, which become the id), policy, whole (a number from 1), or choice with `choices`. A report that
-- needs no dataset says `without_dataset = true`; it is then built with ops nil.

local registry = require "blotter.registry"
local suggest = require "blotter.errors.suggest"

local reports = {}

local BUILT_IN = { "overview", "profile", "area", "indicator", "agency", "league", "breakdowns", "discrepancies",
  "sources", "funding", "tips", "ages", "outcomes", "network", "table" }
-- Reports whose file has another name.
local FILES = { ages = "age_and_sex", network = "neighbours", table = "own_table" }

local registered = registry.new(BUILT_IN, function(name)
  return require("blotter.publish.reports." .. (FILES[name] or name))
end)

--- Registers a report; a later one of the same name replaces the earlier.
function reports.register(definition)
  if type(definition) ~= "table" or type(definition.name) ~= "string" or type(definition.build) ~= "function" then
    local hint = type(definition) == "string" and (": to see one, write ops:report \"%s\""):format(definition) or ""
    error("a report needs a name and a function build(ops, params)" .. hint, 2)
  end
  registered:add(definition.name, definition)
  return definition
end

--- The names of all reports, in the order of their registration.
function reports.names()
  return registered:names()
end

--- The report called `name`, or nil and a message.
function reports.get(name)
  local definition = registered:get(name)
  if definition then return definition end
  local near = suggest.phrase(name, registered:names())
  if near == "" then near = " (there are: " .. table.concat(registered:names(), ", ") .. ")" end
  return nil, ("unknown report '%s'%s"):format(name, near)
end

-- ---- parameters ----

local TABLES = { subject = { "subjects", "id" }, indicator = { "indicators", "id" }, area = { "areas", "code" } }

local read = {}

local function read_row(param, value, ops)
  local name, key = TABLES[param.kind][1], TABLES[param.kind][2]
  local row = ops:row(name, tostring(value))
  if row then return row[key] end
  return nil, ops:unknown(name, tostring(value))
end
read.subject, read.indicator, read.area = read_row, read_row, read_row

local function one_of(param, value, choices)
  for _, choice in ipairs(choices) do
    if value == choice then return value end
  end
  return nil, ("unknown %s '%s'%s"):format(param.name, tostring(value), suggest.phrase(tostring(value), choices))
end

function read.policy(param, value, ops) return one_of(param, value, ops.policies) end
function read.choice(param, value) return one_of(param, value, param.choices) end

function read.whole(param, value)
  local whole = math.tointeger(tonumber(value))
  if whole and whole >= 1 then return whole end
  return nil, ("%s must be a whole number from 1, not '%s'"):format(param.name, tostring(value))
end

--- The values of a report's parameters, checked, with defaults; nil and a message.
local function values_of(report, ops, params)
  local values = {}
  for _, param in ipairs(report.params or {}) do
    local value = params[param.name]
    if value == nil then value = param.default end
    if value == nil and param.required then
      return nil, ("report '%s' needs the parameter '%s' (%s)"):format(report.name, param.name,
        param.description or "a value")
    end
    if value ~= nil and read[param.kind] then
      local problem
      value, problem = read[param.kind](param, value, ops)
      if value == nil then return nil, ("report '%s': %s"):format(report.name, problem) end
    end
    values[param.name] = value
  end
  return values
end

local function refuse_unknown(report, params)
  local given, known = {}, {}
  for i, param in ipairs(report.params or {}) do known[i] = param.name end
  for param in pairs(params) do given[#given + 1] = tostring(param) end
  table.sort(given)
  for _, param in ipairs(given) do
    local is_known = false
    for _, name in ipairs(known) do is_known = is_known or name == param end
    if not is_known then
      return ("report '%s' has no parameter '%s'%s"):format(report.name, param, suggest.phrase(param, known))
    end
  end
end

--- What a report is and takes, as lines of text.
function reports.help(report)
  local lines = { ("%s: %s"):format(report.name, report.title or "a report") }
  for _, param in ipairs(report.params or {}) do
    local what = param.choices and table.concat(param.choices, ", ")
    lines[#lines + 1] = ("  %s=…  %s%s%s"):format(param.name, param.description or param.kind or "a value",
      what and " (" .. what .. ")" or "", param.required and " (needed)" or "")
  end
  return table.concat(lines, "\n")
end

--- The document of report `name`, or nil and a message: an unknown report, a parameter that is missing, unknown or of
-- another kind, or what the report itself found wrong with them.
function reports.build(name, ops, params)
  local report, message = reports.get(name)
  if not report then return nil, message end
  params = params or {}
  message = refuse_unknown(report, params)
  if message then return nil, message end
  local values
  values, message = values_of(report, ops, params)
  if not values then return nil, message end
  local document
  document, message = report.build(ops, values)
  if not document then return nil, message end
  document.title = document.title or report.title
  document.params = document.params or values
  return document
end

return reports
