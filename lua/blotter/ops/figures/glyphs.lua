-- Folding of a printed text before it is read: digits of any script, spaces of any width, dashes, and case.

local glyphs = {}

-- The first digits of scripts that write numbers with ten digits of their own.
local zeros = {0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0xFF10}

local plain = {}
for _, zero in ipairs(zeros) do
  for digit = 0, 9 do plain[zero + digit] = tostring(digit) end
end
for _, space in ipairs {0x00A0, 0x2002, 0x2003, 0x2005, 0x2007, 0x2009, 0x200A, 0x202F, 0x3000} do
  plain[space] = " "
end
for _, dash in ipairs {0x05BE, 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212, 0xFF0D} do plain[dash] = "-" end
for _, mark in ipairs {0x2019, 0x2018, 0x02BC} do plain[mark] = "'" end
for _, nothing in ipairs {0x200B, 0x200E, 0x200F, 0x2066, 0x2067, 0x2069, 0xFEFF} do plain[nothing] = "" end
for _, wave in ipairs {0x223C, 0x301C, 0xFF5E} do plain[wave] = "~" end
plain[0xFF0C], plain[0xFF0E], plain[0xFF0B] = ",", ".", "+"

local small_greek = {[0x386] = 0x3AC, [0x388] = 0x3AD, [0x389] = 0x3AE, [0x38A] = 0x3AF, [0x38C] = 0x3CC,
  [0x38E] = 0x3CD, [0x38F] = 0x3CE}

-- The small letter of a capital one: Latin with its accents, Greek and Cyrillic.
local function small(code)
  if code >= 0x41 and code <= 0x5A then return code + 32 end
  if code >= 0xC0 and code <= 0xDE and code ~= 0xD7 then return code + 32 end
  if code == 0x130 then return 0x69 end
  if code >= 0x100 and code <= 0x137 then return code | 1 end
  if code >= 0x139 and code <= 0x148 or code >= 0x179 and code <= 0x17E then return code + (code & 1) end
  if code >= 0x14A and code <= 0x177 or code >= 0x218 and code <= 0x21B then return code | 1 end
  if code >= 0x1EA0 and code <= 0x1EF9 then return code | 1 end
  if small_greek[code] then return small_greek[code] end
  if code >= 0x391 and code <= 0x3A9 then return code + 32 end
  if code >= 0x410 and code <= 0x42F then return code + 32 end
  if code >= 0x400 and code <= 0x40F then return code + 80 end
  return code
end

-- Dots in the middle of the line, which begin decimals where they stand between digits ("28・3").
local middle_dots = {"\u{30FB}", "\u{FF65}", "\u{B7}"}

--- The folded text: ASCII digits, single kinds of space, dash and apostrophe, small letters. Bytes that are no UTF-8
-- are left as they stand.
function glyphs.fold(text)
  if not utf8.len(text) then return text:lower() end
  local out = {}
  for _, code in utf8.codes(text) do out[#out + 1] = plain[code] or utf8.char(small(code)) end
  local folded = table.concat(out):gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")
  for _, dot in ipairs(middle_dots) do folded = folded:gsub("(%d)" .. dot .. "(%d)", "%1.%2") end
  return folded
end

--- Whether a character is a letter of a script that writes words without spaces (Chinese, Japanese, Korean).
function glyphs.is_dense(code)
  return code >= 0x3005 and code <= 0x30FF or code >= 0x3400 and code <= 0x9FFF or code >= 0xAC00 and code <= 0xD7A3
end

--- Whether a character is a letter of a script that writes words with spaces between them.
function glyphs.is_letter(code)
  if code < 0x80 then return code >= 0x61 and code <= 0x7A or code >= 0x41 and code <= 0x5A end
  if code < 0xC0 then return code == 0xAA or code == 0xB5 or code == 0xBA end
  return code ~= 0xD7 and code ~= 0xF7 and code < 0x2000 and code ~= 0x066A and code ~= 0x066B and code ~= 0x066C
end

return glyphs
