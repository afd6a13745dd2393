local blotter = require "blotter"
local charts = require "blotter.publish.charts"
local cjson = require "cjson"
local document = require "every_block"
local formats = require "blotter.publish.formats"
local titles = require "blotter.publish.titles"
local width = require "blotter.terminal.width"
local workbook_reader = require "workbook_reader"
local zip = require "blotter.publish.zip"

local function lines_of(text)
  local lines = {}
  for line in text:gmatch "(.-)\n" do lines[#lines + 1] = line end
  return lines
end

local function render(name, options)
  return assert(formats.render(document, name, options))
end

local function only(block)
  return { blocks = { block } }
end

describe("text", function()
  it("keeps to the width, whatever it is, and loses nothing", function()
    for _, most in ipairs { 40, 47, 60, 80, 200 } do
      local text = render("text", { width = most })
      for _, line in ipairs(lines_of(text)) do
        assert.is_true(width.of(line) <= most or line:find "https://" ~= nil, most .. ": " .. line)
      end
      local joined = text:gsub("%s+", "")
      for _, word in ipairs { "Operation", "Orion", "144", "153,725", "152,821–154,629", "≥10,001", "partial", "서울" } do
        assert.is_truthy(joined:find(word, 1, true), most .. ": " .. word)
      end
    end
  end)

  it("aligns numbers at the right edge and keeps sources behind them", function()
    local text = render("text", { width = 120 })
    local orion, seoul = text:match "Operation Orion( +144) %[3%]", text:match "서울( +153,725) %(152,821–154,629%)"
    assert.equal(width.of "Operation Orion" + width.of(orion), width.of "서울" + width.of(seoul))
  end)

  it("draws bars to scale: solid to the lower end, shaded to the upper, open with an arrow", function()
    local text = render("text", { width = 80 })
    local full = select(2, text:match("Korea[^\n]*"):gsub("█", ""))
    local japan = text:match "Japan[^\n]*"
    local solid, shade = select(2, japan:gsub("█", "")), select(2, japan:gsub("░", ""))
    assert.is_true(math.abs(solid - full / 4) <= 1)
    assert.is_true(math.abs(solid + shade - full / 2) <= 1)
    assert.is_truthy(text:match "Thailand[^\n]*→")
    assert.is_truthy(text:match "Elsewhere +–\n")
  end)

  it("survives charts of nothing, of zeros and below zero", function()
    for _, values in ipairs { {}, { 0, 0 }, { -1, 2 } } do
      local text = formats.render(only { kind = "chart", labels = { "a", "b" }, values = values }, "text")
      assert.is_truthy(text:find "^a ")
    end
  end)

  it("shows control characters instead of sending them to the terminal", function()
    local text = formats.render(only { kind = "text", text = "a\27[31mb" }, "text")
    assert.equal("a\\x1B[31mb\n", text)
  end)
end)

describe("a figure with words, a period and notes", function()
  local figure = { low = 30001, flags = { "partial" }, sources = { 1 }, words = "more than 30,000", period = "2003",
    notes = { "In part: only the north.", "Printed: 30 000+." } }
  local again = { low = 5, high = 5, sources = { 1 }, words = "5", notes = { "Printed: 30 000+." } }
  local doc = { blocks = { { kind = "table", columns = { { name = "n", type = "figure" } }, rows = { { figure },
    { again } } } } }

  it("shows the words in place of the bounds, and each note once, by its number", function()
    local text = formats.render(doc, "text", { width = 100 })
    assert.is_truthy(text:find("more than 30,000 · 2003, partial ¹ ² [1]", 1, true), text)
    assert.is_truthy(text:find("5 ² [1]", 1, true), text)
    assert.is_nil(text:find("30,001", 1, true))
    assert.equal(1, select(2, text:gsub("Printed: 30 000", "")))
    assert.is_truthy(formats.render(doc, "markdown"):find("\n² Printed: 30 000+.", 1, true))
  end)

  it("links the notes in HTML and keeps them as fields in JSON and CSV", function()
    local page = formats.render(doc, "html")
    local id = page:match '<a href="#(note[%w-]+)">2</a>'
    assert.is_truthy(page:find('<li id="' .. id .. '">Printed', 1, true))
    local cell = cjson.decode(formats.render(doc, "json")).blocks[1].rows[1][1]
    assert.same({ "more than 30,000", "2003", 2 }, { cell.words, cell.period, #cell.notes })
    assert.is_truthy(formats.render(doc, "csv"):find('"more than 30,000",2003,', 1, true))
  end)
end)

describe("markdown", function()
  it("writes tables whose every row has as many cells as the head", function()
    local bars
    for _, line in ipairs(lines_of(render "markdown")) do
      if line:find "^|" then
        local _, n = line:gsub("\\|", ""):gsub("|", "")
        bars = bars or n
        assert.equal(bars, n, line)
      else
        bars = nil
      end
    end
  end)

  it("escapes what would be read as markup", function()
    local text = render "markdown"
    assert.is_truthy(text:find("# Overview \\| of \\*everything\\*", 1, true))
    assert.is_truthy(text:find("a \\| b", 1, true))
    assert.is_truthy(text:find("two<br>lines", 1, true))
    assert.is_truthy(text:find("| --- | ---: | --- | ---: |", 1, true))
    assert.equal("\\- no list\n", formats.render(only { kind = "text", text = "- no list" }, "markdown"))
  end)
end)

describe("html", function()
  local VOID = { meta = true, rect = true, path = true, br = true, ["!DOCTYPE"] = true }

  it("closes what it opens, in order", function()
    local open = {}
    for slash, name, rest in render "html":gsub("<style>.-</style>", ""):gmatch "<(/?)([%w!]+)([^>]*)>" do
      if slash == "/" then
        assert.equal(open[#open], name)
        open[#open] = nil
      elseif not VOID[name] and rest:sub(-1) ~= "/" then
        open[#open + 1] = name
      end
    end
    assert.same({}, open)
  end)

  it("escapes text, makes links of web addresses only, and leads from a number to its source", function()
    local text = render "html"
    assert.is_truthy(text:find('<a href="#source-3">[3]</a>', 1, true))
    assert.is_truthy(text:find('<li id="source-3">', 1, true))
    assert.is_truthy(text:find('a | b, &quot;c&quot;', 1, true))
    local sources = { kind = "sources", items = { { number = 1, url = "javascript:alert(1)" } } }
    local odd = formats.render(only(sources), "html")
    assert.is_nil(odd:find "href")
    assert.is_nil(formats.render(only { kind = "text", text = "<b>" }, "html"):find "<b>")
  end)
end)

describe("json", function()
  it("keeps numbers, nulls and empty lists what they are", function()
    local text = render "json"
    local back = cjson.decode(text)
    local rows = back.blocks[3].rows
    assert.same({ low = 144, best = 144, high = 144, flags = {}, sources = { 3 } }, rows[1][2])
    assert.equal(0.25, rows[1][4])
    assert.equal(cjson.null, rows[2][3])
    assert.equal(cjson.null, rows[3][2].high)
    assert.equal(4, #back.blocks[5].series[1].values)
    assert.equal(cjson.null, back.blocks[5].series[1].values[4])
    assert.is_truthy(text:find('"flags":[]', 1, true))
    assert.is_truthy(text:find('"rows":[],"note":null', 1, true))
  end)

  it("is the same text every time, keys in their order", function()
    local head = '{"title":"Overview | of *everything*","params":{"subject":"orion","year":2025},"blocks":['
    assert.equal(head, render "json":sub(1, #head))
  end)

  it("writes floats that read back the same, and strings that stay valid", function()
    local values = { 0.1, 1e300, 5e-324, 1 / 3, 2 ^ 53, 1e15 }
    local back = cjson.decode(formats.render(only { kind = "chart", labels = { "a", "b", "c", "d", "e", "f" },
      values = values }, "json"))
    for i, value in ipairs(values) do assert.equal(value, back.blocks[1].series[1].values[i]) end
    local odd = cjson.decode(formats.render(only { kind = "text", text = 'a"\\\1\xff' }, "json"))
    assert.equal('a"\\\1\\xFF', odd.blocks[1].text)
  end)
end)

describe("csv", function()
  -- The quoted field that begins at `at` and the position behind it.
  local function read_quoted(text, at)
    local parts = {}
    while true do
      local piece, stop = text:match('^([^"]*)"()', at + 1)
      parts[#parts + 1] = piece
      if text:sub(stop, stop) ~= '"' then return table.concat(parts, '"'), stop end
      at = stop
    end
  end

  -- Reads by RFC 4180, independently of the writer.
  local function read(text)
    local rows, row, at = {}, {}, 1
    while at <= #text do
      local stop
      if text:sub(at, at) == '"' then
        row[#row + 1], stop = read_quoted(text, at)
      else
        row[#row + 1], stop = text:match("^([^,\n]*)()", at)
      end
      if text:sub(stop, stop) == "\n" then rows[#rows + 1], row = row, {} end
      at = stop + 1
    end
    return rows
  end

  local function only_table()
    return formats.render({ blocks = { document.blocks[3], document.blocks[8] } }, "csv")
  end

  it("is one header and one table, a figure with its parts beside it", function()
    local rows = read(only_table())
    assert.equal("subject arrests arrests_low arrests_high arrests_words arrests_period arrests_flags arrests_notes"
      .. " arrests_sources note share", table.concat(rows[1], " "))
    assert.same({ "Operation Orion", "144", "144", "144", "", "", "", "",
      "Agency, A title, 2013-03-31, https://example.org/a", 'a | b, "c"', "0.25" }, rows[2])
    assert.same({ "서울", "153725", "152821", "154629", "", "", "", "", "", "", "" }, rows[3])
    assert.same({ "open", "", "10001", "", "", "", "partial", "", "1; Press", "two\nlines", "-12345.5" }, rows[4])
  end)

  it("has the number that a source printed beside its bounds", function()
    local figure = { low = 2301, value = 2300, words = "more than 2,300" }
    local doc = only { kind = "table", columns = { { name = "n", type = "figure" } }, rows = { { figure } } }
    assert.is_truthy(formats.render(doc, "csv"):find('\n2300,2301,,"more than 2,300"', 1, true))
    assert.equal(2300, cjson.decode(formats.render(doc, "json")).blocks[1].rows[1][1].value)
  end)

  it("is refused for several tables, which make several files", function()
    local text, message = formats.render(document, "csv")
    assert.is_nil(text)
    assert.is_truthy(message:find("there are 3: write to a folder", 1, true), message)
    local names = {}
    for i, file in ipairs(formats.files(document, "csv")) do names[i] = file[1] end
    assert.same({ "1-arrests-by-subject.csv", "2-arrests.csv", "3-nothing.csv", "facts.csv", "sources.csv" }, names)
  end)

  it("comes back as it was", function()
    local rows = assert(blotter.csv(only_table(), { text = true }))
    local types = {}
    for i, column in ipairs(rows:collect():columns()) do types[i] = column.name .. " " .. column.type end
    assert.equal("subject string, arrests int64, arrests_low int64, arrests_high int64, arrests_words string, "
      .. "arrests_period string, arrests_flags string, arrests_notes string, arrests_sources string, note string, "
      .. "share float64", table.concat(types, ", "))
    assert.equal("two\nlines", rows:where "subject == 'open'":first().note)
  end)

  it("packs several files into an archive that another program reads", function()
    local path, files = os.tmpname(), { { "a.csv", "n\n1\n" }, { "b/ä.csv", ("x"):rep(10000) .. "\n" } }
    local file = assert(io.open(path, "wb"))
    file:write(zip.pack(files))
    file:close()
    local tested = io.popen("python3 -m zipfile -t " .. path .. " 2>&1")
    local said = tested:read "a"
    tested:close()
    os.remove(path)
    assert.is_truthy(said:find("Done testing", 1, true) or said:find("not found", 1, true), said)
  end)
end)

describe("hostile text", function()
  local NASTY = { '<script>alert("1")</script>', "=1+1", "@SUM(A1)", "-2+3", "a\0b", "a\27]0;title\7b",
    "a\u{202E}b", "\xFF", "\\input{/etc/passwd} $x^2$ %", "\\write18{true}", "~^_&#{}",
    "]]><!--", "| a | b", ("x"):rep(10000), "line\nbreak", "javascript:alert(1)",
    "", " ", "\u{FFFE}\u{FFFF}",
    "\u{E0041}\u{E0042}", "a\u{AD}\u{3164}", "e" .. ("\u{301}"):rep(300), ("\u{1F468}\u{200D}\u{1F469}"):rep(20),
    "History", "É", "é", "''", "Contents", "_x003D_1+1", "\xEF\xBC\x9D1+1", "&lt;b&gt;", "@cite {#id}",
    "\xED\xA0\x80", "\\\\", "\u{9B}31m", "a\rb\u{2028}c\u{2066}d\u{200F}" }

  local function document_of(text)
    local figure = { low = 1, high = 1, words = text, period = text, flags = { text }, notes = { text },
      sources = { 1 } }
    local doc = { title = text, blocks = { { kind = "heading", text = text }, { kind = "text", text = text },
      { kind = "table", title = text, note = text, columns = { { name = "a", title = text }, { name = "b",
        type = "figure" } }, rows = { { text, figure } } }, { kind = "facts", items = { { text, text } } },
      { kind = "notes", items = { text } },
      { kind = "sources", items = { { number = 1, publisher = text, title = text, url = text } } } } }
    for _, chart in ipairs(charts.kinds) do
      table.insert(doc.blocks, 3, { kind = "chart", chart = chart, title = text, unit = text, of = text, note = text,
        labels = { text, "b" }, series = { { name = text, values = { figure, 2 } } },
        spans = { { from = text, to = text }, { from = "2012" } }, edges = { { from = 1, to = 2, words = text } } })
    end
    return doc
  end

  -- What each format makes of a document, by a name for messages.
  local function texts_of(doc)
    local texts = {}
    for _, name in ipairs { "text", "markdown", "html", "svg", "json", "latex" } do
      texts[name] = assert(formats.render(doc, name, { width = 80 }))
    end
    for i, file in ipairs(formats.files(doc, "csv")) do texts["csv " .. i] = file[2] end
    return texts
  end

  it("does nothing in any format, and sends nothing to a terminal", function()
    for _, nasty in ipairs(NASTY) do
      local texts = texts_of(document_of(nasty))
      for name, text in pairs(texts) do
        assert.is_truthy(utf8.len(text), name)
        assert.is_nil(text:find "[\0-\8\11-\31\127]", name .. ": " .. nasty:sub(1, 30))
        for _, hidden in ipairs { "\u{202E}", "\u{9B}", "\u{2028}", "\u{2066}", "\u{200F}" } do
          assert.is_nil(text:find(hidden, 1, true), name)
        end
        for _, hidden in ipairs { "\u{FFFE}", "\u{E0041}", "\u{AD}", "\u{3164}" } do
          if name ~= "json" then assert.is_nil(text:find(hidden, 1, true), name) end
        end
        for line in name:find "^csv" and text:gmatch "[^\n]+" or function() end do
          assert.is_nil(line:find ',"?[=@]')
          assert.is_nil(line:find '^"?[=@]')
          assert.is_nil(line:find '[,"]\xEF\xBC\x9D')
          assert.is_nil(line:find ',"?%-2%+3')
        end
      end
      assert.is_nil(texts.html:find("<script", 1, true))
      assert.is_nil(texts.svg:find("<script", 1, true))
      assert.is_nil(texts.html:find('href="javascript', 1, true))
      assert.is_nil(texts.latex:find("\\input", 1, true))
      assert.is_nil(texts.latex:find("\\write", 1, true))
    end
  end)

  it("shows fractions as percents where a workbook is asked to", function()
    if not formats.get("xlsx").module() then return pending "libxlsxwriter is not there" end
    local path = os.tmpname() .. ".xlsx"
    assert(require("blotter").csv("k,s,n\na,0.125,0.5\n"):xlsx(path, { percent = "s" }))
    local pipe <close> = assert(io.popen(("unzip -p '%s' xl/styles.xml xl/worksheets/sheet2.xml"):format(path)))
    local text = pipe:read "a"
    os.remove(path)
    assert.is_truthy(text:find('formatCode="0.0%"', 1, true))
    assert.is_truthy(text:find '<c r="B2" s="%d"><v>0.125<')
    assert.is_truthy(text:find '<c r="C2"><v>0.5<')
  end)

  it("is text in a workbook, too", function()
    if not formats.get("xlsx").module() then return pending "libxlsxwriter is not there" end
    for _, nasty in ipairs(NASTY) do
      local path, taken = os.tmpname(), {}
      local file <close> = assert(io.open(path, "wb"))
      file:write((assert(formats.render(document_of(nasty), "xlsx"))))
      file:close()
      for _, line in ipairs(workbook_reader.lines(path)) do
        local name = line:match "^sheet '(.*)', %d rows stay$"
        if name then
          local shortened = name:gsub("[\xF0-\xF4]", "xx"):gsub("[\x80-\xBF]", "")
          assert.is_true(#shortened <= 31, name)
          assert.is_nil(taken[name:lower()], name)
          taken[name:lower()] = true
        end
      end
      os.remove(path)
    end
    local emojis = only { kind = "table", columns = { { name = "a" } }, rows = { { ("\u{1F600}"):rep(20000) } } }
    assert.is_nil((formats.render(emojis, "xlsx")))
  end)
end)

describe("a title in which nothing can be seen", function()
  local UNSEEN = { "", " \t\n", "\u{A0}\u{2003}\u{3000}", "\u{301}\u{20DD}", "\u{200B}\u{200D}\u{FEFF}\u{FE0F}",
    "\u{2800}", "\u{FFFE}\u{E0041}", "\1\27\127", "\u{85}\u{AD}\u{3164}" }

  local function document_of(text)
    local figure = { low = 7, high = 7, words = text, period = text, flags = { text }, notes = { text } }
    return { title = text, blocks = { { kind = "heading", text = text },
      { kind = "table", title = text, note = text, rows = { { "x", figure } },
        columns = { { name = "column_1" }, { name = text, title = text, type = "figure" } } },
      { kind = "heading", text = "Two" },
      { kind = "chart", title = text, unit = text, of = text, note = text, chart = "grouped", labels = { "a" },
        series = { { name = text, values = { 1 } }, { name = text, values = { 2 } } } } } }
  end

  it("is none: what needs a name gets one in every format", function()
    for _, text in ipairs(UNSEEN) do
      local doc = document_of(text)
      local page, made = formats.render(doc, "html"), cjson.decode(formats.render(doc, "json"))
      for _, tag in ipairs { "title", "h1", "h2", "th", "caption", "figcaption", "desc" } do
        assert.is_nil(page:find("<" .. tag .. "[^>]*>%s*</" .. tag), tag)
      end
      assert.is_nil(page:find '="%s*"')
      assert.same({ "Report", "Section 1", cjson.null, "column_2", "Column 2" }, { made.title, made.blocks[1].text,
        made.blocks[2].title, made.blocks[2].columns[2].name, made.blocks[2].columns[2].title })
      assert.same({ "Series 1", "Series 2" }, { made.blocks[4].series[1].name, made.blocks[4].series[2].name })
      assert.is_truthy(formats.render(doc, "text"):find "\nx +7\n")
      assert.equal("1-section-1.csv", formats.files(doc, "csv")[1][1])
      assert.equal(text, doc.blocks[1].text)
    end
  end)

  it("is not one of marks that can be seen", function()
    for _, text in ipairs { "-", "e\u{301}", "\u{1F468}\u{200D}\u{1F469}", "서", "\xFF", "\u{200B}." } do
      assert.equal(text, titles.seen(text))
    end
  end)
end)

describe("a workbook", function()
  -- What a program for worksheets reads `_x0041_` as.
  local function read(text)
    return (text:gsub("_x(%x%x%x%x)_", function(code) return utf8.char(tonumber(code, 16)) end))
  end

  it("keeps texts that look like codes of characters, in cells and in names of sheets", function()
    if not formats.get("xlsx").module() then return pending "libxlsxwriter is not there" end
    for _, text in ipairs { "_x0041_", "_x0041_x0042_x0043_", "__x000D___", "_x005F_x0041_", "_X0041_ _x00_",
      ("_x0041"):rep(9) .. "_" } do
      local path = os.tmpname()
      local file <close> = assert(io.open(path, "wb"))
      file:write((assert(formats.render(only { kind = "table", title = text, columns = { { name = "a" } },
        rows = { { text } } }, "xlsx"))))
      file:close()
      local lines = workbook_reader.lines(path)
      os.remove(path)
      assert.equal("A2 text " .. text, read(lines[#lines]))
      local name = lines[#lines - 2]:match "^sheet '(.*)', 1 rows stay$"
      assert.is_true(utf8.len(name) <= 31, name)
      name = read(name):gsub("…$", "")
      assert.equal(text:sub(1, #name), name)
    end
  end)

  it("refuses more than a worksheet holds, and says so when the library is not there", function()
    local xlsx = formats.get "xlsx"
    if not xlsx.module() then
      local text, message = formats.render(document, "xlsx")
      assert.is_nil(text)
      return assert.is_truthy(message:find("libxlsxwriter", 1, true))
    end
    local text, message = formats.render(only { kind = "table", columns = { { name = "a" } },
      rows = { { ("y"):rep(40000) } } }, "xlsx")
    assert.is_nil(text)
    assert.is_truthy(message:find("32,767", 1, true), message)
  end)
end)

describe("the registry", function()
  it("takes a user's own format by one call and replaces it by another", function()
    formats.register("shout", { render = function(doc) return doc.title:upper() end })
    assert.equal("OVERVIEW | OF *EVERYTHING*", render "shout")
    formats.register("shout", { render = function(_, options) return options.mark end })
    assert.equal("!", render("shout", { mark = "!" }))
    assert.has_error(function() formats.register("bad", {}) end)
  end)

  it("says what was meant when the name is unknown", function()
    local result, message = formats.render(document, "markdwon")
    assert.is_nil(result)
    assert.equal("unknown format 'markdwon': did you mean 'markdown'?", message)
  end)

  it("names the block that is wrong", function()
    local function refuse(block, pattern)
      local ok, message = pcall(formats.render, only(block), "text")
      assert.is_false(ok)
      assert.is_truthy(message:find(pattern, 1, true), message)
    end
    refuse({ kind = "tabel" }, "block 1: unknown kind 'tabel'")
    refuse({ kind = "heading" }, "block 1 (heading): text must be a string, not a nil")
    refuse({ kind = "table", columns = { { name = "a" } }, rows = { { print } } }, "block 1 (table), row 1, column 1")
  end)
end)
