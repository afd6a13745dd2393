-- Arrow read: what other programs wrote (spec/io/arrow: Polars' files, apache-arrow's file and stream), damage, the
-- command; and written.
local blotter = require "blotter"
local command = require "command"

local here = "spec/io/arrow/"
local folder

local FILES = { "zstd.arrow", "lz4.arrow", "uncompressed.arrow" }

describe("an Arrow file", function()
  setup(function() folder = command.folder() end)
  teardown(function() command.remove(folder) end)

  it("tells its columns without a look at its rows", function()
    local t = blotter.table "n int64, s string"
    for i = 1, 1000 do t:append(i, "s" .. i % 7) end
    for _, name in ipairs { "/damaged.arrow", "/damaged.arrows" } do
      local path = folder .. name
      assert(t:arrow(path))
      local file = assert(io.open(path, "r+b"))
      file:seek("set", 2000) -- behind the schema, before the end
      file:write(("?"):rep(1000))
      file:close()
      local _, list = command.run("schema " .. path)
      assert.matches("n +int64 +false\ns +string +false\n", list)
    end
  end)

  it("is read in every compression, with views, nulls and booleans", function()
    local lines = { "i,s,f,n,b" }
    for i = 0, 39 do
      local s = i % 5 == 0 and "short" or "a name that is longer than twelve " .. i % 4
      lines[#lines + 1] = ("%d,%s,%s,%s,%s"):format(i, s, i / 8, i % 3 == 0 and "" or i, i % 2 == 0)
    end
    local expected = table.concat(lines, "\n") .. "\n"
    for _, name in ipairs(FILES) do
      local t = assert(blotter.arrow(here .. name))
      assert.is_true(t:check())
      assert.equal(expected, t:csv(), name)
    end
  end)

  it("is read with dictionaries, as a file and as a stream", function()
    local lines = { "k,i8,u16,f4,day,at,s" }
    for i = 0, 39 do
      lines[#lines + 1] = ("%s,%d,%d,%s,%s,1970-01-01T00:00:%02dZ,%s"):format(i % 4 == 0 and "" or "code " .. i % 4,
        i - 20, i * 1000, i / 4, os.date("!%Y-%m-%d", i * 86400), i, i % 7 == 0 and "" or "text " .. i)
    end
    local expected = table.concat(lines, "\n") .. "\n"
    for _, name in ipairs { "dictionary.arrow", "dictionary.arrows" } do
      assert.equal(expected, assert(blotter.arrow(here .. name)):csv(), name)
    end
    local bytes = command.slurp(here .. "dictionary.arrows")
    local t = assert(blotter.arrow(function()
      local all = bytes
      bytes = nil
      return all
    end, { columns = { "s", "k" } }))
    assert.equal("s string, k string", tostring(t:schema()))
    assert.has_error(function() blotter.arrow(here .. "dictionary.arrow", { columns = { "kk" } }) end)
  end)

  it("is an error or the same number of rows, whatever byte is damaged or missing", function()
    for _, name in ipairs { "zstd.arrow", "dictionary.arrow", "dictionary.arrows" } do
      local bytes = command.slurp(here .. name)
      local function read(damaged)
        local given = false
        return blotter.arrow(function()
          if given then return nil end
          given = true
          return damaged
        end, { skip = true, binary = "string" })
      end
      for at = 1, #bytes do
        local damaged = bytes:sub(1, at - 1) .. string.char(bytes:byte(at) ~ (1 << at % 8)) .. bytes:sub(at + 1)
        local t, message = read(damaged)
        if t then
          assert.is_true(t:check())
        else
          assert.is_string(message)
        end
        if at % 8 == 0 and name:match "arrow$" then assert.is_nil((read(bytes:sub(1, at - 1)))) end
      end
    end
  end)

  it("is what the command reads, and a database imports", function()
    local _, out = command.run("query " .. here .. "zstd.arrow --agg 'i = sum(i)' -f csv")
    assert.equal("i\n780\n", out)
    local db = blotter.memory()
    assert.equal(40, #assert(db:import("t", here .. "dictionary.arrow")))
    local _, message = blotter.csv(here .. "zstd.arrow")
    assert.matches("read it with arrow", message)
  end)
end)

describe("the columns of a file", function()
  it("are listed by the command, with those that cannot be read and why", function()
    local status, out = command.run("schema " .. here .. "dictionary.arrow -f csv")
    assert.equal(0, status)
    assert.equal("column,type,required\nk,string,false\ni8,int64,false\nu16,int64,false\nf4,float64,false\n"
      .. "day,date,false\nat,timestamp,false\ns,string,false\n", out)
  end)
end)

describe("Arrow written", function()
  local t

  setup(function()
    folder = command.folder()
    t = blotter.csv("i,s,f,b,d,at,dec\n1,a,1.5,true,2020-01-01,2020-01-01T10:00:00Z,1.25\n,,,,,,\n"
      .. "-3,Köln,2.5,false,0001-01-01,9999-12-31T23:59:59.999999Z,-3.10\n4,a,nan,true,2000-01-01,,0.00\n"
      .. "5,a,-inf,true,2000-01-01,,0.00\n", { decimals = true })
  end)
  teardown(function() command.remove(folder) end)

  local function same(back)
    assert.is_true(back:check())
    assert.equal(t:csv(), back:csv())
    assert.equal(tostring(t:schema()), tostring(back:schema()))
  end

  it("is read back the same, as a file and as a stream, in every compression, with and without dictionaries", function()
    for _, options in ipairs { {}, { stream = true }, { compression = "lz4" }, { compression = "zstd" },
      { dictionaries = false } } do
      assert.equal(5, t:arrow(folder .. "/t.arrow", options))
      same(assert(blotter.arrow(folder .. "/t.arrow")))
    end
  end)

  it("is a file by its name, and a stream to a function, a text, a pipe and .arrows", function()
    t:arrow(folder .. "/t.arrow")
    assert.equal("ARROW1", command.slurp(folder .. "/t.arrow"):sub(1, 6))
    t:arrow(folder .. "/t.arrows")
    local pieces = {}
    t:arrow(function(piece) pieces[#pieces + 1] = piece end)
    assert.equal(t:arrow(), table.concat(pieces))
    assert.equal(t:arrow(), command.slurp(folder .. "/t.arrows"))
    local all = t:arrow()
    same(assert(blotter.arrow(function()
      local piece = all
      all = nil
      return piece
    end)))
    local source = folder .. "/t.csv"
    t:csv(source)
    local status, out = command.run(("export %s - --as arrow | %s query - --as arrow -f csv --select i,s")
      :format(source, command.path()))
    assert.equal(0, status, out)
    assert.equal("i,s\n1,a\n,\n-3,Köln\n4,a\n5,a\n", out)
  end)

  it("leaves out entries that no row has, and writes what hardly repeats as it is", function()
    local rows = {}
    for i = 1, 4000 do rows[i] = ("%d,name %d,text %d"):format(i, i % 1000, i) end
    local many = blotter.csv("i,s,u\n" .. table.concat(rows, "\n") .. "\n")
    local few = many:where "i <= 20 and i % 2 == 0":select "i, s, u"
    assert.equal(few:csv(), blotter.arrow(function()
      local once = rows and few:arrow()
      rows = nil
      return once
    end):csv())
    assert.is_true(#few:arrow() < 4000)
    assert.is_nil(few:arrow():find("name 500", 1, true))
  end)

  it("is handed over as a stream of Arrow's C interface, once", function()
    local stream <close> = t:where "i > 0 or i == nil":arrow_stream()
    assert.equal("an Arrow stream", tostring(stream))
    assert.equal("userdata", type(stream:pointer()))
    local back, info = assert(blotter.arrow(stream:pointer(), { columns = { "s", "i" } }))
    assert.equal("s,i\na,1\n,\na,4\na,5\n", back:csv())
    assert.equal(4, info.rows)
    assert.matches("taken or closed", tostring(stream))
    assert.has_error(function() blotter.arrow(stream) end)
    same(assert(blotter.arrow(t:arrow_stream { dictionaries = false })))
    local first, second = t:arrow_stream(), t:arrow_stream()
    assert.equal(5, #assert(blotter.arrow(second:pointer())))
    assert.equal(second:pointer(), t:arrow_stream { into = second:pointer() })
    first:close()
    first:close()
    same(assert(blotter.memory():import("t", second)))
    t:arrow_stream() -- is released by the collector
    collectgarbage()
    assert.has_error(function() blotter.arrow(blotter.null) end)
    assert.has_error(function() t:arrow_stream { into = 5 } end)
  end)

  it("refuses what it cannot do", function()
    assert.has_error(function() t:arrow(folder .. "/t.csv") end)
    assert.has_error(function() t:arrow(folder .. "/t.arrow", { compression = "snappy" }) end)
    assert.has_error(function() t:arrow(folder .. "/t.arrow", { stream = 1 }) end)
    assert.is_nil((t:arrow(folder .. "/none/t.arrow")))
  end)
end)
