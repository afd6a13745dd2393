--- Work on a connection that must not be left half done.

--- Calls `body(self, …)`; when it does not return (an error, Ctrl-C) the connection is dropped, and the server's work
-- with it.
return function(self, body, ...)
  local finished = false
  local guard <close> = setmetatable({}, { __close = function() -- luacheck: ignore
    if not finished then self:drop() end
  end })
  local results = table.pack(body(self, ...))
  finished = true
  return table.unpack(results, 1, results.n)
end
