--- What the folders of files say of all rows below them, as Hive lays files out: sales/year=2024/region=North/a.csv

local build = require "blotter.lang.build"
local core = require "blotter.core"

local partition_values = {}

local NO_VALUE = "__HIVE_DEFAULT_PARTITION__"

local function decoded(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

--- The columns that a path names, in their order, and their texts; false is null.
local function of_path(path)
  local names, texts = {}, {}
  for folder in path:gmatch "([^/]*)/" do
    local name, text = folder:match "^([^=]+)=(.*)$"
    if name then
      name = decoded(name)
      names[#names + 1] = texts[name] == nil and name or nil
      texts[name] = text ~= NO_VALUE and decoded(text)
    end
  end
  return names, texts
end

local function is_integer(text)
  return (text == "0" or text:find "^%-?[1-9]%d*$") and #text <= 18
end

local function is_date(text)
  return text:find "^%d%d%d%d%-%d%d%-%d%d$" and (core.literal_problem("date", text))
end

--- The type that all values of a column have: int64 or date when all are such, otherwise string.
local function type_of(name, files)
  local integers, dates = true, true
  for _, file in ipairs(files) do
    local text = file.folders[name]
    integers = integers and (not text or is_integer(text))
    dates = dates and (not text or is_date(text))
  end
  return integers and "int64" or dates and "date" or "string"
end

--- The value of a text as a term of that type.
local function term(text, type_)
  return build.call(type_, build.value(text or nil))
end

--- A query for each of the files ({path, rows}), with the columns that their folders name behind their own when
-- `wanted`; or nil and what is wrong with a folder.
function partition_values.add(files, wanted)
  local queries, names = {}, {}
  for k, file in ipairs(files) do
    local these
    these, file.folders = of_path(wanted and file.path or "")
    names = k == 1 and these or names
    for _, name in ipairs(names) do
      if file.folders[name] == nil then
        return nil, ("%s: its path has no folder %s=…, which that of the first file has"):format(file.path, name)
      end
      if file.types[name] then
        return nil, ("%s: column '%s' is in the file and a folder of its path: {partitions = false} leaves the "
          .. "folder out"):format(file.path, name)
      end
    end
  end
  for k, file in ipairs(files) do
    local items = {}
    for i, name in ipairs(names) do items[i] = { name, term(file.folders[name], type_of(name, files)) } end
    queries[k] = #items > 0 and file.rows:query():derive(build.items(items)) or file.rows:query()
  end
  return queries
end

return partition_values
