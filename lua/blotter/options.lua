--- Checking tables of options: an unknown one is a mistake that must not pass in silence.

local fail = require "blotter.fail"
local suggest = require "blotter.lang.suggest"

--- `options`, or an empty table. Raises for a value that is no table and for a name that is not among `known`.
local function check(options, known, verb)
  if options == nil then return {} end
  if type(options) ~= "table" then fail("%s: options are a table, got a %s", verb, type(options)) end
  local names = {}
  for name in pairs(options) do names[#names + 1] = tostring(name) end
  table.sort(names)
  for _, name in ipairs(names) do
    local found = false
    for _, option in ipairs(known) do found = found or option == name end
    if not found then fail("%s: unknown option '%s'%s", verb, name, suggest.phrase(name, known)) end
  end
  return options
end

return check
