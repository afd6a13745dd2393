--- What a cell of a text looks like before anything is known of its column: a number, a day, a year, a name.

local totals = require "blotter.tables.totals"

local looks = {}

local NOTES = 28 -- bytes of a text that is hardly a name

--- Without the blanks around it.
local function bare(text)
  return text:match "^%s*(.-)%s*$"
end

--- A year alone, which names a column as often as it stands in one.
function looks.is_year(text)
  return bare(text):find "^[12]%d%d%d$" ~= nil
end

--- Whether a text is a number as people write them, or a day: what names of columns are not.
function looks.is_value(text)
  text = bare(text)
  if not text:find "%d" or looks.is_year(text) or text:find "^%([12]%d%d%d%)$" then return false end
  if text:find "^%d+[./-]%d+[./-]%d+" then return true end
  text = text:gsub("%s*%[%a%a?%]$", "")
  local number = text:gsub("^[%(%-+]*", ""):gsub("^\u{2212}", ""):gsub("^[$\x80-\xFF]*%s*", "")
  local rest = number:match "^%d[%d.,'\x80-\xFF ]*(.*)$"
  return rest ~= nil and rest:find "^[%%$%)%-\x80-\xFF ]*%a?%a?%a?%)?$" ~= nil
end

--- Whether a text is a value that no column is called by: a day, a fraction, a number that is no year and no class.
function looks.is_no_name(text)
  if not looks.is_value(text) then return false end
  local whole = math.tointeger(tonumber(bare(text)))
  return not whole or whole < 0 or whole > 2200
end

--- What stands where there is no value.
local EMPTY = {}
for word in ([[- -- --- . .. ... : * / x ? n/a na #n/a nan null none nil nd n.d. k.a. s.o. nc n.c. nv n.v. #div/0!
  #value! #ref! – — … (x) (d) (s)]]):gmatch "%S+" do EMPTY[word] = true end

--- Whether a text says that there is no value: an empty one, or a sign such as - or N/A.
function looks.is_empty(text)
  text = bare(text)
  local word = text:lower()
  return text == "" or EMPTY[word] ~= nil or EMPTY[word:gsub("%s+", "")] ~= nil or text:find "^%[%a%a?%]$" ~= nil
end

--- Signs that no name, code or word is written as.
local NOTHING = {}
for word in ([[- -- --- . .. ... ? n/a #n/a null #null! nan none #div/0! #value! #ref! #name? #num! – — … k.a. n.a.
  ./.]]):gmatch "%S+" do NOTHING[word], EMPTY[word] = true, true end

--- Whether a text stands for no value in whatever column it is.
function looks.is_nothing(text)
  return NOTHING[bare(text):lower():gsub("%s+", "")] ~= nil
end

--- Whether a text is a unit, as it stands in a line below a header: in brackets, behind in, a sign, a few letters.
function looks.is_unit(text)
  text = bare(text)
  if text:find "^[%(%[].*[%)%]]$" or text:find "^in %S+" or text == "%" or text:find "^[$€£]" then return true end
  return text:find "^%a%a?%a?$" ~= nil
end

--- Whether a text is a note to a table and no name in it.
function looks.is_note(text)
  text = bare(text)
  local _, blanks = text:gsub(" ", "")
  return #text > NOTES or blanks >= 3 or looks.is_marked_note(text) or text:find "^[%a\x80-\xFF ]+[%.:]" ~= nil
end

--- Whether a text begins as notes do: with a sign, a number and a bracket, a word and a colon.
function looks.is_marked_note(text)
  text = bare(text)
  return text:find "^%p" ~= nil or text:find "^©" ~= nil or text:find "^%d+[%)%.] " ~= nil
    or text:find "^%u[%a\x80-\xFF]+:" ~= nil
end

--- Whether a text is called a total; a word of totals beside others may be a name.
function looks.is_total(text)
  return totals.is_word(text)
end

function looks.is_named_total(text)
  return totals.is_name(text)
end

return looks
