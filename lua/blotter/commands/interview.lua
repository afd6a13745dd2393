--- Asks a curator on a terminal what a record lacks, with proposals to choose from by their number.

local worksheet = require "blotter.ops.dataset.worksheet"

local interview = {}

local ATTEMPTS = 3

local function question_text(question)
  local lines = { question.at .. (question.given and (" (now '%s')"):format(question.given) or "") }
  for number, proposal in ipairs(question.proposals) do
    lines[#lines + 1] = ("  %d  %s: %s"):format(number, proposal.value, proposal.why)
  end
  lines[#lines + 1] = #question.proposals > 0 and "number, value, or nothing to leave it: " or "value, or nothing: "
  return table.concat(lines, "\n")
end

--- Asks all questions about a record and fills the answers in. `ask(text)` returns a line, or nil at the end.
-- Questions that an answer raises (the period of a subject) are asked in turn, each place once; an answer that is no
-- known id is asked for again.
function interview.run(ops, record, ask)
  local asked, answers = {}, {}
  while true do
    local question
    for _, one in ipairs(ops:questions(record)) do
      local times = asked[one.at] or 0
      if not question and (times == 0 or times < ATTEMPTS and one.given and answers[one.at] == one.given) then
        question = one
      end
    end
    if not question then return end
    asked[question.at] = (question.given and asked[question.at] or 0) + 1
    local answer = ask(question_text(question))
    if not answer then return end
    local chosen = question.proposals[math.tointeger(tonumber(answer)) or 0]
    answers[question.at] = answer ~= "" and (chosen and chosen.value or answer) or nil
    if answer ~= "" then worksheet.answer(record, question.at, answers[question.at]) end
  end
end

return interview
