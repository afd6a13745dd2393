local blotter = require "blotter"

local SCHEMA = "id int64 key, name string, n int64"

local function path()
  local name = os.tmpname()
  os.remove(name)
  return name .. ".blt"
end

describe("a database", function()
  local file
  before_each(function() file = path() end)
  after_each(function() os.remove(file) end)

  it("keeps tables by name", function()
    local db <close> = blotter.memory()
    local t = db:create("tips", SCHEMA)
    assert.equal(t, db:table "tips")
    assert.same({ "tips" }, db:tables())
    assert.matches("db_spec.lua:%d+: there is a table 'tips' already", select(2, pcall(db.create, db, "tips", SCHEMA)))
    assert.matches("unknown table 'tipz': did you mean 'tips'", select(2, pcall(db.table, db, "tipz")))
    assert.is_true(db:drop "tips")
    assert.same({}, db:tables())
  end)

  it("gives back from its file what was committed, and nothing else", function()
    do
      local db <close> = assert(blotter.open(file))
      local t = db:create("tips", SCHEMA)
      assert(t:append(1, "a", 10))
      assert(db:commit())
      assert(t:append(2, "b", 20))
    end
    local db <close> = assert(blotter.open(file, { readonly = true }))
    local t = db:table "tips"
    assert.equal(1, #t)
    assert.same({ id = 1, name = "a", n = 10 }, t:get(1))
    assert.is_true(db:check())
    local value, _, code = t:append(3, "c", 30)
    assert.is_nil(value)
    assert.equal("readonly", code)
  end)

  it("has one writer and any number of readers", function()
    local db <close> = assert(blotter.open(file))
    db:create("tips", SCHEMA):append(1, "a", 10)
    assert(db:commit())
    local second, message, code = blotter.open(file)
    assert.is_nil(second)
    assert.is_string(message)
    assert.equal("busy", code)
    local reader <close> = assert(blotter.open(file, { readonly = true }))
    db:table "tips":append(2, "b", 20)
    assert(db:commit())
    assert.equal(1, #reader:table "tips")
    assert.equal(2, #db:table "tips")
  end)

  it("refuses what is no file of its own", function()
    local text = assert(io.open(file, "wb"))
    text:write(("this is no database\n"):rep(1000))
    text:close()
    local db, message, code = blotter.open(file)
    assert.is_nil(db)
    assert.equal("format", code)
    assert.matches(file, message, 1, true)
    assert.equal("io", select(3, blotter.open("/nonexistent/x.blt")))
    assert.equal("io", select(3, blotter.open(file .. "2", { must_exist = true })))
    assert.is_false(pcall(blotter.open, file, { readonly_ = true }))
  end)

  it("commits a transaction whole or not at all", function()
    local db <close> = blotter.memory()
    local t = db:create("tips", SCHEMA)
    assert(t:append(1, "a", 10))
    assert.equal("done", db:transaction(function()
      t:append(2, "b", 20)
      return "done"
    end))
    local ok, message = pcall(db.transaction, db, function()
      t:append(3, "c", 30)
      t:update("id == 1", { n = 0 })
      t:delete "id == 2"
      error "on purpose"
    end)
    assert.is_false(ok)
    assert.matches("on purpose", message)
    assert.equal(2, #t)
    assert.equal(10, t:get(1).n)
    local value, why = db:transaction(function()
      t:append(4, "d", 40)
      return nil, "not this time"
    end)
    assert.is_nil(value)
    assert.equal("not this time", why)
    assert.equal(2, #t)
    assert.is_false(db:in_transaction())
    assert.is_true(db:check())
  end)

  it("raises in a transaction's body for what is refused, which so leaves nothing", function()
    local db <close> = blotter.memory()
    local t = db:create("tips", SCHEMA)
    assert(t:append(1, "a", 10))
    local refused = {
      append = function() t:append(1, "again", 0) end,
      append_named = function() t:append { s = "without a key" } end,
      append_rows = function() t:append_rows { { 6, "a", 1 }, { 1, "again", 0 } } end,
      append_columns = function() t:append_columns { id = { 7, 1 }, s = { "a", "b" }, n = { 1, 2 } } end,
      upsert = function() t:upsert { s = "x" } end,
      update = function() t:update("id == 9", "id = 1") end,
      csv = function() blotter.csv("id,s,n\n1,again,0\n", { into = t }) end,
      import = function() db:import("other", "a,b\n1\n") end,
      create = function() db:create("tips", SCHEMA) end,
      save = function() db:save("tips", t:where "n > 0") end,
      drop = function() db:drop "nothing" end,
    }
    for verb, refuse in pairs(refused) do
      local ok, message = pcall(db.transaction, db, function()
        assert(t:append(9, "first", 1))
        refuse()
      end)
      assert.is_false(ok, verb)
      assert.is_string(message)
      assert.equal(1, #t, verb)
      assert.is_false(db:in_transaction())
    end
    assert.same({ nil, "key" }, { nil, select(3, t:append(1, "again", 0)) })
    assert.is_true(db:check())
  end)

  it("says so when rows that are still read keep a transaction from being rolled back", function()
    local db <close> = blotter.memory()
    local t = db:create("tips", SCHEMA)
    assert(t:append(1, "a", 10))
    local f = require "blotter.core"
    local next_row = f.iterate(t, { "id" })
    local ok, message = pcall(db.transaction, db, function() error "on purpose" end)
    assert.is_false(ok)
    assert.matches("on purpose.*still open", message)
    while next_row() do end
    assert(db:rollback())
  end)

  it("gives the table that a name stands for, also after a rollback", function()
    local db <close> = blotter.memory()
    local old = db:create("tips", SCHEMA)
    db:begin()
    db:drop "tips"
    local new = db:create("tips", "other string")
    assert.equal(new, db:table "tips")
    db:rollback()
    assert.equal("id", db:table "tips":schema()[1].name)
    assert.is_true(old:append(1, "a", 10))
    assert.equal(1, #db:table "tips")
    assert.matches("db_spec.lua:%d+: the table is no longer", select(2, pcall(new.append, new, "x")))
    local _, message = pcall(new.update, new, "true", { other = "x" })
    assert.matches("db_spec.lua:%d+: the table is no longer", message)
  end)

  it("refuses a transaction without a body before it begins", function()
    local db <close> = blotter.memory()
    assert.matches("db_spec.lua:%d+: transaction: a function expected, got 5", select(2, pcall(db.transaction, db, 5)))
    assert.is_false(db:in_transaction())
  end)

  it("refuses paths, names and waits that make no sense", function()
    for _, wrong in ipairs { "", "a\0b" } do
      assert.matches("db_spec.lua.+a path", select(2, pcall(blotter.open, wrong)))
    end
    for _, timeout in ipairs { -1, 0 / 0, "1" } do
      assert.matches("seconds expected", select(2, pcall(blotter.open, file, { timeout = timeout })))
    end
    local db <close> = assert(blotter.open(file, { timeout = math.huge }))
    assert.matches("zero byte", select(2, pcall(db.create, db, "a\0b", SCHEMA)))
    assert.equal("busy", select(3, blotter.open(file, { timeout = 0.01 })))
    for _, odd in ipairs { "/dev/null", "/tmp", ("x"):rep(5000), ("/tmp/%s/x"):format(("y"):rep(300)) } do
      local opened, message, code = blotter.open(odd)
      assert.is_nil(opened)
      assert.equal("io", code)
      assert.matches("cannot open '.+': %a.+", message)
    end
  end)

  it("forgets the strings of a rolled-back transaction, also when others share the dictionary", function()
    local db <close> = assert(blotter.open(file))
    local t = db:create("tips", SCHEMA)
    for i = 1, 100 do t:append(i, "old " .. i, i) end
    assert(db:commit())
    local append, frame = t:appender(), t:where "n > 50":collect()
    for round = 1, 3 do
      assert(db:begin())
      for i = 101, 1000 do append(i, ("new %d.%d"):format(round, i), i) end
      t:update("n < 10", { name = "changed" })
      assert(db:rollback())
      assert.equal(100, t:stats().columns[2].distinct)
    end
    append(101, "new 2.101", 1)
    append(102, "old 3", 1)
    assert(db:commit())
    assert.same({ id = 101, name = "new 2.101", n = 1 }, t:get(101))
    assert.equal("old 3", t:get(102).name)
    assert.equal("old 51", frame:first().name)
    assert.equal(101, t:stats().columns[2].distinct)
    assert.is_true(db:check())
  end)

  it("changes rows", function()
    local db <close> = blotter.memory()
    local t = db:create("tips", SCHEMA)
    for i = 1, 1000 do t:append(i, i % 2 == 0 and "even" or "odd", i) end
    assert.equal(500, t:update("name == 'even'", "n = n * 10, name = upper(name)"))
    assert.equal(20, t:get(2).n)
    assert.equal("EVEN", t:get(2).name)
    assert.equal(1, t:update("id == $id", { n = 7 }, { id = 3 }))
    assert.equal(7, t:get(3).n)
    assert.equal(1, t:update("id == 3", { n = blotter.null }))
    assert.is_nil(t:get(3).n)
    assert.equal(500, t:delete "name == 'odd'")
    assert.equal(500, #t)
    assert.is_nil(t:get(3))
    assert.equal("inserted", t:upsert { id = 3, name = "new", n = 1 })
    assert.equal("updated", t:upsert { id = 3, name = "newer", n = 2 })
    assert.same({ id = 3, name = "newer", n = 2 }, t:get(3))
    local value, _, code = t:update("id < 10", "id = 1")
    assert.is_nil(value)
    assert.equal("key", code)
    assert.matches("unknown column 'm'", select(2, pcall(t.update, t, "true", "m = 1")))
    assert.is_true(db:check())
    assert.equal(501, t:agg "k = count()":value())
  end)

  it("takes numbers with a point for columns of every number type", function()
    local t = blotter.table "id int64, f float64, p decimal(9,2)"
    t:append(1, 0.5, "1.00")
    assert.equal(1, t:update("id == 1", "id = 2.0, f = 7.5, p = 2.5"))
    assert.same({ id = 2, f = 7.5, p = 2.5 }, t:first())
    assert.equal(1, t:update("true", "f = -7.25"))
    assert.equal(-7.25, t:first().f)
    assert.is_nil((t:update("true", "id = 2.5")))
    assert.equal(2, t:first().id)
  end)

  it("takes answers of queries and keeps a table alive by itself", function()
    local t = blotter.memory():create("tips", SCHEMA)
    collectgarbage()
    collectgarbage()
    assert.is_true(t:append(1, "a", 10))
    local db <close> = assert(blotter.open(file))
    local saved = assert(db:save("copy", t:select "name, n"))
    assert.equal(1, #saved)
    assert.is_true(saved:append("b", 20))
    assert(db:commit())
    assert(db:compact())
    assert.equal(2, #db:table "copy")
    assert.equal(2, saved:stats().rows)
  end)

  it("imports CSV as a table, or leaves no trace", function()
    local db <close> = blotter.memory()
    local t, info = assert(db:import("x", "a,b\n1,x\n2,y\n"))
    assert.equal(2, #t)
    assert.equal(2, info.rows)
    assert.is_nil((db:import("y", "a,b\n1\n")))
    assert.same({ "x" }, db:tables())
  end)

  it("lets go of its file when it is closed, whoever still holds its rows", function()
    local numbers = {}
    for i = 1, 70000 do numbers[i] = i end
    local db = assert(blotter.open(file))
    assert(db:create("days", "n int64"):append_columns { n = numbers })
    assert(db:commit())
    db:close()
    db = assert(blotter.open(file))
    local rows = db:table "days":where "n > 5":collect()
    db:close()
    local again <close> = assert(blotter.open(file))
    assert.is_true(again:is_open())
    assert.equal(69995, #rows)
  end)

  it("falls back to the commit before a damaged one, and says so", function()
    do
      local db <close> = assert(blotter.open(file))
      db:create("tips", SCHEMA):append(1, "a", 10)
      assert(db:commit())
      db:table "tips":append(2, "b", 20)
      assert(db:commit())
      assert.is_nil(db:info().warning)
    end
    local bytes = assert(io.open(file, "r+b"))
    bytes:seek("set", 8192 + 64) -- the checksum of commit 3
    bytes:write "damage"
    bytes:close()
    local db <close> = assert(blotter.open(file))
    assert.equal(1, #db:table "tips")
    assert.matches("root slot 1 .+commit 4", db:info().warning)
    local checked, message, code = db:check()
    assert.is_nil(checked)
    assert.equal("format", code)
    assert.matches("root slot 1", message)
    db:table "tips":append(3, "c", 30)
    assert(db:commit())
    assert.is_nil(db:info().warning)
    assert.is_true(db:check())
  end)

  it("refuses work after it is closed", function()
    local db = assert(blotter.open(file))
    local t = db:create("tips", SCHEMA)
    db:close()
    db:close()
    assert.is_false(pcall(db.tables, db))
    assert.equal("blotter.db: closed", tostring(db))
    assert.matches("no longer part of an open database", select(2, pcall(t.append, t, 1, "a", 1)))
  end)
end)
