--- What the engines printed, as medians, ratios and one Markdown table.

local median = require "median"
local scaling = require "scaling"

local results = {}
results.__index = results

-- What a Lua user would use instead.
local LUA_PEERS = { "lua", "luasql-sqlite", "luasql-duckdb" }

-- The questions in the order of the table: name, what it is, and how many times better than the best peer (or than
-- the named ones) blotter is meant to be. `of` names the peers' question where theirs is called differently.
local QUESTIONS = {
  { "q1", "sum v1 by id1", 5 }, { "q2", "sum v1 by id1, id2", 5 }, { "q3", "sum v1, mean v3 by id3", 5 },
  { "q4", "mean v1, v2, v3 by id4", 5 }, { "q5", "sum v1, v2, v3 by id6", 5 },
  { "q6", "median v3, stddev v3 by id4, id5", 5 }, { "q7", "max v1 - min v2 by id3", 5 },
  { "q8", "largest two v3 by id6", 5 }, { "q9", "r² of v1, v2 by id2, id4", 5 },
  { "q10", "sum v3, count by id1 … id6", 5 },
  { "j1", "join of 10 rows by a number", 1.5 }, { "j2", "join of 10,000 rows by a number", 1.5 },
  { "j3", "left join of 10,000 rows", 1.5 }, { "j4", "join of 10,000 rows by a text", 1.5 },
  { "j5", "join of as many rows", 1.5 }, { "joins_peak_mib", "peak memory of loads, joins and windows, MiB", 2 },
  { "w1", "running sum in 100,000 partitions", 3 }, { "w2", "value before, in 100,000 partitions", 3 },
  { "w3", "rank in 100,000 partitions", 3 }, { "w4", "mean of seven rows in 100,000 partitions", 3 },
  { "p1", "pivot to 100 rows and 100 columns", 4 }, { "p2", "cube of three keys", 4 },
  { "parquet_read_snappy", "Parquet (Snappy) into memory", 2 },
  { "parquet_read_zstd", "Parquet (zstd) into memory", 2 },
  { "parquet_sum_snappy", "sum v1 by id1 from Parquet (Snappy)", 2 },
  { "parquet_sum_zstd", "sum v1 by id1 from Parquet (zstd)", 2 },
  { "parquet_write_snappy", "table to Parquet (Snappy)", 1.5 }, { "parquet_mib_snappy", "that file, MiB", 1 },
  { "parquet_write_zstd", "table to Parquet (zstd)", 1.5 }, { "parquet_mib_zstd", "that file, MiB", 1 },
  { "sum", "sum v1, against reading as many bytes", 0.6, peers = { "memory" } },
  { "load", "CSV into memory, ready to query", 4 },
  { "load_peak_mib", "peak memory of the load, against the table's, MiB", 2 / 3, peers = { "table" } },
  { "peak_mib", "peak memory of load and q1 … q10, MiB", 1 },
  { "lua_load", "a million rows of CSV, ready to ask, from Lua", 3, peers = LUA_PEERS },
  { "lua_group", "sum v1 by id1 into a Lua table", 3, peers = LUA_PEERS },
  { "lua_fetch", "a hundredth of the rows into Lua tables", 1.5, peers = LUA_PEERS },
  { "lua_peak_mib", "peak memory of these, MiB", 1, peers = LUA_PEERS },
  { "append", "a million rows, appender", 4, peers = { "sqlite" } },
  { "append", "a million rows, appender", 1.5, peers = { "duckdb" } },
  { "append_row", "a million rows, t:append", 2.5, of = "append", peers = { "sqlite" } },
  { "append_columns", "a million rows, append_columns", 3.5, of = "append", peers = { "sqlite" } },
  { "append_columns", "a million rows, append_columns and chunks", 1.5, peers = { "duckdb" } },
  { "small", "filtered group-by over 1,000 rows", 3, peers = { "sqlite" } },
  { "small", "filtered group-by over 1,000 rows", 10, peers = { "duckdb" } },
  { "csv_write", "table to CSV", 1.5 },
  { "jsonl_load", "JSON lines into memory", 2 },
  { "arrow_read", "Arrow file into memory, against a copy of its bytes there", 0.5, peers = { "copy" } },
  { "arrow_read", "Arrow file into memory, against only reading its bytes", 0.5, peers = { "bytes" } },
  { "arrow_write", "Arrow file written, against copying it", 0.5, peers = { "copy" } },
  { "arrow_stream", "rows handed over by Arrow and taken, against a copy of their bytes", 0.5, peers = { "copy" } },
  { "arrow_stream", "the same, against only reading their bytes", 0.5, peers = { "bytes" } },
  { "import", "CSV into a synced file", 2 },
  { "file_mib", "file size, MiB", 1 },
  { "commit", "commit of one row, against append and fdatasync", 1 / 3, peers = { "disk" } },
  { "commit", "commit of one row", 1, peers = { "sqlite", "duckdb" } },
  { "commit_update", "commit of one changed row, against append and fdatasync", 1 / 3, peers = { "disk" } },
  { "commit_update", "commit of one changed row", 1 / 2, peers = { "sqlite" } },
  { "reopen", "file to its first count", 1 },
}

-- What is meant at other sizes than ten million rows. A peak in MiB is blotter's own, not a ratio.
local HUGE_ROWS = 100000000
local QUESTION_AT_HUGE, PEAK, PEAK_AT_HUGE = 4, 1228.8, 20480

local TOLERANCE = 1e-6

-- Lines that are no engine's to be compared with: blotter itself and the machine.
local NO_PEER = { blotter = true, copy = true, bytes = true, memory = true, disk = true, table = true }

--- For data of so many rows.
function results.new(rows)
  return setmetatable({ rows = rows, lines = {}, runs = {}, engines = {}, checks = {},
    scaling = scaling.new() }, results)
end

--- What is meant of a row of the table, as text.
function results:meant(row)
  local huge = self.rows >= HUGE_ROWS
  if row[1] == "peak_mib" then return ("at most %.1f"):format(huge and PEAK_AT_HUGE or PEAK) end
  return ("%.2f"):format(huge and row[1]:find "^q%d" and QUESTION_AT_HUGE or row[3])
end

function results.grouped(n)
  return (tostring(n):reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
end

--- Takes one line `engine question run seconds rows checksum`.
function results:add(line)
  local engine, question, run, seconds, rows, checksum = line:match "^(%S+)\t(%S+)\t(%d+)\t(%S+)\t(%d+)\t?(.*)$"
  if not engine then
    io.stderr:write("bench: not understood: ", line, "\n")
    return
  end
  self.lines[#self.lines + 1] = line
  if self.scaling:add(engine, question, tonumber(run), tonumber(seconds), rows) then return end
  if not self.runs[engine] then
    self.runs[engine] = {}
    self.engines[#self.engines + 1] = engine
  end
  local runs = self.runs[engine]
  runs[question] = runs[question] or {}
  table.insert(runs[question], tonumber(seconds))
  if checksum ~= "" then
    self.checks[question] = self.checks[question] or {}
    table.insert(self.checks[question], { engine = engine, rows = rows, checksum = checksum })
  end
end

--- The rows of the table: those that some engine answered.
function results:questions()
  local found = {}
  for _, row in ipairs(QUESTIONS) do
    local asked = false
    for _, engine in ipairs(self.engines) do asked = asked or self:median(engine, row[1]) ~= nil end
    if asked then found[#found + 1] = row end
  end
  return found
end

--- The median of an engine's runs of a question, or nil.
function results:median(engine, question)
  local times = self.runs[engine] and self.runs[engine][question]
  return times and median(times)
end

--- The best peer of a row of the table: its name and its median.
function results:best_peer(row)
  local best, best_time
  for _, engine in ipairs(row.peers or self.engines) do
    local time = (row.peers or not NO_PEER[engine]) and self:median(engine, row.of or row[1])
    if time and (not best or time < best_time) then best, best_time = engine, time end
  end
  return best, best_time
end

local function shown(value, question)
  if not value then return "" end
  if question:find "_mib$" then return ("%.1f"):format(value) end
  return value < 0.001 and ("%.6f"):format(value) or ("%.4f"):format(value)
end

local function same(a, b)
  local left, right = a.checksum:gmatch "[^;]+", b.checksum:gmatch "[^;]+"
  if a.rows ~= b.rows then return false end
  while true do
    local x, y = left(), right()
    if not x or not y then return x == y end
    x, y = tonumber(x), tonumber(y)
    if not x or not y or math.abs(x - y) > TOLERANCE * math.max(math.abs(x), math.abs(y), 1e-300) then return false end
  end
end

--- The questions whose answers differ between engines, as sentences.
function results:differences()
  local found = {}
  for _, row in ipairs(QUESTIONS) do
    local checks = self.checks[row[1]] or {}
    for i = 2, #checks do
      if not same(checks[1], checks[i]) and checks[i].engine ~= checks[i - 1].engine then
        found[#found + 1] = ("%s: %s answers %s rows, %s; %s answers %s rows, %s"):format(row[1], checks[1].engine,
          checks[1].rows, checks[1].checksum, checks[i].engine, checks[i].rows, checks[i].checksum)
      end
    end
  end
  return found
end

--- Whether all engines gave the same answers.
function results:agree()
  return #self:differences() == 0
end

function results:write_lines(path)
  local file = assert(io.open(path, "w"))
  file:write("engine\tquestion\trun\tseconds\trows\tchecksum\n", table.concat(self.lines, "\n"), "\n")
  file:close()
end

local function geometric_mean(ratios)
  local sum = 0
  for _, ratio in ipairs(ratios) do sum = sum + math.log(ratio) end
  return math.exp(sum / #ratios)
end

--- The table, under the lines that say where and how it was measured.
function results:markdown(head)
  local peers = {}
  for _, engine in ipairs(self.engines) do
    if engine ~= "blotter" and engine ~= "memory" then peers[#peers + 1] = engine end
  end
  local out = {}
  for _, line in ipairs(head) do out[#out + 1] = "- " .. line end
  out[#out + 1] = ""
  out[#out + 1] = "| | what (seconds, unless MiB) | blotter | best peer | times | meant | " ..
    table.concat(peers, " | ") .. " |"
  out[#out + 1] = "| --- | --- " .. ("| ---: "):rep(4 + #peers) .. "|"
  local ratios = {}
  for _, row in ipairs(self:questions()) do
    local own, best, best_time = self:median("blotter", row[1]), self:best_peer(row)
    local ratio = own and best_time and best_time / own
    if ratio and row[1]:find "^q%d" then ratios[#ratios + 1] = ratio end
    local cells = { row[1], row[2], shown(own, row[1]), best and best .. " " .. shown(best_time, row[1]) or "",
      ratio and ("%.2f"):format(ratio) or "", self:meant(row) }
    for _, peer in ipairs(peers) do cells[#cells + 1] = shown(self:median(peer, row.of or row[1]), row[1]) end
    out[#out + 1] = "| " .. table.concat(cells, " | ") .. " |"
  end
  out[#out + 1] = ""
  if #ratios > 0 then
    out[#out + 1] = ("Geometric mean over %d group-by questions: %.2f times the best peer."):format(#ratios,
      geometric_mean(ratios))
  end
  local first = {}
  for n = 1, 10 do
    local times, _, peer = self.runs.blotter and self.runs.blotter["q" .. n], self:best_peer { "q" .. n }
    if times then
      first[#first + 1] = ("q%d %.4f"):format(n, times[1]) .. (peer and (" (%.2f)"):format(peer / times[1]) or "")
    end
  end
  if #first > 0 then
    out[#out + 1] = "First runs, seconds (times the best peer's median): " .. table.concat(first, ", ") .. "."
  end
  for _, difference in ipairs(self:differences()) do out[#out + 1] = "**Answers differ**: " .. difference end
  out[#out + 1] = ""
  return table.concat(out, "\n") .. "\n" .. self.scaling:markdown()
end

return results
