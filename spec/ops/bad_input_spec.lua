-- Every bad package is refused with file, line, column and what was expected, and nothing is half-loaded.

local operations = require "blotter.ops"
local package_copy = require "package_copy"

describe("a bad package", function()
  local copy

  before_each(function() copy = package_copy.new() end)
  after_each(function() copy:remove() end)

  -- The message for a package after one edit; every part must stand in it.
  local function refused(...)
    local ops, message, problems = operations.open(copy.path)
    assert.is_nil(ops)
    assert.is_true(#problems >= 1)
    for _, part in ipairs {...} do assert.is_truthy(message:find(part, 1, true), message .. "\nlacks: " .. part) end
    return problems
  end

  -- Replaces one field of the first row that has the given id.
  local function set_field(file, id, name, value)
    copy:edit(file, function(text)
      local header, place = text:match "^[^\n]*", nil
      local i = 0
      for column in header:gmatch "[^,]+" do
        i = i + 1
        if column == name then place = i end
      end
      local from, to = text:find("\n" .. id:gsub("%p", "%%%0") .. ",[^\n]*")
      local row, cells = text:sub(from + 1, to), {}
      assert(not row:find '"', "the row must have no quoted field")
      for cell in (row .. ","):gmatch "([^,]*)," do cells[#cells + 1] = cell end
      cells[place] = value
      return text:sub(1, from) .. table.concat(cells, ",") .. text:sub(to + 1)
    end)
  end

  local function line_of(file, id)
    local number = 0
    for line in (copy:read(file)):gmatch "([^\n]*)\n" do
      number = number + 1
      if line:sub(1, #id + 1) == id .. "," then return number end
    end
  end

  it("with a row of too few fields", function()
    copy:edit("figures.csv", function(text) return text .. "a-row,of-three,fields\n" end)
    refused("figures.csv:", "3 fields where 34 are expected")
  end)

  it("with text that the engine's reader refuses", function()
    copy:edit("codes.csv", function(text) return text .. 'a,"b"c,d\n\xE9,x,y\n' end)
    refused("codes.csv:", "text follows a closing quote", "not UTF-8")
  end)

  it("with an unknown indicator is told what could have been meant", function()
    set_field("figures.csv", "ice-2014-1.01", "indicator", "arests")
    refused("figures.csv:" .. line_of("figures.csv", "ice-2014-1.01"), "column 'indicator'",
      "'arests' is not in indicators", "did you mean 'arrests'?")
  end)

  it("with a source's own words behind no colon", function()
    set_field("figures.csv", "ice-2014-1.01", "note", "Printed as countries targeted.")
    refused("column 'note'", "'Printed as' has no colon")
  end)

  it("with what became of one person", function()
    set_field("figures.csv", "ice-2014-1.06", "category", "outcome-deceased")
    refused("figures.csv:" .. line_of("figures.csv", "ice-2014-1.06"), "column 'category'",
      "'outcome-deceased' tells what became of one person")
  end)

  it("with a dangling key", function()
    set_field("figures.csv", "ice-2014-1.01", "source", "nowhere-1900-1")
    refused("column 'source'", "'nowhere-1900-1' is not in sources; expected a known id")
  end)

  it("with a duplicate id", function()
    copy:edit("figures.csv", function(text)
      local row = text:match "\n(ice%-2014%-1%.01,[^\n]*\n)"
      return text .. row
    end)
    refused("column 'id'", "'ice-2014-1.01' is a duplicate of line " .. line_of("figures.csv", "ice-2014-1.01"))
  end)

  it("with a number that is no number", function()
    set_field("figures.csv", "ice-2014-1.01", "value", "nineteen")
    refused("column 'value'", "'nineteen' is refused; expected a number such as 1655 or 0.85")
  end)

  for _, word in ipairs {"nan", "inf", "0x13", "1e999", "1_000"} do
    it("with the number " .. word, function()
      set_field("figures.csv", "ice-2014-1.01", "value", word)
      refused("column 'value'", word)
    end)
  end

  it("with a date that does not exist", function()
    set_field("figures.csv", "ice-2014-1.01", "period_start", "2014-02-30")
    refused("column 'period_start'", "'2014-02-30' is refused; expected a day that exists")
  end)

  it("with a date that is none", function()
    set_field("figures.csv", "ice-2014-1.01", "period_start", "12 Nov 2014")
    refused("column 'period_start'", "expected a date written as YYYY-MM-DD")
  end)

  it("with low above high", function()
    set_field("figures.csv", "ice-2014-1.01", "low", "25")
    refused("column 'low'", "25 is above high, 19; expected low <= high")
  end)

  it("with bounds that the lexicon does not give", function()
    set_field("figures.csv", "hstoday-2013-1.02", "low", "100")
    refused("column 'low'", "100 is not what the lexicon makes of 'hundreds of'; expected 200")
  end)

  it("with a code of another dimension", function()
    set_field("figures.csv", "ice-2014-1.01", "offence", "red")
    refused("column 'offence'", "'red' is a code of 'notice'; expected a code of 'offence'")
  end)

  it("with a period that runs backwards", function()
    set_field("figures.csv", "ice-2014-1.01", "period_end", "2014-11-11")
    refused("column 'period_end'", "2014-11-11 is before period_start, 2014-11-12")
  end)

  it("with a part of itself", function()
    set_field("figures.csv", "ice-2014-1.03", "part_of", "ice-2014-1.03")
    refused("column 'part_of'", "leads back to the figure itself; expected a tree")
  end)

  it("with a descriptor that is not JSON", function()
    copy:edit("datapackage.json", function(text) return text:sub(1, 2000) end)
    refused("datapackage.json:", "is not JSON", "expected the descriptor of a Data Package")
  end)

  it("with a missing table", function()
    os.remove(copy.path .. "/sources.csv")
    local problems = refused("sources.csv", "expected the table 'sources'")
    assert.equal(1, #problems)
  end)

  it("with a table outside the package", function()
    copy:edit("datapackage.json", function(text) return (text:gsub('"areas.csv"', '"../areas.csv"', 1)) end)
    refused("datapackage.json", "leads out of the package", "expected a file inside it")
  end)

  it("with no descriptor", function()
    os.remove(copy.path .. "/datapackage.json")
    refused("datapackage.json", "expected the descriptor of a Data Package")
  end)

  it("with a header of another order", function()
    copy:edit("codes.csv", function(text) return (text:gsub("^code,dimension", "dimension,code")) end)
    refused("codes.csv:1: column 'code'", "the header has 'dimension' in place 1; expected 'code'")
  end)

  it("with a quote that never closes", function()
    copy:edit("codes.csv", function(text) return text .. '"open,1\n' end)
    refused("codes.csv:", "is never closed")
  end)

  it("names all that is wrong at once", function()
    set_field("figures.csv", "ice-2014-1.01", "value", "nineteen")
    set_field("figures.csv", "ice-2014-1.03", "period_start", "2014-02-30")
    set_field("figures.csv", "ice-2014-1.04", "indicator", "arests")
    assert.equal(3, #refused("nineteen", "2014-02-30", "arests"))
  end)
end)
