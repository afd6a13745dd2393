--- Somebody who has only what a release publishes, and a solver in exact arithmetic (glpsol): shares no code with it.

local attacker = {}

function attacker.is_here() return os.execute "command -v glpsol >/dev/null 2>&1" == true end

--- The rows of some frames, tables that hang together: a cell is known by what its columns say beside "total".
local function read(frames)
  local cells, sums = {}, {}
  for _, frame in ipairs(frames) do
    local names = {}
    for i, column in ipairs(frame:columns()) do names[i] = column.name end
    local value, columns = names[#names - 1], table.move(names, 1, #names - 2, 1, {})
    local wholes = {}
    local function key(labels, without)
      local parts = {}
      for i, name in ipairs(columns) do
        if i ~= without and labels[i] ~= "total" then parts[#parts + 1] = name .. "=" .. labels[i] end
      end
      table.sort(parts)
      return table.concat(parts, ";")
    end
    for _, row in frame:rows() do
      local labels = {}
      for i, name in ipairs(columns) do labels[i] = row[name] end
      cells[key(labels)] = {value = row[value]}
      for i in ipairs(columns) do
        local others = table.concat(labels, "\1", 1, i - 1) .. "\2" .. table.concat(labels, "\1", i + 1)
        local group = wholes[i .. ":" .. others] or {parts = {}}
        wholes[i .. ":" .. others] = group
        if labels[i] == "total" then group.whole = key(labels) else table.insert(group.parts, key(labels)) end
      end
    end
    for _, group in pairs(wholes) do
      if #group.parts > 0 then sums[#sums + 1] = group end
    end
  end
  return cells, sums
end

local function program(cells, sums, goal, sense)
  local lines = {sense, " goal: " .. goal, "Subject To"}
  for _, sum in ipairs(sums) do
    local terms, known = {}, 0
    local function add(key, sign)
      local cell = cells[key]
      if cell.value then known = known + (sign == "+" and 1 or -1) * cell.value
      else terms[#terms + 1] = sign .. " " .. cell.name end
    end
    add(sum.whole, "-")
    for _, part in ipairs(sum.parts) do add(part, "+") end
    if #terms > 0 then lines[#lines + 1] = " " .. table.concat(terms, " ") .. " = " .. -known end
  end
  lines[#lines + 1] = "End\n"
  return table.concat(lines, "\n")
end

local function ask(text)
  local path, answer = os.tmpname(), os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  local pipe = io.popen(("glpsol --exact --lp %s -o %s 2>&1"):format(path, answer))
  local said = pipe:read "a"
  pipe:close()
  local result = assert(io.open(answer)):read "a"
  os.remove(path)
  os.remove(answer)
  if said:find "UNBOUNDED" then return nil end
  return tonumber(result:match "Objective:%s+goal = (%-?[%d.e+-]+)")
end

--- The ends between which each of some cells lies: {key = {low, high (nil: open)}}; keys are "column=label;…", sorted.
function attacker.ends(frames, keys)
  local cells, sums = read(frames)
  local names = {}
  for key in pairs(cells) do names[#names + 1] = key end
  table.sort(names)
  for i, key in ipairs(names) do cells[key].name = "x" .. i end
  local found = {}
  for _, key in ipairs(keys) do
    local goal = cells[key].name
    found[key] = {ask(program(cells, sums, goal, "Minimize")), ask(program(cells, sums, goal, "Maximize"))}
  end
  return found
end

return attacker
