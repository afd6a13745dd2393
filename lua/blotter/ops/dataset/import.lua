-- Adds sources with their figures to a package: validated as a whole, reconciled, and written or refused.
--
-- A record is a table (from Lua or JSON) with any of the package's tables as lists of rows, and `source` for the one
-- source whose figures it brings; a figure without a source takes that one. What follows from the rest may be left out:
--   id            the source's id and the next number        unit         that of the indicator
--   value, qualifier   read from `printed`                   low, high    by the lexicon
--   period        "2012", "FY2013", "2025-02/2025-03": sets period_start, period_end, period_kind, period_precision
--   multiplier 1, status A, rank normal, coverage unknown
--   of a source: date_precision, date_basis, language en, type news
-- What is wrong is named by its place in the record, such as `figures[3]`, or by the line of a CSV file.
-- In CSV, a row is a figure, and columns such as source.title belong to its source.
--
-- Files are written beside the old ones and renamed, those that are referred to first, so that each moment on disk is a
-- whole and valid package.

local cjson = require "cjson"
local csv = require "blotter.ops.dataset.records"
local dates = require "blotter.ops.figures.dates"
local diagnostics = require "blotter.ops.dataset.diagnostics"
local lexicon = require "blotter.ops.figures.lexicon"
local loader = require "blotter.ops.dataset.package"
local numerals = require "blotter.ops.figures.numerals"
local rules = require "blotter.ops.dataset.rules"

local import = {}

-- References first: a row may refer only to tables before its own (or to its own).
local order = {"areas", "publishers", "sources", "subjects", "links", "indicators", "codes", "qualifiers", "figures",
  "relations", "judgements"}

-- ---- reading a file ---------------------------------------------------------------------------------

local function read_json(path, text, problems)
  local ok, value = pcall(cjson.decode, text)
  if ok and type(value) == "table" then return value end
  problems:add(path, nil, nil, ok and "is not an object; expected a record with source and figures"
    or "is not JSON: " .. tostring(value):gsub("^Expected", "expected"))
  return nil
end

local function read_csv(path, text, problems)
  local rows, lines, line = csv.records(text)
  if not rows then
    problems:add(path, line, nil, lines)
    return nil
  end
  local header = rows[1]
  if not header then
    problems:add(path, 1, nil, "is empty; expected a header")
    return nil
  end
  local record = {figures = {}}
  for i = 2, #rows do
    local figure = {line = lines[i]}
    if #rows[i] ~= #header then
      problems:add(path, lines[i], nil, ("the row has %d fields; expected %d"):format(#rows[i], #header))
    end
    for place, name in ipairs(header) do
      local text_of = rows[i][place]
      if text_of and text_of ~= "" then
        local own = name:match "^source%.(.+)$"
        if own then
          record.source = record.source or {line = lines[i]}
          record.source[own] = record.source[own] or text_of
        else
          figure[name] = text_of
        end
      end
    end
    record.figures[#record.figures + 1] = figure
  end
  return record
end

--- Reads a record from a file: CSV by its name, JSON otherwise. Returns it, or nil and diagnostics.
function import.read(path)
  local problems = diagnostics.new()
  local text, missing = loader.read_file(path)
  if not text then
    problems:add(path, nil, nil, missing .. "; expected a record as JSON or CSV")
    return nil, problems
  end
  local read = path:find "%.[cC][sS][vV]$" and read_csv or read_json
  local record = read(path, text, problems)
  if #problems > 0 then return nil, problems end
  return record
end

-- ---- filling in what follows from the rest ------------------------------------------------------------

local function plain_text(value)
  if value == nil or value == cjson.null then return nil end
  if math.type(value) == "float" then
    return math.tointeger(value) and tostring(math.tointeger(value)) or ("%.15g"):format(value)
  end
  return tostring(value)
end

local multipliers = {thousand = 1000, million = 1000000, billion = 1000000000}

-- Other words for a qualifier of the lexicon.
local synonyms = {
  over = "more than", ["in excess of"] = "more than", exceeding = "more than", ["upwards of"] = "more than",
  almost = "nearly", ["close to"] = "nearly", some = "about", around = "about", approximately = "about",
  roughly = "about", circa = "about", ["as many as"] = "up to", ["at most"] = "up to", ["fewer than"] = "under",
  ["less than"] = "under", ["an average of"] = "on average", ["no fewer than"] = "at least",
}

-- The qualifier that a printed text begins with; the longest wins.
local function qualifier_of(words, printed)
  local text, best, length = printed:lower(), "exact", 0
  local function try(word, qualifier)
    if #word > length and words[qualifier] and text:sub(1, #word) == word and not text:find("^%a", #word + 1) then
      best, length = qualifier, #word
    end
  end
  for word in pairs(words) do try(word, word) end
  for word, qualifier in pairs(synonyms) do try(word, qualifier) end
  return best
end

-- Without a word, a percentage, a decimal part or a word such as million shows that the last digit is rounded.
local function is_rounded(printed, number, scale)
  return number:find "%.%d" ~= nil or multipliers[scale:lower()] ~= nil or printed:find "percent" ~= nil
    or printed:find "%%" ~= nil
end

local function read_printed(row, words)
  if not row.printed then return end
  local number, scale = row.printed:match "(%d[%d,.]*)%s*(%a*)"
  if not row.qualifier then
    row.qualifier = qualifier_of(words, row.printed)
    if row.qualifier == "exact" and number then
      if words.rounded and is_rounded(row.printed, number, scale) then
        row.qualifier = "rounded"
      elseif words.round and number:find "00$" then
        row.qualifier = "round"
      end
    end
  end
  if not number then
    local rule = words[row.qualifier]
    row.value = row.value or (rule and rule.low:find "^v" and plain_text(numerals.read(row.printed)) or nil)
    return
  end
  row.multiplier = row.multiplier or multipliers[scale:lower()] and tostring(multipliers[scale:lower()]) or "1"
  if not row.value then
    local value = tonumber((number:gsub(",", ""))) or 0
    row.value = plain_text(value * tonumber(row.multiplier))
  end
end

local function kind_of(text, first, last)
  if text:find "^[Ff][Yy]" then return "fiscal", "day" end
  if text:find "^%d%d%d%d$" or text:find "^%d%d%d%d/%d%d%d%d$" then return "calendar", "day" end
  local precision = text:find "%d%-%d%d%-%d%d" and "day" or "month"
  if first == last then return "day", "day" end
  if not first then return "since", precision end
  return "range", precision
end

local function read_period(row, file, problems)
  local text = row.period
  row.period = nil
  if not text or row.period_start or row.period_end then
    row.period_kind = row.period_kind or "unspecified"
    row.period_precision = row.period_precision or (row.period_kind == "unspecified" and "unknown" or "day")
    return
  end
  local period, problem = dates.period(text)
  if not period then
    problems:add(file, row.line, "period", problem)
    row.period_kind, row.period_precision = "unspecified", "unknown"
    return
  end
  if row.period_kind ~= "as_of" then row.period_start = period[1] and dates.format(period[1]) end
  row.period_end = period[2] and dates.format(period[2])
  local kind, precision = kind_of(text, period[1], period[2])
  row.period_kind, row.period_precision = row.period_kind or kind, row.period_precision or precision
end

local function fill_source(row)
  row.type = row.type or "news"
  row.language = row.language or "en"
  row.date_precision = row.date_precision or (row.date_published and "day" or "unknown")
  row.date_basis = row.date_basis or (row.date_published and "printed" or "none")
end

-- The ends that the lexicon gives, where the row states none.
local function fill_bounds(row, words, indicator)
  if row.low or row.high or not indicator or not words[row.qualifier] then return end
  local value = tonumber(row.value)
  local figure = {value = value and math.tointeger(value) or value, qualifier = row.qualifier, printed = row.printed,
    multiplier = tonumber(row.multiplier)}
  local low, high = lexicon.bounds(words, figure, indicator)
  row.low, row.high = plain_text(low), plain_text(high)
end

local function fill_figure(row, context)
  local indicator = context.indicators[row.indicator]
  read_printed(row, context.lexicon)
  read_period(row, context.file, context.problems)
  row.unit = row.unit or (indicator and indicator.unit)
  row.multiplier = row.multiplier or "1"
  row.qualifier = row.qualifier or "exact"
  row.status, row.rank = row.status or "A", row.rank or "normal"
  if row.part_of then row.coverage = row.coverage or "unknown" end
  fill_bounds(row, context.lexicon, indicator)
  local rule = context.lexicon[row.qualifier]
  if row.printed and not row.value and rule and rule.low:find "^v" then
    context.problems:add(context.file, row.line, "printed",
      ("'%s' holds no number that can be read; expected one, or a value"):format(row.printed))
  end
end

-- The keys of a table as texts, sorted, so that errors come in the same order in every run.
local function names_of(row)
  local names = {}
  for name in pairs(row) do names[#names + 1] = tostring(name) end
  table.sort(names)
  return names
end

-- ---- rows -----------------------------------------------------------------------------------------------

-- A row of texts by field, from a row of any values; unknown fields are refused.
local function texts_of(row, data, line, context)
  local texts = {line = line}
  for _, name in ipairs(names_of(row)) do
    local value = row[name]
    if name ~= "line" and not (data.name == "figures" and name == "period") and not data.schema.by_name[name] then
      local known = {}
      for i, field in ipairs(data.schema.fields) do known[i] = field.name end
      local near = diagnostics.nearest(tostring(name), known)
      context.problems:add(context.file, line, tostring(name), "is no field of " .. data.name
        .. (near and "; did you mean '" .. near .. "'?" or ""))
    elseif name ~= "line" then
      texts[name] = plain_text(value)
    end
  end
  return texts
end

local function next_id(index, source, taken)
  local number = 0
  repeat
    number = number + 1
    local id = ("%s.%02d"):format(source or "source", number)
    if not index[id] and not taken[id] then
      taken[id] = true
      return id
    end
  until false
end

-- The new rows by table, as texts.
local function collect(whole, record, context)
  local fresh = {}
  if record.source then
    record.sources = record.sources or {}
    table.insert(record.sources, 1, record.source)
  end
  for _, name in ipairs(order) do
    fresh[name] = {}
    for place, row in ipairs(record[name] or {}) do
      if type(row) ~= "table" then
        context.problems:add(context.file, ("%s[%d]"):format(name, place), nil, "expected a row with fields")
      else
        fresh[name][#fresh[name] + 1] = texts_of(row, whole.tables[name],
          row.line or ("%s[%d]"):format(name, place), context)
      end
    end
  end
  for _, row in ipairs(fresh.sources) do fill_source(row) end
  local own = record.source and plain_text(record.source.id)
  local taken = {}
  for _, row in ipairs(fresh.figures) do
    if row.id then taken[row.id] = true end
  end
  for _, row in ipairs(fresh.figures) do
    row.source = row.source or own
    row.id = row.id or next_id(whole.tables.figures.index, row.source, taken)
    fill_figure(row, context)
  end
  return fresh
end

-- ---- validation -----------------------------------------------------------------------------------------

-- A package that holds the old rows and the new ones. Tables without new rows are shared.
local function combine(whole, fresh, context)
  local combined = {directory = whole.directory, descriptor = whole.descriptor, names = whole.names, tables = {}}
  local added = {}
  for _, name in ipairs(whole.names) do
    local data = whole.tables[name]
    local rows = fresh[name] or {}
    added[name] = {}
    if #rows == 0 then
      combined.tables[name] = data
    else
      local joined = table.move(data.rows, 1, #data.rows, 1, {})
      for _, texts in ipairs(rows) do
        local cells = {}
        for i, field in ipairs(data.schema.fields) do cells[i] = texts[field.name] end
        local row = loader.read_record(data.schema, cells, context.file, texts.line, context.problems)
        row.file = context.file
        joined[#joined + 1] = row
        table.insert(added[name], row)
      end
      combined.tables[name] = {name = name, file = data.file, schema = data.schema, rows = joined}
    end
  end
  return combined, added
end

-- Keys of the tables that grew, and the references of the new rows.
local function check_keys(combined, added, context)
  for _, name in ipairs(combined.names) do
    local data = combined.tables[name]
    if #added[name] > 0 then
      local key = data.schema.primary_key[1]
      data.key_field = key
      data.index = {}
      for _, row in ipairs(data.rows) do
        local id = row[key]
        if id and data.index[id] and row.file then
          context.problems:add(context.file, row.line, key, ("'%s' is taken; expected a new %s"):format(id, key))
        elseif id then
          data.index[id] = row
        end
      end
    end
  end
  for _, name in ipairs(combined.names) do
    local data = combined.tables[name]
    local view = {file = context.file, schema = data.schema}
    loader.check_references(combined, view, added[name], context.problems)
  end
end

--- Validates a record against a package. Returns the combined package, the new rows by table and their texts; or nil
-- and diagnostics with everything that is wrong.
function import.prepare(whole, record, file)
  local context = {problems = diagnostics.new(), file = file or "record"}
  context.indicators = whole.tables.indicators.index
  context.lexicon = lexicon.from_rows(whole.tables.qualifiers.rows)
  if type(record) ~= "table" then
    context.problems:add(context.file, nil, nil, "is not a record; expected a table with source and figures")
    return nil, context.problems
  end
  if next(record) == nil then
    context.problems:add(context.file, nil, nil, "is empty; expected a source with its figures")
  end
  for _, name in ipairs(names_of(record)) do
    if name ~= "source" and not whole.tables[name] then
      context.problems:add(context.file, nil, tostring(name), "is no table; expected source, figures or another table")
    end
  end
  local fresh = collect(whole, record, context)
  local combined, added = combine(whole, fresh, context)
  check_keys(combined, added, context)
  rules.check(combined, added.figures, context.problems)
  if #context.problems > 0 then return nil, context.problems end
  return combined, added, fresh
end

-- ---- writing --------------------------------------------------------------------------------------------

local function quoted(text)
  if text:find '[",\r\n]' then return '"' .. text:gsub('"', '""') .. '"' end
  return text
end

local function line_of(schema, texts)
  local cells = {}
  for i, field in ipairs(schema.fields) do cells[i] = quoted(texts[field.name] or "") end
  return table.concat(cells, ",") .. "\n"
end

local function write_beside(path, text)
  local temporary = path .. ".new"
  local file, problem = io.open(temporary, "wb")
  if not file then return nil, problem end
  local ok, why = file:write(text)
  if ok then ok, why = file:close() else file:close() end
  if not ok then
    os.remove(temporary)
    return nil, why
  end
  return temporary
end

--- Writes the new rows behind the old ones. Returns true, or nil and a message; then no file has changed.
function import.write(combined, fresh)
  local ready = {}
  for _, name in ipairs(order) do
    if #(fresh[name] or {}) > 0 then
      local data = combined.tables[name]
      local text, problem = loader.read_file(data.file)
      local temporary
      if text then
        local lines = {text:find "\n$" and text or text .. "\n"}
        for _, texts in ipairs(fresh[name]) do lines[#lines + 1] = line_of(data.schema, texts) end
        temporary, problem = write_beside(data.file, table.concat(lines))
      end
      if not temporary then
        for _, entry in ipairs(ready) do os.remove(entry.temporary) end
        return nil, ("%s cannot be written: %s"):format(data.file, problem)
      end
      ready[#ready + 1] = {temporary = temporary, file = data.file}
    end
  end
  for _, entry in ipairs(ready) do
    local ok, problem = os.rename(entry.temporary, entry.file)
    if not ok then return nil, ("%s cannot be replaced: %s"):format(entry.file, problem) end
  end
  return true
end

return import
