--- The encoding of bytes that are no UTF-8, where they leave little doubt.

local encodings = {}

local LEAST = 0.7 -- of the pairs of bytes that must speak for an encoding of them

--- Runs of bytes above ASCII.
local function runs_of(text)
  local runs = {}
  for run in text:gmatch "[\x80-\xFF]+" do runs[#runs + 1] = run end
  return runs
end

--- The part of the pairs in runs whose first byte is in a set of bytes; 0 when a run has an odd number of them.
local function part_of_pairs(runs, set)
  local pairs_, good = 0, 0
  for _, run in ipairs(runs) do
    if #run % 2 == 1 or run:find "[\x80-\xA0\xFF]" then return 0 end
    for at = 1, #run, 2 do
      pairs_, good = pairs_ + 1, good + (run:find(set, at) == at and 1 or 0)
    end
  end
  return pairs_ > 0 and good / pairs_ or 0
end

--- Whether pairs of Shift-JIS stand in the text: kana begin with 82 or 83.
local function is_shift_jis(text)
  local _, kana = text:gsub("[\x82\x83][\x40-\xFC]", "")
  local _, high = text:gsub("[\x80-\xFF]", "")
  return kana >= 2 and kana * 2 >= high * 0.4
end

-- Letters of western languages, and signs, as windows-1252 has them; what Polish, Czech, Turkish or Cyrillic texts have
-- among their letters is none of them.
local WESTERN = "^[\x80\x82\x84\x85\x91-\x97\x9C\xA0\xA1\xA3\xA7\xAA\xAB\xB0\xB5\xB7\xBA\xBB\xC0-\xCF\xD1-\xD6"
  .. "\xD8-\xDC\xDF-\xEF\xF1-\xF6\xF8-\xFC]+$"

local function is_western(runs)
  for _, run in ipairs(runs) do
    if #run > 2 or not run:find(WESTERN) then return false end
  end
  return true
end

--- The encoding of a sample's text, or nil: UTF-8, or not to be told. The last bytes of a part may be cut.
function encodings.of(found)
  if found.recoded then return nil end
  local text = found.whole and found.head or found.head:gsub("[^\r\n]*$", "") .. found.tail:gsub("^[^\r\n]*", "")
  if utf8.len(text) then return nil end
  local runs = runs_of(text)
  if part_of_pairs(runs, "[\xB0-\xC8]") >= LEAST then return "euc-kr" end
  if is_shift_jis(text) then return "shift_jis" end
  return is_western(runs) and "windows-1252" or nil
end

return encodings
