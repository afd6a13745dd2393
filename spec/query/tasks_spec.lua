--- What an analyst asks for day by day, each in one line.

local answer = require "answer"
local blotter = require "blotter"

local lines = answer.lines

local t, names
describe("an analyst's task in one line:", function()
  before_each(function()
    t = blotter.table "received date, country string, n int64"
    t:append_rows { { "2011-12-30", "KR", 10 }, { "2012-01-05", "KR", 20 }, { "2012-01-09", "JP", 40 },
      { "2012-04-02", "KR", 30 }, { "2013-02-11", "JP", 60 } }
    names = blotter.table "code string, name string"
    names:append_rows { { "KR", "Korea" }, { "JP", "Japan" } }
  end)

  it("join with the names of countries", function()
    assert.equal("name,n Korea,60 Japan,100 ",
      lines(t:left_join(names, "country == code"):by "name":agg "n = sum(n)"))
  end)

  it("percent of the total", function()
    assert.equal("country,n,percent KR,60,37.5 JP,100,62.5 ",
      lines(t:by "country":agg "n = sum(n)":window { derive = "percent = 100 * n / sum(n)" }))
  end)

  it("change on the year before", function()
    assert.equal("y,n,change 2011,10, 2012,90,80 2013,60,-30 ",
      lines(t:by "y = year(received)":agg "n = sum(n)":window { order = "y", derive = "change = n - lag(n)" }))
  end)

  it("running total", function()
    assert.equal("country,n,total KR,10,10 KR,20,30 JP,40,40 KR,30,60 JP,60,100 ",
      lines(t:window { by = "country", order = "received", derive = "total = cumsum(n)" }:drop "received"))
  end)

  it("moving average", function()
    assert.equal("n,m 10,10.0 20,15.0 40,30.0 30,35.0 60,45.0 ",
      lines(t:window { order = "received", rows = 2, derive = "m = mean(n)" }:select "n, m"))
  end)

  it("years across the columns", function()
    assert.equal("country,2011,2012,2013 KR,10,50,0 JP,0,40,60 ",
      lines(t:pivot { rows = "country", cols = "year(received)", value = "sum(n)", fill = 0 }))
  end)

  it("of each key only the newest row", function()
    assert.equal("country,n JP,60 KR,30 ",
      lines(t:top(1, "received", { by = "country" }):order "country":select "country, n"))
  end)

  it("histogram", function()
    assert.equal("from,rows 0,1 20,2 40,1 60,1 ", lines(t:by "from = bin(n, 20)":agg "rows = count()":order "from"))
  end)

  it("describe", function()
    assert.equal("column,nulls,median received,0, country,0, n,0,30.0 ",
      lines(t:describe():select "column, nulls, median"))
  end)

  it("months without rows as zero", function()
    assert.equal("m,n 2011-12-01,10 2012-01-01,60 2012-02-01,0 2012-03-01,0 2012-04-01,30 ",
      lines(t:by "m = trunc(received, 'month')":agg "n = sum(n)":fill { over = "m", step = "month", with = 0 }:head(5)))
  end)
end)
