--- A real terminal for specs: the prompt in a window of tmux, what is typed there, and what the screen shows.

local clock = require("blotter.core").clock
local command = require "command"

local screen = {}
screen.__index = screen

local PATIENCE = 20 -- seconds until a screen that was waited for must be there

local function run(line)
  local pipe = assert(io.popen(line .. " 2>&1"))
  local text = pipe:read "a"
  return pipe:close() ~= nil, text
end

--- Whether tmux is there and can open a window. With a sanitizer's library it would be told for its own leaks.
function screen.possible()
  if os.getenv "BLOTTER_PRELOAD" then return false end
  local name = "blotter-try-" .. tostring({}):match "0x(%w+)"
  local ok = run(("tmux -L %s -f /dev/null new-session -d 'exec sleep 5'"):format(name))
  run(("tmux -L %s kill-server"):format(name))
  return ok
end

--- Opens a window of that size with the prompt in it, in `directory`; `settings` are further variables of its
-- environment.
function screen.open(columns, rows, directory, settings)
  local folder = command.folder()
  local first = { folder = folder, name = "blotter-" .. folder:match "[^/]*$" }
  return screen.again(first, columns, rows, directory, settings)
end

--- The same in the home of another session, with its history.
function screen.again(before, columns, rows, directory, settings)
  local folder = before.folder
  local self = setmetatable({ folder = folder, name = before.name .. "-" }, screen)
  local line = ("cd %s && exec env -u PAGER -u COLUMNS -u NO_COLOR HOME=%s LC_ALL=C.UTF-8 TERM=screen %s %s repl")
    :format(directory, folder, settings, command.path())
  command.spill(folder .. "/run", line .. "\n")
  assert(self:tmux(("new-session -d -x %d -y %d 'sh %s/run' \\; set status off"):format(columns, rows, folder)))
  self:wait "\n>"
  return self
end

function screen:tmux(arguments)
  return run(("tmux -L %s -f /dev/null %s"):format(self.name, arguments))
end

--- What the screen shows, and what has left it at its top, without blanks and empty lines at ends; times are zero.
-- `escapes`: with colours.
function screen:text(escapes)
  local _, text = self:tmux("capture-pane -p -S -" .. (escapes and " -e" or ""))
  text = text:gsub("[ \t]+\n", "\n"):gsub("%s+$", ""):gsub("%(%d+%.%d%d%d s%)", "(0.000 s)")
  return text
end

--- Waits until the text ends with `wanted`; `folded`: but for blanks and ends of lines, which a long line has
-- anywhere.
function screen:wait(wanted, folded)
  local start = clock()
  if folded then wanted = wanted:gsub("%s", "") end
  repeat
    local text = self:text()
    local seen = folded and text:gsub("%s", "") or text
    if seen:sub(-#wanted) == wanted then return text end
  until clock() - start > PATIENCE
  error(("the screen does not end with %q:\n%s"):format(wanted, self:text()), 2)
end

--- Presses keys, as tmux names them.
function screen:press(...)
  for _, key in ipairs { ... } do assert(self:tmux("send-keys " .. key)) end
end

--- Types a text, and waits until it stands there.
function screen:type(text)
  assert(self:tmux("send-keys -l '" .. text:gsub("'", "'\\''") .. "'"))
  self:wait(text:sub(-8), true)
end

--- Types statements, each when the prompt is back; one that is {line, …} goes on over several lines.
function screen:say(...)
  for _, lines in ipairs { ... } do
    lines = type(lines) == "table" and lines or { lines }
    for i, line in ipairs(lines) do
      self:type(line)
      self:press "Enter"
      self:wait(i < #lines and "\n…" or "\n>")
    end
  end
  return self:text()
end

function screen:close()
  self:tmux "kill-server"
  command.remove(self.folder)
end

return screen
