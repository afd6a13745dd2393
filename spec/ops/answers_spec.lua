--- Answers of the dataset take the verbs of tables, and names stand for ids.
local blotter = require "blotter"

describe("an answer of the dataset", function()
  local ops = assert(blotter.operations())

  it("takes verbs", function()
    local figures = ops:figures { indicator = "arrests" }
    local ranked = figures:where "value ~= nil":order "value desc":select "id, subject, value":limit(3)
    assert.equal(3, #ranked)
    assert.equal(#figures, figures:agg "n = count()":value())
    assert.is_truthy(figures:limit(1):csv():find "^id,subject,")
    assert.is_nil(figures.nothing)
    local total = ops:total("arrests", { by = "year" })
    assert.equal(#total.rows, total:agg "n = count()":value())
    assert.equal(total.total.low, ops:total("arrests"):values("low")[1])
    local findings = ops:reconcile()
    assert.equal(#findings, findings:by "check":agg "n = count()":agg "n = sum(n)":value())
    local links = ops:network "icse"
    assert.equal(#links, links:select "from_name, to_name":agg "n = count()":value())
  end)

  it("takes every verb that a table has", function()
    local figures = ops:figures { indicator = "arrests" }
    assert.equal(#figures, figures:count())
    assert.equal(figures[1].id, figures:first().id)
    assert.equal(#figures, #figures:collect())
    assert.is_truthy(ops:total("arrests", { by = "area" }):markdown():find("| area |", 1, true))
    assert.is_truthy(ops:reconcile():html():find("<table", 1, true))
    local path = os.tmpname() .. ".xlsx"
    assert(figures:xlsx(path))
    assert.equal("PK", io.open(path, "rb"):read(2))
    os.remove(path)
    os.remove((path:gsub("%.xlsx$", "")))
    local ids = blotter.table { { name = "id", type = "string" } }
    ids:append(figures[1].id)
    assert.equal(1, #ids:semi_join(figures, "id"):collect())
  end)

  it("draws what stands on its axis, and names the rest below the chart", function()
    for by, axis in pairs { year = "year", fiscal_year = "fiscal_year", area = "area", ["subject, year"] = "year" } do
      local chart = ops:total("arrests", { by = by }):plot { x = axis, y = "low" }
      assert.is_nil(chart:find("null", 1, true), chart)
      assert.is_truthy(chart:find("\nnot drawn: .*unexplained: ") or chart:find("\nnot drawn: .*not added: "), chart)
    end
    assert.is_truthy(ops:total("arrests", { by = "year" }):plot({ x = "period", y = "low" }):find("\nFY%d+ +"))
    assert.is_nil(ops:total("arrests"):plot({ x = "figures", y = "low" }):find "not drawn")
  end)

  it("has the figures of a total as figures", function()
    local total = ops:total("arrests", { subject = "operation-predator" })
    local used, left = total.used[1], total.left_out[1]
    assert.equal(used.figure.source_row, used.source_row)
    assert.same(ops:words(used.figure), ops:words(used))
    assert.is_truthy(tostring(used):find(used.figure.id, 1, true))
    assert.is_truthy(tostring(left):find("left out: " .. left.reason, 1, true))
    assert.is_truthy(tostring(total.left_out):find(left.figure.id .. ": ", 1, true))
    assert.equal(#total.left_out, total.left_out:by "reason":agg "n = count()":agg "n = sum(n)":value())
    assert.equal(used.figure.id, total.used:values("id")[1])
  end)

  it("says how the rest of a long list is seen", function()
    local total = tostring(ops:total("arrests", { by = "year" }))
    assert.is_truthy(total:find("… (%d+) rows in all; :show%(%1%) prints them"))
    assert.is_truthy(tostring(ops:figures {}):find("… (%d+) figures in all; :show%(%1%) prints them"))
  end)

  it("that is empty for an agency names what it leads", function()
    for _, answer in ipairs { ops:total("arrests", { subject = "FBI" }),
      ops:figures { subject = "FBI", indicator = "arrests" } } do
      assert.matches("what it leads, or what is grouped under it, has: .*operation%-pacifier.*ops:network \"fbi\"",
        tostring(answer))
    end
    assert.is_nil(tostring(ops:total("funding", { subject = "FBI" })):find "what it leads")
    assert.is_nil(tostring(ops:total("arrests", { subject = "operation-predator" })):find "what it leads")
  end)

  it("is cited by its sources, each once", function()
    local figures = ops:figures { source = "ice-2019-1" }
    assert.has_error(function() ops:cite(nil) end)
    local line = ops:cite "ice-2019-1"
    assert.is_truthy(line:find("6 Dec 2019", 1, true))
    for _, asked in ipairs { figures, ops:row("sources", "ice-2019-1") } do assert.equal(line, ops:cite(asked)) end
    assert.equal(line, figures:cite())
    for _, asked in ipairs { figures[1], figures[1].id, figures:first() } do
      assert.equal(figures[1]:cite(), ops:cite(asked))
    end
    assert.equal(line, figures[1]:cite():sub(1, #line))
    local narsil = ops:figures { subject = "Narsil", indicator = "arrests" }[1]
    assert.matches("isbuzz%-nd%-1%.02: 6 arrests, line 3 of the text; it repeats INTERPOL", ops:cite(narsil))
    local newest = ops:figures { publisher = "IWF" }:order "published desc":head(2)
    assert.equal("iwf-2025-2", newest:row(1).source)
    assert.is_true(newest:row(1).published >= newest:row(2).published)
    local total = ops:total("arrests", { area = "Korea" })
    assert.equal(ops:cite(total), total:cite())
    assert.equal(ops:cite(total), total.used:cite())
    assert.is_truthy(ops:cite():find("CC0-1.0", 1, true))
  end)

  it("is a report that prints, and is written by each format", function()
    local report = ops:report("agency", { subject = "ICE" })
    assert.is_truthy(tostring(report):find("U.S. Immigration and Customs Enforcement", 1, true))
    assert.is_truthy(report:markdown():find("\n## Sources\n", 1, true))
    local path = os.tmpname()
    assert(report:html(path))
    assert.is_truthy(io.open(path, "rb"):read "a":find("<table", 1, true))
    os.remove(path)
    assert.equal(tostring(ops:report "overview"), tostring(ops:report()))
    assert.equal(1, ops:reports():where("name == 'overview'"):count())
  end)

  it("is the same for a row and its id", function()
    for _, figure in ipairs(ops:figures { source = "ice-2019-1" }) do
      assert.same(ops:words(figure), ops:words(figure.id))
      assert.equal(ops:label(figure), ops:label(figure.id))
      assert.equal(#ops:breakdowns(figure), #ops:breakdowns(figure.id))
    end
    assert.equal("6 Dec 2019", ops:published "ice-2019-1")
    assert.equal("6 Dec 2019", ops:published(ops:row("sources", "ice-2019-1")))
  end)

  it("gives the findings of a name that findings bear", function()
    local count = 0
    for _, name in ipairs { "across", "within", "sums", "subsets", "changes", "percentages" } do
      for _, finding in ipairs(ops:reconcile { check = name }) do
        assert.equal(name, finding.check)
        count = count + 1
      end
    end
    assert.is_true(count > 0)
    for _, row in ipairs(ops:reconcile():distinct("check"):totable()) do
      assert.is_true(#ops:reconcile { check = row.check } > 0, row.check)
    end
  end)

  it("is the same for an id, a name and an acronym", function()
    local row
    for _, subject in ipairs(ops.subjects) do
      if subject.id == "icse" then row = subject end
    end
    assert.equal(tostring(ops:network "icse"), tostring(ops:network(row.name)))
    assert.equal(tostring(ops:network "icse"), tostring(ops:network "ICSE"))
    assert.equal(#ops:figures { subject = "icse" }, #ops:figures { subject = row.name:lower() })
    local by_id = ops:total("arrests", { subject = "icse" })
    assert.equal(tostring(by_id), tostring(ops:total("arrests", { subject = "ICSE" })))
    local ok, message = pcall(ops.network, ops, "nobody at all")
    assert.is_false(ok)
    assert.is_truthy(message:find("unknown subject 'nobody at all'", 1, true))
  end)

  it("takes an indicator by its name, and countries by those that people use", function()
    local by_id = ops:total("victims_identified", { area = "KR" })
    for _, name in ipairs { "Victims identified", "victims IDENTIFIED", "VICTIMS_IDENTIFIED" } do
      assert.equal(tostring(by_id), tostring(ops:total(name, { area = "South Korea" })))
    end
    assert.equal(#ops:figures { area = "GB" }, #ops:figures { area = "UK" })
    assert.error_matches(function() ops:total "rescued" end, "'rescued': did you mean 'victims_safeguarded")
    assert.is_true(#ops:find "rescued" > 0)
  end)

  it("finds an area by one name at every door", function()
    local reports = require "blotter.publish.reports"
    for name, code in pairs { Korea = "KR", uk = "GB", kr = "KR", ["Latin America"] = "419", Georgia = "GE" } do
      assert.equal(code, ops:row("areas", name).code, name)
      assert.equal(#ops:figures { area = code }, #ops:figures { area = name })
      assert.equal(tostring(ops:total("arrests", { area = code })), tostring(ops:total("arrests", { area = name })))
      assert.equal(code, assert(reports.build("area", ops, { area = name })).params.area)
      assert.equal(#ops:operations(code), #ops:operations(name))
      assert.is_true(ops:find(name):where("id == $c", { c = code }):count() > 0, name)
    end
    local meant = "unknown area 'britian': did you mean 'GB' (United Kingdom)?"
    assert.error_matches(function() ops:figures { area = "britian" } end, meant, 1, true)
    assert.error_matches(function() ops:operations "britian" end, meant, 1, true)
    assert.error_matches(function() ops:operations "Cumberland" end, 'a subject, no area: ops:countries "Cumberland"')
    assert.error_matches(function() ops:table("figures"):order "period desc" end,
      "did you mean 'period_start' or 'period_end' or")
    assert.is_truthy(select(2, reports.build("area", ops, { area = "britian" })):find(meant, 1, true))
  end)

  it("takes categories by their names, and refuses words that a column never has", function()
    assert.equal(#ops:figures { sex = "F" }, #ops:figures { sex = "female" })
    for word, filter in pairs { ["'F' %(Female%)"] = { sex = "femal" }, ["expected one of A, B"] = { status = "final" },
      ["there are: F, M"] = { sex = "030221" }, ["'about'"] = { qualifier = "abot" } } do
      assert.error_matches(function() ops:figures(filter) end, word)
    end
  end)

  it("says which countries an operation reached, and which operations a country had", function()
    local names = ops:countries("Cumberland"):values "country"
    assert.matches("^lacks: 14 countries or more are stated %(.*%), 1 is named$", (select(2, ops:countries "Delego")))
    assert.equal(19, #names)
    assert.equal("leads, takes part", ops:countries("operation-cumberland"):where("country == 'DK'"):first().how)
    local own = ops:operations("South Korea")
    assert.is_true(own:where("id == 'seoul-2014'"):count() == 1)
    assert.is_true(#ops:operations "Asia" >= #own)
    assert.error_matches(function() ops:countries "cumberlnd" end, "did you mean 'operation%-cumberland'")
    assert.error_matches(function() ops:operations() end, "expected an area such as")
  end)

  it("has the types of its table, whatever its values are", function()
    local function types(t)
      local list = {}
      for i, column in ipairs(t:columns()) do list[i] = column.name .. " " .. column.type end
      return list
    end
    local stored, shown = types(ops:table "figures"), types(ops:figures { indicator = "arrests" })
    stored[#stored + 1] = "period string" -- how a figure's dates read
    stored[#stored + 1] = "published date" -- by its source
    table.sort(stored)
    for _, answer in ipairs { shown, types(ops:figures { id = "none-such" }) } do
      assert.equal("id string", answer[1])
      table.sort(answer)
      assert.same(stored, answer)
    end
    local year = "year int64,period string,low int64,best int64,high int64,figures int64,flags string,lacks string,"
      .. "refused string,unexplained string,as_of date,currency string"
    for _, subject in ipairs { "ice", "icse", "operation-h" } do
      assert.equal(year, table.concat(types(ops:total("arrests", { by = "year", subject = subject })), ","))
    end
  end)

  it("keeps flags and what is lacking, and tells the unexplained from what is not stated", function()
    local total = ops:total("arrests", { by = "area" })
    local rows = total:totable()
    assert.equal(#total.rows, #rows)
    for i, row in ipairs(rows) do
      local of = total.rows[i]
      assert.equal(#of.flags > 0 and table.concat(of.flags, "; ") or nil, row.flags)
      assert.equal(#of.lacks > 0 and table.concat(of.lacks, "; ") or nil, row.lacks)
      assert.equal(of.unexplained, row.unexplained)
      assert.equal(of.unexplained and "unexplained" or of.area, row.area)
    end
    local years = ops:total("arrests", { by = "year" })
    assert.equal(1, years:where("period == 'unexplained' and unexplained ~= nil"):count())
    assert.is_true(years:where("year == nil and starts_with(period, 'FY')"):count() > 1)
    assert.equal(years:where("year ~= nil"):count(), years:where "period == string(year)":count())
  end)

  it("is found by words", function()
    local found = ops:find "Predator operation"
    assert.equal("operation-predator", found:first().id)
    assert.equal(#ops:figures { subject = "operation-predator", exactly = true }, found:first().figures)
    assert.equal(0, #ops:find "no such words at all")
    assert.is_true(#ops:find "operación" > 0 and #ops:find "operación" == #ops:find "OPERACION")
    local own, among = ops:reconcile { subject = "ICE" }, {}
    assert.is_true(#own > 0 and #own < #ops:reconcile())
    for _, finding in ipairs(ops:reconcile()) do among[finding] = true end
    for _, finding in ipairs(own) do assert.is_true(among[finding]) end
    assert.equal(0, #ops:reconcile { subject = "ICE", check = "ages" })
    assert.error_matches(function() ops:reconcile { subject = "nobody" } end, "unknown subject 'nobody'")
    for _, relation in ipairs(ops:rows "relations") do
      if relation.type == "change" and relation.figure then
        assert.same({ ops:implied(relation.id) }, { ops:implied(relation.figure) })
        assert.same({ ops:implied(relation.id) }, { ops:implied { id = relation.figure } })
        break
      end
    end
  end)

  it("is the whole's, although a part's period is known to begin with the year alone", function()
    local total = ops:total("victims_safeguarded", { subject = "operation-h", by = "area" })
    assert.same({ 146, 146 }, { total.total.low, total.total.high })
    local sum = 0
    for _, row in ipairs(total.rows) do
      if not row.unexplained then sum = sum + row.low end
    end
    assert.same({ 145, 1 }, { sum, total.unexplained.best })
    assert.equal(146, ops:total("victims_safeguarded", { subject = "operation-h" }).total.low)
  end)
end)
