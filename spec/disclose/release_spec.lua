-- What may be published: the rules, what is withheld, the proof, and what an independent attacker makes of it.

local attacker = require "attacker"
local blotter = require "blotter"
local disclose = require "blotter.disclose"

local function counted(rows, schema)
  local t = blotter.table(schema or "row string, col string, n int64")
  for r, row in ipairs(rows) do
    for c, n in ipairs(row) do t:append("r" .. r, "c" .. c, n) end
  end
  return t
end

local function without_solver()
  local probe = counted {{1, 20}, {20, 20}}
  local release, message = blotter.release(probe, {dimensions = "row, col", value = "n"})
  return not release and message:find "not installed" ~= nil
end

if without_solver() then
  pending "Clp is not installed (Debian: coinor-libclp1)"
  return
end

local function generator(seed)
  return function(n)
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed // 65536 % n + 1
  end
end

-- Rows of a table of these sizes where about one cell in `rare` is small.
local function random_table(sizes, rare, random)
  local names, row = {}, {}
  for d in ipairs(sizes) do names[d] = "d" .. d end
  local t = blotter.table(table.concat(names, " string, ") .. " string, n int64")
  local function fill(d)
    if d > #sizes then
      row[d] = random(rare) == 1 and random(10) - 1 or 9 + random(90)
      return assert(t:append(row))
    end
    for k = 1, sizes[d] do
      row[d] = "k" .. k
      fill(d + 1)
    end
  end
  fill(1)
  return t, table.concat(names, ", ")
end

-- Every sensitive cell of a release, asked by the attacker who has its tables only.
local function attacked(release, frames)
  local keys, cells = {}, {}
  for _, cell in ipairs(release.record.cells) do
    if cell.need and cell.status == "withheld" then
      local key = cell.key:gsub("\31", ";")
      keys[#keys + 1] = key
      cells[key] = cell
    end
  end
  table.sort(keys)
  local at_risk = {}
  for key, ends in pairs(attacker.ends(frames, keys)) do
    local need = cells[key].need
    if ends[1] > need.low or (ends[2] and ends[2] < need.high) then at_risk[#at_risk + 1] = key end
  end
  return at_risk, #keys
end

local function statuses(frame)
  local list = {}
  for i, row in frame:rows() do list[i] = row.status:sub(1, 1) end
  return table.concat(list)
end

describe("attack", function()
  local function published(rows)
    local t = blotter.table "row string, col string, n int64"
    for _, row in ipairs(rows) do t:append(row[1], row[2], row[3]) end
    return t
  end

  it("finds the ranges of the handbook's table", function()
    local t = published {{"1", "1", nil}, {"1", "2", nil}, {"2", "1", nil}, {"2", "2", nil}, {"1", "total", 7},
      {"2", "total", 3}, {"total", "1", 6}, {"total", "2", 4}, {"total", "total", 10}}
    local found = {}
    for _, row in assert(blotter.attack(t, {dimensions = "row, col", value = "n"})):rows() do
      assert.is_true(row.exact)
      found[row.cell] = row.low .. " to " .. row.high
    end
    assert.same({["col=1, row=1"] = "3 to 6", ["col=2, row=1"] = "1 to 4", ["col=1, row=2"] = "0 to 3",
      ["col=2, row=2"] = "0 to 3"}, found)
  end)

  it("takes what is missing for unknown, and says where nothing fits", function()
    local t = published {{"1", "1", 5}, {"1", "2", nil}, {"1", "total", 7}, {"2", "1", 1}, {"2", "2", 4}}
    local found = {}
    for _, row in assert(blotter.attack(t, {dimensions = "row, col", value = "n"})):rows() do
      found[row.cell] = row.low .. " to " .. tostring(row.high)
    end
    assert.equal("2 to 2", found["col=2, row=1"])
    assert.equal("12 to 12", found["total"])
    local wrong = published {{"1", "1", 5}, {"1", "2", nil}, {"1", "total", 4}}
    local nothing, message = blotter.attack(wrong, {dimensions = "row, col", value = "n"})
    assert.is_nil(nothing)
    assert.matches("no table fits", message)
    local known = published {{"1", "1", 5}, {"1", "2", 1}, {"1", "total", 7}}
    assert.matches("row=1 is not the sum", select(2, blotter.attack(known, {dimensions = "row, col", value = "n"})))
  end)
end)

describe("release", function()
  local small = counted {{20, 50, 10}, {8, 19, 22}, {17, 32, 12}}

  it("withholds small cells and as few others as protect them", function()
    local release = assert(blotter.release(small, {dimensions = "row, col", value = "n"}))
    assert.equal("safe", release.verdict)
    assert.same({1, 3}, {release.record.counts.sensitive, release.record.counts.added})
    local least = assert(blotter.release(small, {dimensions = "row, col", value = "n", minimise = "value"}))
    assert.equal(8 + 22 + 17 + 12, least.record.counts.withheld_value)
  end)

  it("lets the small cells of a dense cube protect each other", function()
    local t, names = random_table({10, 10, 10}, 2, generator(1))
    local release = assert(blotter.release(t, {dimensions = names, value = "n"}))
    assert.same({"safe", 440}, {release.verdict, release.record.counts.sensitive})
    assert.is_true(release.record.counts.added <= 25)
    local narrow = disclose.decode(release:json())
    local change = narrow.proof.tables[1]
    narrow.proof.tables[1] = table.move(change, 1, #change, #change + 1, table.move(change, 1, #change, 1, {}))
    assert.is_false(disclose.verify(narrow))
  end)

  it("gives every cell and total a row, and null where nothing is said", function()
    local frame = assert(blotter.release(small, {dimensions = "row, col", value = "n"})):table()
    assert.equal(16, #frame)
    local columns = frame:columns()
    assert.same({"row", "col", "n", "status"}, {columns[1].name, columns[2].name, columns[3].name, columns[4].name})
    for _, row in frame:rows() do
      assert.equal(row.status == "withheld", row.n == nil)
      if row.row == "total" and row.col == "total" then assert.equal(190, row.n) end
    end
  end)

  it("gives the same pattern and the same record each time, whatever the order of rows", function()
    local turned = small:order "n desc"
    local first = assert(blotter.release(small, {dimensions = "row, col", value = "n"}))
    assert.equal(first:json(), assert(blotter.release(turned, {dimensions = "row, col", value = "n"})):json())
  end)

  it("asks for no more than another value where it is told to", function()
    local pair = counted {{3, 4, 30}, {40, 50, 60}, {5, 4, 30}}
    local strict = assert(blotter.release(pair, {dimensions = "row, col", value = "n"}))
    local exact = assert(blotter.release(pair, {dimensions = "row, col", value = "n", protection = "exact"}))
    assert.equal(0, exact.record.counts.added)
    assert.is_true(strict.record.counts.added > 0)
    assert.same({"safe", "safe"}, {strict.verdict, exact.verdict})
  end)

  it("leaves zeros to who may be told of them", function()
    local zeros = counted {{0, 20, 30}, {40, 3, 60}, {50, 40, 0}}
    local function count(options)
      options.dimensions, options.value = "row, col", "n"
      return assert(blotter.release(zeros, options)).record
    end
    assert.equal(1, count {zeros = "open"}.counts.sensitive)
    assert.equal(3, count {zeros = "sensitive"}.counts.sensitive)
    local known = count {zeros = "known"}
    for _, cell in ipairs(known.cells) do
      if cell.value == 0 then assert.equal("published", cell.status) end
    end
    assert.equal("safe", known.verdict)
    assert.equal(1, assert(blotter.release(counted {{1, 5}, {7, 8}}, {dimensions = "row, col", value = "n",
      threshold = 1, ones = "sensitive"})).record.counts.sensitive)
  end)

  it("withholds what few contributors dominate", function()
    local t = blotter.table "area string, branch string, firm string, turnover decimal(9,1)"
    local function add(area, branch, ...)
      for i, turnover in ipairs {...} do t:append(area, branch, area .. branch .. i, turnover) end
    end
    add("n", "a", "900.0", "50.5", "30.0", "20.0")
    add("n", "b", "100.0", "90.0", "80.0", "70.0")
    add("s", "a", "110.0", "95.0", "85.0", "65.0")
    add("s", "b", "120.0", "100.0", "90.0", "60.5")
    local function sensitive(options)
      options.dimensions, options.value, options.contributor = "area, branch", "sum(turnover)", "firm"
      local release = assert(blotter.release(t, options))
      assert.equal("safe", release.verdict)
      local list = {}
      for _, cell in ipairs(release.record.cells) do
        local why = cell.need and table.concat(cell.need.reasons, ", ")
        if why then list[#list + 1] = cell.key:gsub("\31", "; ") .. ": " .. why end
      end
      return table.concat(list, " | "), release
    end
    assert.equal("area=n; branch=a: dominance", sensitive {threshold = 3, dominance = {n = 1, k = 80}})
    assert.equal("area=n; branch=a: p percent", (sensitive {threshold = 3, p_percent = 10}))
    local _, release = sensitive {threshold = 3, p_percent = 10}
    -- 10 percent of the largest, 90.0, less what the third and fourth give, 50.0: 40.0 to either side.
    for _, cell in ipairs(release.record.cells) do
      if cell.need then assert.same({10005 - 400, 10005 + 400}, {cell.need.low, cell.need.high}) end
    end
    for _, row in release:table():where "area == 's' and branch == 'total'":rows() do assert.equal(725.5, row.value) end
  end)

  it("counts contributors, not what they give", function()
    local t = blotter.table "a string, b string, who string, x int64"
    for _, cell in ipairs {{"u", "v", 2}, {"u", "w", 12}, {"z", "v", 12}, {"z", "w", 12}} do
      for i = 1, cell[3] do t:append(cell[1], cell[2], cell[1] .. cell[2] .. i, 100) end
    end
    local release = assert(blotter.release(t, {dimensions = "a, b", value = "x", contributor = "who"}))
    assert.same({1, 3}, {release.record.counts.sensitive, release.record.counts.added})
  end)

  it("keeps the sums of hierarchies", function()
    local t = blotter.table "region string, city string, kind string, n int64"
    local random = generator(7)
    for r = 1, 3 do
      for c = 1, 4 do
        for k = 1, 3 do
          t:append("r" .. r, "r" .. r .. "c" .. c, "k" .. k, (c + k) % 5 == 0 and random(9) or 9 + random(50))
        end
      end
    end
    local release = assert(blotter.release(t, {dimensions = {{"region", "city"}, "kind"}, value = "n"}))
    assert.equal("safe", release.verdict)
    local frame = release:table()
    assert.equal((1 + 3 + 12) * 4, #frame)
    assert.equal(4, #frame:where "region == 'r1' and city == 'total'")
  end)

  it("takes a group and its only part for one cell", function()
    local t = blotter.table "region string, city string, kind string, n int64"
    for _, row in ipairs {{"r1", "a", "k", 20}, {"r2", "b", "k", 3}, {"r2", "c", "k", 30}, {"r1", "a", "l", 20},
      {"r2", "b", "l", 20}, {"r2", "c", "l", 40}} do t:append(row) end
    local release = assert(blotter.release(t, {dimensions = {{"region", "city"}, "kind"}, value = "n"}))
    assert.same({15, 1}, {release.record.counts.cells, release.record.counts.sensitive})
    assert.equal(18, #release:table())
  end)

  it("refuses a table that was published as it was", function()
    local bare = assert(blotter.release(small, {dimensions = "row, col", value = "n", method = "none"}))
    assert.equal("at risk", bare.verdict)
    assert.matches("col=c1, row=r2 could be known", bare:refusal())
    for _, answer in ipairs(bare.record.proof.answers) do
      assert.equal("at risk", answer.verdict)
      assert.is_true(disclose.verify_bound(bare.record, answer))
    end
  end)
end)

describe("tables that hang together", function()
  it("by their finest groups are told apart by no subtraction", function()
    local t = blotter.table "area string, ward string, kind string, n int64"
    for _, row in ipairs {{"x", "a", "p", 2}, {"x", "b", "p", 2}, {"x", "c", "p", 9}, {"x", "d", "p", 9},
      {"y", "e", "p", 3}, {"y", "f", "q", 3}, {"y", "g", "q", 3}, {"y", "h", "p", 6}} do t:append(row) end
    local options = {dimensions = {{"area", "ward"}}, value = "n", threshold = 4}
    assert.equal(0, assert(blotter.release(t, options)).record.counts.added)
    -- Apart both are safe; together they give a, b and e + h, and with h published e.
    options.linked = {{dimensions = {{"kind", "ward"}}}}
    local both = assert(blotter.release(t, options))
    assert.same({"safe", 1}, {both.verdict, both.record.counts.added})
    for _, row in both:table(2):where "ward == 'h'":rows() do assert.equal("withheld", row.status) end
  end)

  local rows = blotter.table "sex string, age string, area string, n int64"
  local random = generator(11)
  for s = 1, 2 do
    for a = 1, 4 do
      for r = 1, 4 do rows:append("s" .. s, "a" .. a, "r" .. r, random(6) == 1 and random(9) or 9 + random(40)) end
    end
  end

  it("are safe together", function()
    local release = assert(blotter.release(rows, {dimensions = "area, sex", value = "n", threshold = 60,
      linked = {{dimensions = "area, age"}}}))
    assert.equal("safe", release.verdict)
    assert.equal("not needed", release.record.joint)
    if not attacker.is_here() then return end
    local at_risk, asked = attacked(release, {release:table(1), release:table(2)})
    assert.is_true(asked > 0)
    assert.same({}, at_risk)
  end)

  it("in a ring are held against the table that they are all margins of", function()
    local release = assert(blotter.release(rows, {dimensions = "area, sex", value = "n", threshold = 40,
      linked = {{dimensions = "area, age"}, {dimensions = "sex, age"}}}))
    assert.equal("32 cells", release.record.joint:gsub("^%d+", "32"))
    assert.equal("safe", release.verdict)
  end)

  it("hold what was published before", function()
    local function release(dimensions, threshold, earlier)
      return assert(blotter.release(rows, {dimensions = dimensions, value = "n", threshold = threshold,
        earlier = earlier}))
    end
    local first = release("area, sex", 110)
    assert.is_true(first.record.counts.sensitive > 0)
    local second = release("area, age", 60, {first})
    assert.equal("safe", second.verdict)
    local path = os.tmpname()
    assert(first:save(path))
    assert.equal(second:json(), release("area, age", 60, {path}):json())
    os.remove(path)
    assert.equal("at risk", release("area, sex", 110, {release("area, sex", 1)}).verdict)
  end)

  it("see what came in between two releases", function()
    local before = counted {{20, 50, 30}, {40, 19, 22}, {17, 32, 12}}
    local now = counted {{20, 53, 30}, {40, 40, 22}, {40, 32, 40}}
    local first = assert(blotter.release(before, {dimensions = "row, col", value = "n"}))
    assert.equal(0, first.record.counts.sensitive)
    local plain = assert(blotter.release(now, {dimensions = "row, col", value = "n"}))
    assert.equal(0, plain.record.counts.added)
    -- Three came to a cell that was 50 and would be 53: published twice, their number could be subtracted.
    local second = assert(blotter.release(now, {dimensions = "row, col", value = "n", earlier = {first}}))
    assert.equal("safe", second.verdict)
    assert.is_true(second.record.counts.added >= 4)
    local fewer = counted {{19, 50, 30}, {40, 19, 22}, {17, 32, 12}}
    local nothing, message, code = blotter.release(fewer, {dimensions = "row, col", value = "n", earlier = {first}})
    assert.same({nil, "invalid"}, {nothing, code})
    assert.matches("total was 242 in earlier release 1 and is 241 now", message)
  end)
end)

describe("controlled rounding", function()
  it("keeps all sums and moves no cell past its neighbours", function()
    local t, names = random_table({7, 6}, 4, generator(3))
    local release = assert(blotter.release(t, {dimensions = names, value = "n", method = "rounding", base = 5}))
    assert.equal("safe", release.verdict)
    local total, sum = nil, 0
    for _, row in release:table():rows() do
      assert.equal(0, row.n % 5)
      if row.d1 == "total" and row.d2 == "total" then total = row.n end
      if row.d1 ~= "total" and row.d2 ~= "total" then sum = sum + row.n end
    end
    assert.equal(total, sum)
    for _, cell in ipairs(release.record.cells) do assert.is_true(math.abs(cell.rounded - cell.value) < 5) end
  end)
end)

describe("the proof", function()
  local release = assert(blotter.release(counted {{20, 50, 10}, {8, 19, 22}, {17, 32, 12}},
    {dimensions = "row, col", value = "n"}))

  local function changed(change)
    local record = assert(disclose.decode(release:json()))
    change(record)
    return disclose.verify(record)
  end

  it("is read again from its record", function()
    assert.is_true(changed(function() end))
    assert.matches("\"format\":\"blotter release 1\"", release:json())
    assert.matches("^Clp %d", release.record.versions.solver)
  end)

  it("fails when a cell, a table or a need is another", function()
    assert.is_false(changed(function(r) r.cells[1].value = r.cells[1].value + 1 end))
    assert.is_false(changed(function(r) r.proof.tables[1][2] = r.proof.tables[1][2] + 1 end))
    assert.is_false(changed(function(r) r.proof.answers = {} end))
    assert.is_false(changed(function(r)
      for _, cell in ipairs(r.cells) do
        if cell.need then cell.need.high = 1000 end
      end
    end))
    assert.is_false(changed(function(r)
      for _, cell in ipairs(r.cells) do cell.status = "published" end
    end))
  end)
end)

describe("an independent attacker", function()
  it("pins no sensitive cell down", function()
    if not attacker.is_here() then return pending "glpsol is not installed (Debian: glpk-utils)" end
    local rounds = os.getenv "BLOTTER_TORTURE" and 40 or 2
    for round = 1, rounds do
      for _, shape in ipairs {{{5, 5}, 6}, {{3, 3, 3}, 8}, {{8, 4}, 3}} do
        local t, names = random_table(shape[1], shape[2], generator(round * 31 + #shape[1]))
        local release = assert(blotter.release(t, {dimensions = names, value = "n"}))
        assert.equal("safe", release.verdict)
        local at_risk = attacked(release, {release:table()})
        assert.same({}, at_risk)
      end
    end
  end)

  it("finds what the audit finds", function()
    if not attacker.is_here() then return pending "glpsol is not installed (Debian: glpk-utils)" end
    local t, names = random_table({4, 4}, 4, generator(5))
    local release = assert(blotter.release(t, {dimensions = names, value = "n"}))
    local keys, audited = {}, {}
    for _, row in assert(release:audit()):rows() do
      local key = row.cell:gsub(", ", ";")
      keys[#keys + 1] = key
      audited[key] = {row.low, row.high}
      assert.is_true(row.exact)
    end
    assert.same(audited, attacker.ends({release:table()}, keys))
  end)
end)

describe("what release is given", function()
  local t = counted {{20, 50}, {30, 40}}

  local function refused(options, pattern)
    local ok, message = pcall(blotter.release, t, options)
    assert.is_false(ok)
    assert.matches(pattern, message)
  end

  it("is checked before any work", function()
    refused({}, "dimensions")
    refused({dimensions = "row, col", treshold = 5}, "did you mean 'threshold'")
    refused({dimensions = "row, col", value = "avg(n)"}, "add up to totals")
    refused({dimensions = "row, col", value = "sum(n) / count()"}, "add up to totals")
    refused({dimensions = "row, col", threshold = 2.5}, "integer")
    refused({dimensions = "row, row"}, "two dimensions")
    refused({dimensions = "row, kol"}, "kol")
    refused({dimensions = "row", value = "n", dominance = {n = 1}}, "dominance")
    refused({dimensions = "row", method = "magic"}, "method")
    refused({dimensions = "row", value = "sum(float64(n))"}, "int64 or decimal")
    assert.matches(": release: a table, a query", select(2, pcall(blotter.release, "people", {dimensions = "row"})))
  end)

  it("is refused with a message where data are to blame", function()
    local function message(t_, options)
      local nothing, said, code = blotter.release(t_, options)
      assert.same({nil, "invalid"}, {nothing, code})
      return said
    end
    assert.matches("negative", message(t, {dimensions = "row", value = "sum(-n)"}))
    assert.matches("no rows", message(t:where "n > 1000", {dimensions = "row"}))
    local named = blotter.table "a string, n int64"
    named:append("total", 3)
    assert.matches("called 'total'", message(named, {dimensions = "a"}))
    local rounded = assert(blotter.release(t, {dimensions = "row", value = "n", method = "rounding"}))
    assert.matches("was rounded", message(t, {dimensions = "row", value = "n", earlier = {rounded}}))
    assert.matches("is of sum%(n%), this one of count", message(t, {dimensions = "row", earlier = {
      assert(blotter.release(t, {dimensions = "row", value = "n"}))}}))
    assert.matches("No such file", message(t, {dimensions = "row", earlier = {"/nowhere/release.json"}}))
  end)

  it("is measured in whole units where it has decimals", function()
    local money = blotter.table "a string, b string, x decimal(9,2)"
    for i, x in ipairs {"9.50", "30.25", "20.00", "40.75"} do money:append("a" .. i % 2, "b" .. i // 3, x) end
    local release = assert(blotter.release(money, {dimensions = "a, b", value = "x"}))
    assert.same({"safe", 1, 3}, {release.verdict, release.record.counts.sensitive, release.record.counts.added})
    for _, row in assert(release:audit()):where "verdict == 'safe'":rows() do
      assert.is_true(row.low <= 8.5 and row.high >= 10)
    end
  end)

  it("may be small altogether, or of one dimension", function()
    local few = assert(blotter.release(counted {{1, 2}, {0, 3}}, {dimensions = "row, col", value = "n"}))
    assert.equal("safe", few.verdict)
    for _, row in few:table():where "row == 'total' and col == 'total'":rows() do assert.is_nil(row.n) end
    local line = assert(blotter.release(counted {{3, 30, 40}}, {dimensions = "col", value = "n"}))
    assert.same({"safe", 1}, {line.verdict, line.record.counts.added})
  end)

  it("may be without a sensitive cell", function()
    local release = assert(blotter.release(t, {dimensions = "row, col", value = "n"}))
    assert.equal("safe", release.verdict)
    assert.equal("ppppppppp", statuses(release:table()))
  end)
end)

describe("a report", function()
  local document = require "blotter.publish.document"
  local t = counted {{20, 50, 10}, {8, 19, 22}, {17, 32, 12}}

  local function checked(block) return pcall(document.check, {blocks = {block}}) end

  it("prints a table that may be published, as it is", function()
    local release = assert(blotter.release(t, {dimensions = "row, col", value = "n"}))
    assert.is_true(checked(release:block "Cases"))
    local changed = release:block "Cases"
    for _, row in ipairs(changed.rows) do row[3] = row[3] or 8 end
    local ok, message = checked(changed)
    assert.is_false(ok)
    assert.matches("is not what the release says", message)
  end)

  it("refuses one that reveals somebody", function()
    local release = assert(blotter.release(t, {dimensions = "row, col", value = "n", method = "none"}))
    local ok, message = checked(release:block "Cases")
    assert.is_false(ok)
    assert.matches("block 1 %(table%): the release is at risk: col=c1, row=r2 could be known", message)
  end)
end)

describe("without the solver", function()
  it("says what to install, and what needs none works", function()
    local command = ([[BLOTTER_CLP=/nowhere lua5.4 -e '
      local blotter = require "blotter"
      local t = blotter.table "a string, n int64"
      t:append("x", 3) t:append("y", 30) t:append("z", 30)
      print(blotter.release(t, {dimensions = "a", value = "n"}))
      print(blotter.release(t, {dimensions = "a", value = "n", threshold = 2}))' 2>&1]])
    local pipe = io.popen(command)
    local said = pipe:read "a"
    pipe:close()
    assert.matches("^nil\tCOIN%-OR Clp.-apt%-get install coinor%-libclp1\tio\na.-0 of 4 cells withheld", said)
  end)
end)
