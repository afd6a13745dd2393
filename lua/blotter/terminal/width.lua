--- How many terminal cells a text takes, cutting it to fit, and making it safe to show.
--
-- A character takes the cells that Unicode's tables say (cells.lua). What a terminal draws as one sign is counted as
-- one: an emoji with a variation selector or a tone of skin, and several that are joined by zero-width joiners.

local cells = require "blotter.terminal.cells"

local width = {}

local JOINER, EMOJI_STYLE = 0x200D, 0xFE0F

--- Whether `code` lies in one of the ranges, whose ends stand in turns in a sorted list.
local function within(ends, code)
  local low, high = 1, #ends // 2
  while low <= high do
    local middle = (low + high) // 2
    if code < ends[2 * middle - 1] then
      high = middle - 1
    elseif code > ends[2 * middle] then
      low = middle + 1
    else
      return true
    end
  end
  return false
end

local function is_tone(code)
  return code >= 0x1F3FB and code <= 0x1F3FF
end

--- Whether a character is a picture that can be joined with others.
local function is_picture(code)
  return code >= 0x1F000 and code <= 0x1FAFF or code >= 0x2190 and code <= 0x2BFF
end

local known = {}

--- The cells of a character by itself.
local function own_cells(code)
  if code < 0x300 then return 1 end
  local found = known[code]
  if not found then
    found = within(cells.NONE, code) and 0 or within(cells.WIDE, code) and 2 or 1
    known[code] = found
  end
  return found
end

--- The cells that a character adds behind `before`, a character that itself added `added` cells.
local function added_cells(code, before, added)
  if before == JOINER and is_picture(code) then return 0 end
  if is_tone(code) and before and is_picture(before) then return 0 end
  if code == EMOJI_STYLE and added == 1 and before and is_picture(before) then return 1 end
  return own_cells(code)
end

--- Iterates over a text that is UTF-8: the position of each character, its code, and the cells that it adds.
local function walk(text)
  local before, added
  local next_code, state, start = utf8.codes(text)
  return function(_, at)
    local following, code = next_code(state, at)
    if not following then return nil end
    added = added_cells(code, before, added)
    before = code
    return following, code, added
  end, nil, start
end

-- Marks that turn the direction of writing, separate lines, or hide: a text with them does not show what it holds. And
-- codes that are no characters, which XML does not take. Their ends stand in turns.
local HIDDEN = { 0x80, 0x9F, 0xAD, 0xAD, 0x34F, 0x34F, 0x61C, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180E,
  0x200B, 0x200B, 0x200E, 0x200F, 0x2028, 0x202E, 0x2060, 0x206F, 0x3164, 0x3164, 0xFDD0, 0xFDEF, 0xFEFF, 0xFEFF,
  0xFFA0, 0xFFA0, 0xFFF0, 0xFFFB, 0xFFFE, 0xFFFF, 0x1BCA0, 0x1BCA3, 0x1D173, 0x1D17A, 0xE0000, 0xE00FF, 0xE01F0,
  0xE0FFF }

local function is_hidden(code)
  return code & 0xFFFE == 0xFFFE or within(HIDDEN, code)
end

local NAMED = { ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r" }

local function escape(char)
  if #char == 1 then return NAMED[char] or ("\\x%02X"):format(char:byte()) end
  local code = utf8.codepoint(char)
  return is_hidden(code) and ("\\u{%X}"):format(code) or nil
end

--- `text` with control characters, marks of direction and other hidden ones written as escapes, and bytes that are no
-- UTF-8 as `\xHH`, so that a terminal shows it on one line and does nothing else.
function width.printable(text)
  if not text:find "[%c\127-\255]" then return text end
  if not utf8.len(text) then
    text = text:gsub("[\128-\255]", function(c) return ("\\x%02X"):format(c:byte()) end)
  end
  return (text:gsub("[%z\1-\31\127]", escape):gsub("[\xC2\xCD\xD8\xE1-\xE3\xEF\xF0-\xF4][\x80-\xBF]+", escape))
end

--- The same for a text of several lines, such as a message: line ends stay.
function width.printable_lines(text)
  if not text:find "[%z\1-\9\11-\31\127-\255]" then return text end
  return (text:gsub("[^\n]+", width.printable))
end

-- Blanks of any width, and a sign of Braille without dots. Their ends stand in turns.
local BLANK = { 0, 0x20, 0x7F, 0x7F, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x202F, 0x202F, 0x205F, 0x205F, 0x2800,
  0x2800, 0x3000, 0x3000 }

--- Whether anything of a text can be seen: a character that is no blank, not hidden, and no mark on another one. Bytes
-- that are no UTF-8 can, as `\xHH`.
function width.is_visible(text)
  if text:find "[%w%p]" or not utf8.len(text) then return true end
  for _, code in utf8.codes(text) do
    if not within(BLANK, code) and not is_hidden(code) and own_cells(code) > 0 then return true end
  end
  return false
end

--- Terminal cells of a printable text.
function width.of(text)
  if not text:find "[\128-\255]" then return #text end
  local total = 0
  for _, _, added in walk(text) do total = total + added end
  return total
end

--- `text` in at most `most` cells, with an ellipsis for what is cut.
function width.cut(text, most)
  if width.of(text) <= most then return text end
  local total, stop = 0, 0
  for at, code, added in walk(text) do
    total = total + added
    if total > most - 1 then break end
    stop = at + #utf8.char(code) - 1
  end
  return text:sub(1, stop) .. "…"
end

--- `text` without blanks at its end; in time that grows with them, not with all blanks in it.
function width.trimmed(text)
  local stop = #text
  while stop > 0 and text:find("^%s", stop) do stop = stop - 1 end
  return text:sub(1, stop)
end

--- `text` filled with blanks to `wanted` cells, to the left (numbers) or to the right.
function width.pad(text, wanted, right)
  local blanks = (" "):rep(wanted - width.of(text))
  return right and blanks .. text or text .. blanks
end

--- The pieces of a text of at most `most` cells each, cut only where a sign begins.
function width.pieces(text, most)
  local pieces, from, used = {}, 1, 0
  local sign, of_sign = 1, 0 -- where the last sign begins, and its cells
  for at, code, added in walk(text) do
    if added > 0 and code ~= EMOJI_STYLE then sign, of_sign = at, 0 end
    of_sign, used = of_sign + added, used + added
    if used > most and sign > from then
      pieces[#pieces + 1] = text:sub(from, sign - 1)
      from, used = sign, of_sign
    end
  end
  pieces[#pieces + 1] = text:sub(from)
  return pieces
end

return width
