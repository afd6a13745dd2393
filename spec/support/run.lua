-- Runs the busted specs and the C test programs and ends with one line: N passed, N failed.
--
--   lua5.4 spec/support/run.lua [--specs PATH] ... [PROGRAM ...]
--
-- A C test program exits with 0 when all is well. Its last line "N passed, N failed" is added to the sum;
-- a program without such a line counts as one test.
-- BLOTTER_WRAP goes before each program (valgrind); BLOTTER_PRELOAD is a sanitizer's library for Lua.

local passed, failed = 0, 0

-- Runs a command, shows its output as it comes and returns it with the exit status.
local function run(command)
  local lines = {}
  local pipe = assert(io.popen(command .. " 2>&1; echo status=$?"))
  local status
  for line in pipe:lines() do
    status = line:match("^status=(%d+)$")
    if not status then
      print(line)
      lines[#lines + 1] = line
    end
  end
  pipe:close()
  return lines, tonumber(status)
end

local function run_specs(paths)
  local preload = os.getenv("BLOTTER_PRELOAD")
  local env = preload and ("LD_PRELOAD='" .. preload .. "' ") or ""
  local lines, status = run(env .. "lua5.4 /usr/bin/busted -- " .. paths)
  local good, bad
  for _, line in ipairs(lines) do
    local s, f, e = line:match("^(%d+) success%a* / (%d+) failures? / (%d+) errors?")
    if s then good, bad = tonumber(s), tonumber(f) + tonumber(e) end
  end
  if not good then
    print("the specs did not finish (exit status " .. status .. ")")
    good, bad = 0, 1
  elseif status ~= 0 and bad == 0 then
    print("the specs passed, but their process ended with status " .. status)
    bad = 1
  end
  passed, failed = passed + good, failed + bad
end

local function run_program(program)
  local wrap = os.getenv("BLOTTER_WRAP")
  local lines, status = run((wrap and wrap .. " " or "") .. program)
  local good, bad = (lines[#lines] or ""):match("^(%d+) passed, (%d+) failed$")
  good, bad = tonumber(good or (status == 0 and 1 or 0)), tonumber(bad or 0)
  if status ~= 0 and bad == 0 then
    print(program .. ": exit status " .. status)
    bad = 1
  end
  passed, failed = passed + good, failed + bad
end

local specs, programs, i = {}, {}, 1
while arg[i] do
  if arg[i] == "--specs" then
    i = i + 1
    specs[#specs + 1] = arg[i]
  else
    programs[#programs + 1] = arg[i]
  end
  i = i + 1
end
if #specs > 0 then run_specs(table.concat(specs, " ")) end
for _, program in ipairs(programs) do run_program(program) end
print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0 and passed > 0)
