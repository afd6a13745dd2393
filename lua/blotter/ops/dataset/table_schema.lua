-- The rules of one table, compiled from its Table Schema: what a cell's text must look like and what it becomes.
--
-- schema.compile(resource) returns {name, path, title, fields, by_name, primary_key, unique_keys, foreign_keys,
-- missing}, and by the place of a field its name (names), whether it is required, and the values of texts that were
-- judged before (known; false where any text will do).
-- schema.parse(field, text) returns the value, or nil and what was expected. Types: string, integer, number, boolean
-- and date (kept as ISO text, the day checked).

local dates = require "blotter.ops.figures.dates"
local pattern = require "blotter.ops.dataset.pattern"

local schema = {}

local parsers = {}

function parsers.string() return function(text) return text end end

function parsers.integer()
  return function(text)
    local value = text:find "^[+-]?%d+$" and math.tointeger(tonumber(text))
    if not value then return nil, "expected a whole number such as 1655" end
    return value
  end
end

function parsers.number()
  return function(text)
    if text:find "^[+-]?%d+$" then
      local value = math.tointeger(tonumber(text))
      if value then return value end
      return nil, "expected a number that fits 64 bits"
    end
    if not text:find "^[+-]?%d*%.?%d+$" and not text:find "^[+-]?%d*%.?%d+[eE][+-]?%d+$" then
      return nil, "expected a number such as 1655 or 0.85"
    end
    local value = tonumber(text)
    if value - value ~= 0 then return nil, "expected a number within the range of a double" end
    return math.tointeger(value) or value
  end
end

function parsers.boolean()
  local words = {["true"] = true, ["True"] = true, ["TRUE"] = true, ["1"] = true,
    ["false"] = false, ["False"] = false, ["FALSE"] = false, ["0"] = false}
  return function(text)
    local value = words[text]
    if value == nil then return nil, "expected true or false" end
    return value
  end
end

function parsers.date()
  return function(text)
    if dates.parse(text) then return text end
    if text:find "^%d%d%d%d%-%d%d%-%d%d$" then return nil, "expected a day that exists" end
    return nil, "expected a date written as YYYY-MM-DD"
  end
end

local function set_of(list)
  local set = {}
  for _, word in ipairs(list) do set[word] = true end
  return set
end

-- A number of the descriptor, whole where it is whole.
local function plain(value)
  return math.type(value) == "float" and math.tointeger(value) or value
end

-- The tests of a field's constraints, each a function (value, text) that returns nil or what was expected.
local function constraint_tests(constraints)
  local tests = {}
  if constraints.enum then
    local allowed, words = {}, {}
    for i, word in ipairs(constraints.enum) do
      word = plain(word)
      allowed[word], words[i] = true, tostring(word)
    end
    words = table.concat(words, ", ")
    tests[#tests + 1] = function(value, text)
      if not allowed[value] and not allowed[text] then return "expected one of " .. words end
    end
  end
  if constraints.pattern then
    local matches = assert(pattern.compile(constraints.pattern))
    tests[#tests + 1] = function(_, text)
      if not matches(text) then return "expected text that matches " .. constraints.pattern end
    end
  end
  local minimum, maximum = plain(constraints.minimum), plain(constraints.maximum)
  local above = plain(constraints.exclusiveMinimum)
  if minimum then
    tests[#tests + 1] = function(value)
      if value < minimum then return "expected at least " .. minimum end
    end
  end
  if maximum then
    tests[#tests + 1] = function(value)
      if value > maximum then return "expected at most " .. maximum end
    end
  end
  if above then
    tests[#tests + 1] = function(value)
      if value <= above then return "expected more than " .. above end
    end
  end
  return tests
end

local function compile_field(descriptor)
  local make = parsers[descriptor.type or "string"]
  if not make then return nil, ("field '%s' has the unknown type '%s'"):format(descriptor.name, descriptor.type) end
  local constraints = descriptor.constraints or {}
  return {
    name = descriptor.name,
    type = descriptor.type or "string",
    title = descriptor.title or descriptor.name,
    description = descriptor.description,
    required = constraints.required == true,
    unique = constraints.unique == true,
    parse_text = make(descriptor),
    known = {},
    words = constraints.enum,
    tests = constraint_tests(constraints),
    is_plain = (descriptor.type or "string") == "string" and not constraints.enum and not constraints.pattern,
  }
end

local function as_list(value)
  if value == nil then return {} end
  return type(value) == "table" and value or {value}
end

--- Compiles a resource of a descriptor, or returns nil and what is wrong with it.
function schema.compile(resource)
  if type(resource) ~= "table" or type(resource.name) ~= "string" or type(resource.path) ~= "string" then
    return nil, "a resource needs a name and a path"
  end
  local source = resource.schema
  if type(source) ~= "table" or type(source.fields) ~= "table" then
    return nil, ("resource '%s' has no schema with fields"):format(resource.name)
  end
  local compiled = {
    name = resource.name, path = resource.path, title = resource.title or resource.name, fields = {}, by_name = {},
    names = {}, required = {}, known = {},
    primary_key = as_list(source.primaryKey), unique_keys = source.uniqueKeys or {}, foreign_keys = {},
    missing = set_of(source.missingValues or {""}),
  }
  for _, descriptor in ipairs(source.fields) do
    local field, problem = compile_field(descriptor)
    if not field then return nil, ("resource '%s': %s"):format(resource.name, problem) end
    compiled.fields[#compiled.fields + 1] = field
    compiled.by_name[field.name] = field
    local place = #compiled.fields
    compiled.names[place], compiled.required[place] = field.name, field.required
    compiled.known[place] = not field.is_plain and field.known
  end
  for _, key in ipairs(source.foreignKeys or {}) do
    compiled.foreign_keys[#compiled.foreign_keys + 1] = {
      field = as_list(key.fields)[1],
      resource = key.reference.resource ~= "" and key.reference.resource or resource.name,
      reference = as_list(key.reference.fields)[1],
    }
  end
  return compiled
end

--- The value of a cell's text, or nil and what was expected. The text is not one of the missing values.
function schema.parse(field, text)
  local value, expected = field.parse_text(text)
  if value == nil then return nil, expected end
  local tests = field.tests
  for i = 1, #tests do
    expected = tests[i](value, text)
    if expected then return nil, expected end
  end
  return value
end

return schema
