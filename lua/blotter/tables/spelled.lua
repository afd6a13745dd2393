--- Columns of texts that are numbers as people write them, 1.234,50 or 12 % or N/A between numbers: which options of
-- reading make numbers of them.

local arguments = require "blotter.errors.arguments"
local strays = require "blotter.tables.strays"

local spelled = {}

local LOOKED = 200 -- rows
local MOST = 2     -- different texts among numbers that may mean null

local SIGNS = { "%$", "€", "£", "¥", "₩" }

local BLANKS = { "\u{A0}", "\u{202F}", "\u{2009}" }
local MINUS = "\u{2212}"

--- The text with plain blanks and a plain minus; one that is none is noted in `needs`.
local function plain(text, needs)
  for _, blank in ipairs(BLANKS) do text = text:gsub(blank, " ") end
  local rest, minus = text:gsub(MINUS, "-")
  if minus > 0 then needs.minus = "true" end
  return rest
end

--- The text without signs of money and of percent, which are noted in `needs`.
local function without_signs(text, needs)
  local rest, percent = text:gsub("%s*%%$", "")
  local money = 0
  for _, sign in ipairs(SIGNS) do
    local n
    rest, n = rest:gsub("%s*" .. sign .. "%s*", "")
    money = money + n
  end
  if percent > 0 then needs.percent = "true" end
  if money > 0 then needs.currency = "true" end
  return rest:gsub("^%((.*)%)$", "-%1")
end

--- What stands before the fraction of a number with blanks between thousands, or ""; nil: it is none.
local function blank_groups(text)
  local whole, mark = text:match "^%-?([%d ]+)([.,]?)%d*$"
  if not whole or not whole:find "^%d%d?%d? %d%d%d" then return nil end
  for group in whole:gmatch " ([^ ]*)" do
    if #group ~= 3 then return nil end
  end
  return mark
end

--- Whether a text is a number; what it needs to be read so is noted. `comma`: a single comma stands before a fraction.
local function is_number(text, needs, comma)
  local own = {}
  local rest = without_signs(plain(text, own), own)
  if rest:find "^0%d" or not rest:find "%d" then return false end
  if not (rest:find "^%-?%d+$" or rest:find "^%-?%d+%.%d+$") then
    local point = rest:find "^%-?%d+,%d+$" and comma or rest:find "^%-?%d[%d.]*%.%d%d%d,%d+$"
      or rest:find "^%-?%d%d?%d?%.%d%d%d%.%d%d%d$"
    local thousands = rest:gsub("%.%d+$", ""):find "^%-?%d%d?%d?,%d%d%d" and not rest:find "%..*,"
    local mark = blank_groups(rest)
    if mark then own.thousands = '" "' elseif not point and not thousands then return false end
    if mark == "," then own.decimal_mark = '","' end
    if not mark then own[point and "decimal_mark" or "thousands"] = '","' end
  end
  for name, value in pairs(own) do needs[name] = value end
  return true
end

--- Whether a text is a number with a flag of one or two letters behind it.
local function is_flagged(text, needs, comma)
  local number = plain(text, {}):match "^(.-)%s+%a%a?$"
  return number and (is_number(number, needs, comma) or number:find "^%-?%d[%d.,]*$")
end

--- ":" and "c" of ": c": a sign that says that there is no number, and a flag; or the text alone.
local function null_and_flag(text)
  local null, flag = text:match "^(%p+)%s+(%a%a?)$"
  return null or text, flag
end

--- What the texts of a column need to be numbers, {option = value}, and the texts that would be null; nil when they are
-- none.
local function needs_of(values, n, comma)
  local needs, others, distinct, count, flagged = {}, {}, 0, 0, 0
  for i = 1, n do
    local text, flag = values[i], nil
    if text then text, flag = null_and_flag(text) end
    if flag then needs.flags = true end
    if text and is_number(text, needs, comma) then
      count = count + 1
    elseif text and is_flagged(text, needs, comma) then
      needs.flags, count, flagged = true, count + 1, flagged + 1
    elseif text and text:find "%d" then
      return nil -- a code, or a number of a form that is not known: nothing that means null
    elseif text and not others[text] then
      others[text], distinct = true, distinct + 1
      others[distinct] = text
    end
    if distinct > MOST then return nil end
  end
  if count < 2 or count <= distinct or count == flagged or not next(needs) and distinct == 0 then return nil end
  return needs, others
end

local function written(needs, nulls, flagged)
  local options = {}
  for _, name in ipairs { "decimal_mark", "thousands", "percent", "currency" } do
    if needs[name] then options[#options + 1] = ("%s = %s"):format(name, needs[name]) end
  end
  if #flagged > 0 then options[#options + 1] = ('flags = "%s"'):format(table.concat(flagged, ", ")) end
  if #nulls > 0 then options[#options + 1] = ('nulls = "%s"'):format(table.concat(nulls, ", ")) end
  return "{" .. table.concat(options, ", ") .. "}"
end

local function set_of(list)
  local set = {}
  for _, name in ipairs(list or {}) do set[name] = true end
  return set
end

--- Columns of texts whose types nobody has given, without those of flags.
local function texts_among(columns, options)
  local texts, before = {}, set_of(options.flags)
  local types = type(options.types) == "table" and options.types or {}
  for i, column in ipairs(options.infer ~= false and columns or {}) do
    local flags = i > 1 and before[columns[i - 1].name]
    if column.type == "string" and not types[column.name] and not flags then texts[#texts + 1] = column.name end
  end
  return texts
end

local GOES_ON = "matches(v, '^-?[0-9]{1,3}[^0-9A-Za-z.,:()-]+[0-9]{3}([^0-9]|$)')"

--- Flags that are whole numbers with blanks between thousands, as hints.
local function add_flags(hints, rows, columns, options)
  local asked = options.thousands and {} or set_of(options.flags)
  for i = 2, #columns do
    local name = columns[i - 1].name
    local count, row, text = 0, nil, nil
    if asked[name] then count, row, text = strays.cells(rows, columns[i].name, GOES_ON) end
    if count > 0 then
      hints[#hints + 1] = ('%s: %d number%s with blanks between thousands (row %d: %s); {thousands = " "}'):format(name,
        count, count == 1 and "" or "s", row, arguments.shown(text))
    end
  end
end

--- What is unlike the others in columns of texts, as hints.
local function add_strays(hints, rows, sample, names)
  for _, name in ipairs(names) do hints[#hints + 1] = strays.hint(rows, name, sample:values(name), #sample) end
end

--- The columns of texts that could be numbers, and the options that make them so; and those of one type in all but a
-- few cells. As hints.
function spelled.hints(columns, info, options, rows)
  local texts, names, all, nulls, flagged, rest = texts_among(columns, options), {}, {}, {}, {}, {}
  local hints = {}
  add_flags(hints, rows, columns, options)
  if #texts == 0 then return hints end
  local sample = rows:limit(LOOKED):collect()
  for _, name in ipairs(texts) do
    local needs, others = needs_of(sample:values(name), #sample, info.delimiter ~= ",")
    local list = needs and names or rest
    list[#list + 1] = name
    if needs and needs.flags then flagged[#flagged + 1] = name end
    for option, value in pairs(needs or {}) do all[option] = value end
    for _, text in ipairs(others or {}) do
      if not nulls[text] then nulls[text], nulls[#nulls + 1] = true, text end
    end
  end
  if all.minus and not (all.thousands or all.decimal_mark or all.percent) then all.currency = "true" end
  if #names > 0 then
    hints[#hints + 1] = ("%s: numbers that are read as texts; %s"):format(table.concat(names, ", "),
      written(all, nulls, flagged))
  end
  add_strays(hints, rows, sample, rest)
  return hints
end

return spelled
