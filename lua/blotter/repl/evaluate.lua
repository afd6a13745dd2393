--- Running what was typed: an expression or statements of Lua, and printing what it gives.

local advice = require "blotter.repl.advice"
local core = require "blotter.core"
local help = require "blotter.repl.help"
local pager = require "blotter.repl.pager"
local read = require "blotter.tables.read"
local remarks = require "blotter.lang.remarks"
local width = require "blotter.terminal.width"

local evaluate = {}

local CHUNK = "=prompt"
local MOST = 10 -- readings of a statement that are told of

--- The names that statements see: blotter, help and ops (opened when it is first asked for) above Lua's own; pager is
-- a setting.
function evaluate.scope(data)
  local blotter = require "blotter"
  local scope = { pager = pager.usual(), blotter = blotter }
  setmetatable(scope, { __index = function(self, name)
    if name ~= "ops" then return _G[name] end
    local ops, message = blotter.operations(data)
    if not ops then error(message, 0) end
    rawset(self, name, ops)
    return ops
  end })
  scope.help = function(word) return help.text(word, function() return blotter.operations(data) and scope.ops end) end
  return scope
end

--- What was typed without `local`, which would end with its line, and without the `=` of older prompts; words behind
-- help are a text.
local function plain(text)
  text = text:gsub("^%s*help%s+([%a_][%w_ %-]*)$", 'help "%1"')
  return (text:gsub("^%s*=", ""):gsub("^%s*local%s+(function%s)", "%1")
    :gsub("^%s*local%s+([%a_][%w_]*%s*[=,])", "%1"))
end

--- What a reading has to say when nobody prints it: its hints, and that rows were passed over.
local function told(info)
  local texts = { table.unpack(info.hints) }
  if (info.rejected or 0) > 0 then
    texts[#texts + 1] = ("%d row%s rejected: info.rejects of t, info = … shows them"):format(info.rejected,
      info.rejected == 1 and "" or "s")
  end
  return #texts > 0 and table.concat(texts, "\n") or nil
end

--- What is said of values that nobody sees: the message beside nil.
local function unseen(values)
  return values.n >= 2 and values[1] == nil and type(values[2]) == "string" and values or { n = 0 }
end

--- Calls a function; returns its values, and what is told of the readings that it made, but for those among its values.
local function listening(call)
  local heard, before, told_of = {}, read.listener, {}
  read.listener = function(info) heard[#heard + 1] = info end
  local done = table.pack(pcall(call))
  read.listener = before
  local seen = {}
  for _, value in ipairs(done[1] and done[2] or {}) do seen[value] = true end
  for i = 1, math.min(#heard, MOST) do
    told_of[#told_of + 1] = not seen[heard[i]] and told(heard[i]) or nil
  end
  if not done[1] then
    io.stdout:write(table.concat(told_of, "\n"), told_of[1] and "\n" or "")
    error(done[2], 0)
  end
  return done[2], told_of
end

--- `name = expression`, or `name, name = expression`, as a function that assigns and returns what would not be seen.
local function assignment(text, scope)
  local names, expression = text:match "^%s*([%a_][%w_%.,%s]*)=%s*([^=].*)$"
  if not names or not load("return " .. expression, CHUNK, "t", scope) then return nil end
  local chunk = load("local pack = ... return pack(" .. expression .. "\n)", CHUNK, "t", scope)
  local assign = load(names .. " = ...", CHUNK, "t", scope)
  if not chunk or not assign then return nil end
  return function()
    local values = chunk(table.pack)
    assign(table.unpack(values, 1, values.n))
    return unseen(values)
  end
end

--- What was typed as a function that returns its values packed. An expression is an argument, so that it is no tail
-- call, which would hide the line that was typed from errors.
local function compile(text, scope)
  text = plain(text)
  local assigning = assignment(text, scope)
  if assigning then return assigning end
  local chunk = load("local pack = ... return pack(" .. text .. "\n)", CHUNK, "t", scope)
  if chunk then return function() return chunk(table.pack) end end
  local statements, message = load(text, CHUNK, "t", scope)
  if not statements then return nil, message end
  return function() return table.pack(statements()) end
end

local function ends_early(text)
  local chunk, message = load(text, CHUNK, "t", {})
  return not chunk and message:find "<eof>'?$" ~= nil and not message:find("unfinished string", 1, true)
end

--- Whether a statement or an expression is not finished yet.
function evaluate.is_open(text)
  text = plain(text)
  if load("return " .. text, CHUNK, "t", {}) or load(text, CHUNK, "t", {}) then return false end
  if text:find "^%s*[%w_.]+:[%a_][%w_]*%s*$" then return false end -- a call without its brackets
  return ends_early(text) or ends_early("return " .. text)
end

--- The place in the program that started the prompt, where an answer that is printed finds the one who asked.
local function started_at(message)
  local program = arg and arg[0]
  if not program or message:sub(1, #program + 1) ~= program .. ":" then return message end
  return message:match("^%d+: (.*)", #program + 2) or message
end

--- An error of `line` as one paragraph: without the place of what was typed, or of the prompt's own.
local function paragraph(problem, line)
  local message = started_at(tostring(problem))
  if message:find "interrupted!?$" then return "interrupted" end
  message = message:gsub("^prompt:1: ", ""):gsub("^[^\n:]*blotter/repl/[%w_]+%.lua:%d+: ", "")
  local said = advice.of(message, line)
  return width.printable_lines(said and message .. "\n" .. said or message)
end

local LISTED = 20
local FEW = 12 -- entries that are shown whole

--- A text as it is written in Lua, without escapes where it has a line of Lua in it, so that it can be copied.
local function quoted(text)
  local is_plain = text:find '["\\]' and not text:find "]]" and not text:find "%c"
  return is_plain and "[[" .. text .. "]]" or ("%q"):format(text)
end

local function entry(key, value, is_whole)
  local word = type(value) == "string" and quoted(value) or tostring(value)
  if type(value) == "table" and not (getmetatable(value) or {}).__tostring then word = "{…}" end
  word = width.printable(word)
  if not is_whole then word = width.cut(word, 60) end
  return math.type(key) == "integer" and word or ("%s = %s"):format(tostring(key), word)
end

--- A plain table, one entry a line, in an order of its keys.
local function listing(value)
  local keys, shown = {}, {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    if math.type(a) and math.type(b) then return a < b end
    if math.type(a) or math.type(b) then return math.type(a) ~= nil end
    return tostring(a) < tostring(b)
  end)
  for i = 1, math.min(#keys, LISTED) do shown[i] = "  " .. entry(keys[i], value[keys[i]], #keys <= FEW) end
  if #keys > LISTED then shown[#shown + 1] = ("  … %d entries in all"):format(#keys) end
  return #keys == 0 and "{}" or "{\n" .. table.concat(shown, "\n") .. "\n}"
end

-- The colours of a table in an answer stay; all else that would do something to the terminal is spelled out.
local function inert(text)
  text = width.printable_lines(text)
  return (text:gsub("\\x1B(%[%d?%dm)", { ["[0m"] = "\27[0m", ["[2m"] = "\27[2m", ["[36m"] = "\27[36m" }))
end

local function text_of(value)
  if type(value) == "function" then return "a function: a call ends in brackets, as in t:columns()" end
  if type(value) == "string" then return inert(value) end
  local class = getmetatable(value)
  if type(value) == "table" and not (class and class.__tostring) then return listing(value) end
  return tostring(value)
end

--- What a statement gave as a text; of nil and a message, as calls answer that the data do not allow, the message.
local function answer(results)
  if results.n >= 2 and results[1] == nil and type(results[2]) == "string" then return inert(results[2]) end
  local texts = {}
  for i = 1, results.n do texts[i] = text_of(results[i]) end
  return table.concat(texts, "\n")
end

local function run(text, scope)
  local chunk, message = compile(text, scope)
  if not chunk then error(message, 0) end
  remarks.take()
  local results, told_of = listening(chunk)
  local said = results.n > 0 and answer(results) or nil
  for _, remark in ipairs(remarks.take()) do told_of[#told_of + 1] = remark end
  local behind = table.concat(told_of, "\n")
  return behind ~= "" and (said and said .. "\n" or "") .. behind or said
end

--- Runs a statement and prints its answer, and with `timed` how long that took. Errors are printed, never raised.
function evaluate.run(text, scope, timed)
  local began = core.clock()
  local ok, result = pcall(run, text, scope)
  if not ok then
    io.stdout:write(paragraph(result, text), "\n")
  elseif result then
    local seconds = timed and ("(%.3f s)\n"):format(core.clock() - began) or ""
    pager.show(result .. "\n", timed and scope.pager)
    io.stdout:write(seconds)
  end
end

return evaluate
