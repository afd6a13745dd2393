-- What a record may leave out or bring along: indicators with their figures, periods of every form, months as dates of
-- publication, semicolons; and errors that lead.

local adding = require "blotter.ops.dataset.adding"
local operations = require "blotter.ops"
local package_copy = require "package_copy"

describe("a record", function()
  local copy, ops

  before_each(function()
    copy = package_copy.new()
    ops = assert(operations.open(copy.path))
  end)
  after_each(function() copy:remove() end)

  local function record(figures, source)
    source = source or {}
    source.id, source.title = source.id or "ice-2026-1", "An example"
    source.publisher = source.publisher or "ice"
    for i, figure in ipairs(figures) do
      figure.subject, figure.indicator = figure.subject or "operation-predator", figure.indicator or "arrests"
      figure.printed, figure.locator = figure.printed or "12", i
    end
    return {source = source, figures = figures}
  end

  local function add_one(figure, source)
    local report, message = ops:add(record({figure}, source), {dry_run = true})
    assert(report, message)
    return report.added.figures[1]
  end

  it("brings an indicator together with its figures", function()
    local whole = record {{indicator = "phones_seized", printed = "nearly 40"}}
    whole.indicators = {{id = "phones_seized", name = "Phones seized", unit = "devices", step = 1, kind = "flow",
      minimum = 0, definition = "Phones taken away."}}
    local report, message = ops:add(whole)
    assert(report, message)
    local figure = ops:figures({source = "ice-2026-1"})[1]
    assert.same({"devices", 40, 36, 39}, {figure.unit, figure.value, figure.low, figure.high})
  end)

  it("is refused by the mistake that leads, not by those that follow", function()
    local _, message, problems = ops:add(record {{indicator = "arests", printed = "nearly 40"}})
    assert.equal(1, #problems, message)
    assert.matches("'arests' is not in indicators", message, 1, true)
    _, message, problems = ops:add(record {{printed = "one in seven"}})
    assert.equal(1, #problems, message)
    assert.matches("'one in' makes something else of the number", message, 1, true)
    local without = record {{}, {}}
    without.source = nil
    _, message, problems = ops:add(without)
    assert.equal(1, #problems, message)
    assert.matches("expected the source of the figures", message, 1, true)
  end)

  it("states a value only where the print can stand for it", function()
    local _, message = ops:add(record {{printed = "1,100", value = 110}})
    assert.matches("110 is not what is printed, '1,100'", message, 1, true)
    local charges = "41 felony and three misdemeanor charges"
    _, message = ops:add(record {{printed = charges, value = 45, qualifier = "exact"}})
    assert.matches("45 is not what is printed", message or "taken", 1, true)
    _, message = ops:add(record {{printed = charges, value = 44, qualifier = "exact"}})
    assert.matches("44 is no number of its words", message or "taken", 1, true)
    assert.equal("44", tostring(add_one {printed = charges, value = 44, qualifier = "exact", stated = "number"}.value))
    local function youngest(value)
      return {indicator = "suspect_age_min", printed = "15 to 68", value = value, qualifier = "exact"}
    end
    _, message = ops:add(record {youngest(25)})
    assert.matches("25 is not what is printed", message or "taken", 1, true)
    assert.equal("15", tostring(add_one(youngest(15)).value))
    _, message = ops:add(record {{printed = "16.354", value = 163540, qualifier = "exact"}})
    assert.matches("163540 is not what is printed", message, 1, true)
    assert.equal(16354, add_one({printed = "16.354", value = 16354, qualifier = "exact"}).value)
    assert.equal(16354, add_one({printed = "16.354", number_format = "1.234,5"}).value)
    assert.equal(16354, add_one({printed = "16.354"}, {number_format = "1.234,5"}).value)
    assert.equal(16354, add_one({printed = "16.354"}, {language = "id"}).value)
    _, message = ops:add(record {{printed = "2.5", value = 2.5, qualifier = "exact"}})
    assert.matches("2.5 is a fraction of what is counted", message, 1, true)
  end)

  it("reads a range as one", function()
    local figure = add_one {printed = "20-30"}
    assert.same({"between", 20, 30}, {figure.qualifier, figure.low, figure.high})
    assert.is_nil(figure.value)
  end)

  it("has periods of every form", function()
    local forms = {
      {"2012", "2012-01-01", "2012-12-31", "year", "day"},
      {"2019/2021", "2019-01-01", "2021-12-31", "calendar", "year"},
      {"../2025-02", nil, "2025-02-28", "range", "month"},
      {"2003/..", "2003-01-01", nil, "since", "year"},
      {"since March 2003", "2003-03-01", nil, "since", "month"},
      {"2025-02/2025-03", "2025-02-01", "2025-03-31", "range", "month"},
      {"2025-02-03", "2025-02-03", "2025-02-03", "day", "day"},
      {"2025-Q1", "2025-01-01", "2025-03-31", "range", "quarter"},
      {"March 2025", "2025-03-01", "2025-03-31", "range", "month"},
      {"3 March 2025", "2025-03-03", "2025-03-03", "day", "day"},
      {"as of 2025-03-31", nil, "2025-03-31", "as_of", "day"},
      {"FY2013", "2012-10-01", "2013-09-30", "fiscal", "day"},
      {"FY2010/FY2013", "2009-10-01", "2013-09-30", "fiscal", "day"},
    }
    for _, form in ipairs(forms) do
      local figure = add_one {period = form[1]}
      assert.same({form[2] or "", form[3] or "", form[4], form[5]}, {figure.period_start or "", figure.period_end or "",
        figure.period_kind, figure.period_precision}, form[1])
    end
    for _, wrong in ipairs {"2025-13", "../..", "2012/2011", "FY2012-14", "last year", "2025-02-30"} do
      assert.is_nil((ops:add(record {{period = wrong}})), wrong)
    end
  end)

  -- The days of a period in a record of a publisher and a subject, or what is said against it.
  local function fiscal(publisher_area, official, subject_area, text)
    local whole = record({{subject = "some-agency", period = text}}, {publisher = "some-publisher"})
    whole.publishers = {{id = "some-publisher", name = "Some", area = publisher_area, type = "agency",
      official = official}}
    whole.subjects = {{id = "some-agency", type = "agency", name = "Some agency", area = subject_area}}
    local report, message = ops:add(whole, {dry_run = true})
    if not report then return message end
    local figure = report.added.figures[1]
    return figure.period_start .. " " .. figure.period_end
  end

  it("has the fiscal year of its publisher or its subject", function()
    assert.equal("2012-10-01 2013-09-30", fiscal("US", true, "US", "FY2013"))
    assert.equal("2012-04-01 2013-03-31", fiscal("GB", true, "GB", "FY2013"))
    assert.equal("2012-04-01 2013-03-31", fiscal("CA", true, "CA", "FY2012-13"))
    assert.equal("2012-07-01 2013-06-30", fiscal("AU", true, "AU", "FY2012-13"))
    assert.equal("2012-07-01 2013-06-30", fiscal("AU", true, nil, "FY2013"))
    assert.equal("2012-04-01 2013-03-31", fiscal("X-GB-YH", true, "X-GB-YH", "FY2013"))
    assert.equal("2013-04-01 2014-03-31", fiscal("JP", true, "JP", "FY2013"))
    assert.equal("2012-04-01 2013-03-31", fiscal("IN", true, "IN", "FY2012/13"))
    assert.equal("2013-04-01 2014-03-31", fiscal("US", false, "JP", "FY2013"))
    assert.equal("2013-04-01 2014-03-31", fiscal("US", false, "SG", "FY2013"))
    assert.equal("2013-01-01 2013-12-31", fiscal("US", false, "DE", "FY2013"))
    assert.equal("2013-01-01 2013-12-31", fiscal("PH", true, "US", "FY2013"))
    assert.equal("2012-10-01 2013-09-30", fiscal("US", false, nil, "FY2013"))
    assert.equal("2012-10-01 2013-09-30", fiscal("DE", false, "TH", "FY2013"))
    assert.equal("2012-04-01 2013-03-31", fiscal("US", false, "HK", "FY2012-13"))
  end)

  it("takes the fiscal year of no other country", function()
    local own_days = "which is not known here: expected its days"
    assert.matches("expected FY2012-13, FY2013-14, or days", fiscal("US", false, "HK", "FY2013"), 1, true)
    assert.matches("expected FY2012-13, FY2013-14, or days", fiscal("ZA", true, "US", "FY2013"), 1, true)
    assert.matches("a fiscal year of 'LK', " .. own_days, fiscal("US", false, "LK", "FY2013"), 1, true)
    assert.matches("a fiscal year of 'LK', " .. own_days, fiscal("LK", true, "US", "FY2012-13"), 1, true)
  end)

  it("holds no year before 1900", function()
    for _, year in ipairs {"0023", "1203", "0023-05", "1203/2023", "FY0023", "as of 0023", "../0023", "since 1203"} do
      local _, message = ops:add(record {{period = year}})
      assert.matches("is before 1900", message or "taken", 1, true)
    end
  end)

  it("takes the period of an operation where it is asked to", function()
    local figure = add_one {subject = "seoul-2014", period = "subject"}
    local subject = ops:row("subjects", "seoul-2014")
    assert.same({subject.date_start, subject.date_end}, {figure.period_start, figure.period_end})
  end)

  it("holds a kind of period against its days", function()
    local day = add_one {subject = "seoul-2014", period = "2012-03-04/2012-03-04"}
    assert.equal("day", day.period_kind)
    for _, wrong in ipairs {
      {"day", "2012-03"}, {"calendar", "2012-03-01/2012-04-30"}, {"calendar", "2012-07-01/2013-06-30"},
      {"year", "2012-03"}, {"fiscal", "2012-03-04"}, {"fiscal", "2012-03"}, {"fiscal", "2012-10-02/2013-10-01"},
    } do
      local _, message = ops:add(record({{period_kind = wrong[1], period = wrong[2]}}), {dry_run = true})
      assert.matches("period_kind", message or "taken", 1, true)
      assert.matches("expected the kind of these days", message, 1, true)
    end
    for _, right in ipairs {
      {"calendar", "2011/2012"}, {"fiscal", "2011-10-01/2012-09-30"}, {"fiscal", "2009-07-01/2012-06-30"},
      {"year", "2012"}, {"range", "2012"}, {"as_of", "2012-03-04"}, {"day", "2012-03-04"},
    } do
      local _, message = ops:add(record({{period_kind = right[1], period = right[2]}}), {dry_run = true})
      assert.is_nil(tostring(message):find("expected the kind", 1, true), message)
    end
  end)

  it("is published in a month, a quarter or a year", function()
    for text, wanted in pairs {["2026-02"] = "2026-02-01 month", ["2026"] = "2026-01-01 year",
      ["2026-Q2"] = "2026-04-01 quarter", ["June 2026"] = "2026-06-01 month", ["5 June 2026"] = "2026-06-05 day"} do
      local report = assert(ops:add(record({{}}, {date_published = text}), {dry_run = true}))
      local source = report.added.sources[1]
      assert.equal(wanted, source.date_published .. " " .. source.date_precision)
    end
    local _, message = ops:add(record({{}}, {date_published = "03/04/2026"}))
    assert.matches("'03/04/2026' is not a day of publication", message, 1, true)
  end)

  it("needs no ids: a source is numbered, and a part names its whole by its place", function()
    local whole = record({{printed = "41"}, {printed = "19", area = "DK", part_of = 1, split = "area"}},
      {date_published = "2026-05-01"})
    whole.source.id = nil
    local report, message = ops:add(whole, {dry_run = true})
    assert(report, message)
    assert.equal("ice-2026-1", report.added.sources[1].id)
    assert.equal("ice-2026-1.01", report.added.figures[2].part_of)
  end)

  local function import_text(name, text)
    local path = copy.path .. "/" .. name
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
    local report, message = ops:import(path, {dry_run = true})
    os.remove(path)
    return assert(report, message)
  end

  it("comes with semicolons or tabs between its fields, and a byte-order mark", function()
    local report = import_text("a.csv", "\239\187\191source.id;source.publisher;source.title;source.language;"
      .. "subject;indicator;printed;currency;locator\nice-2026-1;ice;\"Eins; zwei, drei\";de;operation-predator;"
      .. "arrests;1.234;;1\n"
      .. ";;;;operation-predator;funding;1,5 Mio.;EUR;2\n")
    assert.equal("Eins; zwei, drei", report.added.sources[1].title)
    assert.same({1234, 1500000}, {report.added.figures[1].value, report.added.figures[2].value})
  end)

  it("keeps what its curator states beside words that are not known, with a mark", function()
    local function add(figure) return ops:add(record({figure}, {language = "sw"}), {dry_run = true}) end
    local _, message = add {printed = "milioni 2"}
    assert.matches("'milioni' changes a number in 'it'", message, 1, true)
    local report = assert(add {printed = "laki 2", value = 200000, qualifier = "more than", multiplier = 100000})
    local figure = report.added.figures[1]
    assert.same({200000, 200001, "number"}, {figure.value, figure.low, figure.stated})
    figure = assert(add {printed = "laki 2", qualifier = "more than", multiplier = 100000}).added.figures[1]
    assert.same({200000, "number"}, {figure.value, figure.stated})
    _, message = add {printed = "laki 2", value = 2, qualifier = "exact", multiplier = 100000}
    assert.matches("100000 does not make 2 of 'laki 2'", message, 1, true)
    _, message = add {printed = "14", multiplier = 1000}
    assert.matches("1000 is not what is printed, '14'", message, 1, true)
    _, message = add {printed = "34", value = 43, qualifier = "exact"}
    assert.matches("43 is not what is printed, '34'; expected the printed number, or stated 'number'", message, 1, true)
    figure = add_one {printed = "34", qualifier = "more than"}
    assert.same({35, "qualifier"}, {figure.low, figure.stated})
    assert.is_nil(add_one({printed = "more than 34"}).stated)
    assert.is_nil((add {printed = "nearly 300", qualifier = "more than"}))
    assert.equal("number", add_one({printed = "34", value = 43, qualifier = "exact", stated = "number"}).stated)
  end)

  it("is of the past, and once", function()
    local _, message = ops:add(record({{}}, {date_published = "2999-01-01"}))
    assert.matches("2999-01-01 is after today", message, 1, true)
    _, message = ops:add(record({{period = "2025"}}, {date_published = "2022-05-01"}))
    assert.matches("is after its source was published", message, 1, true)
    local old = ops.package.tables.sources.rows
    for _, source in ipairs(old) do
      if source.url then
        local other = source.url:gsub("^https?://", "http://"):gsub("www%.", "") .. "#top"
        _, message = ops:add(record({{}}, {url = other, date_published = "2022-05-01"}))
        assert.matches("is that of " .. source.id .. ": the same document", message, 1, true)
        break
      end
    end
    local figure = add_one({period = "since 2020"}, {date_published = "2022-05-01"})
    assert.equal("2022-05-01", figure.period_end)
  end)

  it("says what a rounded number is rounded to, and what its words do not contradict", function()
    local function add(figure, language) return ops:add(record({figure}, {language = language}), {dry_run = true}) end
    local function ends(figure, language)
      local report, message = add(figure, language)
      assert(report, message)
      return {report.added.figures[1].low, report.added.figures[1].high}
    end
    local files, share = "files_seized", "victims_share"
    local function rounded(printed, value, indicator)
      return {indicator = indicator or files, printed = printed, value = value, qualifier = "rounded"}
    end
    assert.same({1450000, 1550000}, ends(rounded("1.5 ล้านไฟล์", 1500000), "th"))
    assert.same({250000, 350000}, ends(rounded("3 แสนไฟล์", 300000), "th"))
    assert.same({15450, 15550}, ends(rounded("15,5 tysiąca plików", 15500), "pl"))
    local half = rounded("пів мільйона", 500000)
    half.stated = "number"
    assert.same({450000, 550000}, ends(half, "uk"))
    assert.same({65, 75}, ends(rounded("七成", 70, share), "zh"))
    assert.same({69.5, 70.5}, ends(rounded("70 wobbles", 70, share), "en"))
    local _, message = add(rounded("300 wobbles", 300))
    assert.matches("'rounded' does not say to what 300 is rounded; expected 'round' or 'about'", message, 1, true)
    assert.is_nil((add(rounded("300", 300))))
    for _, printed in ipairs {"nearly 300", "nearly 300 wobbles", "fast 300"} do
      _, message = add({printed = printed, value = 300, qualifier = "exact"}, printed:find "fast" and "de" or "en")
      assert.matches("says 'nearly' and the record says 'exact'; expected one of them, or stated 'number'", message, 1,
        true)
    end
    assert.is_nil((add {printed = "more than 300", low = 100, high = 200, qualifier = "between"}))
    local stated = add_one {printed = "nearly 300", value = 300, qualifier = "exact", stated = "number"}
    assert.equal("number", stated.stated)
    local vague = {indicator = files, printed = "wobbles", qualifier = "millions of", stated = "number"}
    assert.same({2000000}, ends(vague, "en"))
    vague.value = 1000000
    _, message = add(vague)
    assert.matches("1,000,000 stands beside 'millions of', which prints no number; expected it to be empty", message, 1,
      true)
    _, message = add({printed = "nearly 0"})
    assert.matches("'nearly' of 0 leaves no whole number; expected value, a wider qualifier ('under')", message, 1,
      true)
    assert.same({13, 13}, ends({printed = "gut ein Dutzend"}, "de"))
    assert.same({2, 2}, ends {printed = "nearly 3"})
  end)

  it("does not know the future of a source that is known to the year or the month", function()
    local function add(period, precision, day)
      return ops:add(record({{period = period}}, {date_published = day or "2011-05-01", date_precision = precision}),
        {dry_run = true})
    end
    for _, precision in ipairs {"year", "quarter", "month", "day"} do
      for _, period in ipairs {"2022-11", "since 2022-07", "2022", "as of 2022", "as of 2022-03-01", "2009/2022",
        "since 2009/2022-03-31"} do
        local report, message = add(period, precision)
        assert.is_nil(report, period .. " " .. precision)
        assert.matches("is after its source was published", message, 1, true)
      end
      assert(add("2011", precision))
      assert(add("as of 2011", precision))
      assert(add("since 2009", precision))
    end
    assert(add("2011-11", "year"))
    assert.is_nil((add("2011-11", "month")))
    assert.is_nil((add("2022-11", nil, "2011")))
    local figure = add_one({period = "since 2009"}, {date_published = "2011-05-01", date_precision = "year"})
    assert.equal("2011-12-31", figure.period_end)
    figure = add_one({period = "as of 2018"}, {date_published = "2018-05-01"})
    assert.same({"year", "2018-12-31"}, {figure.period_precision, figure.period_end})
    assert.equal("month", add_one({period = "as of 2018-05"}, {date_published = "2018-06-01"}).period_precision)
    assert.equal("day", add_one({period = "as of 2018-05-02"}, {date_published = "2018-06-01"}).period_precision)
  end)

  it("of any other form is refused, never an error, also when it is asked about", function()
    local odd = {"", 0, 0 / 0, true, {}, {1}, "\255", "eine" .. ("und"):rep(200), ("9"):rep(400), "1 234", "½", "#1"}
    local fields = {"subject", "indicator", "printed", "value", "low", "period", "area", "part_of", "source", "locator",
      "number_format", "id"}
    for _, value in ipairs(odd) do
      for _, field in ipairs(fields) do
        local whole = record {{}}
        whole.figures[1][field] = value
        ops:questions(whole)
        adding.prepare(ops.package, whole)
      end
      for _, name in ipairs {"source", "figures", "publishers"} do
        local whole = record {{}}
        whole[name] = value
        ops:questions(whole)
        adding.prepare(ops.package, whole)
      end
    end
    local _, message = ops:add(record {{printed = {"12"}}})
    assert.matches("column 'printed': is a list or an object", message, 1, true)
  end)
end)
