-- Mistakes in data and on the command line are told as such, never as an error inside blotter.
local command = require "command"

describe("a mistake", function()
  local folder

  setup(function()
    folder = command.folder()
    local function file(name, text) command.spill(folder .. "/" .. name, text) end
    file("ok.csv", "n,s\n1,x\n")
    file("more.csv", "n,s,z\n1,x,2\n")
    file("long.csv", ("h"):rep(256) .. "\n1\n")
    file("zero.csv", "a\0b,c\n1,2\n")
    file("wide.csv", (","):rep(16384) .. "\n")
    file("nan.csv", "x\nnan\n1\n")
    file("latin.jsonl", '{"a":"\xE9"}\n')
    file("long.jsonl", '{"' .. ("k"):rep(300) .. '":1}\n')
    file("lines.csv", '{"n":1}\n{"n":2}\n')
    file("not.blt", "n,s\n1,x\n")
    file("LINES.NDJSON", '{"n":1}\n')
    assert.equal(0, (command.run(("import %s/ok.csv --into %s/db.blt:t"):format(folder, folder))))
  end)
  teardown(function() command.remove(folder) end)

  it("is one of data, with 3, or of usage, with 2", function()
    for _, case in ipairs {
      { 3, "import @/more.csv --into @/db.blt:t", "the table has no column 'z'" },
      { 3, "query @/long.csv", "the name of column 1 has more than 255 bytes" },
      { 3, "query @/zero.csv", "zero byte" },
      { 3, "query @/wide.csv", "16385 columns" },
      { 3, "query @/latin.jsonl", "not UTF-8" },
      { 3, "query @/long.jsonl", "more than 255 bytes" },
      { 3, "export @/nan.csv @/out.jsonl", "no form in JSON" },
      { 3, "query @/nan.csv -f jsonl", "no form in JSON" },
      { 3, "import @/ok.csv --into @/db.blt:u --type z=int64", "no column is named 'z'" },
      { 3, "import @/ok.csv --into @/not.blt:t", "not a blotter file" },
      { 3, "query @/lines.csv", "looks like JSON lines" },
      { 3, "import @/ok.csv --into @/db.blt:" .. ("t"):rep(300), "more" },
      { 2, "import @/ok.csv --into @/db.blt:u --type n=integer", "--types: unknown type 'integer': write 'int64'" },
      { 2, "import @/ok.csv --into @/db.blt:u --type n=decimal(99,1)", "--types: " },
      { 2, "export @/ok.csv @/out.csv.bz2", "nothing is written as '.bz2'" },
      { 2, "query @/ok.JSON", "neither CSV nor JSON lines" },
    } do
      local status, out, err = command.run((case[2]:gsub("@", folder):gsub("[()]", "\\%0")))
      if case[3] == "more" then case[3] = "255" end
      assert.equal(case[1], status, case[2] .. ": " .. err)
      assert.equal("", out)
      assert.is_truthy(err:find(case[3], 1, true), err)
      assert.is_nil(err:find("internal error", 1, true), err)
    end
  end)

  it("of a command line says what to write", function()
    for _, case in ipairs {
      { 2, "select @/ok.csv", "write blotter query" }, { 2, "quer @/ok.csv", "'query'" },
      { 2, "frobnicate", "the commands are report, new" }, { 2, "--where n @/ok.csv", "stand behind their command" },
      { 2, "query @/ok.csv --wher 1", "'--where'" }, { 2, "query @/ok.csv --group-by s", "write --by" },
      { 2, "query @/ok.csv --sort n", "write --order" }, { 2, "query @/ok.csv --filter 'n > 5'", "write --where" },
      { 2, "query @/ok.csv --sep x", "write --delimiter" },
      { 2, "export @/ok.csv @/o.csv --sep x", "write --delimiter" },
      { 2, "query @/ok.csv --where 'n >'", "--where: expected an expression" },
      { 2, "query @/ok.csv --where 'n = 5'", "to compare, write '=='" },
      { 2, "query @/ok.csv --where n '>' 5", "in quotes" },
      { 2, "query @/ok.csv 'SELECT n FROM t'", "no SQL is read" }, { 2, "query @/ok.csv --by n", "--by wants --agg" },
      { 2, "query @/ok.csv --select m", "--select: unknown column 'm'" },
      { 2, "query @/ok.csv --limit ten", "got 'ten'" },
      { 2, "query @/ok.csv --order 'n DESC'", "small letters" }, { 2, "query @/ok.csv @/more.csv", "--join" },
      { 2, "query @/ok.csv --format excel", "write 'xlsx'" },
      { 2, "query @/ok.csv --format jsn", "did you mean 'json'" },
      { 2, "query @/ok.csv -o @/o.xls", "the endings are" },
      { 2, "query @/ok.csv --delimiter semicolon", "one character" },
      { 2, "query @/ok.csv --types n:int64", "column=type" }, { 2, "query @/ok.csv --types n=int", "write 'int64'" },
      { 2, "query @/ok.csv --header no", "a whole number" }, { 3, "query @/ok.csv --dates german", "as in dd.mm.yyyy" },
      { 3, "query @/ok.csv --encoding latin-99", "iconv -l" }, { 2, "query @/ok.xlsx", "save the sheet as CSV" },
      { 3, "query @", "name a table of it, as @:table" }, { 2, "query @/db.blt", "name a table of it" },
      { 3, "query @/db.blt:tt", "no table 'tt'" }, { 3, "query @/okk.csv", "did you mean '@/ok.csv'" },
      { 2, "report nix", "there are: overview" }, { 2, "report area", "needs the parameter 'area'" },
      { 2, "report area -p area", "name=value" }, { 2, "report area -p aria=KR", "did you mean 'area'" },
      { 2, "report area -p area=Atlantis", "blotter search" }, { 2, "report table", "needs the parameter 'from'" },
      { 2, "report table -p from=@/ok.csv -p by=m -p agg='k = count()'", "blotter: unknown column 'm'" },
      { 2, "report table -p from=figurez", "blotter: no table 'figurez'" }, { 2, "report --all", "-o FOLDER" },
      { 3, "report table -p from=@/okk.csv", "did you mean '@/ok.csv'" }, { 2, "export @/ok.csv", "missing argument" },
      { 2, "import @/ok.csv --into db", "db.blt:table" }, { 3, "import @/ok.csv", "add --into db.blt:table" },
      { 2, "revise x value=5", "--reason" }, { 3, "withdraw nix --reason x", "unknown source 'nix'" },
      { 2, "completion tcsh", "'bash', 'zsh', 'fish'" }, { 3, "report --data @/nix", "Data Package" },
    } do
      local status, out, err = command.run((case[2]:gsub("@", folder)))
      assert.equal(case[1], status, case[2] .. ": " .. err)
      assert.equal("", out)
      assert.is_truthy(err:find((case[3]:gsub("@", folder)), 1, true), case[2] .. ": " .. err)
      assert.is_nil(err:find("/lua/blotter/", 1, true), err)
    end
  end)

  it("is not one when the name or --as says what a file is", function()
    for _, case in ipairs {
      { "query @/lines.csv --as jsonl -f csv", "n\n1\n2\n" },
      { "query @/LINES.NDJSON -f csv", "n\n1\n" },
      { "query - -f csv --as jsonl <@/lines.csv", "n\n1\n2\n" },
      { "export @/ok.csv @/x.TSV && cat @/x.TSV", "@/x.TSV: 1 row written\nn\ts\n1\tx\n" },
      { "export @/ok.csv @/x.JSONL.GZ && gzip -dc @/x.JSONL.GZ", '@/x.JSONL.GZ: 1 row written\n{"n":1,"s":"x"}\n' },
    } do
      local script = command.spill(folder .. "/script", ("exec >%s/out\nbuild/bin/blotter %s"):format(folder, case[1])
        :gsub("@", folder):gsub("build/", (os.getenv "BLOTTER_BUILD" or "build") .. "/"))
      assert(os.execute("sh " .. script))
      assert.equal(case[2]:gsub("@", folder), command.slurp(folder .. "/out"))
    end
  end)
end)
