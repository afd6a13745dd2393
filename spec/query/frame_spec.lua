local blotter = require "blotter"

local function sample()
  local t = blotter.table [[id int64, ok bool, x float64, price decimal(9,2), big decimal(18,0), name string, day date,
    at timestamp]]
  assert(t:append(1, true, 0.1, "12.50", "999999999999999999", "KR", "2012-01-31", "2012-01-31T10:20:30.25Z"))
  assert(t:append(nil, nil, nil, nil, nil, nil, nil, nil))
  assert(t:append(math.mininteger, false, 0 / 0, -0.05, 5, "a\nb", "0001-01-01", "9999-12-31 23:59:59"))
  return t
end

describe("a frame", function()
  it("gives values of each type, nil for null", function()
    local row = sample():collect():row(1)
    assert.same({ id = 1, ok = true, x = 0.1, price = 12.5, big = "999999999999999999", name = "KR",
      day = "2012-01-31", at = "2012-01-31T10:20:30.25Z" }, row)
    assert.same({}, sample():row(2))
    local last = sample():row(3)
    assert.equal(math.mininteger, last.id)
    assert.is_true(last.x ~= last.x)
    assert.equal(-0.05, last.price)
    assert.equal(5.0, last.big)
    assert.equal("9999-12-31T23:59:59Z", last.at)
    assert.is_nil(sample():row(4))
  end)

  it("iterates in order with the row's number first", function()
    local seen = {}
    for i, row in sample():rows() do seen[i] = row.name or "-" end
    assert.same({ "KR", "-", "a\nb" }, seen)
  end)

  it("gives columns as sequences with n", function()
    local values = sample():values "id"
    assert.equal(3, values.n)
    assert.same({ 1, nil, math.mininteger, n = 3 }, values)
    assert.equal("KR", sample():select "name":limit(1):value())
    assert.has_error(function() return sample():value() end)
  end)

  it("prints an aligned table that fits, with types and the count", function()
    local t = blotter.table "name string, n int64"
    t:append("日本", 5)
    t:append(nil, 1000000)
    assert.equal(table.concat({
      "name          n",
      "string    int64",
      "──────  ───────",
      "日本          5",
      "null    1000000",
      "2 rows" }, "\n"), t:show())
    assert.matches("3 rows; not shown: .*$", sample():show(20, 30))
    for line in sample():show(20, 60):gmatch "[^\n]+" do assert.is_true(utf8.len(line) <= 200) end
    assert.matches("a\\nb", sample():show())
    for i = 1, 30 do t:append("x", i) end
    assert.matches("\n32 rows, the first 20 shown$", tostring(t))
  end)

  it("can be left in the middle of its rows", function()
    local t = sample()
    local steps = t:rows()
    assert.equal(1, (steps()))
    steps = nil
    assert.is_nil(steps)
    collectgarbage()
    assert.is_true(t:append(2, nil, nil, nil, nil, nil, nil, nil))
    assert.equal(4, #t)
  end)
end)

describe("explaining", function()
  local function hundred()
    local t = blotter.table "country string, n int64"
    for i = 1, 100 do t:append("c" .. i % 7, i) end
    return t
  end

  it("shows the plan, as it is run and as it was written", function()
    local q = hundred():where "n > 5":by "c = upper(country)":agg "s = sum(n)":where "s > 10":top(2, "s")
    assert.equal([[
order s desc, the first 2
└ filter s > 10 and s ~= nil
  └ group c = upper(country): s = sum(n)
    └ filter n > 5
      └ scan country, n]], q:explain())
    assert.equal([[
limit: the first 2
└ order s desc
  └ filter s ~= nil
    └ filter s > 10
      └ group c = upper(country): s = sum(n)
        └ filter n > 5
          └ scan country, n]], q:explain "written")
    assert.has_error(function() q:explain "walk" end)
  end)

  it("runs nothing, unless it is told to", function()
    local q = hundred():derive "z = 9223372036854775807 + n":where "z > 0"
    assert.matches("9223372036854775807 %+ n", q:explain())
    assert.has_error(function() q:explain "run" end)
    local text = hundred():by "country":agg "s = sum(n)":order "s":limit(3):explain "run"
    assert.matches("^order s, the first 3  %[3 rows, [%d.]+ ms, %d+ bytes held", text)
    assert.matches("\n└ group country: s = sum%(n%)  %[7 rows, [%d.]+ ms, %d+ bytes held, 1 block read", text)
    assert.matches("\n  └ scan country, n  %[100 rows, ", text)
  end)

  it("counts a row once, also when strings had to be numbered first", function()
    local t = blotter.table "s string, u string, n int64"
    for i = 1, 300 do t:append("s" .. i % 7, "u" .. i, i) end
    local w = t:where "n > 100"
    for _, q in ipairs {
      w:by "s":agg "a = sum(n)", w:by "u":agg "a = sum(n)", w:by "k = s .. u":agg "a = count()",
      w:agg "a = max(s .. u)", w:by "s":agg "a = median(n)", w:by "s":agg "a = string_agg(u)",
    } do
      assert.matches("scan [snu, ]+ %[300 rows", q:explain "run")
    end
  end)
end)
