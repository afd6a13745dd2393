--- Holds a decoded JSON text against a JSON Schema: the keywords that document.schema.json uses, no others.

local null = require("cjson").null

local schema = {}

local function is_array(value)
  return type(value) == "table" and (next(value) == nil or value[1] ~= nil)
end

local is = {
  null = function(value) return value == null end,
  string = function(value) return type(value) == "string" end,
  boolean = function(value) return type(value) == "boolean" end,
  number = function(value) return type(value) == "number" end,
  integer = function(value) return math.tointeger(value) ~= nil end,
  array = is_array,
  object = function(value) return type(value) == "table" and (next(value) == nil or not is_array(value)) end,
}

local KNOWN = { type = true, const = true, enum = true, required = true, properties = true, items = true, oneOf = true,
  additionalProperties = true, minimum = true, maximum = true, description = true, title = true, ["$ref"] = true,
  ["$defs"] = true, ["$schema"] = true }

local function listed(values, test)
  for _, value in ipairs(values) do
    if test(value) then return true end
  end
  return false
end

local check

local function check_object(rule, value, root, at)
  for _, name in ipairs(rule.required or {}) do
    if value[name] == nil then return at .. "/" .. name .. ": missing" end
  end
  for name, part in pairs(value) do
    local known = rule.properties and rule.properties[name]
    if not known and rule.additionalProperties == false then return at .. "/" .. name .. ": not expected" end
    local problem = known and check(known, part, root, at .. "/" .. name)
    if problem then return problem end
  end
end

function check(rule, value, root, at)
  for keyword in pairs(rule) do assert(KNOWN[keyword], "unknown keyword " .. keyword) end
  if rule["$ref"] then
    return check(root["$defs"][rule["$ref"]:match "([^/]+)$"], value, root, at)
  end
  local types = type(rule.type) == "string" and { rule.type } or rule.type
  if types and not listed(types, function(name) return is[name](value) end) then
    return at .. ": not " .. table.concat(types, " or ")
  end
  if rule.const and value ~= rule.const then return at .. ": not " .. rule.const end
  if rule.enum and not listed(rule.enum, function(known) return known == value end) then return at .. ": not listed" end
  if (rule.minimum or rule.maximum) and (value < (rule.minimum or value) or value > (rule.maximum or value)) then
    return at .. ": out of range"
  end
  if rule.oneOf then
    local fits, problems = 0, {}
    for i, part in ipairs(rule.oneOf) do
      problems[i] = check(part, value, root, at) or ""
      if problems[i] == "" then fits = fits + 1 end
    end
    if fits ~= 1 then return ("%s: fits %d of %d: %s"):format(at, fits, #rule.oneOf, table.concat(problems, "; ")) end
  end
  if (rule.properties or rule.required) and type(value) == "table" then
    local problem = check_object(rule, value, root, at)
    if problem then return problem end
  end
  for i, item in ipairs(rule.items and type(value) == "table" and value or {}) do
    local problem = check(rule.items, item, root, at .. "/" .. i)
    if problem then return problem end
  end
end

--- What does not fit, as a text, or nil.
function schema.problem(rule, value)
  return check(rule, value, rule, "")
end

return schema
