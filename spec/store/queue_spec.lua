--- Tables to whose end rows are appended while their first ones are deleted do not grow with all that they ever held.
local blotter = require "blotter"

local SCHEMA = "id int64 key, at date, word string, name string, v float64, ok bool"
local STEP, KEPT = 20000, 30000

local DAYS = {}
for day = 1, 28 do DAYS[day] = ("2024-01-%02d"):format(day) end

describe("a queue", function()
  local path
  before_each(function() path = os.tmpname() os.remove(path) end)
  after_each(function() os.remove(path) end)

  local function bytes()
    local f <close> = assert(io.open(path))
    return f:seek "end"
  end

  local function append(t, from, to)
    local add = t:appender()
    for id = from, to do
      add(id, DAYS[id % 28 + 1], "w" .. id % 7, "name " .. id, id / 4, id % 2 == 0)
    end
  end

  local function expect(t, low, high)
    assert.same({ n = high - low + 1, low = low, high = high, s = (low + high) * (high - low + 1) / 8 },
      t:agg "n = count(), low = min(id), high = max(id), s = sum(v)":first())
    assert.equal("name " .. low, t:get(low).name)
    assert.is_nil(t:get(low - 1))
    assert.equal(7, t:by "word":agg "n = count()":count())
    assert.equal(high, t:order "id desc":first().id)
  end

  for _, how in ipairs { "one commit a step", "a transaction a step", "in memory" } do
    it("keeps what it holds and little more: " .. how, function()
      local db <close> = assert(how == "in memory" and blotter.memory() or blotter.open(path))
      local t, high, sizes = db:create("queue", SCHEMA), 0, {}
      local function step()
        append(t, high + 1, high + STEP)
        high = high + STEP
        if high > KEPT then assert(t:delete("id <= $low", { low = high - KEPT })) end
      end
      for round = 1, 30 do
        if how == "a transaction a step" then assert(db:transaction(step)) else step() assert(db:commit()) end
        if high > KEPT then expect(t, high - KEPT + 1, high) end
        sizes[round] = how == "in memory" and t:stats().bytes or bytes()
      end
      assert(db:check())
      assert.is_true(sizes[30] < 1.35 * sizes[15], ("%d bytes, %d before"):format(sizes[30], sizes[15]))
    end)
  end

  it("is rolled back, reopened and compacted with the rows that it has", function()
    local db = assert(blotter.open(path))
    local t = db:create("queue", SCHEMA)
    append(t, 1, 150000)
    assert(db:commit())
    assert(t:delete "id <= 140000")
    assert(db:commit())
    db:transaction(function()
      t:delete "id <= 145000"
      append(t, 150001, 200000)
      return false
    end)
    pcall(db.transaction, db, function()
      t:delete "true"
      error "undone"
    end)
    local high = t:agg "max(id)":value()
    expect(t, high == 150000 and 140001 or 145001, high)
    db:close()
    db = assert(blotter.open(path))
    t = db:table "queue"
    assert(db:check())
    expect(t, high == 150000 and 140001 or 145001, high)
    assert(t:delete "true")
    assert(db:commit())
    assert.equal(0, #t)
    append(t, 1, 10)
    assert(db:compact())
    expect(t, 1, 10)
    db:close()
  end)
end)
