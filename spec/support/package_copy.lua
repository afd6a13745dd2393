-- A copy of the operations dataset in a temporary folder, to be spoilt or added to.
--
--   local copy = package_copy.new()                    all of data/
--   local copy = package_copy.new {figures = {...}}    with these figures only, each a table of fields by name
--   copy:edit("figures.csv", function(text) ... end)   copy:remove()

local package_copy = {}

local Copy = {}
Copy.__index = Copy

local read = require "slurp"

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local TABLES = {"areas", "publishers", "sources", "subjects", "links", "indicators", "codes", "qualifiers", "words",
  "number_formats", "figures", "relations", "judgements", "history", "mapping", "facts"}

-- What a figure has when the test does not say.
local DEFAULTS = {subject = "icse", indicator = "arrests", qualifier = "exact", unit = "persons", multiplier = "1",
  period_kind = "unspecified", period_precision = "day", status = "A", rank = "normal", source = "ice-2014-1",
  locator = "1", stated = "number"}

local function figure_line(header, figure, number)
  local cells, low = {}, figure.low or figure.value
  local values = {id = "test." .. number, printed = tostring(figure.value), low = low,
    high = figure.high or figure.value}
  if figure.low == "" then values.low = nil end
  for name in header:gmatch "[^,]+" do
    local value = figure[name] or values[name] or DEFAULTS[name] or ""
    cells[#cells + 1] = tostring(value)
  end
  return table.concat(cells, ",")
end

--- Empties a table of the copy, but for its header and the lines given.
function Copy:replace(name, lines)
  local header = read(self.path .. "/" .. name .. ".csv"):match "^[^\n]*\n"
  write(self.path .. "/" .. name .. ".csv", header .. table.concat(lines, "\n") .. (#lines > 0 and "\n" or ""))
end

function Copy:edit(file, change)
  local path = self.path .. "/" .. file
  local before = read(path)
  local after = change(before)
  assert(after ~= before, "the edit changed nothing")
  write(path, after)
end

function Copy:read(file) return read(self.path .. "/" .. file) end

function Copy:remove()
  for _, name in ipairs(TABLES) do
    os.remove(self.path .. "/" .. name .. ".csv")
    os.remove(self.path .. "/" .. name .. ".csv.new")
  end
  os.remove(self.path .. "/datapackage.json")
  os.remove(self.path)
end

function package_copy.new(options)
  local path = os.tmpname()
  os.remove(path)
  assert(os.execute("mkdir '" .. path .. "'"))
  local copy = setmetatable({path = path}, Copy)
  write(path .. "/datapackage.json", read "data/datapackage.json")
  for _, name in ipairs(TABLES) do write(path .. "/" .. name .. ".csv", read("data/" .. name .. ".csv")) end
  if options and options.figures then
    local header = read("data/figures.csv"):match "^[^\n]*"
    local lines = {}
    for i, figure in ipairs(options.figures) do lines[i] = figure_line(header, figure, i) end
    copy:replace("figures", lines)
    for _, name in ipairs {"relations", "judgements", "facts"} do copy:replace(name, {}) end
    -- Made-up figures may be of later than the year or month in which their source was published.
    copy:edit("sources.csv", function(text)
      for _, precision in ipairs {"month", "quarter", "year"} do
        text = text:gsub("(,%d%d%d%d%-%d%d%-%d%d,)" .. precision .. ",", "%1unknown,")
      end
      return text
    end)
  end
  return copy
end

return package_copy
