local cjson = require "cjson"
local command = require "command"

local blotter, slurp = command.run, command.slurp

describe("blotter", function()
  it("says what is wrong with a command line and ends with 2", function()
    for _, case in ipairs {
      { "", "a command is required" },
      { "subjekts", "Did you mean 'subjects'?" },
      { "subjects --format jsn", "unknown format 'jsn': did you mean 'json'?" },
      { "report overveiw", "unknown report 'overveiw': did you mean 'overview'?" },
      { "report --param year", "'year' is not of the form name=value" },
      { "report --param polcy=newest", "no parameter 'polcy': did you mean 'policy'?" },
      { "query data/areas.csv --where 'nam == 1'", "blotter: --where: unknown column 'nam': did you mean 'name'?" },
      { "query data/areas.csv --where 'name > 5'", "blotter: --where: > of string and int64" },
      { "query data/areas.csv --by type", "--by wants --agg" },
      { "query data/areas.csv --limit many", "--limit: a whole number from 0 on expected, got 'many'" },
      { "query tips.blt", "tips.blt is a database: name a table of it, as tips.blt:table" },
      { "export data/areas.csv areas.ods", "areas.ods: nothing is written as '.ods'; the endings are .txt" },
      { "export data/areas.csv areas.svg", "there is no chart in it" },
      { "export areas.xlsx areas.csv", "areas.xlsx is a workbook, which is written and not read: save the sheet" },
    } do
      local line, expected = case[1], case[2]
      local status, out, err = blotter(line)
      assert.equal(2, status, line)
      assert.equal("", out)
      assert.is_truthy(err:find(expected, 1, true), err)
      assert.is_nil(err:find "traceback")
    end
  end)

  it("lists the subjects in every format", function()
    local status, out = blotter "subjects --format json"
    assert.equal(0, status)
    local block = cjson.decode(out).blocks[1]
    assert.equal("id", block.columns[1].name)
    assert.is_true(#block.rows >= 10)
    assert.is_truthy(select(2, blotter "subjects --format markdown"):find("| id | type | name |", 1, true))
    assert.is_truthy(select(2, blotter "subjects -f md"):find("| id | type | name |", 1, true))
  end)

  it("tells its version, examples, what a file holds, and what a shell completes", function()
    for line, expected in pairs { ["--version"] = "^blotter ", ["--help"] = "\nExamples:\n",
      ["describe data/areas.csv"] = "^data/areas.csv: %d+ rows\ncolumn", ["completion bash"] = "_blotter%(%)",
      ["completion zsh"] = "#compdef blotter.*overview profile area" } do
      local status, out, err = blotter(line)
      assert.equal(0, status, err)
      assert.matches(expected, out)
    end
  end)

  it("takes the format from the end of the file's name", function()
    local folder = command.folder()
    finally(function() command.remove(folder) end)
    for name, expected in pairs { ["a.csv"] = "^id,type", ["a.json"] = '^{"', ["a.md"] = "| id |",
      ["a.txt"] = "^id  ", ["a"] = "^id  ", ["a.svg"] = false, ["a.tex"] = "booktabs", ["a.zip"] = "^PK" } do
      assert.equal(expected and 0 or 2, (blotter("subjects -o " .. folder .. "/" .. name)), name)
      if expected then assert.is_truthy(slurp(folder .. "/" .. name):find(expected), name) end
    end
    for _, name in ipairs { "a.pdf", "a.out", "a.xls" } do
      local status, _, err = blotter("subjects -o " .. folder .. "/" .. name)
      assert.equal(2, status)
      assert.is_truthy(err:find("the endings are .txt, .md", 1, true), err)
    end
    assert.equal(2, (blotter("subjects -f csv -o " .. folder .. "/a.html")))
    assert.equal(2, (blotter("subjects -f jsonl -o " .. folder .. "/a/")))
    assert.equal(2, (blotter("report --list -o " .. folder .. "/a.csv")))
    assert.equal(2, (blotter("query data/areas.csv --explain -o " .. folder .. "/a.csv")))
    assert.equal(0, (blotter("manual -o " .. folder .. "/blotter.1")))
    assert.equal(0, (blotter("report sources -o " .. folder .. "/tables/")))
    assert.is_truthy(slurp(folder .. "/tables/4-publishers-by-the-number-of-their-statements.csv"):find "^publisher,")
    assert.equal(0, (blotter("query data/areas.csv --limit 1 -o " .. folder .. "/b.csv")))
    assert.is_truthy(slurp(folder .. "/b.csv"):find "^code,name")
  end)

  it("writes rows in each format by the end of the name, whichever command asks", function()
    local folder = command.folder()
    finally(function() command.remove(folder) end)
    local wanted = { csv = "^code,", tsv = "^code\t", jsonl = '^{"code":', ndjson = '^{"code":', parquet = "^PAR1",
      pq = "^PAR1", arrow = "^ARROW1", xlsx = "^PK", html = "^<!DOCTYPE html>", md = "| code |", json = '^{"title"',
      tex = "booktabs", txt = "^code +", zip = "^PK", ["csv.gz"] = "^\31\139" }
    for last, expected in pairs(wanted) do
      for _, line in ipairs { "query data/areas.csv --select 'code, name' -o %s", "export data/areas.csv %s" } do
        local path = folder .. "/" .. line:sub(1, 5) .. "." .. last
        local status, _, err = blotter(line:format(path))
        if not (last == "xlsx" and err:find "libxlsxwriter") then
          assert.equal(0, status, err)
          assert.is_truthy(slurp(path):find(expected), path)
        end
      end
    end
  end)

  it("says options of columnar files as they are written here, and takes them", function()
    local status, _, err = blotter "query spec/io/parquet/nested_pages.parquet"
    assert.equal(3, status)
    assert.matches("is a struct: --flatten makes a column of each field, --skip-columns leaves it out", err, nil, true)
    local line = "query spec/io/parquet/nested_pages.parquet --agg 'n = count(), r = max(row)' -f csv "
    local done, out, problem = blotter(line .. "--skip-columns")
    assert.same({ 0, "n,r\n200000,199\n" }, { done, out }, problem)
    status, _, err = blotter "query data/areas.csv --skip-columns"
    assert.equal(2, status)
    assert.matches("--skip-columns: about Parquet and Arrow, not CSV", err, nil, true)
  end)

  it("spells out what a file's name or a column's would do to a terminal", function()
    local folder = command.folder()
    finally(function() command.remove(folder) end)
    local path = folder .. "/e\27]0;x\7.csv"
    command.spill(path, "n,\"a\27[31m\"\n1,2\n")
    for _, line in ipairs { "describe '%s'", "export '%s' '%s.jsonl'", "query '%s' --explain", "query '%s'",
      "import --into '%s.blt:t' '%s'", "query '%s.none'" } do
      local _, out, err = blotter((line:gsub("%%s", (path:gsub("%%", "%%%%")))))
      assert.is_nil((out .. err):find "[\27\7]", line)
    end
  end)

  it("prints the profile when only a subject is named", function()
    local status, out = blotter "report --subject icse"
    assert.equal(0, status)
    assert.is_truthy(out:find "^INTERPOL International Child Sexual Exploitation database\n")
  end)

  it("refuses a dataset that is not there and a place that cannot be written, with 3", function()
    local status, _, err = blotter "subjects --data /no/such/folder"
    assert.equal(3, status)
    assert.is_truthy(err:find("/no/such/folder", 1, true))
    status, _, err = blotter "subjects -o /no/such/folder/file"
    assert.equal(3, status)
    assert.is_truthy(err:find("/no/such/folder/file: No such file", 1, true), err)
    assert.equal(3, (blotter("subjects", "/dev/full")))
  end)

  it("replaces a file as a whole, follows a link to it, and leaves nothing beside it", function()
    local folder = command.folder()
    finally(function() command.remove(folder) end)
    command.spill(folder .. "/old", "old")
    assert(os.execute("ln -s old " .. folder .. "/link"))
    assert.equal(0, (blotter("subjects -f csv -o " .. folder .. "/link")))
    assert.is_truthy(slurp(folder .. "/old"):find "^id,type,name,acronym,lead\n")
    local pipe = io.popen("ls " .. folder)
    assert.equal("link\nold\n", pipe:read "a")
    pipe:close()
  end)

  it("writes to a device without replacing it", function()
    assert.equal(0, (blotter "subjects -o /dev/null"))
    assert.is_true(os.execute "test -c /dev/null")
  end)
end)
