--- The audit: what somebody can work out who knows everything that is published, and all that was published before.
--
-- For each sensitive cell two questions are asked: can it be as low as it must be able to, can it be as high? "safe" is
-- shown by a table of integers that fits everything published and answers yes; "at risk" by multipliers of the sums
-- that bound the cell. Both are checked in exact arithmetic: the solver's floating point only proposes. What neither
-- shows is "undecided", and counts as at risk.

local attack = {}
attack.__index = attack

local by_cell = require "blotter.disclose.by_cell"
local equations = require "blotter.disclose.equations"

local DENOMINATORS = {1, 2, 3, 4, 6, 12, 60, 5040}
local MOST_BRANCHES = 60
local LARGEST = 1 << 53

--- An attack on a model: `is_unknown(i)` says which cells are not known, `low(i)` and `high(i)` between what they are
-- known to lie (high nil: open).
function attack.new(model, is_unknown, low, high)
  local cells, rows, place = model:unknowns(is_unknown)
  local truth, lows, highs = {}, {}, {}
  for c, i in ipairs(cells) do truth[c], lows[c], highs[c] = model.values[i], low(i), high(i) or false end
  local made = setmetatable({cells = cells, place = place, truth = truth, low = lows, high = highs, count = #cells,
    equations = #rows}, attack)
  made.system, made.extend = equations.of_cells(rows, lows, highs)
  return made
end

--- Whether a list of the unknown cells' values fits everything that is known.
function attack:fits(values)
  return self.system:fits(self.extend(values))
end

local function copied(list, count) return table.move(list, 1, count, 1, {}) end

-- The program, made when it is first needed; nil, message, code without a solver.
local function program_of(self)
  if not self.program then
    local program, message, code = self.system:program()
    if not program then return nil, message, code end
    self.program = program
  end
  return self.program
end

--- The solver and its version; nil where none was needed.
function attack:solver()
  return self.program and "Clp " .. self.program:solver()
end

--- What has to be shown of each sensitive cell: a list of {cell =, sign = 1 or -1, goal =}; the cell's number is the
-- model's. What is not among the unknown cells is known, and has "at risk" as its verdict already.
function attack:questions(needs, model)
  local list = {}
  for i = 1, #model.values do
    local need = needs[i]
    for _, sign in ipairs(need and {-1, 1} or {}) do
      local goal = sign < 0 and need.low or need.high
      if sign * goal > sign * model.values[i] or not self.place[i] then
        local known = not self.place[i]
        list[#list + 1] = {cell = i, sign = sign, goal = goal, verdict = known and "at risk" or nil,
          bound = known and model.values[i] or nil, published = known or nil}
      end
    end
  end
  return list
end

-- A list of values as a change of the true table: {cell, value, cell, value, …}, the model's cells.
local function change_to(self, values)
  local change = {}
  for c, i in ipairs(self.cells) do
    if values[c] ~= self.truth[c] then
      change[#change + 1] = i
      change[#change + 1] = values[c]
    end
  end
  return change
end

--- Whether the true table with a change fits everything that is known, as the true one does: the changed values by
-- unknown cell, or false.
function attack:changed(change)
  local columns, by, values = {}, {}, {}
  for k = 1, #change, 2 do
    local c, value = self.place[change[k]], change[k + 1]
    if not c or values[c] or value < self.low[c] or value > (self.high[c] or LARGEST) then return false end
    columns[#columns + 1], by[#by + 1], values[c] = c, value - self.truth[c], value
  end
  return self.system:keeps(columns, by) and values
end

-- Answers by a change every question that it answers; what shows something becomes one table of the proof.
local function show(self, open, change)
  local values = self:changed(change)
  local number = #self.tables + 1
  for k = 1, values and #change or 0, 2 do
    local value = change[k + 1]
    for _, question in ipairs(open[change[k]] or {}) do
      if not question.verdict and question.sign * value >= question.sign * question.goal then
        question.verdict, question.table = "safe", number
        self.tables[number] = change
      end
    end
  end
end

-- Answers a question by multipliers: true when they bound the cell short of its goal.
local function refute(self, question, program)
  local c = self.place[question.cell]
  for _, denominator in ipairs(DENOMINATORS) do
    for _, factor in ipairs {-question.sign * denominator, question.sign * denominator} do
      local multipliers = program:multipliers(factor)
      local bound = self.system:bound(c, question.sign, multipliers, denominator)
      if bound and question.sign * bound < question.sign * question.goal then
        question.verdict, question.bound = "at risk", bound
        question.multipliers, question.denominator = multipliers, denominator
        return true
      end
    end
  end
  return false
end

-- Depth first, on what the solution gives a fraction.
local function branch(self, program, low, high, budget)
  if budget.left == 0 then return nil end
  budget.left = budget.left - 1
  if program:solve "dual" ~= "optimal" then return nil end
  local values, is_whole = program:values()
  if is_whole then return values end
  local at
  for c = 1, self.count do at = at or math.type(values[c]) == "float" and c end
  if not at then return nil end
  local from, to = low[at], high[at]
  for _, half in ipairs {{from, math.floor(values[at])}, {math.ceil(values[at]), to}} do
    low[at], high[at] = half[1], half[2]
    program:bounds(at, half[1], half[2] or nil)
    local found = branch(self, program, low, high, budget)
    low[at], high[at] = from, to
    program:bounds(at, from, to or nil)
    if found then return found end
  end
end

-- Asks the solver for a table that answers the question, and for multipliers when there is none.
local function ask(self, open, question)
  local program, message, code = program_of(self)
  if not program then return nil, message, code end
  local c = self.place[question.cell]
  local low, high = copied(self.low, self.count), copied(self.high, self.count)
  if question.sign > 0 then high[c] = math.min(high[c] or question.goal, question.goal) end
  if question.sign < 0 then low[c] = math.max(low[c], question.goal) end
  program:bounds(c, low[c], high[c] or nil)
  program:cost(c, -question.sign)
  local outcome = program:solve "primal"
  if outcome == "optimal" then
    local values, is_whole = program:values()
    if not refute(self, question, program) then
      if not is_whole then
        if question.sign > 0 then low[c] = question.goal else high[c] = question.goal end
        program:bounds(c, low[c], high[c])
        values = branch(self, program, low, high, {left = MOST_BRANCHES})
      end
      if values then show(self, open, change_to(self, values)) end
    end
  end
  question.verdict = question.verdict or "undecided"
  program:cost(c, 0)
  program:bounds(c, self.low[c], self.high[c] or nil)
  return true
end

local function change_by(self, move)
  local change = {}
  for _, step in ipairs(move) do
    local c = self.place[step[1]]
    if c then
      change[#change + 1] = step[1]
      change[#change + 1] = self.truth[c] + step[2] * move.times
    end
  end
  return change
end

--- Answers all questions; `moves` are changes of the true table that may serve: {{{cell, by}, …, times =}, …}.
-- Returns the questions with their verdicts, or nil, message, code where a solver is needed and there is none.
function attack:answer(questions, moves)
  self.tables = {}
  if not self:fits(copied(self.truth, self.count)) then
    return nil, "the true table does not fit its own sums", "invalid"
  end
  local open = by_cell(questions)
  for _, move in ipairs(moves or {}) do show(self, open, change_by(self, move)) end
  for _, question in ipairs(questions) do
    if not question.verdict then
      local done, message, code = ask(self, open, question)
      if not done then return nil, message, code end
    end
  end
  return questions
end

-- One end of what a cell can be: the value, and whether it is proven to be the last.
local function extreme(self, program, c, sign)
  program:cost(c, -sign)
  local outcome = program:solve "primal"
  local found, is_proven
  if outcome == "optimal" then
    for _, denominator in ipairs(DENOMINATORS) do
      for _, factor in ipairs {-sign * denominator, sign * denominator} do
        local bound = self.system:bound(c, sign, program:multipliers(factor), denominator)
        if bound and (not found or sign * bound < sign * found) then found = bound end
      end
      local values, is_whole = program:values()
      if found and is_whole and values[c] == found and self:fits(values) then
        is_proven = true
        break
      end
    end
  end
  program:cost(c, 0)
  return found, is_proven or false, outcome
end

--- What each unknown cell can be, {[cell] = {low =, high = (nil: open), exact =}}: `exact` when tables of integers
-- reach both ends. Or nil, message, code without a solver, and when nothing fits what is known.
function attack:intervals()
  local program, message, code = program_of(self)
  if not program then return nil, message, code end
  local found = {}
  for c, i in ipairs(self.cells) do
    local low, low_proven, outcome = extreme(self, program, c, -1)
    if outcome == "infeasible" then return nil, "no table fits what is published", "invalid" end
    local high, high_proven, way = extreme(self, program, c, 1)
    found[i] = {low = low or self.low[c], high = high or self.high[c] or nil,
      exact = low_proven and (high_proven or way == "unbounded")}
  end
  return found
end

return attack
