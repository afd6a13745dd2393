--- Text of a verb to tokens, by the lexical rules of Lua.
--
-- Differences from Lua: `$name` and `$1` are parameters, `` `odd name` `` is a column whose name is no Lua name
-- (a doubled backtick stands for one), a number with a point but no exponent is an exact decimal, and the words of
-- Lua statements are ordinary names.

local habits = require "blotter.errors.habits"
local source = require "blotter.lang.source"

local lexer = {}

lexer.LONGEST_TEXT = 262144

local KEYWORDS = { ["and"] = true, ["or"] = true, ["not"] = true, ["nil"] = true, ["true"] = true,
  ["false"] = true, ["in"] = true }

local TWO = { ["=="] = true, ["~="] = true, ["<="] = true, [">="] = true, [".."] = true, ["//"] = true }
local ONE = { ["<"] = true, [">"] = true, ["="] = true, ["+"] = true, ["-"] = true, ["*"] = true, ["/"] = true,
  ["%"] = true, ["^"] = true, ["("] = true, [")"] = true, [","] = true, ["."] = true, ["{"] = true, ["}"] = true }

--- What people write who come from other languages.
local FOREIGN = { ["!="] = "~=", ["<>"] = "~=", ["&&"] = "and", ["||"] = "or' or '..", ["=>"] = ">=", ["=<"] = "<=",
  ["!"] = "not", ["&"] = "and", ["|"] = "or" }

local ESCAPES = { a = "\a", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", v = "\v", ["\\"] = "\\",
  ["'"] = "'", ['"'] = '"', ["\n"] = "\n" }

--- One escape sequence at `at` (just after the backslash): its value and the position after it.
local function escape(text, at)
  local c = text:sub(at, at)
  if ESCAPES[c] then return ESCAPES[c], at + 1 end
  local digits = text:match("^%d%d?%d?", at)
  if digits then
    if tonumber(digits) > 255 then source.fail(text, at - 1, at + #digits - 1, "escape beyond \\255") end
    return string.char(tonumber(digits)), at + #digits
  end
  local hex = text:match("^x(%x%x)", at)
  if hex then return string.char(tonumber(hex, 16)), at + 3 end
  local code = text:match("^u{(%x+)}", at)
  if code and #code <= 6 and tonumber(code, 16) <= 0x10FFFF then
    return utf8.char(tonumber(code, 16)), at + #code + 3
  end
  local blank = text:match("^z(%s*)", at)
  if blank then return "", at + 1 + #blank end
  source.fail(text, at - 1, at, "unknown escape in a string (a backslash itself is written \\\\, or the text stands in "
    .. "[[ ]], where nothing is escaped)")
end

--- A quoted string that opens at `first`: its value and its last byte.
local function quoted(text, first)
  local quote = text:sub(first, first)
  local plain = "^[^\\\n" .. quote .. "]*()"
  local parts, at = {}, first + 1
  while true do
    local stop = text:match(plain, at)
    parts[#parts + 1] = text:sub(at, stop - 1)
    local c = text:sub(stop, stop)
    if c == quote then return table.concat(parts), stop end
    if c ~= "\\" then source.fail(text, first, stop - 1, "a string is not closed: " .. quote .. " is missing") end
    parts[#parts + 1], at = escape(text, stop + 1)
  end
end

--- A string between long brackets that open at `first`, with `level` between them; in it nothing is escaped. Its value
-- and its last byte.
local function long_string(text, first, level)
  local from, close = first + #level + 2, "]" .. level .. "]"
  local stop = text:find(close, from, true)
  if not stop then source.fail(text, first, from - 1, "a string is not closed: " .. close .. " is missing") end
  local value = text:sub(from, stop - 1)
  return (value:gsub("^\n", "")), stop + #close - 1
end

--- Any name as it is written between backticks.
function lexer.backquoted(name)
  return "`" .. name:gsub("`", "``") .. "`"
end

--- A name as it is written: in backticks where it is no name of Lua's.
function lexer.written(name)
  local plain = name:find "^[%a_\128-\255][%w_\128-\255]*$" and not KEYWORDS[name]
  return plain and name or lexer.backquoted(name)
end

--- A name between backticks.
local function backticked(text, first)
  local at = first + 1
  while true do
    local stop = text:find("`", at, true)
    if not stop then source.fail(text, first, first, "a quoted name is not closed: ` is missing") end
    if text:sub(stop + 1, stop + 1) ~= "`" then
      local name = text:sub(first + 1, stop - 1):gsub("``", "`")
      if name == "" then source.fail(text, first, stop, "an empty name") end
      return name, stop
    end
    at = stop + 2
  end
end

local function integer_literal(text, first, last)
  local digits = text:sub(first, last)
  if digits:find "^0[xX]" then
    if #digits:gsub("^0[xX]0*", "") > 16 then source.fail(text, first, last, "a number beyond 64 bits") end
    return "int64", math.tointeger(tonumber(digits))
  end
  local value = math.tointeger(digits)
  if value then return "int64", value end
  -- -9223372036854775808 is read as a minus before this one: the parser puts the two together.
  if digits:match "^0*9223372036854775808$" then return "int64_min", math.mininteger end
  source.fail(text, first, last, "an integer beyond 64 bits; write it with an exponent for a float64")
end

--- A number that starts at `first`: its type, its value (decimals as text) and its last byte.
local function number(text, first)
  local last = text:match("^0[xX][%x.]+()", first) or text:match("^[%d.]+()", first)
  local hex = text:find("^0[xX]", first)
  local exponent = text:match(hex and "^[pP][+-]?%d+()" or "^[eE][+-]?%d+()", last)
  last = (exponent or last) - 1
  local digits = text:sub(first, last)
  if text:find("^[%w_.]", last + 1) or not tonumber(digits) then
    local hint = digits:find "%..*%." and ": nothing stands between thousands, 1000000" or ""
    source.fail(text, first, text:match("^[%w_.]+()", first) - 1, "a malformed number" .. hint)
  end
  if exponent or hex and digits:find(".", 1, true) then return "float64", tonumber(digits) + 0.0, last end
  if digits:find(".", 1, true) then return "decimal", digits, last end
  local kind, value = integer_literal(text, first, last)
  return kind, value, last
end

local function operator(text, at)
  local two, one = text:sub(at, at + 1), text:sub(at, at)
  if FOREIGN[two] then
    source.fail(text, at, at + 1, ("'%s' is no operator here: did you mean '%s'?"):format(two, FOREIGN[two]))
  end
  if TWO[two] then return two, at + 1 end
  if ONE[one] then return one, at end
  if FOREIGN[one] then
    source.fail(text, at, at, ("'%s' is no operator here: did you mean '%s'?"):format(one, FOREIGN[one]))
  end
  if one == ";" then source.fail(text, at, at, "unexpected ';': a list is separated by commas") end
  local stop = text:match("^[^\128-\191][\128-\191]*()", at) or at + 1
  local hint = habits.signs[one]
  source.fail(text, at, stop - 1, ("unexpected character: %sa name with such a sign stands in backticks, `odd %s name`")
    :format(hint and hint .. "; " or "", text:sub(at, stop - 1)))
end

--- Skips blanks and comments (`--` to the end of the line).
local function skip(text, at)
  at = text:match("^%s*()", at)
  while text:find("^%-%-", at) do
    at = text:match("^[^\n]*%s*()", at)
  end
  return at
end

--- Tokens of `text` as parallel sequences: kind, value, first byte, last byte. Kinds are `name`, `string`,
-- `parameter`, `int64`, `int64_min`, `decimal`, `float64`, `end`, and each keyword and operator by itself;
-- a quoted name is a `name` that no keyword test matches.
function lexer.tokens(text)
  if #text > lexer.LONGEST_TEXT then
    source.fail(text, 1, 1, ("the text of a verb may hold %d bytes at most"):format(lexer.LONGEST_TEXT))
  end
  local kind, value, first, last = {}, {}, {}, {}
  local at, n = skip(text, 1), 0
  while at <= #text do
    n = n + 1
    first[n] = at
    local stop = text:match("^[%a_\128-\255][%w_\128-\255]*()", at)
    if stop then
      local word = text:sub(at, stop - 1)
      kind[n], value[n], last[n] = KEYWORDS[word] and word or "name", word, stop - 1
    elseif text:find("^%d", at) or text:find("^%.%d", at) then
      kind[n], value[n], last[n] = number(text, at)
    elseif text:find("^['\"]", at) then
      kind[n] = "string"
      value[n], last[n] = quoted(text, at)
    elseif text:find("^%[=*%[", at) then
      kind[n] = "string"
      value[n], last[n] = long_string(text, at, text:match("^%[(=*)%[", at))
    elseif text:find("^`", at) then
      kind[n] = "name"
      value[n], last[n] = backticked(text, at)
    elseif text:find("^%$[%w_]", at) then
      stop = text:match("^%$[%w_]+()", at)
      kind[n], value[n], last[n] = "parameter", text:sub(at + 1, stop - 1), stop - 1
    else
      kind[n], last[n] = operator(text, at)
    end
    at = skip(text, last[n] + 1)
  end
  kind[n + 1], first[n + 1], last[n + 1] = "end", #text + 1, #text + 1
  return { text = text, kind = kind, value = value, first = first, last = last }
end

return lexer
