-- Linked feasibility: propagation decides trees, a linear program what interlocks, and conflicts are smallest.

local linear = require "blotter.ops.checks.linear"
local operations = require "blotter.ops"
local package_copy = require "package_copy"

local function system(count, rows) return {count = count, rows = rows, minimum = 0, maximum = nil} end

local function is(variable, low, high) return {variable = variable, low = low, high = high or low} end

describe("propagation", function()
  local tree = system(3, {{whole = 1, parts = {2, 3}, is_all = true}})

  it("finds values where there are some", function()
    assert.is_true(linear.propagates(tree, {is(1, 10), is(2, 4), is(3, 6)}))
    assert.is_true(linear.propagates(tree, {is(1, 10), is(2, 4)}))
    assert.is_true(linear.propagates(tree, {{variable = 1, low = 10}, is(2, 4), is(3, 60)}))
  end)

  it("finds none where there are none", function()
    assert.is_false(linear.propagates(tree, {is(1, 10), is(2, 4), is(3, 7)}))
    assert.is_false(linear.propagates(tree, {is(1, 10), is(2, 11)}))
    assert.is_false(linear.propagates(tree, {is(2, 4), is(2, 5)}))
  end)

  it("lets parts that are not all be fewer, not more", function()
    local partial = system(3, {{whole = 1, parts = {2, 3}, is_all = false}})
    assert.is_true(linear.propagates(partial, {is(1, 10), is(2, 4), is(3, 3)}))
    assert.is_false(linear.propagates(partial, {is(1, 10), is(2, 4), is(3, 7)}))
  end)

  it("knows a tree from what interlocks", function()
    assert.is_false(linear.interlocks(tree))
    assert.is_true(linear.interlocks(system(4, {{whole = 1, parts = {2, 3}}, {whole = 4, parts = {2, 3}}})))
  end)
end)

-- Three pairs that each sum to 10 make 15 of all three; a whole of 14 is impossible, yet no single row shows it.
local function pairs_of_ten()
  return system(7, {
    {whole = 4, parts = {1, 2}, is_all = true}, {whole = 5, parts = {1, 3}, is_all = true},
    {whole = 6, parts = {2, 3}, is_all = true}, {whole = 7, parts = {1, 2, 3}, is_all = true},
  }), {is(4, 10), is(5, 10), is(6, 10), is(7, 14), is(1, 0, 10)}
end

describe("the linear program", function()
  it("decides what propagation cannot", function()
    local interlocked, statements = pairs_of_ten()
    assert.is_true(linear.propagates(interlocked, statements))
    if not linear.has_solver() then return pending "glpsol is not installed (Debian: glpk-utils)" end
    assert.is_false(linear.solves(interlocked, statements))
    statements[4] = is(7, 15)
    assert.is_true(linear.solves(interlocked, statements))
  end)

  it("gives a smallest set that conflicts", function()
    if not linear.has_solver() then return pending "glpsol is not installed (Debian: glpk-utils)" end
    local interlocked, statements = pairs_of_ten()
    local conflict = linear.smallest_conflict(statements, function(list) return linear.solves(interlocked, list) end)
    assert.equal(4, #conflict)
    for _, statement in ipairs(conflict) do assert.is_true(statement.variable >= 4) end
  end)

  it("agrees with trying all values on random small systems", function()
    if not linear.has_solver() then return pending "glpsol is not installed (Debian: glpk-utils)" end
    local seed = 20261122
    local function random(n)
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed // 65536 % n
    end
    for _ = 1, 25 do
      local rows = {{whole = 1, parts = {2, 3}, is_all = true}, {whole = 1, parts = {2, 4}, is_all = random(2) == 0},
        {whole = 5, parts = {3, 4}, is_all = true}}
      local sample = system(5, rows)
      local statements = {is(1, 2 + random(4)), is(5, random(7)), is(2, random(3), 3)}
      local possible = false
      for a = 0, 6 do for b = 0, 6 do for c = 0, 6 do
        local whole, other = a + b, b + c
        local second = a + c
        local fits = (rows[2].is_all and second == whole) or (not rows[2].is_all and second <= whole)
        if fits and whole == statements[1].low and other == statements[2].low and a >= statements[3].low
          and a <= 3 then possible = true end
      end end end
      local answer = linear.solves(sample, statements)
      -- The program looks for real numbers: what whole numbers satisfy, it must find.
      if possible then assert.is_true(answer) end
      if not linear.propagates(sample, statements) then assert.is_false(answer) end
    end
  end)
end)

describe("linked breakdowns", function()
  local copy

  after_each(function() copy:remove() end)

  it("of two sources that cannot both hold are found, as the smallest set", function()
    local period = {period_kind = "range", period_start = "2024-01-01", period_end = "2024-06-30"}
    local function figure(value, more)
      local all = {value = value}
      for _, fields in ipairs {period, more} do
        for name, field in pairs(fields) do all[name] = field end
      end
      return all
    end
    local other = {source = "nationpress-2025-1"}
    copy = package_copy.new {figures = {
      figure(101, {}),
      figure("", {area = "KR", part_of = "test.1", split = "area", coverage = "exhaustive", printed = "0 to 100",
        low = 0, high = 100, qualifier = "between"}),
      figure("", {area = "JP", part_of = "test.1", split = "area", coverage = "exhaustive", printed = "0 to 100",
        low = 0, high = 100, qualifier = "between"}),
      figure(31, {area = "KR", source = other.source}),
      figure(33, {area = "JP", source = other.source}),
    }}
    local found = assert(operations.open(copy.path)):reconcile()
    local checks = {}
    for _, finding in ipairs(found) do checks[#checks + 1] = finding.check .. " " .. finding.verdict end
    assert.same({"linked none"}, checks)
    local values = {}
    for i, one in ipairs(found[1].figures) do values[i] = one.low end
    assert.same({101, 31, 33}, values)
  end)
end)
