--- Columns of texts that are values of one type in all but a few cells: which type, how many, and the first other.

local arguments = require "blotter.errors.arguments"
local quoted = require "blotter.lang.lexer".backquoted

local strays = {}

local HARDLY_ANY = 1000 -- values for each such cell

local FEW = 2 -- values of the type for each cell that is none, at the least

--- The kinds of values, the narrowest first: how a text of each looks, and the type.
local KINDS = {
  { type = "timestamp", plural = "timestamps", form = "^%d%d%d%d%-%d%d%-%d%d[T ]%d%d:%d%d" },
  { type = "date", plural = "dates", form = "^%d%d%d%d%-%d%d%-%d%d$" },
  { type = "int64", plural = "whole numbers", form = "^%-?%d+$" },
  { type = "float64", plural = "numbers", form = "^%-?%d+%.?%d*$" },
}

local FRACTION = "matches(v, '^-?[0-9]+[.][0-9]+$')"
local CODE = "matches(v, '^-?0[0-9]')" -- with a leading zero

--- A column alone, called v.
local function alone(rows, name)
  return rows:select("v = " .. quoted(name))
end

--- The cells of a column for which a condition on v holds: how many, and the row and the text of the first.
function strays.cells(rows, name, condition)
  local count = alone(rows, name):where(condition):count()
  if count == 0 then return 0 end
  local first = alone(rows, name):window { derive = "row = row_number()" }:where(condition):limit(1):row(1)
  return count, first.row, first.v
end

--- Whether the texts of a sample look like a kind, all but a few; codes with leading zeros are no numbers.
local function looks_like(kind, values, n)
  local good, bad = 0, 0
  for i = 1, n do
    local text = values[i]
    if text and text:find "^%-?0%d" then return false end
    if text and text:find(kind.form) then good = good + 1 elseif text then bad = bad + 1 end
    if FEW * bad > n - bad then return false end
  end
  return good > 1 and good >= FEW * bad
end

local function kind_of(values, n)
  for _, kind in ipairs(KINDS) do
    if looks_like(kind, values, n) then return kind end
  end
end

--- Thousands apart, for people.
local function apart(n)
  local text = tostring(n):reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (text:gsub("^,", ""))
end

--- The type that all values of a column of texts have; nil: they are texts.
function strays.type(rows, name)
  for _, kind in ipairs(KINDS) do
    local condition = kind.type:find "4" and ("try_%s(v) == nil or %s"):format(kind.type, CODE)
      or ("try_%s(v) == nil"):format(kind.type)
    local all = alone(rows, name):where "v ~= nil"
    if all:count() > 0 and all:where(condition):count() == 0 then return kind.type end
  end
end

--- The texts of a column for which a condition on v holds, each once, at most `most` and one.
local function distinct(rows, name, condition, most)
  return alone(rows, name):where(condition):distinct():limit(most + 1):values "v"
end

local ODD = 7 -- different texts among values that are handed on, at most

--- Texts of a column that are no numbers, where its first n values are plain ones, all but a few; nil elsewhere.
function strays.others(rows, name, values, n)
  local kind = kind_of(values, n)
  if not kind or not kind.type:find "4" then return nil end
  return distinct(rows, name, "v ~= nil and try_float64(v) == nil", ODD)
end

--- What a column of texts is in all but a few cells, as a hint, the type, whether these cells are as good as none, and
-- their texts; or nil. `values` are n of its first.
function strays.hint(rows, name, values, n)
  local kind = kind_of(values, n)
  if not kind then return nil end
  if kind.type == "int64" and strays.cells(rows, name, FRACTION) > 0 then kind = KINDS[#KINDS] end
  local other = ("v ~= nil and try_%s(v) == nil"):format(kind.type)
  local count, row, text = strays.cells(rows, name, other)
  local all = count > 0 and alone(rows, name):where "v ~= nil":count()
  if count == 0 or all - count < FEW * count then return nil end
  if kind.type:find "4" and strays.cells(rows, name, CODE) > 0 then return nil end
  return ("%s: %s of %s values are %s (row %d: %s)"):format(name, apart(all - count), apart(all), kind.plural, row,
    arguments.shown(text)), kind.type, count * HARDLY_ANY <= all, distinct(rows, name, other, ODD)
end

return strays
