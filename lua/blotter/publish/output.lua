--- Writing a whole text to standard output or to a file, all of it or nothing.

local output = {}

local function quoted(path)
  return "'" .. path:gsub("'", "'\\''") .. "'"
end

--- Where the bytes go: the file that a symbolic link names, and whether it may be replaced by renaming
-- (a device, a pipe or a folder may not).
local function destination(path)
  local pipe = io.popen("readlink -f -- " .. quoted(path))
  local target = pipe and pipe:read "a":gsub("\n$", "") or ""
  if pipe then pipe:close() end
  if target == "" then target = path end
  local name = quoted(target)
  return target, os.execute(("[ -f %s ] || ! [ -e %s ]"):format(name, name)) == true
end

local function write_and_close(file, text)
  local ok, message = file:write(text)
  if ok then
    ok, message = file:close()
  else
    file:close()
  end
  return ok, message
end

--- Writes `text` to the file `path` so that a reader finds the old file or the new one, never a part: into a file
-- beside it, which is then renamed. Returns true, or nil and a message.
function output.file(path, text)
  local target, replaceable = destination(path)
  local place = replaceable and ("%s.%x.part"):format(target, math.random(0)) or target
  local file, message = io.open(place, "wb")
  if not file then return nil, (message:gsub("%.%x+%.part", "")) end
  local ok
  ok, message = write_and_close(file, text)
  if ok and replaceable then ok, message = os.rename(place, target) end
  if not ok then
    if replaceable then os.remove(place) end
    return nil, ("%s: %s"):format(path, message)
  end
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
