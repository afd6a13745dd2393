--- Several files of rows as one table: those of a sequence, a pattern or a folder. Folders called column=value are
-- columns of the files below them.

local core = require "blotter.core"
local ending = require "blotter.tables.ending"
local fail = require "blotter.errors.fail"
local partition_values = require "blotter.tables.partition_values"

local several = {}

--- The files below a folder whose names say that they hold rows, by what they hold: {csv = paths, …}; nil when it is
-- none.
function several.below(folder)
  local paths = core.files_below(folder, "")
  if not paths then return nil end
  local kinds = {}
  for _, path in ipairs(paths) do
    local kind = ending.said(path)
    if kind then
      kinds[kind] = kinds[kind] or {}
      table.insert(kinds[kind], path)
    end
  end
  return kinds
end

--- The files that a path or a pattern names. What exists is a path, whatever its letters; a pattern that nothing fits
-- is tried as a path, so that the message names it.
local function matching(path, kind)
  local below = several.below(path)
  if below then return below[kind] or {} end
  if not path:find "[*?%[]" then return { path } end
  local file = io.open(path, "rb")
  if file then
    file:close()
    return { path }
  end
  return core.glob(path)
end

--- The files of a sequence, of a pattern that fits some, or below a folder; nil when `from` is something else.
function several.paths(from, kind)
  if type(from) ~= "table" then
    if type(from) ~= "string" or from == "" or from:find "[%z\r\n]" then return nil end
    local found = matching(from, kind)
    return (#found > 1 or (#found == 1 and found[1] ~= from)) and found or nil
  end
  if #from == 0 then
    fail("%s: a path, a pattern, a sequence of these or a function expected, got an empty table", kind)
  end
  local paths = {}
  for _, path in ipairs(from) do
    if type(path) ~= "string" or path == "" or path:find("\0", 1, true) then
      fail("%s: paths are strings that are not empty, one is %s", kind,
        type(path) == "string" and "not" or "a " .. type(path))
    end
    local found = matching(path, kind)
    table.move(#found > 0 and found or { path }, 1, math.max(#found, 1), #paths + 1, paths)
  end
  return paths
end

-- ---- the same columns ----

local function columns_of(rows)
  local names, types = core.columns(rows)
  local type_of = {}
  for i, name in ipairs(names) do type_of[name] = types[i] end
  return names, type_of
end

--- What is wrong with the columns of file `k`, compared with those of the first; nil: nothing.
local function other_columns(files, k)
  local first, this = files[1], files[k]
  for _, name in ipairs(first.names) do
    if not this.types[name] then
      return ("%s: column '%s', which the first file has, is missing"):format(this.path, name)
    end
  end
  for _, name in ipairs(this.names) do
    if not first.types[name] then return ("%s: the first file has no column '%s'"):format(this.path, name) end
  end
end

local function is_empty(file, name)
  local build = require "blotter.lang.build"
  return file.rows:agg(build.items { { "n", build.call("count", build.column(name)) } }):value() == 0
end

--- The type that a column has in all files: what is found out of a column without a value says nothing.
local function common_type(files, name)
  local is
  for _, file in ipairs(files) do
    local type_ = file.types[name]
    if is ~= type_ and (type_ ~= "string" or not is_empty(file, name)) then
      is = is and (core.common_type(is, type_) or "string") or type_
    end
  end
  return is or "string"
end

--- Of each file the columns that have another type in the others, with that type.
local function changes(files)
  local found = {}
  for _, name in ipairs(files[1].names) do
    local same = true
    for _, file in ipairs(files) do same = same and file.types[name] == files[1].types[name] end
    local is = not same and common_type(files, name)
    for k, file in ipairs(files) do
      if is and file.types[name] ~= is then
        found[k] = found[k] or {}
        found[k][name] = is
      end
    end
  end
  return found
end

local function with_types(options, types)
  local copy, all = {}, {}
  for key, value in pairs(options) do copy[key] = value end
  for _, from in ipairs { types, options.types or {} } do
    for name, type_ in pairs(from) do all[name] = type_ end
  end
  copy.types = all
  return copy
end

-- ---- reading ----

local function read_one(files, path, read, options)
  local rows, info, code = read(path, options)
  if not rows then return nil, info, code end
  local names, types = columns_of(rows)
  files[#files + 1] = { path = path, rows = rows, info = info, names = names, types = types }
  return true
end

--- Reads again what has another type in other files: a number where texts are is to be the text that stands there.
local function read_again(files, read, options)
  for k, types in pairs(changes(files)) do
    files[k].rows:close()
    local rows, info, code = read(files[k].path, with_types(options, types))
    if not rows then return nil, info, code end
    files[k].rows, files[k].info = rows, info
  end
  return true
end

--- Queries one behind the other, put together in halves: no plan is deeper than it has to be.
local function stacked(queries, from, to)
  if from == to then return queries[from] end
  local middle = (from + to) // 2
  return stacked(queries, from, middle):union_all(stacked(queries, middle + 1, to))
end

local function collected(queries)
  return require("blotter.query.plan").run(stacked(queries, 1, #queries))
end

--- What is known of all readings; rejected rows and hints say of which file they are.
local function summed(files)
  local build = require "blotter.lang.build"
  local all, rejects = { rows = 0, bytes = 0, rejected = 0, files = #files, delimiter = files[1].info.delimiter,
    notes = files[1].info.notes, hints = {} }, {}
  for _, file in ipairs(files) do
    for _, hint in ipairs(file.info.hints or {}) do table.insert(all.hints, ("%s: %s"):format(file.path, hint)) end
    for _, name in ipairs { "rows", "bytes", "rejected" } do all[name] = all[name] + (file.info[name] or 0) end
    if file.info.rejects and #file.info.rejects > 0 then
      rejects[#rejects + 1] = file.info.rejects:derive(build.items { { "file", build.value(file.path) } })
    end
  end
  all.rejects = #rejects > 0 and collected(rejects) or files[1].info.rejects
  return all
end

--- What is wrong with the types of columns that cannot be read as others; nil: nothing.
local function other_types(files)
  for _, file in ipairs(files) do
    for _, name in ipairs(file.names) do
      local first = files[1].types[name]
      if not core.common_type(first, file.types[name]) then
        return ("%s: column '%s' is %s, in the first file it is %s"):format(file.path, name, file.types[name], first)
      end
    end
  end
end

--- Reads files as one table: `read(path, options)` reads one, with other types of columns when it is `text`. Returns
-- what it returns.
function several.read(paths, read, options, text)
  local files = {}
  for k, path in ipairs(paths) do
    local done, message, code = read_one(files, path, read, options)
    local wrong = done and other_columns(files, k)
    if not done or wrong then return nil, wrong or message, wrong and "format" or code end
  end
  local done, message, code = true, not text and other_types(files), "format"
  if text then done, message, code = read_again(files, read, options) end
  if not done or message then return nil, message, code end
  local queries, problem = partition_values.add(files, options.partitions ~= false)
  if not queries then return nil, problem, "format" end
  return collected(queries), summed(files)
end

--- Puts what was read into a database as table `name`, with the results of reading.
function several.into(db, name, rows, info, code)
  if not rows then return nil, info, code end
  local done, message, why = core.adopt(db, name, rows)
  if not done then return nil, message, why end
  return core.find(db, name), info
end

return several
