-- The reference of expressions names every function that the engine knows, and no other.
local core = require "blotter.core"

local SYMBOLS = { ["neg"] = true, ["in"] = true, ["and"] = true, ["or"] = true, ["not"] = true }

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return text
end

describe("the reference of expressions", function()
  local text = read "lua/blotter/lang/README.md"
  local named = {}
  -- Whatever stands in code in the first cell of a table's row.
  for cell in text:gmatch "\n| ([^|]+) |" do
    for code in cell:gmatch "`([^`]+)`" do
      local name = code:match "^([%l_][%w_]*)%(" or code:match "^([%l_][%w_]*)$"
      if name then named[name] = true end
    end
  end

  it("lists every function", function()
    local missing = {}
    for _, name in ipairs(core.functions()) do
      if name:find "^%l" and not SYMBOLS[name] and not named[name] then missing[#missing + 1] = name end
    end
    assert.same({}, missing)
  end)

  it("lists no function that there is not", function()
    local known = {}
    for _, name in ipairs(core.functions()) do known[name] = true end
    local unknown = {}
    for name in pairs(named) do
      if not known[name] then unknown[#unknown + 1] = name end
    end
    table.sort(unknown)
    assert.same({}, unknown)
  end)
end)
