--- The beginning and the end of a text, from which is guessed how it is written.

local core = require "blotter.core"

local sample = {}

local HEAD, TAIL = 65536, 32768 -- bytes

local PACKED = { ["\x1F\x8B"] = true, ["\x28\xB5"] = true } -- how gzip and zstd begin

--- UTF-16 as UTF-8, in which characters beyond 16 bits are question marks.
local function from_utf16(text, form)
  local units = {}
  for at = 1, #text - 1, 2 do
    local unit = string.unpack(form, text, at)
    units[#units + 1] = unit >= 0xD800 and unit < 0xE000 and "?" or utf8.char(unit)
  end
  return table.concat(units)
end

local MARKS = { { "\xFF\xFE", "<I2" }, { "\xFE\xFF", ">I2" } }

--- A sample as text of bytes that are ASCII where ASCII is meant, without a byte-order mark.
local function decoded(found)
  found.head = found.head:gsub("^\u{FEFF}", "")
  for _, mark in ipairs(MARKS) do
    if found.head:sub(1, 2) == mark[1] then
      local whole = found.tail == found.head
      found.head, found.recoded = from_utf16(found.head:sub(3), mark[2]), true
      found.tail = whole and found.head or from_utf16(found.tail, mark[2])
    end
  end
  return found
end

local function of_file(path)
  local file = core.is_file(path) and io.open(path, "rb")
  local size = file and file:seek "end"
  if not size then return nil end
  file:seek "set"
  local head = file:read(math.min(size, HEAD)) or ""
  local tail = head
  if size > HEAD then
    file:seek("set", size - TAIL)
    tail = file:read(TAIL) or ""
  end
  file:close()
  if PACKED[head:sub(1, 2)] then return nil end
  return { head = head, tail = tail, whole = size <= HEAD }
end

local function of_text(text)
  if #text <= HEAD then return { head = text, tail = text, whole = true } end
  return { head = text:sub(1, HEAD), tail = text:sub(-TAIL), whole = false }
end

--- {head, tail, whole (both are all of it)} of a text, or of a file that is not compressed; nil for anything else.
function sample.of(from, is_text)
  if type(from) ~= "string" or from == "-" and not is_text then return nil end
  local found
  if is_text then found = of_text(from) else found = of_file(from) end
  return found and decoded(found)
end

--- The last line that a sample has is whole: without the rest of one that is cut.
local function whole_lines(text, is_whole)
  return is_whole and text or text:match "^(.*[\r\n])" or ""
end

--- Where the quote is that closes the one at `at`; a doubled one does not. Nil: none.
local function closing_quote(text, at)
  local close = text:find('"', at + 1, true)
  while close and text:sub(close + 1, close + 1) == '"' do close = text:find('"', close + 2, true) end
  return close
end

--- The fields of the record that begins at `at`, and where the next one begins; nil when a quote is not closed.
local function record(text, at, delimiter)
  local fields, stop = {}, "[\r\n%" .. delimiter .. "]"
  repeat
    local close = text:sub(at, at) == '"' and closing_quote(text, at)
    if close == nil then return nil end
    local last = text:find(stop, close and close + 1 or at) or #text + 1
    fields[#fields + 1] = close and text:sub(at + 1, close - 1) or text:sub(at, last - 1)
    at = last + 1
  until text:sub(last, last) ~= delimiter
  return fields, text:sub(at - 1, at) == "\r\n" and at + 1 or at
end

local function count_lines(text, from, to)
  local part = text:sub(from, to)
  local _, feeds = part:gsub("\n", "")
  if feeds > 0 then return feeds end
  local _, returns = part:gsub("\r", "")
  return returns
end

--- The first records of a sample, at most `most`: their fields, with `line` (the first of its lines) and `filled` (how
-- many fields have a text). Empty lines are records of one empty field.
function sample.records(found, delimiter, most)
  local text, list, at, line = whole_lines(found.head, found.whole), {}, 1, 1
  while at <= #text and #list < most do
    local fields, next_at = record(text, at, delimiter)
    if not fields then break end
    fields.line, fields.filled = line, 0
    for _, field in ipairs(fields) do
      if field:find "%S" then fields.filled = fields.filled + 1 end
    end
    line = line + count_lines(text, at, next_at - 1)
    list[#list + 1], at = fields, next_at
  end
  return list
end

--- The last lines of a sample, as an editor shows them, at most `most`, in their order; the first of a sample that is
-- cut is left out.
function sample.lines(found, most)
  local text = found.tail:gsub("\r\n", "\n"):gsub("\r", "\n"):gsub("\n$", "")
  if not found.whole then text = text:match "\n(.*)$" or "" end
  local lines = {}
  for line in (text .. "\n"):gmatch "(.-)\n" do lines[#lines + 1] = line end
  local first = math.max(#lines - most, 0)
  return table.move(lines, first + 1, #lines, 1, {})
end

--- The fields of a line alone; nil when a quote in it is not closed.
function sample.fields(line, delimiter)
  return (record(line, 1, delimiter))
end

return sample
