--- What may be published: tables of counts and sums that reveal nobody.
--
--   local release = blotter.release(people, {dimensions = "country, year", threshold = 10})
--   release:print()   release:table()   release:audit()   release.record
--
-- Small cells, and cells that a few contributors dominate, are withheld, and as few others as are needed so that
-- nobody who knows all that is published can work them out. blotter.attack says what can be worked out of any table.

local disclose = {}

local blotter = require "blotter"
local cube = require "blotter.disclose.cube"
local fail = require "blotter.errors.fail"
local interlock = require "blotter.disclose.interlock"
local protect = require "blotter.disclose.protect"
local record = require "blotter.disclose.record"
local published = require "blotter.disclose.published"
local release = require "blotter.disclose.release"
local request = require "blotter.disclose.request"
local refusal = require "blotter.disclose.refuse"
local rounded = require "blotter.disclose.rounded"
local sensitivity = require "blotter.disclose.sensitivity"

-- Whether tables hang together like a tree: then tables that agree where they meet are always parts of one table.
local function is_acyclic(lists)
  local edges = {}
  for i, list in ipairs(lists) do
    edges[i] = {}
    for _, dimension in ipairs(list) do edges[i][dimension.name] = true end
  end
  local moved = true
  while moved do
    moved = false
    local uses = {}
    for _, edge in ipairs(edges) do
      for name in pairs(edge) do uses[name] = (uses[name] or 0) + 1 end
    end
    for i = #edges, 1, -1 do
      local edge = edges[i]
      for name in pairs(edge) do
        if uses[name] == 1 then
          edge[name] = nil
          moved = true
        end
      end
      for k, other in ipairs(edges) do
        local is_inside = k ~= i
        for name in pairs(edge) do is_inside = is_inside and other[name] end
        if is_inside then
          table.remove(edges, i)
          moved = true
          break
        end
      end
    end
  end
  return #edges <= 1
end

local MOST_JOINT = 20000

-- A table over all dimensions, which nobody publishes, yet which must exist: tables that hang together in a ring may
-- each be possible and together not.
local function add_joint(made, query, lists, measure)
  local all, seen, count = {}, {}, 1
  for _, list in ipairs(lists) do
    for _, dimension in ipairs(list) do
      if not seen[dimension.name] then
        seen[dimension.name] = true
        all[#all + 1] = {name = dimension.name, columns = dimension.columns}
        count = count * #dimension.nodes
      end
    end
  end
  if count > MOST_JOINT then return ("left out: %d cells"):format(count) end
  made:add_cube(cube.read(query, all, {value = measure.value}), "hidden")
  return ("%d cells"):format(count)
end

local function earlier_of(given)
  if type(given) == "string" then
    local file, message = io.open(given, "rb")
    if not file then return nil, message, "io" end
    local text = file:read "a"
    file:close()
    return record.decode(text)
  end
  local found = type(given) == "table" and (given.record or given)
  if type(found) ~= "table" or found.format ~= record.FORMAT then
    fail "release: earlier is a list of releases, of their records, or of files that hold a record"
  end
  return found
end

local function add_earlier(made, list, asked)
  for number, given in ipairs(list or {}) do
    local found, message = earlier_of(given)
    if not found then refusal.refuse("earlier release %d: %s", number, message) end
    if found.rules.method == "rounding" then
      refusal.refuse("earlier release %d was rounded: a range of each cell is known, which is not taken into account",
        number)
    end
    if found.value ~= asked.value or found.scale ~= asked.scale then
      refusal.refuse("earlier release %d is of %s, this one of %s", number, found.value, asked.value)
    end
    local keys, values, status = {}, {}, {}
    for i, cell in ipairs(found.cells) do keys[i], values[i], status[i] = cell.key, cell.value, cell.status end
    made:add_earlier(number, {keys = keys, values = values, status = status, sums = found.sums})
  end
end

-- What withholding a cell costs: its value, or one and so little of its value that no two patterns of as many cells tie
-- for it, and none of more cells wins by it.
local function price_of(made, read)
  local total = 1
  for _, value in ipairs(made.values) do total = total + value end
  return function(i)
    if made.kinds[i] == "hidden" then return 0.01 end
    if read.minimise == "value" then return math.max(1, made.values[i]) end
    return 1 + 0.2 * made.values[i] / total
  end
end

-- Zeros that everybody knows stay what they are.
local function fix_zeros(made, read)
  for i, value in ipairs(made.values) do
    if value == 0 and read.zeros == "known" and made.kinds[i] == "open" then made.kinds[i] = "known" end
  end
end

-- Which cells nobody is told: {[cell] = true}, and the moves that protect them; or the rounded values.
local function decide(made, needs, read, unit)
  if read.method == "rounding" then
    local values, message, code = rounded.choose(made, read.base * unit)
    return values and {rounded = values, moves = {}, withheld = {}}, message, code
  end
  local withheld = {}
  for i, kind in ipairs(made.kinds) do withheld[i] = kind == "hidden" or nil end
  if read.method == "none" or not next(needs) then return {withheld = withheld, moves = {}} end
  return protect.choose(made, needs, price_of(made, read))
end

local function status_of(made, chosen, i)
  if made.kinds[i] == "hidden" then return "hidden" end
  if chosen.rounded then return "rounded" end
  return chosen.withheld[i] and "withheld" or "published"
end

local function cells_of(made, needs, chosen, base)
  local cells = {}
  for i, value in ipairs(made.values) do
    local cell = {key = made.keys[i], value = value, status = status_of(made, chosen, i)}
    local need = needs[i]
    if need then cell.need = {low = need.low, high = need.high, reasons = need.reasons} end
    if chosen.rounded then
      cell.rounded = chosen.rounded[i]
      cell.low, cell.high = math.max(0, cell.rounded - base + 1), cell.rounded + base - 1
    end
    cells[i] = cell
  end
  return cells
end

local function counts_of(made, cells)
  local counts = {cells = 0, sensitive = 0, added = 0, withheld_value = 0}
  for i, cell in ipairs(cells) do
    if made.kinds[i] ~= "hidden" then
      counts.cells = counts.cells + 1
      if cell.status == "withheld" then
        local field = cell.need and "sensitive" or "added"
        counts[field] = counts[field] + 1
        counts.withheld_value = counts.withheld_value + cell.value
      end
    end
  end
  return counts
end

local function merge(made, tables)
  local to = made:merge()
  for _, table_of in ipairs(tables) do
    for cell, i in ipairs(table_of.ids) do table_of.ids[cell] = to[i] end
  end
end

local function read_tables(query, lists, measure, made)
  local tables = {}
  for k, list in ipairs(lists) do
    local read = cube.read(query, list, measure)
    tables[k] = {cube = read, ids = made:add_cube(read, "open")}
  end
  return tables
end

-- The audit of what was decided, by an attack that knows nothing of how it was decided.
local function prove(made)
  local against, view = record.attack(made)
  local needs = {}
  for i, cell in ipairs(made.cells) do needs[i] = cell.need end
  return against, against:questions(needs, view)
end

local function name_tables(lists)
  local named = {}
  for k, list in ipairs(lists) do
    named[k] = {}
    for d, dimension in ipairs(list) do named[k][d] = dimension.columns end
  end
  return named
end

-- Everything that hangs together with what is asked for, as one model; its tables; and what was done about a ring.
local function gathered(query, lists, measure, options)
  local made = interlock.new()
  local tables = read_tables(query, lists, measure, made)
  local joint = "not needed"
  if not is_acyclic(lists) then joint = add_joint(made, query, lists, measure) end
  add_earlier(made, options.earlier, {value = measure.value, scale = tables[1].cube.scale})
  merge(made, tables)
  return made, tables, joint
end

-- Adds the proof and the verdict to a record; nil, message, code without a solver.
local function proven(kept, chosen)
  local against, questions = prove(kept)
  local answered, message, code = against:answer(questions, chosen.moves)
  if not answered then return nil, message, code end
  kept.proof = record.proof(against, answered)
  kept.versions = {lua = _VERSION, solver = chosen.solver or against:solver()}
  local holds, why = record.verify(kept)
  kept.verdict = holds and "safe" or "at risk"
  return kept, why
end

local function released(query, options)
  local read, lists = request.rules(options), request.lists(options)
  local measure, name = request.measure(options, read)
  local made, tables, joint = gathered(query, lists, measure, options)
  local unit = 10 ^ tables[1].cube.scale // 1 | 0
  fix_zeros(made, read)
  local needs = sensitivity.needs(made, read, unit)
  local chosen, message, code = decide(made, needs, read, unit)
  if not chosen then return nil, message, code end
  local kept = {format = record.FORMAT, rules = read, tables = name_tables(lists), value = measure.value,
    contributor = options.contributor, scale = tables[1].cube.scale, joint = joint, sums = made.sums,
    cells = cells_of(made, needs, chosen, unit * (read.base or 0)), earlier = #(options.earlier or {}),
    confidential = true}
  kept.counts = counts_of(made, kept.cells)
  local done, why, failed = proven(kept, chosen)
  if not done then return nil, why, failed end
  return setmetatable({record = kept, tables = tables, value_name = name, verdict = kept.verdict, reason = why,
    blotter = blotter}, release)
end

--- A table as it may be published; `given` is a table, a query or a frame. Options: see the reference. Returns a
-- release, or nil, message, code when data or a missing solver are to blame.
function disclose.release(given, options)
  options = request.options(options)
  if given == nil or type(given) == "string" or not pcall(function() return given.by end) then
    fail "release: a table, a query or a frame expected first"
  end
  local query = getmetatable(given) and type(given.query) == "function" and given:query() or given
  return refusal.caught(released, query, options)
end

--- What can be worked out of a published table, see published.lua.
disclose.attack = published.attack

--- Whether a record's proof holds: true, or false and why not. No solver is needed.
disclose.verify = record.verify

--- Whether the multipliers of an answer in a record's proof bound its cell as they say.
disclose.verify_bound = record.verify_bound

--- A record from its JSON; nil, message, code when the text is none.
disclose.decode = record.decode

return disclose
