--- Random queries on a PostgreSQL server and on three that share the rows, answered as here. BLOTTER_SEED and
-- BLOTTER_ROUNDS as in the other random specs; `make test-remote` runs this.

local blotter = require "blotter"
local clusters = require "clusters"
local far_queries = require "far_queries"

local FIRST = tonumber(os.getenv "BLOTTER_SEED") or 1
local ROUNDS = tonumber(os.getenv "BLOTTER_ROUNDS") or 50

describe("random queries", function()
  local list, urls
  setup(function()
    list = clusters.open(3)
    urls = {}
    for i, cluster in ipairs(list) do urls[i] = cluster.url end
  end)
  teardown(function() clusters.close(list) end)

  local function place(label, target, options)
    local db = assert(blotter.connect(target))
    return { label = label, put = function(name, t)
      local column = options and options[name]
      assert(t:push(db, name, { exists = "replace", shard_by = column }))
      return db:table(name)
    end }
  end

  local function try(kind, where, rounds)
    local asked, answered = far_queries[kind](where, FIRST, rounds)
    io.write(("\n  %s on %s: %d queries, %d answered\n"):format(kind, where.label, asked, answered))
    for reason in pairs(far_queries.refused) do assert.is_truthy(reason:find("postgresql: ", 1, true), reason) end
    assert.is_true(answered >= asked * 0.97) -- hardly anything that they ask is on the list of refusals
  end

  it("over all types are answered by one server as here", function()
    try("types", place("one server", urls[1]), ROUNDS * 2)
  end)

  it("over all types are answered by three servers as here", function()
    try("types", place("three servers", urls), ROUNDS)
  end)

  it("of several verbs are answered by one server as here", function()
    try("composed", place("one server", urls[1]), ROUNDS * 3)
  end)

  it("of several verbs are answered by three servers as here", function()
    try("composed", place("three servers", urls), ROUNDS)
  end)

  it("of several verbs are answered by three servers that know whose rows are where", function()
    local columns = { t = "i", o = "p" }
    local target = { shard_by = columns, table.unpack(urls) }
    try("composed", place("three servers by a column", target, columns), ROUNDS)
  end)
end)
