--- Raising a programmer's error at the line of the user's own code.
--
-- The verbs call each other, so a fixed level given to `error` would often name a line inside blotter. This walks
-- the stack instead, only once something has gone wrong, to the first function outside these rooms. Reports, formats,
-- named queries and commands use the public calls as any user's code does.

local own = debug.getinfo(1, "S").source:match "^(.*)errors/fail%.lua$" or "@?"
local rooms = {errors = true, lang = true, query = true, tables = true, terminal = true, remote = true, ops = true,
  repl = true, disclose = true}

local function is_own(source)
  if source:sub(1, #own) ~= own then return false end
  local rest = source:sub(#own + 1)
  if rest == "queries/init.lua" then return true end
  local room = rest:match "^([^/]+)/"
  return room == nil or rooms[room] == true
end

--- Where the user's code called blotter, as `file:line: `, or an empty string when nobody did.
local function where()
  local level = 3
  while true do
    local info = debug.getinfo(level, "Sl")
    if not info then return "" end
    if info.what ~= "C" and not is_own(info.source) then
      return info.currentline > 0 and ("%s:%d: "):format(info.short_src, info.currentline) or ""
    end
    level = level + 1
  end
end

--- Raises `message`; further arguments are formatted into it as by string.format.
local function fail(message, ...)
  if select("#", ...) > 0 then message = message:format(...) end
  error(where() .. message, 0)
end

return fail
