-- A report over generated tip records, with four tables and two charts, as a page: how long it takes after loading.
--
--   lua spec/bench/report_run.lua [ROWS]      ten million rows when it is not said

local blotter = require "blotter"
local core = require "blotter.core"
local formats = require "blotter.publish.formats"
local frames = require "blotter.publish.frames"

local ROWS = math.tointeger(tonumber(arg[1])) or 10000000
local CHANNELS = { "phone", "web", "platform", "mail", "partner" }

--- Writes the records: every row of a small table beside each of another.
local function generate(path)
  local left, right = blotter.table "country string, channel string, n int64", blotter.table "received date, age int64"
  for i = 1, 1000 do left:append(("C%02d"):format(i % 60), CHANNELS[i % #CHANNELS + 1], i * 7919 % 97) end
  for i = 1, ROWS // 1000 do
    right:append(("%d-%02d-%02d"):format(2005 + i % 20, i % 12 + 1, i % 28 + 1), i * 31 % 80)
  end
  return assert(left:query():cross_join(right):csv(path, { progress = false }))
end

local TABLES = {
  { "By year", function(t)
    return t:by "year = year(received)":agg "tips = sum(n), records = count()":order "year"
  end },
  { "By country", function(t)
    return t:by "country":agg "tips = sum(n), most = max(n)":order "tips desc":limit(20)
  end },
  { "By channel and age", function(t)
    return t:by "channel, band = bin(age, 10)":agg "records = count(), mean = mean(n)":order "channel, band"
  end },
  { "Channels by year", function(t)
    return t:pivot { rows = "year(received)", cols = "channel", value = "sum(n)" }
  end },
}

--- A chart of a frame's first two columns.
local function chart(kind, title, frame)
  local labels, values, columns = {}, {}, frame:columns()
  for i, row in frame:rows() do labels[i], values[i] = tostring(row[columns[1].name]), row[columns[2].name] end
  local at = {}
  for i, label in ipairs(labels) do at[i] = tonumber(label) or i end
  return { kind = "chart", chart = kind, title = title, unit = "tips", labels = labels, at = at, values = values }
end

local function report(t)
  local doc, answers = { title = "Tips", blocks = {} }, {}
  for i, item in ipairs(TABLES) do
    answers[i] = item[2](t):collect()
    local block = frames.document(answers[i]).blocks[1]
    block.title = item[1]
    doc.blocks[#doc.blocks + 1] = block
  end
  doc.blocks[#doc.blocks + 1] = chart("line", "Tips by year", answers[1])
  doc.blocks[#doc.blocks + 1] = chart("bar", "Tips by country", answers[2])
  return formats.render(doc, "html")
end

local path, told = os.tmpname() .. ".csv", 0
generate(path)
local began = core.clock()
local t = assert(blotter.csv(path, { progress = function() told = told + 1 end }))
os.remove(path)
print(("%d rows loaded in %.1f s, of which progress was told %d times"):format(#t, core.clock() - began, told))
for run = 1, 3 do
  began = core.clock()
  local page = report(t)
  print(("run %d: four tables and two charts, a page of %d bytes, in %.3f s"):format(run, #page, core.clock() - began))
end
