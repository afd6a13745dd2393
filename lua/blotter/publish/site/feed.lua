--- The Atom feed of changes: corrections with their history, and the curator's judgements, the newest first.

local escape = require "blotter.publish.formats.escape"

local feed = {}

local MOST = 100

local ACTIONS = { revise = "Revised", add = "Added", withdraw = "Withdrawn", remove = "Removed" }
local VERDICTS = { same = "the same", revision = "a revision", conflict = "a conflict", different = "different things" }

--- A statement in words, by its id: "Operation Cathedral, 107 arrests (Wikipedia)"; the id of what is none.
local function statement(ops, id)
  local row = ops:row("figures", id)
  if not row then return id end
  local subject, source = ops:row("subjects", row.subject), ops:row("sources", row.source)
  local publisher = source and ops:row("publishers", source.publisher)
  return ("%s, %s (%s)"):format(subject and subject.name or row.subject, ops:words(id).counted,
    publisher and publisher.name or row.source)
end

-- What a correction changed, where it changed a field.
local function became(row)
  if not row.field then return row.reason or "" end
  local before, after = row.before or "nothing", row.after or "nothing"
  return ("The %s was %s and is %s. %s"):format((row.field:gsub("_", " ")), (before:gsub("_", " ")),
    (after:gsub("_", " ")), row.reason or "")
end

--- The changes: {id, date, title, text} each, the newest first.
function feed.entries(ops)
  local list = {}
  for _, row in ipairs(ops:rows "history") do
    local what = row.resource == "figures" and statement(ops, row.row) or row.row or ""
    list[#list + 1] = { id = "history:" .. row.id, date = row.date, text = became(row),
      title = ("%s: %s"):format(ACTIONS[row.action] or row.action, what) }
  end
  for _, row in ipairs(ops:rows "judgements") do
    list[#list + 1] = { id = "judgement:" .. row.id, date = row.date, text = row.reason,
      title = ("Judged %s: %s; %s"):format(VERDICTS[row.verdict] or row.verdict, statement(ops, row.left),
        statement(ops, row.right)) }
  end
  table.sort(list, function(a, b)
    if a.date ~= b.date then return tostring(a.date) > tostring(b.date) end
    return a.id < b.id
  end)
  return list
end

--- The feed as a text.
function feed.render(ops, about)
  local list = feed.entries(ops)
  local newest = list[1] and list[1].date or "1970-01-01"
  local out = { '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">',
    "<title>Changes: " .. escape(about.title) .. "</title>", "<id>urn:blotter:operations</id>",
    "<author><name>blotter</name></author>", "<updated>" .. escape(tostring(newest)) .. "T00:00:00Z</updated>" }
  for i = 1, math.min(#list, MOST) do
    local entry = list[i]
    out[#out + 1] = ("<entry><id>urn:blotter:%s</id><title>%s</title><updated>%sT00:00:00Z</updated>"
      .. "<content>%s</content></entry>"):format(escape(entry.id), escape(entry.title), escape(tostring(entry.date)),
      escape(entry.text or ""))
  end
  out[#out + 1] = "</feed>\n"
  return table.concat(out, "\n")
end

return feed
