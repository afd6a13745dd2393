--- What may have been read otherwise than it was meant: hints beside the answer of a reading, never errors.

local arguments = require "blotter.errors.arguments"
local days = require "blotter.tables.guess.days"
local extent = require "blotter.tables.guess.extent"
local quoted = require "blotter.lang.lexer".backquoted
local seen = require "blotter.tables.guess.sample"
local spelled = require "blotter.tables.spelled"
local strays = require "blotter.tables.strays"
local totals = require "blotter.tables.totals"
local spelling = require "blotter.tables.guess.spelling"

local LOOKED = 200 -- rows
local MANY = 5000  -- records

--- The texts of a column, each once, at most `most`.
local function distinct_of(rows, name, most)
  local plain = "v = " .. quoted(name)
  return rows:select(plain):where "v ~= nil":distinct():limit(most):values "v"
end

local function literal(text)
  return "'" .. text:gsub("[\\']", "\\%0") .. "'"
end

-- ---- one doubt each: a hint and the options that would end it without a doubt, a list of such pairs, or nil ----

local function grouped(columns, info, options)
  if not info.grouped then return nil end
  local mark = options.decimal_mark or options.thousands == "." and "," or "."
  local say = mark == "." and '{thousands = "."}' or '{thousands = ","} and no decimal_mark'
  return ("%s: %s; where it stands between thousands: %s"):format(columns[info.grouped].name,
    mark == "." and "the point is read as that of a fraction" or "the comma is read as that of a fraction", say)
end

--- What is said of a column of days that is read as texts: a form, and the option; or that it may be of two.
local function undated(name, form, day_first, month_first)
  if form then return ('%s: days that are read as texts; {dates = "%s"}'):format(name, form), { dates = form } end
  return ('%s: dates that could be of several forms stay texts: {dates = "%s"} or {dates = "%s"} says which')
    :format(name, day_first, month_first)
end

local DAY = "matches(v, '^[0-9]+[./-][0-9]+[./-][0-9]+')"

--- A column of texts that would be days in the form that is given, but for some.
local function misdated(columns, options, rows)
  local form = options.dates:gsub("dd", "d"):gsub("mm?", "m")
  if not form:find "^[dmy]+[./-][dmy]+[./-]yyyy$" then return nil end
  local is_day = ("try_date(left(v, 10), '%s') == nil and try_date(v, '%s') == nil"):format(form, form)
  for _, column in ipairs(columns) do
    local name = column.name
    local is_dated = column.type == "string" and strays.cells(rows:limit(LOOKED), name, DAY) > 1
    if is_dated then
      local count, row, text = strays.cells(rows, name, "v ~= nil and " .. is_day)
      if count > 0 then
        return ("%s: %d value%s no date that exists, written %s (row %d: %s), so all of it stays texts"):format(name,
          count, count == 1 and " is" or "s are", options.dates, row, arguments.shown(text))
      end
    end
  end
end

--- A column of days with two digits of the year, some of which are days to come.
local function coming(columns, options, rows)
  if not options.dates:find "yy" or options.dates:find "yyyy" then return nil end
  local today = os.date "%Y-%m-%d"
  for _, column in ipairs(columns) do
    local cells = column.type == "date" and ("v > date('%s')"):format(today)
    local count, row, day = 0, nil, nil
    if cells then count, row, day = strays.cells(rows, column.name, cells) end
    if count > 0 then
      return ("%s: %d day%s to come, the first in row %d (%s): of years with two digits 70 to 99 are read as 19.., "
        .. "others as 20.."):format(column.name, count, count == 1 and " is" or "s are", row, day)
    end
  end
end

--- The one of two forms that other columns of days are of.
local function form_elsewhere(info, sample, day_first, month_first)
  local records = sample and info.delimiter and seen.records(sample, info.delimiter, LOOKED)
  return records and days.elsewhere(records, day_first, month_first)
end

local function dated(columns, info, options, rows, text)
  if options.infer == false then return nil end
  if options.dates then return coming(columns, options, rows) or misdated(columns, options, rows) end
  local sample, given = rows:limit(LOOKED):collect(), type(options.types) == "table" and options.types or {}
  for i, column in ipairs(columns) do
    local form, day_first, month_first
    if column.type == "string" and not given[column.name] then
      form, day_first, month_first = days.form(sample:values(column.name), #sample, options.decimal_mark == ",")
    end
    if not form and not day_first and info.dated == i then day_first, month_first = "dd/mm/yyyy", "mm/dd/yyyy" end
    form = form or day_first and form_elsewhere(info, text, day_first, month_first)
    if form or day_first then return undated(column.name, form, day_first, month_first) end
  end
end

--- Whether a column is called by a value: a date, a fraction, a number that is no year.
local function is_value(name)
  if name:find "^%d+[./-]%d+[./-]%d+$" or name:find "^%-?%d+[.,]%d" then return true end
  local whole = math.tointeger(tonumber(name))
  return whole and (whole < 0 or whole > 2200) or false
end

local function header(columns, _, options)
  local is_all, first, small, count = true, nil, nil, 0
  for _, column in ipairs(columns) do
    if column.name:find "^%d%d?%d?$" then small, count = column, count + 1 end
    is_all = is_all and tonumber(column.name) ~= nil and not column.name:find "^[12]%d%d%d$"
    if is_value(column.name) then first = first or column.name end
  end
  if count == 1 and columns[2] and small.type == "int64" then first = first or small.name end
  if options.header == false or options.names or not (first or is_all) then return nil end
  return ("a column is called %s: a row of data taken as the header? {header = false}, or another skip"):format(
    arguments.shown(first or columns[1].name))
end

--- Whether some of the values are numbers but for blanks around them; and how many have blanks around them.
local function has_padded(values)
  local count, is_number = 0, false
  for _, text in pairs(values) do
    if type(text) == "string" and (text:find "^[ \t]" or text:find "[ \t]$") then
      count, is_number = count + 1, is_number or text:find "^%s*%-?%d[%d.,]*%s*$" ~= nil
    end
  end
  return is_number, count
end

--- Blanks around names, or around numbers that so are texts.
local function blanks(columns, _, options, rows)
  if options.trim then return nil end
  local sample, hint
  for _, column in ipairs(columns) do
    local is_padded = column.name:find "^[ \t]" or column.name:find "[ \t]$"
    if not is_padded and column.type == "string" then
      local count
      sample = sample or rows:limit(LOOKED):collect()
      is_padded, count = has_padded(sample:values(column.name))
      hint = hint or count > 0 and count < #sample and ("%s: blanks around some of its values; %s"):format(column.name,
        spelling.also(options, { trim = true })) or nil
    end
    if is_padded then
      return ("%s: blanks around it or its values; %s"):format(column.name, spelling.also(options, { trim = true })),
        { trim = true }
    end
  end
  return hint
end

--- Whether lines of a text's beginning have nothing between their delimiters.
local function has_blank(info, sample)
  for _, fields in ipairs(sample and info.delimiter and seen.records(sample, info.delimiter, MANY) or {}) do
    if #fields > 1 and fields.filled == 0 then return true end
  end
  return false
end

--- Rows without any value, as a spreadsheet saves them; where other texts than the empty one are null, those that are
-- seen to be blank.
local function blank(columns, info, options, rows, sample)
  local tests = {}
  for i, column in ipairs(columns) do tests[i] = quoted(column.name) .. " == nil" end
  if options.nulls and not has_blank(info, sample) then return nil end
  if not tests[2] or options.drop_blank or rows:where(tests[1]):limit(1):count() == 0 then return nil end
  local count = rows:where(table.concat(tests, " and ")):count()
  if count == 0 then return nil end
  return ("%d row%s no value at all; %s leaves %s out"):format(count, count == 1 and " has" or "s have",
    spelling.also(options, { drop_blank = true }), count == 1 and "it" or "them"), { drop_blank = true }
end

--- Words of yes and no, in pairs.
local YES = {}
for yes, no in ([[yes no ja nein ja nej ja nee ja nei oui non sí no sì no sim não tak nie 예 아니오 はい いいえ 是 否]])
  :gmatch "(%S+) (%S+)" do YES[yes .. " " .. no] = true end

--- Columns of yes and no, which are texts.
local function yes_no(columns, _, options, rows)
  local types, names, given = {}, {}, type(options.types) == "table" and options.types or {}
  local sample = options.infer ~= false and rows:limit(LOOKED):collect()
  for _, column in ipairs(sample and columns or {}) do
    local words = column.type == "string" and not given[column.name] and distinct_of(sample, column.name, 3) or {}
    local first, second = words[1] and words[1]:lower(), words[2] and words[2]:lower()
    if #words == 2 and (YES[first .. " " .. second] or YES[second .. " " .. first]) then
      types[column.name], names[#names + 1] = "bool", column.name
    end
  end
  if not names[1] then return nil end
  return ("%s: yes and no as texts; %s reads them as true and false"):format(table.concat(names, ", "),
    spelling.also(options, { types = types })), { types = types }
end

--- The header that stands again among the rows, as it does where files were put one behind the other.
local function repeated(columns, _, options, rows)
  local first = columns[1]
  for _, column in ipairs(columns) do
    if column.type ~= "string" then return nil end
  end
  if not first or options.header == false or options.types or options.infer == false then return nil end
  local count, row = strays.cells(rows, first.name, ("v == %s"):format(literal(first.name)))
  if count == 0 or count * 2 > #rows then return nil end
  local rest = rows:where(quoted(first.name) .. " ~= " .. literal(first.name))
  local types = {}
  for _, column in ipairs(columns) do types[column.name] = strays.type(rest, column.name) end
  local said = ("the header stands again in %d row%s, the first of which is row %d"):format(count,
    count == 1 and "" or "s", row)
  if not next(types) then return said end
  local needed = { types = types, on_error = "reject" }
  return ("%s; %s leaves them out"):format(said, spelling.also(options, needed)), needed
end

--- Whether a text stands once in its column.
local function is_alone(rows, name, text)
  return rows:where(quoted(name) .. " == $text", { text = text }):count() == 1
end

--- What is said of the last row: nothing in it, called by a word of totals, or the sum of those above it; and whether
-- that is beyond doubt.
local function said_of(rows, columns, last)
  if next(last) == nil then return "the last row has no value at all:", true end
  for _, column in ipairs(columns) do
    local value = last[column.name]
    if type(value) == "string" and totals.is_word(value) and is_alone(rows, column.name, value) then
      local is_sure = totals.is_name(value) or totals.adds_any(rows, columns, last)
      return ("the last row is called %s: a total among what it adds up?"):format(arguments.shown(value)), is_sure
    elseif type(value) == "string" then
      break
    end
  end
  local adds_up, is_sure = totals.adds_up(rows, columns, last)
  return adds_up and "the last row is the sum of those above it:" or nil, is_sure
end

local function last_line(columns, options, rows, sample)
  local said, is_sure = said_of(rows, columns, rows:row(#rows))
  if not said then return nil end
  local lines = extent.with_last_row(sample, options.skip_tail or 0)
  return said .. (lines and (" {skip_tail = %d} leaves it out"):format(lines)
    or " {skip_tail = n} passes over the last n lines"), lines and is_sure and { skip_tail = lines }
end

--- A first row that is the sum of those below it.
local function first_line(columns, rows)
  local first = #rows > 2 and rows:row(1)
  if not first or not totals.adds_up(rows, columns, first) then return nil end
  return "the first row is the sum of those below it: t:tail(#t - 1) leaves it out"
end

--- Rows among the others that are called totals: all of them, for leaving out some would count the others still.
local function called(rows, found)
  local first, n = found.found[1], #found.found
  local nulls = rows:where(quoted(found.column) .. " == nil"):limit(1):count() > 0
  local how = #found.names > 6 and "t:where leaves them out by their names"
    or ('t:where "%s" leaves %s out'):format(totals.without(found, nulls), n == 1 and "it" or "them")
  local names = {}
  for i = 1, math.min(#found.names, 3) do names[i] = arguments.shown(found.names[i]) end
  local who = n == 1 and ("row %d is called %s"):format(first.row, names[1])
    or ("%d rows, the first of them row %d, are called %s%s"):format(n, first.row, table.concat(names, ", "),
      #found.names > 3 and " …" or "")
  return ("%s: a sum counts totals with what they add up; %s"):format(who, how)
end

--- A row that is about the sum of all others, whatever it is called.
local function nearly_total(columns, rows)
  local row, number = totals.nearly(rows, columns)
  if not row then return nil end
  local name
  for _, column in ipairs(columns) do name = name or type(row[column.name]) == "string" and row[column.name] or nil end
  return ("row %d%s is nearly the sum of all others: a total among what it adds up?"):format(number,
    name and (" (%s)"):format(arguments.shown(name)) or "")
end

--- Totals among the rows: first, last, or between them.
local function totalled(columns, _, options, rows, sample)
  if #rows < 2 then return nil end
  local said, is_last = {}, true
  for _, found in ipairs(totals.among(rows, columns)) do
    said[#said + 1] = { called(rows, found) }
    is_last = is_last and #found.found == 1 and found.found[1].row == #rows
  end
  if not is_last then
    said[#said + 1] = next(rows:row(#rows)) == nil and { last_line(columns, options, rows, sample) } or nil
    return said
  end
  local first, last = { first_line(columns, rows) }, { last_line(columns, options, rows, sample) }
  return { first, last, not first[1] and not last[1] and { nearly_total(columns, rows) } or nil }
end

-- ---- lines that are no rows ----

--- A line below the header that numbers the columns.
local function numbered(columns, _, options, rows)
  if not columns[3] or #rows < 2 or options.header == false then return nil end
  local row, from = rows:row(1), nil
  for i, column in ipairs(columns) do
    local number = math.tointeger(tonumber(row[column.name]))
    from = from or number
    if not number or number ~= from + i - 1 then return nil end
  end
  if from > 1 or from < 0 then return nil end
  return "row 1 numbers the columns: t:tail(#t - 1) leaves it out"
end

--- The first record behind the header that begins as it does and has other names: where another table begins.
local function header_again(records, name)
  local first
  for _, fields in ipairs(records) do
    local is_one = fields[1] == name and #fields > 1
    for i = 1, is_one and first and #fields == #first and #fields or 0 do
      if fields[i] ~= first[i] then return fields end
    end
    first = first or is_one and fields or nil
  end
end

--- Whether another line than the first that has a name begins with it, perhaps in quotes.
local function begins_again(text, name)
  local from = text:find(name, 1, true)
  for _, before in ipairs(from and { "\n", "\r", '\n"', '\r"' } or {}) do
    if text:find(before .. name, from + 1, true) then return true end
  end
  return false
end

--- A second table below the first.
local function stacked(columns, info, options, _, sample)
  if options.header == false or options.skip_tail or not sample or not info.delimiter then return nil end
  if not begins_again(sample.head, columns[1].name) then return nil end
  local again = header_again(seen.records(sample, info.delimiter, MANY), columns[1].name)
  if not again then return nil end
  local tail = sample.whole and (", {skip_tail = %d} the one above it"):format(#seen.lines(sample, math.maxinteger)
    - again.line + 1) or ""
  return ("line %d begins as the header does (%s): another table below the first? {skip = %d} reads it%s"):format(
    again.line, arguments.shown(table.concat(again, info.delimiter)), again.line - 1, tail)
end

--- Whether a text has an empty line.
local function has_gap(text)
  return text:find("\n\n", 1, true) or text:find("\n\r\n", 1, true) or text:find("\r\r", 1, true)
end

--- A last row that stands below an empty line, the only one.
local function apart(columns, _, options, rows, sample)
  if options.skip_tail or not sample or not columns[2] or #rows < 2 or not has_gap(sample.tail) then return nil end
  local lines = seen.lines(sample, LOOKED)
  local last = #lines
  while last > 0 and lines[last] == "" do last = last - 1 end
  if lines[last - 1] ~= "" then return nil end
  for i = math.max(last - #rows, 1), last - 2 do
    if lines[i] == "" then return nil end
  end
  return ("the last row stands below an empty line (%s): {skip_tail = %d} leaves it out"):format(
    arguments.shown(lines[last]), #lines - last + 1)
end

local DOUBTS = { header, blanks, blank, repeated, grouped, dated, yes_no, spelled.hints, totalled, numbered,
  stacked, apart }

--- The hints about a table that was just read from CSV, as texts, the options that would end those which leave no
-- doubt, and the hints that hold of the text however it is read, with `grouped`, that of points. `sample` is of the
-- text, or nil.
return function(rows, info, options, sample)
  local hints, found, kept, columns = {}, {}, {}, rows:columns()
  for _, doubt in ipairs(options.into and {} or DOUBTS) do
    local said, sure = doubt(columns, info, options, rows, sample)
    if doubt == grouped then kept.grouped = said end
    for _, one in ipairs(type(said) == "table" and said or { { said, sure } }) do
      hints[#hints + 1] = one[1]
      if one.is_kept then kept[#kept + 1] = one[1] end
      for name, value in pairs(one[1] and one[2] or {}) do found[name] = found[name] or value end
    end
  end
  return hints, found, kept
end
