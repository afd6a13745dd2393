-- ClickBench's questions and those about a web log, blotter against DuckDB and ClickHouse, one table.
--
--   lua5.4 spec/bench/clicks_run.lua          (make bench-clicks)
--
-- ROWS (ten million), RUNS (3), THREADS (2), PEERS ("duckdb chdb") and TABLES ("hits log") override. Leaves
-- build/bench/clicks.tsv, each line that an engine printed, and build/bench/clicks.md. The ratio is the best peer's
-- median to blotter's: above 1, blotter is ahead. The status is 1 if answers differ from engine to engine.

package.path = "spec/bench/?.lua;" .. package.path
local median = require "median"
local questions = require "clicks_questions"
local warm = require "warm"

local HOME = "build/bench"
local rows = tonumber(os.getenv "ROWS") or 10000000
local runs = tonumber(os.getenv "RUNS") or 3
local threads = tonumber(os.getenv "THREADS") or 2
local peers = os.getenv "PEERS" or "duckdb chdb"
local tables = os.getenv "TABLES" or "hits log"
local TOLERANCE = 1e-6

local times, checks, lines = {}, {}, {}

local function data_file(which)
  local path = ("%s/data/%s_%d.csv"):format(HOME, which, rows)
  local file = io.open(path)
  if file then
    file:close()
  else
    local command = ("%s/clicks_data %s %d 1 >%s.part && mv %s.part %s"):format(HOME, which, rows, path, path, path)
    assert(os.execute(command))
  end
  return path
end

local function take(line)
  local engine, question, seconds, found, sums = line:match "^(%S+)\t(%S+)\t%d+\t(%S+)\t(%d+)\t?(.*)$"
  if not engine then error("not understood: " .. line) end
  lines[#lines + 1] = line
  times[question] = times[question] or {}
  times[question][engine] = times[question][engine] or {}
  table.insert(times[question][engine], tonumber(seconds))
  checks[question] = checks[question] or {}
  checks[question][engine] = { rows = found, sums = sums }
end

local function run(engine, command)
  io.stderr:write("bench: ", engine, "\n")
  local pipe = assert(io.popen(("NODE_PATH=%s/node_modules %s 2>%s/%s.log"):format(HOME, command, HOME, engine)))
  for line in pipe:lines() do take(line) end
  if not pipe:close() then io.stderr:write("bench: ", engine, " did not finish; see ", HOME, "/", engine, ".log\n") end
end

local function run_all(which)
  local csv = data_file(which)
  warm.file(csv)
  warm.memory()
  run("blotter", ("lua5.4 spec/bench/clicks.lua %s %s %d %d"):format(which, csv, runs, threads))
  for peer in peers:gmatch "%S+" do
    run(peer, ("node spec/bench/clicks_%s.js %s %s %d %d %d"):format(peer, which, csv, rows, runs, threads))
  end
end

-- The two checksums as numbers, one by one.
local function same(a, b)
  if a.rows ~= b.rows then return false end
  local left, right = a.sums:gmatch "[^;]+", b.sums:gmatch "[^;]+"
  while true do
    local x, y = tonumber(left() or nil), tonumber(right() or nil)
    if not x or not y then return x == y end
    if math.abs(x - y) > TOLERANCE * math.max(math.abs(x), math.abs(y)) then return false end
  end
end

-- A question's row of the report and its ratio; the names of engines whose answers are others than blotter's.
local function compare(question)
  local own = times[question].blotter and median(times[question].blotter)
  local best, best_time, cells, different = nil, nil, {}, {}
  for peer in peers:gmatch "%S+" do
    local time = times[question][peer] and median(times[question][peer])
    cells[#cells + 1] = time and ("%.4f"):format(time) or ""
    if time and (not best or time < best_time) then best, best_time = peer, time end
    if time and not same(checks[question].blotter, checks[question][peer]) then different[#different + 1] = peer end
  end
  local ratio = own and best and best_time / own
  local row = ("| %s | %.6f | %s | %s | %s |"):format(question, own or 0 / 0, best or "",
    ratio and ("%.2f"):format(ratio) or "", table.concat(cells, " | "))
  return row, ratio, different
end

local function geometric_mean(ratios)
  local sum = 0
  for _, ratio in ipairs(ratios) do sum = sum + math.log(ratio) end
  return math.exp(sum / #ratios)
end

-- The part of the report about one table; whether all answers are alike.
local function report(which, out)
  out[#out + 1] = ("\n| %s | blotter, s | best peer | times | %s |"):format(which, peers:gsub(" ", " | "))
  out[#out + 1] = "| --- | ---: | --- | ---: |" .. peers:gsub("%S+ ?", " ---: |")
  local ratios, alike, names = {}, true, { "load_" .. which }
  for _, question in ipairs(questions[which]) do names[#names + 1] = question.name end
  for i, name in ipairs(names) do
    if times[name] and times[name].blotter then
      local row, ratio, different = compare(name)
      if i > 1 then ratios[#ratios + 1] = ratio end
      out[#out + 1] = row
      for _, peer in ipairs(different) do
        alike = false
        out[#out + 1] = ("**%s: %s answers %s rows, %s; blotter %s rows, %s**"):format(name, peer,
          checks[name][peer].rows, checks[name][peer].sums, checks[name].blotter.rows, checks[name].blotter.sums)
      end
    end
  end
  if #ratios > 0 then
    table.sort(ratios)
    out[#out + 1] = ("\n%d questions: geometric mean %.2f times the best peer, the least %.2f."):format(#ratios,
      geometric_mean(ratios), ratios[1])
  end
  return alike
end

os.execute("mkdir -p " .. HOME .. "/data")
local out, alike = { ("%d rows, %d threads, median of %d runs"):format(rows, threads, runs) }, true
for which in tables:gmatch "%S+" do
  run_all(which)
  alike = report(which, out) and alike
end
local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text, "\n")
  file:close()
end
write(HOME .. "/clicks.tsv", table.concat(lines, "\n"))
write(HOME .. "/clicks.md", table.concat(out, "\n"))
print(table.concat(out, "\n"))
os.exit(alike)
