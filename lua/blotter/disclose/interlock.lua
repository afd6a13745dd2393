--- What is published and what is not: cells with their true values, and the sums that anybody knows of them.
--
-- A model holds the cells of all tables that hang together; a cell that stands in several tables is one cell.
--
--   values[i]   what it truly is                    counts[i], tops[i]   contributors and the largest of them, if known
--   kinds[i]    "open": to be published or withheld   "known": published already   "hidden": never published
--   keys[i]     what it holds, in words             sums   {{whole, part, …}, …}

local interlock = {}
interlock.__index = interlock

local cube = require "blotter.disclose.cube"
local dimensions = require "blotter.disclose.dimensions"
local refuse = require("blotter.disclose.refuse").refuse

function interlock.new()
  return setmetatable({values = {}, counts = {}, tops = {}, kinds = {}, keys = {}, index = {}, sums = {}}, interlock)
end

--- A cell by its key, made when there is none; its number.
function interlock:cell(key, value, kind)
  local at = self.index[key]
  if at then return at end
  at = #self.values + 1
  self.index[key], self.keys[at], self.values[at], self.kinds[at] = at, key, value, kind
  return at
end

--- Adds a cube's cells of a kind and its sums; returns the numbers of its cells.
function interlock:add_cube(made, kind)
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
function interlock:add_earlier(number, earlier)
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
  if same then return end
  for i, key in ipairs(earlier.keys) do
    local now = self.index[key]
    if now then
      local added = self.values[now] - earlier.values[i]
      if added < 0 then
        refuse("%s was %d in earlier release %d and is %d now: rows were taken away, so no difference can be protected",
          dimensions.readable(key), earlier.values[i], number, self.values[now])
      end
      local between = self:cell(("since release %d: "):format(number) .. key, added, "hidden")
      self.since = self.since or {}
      self.since[#self.since + 1] = between
      self.sums[#self.sums + 1] = {now, ids[i], between}
    end
  end
end

local RANK = {hidden = 1, open = 2, known = 3}

-- For each cell the one that stands for it: the first of those that sums of one part call the same.
local function same_cells(self)
  local first = {}
  local function find(i)
    while first[i] do i = first[i] end
    return i
  end
  for _, sum in ipairs(self.sums) do
    local a, b = find(sum[1]), find(sum[2])
    if #sum == 2 and a ~= b then first[math.max(a, b)] = math.min(a, b) end
  end
  return find
end

local function mapped(list, to)
  local made = {}
  for k, i in ipairs(list) do made[k] = to[i] end
  return made
end

--- Makes one cell of those that are the same rows, as a group and its only part. Returns the new number of each.
function interlock:merge()
  local find, to, kept = same_cells(self), {}, 0
  for i = 1, #self.values do
    local as = find(i)
    if as == i then
      kept = kept + 1
      to[i] = kept
      for _, field in ipairs {"values", "counts", "tops", "kinds", "keys"} do self[field][kept] = self[field][i] end
    else
      local at = to[as]
      to[i] = at
      if RANK[self.kinds[i]] > RANK[self.kinds[at]] then self.kinds[at] = self.kinds[i] end
      if #self.keys[i] > #self.keys[at] then self.keys[at] = self.keys[i] end
    end
  end
  for _, field in ipairs {"values", "counts", "tops", "kinds", "keys"} do
    for i = #to, kept + 1, -1 do self[field][i] = nil end
  end
  local sums = {}
  for _, sum in ipairs(self.sums) do
    local made = mapped(sum, to)
    if #made > 2 then sums[#sums + 1] = made end
  end
  self.sums, self.since = sums, self.since and mapped(self.since, to)
  for key, i in pairs(self.index) do self.index[key] = to[i] end
  return to
end

--- What an attacker does not know: the unknown cells, the sums that hold one, and in each what is known of it.
-- `is_unknown(i)` says it of a cell. Sums that say the same are kept once.
function interlock:unknowns(is_unknown)
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

return interlock
