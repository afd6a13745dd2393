-- Sweeps against trafficking in persons, of all ages: no part of a sum of what was done against online offences.
--
-- An operation is such a sweep where one of its statements, or of another round of it, is of that offence; so is a
-- programme that holds one. sweeps.kept(question, choices) returns the choices without those of sweeps, except in rows
-- that have nothing else, and notes the others as the question's sweeps. A question that names a subject or an offence,
-- or has a row for each, is answered as it was asked.

local questions = require "blotter.ops.totals.question"

local sweeps = {}

local trafficking = "^0204"

-- What keeps the rounds of one operation together: its parent, or itself.
local function round_of(subject) return subject.parent or subject.id end

local function find_rounds(model)
  local rounds = {}
  for _, figure in ipairs(model.figures) do
    if figure.subject_row.type == "operation" and (figure.offence or ""):find(trafficking) then
      rounds[round_of(figure.subject_row)] = true
    end
  end
  return rounds
end

-- The ids of the programmes that hold such a round.
local function find_holders(model, rounds)
  local holders = {}
  for id in pairs(rounds) do
    for above in pairs(model:holders(id)) do
      if model.tables.subjects.index[above].type == "programme" then holders[above] = true end
    end
  end
  return holders
end

local function known(model)
  if not model.sweeps then
    local rounds = find_rounds(model)
    model.sweeps = {rounds = rounds, holders = find_holders(model, rounds)}
  end
  return model.sweeps
end

--- Whether a subject is a sweep against trafficking in persons, or a programme of them.
function sweeps.is(model, subject)
  local found = known(model)
  return subject.type == "operation" and found.rounds[round_of(subject)] or found.holders[subject.id] or false
end

local function names_them(question)
  return question.asked.subject or question.asked.offence or question.is_state
end

-- The rows in which something else than sweeps is counted.
local function rows_of_others(question, choices)
  local rows = {}
  for _, choice in ipairs(choices) do
    local row = questions.row(question, choice.figure)
    if not sweeps.is(question.model, choice.figure.subject_row) then rows[row] = true end
  end
  return rows
end

--- The choices of a question without those of sweeps; see the head of this file.
function sweeps.kept(question, choices)
  question.sweeps = {}
  if names_them(question) then return choices end
  local others, kept = rows_of_others(question, choices), {}
  for _, choice in ipairs(choices) do
    local row = questions.row(question, choice.figure)
    local is_lost = sweeps.is(question.model, choice.figure.subject_row) and others[row]
    table.insert(is_lost and question.sweeps or kept, is_lost and choice.figure or choice)
  end
  return kept
end

return sweeps
