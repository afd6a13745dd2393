--- The lists of the site that need no script: everything from A to Z; the subjects by what they are, by area and by who
-- leads them. Each is a page of headings with lists under them.

local escape = require "blotter.publish.formats.escape"

local directory = {}

-- An entry of a list: {title, path, note}.
local function item_of(pages, kind, entry)
  local count = #entry.figures
  return { title = entry.title, path = pages.path(kind, entry.id) .. ".html",
    note = count > 0 and (count == 1 and "1 statement" or count .. " statements") or nil }
end

-- Groups in the making: {title, path, items} each, by title.
local function group(groups, title, path)
  if not groups[title] then
    groups[title] = { title = title, path = path, items = {}, seen = {} }
    groups[#groups + 1] = groups[title]
  end
  return groups[title]
end

local function put_item(into, item)
  if into.seen[item.path] then return end
  into.seen[item.path] = true
  into.items[#into.items + 1] = item
end

local function in_order(groups, last)
  local function key(title) return (title == last and "\1" or "\0") .. title:lower() end
  table.sort(groups, function(a, b) return key(a.title) < key(b.title) end)
  for _, one in ipairs(groups) do
    table.sort(one.items, function(a, b)
      local x, y = a.title:lower(), b.title:lower()
      if x ~= y then return x < y end
      return a.path < b.path
    end)
  end
  return groups
end

local function first_letter(title)
  local letter = title:match "%a"
  return letter and letter:upper() or "0 to 9"
end

local KINDS = { "subject", "indicator", "area" }

local function a_to_z(pages, ops)
  local groups = {}
  for _, kind in ipairs(KINDS) do
    for _, entry in ipairs(pages.list(ops, kind)) do
      put_item(group(groups, first_letter(entry.title)), item_of(pages, kind, entry))
    end
  end
  for _, page in ipairs(pages.reports) do
    put_item(group(groups, first_letter(page[2])), { title = page[2], path = page[1] .. ".html", note = "report" })
  end
  return in_order(groups)
end

-- What the kinds of subjects are called, several of them.
local PLURAL = { agency = "Agencies", database = "Databases", fund = "Funds and funders", hotline = "Hotlines",
  jurisdiction = "Authorities of countries", measure = "Measures", notice_system = "Systems of notices",
  operation = "Operations", platform = "Platforms", programme = "Programmes", project = "Projects",
  statistic = "Statistics", task_force = "Task forces" }

local function by_kind(pages, ops)
  local groups = {}
  for _, entry in ipairs(pages.list(ops, "subject")) do
    local kind = entry.row.type
    put_item(group(groups, PLURAL[kind] or kind), item_of(pages, "subject", entry))
  end
  return in_order(groups)
end

local NOWHERE = "Several countries, or not said"

-- A subject stands at the area in which it lies and at each area of which it has a number.
local function by_area(pages, ops)
  local groups, has_page = {}, {}
  for _, entry in ipairs(pages.list(ops, "area")) do has_page[entry.id] = entry.title end
  for _, entry in ipairs(pages.list(ops, "subject")) do
    local item, areas = item_of(pages, "subject", entry), { entry.row.area }
    for _, figure in ipairs(entry.figures) do areas[#areas + 1] = figure.area end
    for _, code in ipairs(areas) do
      local path = has_page[code] and pages.path("area", code) .. ".html"
      put_item(group(groups, code == "001" and NOWHERE or ops:row("areas", code).name, code ~= "001" and path), item)
    end
    if #areas == 0 then put_item(group(groups, NOWHERE), item) end
  end
  return in_order(groups, NOWHERE)
end

local LEADS = { leads = true, coordinates = true }
local NOBODY = "No leader is said"

-- A subject stands at each agency that is said to lead or to coordinate it.
local function by_leader(pages, ops)
  local groups, leaders = {}, {}
  for _, link in ipairs(ops:rows "links") do
    if LEADS[link.role] then
      leaders[link.to] = leaders[link.to] or {}
      table.insert(leaders[link.to], link.from)
    end
  end
  for _, entry in ipairs(pages.list(ops, "subject")) do
    local item, by = item_of(pages, "subject", entry), leaders[entry.id] or {}
    if entry.row.lead then by[#by + 1] = entry.row.lead end
    for _, id in ipairs(by) do
      local title = pages.title("subject", ops:row("subjects", id))
      put_item(group(groups, title, pages.path("subject", id) .. ".html"), item)
    end
    if #by == 0 and entry.row.type == "operation" then put_item(group(groups, NOBODY), item) end
  end
  return in_order(groups, NOBODY)
end

--- The lists, {path, title, what the index says of it}, in their order.
directory.list = {
  { "a-to-z", "A to Z", "subjects, areas, what is counted and reports by their names", make = a_to_z },
  { "by-kind", "By kind", "agencies, hotlines, operations, programmes, statistics and so on", make = by_kind },
  { "by-area", "By country and area", "what lies in each, or has a number of it", make = by_area },
  { "by-agency", "By leading agency", "the operations and programmes that each leads", make = by_leader },
}

--- The body of a list's page, as HTML.
function directory.body(item, pages, ops)
  local groups, out = item.make(pages, ops), {}
  out[1] = '<nav class="contents" aria-label="Contents"><ul>'
  for i, one in ipairs(groups) do out[#out + 1] = ('<li><a href="#g%d">%s</a></li>'):format(i, escape(one.title)) end
  out[#out + 1] = "</ul></nav>"
  for i, one in ipairs(groups) do
    local title = escape(one.title)
    out[#out + 1] = ('<section><h2 id="g%d">%s</h2><ul class="index">'):format(i,
      one.path and ('<a href="%s">%s</a>'):format(one.path, title) or title)
    for _, entry in ipairs(one.items) do
      out[#out + 1] = ('<li><a href="%s">%s</a>%s</li>'):format(entry.path, escape(entry.title),
        entry.note and (' <span class="note">%s</span>'):format(entry.note) or "")
    end
    out[#out + 1] = "</ul></section>"
  end
  return table.concat(out, "\n")
end

return directory
