--- PostgreSQL 18, where npm has it: what all_verbs.lua, random.lua and faults.lua ask of 15.

local answer = require "answer"
local blotter = require "blotter"
local clusters = require "clusters"
local far_queries = require "far_queries"
local far_questions = require "far_questions"
local refusals = require "refusals"

describe("PostgreSQL 18", function()
  local list, one, three
  setup(function()
    if not clusters.has_newer() then return end
    list = clusters.open(3, true)
    local urls = {}
    for i, cluster in ipairs(list) do urls[i] = cluster.url end
    one = assert(blotter.connect(urls[1]))
    three = assert(blotter.connect { shard_by = { shared = "id" }, table.unpack(urls) })
  end)
  teardown(function()
    if not list then return end
    one:close()
    three:close()
    clusters.close(list)
  end)

  local function try(name, body)
    it(name, function()
      if not list then return pending "PostgreSQL 18 from npm is not installed" end
      body()
    end)
  end

  try("answers as here, alone and as three servers", function()
    local here, areas = far_questions.table(), far_questions.areas()
    assert(here:push(one, "whole", { exists = "replace" }))
    assert(here:push(three, "shared", { exists = "replace", shard_by = "id" }))
    for name, ask in pairs(far_questions.ALL) do
      local function text(x) return type(x) == "number" and tostring(x) or x:csv() end
      local own = text(ask(here, areas))
      assert.equal(own, text(ask(one:table "whole", areas)), name)
      assert.equal(own, text(ask(three:table "shared", areas)), name)
    end
    local session = assert(require("blotter.remote.session").open(list[1].url))
    assert(session:send("SHOW server_version", true))
    assert.equal("18", select(2, session:next()):match "^%d+")
    session:drop()
  end)

  try("answers random queries as here", function()
    local places = {}
    for label, db in pairs { own = one, spread = three } do
      places[#places + 1] = { label = label, put = function(name, t)
        assert(t:push(db, label .. "_" .. name, { exists = "replace" }))
        return db:table(label .. "_" .. name)
      end }
    end
    for kind, n in pairs { wide = 100, types = 40 } do
      local counts = far_queries.run(kind, places, tonumber(os.getenv "BLOTTER_SEED") or 1, n)
      for _, place in ipairs(places) do
        for message in pairs(counts.refused[place.label]) do assert.is_true(refusals.knows(message), message) end
      end
    end
  end)

  try("that is killed is a clear error, and answers again when it is back", function()
    local shared = three:table "shared"
    clusters.kill(list[2])
    local message = answer.refusal(shared.count, shared)
    assert.is_truthy(message:find(tostring(list[2].port), 1, true), message)
    assert.is_nil(message:find(clusters.PASSWORD, 1, true))
    clusters.start(list[2])
    assert.equal(300, shared:count())
  end)
end)
