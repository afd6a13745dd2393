--- A column of text may have blocks of codes and blocks of plain text, in any order: whatever is asked of it gives what
--- a plain list of rows gives, in memory, in a file, and as a frame of frames.

local blotter = require "blotter"
local random_query = require "random_query"

local LONG = os.getenv "BLOTTER_TORTURE" ~= nil
local FIRST_SEED = tonumber(os.getenv "BLOTTER_SEED") or 1
local GROUP = 65536

local function new_path()
  local name = os.tmpname()
  os.remove(name)
  return name .. ".blt"
end

--- A row of the model: n is unique and rises, s may be nil. `repeats`: one of few texts.
local function new_row(n, repeats)
  if n % 97 == 0 then return { n = n } end
  return { n = n, s = repeats and "often " .. n % 7 or ("case-%06d-%d"):format(n * 7919 % 1000003, n) }
end

local function append(t, rows, count, repeats)
  local n, s = {}, { n = count }
  for i = 1, count do
    local row = new_row(rows.next, repeats)
    rows.next, rows[#rows + 1] = rows.next + 1, row
    n[i], s[i] = row.n, row.s
  end
  assert(t:append_columns { n = n, s = s })
end

local function text_of(value) return value == nil and "\0" or tostring(value) end

--- The values of a column, for a comparison that tells where they differ.
local function same(want, q, column)
  local got = q:values(column)
  assert.equal(#want, got.n)
  for i = 1, #want do
    if want[i][column] ~= got[i] then
      error(("row %d: %s, not %s"):format(i, text_of(got[i]), text_of(want[i][column])), 2)
    end
  end
end

local function filter(rows, keeps)
  local out = {}
  for _, row in ipairs(rows) do if keeps(row) then out[#out + 1] = row end end
  return out
end

local function sorted(rows, before)
  local out = table.move(rows, 1, #rows, 1, {})
  table.sort(out, before)
  return out
end

local function by_text(a, b)
  if a.s == b.s then return a.n < b.n end
  return a.s ~= nil and (b.s == nil or a.s < b.s)
end

--- Whatever answers with rows or values, and what it has to answer. Each takes the query and the rows of the model.
local asks = {}

function asks.csv(q, rows)
  local out = { "n,s" }
  for i, row in ipairs(rows) do out[i + 1] = row.n .. "," .. (row.s or "") end
  assert.is_true(q:csv() == table.concat(out, "\n") .. "\n")
end

function asks.jsonl(q, rows)
  local out = {}
  for i, row in ipairs(rows) do
    out[i] = ('{"n":%d,"s":%s}'):format(row.n, row.s and '"' .. row.s .. '"' or "null")
  end
  assert.is_true(q:jsonl() == table.concat(out, "\n") .. (#out > 0 and "\n" or ""))
end

function asks.rows(q, rows)
  local i = 0
  for k, row in q:rows() do
    i = k
    if row.n ~= rows[k].n or row.s ~= rows[k].s then error("row " .. k) end
  end
  assert.equal(#rows, i)
  assert.same(rows[1], q:first())
  assert.same(rows[#rows], q:row(#rows))
end

function asks.show(q, rows)
  local last = rows[#rows]
  if #rows > 5 then assert.is_truthy(tostring(q:skip(#rows - 1)):find(last.s or tostring(last.n), 1, true)) end
end

function asks.functions(q, rows)
  local got = q:select "n, s = s .. '!', head = left(s, 6), len = len(s)"
  local s, head, len = got:values "s", got:values "head", got:values "len"
  for i, row in ipairs(rows) do
    assert.is_true(s[i] == (row.s and row.s .. "!") and head[i] == (row.s and row.s:sub(1, 6)) and
      len[i] == (row.s and #row.s))
  end
end

function asks.where(q, rows)
  for _, at in ipairs { 1, #rows // 2, #rows } do
    local s = rows[at] and rows[at].s or "nowhere"
    local want = filter(rows, function(row) return row.s == s end)
    same(want, q:where("s == $s", { s = s }), "n")
    same(filter(rows, function(row) return row.s and row.s ~= s end), q:where("s ~= $s", { s = s }), "s")
    same(want, q:collect():where("s in ('x', $s)", { s = s }), "s")
  end
  same(filter(rows, function(row) return row.s == nil end), q:where "s == nil", "n")
  same(filter(rows, function(row) return row.s and row.s < "case-5" end), q:where "s < 'case-5'", "n")
  same(filter(rows, function(row) return row.s and row.s:find("99", 1, true) end), q:where "like(s, '%99%')", "s")
end

function asks.order(q, rows)
  local want = sorted(rows, by_text)
  same(want, q:order "s, n", "s")
  same(want, q:order "s, n", "n")
  same(table.move(want, 1, math.min(10, #want), 1, {}), q:order "s, n":limit(10), "n")
end

function asks.groups(q, rows)
  local seen, list = {}, {}
  for _, row in ipairs(rows) do
    local key = text_of(row.s)
    if not seen[key] then
      seen[key] = { s = row.s, c = 0, t = 0 }
      list[#list + 1] = seen[key]
    end
    seen[key].c, seen[key].t = seen[key].c + 1, seen[key].t + row.n
  end
  local got = q:by "s":agg "c = count(), t = sum(n)"
  assert.equal(#list, #got)
  local s, c, t = got:values "s", got:values "c", got:values "t"
  for i = 1, #list do
    local want = seen[text_of(s[i])]
    assert.is_true(c[i] == want.c and t[i] == want.t)
  end
  assert.equal(#list, #q:distinct "s")
  assert.equal(#list - (seen["\0"] and 1 or 0), q:agg "d = count_distinct(s)":value())
end

function asks.extremes(q, rows)
  local least, most
  for _, row in ipairs(rows) do
    if row.s and (not least or row.s < least) then least = row.s end
    if row.s and (not most or row.s > most) then most = row.s end
  end
  local got = q:agg "least = min(s), most = max(s), head = first(s), tail = last(s)":first() or {}
  assert.equal(least, got.least)
  assert.equal(most, got.most)
end

function asks.top(q, rows)
  local want = sorted(filter(rows, function(row) return row.s end), function(a, b)
    if a.s == b.s then return a.n < b.n end
    return a.s > b.s
  end)
  local got = q:top(5, "s"):values "s"
  for i = 1, math.min(5, #want) do assert.equal(want[i].s, got[i]) end
end

function asks.sample(q, rows)
  local at = {}
  for _, row in ipairs(rows) do at[row.n] = row end
  for _, row in q:sample(50, { seed = 3 }):rows() do assert.same(at[row.n], row) end
end

function asks.export(q, rows)
  local path = os.tmpname()
  assert(q:csv(path))
  local back = assert(blotter.csv(path, { types = { n = "int64", s = "string" } }))
  os.remove(path)
  same(rows, back, "s")
  same(rows, back, "n")
end

function asks.save(q, rows)
  local path = new_path()
  local db = assert(blotter.open(path))
  assert(db:save("saved", q))
  assert(db:commit())
  db:close()
  db = assert(blotter.open(path))
  local t = db:table "saved"
  assert.is_true(t:check())
  same(rows, t, "s")
  same(rows, t:select "*", "s")
  assert(t:append(-1, "behind"))
  assert.equal(1, t:update("n == -1", "s = 'changed'"))
  assert.equal("changed", t:where "n == -1":first().s)
  assert(db:compact())
  assert.equal(#rows + 1, #t)
  assert.is_true(t:check())
  same(rows, t:where "n >= 0", "s")
  db:close()
  os.remove(path)
end

--- Verbs that keep the columns n and s, and what they do to the model's rows.
local verbs = {}

function verbs.collect(q, rows) return q:collect(), rows end
function verbs.select(q, rows) return q:select "n, s", rows end
function verbs.exchange(q, rows) return q:select "s, n":select "n, s", rows end
function verbs.derive(q, rows) return q:derive "m = n + 1":select "n, s", rows end
function verbs.skip(q, rows) return q:skip(70000), table.move(rows, 70001, #rows, 1, {}) end
function verbs.limit(q, rows) return q:limit(135000), table.move(rows, 1, math.min(135000, #rows), 1, {}) end
function verbs.where(q, rows)
  return q:where "n % 5 ~= 0", filter(rows, function(row) return row.n % 5 ~= 0 end)
end
function verbs.order(q, rows)
  return q:order "n desc", sorted(rows, function(a, b) return a.n > b.n end)
end

local changes = {}

function changes.append(w, g) append(w.t, w.rows, g:pick { 1, 300, 30000 }, g:chance(50)) end

function changes.append_row(w)
  local row = new_row(w.rows.next, w.rows.next % 2 == 0)
  w.rows.next, w.rows[#w.rows + 1] = w.rows.next + 1, row
  assert(w.t:append(row.n, row.s))
end

function changes.read(w, g)
  local lines, repeats = { "s,n" }, g:chance(50)
  for i = 1, g:pick { 1, 2000 } do
    local row = new_row(w.rows.next, repeats)
    w.rows.next, w.rows[#w.rows + 1] = w.rows.next + 1, row
    lines[i + 1] = (row.s or "") .. "," .. row.n
  end
  assert(blotter.csv(table.concat(lines, "\n") .. "\n", { into = w.t }))
end

function changes.update(w, g)
  local k = g:pick { 3, 1000, 50000 }
  local r, s = g:int(0, k - 1), g:pick { "often 3", "new " .. g:int(1, 1000) }
  local changed = 0
  for i, row in ipairs(w.rows) do
    if row.n % k == r then w.rows[i], changed = { n = row.n, s = s }, changed + 1 end
  end
  assert.equal(changed, w.t:update("n % $k == $r", "s = $s", { k = k, r = r, s = s }))
end

function changes.rewrite(w)
  for i, row in ipairs(w.rows) do
    if row.n % 3 == 1 then w.rows[i] = { n = row.n, s = row.s and row.s .. "+" } end
  end
  assert(w.t:update("n % 3 == 1", "s = s .. '+'"))
end

function changes.delete(w, g)
  local k = g:pick { 5, 2000 }
  local left = filter(w.rows, function(row) return row.n % k ~= 1 end)
  assert.equal(#w.rows - #left, w.t:delete("n % $k == 1", { k = k }))
  left.next = w.rows.next
  w.rows = left
end

function changes.begin(w)
  if w.saved or not w.path then return end
  assert(w.db:begin())
  w.saved = table.move(w.rows, 1, #w.rows, 1, { next = w.rows.next })
end

function changes.rollback(w)
  if not w.saved then return end
  assert(w.db:rollback())
  w.rows, w.saved = w.saved, nil
end

function changes.reopen(w)
  if not w.path then return end
  assert(w.db:commit())
  w.saved = nil
  w.db:close()
  w.db = assert(blotter.open(w.path))
  w.t = w.db:table "t"
end

function changes.compact(w)
  if w.saved then return end
  assert(w.db:compact())
end

local function names_of(list)
  local names = {}
  for name in pairs(list) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local ASKS, VERBS, CHANGES = names_of(asks), names_of(verbs), names_of(changes)

--- Rows whose text is coded at first and plain later, or the other way round.
local function start(w, g)
  w.rows = { next = 1 }
  if g:chance(60) then
    w.t = assert(w.db:create("t", "n int64, s string"))
    append(w.t, w.rows, 2 * GROUP + g:pick { -20000, -1, 0, 1, 9000 })
    append(w.t, w.rows, g:pick { 1, 500 }, g:chance(50))
  else
    local t = blotter.table "n int64, s string"
    append(t, w.rows, 2 * GROUP + 1)
    append(t, w.rows, g:pick { 1, GROUP - 1, 9000 })
    w.t = assert(w.db:save("t", t:order "n"))
    append(w.t, w.rows, g:pick { 1, GROUP }, true)
  end
end

local function ask(w, g, done)
  local q, rows = w.t, w.rows
  for _ = 1, g:int(0, 3) do
    done[#done + 1] = g:pick(VERBS)
    q, rows = verbs[done[#done]](q, rows)
  end
  done[#done + 1] = g:pick(ASKS)
  asks[done[#done]](q:select "n, s", rows)
end

local function run(seed, steps)
  local g, done = random_query.new(seed), {}
  local w = { path = g:chance(60) and new_path() or nil }
  w.db = w.path and assert(blotter.open(w.path)) or blotter.memory()
  local ok, problem = pcall(function()
    start(w, g)
    for _ = 1, steps do
      for _ = 1, g:int(0, 2) do
        done[#done + 1] = g:pick(CHANGES)
        changes[done[#done]](w, g)
      end
      ask(w, g, done)
    end
    assert.is_true(w.t:check())
    same(w.rows, w.t, "s")
  end)
  w.db:close()
  if w.path then os.remove(w.path) end
  if not ok then
    if type(problem) == "table" then problem = problem.message end
    error(("BLOTTER_SEED=%d: %s\n%s"):format(seed, table.concat(done, " "), tostring(problem)), 0)
  end
end

describe("columns of mixed encodings", function()
  local t, rows
  setup(function()
    t, rows = blotter.table "n int64, s string", { next = 1 }
    append(t, rows, 140000)
    for _, column in ipairs(t:stats().columns) do
      if column.name == "s" then assert.is_true(column.blocks.dict == 2) end
    end
  end)
  for _, name in ipairs(ASKS) do
    it("answer " .. name, function() asks[name](t, rows) end)
  end

  it("are found by their key, changed by it, and brought back", function()
    local path = new_path()
    local db = assert(blotter.open(path))
    local keyed, count = assert(db:create("k", "s string key, n int64")), 2 * GROUP + 500
    local function key(i) return ("case-%06d-%d"):format(i * 7919 % 1000003, i) end
    local function found()
      for _, i in ipairs { 1, GROUP, GROUP + 1, 2 * GROUP, 2 * GROUP + 1, count } do
        assert.same({ s = key(i), n = i }, keyed:get(key(i)))
      end
      assert.is_nil(keyed:get "case")
      assert.equal(count, #keyed)
      assert.is_true(keyed:check())
    end
    local s, n = {}, {}
    for i = 1, count do s[i], n[i] = key(i), i end
    assert.equal(count - 1000, keyed:append_columns { s = table.move(s, 1, count - 1000, 1, {}),
      n = table.move(n, 1, count - 1000, 1, {}) })
    assert(db:commit())
    for _, last in ipairs { "rollback", "commit" } do -- the column falls to plain text in between
      assert(db:begin())
      for i = count - 999, count do assert(keyed:append(key(i), i)) end
      for _, i in ipairs { 1, GROUP + 1, count } do
        assert.equal("updated", keyed:upsert { s = key(i), n = -i })
        assert.equal(-i, keyed:get(key(i)).n)
        assert.equal("updated", keyed:upsert { s = key(i), n = i })
        assert.equal(1, keyed:update("s == $s", "s = $new", { s = key(i), new = "new" .. i }))
        assert.equal(i, keyed:get("new" .. i).n)
        assert.equal(1, keyed:update("s == $s", "s = $old", { s = "new" .. i, old = key(i) }))
      end
      assert(db[last](db))
      assert.equal(last == "commit" and count or count - 1000, #keyed)
    end
    found()
    db:close()
    db = assert(blotter.open(path))
    keyed = db:table "k"
    found()
    assert.equal(1, keyed:delete("s == $s", { s = key(9) }))
    assert.equal("inserted", keyed:upsert { s = key(9), n = 9 })
    assert(db:compact())
    found()
    db:close()
    os.remove(path)
  end)

  it("are what a list of rows is after random changes and questions", function()
    for seed = FIRST_SEED, FIRST_SEED + (LONG and 300 or 3) do run(seed, LONG and 12 or 4) end
  end)
end)
