-- A report over ten million generated tip records, with four tables and two charts, timed after loading:
--
--   lua spec/bench/tips_report.lua [ROWS]
--
-- It writes the records as CSV, reads them (with a line of progress on a terminal), and builds and renders the report.

local blotter = require "blotter"
local clock = require("blotter.core").clock
local formats = require "blotter.publish.formats"
local frames = require "blotter.publish.frames"

local ROWS = tonumber(arg[1]) or 10000000
local CHANNELS = { "phone", "web", "email", "app", "letter" }
local COUNTRIES = {}
for i = 1, 60 do COUNTRIES[i] = ("%c%c"):format(65 + i % 26, 65 + i * 7 % 26) end

local function write_records(path)
  local file <close> = assert(io.open(path, "wb"))
  file:setvbuf("full", 1 << 20)
  file:write "received,country,channel,priority,n\n"
  math.randomseed(16)
  local random, format, lines = math.random, string.format, {}
  for i = 1, ROWS do
    lines[#lines + 1] = format("%d-%02d-%02d,%s,%s,%d,%d\n", random(2005, 2024), random(12), random(28),
      COUNTRIES[random(60)], CHANNELS[random(5)], random(5), random(100))
    if #lines == 8192 or i == ROWS then
      file:write(table.concat(lines))
      lines = {}
    end
  end
end

local function chart(kind, title, frame)
  local block = { kind = "chart", chart = kind, title = title, unit = "tips", labels = {}, values = {} }
  for i, row in frame:rows() do block.labels[i], block.values[i] = tostring(row.key), row.tips end
  return block
end

--- Four tables and two charts.
local function build(tips)
  local by_year = tips:by "key = year(received)":agg "tips = sum(n), records = count()":order "key":collect()
  local by_country = tips:by "key = country":agg "tips = sum(n), records = count(), most = max(n)"
    :order "tips desc":limit(20):collect()
  local by_channel = tips:by "channel, priority":agg "tips = sum(n), mean = mean(n)":order "channel, priority":collect()
  local phone = tips:where "channel == 'phone' and n > 90":by "country, y = year(received)":agg "records = count()"
    :order "records desc":limit(25):collect()
  local blocks = { chart("line", "Tips by year", by_year), chart("bar", "Tips by country", by_country) }
  for _, frame in ipairs { by_year, by_country, by_channel, phone } do
    blocks[#blocks + 1] = frames.document(frame).blocks[1]
  end
  return { title = "Tips", blocks = blocks }
end

local function seconds(work)
  local started = clock()
  local result = work()
  return clock() - started, result
end

local path = os.tmpname()
print(("writing %d records: %.1f s"):format(ROWS, (seconds(function() write_records(path) end))))
local loading, tips = seconds(function() return assert(blotter.csv(path)) end)
os.remove(path)
print(("loading: %.2f s"):format(loading))
for _, name in ipairs { "html", "text", "svg", "xlsx" } do
  local taken, text = seconds(function() return formats.render(build(tips), name) end)
  print(("%-5s %.3f s, %d bytes"):format(name, taken, text and #text or 0))
end
