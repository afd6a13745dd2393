--- Options of reading as they are written in a line of Lua: {skip = 1, nulls = "-, N/A"}.

local spelling = {}

local ORDER = { "encoding", "delimiter", "quote", "escape", "comment", "skip", "header", "names", "skip_tail",
  "decimal_mark", "thousands", "percent", "currency", "dates", "flags", "nulls", "quoted_nulls", "types", "infer",
  "decimals", "trim", "drop_blank", "ragged", "utf8", "on_error", "max_rejects", "line_column" }

local function quoted(text)
  return '"' .. text:gsub('[\\"\n\r]', { ["\\"] = "\\\\", ['"'] = '\\"', ["\n"] = "\\n", ["\r"] = "\\r" })
    :gsub("\t", "\\t") .. '"'
end

--- A list as one text where that is read as the same: the empty text is among nulls by itself.
local function list(values, name)
  local texts, plain = {}, name ~= "nulls"
  for _, text in ipairs(values) do plain = plain or text == "" end
  for _, text in ipairs(values) do
    if text ~= "" then texts[#texts + 1] = text end
    plain = plain and not text:find "^%s" and not text:find "%s$" and not text:find(",", 1, true)
  end
  if plain then return quoted(table.concat(texts, ", ")) end
  for i, text in ipairs(values) do texts[i] = quoted(text) end
  return "{" .. table.concat(texts, ", ") .. "}"
end

local function key(name)
  return name:find "^[%a_][%w_]*$" and name or "[" .. quoted(name) .. "]"
end

local function types(of)
  local names, texts = {}, {}
  for name in pairs(of) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do texts[i] = key(name) .. " = " .. quoted(of[name]) end
  return "{" .. table.concat(texts, ", ") .. "}"
end

local function value(name, of)
  if name == "types" and type(of) == "table" then return types(of) end
  if type(of) == "table" then return list(of, name) end
  return type(of) == "string" and quoted(of) or tostring(of)
end

--- The options of a table, in their order.
function spelling.options(options)
  local texts = {}
  for _, name in ipairs(ORDER) do
    if options[name] ~= nil then texts[#texts + 1] = name .. " = " .. value(name, options[name]) end
  end
  return "{" .. table.concat(texts, ", ") .. "}"
end

--- Two lists one behind the other, or two sets of types in one.
local function both(first, second)
  local all = table.move(first, 1, #first, 1, {})
  for _, part in ipairs { first, second } do
    for name, of in pairs(part) do
      if type(name) == "string" then all[name] = of end
    end
  end
  local there = {}
  for _, one in ipairs(first) do there[one] = true end
  for _, one in ipairs(second) do
    if not there[one] then all[#all + 1] = one end
  end
  return all
end

--- What is given together with more options.
function spelling.also(given, more)
  local all = {}
  for name, of in pairs(given) do all[name] = of end
  for name, of in pairs(more) do
    all[name] = type(all[name]) == "table" and type(of) == "table" and both(all[name], of) or of
  end
  return spelling.options(all)
end

--- The whole line that reads `from`, a path, or a text that is called `text` in it.
function spelling.line(from, is_text, options)
  return ("t = blotter.csv(%s, %s)"):format(is_text and "text" or quoted(from), spelling.options(options))
end

return spelling
