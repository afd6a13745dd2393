--- What may have been read otherwise than it was meant: hints beside the answer of a reading, never errors.

local arguments = require "blotter.errors.arguments"

--- How the last line of a table is called when it adds up those above.
local TOTALS = {}
for word in ([[total totals totaal totale totales sum summe gesamt gesamtsumme insgesamt suma somme subtotal 합계 총계 계
  合計 总计 合计]]):gmatch "%S+" do TOTALS[word] = true end

local function grouped(rows, info, options)
  local mark = options.decimal_mark or options.thousands == "." and "," or "."
  local say = mark == "." and '{thousands = "."}' or '{thousands = ","} and no decimal_mark'
  return ("%s: %s; where it stands between thousands: %s"):format(rows:columns()[info.grouped].name,
    mark == "." and "the point is read as that of a fraction" or "the comma is read as that of a fraction", say)
end

local function dated(rows, info)
  return ("%s: dates that could be of several forms stay texts: {dates = \"dd/mm/yyyy\"} says which"):format(
    rows:columns()[info.dated].name)
end

local function is_total(text)
  local words, found = 0, false
  for word in text:lower():gmatch "[^%s:.,]+" do words, found = words + 1, found or TOTALS[word] end
  return found and words <= 3
end

--- What is said of the last row: that it is called by a word of totals, or has no value at all; or nil.
local function last_line(rows)
  local last = #rows > 1 and rows:row(#rows)
  if last and next(last) == nil then return "the last row has no value at all:" end
  for _, column in ipairs(last and rows:columns() or {}) do
    local value = last[column.name]
    if type(value) == "string" then
      return is_total(value) and ("the last row is called %s: a total among what it adds up?"):format(
        arguments.shown(value)) or nil
    end
  end
  return nil
end

--- The hints about a table that was just read from CSV, as texts.
return function(rows, info, options)
  local hints = {}
  if info.grouped then hints[#hints + 1] = grouped(rows, info, options) end
  if info.dated then hints[#hints + 1] = dated(rows, info) end
  local last = not options.into and last_line(rows)
  if last then hints[#hints + 1] = last .. " {skip_tail = n} passes over the last n lines" end
  return hints
end
