-- How answers look at the prompt: figures, totals and findings as text.

local bounds = require "blotter.ops.figures.bounds"
local citing = require "blotter.ops.figures.citing"
local dates = require "blotter.ops.figures.dates"
local listing = require "blotter.ops.figures.listing"
local phrase = require "blotter.ops.figures.phrase"
local tables = require "blotter.ops.dataset.engine_tables"

local show = {}

local longest = 20

local finding_columns = listing.columns
  "check string, verdict string, class string, low number, high number, sentence string"
local link_columns = listing.columns
  "from string, from_name string, to string, to_name string, role string, words string, depth int64, date date"

-- Years are numbers; a year that is none of the calendar is named by the column period.
local is_year = {year = true, fiscal_year = true}

local function names_period(by)
  for _, name in ipairs(by) do
    if is_year[name] then return true end
  end
  return false
end

-- The columns of the rows of a total: its keys, the numbers, and what is to be known of them.
local function total_columns(result)
  local columns, by = {}, result.by
  for i, name in ipairs(by) do columns[i] = {name = name, type = is_year[name] and "int64" or "string"} end
  if names_period(by) then columns[#columns + 1] = {name = "period", type = "string"} end
  local numbers = "low number, best number, high number, figures int64, flags string, lacks string, refused string, "
    .. "unexplained string, as_of date" .. (by.currency and "" or ", currency string")
  local rest = listing.columns(numbers)
  return table.move(rest, 1, #rest, #columns + 1, columns)
end

-- A row of a total as a record of its columns. The first key that is a text says "unexplained" of the row that is so.
local function total_record(result, row)
  local record, first_text = {}, nil
  for name, value in pairs(row) do record[name] = value end
  record.figures = #row.figures
  for _, name in ipairs(result.by) do
    if not is_year[name] then
      first_text = first_text or name
    else
      first_text = first_text or "period"
      record.period = record.period or row[name]
      record[name] = math.tointeger(row[name])
    end
  end
  if row.unexplained and first_text then record[first_text] = "unexplained" end
  return record
end

local function total_records(result)
  local records = {}
  for i, row in ipairs(#result.by > 0 and result.rows or {result.total}) do
    records[i] = total_record(result, row)
  end
  return records
end

-- What is a field of a row, and of the total as the row that it is.
local of_rows = {}
for _, name in ipairs {"low", "best", "high", "figures", "flags", "lacks", "covers"} do
  of_rows[name] = ("a total has no '%s': write .total.%s, or that of one of its rows"):format(name, name)
end

-- What is looked at first.
local figure_first = listing.columns
  "id string, subject string, indicator string, value number, period string, source string, published date"

-- The columns of the table of figures, of the types that they have there, with the period as one text.
local function figure_columns(whole)
  local columns, is_first = {}, {}
  for i, column in ipairs(figure_first) do columns[i], is_first[column.name] = column, i end
  for _, column in ipairs(tables.schema(whole.tables.figures)) do
    local place = is_first[column.name] or #columns + 1
    columns[place] = {name = column.name, type = column.type}
  end
  return columns
end

local function more_of(count, what)
  return ("… %d %s in all; :show(%d) prints them"):format(count, what, count)
end

local function cut(lines, count, what)
  if count > longest then lines[#lines + 1] = more_of(count, what) end
  return table.concat(lines, "\n")
end

local function figure_text(whole, figure)
  return ("%s: %s; %s (%s)"):format(figure.id, phrase.counted(figure), phrase.about(whole, figure),
    phrase.source(figure.source_row))
end

--- A figure by itself: what it says, of what, where it stands, and its words.
local function figure_whole(whole, figure)
  local lines = {figure_text(whole, figure), "  period: " .. phrase.period(figure)}
  for _, name in ipairs {"printed", "locator", "quote", "notes"} do
    local value = figure[name]
    if type(value) == "string" and value ~= "" then lines[#lines + 1] = ("  %s: %s"):format(name, value) end
  end
  return table.concat(lines, "\n")
end

-- What figures have beside their fields.
local function figure_field(whole)
  local function cite(figure) return citing.figure(whole, figure) end
  return function(figure, name)
    if name == "cite" then return cite end
    if name == "published" then return figure.source_row.published end
    return name == "period" and dates.iso(figure.first, figure.last) or nil
  end
end

-- The sources of an answer's figures: figures:cite(), total:cite().
local function cite_list(whole)
  return function(list) return (citing.sources(whole, list)) or "no figures" end
end

--- Gives each of the figures a text of its own.
local function printing(whole, list)
  local class = {__tostring = function(figure) return figure_whole(whole, figure) end,
    __index = figure_field(whole)}
  for _, figure in ipairs(list) do
    if not getmetatable(figure) then setmetatable(figure, class) end
  end
end

local finding_class = {__tostring = function(finding)
  local lines = {("[%s, %s] %s"):format(finding.check, finding.verdict, finding.sentence)}
  for _, figure in ipairs(finding.figures or {}) do
    lines[#lines + 1] = ("  %s: %s"):format(figure.id, phrase.counted(figure))
  end
  return table.concat(lines, "\n")
end}

--- A list of figures: one line each with its id, value, subject and source; and how many may be of the asked period,
-- but are not placed in it, because a side of theirs is not known. What advice() gives (or
-- nil) is said of an empty list.
function show.figures(whole, list, advice)
  printing(whole, list)
  return setmetatable(list, listing.class(function(self)
    local lines = {}
    for i = 1, math.min(#self, longest) do lines[i] = figure_text(whole, self[i]) end
    if #self == 0 then
      local more = advice and advice()
      lines[1] = "no figures" .. (more and ": " .. more or "")
    end
    if #self.unplaced > 0 then
      table.insert(lines, ("not placed in the period, as a side of theirs is open: %d (see unplaced)"):format(
        #self.unplaced))
    end
    return cut(lines, #self, "figures")
  end, function() return figure_columns(whole) end, nil, nil, {cite = cite_list(whole)}))
end

-- Lists of a total's figures: its entries are also the figures that they hold, so that used[1].source_row is one.
local entry_class = {
  __index = function(entry, name) return rawget(entry, "figure")[name] end,
  __tostring = function(entry)
    local reason = rawget(entry, "reason")
    return tostring(entry.figure) .. (reason and "\n  left out: " .. reason or "")
  end,
}

local function entry_columns(whole)
  local columns = figure_columns(whole)
  return table.move(columns, 1, #columns, 2, {{name = "reason", type = "string"}})
end

local function entries(whole, list)
  local figures = {}
  for i, entry in ipairs(list) do
    figures[i] = entry.figure
    if not getmetatable(entry) then setmetatable(entry, entry_class) end
  end
  printing(whole, figures)
  return setmetatable(list, listing.class(function(self)
    local lines = {}
    for i = 1, math.min(#self, longest) do
      local reason = rawget(self[i], "reason")
      lines[i] = figure_text(whole, self[i].figure) .. (reason and ": left out, " .. reason or "")
    end
    return cut(lines, #self, "figures")
  end, function() return entry_columns(whole) end, nil, nil, {cite = cite_list(whole)}))
end

-- What must be known before a row is printed: its flags, each with what is behind it.
local function warnings(row)
  local words = {}
  for _, flag in ipairs(row.flags) do
    words[#words + 1] = flag == "partial" and "partial: " .. table.concat(row.lacks, "; ") or flag
  end
  return #words > 0 and " [" .. table.concat(words, " | ") .. "]" or ""
end

-- A row's keys and its value: "2014: 679".
local function row_value(result, row)
  local keys = {}
  for i, name in ipairs(result.by) do keys[i] = tostring(row[name] or "not stated") end
  if row.unexplained then keys = {"unexplained"} end
  local value = row.refused and "not added: " .. row.refused or bounds.describe(row.low, row.high)
  if not row.low and not row.high and row.best then value = "about " .. bounds.group_digits(row.best) end
  if row.as_of then value = value .. " as of " .. row.as_of end
  return ("%s: %s"):format(#keys > 0 and table.concat(keys, ", ") or "total", value)
end

local function row_text(result, row)
  local many = row.unexplained or #row.figures == 1 and "1 figure" or #row.figures .. " figures"
  return ("%s (%s)%s"):format(row_value(result, row), many, warnings(row))
end

-- A chart of a total's rows. Those that are no part of its axis, those that are not added, and the unexplained one, are
-- named below it: as bars they would be the longest, or none.
local function plot_total(result, options)
  local records, drawn, others = total_records(result), {}, {}
  local axis = type(options) == "table" and options.x
  local on_axis = (result.by[axis or ""] or axis == "period") and axis
  for i, record in ipairs(records) do
    local row = result.rows[i] or {}
    if row.unexplained or row.refused or on_axis and record[on_axis] == nil then
      others[#others + 1] = row_value(result, result.rows[i])
    else
      drawn[#drawn + 1] = record
    end
  end
  local chart = listing.frame(drawn, total_columns(result)):plot(options)
  return #others > 0 and ("%s\nnot drawn: %s"):format(chart, table.concat(others, "; ")) or chart
end

-- The states before that of a total, as "48 (2015-11-18), 49 (2017-01-09)"; a break is marked by "|".
local function series_text(series)
  local words = {}
  for _, state in ipairs(series) do
    local mark = state.is_break and "| " or ""
    local word = ("%s%s (%s)"):format(mark, bounds.describe(state.low, state.high), state.day)
    if word ~= words[#words] then words[#words + 1] = word end
  end
  return "series: " .. table.concat(words, ", ")
end

--- A total: its rows, the total, and why figures were left out, by reason. What advice() gives
-- (or nil) is said of an empty one.
function show.total(whole, result, advice)
  entries(whole, result.used)
  entries(whole, result.left_out)
  return setmetatable(result, listing.class(function(self)
    local lines, reasons, order = {self.indicator.name .. ", policy " .. self.policy}, {}, {}
    if #self.by > 0 then
      for i = 1, math.min(#self.rows, longest) do lines[#lines + 1] = row_text(self, self.rows[i]) end
      if #self.rows > longest then lines[#lines + 1] = more_of(#self.rows, "rows") end
    end
    if self.unexplained and #self.rows > longest then lines[#lines + 1] = row_text(self, self.unexplained) end
    lines[#lines + 1] = row_text({by = {}}, self.total)
    lines[#lines + 1] = advice and advice()
    local series = #self.total.figures == 1 and self.total.series or {}
    if #series > 1 then lines[#lines + 1] = series_text(series) end
    for _, cut_at in ipairs(self.breaks) do
      lines[#lines + 1] = ("series break from %s: %s"):format(cut_at.from or "an unknown day",
        cut_at.note or phrase.about_subject(cut_at.figure))
    end
    for _, entry in ipairs(self.left_out) do
      if not reasons[entry.reason] then order[#order + 1] = entry.reason end
      reasons[entry.reason] = (reasons[entry.reason] or 0) + 1
    end
    table.sort(order, function(a, b)
      if reasons[a] ~= reasons[b] then return reasons[a] > reasons[b] end
      return a < b
    end)
    for _, reason in ipairs(order) do lines[#lines + 1] = ("left out: %d, %s"):format(reasons[reason], reason) end
    return table.concat(lines, "\n")
  end, total_columns, total_records, of_rows, {plot = plot_total, cite = cite_list(whole)}))
end

--- The findings: one sentence each, in their rank.
function show.findings(list)
  for _, finding in ipairs(list) do
    if not getmetatable(finding) then setmetatable(finding, finding_class) end
  end
  return setmetatable(list, listing.class(function(self)
    local lines = {}
    for i = 1, math.min(#self, longest) do
      lines[i] = ("%d. [%s, %s] %s"):format(i, self[i].check, self[i].verdict, self[i].sentence)
    end
    if #self == 0 then lines[1] = "nothing contradicts anything" end
    return cut(lines, #self, "findings")
  end, finding_columns))
end

--- A network: its drawing.
function show.network(result)
  return setmetatable(result, listing.class(function(self) return self.drawing end, link_columns))
end

return show
