--- Options that say what columns are, types and flags: how the text is written is found out without them, since cells
-- that are told to be numbers no longer show what stands between their thousands; then they hold again.

local bound = {}

local function copy_of(options)
  local copy = {}
  for name, value in pairs(options) do copy[name] = value end
  return copy
end

--- The types among those given that leave a column a text: what it holds is no sign of how numbers are written.
local function texts_in(types)
  local texts = {}
  for name, kind in pairs(types) do
    if kind == "string" then texts[name] = kind end
  end
  return next(texts) and texts
end

--- The options without those that say what columns are; nil when there are none of them.
function bound.without(given)
  local types = type(given.types) == "table" and next(given.types) and given.types
  if not types and not given.flags and not given.percent and not given.currency then return nil end
  local free = copy_of(given)
  free.types = types and not given.flags and texts_in(types) or nil
  free.flags, free.percent, free.currency = nil, nil, nil
  return free
end

--- What was found out, with all that is given: of types, those of other columns stay.
function bound.with(options, given)
  local all = copy_of(options)
  for name, value in pairs(given) do all[name] = value end
  if type(given.types) == "table" and type(options.types) == "table" then
    all.types = copy_of(options.types)
    for name, kind in pairs(given.types) do all.types[name] = kind end
  end
  return all
end

--- The options without the types that reading gives the columns by itself; nil when there are no such.
function bound.without_own(options, columns)
  if type(options.types) ~= "table" then return nil end
  local types, any = copy_of(options.types), false
  for _, column in ipairs(columns) do
    if types[column.name] == column.type then types[column.name], any = nil, true end
  end
  local rest = copy_of(options)
  rest.types = next(types) and types or nil
  return any and rest or nil
end

return bound
