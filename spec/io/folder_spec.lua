-- Several files as one table, and the files of a folder as a database.
local blotter = require "blotter"
local command = require "command"

local folder

local function spill(name, text)
  assert(os.execute("mkdir -p " .. folder .. "/" .. (name:match "^(.*)/" or "")))
  return command.spill(folder .. "/" .. name, text)
end

local function csv_of(rows, message)
  assert(rows, message)
  return (rows:csv():gsub("\n", ";"))
end

--- What is said of a reading that fails.
local function problem(rows, message)
  assert.is_nil(rows)
  return (message:gsub(folder, "@"))
end

describe("several files", function()
  before_each(function() folder = command.folder() end)
  after_each(function() command.remove(folder) end)

  it("are one table, whose columns have one type", function()
    local a, b = spill("a.csv", "n,s,x\n1,7,\n"), spill("b.csv", "x,n,s\n4,2.5,007\n")
    assert.equal('n,s,x;1.0,"7",;2.5,007,4;', csv_of(blotter.csv { a, b }))
    assert.equal("x int64, n float64, s string", tostring(blotter.csv { b, a }:schema()))
    assert.equal("n string, s string, x string", tostring(blotter.csv({ a, b }, { infer = false }):schema()))
    assert.equal("n string, s string, x int64", tostring(blotter.csv({ a, b }, { types = { n = "string" } }):schema()))
    local _, info = blotter.csv(folder .. "/*.csv")
    assert.same({ 2, 2, 27 }, { info.rows, info.files, info.bytes })
  end)

  it("are read in every format, from patterns, folders and sequences", function()
    local rows = blotter.csv "n,s\n1,a\n2,b\n"
    for _, kind in ipairs { "csv", "jsonl", "arrow", "parquet" } do
      for _, name in ipairs { "/p.", "/q." } do assert(rows[kind](rows, folder .. name .. kind)) end
      local from = blotter[kind]
      local both = { folder .. "/p." .. kind, folder .. "/q." .. kind }
      for _, which in ipairs { folder .. "/*." .. kind, folder, both } do
        assert.equal("n,s;1,a;2,b;1,a;2,b;", csv_of(from(which)), kind)
      end
      local db = blotter.memory()
      assert.equal(4, #assert(db:import("t", both)), kind)
      assert.same({ "t" }, db:tables())
    end
  end)

  it("have the columns that their folders name", function()
    spill("year=2023/region=N%2FA/a.csv", "n\n1\n")
    spill("year=2024/region=__HIVE_DEFAULT_PARTITION__/a.csv", "n\n2\n")
    assert.equal("n,year,region;1,2023,N/A;2,2024,;", csv_of(blotter.csv(folder)))
    assert.equal("n int64, year int64, region string", tostring(blotter.csv(folder):schema()))
    assert.equal("n;1;2;", csv_of(blotter.csv(folder, { partitions = false })))
    spill("year=2025/b.csv", "n\n3\n")
    assert.matches("@/year=2025/b.csv: its path has no folder region=", problem(blotter.csv(folder)))
    assert.matches("@/year=2023/a.csv: column 'year' is in the file and a folder",
      problem(blotter.csv { spill("year=2023/a.csv", "year\n1\n") }))
  end)

  it("are refused with the name of the one that does not fit", function()
    local a, b = spill("a.csv", "n,s\n1,a\n"), spill("b.csv", "n\n1\n")
    assert.equal("@/b.csv: column 's', which the first file has, is missing", problem(blotter.csv { a, b }))
    assert.equal("@/a.csv: the first file has no column 's'", problem(blotter.csv { b, a }))
    assert.matches("^@/none.csv: cannot open", problem(blotter.csv { a, folder .. "/none.csv" }))
    assert.matches("no file fits the pattern", problem(blotter.csv(folder .. "/x*.csv")))
    local bad = spill("bad.csv", "n,s\n1,a,b\n")
    assert.matches("^@/bad.csv:2: 3 fields", problem(blotter.csv { a, bad }))
    local rows, info = blotter.csv({ a, bad }, { on_error = "reject" })
    assert.equal(1, #rows)
    assert.equal(bad, info.rejects:select "file":value())
    blotter.csv "n\n1\n":arrow(folder .. "/a.arrow")
    blotter.csv "n\nx\n":arrow(folder .. "/b.arrow")
    assert.equal("@/b.arrow: column 'n' is string, in the first file it is int64",
      problem(blotter.arrow(folder .. "/*.arrow")))
    assert.error_matches(function() blotter.csv {} end, "got an empty table")
    assert.error_matches(function() blotter.csv { a, 7 } end, "paths are strings")
    assert.error_matches(function() blotter.csv({ a, b }, { into = blotter.table "n int64" }) end, "one file")
  end)
end)

describe("a folder", function()
  local db

  setup(function()
    folder = command.folder()
    spill("customers.csv", "id,name\n1,Ann\n2,Bo\n")
    spill("visits/2024-01.jsonl", '{"id":1}\n')
    spill("visits/2024-02.jsonl", '{"id":1}\n')
    spill("both/a.csv", "n\n1\n")
    spill("both/b.jsonl", '{"n":1}\n')
    spill("orders.tsv", "id\n9\n")
    spill("broken.csv", "a,a b\n1,2,3\n")
    spill("_hidden.csv", "n\n")
    spill("README.md", "# of no table\n")
    blotter.csv "id,total\n1,5.5\n":parquet(folder .. "/orders.parquet")
    blotter.csv "n\n3\n":arrow(folder .. "/items.arrow")
    db = assert(blotter.folder(folder))
  end)
  teardown(function() command.remove(folder) end)

  it("is a database of its files", function()
    assert.same({ "both", "broken", "customers", "items", "orders.parquet", "orders.tsv", "visits" }, db:tables())
    assert.equal("id,name;1,Ann;2,Bo;", csv_of(db:table "customers"))
    assert.equal("id;1;1;", csv_of(db:table "visits"))
    assert.equal("id;9;", csv_of(db:table "orders.tsv"))
    assert.equal(5.5, db:table "orders.parquet":agg "s = sum(total)":value())
    assert.equal(2, db:table "customers":join(db:table "visits", "id"):count())
    assert.is_true(rawequal(db:table "items", db:table "items"))
    assert.matches("^blotter.folder: .*\n  customers: .*/customers.csv\n.*  visits: 2 files in ", tostring(db))
  end)

  it("reads a table when it is asked for one", function()
    local lazy = assert(blotter.folder(folder .. "/", { csv = { infer = false } }))
    assert.matches("^@/broken.csv:2: 3 fields", problem(lazy:table "broken"))
    assert.equal("id string, name string", tostring(lazy:table "customers":schema()))
    assert.matches("files are of several kinds", problem(lazy:table "both"))
    local path = spill("late.csv", "n\n1\n")
    local other = assert(blotter.folder(folder))
    os.remove(path)
    assert.matches("cannot open", problem(other:table "late"))
  end)

  it("says what it lacks", function()
    assert.error_matches(function() db:table "customer" end, "did you mean 'customers'")
    assert.error_matches(function() db:create("t", "n int64") end, "a folder has no 'create': it is only read")
    assert.error_matches(function() blotter.folder() end, "the path of a folder expected")
    assert.error_matches(function() blotter.folder(folder, { cvs = {} }) end, "csv")
    assert.error_matches(function() blotter.folder(folder, { csv = 1 }) end, "a table of options")
    assert.equal("@/none: there is no such folder", problem(blotter.folder(folder .. "/none")))
    assert.matches("no such folder", problem(blotter.folder(folder .. "/customers.csv")))
  end)

  it("takes a query by its name", function()
    blotter.query { name = "names", build = function(from) return from:table "customers":select "name" end }
    assert.equal("name;Ann;Bo;", csv_of(db:query "names":collect()))
  end)

  it("is a place on the command line", function()
    local function run(line)
      local status, out, err = command.run((line:gsub("@", folder)))
      return status == 0 and out or (err:gsub(folder, "@"))
    end
    assert.equal("name\nAnn\nBo\n", run "query @:customers --select name -f csv")
    assert.equal("id\n1\n1\n", run "query @/visits -f csv")
    assert.equal("id,name\n1,Ann\n", run "query @:customers @/:visits --semi-join id -f csv")
    assert.matches("did you mean 'customers'", run "query @:customer")
    assert.matches("has files of several kinds: name a table of it, as @:table", run "query @")
    assert.matches("about CSV, not Parquet", run "query @:orders.parquet --delimiter x")
    assert.matches("3 fields where 2", run "query @:broken")
    assert.equal("table,column,type,required\na,n,int64,false\nb,n,int64,false\n", run "schema @/both -f csv")
  end)
end)
