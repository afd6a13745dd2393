-- Money: who gave how much to whom, for when, and what may be added.

local operations = require "blotter.ops"
local package_copy = require "package_copy"
local reports = require "blotter.publish.reports"

describe("funding", function()
  local function rows_of(document, title)
    for _, block in ipairs(document.blocks) do
      if block.kind == "table" and block.title == title then return block.rows, block.columns end
    end
    error("no table " .. title)
  end

  local function amount(fields)
    local own = { indicator = "funding", unit = "currency", currency = "EUR" }
    for name, value in pairs(fields) do own[name] = value end
    return own
  end

  it("names funder, recipient, time and age of the source of each amount, and what may be said twice", function()
    local rows = rows_of(reports.build("funding", assert(operations.open "data"), {}), "Amounts, by funder")
    local seen = {}
    for _, row in ipairs(rows) do
      assert.is_truthy(row[1] ~= "not said", row[2])
      seen[#seen + 1] = ("%s %s"):format(row[4], row[6] or "")
    end
    assert.equal(1, select(2, table.concat(seen, "\n"):gsub("perhaps the amount above again", "")))
    assert.equal(1, select(2, table.concat(seen, "\n"):gsub("No child%-protection programme", "")))
    assert.equal(2, select(2, table.concat(seen, "\n"):gsub("3 years", "")))
  end)

  it("names the European Commission as a funder, of which no amount is here", function()
    local found
    for _, row in ipairs(rows_of(reports.build("funding", assert(operations.open "data"), {}), "Links of funding")) do
      found = row[1] == "European Commission" and row or found
    end
    assert.equal("none", found[3])
  end)

  it("adds a funder's amounts of one currency and year, and never others", function()
    local year = { period_start = "2019-01-01", period_end = "2019-12-31", period_kind = "calendar" }
    local function dated(fields)
      for name, value in pairs(year) do fields[name] = value end
      return amount(fields)
    end
    local copy <close> = setmetatable({ package_copy.new { figures = {
      dated { value = 100, subject = "face-asia" }, dated { value = 30, subject = "interpol-financial-crime" },
      dated { value = 7, subject = "face-asia", currency = "USD" },
      amount { value = 500, subject = "face-asia" }, amount { value = 60, subject = "interpol-financial-crime" },
      dated { value = 40, subject = "end-violence-fund", currency = "GBP" },
      dated { value = 3, subject = "end-violence-fund", currency = "GBP" },
    } } }, { __close = function(own) own[1]:remove() end })
    local document = reports.build("funding", assert(operations.open(copy[1].path)), {})
    local by_key = {}
    for _, row in ipairs(rows_of(document, "Totals by funder, currency and period")) do
      by_key[row[2] .. " " .. row[3]] = row
    end
    assert.equal("EUR 130", by_key["EUR 2019"][4].words)
    assert.equal(7, by_key["USD 2019"][4].best)
    assert.is_nil(by_key["EUR not said"][4])
    assert.matches("for when they are is not said", by_key["EUR not said"][5], 1, true)
    assert.is_nil(by_key["GBP 2019"][4])
    assert.matches("one recipient", by_key["GBP 2019"][5], 1, true)
  end)
end)
