-- Small inputs after public reports about other readers of CSV and JSON lines, and what they are read as here.
local blotter = require "blotter"

local function read(kind, text, options)
  local t, message = blotter[kind](text, options)
  if not t then return message end
  local types = {}
  for i, column in ipairs(t:columns()) do types[i] = column.type end
  return table.concat(types, " ") .. " | " .. t:csv():gsub("\n", "/")
end

-- Each as {report, text, what is read, options}.
local CSV = {
  { "duckdb#16760", 'x,"te\nst"\na,b\n', 'string string | x,"te/st"/a,b/' },
  { "duckdb#15970", '"id";"n"\n"1";"a;b"\n', "int64 string | id,n/1,a;b/" },
  { "duckdb#15576", "In 2025\nid;g\n1;x|y\n2;z\n", "2 fields where 1 is expected; skip passes over" },
  { "duckdb#14883", 'id,name\n1,x "y z\n', 'int64 string | id,name/1,"x ""y z"/' },
  { "duckdb#11403", 'col1\n"cell with\nnewline"\n', 'string | col1/"cell with/newline"/' },
  { "duckdb#19578", 'C;L;N\nC;"3.8;1.9";97100,7\n', 'string string string | C,L,N/C,3.8;1.9,"97100,7"/' },
  { "duckdb#14115", "a|b\n1|x, y\n2|z, w\n", 'int64 string | a,b/1,"x, y"/2,"z, w"/' },
  { "duckdb#24820", "s\n2021-08-06T13:18Z\n", "timestamp | s/2021-08-06T13:18:00Z/" },
  { "polars#8843", 'h\n"4] a"\n"5] b\n"7) c"\n', "string | h/4] a/", { on_error = "reject" } },
  { "polars#25462", '"a","b"\n"0","0"\n"1","2', "int64 int64 | a,b/0,0/", { on_error = "reject" } },
  { "polars#15854", '"n","d"\n"60",2021-10-11 20:02:47.000\n', "int64 timestamp | n,d/60,2021-10-11T20:02:47Z/" },
  { "pandas#34120", "t;\nTrue;\n", "'True' is no float64", { types = { t = "float64" } } },
  { "CSV.jl#269", "x\n9.831100000000000000e+04\n", "float64 | x/98311.0/" },
  { "pandas#59299", "b;c\n1,20;\n1.234,56;\n", "input:3: column 'b': '1.234,56' is no float64",
    { decimal_mark = ",", thousands = false, types = { b = "float64" } } },
  { "pandas#59299 again", "b;c\n1,20;\n1.234,56;\n", "float64 string | b,c/1.2,/1234.56,/", { decimal_mark = "," } },
  { "data.table#1079", 'L\ts\nM\tso "half" q\n', 'string string | L,s/M,"so ""half"" q"/' },
  { "data.table#2667", '"abc"\n"1,000"\n', 'string | abc/"1,000"/' },
  { "data.table#1764", 'a,b\n"x","\\"q\\", is"\n', 'string string | a,b/x,"""q"", is"/', { escape = "\\" } },
  { "csv-parser#56", "c,s,p\n,,foo\nbar,,x\n", "string string string | c,s,p/,,foo/bar,,x/" },
  { "qtcsv#29", 'a,b,c\n"x",,\n"",1,\n', 'string int64 string | a,b,c/x,,/"",1,/' },
  { "qsv#2613", "a,b,c\n1,2\n6\n", "int64 int64 string | a,b,c/1,2,/6,,/", { ragged = "fill" } },
  { "FastCSV#20", '"foo",""\n"a",""\n', 'string string | foo,c2/a,""/' },
  { "csvkit#1052", "id\tb\nx\t1.2\ny\tNULL\n", "string float64 | id,b/x,1.2/y,/", { nulls = { "NULL" } } },
  { "csvkit#935", "c,d\n03/02/2018,x\n", 'string string | c,d/"03/02/2018",x/' },
  { "csvkit#206", "p,n\n+4917,007\n", "string string | p,n/+4917,007/" },
  { "tableschema#210", "n\n1\ndog\n", 'string | n/"1"/dog/' },
  { "miller#161", '\u{FEFF}"a","b"\n"1","2"\n', "int64 int64 | a,b/1,2/" },
  { "miller#1272", '"Year", "Quantity"\n2015, 345\n', "int64 int64 | Year,Quantity/2015,345/", { trim = true } },
  { "ClickHouse#45768", "a,b\r\n1,\\N\r\n2,x\r\n", "int64 string | a,b/1,/2,x/", { nulls = { "\\N" } } },
}
local JSON = {
  { "ClickHouse#3297", '{"a" : "x","b":\t1}\n{"b" :2 , "a": "y"}\n', "string int64 | a,b/x,1/y,2/" },
  { "ClickHouse#8268", '{"c":"{\\"t\\":\\"\\\\\\"N\\\\\\"\\"}"}\n', 'string | c/"{""t"":""\\""N\\""""}"/' },
  { "csvkit#607", '{"id":"20160506175330-3168-01"}\n', "string | id/20160506175330-3168-01/" },
  { "ax#906", '{"a":"x\\ud83d"}\n', "string | a/x\u{FFFD}/" },
  { "birdclaw#61", '{"a":"x\u{2028}y"}\n', "string | a/x\u{2028}y/" },
  { "json_repair#227", '{"v":"\\ud83d\\ude00"}\n', "string | v/\u{1F600}/" },
  { "datasets#8241", '\u{FEFF}{"a":1}\n', "int64 | a/1/" },
  { "super#4537", '{"a":1}\n{"syntaxerror\n', "input:2: a text that is never closed" },
}

describe("an input that another reader mistook", function()
  for kind, cases in pairs { csv = CSV, jsonl = JSON } do
    for _, case in ipairs(cases) do
      it("is read right, or refused: " .. case[1], function()
        local got = read(kind, case[2], case[4])
        assert.is_truthy(got:find(case[3], 1, true), got)
      end)
    end
  end

  it("may show its form late", function()
    assert.equal('"x,y"', assert(blotter.csv("c,n\n" .. ("a,0\n"):rep(21000) .. '"x,y",1\n')):csv():match '"x,y"')
    assert.equal("string", assert(blotter.csv("v,w\n" .. ("1.5,\n"):rep(50000) .. "a,\n")):columns()[1].type)
    assert.equal("int64", assert(blotter.csv("v,w\n" .. ("1,\n"):rep(70000) .. "2,4500\n")):columns()[2].type)
    local rows = {}
    for i = 1, 5000 do rows[i] = i .. ',"ABCDE FGHIJ\nKLMNOP"\n' end
    local t = assert(blotter.csv("i,f\n" .. table.concat(rows), { chunk_bytes = 1000 }))
    assert.equal(12502500, t:agg "s = sum(i)":value())
  end)
end)
