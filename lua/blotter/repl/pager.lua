--- Long answers on a screen of their own: in $PAGER, or less.

local core = require "blotter.core"
local width = require "blotter.terminal.width"

local pager = {}

--- The command of $PAGER, less, or false when the variable is empty.
function pager.usual()
  local named = os.getenv "PAGER"
  if named == "" then return false end
  return named or "less -FRX"
end

--- How many lines of a terminal of that width a text takes.
local function lines_of(text, columns)
  local n = 0
  for line in text:gmatch "([^\n]*)\n" do
    n = n + math.max(1, (width.of((line:gsub("\27%[[%d;]*m", ""))) + columns - 1) // columns)
  end
  return n
end

--- The text through a command, from a file: so that a reader who leaves early ends nothing.
local function through(command, text)
  local path = os.tmpname()
  local file = io.open(path, "wb")
  if not file then return false end
  file:write(text)
  file:close()
  io.stdout:flush()
  local ok, _, status = os.execute(("%s <'%s'"):format(command, path))
  os.remove(path)
  return ok or status ~= 127
end

--- Prints a text; through the command `command` (false: never) when the terminal is too low for it.
function pager.show(text, command)
  local columns, rows = core.terminal()
  local long = type(command) == "string" and columns and rows > 0 and lines_of(text, columns) >= rows
  if long and through(command, text) then return end
  io.stdout:write(text)
end

return pager
