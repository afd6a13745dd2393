--- What the end of a line may become: names of the prompt, fields, verbs, and inside a text columns and functions.

local core = require "blotter.core"

local complete = {}

local KEYWORDS = { "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local",
  "nil", "not", "or", "repeat", "return", "then", "true", "until", "while" }

--- The names that an object answers to, with those of its class.
local function names_of(object)
  local names = {}
  local function take(from)
    for name in next, from do
      if type(name) == "string" and not name:find "^_" then names[#names + 1] = name end
    end
  end
  if type(object) == "table" then take(object) end
  local class = getmetatable(object)
  if type(class) == "table" and rawget(class, "names") then take(class.names()) end
  local methods = type(class) == "table" and rawget(class, "__index")
  if type(methods) == "table" then take(methods) end
  return names
end

--- The value of `a.b.c` in the scope, or nil; only names are followed.
local function value_of(path, scope)
  local value = scope
  for name in path:gmatch "[%w_]+" do
    local ok, found = pcall(function() return value[name] end)
    if not ok or found == nil then return nil end
    value = found
  end
  return value
end

--- Whether the line ends inside a text.
local function in_text(line)
  local quote
  for c in line:gmatch "[\"']" do
    if not quote then quote = c elseif quote == c then quote = nil end
  end
  return quote ~= nil
end

--- The columns of the object whose verb the text belongs to, and all functions.
local function names_in_text(line, scope)
  local names = {}
  local object = value_of(line:match "^.-([%a_][%w_%.]*)%s*:" or "", scope)
  local ok, columns = pcall(function() return object:columns() end)
  for _, column in ipairs(ok and type(columns) == "table" and columns or {}) do names[#names + 1] = column.name end
  for _, list in ipairs { core.functions(), core.aggregates() } do
    for _, name in ipairs(list) do
      if name:find "^%a" then names[#names + 1] = name .. "(" end
    end
  end
  return names
end

local function choices(line, scope)
  if in_text(line) then return names_in_text(line, scope), line:match "[%w_]*$" end
  local path, word = line:match "([%a_][%w_%.]*)[%.:]([%w_]*)$"
  if path then return names_of(value_of(path, scope)), word end
  local names = names_of(scope)
  names[#names + 1] = "ops"
  for name in pairs(_G) do names[#names + 1] = name end
  table.move(KEYWORDS, 1, #KEYWORDS, #names + 1, names)
  return names, line:match "[%a_]?[%w_]*$"
end

--- The lines that `line` may become, sorted, each once.
function complete.lines(line, scope)
  local names, word = choices(line, scope)
  local found, seen = {}, {}
  for _, name in ipairs(names) do
    if name:sub(1, #word) == word and name ~= word and not seen[name] then
      seen[name] = true
      found[#found + 1] = line:sub(1, #line - #word) .. name
    end
  end
  table.sort(found)
  return found
end

--- What all texts of a list begin with.
local function common(list)
  local first, last, n = list[1], list[#list], 0
  while n < #first and first:byte(n + 1) == last:byte(n + 1) do n = n + 1 end
  return first:sub(1, n)
end

--- Names in columns of at most `most` cells a line.
local function in_columns(names, most)
  local widest, out = 0, {}
  for _, name in ipairs(names) do widest = math.max(widest, #name + 2) end
  local columns = math.max(1, most // widest)
  local rows = (#names + columns - 1) // columns
  for row = 1, rows do
    local parts = {}
    for at = row, #names, rows do parts[#parts + 1] = names[at] .. (" "):rep(widest - #names[at]) end
    out[row] = table.concat(parts):gsub("%s+$", "")
  end
  return table.concat(out, "\n")
end

--- What the Tab key does behind `line`: the text to insert, or nil, and what to show below, or nil.
function complete.key(line, scope, width)
  local found = complete.lines(line, scope)
  if #found == 0 then return nil end
  local more = common(found):sub(#line + 1)
  if more ~= "" or #found == 1 then return more end
  local _, word = choices(line, scope)
  for i, text in ipairs(found) do found[i] = text:sub(#line - #word + 1) end
  return nil, in_columns(found, width or 80)
end

return complete
