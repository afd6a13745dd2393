-- Charts: what a drawing shows of bounds, in SVG and in text, and what every kind keeps to.

local charts = require "blotter.publish.charts"
local formats = require "blotter.publish.formats"
local scale = require "blotter.publish.charts.scale"
local width = require "blotter.terminal.width"

local FIGURES = { { low = 30001, words = "more than 30,000", sources = { 2 } },
  { low = 9000, best = 10000, high = 11000 },
  120, nil, { high = 40 } }

local function block_of(kind, more)
  local block = { kind = "chart", chart = kind, title = "Arrests", unit = "persons", labels = { "2010", "2011", "2012",
    "2013", "a very long name of an operation that no line of a phone holds" },
    series = { { name = "First", values = FIGURES }, { name = "Second", values = { 1, 2, 3, 4, 5 } } },
    spans = { { from = "2003" }, { from = "2010-02", to = "2012-03" }, { from = "2024-05-01", to = "2024-06-01" }, {} },
    edges = { { from = 1, to = 2, words = "leads" }, { from = 2, to = 3 }, { from = 3, to = 1, words = "has part" } } }
  for name, value in pairs(more or {}) do block[name] = value end
  return block
end

local function only(block)
  return { blocks = { block } }
end

describe("a network", function()
  it("says every link once, those that its tree leaves out in words", function()
    local block = block_of("network", { labels = { "A", "B", "C" }, edges = { { from = 1, to = 2, words = "leads" },
      { from = 1, to = 2, words = "hosts" }, { from = 1, to = 3, words = "funds" },
      { from = 2, to = 3, words = "asks" }, { from = 1, to = 2, words = "leads" } } })
    local drawing = charts.svg(block, charts.WIDE, "c")
    assert.is_truthy(drawing:find('<tspan class="soft">leads, hosts: </tspan>B</text>', 1, true))
    assert.is_truthy(drawing:find(">also asks: C</text>", 1, true))
    assert.is_truthy(formats.render(only(block), "text"):find("leads, hosts: B\n      also asks: C\n", 1, true))
  end)
end)

describe("a timeline", function()
  it("says the dates of a span that leaves no room beside it within it", function()
    local block = block_of("timeline", { labels = { "A", "B" }, series = false,
      spans = { { from = "2019-01-01", to = "2022-12-31" }, { from = "2020-01-01", to = "2020-03-31" } } })
    local drawing = charts.svg(block, charts.WIDE, "c")
    assert.is_truthy(drawing:find('class="on4">1 Jan 2019 to 31 Dec 2022</text>', 1, true))
  end)
end)

describe("what is said below a label", function()
  it("has the room for a period and three flags", function()
    local value = { low = 7, period = "2003 to 2023, 243 of 252 months", flags = { "computed", "doubtful", "partial" } }
    local drawing = charts.svg(block_of("bar", { labels = { "A long name of an operation or a programme" },
      values = { value }, series = false }), charts.WIDE, "c")
    assert.is_nil(drawing:find("…", 1, true))
    assert.is_truthy(drawing:find "partial</text>")
  end)
end)

describe("every chart", function()
  it("has a name, a description and a role, and draws inside its width", function()
    for _, kind in ipairs(charts.kinds) do
      for _, wide in ipairs { charts.WIDE, charts.NARROW } do
        local drawing = charts.svg(block_of(kind), wide, "c")
        assert.is_truthy(drawing:find('role="img" aria-labelledby="c-title" aria-describedby="c-desc"', 1, true))
        assert.is_truthy(drawing:find('<title id="c-title">Arrests</title>', 1, true))
        assert.is_truthy(drawing:find '<desc id="c%-desc">[^<]+</desc>')
        for x, length in drawing:gmatch '<rect x="([-%d.]+)" y="[-%d.]+" width="([%d.]+)"' do
          assert.is_true(tonumber(x) >= 0 and x + length <= wide + 0.2, kind .. ": " .. x .. " " .. length)
        end
        for x, classes in drawing:gmatch '<text x="([-%d.]+)"[^>]*class="([^"]*)"' do
          assert.is_true(tonumber(x) >= 0 and tonumber(x) <= wide + 0.2, kind .. ": " .. x .. " " .. classes)
        end
        assert.is_nil(drawing:find "nan", kind)
        assert.is_nil(drawing:find "inf[^o]", kind)
      end
    end
  end)

  it("is drawn in text within the width, and is a table in Markdown and LaTeX", function()
    for _, kind in ipairs(charts.kinds) do
      for _, most in ipairs { 40, 80, 120 } do
        for line in formats.render(only(block_of(kind)), "text", { width = most }):gmatch "(.-)\n" do
          assert.is_true(width.of(line) <= most, kind .. ": " .. line)
        end
      end
      assert.is_truthy(formats.render(only(block_of(kind)), "markdown"):find("| --- |", 1, true), kind)
      assert.is_truthy(formats.render(only(block_of(kind)), "latex"):find("\\toprule", 1, true), kind)
    end
  end)

  it("is drawn in parts that hold each row once, where it has many", function()
    local labels, values = {}, {}
    for i = 1, 61 do labels[i], values[i] = "row " .. i .. ".", i end
    for _, kind in ipairs { "bar", "dots", "stacked", "timeline" } do
      local block = block_of(kind, { labels = labels, values = values, series = false })
      local parts, seen = charts.parts(block), 0
      local axis = "soft middle"
      assert.is_true(#parts > 1, kind)
      for i, part in ipairs(parts) do
        local drawing = charts.svg(block, charts.WIDE, "c", { part = part })
        local title = ("<title id=\"c-title\">Arrests (part %d of %d)</title>"):format(i, #parts)
        assert.is_truthy(drawing:find(title, 1, true))
        assert.equal(i == #parts, drawing:find(axis, 1, true) ~= nil, kind .. ": the axis is named below the last")
        assert.equal(i == 1 and kind ~= "timeline", drawing:find(">persons<", 1, true) ~= nil, kind)
        for row in drawing:gmatch ">row (%d+)%.</text>" do
          seen = seen + 1
          assert.equal(seen, tonumber(row), kind)
        end
      end
      assert.equal(61, seen, kind)
    end
    assert.equal(1, #charts.parts(block_of "bar"))
  end)

  it("survives nothing, one label, zeros and numbers below zero", function()
    for _, kind in ipairs(charts.kinds) do
      for _, values in ipairs { {}, { 0 }, { -5 }, { 1e300 }, { 1e-300 }, { 0 / 0 } } do
        local block = block_of(kind, { labels = { "a" }, series = { { name = "s", values = values } }, edges = {} })
        for _, name in ipairs { "text", "svg", "html", "json" } do
          local text = assert(formats.render(only(block), name, { width = 60 }))
          assert.is_falsy(name == "svg" and text:find '="[-]?nan', kind)
        end
        block.labels = {}
        assert.is_truthy(formats.render(only(block), "svg"), kind)
        assert.is_truthy(formats.render(only(block), "text"), kind)
      end
    end
  end)
end)

describe("bounds in a drawing", function()
  it("are a full bar to the lower end, a pale one to the upper, and an arrow where that is open", function()
    local drawing = charts.svg(block_of("bar", { series = false, values = FIGURES, labels = { "a", "b" } }), 720, "c")
    local full, pale = {}, {}
    for length, class in drawing:gmatch 'width="([%d.]+)" height="14" class="(%a+) s1"' do
      local list = class == "mark" and full or pale
      list[#list + 1] = tonumber(length)
    end
    assert.equal(2, #full)
    assert.equal(1, #pale)
    assert.is_true(math.abs(full[2] / full[1] - 9000 / 30001) < 0.01)
    assert.is_true(math.abs(pale[1] / full[1] - 2000 / 30001) < 0.01)
    assert.equal(1, select(2, drawing:gsub('<path d="[^"]*z" class="pale s1"', "")))
    assert.is_truthy(drawing:find(">more than 30,000<", 1, true))
  end)

  it("are a band, which ends where a value is unknown", function()
    local values = { { low = 1, high = 3 }, { low = 2, high = 4 }, nil, { low = 3, high = 5 }, { low = 4, high = 9 } }
    local drawing = charts.svg(block_of("line", { series = false, values = values }), 720, "c")
    assert.equal(2, select(2, drawing:gsub('class="band s1"', "")))
    assert.equal(2, select(2, drawing:gsub('class="bare s1"', "")))
  end)

  it("say in the legend what colour is what, when there are several series", function()
    for _, kind in ipairs { "grouped", "stacked", "line", "dots" } do
      local drawing = charts.svg(block_of(kind), 720, "c")
      assert.is_truthy(drawing:find(">First<", 1, true), kind)
      assert.is_truthy(drawing:find(">Second<", 1, true), kind)
    end
  end)
end)

describe("a scale", function()
  it("has round marks from zero to beyond the largest value", function()
    for _, high in ipairs { 1, 7, 43, 99, 100, 101, 35202, 1e6, 2.5e9, 0.03 } do
      local place, marks, from, to = scale.linear(0, high, 100, 5)
      assert.equal(0, from)
      assert.is_true(to >= high)
      assert.is_true(#marks >= 2 and #marks <= 7, high)
      assert.is_true(math.abs(place(to) - 100) < 1e-9)
    end
  end)

  it("places days, months and years, the end of what is named at its end", function()
    assert.same({ 2013, 2014, 2013 + 2 / 12, 2013 + 3 / 12 }, { scale.year "2013", scale.year("2013", true),
      scale.year "2013-03", scale.year("2013-03", true) })
    assert.is_nil(scale.year "soon")
  end)
end)
