-- Page indexes of columns inside of a struct: what is passed over, and that nothing else changes. nested_pages.parquet
-- is by parquet-wasm 0.8 (arrow-rs), pages of 20,000 rows, statistics of pages; row i has row = i // 1000 and, unless
-- i % 20000 < 100, a struct of
--   k  i // 1000                                   u  5, from row 66000 on 3000000000 + i // 2000: without a sign
--   f  i // 4000 / 4, from row 100000 on negative, NaN where i % 50000 == 7
--   s  90 times x and i // 4000: cut in statistics  n  i // 1000, null from row 60000 to 139999: pages without values
local blotter = require "blotter"
local command = require "command"

local HERE = "spec/io/parquet/nested_pages.parquet"
local OFFSETS, OFFSETS_END = 8700, 9398 -- where the file has the places of its pages
local BOUNDS, BOUNDS_END = 8600, 8630 -- and some bounds of `n`

local function read(path, memory)
  return blotter.parquet(path, { flatten = true, memory = memory })
end

--- What a condition on the columns of the struct gives: a row, a sum beside it, and a sum in another column.
local function asked(t, where)
  return t:where(where):agg("n = count(), a = sum(row), b = sum(`st.u`), c = max(`st.s`)")
end

local function xs(n, rest) return "'" .. ("x"):rep(n) .. (rest or "") .. "'" end
local function long(number) return ("'%s%03d'"):format(("x"):rep(90), number) end

local function flipped(bytes, at, bit)
  return bytes:sub(1, at - 1) .. string.char(bytes:byte(at) ~ bit) .. bytes:sub(at + 1)
end

describe("pages of columns inside of a struct", function()
  local lazy, whole

  setup(function()
    lazy, whole = assert(read(HERE)), assert(read(HERE, true))
  end)

  it("give the same rows to every condition", function()
    local found = 0
    for _, where in ipairs {
      "`st.k` == 150", "`st.k` >= 199", "`st.k` < 0", "`st.k` == 199 or `st.k` == 0", "`st.k` == nil",
      "row == 199 and `st.k` < 199", "`st.u` == 5", "`st.u` == 3000000099", "`st.u` > 2147483647", "`st.u` < 6",
      "`st.u` > 3000000099", "`st.u` < 0", "`st.f` > 6", "`st.f` == 6.0", "`st.f` < -12", "`st.f` == -12.25",
      "is_nan(`st.f`)", "`st.f` ~= `st.f`", "`st.f` >= 0", "`st.s` == " .. long(49), "`st.s` == " .. long(50),
      "`st.s` > " .. long(48), "`st.s` < " .. long(1), "`st.s` > 'y'", "`st.s` < 'x'",
      "`st.s` == '" .. ("x"):rep(64) .. "'", "`st.n` == 59", "`st.n` == 60", "`st.n` == 139", "`st.n` == 140",
      "`st.s` >= " .. xs(64), "`st.s` <= " .. xs(64), "`st.s` <= " .. xs(90), "`st.s` > " .. xs(63, "y"),
      "`st.s` >= " .. long(49), "`st.s` <= " .. long(0), "starts_with(`st.s`, 'xx')", "starts_with(`st.s`, '')",
      "starts_with(`st.s`, " .. long(49) .. ")", "starts_with(`st.s`, " .. xs(89) .. ")",
      "`st.s` in (" .. long(3) .. ", " .. long(50) .. ")", "not (`st.s` > " .. long(48) .. ")",
      "not starts_with(`st.s`, 'y')",
      "`st.n` == nil and row == 100", "`st.n` ~= nil", "`st.n` >= 59 and `st.n` <= 140",
    } do
      local expected = asked(whole, where):csv()
      assert.equal(expected, asked(lazy, where):csv(), where)
      found = found + tonumber(expected:match "\n(%d+)")
    end
    assert.is_true(found > 500000)
  end)

  it("are passed over", function()
    local function told(where)
      local read_, passed = asked(lazy, where):explain "run":match "; (%d+) pages read, (%d+) passed over"
      return tonumber(read_), tonumber(passed)
    end
    -- Four columns or five have ten pages each; of four blocks the last one is read, or the one before it too.
    for _, where in ipairs { "`st.k` == 199", "`st.n` == 199", "`st.f` == -12.25" } do
      local pages, passed = told(where)
      assert.is_true(pages < passed and passed >= 20, ("%s: %s read, %s passed over"):format(where, pages, passed))
    end
    for _, where in ipairs { "`st.k` > 199", "`st.u` > 3000000099", "`st.s` == 'y'", "`st.s` == " .. long(50),
      "`st.s` > 'y'", "`st.s` < 'x'", "`st.s` <= " .. xs(60), "`st.s` >= " .. xs(62, "yy"), "`st.s` in ('a', 'w')",
      "starts_with(`st.s`, 'y')", "starts_with(`st.s`, 'w')", "'xy' <= `st.s` and row > 3" } do
      assert.matches("0 of 1 row groups read, 1 skipped", asked(lazy, where):explain "run", nil, true, where)
    end
  end)

  it("are not read where a bloom filter has no such value", function()
    -- By DuckDB: of 600 structs each fifth is null; b, s and u are even numbers below 120, in their ways.
    local blooms = assert(blotter.parquet("spec/io/parquet/nested_blooms.parquet", { flatten = true }))
    local skipped = 0
    local function told(where) return blooms:where(where):agg("n = count(), a = sum(k)"):explain "run" end
    for number = 1, 117, 2 do
      for _, where in ipairs { "`st.b` == %d", "`st.s` == 'v%d'", "`st.u` == %d" } do
        local value = where:find "u" and 3000000000 + number or number
        if told(where:format(value)):find("0 of 1 row groups read", 1, true) then skipped = skipped + 1 end
        assert.equal(0, blooms:where(where:format(value)):count())
      end
    end
    assert.is_true(skipped > 150, skipped .. " of 177")
    assert.equal(10, blooms:where("`st.b` == 2"):count())
    assert.equal(10, blooms:where("`st.s` == 'v118'"):count())
    assert.equal(10, blooms:where("`st.u` == 3000000118"):count())
    assert.equal(0, blooms:where("`st.u` == 3000000120 or `st.b` == 10"):count())
  end)

  it("of texts of one length, and of times of day, have bounds as well", function()
    -- By parquet-wasm: 3000 rows, pages of 500, code 1000 + i // 100 (null where i % 500 == 9), time i // 50 minutes.
    local fixed = {}
    for i, memory in ipairs { false, true } do
      fixed[i] = assert(blotter.parquet("spec/io/parquet/fixed_pages.parquet", { binary = "string", memory = memory }))
    end
    for _, where in ipairs { "code == '1029'", "code >= '1020'", "code < '1001'", "code > '2'", "code == nil",
      "time == '00:07:00.000'", "time > '00:58:00.000'", "time == nil", "starts_with(code, '101')" } do
      local function answer(t) return t:where(where):agg("n = count(), a = max(code), b = min(time)"):csv() end
      assert.equal(answer(fixed[2]), answer(fixed[1]), where)
    end
    assert.matches("0 of 1 row groups read", fixed[1]:where("code > '2'"):explain "run", nil, true)
  end)

  it("whose bounds do not fit together are left alone", function()
    local folder, bytes = command.folder(), command.slurp(HERE)
    local wheres = { "`st.n` == 199", "`st.n` >= 59 and `st.n` <= 140" }
    for at = BOUNDS + 1, BOUNDS_END do
      for bit = at % 2, 7, 2 do
        local t = assert(read(command.spill(folder .. "/flipped.parquet", flipped(bytes, at, 1 << bit))))
        for _, where in ipairs(wheres) do
          local ok, answer = pcall(function() return assert(asked(t, where):collect()):csv() end)
          if ok then assert.equal(asked(whole, where):csv(), answer, ("byte %d, bit %d"):format(at, bit)) end
        end
        t:close()
      end
    end
    command.remove(folder)
  end)

  it("whose places are damaged are told of, or found one after the other", function()
    local folder = command.folder()
    local bytes, told = command.slurp(HERE), 0
    local where = "`st.k` == 199"
    local expected = asked(whole, where):csv()
    for at = OFFSETS + 1, OFFSETS_END do
      for _, bit in ipairs { 1, 64 } do
        local t = assert(read(command.spill(folder .. "/flipped.parquet", flipped(bytes, at, bit))))
        local ok, answer = pcall(function() return assert(asked(t, where):collect()):csv() end)
        if ok then assert.equal(expected, answer, "byte " .. at) else told = told + 1 end
        t:close()
      end
    end
    assert.is_true(told > 10, told .. " of them were told")
    command.remove(folder)
  end)
end)
