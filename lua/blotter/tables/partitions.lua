--- Parquet in folders that say what all rows below them have in common, as Hive lays files out:
-- sales/year=2024/region=North/part-0.parquet

local build = require "blotter.lang.build"
local core = require "blotter.core"
local fail = require "blotter.errors.fail"
local suggest = require "blotter.errors.suggest"

local partitions = {}

local MOST = 10000 -- files that one call writes
local NO_VALUE = "__HIVE_DEFAULT_PARTITION__"

--- The columns that partition_by names: a sequence, or one name.
local function columns_of(frame, by)
  if type(by) == "string" then by = { by } end
  if type(by) ~= "table" or #by == 0 then
    fail("parquet: partition_by: names of columns expected, got %s", tostring(by))
  end
  local _, types = core.columns(frame.handle)
  local type_of, seen = {}, {}
  for i, name in ipairs(frame.names) do type_of[name] = types[i] end
  for _, name in ipairs(by) do
    local is = type_of[name]
    if not is then
      fail("parquet: partition_by: unknown column '%s'%s", tostring(name), suggest.phrase(tostring(name), frame.names))
    end
    if seen[name] then fail("parquet: partition_by: column '%s' stands there twice", name) end
    if is == "float64" then
      fail("parquet: partition_by: column '%s' is float64: write its text, string(%s)", name, name)
    end
    if name:find "[/=%c]" then fail("parquet: partition_by: a folder cannot be called %q", name) end
    seen[name] = true
  end
  if #by == #frame.names then fail "parquet: partition_by: a column that is written must be left" end
  return by, seen
end

local function encoded(value)
  if value == nil then return NO_VALUE end
  return (tostring(value):gsub("[%c/\\%%:=?*\"'<>|#{}%[%]^]", function(c) return ("%%%02X"):format(c:byte()) end))
end

--- A name that no column has.
local function fresh(names)
  local taken, name = {}, "rows"
  for _, other in ipairs(names) do taken[other] = true end
  while taken[name] do name = name .. "_" end
  return name
end

--- Makes the folders of a path below `root`; those that are new are put on the list.
local function make_folders(path, made)
  for at in path:gmatch "()/" do
    local folder = path:sub(1, at - 1)
    if folder ~= "" and not made[folder] then
      made[folder] = true
      if core.make_folder(folder) then made[#made + 1] = folder end
    end
  end
end

local function remove(files, made)
  for _, path in ipairs(files) do os.remove(path) end
  for i = #made, 1, -1 do os.remove(made[i]) end
end

--- Writes the frame's rows to one file for each combination of values; `write_file(frame, path)` writes one. Returns
-- the number of rows and of files; or nil, a message and a code, and then nothing that was written stays.
function partitions.write(frame, to, by, write_file)
  local keys, is_key = columns_of(frame, by)
  if type(to) ~= "string" or to == "" or to == "-" then fail "parquet: partition_by: the path of a folder expected" end
  if #core.glob((to:gsub("[%[%]*?{}~\\]", "\\%0")) .. "/*") > 0 then
    return nil, ("%s: is not empty: files of an earlier writing would be read with the new ones"):format(to), "io"
  end
  local count, rest = fresh(frame.names), {}
  for _, name in ipairs(frame.names) do rest[#rest + 1] = not is_key[name] and name or nil end
  local sorted = frame:query():order(build.order(keys)):collect()
  local groups = sorted:by(build.items(keys)):agg(build.items { { count, build.call "count" } })
    :order(build.order(keys)):limit(MOST + 1):collect()
  if #groups > MOST then fail("parquet: partition_by: more than %d files: take columns of fewer values", MOST) end
  local files, made, first = {}, {}, 0
  for _, row in groups:rows() do
    local folders = { to }
    for _, name in ipairs(keys) do folders[#folders + 1] = name .. "=" .. encoded(row[name]) end
    local path = table.concat(folders, "/") .. "/part-0.parquet"
    make_folders(path, made)
    files[#files + 1] = path
    local rows = sorted:skip(first):limit(row[count]):select(build.items(rest))
    local done, message, code = write_file(rows:collect(), path)
    if not done then
      remove(files, made)
      return nil, message, code
    end
    first = first + row[count]
  end
  return first, #files
end

return partitions
