-- All threads against one, by turns, with a control of what the processors gave meanwhile.
--
--   lua5.4 spec/bench/threads.lua CSV SECONDS THREADS     prints   engine question run seconds rows checksum
--
-- A turn asks one question on one thread and on all, every other turn the other way round, between two controls. Turns
-- come in spells of one question, until it has ENOUGH calm ones or the seconds are over; the questions have the seconds
-- in equal shares, and each has one spell at least. Whether a turn is calm depends on its controls alone (control.lua),
-- never on what the engine did. Each turn is three lines:
--
--   blotter-1    q1  RUN  seconds on one thread    rows  checksum
--   blotter-all  q1  RUN  seconds on all threads   rows  checksum
--   processors   q1  RUN  processors given         calm  the seconds of both controls
--
-- where calm is 1 or 0, and a control's seconds are those alone and together.
--
-- Answers that differ from one thread to all, or from turn to turn, end it as an error.

package.path = "spec/bench/?.lua;" .. package.path
local blotter = require "blotter"
local clock = require "clock"
local control = require "control"
local questions = require "questions"

local csv, seconds, threads = arg[1], tonumber(arg[2]), math.tointeger(tonumber(arg[3]))
if not (csv and seconds and threads) then
  io.stderr:write "usage: lua5.4 spec/bench/threads.lua CSV SECONDS THREADS\n"
  os.exit(2)
end

local SPELL, ENOUGH = 5, 15 -- turns
local MOMENT = 0.05 -- seconds

local x = assert(blotter.csv(csv))
local deadline = clock.now() + seconds

-- Of each question: seconds spent, turns, calm ones, and what every answer must be.
local states = {}
for i, question in ipairs(questions) do states[i] = { question = question, spent = 0, turns = 0, calm = 0 } end

--- Prints one answer's line after comparing it with the first.
local function answered(state, engine, time, rows, sums)
  local answer = rows .. " rows, " .. clock.checksum(sums)
  state.answer = state.answer or answer
  if answer ~= state.answer then
    error(("%s: %s answers %s; before it was %s"):format(state.question.name, engine, answer, state.answer), 0)
  end
  clock.line(state.question.name, state.turns, time, rows, sums, engine)
end

--- Asks on so many threads. They are started anew, so before the time is taken they work on the same for a moment: that
--- they are awake, and have their memory and what they need of the table in their caches.
local function ask(question, count)
  local function answer() return question.ask(x):collect() end
  collectgarbage()
  blotter.threads, blotter.timeout = count, MOMENT
  pcall(answer)
  blotter.timeout = 0
  return clock.once(answer, question.check)
end

local function turn(state)
  state.turns = state.turns + 1
  local order = { { "blotter-1", 1 }, { "blotter-all", threads } }
  if state.turns % 2 == 0 then order[1], order[2] = order[2], order[1] end
  local before = control.run(threads)
  for _, side in ipairs(order) do side.got = table.pack(ask(state.question, side[2])) end
  local after = control.run(threads)
  for _, side in ipairs(order) do answered(state, side[1], table.unpack(side.got)) end
  local calm = control.calm(before, after) and 1 or 0
  state.calm = state.calm + calm
  local times = { before.alone, before.together, after.alone, after.together }
  clock.line(state.question.name, state.turns, control.gave(threads, before, after), calm, times, "processors")
end

local function spell(state)
  local start = clock.now()
  for _ = 1, SPELL do turn(state) end
  state.spent = state.spent + clock.now() - start
end

--- The question that goes on: of those that are not done the one which has had the least time.
local function next_state()
  local late, found = clock.now() >= deadline, nil
  for _, state in ipairs(states) do
    local done = state.turns > 0 and (late or state.calm >= ENOUGH)
    if not done and (not found or state.spent < found.spent) then found = state end
  end
  return found
end

local state = next_state()
while state do
  spell(state)
  state = next_state()
end
