-- Adds sources with their figures to a package: validated as a whole, and refused or handed on to be written.
--
-- A record is a table (from Lua or JSON) with any of the package's tables as lists of rows, and `source` for the one
-- source whose figures it brings; a figure without a source takes that one. What may be left out says filling.lua. What
-- is wrong is named by its place in the record, such as `figures[3]`, or by the line of a CSV file; what only follows
-- from another mistake is not complained of. `questions`, which a worksheet has, is passed over.

local diagnostics = require "blotter.ops.dataset.diagnostics"
local filling = require "blotter.ops.dataset.filling"
local listed = require "blotter.ops.dataset.listed"
local loader = require "blotter.ops.dataset.package"
local rules = require "blotter.ops.dataset.rules"
local writing = require "blotter.ops.dataset.writing"

local adding = {}

-- The keys of a table as texts, sorted, so that errors come in the same order in every run.
local function names_of(row)
  local names = {}
  for name in pairs(row) do names[#names + 1] = tostring(name) end
  table.sort(names)
  return names
end

-- ---- rows ----

-- Fields of a record that are no fields of its tables.
local short_hand = {figures = {period = true, number_format = true}, sources = {number_format = true}}

-- A row of texts by field, from a row of any values; unknown fields are refused.
local function texts_of(row, data, line, context)
  local texts = {line = line}
  for _, name in ipairs(names_of(row)) do
    local value = row[name]
    if name ~= "line" and not data.schema.by_name[name] and not (short_hand[data.name] or {})[name] then
      local known = {}
      for i, field in ipairs(data.schema.fields) do known[i] = field.name end
      local near = diagnostics.nearest(tostring(name), known)
      context.problems:add(context.file, line, tostring(name), "is no field of " .. data.name
        .. (near and "; did you mean '" .. near .. "'?" or ""))
    elseif type(value) == "table" then
      context.problems:add(context.file, line, tostring(name), "is a list or an object; expected a text or a number")
    elseif name ~= "line" then
      texts[name] = filling.text(value)
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

-- The rows of a table of the record as texts, its mistakes noted.
local function rows_of(name, record, context)
  local rows = {}
  for place, row in ipairs(record[name] or {}) do
    local line = ("%s[%d]"):format(name, place)
    if type(row) ~= "table" then
      context.problems:add(context.file, line, nil, "expected a row with fields")
    else
      rows[#rows + 1] = texts_of(row, context.whole.tables[name], row.line or line, context)
    end
  end
  return rows
end

-- Gives the figures their source and their ids; a whole may be named by its place in the record.
local function identify(figures, source, context)
  local taken, index = {}, context.whole.tables.figures.index
  local needs_source = false
  for _, row in ipairs(figures) do
    row.source = row.source or source
    needs_source = needs_source or not row.source
    if row.id then taken[row.id] = true end
  end
  for _, row in ipairs(figures) do row.id = row.id or next_id(index, row.source, taken) end
  for _, row in ipairs(figures) do
    local place = row.part_of and row.part_of:match "^#?(%d+)$"
    local whole = place and figures[math.tointeger(tonumber(place))]
    if whole then row.part_of = whole.id end
  end
  if needs_source then
    context.problems:add(context.file, nil, "source", "is missing; expected the source of the figures")
  end
end

-- Fills in the figures: each by itself, then the lists that they make.
local function fill_figures(rows, context)
  local unstated = {}
  for _, row in ipairs(rows) do
    unstated[row] = row.qualifier == nil
    filling.figure(context, row)
  end
  listed.settle(rows, unstated)
end

-- The new rows by table, as texts, with what follows filled in.
local function collect(record, context)
  local fresh = {}
  if record.source then
    record = setmetatable({sources = {record.source, table.unpack(record.sources or {})}}, {__index = record})
  end
  for _, name in ipairs(writing.order) do
    fresh[name] = rows_of(name, record, context)
    if name == "sources" then
      for _, row in ipairs(fresh.sources) do filling.source(context, row) end
    elseif name == "subjects" then
      for _, row in ipairs(fresh.subjects) do filling.subject(context, row) end
    end
    if name ~= "figures" then context:know(name, fresh[name]) end
  end
  identify(fresh.figures, record.source and fresh.sources[1] and fresh.sources[1].id, context)
  fill_figures(fresh.figures, context)
  return fresh
end

-- ---- validation ----

-- What is empty or wrong in these columns of a lame figure follows from what was complained of already.
local follows = {unit = true, value = true, low = true, high = true, multiplier = true, qualifier = true}

-- A new row as a record of values.
local function read_row(schema, cells, texts, context)
  local problems = diagnostics.new()
  local row = loader.read_record(schema, cells, context.file, texts.line, problems)
  for _, problem in ipairs(problems) do
    local follows_lead = texts.is_lame and follows[problem.column] or problem.column == "source" and not texts.source
    if not follows_lead then context.problems[#context.problems + 1] = problem end
  end
  row.file, row.is_lame = context.file, texts.is_lame
  return row
end

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
        local row = read_row(data.schema, cells, texts, context)
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

-- An address without what does not tell documents apart.
local function plain_url(url)
  return url and url:lower():gsub("^https?://", ""):gsub("^www%.", ""):gsub("#.*$", ""):gsub("/+$", "")
end

-- Whether two sources are one document: the same address, or publisher, title and day where one has none.
local function is_same_document(a, b)
  if a.url and b.url then return plain_url(a.url) == plain_url(b.url) end
  return a.publisher == b.publisher and a.title ~= nil and a.title == b.title and a.date_published == b.date_published
end

-- Refuses a document that is there already, unless it is its later edition.
local function check_documents(combined, added, context)
  for _, row in ipairs(added.sources) do
    for _, old in ipairs(combined.tables.sources.rows) do
      if old ~= row and row.supersedes ~= old.id and old.supersedes ~= row.id and is_same_document(row, old) then
        context.problems:add(context.file, row.line, row.url and old.url and "url" or "title",
          ("is that of %s: the same document; expected another one, or supersedes for a later edition"):format(old.id))
        break
      end
    end
  end
end

-- Whether a record has the form of one.
local function check_form(whole, record, context)
  if type(record) ~= "table" then
    context.problems:add(context.file, nil, nil, "is not a record; expected a table with source and figures")
    return false
  end
  if next(record) == nil then
    context.problems:add(context.file, nil, nil, "is empty; expected a source with its figures")
  end
  for _, name in ipairs(names_of(record)) do
    if name ~= "source" and name ~= "questions" and not whole.tables[name] then
      context.problems:add(context.file, nil, name, "is no table; expected source, figures or another table")
    elseif type(record[name]) ~= "table" then
      context.problems:add(context.file, nil, name, name == "source" and "is no row; expected a table of fields"
        or "is no list; expected rows")
      return false
    end
  end
  return true
end

local function has_rows(fresh)
  for _, rows in pairs(fresh) do
    if #rows > 0 then return true end
  end
  return false
end

--- Validates a record against a package. Returns the combined package, the new rows by table and their texts; or nil
-- and diagnostics with everything that is wrong.
function adding.prepare(whole, record, file)
  local context = filling.context(whole, file or "record", diagnostics.new())
  if not check_form(whole, record, context) then return nil, context.problems end
  local fresh = collect(record, context)
  if next(record) ~= nil and not has_rows(fresh) then
    context.problems:add(context.file, nil, nil, "holds no rows; expected a source with its figures")
  end
  local combined, added = combine(whole, fresh, context)
  check_keys(combined, added, context)
  check_documents(combined, added, context)
  rules.check(combined, added.figures, context.problems, true)
  if #context.problems > 0 then return nil, context.problems end
  return combined, added, fresh
end

return adding
