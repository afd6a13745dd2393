--- Random public calls, also inside callbacks, each beside what it does to the model.

local blotter = require "blotter"
local model = require "abuse_model"

-- ---- calling ----

--- Why a call may be refused at any time: these say nothing about the rows.
local EXCUSES = { "busy", "memory", "interrupted", "time limit", "callback", "transaction", "at work inside" }

local function excused(w, message)
  if w.faulty or w.depth > 0 or type(message) ~= "string" then return true end
  for _, excuse in ipairs(EXCUSES) do
    if tostring(message):find(excuse, 1, true) then return true end
  end
  return false
end

--- Calls f(…); true and its results when it was done, false when it was refused with an excuse.
local function call(w, f, ...)
  w.calls = w.calls + 1
  local results = table.pack(pcall(f, ...))
  if results[1] and not (results[2] == nil and type(results[3]) == "string") then
    return table.unpack(results, 1, results.n)
  end
  local message = results[1] and results[3] or results[2]
  if type(message) == "string" and message:find("abuse:", 1, true) then error(message, 0) end
  if not excused(w, message) then model.wrong(w, "refused: %s", tostring(message)) end
  return false, message
end

local some_call -- a random one, for callbacks

--- A function for blotter to call: does random calls now and then, and then `otherwise`.
local function callback(w, otherwise)
  return function(...)
    if w.depth < 3 and w.random(3) == 1 then
      w.depth = w.depth + 1
      local ok, message = pcall(some_call, w)
      w.depth = w.depth - 1
      if not ok and tostring(message):find("abuse:", 1, true) then
        w.failed = w.failed or message
      end
    end
    if w.random(60) == 1 then error(w.random(2) == 1 and { "any value" } or nil) end
    if otherwise then return otherwise(...) end
  end
end

--- Runs `f` while a hook makes calls inside of the engine.
local function hooked(w, f, ...)
  if w.hooked or w.random(4) > 1 then return f(...) end
  local inner = callback(w)
  w.hooked = true
  debug.sethook(function()
    local info = debug.getinfo(2, "S")
    if info and info.source:find "blotter/init.lua$" then inner() end
  end, "c")
  local results = table.pack(pcall(f, ...))
  debug.sethook()
  w.hooked = false
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end

-- ---- choices ----

local function any_table(w)
  local name = w.random(2) == 1 and "keyed" or "free"
  return name, w.tables[name], w.models[name]
end

local function new_ids(w, n)
  local ids = {}
  for i = 1, n do
    w.last = w.last + 1
    ids[i] = w.last
  end
  return ids
end

local function apply(w, m, ids, v)
  for _, id in ipairs(ids) do model.set(w, m, id, v) end
end

--- A condition and the function that says the same of an id; many are about rows that are there.
local function condition(w)
  local a = w.random(math.max(1, w.last))
  local kind = w.random(5)
  if kind == 1 then return ("id == %d"):format(a), function(id) return id == a end end
  if kind == 2 then
    local b = a + w.random(20)
    return ("id >= %d and id < %d"):format(a, b), function(id) return id >= a and id < b end
  end
  if kind == 3 then
    return ("s == 's%d-2'"):format(a), function(id, v) return id == a and v == 2 and id % 11 ~= 0 end
  end
  local k = w.random(40) + 3
  if kind == 4 then return ("id %% %d == 1"):format(k), function(id) return id % k == 1 end end
  return ("c == 'c1' and id %% %d == 2"):format(k), function(id) return id % 7 ~= 0 and id % 5 == 1 and id % k == 2 end
end

local function matching(m, says)
  local ids = {}
  for id, v in pairs(m.rows) do
    if says(id, v) then ids[#ids + 1] = id end
  end
  return ids
end

local function version(w) return w.random(9) end

-- ---- the calls ----

local CALLS = {}

function CALLS.append(w)
  local _, t, m = any_table(w)
  local id, v, how = new_ids(w, 1)[1], version(w), w.random(3)
  local done
  if how == 1 then
    done = call(w, t.append, t, model.row_of(id, v))
  elseif how == 2 then
    done = call(w, t.append, t, model.positional(id, v))
  else
    done = call(w, t.append, t, table.unpack(model.positional(id, v), 1, #model.COLUMNS))
  end
  if done then model.set(w, m, id, v) end
end

function CALLS.appender(w)
  local _, t, m = any_table(w)
  local made, add = call(w, t.appender, t)
  if not made then return end
  for _, id in ipairs(new_ids(w, w.random(5))) do
    local v = version(w)
    if call(w, add, table.unpack(model.positional(id, v), 1, #model.COLUMNS)) then model.set(w, m, id, v) end
  end
end

function CALLS.append_rows(w)
  local _, t, m = any_table(w)
  local ids, v, rows = new_ids(w, w.random(30)), version(w), {}
  for i, id in ipairs(ids) do rows[i] = w.random(2) == 1 and model.row_of(id, v) or model.positional(id, v) end
  if w.random(8) == 1 then
    rows[#rows + 1] = { id = "no number" }
    pcall(t.append_rows, t, rows)
    if w.depth == 0 then model.compare_count(w, t == w.tables.keyed and "keyed" or "free") end
    return
  end
  if call(w, t.append_rows, t, rows) then apply(w, m, ids, v) end
end

function CALLS.append_columns(w)
  local _, t, m = any_table(w)
  local n = w.random(50)
  if w.size > 1 and w.random(2) == 1 and m.count < w.size then n = 66000 + w.random(3000) end
  local ids, v, columns = new_ids(w, n), version(w), {}
  for _, name in ipairs(model.COLUMNS) do columns[name] = { n = n } end
  for i, id in ipairs(ids) do
    for name, value in pairs(model.row_of(id, v)) do columns[name][i] = value end
  end
  if call(w, t.append_columns, t, columns) then apply(w, m, ids, v) end
end

function CALLS.upsert(w)
  local m, v = w.models.keyed, version(w)
  local id = (w.last == 0 or w.random(2) == 1) and new_ids(w, 1)[1] or w.random(w.last)
  if call(w, w.tables.keyed.upsert, w.tables.keyed, model.row_of(id, v)) then model.set(w, m, id, v) end
end

function CALLS.repeated_key(w)
  local id = next(w.models.keyed.rows)
  if not id then return end
  w.calls = w.calls + 1
  local ok, done = pcall(w.tables.keyed.append, w.tables.keyed, model.row_of(id, 0))
  if ok and done and w.models.keyed.rows[id] then model.wrong(w, "the key %d was taken twice", id) end
end

function CALLS.update(w)
  local _, t, m = any_table(w)
  local text, says = condition(w)
  local v = version(w)
  local ids = matching(m, says)
  local done, n = call(w, hooked, w, t.update, t, text, model.CHANGES:format(v, v, v))
  if not done then return end
  if n ~= #ids then model.wrong(w, "update %s: %s rows instead of %d", text, tostring(n), #ids) end
  apply(w, m, ids, v)
end

function CALLS.delete(w)
  local _, t, m = any_table(w)
  local text, says = condition(w)
  local ids = matching(m, says)
  local done, n = call(w, hooked, w, t.delete, t, text)
  if not done then return end
  if n ~= #ids then model.wrong(w, "delete %s: %s rows instead of %d", text, tostring(n), #ids) end
  apply(w, m, ids, nil)
end

function CALLS.get(w)
  local m = w.models.keyed
  local id = w.random(math.max(1, w.last))
  local done, row = call(w, w.tables.keyed.get, w.tables.keyed, id)
  if not done then return end
  if (row ~= nil) ~= (m.rows[id] ~= nil) then model.wrong(w, "get %d: %s", id, tostring(row)) end
  if row then model.compare_row(w, "keyed", id, m.rows[id], row) end
end

function CALLS.query(w)
  local _, t, m = any_table(w)
  local text, says = condition(w)
  local ids = matching(m, says)
  local done, rows = call(w, hooked, w, function()
    local q = t:where(text)
    if w.random(2) == 1 then q = q:order "id desc" end
    if w.random(3) == 1 then q = q:collect():where "id >= 0" end
    return q:totable()
  end)
  if not done then return end
  if rows.n ~= #ids then model.wrong(w, "where %s: %d rows instead of %d", text, rows.n, #ids) end
  for i = 1, rows.n do model.compare_row(w, "where", rows[i].id, m.rows[rows[i].id] or -1, rows[i]) end
end

function CALLS.groups(w)
  local _, t, m = any_table(w)
  local done, rows = call(w, hooked, w, function()
    return t:by "c":agg "k = count(), distinct = count_distinct(s), total = sum(v), last = max(s)":totable()
  end)
  if not done then return end
  local k = 0
  for i = 1, rows.n do k = k + rows[i].k end
  if k ~= m.count then model.wrong(w, "groups: %d rows instead of %d", k, m.count) end
end

function CALLS.verbs(w)
  local _, t = any_table(w)
  call(w, hooked, w, function()
    local q = t:query()
    for _ = 1, w.random(4) do
      local pick = w.random(7)
      if pick == 1 then q = q:derive("z = upper(s) .. string(id)")
      elseif pick == 2 then q = q:order("s desc, id")
      elseif pick == 3 then q = q:limit(w.random(200))
      elseif pick == 4 then q = q:sample(w.random(50))
      elseif pick == 5 then q = q:top(3, "id", { by = "c" })
      elseif pick == 6 then q = q:distinct()
      else q = q:select "id, s, c, v, f, day" end
      if w.random(3) == 1 then q = q:collect():query() end
    end
    return tostring(q), q:count(), q:values "s"
  end)
end

function CALLS.write(w)
  local _, t, m = any_table(w)
  local size = 0
  local sink = callback(w, function(piece) size = size + #piece end)
  local lines = w.random(2) == 1 and "jsonl" or "csv"
  local before = m.count
  local done, rows = call(w, t[lines], t, sink, { progress = w.random(2) == 1 and callback(w) or nil })
  if done and rows ~= before then model.wrong(w, "%s: %s rows instead of %d", lines, tostring(rows), before) end
end

local function source(w, text)
  local at, step = 1, 1 + w.random(2000)
  return callback(w, function()
    if at > #text then return nil end
    local piece = text:sub(at, at + step - 1)
    at = at + step
    return piece
  end)
end

function CALLS.read_into(w)
  local _, t, m = any_table(w)
  local ids, v = new_ids(w, w.random(60)), version(w)
  local done, _, info = call(w, blotter.csv, source(w, model.csv_of(ids, v)), { into = t,
    progress = w.random(2) == 1 and callback(w) or nil })
  if done then
    if info.rows ~= #ids then model.wrong(w, "csv: %d rows instead of %d", info.rows, #ids) end
    apply(w, m, ids, v)
  end
end

function CALLS.import(w)
  w.made = w.made + 1
  local name = "made" .. w.made
  local ids = new_ids(w, w.random(60))
  local done, t = call(w, w.db.import, w.db, name, source(w, model.csv_of(ids, 1)), { types = { s = "string" } })
  if done and #t ~= #ids then model.wrong(w, "import: %d rows instead of %d", #t, #ids) end
end

function CALLS.save(w)
  local _, t = any_table(w)
  w.made = w.made + 1
  local name = "made" .. w.made
  local text, says = condition(w)
  local ids = matching(t == w.tables.keyed and w.models.keyed or w.models.free, says)
  local done, saved = call(w, function() return w.db:save(name, t:where(text)) end)
  if done and #saved ~= #ids then model.wrong(w, "save: %d rows instead of %d", #saved, #ids) end
end

function CALLS.drop(w)
  for _, name in ipairs(w.db:tables()) do
    if name:find "^made" then call(w, w.db.drop, w.db, name) end
  end
end

--- Whether the file has everything. A call that commits may be ended by its caller's hook behind the commit, which is
-- then neither acknowledged nor undone.
local function all_committed(w)
  if w.db:in_transaction() then return false end
  local ok, info = pcall(w.db.info, w.db)
  return ok and not info.changed
end

function CALLS.commit(w)
  if call(w, hooked, w, w.db.commit, w.db) or all_committed(w) then w.log, w.begun = {}, nil end
end

function CALLS.begin(w)
  if w.begun then return end
  if call(w, w.db.begin, w.db) then w.begun = #w.log end
end

function CALLS.rollback(w)
  if not w.begun then return end
  if call(w, w.db.rollback, w.db) then
    model.undo_to(w, w.begun)
    w.begun = nil
  end
end

function CALLS.transaction(w)
  if w.begun then return end
  local entered = false
  local fails = w.random(3) == 1
  local ok = call(w, w.db.transaction, w.db, function()
    entered = true
    w.begun, w.in_body = #w.log, true
    for _ = 1, w.random(4) do some_call(w) end
    if fails then error "transaction given up" end
  end)
  if not entered then return end
  w.in_body = false
  if ok and not fails then
    w.log, w.begun = {}, nil
  elseif w.begun and not w.db:in_transaction() then
    model.undo_to(w, w.begun)
    w.begun = nil
  end
end

function CALLS.compact(w)
  if w.begun then return end
  if call(w, hooked, w, w.db.compact, w.db) or all_committed(w) then w.log = {} end
end

function CALLS.looks(w)
  local _, t = any_table(w)
  call(w, t.stats, t)
  call(w, t.schema, t)
  call(w, w.db.info, w.db)
  call(w, tostring, w.db)
  call(w, function() return t:explain() end)
end

function CALLS.closing(w)
  if w.depth == 0 then return end -- inside a callback it is refused, or closes what nobody uses
  local name, t = any_table(w)
  pcall(t.close, t)
  w.tables[name] = w.db:table(name)
end

function CALLS.settings(w)
  pcall(function() blotter.threads = w.random(4) end)
end

--- Goes on with the file as somebody else would find it: what was not committed is gone.
function CALLS.reopen(w)
  if w.depth > 0 or w.faulty or w.in_body or not w.path then return end
  w.calls = w.calls + 1
  w.db:close()
  model.undo_to(w, 0)
  w.begun = nil
  w.db = assert(blotter.open(w.path))
  for name in pairs(w.tables) do
    w.tables[name] = w.db:table(name)
    model.compare_count(w, name)
  end
end

function CALLS.compare(w)
  if w.depth > 0 or w.faulty then return end
  for name, m in pairs(w.models) do
    model.compare_count(w, name)
    if w.random(20 + m.count) <= 20 then model.compare_all(w, name) end
  end
end

--- A copy of the file with some bytes changed: whatever it says, nobody crashes.
function CALLS.damage(w)
  if w.depth > 0 or not w.path or w.random(4) > 1 then return end
  local file = assert(io.open(w.path, "rb"))
  local bytes = file:read "a"
  file:close()
  if #bytes > 4 << 20 then return end
  for _ = 1, w.random(4) do
    local at = w.random(2) == 1 and w.random(#bytes) or w.random(math.min(#bytes, 20000))
    bytes = bytes:sub(1, at - 1) .. string.char(w.random(256) - 1) .. bytes:sub(at + 1)
  end
  local path = w.path .. ".damaged"
  file = assert(io.open(path, "wb"))
  file:write(bytes)
  file:close()
  local db = select(2, pcall(blotter.open, path))
  if type(db) == "userdata" then
    for _, name in ipairs(db:tables()) do
      local good, t = pcall(db.table, db, name)
      for _, use in ipairs(good and {
        function() return t:totable() end, function() return tostring(t) end, function() return t:csv() end,
        function() return t:jsonl() end, function() return t:values "s" end, function() return t:get(1) end,
        function() return t:by "c":agg "n = count(), m = max(s)":totable() end, function() return t:stats() end,
        function() return t:order "s desc":first() end, function() return t:where "s ~= 'x'":count() end,
        function() return t:update("id % 3 == 0", "s = s .. 'x'") end, function() return t:delete "id % 4 == 1" end,
        function() return t:append(model.row_of(1, 1)) end, function() return t:upsert(model.row_of(2, 2)) end,
        function() return db:save("copy", t) end, function() return db:check() end, function() return db:commit() end,
        function() return db:compact() end,
      } or {}) do
        w.calls = w.calls + 1
        pcall(use)
      end
    end
    pcall(db.close, db)
  end
  os.remove(path)
end

local NAMES = {}
for name in pairs(CALLS) do NAMES[#NAMES + 1] = name end
table.sort(NAMES)
local RARE = { reopen = 4, compact = 4, compare = 2, verbs = 2, damage = 6, settings = 3, drop = 2, groups = 2 }

function some_call(w)
  local name = NAMES[w.random(#NAMES)]
  if RARE[name] and w.random(RARE[name]) > 1 then return end
  w.trail[#w.trail + 1] = (w.depth > 0 and ">" or "") .. name
  if #w.trail > 200 then table.move(w.trail, 101, #w.trail, 1, {}) end
  CALLS[name](w)
end

return some_call
