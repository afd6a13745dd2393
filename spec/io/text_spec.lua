-- CSV and JSON lines through the public surface: options, bad rows, round trips, imports.
local blotter = require "blotter"

local function path(name)
  return os.tmpname() .. name
end

local read_file = require "slurp"

describe("reading CSV", function()
  it("is written with a comma before fractions, and read again", function()
    local t = blotter.table "f float64, d decimal(6,2), n int64, s string, at timestamp"
    t:append(-1234.5, "12.50", 1000, "1,5", "2012-01-31T10:20:30.5Z")
    t:append(0.1, "-0.05", 0, "a.b", nil)
    t:append(1e300, nil, nil, "1.5", nil)
    local text = t:csv(nil, { decimal_mark = "," })
    assert.equal("f;d;n;s;at\n-1234,5;12,50;1000;\"1,5\";2012-01-31T10:20:30.5Z\n0,1;-0,05;0;a.b;\n"
      .. "1e+300;;;\"1.5\";\n", text)
    local again = assert(blotter.csv(text, { decimal_mark = ",", decimals = true, types = { f = "float64" } }))
    assert.equal(t:csv(), again:csv())
    local small = t:select "f, d":skip(1):limit(1)
    assert.equal("f\td\n0,1\t-0,05\n", small:csv(nil, { decimal_mark = ",", delimiter = "\t" }))
    assert.error_matches(function() t:csv(nil, { decimal_mark = ";" }) end, "decimal_mark is '.' or ','")
  end)

  it("gives a function whole rows, whatever line ends stand in texts", function()
    local t = blotter.table "a int64, s string"
    for i = 1, 70000 do t:append(i, ("line\n"):rep(i % 40)) end
    t:append(70001, ("long\n"):rep(200000))
    local options = { header = false, names = { "a", "s" }, types = { a = "int64", s = "string" } }
    for how, given in pairs { csv = options, jsonl = { types = options.types } } do
      local rows, pieces = 0, 0
      t[how](t, function(piece)
        if piece == "" then return end
        local given_yet = false
        local read = assert(blotter[how](function()
          if not given_yet then
            given_yet = true
            return piece
          end
        end, given))
        local numbers = read:values "a"
        assert.equal(rows + 1, numbers[1])
        rows, pieces = numbers[#read], pieces + 1
      end, how == "csv" and { header = false } or {})
      assert.equal(70001, rows)
      assert.is_true(pieces > 5)
    end
  end)

  it("reads a text, a function and a file alike", function()
    local text = "a,b\n1,x\n2,\n"
    local pieces = { "a,b", "\n1,", "x\n2,\n" }
    local name = path ".csv"
    local from_text = assert(blotter.csv(text))
    assert.equal(2, from_text:csv(name))
    assert.equal(text, read_file(name))
    assert.equal(text, assert(blotter.csv(name)):csv())
    assert.equal(text, assert(blotter.csv(function() return table.remove(pieces, 1) end)):csv())
    os.remove(name)
  end)

  -- Runs of empty fields of every length among values of every type, in rows with quotes and without.
  it("tells empty fields from values where most are empty", function()
    local function value(kind, i)
      if kind == "n" then return tostring(i % 977) end
      if kind == "wide" then return tostring(-9000000000 - i) end
      if kind == "f" then return ("%.2f"):format(i / 4) end
      if kind == "day" then return ("2024-%02d-%02d"):format(i % 12 + 1, i % 28 + 1) end
      return i % 2 == 0 and "true" or "false"
    end
    local kinds <const> = {"n", "wide", "f", "day", "flag"}
    for _, quotes in ipairs {false, true} do
      local lines, full, sums, x = {"n,wide,f,day,flag,s"}, {}, {n = 0, wide = 0, f = 0.0}, 12345
      for i = 1, 3000 do
        local row = {}
        for k, kind in ipairs(kinds) do
          x = (x * 1103515245 + 12345) % 2147483648
          local empty = x // 65536 % 32 > (i // 300 + k) % 4 * 9 + 1
          row[k] = empty and (quotes and x // 65536 % 3 == 0 and '""' or "") or value(kind, i)
          if not empty then
            full[kind] = (full[kind] or 0) + 1
            if sums[kind] then sums[kind] = sums[kind] + tonumber(row[k]) end
          end
        end
        row[6] = quotes and i % 2 == 0 and '"a ""b"""' or "c"
        lines[i + 1] = table.concat(row, ",")
      end
      local t = assert(blotter.csv(table.concat(lines, "\n") .. "\n", {quoted_nulls = quotes}))
      local got = t:agg [[n = count(n), wide = count(wide), f = count(f), day = count(day), flag = count(flag),
        sn = sum(n), swide = sum(wide), sf = sum(f)]]:first()
      for _, kind in ipairs(kinds) do assert.equal(full[kind], got[kind], kind) end
      assert.same({sums.n, sums.wide, sums.f}, {got.sn, got.swide, got.sf})
      for i, row in t:rows() do
        local expected = {}
        for field in (lines[i + 1] .. ","):gmatch "([^,]*)," do expected[#expected + 1] = field end
        for k, kind in ipairs(kinds) do
          local is = row[kind]
          if expected[k] == "" or expected[k] == '""' then
            assert.is_true(is == nil or is == blotter.null)
          elseif kind == "f" then
            assert.equal(tonumber(expected[k]), is)
          else
            assert.equal(expected[k], tostring(is))
          end
        end
      end
    end
    local kept = assert(blotter.csv("n,s\n1,a\n,b\n\"\",c\n", {types = {n = "string"}}))
    assert.equal(1, kept:where "n == ''":count())
  end)

  it("names file, line, column and what was expected", function()
    local t, message, code = blotter.csv("n,d\n1,2012-02-30\n", { types = { d = "date" } })
    assert.is_nil(t)
    assert.equal("input:2: column 'd': '2012-02-30' is no date: expected a date that exists, such as 2012-01-31 " ..
      "(row 1, byte 4)", message)
    assert.equal("format", code)
  end)

  it("keeps bad rows apart when asked to", function()
    local t, info = assert(blotter.csv("n\n1\nx\n3\n", { types = { n = "int64" }, on_error = "reject" }))
    assert.equal("n\n1\n3\n", t:csv())
    assert.equal(1, info.rejected)
    assert.equal("x", info.rejects:first().raw)
    assert.equal(3, info.rejects:first().line)
  end)

  it("refuses a type that it does not know, with those that there are", function()
    local _, message = pcall(blotter.csv, "a\n1\n", { types = { a = "int" } })
    assert.matches("column 'a': unknown type 'int': write 'int64'", message)
    _, message = pcall(blotter.csv, "a\n1\n", { types = { a = "whole" } })
    assert.matches("column 'a': unknown type 'whole' %(there are: bool, int64, ", message)
  end)

  it("refuses an option that it does not know", function()
    assert.error_matches(function() blotter.csv("a\n1\n", { delimeter = ";" }) end, "did you mean 'delimiter'")
  end)

  it("leaves a table as it was when appending to it fails", function()
    local t = assert(blotter.csv "n,s\n1,a\n2,b\n")
    assert(blotter.csv("s,n\nc,3\n", { into = t }))
    assert.equal("n,s\n1,a\n2,b\n3,c\n", t:csv())
    assert.is_nil((blotter.csv("n,s\n4,d\nx,e\n", { into = t })))
    assert.equal("n,s\n1,a\n2,b\n3,c\n", t:csv())
  end)

  it("goes on with the error that a callback raises", function()
    assert.error_matches(function() blotter.csv(function() error "no more paper" end) end, "no more paper")
    assert.error_matches(function()
      blotter.csv(("a\n" .. ("1\n"):rep(10000)), { progress = function() error "enough" end })
    end, "enough")
  end)
end)

describe("writing", function()
  it("brings nulls, empty strings, quotes and floats back", function()
    local text = 'x,s\n0.1,"a ""b"", c"\n,""\n1e+300,\n-0.0,"two\nlines"\n'
    local t = assert(blotter.csv(text))
    assert.equal(text, t:csv())
    assert.equal(text, assert(blotter.csv(t:csv())):csv())
    local json = t:jsonl()
    assert.equal('{"x":0.1,"s":"a \\"b\\", c"}', json:match "^[^\n]*")
    assert.equal(json, assert(blotter.jsonl(json)):jsonl())
  end)

  it("writes queries and compressed files", function()
    local t = assert(blotter.csv "g,n\na,1\nb,2\na,3\n")
    assert.equal("g,n\na,4\nb,2\n", t:by "g":agg "n = sum(n)":csv())
    for _, ending in ipairs { ".csv.gz", ".csv.zst" } do
      local name = path(ending)
      assert.equal(3, t:csv(name))
      assert.equal(t:csv(), assert(blotter.csv(name)):csv())
      os.remove(name)
    end
  end)

  it("refuses what the format cannot hold", function()
    local t = assert(blotter.csv "x\nnan\n1\n")
    local none, message, code = t:jsonl()
    assert.is_nil(none)
    assert.matches("no form in JSON", message)
    assert.equal("format", code)
    assert.equal('{"x":null}\n{"x":1.0}\n', t:jsonl(nil, { nan_is_null = true }))
  end)

  it("leaves a file as it was when writing fails", function()
    local name = path ".jsonl"
    local t = assert(blotter.csv "x\n1\n")
    assert(t:jsonl(name))
    assert.is_nil((assert(blotter.csv "x\nnan\n"):jsonl(name)))
    assert.equal('{"x":1}\n', read_file(name))
    os.remove(name)
  end)
end)

describe("reading JSON lines", function()
  it("makes a column of every key and keeps values of different kinds as text", function()
    local t = assert(blotter.jsonl '{"a":1,"b":"x"}\n\n{"b":"\\u00e9","c":[1, {"d":2}]}\n{"a":2.5,"c":true}\n')
    local types = {}
    for i, column in ipairs(t:columns()) do types[i] = column.name .. " " .. column.type end
    assert.equal("a float64,b string,c string", table.concat(types, ","))
    assert.equal('a,b,c\n1.0,x,\n,é,"[1, {""d"":2}]"\n2.5,,"true"\n', t:csv())
  end)

  it("refuses a line that is no object, and an object with a key twice", function()
    local _, message = blotter.jsonl '{"a":1}\n[1]\n'
    assert.matches("^input:2: not a JSON object", message)
    _, message = blotter.jsonl '{"a":1,"a":2}\n'
    assert.matches("^input:1: the object has the same key twice", message)
  end)
end)

describe("importing", function()
  it("makes a table that a commit keeps, and none when it fails", function()
    local name = path ".blt"
    os.remove(name)
    local db = assert(blotter.open(name))
    local t, info = assert(db:import("n", "a,b\n1,x\n2,y\n"))
    assert.equal(2, info.rows)
    assert.equal(2, #t)
    assert.is_nil((db:import("bad", "a,b\n1\n")))
    assert.is_false(pcall(function() return assert(db:import("n", "a\n1\n")) end))
    assert.equal(2, #db:table "n")
    assert.error(function()
      db:import("stopped", "a\n" .. ("1\n"):rep(1000), { progress = function() return false end })
    end)
    assert.same({ "n" }, db:tables())
    assert(db:commit())
    local lines = path ".jsonl"
    assert(t:jsonl(lines))
    assert.equal(t:csv(), assert(db:import("later", lines)):csv())
    os.remove(lines)
    db:close()
    db = assert(blotter.open(name))
    assert.same({ "n" }, db:tables())
    assert.equal("a,b\n1,x\n2,y\n", db:table "n":csv())
    db:close()
    os.remove(name)
  end)
end)
