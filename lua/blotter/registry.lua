--- Definitions by name: those of the package, each loaded when it is first asked for, and what a program adds.

local registry = {}
registry.__index = registry

--- A registry of what is called `built_in`; `load(name)` gives the definition of one of them.
function registry.new(built_in, load)
  local unread = {}
  for _, name in ipairs(built_in) do unread[name] = true end
  return setmetatable({ list = table.move(built_in, 1, #built_in, 1, {}), unread = unread, known = {}, load = load },
    registry)
end

--- Adds a definition; a later one of the same name replaces the earlier.
function registry:add(name, definition)
  if not self.known[name] and not self.unread[name] then self.list[#self.list + 1] = name end
  self.unread[name] = nil
  self.known[name] = definition
end

--- The definition called `name`, or nil.
function registry:get(name)
  if self.unread[name] then self:add(name, self.load(name)) end
  return self.known[name]
end

--- All names, in the order in which they came.
function registry:names()
  return table.move(self.list, 1, #self.list, 1, {})
end

return registry
