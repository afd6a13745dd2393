-- Every report in every format: what the readers of a format need holds for all of them.

local cjson = require "cjson"
local formats = require "blotter.publish.formats"
local json_schema = require "json_schema"
local operations = require "blotter.ops"
local reports = require "blotter.publish.reports"

local function slurp(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

-- Parameters for the reports that need some.
local PARAMS = {
  profile = { subject = "operation-predator" }, area = { area = "KR" }, indicator = { indicator = "arrests" },
  agency = { subject = "ice" }, network = { subject = "hsi", depth = "2" },
  table = { from = "figures", by = "indicator", agg = "n = count()", order = "n desc", limit = "12", chart = "bar",
    title = "Statements", note = "All of them.", source = "This dataset | Another" },
}

describe("every report", function()
  local ops, documents, rule

  setup(function()
    ops = assert(operations.open "data")
    documents = {}
    for _, name in ipairs(reports.names()) do
      documents[name] = assert(reports.build(name, ops, PARAMS[name] or {}))
    end
    rule = cjson.decode(slurp "lua/blotter/publish/document.schema.json")
  end)

  it("is written in every format, or the format says why not", function()
    for name, document in pairs(documents) do
      for _, format in ipairs(formats.names()) do
        local text, message = formats.render(document, format, { width = 100 })
        if format == "csv" and not text then
          assert.is_truthy(message:find("write to a folder", 1, true), name .. ": " .. message)
          assert.is_true(#formats.files(document, "csv") > 1)
        elseif format == "svg" and not text then
          assert.is_truthy(message:find("no chart", 1, true), name .. ": " .. message)
        elseif format == "xlsx" and not text then
          assert.is_truthy(message:find("libxlsxwriter", 1, true), name .. ": " .. message)
        else
          assert.is_true(#assert(text, name .. " as " .. format) > 200, name .. " as " .. format)
        end
      end
    end
  end)

  it("fits the schema of the JSON format", function()
    for name, document in pairs(documents) do
      local problem = json_schema.problem(rule, cjson.decode(formats.render(document, "json")))
      assert.is_nil(problem, name .. ": " .. tostring(problem))
    end
    local wrong = cjson.decode(formats.render(documents.league, "json"))
    wrong.blocks[2].series[1].values[1].low = "1"
    assert.is_truthy(json_schema.problem(rule, wrong))
  end)

  it("prints the same text each time", function()
    for name, document in pairs(documents) do
      local again = assert(reports.build(name, assert(operations.open "data"), PARAMS[name] or {}))
      assert.equal(formats.render(document, "json"), formats.render(again, "json"), name)
    end
  end)

  it("says in plain English what a parameter should have been", function()
    for _, case in ipairs {
      { "agency", {}, "needs the parameter 'subject'" },
      { "agency", { subject = "icee" }, "unknown subject 'icee': did you mean 'ice'?" },
      { "indicator", { indicator = "arests" }, "did you mean 'arrests'?" },
      { "league", { limit = "0" }, "limit must be a whole number from 1, not '0'" },
      { "overview", { policy = "best" }, "unknown policy 'best'" },
      { "table", { from = "figures", chart = "pie" }, "unknown chart 'pie'" },
      { "table", { from = "figures", where = "n >" }, "n >" },
      { "area", { area = "Japan" }, nil }, { "network", { subject = "FBI" }, nil },
    } do
      local document, message = reports.build(case[1], ops, case[2])
      assert.equal(case[3] == nil, document ~= nil, tostring(message))
      if case[3] then assert.is_truthy(message:find(case[3], 1, true), message) end
    end
  end)
end)

describe("a report by fiscal year", function()
  it("computes each change with the bounds of both years, and none over a gap", function()
    local ops = assert(operations.open "data")
    local document = assert(reports.build("agency", ops, { subject = "ice" }))
    local rows = {}
    for _, block in ipairs(document.blocks) do
      for _, row in ipairs(block.kind == "table" and block.rows or {}) do rows[row[1]] = row end
    end
    assert.is_truthy(rows.FY2013[3].low)
    assert.same({ "computed" }, rows.FY2013[3].flags)
    assert.is_nil(rows.FY2013[3].high)
    assert.is_nil(rows.FY2019[3])
    -- The year before counts something else.
    assert.equal(4459, rows.FY2022[2].best)
    assert.is_nil(rows.FY2022[3])
    -- One day is no year.
    assert.is_nil(rows.FY2015)
  end)
end)
