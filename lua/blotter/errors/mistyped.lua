--- What to write where the types of an expression do not fit: behind the engine's message, by the tree's node.

local mistyped = {}

local function text_of(node)
  return node.text:sub(node.first, node.last)
end

local WORDS = { ["true"] = true, yes = true, y = true, t = true, ["1"] = true, ["false"] = false, no = false, n = false,
  f = false, ["0"] = false }

--- A number as people write it, "1.234,50 €" or "10 %", as it is written in an expression; nil for another text.
local function plain_number(text, kind)
  local digits, percent = text:gsub("%%%s*$", "")
  digits = digits:gsub("[^%d.,+-]", "")
  if not digits:find "^[+-]?%d" or text:find "%a%a%a%a" then return nil end
  local comma_last = digits:find "^[^,]*%.[^,]*,%d*$" or digits:find "^[^.,]*,%d%d?$"
  if comma_last or digits:find "^[^,]*,%d%d%d%d+$" then
    digits = digits:gsub("%.", ""):gsub(",", ".")
  elseif kind == "int64" and digits:find "^[+-]?%d%d?%d?[.]%d%d%d$" or digits:find "%..*%." then
    digits = digits:gsub("%.", "")
  end
  local number = tonumber((digits:gsub(",", "")))
  if not number then return nil end
  return percent > 0 and ("%.15g"):format(number / 100) or digits:gsub(",", "")
end

--- A column of numbers and a text.
local function number_for(column, op, value, kind)
  if kind == "bool" then
    local word = WORDS[value:lower()]
    if word == nil then return (": write %s, or not %s"):format(column, column) end
    return (": write %s == %s"):format(column, tostring(word == (op ~= "~=")))
  end
  local number = plain_number(value, kind)
  if not number then return (": '%s' is no number"):format(value) end
  local percent = value:find "%%" and ", for percents are fractions" or ""
  return (": a number stands without quotes: %s %s %s%s"):format(column, op, number, percent)
end

--- A column of days and a number.
local function day_for(column, op, other)
  local whole = math.tointeger(tonumber(other))
  if not whole or whole < 0 or whole > 9999 then return ": a date stands in quotes, as '2012-01-31'" end
  return (": write year(%s) %s %s, or %s %s '%s-12-31'"):format(column, op, other, column, op, other)
end

--- A column of texts and a number: texts have an order of their own, "10" before "9".
local function text_for(column, op, other)
  local converted = (math.tointeger(tonumber(other)) and "try_int64(%s)" or "try_float64(%s)"):format(column)
  if op == "==" or op == "~=" then
    return (": write %s %s '%s', or compare %s"):format(column, op, other, converted)
  end
  return (": write %s %s %s"):format(converted, op, other)
end

--- Of a comparison.
local function compared(node, a, b)
  local column, other = text_of(node.a), text_of(node.b)
  local constant = node.b.kind == "literal"
  if (a == "date" or a == "timestamp") and b == "int64" then return day_for(column, node.op, other) end
  if a == "string" and constant then return text_for(column, node.op, other) end
  if a == "string" and other:find "^%d[%d/-]*$" then
    return (": a text stands in quotes: %s %s '%s'"):format(column, node.op, other)
  end
  return b == "string" and constant and number_for(column, node.op, tostring(node.b.value), a) or ""
end

--- A column of numbers and a list of texts.
local function listed(node, kind)
  local numbers = {}
  for i, item in ipairs(node.list) do
    local value = item.kind == "literal" and tostring(item.value)
    numbers[i] = value and (item.type == "string" and plain_number(value, kind) or value)
    if not numbers[i] then return "" end
  end
  return (": numbers stand without quotes: %s in (%s)"):format(text_of(node.a), table.concat(numbers, ", "))
end

local AS_TEXT = " (read as text from a file? see its options thousands, decimal_mark, percent, currency, nulls)"

--- Of an operator or a function that is given a text.
local function given_text(expected, argument)
  if expected:find "number" then return AS_TEXT end
  if expected:find "^date" or expected:find "^timestamp" then
    return (" (read as text from a file? its option dates says how days are written; or date(%s, 'dd.mm.yyyy'))")
      :format(argument)
  end
  return ""
end

--- Of a call, whose argument of that number is a text.
local function called(node, number, expected)
  local argument = node.args and node.args[tonumber(number)]
  return argument and argument.kind == "column" and given_text(expected, text_of(argument)) or ""
end

--- How a day that is written otherwise stands in an expression: behind the message that it is none.
function mistyped.day(text)
  local day, month, year = text:match "^%s*(%d%d?)[./](%d%d?)[./](%d%d%d%d)%s*$"
  if not day then return "" end
  local swapped = tonumber(month) > 12 and text:find("/", 1, true)
  if swapped then day, month = month, day end
  if tonumber(month) > 12 or text:find("/", 1, true) and not swapped and tonumber(day) <= 12 then return "" end
  return (": write '%s-%02d-%02d'"):format(year, month, day)
end

--- What stands behind `message` of the engine, which is about that node; "" when nothing is known.
function mistyped.advice(node, message)
  local a, b = message:match "^[<>=~]+ of ([%w(),]+) and ([%w(),]+)"
  if a and node.kind == "in" then return b == "string" and a ~= "bool" and listed(node, a) or "" end
  if a then return node.kind == "binary" and compared(node, a, b) or "" end
  local one, two, expected = message:match "^%S+ of ([%w(),]+) and ([%w(),]+): expected (.+)"
  if one then return (one == "string" or two == "string") and given_text(expected, "x") or "" end
  local number, wanted = message:match ": argument (%d+) is string, expected (.+)"
  return number and called(node, number, wanted) or ""
end

return mistyped
