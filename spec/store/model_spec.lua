--- Random changes to a table in a file, beside the same changes to a plain Lua table.

local blotter = require "blotter"
local random_query = require "random_query"

local SCHEMA = "id int64 key, name string, n int64, x float64 required, day date"
local LONG = os.getenv "BLOTTER_TORTURE" ~= nil
local FIRST_SEED = tonumber(os.getenv "BLOTTER_SEED") or 1

local function new_path()
  local name = os.tmpname()
  os.remove(name)
  return name .. ".blt"
end

--- The model: rows by id, and the states to go back to.
local function copy(rows)
  local out = {}
  for id, row in pairs(rows) do
    out[id] = { id = row.id, name = row.name, n = row.n, x = row.x, day = row.day }
  end
  return out
end

local function random_row(g, id)
  return { id = id, name = g:chance(80) and "name " .. g:int(1, g:pick { 5, 5000 }) or nil,
    n = g:chance(80) and g:int(-100, 100) or nil, x = g:int(0, 1000) / 4,
    day = g:chance(50) and g:date_text() or nil }
end

local operations = {}

function operations.append(w, g)
  for _ = 1, g:pick { 1, 3, 200 } do
    local row = random_row(g, g:int(1, 3000))
    local done, _, code = w.t:append(row.id, row.name, row.n, row.x, row.day)
    assert.equal(w.rows[row.id] == nil, done == true)
    if done then w.rows[row.id] = row else assert.equal("key", code) end
  end
end

function operations.append_rows(w, g)
  local list, seen, good = {}, {}, true
  for i = 1, g:int(1, 5) do
    list[i] = random_row(g, g:int(1, 3000))
    good = good and not w.rows[list[i].id] and not seen[list[i].id]
    seen[list[i].id] = true
  end
  assert.equal(good and #list or nil, (w.t:append_rows(list)))
  for _, row in ipairs(good and list or {}) do w.rows[row.id] = row end
end

function operations.upsert(w, g)
  for _ = 1, 5 do
    local row = random_row(g, g:int(1, 3000))
    assert.equal(w.rows[row.id] and "updated" or "inserted", w.t:upsert(row))
    w.rows[row.id] = row
  end
end

function operations.update(w, g)
  local limit, text = g:int(-100, 100), "changed " .. g:int(1, 9)
  local changed = 0
  for _, row in pairs(w.rows) do
    if row.n and row.n > limit then
      row.n, row.name, changed = row.n - 1, text, changed + 1
    end
  end
  assert.equal(changed, w.t:update("n > $limit", "n = n - 1, name = $text", { limit = limit, text = text }))
end

function operations.update_one(w, g)
  local id = g:int(1, 3000)
  assert.equal(w.rows[id] and 1 or 0, w.t:update("id == $id", { x = 0.5, day = blotter.null }, { id = id }))
  if w.rows[id] then w.rows[id].x, w.rows[id].day = 0.5, nil end
end

function operations.delete(w, g)
  local remainder, deleted = g:int(0, 6), 0
  for id, row in pairs(w.rows) do
    if id % 7 == remainder and row.name then w.rows[id], deleted = nil, deleted + 1 end
  end
  assert.equal(deleted, w.t:delete("id % 7 == $r and name ~= nil", { r = remainder }))
end

function operations.begin(w)
  if w.saved then return end
  assert(w.db:begin())
  w.saved = copy(w.rows)
end

function operations.rollback(w)
  if not w.saved then return end
  assert(w.db:rollback())
  w.rows, w.saved = w.saved, nil
end

function operations.commit(w)
  assert(w.db:commit())
  w.saved, w.durable = nil, copy(w.rows)
end

function operations.compact(w)
  if w.saved then return end
  assert(w.db:compact())
  w.durable = copy(w.rows)
end

function operations.reopen(w)
  w.db:close()
  w.db = assert(blotter.open(w.path))
  w.t = w.db:table "t"
  w.rows, w.saved = copy(w.durable), nil
end

local NAMES = { "append", "append", "append_rows", "upsert", "update", "update_one", "delete", "begin", "rollback",
  "commit", "compact", "reopen" }

local function compare(w)
  local n = 0
  for _ in pairs(w.rows) do n = n + 1 end
  assert.equal(n, #w.t)
  for _, row in w.t:rows() do assert.same(w.rows[row.id], row) end
  assert.is_true(w.t:check())
end

describe("a table in a file", function()
  it("is what a plain Lua table is after the same changes", function()
    for seed = FIRST_SEED, FIRST_SEED + (LONG and 200 or 6) do
      local g = random_query.new(seed)
      local w = { path = new_path(), rows = {}, durable = {} }
      w.db = assert(blotter.open(w.path))
      w.t = assert(w.db:create("t", SCHEMA))
      assert(w.db:commit())
      local done = {}
      local ok, problem = pcall(function()
        for _ = 1, 60 do
          done[#done + 1] = g:pick(NAMES)
          operations[done[#done]](w, g)
          if g:chance(30) then compare(w) end
        end
        compare(w)
        for id, row in pairs(w.rows) do
          if id % 50 == 0 then assert.same(row, w.t:get(id)) end
        end
      end)
      w.db:close()
      os.remove(w.path)
      if not ok then
        if type(problem) == "table" then problem = problem.message end
        error(("BLOTTER_SEED=%d: %s\n%s"):format(seed, table.concat(done, " "), tostring(problem)), 0)
      end
    end
  end)
end)
