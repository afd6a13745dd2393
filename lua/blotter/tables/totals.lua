--- Whether the last row of a table is a total of the rows above it, by its words or by its numbers.

local quoted = require "blotter.lang.lexer".backquoted

local totals = {}

local LONGEST = 60  -- characters that a total is called by
local NEARLY = 0.003 -- of a total that is rounded, or of which parts are not shown

local MOST = 100000 -- rows that are added up for it: people write totals below shorter ones

--- How the last line of a table is called when it adds up those above.
local WORDS = {}
for word in ([[total totals totaal totale totales totalt totali sum summe gesamt insgesamt suma soma somme ensemble
  итого всего разом усього общо вкупно укупно σύνολο toplam
  ogółem razem celkem úhrnem spolu skupaj ukupno összesen yhteensä kokku kopā zusammen jumlah
  कुल योग جمع المجموع الإجمالي סה"כ รวม 総数 합계 총계 계
  合計 总计 合计]]):gmatch "%S+" do WORDS[word] = true end

--- Words that say the same whatever stands beside them.
local SURE = {}
for word in ([[subtotal subtotals sub-total sub-totals sous-total zwischensumme teilsumme gesamtsumme endsumme
  tussentotaal delsumma subtotale 소계 小計 小计]]):gmatch "%S+" do WORDS[word], SURE[word] = true, true end

--- What is a total only where nothing stands beside it.
local WHOLE = { ["i alt"] = true, ["iš viso"] = true, ["hela landet"] = true, ["tổng cộng"] = true, ["tổng số"] = true,
  ["all india"] = true, overall = true, all = true, alle = true, tous = true, todos = true, tutti = true }

--- What finds a word of either kind in a small text, for the engine to look through many.
local LIKE
do
  local words, wholes = {}, {}
  for word in pairs(WORDS) do words[#words + 1] = word end
  for whole in pairs(WHOLE) do wholes[#wholes + 1] = whole end
  table.sort(words)
  table.sort(wholes)
  LIKE = ([[(^|[\\s:.,])(%s)([\\s:.,]|$)|^\\s*(%s)[\\s:.]*$]]):format(table.concat(words, "|"),
    table.concat(wholes, "|"))
end

--- Words that stand beside one of totals and name nothing.
local COMPANIONS = {}
for word in ([[grand overall general général générale generale geral genel all net sub the of de du]]):gmatch "%S+" do
  COMPANIONS[word] = true
end

--- The small letter of a code of Latin, Greek or Cyrillic.
local function small(code)
  if code >= 0x410 and code <= 0x42F or code >= 0x391 and code <= 0x3A9 or code >= 0xC0 and code <= 0xDE then
    return code + 32
  end
  if code >= 0x100 and code <= 0x137 or code >= 0x14A and code <= 0x177 then return code | 1 end
  if code >= 0x139 and code <= 0x148 or code >= 0x179 and code <= 0x17E then return code + code % 2 end
  return code
end

local function lowered(text)
  text = text:lower()
  if not text:find "[\x80-\xFF]" or not utf8.len(text) then return text end
  return (text:gsub("[\xC3-\xD1][\x80-\xBF]", function(letter) return utf8.char(small(utf8.codepoint(letter))) end))
end

--- Whether a text is what is a total where it stands alone.
local function is_whole(text)
  return WHOLE[lowered(text):match "^%s*(.-)[%s:.]*$"] ~= nil
end

--- Whether a text is a word of totals, perhaps among two others.
function totals.is_word(text)
  local words, found = 0, false
  if is_whole(text) then return true end
  for word in lowered(text):gmatch "[^%s:.,]+" do words, found = words + 1, found or WORDS[word] end
  return found and words <= 3 or false
end

--- Whether a text is a word of totals alone, or names one that others are part of, and not a thing such as Total Gas.
function totals.is_name(text)
  local found, sure, other = false, false, false
  if is_whole(text) then return true end
  for word in lowered(text):gmatch "[^%s:.,]+" do
    found, sure = found or WORDS[word], sure or SURE[word]
    other = other or not WORDS[word] and not COMPANIONS[word] and not word:find "^%d+$"
  end
  return found and (sure or not other) and totals.is_word(text)
end

--- Whether a value is what is above it, where `sum` is of both.
local function is_sum(value, sum)
  if math.type(sum) == "integer" then return sum - value == value end
  return math.abs(sum - 2 * value) <= 1e-9 * math.abs(value)
end

--- The first row of an aggregation; nil where a sum is too large to be had.
local function aggregated(rows, calls)
  local ok, answer = pcall(function() return rows:agg(calls):row(1) end)
  if not ok and not tostring(answer):find("too large", 1, true) then error(answer, 0) end
  return ok and answer or nil
end

--- The sums of the columns of numbers that the last row has a value in: {name = sum}; nil without any, and where one is
-- too large to be had.
local function sums(rows, columns, last)
  local calls = {}
  for i, column in ipairs(columns) do
    if (column.type == "int64" or column.type == "float64") and last[column.name] then
      calls[#calls + 1] = ("s%d = sum(%s)"):format(i, quoted(column.name))
    end
  end
  return calls[1] and aggregated(rows, table.concat(calls, ", ")) or nil
end

--- Whether every number of the last row is the sum of those above it. Two rows add up to a third by chance: there the
-- last must lack a value that others have. Also whether that is no chance: two columns add up, or a value is lacking.
function totals.adds_up(rows, columns, last)
  local found = #rows > 2 and #rows <= MOST and sums(rows, columns, last)
  if not found then return false end
  local lacks, added = false, 0
  for i, column in ipairs(columns) do
    local value, sum = last[column.name], found["s" .. i]
    if sum and not is_sum(value, sum) then return false end
    if sum and value ~= 0 then added = added + 1 end
    lacks = lacks or value == nil and rows:row(1)[column.name] ~= nil
  end
  return added > 0 and (lacks or #rows > 3), lacks or added > 1
end

--- Whether a number of the last row, or of the first, is the sum of the others of its column.
function totals.adds_any(rows, columns, row)
  local found = #rows > 2 and #rows <= MOST and sums(rows, columns, row)
  for i, column in ipairs(columns) do
    local value, sum = row[column.name], found and found["s" .. i]
    if sum and value ~= 0 and is_sum(value, sum) then return true end
  end
  return false
end

--- Whether the largest value of a column is about the sum of all others, of three at least, none of which is negative;
-- and which it is.
local function nearly_sum(rows, name)
  local of = aggregated(rows:select("v = " .. quoted(name)), "s = sum(v), m = max(v), low = min(v), n = count(v)")
  if not of or not of.m or of.n < 4 or of.low < 0 or of.m <= 0 then return nil end
  return math.abs(of.s - 2.0 * of.m) <= NEARLY * of.m and of.m or nil
end

--- The row whose numbers are each about the sum of all others in its column, and the row's number; nil: none.
function totals.nearly(rows, columns)
  local number, row
  if #rows < 4 or #rows > MOST then return nil end
  for _, column in ipairs(columns) do
    local is_number = column.type == "int64" or column.type == "float64"
    local largest = is_number and nearly_sum(rows, column.name)
    if is_number and not largest then return nil end
    if largest and not row then
      number = rows:select("v = " .. quoted(column.name)):window { derive = "row = row_number()" }
        :where("v == $m", { m = largest }):row(1).row
      row = rows:row(number)
    end
    if largest and row[column.name] ~= largest then return nil end
  end
  return row, number
end

--- The rows of one column of texts that are called totals: their numbers and names; nil: none.
local function called_in(rows, name)
  local texts = rows:select("v = " .. quoted(name))
  local is_like = ("len(v) <= %d and matches(lower(v), '%s')"):format(LONGEST, LIKE)
  if texts:where(is_like):limit(1):count() == 0 then return nil end
  local cells = texts:window { derive = "row = row_number()" }:where(is_like)
  local found, names, sure = {}, {}, false
  for i, text in ipairs(cells:values "v") do
    if totals.is_word(text) then
      found[#found + 1] = { row = cells:row(i).row, text = text }
      if not names[text] then names[text], names[#names + 1] = true, text end
      sure = sure or totals.is_name(text)
    end
  end
  if #found == 0 or #found * 2 > #rows or not sure and #names < 2 then return nil end
  return { column = name, found = found, names = names }
end

--- Rows that are called totals, by each column of texts that has such: {column, found (row and text of each), names}
-- each. A thing that is called so once is no total. Of long tables only the first columns are looked through.
function totals.among(rows, columns)
  local all, looked = {}, 0
  for _, column in ipairs(#rows > 2 and columns or {}) do
    local is_text = column.type == "string"
    looked = looked + (is_text and #rows or 0)
    if looked > MOST then break end
    all[#all + 1] = is_text and called_in(rows, column.name) or nil
  end
  return all
end

--- The condition that leaves such rows out.
function totals.without(called, has_nulls)
  local name, tests = called.column, {}
  local plain = name:find "^[%a_][%w_]*$" and name or quoted(name)
  for i, text in ipairs(called.names) do tests[i] = ("%s ~= '%s'"):format(plain, (text:gsub("[\\']", "\\%0"))) end
  local all = table.concat(tests, " and ")
  return has_nulls and ("%s == nil or %s"):format(plain, all) or all
end

return totals
