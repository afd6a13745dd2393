--- What is published and what is not: cells with their true values, and the sums that anybody knows of them.
--
-- A model holds the cells of all tables that hang together; a cell that stands in several tables is one cell.
--
--   values[i]   what it truly is                    counts[i], tops[i]   contributors and the largest of them, if known
--   kinds[i]    "open": to be published or withheld   "known": published already   "hidden": never published
--   keys[i]     what it holds, in words             sums   {{whole, part, …}, …}

local model = {}
model.__index = model

local cube = require "blotter.disclose.cube"
local dimensions = require "blotter.disclose.dimensions"

function model.new()
  return setmetatable({values = {}, counts = {}, tops = {}, kinds = {}, keys = {}, index = {}, sums = {}}, model)
end

--- A cell by its key, made when there is none; its number.
function model:cell(key, value, kind)
  local at = self.index[key]
  if at then return at end
  at = #self.values + 1
  self.index[key], self.keys[at], self.values[at], self.kinds[at] = at, key, value, kind
  return at
end

--- Adds a cube's cells of a kind and its sums; returns the numbers of its cells.
function model:add_cube(made, kind)
  local ids = {}
  for cell = 1, made.count do
    local at = self:cell(dimensions.cell_key(cube.nodes(made, cell)), made.sums[cell], kind)
    ids[cell] = at
    if made.counts then self.counts[at] = made.counts[cell] end
    if made.tops then self.tops[at] = made.tops[cell] end
  end
  cube.each_sum(made, function(whole, parts)
    local sum = {ids[whole]}
    for i, part in ipairs(parts) do sum[i + 1] = ids[part] end
    self.sums[#self.sums + 1] = sum
  end)
  return ids
end

--- Adds cells and sums of an earlier release under names of their own; `cells` is {key = {value =, published =}}.
-- The same rows: what was published is known now too. Other rows: what came in between is a cell that nobody published.
function model:add_earlier(number, earlier)
  local same = true
  for i, key in ipairs(earlier.keys) do
    local at = self.index[key]
    same = same and (not at or self.values[at] == earlier.values[i])
  end
  local prefix = same and "" or ("release %d: "):format(number)
  local ids = {}
  for i, key in ipairs(earlier.keys) do
    local published = earlier.status[i] == "published"
    ids[i] = self:cell(prefix .. key, earlier.values[i], published and "known" or "hidden")
    if published then self.kinds[ids[i]] = "known" end
  end
  for _, sum in ipairs(earlier.sums) do
    local mapped = {}
    for k, cell in ipairs(sum) do mapped[k] = ids[cell] end
    self.sums[#self.sums + 1] = mapped
  end
  if same then return true end
  for i, key in ipairs(earlier.keys) do
    local now = self.index[key]
    if now then
      local added = self.values[now] - earlier.values[i]
      if added < 0 then
        return nil, ("%s was %d in earlier release %d and is %d now: rows were taken away, so no difference can be "
          .. "protected"):format(dimensions.readable(key), earlier.values[i], number, self.values[now])
      end
      local between = self:cell(("since release %d: "):format(number) .. key, added, "hidden")
      self.since = self.since or {}
      self.since[#self.since + 1] = between
      self.sums[#self.sums + 1] = {now, ids[i], between}
    end
  end
  return true
end

--- What an attacker does not know: the unknown cells, the sums that hold one, and in each what is known of it.
-- `is_unknown(i)` says it of a cell. Sums that say the same are kept once.
function model:unknowns(is_unknown)
  local cells, place = {}, {}
  for i = 1, #self.values do
    if is_unknown(i) then
      cells[#cells + 1] = i
      place[i] = #cells
    end
  end
  local rows = {}
  for _, sum in ipairs(self.sums) do
    local row = {known = 0}
    for k, cell in ipairs(sum) do
      local sign = k == 1 and -1 or 1
      if place[cell] then row[#row + 1] = sign * place[cell] else row.known = row.known + sign * self.values[cell] end
    end
    if row[1] then rows[#rows + 1] = row end
  end
  return cells, rows, place
end

return model
