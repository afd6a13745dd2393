-- What a curator cannot know by heart is proposed, and a worksheet of it can be filled in and imported.

local cjson = require "cjson"
local command = require "command"
local interview = require "blotter.commands.interview"
local operations = require "blotter.ops"
local package_copy = require "package_copy"

describe("proposals", function()
  local copy, ops

  before_each(function()
    copy = package_copy.new()
    ops = assert(operations.open(copy.path))
  end)
  after_each(function() copy:remove() end)

  local function question(record, at)
    for _, one in ipairs(ops:questions(record)) do
      if one.at == at then return one end
    end
    return nil
  end

  local function first(record, at)
    local one = question(record, at)
    return one and one.proposals[1] and one.proposals[1].value
  end

  local function record(figure, source)
    return {source = source or {publisher = "ice", title = "An example", date_published = "2014-12-01"},
      figures = {figure}}
  end

  it("name the subject by its name and its acronym", function()
    assert.equal("operation-cumberland", first(record {subject = "Operation Cumberland"}, "figures[1].subject"))
    assert.equal("icse", first(record {subject = "the ICSE database"}, "figures[1].subject"))
    assert.equal("operation-cumberland", first(record({printed = "25"}, {publisher = "europol",
      title = "25 arrests in Operation Cumberland", date_published = "2025-02-28"}), "figures[1].subject"))
    assert.is_nil(question(record {subject = "icse"}, "figures[1].subject"))
  end)

  it("name the indicator by its words", function()
    assert.equal("arrests", first(record {printed = "19 arrests"}, "figures[1].indicator"))
    assert.equal("victims_safeguarded", first(record {indicator = "victims safeguarded"}, "figures[1].indicator"))
  end)

  it("give the operation's period", function()
    local one = question(record {subject = "seoul-2014"}, "figures[1].period")
    assert.equal("subject", one.proposals[1].value)
    assert.matches("the period of Seoul", one.proposals[1].why, 1, true)
  end)

  it("say which release a text seems to retell, also with a dry run", function()
    local whole = {
      source = {publisher = "ice", title = "A retelling", date_published = "2025-04-10"},
      figures = {
        {subject = "cyber-guardian-2025", indicator = "arrests", printed = "435", period = "subject", locator = 1},
        {subject = "cyber-guardian-2025", indicator = "arrests", printed = "374", area = "KR", period = "subject",
          locator = 2},
      },
    }
    local found = question(whole, "source.original_source")
    assert.is_true(#found.proposals > 0)
    local release = ops:row("sources", found.proposals[1].value)
    assert.is_not_nil(release)
    assert.matches("of its figures are the same", found.proposals[1].why, 1, true)
    local report = assert(ops:add(whole, {dry_run = true}))
    assert.equal("source.original_source", report.questions[1].at)
  end)

  local function write(name, text)
    local file = assert(io.open(copy.path .. "/" .. name, "wb"))
    file:write(text)
    file:close()
    return copy.path .. "/" .. name
  end

  it("fill a worksheet that is imported when the curator has answered", function()
    local path = write("record.json", cjson.encode {source = {publisher = "ice"},
      figures = {{subject = "Operation Cumberland", printed = "41 arrests"}}})
    local sheet = copy.path .. "/sheet.json"
    finally(function() os.remove(path) os.remove(sheet) end)
    assert.equal(0, (command.run(("import %s --draft %s --data %s"):format(path, sheet, copy.path))))
    local written = cjson.decode(command.slurp(sheet))
    assert.equal("", written.source.title)
    assert.equal("", written.figures[1].locator)
    local asked = {}
    for _, one in ipairs(written.questions) do asked[one.at] = one.proposals[1] and one.proposals[1].value or "" end
    assert.equal("operation-cumberland", asked["figures[1].subject"])
    assert.equal("arrests", asked["figures[1].indicator"])
    local status, _, message = command.run(("import %s --data %s"):format(sheet, copy.path))
    assert.equal(3, status)
    assert.matches("proposal for figures[1].subject: operation-cumberland", message, 1, true)
    written.source.title, written.source.date_published, written.source.language = "An example", "2026-05", "en"
    local figure = written.figures[1]
    figure.subject, figure.indicator, figure.period, figure.locator = "operation-cumberland", "arrests", "2025-02", 2
    write("sheet.json", cjson.encode(written))
    local done, out, problem = command.run(("import %s --data %s"):format(sheet, copy.path))
    assert.equal(0, done, problem)
    assert.matches("1 figures added", out, 1, true)
  end)

  it("write an empty worksheet", function()
    local status, out = command.run("import --draft - --data " .. copy.path)
    assert.equal(0, status)
    assert.equal("", cjson.decode(out).figures[1].printed)
  end)

  it("are chosen by number on a terminal", function()
    local whole, asked = {source = {publisher = "ice", title = "The Seoul operation", date_published = "2014-12-01",
      id = "ice-2026-1"}, figures = {{printed = "41 arrests"}}}, {}
    local answers = {["figures[1].subject"] = "1", ["figures[1].indicator"] = "arrests", ["figures[1].period"] = "1",
      ["figures[1].locator"] = "3"}
    interview.run(ops, whole, function(text)
      local at = text:match "^%S+"
      asked[#asked + 1] = at
      return answers[at] or ""
    end)
    assert.same({subject = "seoul-2014", indicator = "arrests", period = "subject", locator = "3",
      printed = "41 arrests"}, whole.figures[1])
    assert(ops:add(whole))
    assert.equal(2, (command.run(("import x.json --interactive --data %s </dev/null"):format(copy.path))))
  end)

  it("reach the corrections of the command", function()
    local status, out, message = command.run(("revise ice-2014-1.01 printed=20 --reason misread --data %s")
      :format(copy.path))
    assert.equal(0, status, message)
    assert.matches("ice-2014-1.01: printed was '19', is '20'", out, 1, true)
    status, out = command.run(("withdraw ice-2014-1 --reason gone --data %s"):format(copy.path))
    assert.equal(0, status)
    assert.matches("ice-2014-1: withdrawn", out, 1, true)
    assert.equal(2, (command.run("revise ice-2014-1.01 printed --reason misread --data " .. copy.path)))
    assert.equal(2, (command.run("withdraw ice-2014-1 --data " .. copy.path)))
    assert.equal(3, (command.run("withdraw nothing --reason gone --data " .. copy.path)))
  end)

  it("leave the codebook's counts true after an import", function()
    local book = write("README.md", "Tables\n| `figures` | 1 | x |\n| `sources` | 290 | x |\n| `areas` | 303 | x |\n")
    finally(function() os.remove(book) end)
    local count = #ops:rows "figures"
    assert(ops:add {source = {id = "ice-2026-1", publisher = "ice", title = "x"}, figures = {{subject = "icse",
      indicator = "arrests", printed = "3", locator = 1}}})
    local grouped = tostring(count + 1):reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
    assert.matches("| `figures` | " .. grouped .. " | x |", copy:read "README.md", 1, true)
    assert.matches("| `areas` | 303 | x |", copy:read "README.md", 1, true)
  end)
end)
