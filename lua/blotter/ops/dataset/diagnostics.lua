-- A list of what is wrong with some input: file, line, column, what stands there and what was expected.

local suggest = require "blotter.errors.suggest"

local diagnostics = {}
diagnostics.__index = diagnostics

--- An empty list.
function diagnostics.new() return setmetatable({}, diagnostics) end

--- Adds one problem. Line and column (a field's name) may be nil.
function diagnostics:add(file, line, column, message)
  self[#self + 1] = {file = file, line = line, column = column, message = message}
end

--- One problem as a line of text.
function diagnostics.describe(problem)
  local place = problem.file
  if problem.line then place = place .. ":" .. problem.line end
  if problem.column then place = ("%s: column '%s'"):format(place, problem.column) end
  return place .. ": " .. problem.message
end

--- All problems, one a line.
function diagnostics:text()
  local lines = {}
  for i, problem in ipairs(self) do lines[i] = diagnostics.describe(problem) end
  return table.concat(lines, "\n")
end

diagnostics.__tostring = diagnostics.text

--- A word of a set that is within two edits of the wrong one (one, of a short word), to ask "did you mean ...?"; nil
-- when none is near.
function diagnostics.nearest(wrong, candidates)
  return suggest.nearest(wrong, candidates, #wrong < 4 and #wrong // 2 or 2)
end

return diagnostics
