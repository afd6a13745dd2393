--- The record of a release: rules, versions, cells and proof, as a plain table that is written as JSON and read again.
--
-- It holds the true values and is not for publication. Whoever has it can check the proof without a solver: every
-- table of the proof is a change of the true one, and is tested against all sums in exact integers.

local record = {}

local attack = require "blotter.disclose.attack"
local by_cell = require "blotter.disclose.by_cell"
local cjson = require "cjson"

record.FORMAT = "blotter release 1"

local encode

local function encode_list(list)
  local items = {}
  for i, item in ipairs(list) do items[i] = encode(item) end
  return "[" .. table.concat(items, ",") .. "]"
end

local function encode_object(object)
  local names, items = {}, {}
  for name in pairs(object) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do items[i] = cjson.encode(name) .. ":" .. encode(object[name]) end
  return "{" .. table.concat(items, ",") .. "}"
end

function encode(value)
  if type(value) == "table" then
    return (#value > 0 or next(value) == nil) and encode_list(value) or encode_object(value)
  end
  if math.type(value) == "integer" then return ("%d"):format(value) end
  return cjson.encode(value)
end

--- The record as JSON: the same record, the same text.
function record.encode(made)
  return encode(made) .. "\n"
end

-- JSON's numbers come back as floats.
local function whole(value)
  if type(value) == "table" then
    for key, item in pairs(value) do value[key] = whole(item) end
    return value
  end
  return math.type(value) == "float" and math.tointeger(value) or value
end

--- A record read from JSON; nil, message, code when the text is none.
function record.decode(text)
  local ok, made = pcall(cjson.decode, text)
  if not ok then return nil, "not a record of a release: " .. tostring(made), "format" end
  if type(made) ~= "table" or made.format ~= record.FORMAT then
    return nil, ("not a record of a release: its format is not '%s'"):format(record.FORMAT), "format"
  end
  return whole(made)
end

local function sparse(multipliers)
  local list = {}
  for r, multiplier in ipairs(multipliers) do
    if multiplier ~= 0 then
      list[#list + 1] = r
      list[#list + 1] = multiplier
    end
  end
  return list
end

--- The answers of an attack, as the record keeps them.
function record.proof(made, questions)
  local answers = {}
  for i, question in ipairs(questions) do
    answers[i] = {cell = question.cell, sign = question.sign, goal = question.goal, verdict = question.verdict,
      table = question.table, bound = question.bound, denominator = question.denominator,
      multipliers = question.multipliers and sparse(question.multipliers), published = question.published}
  end
  return {answers = answers, tables = made.tables}
end

--- The attack that a record stands against: the cells that it does not publish, within what is known of them.
function record.attack(made)
  local model = require("blotter.disclose.interlock").new()
  for i, cell in ipairs(made.cells) do model.values[i] = cell.value end
  model.sums = made.sums
  return attack.new(model, function(i) return made.cells[i].status ~= "published" end,
    function(i) return made.cells[i].low or 0 end, function(i) return made.cells[i].high end), model
end

local function dense(list, count)
  local multipliers = {}
  for r = 1, count do multipliers[r] = 0 end
  for k = 1, #list, 2 do multipliers[list[k]] = list[k + 1] end
  return multipliers
end

-- Whether a table of the proof shows that a cell can be as low (sign -1) or as high as its goal.
local function is_shown(view, cell, sign, goal)
  for _, answer in ipairs(view.by_cell[cell] or {}) do
    local number = answer.verdict == "safe" and answer.sign == sign and answer.table
    if number and view.tables[number] == nil then
      local change = view.made.proof.tables[number]
      view.tables[number] = change and view.against:changed(change) or false
    end
    local values, c = number and view.tables[number], view.against.place[cell]
    if values and values[c] and sign * values[c] >= sign * goal then return true end
  end
  return false
end

local function sums_hold(made)
  for _, sum in ipairs(made.sums) do
    local total = 0
    for k = 2, #sum do total = total + made.cells[sum[k]].value end
    if total ~= made.cells[sum[1]].value then return false end
  end
  return true
end

local function key_of(made, i) return (made.cells[i].key:gsub("\31", ", ")) end

--- Checks a record's proof without a solver: true, or false and the first thing that it does not show.
function record.verify(made)
  local against = record.attack(made)
  if not sums_hold(made) or not against:fits(table.move(against.truth, 1, against.count, 1, {})) then
    return false, "its sums are not true"
  end
  local view = {made = made, against = against, by_cell = by_cell(made.proof.answers), tables = {}}
  for i, cell in ipairs(made.cells) do
    local need = cell.need
    if need and need.low < cell.value and not is_shown(view, i, -1, need.low) then
      return false, ("%s could be known to be more than %d"):format(key_of(made, i), need.low)
    end
    if need and need.high > cell.value and not is_shown(view, i, 1, need.high) then
      return false, ("%s could be known to be less than %d"):format(key_of(made, i), need.high)
    end
  end
  return true
end

--- Whether a bound of the proof holds: what multipliers say of a cell at risk.
function record.verify_bound(made, answer)
  if answer.published then return made.cells[answer.cell].status == "published" end
  local against = record.attack(made)
  local found = answer.multipliers and against.system:bound(against.place[answer.cell], answer.sign,
    dense(answer.multipliers, against.equations), answer.denominator)
  return found == answer.bound and answer.sign * found < answer.sign * answer.goal
end

return record
