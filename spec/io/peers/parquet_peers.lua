-- Random tables as Parquet and Arrow, from here to other programs and back: every value is compared on both ways.
--
--   lua5.4 spec/io/peers/parquet_peers.lua FOLDER [TABLES [SEED]]
--
-- FOLDER/node_modules has the other programs (spec/io/peers/package.json); those that are missing are passed over, and
-- said. Its status is 1 when values differ.

local blotter = require "blotter"

local folder, tables, seed = arg[1], tonumber(arg[2] or 12), tonumber(arg[3] or 1)
if not folder then
  io.stderr:write "usage: lua5.4 spec/io/peers/parquet_peers.lua FOLDER [TABLES [SEED]]\n"
  os.exit(2)
end
math.randomseed(seed)
local random = math.random

local WORDS = { "", "a", "Zürich", "서울", "a,\"b\"\n", ("long "):rep(30), "\u{10FFFF}" }
local FLOATS = { 0.0, -0.0, 1.5, -1e300, 5e-324, 0.1, math.huge, -math.huge }

local function bits(f)
  return (string.pack(">d", f):gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

local function decimal(scale, most)
  local n = random(-most, most)
  local digits = ("%0" .. scale + 1 .. "d"):format(math.abs(n))
  return (n < 0 and "-" or "") .. digits:sub(1, -scale - 1) .. "." .. digits:sub(-scale)
end

--- Each kind of column: its type, and a function(row) that gives a value and the text that all programs are to find.
local KINDS = {
  few = { "int64", function() local n = random(-3, 3) return n, tostring(n) end },
  wide = { "int64", function() local n = random(math.mininteger, math.maxinteger) return n, tostring(n) end },
  rising = { "int64", function(row) return row * 1000003, tostring(row * 1000003) end },
  word = { "string", function() local w = WORDS[random(#WORDS)] return w, w end },
  unique = { "string", function(row) local w = row .. " " .. random(1 << 40) return w, w end },
  double = { "float64", function() local f = random() * 1e6 return f, bits(f) end },
  odd = { "float64", function() local f = FLOATS[random(#FLOATS)] return f, bits(f) end },
  truth = { "bool", function() local b = random() < 0.5 return b, tostring(b) end },
  day = { "date", function()
    local d = random(-200000, 100000)
    return os.date("!%Y-%m-%d", d * 86400), tostring(d)
  end },
  moment = { "timestamp", function()
    local us = random(-2000000000, 4000000000) * 1000000 + random(0, 999999)
    return os.date("!%Y-%m-%dT%H:%M:%S", us // 1000000) .. (".%06dZ"):format(us % 1000000), tostring(us)
  end },
  money = { "decimal(9,2)", function() local d = decimal(2, 10 ^ 9 // 1 - 1) return d, d end },
  fine = { "decimal(18,4)", function() local d = decimal(4, 10 ^ 17 // 1) return d, d end },
}
local NAMES = {}
for name in pairs(KINDS) do NAMES[#NAMES + 1] = name end
table.sort(NAMES)

local function quoted(s)
  return '"' .. s:gsub('[%c"\\]', function(c) return ("\\u%04x"):format(c:byte()) end) .. '"'
end

local CODECS, ROWS = { "snappy", "zstd", "gzip", "none", "brotli", "lz4_raw" }, { 0, 1, 7, 300, 5000, 70000 }

--- Makes table `i`, and writes it and what is to be found in it.
local function make(i)
  local fields, columns = {}, {}
  for _, name in ipairs(NAMES) do
    if random() < 0.8 then
      fields[#fields + 1] = name .. " " .. KINDS[name][1]
      local nulls = random(0, 2) / 3 ^ random(1, 3)
      columns[#columns + 1] = { name = name, make = KINDS[name][2], nulls = nulls, cells = {} }
    end
  end
  local t = blotter.table(table.concat(fields, ", "))
  for row = 1, ROWS[(i - 1) % #ROWS + 1] do
    local values = {}
    for _, column in ipairs(columns) do
      local value, text
      if random() >= column.nulls then value, text = column.make(row) end
      values[column.name] = value
      column.cells[row] = text and quoted(text) or "null"
    end
    t:append(values)
  end
  local path = ("%s/%d"):format(folder, i)
  assert(t:parquet(path .. ".parquet", { compression = CODECS[(i - 1) // 2 % #CODECS + 1], row_group = 65536 }))
  assert(t:arrow(path .. ".arrow"))
  local parts = {}
  for k, column in ipairs(columns) do
    parts[k] = ('{"name":"%s","type":"%s","cells":[%s]}'):format(column.name, KINDS[column.name][1],
      table.concat(column.cells, ","))
  end
  local file = assert(io.open(path .. ".json", "wb"))
  assert(file:write("[", table.concat(parts, ","), "]"))
  file:close()
  return t
end

os.execute(("rm -f %s/*.parquet %s/*.arrow %s/*.json"):format(folder, folder, folder))
local made = {}
for i = 1, tables do made[i] = make(i) end
local ok = os.execute(("node spec/io/peers/parquet_peers.mjs %s %d"):format(folder, tables))

--- All cells; 0.0 and -0.0 as one, because DuckDB's dictionaries hold one of them only.
local function cells(t)
  return (t:csv(nil, { null = "\1" }):gsub("%f[^,\n]%-0%.0%f[,\n]", "0.0"))
end

local checked, wrong = 0, 0
local function check(path, how, back, message)
  local same = back and cells(back) == cells(made[tonumber(path:match "/(%d+)%.[^/]*$")])
  checked = checked + 1
  if same then return end
  wrong = wrong + 1
  print(("%s%s: %s"):format(path, how, back and "other values" or message))
end
for path in io.popen(("ls %s/*.*.parquet %s/*.*.arrow 2>/dev/null"):format(folder, folder)):lines() do
  if path:find "%.arrow$" then
    check(path, "", blotter.arrow(path))
  else
    check(path, "", blotter.parquet(path))
    check(path, " (memory)", blotter.parquet(path, { memory = true }))
  end
end
print(("%d tables of seed %d; %d readings of what others wrote, %d wrong"):format(tables, seed, checked, wrong))
os.exit(ok and wrong == 0)
