-- What a reader would print wrongly: rankings of unlike counts, sums without what they leave out, words said twice.

local formats = require "blotter.publish.formats"
local operations = require "blotter.ops"
local package_copy = require "package_copy"
local pages = require "blotter.publish.site.pages"
local reports = require "blotter.publish.reports"

describe("a reader", function()
  local ops

  setup(function() ops = assert(operations.open "data") end)

  local function table_of(document, title)
    for _, block in ipairs(document.blocks) do
      if block.kind == "table" and block.title == title then return block end
    end
    error("no table " .. title)
  end

  it("finds no place for what counts something else", function()
    local copy <close> = setmetatable({package_copy.new {figures = {
      {value = 40, subject = "operation-susi"}, {value = 30, subject = "operation-himmel"},
      {value = 90, subject = "operation-torpedo", status = "D", note = "Printed as: convicted or arrested."},
      {value = 10, subject = "operation-torpedo", indicator = "persons_in_custody"},
    }}}, {__close = function(own) own[1]:remove() end})
    local document = reports.build("league", assert(operations.open(copy[1].path)), {})
    local rows = table_of(document, "Places that the bounds allow").rows
    assert.same({"1", "2", "not ranked"}, {rows[1][1], rows[2][1], rows[3][1]})
    assert.equal("counted differently", rows[3][4].flags[1])
    assert.matches("printed as convicted or arrested", table.concat(rows[3][4].notes, " "), 1, true)
    for _, block in ipairs(document.blocks) do
      if block.kind == "chart" then
        assert.equal(2, #block.labels)
        assert.matches("count something else: Operation Torpedo", block.note, 1, true)
      end
    end
  end)

  it("reads no word twice", function()
    local function look(document, where)
      local text = formats.render(document, "text", {width = 2000})
      for line in text:gmatch "[^\n]+" do
        for _, twice in ipairs {"at least at least", "at least nearly", "at least about", "at least more than",
          "[Ii]n part: in part", "%D0 of %d+ months", "Computed from 1 figure:"} do
          assert.is_nil(line:find(twice), where .. ": " .. line:sub(1, 300))
        end
      end
    end
    for _, name in ipairs {"overview", "league", "tips"} do look(reports.build(name, ops, {}), name) end
    for _, kind in ipairs {"subject", "area"} do
      for _, entry in ipairs(pages.list(ops, kind)) do
        if #entry.figures > 3 then look(pages.build(ops, kind, entry), entry.id) end
      end
    end
  end)

  it("is not told that a number without a date was not used for that, where the one used has none, or is it", function()
    local function text_of(kind, id)
      for _, entry in ipairs(pages.list(ops, kind)) do
        if entry.id == id then return formats.render(pages.build(ops, kind, entry), "text", {width = 2000}) end
      end
      error("no page " .. id)
    end
    local undated = "Not dated by its source, and so not used: "
    assert.is_nil(text_of("subject", "uk-online-csa-2015"):find(undated, 1, true))
    assert.is_nil(text_of("subject", "operation-cross-country-viii"):find(undated, 1, true))
    assert.is_nil(text_of("area", "GB"):find(undated .. "147 ", 1, true))
  end)

  it("is told that parts make more than their whole, not that less than nothing is unexplained", function()
    local more = 0
    for _, entry in ipairs(pages.list(ops, "subject")) do
      for _, block in ipairs(pages.build(ops, "subject", entry).blocks) do
        for _, row in ipairs(block.kind == "table" and block.rows or {}) do
          if row[1] == "More than the whole" then more = more + 1 end
          if row[1] == "Unexplained" then assert.is_true((row[2].low or 0) >= 0, entry.id) end
        end
      end
    end
    assert.is_true(more > 0)
  end)

  it("is told what an agency above has in common, on one page", function()
    local seen = {}
    for _, item in ipairs(pages.agencies(ops)) do
      assert.is_nil(seen[item.basis], item[1])
      seen[item.basis] = item[1]
    end
    local page
    for _, item in ipairs(pages.agencies(ops)) do page = item.subject.id == "hsi" and item or page end
    local above = {}
    for _, item in ipairs(page.document.blocks[1].items) do
      if item[1] == "The same figures stand for" then above[item[2]] = true end
    end
    assert.same({[ops:row("subjects", "ice").name] = true, [ops:row("subjects", "dhs").name] = true}, above)
  end)

  it("of a subject without figures sees what its parts state, with their sources", function()
    local document = reports.build("profile", ops, {subject = "operation-broken-heart"})
    local rows = table_of(document, "Its rounds, one by one").rows
    assert.equal(2, #rows)
    assert.equal("Operation Broken Heart 2018", rows[1][1])
    local sources = document.blocks[#document.blocks]
    assert.equal("sources", sources.kind)
    for i, item in ipairs(sources.items) do assert.equal(i, item.number) end
  end)

  it("finds editions by their numbers, roman or in words, and what these say of one without a date", function()
    local function editions(subject)
      local names, dates = {}, {}
      local document = reports.build("profile", ops, {subject = subject})
      for i, row in ipairs(table_of(document, "Its rounds, one by one").rows) do
        names[i], dates[i] = row[1]:match "Operation %a+ %a+,? (.*)", row[2]
      end
      return names, dates
    end
    local names, dates = editions "operation-cross-country"
    assert.same({"VIII", "X", "XI", "XII", "XIII"}, names)
    assert.equal("not dated by a source; by its number before 13 Oct 2016", dates[1])
    assert.same({"first edition", "II", "III"}, (editions "operation-renewed-hope"))
    local numbered = require "blotter.publish.reports.editions.numbered"
    local numbers = {["A IV"] = 4, ["A XIX"] = 19, ["A XL"] = 40, ["edition 10"] = 10, ["B, third edition"] = 3}
    for name, number in pairs(numbers) do assert.equal(number, numbered.of(name), name) end
    for _, name in ipairs {"AFP", "Operation H", "Orion", "Delego DEA", "ICAC"} do
      assert.is_nil(numbered.of(name), name)
    end
  end)

  it("is told on the page of a sweep against trafficking that it is one, and how many it found are adults", function()
    local function kind_of(id)
      local facts = reports.build("profile", ops, {subject = id}).blocks[1]
      for _, item in ipairs(facts.items) do
        if item[1] == "Kind" then return item[2] end
      end
    end
    for _, id in ipairs {"operation-cross-country", "operation-cross-country-viii", "operation-cross-country-xii"} do
      assert.matches("trafficking", kind_of(id), 1, true)
    end
    assert.is_nil(kind_of("operation-predator"):find("trafficking", 1, true))
    local document = reports.build("profile", ops, {subject = "operation-cross-country"})
    local twelfth = table_of(document, "Its rounds, one by one").rows[4]
    assert.matches("by age: .*18 years and over: 141", table.concat(twelfth[3].notes, " "))
  end)

  it("of a source learns whose release it retells", function()
    local told
    for _, entry in ipairs(pages.list(ops, "source")) do
      if entry.row.original_source then
        told = told or pages.build(ops, "source", entry).blocks[1]
      end
    end
    local fields = {}
    for _, item in ipairs(told.items) do fields[item[1]] = item[2] end
    assert.matches("one voice", fields.Retells, 1, true)
  end)

  it("reads ages in their order, and the number behind the age", function()
    local found
    for _, row in ipairs(reports.build("breakdowns", ops, {}).blocks[1].rows) do
      if row[5]:find("10 to 19 years", 1, true) then found = row[5] end
    end
    assert.matches("10 to 19 years: .*20 to 29 years: .*30 to 39 years: ", found)
  end)

  it("finds a number flagged as contradicted whoever prints it", function()
    local document = reports.build("profile", ops, {subject = "operation-icarus"})
    local count = 0
    for _, block in ipairs(document.blocks) do
      for _, row in ipairs(block.kind == "table" and block.statements and block.rows or {}) do
        local value = row[#row]
        if value.value == 269 then
          count = count + 1
          assert.equal("contradicted", value.flags[1])
        end
      end
    end
    assert.is_true(count > 3)
  end)

  it("is told why a lower end is above what the words say", function()
    local count = 0
    for _, name in ipairs {"overview", "tips", "outcomes"} do
      for _, block in ipairs(reports.build(name, ops, {}).blocks) do
        for _, row in ipairs(block.kind == "table" and block.rows or {}) do
          for _, value in ipairs(row) do
            if type(value) == "table" and value.value and value.flags[1] == "computed"
              and (value.words or ""):find "^more than" then
              count = count + 1
              local says = table.concat(value.notes, " "):find("at least %d[%d,]*%.") ~= nil
              assert.equal(value.low > value.value + 1, says, value.words)
            end
          end
        end
      end
    end
    assert.is_true(count > 0)
  end)

  it("sees of each computed number every part, whose it is and of when", function()
    local document = reports.build("area", ops, {area = "US"})
    local arrests = table_of(document, "Totals that count nothing twice").rows[1]
    local count = tonumber(arrests[2].notes[1]:match "^Computed from (%d+) figures: Operation Cathedral: 32 ")
    assert.is_true(count > 6)
    assert.is_nil(table.concat(arrests[2].notes, " "):find("and %d+ more%."))
    local parts, with_subject = 0, 0
    for _, row in ipairs(table_of(document, "What each computed number is the sum of").rows) do
      if row[1]:find "^Arrests: " then
        parts = parts + 1
        with_subject = with_subject + (row[2] ~= "" and 1 or 0)
      end
    end
    assert.same({count, count}, {parts, with_subject})
  end)

  it("is told no day where a month or a year is known, and of a sum the days where they are", function()
    assert.equal("Oct 2017", ops:words("3ps-2017-1.01").period)
    assert.equal("2007 to 16 Mar 2011", ops:words("europol-nd-1.01").period)
    assert.equal("Oct 2010 to 14 Nov 2013", ops:words("ctv-2013-1.01").period)
    local document = reports.build("profile", ops, {subject = "operation-renewed-hope-3"})
    local found
    for _, block in ipairs(document.blocks) do
      for _, row in ipairs(block.kind == "table" and block.columns[2].name == "total" and block.rows or {}) do
        if row[1] == "Leads generated" then found = row[2].period end
      end
    end
    assert.equal("24 Feb 2025 to 7 Mar 2025", found)
  end)

  it("is not told that the number shown is left out of itself", function()
    local document = reports.build("profile", ops, {subject = "operation-ore"})
    for _, block in ipairs(document.blocks) do
      for _, row in ipairs(block.kind == "table" and block.rows or {}) do
        local notes = type(row[2]) == "table" and table.concat(row[2].notes, " ") or ""
        assert.is_nil(notes:find("perhaps without more than 7,200", 1, true))
      end
    end
  end)

  it("is told what no source states, which years are missing, and that there are no rates", function()
    local function text_of(report, params)
      return formats.render(reports.build(report, ops, params), "text", {width = 2000})
    end
    assert.matches("No source here states arrests, charges, convictions, children identified or children brought to "
      .. "safety of this operation.", text_of("profile", {subject = "operation-ore"}), 1, true)
    local csec = text_of("profile", {subject = "us-federal-csec"})
    assert.matches("not to be added, and none is a share of another", csec, 1, true)
    assert.matches("2004, 2013 +2005 to 2012 +2013", csec)
    assert.is_nil(text_of("profile", {subject = "aliados"}):find("states arrests", 1, true))
    for _, entry in ipairs(pages.list(ops, "area")) do
      local found = false
      for _, block in ipairs(reports.build("area", ops, {area = entry.id}).blocks) do
        found = found or (block.text or ""):find("No rate is computed here", 1, true) ~= nil
      end
      assert.is_true(found, entry.id)
    end
  end)

  it("reads no note for the curator, no field's name and no unit twice, but in which line a number stands", function()
    local words = {"Locator counts", "Line approximate", "stored text", "[Pp]ara %d", "%-(%a+) %1s", "%l_%l+ against"}
    for _, kind in ipairs {"subject", "indicator"} do
      for _, entry in ipairs(pages.list(ops, kind)) do
        local text = formats.render(pages.build(ops, kind, entry), "text", {width = 2000})
        for _, word in ipairs(words) do assert.is_nil(text:find(word), entry.id .. ": " .. word) end
      end
    end
    local document = reports.build("profile", ops, {subject = "operation-cross-country-xiii"})
    assert.matches("Printed: two-week.", formats.render(document, "text", {width = 2000}), 1, true)
  end)

  it("is told what a change is from, or that it is not recorded", function()
    local notes = require "blotter.publish.reports.telling.notes"
    local function base(id) return notes.base_of(ops, ops:row("figures", id)) end
    assert.equal("Change from 193 (2024) to 491 (2025).", base "cswnewstest-nd-1.03")
    assert.is_nil(base "ie-gov-2022-1.04")
    for _, id in ipairs {"bjs-2017-1.03", "iwf-2021-1.03"} do assert.matches("^Change from ", base(id)) end
    for _, figure in ipairs(ops:figures {indicator = "arrests"}) do assert.is_nil(notes.base_of(ops, figure)) end
  end)

  it("is not told that a count of one kind of organisations is a part, but which kind it is", function()
    local found = 0
    for _, entry in ipairs(pages.list(ops, "subject")) do
      local total = ops:total("organisations_participating", {subject = entry.id, exactly = true}).total
      for _, lack in ipairs(total.lacks or {}) do assert.is_nil(lack:find "^only Field offices$", entry.id) end
      for _, name in ipairs(total.covers and total.covers.categories or {}) do
        found = found + (name == "Field offices" and 1 or 0)
      end
    end
    assert.is_true(found > 0)
  end)

  it("finds on an area's page operations it had a part in, and on an operation's the countries, also without figures",
    function()
      local names = {}
      local title = "Operations and programmes, by how much is stated of this area"
      for _, row in ipairs(table_of(reports.build("area", ops, {area = "NL"}), title).rows) do names[row[1]] = true end
      assert.is_true(names["Operation Cumberland"])
      local document = reports.build("profile", ops, {subject = "operation-cumberland"})
      local countries = {}
      for _, row in ipairs(table_of(document, "Countries that it reached").rows) do countries[row[1]] = row[2] end
      assert.equal("leads, takes part", countries.Denmark)
      assert.equal("takes part", countries.Netherlands)
    end)

  it("is told how many of a total's figures cover a part only", function()
    local text = formats.render(reports.build("area", ops, {area = "US"}), "text", {width = 2000})
    assert.matches("%d+ of its %d+ figures covers? only ", text)
    assert.is_nil(text:find("some of its figures", 1, true))
  end)

  it("finds no column that is empty, or says the area of the page in each row", function()
    local document = reports.build("area", ops, {area = "JP"})
    for _, block in ipairs(document.blocks) do
      for i, column in ipairs(block.statements and block.columns or {}) do
        for _, row in ipairs(column.name == "of" and block.rows or {}) do
          assert.is_nil((row[i] or ""):find("Japan$"))
        end
      end
    end
    for _, block in ipairs(reports.build("outcomes", ops, {}).blocks) do
      for i in ipairs(block.kind == "table" and block.columns or {}) do
        local count = 0
        for _, row in ipairs(block.rows) do count = row[i] and count + 1 or count end
        assert.is_true(count > 0)
      end
    end
  end)

  it("is told from when to when a sum counts", function()
    local periods = {}
    for _, id in ipairs {"nz-dia", "ncecc"} do
      for _, block in ipairs(reports.build("profile", ops, {subject = id}).blocks) do
        for _, row in ipairs(block.kind == "table" and block.columns[2].name == "total" and block.rows or {}) do
          if row[2] and row[2].flags[1] == "computed" then periods[id .. " " .. row[1]] = row[2].period end
        end
      end
    end
    assert.equal("2023 to 2024", periods["nz-dia Persons convicted"])
    assert.equal("Jan 2019 to Mar 2024, 48 of 63 months", periods["ncecc Reports received"])
  end)

  it("finds parts by size, ages by age", function()
    local found
    for _, figure in ipairs(ops:figures {subject = "cybertip-ca"}) do
      for _, split in ipairs(figure.parts and ops:breakdowns(figure) or {}) do
        found = split.name == "area" and split or found
      end
    end
    for i = 2, #found.figures do assert.is_true(found.figures[i - 1].best >= found.figures[i].best) end
  end)
end)
