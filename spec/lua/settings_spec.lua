-- Settings are fields of the module; a wrong value or a misspelt name is refused where it was written.

local blotter = require "blotter"

describe("a setting", function()
  local function message_of(name, value)
    local ok, message = pcall(function() blotter[name] = value end)
    assert.is_false(ok)
    assert.is_truthy(message:find "^%S*settings_spec%.lua:%d+: ", message)
    return message
  end

  it("takes a value and gives it back", function()
    local before = blotter.timeout
    finally(function() blotter.timeout = before end)
    blotter.timeout = 2.5
    assert.equal(2.5, blotter.timeout)
  end)

  it("of a wrong kind or size is refused with what was expected", function()
    assert.is_truthy(message_of("threads", "x"):find("a number of threads", 1, true))
    assert.is_truthy(message_of("timeout", -1):find("a number of seconds, 0 for no limit expected, got -1", 1, true))
    assert.is_truthy(message_of("memory_limit", "lots"):find("got a string", 1, true))
    assert.is_truthy(message_of("progress", 3):find("a function, or nil", 1, true))
  end)

  it("that does not exist is refused with the one that was meant", function()
    assert.is_truthy(message_of("time_out", 5):find("no setting 'time_out': did you mean 'timeout'?", 1, true))
  end)
end)

describe("a mistake in an expression", function()
  local t = blotter.table "country string, n int64"

  local function message_of(build)
    local ok, message = pcall(function() return build():collect() end)
    assert.is_false(ok)
    return message
  end

  it("such as a misspelt aggregate is found before its columns", function()
    assert.is_truthy(message_of(function() return t:by "country":agg "x = medain(n)" end)
      :find("unknown function 'medain': did you mean 'median'?", 1, true))
  end)

  it("such as a condition that is none names its type", function()
    assert.is_truthy(message_of(function() return t:where "n" end)
      :find("a condition such as n > 5 expected, got int64", 1, true))
  end)
end)
