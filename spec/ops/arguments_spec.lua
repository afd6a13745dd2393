-- Mistakes at the prompt: each is raised where the user called, and says what was expected or meant.

local operations = require "blotter.ops"

describe("a mistake in a call", function()
  local ops

  setup(function() ops = assert(operations.open "data") end)

  local cases = {
    {"a text for a filter", function() ops:figures("arrests") end, "expected a filter such as"},
    {"no indicator", function() ops:total() end, "expected an indicator such as \"arrests\", got nothing"},
    {"a list for by", function() ops:total("arrests", {by = {"area"}}) end, "by to be a text"},
    {"a misspelt option", function() ops:total("arrests", {polcy = "newest"}) end, "did you mean 'policy'?"},
    {"a dot for a colon", function() ops.total("arrests") end, "called with a colon: ops:total"},
    {"a misspelt check", function() ops:reconcile {check = "prts"} end, "did you mean 'parts'?"},
    {"a check of no such name", function() ops:reconcile {check = "everything"} end, "there are: across, ages, ch"},
    {"no figure", function() ops:words() end, "words: expected a figure or its id, got nothing"},
    {"a record that is no figure", function() ops:label {id = "x"} end, "label: expected a figure or its id, got an"},
    {"an id of no figure", function() ops:breakdowns "nothing-at-all" end, "unknown figure 'nothing-at-all'"},
    {"a misspelt figure", function() ops:words "ice-2019-1.001" end, "did you mean 'ice-2019-1.01'"},
    {"a source that is not there", function() ops:published "ice-2019-1000" end, "unknown source 'ice-2019-1000'"},
    {"nothing for a relation", function() ops:implied() end, "implied: expected a relation's or a figure's id"},
    {"a text for numbers", function() ops:audit "arrests" end, "audit: expected a list of numbers"},
    {"an id without history", function() ops:history "nothing-at-all" end, "history: unknown figure 'nothing-at-all'"},
    {"no table", function() ops:unknown("thing", "x") end, "no table 'thing'"},
    {"words for an indicator", function() ops:total "tips_received" end, "did you mean 'reports_received'"},
    {"other words for one", function() ops:total "children_rescued" end, "did you mean 'victims_safeguarded'"},
    {"an indicator among words", function() ops:total "number_of_arrests" end, "did you mean 'arrests'?"},
    {"a number for options", function() ops:network("hsi", 2) end, "expected options such as {depth"},
    {"a depth below 1", function() ops:network("hsi", {depth = 0}) end, "a whole number from 1"},
    {"a day that does not exist", function() ops:at "2013-02-30" end, "'2013-02-30' is no day that exists"},
    {"a misspelt name", function() ops:figures {subject = "Operation Rescu"} end, "did you mean 'operation-rescue'?"},
    {"a name for no table", function() ops:row("subject", "icse") end, "no table 'subject': the tables are areas, "},
    {"a misspelt acronym", function() ops:network "ICSEE" end, "did you mean 'icse'?"},
    {"a part of a name", function() ops:figures {area = "ublic of Korea"} end, "did you mean 'KR' (Republic"},
    {"an unknown word", function() ops:reading {abot = {low = "v", high = "v"}} end, "did you mean 'about'?"},
    {"a rule that is none", function() ops:reading {about = {low = "zz", high = "v"}} end, "needs two rules"},
  }
  for _, case in ipairs(cases) do
    it("such as " .. case[1], function()
      local ok, message = pcall(case[2])
      assert.is_false(ok)
      assert.is_truthy(message:find(case[3], 1, true), message)
      assert.is_truthy(message:find("^%S*arguments_spec%.lua:%d+: "), message)
    end)
  end

  it("such as an empty record is refused before anything is written", function()
    local added, message = ops:add({}, {dry_run = true})
    assert.is_nil(added)
    assert.is_truthy(message:find("expected a source with its figures", 1, true), message)
  end)
end)
