--- Messy files that are read by one line, whose options are found out: what is said is a line that reads the same.
local blotter = require "blotter"

local function described(rows)
  local types = {}
  for i, column in ipairs(rows:columns()) do types[i] = column.type end
  return table.concat(types, " ") .. " | " .. rows:csv():gsub("\n", "/")
end

--- The options of the line that was said.
local function options_in(hint)
  return assert(load("return " .. hint:match "(%b{})%)$", "=hint", "t", {}))()
end

-- Each as {text, what stands in the options, what is read}.
local FILES = {
  { "Report 7\n\nname,n\nA,5\nB,6\nC,7\n", "{skip = 2}", "string int64 | name,n/A,5/B,6/C,7/" },
  { "Report 7: arrests, all\nSource: us\n\nname,year,n\nA,2012,5\nB,2012,6\nC,2013,7\nTotal,,18\n\n* provisional\n",
    "{skip = 3, skip_tail = 3}", "string int64 int64 | name,year,n/A,2012,5/B,2012,6/C,2013,7/" },
  { "Tabelle 3;;;\n;;;\nLand;Jahr;Fälle;Anteil\nBayern;2012;1.234;12,5 %\nHessen;2012;-;0,4 %\nSaar;2013;17;3 %\n"
    .. "Insgesamt;;1.251;15,9 %\n© Amt 2014\n",
    '{skip = 2, skip_tail = 2, decimal_mark = ",", percent = true, nulls = "-"}',
    "string int64 int64 float64 | "
    .. "Land,Jahr,Fälle,Anteil/Bayern,2012,1234,0.125/Hessen,2012,,0.004/Saar,2013,17,0.03/" },
  { "D\xE9partement;Date;Co\xFBt\nAin;31/01/2012;1\xA0234,50 \x80\nH\xE9rault;01/02/2012;99,00 \x80\n"
    .. "Var;02/02/2012;7,25 \x80\n",
    '{encoding = "windows-1252", decimal_mark = ",", thousands = " ", currency = true}',
    "string date float64 | Département,Date,Coût/Ain,2012-01-31,1234.5/Hérault,2012-02-01,99.0/Var,2012-02-02,7.25/" },
  { 'Agency,Amount,Rate\nA,"$1,234.50",12.5%\nB,"($99.00)",3%\nC,N/A,N/A\nD,$7.25,1%\n',
    '{thousands = ",", percent = true, currency = true, nulls = "N/A"}',
    "string float64 float64 | Agency,Amount,Rate/A,1234.5,0.125/B,-99.0,0.03/C,,/D,7.25,0.01/" },
  { "geo;2012;2013\nKR;12 p;:\nJP;7;9 b\nUS;1 234;: c\nUK;5;8\nFR;6;10\n",
    '{thousands = " ", flags = "2012, 2013", nulls = ":"}',
    "string int64 string int64 string | geo,2012,2012_flag,2013,2013_flag/KR,12,p,,/JP,7,,9,b/US,1234,,,c/"
    .. "UK,5,,8,/FR,6,,10,/" },
  { "\u{FEFF}Cases by area and year\n,,Reports,,Arrests,\nCode,Area,2012,2013,2012,2013\n01,North,1,2,3,4\n"
    .. "02,South,5,6,7,8\n"
    .. "03,East,9,10,11,12\n", "{skip = 1, header = 2}",
    "string string int64 int64 int64 int64 | Code,Area,Reports_2012,Reports_2013,Arrests_2012,Arrests_2013/"
    .. "01,North,1,2,3,4/02,South,5,6,7,8/03,East,9,10,11,12/" },
  { "Land;Betrag;Anteil\n;in €;in %\nA;5;12\nB;6;13\nC;7;14\n", "{header = 2}",
    "string int64 int64 | Land,Betrag_in €,Anteil_in %/A,5,12/B,6,13/C,7,14/" },
  { "name;n;\nA;5;\nB;6;\nC;7;\n", "{}", "string int64 string | name,n,c3/A,5,/B,6,/C,7,/" },
  { "name;n\nA;5;\nB;6;\nC;7;\n", '{ragged = "cut"}', "string int64 | name,n/A,5/B,6/C,7/" },
  { "day,n\n31-Jan-2012,5\n01-Feb-2012,6\n02-Feb-2012,7\n", '{dates = "dd-mmm-yyyy"}',
    "date int64 | day,n/2012-01-31,5/2012-02-01,6/2012-02-02,7/" },
  { "day;n\n31.01.12;5\n01.02.12;6\n02.02.12;7\n", '{dates = "dd.mm.yy"}',
    "date int64 | day,n/2012-01-31,5/2012-02-01,6/2012-02-02,7/" },
  { "day;n\n01/02/2012;5,5\n02/02/2012;6,5\n03/02/2012;7,5\n", '{decimal_mark = ",", dates = "dd/mm/yyyy"}',
    "date float64 | day,n/2012-02-01,5.5/2012-02-02,6.5/2012-02-03,7.5/" },
  { "A,2012-01-31,5\nB,2012-02-01,6\nC,2012-02-02,7\n", "{header = false}",
    "string date int64 | c1,c2,c3/A,2012-01-31,5/B,2012-02-01,6/C,2012-02-02,7/" },
  { "name,n\nA,5\nB,6\n\n\nC,7\n,\n,\n", "{skip_tail = 2}", "string int64 | name,n/A,5/B,6/C,7/" },
  { "name\tn\nA\t5\nB\t6\nC\t7\nSumme\t18\n", "{skip_tail = 1}", "string int64 | name,n/A,5/B,6/C,7/" },
  { "code,area,n,m\n1,A,5,1\n2,B,6,2\n3,C,7,3\n,Everything,18,6\n", "{skip_tail = 1}",
    "int64 string int64 int64 | code,area,n,m/1,A,5,1/2,B,6,2/3,C,7,3/" },
  { "\xB1\xB9\xB0\xA1,n\n\xC7\xD1\xB1\xB9,5\n\xC0\xCF\xBA\xBB,6\n\xC1\xDF\xB1\xB9,7\n", '{encoding = "euc-kr"}',
    "string int64 | 국가,n/한국,5/일본,6/중국,7/" },
  { "sep=;\nTable 1\nname;n\nA;1,5\nB;6,5\nC;7,5\n", '{skip = 2, decimal_mark = ","}',
    "string float64 | name,n/A,1.5/B,6.5/C,7.5/" },
  { 'name,note,n\nA,"multi\nline, ""quoted""",5\nB,"x\ny",6\nC,z,7\n"Note: a\nlong one"\n', "{}", nil },
  { '"Account:";"DE12";\n"Period:";"2023";\n\n"Day";"Who";"Amount"\n"02.01.2023";"A";"-12,50"\n'
    .. '"03.01.2023";"B";"-1.050,00"\n'
    .. '"31.01.2023";"C";"3.210,99"\n', '{skip = 3, decimal_mark = ","}',
    "date string float64 | Day,Who,Amount/2023-01-02,A,-12.5/2023-01-03,B,-1050.0/2023-01-31,C,3210.99/" },
  { "name , n , m\nA , 5 , 1.5\nB , 6 , 2.5 \nC,7,3\n", "{trim = true}",
    "string int64 float64 | name,n,m/A,5,1.5/B,6,2.5/C,7,3.0/" },
  { "name,n\nA,5\nB,6\nname,n\nC,7\n"
    .. "", '{types = {n = "int64"}, on_error = "reject"}', "string int64 | name,n/A,5/B,6/C,7/" },
  { "name;n\nA;1'234.50 CHF\nB;99.00 CHF\nC;-5.25 CHF\n", "{thousands = \"'\", currency = true}",
    "string float64 | name,n/A,1234.5/B,99.0/C,-5.25/" },
  { "UF;n\nA;R$ 1.234,50\nB;R$ 99,00\nC;R$ 5,25\n", '{decimal_mark = ",", currency = true}',
    "string float64 | UF,n/A,1234.5/B,99.0/C,5.25/" },
  { 'Table 1\n\nname,year,n\nA,2012,"1,234 [r]"\nB,2012,[x]\nC,2013,99\nD,2014,5 *\n', '{skip = 2, thousands = ",", '
    .. 'flags = "n", nulls = "[x]"}',
    "string int64 int64 string | name,year,n,n_flag/A,2012,1234,[r]/B,2012,,/C,2013,99,/D,2014,5,*/" },
  { "name,n\nA,1\nB,1\nC,2\nD,4\n", "{}", "string int64 | name,n/A,1/B,1/C,2/D,4/" },
  { "name,1,2\nA,5,6\nB,7,8\nC,9,10\n", "{}", "string int64 int64 | name,1,2/A,5,6/B,7,8/C,9,10/" },
  { "body,year,n\nA,2012,5\nB,2012,6\nThe Office of the Chief of Police,,\n", "{}",
    "string int64 int64 | body,year,n/A,2012,5/B,2012,6/The Office of the Chief of Police,,/" },
  { "body,year,n\nA,2012,5\nB,2012,6\n,,\nAll of these are preliminary,,\n* As of May,,\n", "{skip_tail = 3}",
    "string int64 int64 | body,year,n/A,2012,5/B,2012,6/" },
  { "sex,year,n\nF,2012,5\nM,2012,6\nTotal,2012,11\nF,2013,7\nM,2013,9\nTotal,2013,16\n", "{}",
    "string int64 int64 | sex,year,n/F,2012,5/M,2012,6/Total,2012,11/F,2013,7/M,2013,9/Total,2013,16/" },
  { 'name,n\n"A","1"\n"B",""\n"C","3"\n', "{quoted_nulls = true}", "string int64 | name,n/A,1/B,/C,3/" },
  { "State,Pop\n,(2020)\nOhio,5\nUtah,6\nIowa,7\n", "{header = 2}",
    "string int64 | State,Pop_(2020)/Ohio,5/Utah,6/Iowa,7/" },
  { "id,name,e,m\ncode,area,Estimate,Margin\n1,A,5,2\n2,B,6,3\n3,C,7,4\n", "{header = 2}",
    "int64 string int64 int64 | id_code,name_area,e_Estimate,m_Margin/1,A,5,2/2,B,6,3/3,C,7,4/" },
  { "k|n\nA|+25.0%\nB|-25.0%\nC|0.0%\n", "{percent = true}", "string float64 | k,n/A,0.25/B,-0.25/C,0.0/" },
  { "name,from,to\nA,2012,2013\nB,2012\nC,2013\n", '{ragged = "fill"}',
    "string int64 int64 | name,from,to/A,2012,2013/B,2012,/C,2013,/" },
  { "from,link,to\n2010,leads,2011\n2011,has,2012\n2010,funds,2013\n2013,has,2011\n", "{}",
    "int64 string int64 | from,link,to/2010,leads,2011/2011,has,2012/2010,funds,2013/2013,has,2011/" },
  { "name;n\nA;1.234\nB;987\nC;12.000\n", '{thousands = "."}', "string int64 | name,n/A,1234/B,987/C,12000/" },
  { "name;n\nA;1.234\nB;9.870\nC;12.000\n", "{}", "string float64 | name,n/A,1.234/B,9.87/C,12.0/" },
  { "name;n\nA;1,234\nB;987\nC;12,000\n", "{}", "string string | name,n/A,\"1,234\"/B,\"987\"/C,\"12,000\"/" },
  { "name|n|m\nA|1,234|45.6%\nB|.|.\nC|99|1.2%\nD|5|3%\n", '{thousands = ",", percent = true, nulls = "."}',
    "string int64 float64 | name,n,m/A,1234,0.456/B,,/C,99,0.012/D,5,0.03/" },
  { 'name,n\nA,"12,5"\nB,"3,25"\nC,7\n', '{delimiter = ",", decimal_mark = ","}',
    "string float64 | name,n/A,12.5/B,3.25/C,7.0/" },
  { "name|n\nA|1'234\nB|12'345.5\nC|7\n", "{thousands = \"'\"}", "string float64 | name,n/A,1234.0/B,12345.5/C,7.0/" },
}

-- Columns alike get one treatment, spellings of no value are all found, and what is doubtful stays as it is: each as
-- {text, what stands in the options, what is read, a hint}.
local DOUBTFUL = {
  { 'k,a,b,c\nx,"1,007","1,009 e",3\ny,..,"2,500","4 p"\nz,"4,028","2,018 e",5\nw,"5,001 r","3,018",6\n',
    '{thousands = ",", flags = "a, b, c", nulls = ".."}',
    "k,a,a_flag,b,b_flag,c,c_flag/x,1007,,1009,e,3,/y,,,2500,,4,p/z,4028,,2018,e,5,/w,5001,r,3018,,6,/" },
  { "k,n\na,1\nb,NULL\nc,n/a\nd,4\ne,-\nf,null\ng,N/A\nNULL,#DIV/0!\ni,7\n",
    '{nulls = "NULL, n/a, -, null, N/A, #DIV/0!"}', "k,n/a,1/b,/c,/d,4/e,/f,/g,/,/i,7/" },
  { "k,n\na,1716²\nb,2\nc,3 *\nd,123 (1)\ne,7†\nf,8\n", '{flags = "n"}',
    "k,n,n_flag/a,1716,²/b,2,/c,3,*/d,123,(1)/e,7,†/f,8,/" },
  { "k,n\na,5\nb,(8)\nc,12\nd,7\n", nil, 'k,n/a,"5"/b,(8)/c,"12"/d,"7"/', "n: numbers in brackets such as '%(8%)'" },
  { "k,t\na,555 123\nb,555 124\nc,555 999\n", nil, "k,t/a,555 123/b,555 124/c,555 999/",
    "t: numbers that are read as texts" },
  { "k,n\na,1\nb,20\nc,5-\nd,40\ne,6-\nf,60\ng,7\n", nil, 'k,n/a,"1"/b,"20"/c,5-/d,"40"/e,6-/f,"60"/g,"7"/',
    '5 of 7 values are whole numbers %(row 3: \'5%-\'%); {nulls = "5%-, 6%-"}' },
  { "k,d\na,1/31/2023 2:05 PM\nb,2/1/2023 11:15 AM\nc,12/25/2023 12:00 AM\n", nil,
    "k,d/a,2023-01-31T14:05:00Z/b,2023-02-01T11:15:00Z/c,2023-12-25T00:00:00Z/" },
  { "k;d\na;14. März 2023\nb;1. Apr. 2023\nc;31. Dezember 2022\n", '{dates = "d. mmmm yyyy"}',
    "k,d/a,2023-03-14/b,2023-04-01/c,2022-12-31/" },
  { "d,n\nfévr. 2023,1\naoût 2023,2\njuil. 2023,3\n", '{dates = "mmmm yyyy"}',
    "d,n/2023-02-01,1/2023-08-01,2/2023-07-01,3/" },
  { "d,n\n2023-01,1\n2023-02,2\n2023-03,3\n", '{dates = "yyyy-mm"}', "d,n/2023-01-01,1/2023-02-01,2/2023-03-01,3/" },
  { "d,n\n2010-11,1\n2011-12,2\n2012-13,3\n", nil, "d,n/2010-11,1/2011-12,2/2012-13,3/" },
  { "a,b,n\n13/01/2023,01/02/2023,1\n05/01/2023,03/02/2023,2\n", '{dates = "dd/mm/yyyy"}',
    "a,b,n/2023-01-13,2023-02-01,1/2023-01-05,2023-02-03,2/" },
  { "d,n\n13/01/2023,1\n14/01/2023,2\n31/02/2023,4\n", '{dates = "dd/mm/yyyy"}',
    'd,n/"13/01/2023",1/"14/01/2023",2/31/02/2023,4/', "d: 1 value is no date that exists.*row 3: '31/02/2023'" },
  { "k,n\na,1\n,\nb,2\n,\nc,4\n", "{drop_blank = true}", "k,n/a,1/b,2/c,4/" },
  { "k,n\na,1\nNULL,NULL\nb,2\nc,4\n", '{nulls = "NULL"}', "k,n/a,1/,/b,2/c,4/" },
  { "k,a,b\nx,yes,Ja\ny,no,Nein\nz,yes,Ja\n", '{types = {a = "bool", b = "bool"}}',
    "k,a,b/x,true,true/y,false,false/z,true,true/" },
  { "k,n\nShell,30\nBP,12\nTotal Energies,7\n", nil, "k,n/Shell,30/BP,12/Total Energies,7/",
    "called 'Total Energies'" },
  { "k,n\nA,30\nB,12\nTotal Wales,42\n", "{skip_tail = 1}", "k,n/A,30/B,12/" },
  { "r,k,n\nA,x,1\nA,y,2\nA,소계,3\nB,x,4\nB,소계,4\n합계,,7\n", nil,
    "r,k,n/A,x,1/A,y,2/A,소계,3/B,x,4/B,소계,4/합계,,7/",
    "row 6 is called '합계'.*2 rows, the first of them row 3, are called '소계'" },
  { "k,d,a,b\nx,2023. 1. 5.,Ja,예\ny,2023. 12. 31.,Nej,아니오\nz,2023. 2. 1.,Ja,예\n",
    '{dates = "yyyy. m. d.", types = {a = "bool", b = "bool"}}',
    "k,d,a,b/x,2023-01-05,true,true/y,2023-12-31,false,false/z,2023-02-01,true,true/" },
  { "Table 1 A\nk,n\na,1\nb,2\nc,4\n\nTable 2 B\nk,m\na,5\nb,6\nc,7\n", "{skip = 1, skip_tail = 5}",
    "k,n/a,1/b,2/c,4/", "another table begins in line 7 %('Table 2 B'%): {skip = 7} reads it" },
  { "k,n\na,1\nb,2\nNote: break in series\nc,4\nd,4\n", '{on_error = "reject"}', "k,n/a,1/b,2/c,4/d,4/", "1 rejected" },
  { "k,p\n" .. ("a,12%\nb,7%\n"):rep(150) .. "c,0.5\n", "{percent = true}", "k,p/" .. ("a,0.12/b,0.07/"):rep(150)
    .. "c,0.5/", "no sign of percent, the first in row 301" },
  { "k,p\n" .. ("a,$12\n"):rep(250) .. "c,€5\n", "{currency = true}", "k,p/" .. ("a,12/"):rep(250) .. "c,5/",
    "several currencies %(%$, €%)" },
  { "r,n\nA,1\nB,2\nSubtotal N,3\nC,4\nSubtotal S,4\nTotal,7\n", nil,
    "r,n/A,1/B,2/Subtotal N,3/C,4/Subtotal S,4/Total,7/",
    "3 rows, the first of them row 3, are called 'Subtotal N', 'Subtotal S', 'Total'.*"
      .. "r ~= 'Subtotal S' and r ~= 'Total'" },
}

describe("a messy file that is read with guess = true", function()
  it("is read alike where it is alike, and left where it is doubtful", function()
    for _, case in ipairs(DOUBTFUL) do
      local rows, info = blotter.csv(case[1], { guess = true })
      assert(rows, info)
      assert.equal(case[2] and "guessed: t = blotter.csv(text, " .. case[2] .. ")",
        info.guessed and info.hints[1] or nil)
      assert.equal(case[3], (rows:csv():gsub("\n", "/")))
      assert.matches(case[4] or "", tostring(info))
    end
  end)

  it("is read as is said", function()
    for _, file in ipairs(FILES) do
      local rows, info = blotter.csv(file[1], { guess = true })
      if file[3] then
        assert(rows, info)
        local hint = info.hints[1] and info.hints[1]:match "^guessed: (.*)$" or "t = blotter.csv(text, {})"
        assert.equal(file[3], described(rows), file[1])
        assert.equal("t = blotter.csv(text, " .. file[2] .. ")", hint, file[1])
        local again, known = blotter.csv(file[1], options_in(hint))
        assert.equal(file[3], described(assert(again, known)))
      else
        assert.is_nil(rows)
      end
    end
  end)

  it("is read with what is given of columns, and all else is found out still", function()
    for _, case in ipairs {
      { 'k,n\nA,"1,234"\nB,"2,500"\nC,"3,100 e"\nD,12\n', { flags = "n" }, '{thousands = ",", flags = "n"}',
        "k,n,n_flag/A,1234,/B,2500,/C,3100,e/D,12,/" },
      { "k;a;b\nx;1.234 p;12,5 p\ny;2.500;13,5\nz;3.100 p;7,0\n", { flags = "a, b" },
        '{decimal_mark = ",", flags = "a, b"}', "k,a,a_flag,b,b_flag/x,1234,p,12.5,p/y,2500,,13.5,/z,3100,p,7.0,/" },
      { "k;n;p\na;1.234;1,5\nb;2.500;2,5\n", { types = { n = "float64" } },
        '{decimal_mark = ",", types = {n = "float64"}}', "k,n,p/a,1234.0,1.5/b,2500.0,2.5/" },
      { 'd,n\n31/01/2012,"1,234"\n01/02/2012,5\n', { types = "d date, n int64" }, '{thousands = ","}',
        "d,n/2012-01-31,1234/2012-02-01,5/" },
      { "k;n\nJos\xE9;1.234\nb;2.500\nc;k.A.\nd;2\ne;1\n", { types = "n int64" },
        '{encoding = "windows-1252", thousands = ".", nulls = "k.A.", types = {n = "int64"}}',
        "k,n/José,1234/b,2500/c,/d,2/e,1/" },
    } do
      case[2].guess = true
      local rows, info = blotter.csv(case[1], case[2])
      assert(rows, info)
      assert.equal("guessed: t = blotter.csv(text, " .. case[3] .. ")", info.hints[1])
      assert.equal(case[4], (rows:csv():gsub("\n", "/")))
    end
    local plainly = assert(blotter.csv('k,n\nA,"1,234"\nB,"2,500 e"\nC,3 100\nD,12\n', { flags = "n" }))
    assert.equal('k,n,n_flag/A,"1,234",/B,"2,500",e/C,3 100,/D,"12",/', (plainly:csv():gsub("\n", "/")))
    local _, info = blotter.csv("k;n\na;1.234\nb;2.500\n", { types = { n = "float64" }, guess = true })
    assert.matches("n: the point is read as that of a fraction", info.hints[1])
  end)

  it("says where the numbers of a column are of several units", function()
    for text, hint in pairs { ["who,amt\nA,$5.00\nB,€7.00\nC,$8.50\n"] = "amt: amounts in several currencies %(%$, €%)",
      ["who,amt\nA,5 EUR\nB,7 USD\n"] = "several currencies %(EUR, USD%)",
      ["k,p\na,12%\nb,0.5\nc,7.5%\n"] = "no sign of percent, the first in row 2 %('0.5'%)" } do
      local _, info = blotter.csv(text, { guess = true })
      assert.matches(hint, tostring(info))
    end
    local _, above = blotter.csv("Agency,n\nTotal,42\nA,30\nB,7\nC,5\n")
    assert.matches("row 1 is called 'Total': a sum counts totals with what they add up; t:where \"Agency ~= 'Total'\"",
      above.hints[1])
    _, above = blotter.csv("Agency,n\nAll of us,42\nA,30\nB,7\nC,5\n")
    assert.matches("first row is the sum", above.hints[1])
    local _, info = blotter.csv("k,p,a\na,12%,$5\nb,0,$6\nc,7.5%,$7\n", { guess = true })
    assert.equal(1, #info.hints)
  end)

  it("takes no letter that multiplies or measures for a flag", function()
    for _, cells in ipairs { "12 K;1 M;15;18", "$5 bn;$3;$2;$4", "€ 12 k;€ 30 m;€ 15;€ 7", "12 h;30 m;15;16",
      "48.5 N;33.9 S;12.5;3.5", "120.00 CR;150.00 DR;30.00;31.00", "1 200 L;3 400 Cr;5 600;7 800" } do
      local rows, info = blotter.csv("k;n\nA;" .. cells:gsub(";", "\nB;") .. "\n", { guess = true })
      assert.equal("string", rows:columns()[2].type, cells)
      assert.matches("n: letters behind numbers such as .* {flags = \"n\"}", table.concat(info.hints, "\n"))
    end
  end)

  -- Each as {text, what is told}.
  local TOLD = {
    { "Geo,n\nOntario,1235\nQuebec,2345\nBC,980\nCanada,4565\n", "row 4 %('Canada'%) is nearly the sum of all others" },
    { "Geo;n;m\nSE;91;45.4\nA;40.2;20.1\nB;30.3;10.2\nC;20.4;15.2\n", "row 1 %('SE'%) is nearly the sum" },
    { "İl;n\nToplam;91\nAdana;40\nBursa;50\n", "row 1 is called 'Toplam'" },
    { "k;n\nИТОГО;91\nА;40\nБ;50\n", "row 1 is called 'ИТОГО'" }, { "k;n\nΣύνολο;91\nA;40\nB;50\n", "'Σύνολο'" },
    { "k;n\nA;40\nI alt;91\nB;50\n", "row 2 is called 'I alt'" }, { "k;n\nOGÓŁEM;91\nA;40\nB;50\n", "'OGÓŁEM'" },
    { "Region;2019\nA;50\nB;20\nRegion;2020\nA;60\nB;30\n", "line 4 begins as the header does %('Region;2020'%)"
      .. ".*{skip = 3} reads it, {skip_tail = 3}" },
    { "Region;Cases\nA;50\nB;20\n\nRegion;Victims\nA;60\nB;30\n", "line 5 begins as the header does" },
    { "No;State;Cases\n1;2;3\n1;Kerala;60\n2;Goa;30\n", "row 1 numbers the columns" },
    { "Region;n\nA;50\nB;20\n\nLast updated;2021\n", "below an empty line %('Last updated;2021'%): {skip_tail = 1}" },
    { "Ain;50\nVar;20\nLot;3\n", "a column is called '50': a row of data taken as the header%?" },
    { "k;born\nA;31/12/61\nB;01/02/58\n", "born: 2 days are to come, the first in row 1 %(2061%-12%-31%)" },
  }

  it("tells of totals, headers and lines that stand among the rows", function()
    for _, case in ipairs(TOLD) do
      local _, info = blotter.csv(case[1], { guess = true })
      assert.matches(case[2], table.concat(info.hints, "\n"))
    end
    for _, text in ipairs { "Geo,n\nA,1235\nB,2345\nC,980\nD,4465\n", "k;n\nAllen;91\nA;40\nB;50\n",
      "k;d\nA;31/12/11\nB;01/02/12\n", "a;b;c\n1;2;4\n1;2;3\n", "k;n\nA;5\n\nB;6\n\nC;7\n" } do
      for _, hint in ipairs(select(2, blotter.csv(text, { guess = true })).hints) do
        assert.matches("^guessed:", hint)
      end
    end
  end)
end)
