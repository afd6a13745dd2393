--- What is in a workbook, read back without the library that wrote it: a list of lines, for specs.
--
--   sheet 'Contents', 0 rows stay
--   B3 text Arrests by subject
--   C4 number 144
--
-- Any part of it that is no plain cell (a formula, a link, a macro) raises an error.

local reader = {}

local function quoted(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function part(path, name)
  local pipe = assert(io.popen(("unzip -p %s %s 2>/dev/null"):format(quoted(path), quoted(name))))
  local text = pipe:read "a"
  pipe:close()
  return text
end

local ENTITIES = { amp = "&", lt = "<", gt = ">", quot = '"', apos = "'" }

local function plain(text)
  text = text:gsub("&(%a+);", ENTITIES):gsub("&#(%d+);", function(code) return utf8.char(tonumber(code)) end)
  return (text:gsub("\n", "\\n"))
end

local KINDS = { [""] = "number", b = "boolean", inlineStr = "text", str = "text of a formula", s = "shared text" }

local function put_cell(lines, attributes, content)
  local place, kind = attributes:match 'r="(%u+%d+)"', attributes:match 't="(%a+)"' or ""
  assert(not content:find "<f", place .. " has a formula")
  local value = content:match "<v>(.-)</v>" or content:match "<t[^>]*>(.-)</t>"
  if value then lines[#lines + 1] = ("%s %s %s"):format(place, KINDS[kind] or kind, plain(value)) end
end

--- The lines of the workbook in the file `path`.
function reader.lines(path)
  local lines, number = {}, 0
  for name in part(path, "xl/workbook.xml"):gmatch '<sheet name="(.-)"' do
    number = number + 1
    local sheet = part(path, ("xl/worksheets/sheet%d.xml"):format(number))
    assert(not sheet:find "<hyperlink" and not sheet:find "<oleObject", name .. " has a link or an object")
    lines[#lines + 1] = ("sheet '%s', %s rows stay"):format(plain(name), sheet:match 'ySplit="(%d+)"' or "0")
    for attributes, content in sheet:gmatch "<c ([^>]-)>(.-)</c>" do put_cell(lines, attributes, content) end
  end
  return lines
end

return reader
