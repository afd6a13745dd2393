--- Where the prompt's lines come from: libedit, when blotter was built with it, with history and completion, or plain
-- reading.

local complete = require "blotter.repl.complete"
local core = require "blotter.core"

local lines = {}

local Reader = {}
Reader.__index = Reader

local REMEMBERED = 1000

--- The file of past statements: of $BLOTTER_HISTORY, or in the home directory; nil when there is none.
local function history_path()
  local named, home = os.getenv "BLOTTER_HISTORY", os.getenv "HOME"
  if named then return named ~= "" and named or nil end
  return home and home .. "/.blotter_history" or nil
end

-- What stands in the file for the end of a line within a statement.
local LINE_END = "\1"

--- The last statements of the file.
local function past(path)
  local all, file = {}, path and io.open(path, "rb")
  if file then
    for line in file:lines() do all[#all + 1] = (line:gsub(LINE_END, "\n")) end
    file:close()
  end
  return table.move(all, math.max(1, #all - REMEMBERED + 1), #all, 1, {})
end

local function with_editor(self, scope)
  local found, edit = pcall(require, "blotter.edit")
  if not found or not self.interactive or os.getenv "TERM" == "dumb" then return end
  self.editor = edit.open(function(line) return complete.key(line, scope, core.terminal()) end)
  self.path = history_path()
  for _, text in ipairs(past(self.path)) do self.editor:remember(text) end
end

--- A reader of standard input; `scope` is where completion looks for names.
function lines.open(scope)
  local self = setmetatable({ interactive = core.is_terminal(0) and core.is_terminal(1) }, Reader)
  with_editor(self, scope)
  return self
end

local function plain(text, shown)
  if shown then
    io.stdout:write(text)
    io.stdout:flush()
  end
  return io.read "L"
end

--- A line as it is typed, without an editor; nil and true when Ctrl-C took it away.
local function read_plain(self, text)
  local ok, line, message, code = pcall(plain, text, self.interactive)
  local interrupted = not ok and tostring(line):find "interrupted!" or message and code == 4
  if interrupted then return nil, true end
  if not ok then error(line, 0) end
  return line and line:gsub("\n$", "") or nil
end

--- The next line without its end, nil at the end of the input; nil and true when Ctrl-C took it away.
function Reader:read(text)
  local line, interrupted
  if self.editor then
    line, interrupted = self.editor:read(text)
  else
    line, interrupted = read_plain(self, text)
  end
  if not line and (interrupted or self.interactive) then io.stdout:write "\n" end
  return line, interrupted
end

--- Puts a statement with all its lines into the history and its file.
function Reader:remember(text)
  if not self.editor then return end
  self.editor:remember(text)
  local file = self.path and io.open(self.path, "ab")
  if file then
    file:write((text:gsub("\n", LINE_END)), "\n")
    file:close()
  end
end

function Reader:close()
  if self.editor then self.editor:close() end
end

return lines
