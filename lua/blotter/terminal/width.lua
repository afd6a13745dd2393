--- How many terminal cells a text takes, and cutting it to fit.

local width = {}

--- Ranges of code points that take two cells (East Asian wide and emoji), in order.
local WIDE = { { 0x1100, 0x115F }, { 0x2E80, 0x303E }, { 0x3041, 0xA4CF }, { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF },
  { 0xFE30, 0xFE6F }, { 0xFF00, 0xFF60 }, { 0xFFE0, 0xFFE6 }, { 0x1F300, 0x1F64F }, { 0x1F900, 0x1F9FF },
  { 0x20000, 0x3FFFD } }

--- Ranges that take none: they combine with the character before.
local NONE = { { 0x0300, 0x036F }, { 0x200B, 0x200F }, { 0x20D0, 0x20FF }, { 0xFE00, 0xFE0F } }

local function within(ranges, code)
  for _, range in ipairs(ranges) do
    if code < range[1] then return false end
    if code <= range[2] then return true end
  end
  return false
end

local function cells(code)
  if code < 0x300 then return 1 end
  if within(NONE, code) then return 0 end
  return within(WIDE, code) and 2 or 1
end

--- `text` with control characters written as escapes and bytes that are no UTF-8 as `\xHH`, so that a terminal
-- shows it on one line and does nothing else.
function width.printable(text)
  if not text:find "[%c\127-\255]" then return text end
  if not utf8.len(text) then
    text = text:gsub("[\128-\255]", function(c) return ("\\x%02X"):format(c:byte()) end)
  end
  text = text:gsub("\u{9B}", "\\u{9B}")
  return (text:gsub("%c", function(c)
    return c == "\n" and "\\n" or c == "\t" and "\\t" or c == "\r" and "\\r" or ("\\x%02X"):format(c:byte())
  end))
end

--- Terminal cells of a printable text.
function width.of(text)
  if not text:find "[\128-\255]" then return #text end
  local total = 0
  for _, code in utf8.codes(text) do total = total + cells(code) end
  return total
end

--- `text` in at most `most` cells, with an ellipsis for what is cut.
function width.cut(text, most)
  if width.of(text) <= most then return text end
  local total, stop = 0, 0
  for at, code in utf8.codes(text) do
    total = total + cells(code)
    if total > most - 1 then break end
    stop = at + #utf8.char(code) - 1
  end
  return text:sub(1, stop) .. "…"
end

--- `text` filled with blanks to `cells` cells, to the left (numbers) or to the right.
function width.pad(text, wanted, right)
  local blanks = (" "):rep(wanted - width.of(text))
  return right and blanks .. text or text .. blanks
end

return width
