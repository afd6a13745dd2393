-- The regular expressions of Table Schema constraints, as far as the package uses them: literals, classes, groups,
-- alternatives, anchors and the repetitions ? * + {n} {n,m}. pattern.compile(text) returns a function that tells
-- whether a string matches from its first to its last byte, or nil and what is not supported.
--
-- A node is a function (text, position, continue) that calls continue(next position) for each way to match.

local pattern = {}

local function class_of(source, pos)
  local negated = source:sub(pos, pos) == "^"
  if negated then pos = pos + 1 end
  local set, first = {}, true
  while first or source:sub(pos, pos) ~= "]" do
    local low = source:byte(pos)
    if not low then return nil, "a class is never closed" end
    if low == 92 then
      pos = pos + 1
      low = source:byte(pos)
    end
    local high = low
    if source:sub(pos + 1, pos + 1) == "-" and source:sub(pos + 2, pos + 2) ~= "]" then
      high = source:byte(pos + 2)
      pos = pos + 2
    end
    for byte = low, high do set[byte] = true end
    pos, first = pos + 1, false
  end
  return function(byte) return (set[byte] or false) ~= negated end, pos + 1
end

local function single(test)
  return function(text, pos, continue)
    local byte = text:byte(pos)
    return byte ~= nil and test(byte) and continue(pos + 1)
  end
end

local function sequence(nodes)
  local function run(index, text, pos, continue)
    local node = nodes[index]
    if not node then return continue(pos) end
    return node(text, pos, function(after) return run(index + 1, text, after, continue) end)
  end
  return function(text, pos, continue) return run(1, text, pos, continue) end
end

local function choice(nodes)
  return function(text, pos, continue)
    for _, node in ipairs(nodes) do
      if node(text, pos, continue) then return true end
    end
    return false
  end
end

local function repeated(node, least, most)
  local function run(count, text, pos, continue)
    if count < most and node(text, pos, function(after)
      return after > pos and run(count + 1, text, after, continue)
    end) then return true end
    return count >= least and continue(pos)
  end
  return function(text, pos, continue) return run(0, text, pos, continue) end
end

local function repetition(source, pos)
  local mark = source:sub(pos, pos)
  if mark == "?" then return 0, 1, pos + 1 end
  if mark == "*" then return 0, math.huge, pos + 1 end
  if mark == "+" then return 1, math.huge, pos + 1 end
  local least, comma, most, after = source:match("^{(%d+)(,?)(%d*)}()", pos)
  if not least then return nil end
  local high = comma == "" and tonumber(least) or tonumber(most) or math.huge
  return tonumber(least), high, after
end

local alternatives

local function atom(source, pos)
  local mark = source:sub(pos, pos)
  if mark == "(" then
    if source:sub(pos + 1, pos + 2) == "?:" then pos = pos + 2 end
    local node, after = alternatives(source, pos + 1)
    if not node then return nil, after end
    if source:sub(after, after) ~= ")" then return nil, "a group is never closed" end
    return node, after + 1
  elseif mark == "[" then
    local test, after = class_of(source, pos + 1)
    if not test then return nil, after end
    return single(test), after
  elseif mark == "." then
    return single(function() return true end), pos + 1
  elseif mark == "^" then
    return function(_, at, continue) return at == 1 and continue(at) end, pos + 1
  elseif mark == "$" then
    return function(text, at, continue) return at == #text + 1 and continue(at) end, pos + 1
  elseif mark == "\\" then
    mark = source:sub(pos + 1, pos + 1)
    if mark:find "%w" then return nil, ("'\\%s' is not supported"):format(mark) end
    pos = pos + 1
  end
  local wanted = mark:byte()
  return single(function(byte) return byte == wanted end), pos + 1
end

function alternatives(source, pos)
  local choices, nodes = {}, {}
  while pos <= #source and source:sub(pos, pos) ~= ")" do
    if source:sub(pos, pos) == "|" then
      choices[#choices + 1] = sequence(nodes)
      nodes, pos = {}, pos + 1
    else
      local node, after = atom(source, pos)
      if not node then return nil, after end
      local least, most, beyond = repetition(source, after)
      if least then node, after = repeated(node, least, most), beyond end
      nodes[#nodes + 1], pos = node, after
    end
  end
  choices[#choices + 1] = sequence(nodes)
  return #choices == 1 and choices[1] or choice(choices), pos
end

-- The same as a Lua pattern where the expression is a plain row of literals and classes, which is the common and
-- much faster case; nil otherwise.
local function as_lua_pattern(source)
  local body = source:match "^%^(.*)%$$"
  if not body or body:find "[()|%%]" then return nil end
  local out, pos = {}, 1
  while pos <= #body do
    local item, after = body:match("^(%[%^?[^%]\\]+%])()", pos)
    if not item then
      item, after = body:match("^\\(%p)()", pos)
      item = item and "%" .. item
    end
    if not item then
      item, after = body:match("^([%w_:/. ,;%-])()", pos)
      if item and item ~= "." then item = item:gsub("%p", "%%%0") end
    end
    if not item then return nil end
    local least, most, beyond = repetition(body, after)
    if least and beyond == after + 1 then
      item, after = item .. body:sub(after, after), beyond
    elseif least then
      if least ~= most then return nil end
      item, after = item:rep(least), beyond
    end
    out[#out + 1], pos = item, after
  end
  return "^" .. table.concat(out) .. "$"
end

--- A matcher for a regular expression, or nil and what is wrong with it.
function pattern.compile(source)
  local simple = as_lua_pattern(source)
  if simple then return function(text) return text:find(simple) ~= nil end end
  local node, after = alternatives(source, 1)
  if not node then return nil, after end
  if after <= #source then return nil, "a closing parenthesis too many" end
  return function(text)
    return node(text, 1, function(pos) return pos == #text + 1 end) or false
  end
end

return pattern
