--- Every public call inside every callback: refused or done, never a crash, a lost row or a changed setting. The calls
-- are taken from the classes themselves, so a new one is tried as soon as it is there.

local blotter = require "blotter"

local ROWS = 200000 -- work that takes some milliseconds, so that it polls

local function columns()
  local k, s, n = {}, {}, {}
  for i = 1, ROWS do k[i], s[i], n[i] = i, "s" .. (i * 7919) % 50021, i % 97 end
  return { k = k, s = s, n = n }
end
local DATA = columns()

--- A database with a large table `t` and a small one, in a file when a path is given.
local function world(path)
  local db = path and assert(blotter.open(path)) or blotter.memory()
  local t = db:create("t", "k int64, s string, n int64")
  local small = db:create("small", "k int64 key, s string")
  assert(t:append_columns(DATA))
  for i = 1, 100 do assert(small:append(i, "x" .. i)) end
  if path then assert(db:commit()) end
  return { db = db, t = t, small = small, query = t:where "n > 3", frame = small:where "k > 5":collect() }
end

--- Runs `work`, and `callback` whenever a pending hook fires inside of it.
local function hooked(callback, work)
  local function hook()
    local info = debug.getinfo(2, "S")
    if info and info.source:find "blotter/init.lua$" then callback() end
  end
  debug.sethook(hook, "c")
  local results = table.pack(pcall(work))
  debug.sethook()
  return table.unpack(results, 1, results.n)
end

local function how_many(wanted)
  local n = 0
  for i = 1, ROWS do
    if wanted(DATA.s[i], DATA.n[i]) then n = n + 1 end
  end
  return n
end

--- Works, by name: function(world, callback) that calls `callback` while it runs. `rows` is how many t has afterwards;
-- `free`: it uses nothing of the world, which anything may happen to then.
local WORKS = {
  query = { run = function(w, callback)
    return hooked(callback, function() return #w.t:order "s desc, k":collect() end)
  end },
  groups = { run = function(w, callback)
    return hooked(callback, function() return #w.t:by "s, n":agg "m = median(k)":collect() end)
  end },
  update = { run = function(w, callback)
    return hooked(callback, function() return w.t:update("like(s, '%1%')", "s = s .. 'y'") end)
  end },
  delete = { rows = ROWS - how_many(function(s, n) return s:find "1" and n == 5 or n == 6 end),
    run = function(w, callback)
    return hooked(callback, function()
      return w.t:delete "like(replace(s .. k, s, s), '%1%') and find(s, '1') > 0 and n == 5 or n == 6"
    end)
  end },
  compact = { whole = true, rows = 5 * ROWS - 4 * how_many(function(_, n) return n == 6 end),
    run = function(w, callback)
    while #w.t < 4 * ROWS do w.t:append_columns(DATA) end
    w.t:delete "n == 6"
    w.t:append_columns(DATA)
    return hooked(callback, function() return w.db:compact() end)
  end },
  source = { free = true, run = function(_, callback)
    local pieces = { "a,b\n", "1,2\n3,4\n" }
    return pcall(blotter.csv, function()
      callback()
      return table.remove(pieces, 1)
    end)
  end },
  into = { rows = ROWS + 2, run = function(w, callback)
    local pieces = { "k,s,n\n", "1,x,2\n3,y,4\n" }
    return pcall(blotter.csv, function()
      callback()
      return table.remove(pieces, 1)
    end, { into = w.t, progress = function() callback() end })
  end },
  import = { whole = true, run = function(w, callback)
    local pieces = { '{"a":1}\n', '{"a":2}\n' }
    return pcall(w.db.import, w.db, "imported", function()
      callback()
      return table.remove(pieces, 1)
    end, { progress = function() callback() end })
  end },
  sink = { free = true, run = function(w, callback)
    return pcall(w.frame.csv, w.t:collect(), function() callback() end, { progress = function() callback() end })
  end },
}

local NOTHING = {}
local NO_PATH = { {}, { 1 } } -- a name would be a file beside the tree
--- Arguments that get far, by name of a call; others are tried with the ones of `any`.
local ARGUMENTS = {
  append = { { 1, "a", 1 }, { 5000, "a" }, { { k = 7 } } },
  append_rows = { { { { k = 8000, s = "b" } } } },
  append_columns = { { { k = { 8001, 8002 }, s = { "c", "d" } } } },
  upsert = { { { k = 8003, s = "c" } } },
  update = { { "k > 0", "n = 0" }, { "k > 3", { s = "z" } } },
  delete = { { "k > 0" } },
  get = { { 5 } },
  import = { { "made", "a,b\n1,2\n" } },
  csv = { {}, { function() end } }, -- a source for the module, a sink for what has rows
  jsonl = { {}, { function() end } },
  parquet = { {}, { function() end } }, arrow = { {}, { function() end } }, xlsx = NO_PATH, html = NO_PATH,
  markdown = { {} }, push = NO_PATH, open = { { os.tmpname() } },
  create = { { "made", "a int64" } },
  drop = { { "t" }, { "small" } },
  table = { { "t" }, { "a int64" } },
  select = { { "k" } }, derive = { { "z = k + 1" } }, where = { { "k > 5" } }, by = { { "k" } },
  agg = { { "n = count()" } },
  order = { { "k desc" } }, limit = { { 3 } }, skip = { { 3 } }, top = { { 3, "k" } }, sample = { { 3 } },
  distinct = { { "k" } }, values = { { "k" } }, value = { {} }, row = { { 2 } }, totable = NOTHING, rows = NOTHING,
  transaction = { { function(db) db:table "small":append(8004, "t") end } },
  any = { {}, { 1 }, { "k" }, { {} }, { function() end } },
  operations = NOTHING, report = NOTHING, format = NOTHING,
}

local function own_methods(object)
  local class = getmetatable(object)
  return type(class.__index) == "table" and class.__index or class
end

--- Every call there is: {name, object, function}. Those that end in the middle of a loop over many rows stay out.
local function surface(w)
  local calls = {}
  local function add(kind, object, methods)
    local names = {}
    for name, method in pairs(methods) do
      if type(method) == "function" and type(name) == "string" then names[#names + 1] = name end
    end
    table.sort(names)
    for _, name in ipairs(names) do calls[#calls + 1] = { kind .. "." .. name, object, methods[name], name } end
  end
  add("db", w.db, own_methods(w.db))
  add("t", w.t, own_methods(w.t))
  add("small", w.small, own_methods(w.small))
  add("query", w.query, own_methods(w.query))
  add("frame", w.frame, own_methods(w.frame))
  add("blotter", nil, blotter)
  return calls
end

local function try(call, seen)
  for _, arguments in ipairs(ARGUMENTS[call[4]] or ARGUMENTS.any) do
    local results
    if call[2] then
      results = table.pack(pcall(call[3], call[2], table.unpack(arguments)))
    else
      results = table.pack(pcall(call[3], table.unpack(arguments)))
    end
    seen[call[1]] = results
  end
end

local SETTINGS = { threads = 3, memory_limit = 1 << 40, timeout = 1000, progress = print }

local function try_settings()
  for name, value in pairs(SETTINGS) do
    local ok, message = pcall(function() blotter[name] = value end)
    assert(not ok and message:find "busy", name)
  end
end

--- Ways in which a callback may come to call: by itself, in a coroutine, from an error's handler, when a variable's
-- scope ends, from a finalizer.
local WAYS = {
  plain = function(call) call() end,
  coroutine = function(call) coroutine.wrap(function() call() end)() end,
  handler = function(call) xpcall(error, function() call() end, "x") end,
  scope = function(call) local _ <close> = setmetatable({}, { __close = function() call() end }) end,
  finalizer = function(call)
    setmetatable({}, { __gc = function() call() end })
    collectgarbage()
  end,
}

describe("callbacks", function()
  local threads = blotter.threads
  local path
  before_each(function()
    blotter.threads = 2
    path = os.tmpname()
    os.remove(path)
  end)
  after_each(function()
    debug.sethook()
    blotter.threads, blotter.progress, blotter.timeout, blotter.memory_limit = threads, nil, 0, 0
    os.remove(path)
    assert.is_nil(io.open "k", "a call wrote the file k into the tree")
  end)

  --- Runs the work in worlds of their own until every call was made inside of it.
  local function try_all(work, place)
    local at, seen, inside = 0, {}, false
    local ways, calls = {}, nil
    for way in pairs(WAYS) do ways[#ways + 1] = way end
    table.sort(ways)
    local function callback()
      if inside then return end
      inside = true
      try_settings()
      for _ = 1, 60 do
        if at >= #calls then break end
        at = at + 1
        WAYS[ways[at % #ways + 1]](function() try(calls[at], seen) end)
      end
      inside = false
    end
    repeat
      local before = at
      local w = world(place == "file" and path or nil)
      calls = surface(w)
      local ok, problem = work.run(w, callback)
      assert.is_true(ok, problem)
      if not work.free then
        assert.equal(work.rows or ROWS, #w.t)
        if work.whole then assert.equal(100, #w.db:table "small") end
        assert.is_true(w.db:check())
      end
      w.db:close()
      os.remove(path)
    until at == #calls or at == before
    assert.equal(#calls, at)
    return seen
  end

  local places = os.getenv "BLOTTER_TORTURE" and { "memory", "file" } or { "memory" }
  for name, work in pairs(WORKS) do
    for _, place in ipairs(places) do
      it(("may make every call inside of work: %s in %s"):format(name, place), function()
        local seen = try_all(work, place)
        if work.free then return end
        for _, change in ipairs { "close", "append", "update", "delete", "append_rows", "append_columns" } do
          local results = seen["t." .. change]
          assert.is_true(not results[1] or results[2] == nil and results[4] == "busy", change)
        end
      end)
    end
  end

  local function sorting(callback)
    local w = world()
    return hooked(callback, function() return #w.t:order "s desc, k":collect() end)
  end

  it("end the work with what they raise, whatever it is", function()
    local value = {}
    assert.same({ false, value }, { sorting(function() error(value) end) })
    assert.same({ n = 2, false, nil }, table.pack(sorting(function() error(nil) end)))
    assert.same({ n = 2, false, nil }, table.pack(pcall(blotter.csv, function() error(nil) end)))
    local t = blotter.table "a int64"
    t:append(1)
    assert.same({ n = 2, false, false }, table.pack(pcall(t.csv, t, function() error(false) end)))
    assert.equal(1, #t)
  end)

  it("must not yield", function()
    local wrapped = coroutine.wrap(function() return pcall(blotter.csv, function() coroutine.yield "piece" end) end)
    assert.matches("must not yield", select(2, wrapped()))
    assert.matches("must not yield", select(2, sorting(coroutine.yield)))
  end)

  it("may ask again, on as many levels as the stack bears", function()
    local t = blotter.table "a int64"
    for i = 1, 10 do t:append(i) end
    local deepest = 0
    local function nest(level)
      deepest = math.max(deepest, level)
      pcall(blotter.csv, function()
        assert.equal(1, t:where "a == 5":count())
        nest(level + 1)
      end)
    end
    nest(1)
    assert(deepest >= 10 and deepest < 30)
  end)

  it("may end the program", function()
    local script = [[
      local blotter = require "blotter"
      blotter.threads = 2
      local path = os.tmpname()
      os.remove(path)
      local db <close> = assert(blotter.open(path))
      local t, k, s = db:create("t", "k int64, s string"), {}, {}
      for i = 1, 300000 do k[i], s[i] = i, "s" .. i %% 50021 end
      t:append_columns { k = k, s = s }
      setmetatable({}, { __gc = function() pcall(function() return t:count(), blotter.table "a int64" end) end })
      debug.sethook(function()
        if debug.getinfo(2, "S").source:find "blotter/init.lua$" then
          debug.sethook()
          os.remove(path)
          os.exit(%s, %s)
        end
      end, "c")
      for _ = 1, 100 do %s end]]
    for _, work in ipairs { "t:order 's desc, k':collect()", "t:update(\"like(s, '%%1%%')\", 's = s .. 1')",
      "t:csv(os.tmpname())" } do
      for _, closing in ipairs { "true", "false" } do
        local file = assert(io.open(path, "w"))
        file:write(script:format("7", closing, work))
        file:close()
        assert.same({ nil, "exit", 7 }, { os.execute("ASAN_OPTIONS=detect_leaks=0 lua5.4 " .. path) })
      end
    end
  end)
end)

describe("what a verb is given", function()
  it("is taken at once", function()
    local t = blotter.table "a int64, c string"
    for i = 1, 6 do t:append(i, "c" .. i) end
    local p = { x = 2, list = { 1, 2, 3 } }
    local q = {
      t:where("a == $x", p), t:where("a in $list", p), t:top(2, "a * $x", { params = p }),
      t:by("a % $x", p):agg "n = count()",
      t:agg("n = sum(a * $x) / 2", p), t:derive("z = a * $x", p):order("abs(z - $x)", p), t:select("a, y = $x", p),
    }
    p.x, p.list[1], p.list[4] = 5, 9, 9
    local changed = { c = "new" }
    assert.equal(1, t:update("a == $x", changed, { x = 6 }))
    changed.c = "late"
    assert.equal("new", t:where "a == 6":select "c":value())
    assert.same({ 2, 3, 2, 2, 21.0, 2, 2 }, { q[1]:select "a":value(), q[2]:count(), q[3]:count(), q[4]:count(),
      q[5]:value(), q[6]:first().z, q[7]:first().y })
  end)
end)
