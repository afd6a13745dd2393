local cjson = require "cjson"
local command = require "command"

local TIPS = "country,n,received\nKR,3,2012-01-31\nJP,5,2012-02-01\nKR,4,2012-03-01\n"

describe("blotter import and query", function()
  local folder
  before_each(function() folder = command.folder() end)
  after_each(function() command.remove(folder) end)

  local function place() return folder .. "/db.blt:tips" end

  local function rows_of(arguments)
    local status, out, err = command.run("query " .. arguments .. " -f json")
    assert.equal(0, status, err)
    return cjson.decode(out).blocks[1].rows
  end

  it("fills a table, adds to it, and answers about it", function()
    local csv = command.spill(folder .. "/tips.csv", TIPS)
    local status, out, err = command.run(("import %s --into %s"):format(csv, place()))
    assert.equal(0, status, err)
    assert.equal(place() .. ": 3 rows added\n", out)
    assert.same({ { "KR", 7 }, { "JP", 5 } }, rows_of(place() .. " --by country --agg 'n = sum(n)' --order 'n desc'"))
    assert.equal(0, (command.run(("import %s --into %s"):format(csv, place()))))
    assert.same({ { 6 } }, rows_of(place() .. " --agg 'n = count()'"))
  end)

  it("asks a file without a database", function()
    local csv = command.spill(folder .. "/tips.csv", TIPS)
    assert.same({ { "KR" } }, rows_of(csv .. " --by country --agg 'n = sum(n)' --having 'n > 5' --select country"))
    assert.same({ { "2012-02-01" } }, rows_of(csv .. [[ --where "country == 'JP'" --select received]]))
  end)

  it("refuses a bad row with its place, and the database has nothing of it", function()
    local csv = command.spill(folder .. "/tips.csv", TIPS .. "KR,4\n")
    local status, _, err = command.run(("import %s --into %s"):format(csv, place()))
    assert.equal(3, status)
    assert.is_truthy(err:find("tips.csv", 1, true), err)
    assert.is_truthy(err:find("5", 1, true), err)
    assert.is_nil(command.slurp((place():gsub(":tips$", "")))) -- not even an empty database is left
  end)

  it("leaves a database that was there as it was", function()
    local good = command.spill(folder .. "/good.csv", TIPS)
    local bad = command.spill(folder .. "/bad.csv", TIPS .. "KR,4\n")
    assert.equal(0, (command.run(("import %s --into %s"):format(good, place()))))
    assert.equal(3, (command.run(("import %s --into %s"):format(bad, place()))))
    assert.equal(3, #rows_of(place()))
    local empty = folder .. "/empty.blt"
    assert(require("blotter").open(empty)):close()
    assert.equal(3, (command.run(("import %s --into %s:tips"):format(bad, empty))))
    assert.is_truthy(command.slurp(empty))
  end)

  it("goes on past bad rows when told to, and says how many", function()
    local csv = command.spill(folder .. "/tips.csv", TIPS .. "KR,4\n")
    local status, out, err = command.run(("import %s --into %s --on-error reject"):format(csv, place()))
    assert.equal(0, status, err)
    assert.equal(place() .. ": 3 rows added\n", out)
    assert.is_truthy(err:find("1 row was rejected", 1, true), err)
  end)

  it("writes CSV and JSON lines that it reads back", function()
    local csv = command.spill(folder .. "/tips.csv", TIPS)
    local jsonl = folder .. "/tips.jsonl.gz"
    local status, out, err = command.run(("export %s %s"):format(csv, jsonl))
    assert.equal(0, status, err)
    assert.equal(jsonl .. ": 3 rows written\n", out)
    assert.equal(0, (command.run(("import %s --into %s"):format(jsonl, place()))))
    status, out = command.run(("query %s -f csv"):format(place()))
    assert.equal(0, status)
    assert.equal(TIPS, out)
    assert.equal(3, (command.run(("export %s %s/no/such/file.csv"):format(csv, folder))))
  end)

  it("says of an answer that does not exist why, and that it is no error inside blotter", function()
    local csv = command.spill(folder .. "/tips.csv", TIPS)
    local status, out, err = command.run("query " .. csv .. " --agg 's = sum(n * 9000000000000000000)'")
    assert.equal(3, status)
    assert.equal("", out)
    assert.is_truthy(err:find("^blotter: overflow: "), err)
  end)

  it("says how a table is filled when the dataset cannot take a file", function()
    local csv = command.spill(folder .. "/tips.csv", TIPS)
    local status, _, err = command.run("import " .. csv)
    assert.equal(3, status)
    assert.is_truthy(err:find("to fill a table, add --into db.blt:table", 1, true), err)
  end)

  it("points at a mistake in a query", function()
    local csv = command.spill(folder .. "/tips.csv", TIPS)
    local status, _, err = command.run("query " .. csv .. " --where 'contry == 1'")
    assert.equal(2, status)
    assert.is_truthy(err:find("did you mean 'country'?", 1, true), err)
    assert.is_truthy(err:find("^", 1, true), err)
  end)
end)
