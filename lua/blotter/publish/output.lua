--- Writing a whole text to standard output or to a file, all of it or nothing.

local core = require "blotter.core"

local output = {}

--- Writes `text` to the file `path` so that a reader finds the old file or the new one, never a part. A symbolic link
-- is followed, a device is written to, and .gz and .zst are compressed. Returns true, or nil and a message.
function output.file(path, text)
  return core.write_text(path, text)
end

--- Writes `text` to standard output. Returns true, or nil and a message.
function output.standard(text)
  local ok, message = io.stdout:write(text)
  if ok then ok, message = io.stdout:flush() end
  if not ok then return nil, "standard output: " .. message end
  return true
end

return output
