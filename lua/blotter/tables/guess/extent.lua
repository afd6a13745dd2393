--- Where a table begins and ends in a text: the lines above its header, those of the header, the notes below it.

local looks = require "blotter.tables.guess.looks"
local sample = require "blotter.tables.guess.sample"

local extent = {}

local LOOKED = 200 -- records
local BELOW = 40   -- lines at the end
local ABOVE = 30   -- records above the header, at most

-- ---- what separates the fields ----

--- How many fields most records have of those with more than one, and how many records that are.
local function usual_width(records)
  local counts, width = {}, 1
  for _, fields in ipairs(records) do
    local n = #fields
    if n > 1 then
      counts[n] = (counts[n] or 0) + 1
      if counts[n] > (counts[width] or 0) or counts[n] == counts[width] and n > width then width = n end
    end
  end
  return width, counts[width] or 0
end

local CANDIDATES = { "\t", ";", "|", "," }

--- The delimiter that splits most records alike, among equals into most fields: it, the records and their width.
local function split(found, given)
  local best
  for _, delimiter in ipairs(given.delimiter and { given.delimiter } or CANDIDATES) do
    local records = sample.records(found, delimiter, LOOKED)
    local width, count = usual_width(records)
    local more = best and count > best.count * 1.05
    local wider = best and count >= best.count * 0.95 and width > best.width
    local is_mark = delimiter == "," and given.decimal_mark == ","
    if count > 1 and not is_mark and (not best or more or wider) then
      best = { delimiter = delimiter, records = records, width = width, count = count }
    end
  end
  return best
end

-- ---- the columns below a header ----

--- Of each column whether most of its cells below record `at` are values.
local function value_columns(table_, at)
  local is = {}
  for column = 1, table_.width do
    local values, filled = 0, 0
    for i = at + 1, math.min(at + 40, #table_.records) do
      local fields = table_.records[i]
      local text = #fields == table_.width and fields[column]
      if text and not looks.is_empty(text) then
        filled = filled + 1
        if looks.is_value(text) or looks.is_year(text) then values = values + 1 end
      end
    end
    is[column] = filled > 0 and values >= 0.6 * filled
  end
  return is
end

--- Whether a record may be one of a header above columns of values: none of its cells there is a value itself, as
-- `is` says of a text.
local function names_columns(fields, is_value, is)
  local named = 0
  for column, text in ipairs(fields) do
    if is_value[column] and is(text) then return false end
    if text:find "%S" then named = named + 1 end
  end
  return named > 0
end

-- ---- the header ----

local function most_filled(table_)
  local most = 0
  for i = 1, math.min(60, #table_.records) do
    local fields = table_.records[i]
    if #fields == table_.width then most = math.max(most, fields.filled) end
  end
  return most
end

--- Whether a record is a word and what it says of the whole, as Period: 2012 does.
local function is_about_all(fields)
  return fields.filled <= 2 and fields[1]:find "%S:%s*$" ~= nil
end

--- The first record that is as wide as the table and has a text in half of the fields; nil: none.
local function first_wide(table_)
  local least = math.max(2, most_filled(table_) / 2)
  for i = 1, math.min(ABOVE, #table_.records) do
    local fields = table_.records[i]
    if #fields == table_.width and fields.filled >= least and not is_about_all(fields) then return i end
  end
end

--- Whether the record below a first line of names goes on with it: it fills gaps, tells units, or has a label for each
-- column.
local function is_second_line(table_, at)
  local above, below = table_.records[at], table_.records[at + 1]
  if not below or #below ~= table_.width or below.filled == 0 or #table_.records < at + 3 then return false end
  local is_value = value_columns(table_, at + 1)
  if not names_columns(below, is_value, looks.is_value) then return false end
  local fills, units, named, labels, columns = 0, 0, 0, 0, 0
  for column, text in ipairs(below) do
    local is_text = text:find "%S" ~= nil and not looks.is_empty(text)
    if is_text and not above[column]:find "%S" then fills = fills + 1 end
    columns = columns + (is_value[column] and 1 or 0)
    if is_text and is_value[column] then
      named, labels = named + 1, labels + (looks.is_year(text) and 0 or 1)
      units = units + (looks.is_unit(text) and 1 or 0)
    end
  end
  if named == 0 then return false end
  local are_labels = labels > 1 and labels == columns and below.filled == table_.width
  return fills > 0 or are_labels or units == named and below.filled < table_.width
end

--- How many different texts the fields of a record have, and which of them is the first.
local function labels(fields)
  local seen, count, first = {}, 0, nil
  for column, text in ipairs(fields) do
    if text:find "%S" and not seen[text] then seen[text], count = true, count + 1 end
    if text:find "%S" then first = first or column end
  end
  return count, first
end

--- Whether the record above the names puts them into groups: it is as wide, and begins further right, with several.
local function is_group_line(table_, at)
  local fields = table_.records[at]
  if not fields or #fields ~= table_.width or fields.filled == 0 then return false end
  local count, first = labels(fields)
  return count > 1 and first > 1
end

--- Whether all that a record has beyond `width` fields is empty, in all records: a delimiter ends each row.
local function ends_empty(table_, width, at)
  for i = at, #table_.records do
    local fields = table_.records[i]
    if #fields == table_.width and fields[width + 1]:find "%S" then return false end
  end
  return true
end

--- The record of the header when it has fewer fields than the rows: they end with a delimiter.
local function narrow_header(table_, at)
  local above = table_.records[at - 1]
  local narrower = above and #above > 1 and #above == table_.width - 1
  return narrower and ends_empty(table_, #above, at) and at - 1 or nil
end

--- What is said of the beginning: {skip, header, ragged}, or nil when it cannot be told.
local function beginning(table_)
  local at = first_wide(table_)
  if not at then return nil end
  local narrow = narrow_header(table_, at)
  if narrow then return { at = narrow, lines = 1, ragged = "cut" } end
  local is_value = value_columns(table_, at)
  if not names_columns(table_.records[at], is_value, looks.is_no_name) then
    local above = table_.records[at - 1]
    if above and #above > 1 then return nil end
    return { at = at, lines = 0 }
  end
  if is_group_line(table_, at - 1) then return { at = at - 1, lines = 2 } end
  return { at = at, lines = is_second_line(table_, at) and 2 or 1 }
end

--- Whether all records before one are empty lines, over which any reading passes, or the line sep=; of spreadsheets.
local function is_plain_start(table_, at)
  for i = 1, at - 1 do
    local fields = table_.records[i]
    if not (#fields == 1 and not fields[1]:find "%S") and not (i == 1 and fields[1]:find "^sep=") then return false end
  end
  return true
end

-- ---- the end ----

--- Whether texts stand where the columns have values.
local function is_strange(fields, is_value)
  local strange = 0
  for column, text in ipairs(fields) do
    if is_value[column] and looks.is_value(text) then return false end
    if is_value[column] and not looks.is_empty(text) then strange = strange + 1 end
  end
  return strange > 0
end

--- Whether a line below the table is none of its rows: "empty", "note", "total", or "perhaps", when it is apart from
-- the rows; nil: a row, or not to be told.
local function kind_of_line(line, table_)
  if not line:find "%S" then return "empty" end
  local fields = sample.fields(line, table_.delimiter)
  if not fields then return nil end
  local filled, first, values = 0, nil, 0
  for _, text in ipairs(fields) do
    if text:find "%S" then filled, first = filled + 1, first or text end
    if looks.is_value(text) then values = values + 1 end
  end
  if #fields > table_.width and filled > 0 then return nil end
  if filled > 0 and first:find "^%u[%a\x80-\xFF ]*:" and is_strange(fields, table_.is_value) then return "note" end
  if filled == 0 then return "note" end
  if #fields < table_.width then
    return (#fields == 1 or values == 0 and (#fields < table_.width / 2 or looks.is_note(line))) and "note" or nil
  end
  if filled == 1 and fields[1] == first and table_.width > 2 then
    if looks.is_marked_note(first) then return "note" end
    if looks.is_note(first) then return "perhaps" end
  end
  return table_.width > 1 and values > 0 and not table_.has_totals and looks.is_named_total(first) and "total" or nil
end

--- Whether several rows are called totals: then that is one of the things that rows are about.
local function has_totals(records)
  local count = 0
  for _, fields in ipairs(records) do
    local first, is_named = nil, false
    for _, text in ipairs(fields) do
      first, is_named = first or text:find "%S" and text, is_named or looks.is_named_total(text)
    end
    count = count + (first and #fields > 1 and (is_named or looks.is_total(first)) and 1 or 0)
  end
  return count > 1
end

--- How many lines at the end are none of the table's rows, of `lines`.
local function below(lines, table_, most)
  local count, open, last_kind = 0, 0, nil
  for i = #lines, math.max(1, #lines - most + 1), -1 do
    local kind = kind_of_line(lines[i], table_)
    if not kind or kind == "total" and last_kind == "total" then break end
    if kind == "perhaps" or kind == "note" or kind == "total" then open = #lines - i + 1 end
    if kind ~= "perhaps" then count = open end
    last_kind = kind ~= "empty" and kind or last_kind
  end
  return count
end

-- ---- all of it ----

--- How many lines stand at the end when the last row, a line of its own, is passed over with what is below it; nil: not
-- to be told. `passed` are passed over already.
function extent.with_last_row(found, passed)
  local lines = found and sample.lines(found, 200) or {}
  local last = #lines - passed
  while last > 0 and lines[last] == "" do last = last - 1 end
  local _, quotes = (lines[last] or '"'):gsub('"', "")
  return quotes % 2 == 0 and #lines - last + 1 or nil
end

--- Whether rows lack fields at their ends: none has more than the header, which is the first, and none has one alone.
local function lacks_fields(table_)
  local most, is_short = #table_.records[1], false
  for i = 2, #table_.records do
    local fields = table_.records[i]
    local is_empty = #fields == 1 and not fields[1]:find "%S"
    if #fields > most or #fields == 1 and not is_empty then return false end
    is_short = is_short or #fields < most and not is_empty
  end
  return is_short and most > 2
end

--- Another table below the one whose header is record `at`: the record of its title, alone in its line, behind which
-- names of columns follow once more; nil: none. And how many notes stand among the rows.
local function other_table(table_, at)
  local is_value, notes, records = value_columns(table_, at), 0, table_.records
  for i = at + 2, #records - 2 do
    if #records[i] == 1 and records[i][1]:find "%S" then
      local j = i + 1
      while j < #records and records[j].filled == 0 do j = j + 1 end
      local is_wide = #records[j] > 1 and j < #records and #records[j + 1] == #records[j]
      if is_wide and names_columns(records[j], is_value, looks.is_value) then return records[i], notes end
      if is_wide then notes = notes + 1 end
    end
  end
  return nil, notes
end

local function first_text(table_, at)
  for i = 1, at - 1 do
    for _, text in ipairs(table_.records[i]) do
      if text:find "%S" then return text end
    end
  end
end

--- What is said of the text's form: {skip, header, skip_tail, ragged} as options, none that is given, with `delimiter`,
-- `above` (the first text that is passed over); nil when nothing is.
function extent.of(found, given)
  local table_ = split(found, given)
  if not table_ then return nil end
  local start = given.skip == nil and given.header == nil and given.names == nil and beginning(table_) or nil
  local options, told = {}, { delimiter = table_.delimiter, options = {} }
  if start then
    local record = table_.records[start.at]
    if not is_plain_start(table_, start.at) then
      options.skip, told.above = record.line - 1, first_text(table_, start.at)
    end
    if start.lines == 2 then options.header = 2 end
    if start.lines == 0 then options.header = false end
    if start.ragged and given.ragged == nil then options.ragged = start.ragged end
  end
  local other
  if found.whole and #table_.records < LOOKED then other, told.notes = other_table(table_, start and start.at or 1) end
  if other and given.skip_tail == nil then
    options.skip_tail = #sample.lines(found, math.maxinteger) - other.line + 1
    told.other = { line = other.line, text = other[1] }
  elseif given.skip_tail == nil then
    table_.has_totals = has_totals(table_.records)
    table_.is_value = value_columns(table_, start and start.at or 1)
    local rest = found.whole and #table_.records - (start and start.at or 1) - 1 or BELOW
    local count = below(sample.lines(found, BELOW + 1), table_, math.min(rest, BELOW))
    if count > 0 then options.skip_tail = count end
  end
  told.options, told.lacks_fields = options, lacks_fields(table_)
  return told
end

return extent
