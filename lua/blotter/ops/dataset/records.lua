-- A strict reader of RFC 4180 text for the package loader, which needs the line of every record.
--
-- csv.records(text) returns an array of records (arrays of strings) and an array of the line on which each record
-- begins; or nil, a message and a line. A byte-order mark and CRLF are accepted, blank lines are skipped. A quote
-- inside a bare field, text after a closing quote and a quote that never closes are refused.

local csv = {}

local byte, find, sub, gmatch, match = string.byte, string.find, string.sub, string.gmatch, string.match
local move = table.move

local function count_newlines(text)
  local n, at = 0, 0
  while true do
    at = find(text, "\n", at + 1, true)
    if not at then return n end
    n = n + 1
  end
end

local most_captures = 31

-- A function that splits a bare line of `width` fields at one stroke, or returns nil for a line of another width.
local function splitter(width)
  local first = math.min(width, most_captures)
  local pattern = "^" .. ("([^,]*),"):rep(first - 1) .. "([^,]*)"
  if width == first then
    pattern = pattern .. "$"
    return function(line)
      local fields = {match(line, pattern)}
      return fields[1] and fields
    end
  end
  pattern = pattern .. ",(.*)$"
  local rest = splitter(width - first)
  return function(line)
    local fields = {match(line, pattern)}
    local tail = fields[1] and rest(fields[first + 1])
    return tail and move(tail, 1, width - first, first + 1, fields)
  end
end

-- A record whose fields need no unquoting.
local function split_bare(line)
  local fields, n = {}, 0
  for field in gmatch(line .. ",", "([^,]*),") do
    n = n + 1
    fields[n] = field
  end
  return fields
end

-- Reads a quoted field that opens at pos. Returns the field and the position after the closing quote.
local function quoted_field(text, pos)
  local from, parts = pos + 1, nil
  while true do
    local quote = find(text, '"', from, true)
    if not quote then return nil, "a quoted field is never closed" end
    if sub(text, quote + 1, quote + 1) ~= '"' then
      local piece = sub(text, from, quote - 1)
      return parts and parts .. piece or piece, quote + 1
    end
    parts = (parts or "") .. sub(text, from, quote)
    from = quote + 2
  end
end

-- Reads a record that holds a quote. Returns its fields and the position after its line end, or nil and a message.
local function quoted_record(text, pos)
  local fields, n = {}, 0
  while true do
    local field
    if sub(text, pos, pos) == '"' then
      local after
      field, after = quoted_field(text, pos)
      if not field then return nil, after end
      pos = after
    else
      local stop = find(text, '[,"\r\n]', pos) or #text + 1
      if sub(text, stop, stop) == '"' then return nil, "a quote stands inside a field that does not begin with one" end
      field, pos = sub(text, pos, stop - 1), stop
    end
    n = n + 1
    fields[n] = field
    if sub(text, pos, pos + 1) == "\r\n" then pos = pos + 1 end
    local mark = sub(text, pos, pos)
    if mark == "" then return fields, pos end
    if mark == "\n" then return fields, pos + 1 end
    if mark ~= "," then return nil, "text follows a closing quote; expected a comma or the end of the line" end
    pos = pos + 1
  end
end

-- A record of one line that holds quotes, the runs between them split at once; nil where it takes the careful reader
-- (a quoted line break, or something to refuse).
local function split_quoted(line)
  local fields, n, pos, size = {}, 0, 1, #line
  while true do
    local quote = find(line, '"', pos, true)
    if not quote then
      for field in gmatch(sub(line, pos) .. ",", "([^,]*),") do
        n = n + 1
        fields[n] = field
      end
      return fields
    end
    if quote > pos then
      if byte(line, quote - 1) ~= 44 then return nil end
      for field in gmatch(sub(line, pos, quote - 1), "([^,]*),") do
        n = n + 1
        fields[n] = field
      end
    end
    local field, after = quoted_field(line, quote)
    if not field then return nil end
    n = n + 1
    fields[n] = field
    if after > size then return fields end
    if byte(line, after) ~= 44 then return nil end
    pos = after + 1
  end
end

--- Splits CSV text into records; see the head of this file.
function csv.records(text)
  local records, lines, n, split = {}, {}, 0, nil
  local pos, line_number, size = 1, 1, #text
  if sub(text, 1, 3) == "\239\187\191" then pos = 4 end
  while pos <= size do
    local stop = find(text, "\n", pos, true) or size + 1
    local line = sub(text, pos, stop - 1)
    local quick
    if find(line, '"', 1, true) then
      quick = byte(line, -1) ~= 13 and split_quoted(line) or false
    end
    if quick then
      n = n + 1
      records[n], lines[n] = quick, line_number
      line_number = line_number + 1
      pos = stop + 1
    elseif quick ~= nil then
      local fields, after = quoted_record(text, pos)
      if not fields then return nil, after, line_number end
      n = n + 1
      records[n], lines[n] = fields, line_number
      line_number = line_number + count_newlines(sub(text, pos, after - 1))
      pos = after
    else
      if sub(line, -1) == "\r" then line = sub(line, 1, -2) end
      if line ~= "" then
        n = n + 1
        records[n], lines[n] = split and split(line) or split_bare(line), line_number
        if n == 1 then split = splitter(#records[1]) end
      end
      line_number = line_number + 1
      pos = stop + 1
    end
  end
  return records, lines
end

return csv
