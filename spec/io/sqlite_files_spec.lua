--- SQLite files read and written: types, nulls, values that are not what their column says, several tables.
local blotter = require "blotter"
local command = require "command"
local luasql = require "luasql.sqlite3"

describe("an SQLite file", function()
  local folder, path

  --- Runs statements on the file by another program's library.
  local function sql(...)
    local environment = luasql.sqlite3()
    local connection = assert(environment:connect(path))
    for _, statement in ipairs { ... } do assert(connection:execute(statement)) end
    connection:close()
    environment:close()
  end

  before_each(function()
    folder = command.folder()
    path = folder .. "/shop.sqlite"
  end)
  after_each(function() command.remove(folder) end)

  it("is read by the types that its columns are declared with, and by their values where that says nothing", function()
    sql("CREATE TABLE t (i INTEGER NOT NULL, f REAL, s VARCHAR(20), b BOOLEAN, d DATE, at DATETIME, m DECIMAL(8,2), "
      .. "x, y NUMERIC, \"odd \"\" name\" TEXT)",
      "INSERT INTO t VALUES (1, 1.5, 'a', 1, '2020-02-29', '2020-01-01 10:00:00', 12.5, 7, 1, 'q'), "
      .. "(-9223372036854775808, 2, '', 0, NULL, '2020-01-01T10:00:00+02:00', '-0.25', 8, 2.5, NULL), "
      .. "(3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)")
    local t, info = assert(blotter.sqlite(path, "t"))
    assert.equal('i int64 required, f float64, s string, b bool, d date, at timestamp, m decimal(8,2), x int64, '
      .. 'y float64, `odd " name` string', tostring(t:schema()))
    assert.same({ rows = 3, table = "t" }, info)
    assert.equal("1,1.5,a,true,2020-02-29,2020-01-01T10:00:00Z,12.50,7,1.0,q\n"
      .. "-9223372036854775808,2.0,\"\",false,,2020-01-01T08:00:00Z,-0.25,8,2.5,\n3,,,,,,,,,\n",
      t:csv(nil, { header = false }))
    assert.equal(3, #assert(blotter.sqlite(path)))
  end)

  it("refuses a value that its column does not say, with its row, and reads it as text when told", function()
    sql("CREATE TABLE t (n INTEGER, b BOOLEAN, d DATE, k)",
      "INSERT INTO t VALUES (1, 1, '2020-01-01', x'00ff'), ('12 apples', 2, 'soon', x'61')")
    local rows, message, code = blotter.sqlite(path, "t", { binary = "string" })
    assert.is_nil(rows)
    assert.matches("column 'n', row 2: the text '12 apples' in a column of int64: {types = {n = ", message, 1, true)
    assert.equal("format", code)
    local _, blob = blotter.sqlite(path, "t", { types = { n = "string", b = "int64", d = "string" } })
    assert.matches("column 'k', row 1: a blob", blob, 1, true)
    local _, bool = blotter.sqlite(path, "t", { types = { n = "string", d = "string" }, binary = "string" })
    assert.matches("column 'b', row 2: the integer 2 in a column of bool", bool, 1, true)
    local types = { n = "string", b = "int64", d = "string" }
    local t = assert(blotter.sqlite(path, "t", { types = types, binary = "string" }))
    assert.same({ n = "12 apples", b = 2, d = "soon", k = "a" }, t:query():row(2))
    assert.has_error(function() blotter.sqlite(path, "t", { types = { z = "string" } }) end)
  end)

  it("has several tables, of which one is named", function()
    sql("CREATE TABLE orders (n INTEGER)", "CREATE TABLE lines (n INTEGER)", "INSERT INTO orders VALUES (5)",
      "CREATE VIEW many AS SELECT n + 1 AS n FROM orders")
    local _, message = blotter.sqlite(path)
    assert.matches("several tables, name one: orders, lines, many", message, 1, true)
    assert.equal("n\n6\n", assert(blotter.sqlite(path, "many")):csv())
    local found, misspelt = pcall(blotter.sqlite, path, "ordres")
    assert.is_false(found)
    assert.matches("there is no table 'ordres'.*orders", misspelt)
    local db = blotter.memory()
    assert.equal(1, #assert(db:import("o", path, { table = "orders" })))
    assert.equal(0, #assert(blotter.sqlite(path, "lines")))
  end)

  it("is written with types that come back, whole or not at all", function()
    local t = blotter.csv("i,s,f,b,d,at,m\n1,a,1.5,true,2020-01-01,2020-01-01T10:00:00.25Z,1.25\n,,,,,,\n"
      .. "-3,K\xc3\xb6ln,-inf,false,0001-01-01,9999-12-31T23:59:59.999999Z,-3.10\n", { decimals = true,
      types = { m = "decimal(18,2)", f = "float64" } })
    assert.equal(3, assert(t:sqlite(path, "t")))
    local back = assert(blotter.sqlite(path, "t"))
    assert.equal(t:csv(), back:csv())
    assert.equal(tostring(t:schema()), tostring(back:schema()))
    local done, message = t:sqlite(path, "t")
    assert.is_nil(done)
    assert.matches("already exists", message)
    assert.equal(3, t:sqlite(path, "t", { mode = "append" }))
    assert.equal(6, #blotter.sqlite(path, "t"))
    assert.equal(2, t:where "i > 0 or i == nil":sqlite(path, "t", { mode = "replace" }))
    assert.equal(2, #blotter.sqlite(path, "t"))
    local exact = blotter.table "m decimal(18,2)"
    exact:append { m = "1234567890123456.78" }
    exact:sqlite(path, "exact")
    assert.equal("m\n1234567890123456.78\n", blotter.sqlite(path, "exact"):csv())
  end)

  it("is as it was when writing fails", function()
    local nan = blotter.csv "f\n1\nnan\n"
    local done, message = nan:sqlite(path, "t")
    assert.is_nil(done)
    assert.matches("column 'f', row 2: nan", message)
    assert.is_nil(io.open(path))
    blotter.csv "n\n1\n":sqlite(path, "t")
    assert.is_nil((nan:sqlite(path, "t", { mode = "replace" })))
    assert.equal("n\n1\n", blotter.sqlite(path, "t"):csv())
    assert.has_error(function() nan:sqlite(path) end)
    assert.is_nil((nan:sqlite(folder .. "/none/x.sqlite", "t")))
    command.spill(path, "this is no database, but a text of more than a few letters\n")
    local _, other = blotter.sqlite(path, "t")
    assert.matches("not a database", other)
    assert.is_nil((blotter.sqlite(folder .. "/missing.sqlite")))
  end)

  it("is what the command reads and writes as path:table", function()
    blotter.csv "n,s\n1,a\n2,b\n":sqlite(path, "t")
    local _, out = command.run(("query %s:t --agg 'n = sum(n)' -f csv"):format(path))
    assert.equal("n\n3\n", out)
    local status, text, err = command.run(("export %s:t %s:u"):format(path, path))
    assert.equal(0, status, text .. err)
    assert.equal("n,s\n1,a\n2,b\n", blotter.sqlite(path, "u"):csv())
    local refused, _, message = command.run("query " .. path)
    assert.not_equal(0, refused)
    assert.matches("several tables", message)
    local _, listed = command.run(("schema %s -f csv"):format(path))
    assert.equal("table,column,type,required\nt,n,int64,false\nt,s,string,false\nu,n,int64,false\nu,s,string,false\n",
      listed)
    local db = folder .. "/d.blt"
    assert.equal(0, (command.run(("import %s:u --into %s:u"):format(path, db))))
    local _, in_database = command.run(("schema %s -f csv"):format(db))
    assert.equal("table,column,type,required\nu,n,int64,false\nu,s,string,false\n", in_database)
  end)
end)
