--- Writes case_runs.h from Unicode's table: lua case_runs.lua UnicodeData.txt >case_runs.h
-- (Debian: package unicode-data, /usr/share/unicode/UnicodeData.txt).

local UPPER, LOWER = 13, 14 -- fields of the simple mappings

local function fields(line)
  local list = {}
  for field in (line .. ";"):gmatch "([^;]*);" do list[#list + 1] = field end
  return list
end

--- Letters that map by one distance, one or two apart: {first, last, step, distance}.
local function runs(path, field)
  local list = {}
  for line in io.lines(path) do
    local f = fields(line)
    local from, to = tonumber(f[1], 16), tonumber(f[field], 16)
    local run = list[#list]
    if to and run and run[4] == to - from and from - run[2] <= 2 and (run[3] == 0 or from - run[2] == run[3]) then
      run[2], run[3] = from, from - run[2]
    elseif to then
      list[#list + 1] = { from, from, 0, to - from }
    end
  end
  return list
end

local function write(name, list)
  io.write("static const case_run ", name, "[] = {\n")
  for i, run in ipairs(list) do
    io.write(("    {0x%x, 0x%x, %d, %d}%s\n"):format(run[1], run[2], math.max(run[3], 1), run[4],
      i < #list and "," or ""))
  end
  io.write("};\n")
end

local path = assert(arg[1], "which UnicodeData.txt?")
io.write [[
/* Simple case mappings, made by case_runs.lua from the Unicode Character Database (UnicodeData.txt,
 * version 15.0). The database is Copyright (c) 1991-2022 Unicode, Inc., and used under the Unicode licence
 * for data files (https://www.unicode.org/license.txt); this is a modified form of a part of it. */
/* clang-format off */
]]
write("upper_runs", runs(path, UPPER))
write("lower_runs", runs(path, LOWER))
io.write "/* clang-format on */\n"
