--- Answers as pictures of block characters: bars beside numbers, a line of columns a row, and charts.

local arguments = require "blotter.errors.arguments"
local bars = require "blotter.terminal.bars"
local bind = require "blotter.lang.bind"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local lexer = require "blotter.lang.lexer"
local parser = require "blotter.lang.parser"
local query = require "blotter.query.verbs"
local schema = require "blotter.tables.schema"
local show = require "blotter.terminal.show"
local suggest = require "blotter.errors.suggest"

local MOST_BARS, CHART_ROWS, BAR_CELLS = 40, 12, 20

local function is_number(kind)
  return kind == "int64" or kind == "float64" or kind:find "^decimal" ~= nil
end

local EXAMPLES = {
  plot = "{x = \"year\", y = \"n\"}", sparks = "{rows = \"country\", cols = \"year\", value = \"sum(n)\"}",
}

local function expect_text(options, name, method)
  if type(options[name]) ~= "string" then fail("%s: %s is a text, as in %s", method, name, EXAMPLES[method]) end
end

--- The values of x as numbers on a line: a date or a timestamp by its seconds.
local function number_of(kind)
  local moment = kind == "date" and "timestamp(x)" or "x"
  return (kind == "date" or kind == "timestamp") and ("float64(epoch(%s))"):format(moment) or "float64(x)"
end

local function bar_chart(found, n, width)
  local labels, texts = {}, found:texts(n)[2].cells
  for i, cell in ipairs(found:texts(n)[1].cells) do labels[i] = cell end
  local values = found:query():derive "y = float64(y)":values "y"
  return bars.lines(labels, values, texts, n, width)
end

--- Points, with the bounds of y on the left and those of x below.
local function point_chart(found, kind, n, width)
  local points = found:query():derive(("x = %s, y = float64(y)"):format(number_of(kind)))
  local xs, ys = points:values "x", points:values "y"
  local ends = found:query():where "x ~= nil":agg "low = min(x), high = max(x)":collect():texts(1)
  local tall, wide = CHART_ROWS, 12
  local lines, _, y = bars.points(xs, ys, n, math.max(16, width - wide - 2), tall)
  for i, text in ipairs(lines) do
    local label = i == 1 and y[2] or i == tall and y[1]
    lines[i] = ("%12s │%s"):format(label and show.float(label + 0.0):gsub("%.0$", "") or "", text)
  end
  local first, last = ends[1].cells[1], ends[2].cells[1]
  lines[#lines + 1] = (" "):rep(wide + 2) .. first .. (" "):rep(math.max(1, width - wide - 2 - #first - #last)) .. last
  return lines
end

--- A chart of y over x as a text: bars with their values, or with more than 40 rows points, when x is a number, a date
-- or a timestamp. `options`: x, y (expressions), width (cells; those of the terminal), params.
function query:plot(options)
  options = arguments.options(options, { "x", "y", "width", "params" }, "plot")
  expect_text(options, "x", "plot")
  expect_text(options, "y", "plot")
  for _, axis in ipairs { "x", "y" } do bind.check_constant(parser.expression(options[axis]), query.scope(self)) end
  local asked = self:select(("x = %s, y = %s"):format(options.x, options.y), options.params)
  local columns = asked:columns()
  if not is_number(columns[2].type) then fail("plot: y is a number, not a %s", columns[2].type) end
  local found = asked:collect()
  local n, kind = #found, columns[1].type
  local width = options.width or core.terminal() or tonumber(os.getenv "COLUMNS") or 100
  local is_line = is_number(kind) or kind == "date" or kind == "timestamp"
  if n > MOST_BARS and is_line then return table.concat(point_chart(found, kind, n, width), "\n") end
  local lines = bar_chart(found, math.min(n, MOST_BARS), width)
  if n > MOST_BARS then lines[#lines + 1] = ("… %d rows in all"):format(n) end
  return table.concat(lines, "\n")
end

--- Adds a column of bars behind the others for each of the columns named: `n_bar` for n, 20 cells at most.
function query:bars(text)
  if type(text) ~= "string" then fail "bars: columns are named by a text such as \"n\"" end
  local columns, names, items = self:columns(), {}, {}
  local type_of = {}
  for i, column in ipairs(columns) do names[i], type_of[column.name] = column.name, column.type end
  for name in text:gmatch "[^,]+" do
    name = name:gsub("^%s*`?", ""):gsub("`?%s*$", "")
    if not type_of[name] then fail("bars: unknown column '%s'%s", name, suggest.phrase(name, names)) end
    if not is_number(type_of[name]) then fail("bars: '%s' is no number, but a %s", name, type_of[name]) end
    local x = ("float64(%s)"):format(lexer.backquoted(name))
    local eighths = ("coalesce(try(int64(round(%d.0e0 * %s / max(if(is_finite(%s), %s, nil))))), 0)"):format(
      8 * BAR_CELLS, x, x, x)
    items[#items + 1] = ("%s = if(%s < 0 or %s == nil, nil, left('%s', %s // 8) .. if(%s %% 8 == 0, '', "
      .. "substr('▏▎▍▌▋▊▉', %s %% 8, 1)))"):format(lexer.backquoted(name .. "_bar"), eighths, x,
      ("█"):rep(BAR_CELLS), eighths, eighths, eighths)
  end
  return self:window { derive = table.concat(items, ", ") }
end

--- A row for each of `rows`, with a line of columns over the values of `cols`: {rows, cols, value, params} as pivot
-- takes them. A frame: the rows' columns, spark, and the first and the last value that there is.
function query:sparks(options)
  options = arguments.options(options, { "rows", "cols", "value", "params" }, "sparks")
  for _, name in ipairs { "rows", "cols", "value" } do expect_text(options, name, "sparks") end
  local wide = self:pivot(options):collect()
  local keys = #self:by(options.rows):agg "n = count()":columns() - 1
  local columns, text = wide:columns(), {}
  for i = 1, keys do text[i] = lexer.backquoted(columns[i].name) .. " " .. columns[i].type end
  text[#text + 1] = "spark string, first float64, last float64"
  local made = core.table(schema.read(table.concat(text, ", ")))
  for _, row in wide:rows() do
    local values, cells, first, last = {}, { n = keys + 3 }, nil, nil
    for i = 1, keys do cells[i] = row[columns[i].name] end
    for i = keys + 1, #columns do
      local value = row[columns[i].name]
      values[i - keys] = value and tonumber(value)
      first, last = first or values[i - keys], values[i - keys] or last
    end
    cells[keys + 1], cells[keys + 2], cells[keys + 3] = bars.spark(values, #columns - keys), first, last
    made:append(table.unpack(cells, 1, keys + 3))
  end
  return require("blotter.query.frame").new(made)
end

return query
