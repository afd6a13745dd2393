--- Commands over files: how they are read, several of them, the page of the manual, and what shells complete.
local blotter = require "blotter"
local command = require "command"

describe("the command", function()
  local folder
  setup(function()
    folder = command.folder()
    for name, text in pairs {
      ["sheet.csv"] = "Land;Reports;\n;2011;2012\nKR;1.234,5;31.01.2012\nJP;12 %;1.2.2012\n\nNote: provisional\n",
      ["latin.csv"] = "s,n\ncaf\xE9,1 p\n", ["lines.jsonl"] = '{"s":"\xE9"}\n',
      ["tips.csv"] = "country,n\nKR,3\nJP,5\nUS,7\n", ["areas.csv"] = "code,area\nKR,Korea\nJP,Japan\n",
      ["more.csv"] = "country,n\nKR,3\nFR,1\n", ["long.csv"] = "country,continent\nKR,Asia\n",
    } do command.spill(folder .. "/" .. name, text) end
  end)
  teardown(function() command.remove(folder) end)

  --- What a command line prints; `@` is the folder.
  local function printed(line)
    local status, out, err = command.run((line:gsub("@", folder)))
    assert.equal(0, status, err)
    return out, err
  end

  it("reads files as it is told", function()
    local sheet = "@/sheet.csv --header 2 --skip-tail 1 --decimal-mark , --percent"
    assert.equal("Land,Reports_2011,Reports_2012\nKR,1234.5,2012-01-31\nJP,0.12,2012-02-01\n",
      printed("query " .. sheet .. " -f csv"))
    assert.equal("n,n_flag\n1,p\n", printed "query @/latin.csv --encoding latin1 --flags n --select n,n_flag -f csv")
    assert.equal('{"s":"é"}\n', printed "query @/lines.jsonl --encoding latin1 -f jsonl")
    assert.matches("^.*: 2 rows\ncolumn", printed("describe " .. sheet))
    assert.matches("^column +type +required\n", printed("schema " .. sheet))
    assert.matches("2 rows written", printed("export " .. sheet:gsub("csv", "csv @/out.csv", 1)))
    assert.matches("2 rows added", printed("import " .. sheet .. " --into @/db.blt:sheet"))
    assert.equal("c1,c2\nKR,Korea\n", printed "query @/areas.csv --no-header --skip 1 --where \"c1 == 'KR'\" -f csv")
    local _, err = printed "query @/areas.csv --type code=int64 --on-error reject"
    assert.matches("2 rows were rejected", err)
  end)

  it("has every option of reading that the library has", function()
    local help = printed "query --help":gsub("%s+", " ")
    local read = require "blotter.tables.read"
    local meant_for_lua = { into = true, chunk_bytes = true, text = true, progress = true }
    for _, list in pairs(read.options) do
      for _, name in ipairs(list) do
        local option = name:gsub("_", "-")
        local found = help:find("%-%-" .. option:gsub("%-", "%%-") .. "[ ,]") or help:find("--no-" .. option, 1, true)
        assert.is_truthy(found or meant_for_lua[name], name)
      end
    end
    command.spill(folder .. "/odd.csv", "a,b,c\n 1 ,NA,1.50\n2,'-',2.25\n")
    assert.equal("a,b,c\n1,,1.50\n2,,2.25\n",
      printed "query @/odd.csv --trim --nulls 'NA, -' --quote \"'\" --quoted-nulls --decimals -f csv")
    assert.equal("x,y,z,line\n1,,1.50,2\n2,,2.25,3\n", printed("query @/odd.csv --names x,y,z --trim --null NA --null -"
      .. " --quote \"'\" --quoted-nulls --types 'z=decimal(9,2), x=int64' --line-column line -f csv"))
    assert.matches("a +string", printed "schema @/tips.csv --no-infer --names a,b")
  end)

  it("reads each file as it is told of that file", function()
    command.spill(folder .. "/euro.csv", "code;n\nKR;1,5\nJP;2,5\n")
    local line = "query @/tips.csv @/euro.csv --left-join 'country == code' --order country -f csv"
    assert.equal("country,n,code,n_right\nJP,5,JP,2.5\nKR,3,KR,1.5\nUS,7,,\n",
      printed(line .. " --for @/euro.csv --decimal-mark ,"))
    command.spill(folder .. "/some.jsonl", '{"code":"KR","m":"-"}\n')
    assert.equal("country,n,code,m\nKR,3,KR,-\n",
      printed("query @/tips.csv @/some.jsonl --join 'country == code' --dates d.m.yyyy -f csv"))
    assert.matches("Korea", printed "report table -p from=@/areas.csv --no-header --skip 1 -p where=\"c1 == 'KR'\"")
    assert.matches("1.5", (printed "report table -p from=@/euro.csv --decimal-mark , -p order=n"))
  end)

  it("asks several sources", function()
    for line, expected in pairs {
      ["@/tips.csv @/areas.csv --left-join 'country == code' --by area --agg 'n = sum(n)' --order area"] =
        "area,n\nJapan,5\nKorea,3\n,7\n",
      ["@/tips.csv @/areas.csv --anti-join 'country == code'"] = "country,n\nUS,7\n",
      ["@/tips.csv @/more.csv --union-all --agg 'n = sum(n)'"] = "n\n19\n",
      ["@/tips.csv @/more.csv --union --agg 'n = count()'"] = "n\n4\n",
      ["@/tips.csv @/areas.csv @/long.csv --join 'country == code' --left-join country --order country"] =
        "country,n,code,area,continent\nJP,5,JP,Japan,\nKR,3,KR,Korea,Asia\n",
      ["@/tips.csv @/more.csv @/more.csv --union-all --agg 'n = sum(n)'"] = "n\n23\n",
    } do
      local out = printed("query " .. line:gsub("[()]", "%0") .. " -f csv")
      assert.equal(expected, out, line)
    end
  end)

  it("says what is wrong with sources and their options", function()
    for _, case in ipairs {
      { "query @/tips.csv @/areas.csv", '2 sources want --join "column", --left-join …, or --union-all' },
      { "query @/tips.csv --join country", "--join wants a second source" },
      { "query @/tips.csv @/more.csv @/areas.csv --union-all --join a --join b", "3 sources and 3 joins" },
      { "query @/tips.csv @/areas.csv --join 'contry == code'", "--join: neither side has a column 'contry'" },
      { "query @/tips.csv --thousands xx", "--thousands: one character expected" },
      { "query @/tips.csv --ragged fil", "--ragged: one of refuse, fill, cut expected, got 'fil'" },
      { "query @/tips.csv --skip-tail x", "--skip-tail: a whole number" },
      { "query @/tips.csv --for @/tip.csv --skip 1", "--for: '@/tip.csv' is none of the files: @/tips.csv" },
      { "query @/tips.csv @/lines.jsonl --join n --for @/lines.jsonl --skip 1", "--skip: about CSV, not JSON lines" },
      { "query @/tips.csv --skip 1 --skip 2", "--skip and --skip: one is enough" },
      { "query @/tips.csv --header 1 --no-header", "--header and --no-header: one is enough" },
      { "query @/db.blt:sheet --delimiter x", "--delimiter: about CSV, not a table of a database" },
      { "query @/tips.csv --columns a", "--columns: about Parquet and Arrow, not CSV" },
      { "query @/tips.csv --types n", "--types: 'n' is not of the form column=type" },
      { "report overview --skip 1", "report table -p from=FILE reads one, 'overview' does not" },
      { "report table -p from=figures --trim", "--trim is about a file: add -p from=FILE" },
      { "import @/tips.csv --trim", "--trim is about the rows of a file: add --into" },
      { "query @/lines.jsonl --dates dd.mm.yyyy --no-header", "--dates, --no-header: about CSV, not JSON lines" },
    } do
      local status, out, err = command.run((case[1]:gsub("@", folder)))
      assert.equal(2, status, err)
      assert.equal("", out)
      assert.is_truthy(err:find((case[2]:gsub("@", folder)), 1, true), err)
    end
  end)

  it("prints the table that the prompt prints", function()
    local csv = command.spill(folder .. "/print.csv", "year,t,b\n2012,2012-01-31 10:20:30.123456,true\n")
    local out = printed("query " .. csv)
    assert.equal(blotter.csv(csv):show(20, 100) .. "\n", out)
    assert.matches("2012%s+2012%-01%-31T10:20:30%.123456Z%s+true", out)
  end)

  it("searches the dataset", function()
    assert.matches("subject +operation%-predator +Operation Predator", printed "search Predator operation")
    assert.matches("^kind,id,name,short,figures\nsubject,ice,", printed "search 'Immigration and Customs' -f csv")
    assert.matches("0 rows", printed "search no such thing at all")
  end)

  it("makes its page of the manual from the commands", function()
    local page = printed "manual"
    for _, part in ipairs { ".TH BLOTTER 1", ".SS blotter query", "\\fB\\-\\-skip\\-tail\\fR <n>", ".SH EXIT STATUS",
      "\\fB130\\fR\ninterrupted", "blotter query tips.csv areas.csv" } do
      assert.is_truthy(page:find(part, 1, true), part)
    end
    for line in page:gmatch "[^\n]+" do
      assert.is_true(not line:find "^[.']" or line:find "^%.[A-Z][A-Z]" ~= nil or line:find "^%.[nf][fi]" ~= nil, line)
    end
  end)

  it("completes commands, options and files in bash", function()
    local script = command.spill(folder .. "/complete", printed "completion bash" .. [[
      completed() {
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
        _blotter blotter "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"; echo "${COMPREPLY[@]}"
      }
      completed blotter quer; completed blotter query --left; completed blotter query --as js
    ]])
    local pipe = assert(io.popen("bash " .. script .. " 2>&1"))
    assert.equal("query\n--left-join\njsonl\n", pipe:read("a"):gsub(" \n", "\n"))
    pipe:close()
  end)
end)

describe("exit statuses", function()
  it("are described in the README, in the help and in the manual alike", function()
    local statuses = require("blotter.commands.shared").STATUSES
    local _, help = command.run "--help"
    local readme = command.slurp "README.md"
    for _, pair in ipairs(statuses) do
      assert.is_truthy(help:find(("%-3d  %s"):format(pair[1], pair[2]), 1, true))
      assert.is_truthy(readme:find(("| %d | %s |"):format(pair[1], pair[2]), 1, true), pair[2])
    end
  end)
end)
