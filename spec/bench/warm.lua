--- Makes the machine the same for the first engine as for those after it.
---
--- A virtual machine gets memory from its host when it is first written to, which takes several times as long as
--- writing: the first engine would pay for all. And the first one to read a file would bring it into memory.
local warm = {}

--- Writes to half of the machine's memory once, in a process that ends then.
function warm.memory()
  local free = 0
  for line in io.lines "/proc/meminfo" do free = tonumber(line:match "^MemAvailable: *(%d+)") or free end
  os.execute(("lua5.4 -e 'local t = {} for i = 1, %d do t[i] = (i .. \" \"):rep(1 << 28) end'"):format(free // 2 >> 19))
end

--- Reads a file once.
function warm.file(path)
  local file = assert(io.open(path, "rb"))
  while file:read(1 << 20) do end
  file:close()
end

return warm
