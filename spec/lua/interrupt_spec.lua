--- Ctrl-C, hooks, the progress callback, limits: each ends a query cleanly, and the next one runs.

local blotter = require "blotter"

local function numbers(n)
  local t = blotter.table "n int64, s string"
  local append = t:appender()
  for i = 1, n do append(i, "s" .. i % 1000) end
  return t
end

--- What a script prints after it was interrupted as soon as it has said that it is ready.
local function interrupted(script)
  local pipe = assert(io.popen(("exec timeout 60 sh -c 'lua5.4 %s & p=$!; echo $p; wait $p'"):format(script)))
  local pid = pipe:read "l"
  assert.equal("ready", pipe:read "l")
  os.execute("kill -INT " .. pid)
  return pipe
end

describe("a query that is stopped", function()
  local t = numbers(400000)
  local threads = blotter.threads
  after_each(function()
    debug.sethook()
    blotter.threads, blotter.memory_limit, blotter.timeout, blotter.progress = threads, 0, 0, nil
  end)

  local function ask()
    return t:by "s, n":agg "total = sum(n), m = median(n)":collect()
  end

  it("ends with the error of a pending hook", function()
    for _, count in ipairs { 1, 2 } do
      blotter.threads = count
      local reason = {}
      local ok, message = pcall(function()
        debug.sethook(function()
          debug.sethook()
          error(reason)
        end, "", 1)
        -- the count hook fires inside this very call as well: the reason is the same wherever it came
        return ask()
      end)
      assert.is_false(ok)
      assert.equal(reason, message)
      assert.equal(400000, #ask())
    end
  end)

  it("ends when the time is over", function()
    blotter.timeout = 1e-6
    local ok, message = pcall(ask)
    assert.is_false(ok)
    assert.matches("time", message)
    blotter.timeout = 0
    assert.equal(400000, #ask())
  end)

  it("ends when the time is over in the middle of one text", function()
    local long = blotter.table "s string"
    long:append(("a"):rep(400000))
    local params = { like = "%" .. ("_"):rep(200000) .. "b%", set = ("b"):rep(200000) .. "a",
      times = ("é"):rep(200000) .. "a" }
    for _, term in ipairs { "like(s, $like)", "len(trim(s, $set))", "len(ltrim(s, $times))", "matches(s, '[ab]*[xy]')",
      "extract(s, '[ab]*[xy]')", "regex_replace(s, '[ab]*[xy]', '')" } do
      blotter.timeout = 0.01
      local ok, message = pcall(function() return long:select("x = " .. term, params):csv() end)
      blotter.timeout = 0
      assert.is_false(ok)
      assert.matches("time", message)
    end
    assert.equal(400000, long:select("x = len(s)"):first().x)
  end)

  it("ends when memory is short, and gives everything back", function()
    collectgarbage()
    collectgarbage()
    local before = blotter.memory_used()
    blotter.memory_limit = before + 100000
    local ok, message = pcall(ask)
    assert.is_false(ok)
    assert.matches("memory", message)
    blotter.memory_limit = 0
    collectgarbage()
    collectgarbage()
    assert.equal(before, (blotter.memory_used()))
    assert.equal(400000, #ask())
  end)

  it("survives the failure of every allocation", function()
    local core = require "blotter.core"
    local small = numbers(300)
    local function small_query()
      return small:where "n % 2 == 0":by "s":agg "total = sum(n)":order "total desc":limit(3):collect()
    end
    small_query()
    local failures = 0
    for n = 1, 100000 do
      core.fail_allocation(n)
      local ok, message = pcall(small_query)
      core.fail_allocation(0)
      if ok then break end
      assert.matches("memory", message)
      failures = failures + 1
    end
    assert.is_true(failures > 3)
    collectgarbage()
    assert.equal(3, #small_query())
  end)

  it("is interrupted by SIGINT at the prompt's interpreter within a moment", function()
    local script = os.tmpname()
    local file = assert(io.open(script, "w"))
    file:write [[
      local blotter = require "blotter"
      local t = blotter.table "n int64, s string"
      local append = t:appender()
      for i = 1, 1000000 do append(i, "s" .. i) end
      local _, message = pcall(function()
        io.stdout:write "ready\n"
        io.stdout:flush()
        while true do t:by "s, n":agg "m = median(n)":collect() end
      end)
      io.stdout:write(tostring(message), "\n")
      io.stdout:write(t:count(), "\n")
    ]]
    file:close()
    local pipe = interrupted(script)
    assert.matches("interrupted", pipe:read "l")
    assert.equal("1000000", pipe:read "l")
    pipe:close()
    os.remove(script)
  end)

  it("is interrupted while it waits for another writer", function()
    local script, path = os.tmpname(), os.tmpname() .. ".blt"
    local db = assert(require("blotter").open(path))
    local file = assert(io.open(script, "w"))
    file:write(([[
      local blotter = require "blotter"
      print(pcall(function()
        io.stdout:write "ready\n"
        io.stdout:flush()
        return blotter.open(%q, { timeout = math.huge })
      end))
    ]]):format(path))
    file:close()
    local pipe = interrupted(script)
    assert.matches("^false\t.*interrupted", pipe:read "l")
    pipe:close()
    db:close()
    os.remove(script)
    os.remove(path)
  end)
end)
