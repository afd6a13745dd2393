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
      { 2, "import @/ok.csv --into @/db.blt:u --type n=integer", "--types: column 'n': unknown type 'integer'" },
      { 2, "import @/ok.csv --into @/db.blt:u --type n=decimal(99,1)", "--types: column 'n': unknown type" },
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
