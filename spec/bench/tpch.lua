-- The 22 queries of TPC-H in blotter, over the tables that tpch_data wrote.
--
--   lua5.4 spec/bench/tpch.lua FOLDER RUNS [THREADS [ANSWERS]]     prints   engine question run seconds rows checksum
--
-- The checksum is the sum of each number column. With ANSWERS, a folder, each answer is written there as well.

package.path = "spec/bench/?.lua;" .. package.path
local blotter = require "blotter"
local clock = require "clock"
local queries = require "tpch_queries"

local folder, runs, threads, answers = arg[1], tonumber(arg[2]), tonumber(arg[3]), arg[4]
if not runs then
  io.stderr:write "usage: lua5.4 spec/bench/tpch.lua FOLDER RUNS [THREADS [ANSWERS]]\n"
  os.exit(2)
end
if threads then blotter.threads = threads end

local function money(...)
  local types = {}
  for _, name in ipairs { ... } do types[name] = "decimal(12,2)" end
  return types
end

local TYPES = {
  region = {}, nation = {}, supplier = money "s_acctbal", customer = money "c_acctbal", part = money "p_retailprice",
  partsupp = money "ps_supplycost", orders = money "o_totalprice",
  lineitem = money("l_quantity", "l_extendedprice", "l_discount", "l_tax"),
}

local tables = {}
for name, types in pairs(TYPES) do
  tables[name] = assert(blotter.csv(("%s/%s.tbl"):format(folder, name), { delimiter = "|", types = types,
    progress = false }))
end

--- The sums of the number columns.
local function sums(frame)
  local out = {}
  for _, column in ipairs(frame:columns()) do
    if column.type:find "int64" or column.type:find "float64" or column.type:find "decimal" then
      local sum = 0
      for _, value in ipairs(frame:values(column.name)) do sum = sum + (value and tonumber(value) or 0) end
      out[#out + 1] = sum
    end
  end
  return out
end

for n, query in ipairs(queries) do
  clock.time("t" .. n, runs, function() return query(tables):collect() end, function(frame)
    if answers then assert(frame:csv(("%s/t%d.csv"):format(answers, n))) end
    return #frame, sums(frame)
  end)
end
