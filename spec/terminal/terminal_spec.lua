--- The line of progress on a real terminal: a pseudo-terminal that `script` makes. A clock that moves by a second each
-- time it is asked makes any work long enough.

local command = require "command"

local PRELUDE = [[
local core = require "blotter.core"
local now = 0
function core.clock() now = now + 1 return now end
local blotter = require "blotter"
]]

--- Whether there are pseudo-terminals: a bare chroot has none.
local function has_terminals()
  return os.execute "script -qec true /dev/null </dev/null >/dev/null 2>&1"
end

local describe_terminal = has_terminals() and describe or function(name)
  describe(name, function()
    it("shows and wipes its line", function() pending "no pseudo-terminal can be made here: is /dev/pts mounted?" end)
  end)
end

describe_terminal("on a terminal", function()
  local folder, csv, jsonl
  setup(function()
    folder = command.folder()
    csv, jsonl = folder .. "/in.csv", folder .. "/in.jsonl"
    command.spill(csv, "n,s\n" .. ("1,x\n"):rep(3000))
    command.spill(jsonl, ('{"n":1,"s":"x"}\n'):rep(3000))
  end)
  teardown(function() command.remove(folder) end)

  --- What a script writes to the terminal; `redirect` is added to its command.
  local function shown(script, redirect)
    local path = command.spill(folder .. "/script.lua", PRELUDE .. script)
    local line = ("script -qec 'lua5.4 %s %s' /dev/null </dev/null"):format(path, redirect or "")
    local pipe = assert(io.popen(line))
    local text = pipe:read "a"
    pipe:close()
    return text
  end

  local LINE = "█.*rows.*/s"
  local WIPED = "\r\27%[K[^\r]*$"

  local function both(script)
    local text = shown(script:format ", chunk_bytes = 512")
    assert.matches(LINE, text)
    assert.matches(WIPED, text)
    assert.is_nil(text:match(WIPED):find "rows")
    assert.equal("", (shown(script:format ", chunk_bytes = 512, progress = false")))
    assert.equal("", (shown(script:format ", chunk_bytes = 512", "2>/dev/null")))
  end

  it("reading shows how far it is, and wipes that away", function()
    both(("assert(blotter.csv(%q, { on_error = 'stop'%%s }))"):format(csv))
    both(("assert(blotter.jsonl(%q, { on_error = 'stop'%%s }))"):format(jsonl))
    both(("assert(blotter.memory():import('t', %q, { on_error = 'stop'%%s }))"):format(csv))
  end)

  it("so does writing", function()
    local script = ([[
      local t = assert(blotter.csv(%q, { progress = false }))
      assert(t:%%s(%q, { progress = %%s }))
    ]]):format(csv, folder .. "/out")
    for _, verb in ipairs { "csv", "jsonl" } do
      local text = shown(script:format(verb, "nil"))
      assert.matches("rows", text)
      assert.matches(WIPED, text)
      assert.equal("", shown(script:format(verb, "false")))
    end
  end)

  it("a reading that fails wipes its line, too", function()
    local text = shown(([[
      local t, message = blotter.csv(%q, { chunk_bytes = 512, types = { s = "int64" }, on_error = "reject",
        max_rejects = 2000 })
      assert(not t and message:find "no int64")
    ]]):format(csv))
    assert.matches("█", text)
    assert.matches(WIPED, text)
  end)

  it("the commands show it unless they are told not to", function()
    local run = "os.exit(require('blotter.cli').main { %s })"
    local into = folder .. "/db.blt:t"
    local text = shown(run:format(("'import', %q, '--into', %q"):format(csv, into)))
    assert.matches(LINE, text)
    assert.matches("3,000 rows added", text)
    local export = run:format(("'export', %q, %q%%s"):format(into, folder .. "/out.csv"))
    assert.matches("rows.*\r\27%[K.*3,000 rows written", shown(export:format ""))
    assert.is_nil(shown(export:format ", '--no-progress'"):find "\27")
  end)
end)
