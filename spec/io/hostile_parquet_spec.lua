--- Parquet files that lie about themselves: counts without end, schemas as deep as a file is long, lengths beyond their
-- file. Each is refused with what is wrong, or has its four rows; none takes more memory than may be.

local blotter = require "blotter"
local command = require "command"
local parquet_bytes = require "parquet_bytes"

describe("a Parquet file that lies", function()
  local folder, path
  setup(function()
    folder = command.folder()
    path = folder .. "/lies.parquet"
    blotter.memory_limit = 256 << 20
  end)
  teardown(function()
    command.remove(folder)
    blotter.memory_limit = 0
  end)

  --- What comes of it: the sum of x, or the message; read at once and where it lies.
  local function outcome(wrong, options)
    command.spill(path, parquet_bytes.file(wrong))
    local both = {}
    for i, memory in ipairs { true, false } do
      options.memory = memory
      local ok, answer = pcall(function()
        local t, message = blotter.parquet(path, options)
        if not t then return message end
        return t:agg("s = sum(x)"):value()
      end)
      both[i] = { ok, answer }
    end
    return both[1][2], both[2][2]
  end

  it("is read when it tells the truth", function()
    local now, later = outcome({}, {})
    assert.same({ 10, 10 }, { now, later })
  end)

  it("about a number is refused or has its rows", function()
    local fields = { "rows", "groups", "elements", "group_rows", "values", "at", "bytes", "page_values", "page_bytes",
      "page_packed" }
    local numbers = { -1, 0, 3, 5, 255, 1 << 16, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 40, 1 << 62,
      math.maxinteger, math.mininteger }
    for _, field in ipairs(fields) do
      for _, n in ipairs(numbers) do
        for _, answer in ipairs { outcome({ [field] = n }, {}) } do
          local fine = answer == 10 or answer == nil or type(answer) == "string"
            and (answer:find "damaged" or answer:find "memory" or answer:find "reads at most")
          assert.is_truthy(fine, ("%s = %d: %s"):format(field, n, tostring(answer)))
        end
      end
    end
  end)

  it("about its pages has its rows", function()
    local function int(n) return string.pack("<i4", n) end
    -- Writers that know nothing of a page call it empty and count -1 nulls.
    for _, bounds in ipairs {
      { min = "", max = "", empty = true, nulls = -1 }, { min = "", max = "", empty = true, nulls = 0 },
      { min = int(1), max = int(4), empty = true, nulls = 4 }, { min = int(1), max = int(4), nulls = 4 },
      { min = int(4), max = int(1), nulls = 0 }, { min = int(1), max = int(4), nulls = 9 },
      { min = "1", max = "4", nulls = 0 }, { min = int(1), max = int(4), nulls = 0 } } do
      command.spill(path, parquet_bytes.file { bounds = bounds })
      local t = assert(blotter.parquet(path))
      assert.equal(4, t:where("x > 0"):count())
      assert.equal(10, t:where("x ~= 7"):agg("s = sum(x)"):value())
    end
    command.spill(path, parquet_bytes.file { bounds = { min = int(1), max = int(3), nulls = 0 } })
    local ok, message = pcall(function() return assert(blotter.parquet(path)):agg("s = sum(x)"):value() end)
    assert.is_false(ok)
    assert.matches("outside of the bounds that the file states", message)
  end)

  it("about its texts says the same of them as they do, or is refused", function()
    local bytes = command.slurp "spec/io/parquet/skips.parquet"
    local footer = #bytes - 8 - ("<I4"):unpack(bytes, #bytes - 7)
    local wheres = { "s == 'v1000'", "s == 'v1050'", "s == 'v1098'", "s < 'v1002'", "s > 'v1096'", "s == 'v1001'",
      "s in ('v1000', 'v1098')", "s == nil", "s ~= nil" }
    local function asked(t, where)
      local ok, n = pcall(function() return t:where(where):agg("a = count(), b = max(s)"):csv() end)
      return ok and n or nil
    end
    -- A bloom filter ends before the footer begins, and has no checksum either.
    for at = footer - 340, #bytes do
      for _, mask in ipairs { 1 << at % 8, 0xff } do
        command.spill(path, bytes:sub(1, at - 1) .. string.char(bytes:byte(at) ~ mask) .. bytes:sub(at + 1))
        local t, whole = blotter.parquet(path), blotter.parquet(path, { memory = true })
        for _, where in ipairs(t and whole and wheres or {}) do
          local answer = asked(t, where)
          if answer then assert.equal(asked(whole, where), answer, ("byte %d, mask %d: %s"):format(at, mask, where)) end
        end
      end
    end
  end)

  it("about its schema is refused, however deep or wide that is", function()
    local x, deep = parquet_bytes.element "x", {}
    for i = 1, 100000 do deep[i] = parquet_bytes.element("g", 1) end
    local below = table.concat(deep)
    for _, wrong in ipairs { { schema = below .. x, elements = #deep + 1 }, { schema = below, elements = #deep },
      { schema = parquet_bytes.element("s", (1 << 31) - 1) .. x }, { schema = parquet_bytes.element("s", -1) .. x },
      { schema = parquet_bytes.element("s", 0) .. x }, { schema = x, elements = 1 }, { schema = "", elements = 0 } } do
      for _, options in ipairs { {}, { flatten = true }, { skip = true } } do
        for _, answer in ipairs { outcome(wrong, options) } do
          assert.is_truthy(type(answer) == "string", tostring(answer))
        end
      end
    end
  end)

  it("and is read where it lies stops at Ctrl-C", function()
    local t = blotter.table "n int64"
    local append = t:appender()
    for i = 1, 400000 do append(i) end
    assert(t:parquet(path, { row_group = 65536 }))
    for at = 1, 3 do
      local q, calls = assert(blotter.parquet(path)):where "n % 7 == 3":by "k = n % 1000":agg "s = sum(n * n)", 0
      local ok, message = pcall(function()
        debug.sethook(function()
          calls = calls + 1
          if calls == at then
            debug.sethook()
            error "interrupted!"
          end
        end, "", 1)
        q:collect()
      end)
      debug.sethook()
      assert.is_false(ok)
      assert.matches("interrupted!", message)
      assert.equal(1000, #q:collect())
    end
  end)
end)
