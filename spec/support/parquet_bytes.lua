--- Parquet files of one column `x` of int32, byte by byte, so that what they say of themselves can be wrong.

local parquet_bytes = {}

local INT32, INT64, TEXT, LIST, STRUCT, END = 5, 6, 8, 9, 12, "\0"

local function varint(n)
  local out = {}
  repeat
    local rest = n >> 7
    out[#out + 1] = string.char(rest ~= 0 and n & 127 | 128 or n)
    n = rest
  until n == 0
  return table.concat(out)
end

--- A field of Thrift's compact protocol, `step` behind the one before; integers of any size.
local function integer(step, kind, n)
  return string.char(step << 4 | kind) .. varint(n << 1 ~ (n < 0 and -1 or 0))
end

local function list(step, kind, n, items)
  local head = n >= 0 and n < 15 and string.char(n << 4 | kind) or string.char(0xf0 | kind) .. varint(n)
  return string.char(step << 4 | LIST) .. head .. items
end

--- An element of a schema: a group of so many children, or without them a column.
function parquet_bytes.element(name, children)
  local head = children and integer(3, INT32, 0) or integer(1, INT32, 1) .. integer(2, INT32, 0)
  return head .. string.char(1 << 4 | TEXT) .. varint(#name) .. name .. (children and integer(1, INT32, children) or "")
    .. END
end

local function chunk(has)
  return integer(2, INT64, has.at) .. string.char(1 << 4 | STRUCT) .. integer(1, INT32, 1) .. list(1, INT32, 1, "\0")
    .. list(1, TEXT, 1, varint(1) .. "x") .. integer(1, INT32, 0) .. integer(1, INT64, has.values)
    .. integer(1, INT64, has.bytes) .. integer(1, INT64, has.bytes) .. integer(2, INT64, has.at) .. END
    .. (has.index or "") .. END
end

--- The index of the one page that the file has, and of the chunk where it lies: of the page `bounds` says the bytes
-- `min` and `max`, whether it is `empty`, and how many `nulls` it has.
local function index(at, size, bounds)
  local function text(s) return list(1, TEXT, 1, varint(#s) .. s) end
  local place = integer(1, INT64, 4) .. integer(1, INT32, size) .. integer(1, INT64, 0) .. END
  place = list(1, STRUCT, 1, place) .. END
  local said = list(1, 2, 1, bounds.empty and "\1" or "\2") .. text(bounds.min) .. text(bounds.max)
    .. integer(1, INT32, 0) .. list(1, INT64, 1, varint(bounds.nulls << 1 ~ (bounds.nulls < 0 and -1 or 0))) .. END
  return place .. said, integer(1, INT64, at) .. integer(1, INT32, #place) .. integer(1, INT64, at + #place)
    .. integer(1, INT32, #said)
end

local function page(has, values)
  return integer(1, INT32, 0) .. integer(1, INT32, has.page_bytes) .. integer(1, INT32, has.page_packed)
    .. string.char(2 << 4 | STRUCT) .. integer(1, INT32, has.page_values) .. integer(1, INT32, 0)
    .. integer(1, INT32, 3) .. integer(1, INT32, 3) .. END .. END .. values
end

--- A file of four rows, 1 to 4. `wrong`: what it says instead of the truth: rows, groups, schema (a text and its
-- length), group_rows, values, at, bytes, page_values, page_bytes, page_packed; `bounds`: it has an index of its page.
function parquet_bytes.file(wrong)
  local values = string.pack("<i4i4i4i4", 1, 2, 3, 4)
  local has = setmetatable({}, { __index = function(_, name)
    return wrong[name] or ({ page_values = 4, page_bytes = 16, page_packed = 16, rows = 4, group_rows = 4, values = 4,
      at = 4, bytes = 0, groups = 1, elements = 2 })[name]
  end })
  local body = page(has, values)
  has.bytes = wrong.bytes or #body
  if wrong.bounds then
    local more
    more, has.index = index(4 + #body, #body, wrong.bounds)
    body = body .. more
  end
  local group = list(1, STRUCT, 1, chunk(has)) .. integer(1, INT64, #body) .. integer(1, INT64, has.group_rows) .. END
  local schema = wrong.schema or parquet_bytes.element("s", 1) .. parquet_bytes.element "x"
  local footer = integer(1, INT32, 1) .. list(1, STRUCT, has.elements, schema) .. integer(1, INT64, has.rows)
    .. list(1, STRUCT, has.groups, group) .. END
  return "PAR1" .. body .. footer .. string.pack("<I4", #footer) .. "PAR1"
end

return parquet_bytes
