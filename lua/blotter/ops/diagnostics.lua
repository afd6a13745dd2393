-- A list of what is wrong with some input: file, line, column, what stands there and what was expected.

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

--- A word of a set that is within two edits of the wrong one, to ask "did you mean ...?"; nil when none is near.
function diagnostics.nearest(wrong, candidates)
  local best, best_distance
  for _, word in ipairs(candidates) do
    if math.abs(#word - #wrong) <= 2 then
      local distance = diagnostics.distance(wrong, word)
      if distance <= 2 and (not best or distance < best_distance) then best, best_distance = word, distance end
    end
  end
  return best
end

--- The number of edits between two words.
function diagnostics.distance(a, b)
  local previous = {}
  for j = 0, #b do previous[j] = j end
  for i = 1, #a do
    local current = {[0] = i}
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      current[j] = math.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
    end
    previous = current
  end
  return previous[#b]
end

return diagnostics
