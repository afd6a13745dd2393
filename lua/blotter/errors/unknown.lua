--- Fields that an object does not have: answered with what to write, not with Lua's call of a nil value.

local fail = require "blotter.errors.fail"
local habits = require "blotter.errors.habits"
local suggest = require "blotter.errors.suggest"

local unknown = {}

local function names_of(methods, private)
  local names = {}
  for name in pairs(methods) do
    if type(name) == "string" and not name:find "^_" and not private[name] then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

--- What stands behind "has no 'nam'": what is written for it, a near name, or what is written for a near word.
local function phrase(name, names, list, otherwise)
  local answer = habits.answer(list, name)
  if answer then return ": write " .. answer end
  local near = suggest.nearest(name, names, #name < 3 and 0 or #name < 8 and 1 or 2)
  if near then return (": did you mean '%s'?"):format(near) end
  local words = {}
  for word in pairs(list) do words[#words + 1] = word end
  table.sort(words)
  local word = suggest.nearest(name, words, #name < 4 and 0 or 1)
  if word then return ": write " .. habits.answer(list, word) .. (otherwise and ";" .. otherwise:sub(2) or "") end
  near = suggest.nearest(name, names)
  return near and (": did you mean '%s'?"):format(near) or nil
end

--- What is said when `what` ("a query") has no field `name`: `methods` are those that it has, `list` a list of habits,
-- `otherwise` what is said when nothing is near (%s in it: the name).
function unknown.message(what, name, methods, list, private, otherwise)
  local names = names_of(methods, private or {})
  otherwise = otherwise and otherwise:gsub("%%s", (name:gsub("%%", "%%%%")))
  return ("%s has no '%s'%s"):format(what, name, phrase(name, names, list, otherwise) or otherwise or "")
end

--- The handler of fields for `methods`. `options`: what, habits, private (a set of fields that may be nil); numbered
-- and otherwise are said of a number, and of a name that nothing is near.
function unknown.handler(methods, options)
  local private = options.private or {}
  return function(_, name)
    if private[name] then return nil end
    if type(name) ~= "string" then fail("%s has no [%s]%s", options.what, tostring(name), options.numbered or "") end
    if name:find "^_" then return nil end
    fail("%s", unknown.message(options.what, name, methods, options.habits, private, options.otherwise))
  end
end

return unknown
