--- A damaged block in a file is never given out: every reader of it refuses, and says what is broken.

local blotter = require "blotter"

local ROWS = 140000
local COUNT = "\0\1\2\3\4\5\6\7\8\9\10\11\12\13\14\15" -- how blocks of n and s begin
local path, bytes

local function write(text)
  local f = assert(io.open(path, "wb"))
  assert(f:write(text))
  f:close()
end

--- Changes one byte of the `nth` block whose contents begin with `first` in the file.
local function damage(first, nth)
  local at = 12288
  for _ = 1, nth do
    repeat at = assert(bytes:find(first, at + 1, true)) until (at - 1) % 64 == 0
  end
  write(bytes:sub(1, at - 1 + #first) .. "\255" .. bytes:sub(at + 1 + #first))
end

local function sink() end

--- Readers of the whole table: each raises, or gives nil and a message.
local readers = {
  first = function(t) return t:first() end,
  row = function(t) return t:row(9) end,
  rows = function(t) return t:rows()() end,
  totable = function(t) return t:totable() end,
  values = function(t) return t:values "n" end,
  print = function(t) return tostring(t) end,
  show = function(t) return t:show(3) end,
  csv = function(t) return t:csv() end,
  csv_to = function(t) return t:csv(sink) end,
  jsonl = function(t) return t:jsonl() end,
  select = function(t) return t:select "*":csv() end,
  derive = function(t) return t:derive "m = n + 1":first() end,
  collect = function(t) return t:collect():agg "s = sum(n), m = max(s)":value() end,
  limit = function(t) return t:limit(3):collect() end,
  skip = function(t) return t:skip(10):first() end,
  sample = function(t) return t:sample(2000):csv() end,
  where = function(t) return t:where "n == 7 and s ~= 'x'":csv() end,
  order = function(t) return t:order "s, n":first() end,
  top = function(t) return t:top(2, "n", { by = "s" }):csv() end,
  distinct = function(t) return t:distinct "s, n":csv() end,
  group = function(t) return t:by "s, n":agg "c = count()":csv() end,
  agg = function(t) return t:agg "s = sum(n), l = median(n), m = string_agg(s)":csv() end,
  check = function(t) return t:check() end,
  update = function(t) return t:update("n == 3", "n = n + 1, s = s .. '!'") end,
  update_all = function(t) return t:update("true", "n = n + 1, s = s .. '!'") end,
  delete = function(t) return t:delete "n == 3 and s ~= ''" end,
  save = function(t) return blotter.memory():save("copy", t):csv() end,
  compact = function(t, db)
    assert(t:delete "k == 1")
    return db:compact()
  end,
}

local keyed = {
  get = function(t) return t:get(7, "s7") end,
  upsert = function(t) return t:upsert { n = 7, s = "s7", k = 1 } end,
  append = function(t) return t:append(-1, "new", 1) end,
}

local function refuses(name, read, t, db)
  local done, answer, message = pcall(read, t, db)
  if done then assert.is_nil(answer, name .. " gave an answer") else message = answer end
  message = type(message) == "table" and message.message or message
  assert.is_truthy(tostring(message):find("block", 1, true), name .. ": " .. tostring(message))
end

local function each(list, first, nth)
  for name, read in pairs(list) do
    damage(first, nth)
    local db = assert(blotter.open(path))
    refuses(name, read, db:table "t", db)
    db:close()
  end
end

--- A file with the table.
local function make(schema)
  local db = assert(blotter.open(path))
  local t = assert(db:create("t", schema))
  local n, s, k = {}, {}, {}
  for i = 1, ROWS do n[i], s[i], k[i] = (i - 1) % 200, "s" .. (i - 1) % 200, i end
  if schema:find "key" then
    for i = 1, ROWS do n[i], s[i] = i * 3 % 70001 * 2 + i % 2, "s" .. i % 200 end
  end
  assert(t:append_columns { n = n, s = s, k = k })
  assert(db:commit())
  db:close()
  local f = assert(io.open(path, "rb"))
  bytes = f:read "a"
  f:close()
end

describe("a damaged block", function()
  before_each(function()
    path = os.tmpname()
    os.remove(path)
  end)
  after_each(function() os.remove(path) end)

  it("of numbers or of codes is refused by every reader", function()
    make "n int64, s string, k int64"
    local values_of_n = readers.values
    each(readers, COUNT, 1)
    readers.values = function(t) return t:values "s" end
    each(readers, COUNT, 2)
    readers.values = values_of_n
  end)

  it("of a key is refused by whatever looks a key up", function()
    make "n int64, s string, k int64, primary key (n, s)"
    each(keyed, COUNT, 1)
  end)
end)
