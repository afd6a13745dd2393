-- The 22 queries of TPC-H, blotter against DuckDB over the same data, one table.
--
--   lua5.4 spec/bench/tpch_run.lua          (make bench-tpch)
--
-- SCALE (1: 1.1 GB of text), RUNS (5), THREADS (2) override. Leaves build/bench/tpch.tsv, each line that an engine
-- printed, and build/bench/tpch.md. The ratio is DuckDB's median to blotter's: above 1, blotter is ahead. The status is
-- 1 if answers differ.

package.path = "spec/bench/?.lua;" .. package.path
local median = require "median"

local HOME, QUERIES, TOLERANCE = "build/bench", 22, 1e-6
local scale = tonumber(os.getenv "SCALE") or 1
local runs = tonumber(os.getenv "RUNS") or 5
local threads = tonumber(os.getenv "THREADS") or 2

local function data_folder()
  local folder = ("%s/data/tpch_%g"):format(HOME, scale)
  local file = io.open(folder .. "/lineitem.tbl")
  if file then
    file:close()
  else
    local command = ("mkdir -p %s.part && %s/tpch_data %g %s.part && mv %s.part %s"):format(folder, HOME, scale,
      folder, folder, folder)
    assert(os.execute(command))
  end
  return folder
end

local times, checks, lines = { blotter = {}, duckdb = {} }, { blotter = {}, duckdb = {} }, {}

local function run(command)
  io.stderr:write("bench: ", command, "\n")
  local pipe = assert(io.popen("NODE_PATH=" .. HOME .. "/node_modules " .. command))
  for line in pipe:lines() do
    local engine, query, seconds, rows, sums = line:match "^(%S+)\t(%S+)\t%d+\t(%S+)\t(%d+)\t?(.*)$"
    if not engine then error("not understood: " .. line) end
    lines[#lines + 1] = line
    times[engine][query] = times[engine][query] or {}
    table.insert(times[engine][query], tonumber(seconds))
    checks[engine][query] = { rows, table.unpack((function()
      local numbers = {}
      for sum in sums:gmatch "[^;]+" do numbers[#numbers + 1] = tonumber(sum) end
      return numbers
    end)()) }
  end
  return pipe:close()
end

local function same(a, b)
  if #a ~= #b then return false end
  for i = 1, #a do
    local x, y = tonumber(a[i]), tonumber(b[i])
    if math.abs(x - y) > TOLERANCE * math.max(math.abs(x), math.abs(y)) then return false end
  end
  return true
end


local arguments = ("%s %d %d"):format(data_folder(), runs, threads)
local finished = run("lua5.4 spec/bench/tpch.lua " .. arguments)
finished = run("node spec/bench/tpch_duckdb.js " .. arguments) and finished

local out = { "| query | rows | blotter, s | DuckDB, s | times |", "| --- | ---: | ---: | ---: | ---: |" }
local ratios, agree = 0, finished
for n = 1, finished and QUERIES or 0 do
  local query = "t" .. n
  local own, peer = median(times.blotter[query]), median(times.duckdb[query])
  ratios = ratios + math.log(peer / own)
  out[#out + 1] = ("| %s | %s | %.4f | %.4f | %.2f |"):format(query, checks.blotter[query][1], own, peer, peer / own)
  if not same(checks.blotter[query], checks.duckdb[query]) then
    agree = false
    out[#out + 1] = "| " .. query .. " | **answers differ** | | | |"
  end
end
out[#out + 1] = ("\nScale %g, %d threads, medians of %d runs; geometric mean %.2f times DuckDB.\n"):format(scale,
  threads, runs, math.exp(ratios / QUERIES))

local function write(name, text)
  local file = assert(io.open(HOME .. "/" .. name, "w"))
  file:write(text)
  file:close()
end
write("tpch.tsv", table.concat(lines, "\n") .. "\n")
write("tpch.md", table.concat(out, "\n"))
io.write(table.concat(out, "\n"))
os.exit(agree)
