-- Counts that are apart by what their categories say of a place or a recipient, and what a row tells of what it leaves
-- out: each with its number.

local operations = require "blotter.ops"
local package_copy = require "package_copy"

describe("a total of the dataset", function()
  local ops

  setup(function() ops = assert(operations.open "data") end)

  local function bests(result, name)
    local list = {}
    for i, row in ipairs(result.rows) do
      list[i] = ("%s %s"):format(row.unexplained and "unexplained" or row[name] or "-", row.best)
    end
    return list
  end

  it("counts what is outside the country beside what is in it", function()
    local row = ops:total("persons_in_custody", {subject = "operation-delego"}).total
    assert.same({52, {}}, {row.best, row.lacks})
    assert.equal(156600, ops:total("reports_referred", {subject = "cybertip-ca"}).total.low)
  end)

  it("takes a list of places with its unknown and its abroad for the whole", function()
    local result = ops:total("reports_received", {subject = "cybertip-ca", period = "2021/2022", by = "year"})
    assert.same({"2021 20792", "2022 18891"}, bests(result, "year"))
    assert.same({39683, nil}, {result.total.best, result.unexplained})
    assert.same({}, result.rows[1].lacks)
  end)

  it("has every recipient in a row of its own", function()
    local result = ops:total("reports_made_available", {subject = "ncmec-cybertipline", period = "2023",
      by = "category"})
    assert.same({"recipient-federal-police 2106300", "recipient-foreign-police 33504858", "recipient-icac-units 908762",
      "recipient-local-police 1978"}, bests(result, "category"))
  end)

  it("says what the rows of an area lack that is held without an area", function()
    local rows = ops:total("victims_safeguarded", {area = "AU", by = "subject"}).rows
    local lacks = {}
    for _, row in ipairs(rows) do lacks[row.subject or "-"] = table.concat(row.lacks, "; ") end
    assert.equal("without 53 (Feb 2020 to Mar 2021), whose figures name no area", lacks["operation-arkstone"])
    assert.matches("without 51 (1 Jan 2019 to 2 Mar 2022), whose figures name no area", lacks["operation-molto"], 1,
      true)
  end)

  it("says that rows of an area end before the total", function()
    local result = ops:total("charges_laid", {subject = "operation-molto", by = "area"})
    for i = 1, 5 do
      assert.same({"only 1 Jan 2019 to 23 Oct 2020, where the total counts 1 Jan 2019 to 2 Mar 2022"},
        result.rows[i].lacks)
      assert.same({"partial"}, result.rows[i].flags)
    end
  end)

  it("names the operations that are all that a year has", function()
    local rows = ops:total("victims_safeguarded", {area = "GB", by = "year"}).rows
    local lacks = {}
    for _, row in ipairs(rows) do lacks[tostring(row.year)] = row.lacks[1] end
    assert.equal("only Operation Tharsley", lacks["2012"])
    assert.equal("only Operation Notarise", lacks["2014"])
    assert.same({}, ops:total("victims_safeguarded", {subject = "operation-notarise", period = "2014"}).total.lacks)
  end)

  it("does not add children among suspects to suspects of all ages, and says so", function()
    local row = ops:total("suspects_identified", {area = "DE"}).total
    assert.same({12413, 13613}, {row.low, row.high})
    assert.matches("not Germany: [^;]*: 14,528 %(Under 18 years, 2021%) and 1 more, of some areas or categories only",
      table.concat(row.lacks, "; "))
    local children = ops:total("suspects_identified", {subject = "de-pks", by = "year"})
    assert.same({1373, 14528}, {children.rows[1].best, children.rows[2].best})
    assert.equal("they cover 24 of 48 months", children.total.refused)
  end)
end)

describe("two figures of one subject", function()
  local copy

  after_each(function() if copy then copy:remove() end end)

  local function total(figures, options)
    if copy then copy:remove() end
    for _, figure in ipairs(figures) do figure.subject = figure.subject or "operation-delego" end
    copy = package_copy.new {figures = figures}
    return assert(operations.open(copy.path)):total("arrests", options)
  end

  it("are apart where one is outside the country of the agency and the other inside, of any source", function()
    assert.equal(12, total({{value = 9, category = "overseas", source = "hstoday-2013-1"},
      {value = 3, area = "US-TX"}}).total.best)
    assert.equal(9, total({{value = 3, category = "overseas"}, {value = 9, area = "GB"}}).total.best)
    assert.equal(9, total({{value = 9, category = "abroad"}, {value = 3, category = "overseas"}}).total.best)
  end)

  it("are apart where one source lists a place and what has no known one", function()
    assert.equal(12, total({{value = 9, category = "area-unknown"}, {value = 3, area = "GB"}}).total.best)
    local other = total {{value = 3, category = "area-unknown", source = "hstoday-2013-1"}, {value = 9, area = "GB"}}
    assert.equal(9, other.total.best)
    assert.matches("perhaps without 3 (Area not known, of no stated period), which may overlap what is counted",
      table.concat(other.total.lacks, "; "), 1, true)
  end)

  it("may be one where the area is all of the subject's", function()
    local figures = {{value = 3, category = "abroad", subject = "icac"}, {value = 9, area = "US", subject = "icac"}}
    assert.equal(9, total(figures, {subject = "icac"}).total.best)
  end)

  it("are apart where their categories lie below one kind, and not where one is the other's", function()
    assert.equal(12, total({{value = 9, category = "recipient-icac-units-actionable"},
      {value = 3, category = "recipient-local-police"}}).total.best)
    assert.equal(9, total({{value = 3, category = "recipient-icac-units-actionable"},
      {value = 9, category = "recipient-icac-units"}}).total.best)
  end)

  it("stand in rows of their own kinds, which need not be added", function()
    local result = total({{value = 9, category = "person-registered"}, {value = 3, category = "person-work"}},
      {by = "category"})
    assert.same({9, 3}, {result.rows[1].best, result.rows[2].best})
    assert.equal(9, result.total.best)
    assert.equal(-3, result.unexplained.best)
  end)

  it("are not added up where one counts children only, and of one operation as well", function()
    local figures = {{value = 30, subject = "operation-susi"},
      {value = 4, age_band = "Y_LT18", subject = "operation-ketch"}}
    local row = total(figures).total
    assert.same({30,
      {"not Operation Ketch: 4 (Under 18 years, of no stated period), of some areas or categories only"}},
      {row.best, row.lacks})
    table.remove(figures, 1)
    assert.equal(4, total(figures).total.best)
  end)
end)
