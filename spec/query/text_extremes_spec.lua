local blotter = require "blotter"

describe("the smallest and the largest text", function()
  local function texts(n)
    local c = { g = {}, k = {}, s = {} }
    math.randomseed(n)
    for i = 1, n do
      c.g[i], c.k[i] = i % 7, math.random(1, 100000)
      c.s[i] = i % 13 == 0 and blotter.null or ("x"):rep(i % 3) .. math.random(1, 1 << 40)
    end
    local t = blotter.table "g int64, k int64, s string"
    t:append_columns(c)
    return t, c
  end

  local function naively(c, key)
    local found = {}
    for i, s in ipairs(c.s) do
      local g = key and c[key][i] or 0
      found[g] = found[g] or {}
      local f = found[g]
      if s ~= blotter.null then
        f.low, f.high, f.first = f.low and f.low < s and f.low or s, f.high and f.high > s and f.high or s, f.first or s
        f.last = s
        if s < "3" then f.some = f.some and f.some > s and f.some or s end
      end
    end
    return found
  end

  -- Few texts are ranked, many in a dictionary compared by code, and plain text by row; groups are direct or radix.
  for _, n in ipairs { 20, 3000, 70000 } do
    it("of " .. n .. " rows are those of a loop, on any number of threads", function()
      local t, c = texts(n)
      local before = blotter.threads
      finally(function() blotter.threads = before end)
      for _, key in ipairs { false, "g", "k" } do
        local want = naively(c, key)
        for _, threads in ipairs { 1, 3 } do
          blotter.threads = threads
          local q = key and t:by(key) or t
          for _, row in q:agg [[low = min(s), high = max(s), first = first(s), last = last(s),
            some = max_if(s, s < '3'), lower = min(lower(s)), n = count()]]:rows() do
            local f = want[key and row[key] or 0]
            assert.same({ f.low, f.high, f.first, f.last, f.some, f.low },
              { row.low, row.high, row.first, row.last, row.some, row.lower })
          end
        end
      end
    end)
  end
end)
