--- Rows come into a table whose rows were all deleted as into any other, by every way in.

local blotter = require "blotter"

local SIZES = { 1, 100, 65535, 65536, 65537, 131072 }

--- Ways to add the rows (1, "x") and (2, nil).
local ways = {
  csv = function(t) assert(blotter.csv("a,s\n1,x\n2,\n", { into = t })) end,
  jsonl = function(t) assert(blotter.jsonl('{"a":1,"s":"x"}\n{"a":2}\n', { into = t })) end,
  append = function(t) assert(t:append(1, "x") and t:append(2, nil)) end,
  append_rows = function(t) assert.equal(2, t:append_rows { { 1, "x" }, { a = 2 } }) end,
  append_columns = function(t) assert.equal(2, t:append_columns { a = { 1, 2 }, s = { "x", n = 2 } }) end,
  appender = function(t)
    local add = t:appender()
    add(1, "x")
    add(2, nil)
  end,
}

local function filled(t, n)
  local a, s = {}, {}
  for i = 1, n do a[i], s[i] = -i, "old " .. i end
  assert.equal(n, t:append_columns { a = a, s = s })
end

local function expect(t)
  assert.same({ { a = 1, s = "x" }, { a = 2 } }, { t:row(1), t:row(2) })
  assert.equal(2, #t)
  assert.is_true(t:check())
end

describe("a table whose rows were all deleted", function()
  for name, add in pairs(ways) do
    it("takes rows from " .. name, function()
      for _, n in ipairs(SIZES) do
        local t = blotter.table "a int64, s string"
        filled(t, n)
        assert.equal(n, t:delete "true")
        add(t)
        expect(t)
        assert.equal(2, t:delete "true")
        add(t)
        expect(t)
      end
    end)
  end

  it("takes many rows, and none when a late one is bad", function()
    local lines = { "a,s" }
    for i = 1, 200000 do lines[i + 1] = i .. ",t" .. i % 1000 end
    local text = table.concat(lines, "\n") .. "\n"
    local t = blotter.table "a int64, s string"
    filled(t, 70000)
    t:delete "true"
    assert.is_nil((blotter.csv(text .. "x,bad\n", { into = t })))
    assert.equal(0, #t)
    assert(blotter.csv(text, { into = t }))
    assert.equal(200000, #t)
    assert.equal(200000 * 200001 // 2, t:agg "s = sum(a)":value())
    assert.is_true(t:check())
  end)

  it("takes rows in a file, with a key, and after reopening", function()
    local path = os.tmpname()
    os.remove(path)
    for _, n in ipairs { 1, 65536, 65537 } do
      local db = assert(blotter.open(path))
      local t, keyed = assert(db:create("t", "a int64, s string")), assert(db:create("k", "a int64 key, s string"))
      filled(t, n)
      filled(keyed, n)
      assert(db:commit())
      t:delete "true"
      keyed:delete "true"
      assert(db:commit())
      db:close()
      db = assert(blotter.open(path))
      t, keyed = db:table "t", db:table "k"
      ways.csv(t)
      ways.jsonl(keyed)
      assert.equal("updated", keyed:upsert { a = 1, s = "y" })
      assert.equal("inserted", keyed:upsert { a = -1, s = "z" })
      assert.equal("y", keyed:get(1).s)
      assert(db:commit())
      expect(t)
      assert.is_true(keyed:check())
      assert(db:compact())
      expect(t)
      db:close()
      os.remove(path)
    end
  end)
end)
