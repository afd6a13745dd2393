--- Options of reading CSV that were not given, found out by trying: from the text's form, then from what is doubtful in
-- what was read. Nothing that is given is changed.

local arguments = require "blotter.errors.arguments"
local bound = require "blotter.tables.guess.bound"
local encodings = require "blotter.tables.guess.encodings"
local extent = require "blotter.tables.guess.extent"
local sample = require "blotter.tables.guess.sample"
local width = require "blotter.terminal.width"
local spelling = require "blotter.tables.guess.spelling"

local settle = {}

local ROUNDS = 5
local MOST = 1000 -- values that are looked at
local FEW = 20 -- rows for each that may be passed over

local function merged(options, found)
  local copy = {}
  for name, value in pairs(options) do copy[name] = value end
  for name, value in pairs(found) do
    if copy[name] == nil then copy[name] = value end
  end
  return copy
end

--- Whether an attempt gave rows that are split as was seen; of rows that are passed over, all but a few.
local function is_right(rows, info, told, options, given)
  if not rows or told.delimiter and info.delimiter and info.delimiter ~= told.delimiter then return false end
  local is_notes = info.rejected == told.notes -- those that were seen among the rows
  return options.on_error == given.on_error or info.rejected > 0 and (is_notes or info.rejected * FEW <= info.rows)
end

local function close(rows)
  if rows then rows:close() end
end

--- The first way to read the text that does: rows, what is known of the reading, the options; or nil.
local function first_way(attempt, given, told)
  for _, also in ipairs { {}, { delimiter = told.delimiter }, { on_error = "reject" },
    { delimiter = told.delimiter, on_error = "reject" }, told.lacks_fields and { ragged = "fill" } or nil } do
    local way = merged(merged(given, told.options), also)
    local rows, info = attempt(way)
    if is_right(rows, info, told, way, given) then return rows, info, way end
    close(rows)
  end
end

--- A list with what another has beside it; nil: nothing.
local function longer(list, other)
  local all, there = table.move(list, 1, #list, 1, {}), {}
  for _, one in ipairs(list) do there[one] = true end
  for _, one in ipairs(other) do
    if not there[one] then all[#all + 1], there[one] = one, true end
  end
  return #all > #list and all or nil
end

--- Types with those of other columns; nil: there are none.
local function wider(types, other)
  local all, any = {}, false
  for name, kind in pairs(other) do all[name], any = kind, any or types[name] == nil end
  for name, kind in pairs(types) do all[name] = kind end
  return any and all or nil
end

local GROWS = { flags = longer, nulls = longer, types = wider }

--- What of the options found is new: not given, and more than before.
local function news(found, options, given)
  local more = {}
  for name, value in pairs(found or {}) do
    local is_new = options[name] == nil or name == "skip_tail" and value > options[name]
    if given[name] == nil and is_new then more[name] = value end
    local grows = given[name] == nil and options[name] and GROWS[name]
    if grows then more[name] = grows(options[name], value) end
  end
  return next(more) and more
end

--- Hints of a reading that hold of the text however it is read go over to the one that takes its place.
local function keep(info, known)
  for _, text in ipairs(info.kept or {}) do
    local is_there = false
    for _, other in ipairs(known.hints) do is_there = is_there or other == text end
    if not is_there then table.insert(known.hints, text) end
    if known.kept and not is_there then table.insert(known.kept, text) end
  end
end

--- Rows read again with what the hints leave no doubt of, as long as there is more of that.
local function without_doubts(attempt, rows, info, options, given)
  for _ = 1, ROUNDS do
    local more = news(info.found, options, given)
    local following = more and merged(more, options)
    local again, known
    if more then again, known = attempt(following) end
    if not again then break end
    close(rows)
    keep(info, known)
    rows, info, options = again, known, following
  end
  return rows, info, options
end

--- Whether texts are whole numbers, of which some have points between thousands, and some are too small for one.
local function are_grouped(values)
  local points, plain = 0, 0
  for _, text in pairs(values) do
    if type(text) == "string" and text:find "^%-?%d%d?%d?%.%d%d%d$" then
      points = points + 1
    elseif type(text) == "string" and text:find "^%-?[1-9]%d?%d?$" then
      plain = plain + 1
    elseif type(text) == "string" and text:find "%d" then
      return false
    end
  end
  return points > 0 and plain > 0
end

--- Whether points stand between thousands in the column of which that is in doubt, by its texts.
local function has_grouped(attempt, rows, info, options)
  local column = rows:columns()[info.grouped]
  if info.delimiter == "," or options.decimal_mark or options.thousands then return false end
  local texts = attempt(bound.with(options, { types = { [column.name] = "string" } }))
  local is = texts and are_grouped(texts:limit(MOST):values(column.name))
  close(texts)
  return is
end

--- The same rows with points between thousands, where they leave no doubt of that.
local function without_points(attempt, rows, info, options)
  if not info.grouped or not has_grouped(attempt, rows, info, options) then return rows, info, options end
  local following = merged({ thousands = "." }, options)
  local again, known = attempt(following)
  if not again then return rows, info, options end
  close(rows)
  return again, known, following
end

--- The first line of a text that says something.
local function first_line(text)
  for line in (text or ""):gmatch "[^\r\n]+" do
    if line:find "[%w\x80-\xFF]" then return line end
  end
  return text and text:match "[^\r\n]+"
end

--- A text as it is read: bytes of windows-1252 are characters of nearly the same numbers, others are not shown.
local function legible(text, encoding)
  if utf8.len(text) then return text end
  if encoding ~= "windows-1252" then return nil end
  return (text:gsub("[\x80-\xFF]", function(byte) return utf8.char(byte:byte()) end))
end

local function lines_of(n, place, text, encoding)
  if not n or n == 0 or not text then return nil end
  text = legible(text, encoding)
  local shown = text and (" (%s)"):format(arguments.shown((width.cut(width.printable(text), 40)))) or ""
  return ("%d line%s %s%s"):format(n, n == 1 and "" or "s", place, shown)
end

--- What was passed over, in words; nil: nothing.
local function passed(told, info, options)
  local above = lines_of(options.skip, "above the table", told.above, options.encoding)
  local below = lines_of(options.skip_tail, above and "below it" or "below the table", first_line(info.tail))
  local both = above and below and above .. ", " .. below
  return (above or below) and "passed over: " .. (both or above or below) or nil
end

--- Whether the options are others than those given.
local function is_more(options, given)
  for name, value in pairs(options) do
    if given[name] ~= value then return true end
  end
  for name in pairs(given) do
    if options[name] == nil then return true end
  end
  return false
end

--- Rows read with what is found out beside what is given: they, what is known, the options, what the form told; or nil.
local function found_out(attempt, found, given)
  local told = found and extent.of(found, given) or { options = {} }
  if found and not given.encoding then told.options.encoding = encodings.of(found) end
  local rows, info, options = first_way(attempt, given, told)
  if not rows and next(told.options) then
    told = { options = { encoding = told.options.encoding }, lacks_fields = told.lacks_fields }
    rows, info, options = first_way(attempt, given, told)
  end
  if not rows then return nil end
  rows, info, options = without_doubts(attempt, rows, info, options, given)
  rows, info, options = without_points(attempt, rows, info, options)
  return rows, info, options, told
end

--- The rows once more with what is given of columns: as it is, without a few rows that are not of these types, and
-- without the types that the columns have anyway. Nil when none of them reads the text.
local function bound_again(attempt, columns, options, given)
  local way = bound.with(options, given)
  way.on_error = given.on_error
  local less = bound.without_own(way, columns)
  for _, try in ipairs { way, merged({ on_error = "reject" }, way), less } do
    local rows, info = attempt(try)
    if is_right(rows, info, {}, try, given) then return rows, info, try, way end
    close(rows)
  end
  return nil, nil, nil, less or way
end

--- The same where types and flags are given: what is not given is found out without them. Nil, and as a fifth value the
-- options that do not read the text, where what is given does not fit.
local function found_out_first(attempt, found, given)
  local free = bound.without(given)
  local rows, known, options, told
  if free then rows, known, options, told = found_out(attempt, found, free) end
  if not rows then return nil end
  local again, info, bound_options, way = bound_again(attempt, rows:columns(), options, given)
  close(rows)
  if not again then return nil, nil, nil, nil, way end
  keep(known, info)
  if not info.grouped then keep({ kept = { known.kept and known.kept.grouped } }, info) end
  again, info, options = without_doubts(attempt, again, info, bound_options, given)
  again, info, options = without_points(attempt, again, info, options)
  return again, info, options, told
end

--- Reads by `try(options, sample)`, which returns rows and what is known of the reading, or nil. Returns rows, what is
-- known, the options, and what was found out as texts; or nil, and perhaps the options that come closest.
function settle.read(try, from, is_text, given)
  local found = sample.of(from, is_text)
  local function attempt(options) return try(options, found) end
  local rows, info, options, told, closest = found_out_first(attempt, found, given)
  if not rows then rows, info, options, told = found_out(attempt, found, given) end
  if not rows then return nil, closest end
  if not is_more(options, given) then return rows, info, options, {} end
  local other = told.other and ("another table begins in line %d (%s): {skip = %d} reads it"):format(told.other.line,
    arguments.shown(told.other.text), told.other.line)
  local said = { spelling.line(from, is_text, options), passed(told, info, options) }
  if other and options.skip_tail then said[#said + 1] = other end
  return rows, info, options, said
end

return settle
