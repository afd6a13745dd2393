-- Writes what the checks of the site look at into a folder: the site, reports in every format, and a document of
-- hostile texts in every format.
--
--   lua spec/site/make.lua FOLDER

local charts = require "blotter.publish.charts"
local formats = require "blotter.publish.formats"
local operations = require "blotter.ops"
local output = require "blotter.publish.output"
local reports = require "blotter.publish.reports"
local site = require "blotter.publish.site"

local folder = assert(arg[1], "a folder is needed")
local ops = assert(operations.open "data")

local REPORTS = {
  { "overview", {} }, { "profile", { subject = "operation-predator" } }, { "area", { area = "KR" } },
  { "indicator", { indicator = "victims_identified" } }, { "agency", { subject = "ice" } }, { "league", {} },
  { "breakdowns", {} }, { "discrepancies", {} }, { "sources", {} }, { "funding", {} }, { "tips", {} },
  { "ages", {} }, { "outcomes", {} },
  { "network", { subject = "hsi", depth = 2 } }, { "table", { from = "figures", by = "indicator, status",
    agg = "n = count(), mean = mean(value)", order = "n desc", chart = "dots", title = "Statements" } },
}

local NASTY = { '<script>alert("1")</script><img src=x onerror=alert(1)>', "=1+1", "@SUM(A1)", "a\0b",
  "a\27]0;title\7b", "a\u{202E}b", "\xFF", "]]><!--", ("x"):rep(10000), "\\input{/etc/passwd} $x^2$ % # & ~ ^ _",
  "\\end{document}", "서울 Ελλάδα Москва", "two\nlines", "javascript:alert(1)",
  "", "\u{FFFE}\u{E0041}", "e" .. ("\u{301}"):rep(100), ("\u{1F468}\u{200D}\u{1F469}"):rep(20), "History",
  "_x003D_1+1", "\xEF\xBC\x9D1+1", "&lt;b&gt; @cite {#id} ?` !` ,, <<", "\\\\\\",
  " \t\u{A0}\u{2003}\u{3000}", "\u{301}\u{20DD}", "\u{200B}\u{200D}\u{FEFF}\u{FE0F}", "\u{2800}", "\1\27", "\r\n",
  "_x005F_x0041_ _x000D_ _xD83D__x", "_x0041_x0042_x0043__X0044_", "\u{85}\u{2028}", "'=1", "\tx\t",
  "$\\x$ \\verb|a| ^^5c", "-", "a\rb", "\r", "a\u{2028}b\u{2029}c", "]]>", "-->", "<!--", "%0d%0aSet-Cookie: a=b",
  "+1+1", "-1+1", "=cmd|' /C calc'!A0", "\t=1+1", "\r=1+1", " =1+1", "`a` ```", "[a](javascript:alert(1))", "| a | b |",
  "\27]8;;https://example.org\27\\a\27]8;;\27\\", "\u{9B}31m", "\x9B31m", "\u{2066}a\u{2068}b\u{2069}", "\xED\xA0\x80a",
  "{{a}} ${b} %s%n <%= c %>", "</style></script></textarea></title>", "&#x202E;", "\u{FF1D}1+1", "'\t=1" }

local function hostile()
  local doc = { title = NASTY[1], blocks = {} }
  for _, text in ipairs(NASTY) do
    local figure = { low = 1, best = 2, words = text, period = text, flags = { text }, notes = { text },
      sources = { 1 } }
    for _, block in ipairs { { kind = "heading", text = text }, { kind = "text", text = text },
      { kind = "table", title = text, note = text, columns = { { name = text }, { name = "b", type = "figure" },
        { name = "c" } }, rows = { { text, figure, text }, { "b", 3, "c" } } },
      { kind = "facts", items = { { text, figure } } }, { kind = "notes", items = { text } } } do
      doc.blocks[#doc.blocks + 1] = block
    end
    for _, chart in ipairs(charts.kinds) do
      doc.blocks[#doc.blocks + 1] = { kind = "chart", chart = chart, title = text, unit = text, note = text,
        labels = { text, "b" }, series = { { name = text, values = { figure, 2 } } }, spans = { { from = text },
          { from = "2012" } }, edges = { { from = 1, to = 2, words = text } } }
    end
  end
  doc.blocks[#doc.blocks + 1] = { kind = "sources", items = { { number = 1, publisher = NASTY[1], title = NASTY[10],
    url = "javascript:alert(1)" } } }
  return doc
end

-- As much as a cell of a worksheet holds, and numbers that it holds as text or not at all.
local function limits()
  local rows = {}
  for i, value in ipairs { ("x"):rep(32767), ("\u{1F600}"):rep(16383) .. "x", ("_x0041_"):rep(2500), 2 ^ 53, -0.0,
    1e308, 5e-324, math.maxinteger, math.mininteger, 0.1, " x ", "1e5", "0012", "1/2", "2020-01-01", "TRUE" } do
    rows[i] = { i, value }
  end
  return { title = "Limits", blocks = { { kind = "table", columns = { { name = "n" }, { name = "value" } },
    rows = rows } } }
end

local function write(name, doc)
  for _, format in ipairs { "html", "svg", "latex", "xlsx", "json" } do
    local text, message = formats.render(doc, format)
    if text then
      assert(output.file(("%s/%s.%s"):format(folder, name, formats.get(format).extension), text))
    else
      print(name, format, message)
    end
  end
  assert(output.files(folder .. "/" .. name, assert(formats.files(doc, "csv"))))
end

assert(output.folder(folder))
local started = os.clock()
print(assert(site.write(ops, folder .. "/site")) .. " pages, " .. ("%.1f s"):format(os.clock() - started))
for _, report in ipairs(REPORTS) do write(report[1], assert(reports.build(report[1], ops, report[2]))) end
write("hostile", hostile())
write("limits", limits())
