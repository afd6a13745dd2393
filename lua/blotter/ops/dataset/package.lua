-- Opens a Data Package: the descriptor and its CSV tables as arrays of records, every rule of the schema checked.
--
-- loader.open(directory) returns {directory, descriptor, names, tables}; a table is {name, file, schema, rows, index}
-- where a row is a record of values by field name (absent where the cell is missing) with its line number, and index
-- maps the primary key (of one field) to the row. Otherwise nil, and diagnostics with all problems at once.
-- Nothing is half-loaded: a package is either whole or not returned.

local cjson = require "cjson"
local delimited = require "blotter.ops.dataset.delimited"
local diagnostics = require "blotter.ops.dataset.diagnostics"
local naming = require "blotter.ops.dataset.naming"
local schema = require "blotter.ops.dataset.table_schema"

local loader = {}

local function read_file(path)
  local file, problem = io.open(path, "rb")
  if not file then return nil, (problem:gsub("^.-: ", "")) end
  local text = file:read "a"
  file:close()
  if not text then return nil, "cannot be read (a directory?)" end
  return text
end

--- A text without the byte-order mark that it may begin with.
function loader.without_mark(text)
  return (text:gsub("^\u{FEFF}", ""))
end

-- The line and byte of the place that a JSON error names.
local function json_place(text, problem)
  local at = math.tointeger(tonumber(problem:match "at character (%d+)"))
  if not at then return 1, nil end
  local _, breaks = text:sub(1, at - 1):gsub("\n", "")
  return breaks + 1, at
end

local function read_descriptor(directory, problems)
  local file = directory .. "/datapackage.json"
  local text, missing = read_file(file)
  if not text then
    problems:add(file, nil, nil, missing .. "; expected the descriptor of a Data Package")
    return nil
  end
  text = loader.without_mark(text)
  local ok, value = pcall(cjson.decode, text)
  if not ok then
    local line, at = json_place(text, value)
    local what = at and ("is not JSON (at byte %d)"):format(at) or "is not JSON"
    problems:add(file, line, nil, what .. "; expected the descriptor of a Data Package")
    return nil
  end
  if type(value) ~= "table" or type(value.resources) ~= "table" then
    problems:add(file, 1, nil, "names no resources; expected a Data Package with a list 'resources'")
    return nil
  end
  return value
end

-- Compares the header with the schema. Returns true when every field stands where the schema says.
local function check_header(compiled, header, file, problems)
  local good = true
  for i, field in ipairs(compiled.fields) do
    if header[i] ~= field.name then
      problems:add(file, 1, field.name, ("the header has '%s' in place %d; expected '%s'")
        :format(header[i] or "nothing", i, field.name))
      good = false
    end
  end
  if #header > #compiled.fields then
    problems:add(file, 1, nil, ("the header has %d columns; expected %d"):format(#header, #compiled.fields))
    good = false
  end
  return good
end

-- Judges a text that was not seen before in its field. Returns its value, or nil when it is refused.
local function judge(field, text, file, line, problems)
  local value, expected = schema.parse(field, text)
  if value == nil then
    problems:add(file, line, field.name, ("'%s' is refused; %s"):format(text, expected))
  elseif not field.unique then
    field.known[text] = value
  end
  return value
end

--- Turns the texts of a row into a record, adding to problems what the schema refuses.
-- cells[i] is the text of the i-th field; nil, an empty text or a missing value where there is none. Values are
-- remembered by their text, so that a word that comes back is not judged again.
function loader.read_record(compiled, cells, file, line, problems)
  local record = {line = line}
  local names, known, required, missing = compiled.names, compiled.known, compiled.required, compiled.missing
  for i = 1, #names do
    local text = cells[i]
    if text and text ~= "" and not missing[text] then
      local values = known[i]
      if values then
        local value = values[text]
        if value == nil then value = judge(compiled.fields[i], text, file, line, problems) end
        record[names[i]] = value
      else
        record[names[i]] = text
      end
    elseif required[i] then
      problems:add(file, line, names[i], "is empty; expected a value")
    end
  end
  return record
end

local function read_rows(compiled, text, file, problems)
  local before = #problems
  local header, records, lines = delimited.read(text, file, problems)
  if #problems > before then problems.structural = true end
  if not header or not check_header(compiled, header, file, problems) then return nil end
  local rows = {}
  for i, cells in ipairs(records) do
    rows[i] = loader.read_record(compiled, cells, file, lines[i], problems)
  end
  return rows
end

local function key_of(row, names)
  if #names == 1 then return row[names[1]] end
  local parts = {}
  for i, name in ipairs(names) do parts[i] = tostring(row[name] or "") end
  return table.concat(parts, "\0")
end

-- Refuses rows whose key was seen before. Returns the index of the key.
local function check_unique(data, names, problems)
  local index = {}
  for _, row in ipairs(data.rows) do
    local key = key_of(row, names)
    local earlier = key ~= nil and index[key]
    if earlier then
      problems:add(data.file, row.line, table.concat(names, ", "),
        ("'%s' is a duplicate of line %s; expected it to be unique"):format(key:gsub("%z", ", "), earlier.line))
    elseif key ~= nil then
      index[key] = row
    end
  end
  return index
end

-- The rows of a table by the value of one field.
local function index_by(data, field)
  if field == data.key_field then return data.index end
  local index = {}
  for _, row in ipairs(data.rows) do
    if row[field] ~= nil then index[row[field]] = row end
  end
  return index
end

--- Refuses references that lead nowhere, in the given rows of a table.
function loader.check_references(whole, data, rows, problems)
  for _, key in ipairs(data.schema.foreign_keys) do
    local target = whole.tables[key.resource]
    local index = target and index_by(target, key.reference) or {}
    for _, row in ipairs(rows) do
      local value = row[key.field]
      if value ~= nil and not index[value] then
        problems:add(data.file, row.line, key.field, ("'%s' is not in %s; expected a known %s%s")
          :format(value, key.resource, key.reference, target and naming.meant(value, target.rows, key.reference) or ""))
      end
    end
  end
end

local function load_table(directory, resource, problems)
  local compiled, problem = schema.compile(resource)
  if not compiled then
    problems:add(directory .. "/datapackage.json", nil, nil, problem)
    return nil
  end
  local file = directory .. "/" .. compiled.path
  if compiled.path:find "^/" or ("/" .. compiled.path .. "/"):find("/../", 1, true) then
    problems:add(directory .. "/datapackage.json", nil, nil, ("resource '%s': the path '%s' leads out of the package; "
      .. "expected a file inside it"):format(compiled.name, compiled.path))
    problems.structural = true
    return nil
  end
  local text, missing = read_file(file)
  if not text then
    problems:add(file, nil, nil, missing .. "; expected the table '" .. compiled.name .. "'")
    problems.structural = true
    return nil
  end
  local rows = read_rows(compiled, text, file, problems)
  if not rows then
    problems.structural = true
    return nil
  end
  return {name = compiled.name, file = file, schema = compiled, rows = rows}
end

--- Checks keys of all tables and indexes them by their primary key.
function loader.index(whole, problems)
  for _, name in ipairs(whole.names) do
    local data = whole.tables[name]
    local keys = data.schema.primary_key
    data.key_field = #keys == 1 and keys[1] or nil
    data.index = #keys > 0 and check_unique(data, keys, problems) or {}
    for _, unique in ipairs(data.schema.unique_keys) do check_unique(data, unique, problems) end
  end
  for _, name in ipairs(whole.names) do
    local data = whole.tables[name]
    loader.check_references(whole, data, data.rows, problems)
  end
end

-- Everything that is read stays: collecting in between finds nothing and costs a third of the time.
local function without_collecting()
  if not collectgarbage "isrunning" then return nil end
  collectgarbage "stop"
  return setmetatable({}, {__close = function() collectgarbage "restart" end})
end

--- Opens the package in a directory; see the head of this file.
function loader.open(directory)
  local _ <close> = without_collecting()
  local problems = diagnostics.new()
  local descriptor = read_descriptor(directory, problems)
  if not descriptor then return nil, problems end
  local whole = {directory = directory, descriptor = descriptor, names = {}, tables = {}}
  for _, resource in ipairs(descriptor.resources) do
    local data = load_table(directory, resource, problems)
    if data then
      whole.names[#whole.names + 1] = data.name
      whole.tables[data.name] = data
    end
  end
  -- A missing table or a broken row would only raise a second error for every reference to it.
  if not problems.structural then loader.index(whole, problems) end
  if #problems > 0 then return nil, problems end
  return whole
end

loader.read_file = read_file
return loader
