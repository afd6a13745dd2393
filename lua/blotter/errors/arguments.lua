--- What a function is given, checked before any work: a mistake is raised where the user called it.

local fail = require "blotter.errors.fail"
local habits = require "blotter.errors.habits"
local suggest = require "blotter.errors.suggest"

local arguments = {}

local function article(kind)
  return kind == "nil" and "nothing" or "a " .. kind
end

--- Refuses a call with a dot for the colon, `ops.total("arrests")`; `called` is what such an object is called.
function arguments.receiver(self, class, method, called)
  if getmetatable(self) ~= class then fail("%s is called with a colon: %s:%s(…)", method, called or "ops", method) end
end

--- What a value is, for a message: "nothing", "a table".
function arguments.kind(value)
  return article(type(value))
end

--- Refuses a value of another type; `example` shows what was expected.
function arguments.expect(value, kind, method, example)
  if type(value) ~= kind then fail("%s: expected %s, got %s", method, example, article(type(value))) end
end

--- What a table holds, as a plain table of its own: so that nobody can change afterwards what was given to a verb, and
-- no metamethod runs while blotter works with it. Lists in it are copied too.
local function copied(given, depth)
  local copy = {}
  for key, value in pairs(given) do
    local list = depth > 0 and type(value) == "table" and not (value.collect or value.is_built)
    copy[key] = list and copied(value, depth - 1) or value
  end
  if getmetatable(given) then
    for i = 1, #given do copy[i] = given[i] end
  end
  return copy
end

--- The values of a text's parameters (nil, or a table such as {c = "KR", codes = {"a", "b"}}) as they are now.
function arguments.parameters(params, verb)
  if params == nil then return nil end
  if type(params) ~= "table" then
    local hint = type(params) == "string" and "; all columns stand in one text, as \"a, b desc\"" or ""
    fail("%s: its parameters are a table such as {c = 'KR'}, got a %s%s", verb, type(params), hint)
  end
  return copied(params, 1)
end

local function has(list, wanted)
  for _, one in ipairs(list) do
    if one == wanted then return true end
  end
  return false
end

--- The names in a text such as "a, b", or in a list; nil has none.
function arguments.names(given)
  if type(given) ~= "string" then return given or {} end
  local names = {}
  for name in given:gmatch "[^,]+" do names[#names + 1] = name:match "^%s*(.-)%s*$" end
  return names
end

--- What is said of an option that is none of `known`: the one that other tools call so, a near one, or all.
local function no_option(name, known)
  local near, habit = suggest.nearest(name, known), habits.answer(habits.options, name)
  if habit and habit ~= near and has(known, habit) then return (": write '%s'"):format(habit) end
  if near then return (": did you mean '%s'?"):format(near) end
  return " (there are: " .. table.concat(known, ", ") .. ")"
end

--- Whether a value is what a reading gives beside its table: as in t:union_all(blotter.csv "more.csv"), which hands on
-- both.
function arguments.is_reading(value)
  local class = getmetatable(value)
  return type(value) == "table" and type(class) == "table" and class.__name == "blotter.reading"
end

--- A value in a message: texts in quotes.
function arguments.shown(value)
  return type(value) == "string" and ("'%s'"):format(value) or tostring(value)
end

--- A copy of `options`, or an empty table, when nothing but `known` names stand in it.
function arguments.options(options, known, method)
  if options == nil or arguments.is_reading(options) then return {} end
  local example = ("options such as {%s = …}"):format(known[1])
  arguments.expect(options, "table", method, example)
  local names = {}
  for name in pairs(options) do names[#names + 1] = tostring(name) end
  table.sort(names)
  for _, name in ipairs(names) do
    if not has(known, name) then fail("%s: unknown option '%s'%s", method, name, no_option(name, known)) end
  end
  return copied(options, 1)
end

--- Refuses a name that is not one of `names`, and says which one may be meant, or all of them.
function arguments.one_of(name, names, method, what)
  if has(names, name) then return end
  local near = suggest.phrase(tostring(name), names)
  if near == "" then near = " (there are: " .. table.concat(names, ", ") .. ")" end
  fail("%s: unknown %s '%s'%s", method, what, tostring(name), near)
end

return arguments
