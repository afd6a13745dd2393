-- What each format makes of a document with every block and every chart, held against spec/golden/formats, and of
-- reports, against spec/golden/reports: these are about a small package of real figures, spec/golden/package, so that
-- what is added to the dataset leaves them as they are. After a change that is meant, BLOTTER_GOLDEN=1 writes the files
-- anew; look at what changed before you commit them.

local charts = require "blotter.publish.charts"
local document = require "every_block"
local formats = require "blotter.publish.formats"
local operations = require "blotter.ops"
local reports = require "blotter.publish.reports"
local workbook_reader = require "workbook_reader"

local FOLDER = "spec/golden/"

--- The document of the specs, with a chart of each kind behind its own.
local function everything()
  local doc = { title = document.title, params = document.params, blocks = table.move(document.blocks, 1, 6, 1, {}) }
  local values = { { low = 30001, words = "more than 30,000", period = "since 2003", sources = { 3 } },
    { low = 9000, best = 10000, high = 11000, flags = { "partial" }, notes = { "In part: only the north." },
      hollow = true, sources = { 12 } }, 120, nil, { high = 400 } }
  for _, kind in ipairs(charts.kinds) do
    doc.blocks[#doc.blocks + 1] = { kind = "chart", chart = kind, title = "A chart: " .. kind, unit = "persons",
      of = "Year", note = "Not added up.", labels = { "2010", "2011", "2012", "2013", "2014" },
      at = { 2010, 2011, 2012, 2013, 2014 }, breaks = { 4 },
      series = { { name = "Arrests", values = values }, { name = "Victims", values = { 100, 20000, nil, 400, 5 } } },
      spans = { { from = "2003-07" }, { from = "2010-02-01", to = "2012-03-31" }, { from = "2013", to = "2013" }, {},
        { from = "2014-05", to = "2014-06" } },
      edges = { { from = 1, to = 2, words = "leads" }, { from = 2, to = 3, words = "has part" },
        { from = 1, to = 4, words = "funds" }, { from = 4, to = 2, words = "supports" } } }
  end
  return { title = doc.title, params = doc.params, blocks = table.move(document.blocks, 7, 8, #doc.blocks + 1,
    doc.blocks) }
end

local function slurp(path)
  local file <close> = io.open(path, "rb")
  return file and file:read "a"
end

local function compare(name, text)
  if os.getenv "BLOTTER_GOLDEN" then
    local file <close> = assert(io.open(FOLDER .. name, "wb"))
    file:write(text)
  end
  local golden = slurp(FOLDER .. name)
  assert.is_truthy(golden, FOLDER .. name .. " is missing")
  if golden == text then return end
  local at = 1
  while golden:byte(at) == text:byte(at) do at = at + 1 end
  error(("%s differs at byte %d:\n%s\n-- but now --\n%s"):format(name, at, golden:sub(math.max(1, at - 60), at + 60),
    text:sub(math.max(1, at - 60), at + 60)), 0)
end

--- What a workbook holds, a line for each cell.
local function cells_of(bytes)
  local path = os.tmpname()
  local file <close> = assert(io.open(path, "wb"))
  file:write(bytes)
  file:close()
  local lines = workbook_reader.lines(path)
  os.remove(path)
  return table.concat(lines, "\n") .. "\n"
end

--- Compares a document in every format; `name` begins the names of the files, tables as CSV are in a folder of it.
local function compare_formats(name, doc, tables)
  for _, format in ipairs { "text", "markdown", "html", "svg", "json", "latex" } do
    local text, message = formats.render(doc, format, { width = 90 })
    assert(text or message:find "no chart", message)
    -- The style of a page is that of formats/document.html.
    if text and name:find "^reports" then text = text:gsub("<style>.-</style>", "<style></style>") end
    if text then compare(name .. "." .. formats.get(format).extension, text) end
  end
  for _, file in ipairs(formats.files(doc, "csv")) do compare(tables .. file[1], file[2]) end
  if formats.get("xlsx").module() then
    compare(name .. "-xlsx.txt", cells_of(assert(formats.render(doc, "xlsx"))))
  end
end

local REPORTS = {
  { "profile", { subject = "operation-predator" } }, { "agency", { subject = "hsi" } },
  { "network", { subject = "hsi" } }, { "discrepancies", {} },
  { "table", { from = "figures", by = "indicator, status", agg = "n = count(), mean = mean(value)",
    order = "n desc, indicator, status", chart = "bar", title = "Statements", note = "All of them.",
    source = "This dataset" } },
}

describe("the golden files", function()
  it("are what each format makes of every block", function()
    compare_formats("formats/document", everything(), "formats/")
  end)

  it("are what each format makes of reports", function()
    local ops = assert(operations.open "spec/golden/package")
    for _, case in ipairs(REPORTS) do
      local name = "reports/" .. case[1]
      if os.getenv "BLOTTER_GOLDEN" then os.execute("mkdir -p " .. FOLDER .. name) end
      compare_formats(name .. "/report", assert(reports.build(case[1], ops, case[2])), name .. "/")
    end
  end)
end)
