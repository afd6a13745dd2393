--- What is written for machines has a point in its numbers, whatever locale the program has set.

local command = require "command"

-- Run once as it is, and once under a locale whose numbers have a comma.
local PROGRAM = [[
if arg[1] ~= "" then assert(os.setlocale(arg[1]), "the locale is not there") assert(("%.1f"):format(1.5) == "1,5") end
local blotter = require "blotter"
local charts = require "blotter.publish.charts"
local t = blotter.csv "n,x,d,at\n1,1.5,2.25,2020-01-31 10:20:30.5\n2,1e300,3.50,2020-02-01 00:00:00\n"
print(t:csv())
print((t:where("x > $x", { x = 0.1 }):sql "postgresql"))
print((t:where "x > 0.30000000000000004":sql "clickhouse"))
print(t:sample(0.25, { seed = 1 }):explain())
print(charts.svg({ kind = "chart", chart = "bar", title = "T", unit = "persons", labels = { "a", "b" },
  series = { { name = "s", values = { 1.25, 7 } } } }, 720, "c"))
print(t:xlsx(arg[2]) and "written")
]]

describe("a locale with a comma", function()
  local folder
  setup(function()
    folder = command.folder()
    -- From the system's own sources: a folder with de_DE.UTF-8 in it.
    assert(os.execute(("env -u LD_PRELOAD localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 2>/dev/null"):format(folder)))
    command.spill(folder .. "/program.lua", PROGRAM)
  end)
  teardown(function() command.remove(folder) end)

  local function run(locale)
    local book = folder .. "/" .. (locale or "plain") .. ".xlsx"
    local pipe = assert(io.popen(("LOCPATH=%s lua5.4 %s/program.lua '%s' %s 2>&1"):format(folder, folder, locale or "",
      book)))
    local text = pipe:read "a"
    pipe:close()
    local sheet = assert(io.popen("unzip -p " .. book .. " xl/worksheets/sheet2.xml"))
    local cells = sheet:read "a"
    sheet:close()
    return text, cells
  end

  it("changes no character of CSV, SQL, drawings, worksheets and messages", function()
    local plain, cells = run(nil)
    local german, german_cells = run "de_DE.UTF-8"
    assert.is_truthy(plain:find("0.25 of the rows", 1, true), plain)
    assert.equal(plain, german)
    assert.is_truthy(cells:find("<v>1.5</v>", 1, true), cells)
    assert.equal(cells, german_cells)
  end)
end)
