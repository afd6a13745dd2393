--- What data are to blame for: raised deep inside, returned as nil, message, code by the function that was called.

local refusal = {}

local function refuse(message, ...)
  error(setmetatable({message = message:format(...)}, refusal), 0)
end

--- Calls `work`, and returns what it does; a refusal becomes nil, message, code.
local function caught(work, ...)
  local results = table.pack(pcall(work, ...))
  if results[1] then return table.unpack(results, 2, results.n) end
  if getmetatable(results[2]) ~= refusal then error(results[2], 0) end
  return nil, results[2].message, "invalid"
end

return {refuse = refuse, caught = caught}
