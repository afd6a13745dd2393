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

return groups
