--- Calls that refuse arguments which nothing would look at: a forgotten brace, an option of another call.

local fail = require "blotter.errors.fail"

local surplus = {}

-- What is meant by more, by the name of the call.
local MEANT = {
  table = "; a key stands behind its column: blotter.table \"id int64 key, n int64\"",
  create = "; a key stands behind its column: db:create(\"name\", \"id int64 key, n int64\")",
  limit = "; t:skip(10):limit(5) are the rows from the eleventh on",
  collect = "; rows are t:rows(), a table of Lua t:totable()",
}

-- Calls that take one table of options, and the first of these.
for name, option in pairs { pivot = "rows", sparks = "rows", plot = "x", window = "derive", unpivot = "cols",
  fill = "over" } do
  MEANT[name] = (": options such as {%s = …}"):format(option)
end

local function refuse(name, most, given)
  local takes = most == 0 and "no arguments" or most == 1 and "one argument" or most .. " arguments"
  fail("%s: takes %s, got %d%s", name, takes, given, MEANT[name] or "")
end

--- What a reading tells besides its rows stands behind them in `db:save("tips", blotter.csv "tips.csv")`.
local function is_of_reading(value)
  local class = type(value) == "table" and getmetatable(value)
  return class and class.__name == "blotter.reading"
end

--- `call`, which is called `name`, and raises for what stands behind the parameters that it has; `own` of them (1 of a
-- method) are none that people count. That the first is missing is told by the call itself.
function surplus.refused(name, call, own)
  local about = debug.getinfo(call, "u")
  if about.isvararg then return call end
  local most = about.nparams
  return function(...)
    local given = select("#", ...)
    local is_told = most > own and (select(own + 1, ...)) == nil
    for i = most + 1, is_told and most or given do
      local value = select(i, ...)
      if is_of_reading(value) then break end
      if value ~= nil then refuse(name, most - own, given - own) end
    end
    return call(...)
  end
end

--- The same for all functions of a class, or those with one of the names.
function surplus.of(class, own, names)
  local wanted = {}
  for _, name in ipairs(names or {}) do wanted[name] = true end
  local made = {}
  for name, call in next, class do
    local is_public = type(name) == "string" and not name:find "^_" and (not names or wanted[name])
    if is_public and type(call) == "function" then made[name] = surplus.refused(name, call, own) end
  end
  for name, call in pairs(made) do class[name] = call end
end

return surplus
