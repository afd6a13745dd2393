--- The groups of subjects that stand apart in lists and rankings: what happens once, what goes on, who counts.

local groups = {}

--- The groups in their order, {title, short, types}.
groups.list = {
  { title = "Operations", short = "operations", types = { operation = true } },
  { title = "Programmes, projects, funds and task forces", short = "programmes and task forces",
    types = { programme = true, project = true, task_force = true, fund = true, measure = true } },
  { title = "Agencies, jurisdictions and statistics", short = "agencies and statistics",
    types = { agency = true, jurisdiction = true, statistic = true } },
  { title = "Databases, hotlines, notices and platforms", short = "databases and hotlines",
    types = { database = true, hotline = true, notice_system = true, platform = true } },
}

local TRAFFICKING = "^0204"

local kept = setmetatable({}, { __mode = "k" })

-- What keeps the rounds of one operation together: its parent, or itself.
local function family(subject)
  return subject.parent or subject.id
end

-- The families of operations of which a statement counts trafficking.
local function sweeps(ops)
  if kept[ops.model] then return kept[ops.model] end
  local found = {}
  kept[ops.model] = found
  for _, figure in ipairs(ops:figures {}) do
    if figure.subject_row.type == "operation" and (figure.offence or ""):find(TRAFFICKING) then
      found[family(figure.subject_row)] = true
    end
  end
  return found
end

--- Whether an operation is a sweep against trafficking in persons, not against online offences: it or another round of
-- it counts that offence.
function groups.is_sweep(ops, subject)
  return subject.type == "operation" and sweeps(ops)[family(subject)] == true
end

return groups
