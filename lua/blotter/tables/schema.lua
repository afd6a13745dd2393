--- Schemas of tables: read from a text or a table, checked, and put into the one form that the engine takes.

local arguments = require "blotter.errors.arguments"
local fail = require "blotter.errors.fail"
local lexer = require "blotter.lang.lexer"
local source = require "blotter.lang.source"
local suggest = require "blotter.errors.suggest"

local schema = {}

local TYPES = { "bool", "int64", "float64", "decimal", "string", "date", "timestamp" }

--- Types as other tools call them.
local HABITS = {}
for known, words in pairs {
  int64 = "int integer bigint smallint long int32 i64", float64 = "float double real number f64",
  ["decimal(9,2)"] = "numeric money", string = "text varchar char str utf8", bool = "boolean logical",
  timestamp = "datetime time",
} do
  for word in words:gmatch "%S+" do HABITS[word] = known end
end

-- ---- from a text ----
-- "id int64 key, country string required, price decimal(9,2), primary key (a, b), unique (c)"

local function unexpected(s, wanted)
  local found = s.kind[s.at] == "end" and "the end" or "'" .. s.text:sub(s.first[s.at], s.last[s.at]) .. "'"
  source.fail(s.text, s.first[s.at], s.last[s.at], ("expected %s, found %s"):format(wanted, found))
end

local function take(s, kind, wanted)
  if s.kind[s.at] ~= kind then unexpected(s, wanted) end
  s.at = s.at + 1
  return s.value[s.at - 1]
end

local function word(s)
  return s.kind[s.at] == "name" and s.value[s.at] or nil
end

--- `(a, b)`: names of columns.
local function name_list(s)
  take(s, "(", "'('")
  local names = {}
  repeat
    names[#names + 1] = take(s, "name", "a column")
    local more = s.kind[s.at] == ","
    if more then s.at = s.at + 1 end
  until not more
  take(s, ")", "')'")
  return names
end

local function type_name(s)
  local at = s.at
  local name = take(s, "name", "a type")
  local known = false
  for _, t in ipairs(TYPES) do known = known or t == name end
  if not known then
    local habit = HABITS[name:lower()]
    source.fail(s.text, s.first[at], s.last[at], ("unknown type '%s'%s"):format(name,
      habit and (": write '%s'"):format(habit) or suggest.phrase(name, TYPES)))
  end
  if name ~= "decimal" then return name end
  take(s, "(", "'(' as in decimal(9,2)")
  local precision = take(s, "int64", "the number of digits")
  take(s, ",", "','")
  local scale = take(s, "int64", "the digits after the point")
  take(s, ")", "')'")
  return ("decimal(%d,%d)"):format(precision, scale)
end

local function column(s, out)
  local c = { name = take(s, "name", "a column"), type = type_name(s) }
  while word(s) do
    local what = word(s)
    if what == "required" then
      c.required = true
    elseif what == "key" then
      out.primary = out.primary or {}
      table.insert(out.primary, c.name)
    elseif what == "unique" then
      table.insert(out.unique, { c.name })
    else
      unexpected(s, "'required', 'key', 'unique' or ','")
    end
    s.at = s.at + 1
  end
  out[#out + 1] = c
end

local function clause(s, out)
  if word(s) == "primary" and s.value[s.at + 1] == "key" and s.kind[s.at + 2] == "(" then
    s.at = s.at + 2
    out.primary = name_list(s)
  elseif word(s) == "unique" and s.kind[s.at + 1] == "(" then
    s.at = s.at + 1
    table.insert(out.unique, name_list(s))
  else
    column(s, out)
  end
end

local function from_text(text)
  local s = lexer.tokens(text)
  s.at = 1
  local out = { unique = {} }
  while true do
    clause(s, out)
    if s.kind[s.at] ~= "," then break end
    s.at = s.at + 1
  end
  if s.kind[s.at] ~= "end" then unexpected(s, "',' or the end") end
  return out
end

-- ---- to the engine ----

local function check_column(c, i)
  if type(c) ~= "table" or type(c.name) ~= "string" or type(c.type) ~= "string" then
    fail("schema: column %d must be a table such as {name = 'n', type = 'int64', required = true}", i)
  end
  local habit = HABITS[c.type:lower()]
  if habit then fail("schema: column '%s': unknown type '%s': write '%s'", c.name, c.type, habit) end
end

local CLAUSES = { primary = true, unique = true }

--- Refuses names as keys: a table of Lua has no order, but columns have one.
local function check_shape(given)
  local names = {}
  for name in pairs(given) do
    if type(name) == "string" and not CLAUSES[name] then names[#names + 1] = name end
  end
  table.sort(names)
  local name = names[1]
  if not name then return end
  local kind = type(given[name]) == "string" and given[name] or "int64"
  fail("schema: names have no order: write \"%s %s\", or {{name = '%s', type = '%s'}}", name, kind, name, kind)
end

local function key_numbers(columns, names, numbers)
  if type(names) == "string" then names = { names } end
  if type(names) ~= "table" then fail "schema: a key is a sequence of column names" end
  local key = {}
  for i, name in ipairs(names) do
    if not numbers[name] then
      local known = {}
      for k, c in ipairs(columns) do known[k] = c.name end
      fail("schema: unknown column '%s' in a key%s", tostring(name), suggest.phrase(tostring(name), known))
    end
    key[i] = numbers[name]
  end
  return key
end

--- A schema as {name, type, required} for each column, and its keys as sequences of column numbers. `given` is a text,
-- or a sequence of such tables with `primary` (column names) and `unique` (a sequence of such).
function schema.read(given)
  if type(given) == "string" then given = from_text(given) end
  if type(given) == "table" then check_shape(given) end
  if type(given) ~= "table" then fail("schema: a text or a table expected, got %s", arguments.kind(given)) end
  local columns, numbers, keys = {}, {}, {}
  for i, c in ipairs(given) do
    check_column(c, i)
    columns[i] = { name = c.name, type = c.type, required = c.required and true or false }
    numbers[c.name] = i
  end
  if given.primary then
    keys[1], keys.primary = key_numbers(columns, given.primary, numbers), true
    for _, i in ipairs(keys[1]) do columns[i].required = true end
  end
  for _, names in ipairs(given.unique or {}) do keys[#keys + 1] = key_numbers(columns, names, numbers) end
  return columns, keys
end

--- A name as a schema and a query take it: in backquotes unless it is a plain word.
local function quoted(name)
  return name:find "^[%a_][%w_]*$" and name or lexer.backquoted(name)
end

local function names_text(names)
  local words = {}
  for i, name in ipairs(names) do words[i] = quoted(name) end
  return "(" .. table.concat(words, ", ") .. ")"
end

--- A schema in that form as the text that schema.read takes.
function schema.text(given)
  local items = {}
  for i, c in ipairs(given) do
    items[i] = ("%s %s%s"):format(quoted(c.name), c.type, c.required and " required" or "")
  end
  if given.primary then items[#items + 1] = "primary key " .. names_text(given.primary) end
  for _, names in ipairs(given.unique or {}) do items[#items + 1] = "unique " .. names_text(names) end
  return table.concat(items, ", ")
end

--- The schema of a core table in the form that schema.read takes.
function schema.of(names, types, required, keys)
  local out = { unique = {} }
  for i, name in ipairs(names) do out[i] = { name = name, type = types[i], required = required[i] } end
  for k, key in ipairs(keys) do
    local columns = {}
    for i, number in ipairs(key) do columns[i] = names[number] end
    if k == 1 and keys.primary then out.primary = columns else table.insert(out.unique, columns) end
  end
  return setmetatable(out, { __tostring = schema.text })
end

return schema
