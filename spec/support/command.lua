--- Running the `blotter` command from a spec.

local command = {}

--- The bytes of a file, or nil.
function command.slurp(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read "a"
  file:close()
  return text
end

--- Writes a file and returns its path.
function command.spill(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

--- A new empty folder; remove it with command.remove.
function command.folder()
  local path = os.tmpname()
  os.remove(path)
  assert(os.execute("mkdir " .. path))
  return path
end

function command.remove(folder)
  os.execute("rm -r " .. folder)
end

local BUILD = os.getenv "BLOTTER_BUILD" or "build" -- also one with a sanitizer

--- The command as a path that holds in every directory.
function command.path()
  local pipe = assert(io.popen "pwd")
  local here = pipe:read()
  pipe:close()
  return here .. "/" .. BUILD .. "/bin/blotter"
end

--- Runs the command line; returns its exit status, standard output and standard error.
function command.run(arguments, redirect)
  local out, err = os.tmpname(), os.tmpname()
  local _, _, status = os.execute(("%s/bin/blotter %s >%s 2>%s"):format(BUILD, arguments, redirect or out, err))
  local text, message = command.slurp(out), command.slurp(err)
  os.remove(out)
  os.remove(err)
  return status, text, message
end

return command
