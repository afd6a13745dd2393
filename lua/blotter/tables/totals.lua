--- Whether the last row of a table is a total of the rows above it, by its words or by its numbers.

local totals = {}

local MOST = 100000 -- rows that are added up for it: people write totals below shorter ones

--- How the last line of a table is called when it adds up those above.
local WORDS = {}
for word in ([[total totals totaal totale totales sum summe gesamt gesamtsumme insgesamt suma somme ensemble subtotal
  합계 총계 계 合計 总计 合计]]):gmatch "%S+" do WORDS[word] = true end

--- Whether a text is a word of totals, perhaps among two others.
function totals.is_word(text)
  local words, found = 0, false
  for word in text:lower():gmatch "[^%s:.,]+" do words, found = words + 1, found or WORDS[word] end
  return found and words <= 3
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

return totals
