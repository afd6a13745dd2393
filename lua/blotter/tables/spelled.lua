--- Columns of texts that are numbers as people write them, 1.234,50 or 12 % or N/A between numbers: which options of
-- reading make numbers of them.

local arguments = require "blotter.errors.arguments"
local quoted = require "blotter.lang.lexer".backquoted
local looks = require "blotter.tables.guess.looks"
local strays = require "blotter.tables.strays"
local spelling = require "blotter.tables.guess.spelling"

local spelled = {}

local LOOKED = 200 -- rows
local MANY = 50    -- different signs of money that are looked at
local ODD = 6      -- different texts among values of a type that a hint names
local MOST = 3     -- different texts among numbers that may mean null

local SIGNS = { "US%$", "R%$", "A%$", "C%$", "NZ%$", "HK%$", "%$", "€", "£", "¥", "₩" }

--- Codes and words of money, as they stand before or behind a number.
local MONEY = {}
for word in ([[EUR USD GBP CHF SEK NOK DKK PLN CZK HUF JPY KRW CNY AUD CAD NZD INR BRL MXN ZAR RUB TRY kr kr. zł Kč Ft
  Fr. 円 元 원]]):gmatch "%S+" do MONEY[word] = true end

local BLANKS = { "\u{A0}", "\u{202F}", "\u{2009}" }
local MINUS = "\u{2212}"

--- The text with plain blanks and a plain minus; one that is none is noted in `needs`.
local function plain(text, needs)
  if not text:find "[\x80-\xFF]" then return text end
  for _, blank in ipairs(BLANKS) do text = text:gsub(blank, " ") end
  text = text:gsub("\u{2019}", "'")
  local rest, minus = text:gsub(MINUS, "-")
  if minus > 0 then needs.minus = true end
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
    if n > 0 then needs.sign = sign:gsub("%%", "") end
  end
  local word = rest:match "^([^%d%s(-]+)%s*[%d(-]" or rest:match "%d%s*([^%d%s)]+)$"
  if word and MONEY[word] then
    local from, to = rest:find(word, 1, true)
    rest, money = (rest:sub(1, from - 1) .. rest:sub(to + 1)):match "^%s*(.-)%s*$", 1
    needs.sign = word
  end
  local loss = rest:match "^%((.*)%)$"
  if loss and percent == 0 then loss, percent = loss:gsub("%s*%%$", "") end
  if percent > 0 then needs.percent = true end
  if money > 0 then needs.currency = true end
  if loss then needs.loss = text end
  if percent > 0 or money > 0 then rest = rest:gsub("^%+", "") end
  return loss and "-" .. loss or rest
end

--- What stands before the fraction of a number with blanks or apostrophes between thousands, or "", and the sign
-- between them; nil: it is none.
local function groups(text)
  local whole, mark = text:match "^%-?([%d' ]+)([.,]?)%d*$"
  local sign = whole and whole:match "^%d%d?%d?([' ])%d%d%d"
  if not sign then return nil end
  for between, group in whole:gmatch "([' ])([^' ]*)" do
    if #group ~= 3 or between ~= sign then return nil end
  end
  return mark, sign
end

--- Whether a text is a number; what it needs to be read so is noted. `comma`: a single comma stands before a fraction,
-- which `fraction` notes where it cannot stand between thousands.
local function is_number(text, needs, comma)
  local own = {}
  local rest = without_signs(plain(text, own), own)
  if rest:find "^0%d" or not rest:find "%d" then return false end
  if not (rest:find "^%-?%d+$" or rest:find "^%-?%d+%.%d+$") then
    local point = rest:find "^%-?%d+,%d+$" and comma or rest:find "^%-?%d[%d.]*%.%d%d%d,%d+$"
      or rest:find "^%-?%d%d?%d?%.%d%d%d%.%d%d%d$"
    local thousands = rest:gsub("%.%d+$", ""):gsub(",%d%d%d", "\0"):find "^%-?%d%d?%d?%z+$"
    local mark, sign = groups(rest)
    if mark then own.thousands = sign elseif not point and not thousands then return false end
    if mark == "," then own.decimal_mark = "," end
    if not mark then own[point and "decimal_mark" or "thousands"] = "," end
    own.fraction = own.decimal_mark and (mark or not rest:find "^%-?%d%d?%d?,%d%d%d$") and true or nil
  end
  own.sign = nil
  for name, value in pairs(own) do needs[name] = value end
  return true
end

--- Flags behind a number: one or two letters, these in brackets, stars.
local FLAGS = { "^(.-)%s+%a%a?$", "^(.-)%s*%[%a%a?%]$", "^(.-)%s*%(%a%a?%)$", "^(.-%d)%s*%*+$", "^(.-%d)%s*%(%d%d?%)$",
  "^(.-%d)%s*%[%d%d?%]$", "^(.-%d)%s+%d%d?%)$" }

local MARKS = { "†", "‡", "§", "¹", "²", "³", "⁰", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" }

--- A text without the small signs of notes at its end; nil when it has none.
local function without_marks(text)
  local rest, n = text, 0
  repeat
    local before = #rest
    for _, mark in ipairs(MARKS) do
      if rest:sub(-#mark) == mark then rest, n = rest:sub(1, -#mark - 1), n + 1 end
    end
  until #rest == before
  return n > 0 and rest:match "^(.-%d)%s*$" or nil
end

--- Letters behind numbers that multiply or measure them, or say which way they count: no flags.
local MEASURES = {}
for word in ([[k K m M G T h mn bn tn Mn Bn Tn MN BN TN MM mm cm km kg mg ha Mi Md md CR DR Cr Dr cr dr N S W g t l L V
  y kW MW GW Wh Hz dB ft in lb oz sq pp]])
  :gmatch "%S+" do MEASURES[word] = true end

--- Whether a text is a number with a flag behind it.
local function is_flagged(text, needs, comma)
  local number = without_marks(text)
  for _, form in ipairs(FLAGS) do number = number or plain(text, {}):match(form) end
  return number and (is_number(number, needs, comma) or number:find "^%-?%d[%d.,]*$")
end

--- ":" and "c" of ": c": a sign that says that there is no number, and a flag; or the text alone.
local function null_and_flag(text)
  local null, flag = text:match "^(%p+)%s+(%a%a?)$"
  return null or text, flag
end

--- How a number is put into groups: "2 3" of 12 345, "3" of 123; nil where the blanks are none that one types.
local function shape(text)
  local plainly = text:match "^%-?([%d ]+)$"
  return plainly and plainly:gsub("%d+", function(digits) return tostring(#digits) end)
end

--- Notes whether numbers are put into groups alike.
local function add_shape(marks, text)
  local own = shape(text) or ""
  marks.shape = marks.shape or own
  if marks.shape ~= own then marks.varied = true end
end

--- What the texts of a column need to be numbers, {option = value}, and the texts that would be null; nil when they are
-- none.
local function needs_of(values, n, comma, name)
  local needs, others, distinct, count, flagged, marks = {}, {}, 0, 0, 0, { signs = {} }
  for i = 1, n do
    local text, flag = values[i], nil
    if text == name then return nil end -- the header once more
    if text then text, flag = null_and_flag(text) end
    if flag then needs.flags = true end
    if text == "" then
      needs.quoted_nulls = true -- an empty text in quotes
    elseif text and is_number(text, needs, comma) then
      add_shape(marks, text)
      count = count + 1
    elseif text and is_flagged(text, needs, comma) then
      local word = text:match "%d%s+(%a+)$"
      marks.measure = marks.measure or MEASURES[word] and text
      needs.flags, count, flagged = true, count + 1, flagged + 1
    elseif text and text:find "%d" and not text:find "^[<>]%s*%d+$" and not looks.is_empty(text) then
      return nil -- a code, or a number of a form that is not known: nothing that means null
    elseif text and not others[text] then
      if not looks.is_empty(text) then distinct = distinct + 1 end
      others[text], others[#others + 1] = true, text
    end
    if distinct > MOST then return nil end
  end
  if count < 2 or count <= distinct or count == flagged or not next(needs) and #others == 0 then return nil end
  if marks.measure then return nil, nil, marks end
  if needs.thousands == " " and not marks.varied and marks.shape:find " " then needs.alike = true end
  return needs, others, marks
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

--- What is unlike the others in columns of texts, as one hint, with the types that such columns may be given.
local function add_strays(said, rows, sample, names, options)
  local texts, types, few, others = {}, {}, true, {}
  for _, name in ipairs(names) do
    local hint, type_, is_few, odd = strays.hint(rows, name, sample:values(name), #sample)
    if hint then texts[#texts + 1], types[name], few = hint, type_, few and is_few end
    others = odd and table.move(odd, 1, #odd, #others + 1, others) or others
  end
  if not texts[1] then return end
  local needed = { types = types, on_error = "reject" }
  local them = texts[2] and "them" or "it"
  local how = ("%s reads %s so and drops the other rows"):format(spelling.also(options, needed), them)
  if not few and #others > 0 and #others <= ODD then
    table.insert(others, "")
    how = ("%s reads %s so, with nulls for the others"):format(spelling.also(options, { nulls = others }), them)
  end
  said[#said + 1] = { table.concat(texts, "\n") .. "; " .. how, few and needed }
end

--- Whether a text is a value of one of the columns whose texts stay what they are, so that it is not to be null.
local function stands_in(rows, names, text)
  for _, name in ipairs(names) do
    local same = quoted(name) .. " == $text"
    if rows:where(same, { text = text }):limit(1):count() > 0 then return true end
  end
  return false
end

--- Signs and codes of money in all of a column, which is one of texts.
local function signs_in(rows, name)
  local column, signs = quoted(name), {}
  local apart = rows
    :select(("v = extract(%s, '[^0-9.,() +-]+')"):format(column)):where "v ~= nil":distinct():limit(MANY)
  for _, text in ipairs(apart:values "v") do
    local own = {}
    without_signs(text .. "1", own)
    if own.sign and not signs[own.sign] then signs[own.sign], signs[#signs + 1] = true, own.sign end
  end
  return signs
end

--- What is said of a column whose numbers are of several units, however it is read.
local function add_mixed(said, rows, name, needs, marks)
  if needs.currency then marks.signs = signs_in(rows, name) end
  if marks.signs[2] then
    local hint = ('%s: amounts in several currencies (%s): as numbers they add up to nothing; {types = {["%s"] = '
      .. '"string"}} leaves them texts'):format(name, table.concat(marks.signs, ", "), name)
    said[#said + 1] = { hint, nil, is_kept = true }
  end
  local bare, row, text = 0, nil, nil
  if needs.percent then bare, row, text = strays.cells(rows, name, "matches(v, '[1-9]') and not contains(v, '%')") end
  if bare > 0 then
    local hint = ("%s: some cells have no sign of percent, the first in row %d (%s): it is read as it stands, and not "
      .. "as a hundredth"):format(name, row, arguments.shown(text))
    said[#said + 1] = { hint, nil, is_kept = true }
  end
  if needs.loss and not needs.currency then
    local hint = ("%s: numbers in brackets such as %s are losses with {currency = true}; elsewhere brackets mark what "
      .. "is uncertain"):format(name, arguments.shown(needs.loss))
    said[#said + 1] = { hint, nil, is_kept = true }
  end
end

--- The same of a column, whose texts further down may show more: where the first are plain numbers, those that are
-- none. Only signs that say so are taken for nulls.
local function needs_of_column(rows, sample, comma, name)
  local values, n = sample:values(name), #sample
  local odd = strays.others(rows, name, values, n) or {}
  local all = { table.unpack(values, 1, n) }
  for i, text in ipairs(odd) do all[n + i] = text end
  local needs, others, marks
  if odd[1] then needs, others, marks = needs_of(all, n + #odd, comma, name) end
  local is_clear = needs ~= nil
  for _, text in ipairs(others or {}) do is_clear = is_clear and looks.is_empty(text) end
  if is_clear or marks and marks.measure then return needs, others, marks end
  return needs_of(values, n, comma, name)
end

--- What columns of texts need to be numbers, as {names, rest (names of the others), all (options), nulls, flagged}.
local function looked_through(texts, rows, sample, comma)
  local found = { names = {}, rest = {}, all = {}, nulls = {}, flagged = {}, mixed = {} }
  for _, name in ipairs(texts) do
    local needs, others, marks = needs_of_column(rows, sample, comma, name)
    if needs then add_mixed(found.mixed, rows, name, needs, marks) end
    if marks and marks.measure then
      local hint = ('%s: letters behind numbers such as %s measure or multiply them, so all of it stays texts; where '
        .. 'they are flags: {flags = "%s"}'):format(name, arguments.shown(marks.measure), name)
      table.insert(found.mixed, { hint, nil, is_kept = true })
    end
    table.insert(needs and found.names or found.rest, name)
    if needs and needs.flags then table.insert(found.flagged, name) end
    for option, value in pairs(needs or {}) do found.all[option] = value end
    found.all.apart = found.all.apart or needs and needs.thousands == " " and not needs.alike
    for _, text in ipairs(others or {}) do
      if not found.nulls[text] then found.nulls[text], found.nulls[#found.nulls + 1] = true, text end
    end
  end
  return found
end

local NEEDED = { "decimal_mark", "thousands", "percent", "currency", "quoted_nulls" }

--- The options that make numbers of columns; nil when there are none, or when one mark would have two meanings.
local function options_of(found, rows, delimiter)
  local all, options = found.all, {}
  if all.decimal_mark and all.decimal_mark == all.thousands then return nil end
  if all.minus and not (all.thousands or all.decimal_mark or all.percent) then all.currency = true end
  all.losses = all.loss and not all.currency
  for _, name in ipairs(NEEDED) do options[name] = all[name] end
  if options.decimal_mark == delimiter then options.delimiter = delimiter end
  if found.flagged[1] then options.flags = found.flagged end
  local nulls = {}
  for _, text in ipairs(found.nulls) do
    if looks.is_nothing(text) or not stands_in(rows, found.rest, text) then nulls[#nulls + 1] = text end
  end
  if nulls[1] then
    nulls[#nulls + 1] = ""
    options.nulls = nulls
  end
  return next(options) and options
end

--- Those of the options that leave no doubt: a comma of a fraction, and texts that stand for no value anywhere.
local function sure(options, all)
  local copy = {}
  for name, value in pairs(options) do copy[name] = value end
  if all.decimal_mark and not all.fraction then return {} end
  if all.thousands == " " and not all.apart then copy.thousands = nil end
  if not options.nulls then return copy end
  copy.nulls = {}
  for _, text in ipairs(options.nulls) do
    if looks.is_empty(text) then table.insert(copy.nulls, text) end
  end
  if not copy.nulls[2] then copy.nulls = nil end
  return copy
end

--- Whether commas stand before fractions of another length than three digits, in quotes where they delimit.
local function has_short_commas(texts, sample)
  for _, name in ipairs(texts) do
    local values = sample:values(name)
    for i = 1, #sample do
      if values[i] and plain(values[i], {}):find "^%-?%d+,%d%d?$" then return true end
    end
  end
  return false
end

--- Whether a point stands before fractions: in a column of fractions, or in texts with other than three digits behind.
local function has_points(columns, info, texts, sample)
  for i, column in ipairs(columns) do
    if column.type == "float64" and info.grouped ~= i then return true end
  end
  for _, name in ipairs(texts) do
    local values = sample:values(name)
    for i = 1, #sample do
      local text = values[i]
      if text and text:find "^[^%d]*%d+%.%d%d?[^%d.]*$" or text and text:find "%d,%d%d%d%.%d" then return true end
    end
  end
  return false
end

--- What is said of numbers that are read as texts; nothing where that is said elsewhere.
local function add_needed(said, found, options, needed)
  local all = found.all
  local also = all.decimal_mark and not all.fraction
    and ', or {thousands = ","} where it stands between thousands' or ""
  said[#said + 1] = { ("%s: numbers that are read as texts; %s%s"):format(table.concat(found.names, ", "),
    spelling.also(options, needed), also), sure(needed, all) }
end

--- The columns of texts that could be numbers, and the options that make them so; and those of one type in all but a
-- few cells. As {hint, options that leave no doubt} each.
function spelled.hints(columns, info, options, rows)
  local texts, said = texts_among(columns, options), {}
  if #texts == 0 then return said end
  local sample = rows:limit(LOOKED):collect()
  local comma = (info.delimiter ~= "," or has_short_commas(texts, sample))
    and (options.decimal_mark == "," or not has_points(columns, info, texts, sample))
  local found = looked_through(texts, rows, sample, comma)
  local needed = found.names[1] and options_of(found, rows, info.delimiter)
  if needed then add_needed(said, found, options, needed) end
  table.move(found.mixed, 1, #found.mixed, #said + 1, said)
  add_strays(said, rows, sample, found.rest, options)
  return said
end

return spelled
