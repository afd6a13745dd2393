--- A filter that leaves few rows for keys of a wide domain: only the places that rows reach are cleared and merged. The
--- answer is what a plain loop gives, bit for bit the same on any number of threads.

local blotter = require "blotter"

local ROWS, WIDE, NARROW, THREADS = 330000, 600, 999, blotter.threads

local function row_of(i)
  local x = i * 2654435761 % 4294967296
  return x % WIDE, x // WIDE % (NARROW + 1), (x % 2001 - 1000) / 8, i
end

describe("few groups of a wide domain", function()
  local t
  setup(function()
    local a, b, f, n = { n = ROWS }, { n = ROWS }, { n = ROWS }, { n = ROWS }
    for i = 1, ROWS do a[i], b[i], f[i], n[i] = row_of(i) end
    for i = 100, ROWS, 1000 do a[i] = nil end
    t = assert(blotter.table "a int64, b int64, f float64, n int64")
    assert(t:append_columns { a = a, b = b, f = f, n = n })
  end)
  teardown(function() blotter.threads = THREADS end)

  local filters = {
    { "n % 20011 == 3", function(n) return n % 20011 == 3 end },
    { "n == 65537", function(n) return n == 65537 end },
    { "n > 65000 and n < 66100", function(n) return n > 65000 and n < 66100 end },
    { "n % 13 == 1", function(n) return n % 13 == 1 end },
    { "n < 0", function() return false end },
  }

  local function expected(keeps)
    local out, groups = {}, 0
    for i = 1, ROWS do
      if keeps(i) then
        local a, b, f = row_of(i)
        local key = (i % 1000 == 100 and "nil" or a) .. "|" .. b
        local group = out[key]
        if not group then
          group, groups = { c = 0, s = 0, m = i }, groups + 1
          out[key] = group
        end
        group.c, group.s = group.c + 1, group.s + f
      end
    end
    return out, groups
  end

  for _, filter in ipairs(filters) do
    it("are found where " .. filter[1], function()
      local want, groups = expected(filter[2])
      for _, aggregates in ipairs { "c = count()", "c = count(), m = min(n)", "c = count(), s = sum(f)" } do
        local first
        for _, threads in ipairs { 1, 2, 5, 16 } do
          blotter.threads = threads
          local frame = t:where(filter[1]):by("a, b"):agg(aggregates):collect()
          assert.equal(groups, #frame)
          local lines = {}
          for _, row in frame:rows() do
            local group = want[tostring(row.a) .. "|" .. row.b]
            if row.c ~= group.c or (row.s and row.s ~= group.s) or (row.m and row.m ~= group.m) then
              error(("group %s, %s"):format(row.a, row.b))
            end
            lines[#lines + 1] = ("%s %d %d %s"):format(row.a, row.b, row.c, row.s or row.m)
          end
          first = first or table.concat(lines, "\n")
          assert.is_true(first == table.concat(lines, "\n"), "threads " .. threads)
        end
      end
    end)
  end
end)
