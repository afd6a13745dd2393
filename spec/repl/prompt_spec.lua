--- The prompt: what statements print, when a line goes on, what completion and help know.
local blotter = require "blotter"
local command = require "command"
local complete = require "blotter.repl.complete"
local evaluate = require "blotter.repl.evaluate"
local help = require "blotter.repl.help"

describe("the prompt", function()
  local folder
  setup(function() folder = command.folder() end)
  teardown(function() command.remove(folder) end)

  --- What the prompt prints for these lines.
  local function printed(text)
    local path = command.spill(folder .. "/in", text .. "\n")
    local status, out, err = command.run("repl <" .. path)
    assert.equal(0, status, err)
    assert.equal("", err)
    return out
  end

  it("prints what an expression gives, also of several lines, and keeps names", function()
    assert.equal("2\n", printed "1 + 1")
    assert.equal("5\n", printed "= 5")
    assert.equal("6\n", printed "local x = 5\nx + 1")
    assert.equal("1\n2\n", printed "for i = 1, 2 do\n  print(i)\nend")
    assert.equal("8\n", printed "function f(a)\n  return 2 * a\nend\nf(\n4\n)")
    assert.equal("a\tb\n", printed "print('a', 'b')")
    assert.equal("{}\n{\n  1\n  b = \"x\"\n}\n", printed "{}\n{1, b = 'x'}")
    assert.matches("^name  type\na     int64\n", printed "blotter.table('a int64'):columns()")
    assert.matches("^operations dataset in .* figures", printed "ops")
  end)

  it("prints nil with a message as the message, also where it is assigned", function()
    local message = "typo.csv: cannot open: No such file or directory\n"
    assert.equal(message .. "nil\n" .. message, printed 't = blotter.csv "typo.csv"\nt\nblotter.csv "typo.csv"')
    assert.equal(message .. "3\n", printed 'local t = {}\nt.a = blotter.csv "typo.csv"\nt.a = 3\nt.a')
    assert.equal("a = b\nfalse\n", printed 's = "a = b"\ns\ns == 5')
    assert.equal(message, printed 't, info = blotter.csv "typo.csv"')
    assert.equal("2\n", printed "f = function()\n  return 2\nend\nf()")
    assert.matches("^attempt to index a nil value", printed "no.such = 3")
  end)

  it("prints what is known of a reading in a line", function()
    assert.matches("1 row\n1 row from 4 bytes\n$", printed 'blotter.csv "n\\n1\\n"')
    assert.matches("1 row from 7 bytes, delimiter ','\n$", printed 'blotter.csv("a,b\\n1,\\n")')
    assert.matches("1 row from 13 bytes, delimiter ','; 1 rejected, which are in rejects\n$",
      printed 'blotter.csv("a,b\\n1,\\n1,2,3\\n", {on_error = "reject"})')
  end)

  it("prints the hints of a reading that is assigned", function()
    assert.matches("^n: the point is read as that of a fraction; .*thousands = \"%.\"}\n1\n$",
      printed 't = blotter.csv("k;n\\nx;1.234\\n")\n#t')
    assert.equal("1\n", printed 't = blotter.csv("k;n\\nx;1.5\\n")\n#t')
  end)

  it("prints the hints of each reading in a statement, once, whatever is done with its rows", function()
    local hint = "row 1 is called 'Total': a sum counts totals with what they add up; "
      .. "t:where \"Region ~= 'Total'\" leaves it out\n"
    local reading = 'blotter.csv("Region;n\\nTotal;101\\nA;50\\nB;51\\n")'
    assert.equal("    s\nint64\n─────\n  202\n1 row\n" .. hint, printed(reading .. ':agg "s = sum(n)"'))
    assert.equal(hint, printed("s = " .. reading .. ':agg "s = sum(n)"'))
    assert.equal("3\n" .. hint .. hint, printed("#(" .. reading .. ")") .. printed("t, info = " .. reading))
    assert.equal(hint .. "4\n", printed("do\n  local t = " .. reading .. "\nend\n2 + 2"))
    assert.equal(hint .. "no\n", printed("local t = " .. reading .. "; error('no', 0)"))
    assert.equal("3\n1 row rejected: info.rejects of t, info = … shows them\n", printed(
      '#(blotter.csv("n,m\\n1,2\\n3\\n4,5\\n7,8\\n", {on_error = "reject"}))'))
  end)

  it("remarks that a text is compared with a day letter by letter", function()
    local before = 't = blotter.table "ts string, day date, n int64"\nt:append("2023-01-01T10:00Z", "2023-01-01", 1)\n'
    assert.equal("true\n1\nts is text and was compared letter by letter; as times: try_timestamp(ts) > "
      .. "timestamp('2022-01-01')\n", printed(before .. "t:where(\"ts > '2022-01-01'\"):count()"))
    assert.equal("true\n1\n", printed(before .. "t:where(\"day > '2022-01-01' and ts ~= '2022-01-01'\"):count()"))
  end)

  it("guesses how a file is written, and says it", function()
    local reading = 'blotter.csv("Title\\nk;n\\nx;1,5\\ny;2,5\\n")'
    assert.matches("^guessed: t = blotter.csv%(text, {skip = 1, decimal_mark = \",\"}%)\npassed over: 1 line above .*"
      .. "\n4.0\n$", printed("t = " .. reading .. '\nt:agg("s = sum(n)"):value()'))
    assert.matches("^input:2: 2 fields .*\nit is read by: t = blotter.csv%(text, {skip = 1, decimal_mark = \",\"}%)",
      printed("blotter.guess = false\nt = " .. reading))
  end)

  it("tells how many rows a reading passed over, whatever its answer is called", function()
    local reading = 'blotter.csv("n,m\\n1,2\\n3\\n4,5,6\\n7,8\\n", {on_error = "reject"})'
    for _, names in ipairs { "t", "t, info", "local t, info", "t,info,more" } do
      assert.matches("^2 rows rejected: info.rejects .*\n2\n$", printed(names .. " = " .. reading .. "\n#t"))
    end
    assert.matches("^2 rows rejected", printed("t = assert(" .. reading .. ")"))
    assert.equal("2\n", printed("t, info = " .. reading:gsub("3.-8", "7,8") .. "\n#t"))
    assert.equal("2\n", printed "a, b = 1, 2\nb")
  end)

  it("says what to write where Lua itself refuses a line", function()
    local opened = 't = blotter.table "n int64, s string"\n'
    for line, part in pairs {
      ["len(t)"] = "write #t, or :count()", ["head(t)"] = "t:head(…)", ["read_csv('x')"] = 'blotter.csv "file.csv"',
      ["csv 'x'"] = "write blotter.csv(…)", ["filter(t)"] = 'write t:where "n > 5"', ["fooo(1)"] = "help()",
      ["blotter.csv('x', skip = 1)"] = "in braces: {skip = …}", ["t:where(n > 5)"] = 't:where "n > 5"',
      ["t:where(n + 5)"] = 't:where "n > 5"', ["t:columns"] = "in brackets: t:columns()",
      ["t:append(1, 'a')\nfor r in t:rows() do print(r.n) end"] = "for i, row in t:rows() do",
      ["nope:show()"] = "called nope",
      ["help quantile"] = "quantile(n, 0.9)", ["help year over year"] = "lag(n)", ["({}):cite()"] = "ops:cite",
      ["t.columns"] = "as in t:columns()", ["t:show(5):csv()"] = "t:limit(10):csv(…)",
      ["t:count 's'"] = 't:by "s":agg "n = count()"', ["t:update 'n = 5'"] = 't:update("n > 5", "n = 5")',
    } do
      local out = printed(opened .. line)
      assert.is_truthy(out:find(part, 1, true), line .. ": " .. out)
    end
  end)

  it("ends by the words that other prompts end by, unless they are somebody's names", function()
    for _, line in ipairs { "exit", "quit", "exit()", "quit()", ":q", "\\q", " .exit ", "exit;" } do
      assert.equal("1\n", printed("1\n" .. line .. "\n2"), line)
    end
    assert.equal("5\n", printed "exit = 5\nexit")
  end)

  it("tells an error in one paragraph, without places of its own, and goes on", function()
    assert.equal("unknown column 'm'" .. " (there are: n)\n  m > 1\n  ^\n2\n",
      printed 't = blotter.table "n int64"\nt:where "m > 1"\n1 + 1')
    assert.equal("a table has no 'filter': write :where \"n > 5\"\n", printed 'blotter.table "n int64":filter "n"')
    assert.matches("^'2x' is no int64 %(column 's', row 1;", printed 'blotter.csv "s\\n2x\\n":derive "n = int64(s)"')
    for _, line in ipairs { "nil + 1", "x x", "error {}", "t:where(", "error 'a'", "('x'):rep(-1)()" } do
      local out = printed(line)
      assert.is_nil(out:find("traceback", 1, true), out)
      assert.is_nil(out:find("/blotter/", 1, true), out)
    end
  end)

  it("knows when a statement goes on", function()
    for _, text in ipairs { "for i = 1, 2 do", "f(", "{", "1 +", "x =", "[[a", "if a then" } do
      assert.is_true(evaluate.is_open(text), text)
    end
    for _, text in ipairs { "1", "f()", "x x", "= 5", "'a", "end", "local x = 1" } do
      assert.is_false(evaluate.is_open(text), text)
    end
  end)

  it("completes names, fields, verbs, columns and functions", function()
    local scope = evaluate.scope()
    scope.tips = blotter.table "country string, n int64"
    scope.answer = scope.tips:where("n > 1")
    local function has(line, wanted)
      for _, found in ipairs(complete.lines(line, scope)) do
        if found == wanted then return end
      end
      error(("%q does not become %q: %s"):format(line, wanted, table.concat(complete.lines(line, scope), ", ")), 2)
    end
    has("ti", "tips")
    has("print(ti", "print(tips")
    has("o", "ops")
    has("blotter.cs", "blotter.csv")
    has("blotter.oper", "blotter.operations")
    has("tips:whe", "tips:where")
    has("x = answer:lim", "x = answer:limit")
    has('tips:where "cou', 'tips:where "country')
    has('answer:by "country":agg "x = qua', 'answer:by "country":agg "x = quantile(')
    assert.same({}, complete.lines("nothing.x", scope))
    assert.same({}, complete.lines("nothing:x", scope))
  end)

  it("shows the texts of a short list whole, as they can be copied", function()
    local text = ("x"):rep(70)
    assert.equal(('{\n  "%s"\n  [[a "b"]]\n}\n'):format(text), printed(("{'%s', 'a \"b\"'}"):format(text)))
  end)

  it("reads help from the dataset, where the reference knows nothing", function()
    assert.matches('^Victims safeguarded %(persons%): Children removed from harm, .*ops:total%("victims_safeguarded"',
      printed 'help "victims safeguarded"')
    assert.matches('^in the dataset: ops:find "delego"\n.*subject%s+operation%-delego ', printed "help Delego")
    assert.matches("^Arrests .*arrests in a country", (printed 'help "arrests"':gsub("\n", " ")))
  end)

  it("reads help from the reference", function()
    for word, part in pairs { quantile = "quantile(x, k)", ["t:where"] = "keeps the rows", frames = "Frames\n",
      joins = "left_join", delimiter = "found out", coalesce = "the first that is not null", total = "ops:total" } do
      assert.is_truthy(help.text(word):find(part, 1, true), word .. ": " .. help.text(word))
    end
    assert.is_truthy(help.text():find("chapters: ", 1, true))
    assert.equal("nothing is known of 'qantile': did you mean 'quantile'?", help.text "qantile")
  end)
end)
