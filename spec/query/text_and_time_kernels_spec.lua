local blotter = require "blotter"

-- Kernels that take a shorter way for what is usual, against the plain one in Lua.
describe("kernels with a shorter way", function()
  local UNITS = { second = 1000000, minute = 60000000, hour = 3600000000, day = 86400000000 }

  --- Microseconds, most of them near some minute.
  local function moments(n, seed)
    local list = { -(1 << 55), 1 << 57, 0, -1, 1 }
    math.randomseed(seed)
    for i = #list + 1, n do
      local t = math.random(0) >> math.random(9, 40)
      if i % 2 == 0 then t = -t end
      if i % 3 == 0 then t = t // 60000000 * 60000000 + math.random(-1, 1) end
      list[i] = t
    end
    return list
  end

  it("cut moments down to units wherever they lie", function()
    local list = moments(5000, 20261126)
    local t = blotter.table "at int64"
    for _, at in ipairs(list) do t:append { at = at } end
    for unit, length in pairs(UNITS) do
      local cut = ("at, cut = trunc(timestamp '1970-01-01' + at, '%s') - timestamp '1970-01-01'"):format(unit)
      local f = t:select(cut):collect()
      for i, row in f:rows() do
        assert.equal(row.at - row.at % length, row.cut, ("row %d: %d by %s"):format(i, row.at, unit))
      end
    end
  end)

  it("change the case of texts one behind the other, some of them with longer letters", function()
    math.randomseed(7)
    local pieces = { "abc", "ABC", "a-z@[`{", "", "é", "É", "0123456789", ("x"):rep(70), "\xff", "ß" }
    local t = blotter.table "s string"
    local upper = { ["abc"] = "ABC", ["a-z@[`{"] = "A-Z@[`{", ["é"] = "É", [("x"):rep(70)] = ("X"):rep(70) }
    local lower = { ["ABC"] = "abc", ["É"] = "é" }
    local function changed(list, to)
      local out = {}
      for i, piece in ipairs(list) do out[i] = to[piece] or piece end
      return table.concat(out)
    end
    local want = {}
    for i = 1, 66000 do
      local list = { tostring(i) }
      for k = 2, math.random(1, 4) do list[k] = pieces[math.random(i < 3000 and 3 or #pieces)] end
      want[i] = { changed(list, lower), changed(list, upper) }
      t:append { s = table.concat(list) }
    end
    local f = t:select "l = lower(s), u = upper(s), same = lower(s) == s":collect()
    for i, row in f:rows() do
      assert.equal(want[i][1], row.l)
      assert.equal(want[i][2], row.u)
    end
  end)

  it("compare texts with a long one as with a short one", function()
    math.randomseed(11)
    local t, list = blotter.table "s string", {}
    for i = 1, 66000 do
      list[i] = ("http://example"):sub(1, math.random(0, 14)) .. ("ab"):rep(math.random(0, 5)) .. i % 9
      t:append { s = list[i] }
    end
    local tests = { ["<"] = function(a, b) return a < b end, ["<="] = function(a, b) return a <= b end,
      [">"] = function(a, b) return a > b end, [">="] = function(a, b) return a >= b end }
    local bound = "http://exampleabab4"
    for _, k in ipairs { bound, bound:sub(1, 16), bound:sub(1, 15), "http", "" } do
      for sign, holds in pairs(tests) do
        local n = 0
        for _, s in ipairs(list) do if holds(s, k) then n = n + 1 end end
        assert.equal(n, t:where("s " .. sign .. " $1", { k }):count(), sign .. " " .. k)
      end
    end
  end)
end)
