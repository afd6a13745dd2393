--- What blotter.release gives: the table as it may be published, what was decided, and the proof.

local release = {}
release.__index = release
release.__name = "blotter.release"

local cube = require "blotter.disclose.cube"
local dimensions = require "blotter.disclose.dimensions"
local record = require "blotter.disclose.record"

local WITHHELD = "·"

local WHY = {withheld = "protects others", hidden = "never published", rounded = "rounded"}

local function exact_text(value, scale)
  if scale == 0 then return ("%d"):format(value) end
  local digits = ("%0" .. scale + 1 .. "d"):format(value)
  return digits:sub(1, -scale - 1) .. "." .. digits:sub(-scale)
end

-- A value as a column of the answer takes it; nil stays nil.
local function stored(value, scale)
  if value == nil or scale == 0 then return value end
  return exact_text(value, scale)
end

--- What a cell shows, nil when it is withheld.
local function shown(self, i)
  local cell = self.record.cells[i]
  if cell.status == "withheld" or cell.status == "hidden" then return nil end
  return cell.status == "rounded" and cell.rounded or cell.value
end

local function schema_of(self, table_of)
  local columns, used = {}, {}
  for _, dimension in ipairs(table_of.cube.dimensions) do
    for _, name in ipairs(dimension.columns) do
      columns[#columns + 1] = {name = name, type = "string"}
      used[name] = true
    end
  end
  local value = used[self.value_name] and "value" or self.value_name
  columns[#columns + 1] = {name = value, type = self.record.scale == 0 and "int64"
    or ("decimal(18,%d)"):format(self.record.scale)}
  columns[#columns + 1] = {name = used.status and "status of the cell" or "status", type = "string"}
  return columns
end

-- The labels of a cell, one a column; what a level adds up is called its total.
local function labels_of(nodes, list)
  local row = {}
  for d, node in ipairs(nodes) do
    local path = {}
    while node.parent do
      path[node.depth] = node.label
      node = node.parent
    end
    for level = 1, #list[d].columns do row[#row + 1] = path[level] or dimensions.TOTAL end
  end
  return row
end

--- The table as a frame: every cell and every total a row, withheld values null. `which` is a linked table's number.
function release:table(which)
  local table_of = self.tables[which or 1]
  if not table_of then
    require "blotter.errors.fail"("table: there are %d tables, got %s", #self.tables, tostring(which))
  end
  local made = self.blotter.table(schema_of(self, table_of))
  for cell, i in ipairs(table_of.ids) do
    local row = labels_of(cube.nodes(table_of.cube, cell), table_of.cube.dimensions)
    local count = #row
    row[count + 1] = stored(shown(self, i), self.record.scale)
    row[count + 2] = self.record.cells[i].status
    row.n = count + 2
    assert(made:append(row))
  end
  return made:collect()
end

local function total_last(nodes)
  local moved = table.move(nodes, 2, #nodes, 1, {})
  moved[#nodes] = nodes[1]
  return moved
end

-- Rows by columns, for a table of two dimensions.
local function crossed(self, table_of)
  local made, columns = table_of.cube, {{name = table_of.cube.dimensions[1].name, type = "string"}}
  local across = total_last(made.dimensions[2].nodes)
  for k, node in ipairs(across) do
    columns[k + 1] = {name = ("%s %s"):format(made.dimensions[2].name, node.label), type = "string"}
  end
  local lines = self.blotter.table(columns)
  for _, node in ipairs(total_last(made.dimensions[1].nodes)) do
    local row = {("  "):rep(math.max(0, node.depth - 1)) .. node.label}
    for k, other in ipairs(across) do
      local value = shown(self, table_of.ids[(node.number - 1) * #across + other.number])
      row[k + 1] = value and exact_text(value, self.record.scale) or WITHHELD
    end
    assert(lines:append(row))
  end
  return lines:collect()
end

--- What was done, in a sentence or two.
function release:summary()
  local counts = self.record.counts
  local text
  if self.record.rules.method == "rounding" then
    text = ("%d cells rounded to multiples of %d"):format(counts.cells, self.record.rules.base)
  else
    text = ("%d of %d cells withheld: %d by the rules, %d to protect them"):format(counts.sensitive + counts.added,
      counts.cells, counts.sensitive, counts.added)
  end
  return ("%s. %s%s"):format(text, self.verdict == "safe" and "Safe: shown by tables of integers, checked exactly"
    or "At risk: ", self.verdict == "safe" and "." or self.reason)
end

--- The table as a text, rows by columns where it has two dimensions, and the summary.
function release:show(which)
  local table_of = self.tables[which or 1]
  local frame = table_of and #table_of.cube.dimensions == 2 and crossed(self, table_of) or self:table(which)
  return frame:show(#frame) .. "\n" .. self:summary()
end

function release:print(which) print(self:show(which)) end

release.__tostring = function(self) return self:show() end

--- The record as JSON.
function release:json() return record.encode(self.record) end

--- Writes the record; true, or nil, message, code.
function release:save(path)
  local file, message = io.open(path, "wb")
  if not file then return nil, message, "io" end
  local ok, problem = file:write(self:json())
  local closed, why = file:close()
  if not ok or not closed then return nil, problem or why, "io" end
  return true
end

--- Whether the proof holds, checked anew without a solver: true, or false and why not.
function release:verify() return record.verify(self.record) end

-- The first row of a block that says another thing than the release's table; nil when there is none.
local function other_row(block, wanted)
  if #block.rows ~= #wanted.rows or #block.columns ~= #wanted.columns then return 0 end
  for r, row in ipairs(wanted.rows) do
    for i in ipairs(wanted.columns) do
      if row[i] ~= block.rows[r][i] then return r end
    end
  end
end

--- Why a block of a document with this table may not be printed (or, without a block, why the release may not be
-- published); nil when it may.
function release:refusal(block)
  local holds, why = self:verify()
  if not holds then return "the release is at risk: " .. why end
  local row = block and other_row(block, self:block(nil, block.release_table))
  if row then return ("row %d is not what the release says"):format(row) end
end

--- What somebody who knows everything published can say of each cell that was not: a frame of the cell, why it is
-- withheld, its true value, the ends between which it is known to lie (null: open), whether integers reach them, and
-- the verdict. Not for publication. Needs the solver: nil, message, code without it.
function release:audit()
  local against = record.attack(self.record)
  local found, message, code = against:intervals()
  if not found then return nil, message, code end
  local scale = self.record.scale
  local kind = scale == 0 and "int64" or ("decimal(18,%d)"):format(scale)
  local made = self.blotter.table(("cell string, why string, value %s, low %s, high %s, exact bool, verdict string")
    :format(kind, kind, kind))
  for _, i in ipairs(against.cells) do
    local cell, ends = self.record.cells[i], found[i]
    local need = cell.need
    local verdict
    if need then
      local holds = (ends.low <= need.low or need.low >= cell.value)
        and (not ends.high or ends.high >= need.high or need.high <= cell.value)
      verdict = holds and "safe" or "at risk"
    end
    local why = need and table.concat(need.reasons, ", ") or WHY[cell.status]
    assert(made:append {dimensions.readable(cell.key), why,
      stored(cell.value, scale), stored(ends.low, scale), stored(ends.high, scale), ends.exact, verdict, n = 7})
  end
  return made:collect()
end

--- A block of a report's document: the table, and the release that stands for it.
function release:block(title, which)
  local frame = self:table(which)
  local columns, rows = {}, {}
  for i, column in ipairs(frame:columns()) do columns[i] = {name = column.name, type = column.type} end
  for r, row in frame:rows() do
    local cells = {}
    for i, column in ipairs(columns) do cells[i] = row[column.name] end
    rows[r] = cells
  end
  return {kind = "table", title = title, columns = columns, rows = rows, release = self,
    release_table = which}
end

return release
