--- All threads against one: what threads.lua printed, as a Markdown table.

local control = require "control"
local median = require "median"

local scaling = {}
scaling.__index = scaling

-- How many times one thread two are meant to be, and how many calm turns it takes to say.
local MEANT, FEWEST = 1.8, 3

-- The engines of the lines.
local ONE, ALL, GAVE = "blotter-1", "blotter-all", "processors"

function scaling.new()
  return setmetatable({ turns = {}, gave = {} }, scaling)
end

--- Takes the parts of a line and says whether they belong here.
function scaling:add(engine, question, run, seconds, rows)
  if engine ~= ONE and engine ~= ALL and engine ~= GAVE then return false end
  local number = tonumber(question:match "^q(%d+)$")
  if number then
    self.turns[number] = self.turns[number] or {}
    local turns = self.turns[number]
    turns[run] = turns[run] or {}
    turns[run][engine] = seconds
    if engine == GAVE then
      turns[run].calm = rows == "1"
      table.insert(self.gave, seconds)
    end
  end
  return true
end

--- Medians of one thread and of all, and of how many turns: of the calm ones, or of every one.
local function medians(turns, calm_only)
  local one, all = {}, {}
  for _, turn in ipairs(turns) do
    if turn[GAVE] and (turn.calm or not calm_only) then
      one[#one + 1], all[#all + 1] = turn[ONE], turn[ALL]
    end
  end
  return median(one), median(all), #one
end

--- The table, with what the control gave above it, or nothing if nothing was measured.
function scaling:markdown()
  if #self.gave == 0 then return "" end
  table.sort(self.gave)
  local out = {
    ("All threads against one, by turns: %s. The processors together gave %.2f times one (lowest %.2f, highest %.2f)."):
      format(control.MEANING, median(self.gave), self.gave[1], self.gave[#self.gave]),
    "",
    "| | one thread, s | all threads, s | times, calm turns | meant | calm turns | all turns | times, all turns |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
  }
  for number = 1, 10 do
    local turns = self.turns[number] or {}
    local one, all, calm = medians(turns, true)
    local every_one, every_all, count = medians(turns, false)
    if count > 0 then
      local told = calm >= FEWEST and ("%.5f | %.5f | %.2f"):format(one, all, one / all) or "| | not calm"
      out[#out + 1] = ("| q%d | %s | %.1f | %d | %d | %.2f |"):format(number, told, MEANT, calm, count,
        every_one / every_all)
    end
  end
  return table.concat(out, "\n") .. "\n"
end

return scaling
