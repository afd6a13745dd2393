--- Strings of a file's large dictionaries wait there until somebody asks for them: damage is told of then, and what
--- becomes of table, database and file meanwhile changes nothing.

local blotter = require "blotter"

local STRINGS, ROWS = 4000, 12000
local path, strings, mark

--- Bytes that nothing packs, so that they stand in the file as they are.
local function random_strings()
  local list = {}
  for i = 1, STRINGS do
    local bytes = {}
    for k = 1, 16 do bytes[k] = string.char(math.random(1, 255)) end
    list[i] = table.concat(bytes)
  end
  return list
end

local function write(name)
  local s, n, db <close> = {}, {}, assert(blotter.open(path))
  for i = 1, ROWS do s[i], n[i] = strings[i % STRINGS + 1], i end
  local t = assert(db:create(name, "n int64, s string"))
  assert(t:append_columns { n = n, s = s })
  assert(db:commit())
end

local function damage()
  local file = assert(io.open(path, "r+b"))
  local bytes = file:read "a"
  file:seek("set", assert(bytes:find(mark, 1, true)) + 3)
  file:write(mark:byte(5) == 7 and "\8" or "\7")
  file:close()
end

local function refuses(name, act, t)
  local done, answer, message = pcall(act, t)
  if done then assert.is_nil(answer, name .. " gave an answer") else message = answer end
  message = type(message) == "table" and message.message or message
  assert.is_truthy(tostring(message):find("dictionary", 1, true), name .. ": " .. tostring(message))
end

local function count_of(t, s)
  local n = 0
  for _, value in ipairs(t:values "s") do n = n + (value == s and 1 or 0) end
  return n
end

local function sum_of(t) return t:agg("x = sum(n)"):value() end

describe("the strings of a dictionary in a file", function()
  before_each(function()
    math.randomseed(11)
    path, strings = os.tmpname(), random_strings()
    os.remove(path)
    mark = strings[100]
    write "t"
  end)
  after_each(function() os.remove(path) end)

  it("are looked at by who asks for them, and damage among them is told of then", function()
    local touching = {
      first = function(t) return t:first() end,
      row = function(t) return t:row(9) end,
      rows = function(t) return t:rows()() end,
      values = function(t) return t:values "s" end,
      csv = function(t) return t:csv() end,
      where = function(t) return t:where "s == 'x'":count() end,
      group = function(t) return t:by "s":agg "c = count()":first() end,
      order = function(t) return t:order "s":first() end,
      min = function(t) return t:agg "m = min(s)":value() end,
      stats = function(t) return t:stats() end,
      check = function(t) return t:check() end,
      append = function(t) return t:append(1, "new") end,
      update = function(t) return t:update("n == 3", "s = 'changed'") end,
      delete = function(t) return t:delete "n == 3" end,
      collect = function(t) return t:collect() end,
    }
    damage()
    for name, act in pairs(touching) do
      local db <close> = assert(blotter.open(path))
      local t = db:table "t"
      assert.equal(ROWS, t:count())
      assert.equal(ROWS * (ROWS + 1) // 2, sum_of(t))
      assert.equal(5, t:where "n <= 5":count())
      refuses(name, act, t)
      refuses(name .. " again", act, t)
      assert.equal(ROWS, t:count())
    end
  end)

  it("stay what they were when database, table and file have changed", function()
    local left, kept
    do
      local db <close> = assert(blotter.open(path))
      local reader <close> = assert(blotter.open(path, { readonly = true }))
      left = reader:table "t"
      kept = assert(blotter.open(path, { readonly = true }))
      assert.equal(ROWS, left:count())
      assert(db:drop "t")
      assert(db:commit())
      for i = 1, 20 do
        local t = assert(db:create("u" .. i, "n int64, s string"))
        for k = 1, 300 do t:append(k, ("%d and %d"):format(i, k)) end
        assert(db:commit())
      end
      assert(db:compact())
    end
    write "v"
    for _, t in ipairs { left, kept:table "t" } do
      local s = t:values "s"
      for i = 1, ROWS do assert.equal(strings[i % STRINGS + 1], s[i]) end
    end
    kept:close()
  end)

  it("are there for who changes the table, and for the next to open it", function()
    do
      local db <close> = assert(blotter.open(path))
      local t = db:table "t"
      assert.equal(ROWS, t:count())
      t:append(ROWS + 1, strings[5])
      t:append(ROWS + 2, "new")
      assert.equal(ROWS // STRINGS + 1, count_of(t, strings[5]))
      assert(t:update("n == 1", "s = 'changed'"))
      assert(db:commit())
      assert(t:delete "n > 10")
      assert(db:commit())
      assert(db:compact())
      assert.equal("changed", t:where "n == 1":first().s)
    end
    local db <close> = assert(blotter.open(path))
    assert(db:check())
    local s = db:table "t":values "s"
    assert.equal("changed", s[1])
    for i = 2, 10 do assert.equal(strings[i % STRINGS + 1], s[i]) end
  end)
end)
