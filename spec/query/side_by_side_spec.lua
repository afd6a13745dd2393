--- Joins whose right side has every key once, and windows of many partitions, over several blocks of rows, beside loops
-- over Lua tables.

local blotter = require "blotter"

local ROWS, KEYS = 100000, 1000

local function left_rows()
  local ks, ns, fs, ss = {}, {}, {}, {}
  for i = 1, ROWS do
    local x = (i * 7919) % 10007
    ks[i] = x % 11 ~= 0 and x % (KEYS + 300) or blotter.null
    ns[i] = x % 13 ~= 0 and x - 5000 or blotter.null
    fs[i] = x % 17 ~= 0 and x / 4 or blotter.null
    ss[i] = "k" .. x % 40
  end
  local t = blotter.table "id int64, k int64, n int64, f float64, s string"
  local ids = {}
  for i = 1, ROWS do ids[i] = i end
  assert(t:append_columns { id = ids, k = ks, n = ns, f = fs, s = ss })
  return t
end

--- Keys 0, 2, 4 …; some values are null, and one column never is.
local function right_table()
  local t = blotter.table "key int64, v int64, w float64, u string, name string"
  for k = 0, KEYS - 1, 2 do
    assert(t:append { key = k, v = k * 3, w = k % 6 ~= 0 and k / 8 or nil, u = "u" .. k % 7, name = "k" .. k })
  end
  return t
end

local function sums_of(rows)
  local out = { n = 0, id = 0, nn = 0, f = 0, v = 0, w = 0, c = 0 }
  for _, pair in ipairs(rows) do
    local a, b = pair[1], pair[2] or {}
    out.n, out.id = out.n + 1, out.id + a.id
    out.nn, out.f = out.nn + (a.n or 0), out.f + (a.f or 0)
    out.v, out.w = out.v + (b.v or 0), out.w + (b.w or 0)
    out.c = out.c + (b.w and 1 or 0)
  end
  if out.c == 0 then out.v, out.w = nil, nil end -- there is no partner at all
  return out
end

local SUMS = "n = count(), id = sum(id), nn = sum(n), f = sum(f), v = sum(v), w = sum(w), c = count(w)"

describe("joins side by side", function()
  local t, right = left_rows(), right_table()
  t:delete "id % 1009 == 0"
  local rows, by_key = t:totable(), {}
  for _, row in ipairs(right:totable()) do by_key[row.key] = row end

  local function expected(keep, alone)
    local out = {}
    for _, row in ipairs(rows) do
      local partner = row.k and by_key[row.k]
      if keep(row) and (partner or alone) then out[#out + 1] = { row, partner } end
    end
    return out
  end
  local function check(q, pairs_)
    assert.same(sums_of(pairs_), q:agg(SUMS):first())
    local collected = q:collect()
    assert.equal(#pairs_, #collected)
    for i = 1, #pairs_, 997 do
      local row, partner = collected:row(i), pairs_[i][2] or {}
      assert.equal(pairs_[i][1].id, row.id)
      assert.same({ partner.v, partner.u }, { row.v, row.u })
    end
  end
  local function any() return true end

  for _, threads in ipairs { 1, 2 } do
    it("give the same sums and rows as loops, with " .. threads .. " threads", function()
      local before = blotter.threads
      finally(function() blotter.threads = before end)
      blotter.threads = threads
      check(t:join(right, "k == key"), expected(any, false))
      check(t:left_join(right, "k == key"), expected(any, true))
      check(t:where("n > 1000"):join(right, "k == key"), expected(function(r) return (r.n or 0) > 1000 end, false))
      check(t:where("n > 1000"):left_join(right, "k == key"), expected(function(r) return (r.n or 0) > 1000 end, true))
      check(t:where("n == 1000"):left_join(right, "k == key"), expected(function(r) return r.n == 1000 end, true))
      check(t:left_join(right:where "key < 0", "k == key"), (function()
        local out = {}
        for i, row in ipairs(rows) do out[i] = { row } end
        return out
      end)())
    end)
  end

  it("of texts, and filters by another table", function()
    local names = right:select "name, key":where "key < 30"
    local joined, semi, anti, of_names = 0, 0, 0, 0
    for _, row in ipairs(rows) do
      local k = tonumber(row.s:sub(2))
      if k % 2 == 0 and k < 30 then joined, of_names = joined + 1, of_names + k end
      if row.k and by_key[row.k] then semi = semi + 1 else anti = anti + 1 end
    end
    local twice = right:union_all(right)
    assert.same({ n = joined, k = of_names }, t:join(names, "s == name"):agg("n = count(), k = sum(key)"):first())
    assert.equal(semi, t:semi_join(twice, "k == key"):count())
    assert.equal(anti, t:anti_join(twice, "k == key"):count())
    assert.equal(semi, t:semi_join(twice, "k == key"):collect():count())
  end)
end)

describe("windows of many partitions", function()
  local t = left_rows()

  --- By partition, ids in order of f (nulls last), then of rows.
  local function partitions(key)
    local parts = {}
    for _, row in ipairs(t:totable()) do
      local k = row[key] or "null"
      parts[k] = parts[k] or {}
      table.insert(parts[k], row)
    end
    for _, part in pairs(parts) do
      table.sort(part, function(a, b)
        local x, y = a.f or math.huge, b.f or math.huge
        if x ~= y then return x < y end
        return a.id < b.id
      end)
    end
    return parts
  end

  for _, case in ipairs { { "a dense key", "k", "k" },
    { "a wide key", "k", "k * 1000003 * 1000003" }, { "texts", "s", "s" } } do
    it("are computed as loops do, by " .. case[1], function()
      local answer = t:window { by = case[3], order = "f",
        derive = "r = rank(), p = lag(n), run = cumsum(n), first_f = first(f)" }:collect()
      local got = {}
      for _, row in answer:rows() do got[row.id] = row end
      for _, part in pairs(partitions(case[2])) do
        local sum, seen, rank = 0, false, 0
        for i, row in ipairs(part) do
          if i == 1 or row.f ~= part[i - 1].f then rank = i end
          sum, seen = sum + (row.n or 0), seen or row.n ~= nil
          local own = got[row.id]
          assert.same({ rank, i > 1 and part[i - 1].n or nil, seen and sum or nil, part[1].f },
            { own.r, own.p, own.run, own.first_f })
        end
      end
    end)
  end
end)
