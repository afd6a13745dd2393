--- Writing a whole text to standard output or to a file, all of it or nothing.

local core = require "blotter.core"

local output = {}

--- Writes `text` to the file `path` so that a reader finds the old file or the new one, never a part. A symbolic link
-- is followed, a device is written to, and .gz and .zst are compressed. Returns true, or nil and a message.
function output.file(path, text)
  return core.write_text(path, text)
end

--- All bytes of the file `path`; nil and a message.
function output.read(path)
  local file, message = io.open(path, "rb")
  if not file then return nil, message end
  local text
  text, message = file:read "a"
  file:close()
  return text, message
end

--- Makes a folder with those above it. Returns true, or nil and a message.
function output.folder(path)
  local quoted = "'" .. path:gsub("'", "'\\''") .. "'"
  if os.execute("mkdir -p -- " .. quoted .. " 2>/dev/null") then return true end
  return nil, path .. ": cannot make the folder"
end

--- Writes a list of {name, text} into a folder. Returns true, or nil and a message.
function output.files(directory, files)
  local ok, message = output.folder(directory)
  for _, file in ipairs(files) do
    if not ok then break end
    ok, message = output.file(directory .. "/" .. file[1], file[2])
  end
  if not ok then return nil, message end
  return true
end

--- Writes `text` to standard output. Returns true, or nil and a message.
function output.standard(text)
  local ok, message = io.stdout:write(text)
  if ok then ok, message = io.stdout:flush() end
  if not ok then return nil, "standard output: " .. message end
  return true
end

return output
