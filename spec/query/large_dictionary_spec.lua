--- What a predicate says of the texts of a large dictionary is answered chunk by chunk for all threads: it is what
--- plain Lua says of each row, also of nulls, of predicates that give null, and of few rows left by another filter.

local blotter = require "blotter"

local ROWS, TEXTS, THREADS = 330000, 110000, blotter.threads

-- Text number k: half of them share a long beginning, some are no UTF-8, and one is empty.
local function text_of(k)
  if k == 0 then return "" end
  local tail = ("%x-%d"):format(k * 2654435761 % 4294967296, k % 1000)
  return (k % 2 == 0 and "a long beginning that many share / " or "") .. (k % 501 == 0 and "\xff\xfe" or "") .. tail
end

local texts, numbers = { n = ROWS }, { n = ROWS }
for i = 1, ROWS do
  local k = i <= TEXTS and i - 1 or (i * 7919 + i // 3) % TEXTS
  numbers[i] = i
  if i % 89 ~= 0 then texts[i] = text_of(k) end
end

-- Whether a text matches in Lua; nil: the predicate is null.
local cases = {
  { "contains(s, 'ff')", function(s) return s:find("ff", 1, true) ~= nil end },
  { "like(s, 'a long%77%')", function(s) return s:find "^a long.*77" ~= nil end },
  { "not like(s, '%a%')", function(s) return not s:find("a", 1, true) end },
  { "starts_with(s, 'c0')", function(s) return s:sub(1, 2) == "c0" end },
  { "ends_with(s, '-7')", function(s) return s:sub(-2) == "-7" end },
  { "matches(s, '^[0-9a-f]+-1')", function(s) return s:find "^[0-9a-f]+%-1" ~= nil end },
  { "lower(s) == s and bytes(s) < 12", function(s) return #s < 12 end },
  { "nullif(contains(s, '1'), bytes(s) > 12)",
    function(s)
      local found = s:find("1", 1, true) ~= nil
      if found ~= (#s > 12) then return found end
    end },
}
local first_filters = {
  { "n > 0", function() return true end },
  { "n % 8 == 3", function(n) return n % 8 == 3 end },
  { "n % 4001 == 5", function(n) return n % 4001 == 5 end },
  { "n > 140000 and n < 150000", function(n) return n > 140000 and n < 150000 end },
}

local function expected(first, keeps)
  local count, sum = 0, 0
  for i = 1, ROWS do
    if first(i) and texts[i] and keeps(texts[i]) then count, sum = count + 1, sum + i end
  end
  return count, sum
end

describe("a predicate of a large dictionary", function()
  local t
  setup(function()
    t = assert(blotter.table { { name = "n", type = "int64" }, { name = "s", type = "string" } })
    assert(t:append_columns { n = numbers, s = texts })
  end)
  teardown(function() blotter.threads = THREADS end)

  it("has a dictionary of more texts than one worker keeps in its cache", function()
    assert.is_true(t:agg("c = count_distinct(s)"):first().c > 65536)
    assert.is_true(t:stats().columns[2].blocks.dict > 1)
  end)

  for _, case in ipairs(cases) do
    it("is what plain Lua says: " .. case[1], function()
      for _, first in ipairs(first_filters) do
        local count, sum = expected(first[2], case[2])
        for _, threads in ipairs { 1, 2, 5, 16 } do
          blotter.threads = threads
          local row = t:where(first[1] .. " and " .. case[1]):agg("c = count(), s = sum(n)"):first()
          assert.same({ count, sum }, { row.c, row.s or 0 }, first[1] .. ", threads " .. threads)
        end
      end
    end)
  end
end)
