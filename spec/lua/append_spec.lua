local blotter = require "blotter"

local function refused(...)
  local value, message, code = ...
  assert.is_nil(value)
  assert.is_string(message)
  return code, message
end

describe("appending", function()
  local t
  before_each(function()
    t = blotter.table "id int64 key, name string required, x float64, d decimal(5,2), day date"
  end)

  it("takes positional and named rows", function()
    assert.is_true(t:append(1, "a", 0.5, "1.25", "2012-01-31"))
    assert.is_true(t:append { 2, "b" })
    assert.is_true(t:append { id = 3, name = "c", d = 7 })
    assert.is_true(t:append { 4, "d", nil, 1.5, n = 5 })
    assert.equal(4, #t)
    assert.same({ id = 3, name = "c", d = 7.0 }, t:get(3))
    assert.equal(1.5, t:get(4).d)
    assert.is_nil(t:get(5))
  end)

  it("takes named rows whose keys come in any order, some left out, some longer than Lua keeps once", function()
    local long = ("column "):rep(9):gsub(" ", "_")
    local u = blotter.table("id int64, n int64, a string, " .. long .. " float64, b bool")
    local names = { "id", "n", "a", long, "b" }
    local function value(name, i)
      return name == "a" and "text " .. i % 7 or name == long and i / 4 or name ~= "b" and i or i % 2 == 0
    end
    local expected = {}
    for i = 1, 500 do
      local row = {}
      for k = 0, 4 do
        local name = names[(i * 3 + k * (i % 2 == 0 and 2 or 3)) % 5 + 1]
        if (i * 7 + k) % 6 ~= 0 then row[table.concat { name }] = value(name, i) end
      end
      expected[i] = row
      if i % 2 == 0 then
        assert.is_true(u:append(row))
      else
        assert.equal(1, u:append_rows { row })
      end
    end
    for i, row in u:rows() do assert.same(expected[i], row) end
    local ok, message = pcall(u.append, u, { id = 1, n = 2, other = 3 })
    assert.is_false(ok)
    assert.matches("unknown column 'other'", message)
    assert.equal(500, #u)
  end)

  it("is refused when a finalizer closes the table that a row goes to", function()
    local rows = { { 1, "a", n = 3 }, { id = 1, name = "a" }, { n = 2 } }
    local name = os.tmpname()
    os.remove(name)
    for k = 1, 40 do
      local db = assert(blotter.open(name .. ".blt"))
      local u = db:create("u", "id int64, name string, d decimal(5,2)")
      setmetatable({}, { __gc = function() db:close() end })
      for i = 1, 400 do
        local ok, done, message = pcall(u.append, u, rows[(i + k) % 3 + 1])
        if not (ok and done) then
          local said = ok and message or done
          assert.truthy(said:find "closed" or said:find "no longer part of an open database", said)
          break
        end
      end
      db:close()
      os.remove(name .. ".blt")
    end
  end)

  it("raises for what no row can be", function()
    assert.has_error(function() t:append(1, "a") end)
    assert.has_error(function() t:append(1, 2, 3, 4, 5) end)
    assert.has_error(function() t:append { id = 1, nmae = "x" } end)
    assert.has_error(function() t:append { 1, "a", 1, 1, "2012-01-01", 6 } end)
    assert.has_error(function() t:append { 1.5, "a" } end)
    assert.has_error(function() t:append { "1", "a" } end)
    assert.equal(0, #t)
  end)

  it("returns nil, a message and a code for bad data, and keeps nothing of the row", function()
    assert(t:append(1, "a", nil, nil, nil))
    assert.equal("key", refused(t:append(1, "b", nil, nil, nil)))
    assert.equal("null", refused(t:append(2, nil, nil, nil, nil)))
    assert.equal("format", refused(t:append(2, "b", nil, nil, "2012-02-30")))
    assert.equal("format", refused(t:append(2, "b", nil, "1.234", nil)))
    assert.equal("overflow", refused(t:append(2, "b", nil, 1000, nil)))
    local _, message = refused(t:append(2, "b", nil, nil, "tomorrow"))
    assert.matches("column 'day' %(date%).*2012%-01%-31 expected, got 'tomorrow'", message)
    assert.equal(1, #t)
    assert.is_true(t:check())
  end)

  it("adds many rows or none", function()
    assert.equal(2, t:append_rows { { 1, "a" }, { 2, "b" } })
    local code, message = refused(t:append_rows { { 3, "c" }, { 4, "d" }, { 1, "e" } })
    assert.equal("key", code)
    assert.matches("^row 3: ", message)
    assert.equal(2, #t)
    assert.equal(3, t:append_columns { id = { 5, 6, 7 }, name = { "x", "y", "z" }, x = { nil, 2.5, nil, n = 3 } })
    assert.equal(2.5, t:get(6).x)
    assert.has_error(function() t:append_columns { id = { 8 }, name = { "x", "y" } } end)
    assert.equal("null", refused(t:append_columns { id = { 8, 9 }, name = { "x", nil, n = 2 } }))
    assert.has_error(function() t:append_rows { { 10, "j" }, { id = 11, nom = "k" } } end)
    assert.equal(5, #t)
    assert.is_true(t:check())
  end)

  it("knows strings by what they mean now, also when a rollback took their codes back", function()
    local db <close> = blotter.memory()
    local names = db:create("names", "s string")
    local append = names:appender()
    append "kept"
    db:begin()
    for i = 1, 300 do append("gone " .. i) end
    db:rollback()
    for i = 300, 1, -1 do append("gone " .. i) end
    for i, row in names:rows() do assert.equal(i == 1 and "kept" or "gone " .. 302 - i, row.s) end
    assert.equal(301, #names)
  end)

  it("takes more different strings than are remembered, short and long, among nulls and what is none", function()
    local many = blotter.table "k int64, a string, b string"
    local append, long = many:appender(), ("x"):rep(41)
    local function texts(i)
      local a = i % 3 == 0 and "again " .. i % 900 or i % 7 ~= 0 and "only " .. i or nil
      return a, i % 2 == 0 and long .. i % 500 or i % 11 ~= 0 and "b" .. i % 20000 or nil
    end
    for i = 1, 400000 do
      append(i, texts(i))
      if i % 50000 == 0 then
        for _, none in ipairs { {}, io.stdout, print, true, 1 } do assert.is_false(pcall(append, i, none, "b")) end
        collectgarbage()
      end
    end
    assert.equal(400000, #many)
    for i, row in many:rows() do
      local a, b = texts(i)
      if a ~= row.a or b ~= row.b then assert.same({ k = i, a = a, b = b }, row) end
    end
    assert.is_true(many:check())
  end)

  it("has a closure that knows strings again, also after the collector moved on", function()
    local plain = blotter.table "s string, n int64"
    local append = plain:appender()
    for i = 1, 200000 do append("value " .. i % 5000, i) end
    assert.equal(200000, #plain)
    local seen = 0
    for _, row in plain:by "s":agg "n = count(), low = min(n)":rows() do
      seen = seen + 1
      assert.equal(40, row.n)
      assert.equal("value " .. row.low % 5000, row.s)
    end
    assert.equal(5000, seen)
    assert.has_error(function() append("a") end)
    assert.has_error(function() append("a", "b") end)
    assert.is_true(append(nil, nil))
    assert.equal(200001, #plain)
  end)

  it("takes null as lua-cjson has it", function()
    assert.equal(require "cjson".null, blotter.null)
    assert.is_true(t:append(1, "a", blotter.null, blotter.null, blotter.null))
    assert.same({ id = 1, name = "a" }, t:get(1))
  end)
end)

describe("schemas", function()
  it("read texts and tables, and come back in the form that they take", function()
    local t = blotter.table "a int64, b string required, c decimal(9,2) unique, primary key (a, b), unique (b)"
    local schema = t:schema()
    assert.same({ { name = "a", type = "int64", required = true }, { name = "b", type = "string", required = true },
      { name = "c", type = "decimal(9,2)", required = false }, primary = { "a", "b" }, unique = { { "c" }, { "b" } } },
      schema)
    assert.same(schema, blotter.table(schema):schema())
  end)

  it("are refused with what was meant", function()
    local function message(given) return select(2, pcall(blotter.table, given)) end
    assert.matches("unknown type 'in64': did you mean 'int64'", message "a in64")
    assert.matches("expected '%(' as in decimal", message "a decimal")
    assert.matches("'a' is there twice", message "a int64, a string")
    assert.matches("unknown column 'x' in a key", message "a int64, primary key (x)")
    assert.matches("decimal%(19,2%)", message "a decimal(19,2)")
    assert.matches("expected a column", message "")
  end)
end)
