local blotter = require "blotter"

-- Two keys of 41 and 27 bits: a word and a half, so that the number of the partition has to say a part of one.
local A, B = (1 << 40) // 1000, (1 << 26) // 500

--- Rows in which each pair of keys is there once or twice, some keys null, and what sums by pair must be.
local function pairs_of_keys(rows, distinct)
  local a, b, v, expected, groups = {}, {}, {}, {}, 0
  for i = 1, rows do
    local k = (i * 7919) % distinct
    local x, y = k % 1000 * A, k // 1000 * B % (1 << 26) + k // 500000
    a[i] = k % 97 == 5 and blotter.null or x
    b[i] = k % 89 == 7 and blotter.null or y
    v[i] = i % 1000
    local key = tostring(a[i]) .. "|" .. tostring(b[i])
    if not expected[key] then groups = groups + 1 end
    expected[key] = (expected[key] or 0) + v[i]
  end
  a[rows + 1], b[rows + 1], v[rows + 1] = (1 << 40) - 1, (1 << 26) - 1, 1
  expected[tostring(a[rows + 1]) .. "|" .. tostring(b[rows + 1])] = 1
  return { a = a, b = b, v = v }, expected, groups + 1
end

local function text(v)
  return tostring(v == nil and blotter.null or v)
end

local function compare(rows, distinct)
  local columns, expected, groups = pairs_of_keys(rows, distinct)
  local t = blotter.table "a int64, b int64, v int64"
  assert(t:append_columns(columns))
  local frame, wrong = t:by "a, b":agg "s = sum(v), n = count(), f = first(v)":collect(), 0
  assert.equal(groups, #frame)
  for _, r in frame:rows() do
    if expected[text(r.a) .. "|" .. text(r.b)] ~= r.s then wrong = wrong + 1 end
  end
  assert.equal(0, wrong)
  assert.equal(rows + 1, frame:agg("n = sum(n)"):first().n)
  return columns, frame
end

describe("groups by keys wider than a word", function()
  it("are told apart when there are few, and stand in the order of their first rows", function()
    local columns, frame = compare(100000, 30000)
    for i, r in frame:limit(20):rows() do
      assert.equal(text(columns.a[i]), text(r.a))
      assert.equal(text(columns.b[i]), text(r.b))
    end
  end)

  it("are told apart when there are as many as rows", function()
    compare(150000, 1 << 20)
  end)

  it("that are cut to a unit of time are counted in steps of it", function()
    local t = blotter.table "at timestamp, d date, n int64"
    local texts = {}
    for i = 1, 5000 do
      local day = ("%04d-%02d-%02d"):format(1965 + i % 9, i % 12 + 1, i % 28 + 1)
      local at = i % 17 ~= 0 and ("%sT%02d:%02d:%02d"):format(day, i % 24, i * 7 % 60, i * 31 % 60) or nil
      t:append(at, i % 19 ~= 0 and day or nil, i)
      texts[i] = at or false
    end
    for unit, bytes in pairs { day = 10, hour = 13, minute = 16, second = 19 } do
      local want = {}
      for i, at in ipairs(texts) do
        local key = at and at:sub(1, bytes)
        want[key] = (want[key] or 0) + i
      end
      for _, keys in ipairs { "k = trunc(at, '%s')", "k = trunc(at, '%s'), w = trunc(d, 'week')" } do
        local got, found = {}, 0
        for _, row in t:by(keys:format(unit)):agg "n = sum(n)":rows() do
          local key = row.k and row.k:sub(1, bytes) or false
          got[key], found = (got[key] or 0) + row.n, found + 1
        end
        assert.same(want, got, unit)
        assert.equal(found, t:by(keys:format(unit)):agg "n = sum(n)":select "string(k)":count())
      end
    end
  end)
end)

describe("a key of one value", function()
  it("changes nothing beside others, wherever it stands, whatever is asked", function()
    local k, s, v, w, none = { n = 20000 }, {}, {}, {}, { n = 20000 }
    for i = 1, 20000 do
      k[i] = i % 5 ~= 0 and i * 7919 % 100 - 30 or nil
      s[i], v[i], w[i] = "text " .. i % 77, i % 13, i / 8
    end
    local t = blotter.table "k int64, s string, v int64, w float64, none int64"
    assert(t:append_columns { k = k, s = s, v = v, w = w, none = none })
    local questions = { "x = sum(v)", "x = sum(v), m = mean(w)", "x = max(v), n = count()", "x = median(w)",
      "x = count_distinct(v), y = approx_quantile(w, 0.3)" }
    for _, keys in ipairs { "k", "s", "k, s" } do
      for _, question in ipairs(questions) do
        local want = t:by(keys):agg(question):collect()
        for _, more in ipairs { "one = 5, " .. keys, keys .. ", one = 'x'", "a = 1.5, " .. keys .. ", none" } do
          local got = t:by(more):agg(question):drop(more:match "none" and "a, none" or "one"):collect()
          for _, column in ipairs(want:columns()) do
            assert.same(want:values(column.name), got:values(column.name))
          end
        end
      end
    end
  end)
end)
