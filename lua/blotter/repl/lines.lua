--- Where the prompt's lines come from: a line editor (the rock linenoise, when it is installed) with history and
-- completion, or plain reading.

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

local function with_editor(self, scope)
  local found, editor = pcall(require, "linenoise")
  if not found or not self.interactive then return end
  self.editor, self.path = editor, history_path()
  editor.setcompletion(function(choices, line)
    for _, choice in ipairs(complete.lines(line, scope)) do choices:add(choice) end
  end)
  if editor.historysetmaxlen then editor.historysetmaxlen(REMEMBERED) end
  if self.path then editor.historyload(self.path) end
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

local function edited(editor, text)
  local line, message = editor.linenoise(text)
  if not line and message and message:find "[Uu]navailable" then error "interrupted!" end
  return line and line .. "\n"
end

--- The next line without its end, nil at the end of the input; nil and true when Ctrl-C took it away.
function Reader:read(text)
  local ok, line, message, code
  if self.editor then
    ok, line = pcall(edited, self.editor, text)
  else
    ok, line, message, code = pcall(plain, text, self.interactive)
  end
  local interrupted = not ok and tostring(line):find "interrupted!" or message and code == 4
  if interrupted then
    io.stdout:write "\n"
    return nil, true
  end
  if not ok then error(line, 0) end
  if not line and self.interactive then io.stdout:write "\n" end
  return line and line:gsub("\n$", "") or nil
end

--- Puts a statement into the history; one of several lines as one.
function Reader:remember(text)
  if self.editor then self.editor.historyadd((text:gsub("%s*\n%s*", " "))) end
end

function Reader:close()
  if self.editor and self.path then self.editor.historysave(self.path) end
end

return lines
