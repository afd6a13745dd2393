--- A line of progress on a terminal: how far, how many rows, how fast, how long still. It appears once the work has
-- taken a second and goes away when the work is done. Reading and writing show it on standard error by themselves.

local core = require "blotter.core"
local counted = require "blotter.lang.counted"

local progress = {}

local FIRST, EVERY = 1, 0.1 -- seconds until the line appears, and between two of its drawings
local BAR = 20

local UNITS = { "B", "KiB", "MiB", "GiB", "TiB" }

local function size(bytes)
  local unit = 1
  while bytes >= 1024 and unit < #UNITS do
    bytes, unit = bytes / 1024, unit + 1
  end
  return ("%." .. (unit == 1 and 0 or 1) .. "f %s"):format(bytes, UNITS[unit])
end

local function duration(seconds)
  seconds = math.ceil(seconds)
  if seconds < 60 then return seconds .. " s" end
  return ("%d min %02d s"):format(seconds // 60, seconds % 60)
end

--- The text of the line after `seconds`; `total` is 0 when nobody knows it.
function progress.text(done, total, rows, seconds)
  local parts = {}
  if total and total > 0 then
    local share = math.min(1, done / total)
    local full = math.floor(share * BAR + 0.5)
    parts[1] = ("%s%s %3d%%"):format(("█"):rep(full), ("░"):rep(BAR - full), math.floor(share * 100))
  end
  parts[#parts + 1] = size(done)
  if rows and rows > 0 then parts[#parts + 1] = counted(rows, "row") end
  parts[#parts + 1] = size(done / seconds) .. "/s"
  if total and total > done and done > 0 then
    parts[#parts + 1] = duration(seconds * (total - done) / done) .. " left"
  end
  return table.concat(parts, "  ")
end

--- A callback (done, total, rows) that draws the line on `file`, and a function that wipes it away.
function progress.line(file, clock)
  clock = clock or core.clock
  local start, last = clock(), nil
  local function draw(done, total, rows)
    local now = clock()
    if now - start < FIRST or (last and now - last < EVERY) then return end
    last = now
    file:write("\r\27[K", progress.text(done, total, rows, now - start))
    file:flush()
  end
  local function wipe()
    if last then
      file:write "\r\27[K"
      file:flush()
    end
  end
  return draw, wipe
end

--- `options` with such a line as their progress, and what wipes it away, to be closed. Nothing changes when the user
-- has a callback or said false, when standard error is no terminal, or when the text itself comes from a terminal or
-- goes there: `text` is where it comes from or goes to, `stream` the standard stream that "-" means.
function progress.shown(options, text, stream)
  local used = type(text) == "function" or text == "-" and core.is_terminal(stream)
  if options.progress ~= nil or core.setting "progress" or used or not core.is_terminal(2) then return options end
  local draw, wipe = progress.line(io.stderr)
  local shown = { progress = draw }
  for name, value in pairs(options) do shown[name] = value end
  return shown, setmetatable({}, { __close = wipe })
end

return progress
