--- Whether the last row of a table is a total of the rows above it, by its words or by its numbers.

local totals = {}

local MOST = 100000 -- rows that are added up for it: people write totals below shorter ones

--- How the last line of a table is called when it adds up those above.
local WORDS = {}
for word in ([[total totals totaal totale totales totalt totali sum summe gesamt insgesamt suma soma somme ensemble
  итого всего 합계 총계 계 合計 总计 合计]]):gmatch "%S+" do WORDS[word] = true end

--- Words that say the same whatever stands beside them.
local SURE = {}
for word in ([[subtotal subtotals sub-total sub-totals sous-total zwischensumme teilsumme gesamtsumme endsumme
  tussentotaal delsumma subtotale 소계 小計 小计]]):gmatch "%S+" do WORDS[word], SURE[word] = true, true end

--- Words that stand beside one of totals and name nothing.
local COMPANIONS = {}
for word in ([[grand overall general général générale generale geral all net sub the of de du]]):gmatch "%S+" do
  COMPANIONS[word] = true
end

--- Whether a text is a word of totals, perhaps among two others.
function totals.is_word(text)
  local words, found = 0, false
  for word in text:lower():gmatch "[^%s:.,]+" do words, found = words + 1, found or WORDS[word] end
  return found and words <= 3 or false
end

--- Whether a text is a word of totals alone, or names one that others are part of, and not a thing such as Total Gas.
function totals.is_name(text)
  local found, sure, other = false, false, false
  for word in text:lower():gmatch "[^%s:.,]+" do
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

--- The sums of the columns of numbers that the last row has a value in: {name = sum}; nil without any, and where one is
-- too large to be had.
local function sums(rows, columns, last)
  local calls = {}
  for i, column in ipairs(columns) do
    if (column.type == "int64" or column.type == "float64") and last[column.name] then
      calls[#calls + 1] = ("s%d = sum(`%s`)"):format(i, column.name:gsub("`", "``"))
    end
  end
  if not calls[1] then return nil end
  local ok, answer = pcall(function() return rows:agg(table.concat(calls, ", ")):row(1) end)
  if not ok and not tostring(answer):find("too large", 1, true) then error(answer, 0) end
  return ok and answer or nil
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

local function quoted(name)
  return "`" .. name:gsub("`", "``") .. "`"
end

local LIKE = "(total|sum|gesamt|ensemble|soma|итого|всего|계|計|计)"

--- The rows of one column of texts that are called totals: their numbers and names; nil: none.
local function called_in(rows, name)
  local cells = rows:select("v = " .. quoted(name)):window { derive = "row = row_number()" }
    :where(("matches(lower(v), '%s')"):format(LIKE))
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
-- each. A thing that is called so once is no total.
function totals.among(rows, columns)
  local all = {}
  if #rows < 3 or #rows > MOST then return all end
  for _, column in ipairs(columns) do
    all[#all + 1] = column.type == "string" and called_in(rows, column.name) or nil
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
