--- What to write instead of a line that Lua itself refused: behind Lua's message, by the line and the message.

local habits = require "blotter.errors.habits"

local advice = {}

-- Each as {a pattern of Lua's message, a pattern of the line, what is said}: %1 is what the message has, %2 the line.
-- The first that fits is said.
local HINTS = {
  { "near '='", "%(.-,%s*([%a_][%w_]*)%s*=[^=]", "options stand in braces: {%2 = …}" },
  { "function arguments expected", "([%w_]+:[%a_][%w_]*)%s*$", "a call ends in brackets: %2()" },
  { "attempt to .* on a nil value %(global '([%a_][%w_]*)'%)", ":%a[%w_]*%s*%(",
    "a verb takes a text, in which %1 is a column: t:where \"%1 > 5\"" },
  { "attempt to compare", ":%a[%w_]*%s*%(%s*([%a_][%w_]*)", "a verb takes a text, in which %2 is a column: "
    .. "t:where \"%2 > 5\"" },
  { "attempt to index a number value", ":rows%s*%(", "the row's number stands first: for i, row in t:rows() do … end" },
  { "attempt to index a nil value %(global '([%a_][%w_]*)'%)", "", "nothing is called %1 here" },
  { "attempt to call a nil value %(method 'cite'%)", "", "write ops:cite(…)" },
  { "attempt to call a nil value %(method '([%a_][%w_]*)'%)", ":show%s*%(", "show gives a text: t:limit(10):%1(…)" },
}

--- What a call of a name that is no global stands for: a call of blotter, a verb, or a word of other tools.
local function called(name)
  local module = require "blotter"
  if getmetatable(module).names()[name] then return ("write blotter.%s(…)"):format(name) end
  if rawget(require "blotter.query.verbs", name) then return ("verbs are called on a table: t:%s(…)"):format(name) end
  local verb = habits.answer(habits.verbs, name)
  local answer = verb and (verb:find "^:" and "t" .. verb or verb) or habits.answer(habits.module, name)
  return answer and "write " .. answer or "nothing is called so here: help() says what is"
end

--- The advice for a message of Lua about that line, or nil.
function advice.of(message, line)
  local name = message:match "attempt to call a nil value %(global '([%a_][%w_]*)'%)"
  if name then return called(name) end
  for _, hint in ipairs(HINTS) do
    local found, in_line = message:match(hint[1]), line:match(hint[2])
    if found and in_line then return (hint[3]:gsub("%%(%d)", { ["1"] = found, ["2"] = in_line })) end
  end
  return nil
end

return advice
