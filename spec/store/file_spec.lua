-- A database and the files around it: copies, links, rights, other people's files, and what is left of damage.
local blotter = require "blotter"

local function run(format, ...) assert(os.execute(format:format(...))) end

local function output(format, ...)
  local pipe <close> = assert(io.popen(format:format(...)))
  return (pipe:read "a":gsub("%s+$", ""))
end

local function fill(path, rows)
  local db <close> = assert(blotter.open(path))
  local t = db:create("t", "n int64, s string")
  for i = 1, rows do t:append(i, "s" .. i % 7) end
  assert(db:commit())
end

local function count(path)
  local db <close> = assert(blotter.open(path, {readonly = true}))
  assert(db:check())
  return #db:table "t"
end

local function overwrite(path, at, bytes)
  local f <close> = assert(io.open(path, "r+b"))
  f:seek("set", at)
  f:write(bytes)
end

describe("the file of a database", function()
  local dir, file
  before_each(function()
    dir = os.tmpname()
    os.remove(dir)
    run("mkdir %s", dir)
    file = dir .. "/db.blt"
  end)
  after_each(function() run("rm -r %s", dir) end)

  it("is never taken for its copy, whichever of the two is written to", function()
    local n, s = {}, {}
    for i = 1, 70000 do n[i], s[i] = i * 31 % 65521, "w" .. i % 50 end
    do
      local db <close> = assert(blotter.open(file))
      assert(db:create("common", "n int64, s string"):append_columns {n = n, s = s})
      assert(db:commit())
    end
    run("cp %s %s/copy.blt", file, dir)
    local function add(path, factor)
      local db <close> = assert(blotter.open(path))
      for i = 1, 70000 do n[i] = i * factor % 65521 end
      assert(db:create("own", "n int64, s string"):append_columns {n = n, s = s})
      assert(db:commit())
    end
    add(file, 7)
    add(dir .. "/copy.blt", 11)
    do
      local from <close> = assert(blotter.open(dir .. "/copy.blt"))
      local to <close> = assert(blotter.open(file))
      assert(to:save("got", from:table "own":collect()))
      assert(to:save("older", from:table "common":where "n > 5"))
      assert(to:commit())
    end
    local a <close> = assert(blotter.open(file, {readonly = true}))
    local b <close> = assert(blotter.open(dir .. "/copy.blt", {readonly = true}))
    assert(a:check())
    local sums = "n = sum(n), k = sum(n * n), s = max(s)"
    assert.equal(b:table "own":agg(sums):csv(), a:table "got":agg(sums):csv())
    assert.equal(b:table "common":where "n > 5":agg(sums):csv(), a:table "older":agg(sums):csv())
  end)

  it("is found through links, made through links, and compacted where it lies", function()
    run("mkdir %s/real && ln -s real/db.blt %s && ln -s db.blt %s/second.blt", dir, file, dir)
    fill(dir .. "/second.blt", 30)
    run("chmod 640 %s/real/db.blt", dir)
    do
      local db <close> = assert(blotter.open(dir .. "/second.blt"))
      db:table "t":delete "n % 3 == 0"
      assert(db:compact())
      assert(db:table "t":append(99, "new"))
      assert(db:commit())
    end
    assert.equal(21, count(file))
    assert.equal(21, count(dir .. "/real/db.blt"))
    assert.equal("640 regular file", output("stat -c '%%a %%F' %s/real/db.blt", dir))
    assert.equal("symbolic link", output("stat -c %%F %s", file))
    assert.equal("db.blt", output("ls %s/real", dir))
  end)

  it("leaves alone what another file is by now", function()
    fill(file, 10)
    local db <close> = assert(blotter.open(file))
    run("mv %s %s/moved.blt && echo mine > %s", file, dir, file)
    local ok, message, code = db:compact()
    assert.is_nil(ok)
    assert.equal("io", code)
    assert.matches("names another file by now", message)
    assert.equal("mine", output("cat %s", file))
    assert(db:table "t":append(11, "still"))
    assert(db:commit())
    assert.equal(11, count(dir .. "/moved.blt"))
  end)

  it("is not parted from its other names", function()
    fill(file, 10)
    run("ln %s %s/other.blt", file, dir)
    local db <close> = assert(blotter.open(file))
    local ok, message = db:compact()
    assert.is_nil(ok)
    assert.matches("2 names", message)
    assert(db:table "t":append(11, "both"))
    assert(db:commit())
    assert.equal(11, count(dir .. "/other.blt"))
    os.remove(dir .. "/other.blt")
    assert(db:compact())
    assert.equal(11, count(file))
  end)

  it("leaves nothing beside it and touches nothing there", function()
    for _, name in ipairs {"db.blt.new", "db.blt.tmp", "db.blt~"} do run("echo %s > %s/%s", name, dir, name) end
    run("mkdir %s/db.blt.new2", dir)
    fill(file, 10)
    do
      local db <close> = assert(blotter.open(file))
      assert(db:compact())
    end
    assert.equal("db.blt db.blt.new db.blt.new2 db.blt.tmp db.blt~", output("ls %s | tr '\\n' ' '", dir))
    assert.equal("db.blt.new", output("cat %s.new", file))
  end)

  for _, case in ipairs {{"its first commit", 0}, {"compacting", 1}, {"compacting twice", 2}} do
    it("keeps its data when the last root is damaged after " .. case[1], function()
      for _, bytes in ipairs {("\0"):rep(72), ("\xa5"):rep(72), "BLT"} do
        os.remove(file)
        fill(file, 2000)
        local commits
        do
          local db <close> = assert(blotter.open(file))
          for _ = 1, case[2] do assert(db:compact()) end
          commits = db:info().commits
        end
        local size = output("stat -c %%s %s", file)
        overwrite(file, 4096 * (1 + commits % 2), bytes == "BLT" and "\0\0\0" or bytes)
        do
          local db <close> = assert(blotter.open(file))
          assert.equal(2000, #db:table "t")
          assert.is_string(db:info().warning)
          assert.is_nil(db:check())
        end
        assert.equal(size, output("stat -c %%s %s", file))
      end
    end)
  end

  it("does not grow with the number of small changes, and keeps them all", function()
    local rows, reader = 3000, nil
    fill(file, rows)
    local want = {}
    for i = 1, rows do want[i] = i end
    do
      local db <close> = assert(blotter.open(file))
      local t = db:table "t"
      for k = 1, 400 do
        local row = k * 7919 % rows + 1
        assert(t:update(("n == %d"):format(want[row]), ("n = %d, s = 'changed %d'"):format(10000 + k, k)))
        want[row] = 10000 + k
        assert(db:commit())
        if k % 50 == 0 then
          if reader then reader:close() end
          reader = assert(blotter.open(file, {readonly = true}))
          assert.equal(rows, #reader:table "t")
        end
      end
      reader:close()
    end
    local grown = tonumber(output("stat -c %%s %s", file))
    do
      local db <close> = assert(blotter.open(file))
      assert(db:check())
      local values = db:table "t":values "n"
      for i = 1, rows do assert.equal(want[i], values[i]) end
      assert(db:compact())
    end
    local compacted = tonumber(output("stat -c %%s %s", file))
    assert.is_true(grown <= 3 * compacted, grown .. " bytes, " .. compacted .. " when compacted")
  end)

  it("keeps its length while a state of long ago is read, and becomes shorter afterwards", function()
    local function change(f)
      collectgarbage() -- what tables that are gone still read
      collectgarbage()
      local db <close> = assert(blotter.open(file))
      f(db)
      assert(db:commit())
    end
    local function numbers(n, factor)
      local list = {}
      for i = 1, n do list[i] = i * factor * 7919 % 10007 end
      return {n = list}
    end
    change(function(db) db:create("t", "n int64") end)
    change(function(db) db:create("large", "n int64"):append_columns(numbers(400000, 7)) end)
    change(function(db) db:drop "large" end)
    local readers <const> = {}
    for k = 1, 8 do
      change(function(db)
        db:drop "t"
        db:create("t", "n int64"):append_columns(numbers(9000 + k, k))
      end)
      readers[k] = assert(blotter.open(file, {readonly = true}))
      for i = math.max(1, k - 2), k do
        assert.equal(9000 + i, readers[i]:table "t":agg "n = count(), high = max(n)":first().n)
      end
      if k > 2 then readers[k - 2]:close() end
    end
    local size = tonumber(output("stat -c %%s %s", file))
    readers[7]:close()
    readers[8]:close()
    for k = 1, 5 do change(function(db) db:table "t":append_columns(numbers(9000, k)) end) end
    assert.is_true(tonumber(output("stat -c %%s %s", file)) < size)
    assert.equal(9008 + 5 * 9000, count(file))
  end)

  it("of the first format still opens, takes changes and is compacted", function()
    run("cp spec/store/format_1.blt %s", file)
    local added = 0
    for round = 1, 3 do
      local db <close> = assert(blotter.open(file))
      assert(db:check())
      local sealed, keyed = db:table "sealed", db:table "keyed"
      assert.equal(65575 + round - 1, #sealed)
      assert.equal(458752 + 812 + added, sealed:agg "s = sum(flag)":value())
      assert.equal("changed", keyed:where "id == 3":first().name)
      assert(sealed:append(1000 + round, "later", nil, 1.5))
      added = added + 1000 + round
      assert(keyed:upsert {id = 40 + round, name = "new", n = round})
      assert(db:commit())
      if round == 2 then assert(db:compact()) end
    end
    local db <close> = assert(blotter.open(file, {readonly = true}))
    assert.equal(26 + 3, #db:table "keyed")
    assert.equal(458752 + 812 + added, db:table "sealed":agg "s = sum(flag)":value())
  end)

  it("of the second format still opens, takes changes, and is packed when it is compacted", function()
    local function format() return (output("od -An -tu4 -j8 -N4 %s", file):gsub("%s", "")) end
    run("cp spec/store/format_2.blt %s", file)
    for round = 1, 3 do
      local db <close> = assert(blotter.open(file))
      assert(db:check())
      assert.same({"keyed", "text", "rows", "log", "sealed"}, db:tables())
      local t, log, rows = db:table "sealed", db:table "log", db:table "rows"
      local got = t:agg [[n = count(), i = sum(id), p = sum(price), u = max(url), w = min(word), a = max(at),
        words = count(word), l = sum(len(url))]]:first()
      assert.equal(498, got.n)
      assert.equal(226414, got.i)
      assert.is_true(math.abs(got.p - 223374.18) < 1e-6)
      assert.same({"https://example.org/page/99856", "word 0", "2023-11-14T22:38:17Z", 452},
        {got.u, got.w, tostring(got.a), got.words})
      assert.equal(t:derive "l = len(url)":agg "s = sum(l)":value(), got.l)
      assert.same({69 + round, 30, 27, 38}, {#log, #rows, #db:table "keyed", #db:table "text"})
      assert.equal(round <= 2 and "2" or "4", format())
      assert(log:append(round, nil, 0.5, nil, "word 3"))
      assert(db:commit())
      if round == 2 then assert(db:compact()) end
    end
    assert.equal("4", format())
  end)

  -- Long texts that go into it are not kept as words, which its readers do not know.
  it("of the third format still opens, keeps its format, and gets the newest when it is compacted", function()
    local function format() return (output("od -An -tu4 -j8 -N4 %s", file):gsub("%s", "")) end
    local page, lines = {}, {}
    for i = 1, 4000 do
      page[i] = ("http://host%d.example.org/section%d/item%d.html?id=%08d"):format(i % 97, i % 331, i * 7 % 1009,
        i * 7919)
    end
    for i, text in ipairs(page) do lines[i] = i .. "," .. text end
    local bytes = #table.concat(page)
    run("cp spec/store/format_3.blt %s", file)
    for round = 1, 3 do
      local db <close> = assert(blotter.open(file))
      assert(db:check())
      local got = db:table "log":agg [[n = count(), s = sum(id), p = sum(price), u = max(url), a = max(at),
        f = count_if(flag), l = sum(len(url)), w = count_distinct(word)]]:first()
      assert.same({1500, 3377250, 500, 62834, 40}, {got.n, got.s, got.f, got.l, got.w})
      assert.is_true(math.abs(got.p - 7507.5) < 1e-6)
      assert.same({"https://example.org/page/99984?from=search", "2023-11-14T22:25:00Z"}, {got.u, tostring(got.a)})
      if round == 1 then
        local csv = os.tmpname()
        local out = assert(io.open(csv, "w"))
        out:write("n,page\n", table.concat(lines, "\n"), "\n")
        out:close()
        assert(db:import("pages", csv, {progress = false}))
        os.remove(csv)
        assert(db:commit())
      end
      local pages = db:table "pages"
      assert.same({4000, bytes}, {#pages, pages:agg "l = sum(len(page))":value()})
      assert.equal(page[4000], pages:where "n == 4000":first().page)
      assert.equal(round <= 2 and "3" or "4", format())
      if round == 2 then assert(db:compact()) end
    end
  end)

  -- What another program does to the file that is open: `cp` keeps the file and writes over it.
  local DAMAGE = { "cp /etc/hostname %s", ": >%s", "truncate -s 8192 %s", "head -c 9000000 /dev/zero >%s",
    "cp %s.other %s" }

  local function fill_keyed(path, rows, word)
    local db <close> = assert(blotter.open(path))
    local t = db:create("t", "n int64 key, s string")
    for i = 1, rows do t:append(i, word .. i) end
    assert(db:commit())
  end

  --- Whether a call raised or returned the message.
  local function refused(f)
    local done, result, message = pcall(f)
    local text = tostring(done and message or result)
    assert.is_truthy(text:find "by another program while it is open", text)
  end

  for _, damage in ipairs(DAMAGE) do
    for _, readonly in ipairs { true, false } do
      it(("that is written over (%s) is told to its %s"):format(damage, readonly and "reader" or "writer"), function()
        fill_keyed(file, 70000, "s")
        fill_keyed(file .. ".other", 75000, "other")
        local db <close> = assert(blotter.open(file, { readonly = readonly }))
        local t = db:table "t"
        assert.equal("s5", t:get(5).s)
        run(damage:gsub("%%s", file))
        refused(function() return t:agg "n = sum(n)" :value() end)
        refused(function() return t:join(t:select "n, other = s", "n"):count() end)
        refused(function() return t:csv() end)
        refused(function() return t:get(66666) end)
        refused(function() for _ in t:collect():rows() do end end)
        if readonly then return end
        refused(function() return t:append { n = 7, s = "again" } end)
        refused(function() return t:update("n == 5", { s = "z" }) end)
        refused(function() return t:upsert { n = 5, s = "z" } end)
        refused(function() return db:compact() end)
        db:create("u", "n int64"):append(1)
        refused(function() return db:commit() end)
      end)
    end
  end
end)
