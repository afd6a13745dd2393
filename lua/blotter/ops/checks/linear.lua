-- Whether statements about sums can all be true: interval propagation, and a linear program where that is not enough.
--
-- A system has variables (numbered, with the smallest and largest value that they may take), rows (the variables
-- `parts` sum to the variable `whole`, or to at most it) and statements (a variable lies between low and high).
-- Propagation narrows each variable by each row until nothing moves. Where rows and variables form a tree that decides
-- the question; where they interlock, GLPK's glpsol decides it in exact arithmetic, if it is installed.

local decimal = require "blotter.lang.decimal"

local linear = {}

local rounds = 100

local function narrow(low, high, at, from, to)
  if from and (not low[at] or from > low[at]) then low[at] = from end
  if to and (not high[at] or to < high[at]) then high[at] = to end
  return not (low[at] and high[at] and low[at] > high[at])
end

-- The sums of the parts' ends; the second pair counts the open ends.
local function sums(row, low, high)
  local sum_low, sum_high, open_low, open_high = 0, 0, 0, 0
  for _, part in ipairs(row.parts) do
    if low[part] then sum_low = sum_low + low[part] else open_low = open_low + 1 end
    if high[part] then sum_high = sum_high + high[part] else open_high = open_high + 1 end
  end
  return sum_low, sum_high, open_low, open_high
end

-- Narrows the variables of one row. Returns false when no values are left.
local function propagate_row(row, low, high)
  local sum_low, sum_high, open_low, open_high = sums(row, low, high)
  local whole = row.whole
  if not narrow(low, high, whole, open_low == 0 and sum_low or nil,
    row.is_all and open_high == 0 and sum_high or nil) then return false end
  for _, part in ipairs(row.parts) do
    local others_low = open_low - (low[part] and 0 or 1) == 0 and sum_low - (low[part] or 0)
    local others_high = open_high - (high[part] and 0 or 1) == 0 and sum_high - (high[part] or 0)
    local to = high[whole] and others_low and high[whole] - others_low or nil
    local from = row.is_all and low[whole] and others_high and low[whole] - others_high or nil
    if not narrow(low, high, part, from, to) then return false end
  end
  return true
end

local function same(a, b, count)
  for i = 1, count do
    if a[i] ~= b[i] then return false end
  end
  return true
end

-- The ends of all variables under some statements; nil when a variable has no value left.
local function start(system, statements)
  local low, high = {}, {}
  for i = 1, system.count do low[i], high[i] = system.minimum, system.maximum end
  for _, statement in ipairs(statements) do
    if not narrow(low, high, statement.variable, statement.low, statement.high) then return nil end
  end
  return low, high
end

--- Whether propagation leaves values for all variables.
function linear.propagates(system, statements)
  local low, high = start(system, statements)
  if not low then return false end
  for _ = 1, rounds do
    local before_low = table.move(low, 1, system.count, 1, {})
    local before_high = table.move(high, 1, system.count, 1, {})
    for _, row in ipairs(system.rows) do
      if not propagate_row(row, low, high) then return false end
    end
    if same(low, before_low, system.count) and same(high, before_high, system.count) then break end
  end
  return true
end

--- Whether the rows interlock: some variables are tied to each other in more than one way.
function linear.interlocks(system)
  local parent = {}
  local function find(node)
    while parent[node] and parent[node] ~= node do node = parent[node] end
    return node
  end
  for number, row in ipairs(system.rows) do
    local variables = table.move(row.parts, 1, #row.parts, 2, {row.whole})
    for _, variable in ipairs(variables) do
      local a, b = find("v" .. variable), find("r" .. number)
      if a == b then return true end
      parent[a] = b
    end
  end
  return false
end

local has_glpsol

--- Whether glpsol can be run; asked once.
function linear.has_solver()
  if has_glpsol == nil then has_glpsol = os.execute "command -v glpsol >/dev/null 2>&1" == true end
  return has_glpsol
end

-- The system as a linear program in CPLEX format.
local function program(system, statements)
  local low, high = start(system, statements)
  local lines = {"Minimize", " cost: 0 x1", "Subject To"}
  for number, row in ipairs(system.rows) do
    local terms = {}
    for i, part in ipairs(row.parts) do terms[i] = "x" .. part end
    lines[#lines + 1] = (" r%d: %s - x%d %s 0"):format(number, table.concat(terms, " + "), row.whole,
      row.is_all and "=" or "<=")
  end
  lines[#lines + 1] = "Bounds"
  for i = 1, system.count do
    lines[#lines + 1] = (" %s <= x%d <= %s"):format(low[i] and decimal("%.15g", low[i]) or "-inf", i,
      high[i] and decimal("%.15g", high[i]) or "+inf")
  end
  lines[#lines + 1] = "End\n"
  return table.concat(lines, "\n")
end

--- Whether a linear program finds values for all variables: true or false, or nil and why it could not be asked.
function linear.solves(system, statements)
  if not start(system, statements) then return false end
  if not linear.has_solver() then return nil, "glpsol is not installed (Debian: glpk-utils)" end
  local path = os.tmpname()
  local file, problem = io.open(path, "wb")
  if not file then return nil, problem end
  file:write(program(system, statements))
  file:close()
  local pipe = io.popen("glpsol --exact --lp '" .. path .. "' 2>&1")
  local answer = pipe and pipe:read "a" or ""
  if pipe then pipe:close() end
  os.remove(path)
  if answer:find "NO .*FEASIBLE" then return false end
  if answer:find "OPTIMAL" then return true end
  return nil, "glpsol gave no answer"
end

--- A smallest set of statements that cannot all be true: each one left out in turn, and left out for good where the
-- others still conflict (a deletion filter). is_feasible takes a list of statements.
function linear.smallest_conflict(statements, is_feasible)
  local kept = table.move(statements, 1, #statements, 1, {})
  local at = #kept
  while at >= 1 do
    local without = table.move(kept, 1, #kept, 1, {})
    table.remove(without, at)
    if is_feasible(without) == false then kept = without end
    at = math.min(at - 1, #kept)
  end
  return kept
end

return linear
