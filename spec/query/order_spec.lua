--- The order of answers, and what they choose among equals: the same for 1, 2, 5 and 16 threads, each time, in memory
-- and in a file.
local blotter = require "blotter"

local ROWS = 200000

--- Few values of `few`, so that most choices are among equals; `many` has more groups than a block has rows.
local function fill(t)
  local c = { n = {}, few = {}, many = {}, word = {}, x = {}, day = {} }
  for i = 1, ROWS do
    local h = i * 2654435761 % 4294967296
    c.n[i], c.few[i], c.many[i] = i, h % 7, h % 90001 * 1000003
    c.word[i], c.x[i] = "w" .. h % 113, h % 997 / 7
    c.day[i] = ("2019-%02d-%02d"):format(h % 12 + 1, h % 28 + 1)
  end
  assert(t:append_columns(c))
  return t
end

local ASKED = {
  ["top by groups"] = function(t) return t:top(3, "x", { by = "few" }) end,
  ["top by many groups"] = function(t) return t:top(1, "few", { by = "many" }):limit(2000) end,
  ["top of groups"] = function(t) return t:by "word":agg "x = max(x), n = count()":top(5, "x") end,
  ["distinct"] = function(t) return t:distinct "word, few" end,
  ["many distinct"] = function(t) return t:distinct "many":limit(3000) end,
  ["groups"] = function(t) return t:by "word":agg "s = sum(x), m = mean(x), v = variance(x), q = median(x)" end,
  ["many groups"] = function(t) return t:by "many":agg "s = sum(x), f = first(n), l = last(n), o = mode(few)" end,
  ["chosen among equals"] = function(t)
    local answer = t:by "few":agg "m = mode(word), d = mode(day), f = first(word), l = last(x), a = string_agg(word)"
    return answer:derive "a = len(a)"
  end,
  ["one group"] = function(t) return t:agg "s = sum(x), m = mean(x), v = stddev(x), o = mode(few), d = median(day)" end,
  ["order with ties"] = function(t) return t:order "few desc, word":limit(500) end,
  ["whole order with ties"] = function(t) return t:order "few % 2, day":select "n" end,
  ["groups in order"] = function(t) return t:by "word, few":agg "n = count()":order "n desc" end,
}

describe("the order of answers", function()
  local path = os.tmpname() .. ".blt"
  local threads = blotter.threads
  after_each(function()
    blotter.threads = threads
    os.remove(path)
  end)

  it("is the same however many threads there are, wherever the table lies", function()
    local t = fill(blotter.table "n int64, few int64, many int64, word string, x float64, day date")
    local db <close> = assert(blotter.open(path))
    assert(db:save("t", t))
    local stored, wanted = db:table "t", {}
    for _, count in ipairs { 1, 2, 5, 16, 2 } do
      blotter.threads = count
      for name, ask in pairs(ASKED) do
        for place, from in pairs { memory = t, file = stored } do
          local text = ask(from):csv()
          wanted[name] = wanted[name] or text
          assert(text == wanted[name], ("%s, %s, %d threads"):format(name, place, count))
        end
      end
    end
  end)
end)

describe("an answer that is saved", function()
  it("has the columns that were asked for, not those that it was ordered by", function()
    local path = os.tmpname() .. ".blt"
    local db <close> = assert(blotter.open(path))
    local t = blotter.table "a int64, s string, d decimal(9,2)"
    for i = 1, 20 do t:append(i, "s" .. i % 3, i / 4) end
    for name, q in pairs {
      one = t:order "a % 3", two = t:order "len(s) desc, -a":limit(7), three = t:where "a > 2":order "d * 2 desc",
      four = t:derive "b = a + 1":order "b % 4, a", five = t:top(3, "a % 7"), six = t:top(2, "a % 5", { by = "s" }),
    } do
      local columns = name == "four" and "a,s,d,b" or "a,s,d"
      assert(db:save(name, q))
      local saved = db:table(name)
      assert.equal(columns, saved:csv():match "^[^\n]*", name)
      assert.equal(q:csv(), saved:csv(), name)
    end
    os.remove(path)
  end)
end)
