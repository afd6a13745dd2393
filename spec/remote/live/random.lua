--- Random queries of the same rows here, on a PostgreSQL server, on three that share the rows (in turns, or by a column
-- that they know), on ClickHouse and on three of it: every place answers as blotter does here, or refuses with a reason
-- that is on the list of them. BLOTTER_SEED as in the other random specs, BLOTTER_QUERIES how many in all.

local blotter = require "blotter"
local chdb_process = require "chdb_process"
local clusters = require "clusters"
local far_queries = require "far_queries"
local refusals = require "refusals"

local FIRST = tonumber(os.getenv "BLOTTER_SEED") or 1
local QUERIES = tonumber(os.getenv "BLOTTER_QUERIES") or 400

describe("random queries", function()
  local list, chdb, places, opened
  setup(function()
    list, chdb, places, opened = clusters.open(3), chdb_process.open(), {}, {}
    local urls = {}
    for i, cluster in ipairs(list) do urls[i] = cluster.url end
    local function connect(target)
      opened[#opened + 1] = assert(blotter.connect(target))
      return opened[#opened]
    end
    --- `which(seed)` gives the database, and columns by which rows are given to its servers.
    local function place(label, prefix, which)
      places[#places + 1] = { label = label, put = function(name, t, seed)
        local db, columns = which(seed)
        assert(t:push(db, prefix .. name, { exists = "replace", shard_by = columns and columns[name] }))
        return db:table(prefix .. name)
      end }
    end
    local one, turns = connect(urls[1]), connect { table.unpack(urls) }
    local by_column = connect { shard_by = { shared_t = "i", shared_o = "p" }, table.unpack(urls) }
    place("PostgreSQL", "own_", function() return one end)
    place("three of PostgreSQL", "shared_", function(seed)
      if seed % 2 == 0 then return turns end
      return by_column, { t = "i", o = "p" }
    end)
    if not chdb then return end
    local click = connect(chdb.url)
    local clicks = connect { chdb.url .. "/one", chdb.url .. "/two", chdb.url .. "/three" }
    place("ClickHouse", "", function(seed) return seed % 5 == 0 and clicks or click end)
  end)
  teardown(function()
    for _, db in ipairs(opened) do db:close() end
    if chdb then chdb.close() end
    clusters.close(list)
  end)

  local function try(kind, share)
    local counts = far_queries.run(kind, places, FIRST, QUERIES * share // 100)
    io.write(("\n  %s: %d queries from seed %d"):format(kind, counts.asked, FIRST))
    for _, place in ipairs(places) do
      io.write((", %d answered by %s"):format(counts.answered[place.label], place.label))
      for message in pairs(counts.refused[place.label]) do assert.is_true(refusals.knows(message), message) end
    end
    io.write "\n"
  end

  it("of all verbs and functions", function() try("wide", 75) end)
  it("over all types", function() try("types", 25) end)
end)
