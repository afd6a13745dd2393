-- Where bytes come from and go to: compressed streams, functions that give pieces, other kinds of files, links.
local blotter = require "blotter"
local command = require "command"

local spill = command.spill

local folder

local function run(line)
  assert(os.execute(line))
end

--- What a file is read to, as CSV; or the message.
local function read(name, kind)
  local t, message = blotter[kind or "csv"](folder .. "/" .. name)
  return t and t:csv() or message
end

describe("a source", function()
  setup(function() folder = command.folder() end)
  teardown(function() command.remove(folder) end)

  it("ends with its last zstd frame, wherever the text ends", function()
    for _, bytes in ipairs { 131072, 262144, 262145, 524288, 786432 } do
      local text = "n\n" .. ("7\n"):rep((bytes - 2) // 2) .. (bytes % 2 == 1 and "7" or "")
      assert.equal(bytes, #text)
      local name = spill(folder .. "/m.csv", text)
      run(("cd %s && zstd -qf m.csv && cat m.csv.zst m.csv.zst > two.zst"):format(folder))
      run(("cd %s && head -c -3 m.csv.zst > cut.zst"):format(folder))
      local _, info = assert(blotter.csv(name .. ".zst"))
      assert.equal(bytes, info.bytes)
      assert.equal(2 * bytes, select(2, assert(blotter.csv(folder .. "/two.zst", { types = { n = "string" } }))).bytes)
      assert.matches("cut off", read "cut.zst")
    end
  end)

  it("passes over what compressors put around the data, and nothing else", function()
    spill(folder .. "/t.csv", "a\n1\n")
    local skip = "P*M\24\3\0\0\0abc"
    run(("cd %s && gzip -kf t.csv && zstd -qf t.csv"):format(folder))
    local gzip, zstd = command.slurp(folder .. "/t.csv.gz"), command.slurp(folder .. "/t.csv.zst")
    for i, case in ipairs {
      { gzip .. ("\0"):rep(512), "a\n1\n" },
      { gzip .. ("\0"):rep(5) .. gzip, "a\n\"1\"\na\n\"1\"\n" },
      { gzip .. "\1\2\3", "bytes that are not gzip follow" },
      { gzip .. "\0\0x", "bytes that are not gzip follow" },
      { gzip:sub(1, -5), "cut off" },
      { skip .. zstd, "a\n1\n" },
      { skip .. skip .. zstd .. skip, "a\n1\n" },
      { zstd .. "xyz", "zstd" },
      { skip, "empty" },
    } do
      spill(folder .. "/case", case[1])
      assert.is_truthy(read "case":find(case[2], 1, true), i .. ": " .. read "case")
    end
  end)

  it("is not ended by an empty piece", function()
    for _, pieces in ipairs { { "", "a\n", "", "", "1\n", "" }, { "a", "\n1", "", "\n" } } do
      local i = 0
      local t, info = assert(blotter.csv(function() i = i + 1 return pieces[i] end))
      assert.equal("a\n1\n", t:csv())
      assert.equal(4, info.bytes)
    end
    local stop = require "blotter".timeout
    blotter.timeout = 0.05
    local t, _, code = blotter.csv(function() return "" end)
    blotter.timeout = stop
    assert.is_nil(t)
    assert.equal("timeout", code)
  end)

  it("names a file of another kind by what it is", function()
    for name, case in pairs {
      zip = { "PK\3\4\20\0\0\0", "a ZIP archive" }, ole = { "\xD0\xCF\x11\xE0\xA1\xB1", "an old Office file" },
      parquet = { "PAR1\21\4\21\0", "a Parquet file" }, sqlite = { "SQLite format 3\0\16\0", "an SQLite database" },
      pdf = { "%PDF-1.7\n", "a PDF document" }, html = { "\n<html><body>", "an HTML page" },
      xml = { "<?xml version='1.0'?>", "XML" }, bz2 = { "BZh91AY&SY\0\1", "bzip2" }, xz = { "\xFD7zXZ\0\0", "xz" },
      bare16 = { "a\0,\0b\0\n\0001\0,\0002\0\n\0", "UTF-16 without a mark" },
      lfs = { "version https://git-lfs.github.com/spec/v1\n", "Git LFS" },
      arrow = { "ARROW1\0\0", "an Arrow file" }, png = { "\x89PNG\r\n\26\n", "a picture" },
    } do
      spill(folder .. "/" .. name, case[1])
      for _, kind in ipairs { "csv", "jsonl" } do
        local t, message, code = blotter[kind](folder .. "/" .. name)
        assert.is_nil(t)
        assert.equal("format", code)
        assert.is_truthy(message:find(case[2], 1, true), message)
      end
    end
    run(("cd %s && printf 'a\\n1\\n' | gzip | gzip > twice.gz"):format(folder))
    assert.matches("compressed twice", read "twice.gz")
  end)

  it("says one cause of a line that is no JSON", function()
    for line, cause in pairs {
      ['{"a":NaN}'] = "column 'a': NaN is no JSON", ['{"a":{"b":Infinity}}'] = "column 'a': Infinity is no JSON",
      ['{"a":1,}'] = "a comma before the closing brace", ["{'a':1}"] = "a key in double quotes is expected, not '",
      ['{"a":[1,]}'] = "column 'a': a comma before the closing bracket",
      ['{"a":01}'] = "column 'a': a comma or a closing brace is expected, not '1'",
      ['{"a":1'] = "the line ends", ['{"a" 1}'] = "a colon after the key is expected, not '1'",
      ['{"a":"x'] = "column 'a': a text that is never closed", ['{"a":1} x'] = "text follows the object: 'x'",
      ['{"a":"\\x"}'] = "an escape that JSON does not have", ['{"a":None}'] = "column 'a': None is no JSON",
      ["[1]"] = "an array", ["x"] = "not a JSON object: 'x'", ['{"a":"\9"}'] = "a control character",
      ['{"a":' .. ("["):rep(600)] = "inside each other",
    } do
      for _, text in ipairs { line .. "\n", '{"a":1}\n' .. line .. "\n" } do
        local t, message = blotter.jsonl(text)
        assert.is_nil(t)
        assert.matches("^input:%d: ", message)
        assert.is_truthy(message:find(cause, 1, true), message)
      end
    end
    assert.matches("^input:1: .*the line ends where a key", select(2, blotter.jsonl "{\n\"a\":1\n}\n"))
  end)

  it("may begin with a byte-order mark, whatever it holds", function()
    local mark = "\u{FEFF}"
    assert.equal("a\n1\n2\n", assert(blotter.jsonl(mark .. '{"a":1}\n{"a":2}\n')):csv())
    assert.equal("a\n1\n", assert(blotter.csv(mark .. "a\n1\n")):csv())
    local _, message = blotter.jsonl(mark .. '{"a":1}\nx\n')
    assert.matches("^input:2: .*byte 11", message)
  end)

  it("may have keys without a name, long ones, and very many", function()
    assert.equal("c1,a\n1,2\n", assert(blotter.jsonl '{"":1,"a":2}\n'):csv())
    assert.equal("a,c2,c2_2\n1,2,3\n", assert(blotter.jsonl '{"a":1,"":2,"c2":3}\n'):csv())
    assert.equal("c1,c1_2\n1,\n,2\n", assert(blotter.jsonl '{"":1}\n{"c1":2}\n'):csv())
    assert.matches("same key twice", select(2, blotter.jsonl '{"":1,"":2}\n'))
    local escaped = ("\\u00e9"):rep(100)
    assert.equal(("é"):rep(100) .. "\n1\n", assert(blotter.jsonl('{"' .. escaped .. '":1}\n')):csv())
    assert.matches("more than 255 bytes", select(2, blotter.jsonl('{"' .. ("k"):rep(256) .. '":1}\n')))
    local members = {}
    for i = 1, 16384 do members[i] = ('"k%d":1'):format(i * 7919 % 16411) end
    local t = assert(blotter.jsonl("{" .. table.concat(members, ",") .. "}\n"))
    assert.equal(16384, #t:columns())
  end)

  it("may have very many equal names", function()
    local t = assert(blotter.csv(("x,"):rep(16383) .. "x\n" .. ("1,"):rep(16383) .. "1\n"))
    assert.equal("x_16384", t:columns()[16384].name)
    t = assert(blotter.csv("x_2,x,x,x_2\n1,2,3,4\n"))
    assert.equal("x_2,x,x_3,x_2_2\n1,2,3,4\n", t:csv())
  end)
end)

describe("a written file", function()
  before_each(function() folder = command.folder() end)
  after_each(function() command.remove(folder) end)

  local function here(name) return folder .. "/" .. name end

  it("is what a link names, also through several and to nothing yet", function()
    local t = assert(blotter.csv "a\n1\n")
    run(("cd %s && mkdir d && echo old > d/real && ln -s d/real one && ln -s one two"):format(folder))
    run(("cd %s && ln -s d/new none"):format(folder))
    run(("chmod 640 %s/d/real"):format(folder))
    assert(t:csv(here "two"))
    assert.equal("a\n1\n", command.slurp(here "d/real"))
    assert(t:jsonl(here "none"))
    assert.equal('{"a":1}\n', command.slurp(here "d/new"))
    local pipe = io.popen(("cd %s && readlink one two none && stat -c %%a d/real && ls -A . d"):format(folder))
    assert.equal("d/real\none\nd/new\n640\n.:\nd\nnone\none\ntwo\n\nd:\nnew\nreal\n", pipe:read "a")
    pipe:close()
    run(("ln -s loop %s/loop"):format(folder))
    assert.matches("loop", select(2, t:csv(here "loop")))
  end)

  it("is compressed by its ending in any case", function()
    local t = assert(blotter.csv "a\n1\n")
    assert(t:csv(here "x.CSV.GZ"))
    assert(t:csv(here "x.csv.Zst"))
    assert.equal("\x1F\x8B", command.slurp(here "x.CSV.GZ"):sub(1, 2))
    assert.equal("\x28\xB5\x2F\xFD", command.slurp(here "x.csv.Zst"):sub(1, 4))
  end)

  it("is written to where it stands, when it is open already", function()
    command.spill(here "in.csv", "a\n1\n")
    run(("ln -s /dev/fd/1 %s/out"):format(folder))
    for _, to in ipairs { here "out", "/dev/stdout", "/proc/self/fd/1" } do
      local status, out = command.run(("export %s %s"):format(here "in.csv", to))
      assert.equal(0, status)
      assert.equal(("a\n1\n%s: 1 row written\n"):format(to), out)
    end
    local status, out = command.run(("query %s -f text -o /dev/stdout"):format(here "in.csv"))
    assert.equal(0, status)
    assert.equal("    a\nint64\n─────\n    1\n1 row\n", out)
    assert.equal(0, (command.run(("query %s -f csv -o /dev/null"):format(here "in.csv"))))
    run "test -c /dev/null"
  end)
end)

describe("what was written", function()
  --- Names, types and values of all rows, the types' names included.
  local function all(t)
    local out = {}
    for i, column in ipairs(t:columns()) do
      out[i] = column.name .. " " .. column.type
      for k, v in ipairs(t:values(column.name)) do out[i] = ("%s|%d=%s"):format(out[i], k, tostring(v)) end
    end
    return table.concat(out, "\n")
  end

  it("reads back as the same texts and numbers", function()
    local texts = { "1", "-1.5", "1e5", "true", "FALSE", "2012-01-31", "2012-01-31 10:20:30", "nan", "-inf", "007",
      "+49", "", " 1 ", "a,b", "a;b", "a\tb", "a|b", 'say "x"', "two\nlines", "cr\r", "\u{FEFF}x", "[1]", "{}",
      "99999999999999999999",
      "NA", "null", "'1", "=1+1", "0x10", "1,5", "٣" }
    for i, text in ipairs(texts) do
      for _, others in ipairs { { text }, { text, "word" }, { text, texts[i % #texts + 1] } } do
        local t = blotter.table "s string, n int64"
        local one = blotter.table "`a;b` string"
        for k, v in ipairs(others) do
          t:append(v, k)
          one:append(v)
        end
        assert.equal(all(t), all(assert(blotter.csv(t:csv()))), text)
        assert.equal(all(one), all(assert(blotter.csv(one:csv()))), text)
        assert.equal(all(t), all(assert(blotter.csv(t:csv(nil, { delimiter = ";", crlf = true })))), text)
      end
    end
  end)

  it("keeps the digits of decimals and the bits of floats", function()
    local t = blotter.table "d decimal(18,2), e decimal(18,18), f float64, n int64, b bool"
    t:append("9999999999999999.99", "0.123456789012345678", 0.1 + 0.2, math.maxinteger, true)
    t:append("-123456789012345.67", "-0.000000000000000001", 5e-324, math.mininteger, false)
    t:append("0.01", "0.5", -0.0, 0, nil)
    local text = t:csv():gsub("0%.500000000000000000", "0.5")
    for _, back in ipairs { (assert(blotter.csv(t:csv()))), (assert(blotter.jsonl(t:jsonl()))) } do
      assert.equal(text, (back:csv():gsub("0%.500000000000000000", "0.5")))
      assert.equal("decimal(18,2)", back:columns()[1].type)
    end
  end)

  it("has names that are read as they are", function()
    for _, name in ipairs { "a;b", "a,b", 'q"q', "[x", "{\"a\":1}", "<html>", "%PDF-", "1", "true", " a", "é",
      "x\ty", "a|b" } do
      local t = blotter.table { { name = name, type = "string" } }
      t:append "7"
      t:append "x"
      assert.equal(all(t), all(assert(blotter.csv(t:csv()))), name)
    end
  end)
end)
