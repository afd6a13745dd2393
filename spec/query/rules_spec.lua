-- Each rule by itself: the plan before and after, and the same answer from both.

local blotter = require "blotter"
local core = require "blotter.core"

local function numbers(n)
  local t = blotter.table "k string, n int64, f float64"
  for i = 1, n or 100 do t:append("k" .. i % 7, i % 13 ~= 0 and i * 37 % 101 or nil, i % 5 / 2) end
  return t
end

local t = numbers()
local more = numbers(30)

--- The plan of a node over others.
local function node(kind, description, q, other)
  local made, message = core.node(kind, description, q.plan, other and other.plan)
  assert(made, message)
  local sources = { table.unpack(q.sources) }
  for _, one in ipairs(other and other.sources or {}) do sources[#sources + 1] = one end
  return setmetatable({ plan = made, sources = sources }, getmetatable(q))
end

local function answer(prepared, q)
  local handle = assert(core.run(prepared, table.unpack(q.sources)))
  local pieces = {}
  assert(core.write_csv(handle, #(core.columns(handle)), function(piece) pieces[#pieces + 1] = piece end, {}))
  return table.concat(pieces)
end

local function trimmed(text) return (text:gsub("^%s*\n", ""):gsub("%s+$", "")) end

--- The rule turns the plan of `q` from `before` into `after`; the answers are the same.
local function check(rule, q, before, after)
  local written, changed = core.prepare(q.plan, "written"), core.prepare(q.plan, rule)
  assert.equal(trimmed(before), core.explain(written))
  assert.equal(trimmed(after), core.explain(changed))
  local expected = answer(written, q)
  assert.equal(expected, answer(changed, q))
  assert.equal(expected, answer(core.prepare(q.plan), q))
end

local function unchanged(rule, q)
  local written = core.explain(core.prepare(q.plan, "written"))
  assert.equal(written, core.explain(core.prepare(q.plan, rule)))
end

local function column(i) return { 1, i, false } end
local function joined(kind, q, other)
  return node("join", { slots = { column(1), column(1) }, join = kind, left = { 1 }, right = { 2 } }, q, other)
end
local function windowed(q)
  return node("window",
    { slots = { column(1), column(2) }, keys = { 1 }, aggregates = { { "s", "sum", false, 2 } } }, q)
end
local groups = t:by "k":agg "s = sum(n)"
local few = more:by "j = k":agg "m = count()"

describe("the rule", function()
  it("split conjuncts", function()
    check("split conjuncts", t:where "n > 5 and n < 50 and (f > 1 or k == 'k1')", [[
filter n > 5 and n < 50 and (f > 1 or k == 'k1')
└ scan k, n, f]], [[
filter n > 5 and n < 50 and (f > 1 or k == 'k1')
└ scan k, n, f]])
    assert.equal([[
filter s > 5
└ group k: s = sum(n)
  └ filter k == 'k1'
    └ scan k, n]], groups:where "s > 5 and k == 'k1'":explain())
  end)

  it("fuse filters", function()
    check("fuse filters", t:where "n > 5":where "f > 1":where "k ~= 'k2'", [[
filter k ~= 'k2'
└ filter f > 1
  └ filter n > 5
    └ scan k, n, f]], [[
filter n > 5 and f > 1 and k ~= 'k2'
└ scan k, n, f]])
  end)

  it("constant conditions", function()
    check("constant conditions", t:where "1 < 2", "filter 1 < 2\n└ scan k, n, f", "scan k, n, f")
    check("constant conditions", t:where "1 > 2", "filter 1 > 2\n└ scan k, n, f", "limit: the first 0\n└ scan k, n, f")
    check("constant conditions", t:where "nil", "filter nil\n└ scan k, n, f", "limit: the first 0\n└ scan k, n, f")
  end)

  it("filter below order", function()
    check("filter below order", t:order "n":where "f > 1", [[
filter f > 1
└ order n
  └ scan k, n, f]], [[
order n
└ filter f > 1
  └ scan k, n, f]])
    unchanged("filter below order", t:order "n":limit(5):where "f > 1")
  end)

  it("filter below project", function()
    check("filter below project", t:derive "m = n + 1":where "m > 5", [[
filter m > 5
└ project k, n, f, m = n + 1
  └ scan k, n, f]], [[
project k, n, f, m = n + 1
└ filter n + 1 > 5
  └ scan k, n, f]])
  end)

  it("filter below group", function()
    local q = node("filter", { slots = { { 1, 1, false, 2, "string", "k3", 3, "==", 2 },
      { 1, 2, false, 2, "int64", 5, 3, ">", 2 } } }, t:by "g = upper(k)":agg "s = sum(n)")
    check("filter below group", q, [[
filter g == 'k3' and s > 5
└ group g = upper(k): s = sum(n)
  └ scan k, n, f]], [[
filter s > 5
└ group g = upper(k): s = sum(n)
  └ filter upper(k) == 'k3'
    └ scan k, n, f]])
    unchanged("filter below group", t:by "f":agg "s = sum(n)":where "f > 1") -- 0 and -0 are one group
    unchanged("filter below group", t:agg "s = sum(n)":where "s > 1e9")
  end)

  it("filter below window", function()
    check("filter below window", windowed(t:query()):where "k == 'k1'", [[
filter k == 'k1'
└ window by k: s = sum(n)
  └ scan k, n, f]], [[
window by k: s = sum(n)
└ filter k == 'k1'
  └ scan k, n, f]])
    unchanged("filter below window", windowed(t:query()):where "n > 1")
  end)

  it("filter below heads", function()
    check("filter below heads", t:top(2, "n", { by = "k" }):where "k == 'k1'", [[
filter k == 'k1'
└ heads: the first 2 by k order n desc
  └ filter n ~= nil
    └ scan k, n, f]], [[
heads: the first 2 by k order n desc
└ filter k == 'k1'
  └ filter n ~= nil
    └ scan k, n, f]])
    unchanged("filter below heads", t:top(2, "n", { by = "k" }):where "n > 1")
  end)

  it("filter below join", function()
    local both = node("filter", { slots = { { 1, 2, false, 2, "int64", 5, 3, ">", 2 },
      { 1, 4, false, 2, "int64", 3, 3, ">", 2 }, { 1, 2, false, 1, 4, false, 3, ">", 2 } } },
      joined("inner", groups, few))
    check("filter below join", both, [[
filter s > 5 and m > 3 and s > m
└ join inner on k == j
  ├ group k: s = sum(n)
  │ └ scan 1: k, n, f
  └ group j = k: m = count()
    └ scan 2: k, n, f]], [[
filter s > m
└ join inner on k == j
  ├ filter s > 5
  │ └ group k: s = sum(n)
  │   └ scan 1: k, n, f
  └ filter m > 3
    └ group j = k: m = count()
      └ scan 2: k, n, f]])
    local function filtered(kind, at)
      return node("filter", { slots = { { 1, at, false, 2, "int64", 3, 3, ">", 2 } } }, joined(kind, groups, few))
    end
    unchanged("filter below join", filtered("left", 4))
    unchanged("filter below join", filtered("right", 2))
    unchanged("filter below join", filtered("full", 2))
  end)

  it("filter below union", function()
    check("filter below union", node("union", {}, t:query(), more:query()):where "n > 5", [[
filter n > 5
└ union
  ├ scan 1: k, n, f
  └ scan 2: k, n, f]], [[
union
├ filter n > 5
│ └ scan 1: k, n, f
└ filter n > 5
  └ scan 2: k, n, f]])
  end)

  it("merge projects", function()
    check("merge projects", t:derive "m = n + 1":select "k, r = m * 2", [[
project k, r = m * 2
└ project k, n, f, m = n + 1
  └ scan k, n, f]], [[
project k, r = (n + 1) * 2
└ scan k, n, f]])
    local large = {}
    for i = 1, 40 do large[i] = "n % " .. i end
    unchanged("merge projects", t:derive("m = " .. table.concat(large, " + ")):select "a = m + 1, b = m + 2")
  end)

  it("project into group", function()
    check("project into group", t:derive "m = n + 1, g = upper(k)":by "g":agg "s = sum(m)", [[
group g: s = sum(m)
└ project k, n, f, m = n + 1, g = upper(k)
  └ scan k, n, f]], [[
group g = upper(k): s = sum(n + 1)
└ scan k, n, f]])
  end)

  it("project above", function()
    check("project above", t:derive "m = -n":order "m":limit(3), [[
limit: the first 3
└ order m
  └ project k, n, f, m = -n
    └ scan k, n, f]], [[
project k, n, f, m = -n
└ limit: the first 3
  └ order -n
    └ scan k, n, f]])
    check("project above", t:select "n":sample(5), "sample 5 rows\n└ project n\n  └ scan k, n, f",
      "project n\n└ sample 5 rows\n  └ scan k, n, f")
  end)

  it("drop identity", function()
    check("drop identity", t:select "k, n, f", "project k, n, f\n└ scan k, n, f", "scan k, n, f")
    unchanged("drop identity", t:select "k, f, n")
    unchanged("drop identity", t:select "k, m = n, f")
  end)

  it("merge limits", function()
    check("merge limits", t:skip(3):limit(10):skip(2), [[
limit: all but the first 2
└ limit: the first 10
  └ limit: all but the first 3
    └ scan k, n, f]], "limit: 8 after the first 5\n└ scan k, n, f")
    check("merge limits", t:limit(10):skip(20), "limit: all but the first 20\n└ limit: the first 10\n  └ scan k, n, f",
      "limit: 0 after the first 20\n└ scan k, n, f")
  end)

  it("limit into order", function()
    check("limit into order", t:order "n":skip(2):limit(3), [[
limit: the first 3
└ limit: all but the first 2
  └ order n
    └ scan k, n, f]], "order n, 3 after the first 2\n└ scan k, n, f")
  end)

  it("merge orders", function()
    check("merge orders", t:order "n desc":order "k", "order k\n└ order n desc\n  └ scan k, n, f",
      "order k, n desc\n└ scan k, n, f")
    unchanged("merge orders", t:order "n desc":limit(5):order "k")
  end)

  it("drop order", function()
    check("drop order", t:order "n":agg "s = sum(n), c = count(n)", [[
group: s = sum(n), c = count(n)
└ order n
  └ scan k, n, f]], "group: s = sum(n), c = count(n)\n└ scan k, n, f")
    unchanged("drop order", t:order "n":agg "s = first(n)")
    unchanged("drop order", t:order "n":agg "s = sum(f)") -- other bits
    unchanged("drop order", t:order "n":by "k":agg "s = sum(n)") -- groups come in this order
    assert.equal("group: n = count()\n└ limit: the first 5\n  └ scan k",
      t:order "n":limit(5):agg "n = count()":explain())
  end)

  it("distinct of keys", function()
    check("distinct of keys", groups:distinct "k", [[
group k
└ project k
  └ group k: s = sum(n)
    └ scan k, n, f]], [[
group k
└ project k
  └ group k: s = sum(n)
    └ scan k, n, f]])
    assert.equal("group k\n└ scan k", groups:distinct "k":explain())
  end)

  it("heads as top", function()
    local q = t:select "k, n":top(2, "n", { by = "k" })
    assert.equal("group k: n = top(n, 2)\n└ filter n ~= nil\n  └ scan k, n", q:explain())
    assert.same(core.explain(core.prepare(q.plan, "heads as top")), [[
project k, n
└ group k: n = top(n, 2)
  └ filter n ~= nil
    └ project k, n
      └ scan k, n, f]])
    unchanged("heads as top", t:top(2, "n", { by = "k" }))
    unchanged("heads as top", t:select "f, n":top(2, "n", { by = "f" }))
  end)

  it("distinct as groups", function()
    check("distinct as groups", t:agg "d = count_distinct(k)", [[
group: d = count_distinct(k)
└ scan k, n, f]], [[
group: d = count(k)
└ group k
  └ scan k, n, f]])
    check("distinct as groups", t:agg "d = count_distinct_if(k, n > 1)", [[
group: d = count_distinct_if(k, n > 1)
└ scan k, n, f]], [[
group: d = count(k)
└ group k
  └ filter n > 1
    └ scan k, n, f]])
    unchanged("distinct as groups", t:by "n":agg "d = count_distinct(k)")
    unchanged("distinct as groups", t:agg "d = count_distinct(k), m = max(n)")
  end)

  it("keys of keys", function()
    check("keys of keys", t:by "h = f > 1, k, l = upper(k), n, m = n % 3, c = 1":agg "s = count()", [[
group h = f > 1, k, l = upper(k), n, m = n % 3, c = 1: s = count()
└ scan k, n, f]], [[
project h, k, l = upper(k), n, m = n % 3, c = 1, s
└ group h = f > 1, k, n: s = count()
  └ scan k, n, f]])
    unchanged("keys of keys", t:by "f, g = f * 2":agg "s = count()")
    unchanged("keys of keys", t:by "a = n % 2, b = n % 3":agg "s = count()")
    unchanged("keys of keys", t:by "a = 1, b = 2":agg "s = count()")
  end)

  it("prune columns", function()
    check("prune columns", t:by "k":agg "s = sum(n), r = sum(f)":select "s", [[
project s
└ group k: s = sum(n), r = sum(f)
  └ scan k, n, f]], [[
project s
└ group k: s = sum(n)
  └ scan k, n]])
    check("prune columns", windowed(t:query()):select "f", [[
project f
└ window by k: s = sum(n)
  └ scan k, n, f]], "project f\n└ scan f")
    check("prune columns", node("union", {}, t:query(), more:order "n"):select "k", [[
project k
└ union
  ├ scan 1: k, n, f
  └ order n
    └ scan 2: k, n, f]], [[
project k
└ union
  ├ scan 1: k
  └ project k
    └ order n
      └ scan 2: k, n]])
    check("prune columns", node("project", { slots = { column(6) }, items = { "x", 1 } },
      joined("left", t:query(), more:query())):agg "c = count(x)", [[
group: c = count(x)
└ project x = f
  └ join left on k == k
    ├ scan 1: k, n, f
    └ scan 2: k, n, f]], [[
group: c = count(x)
└ project x = f
  └ join left on k == k
    ├ scan 1: k
    └ scan 2: k, f]])
  end)

  it("prune columns: a join that is there for its left side is that side", function()
    local kept = blotter.table "code string key, name string, n int64"
    for i = 0, 4 do kept:append("k" .. i, "name " .. i, i) end
    local function gone(q)
      local text = q:explain()
      assert.is_nil(text:find("join", 1, true), text)
      assert.equal(answer(core.prepare(q.plan, "written"), q), answer(core.prepare(q.plan), q))
      return text
    end
    local function stays(q) assert.matches("join", q:explain(), 1, true) end
    assert.equal("group: `count()` = count()\n└ scan k", gone(t:left_join(kept, "k == code"):agg "count()"))
    assert.equal("group: s = sum(n)\n└ filter f > 1\n  └ scan n, f",
      gone(t:left_join(kept, "k == code"):where "f > 1":agg "s = sum(n)"))
    gone(t:left_join(kept:where "n > 1":rename "c = code":order "n":limit(3), "k == c and left.n > right.n")
      :agg "count()")
    gone(t:left_join(few, "k == j"):select "k, f")
    gone(t:left_join(few, "k == j and n == m"):agg "count()")
    gone(t:left_join(t:agg "m = max(n)", "n == m"):agg "count()")
    gone(t:left_join(more:top(1, "n", { by = "k" }), "k"):agg "count()")
    gone(t:asof_join(more, "k == right.k and n >= right.n"):agg "count()")
    -- What stands behind the one that is gone is found under its own number.
    local behind = t:left_join(kept, "k == code"):select "k, n":union_all(more:select "k, n")
    assert.matches("scan 3: k, n", gone(behind), 1, true)
    stays(t:left_join(more, "k"):agg "count()")
    stays(t:left_join(kept, "k == name"):agg "count()")
    stays(t:left_join(kept, "k == code"):agg "count(name)")
    stays(t:join(kept, "k == code"):agg "count()")
    stays(t:left_join(few, "n == m"):agg "count()")
    stays(t:left_join(t:by "f":agg "m = max(n)", "f"):agg "count()")
    stays(t:left_join(kept, "k == code", { unmatched = "error" }):agg "count()")
    stays(t:left_join(more, "k", { validate = "many-to-one" }):agg "count()")
    stays(t:left_join(t:by "k":agg "top_n = top(n, 2)", "k"):agg "count()")
  end)

  it("is each in this file", function()
    local file <close> = assert(io.open "spec/query/rules_spec.lua")
    local text = file:read "a"
    for _, name in ipairs(core.rules()) do assert.matches('it("' .. name .. '"', text, 1, true) end
  end)
end)

describe("a plan", function()
  it("has not too many steps", function()
    local q = t:query()
    for i = 1, 1998 do q = i % 3 == 0 and q:where "n > 1" or i % 3 == 1 and q:derive "n = n + 0" or q:limit(1000) end
    assert.is_true(#q > 0)
    assert.has_error(function() return q:where "n > 1":where "n > 2" end)
  end)

  it("knows its columns without running", function()
    local q = t:derive "z = 9223372036854775807 + n":by "k":agg "s = sum(z), m = median(f)":order "s"
    assert.same({ { name = "k", type = "string" }, { name = "s", type = "int64" }, { name = "m", type = "float64" } },
      q:columns())
    assert.has_error(function() q:collect() end)
  end)
end)
