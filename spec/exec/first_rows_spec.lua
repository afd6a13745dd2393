-- The first rows of an order, and the extremes of texts, where blocks tell which of them can be passed over.

local blotter = require "blotter"

local BLOCK = 65536

-- Rows of many blocks: texts that hardly repeat, of which some begin others, numbers in no order and in order.
local function rows_of(blocks, seed)
  local rows, state = {}, seed
  local function random(n)
    state = (state * 1103515245 + 12345) % 2147483648
    return state // 65536 % n
  end
  for i = 1, blocks * BLOCK + random(5) - 2 do
    local base = "https://host-" .. random(30000) .. "/" .. i
    rows[i] = {
      id = i,
      text = i % 97 ~= 0 and (i % 1009 == 0 and base:sub(1, 9 + random(6)) or base) or nil,
      n = i % 53 ~= 0 and random(32768) * 32768 + random(32768) or nil,
      rising = i * 3,
      x = i % 71 ~= 0 and (random(32768) - 16384) / 8 or nil,
    }
  end
  return rows
end

local function table_of(rows)
  local columns = { id = {}, text = {}, n = {}, rising = {}, x = {} }
  for name, list in pairs(columns) do
    for i, row in ipairs(rows) do list[i] = row[name] end
    list.n = #rows
  end
  local t = blotter.table "id int64, text string, n int64, rising int64, x float64"
  assert(t:append_columns(columns))
  return t
end

local MOST = 40

-- Whether a row comes before another one by a column: nulls last, what is alike by id.
local function comes_before(a, b, name, descending)
  local x, y = a[name], b[name]
  if x == y then return a.id < b.id end
  if x == nil or y == nil then return y == nil end
  if descending then return x > y end
  return x < y
end

-- The ids of the first MOST rows.
local function expected(rows, name, descending, passes)
  local first, ids = {}, {}
  for _, row in ipairs(rows) do
    local is_in = #first < MOST or comes_before(row, first[MOST], name, descending)
    if is_in and (not passes or passes(row)) then
      local at = #first
      while at > 0 and comes_before(row, first[at], name, descending) do at = at - 1 end
      table.insert(first, at + 1, row)
      first[MOST + 1] = nil
    end
  end
  for i, row in ipairs(first) do ids[i] = row.id end
  return ids
end

local function ids_of(query)
  local ids = {}
  for _, row in query:rows() do ids[#ids + 1] = row.id end
  return ids
end

local function check(t, rows, passes, condition)
  local from = condition and t:where(condition) or t
  for _, name in ipairs { "text", "n", "rising", "x" } do
    for _, direction in ipairs { "", " desc" } do
      local wanted = expected(rows, name, direction ~= "", passes)
      for _, most in ipairs { 1, 11, MOST } do
        local what = ("%s%s, first %d"):format(name, direction, most)
        local first = { table.unpack(wanted, 1, most) }
        assert.same(first, ids_of(from:order(name .. direction .. ", id"):limit(most)), what)
        assert.same(first, ids_of(from:order(name .. direction):limit(most)), what .. ", alike as they stand")
      end
    end
  end
end

describe("the first rows of many blocks", function()
  local rows, t

  setup(function()
    rows = rows_of(11, 7)
    t = table_of(rows)
  end)
  teardown(function() -- What a spec keeps is in the way of all that come after it.
    rows, t = nil, nil
    collectgarbage()
  end)

  it("are those of a whole sort, of texts and numbers, both ways", function() check(t, rows) end)

  it("are those that pass a condition, and those that are left after rows were deleted", function()
    check(t, rows, function(row) return row.id % 3 == 0 end, "id % 3 == 0")
    local copy, gone = table_of(rows), {}
    local least = copy:agg "a = min(text), b = max(text), c = min(n), d = max(n)":first()
    for _, row in ipairs(rows) do
      local is_least = row.text == least.a or row.text == least.b or row.n == least.c or row.n == least.d
      gone[row.id] = is_least or row.id % 5 == 1
    end
    copy:delete "id % 5 == 1"
    for id, is_gone in pairs(gone) do
      if is_gone and id % 5 ~= 1 then copy:delete("id == " .. id) end
    end
    check(copy, rows, function(row) return not gone[row.id] end)
  end)

  it("count nulls first where that is asked", function()
    assert.same({ 97, 194, 291 }, ids_of(t:order "text nulls first, id":limit(3)))
  end)

  it("read few blocks of numbers", function()
    local plan = t:order "rising desc":limit(5):explain "run"
    assert.matches("up to a bound", plan)
  end)

  it("leave NaN where it has its place", function()
    local u = table_of(rows)
    u:update("id == 300001", "x = 0.0 / 0.0")
    for _, order in ipairs { "x", "x desc" } do
      local all = u:order(order .. ", id"):collect()
      for i, id in ipairs(ids_of(u:order(order .. ", id"):limit(7))) do assert.equal(all:row(i).id, id) end
    end
  end)
end)

describe("the extremes of texts", function()
  it("are those of all rows, also when asked again, by condition, and in blocks of nothing but nulls", function()
    local rows = rows_of(3, 11)
    for i = BLOCK + 1, 2 * BLOCK do rows[i].text = nil end
    rows[70].text, rows[#rows].text, rows[200].text = "", "~~~", "~~~"
    local t = table_of(rows)
    for _ = 1, 2 do
      local got = t:agg "a = min(text), b = max(text), n = count(text)":first()
      local n = 0
      for _, row in ipairs(rows) do n = n + (row.text and 1 or 0) end
      assert.same({ a = "", b = "~~~", n = n }, got)
      assert.same({ a = "", b = "~~~" }, t:where "id < 300":agg "a = min(text), b = max(text)":first())
    end
    t:delete "text == '' or text == '~~~'"
    local low, high
    for _, row in ipairs(rows) do
      if row.text and row.text ~= "" and row.text ~= "~~~" then
        low = (not low or row.text < low) and row.text or low
        high = (not high or row.text > high) and row.text or high
      end
    end
    assert.same({ a = low, b = high }, t:agg "a = min(text), b = max(text)":first())
    assert.same({}, t:where "id > 65536 and id <= 131072":agg "a = min(text), b = max(text)":first())
  end)

  it("pass over blocks once they are known", function()
    local t = blotter.table "k string, n int64"
    local append = t:appender()
    for i = 1, 6 * BLOCK do append(("key %09d"):format(i), i) end
    t:agg "a = min(k), b = max(k)":collect()
    assert.equal(77, t:where "k == 'key 000300000'":agg("n = sum(n) - 300000 + 77"):first().n)
    assert.equal(100, #t:where "k > 'key 000393116'":collect())
    assert.equal(0, #t:where "k < 'key 0'":collect())
  end)
end)
