--- The first rows of an order by a column of plain text: rows behind a text from a sample are left out before the rest
--- get their codes. The answer is that of a stable sort in Lua, on any number of threads.

local blotter = require "blotter"

local ROWS, THREADS = 140000, blotter.threads

local function scrambled(i) return i * 2654435761 % 4294967296 end

-- Ways to fill the column: texts hardly repeat.
local fillings = {
  ["shares a beginning"] = function(i) return ("http://host-%d.example/%08x"):format(i % 3, scrambled(i)) end,
  ["rises"] = function(i) return ("%08d"):format(i) end,
  ["falls"] = function(i) return ("%08d"):format(ROWS - i) end,
  ["is no UTF-8, long or empty"] = function(i)
    if i % 5000 == 7 then return "" end
    return ("\xff%04x"):format(scrambled(i) // 65536) .. ("\0x"):rep(i % 40) .. i
  end,
}

local orders = {
  { "s", function(a, b) return a.s < b.s end, false },
  { "s desc", function(a, b) return a.s > b.s end, false },
  { "s nulls first, n desc", function(a, b) return a.s < b.s end, true },
}

local filters = {
  { nil, function() return true end },
  { "n % 20000 == 11", function(n) return n % 20000 == 11 end },
}

-- Rows by text, nulls on one side; equal ones as they come, or (with nulls first) by falling n.
local function sorted(rows, before, nulls_first)
  local out = table.move(rows, 1, #rows, 1, {})
  table.sort(out, function(a, b)
    if a.s == b.s then
      if nulls_first then return a.n > b.n end
      return a.n < b.n
    end
    if a.s == nil or b.s == nil then return (a.s == nil) == nulls_first end
    return before(a, b)
  end)
  return out
end

describe("the first rows of an order by plain text", function()
  teardown(function() blotter.threads = THREADS end)

  for name, text_of in pairs(fillings) do
    it("are right when it " .. name, function()
      local n, s, rows = { n = ROWS }, { n = ROWS }, {}
      for i = 1, ROWS do
        n[i] = i
        if i % 9973 ~= 0 then s[i] = text_of(i) end
        rows[i] = { n = i, s = s[i] }
      end
      local t = assert(blotter.table "n int64, s string")
      assert(t:append_columns { n = n, s = s })
      assert.is_true((t:stats().columns[2].blocks.text or 0) > 0)
      for _, filter in ipairs(filters) do
        local kept = {}
        for _, row in ipairs(rows) do if filter[2](row.n) then kept[#kept + 1] = row end end
        for _, order in ipairs(orders) do
          local want = sorted(kept, order[2], order[3])
          for _, limit in ipairs { 1, 1000 } do
            for _, threads in ipairs { 1, 5 } do
              blotter.threads = threads
              local q = filter[1] and t:where(filter[1]) or t
              local frame = q:order(order[1]):limit(limit):collect()
              assert.equal(math.min(limit, #want), #frame)
              for i, row in frame:rows() do
                if row.n ~= want[i].n then
                  error(("%s, limit %d, row %d: %s, not %s"):format(order[1], limit, i, row.n, want[i].n))
                end
              end
            end
          end
        end
      end
    end)
  end
end)
