--- The prompt: reads a statement, runs it, prints what it gives, until the input ends.

local core = require "blotter.core"
local evaluate = require "blotter.repl.evaluate"
local lines = require "blotter.repl.lines"
local show = require "blotter.terminal.show"

local prompt = {}

local FIRST, MORE = "> ", "… "

local function has_colours()
  return core.is_terminal(1) and not os.getenv "NO_COLOR" and os.getenv "TERM" ~= "dumb"
end

--- Reads lines until they make a statement: its text; "" when Ctrl-C took it away, nil at the end of the input.
local function statement(reader)
  local text
  while true do
    local line, interrupted = reader:read(text and MORE or FIRST)
    if interrupted then return "" end
    if not line then return text end
    text = text and text .. "\n" .. line or line
    if not evaluate.is_open(text) then return text end
  end
end

--- What people type who want to leave.
local ENDS = {}
for word in ("exit quit exit() quit() bye :q :quit \\q .exit .quit"):gmatch "%S+" do ENDS[word] = true end

local function is_end(text, scope)
  local word = text:match "^%s*(.-)%s*;?%s*$"
  return ENDS[word] and rawget(scope, word:match "%a+") == nil
end

--- Reads and runs statements until the input ends.
local function rounds(reader, scope)
  while true do
    local text = statement(reader)
    if not text or is_end(text, scope) then return end
    if text:find "%S" then
      reader:remember(text)
      evaluate.run(text, scope, reader.interactive)
    end
  end
end

--- Runs the prompt to the end of its input. `data` is the folder of the dataset. Returns the exit status.
function prompt.run(data)
  core.watch_interrupts()
  show.colour = has_colours()
  require("blotter").guess = true -- what is found out of a file is printed here
  local scope = evaluate.scope(data)
  local reader = lines.open(scope)
  if reader.interactive then
    print 'blotter: help() says what there is, help "joins" more of it; Ctrl-D ends.'
  end
  repeat -- Ctrl-C may come where nothing runs and nothing is read
    local ended, problem = pcall(rounds, reader, scope)
    if not ended and not tostring(problem):find "interrupted!$" then error(problem, 0) end
  until ended
  reader:close()
  return 0
end

return prompt
