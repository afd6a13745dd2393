--- The laws of the house that a program can check: which room may know which, and that a name says where one is.

local function lines_of(command)
  local list, pipe = {}, assert(io.popen(command))
  for line in pipe:lines() do list[#list + 1] = line end
  pipe:close()
  return list
end

--- Paths of files below these folders whose names end so.
local function files(folders, pattern)
  return lines_of(("find %s -type f -name '%s' | LC_ALL=C sort"):format(folders, pattern))
end

local function slurp(path)
  local f <close> = assert(io.open(path))
  return f:read "a"
end

-- What each room of the engine may include; all include blt.h. `lua` is the binding.
local KNOWS = {
  base = {}, store = { "base" }, solve = { "base" }, io = { "store", "base" }, expr = { "store", "base" },
  plan = { "expr", "store", "base" }, exec = { "plan", "expr", "store", "base" }, remote = { "base" },
  lua = { "exec", "plan", "expr", "store", "io", "solve", "remote", "base" },
}

describe("the engine's rooms", function()
  local headers = {}
  for _, path in ipairs(files("csrc", "*.h")) do headers[path:sub(#"csrc/" + 1)] = true end

  it("know only those below them", function()
    for _, path in ipairs(files("csrc", "*.[ch]")) do
      local room, folder = path:match "^csrc/(%w+)/", path:match "^csrc/(.*)/"
      if room then
        local known = assert(KNOWS[room], path .. ": a room that this spec does not know")
        for header in slurp(path):gmatch '#include "([^"]+)"' do
          local from_here = folder .. "/" .. header
          assert.is_true(headers[from_here] or headers[header] or false, path .. " includes " .. header)
          local other = (headers[from_here] and from_here or header):match "^(%w+)/"
          local allowed = other == nil or other == room
          for _, name in ipairs(known) do allowed = allowed or name == other end
          assert.is_true(allowed, path .. " includes " .. header)
        end
      end
    end
  end)

  it("leave Lua to the binding", function()
    for _, path in ipairs(files("csrc", "*.[ch]")) do
      local binding = path:find("^csrc/lua/") ~= nil
      assert.is_true(binding or not slurp(path):find '#include [<"]lua', path)
    end
  end)
end)

describe("a name", function()
  for _, kind in ipairs { { "csrc", "*.c" }, { "csrc", "*.h" }, { "lua", "*.lua" }, { "spec", "*.lua" },
    { "spec", "*.c" } } do
    it(("is that of one file in %s (%s)"):format(kind[1], kind[2]), function()
      local at = { ["init.lua"] = "the face of each package" }
      for _, path in ipairs(files(kind[1], kind[2])) do
        local name = path:match "[^/]+$"
        if name ~= "init.lua" then
          assert.is_nil(at[name], path .. " and " .. tostring(at[name]))
          at[name] = path
        end
      end
    end)
  end

  it("is found in a folder of some 25 files", function()
    for _, folder in ipairs(lines_of "find csrc lua -type d") do
      local n = #lines_of(("find %s -maxdepth 1 -type f"):format(folder))
      assert.is_true(n <= 26, ("%s: %d files"):format(folder, n))
    end
  end)
end)

describe("a comment", function()
  it("has no ruler, which a formatter tears off its title", function()
    for _, kind in ipairs { { "csrc spec", "*.[ch]" }, { "lua spec", "*.lua" } } do
      for _, path in ipairs(files(kind[1], kind[2])) do
        for line in slurp(path):gmatch "[^\n]+" do
          assert.is_nil(line:find "^%s*[-/][-*].*%-%-%-%-%-" or line:find "^%s*%*%s*%-%-%-%-%-", path .. ": " .. line)
        end
      end
    end
  end)
end)

describe("the top level", function()
  it("has what is agreed, and no file that a run left behind", function()
    local agreed = { ["CHANGELOG.md"] = true, LICENSE = true, Makefile = true, ["README.md"] = true, csrc = true,
      data = true, lua = true, spec = true, ["blotter-scm-1.rockspec"] = true }
    for _, path in ipairs(lines_of "git ls-files 2>/dev/null") do -- nothing where there is no checkout
      local top = path:match "^[^/]+"
      assert.is_true(agreed[top] or top:sub(1, 1) == ".", top)
    end
  end)
end)
