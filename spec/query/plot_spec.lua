--- Charts, bars and lines of columns in block characters.
local bars = require "blotter.terminal.bars"
local blotter = require "blotter"

local TIPS = "year,c,n\n2010,KR,5\n2011,KR,10\n2012,KR,0\n2010,JP,3\n2012,JP,-2\n2011,US,\n"

describe("a chart", function()
  local t = blotter.csv(TIPS)

  it("is a bar a row, from zero, with the value as it is", function()
    assert.equal("KR  ██████████ 15\nJP  ▋ 1\nUS  null",
      t:by "c":agg "n = sum(n)":plot { x = "c", y = "n", width = 20 })
    assert.equal("a      ████████ 2\nb  ████ -1\nc       0", blotter.csv "x,n\na,2\nb,-1\nc,0\n"
      :plot { x = "x", y = "n", width = 19 })
    assert.equal("2010  ████████ 0.500", t:limit(1):plot { x = "year", y = "decimal(n, 9, 2) * 0.1", width = 19 })
    assert.equal("KR  ████████ 5", t:where("n == $n", { n = 5 }):plot { x = "c", y = "n", width = 1 })
    assert.equal("", t:limit(0):plot { x = "c", y = "n" })
  end)

  it("of many rows is points over a number or a time", function()
    local rows = {}
    for i = 0, 99 do rows[i + 1] = ("2012-01-%02d %02d:00:00,%d"):format(1 + i // 24, i % 24, i) end
    local many = blotter.csv("at,n\n" .. table.concat(rows, "\n"))
    local chart = many:plot { x = "at", y = "n", width = 50 }
    local lines = {}
    for line in chart:gmatch "[^\n]+" do lines[#lines + 1] = line end
    assert.equal(13, #lines)
    assert.matches("^ +99 │", lines[1])
    assert.matches("^ +0 │", lines[12])
    assert.matches("2012%-01%-01T00:00:00Z.*2012%-01%-05T03:00:00Z$", lines[13])
    for _, line in ipairs(lines) do assert.is_true(utf8.len(line) <= 62, line) end
    assert.matches("\n… 100 rows in all$", many:plot { x = "string(n)", y = "n" })
  end)

  it("is refused with what to write", function()
    for part, call in pairs {
      ['plot: y is a text, as in {x = "year", y = "n"}'] = function() t:plot { x = "c" } end,
      ["plot: y is a number, not a string"] = function() t:plot { x = "n", y = "c" } end,
      ["unknown option 'z'"] = function() t:plot { z = 1 } end,
      ["unknown column 'm'"] = function() t:plot { x = "c", y = "m" } end,
      ["bars: unknown column 'm' (there are: year, c, n)"] = function() t:bars "m" end,
      ["bars: 'c' is no number, but a string"] = function() t:bars "c" end,
      ["bars: columns are named by a text"] = function() t:bars {} end,
      ["sparks: cols is a text"] = function() t:sparks { rows = "c" } end,
    } do
      local ok, message = pcall(call)
      assert.is_false(ok)
      assert.is_truthy(message:find(part, 1, true), message)
    end
  end)
end)

describe("a column of bars", function()
  it("stands behind the others, in eighths of a cell", function()
    local t = blotter.csv(TIPS):bars "n, year"
    assert.same({ "██████████", ("█"):rep(20), "", "██████", n = 6 }, t:values "n_bar")
    assert.equal(20, utf8.len(t:values "year_bar"[1]))
    assert.equal("year,c,n,n_bar,year_bar", t:csv():match "[^\n]+")
    assert.same({ "", n = 1 }, blotter.csv "n\n0\n":bars "n":values "n_bar")
    assert.equal("████████▉", blotter.csv "odd name\n4\n9\n":bars "odd name":values "odd name_bar"[1])
    assert.same({ "", ("█"):rep(20), n = 2 }, blotter.csv("n\nnan\n1\n"):bars "n":values "n_bar")
  end)

  it("of a line of columns says where values went", function()
    local t = blotter.csv(TIPS):sparks { rows = "c", cols = "year", value = "sum(n)" }
    assert.same({ c = "KR", spark = "▅█▁", first = 5.0, last = 0.0 }, t:row(1))
    assert.same({ c = "JP", spark = "█ ▁", first = 3.0, last = -2.0 }, t:row(2))
    assert.same({ c = "US", spark = "   " }, t:row(3))
    assert.equal("█ ", bars.spark({ 5 }, 2))
    assert.equal(" ▁", bars.spark({ 0 / 0, 0 }, 2))
  end)
end)
