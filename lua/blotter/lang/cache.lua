--- A bounded cache: two generations, the older one dropped whole when the younger is full.

local cache = {}
cache.__index = cache

--- A cache that keeps the last `size` to `2 * size` keys used.
function cache.new(size)
  return setmetatable({ size = size, count = 0, young = {}, old = {} }, cache)
end

function cache:put(key, value)
  if self.count >= self.size then self.old, self.young, self.count = self.young, {}, 0 end
  if self.young[key] == nil then self.count = self.count + 1 end
  self.young[key] = value
  return value
end

function cache:get(key)
  local value = self.young[key]
  if value ~= nil then return value end
  value = self.old[key]
  if value ~= nil then return self:put(key, value) end
  return nil
end

return cache
