--- Files as the world sends them: dates, numbers, encodings, headers, notes and flags of other people.
local blotter = require "blotter"

--- Types and rows of a text, or the message.
local function read(text, options)
  local t, message = blotter.csv(text, options)
  if not t then return message end
  local types = {}
  for i, column in ipairs(t:columns()) do types[i] = column.type end
  return table.concat(types, " ") .. " | " .. t:csv():gsub("\n", "/")
end

local function expect(cases)
  for _, case in ipairs(cases) do
    local got = read(case[1], case[3])
    assert.is_truthy(got:find(case[2], 1, true), case[1] .. ": " .. got)
  end
end

describe("dates", function()
  it("are recognised where all of a column can be read in one way", function()
    expect {
      { "d\n31.01.2012\n1.2.2012\n", "date | d/2012-01-31/2012-02-01/" },
      { "d\n01.02.2012\n03.04.2012\n", "date | d/2012-02-01/2012-04-03/" },
      { "d\n31/01/2012\n01/02/2012\n", "date | d/2012-01-31/2012-02-01/" },
      { "d\n01/31/2012\n01/02/2012\n", "date | d/2012-01-31/2012-01-02/" },
      { "d\n01-02-2012\n31-01-2012\n", "date | d/2012-02-01/2012-01-31/" },
      { "d\n2012/1/31\n", "date | d/2012-01-31/" }, { "d\n2012.01.31\n", "date | d/2012-01-31/" },
      { "d\n31.01.2012 10:20\n1.2.2012\n", "timestamp | d/2012-01-31T10:20:00Z/2012-02-01T00:00:00Z/" },
    }
  end)

  it("stay text where they cannot", function()
    expect {
      { "d\n01/02/2012\n03/04/2012\n", "string | " }, { "d\n31/01/2012\n01/31/2012\n", "string | " },
      { "d\n31.01.2012\n31/01/2012\n", "string | " }, { "d\n31.01.2012\n2012-01-31\n", "string | " },
      { "d\n31.02.2012\n", "string | " }, { "d\n1.2.2012\n1.2.3\n", "string | " }, { "d\n1.2.12\n", "string | " },
      { "d\n1.2.2012\n7\n", "string | " }, { 'd\n"1.2.2012"\n', "string | " },
    }
  end)

  it("are told apart by texts far down, in whatever chunks", function()
    local same = ("01/02/2012,x\n"):rep(20000)
    for _, bytes in ipairs { 1000, 262144 } do
      local options = { chunk_bytes = bytes }
      expect {
        { "d,s\n" .. same .. "31/01/2012,x\n", "date string | d,s/2012-02-01,x/", options },
        { "d,s\n" .. same .. "01/31/2012,x\n", "date string | d,s/2012-01-02,x/", options },
        { "d,s\n31/01/2012,x\n" .. same .. "01/31/2012,x\n", "string string | ", options },
        { "d,s\n31/01/2012,x\n" .. same .. "2012-01-31,x\n", "string string | ", options },
      }
    end
  end)

  it("are read as they are said to be written", function()
    expect {
      { "d\n01/02/2012\n", "date | d/2012-02-01/", { dates = "dd/mm/yyyy" } },
      { "d\n01/02/2012\n2013-01-31\n", "date | d/2012-01-02/2013-01-31/", { dates = "mm/dd/yyyy" } },
      { "d\n1.2.12\n1.2.70\n", "date | d/2012-02-01/1970-02-01/", { dates = "d.m.yy" } },
      { "d\n20120131\n", "date | d/2012-01-31/", { dates = "yyyymmdd" } },
      { 'd\n"Jan 31, 2012"\n"September 1, 2012"\n', "date | d/2012-01-31/2012-09-01/", { dates = "mmm d, yyyy" } },
      { "d\n31-jan-2012\n1-SEPT-2012\n", "date | d/2012-01-31/2012-09-01/", { dates = "dd-mmm-yyyy" } },
      { "d\n31.01.2012 10:20:30\n", "timestamp | d/2012-01-31T10:20:30Z/", { dates = "dd.mm.yyyy" } },
      { "d\n31.13.2012\n", "string | ", { dates = "dd.mm.yyyy" } },
      { "d\n31.01.2012\n", "date | d/2012-01-31/", { dates = "dd.mm.yyyy", types = { d = "date" } } },
      { "d\n31.01.2012\n", "dates = 'dd.mm.yyyy' says how they are written", { types = { d = "date" } } },
    }
    for _, form in ipairs { "dd.mm", "dd.mm.yyyy dd", "%d.%m.%Y", "", "ddd.mm.yyyy" } do
      assert.error_matches(function() blotter.csv("d\n1\n", { dates = form }) end, "is no form of dates")
    end
  end)

  it("written as text come back as text", function()
    local t = assert(blotter.csv('d\n"31.01.2012"\n"31/01/2012"\n"2012/1/2"\n'))
    assert.equal("string", assert(blotter.csv(t:csv())):columns()[1].type)
    assert.same(t:values "d", assert(blotter.csv(t:where "d == '31.01.2012'":csv())):collect() and t:values "d")
  end)
end)

describe("numbers", function()
  it("are read with marks between thousands", function()
    expect {
      { "n;m\n1.234,50;1.234\n-1,5;12.345.678\n", "float64 int64 | n,m/1234.5,1234/-1.5,12345678/",
        { decimal_mark = "," } },
      { "n\n1.234\n999\n", "int64 | n/1234/999/", { thousands = "." } },
      { 'n,k\n"1,234",x\n"12,345,678.5",y\n', "float64 string | n,k/1234.0,x/12345678.5,y/", { thousands = "," } },
      { "n\n1 234\n1\u{A0}234\u{202F}567\n", "int64 | n/1234/1234567/", { thousands = " " } },
      { "n\n1'234.5\n1’000\n", "float64 | n/1234.5/1000.0/", { thousands = "'" } },
      { 'k,n\n"x","999"\n"y","1,234"\n', "string int64 | k,n/x,999/y,1234/", { thousands = "," } },
      { 'k;n\nx;"999"\ny;"1,234"\n', "string string | ", { thousands = "," } },
      { "n\n1,23\n", "string | ", { thousands = ",", delimiter = ";" } },
      { "n\n12,34,567\n", "string | ", { thousands = ",", delimiter = ";" } },
      { "n\n0,123\n", "string | ", { thousands = ",", delimiter = ";" } },
      { "n\n1,234,50\n", "string | ", { thousands = ",", delimiter = ";" } },
      { "n;z\n1,234;007\n", "int64 string | n,z/1234,007/", { thousands = "," , delimiter = ";" } },
      { "n\n1,234\n", "int64 | n/1234/", { thousands = ",", delimiter = ";", types = { n = "int64" } } },
      { "n\n1,234.5\n", "decimal(9,2) | n/1234.50/",
        { thousands = ",", delimiter = ";", types = { n = "decimal(9,2)" } } },
    }
    assert.error_matches(function() blotter.csv("n\n1\n", { thousands = ".", decimal_mark = "." }) end, "thousands")
    assert.error_matches(function() blotter.csv("n\n1\n", { thousands = "x" }) end, "thousands")
  end)

  it("are read with signs of percent and of money", function()
    local percent, money = { percent = true, decimal_mark = "," }, { currency = true, thousands = "," }
    expect {
      { "p\n12,5 %\n100%\n0,1%\n-5 %\n+7%\n0%\n", "float64 | p/0.125/1.0/0.001/-0.05/0.07/0.0/", percent },
      { "p;q\n50%;x%\n", "float64 string | p,q/0.5,x%/", percent },
      { "p\n1.234,5 %\n", "float64 | p/12.345/", percent },
      { "p\n12%\n", "string | p/12%/" },
      { 'm\n$5\n"$1,234.50"\n-$3\n$-3\n"($1,000)"\n€ 7\n7 €\nEUR 8\n8 USD\n9 kr\n¥10\n₩11\n12-\n',
        "float64 | m/5.0/1234.5/-3.0/-3.0/-1000.0/7.0/7.0/8.0/8.0/9.0/10.0/11.0/-12.0/", money },
      { "m\nUSD\n", "string | m/USD/", money }, { "m\n$\n", "string | m/$/", money },
      { "m\n(5\n", "string | m/(5/", money }, { "m\n$5$\n", "string | m/$5$/", money },
      { "m\n5 %\n", "string | m/5 %/", money },
    }
  end)

  it("are kept apart from flags behind them", function()
    expect {
      { "geo,n\nKR,1234 p\nJP,5b\nUS,:\nFR,\n", "string int64 string | geo,n,n_flag/KR,1234,p/JP,5,b/US,,:/FR,,/",
        { flags = "n" } },
      { 'n,m\n"1,234 (a)",2\n7,: c\n', "int64 string int64 string | n,n_flag,m,m_flag/1234,(a),2,/7,,,: c/",
        { flags = { "n", "m" }, thousands = "," } },
      { "n\n-1.5e3x\n2e\n", "float64 string | n,n_flag/-1500.0,x/2.0,e/", { flags = "n" } },
      { "n,m\n1 p\n", "1 field where 2 are expected", { flags = "n" } },
      { "n,m\n1 p\n", "int64 string string | n,n_flag,m/1,p,/", { flags = "n", ragged = "fill" } },
      { "n,m\n1 p,x\n", "'x' is no int64", { flags = "n", types = { m = "int64" } } },
      { "n,n_flag\n1 p,2\n", "int64 string int64 | n,n_flag,n_flag_2/1,p,2/", { flags = "n" } },
    }
    assert.error_matches(function() blotter.csv("n\n1\n", { flags = "z" }) end, "no column is named 'z', for which")
    local rows = {}
    for i = 1, 20000 do rows[i] = i .. (i % 3 == 0 and " p" or "") end
    local t = assert(blotter.csv("n\n" .. table.concat(rows, "\n"), { flags = "n", chunk_bytes = 700 }))
    assert.equal(200010000, t:agg "s = sum(n)":value())
    assert.equal(6666, t:where "n_flag == 'p' and n % 3 == 0":count())
  end)
end)

describe("flags", function()
  it("follow percent and money", function()
    local money = { flags = "n", currency = true, thousands = "," }
    expect {
      { "a;n\nx;€ 12 p\ny;7 €\n", "string int64 string | a,n,n_flag/x,12,p/y,7,/", money },
      { "a;n\nx;(5) p\ny;(5 p)\nz;6 (a)\n", "string int64 string | a,n,n_flag/x,-5,p/y,,(5 p)/z,6,(a)/", money },
      { "a;n\nx;12 kroner\ny;12 kr b\nz;EUR 5 KRW\n", "| a,n,n_flag/x,12,kroner/y,12,b/z,5,KRW/", money },
      { "a;n\nw;5,000- e\nx;5-6\ny;5 - 6\nz;5 -p\n", "| a,n,n_flag/w,-5000,e/x,5,\"-6\"/y,5,- 6/z,5,-p/", money },
      { "a;n\nx;12,5 % p\ny;7%\nz;+5 %e\n", "float64 string | a,n,n_flag/x,0.125,p/y,0.07,/z,0.05,e/",
        { flags = "n", percent = true, decimal_mark = "," } },
      { "a;n\nx;1e3 %\ny;7 p%\n", "| a,n,n_flag/x,,1e3 %/y,7,p%/", { flags = "n", percent = true } },
    }
  end)

  it("are no part of a number that is written otherwise", function()
    expect {
      { "a;n\nx;1,234 p\ny;5\n", '| a,n,n_flag/x,"1,234",p/y,"5",/', { flags = "n" } },
      { "a;n\nx;1,234.5.6\ny;1,23\nz;5, b\n", '| a,n,n_flag/x,,"1,234.5.6"/y,,"1,23"/z,5,", b"/',
        { flags = "n", thousands = "," } },
      { "a;n\nx;1 234 p\ny;12 1)\n", "| a,n,n_flag/x,1234,p/y,12,1)/", { flags = "n", thousands = " " } },
    }
  end)

  it("are no digits: a number goes on behind a blank that nobody spoke of", function()
    local cells = "a;n\nv;1 234 p\nw;2\u{202f}345\nx;12 1)\ny;1\u{2019}234\nz;7 1\n"
    expect { { cells,
      "string string string | a,n,n_flag/v,1 234,p/w,2\u{202f}345,/x,\"12\",1)/y,1\u{2019}234,/z,,7 1/",
      { flags = "n" } } }
    local _, info = blotter.csv("a;n\n" .. ("x;5 p\n"):rep(500) .. "y;1\u{A0}234 p\n", { flags = "n" })
    assert.equal("n: numbers that are read as texts; {thousands = \" \", flags = \"n\"}", info.hints[1])
    _, info = blotter.csv("a;n\nx;1 234 p\ny;2 345\n", { flags = "n" })
    assert.same({ "n: numbers that are read as texts; {thousands = \" \", flags = \"n\"}" }, info.hints)
    _, info = blotter.csv("a;n\nx;1 234 p\ny;5\n", { flags = "n", thousands = " " })
    assert.same({}, info.hints)
  end)

  it("follow what says that there is no number", function()
    local cells = "a;n\nv;: c\nw;:\nx;: \ny;5 p\nz;:d\n"
    expect {
      { cells, "string int64 string | a,n,n_flag/v,,c/w,,/x,,/y,5,p/z,,d/", { flags = "n", nulls = ":" } },
      { cells, 'string int64 string | a,n,n_flag/v,,c/w,,""/x,,""/y,5,p/z,,d/', { flags = "n", nulls = { ":" } } },
      { cells, "string int64 string | a,n,n_flag/v,,: c/w,,:/x,,:/y,5,p/z,,:d/", { flags = "n" } },
      { "a;n\nw;-- x\nx;-5 x\ny;- x\nz;-7\n", "| a,n,n_flag/w,,x/x,-5,x/y,,x/z,-7,/",
        { flags = "n", nulls = "-, --" } },
      { "a;n\nx;n/a b\ny;n/ab\nz;:::\n", "| a,n,n_flag/x,,b/y,,n/ab/z,,:::/",
        { flags = "n", nulls = "n/a, :" } },
      { "a;n\nx;-999 p\ny;12 p\n", "int64 string | a,n,n_flag/x,,p/y,12,p/", { flags = "n", nulls = "-999" } },
      { 'a;n\nx;": c"\ny;5\n', "int64 string | a,n,n_flag/x,,: c/y,5,/", { flags = "n", nulls = ":" } },
      { 'a;n\nx;": c"\ny;5\n', "int64 string | a,n,n_flag/x,,c/y,5,/",
        { flags = "n", nulls = ":", quoted_nulls = true } },
    }
  end)

  it("are found among blanks and in quotes", function()
    expect {
      { 'a;n\nx;  5 p \ny;"7 e"\nz;"b"\n', "string int64 string | a,n,n_flag/x,5,p/y,7,e/z,,b/", { flags = "n" } },
      { "geo\t2019 \nKR\t5 p \n", "string int64 string | geo,2019,2019_flag/KR,5,p/", { flags = "2019", trim = true } },
    }
  end)

  it("follow a blank of any kind, and money behind a minus", function()
    expect {
      { "a;n\nx;5\u{a0}p\ny;7\u{a0}\nz;\u{202f}8 c\n", "int64 string | a,n,n_flag/x,5,p/y,7,/z,8,c/", { flags = "n" } },
      { "a;n\nx;5-EUR p\ny;6-p\n", "| a,n,n_flag/x,-5,p/y,6,-p/", { flags = "n", currency = true } },
    }
  end)

  it("say where a column's name has blanks around it", function()
    local sheet, blank = "geo\t2019 \nKR\t5 p\n", "; there is '2019 ': trim = true drops the blanks"
    for _, options in ipairs { { flags = "2019" }, { types = { ["2019"] = "int64" } } } do
      local ok, message = pcall(blotter.csv, sheet, options)
      assert.is_false(ok)
      assert.is_truthy(message:find(blank, 1, true), message)
    end
    assert.error_matches(function() blotter.csv(sheet, { flags = "2018" }) end, "for which flags are given$")
  end)
end)

describe("numbers that were read as text", function()
  it("are told with the options that read them", function()
    local t = blotter.csv "a,n\nx,1\ny,-\n"
    for _, call in ipairs { "sum(n)", "mean(n)", "corr(1, n)", "quantile(n, 0.5)" } do
      assert.error_matches(function() t:agg("s = " .. call) end, "not string %(read as text from a file%? .*nulls")
    end
    assert.error_matches(function() t:agg "s = sum('1')" end, "not string\n")
    assert.error_matches(function() blotter.csv("n\n1\n"):agg "s = string_agg(n, ',')" end, "not int64\n")
  end)
end)

describe("a table on a sheet", function()
  it("has a header over several lines", function()
    expect {
      { "Country,Reports,,Total\n,2011,2012,\nKR,1,2,3\n",
        "string int64 int64 int64 | Country,Reports_2011,Reports_2012,Total/KR,1,2,3/", { header = 2 } },
      { "a,b\nx,x\nm,n\n1,2\n", "int64 int64 | a_x_m,b_x_n/1,2/", { header = 3 } },
      { "Reports\nc,n\nKR,1\n", "string int64 | Reports_c,Reports_n/KR,1/", { header = 2, delimiter = "," } },
      { "A;R;;B;;\nName;11;12;11;12;\nx;1;2;3;4;\n",
        "string int64 int64 int64 int64 string | A_Name,R_11,R_12,B_11,B_12,c6/x,1,2,3,4,/", { header = 2 } },
      { " , ,Year, \nCode,Area,2012,2013\nx,y,1,2\n", "Code,Area,Year_2012,Year_2013/x,y,1,2/", { header = 2 } },
      { "1,2\n", "int64 int64 | c1,c2/1,2/", { header = 0 } },
      { "a\n", "the input is empty", { header = 2 } },
    }
    local long = ("h"):rep(200)
    assert.matches("more than 255 bytes", read(long .. "\n" .. long .. "\n1\n", { header = 2 }))
    for _, wrong in ipairs { 9, -1, 1.5, "yes" } do
      assert.error_matches(function() blotter.csv("a\n1\n", { header = wrong }) end, "option 'header'")
    end
  end)

  it("has names that are there twice, or not at all", function()
    expect { { "a,a,,a\n1,2,3,4\n", "a,a_2,c3,a_3/1,2,3,4/" } }
  end)

  it("has notes under it", function()
    expect {
      { "a,b\n1,2\n\nNote: x, y\nSource: z\n", "int64 int64 | a,b/1,2/", { skip_tail = 2 } },
      { "a,b\n1,2\n\nNote: x, y\nSource: z\n", "int64 int64 | a,b/1,2/", { skip_tail = 3 } },
      { "a;b\n1;2\n3;4\n\nx\n\n\ny\n", "int64 int64 | a,b/1,2/3,4/", { skip_tail = 5 } },
      { "a,b\r\n1,2\r\n,,,\r\nNote\r\n\r\n", "int64 int64 | a,b/1,2/", { skip_tail = 3 } },
      { "a,b\n1,2\nNote\n\n", "skip_tail passes over notes", { skip_tail = 1 } },
      { "a\r1\r\rNote\r", "int64 | a/1/", { skip_tail = 2 } },
      { "a\r1\rNote", "int64 | a/1/", { skip_tail = 1 } },
      { "a\n1\n2\n", "int64 | a/1/2/", { skip_tail = 0 } },
      { "a\n1\n2\n", "the input is empty", { skip_tail = 3 } },
      { "a\n1\n2\n", "the input is empty", { skip_tail = 300 } },
      { "a,b\n1,2\nNote\n", "skip_tail passes over notes under the table" },
      { "Tips, all of them\na;b\n1;2\n", "skip passes over lines above the header" },
      { "Tips\n\na,b\n1,2\n", "skip passes over lines above the header" },
      { "Tips; 2012\n\na;b;c\n1;2;3\n", "skip passes over lines above the header" },
      { "a,b\n1,2\n" .. ("x"):rep(200000) .. "\n", "int64 int64 | a,b/1,2/", { skip_tail = 1 } },
    }
  end)

  it("is read with hints at what may be meant otherwise", function()
    local point, comma, date = 'n: the point is read as that of a fraction; where it stands between thousands: '
      .. '{thousands = "."}', "n: the comma is read", "d: dates that could be of several forms"
    for _, case in ipairs {
      { "k;n\n1;1.234\n2;12.000\n3;5\n", point }, { "k\tn\n1\t1.234\n2\t\n", point },
      { "k;n\n1;1,234\n2;2,500\n", comma, { decimal_mark = "," } }, { "d,n\n01/02/2012,1\n", date },
      { "d;n\n01/02/2012;1.234\n", point .. "\n" .. date }, { "k,n\nx,1\nTotal,1\n", "the last row is called 'Total'" },
      { "k;n\nx;1\nSumme aller:;1\n", "the last row is called 'Summe aller:'" },
      { "k;n\nx;1\n;\n", "the last row has no value at all" },
      { "n;m\n1,5;-\n2,25;7\n3;8\n", 'n, m: numbers that are read as texts; {decimal_mark = ",", nulls = "-"}' },
      { 'n,m\n"1,234",12 %\n5,3.5%\n', 'n, m: numbers that are read as texts; {thousands = ",", percent = true}' },
      { "n\n$5.50\n($1)\n", "{currency = true}" }, { "n;m\n1.234.567;1\n5;2\n", '{decimal_mark = ","}' },
      { "k,n\na,12 p\nb,13\nc,14\n", '{flags = "n"}' }, { "k,n\na,N/A\nb,13\nc,14\n", '{nulls = "N/A"}' },
      { "code,area,n\n1,A,5\n2,B,6\n,Alles,11\n", "the sum of those above it: {skip_tail = 1} leaves it out" },
      { "k,n,m,o\nx,1,0.1,\ny,2,0.2,\nz,3,0.3,1\nAltogether,6,0.6,\n", "the last row is the sum" },
      { "k,n\nx,9223372036854775807\ny,9223372036854775807\nTotal,1\n", "the last row is called 'Total'" },
      { "a;m\n1 234;9223372036854775807\n2 345;9223372036854775807\n5;1\n", '{thousands = " "}' },
      { "a;n\nv;:\nw;: c\nx;1\ny;2\nz;3\nz;4\n", '; {flags = "n", nulls = ":"}' },
      { "a;n\nx;1 234\ny;2 345\n", '; {thousands = " "}' },
      { "a;n\nx;1 234 p\ny;7\n", '; {thousands = " ", flags = "n"}' },
      { "a;n\nx;1\u{202F}234\u{A0}567,5\ny;-2\n", '; {decimal_mark = ",", thousands = " "}' },
      { "a;n\nx;\u{2212}5\ny;7\n", "; {currency = true}" },
      { "a;n\nx;47 812 €\ny;23 €\n", '; {thousands = " ", currency = true}' },
      { "a;n;m;o\nx;1 234 p;12,5 %;47 812 €\ny;559;3 %;23 €\n",
        'n, m, o: numbers that are read as texts; {decimal_mark = ",", thousands = " ", percent = true, '
        .. 'currency = true, flags = "n"}' },
      { "a;31.01.2012\nb;01.02.2012\n", "a column is called '31.01.2012'" }, { "1,2\n3,4\n", "a column is called '1'" },
      { "x;1.234,50\ny;3,25\n", "a row of data taken as the header?" },
      { "k,n\nx,1\ny,2\nnote\n", "passed over at the end, from here on: 'note'", { skip_tail = 1 } },
      { "k,n\nx,1\ncafé", "'café'", { skip_tail = 1 } },
      { "k,n\nx,1\n" .. ("ж"):rep(80) .. "\n", ("ж"):rep(31) .. "'", { skip_tail = 1 } },
    } do
      local _, info = blotter.csv(case[1], case[3])
      assert.is_truthy(tostring(info):find(case[2], 1, true), case[1] .. tostring(info))
    end
  end)

  it("is read with hints at columns that are of one type in all but a few cells", function()
    local rows = {}
    for i = 1, 3000 do
      rows[i] = ("2024-01-%02dT10:00:00Z,%d,%d.5,2024-02-01,%d\n"):format(i % 28 + 1, i, i, 10000 + i)
    end
    rows[2500] = "not-a-time,fast,-,soon,01234\n"
    local _, info = blotter.csv("ts,ms,a b,day,zip\n" .. table.concat(rows))
    assert.same({
      'a b: numbers that are read as texts; {nulls = "-"}',
      "ts: 2,999 of 3,000 values are timestamps (row 2500: 'not-a-time')\n"
        .. "ms: 2,999 of 3,000 values are whole numbers (row 2500: 'fast')\n"
        .. "day: 2,999 of 3,000 values are dates (row 2500: 'soon'); "
        .. '{types = {day = "date", ms = "int64", ts = "timestamp"}, on_error = "reject"} '
        .. "reads them so and drops the other rows",
    }, info.hints)
    _, info = blotter.csv("k,ts\n1,2024-01-01 10:00\n2,2024-01-01 11:00\n3,x\n4,2024-01-02 10:00\n5,2024-01-03 10:00\n")
    assert.matches("^ts: 4 of 5 values are timestamps .row 3: 'x'.", info.hints[1])
  end)

  it("is looked at for a row of totals, where only a sum that is too large is passed over", function()
    local adds_up, columns = require("blotter.tables.totals").adds_up, { { name = "n", type = "int64" } }
    local function look(message)
      local rows = { agg = function() error(message, 0) end }
      return adds_up(setmetatable(rows, { __len = function() return 4 end }), columns, { n = 1 })
    end
    assert.is_false(look "a sum is too large for int64; sum the value as a float64 instead")
    assert.has_error(function() look "interrupted" end, "interrupted")
    assert.has_error(function() look "bad use of a handle" end, "bad use of a handle")
  end)

  it("is read without hints where nothing is in doubt", function()
    for _, case in ipairs {
      { "k;n\n1;1.234\n2;12.5\n" }, { "k;n\n1;1.234\n2;0.500\n" }, { "k;n\n1;1.234\n2;12345\n" }, { "k,n\n1,1.234\n" },
      { "k;n\n1;1.234\n2;1.234,5\n", { decimal_mark = "," } }, { "k;n\n1;1.234\n", { types = { n = "float64" } } },
      { "k;n\n1;1.234\n", { thousands = "." } }, { "d,n\n31/01/2012,1\n01/02/2012,1\n" }, { "k;n\n1;1.234\n2;1e5\n" },
      { "k;c\n1;01\n2;34\n3;69\n4;21\n" }, { "k;c\n1;01\n2;34\n3;2A\n4;21\n" },
      { "id,k\n1,x\n2,y\n3,z\n" }, { "k,n,m\nx,1,1\ny,2,1\nz,3,1\nw,6,1\n" }, { "k,n\nx,0\ny,0\nz,0\nw,0\n" },
      { "a;n\nx;5 g\ny;7 g\n" }, { "k;c\n1;12 34\n2;56 78\n3;5\n" },
      { "k,c\n1,00123\n2,00124\n" }, { "k,t\n1,030-12\n2,040-13\n" }, { 'k,n\n1,"5"\n2,"13"\n' },
      { "k,n\n1,a\n2,13\n3,b\n4,c\n" },
      { "geo,2012,2013\nKR,1,2\n" }, { "geo,0-14,15-24\nKR,1,2\n" }, { "m,1,2\nKR,1,2\n" }, { "2012,2013\n1,2\n" },
      { "1,2\n3,4\n", { header = false } }, { "n;m\n1,5;2\n3;4\n", { types = { n = "string" } } },
      { "k,n\na,1\nb,x\n" },
      { "d,n\n01/02/2012,1\n", { dates = "dd/mm/yyyy" } }, { "k,n\nTotal,1\nx,2\n" },
      { "k,n\nx,1\nLand ohne summen,2\n" },
    } do
      local _, info = blotter.csv(case[1], case[2])
      assert.same({}, info.hints, case[1])
    end
  end)

  it("begins with what a spreadsheet says of its delimiter", function()
    expect {
      { "sep=;\na;b\n1;2,5\n", "int64 string | a,b/1,\"2,5\"/" },
      { "SEP=|\r\na|b\r\n1|2\r\n", "int64 int64 | a,b/1,2/" },
      { '"sep=;"\na;b\n1;2\n', "int64 int64 | a,b/1,2/" }, { "\u{FEFF}sep=\t\na\tb\n1\t2\n", "int64 int64 | a,b/1,2/" },
      { "sep=;\na,b\n1,2\n", "int64 int64 | a,b/1,2/", { delimiter = "," } },
      { "sep=ab,c\n1,2\n", "sep=ab,c/1,2/" }, { "sep\n1\n", "int64 | sep/1/" },
    }
    assert.matches("input:4:", read("sep=;\na;b\n1;2\nx;2\n", { types = { a = "int64" } }))
  end)
end)

describe("texts that are null", function()
  it("stand beside the empty one when they are one text, and in its place when they are a list", function()
    expect {
      { "n,m\nNA,-\n,1\n", "string int64 | n,m/,/,1/", { nulls = "NA, -" } },
      { "n,m\nNA,1\n,1\n", 'string int64 | n,m/,1/"",1/', { nulls = { "NA" } } },
    }
  end)
end)

describe("an encoding", function()
  it("is told, or shown by a mark", function()
    for _, case in ipairs {
      { "s\ncaf\xE9\n", "café", "latin1" }, { "s\n\x93x\x94 \x80\n", "“x” €", "Windows-1252" },
      { "s\n\xC7\xD1\xB1\xDB\n", "한글", "EUC-KR" }, { "s\n\x83\x65\x83\x58\x83\x67\n", "テスト", "Shift-JIS" },
      { "s\0\n\0\xE9\0\n\0", "é", "UTF-16LE" }, { "\xFF\xFEs\0\n\0\xE9\0\n\0", "é" },
      { "\xFE\xFF\0s\0\n\0\xE9\0\n", "é" }, { "\xFF\xFE\0\0s\0\0\0\n\0\0\0\xE9\0\0\0\n\0\0\0", "é" },
      { "\u{FEFF}s\né\n", "é", "utf-8" },
    } do
      local t, message = blotter.csv(case[1], { encoding = case[3], text = true })
      assert.equal(case[2], t and t:value() or message)
    end
    assert.equal("é", assert(blotter.jsonl('{"s":"\xE9"}\n', { encoding = "latin1" })):value())
    assert.equal("é", assert(blotter.jsonl("\xFF\xFE" .. ('{"s":"\xE9"}\n'):gsub(".", "%0\0"))):value())
  end)

  it("keeps characters whole between pieces", function()
    local t = assert(blotter.csv("s\n" .. ("a한b\n"):rep(100000):gsub("한", "\xC7\xD1"), { encoding = "euc-kr" }))
    assert.equal(100000, t:where "s == 'a한b'":count())
  end)

  it("is refused when it is unknown or does not fit", function()
    assert.error_matches(function() blotter.csv("s\n1\n", { encoding = "klingon" }) end, "'klingon' is not known")
    assert.matches("byte 2 .\\x81. is no character of windows%-1252", read("s\n\x81\n", { encoding = "windows-1252" }))
    assert.matches("byte 3 ", read("s\na\xC7", { encoding = "euc-kr" }))
    assert.equal("string | s/a\u{FFFD}b/", read("s\na\x81b\n", { encoding = "windows-1252", utf8 = "replace" }))
    assert.matches("encoding = 'windows%-1252' reads western text", read("s\ncaf\xE9\n"))
  end)

  it("reads a flag that is a digit behind a number below a thousand", function()
    local options = { thousands = " ", flags = "n", decimal_mark = "," }
    local rows = blotter.csv("k;n\nA;1 123 1\nB;456 2\nC;98\u{A0}3\nD;456,5 12\nE;7 1)\nF;12 345\n", options)
    assert.equal('1123.0,"1"/456.0,"2"/98.0,"3"/456.5,"12"/7.0,1)/12345.0,/',
      (rows:select "n, n_flag":csv():gsub("^[^\n]*\n", ""):gsub("\n", "/")))
  end)
end)
