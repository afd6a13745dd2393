--- The top rows of each group with all their columns, against plain Lua: nulls, NaN, ties, edges of blocks. A failure
-- prints its seed; BLOTTER_SEED starts there.

local blotter = require "blotter"
local random_query = require "random_query"

local FIRST_SEED = tonumber(os.getenv "BLOTTER_SEED") or 1
local SCHEMA = "number int64, few int64, many int64, word string, real float64, whole int64, day date"
local WORDS = { "Seoul", "Busan", "", "KR", "kr", "two words" }
local REALS = { 0.0, -0.0, 0 / 0, 1 / 0, -1 / 0, 0.5, 2.5 }

--- A row of few different values, so that many rows are alike; about an eighth of all values is null.
local function random_row(g, number)
  local function maybe(v)
    if not g:chance(12) then return v end
  end
  return { number = number, few = maybe(g:int(1, 5)), many = maybe(g:int(-350, 350) * 20000003),
    word = maybe(g:pick(WORDS)), real = maybe(g:pick(REALS)), whole = maybe(g:int(1, 40)),
    day = maybe(("2012-01-%02d"):format(g:int(1, 28))) }
end

local function random_table(g, n)
  local rows, t = {}, blotter.table(SCHEMA)
  for i = 1, n do
    rows[i] = random_row(g, i)
    assert(t:append(rows[i]))
  end
  return rows, t
end

-- ---- the naive engine ----

--- -1, 0 or 1: NaN is one value above all numbers, null comes after everything or before it.
local function compare(a, b, entry)
  if a == nil or b == nil then
    if a == b then return 0 end
    return (a == nil) == (entry.nulls == "first") and -1 or 1
  end
  local c
  if a ~= a or b ~= b then
    c = (a ~= a and 1 or 0) - (b ~= b and 1 or 0)
  else
    c = a < b and -1 or b < a and 1 or 0
  end
  return entry.direction == "asc" and c or -c
end

--- What is the same for the rows of one group.
local function group_of(row, keys)
  local parts = {}
  for k, name in ipairs(keys) do
    local v = row[name]
    parts[k] = v ~= v and "nan" or v == 0 and "0" or type(v) .. tostring(v)
  end
  return table.concat(parts, "\0")
end

--- Numbers of the rows wanted, in their order, by group.
local function naive(rows, n, entries, keys, passes)
  local groups = {}
  for _, row in ipairs(rows) do
    if row[entries[1].name] ~= nil and passes(row) then
      local key = group_of(row, keys)
      groups[key] = groups[key] or {}
      table.insert(groups[key], row)
    end
  end
  local wanted = {}
  for key, group in pairs(groups) do
    table.sort(group, function(a, b)
      for _, entry in ipairs(entries) do
        local c = compare(a[entry.name], b[entry.name], entry)
        if c ~= 0 then return c < 0 end
      end
      return a.number < b.number
    end)
    local numbers = {}
    for i = 1, math.min(n, #group) do numbers[i] = group[i].number end
    if n > 0 then wanted[key] = table.concat(numbers, " ") end
  end
  return wanted
end

-- ---- the engine ----

--- The same of an answer, in which the rows of a group must lie together.
local function answered(frame, rows, keys)
  local found, lists, last = {}, {}, nil
  for _, number in ipairs(frame:values "number") do
    local key = group_of(rows[number], keys)
    assert.is_true(key == last or not lists[key], "a group in two pieces")
    lists[key] = lists[key] or {}
    table.insert(lists[key], number)
    last = key
  end
  for key, numbers in pairs(lists) do found[key] = table.concat(numbers, " ") end
  return found
end

local FILTERS = {
  { "true", function() return true end },
  { "whole > 20", function(row) return row.whole ~= nil and row.whole > 20 end },
  { "few == 3 or real == nil", function(row) return row.few == 3 or row.real == nil end },
}

local function random_entry(g, names)
  return { name = g:pick(names), direction = g:pick { "asc", "desc" }, nulls = g:pick { "first", "last" } }
end

local function check(g, rows, t, seed)
  local keys, entries, texts = {}, {}, {}
  for _, name in ipairs { "few", "many", "word", "real", "day" } do
    if g:chance(35) then keys[#keys + 1] = name end
  end
  keys[1] = keys[1] or "few"
  for k = 1, g:int(1, 3) do
    local entry = random_entry(g, { "real", "whole", "word", "day", "many" })
    entries[k] = entry
    texts[k] = ("%s %s nulls %s"):format(entry.name, entry.direction, entry.nulls)
  end
  local n, filter = g:pick { 0, 1, 2, 3, 20, 100000 }, g:pick(FILTERS)
  local text, by = table.concat(texts, ", "), table.concat(keys, ", ")
  local frame = t:where(filter[1]):top(n, text, { by = by }):collect()
  local label = ("seed %d: %d rows, where %s, top %d of %s by %s"):format(seed, #rows, filter[1], n, text, by)
  assert.same(naive(rows, n, entries, keys, filter[2]), answered(frame, rows, keys), label)
  local first = frame:first()
  for name, value in pairs(first and rows[first.number] or {}) do
    local got = first[name]
    assert.is_true(got == value or (got ~= got and value ~= value), label .. ", column " .. name)
  end
end

describe("the top rows of each group", function()
  it("are those of plain Lua", function()
    for seed = FIRST_SEED, FIRST_SEED + 79 do
      local g = random_query.new(seed)
      local rows, t = random_table(g, g:pick { 0, 1, 2, 64, 65, 300, 2048, 2049 })
      for _ = 1, 4 do check(g, rows, t, seed) end
    end
  end)

  it("are the same at the edges of blocks", function()
    for size = 65535, 65537 do
      local g = random_query.new(size)
      local rows, t = random_table(g, size)
      for _ = 1, 2 do check(g, rows, t, size) end
    end
  end)

  it("are one value each as an aggregate where every row is a group", function()
    for size = 1, 40 do -- memory that other work has used must not show through
      local t = blotter.table "k float64, n int64, day date"
      for i = 1, size do assert(t:append(i + 0.5, i, "2012-01-31")) end
      local frame = t:by "k":agg "n = top(n, 3), day = bottom(day, 2)":collect()
      assert.equal(size, #frame)
      for i, row in frame:rows() do assert.same({ k = i + 0.5, n = i, day = "2012-01-31" }, row) end
    end
  end)

  it("show their keys as they are, where 0.0 and -0.0 are one group", function()
    local t = blotter.table "k float64, n int64"
    for i, k in ipairs { 0.0, -0.0, 0.0 } do assert(t:append(k, i)) end
    assert.equal(-math.huge, 1 / t:where "n < 3":top(1, "n", { by = "k" }):collect():first().k)
  end)

  it("are told of by explain", function()
    local t = blotter.table "k string, n int64, more int64"
    for i = 1, 10 do assert(t:append { k = "a", n = i, more = i }) end
    local text = t:top(2, "n", { by = "k" }):explain "run"
    assert.matches("^heads: the first 2 by k order n desc  %[2 rows, ", text)
    assert.matches("the first rows of each group", text)
  end)
end)
