-- The record can be corrected: with a reason, with its history, and views of the past know what was held then.

local operations = require "blotter.ops"
local package_copy = require "package_copy"

describe("a correction", function()
  local copy, ops
  local today = os.date "%Y-%m-%d"

  before_each(function()
    copy = package_copy.new()
    ops = assert(operations.open(copy.path))
  end)
  after_each(function() copy:remove() end)

  local function figure(of, id) return of:figures({id = id})[1] end

  -- Moves all changes to a day, as if they had been made on it.
  local function date_changes(day)
    copy:edit("history.csv", function(text) return (text:gsub(today:gsub("%-", "%%-"), day)) end)
    return assert(operations.open(copy.path))
  end

  it("of a figure finds anew what follows, and is kept with its reason", function()
    local report = assert(ops:revise("ice-2014-1.01", {printed = "more than 20"}, "misread"))
    assert.same({20, 21, "more than"}, {figure(ops, "ice-2014-1.01").value, figure(ops, "ice-2014-1.01").low,
      figure(ops, "ice-2014-1.01").qualifier})
    local fields = {}
    for _, change in ipairs(report.history) do
      fields[change.field] = (change.before or "") .. ">" .. (change.after or "")
    end
    assert.same({printed = "19>more than 20", value = "19>20", low = "19>21", high = "19>",
      qualifier = "exact>more than"}, fields)
    local again = assert(operations.open(copy.path))
    assert.equal(20, figure(again, "ice-2014-1.01").value)
    assert.equal(5, #again:history "ice-2014-1.01")
    assert.equal(5, #again:history "ice-2014-1")
    assert.equal("misread", again:history("ice-2014-1.01")[1].reason)
  end)

  it("touches one line of one table", function()
    local before = copy:read "figures.csv"
    assert(ops:revise("ice-2014-1.01", {note = "A \"quoted\", longer note"}, "said more"))
    local old, new, differing = {}, {}, 0
    for line in before:gmatch "[^\n]*\n" do old[#old + 1] = line end
    for line in copy:read("figures.csv"):gmatch "[^\n]*\n" do new[#new + 1] = line end
    assert.equal(#old, #new)
    for i, line in ipairs(old) do differing = differing + (line == new[i] and 0 or 1) end
    assert.equal(1, differing)
  end)

  it("is not known to views of days before it", function()
    assert(ops:revise("ice-2014-1.01", {printed = "20"}, "misread"))
    local later = date_changes "2020-06-01"
    assert.equal(19, figure(later:at "2020-05-31", "ice-2014-1.01").value)
    assert.equal(20, figure(later:at "2020-06-01", "ice-2014-1.01").value)
    assert.equal(20, figure(later, "ice-2014-1.01").value)
    assert.equal(19, figure(later:at "2015", "ice-2014-1.01").value)
  end)

  it("is refused whole where it breaks a rule, and says what it would contradict", function()
    local before = copy:read "figures.csv"
    for _, case in ipairs {
      {{printed = "one in seven"}, "makes something else of the number"},
      {{indicator = "arests"}, "is not in indicators"},
      {{period_start = "2014-13-01"}, "is refused"}, {{part_of = "ice-2014-1.01"}, "leads back to the figure itself"},
      {{valeu = "7"}, "did you mean 'value'?"}, {{id = "other"}, "stays"}, {{printed = "19"}, "has that already"},
    } do
      local done, message = ops:revise("ice-2014-1.01", case[1], "why")
      assert.is_nil(done)
      assert.matches(case[2], message, 1, true)
    end
    assert.equal(before, copy:read "figures.csv")
    assert.is_nil((ops:revise("ice-2014-1.99", {printed = "1"}, "why")))
    assert.error_matches(function() ops:revise("ice-2014-1.01", {printed = "1"}, "") end, "the reason is empty")
    local report = assert(ops:revise("ice-2014-1.01", {printed = "27"}, "why", {dry_run = true}))
    assert.is_true(#report.findings > 0)
    assert.equal(before, copy:read "figures.csv")
    assert.equal(19, figure(ops, "ice-2014-1.01").value)
  end)

  it("of a source moves it in time, and back in views of before", function()
    assert(ops:revise("ice-2014-1", {date_published = "2016-02"}, "the page says so"))
    local later = date_changes "2020-06-01"
    assert.equal("month", later:row("sources", "ice-2014-1").date_precision)
    assert.is_not_nil(figure(later:at "2020-07-01", "ice-2014-1.01"))
    assert.is_not_nil(figure(later:at "2015-12-31", "ice-2014-1.01"))
    assert.is_not_nil(later:row("sources", "ice-2014-1").placed)
  end)

  it("withdraws a source, which views of before still hold", function()
    local all = #ops:figures {}
    local own = #ops:figures {source = "ice-2014-1"}
    assert(ops:withdraw("ice-2014-1", "the publisher took it back"))
    assert.equal(all - own, #ops:figures {})
    assert.is_table(ops:reconcile())
    assert.is_table(ops:total("arrests", {by = "subject"}))
    local again, message = ops:withdraw("ice-2014-1", "once more")
    assert.is_nil(again)
    assert.matches("is withdrawn already", message, 1, true)
    local later = date_changes "2020-06-01"
    assert.equal(0, #later:figures {source = "ice-2014-1"})
    assert.equal(own, #(later:at "2020-05-31"):figures {source = "ice-2014-1"})
    assert.equal(0, #(later:at "2020-06-01"):figures {source = "ice-2014-1"})
  end)

  it("says which edition replaces another", function()
    assert(ops:supersede("ice-2019-1", "ice-2014-1", "a later edition"))
    assert.equal("ice-2014-1", ops:row("sources", "ice-2019-1").supersedes)
    local _, message = ops:supersede("ice-2014-1", "ice-2019-1", "in a circle")
    assert.matches("leads back to itself", message, 1, true)
    local history = ops:history "ice-2019-1"
    assert.equal("supersede", history[#history].action)
  end)
end)
