-- The group-by data as Parquet in blotter: read into memory, asked where it lies, and written.
--
--   lua5.4 spec/bench/parquet.lua PREFIX RUNS [THREADS]     prints   engine question run seconds rows checksum
--
-- PREFIX_snappy.parquet and PREFIX_zstd.parquet are written by parquet_duckdb.js, or here when they are not there and
-- PREFIX.csv is. What is written goes to PREFIX_written.parquet.

package.path = "spec/bench/?.lua;" .. package.path
local blotter = require "blotter"
local clock = require "clock"

local prefix, runs, threads = arg[1], tonumber(arg[2]), tonumber(arg[3])
if not prefix or not runs then
  io.stderr:write "usage: lua5.4 spec/bench/parquet.lua PREFIX RUNS [THREADS]\n"
  os.exit(2)
end
if threads then blotter.threads = threads end

local function path_of(codec)
  local path = ("%s_%s.parquet"):format(prefix, codec)
  local file = io.open(path, "rb")
  if file then file:close() else assert(blotter.csv(prefix .. ".csv")):parquet(path, { compression = codec }) end
  return path
end

for _, codec in ipairs { "snappy", "zstd" } do
  local path = path_of(codec)
  local x
  clock.time("parquet_read_" .. codec, runs, function()
    if x then x:close() end
    x = assert(blotter.parquet(path, { memory = true }))
  end, function() return #x, { x:agg("s = sum(v1)"):value() } end)
  clock.time("parquet_sum_" .. codec, runs, function()
    return assert(blotter.parquet(path)):by("id1"):agg("a = sum(v1)"):collect()
  end, function(answer) return #answer, { answer:query():agg("a = sum(a)"):value() } end)
  local written = prefix .. "_written.parquet"
  clock.time("parquet_write_" .. codec, runs, function() assert(x:parquet(written, { compression = codec })) end,
    function() return #x, {} end)
  local file = assert(io.open(written, "rb"))
  clock.line("parquet_mib_" .. codec, 1, file:seek "end" / 2 ^ 20, #x, {})
  file:close()
  os.remove(written)
  x:close()
end
