-- Parquet read: what other programs wrote (spec/io/parquet, by DuckDB), types, refusals, several files, the command.
local blotter = require "blotter"
local command = require "command"

local here = "spec/io/parquet/"
local folder

local function csv(name, options)
  local t, message = blotter.parquet(here .. name .. ".parquet", options)
  return t and t:csv() or message
end

--- The column's cells, as CSV writes them.
local function cells(t, name)
  local found = {}
  for cell in t:query():select(name):csv(nil, { null = "-" }):gmatch "[^\n]+" do found[#found + 1] = cell end
  table.remove(found, 1)
  return table.concat(found, " ")
end

describe("a Parquet file", function()
  setup(function() folder = command.folder() end)
  teardown(function() command.remove(folder) end)

  it("is read in every compression", function()
    local lines = { "i,s,f,n" }
    for i = 0, 39 do
      lines[#lines + 1] = ("%d,name %d,%s,%s"):format(i, i % 4, tostring(i / 8), i % 3 == 0 and "" or i)
    end
    local expected = table.concat(lines, "\n") .. "\n"
    for _, codec in ipairs { "snappy", "zstd", "gzip", "lz4_raw", "brotli" } do
      assert.equal(expected, csv(codec), codec)
    end
  end)

  it("is read in the newer encodings", function()
    local t = assert(blotter.parquet(here .. "version2.parquet"))
    assert.equal(40, #t)
    local i = 0
    for _, row in t:query():rows() do
      local f = string.unpack("<f", string.pack("<f", i / 10))
      assert.same({ i, -i * i * 1000000, i % 7, f, "common beginning " .. i }, { row.i, row.j, row.k, row.f, row.s })
      i = i + 1
    end
  end)

  it("has its types, exactly", function()
    local t, info = assert(blotter.parquet(here .. "types.parquet", { skip = true }))
    assert.is_true(t:check())
    local expected = {
      i8 = { "int64", "-3 -2 -1 0 1 2" }, i16 = { "int64", "0 37 74 111 148 185" },
      i32 = { "int64", "0 -7 -14 -21 -28 -35" },
      i64 = { "int64", "0 1234567890123 2469135780246 3703703670369 4938271560492 6172839450615" },
      u8 = { "int64", "0 40 80 120 160 200" }, u16 = { "int64", "0 10000 20000 30000 40000 50000" },
      u32 = { "int64", "0 700000000 1400000000 2100000000 2800000000 3500000000" },
      u64 = { "int64", "0 1000 2000 3000 4000 5000" }, f32 = { "float64", "0.0 0.125 0.25 0.375 0.5 0.625" },
      b = { "bool", "true false - true false false" }, s = { "string", "name 0 name 1 name 2 name 0 name 1 name 2" },
      ns = { "string", "ß0 ß1 ß2 ß3 - ß5" }, d4 = { "decimal(4,2)", "0.00 -1.25 -2.50 -3.75 -5.00 -6.25" },
      d9 = { "decimal(9,2)", "0.00 1.25 2.50 3.75 5.00 6.25" },
      d18 = { "decimal(18,4)", "0.0000 1234567.2500 2469134.5000 3703701.7500 4938269.0000 6172836.2500" },
      d38 = { "decimal(18,3)", "0.000 -1.250 -2.500 -3.750 -5.000 -6.250" },
      d = { "date", "1969-12-30 1969-12-31 1970-01-01 1970-01-02 1970-01-03 1970-01-04" },
      n = { "int64", "- 1 - 3 - 5" }, none = { "int64", "- - - - - -" },
      tm = { "string",
        "00:00:00.250000 13:00:00.250000 02:00:00.250000 15:00:00.250000 04:00:00.250000 17:00:00.250000" },
    }
    local types = {}
    for _, column in ipairs(t:query():collect():columns()) do types[column.name] = column.type end
    for name, case in pairs(expected) do
      assert.equal(case[1], types[name], name)
      assert.equal(case[2], cells(t, name), name)
    end
    assert.equal("00112233-4455-6677-8899-aabbccddee00", t:row(1).uu)
    assert.equal(1 / 7, t:row(2).f64)
    assert.same({ "1969-12-31T23:59:58.5Z", "2020-01-01T00:00:00.000001Z", "2020-01-01T00:00:00Z",
      "2020-01-01T00:00:00Z" }, { t:row(1).ts, t:row(1).tz, t:row(1).ms, t:row(1).ns9 })
    local notes = {}
    for _, note in ipairs(info.notes) do notes[note.column] = note end
    assert.is_true(notes.l.skipped and notes.st.skipped and notes.bin.skipped)
    assert.matches("without a zone", notes.ts.what)
    assert.is_nil(notes.tz)
  end)

  it("refuses a column that has no place here, with its name and what to do", function()
    assert.matches("types.parquet: column 'st' is a struct: {flatten = true}", csv "types", nil, true)
    assert.matches("column 'l' is a list.*{columns = {...}} or {skip = true}",
      csv("types", { columns = { "i8", "l" } }))
    assert.matches("column 'bin' is bytes.*{binary = \"string\"}",
      csv("types", { columns = { "bin" } }))
    assert.equal("bin\nb0\nb1\nb2\nb3\nb4\nb5\n", csv("types", { columns = { "bin" }, binary = "string" }))
    assert.equal("st.y,i8,st.x\ns0,-3,0\n",
      csv("types", { columns = { "st.y", "i8", "st.x" }, flatten = true }):match "^[^\n]*\n[^\n]*\n")
    assert.has_error(function() csv("types", { columns = { "i9" } }) end)
    assert.has_error(function() csv("types", { colums = { "i8" } }) end)
    assert.has_error(function() csv("types", { binary = "text" }) end)
  end)

  it("is one table of many", function()
    for _, name in ipairs { "zstd", "gzip" } do
      command.spill(folder .. "/part-" .. name .. ".parquet", command.slurp(here .. name .. ".parquet"))
    end
    local t, info = assert(blotter.parquet(folder .. "/part-*.parquet"))
    assert.same({ 80, 80, 2 }, { #t, info.rows, info.files })
    assert.equal(2 * 780, t:query():agg("i = sum(i)"):value())
    assert.equal(120, #assert(blotter.parquet { folder .. "/part-*.parquet", here .. "snappy.parquet" }))
    local _, message = blotter.parquet { here .. "snappy.parquet", here .. "version2.parquet" }
    assert.matches("version2.parquet: column 'n', which the first file has, is missing", message, nil, true)
    _, message = blotter.parquet(folder .. "/none-*.parquet")
    assert.matches("none-*.parquet: cannot open", message, nil, true)
  end)

  it("comes from a function, and goes into a database", function()
    local bytes, at = command.slurp(here .. "zstd.parquet"), 1
    local t = assert(blotter.parquet(function()
      local piece = bytes:sub(at, at + 99)
      at = at + 100
      return piece ~= "" and piece or nil
    end))
    assert.equal(40, #t)
    local db = assert(blotter.open(folder .. "/p.blt"))
    local stored = assert(db:import("t", here .. "zstd.parquet", { columns = { "s", "n" } }))
    assert.equal(40, #stored)
    assert.equal("s string, n int64", tostring(stored:schema()))
    local failed, message = db:import("u", here .. "types.parquet")
    assert.is_nil(failed)
    assert.matches("column 'st'", message)
    assert.same({ "t" }, db:tables())
    assert(db:commit())
    db:close()
  end)

  it("is told from damaged ones", function()
    local bytes = command.slurp(here .. "types.parquet")
    for _, case in ipairs {
      { bytes:sub(1, 100), "not written to its end" }, { "PAR1", "cut" }, { "", "does not begin with PAR1" },
      { "name\nAnna\n", "does not begin with PAR1" }, { bytes:sub(1, -9) .. "\255\255\255\127PAR1", "a footer of" },
      { bytes:sub(1, 4) .. ("\255"):rep(60) .. bytes:sub(65), "column 'i8', row group 1: damaged" },
    } do
      local path = command.spill(folder .. "/bad.parquet", case[1])
      local t, message, code = blotter.parquet(path, { skip = true, memory = true })
      assert.is_nil(t)
      assert.matches(case[2], message, nil, true)
      assert.equal("format", code)
    end
    local _, message = blotter.csv(here .. "zstd.parquet")
    assert.matches("read it with parquet", message)
  end)

  it("is read where it lies, when somebody asks", function()
    local t = blotter.table "k int64, s string, f float64"
    for i = 1, 300000 do t:append { k = i, s = "n" .. i // 1000, f = i / 8 } end
    local path = folder .. "/lazy.parquet"
    assert(t:parquet(path, { row_group = 65536 }))
    local lazy = assert(blotter.parquet(path))
    assert.equal(300000, #lazy)
    assert.is_true(lazy:check())
    for _, q in ipairs {
      function(x) return x:by("s"):agg("a = sum(k), b = sum(f)"):order("s") end,
      function(x) return x:where("k >= 131000 and k < 131100"):select("k, s") end,
      function(x) return x:where("s == 'n77'"):agg("n = count(), a = min(k)") end,
      function(x) return x:where("s == 'none' or k == 5"):agg("n = count()") end,
      function(x) return x:order("f desc"):limit(3) end,
      function(x) return x:skip(70000):limit(2):select("s") end,
      function(x) return x:join(x:where("k < 4"):select("k, g = f"), "k == k"):select("k, g") end,
      function(x) return x:where("f == nil"):select("k") end,
    } do
      assert.equal(q(t):csv(), q(lazy):csv())
    end
    local told = lazy:where("k > 250000"):agg("n = count()"):explain "run"
    assert.matches("1 of 5 row groups read, 4 skipped", told, nil, true)
    assert.matches("0 of 5 row groups read, 5 skipped", lazy:agg("n = count()"):explain "run", nil, true)
    local done, message, code = lazy:append { k = 1 }
    assert.is_nil(done)
    assert.equal("readonly", code)
    assert.matches("collect()", message, nil, true)
    local held = blotter.memory_used()
    blotter.memory_limit = held + (8 << 20)
    assert.equal(300000, lazy:agg("n = count(f)"):value())
    blotter.memory_limit = 0
    lazy:close()
  end)

  it("that changed while it was open is told", function()
    local path = command.spill(folder .. "/changes.parquet", command.slurp(here .. "zstd.parquet"))
    local t = assert(blotter.parquet(path))
    assert.equal(780, t:agg("i = sum(i)"):value())
    command.spill(path, command.slurp(here .. "snappy.parquet"))
    local rows, message, code = pcall(function() return assert(t:agg("i = sum(i)"):collect()) end)
    assert.is_false(rows)
    assert.matches("changed while it was open", tostring(message), nil, true)
    assert.is_nil(code)
  end)

  it("skips by what it knows of pages, and by bloom filters", function()
    local t = assert(blotter.parquet(here .. "skips.parquet"))
    local function told(where) return t:where(where):agg("n = count(), a = sum(k)"):explain "run" end
    assert.matches("0 of 1 row groups read", told "b == 1001", nil, true) -- inside of the bounds, but odd
    assert.matches("0 of 1 row groups read", told "s == 'v1001'", nil, true)
    assert.equal(6, t:where("b == 1000"):count())
    assert.equal(6, t:where("s == 'v1000'"):count())
  end)

  it("lies in folders that say what its rows have in common", function()
    local t = blotter.table "year int64, region string, day date, v float64, s string"
    for i = 1, 1000 do
      t:append { year = 2000 + i % 3, region = i % 7 ~= 0 and "Nor/th=" .. i % 2 .. "%" or nil,
        day = "2024-01-0" .. 1 + i % 2, v = i / 4, s = "x" .. i % 9 }
    end
    local to = folder .. "/hive"
    assert.same({ 1000, 12 }, { assert(t:parquet(to, { partition_by = { "year", "region", "day" } })) })
    local function asked(x)
      return x:by("year, region, day, s"):agg("n = count(), v = sum(v)"):order("year, region, day, s"):csv()
    end
    for _, options in ipairs { {}, { memory = true } } do
      local p, info = assert(blotter.parquet(to, options))
      assert.same({ 1000, 12 }, { #p, info.files })
      assert.equal("v float64, s string, year int64, region string, day date", tostring(p:schema()))
      assert.equal(asked(t), asked(p))
      assert.is_true(p:check())
    end
    local lazy = assert(blotter.parquet(to .. "/year=*/*/*/*.parquet", { columns = { "day", "v", "year" } }))
    assert.matches("0 of 12 row groups read", lazy:where("year == 1999"):agg("v = sum(v)"):explain "run", nil, true)
    local function of_2001(x) return x:where("year == 2001"):agg("v = sum(v)"):value() end
    assert.equal(of_2001(t), of_2001(lazy))
    assert.equal("v float64, s string", tostring(assert(blotter.parquet(to, { partitions = false })):schema()))
    local done, message = t:parquet(to, { partition_by = "year" })
    assert.is_nil(done)
    assert.matches("is not empty", message)
    assert.error_matches(function() t:parquet(to .. "2", { partition_by = "yaer" }) end, "did you mean 'year'")
    assert.error_matches(function() t:parquet(to .. "2", { partition_by = "v" }) end, "float64")
    command.spill(folder .. "/odd.parquet", assert(t:parquet()))
    local inside = to .. "/year=2000/region=__HIVE_DEFAULT_PARTITION__/day=2024-01-01/part-0.parquet"
    local _, missing = blotter.parquet { inside, folder .. "/odd.parquet" }
    assert.matches("its path has no folder year=", missing, nil, true)
  end)

  it("has bounds of long texts, cut, which pass over row groups and lose no row", function()
    local xs = ("x"):rep(80)
    local starts = { ("a"):rep(70), ("é"):rep(50), ("~"):rep(90), xs, "\u{10FFFF}", "x" .. ("~"):rep(80), xs .. "y" }
    for i, start in ipairs(starts) do
      local path, t = folder .. "/long.parquet", blotter.table "s string"
      local append = t:appender()
      for row = 1, 65537 do append(row == 65537 and "b" or start .. row % 5) end
      assert(t:parquet(path, { row_group = 65536 }))
      local lazy = assert(blotter.parquet(path))
      for _, other in ipairs(starts) do
        for _, op in ipairs { "<", "<=", "==", ">=", ">" } do
          for _, text in ipairs { other, other .. "3", other:sub(1, 63), other:sub(1, 64) .. "\u{10FFFF}" } do
            local where = ("s %s '%s'"):format(op, text)
            assert.equal(t:where(where):count(), lazy:where(where):count(), i .. ": " .. where)
          end
        end
      end
      if i == 1 then
        local told = lazy:where("s > 'ab'"):agg("n = count()"):explain "run"
        assert.matches("1 of 2 row groups read, 1 skipped", told, nil, true)
      end
    end
  end)

  it("is written and read back, whole or by a function, deleted rows left out", function()
    local t = blotter.table "k int64 required, s string, f float64, d decimal(12,3), at timestamp, day date, b bool"
    assert(t:append { 1, "ä", 0.5, "-12.345", "2020-01-01T00:00:00.000001Z", "0001-01-01", true })
    assert(t:append { 2, "", -1e300, "999999999.999", "9999-12-31T23:59:59Z", "9999-12-31", false })
    assert(t:append { 3, nil, nil, nil, nil, nil, nil })
    assert(t:append { 4, "gone", 1, "1", "2020-01-01", "2020-01-01", true })
    t:delete "k == 4"
    for _, compression in ipairs { "zstd", "snappy", "gzip", "brotli", "lz4_raw", "none" } do
      assert.equal(3, t:parquet(folder .. "/w.parquet", { compression = compression }))
      local back = assert(blotter.parquet(folder .. "/w.parquet"))
      assert.equal(t:csv(), back:csv(), compression)
    end
    assert.equal("k int64, s string, f float64, d decimal(12,3), at timestamp, day date, b bool",
      tostring(blotter.parquet(folder .. "/w.parquet"):schema()))
    local pieces = {}
    assert.equal(3, t:query():parquet(function(piece) pieces[#pieces + 1] = piece end))
    local bytes = table.concat(pieces)
    assert.equal(bytes, t:query():parquet())
    assert.equal("PAR1", bytes:sub(1, 4))
    assert.equal(2, t:where "k > 1":parquet(folder .. "/w.parquet", { row_group = 1 }))
    assert.equal("k\n2\n3\n", blotter.parquet(folder .. "/w.parquet", { columns = { "k" } }):csv())
    assert.equal(0, t:where "k > 9":parquet(folder .. "/w.parquet"))
    assert.equal(0, #blotter.parquet(folder .. "/w.parquet"))
    assert.has_error(function() t:parquet(folder .. "/w.parquet", { compression = "zip" }) end)
    assert.has_error(function() t:parquet(folder .. "/w.parquet", { rowgroup = 5 }) end)
    local _, message, code = t:parquet(folder .. "/none/w.parquet")
    assert.matches("none/w.parquet", message)
    assert.equal("io", code)
  end)

  it("is what the command reads and writes", function()
    assert.equal(0, (command.run(("export %szstd.parquet %s/e.parquet"):format(here, folder))))
    assert.equal(0, (command.run(("query %s/e.parquet --limit 3 -o %s/f.parquet"):format(folder, folder))))
    assert.equal(3, #assert(blotter.parquet(folder .. "/f.parquet")))
    local _, out = command.run("query " .. here .. "zstd.parquet --by s --agg 'i = sum(i)' --order s -f csv")
    assert.equal("s,i\nname 0,180\nname 1,190\nname 2,200\nname 3,210\n", out)
    local import = ("import %szstd.parquet --into %s/c.blt:t"):format(here, folder)
    _, out = command.run(import)
    assert.matches("t: 40 rows added", out)
    local status, _, message = command.run(import)
    assert.equal(3, status)
    assert.matches("is there already", message)
  end)
end)
