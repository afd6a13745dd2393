-- Compares the answers of TPC-H's queries with a reference.
--
--   lua5.4 spec/bench/tpch.lua FOLDER 1 2 ANSWERS        writes them
--   lua5.4 spec/bench/tpch_check.lua ANSWERS REFERENCE   prints   query rows verdict
--
-- REFERENCE has q1.out to q22.out, as TPC's kit brings them for scale 1 and the data that its generator makes: a
-- header, fields between bars, padded with blanks. Numbers are equal to two digits (large ones to seven); rows come in
-- the order that the query asks for, or in another where it leaves a choice. The status is 1 where something differs.

local blotter = require "blotter"

local answers, reference = arg[1], arg[2]
if not reference then
  io.stderr:write "usage: lua5.4 spec/bench/tpch_check.lua ANSWERS REFERENCE\n"
  os.exit(2)
end

local function field(text)
  text = text:match "^%s*(.-)%s*$"
  local number = tonumber(text)
  return number and ("%.2f"):format(number) or text
end

local function expected(path)
  local rows = {}
  local lines = assert(io.lines(path))
  lines()
  for line in lines do
    local row = {}
    for text in (line:gsub("\r", "") .. "|"):gmatch "([^|]*)|" do row[#row + 1] = field(text) end
    if #line > 0 then rows[#rows + 1] = row end
  end
  return rows
end

local function computed(path)
  local frame = assert(blotter.csv(path, { infer = false }))
  local rows, columns = {}, frame:columns()
  for i = 1, #frame do rows[i] = {} end
  for c, column in ipairs(columns) do
    for i, text in ipairs(frame:values(column.name)) do rows[i][c] = field(text) end
  end
  return rows
end

-- A number that was cut to two digits may be off by one in the last of them, a sum whose parts were cut by as many.
local function same(a, b)
  if a == b then return true end
  local x, y = tonumber(a), tonumber(b)
  return x and y and math.abs(x - y) <= math.max(0.011, 1e-7 * math.abs(y))
end

local function same_row(a, b)
  if #a ~= #b then return false end
  for c = 1, #a do
    if not same(a[c], b[c]) then return false end
  end
  return true
end

--- Takes the rows of b that equal one of a out; what is left of a.
local function left_over(a, b)
  local left, used = {}, {}
  for i, row in ipairs(a) do
    local found = b[i] and not used[i] and same_row(row, b[i]) and i
    for k = 1, found and 0 or #b do
      if not used[k] and same_row(row, b[k]) then found = k break end
    end
    if found then used[found] = true else left[#left + 1] = row end
  end
  return left
end

local well = true
for n = 1, 22 do
  local a, b = computed(("%s/t%d.csv"):format(answers, n)), expected(("%s/q%d.out"):format(reference, n))
  local left = left_over(b, a)
  local verdict = #a == #b and #left == 0 and "same" or ("%d rows expected, %d not found: %s"):format(#b, #left,
    left[1] and table.concat(left[1], "|") or "")
  well = well and verdict == "same"
  print(("q%d\t%d\t%s"):format(n, #a, verdict))
end
os.exit(well)
